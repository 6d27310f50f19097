"""What each audience is given: its own rows, allowed columns, and nothing of anybody else in any byte."""

from datetime import date
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from canaries import told
from icalendar import Calendar

from sopkit.report.delivery.departments import TOUCHES, department_page, letter_lines, touching
from sopkit.report.delivery.documents import Letterhead, view_documents
from sopkit.report.delivery.mail import Date, calendar, letter
from sopkit.report.delivery.redaction import VIEWS, folder_name, own_rows, readers
from sopkit.report.minutes import Attended, Noted, minutes
from sopkit.report.tracing import outside_references, untraced_digits

HEAD = Letterhead("Bolaget AB", "2026-03", "FINAL", 2, "en", "SEK")
SUPPLIERS, REGIONS = VIEWS
CANARY = "kanarie"


def tables() -> dict[str, pd.DataFrame]:
    """A plan in which everything that is nobody else's business sings."""
    months = ["2026-03", "2026-04"]
    loads = pd.DataFrame(
        [
            (supplier, component, month, 111.0)
            for supplier, component in (("L-1", "valve"), (f"{CANARY} L-2", f"{CANARY} steel"))
            for month in months
        ],
        columns=["supplier", "component", "period", "purchased_quantity"],
    ).assign(
        required_quantity=987651.0, planned_quantity=987652.0, limit_quantity=987653.0, closing_stock=987654.0, component_value=98.7655
    )
    ships = pd.DataFrame(
        [(region, "=web()", item, month, 7.0) for region, item in (("SE", "A"), (f"{CANARY} DK", f"{CANARY} B")) for month in months],
        columns=["region", "channel", "item", "period", "shipped"],
    ).assign(demand=987656.0, late=987657.0, lost=987658.0, closing_backlog=987659.0)
    items = pd.DataFrame(
        {"item": ["A", f"{CANARY} B"], "item_name": ["<b>Grill</b> & co", f"{CANARY} stove"], "family": f"{CANARY} family"}
    )
    return {"supplier_load": loads, "demand_fulfilment": ships, "items": items}


def written(folder: Path, view_number: int, reader: str) -> Path:
    view = VIEWS[view_number]
    rows = own_rows(tables(), view, reader)
    for name, content in view_documents(rows, view, reader, HEAD).files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(("view", "reader"), [(0, "L-1"), (1, "SE")])
def test_no_canary_sings_in_any_byte(tmp_path: Path, view: int, reader: str) -> None:
    places = list(told(written(tmp_path, view, reader)))
    assert [place for place, text in places if CANARY in text.lower() or "98765" in text.replace("\u00a0", "").replace(",", "")] == []
    assert {"pdf", "xlsx", "html"} <= {place.rpartition(".")[2] for place, _ in places}


def test_the_sweep_itself_finds_what_is_there(tmp_path: Path) -> None:
    """The canaries' own documents sing in every format, so that silence above means something."""
    places = {place for place, text in told(written(tmp_path, 0, f"{CANARY} L-2")) if CANARY in text.lower()}
    assert {"schedule.html", "schedule.pdf!text", "schedule.xlsx!xl/sharedStrings.xml"} <= places


def test_a_reader_sees_its_own_rows_and_the_allowed_columns() -> None:
    assert readers(tables(), SUPPLIERS) == ["L-1", f"{CANARY} L-2"]
    rows = own_rows(tables(), SUPPLIERS, "L-1")
    assert list(rows.columns) == ["component", "period", "purchased_quantity"] and set(rows["component"]) == {"valve"}
    assert "item_name" not in own_rows(tables(), REGIONS, "SE", withheld=["item_name"])
    assert readers({"supplier_load": tables()["supplier_load"].iloc[:0]}, SUPPLIERS) == []


def test_a_row_of_nothing_is_not_sent_and_nothing_at_all_is_said(tmp_path: Path) -> None:
    none = own_rows({**tables(), "supplier_load": tables()["supplier_load"].assign(purchased_quantity=0.0)}, SUPPLIERS, "L-1")
    assert none.empty
    assert "Nothing is planned for you" in view_documents(none, SUPPLIERS, "L-1", HEAD).files["schedule.html"].decode()


def test_the_pages_and_the_workbook_are_safe_and_traced(tmp_path: Path) -> None:
    written(tmp_path, 1, "SE")
    html = (tmp_path / "commitments.html").read_text()
    assert "&lt;b&gt;Grill&lt;/b&gt; &amp; co" in html and untraced_digits(html) == [] and outside_references(html) == []
    assert "default-src 'none'" in html and "FINAL" in html
    book = openpyxl.load_workbook(BytesIO((tmp_path / "commitments.xlsx").read_bytes()))
    sheet = book.worksheets[0]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert (
        sheet["A2"].value == "=web()"
        and len(book.sheetnames) == 1
        and list(book.defined_names) == ["table_commitments_final"]
        and sheet.freeze_panes == "D2"
    )
    assert sheet.sheet_state == "visible" and book.properties.creator in (None, "", "openpyxl")


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = own_rows(tables(), SUPPLIERS, "L-1")
    assert view_documents(rows, SUPPLIERS, "L-1", HEAD) == view_documents(rows, SUPPLIERS, "L-1", HEAD)


@pytest.mark.parametrize("name", ["../../etc", "Ålder & Co", "ALDER CO", "", "CON", "a" * 300, "a/b\\c\0d", "\u202ecod"])
def test_a_folder_is_named_so_that_nothing_leaves_it(name: str) -> None:
    made = folder_name(name)
    assert made.replace("_", "").isalnum() and made.isascii() and len(made) < 60


def test_no_two_readers_share_a_folder() -> None:
    assert len({folder_name(name) for name in ("Ålder & Co", "Alder Co", "alder-co", "ALDER CO")}) == 4


def differences() -> pd.DataFrame:
    rows = [
        ("demand", "Grills", "units", 100.0, 80.0),
        ("demand", "*", "units", 200.0, 180.0),
        ("net_sales", "*", "money", 1e6, 1e6 + 1),
        ("heads", "welders", "people", 4.0, 6.0),
        ("fill_rate", "*", "share", 0.99, 0.95),
        ("heads", "new", "people", float("nan"), 2.0),
    ]
    frame = pd.DataFrame(rows, columns=["measure", "subject", "unit", "before", "now"])
    return frame.assign(change=frame["now"] - frame["before"])


def test_a_department_reads_what_touches_it() -> None:
    assert list(touching(differences(), "head_of_hr")["subject"]) == ["welders", "new"]
    page = department_page(differences(), "head_of_sales", HEAD, "2026-02 v1")
    assert "Demand, against" in page and "welders" not in page and "Net sales" not in page  # a krona in a million is no change
    assert untraced_digits(page) == []
    assert "Nothing that touches you changed against" in department_page(differences(), "head_of_materials", HEAD, "2026-02 v1")
    assert "no plan before this one" in department_page(differences(), "head_of_hr", HEAD, "")
    lines = letter_lines(touching(differences(), "head_of_sales"), HEAD.writer(), "2026-02 v1")
    assert lines[1] == "Demand, Grills: 100\u00a0units -> 80\u00a0units"
    assert set(TOUCHES) == {role for role in TOUCHES if role.startswith("head_of_")}


def test_a_letter_is_whole_unsent_and_the_same_twice() -> None:
    made = letter("Plan\nBcc: all@example.com", ["Hej Åsa"], {"plan.pdf": b"%PDF", "plan.csv": b"a,b"}, to="sales@example.com")
    assert made == letter("Plan\nBcc: all@example.com", ["Hej Åsa"], {"plan.pdf": b"%PDF", "plan.csv": b"a,b"}, to="sales@example.com")
    message = message_from_bytes(made, policy=default)
    assert message["To"] == "sales@example.com" and message["X-Unsent"] == "1" and message["Bcc"] is None and message["From"] is None
    assert [part.get_filename() for part in message.iter_attachments()] == ["plan.pdf", "plan.csv"]
    assert message.get_body().get_content().strip() == "Hej Åsa"


def test_dates_are_calendar_entries_that_keep_their_name() -> None:
    made = calendar("S&OP", [Date("T1", "Quote; from, a maker", date(2026, 3, 20), "head_of_purchasing")], date(2026, 3, 1))
    entry = Calendar.from_ical(made).walk("VEVENT")[0]
    assert entry.decoded("dtstart") == date(2026, 3, 20) and str(entry["summary"]) == "Quote; from, a maker"
    moved = calendar("S&OP", [Date("T1", "Quote", date(2026, 3, 27))], date(2026, 3, 1))
    assert Calendar.from_ical(moved).walk("VEVENT")[0]["uid"] == entry["uid"]


def test_minutes_tell_what_is_recorded_and_carry_actions_over() -> None:
    noted = [
        Noted(1, "2026-03-16T09:00:00+00:00", "approval", "managing_director", "identity: typed"),
        Noted(2, "2026-03-16T09:05:00+00:00", "decision", "managing_director", "D1=B <script>"),
        Noted(3, "2026-03-16T09:06:00+00:00", "step_finished", "", "no human did it"),
    ]
    rows = [("T1", "Quote", "head_of_purchasing", "2026-03-20", "late"), ("T2", "Call", "head_of_sales", "2026-03-10", "open"),
            ("T3", "Done", "head_of_hr", "2026-03-01", "done")]  # fmt: skip
    actions = pd.DataFrame(rows, columns=["action", "statement", "owner", "due_date", "status"])
    actions["due_date"] = pd.to_datetime(actions["due_date"])
    there = [Attended("pre_sop", ("head_of_sales",)), Attended("executive", ("managing_director",), ("head_of_finance",))]
    told_of = minutes(noted, actions, HEAD, there)
    assert "&lt;script&gt;" in told_of.html and untraced_digits(told_of.html) == [] and "no human did it" not in told_of.html
    text = "\n".join(told_of.lines)
    assert "Pre-S&OP: head of sales.\n" in text and "Executive meeting: managing director. No quorum; missing: head of finance." in text
    assert text.index("T2") < text.index("T1") and "T3" not in text and "Nothing is recorded." in text
