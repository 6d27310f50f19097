"""Forms to suppliers and regions, as they go out and come back: what is confirmed, what was changed, what the next cycle carries."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from canaries import told
from openpyxl import load_workbook
from tiny_suite import Suite

from sopkit.data.findings import FindingLog
from sopkit.data.sources.confirmations import Confirmed, read_confirmed
from sopkit.data.sources.declaration import Source
from sopkit.errors import DataError, GateError
from sopkit.records.ledger import Ledger, NewEvent
from sopkit.report.delivery.answer_form import answer_form
from sopkit.report.delivery.documents import Letterhead
from sopkit.report.delivery.redaction import VIEWS, own_rows
from sopkit.run.answering import Answer, actions_of, answered
from sopkit.run.beside import Beside

HEAD = Letterhead("Tiny Ltd", "2026-03", "FINAL", 1, "en", "SEK")
LOADS = pd.DataFrame(
    [
        ("L-1", "valve", "2026-03", 100.0), ("L-1", "valve", "2026-04", 80.0), ("L-1", "=web()", "2026-03", 7.0),
        ("L-2", "kanarie", "2026-03", 5.0),
    ],
    columns=["supplier", "component", "period", "purchased_quantity"],
)  # fmt: skip


def form(reader: str = "L-1", head: Letterhead = HEAD, company: str = "tiny") -> bytes:
    return answer_form(own_rows({"supplier_load": LOADS}, VIEWS[0], reader), VIEWS[0], reader, head, company)


def filled(path: Path, content: bytes, cells: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    book = load_workbook(path)
    for cell, value in cells.items():
        book["Answer"][cell] = value
    book.save(path)
    return path


def read(path: Path) -> tuple[Confirmed | None, list[str]]:
    log = FindingLog()
    said = read_confirmed(path, log, company="tiny", cycle="2026-03")
    return said, [finding.rule for finding in log.stopping]


def test_what_is_confirmed_comes_back_line_by_line(tmp_path: Path) -> None:
    said, wrong = read(filled(tmp_path / "a.xlsx", form(), {"D3": 60, "E3": "the oven is down", "D4": "80", "E4": None}))
    assert said is not None and wrong == [] and (said.kind, said.reader, said.version) == ("suppliers", "L-1", 1)
    rows = said.rows.set_index(["subject", "period"])
    assert list(rows["asked"]) == [7.0, 100.0, 80.0] and rows.loc[("valve", "2026-03"), "note"] == "the oven is down"
    assert rows["confirmed"].fillna(-1.0).tolist() == [-1.0, 60.0, 80.0]  # what is left empty is not answered


def test_the_same_rows_give_the_same_form_and_nothing_of_others(tmp_path: Path) -> None:
    assert form() == form()
    (tmp_path / "answer.xlsx").write_bytes(form())
    assert [place for place, text in told(tmp_path) if "kanarie" in text.lower()] == []
    assert [cell.data_type for row in load_workbook(tmp_path / "answer.xlsx")["Answer"].iter_rows() for cell in row].count("f") == 0


@pytest.mark.parametrize(("cells", "rule"), [
    ({"D3": "lots"}, "not_a_number"), ({"D3": -4}, "out_of_bounds"), ({"C3": 60}, "changed_form"), ({"A3": "tap"}, "changed_form"),
    ({"A5": "tap", "B5": "2026-09", "C5": 3}, "changed_form"), ({"C2": "all"}, "changed_form"),
])  # fmt: skip
def test_what_cannot_be_meant_is_rejected(tmp_path: Path, cells: dict[str, object], rule: str) -> None:
    _, wrong = read(filled(tmp_path / "a.xlsx", form(), cells))
    assert wrong == [rule]


def test_a_form_of_somebody_else_is_none_of_ours(tmp_path: Path) -> None:
    other = Letterhead("Tiny Ltd", "2026-02", "FINAL", 1, "en", "SEK")
    assert read(filled(tmp_path / "a.xlsx", form(head=other), {}))[1] == ["other_form"]
    assert read(filled(tmp_path / "b.xlsx", form(company="huge"), {}))[1] == ["other_form"]
    (tmp_path / "c.xlsx").write_bytes(b"<html>")
    assert read(tmp_path / "c.xlsx")[0] is None and read(tmp_path / "c.xlsx")[1] != []


def test_a_sorted_form_is_the_same_form(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", form(), {"D2": 7, "D3": 100, "D4": 80})
    book = load_workbook(path)
    sheet = book["Answer"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for line, row in enumerate(reversed(rows), start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(line, place).value = value
            sheet.cell(line, place).data_type = "s" if isinstance(value, str) else "n"  # a text that begins with = stays one
    book.save(path)
    said, wrong = read(path)
    assert wrong == [] and said is not None and (said.rows["confirmed"] == said.rows["asked"]).all()


def test_who_confirms_less_becomes_an_action() -> None:
    rows = pd.DataFrame(
        [
            ("valve", "2026-03", 100.0, 60.0, "oven"), ("valve", "2026-04", 80.0, 79.0, ""), ("tap", "2026-03", 5.0, 5.0, ""),
            ("tap", "2026-04", 5.0, None, ""),
        ],
        columns=["subject", "period", "asked", "confirmed", "note"],
    ).astype({"confirmed": float})  # fmt: skip
    answers = [Answer(Confirmed("suppliers", "L-1", 1, rows), Path("a")), Answer(Confirmed("regions", "SE", 1, rows.iloc[2:3]), Path("b"))]
    assert answers[0].line == "L-1: 144 of 185 confirmed, 2 lines short, 1 lines not answered"
    made = actions_of(answers, "2026-03", {"suppliers": date(2026, 4, 15), "regions": date(2026, 4, 10)})
    assert made.to_dict("records") == [{
        "action": "2026-03-answer-1", "owner": "head_of_materials", "due_date": "2026-04-15", "status": "open",
        "statement": "L-1 confirms 60 of 100 valve in 2026-03 (oven), and less on 1 more lines: settle it, or plan with it",
    }]  # fmt: skip


@pytest.fixture
def asked(suite: Suite) -> Suite:
    """A company that published a first version."""
    suite.change_params("  items: {file: items.csv}", "  items: {file: items.csv}\n  actions: {file: actions*.csv}")
    body = {"version": 1, "status": "FINAL"}
    ledger = Ledger.open(suite.reports / "tiny" / "ledger.sqlite")
    ledger.append([NewEvent("publication:2026-03:v1", "publication", "2026-03", "", body)])
    return suite


def test_answers_are_recorded_and_carried_into_the_next_cycle(asked: Suite, tmp_path: Path) -> None:
    own = asked.root / "data" / "actions.csv"
    own.write_text("Action,owner,statement,due_date,status,revenue_effect,our own\n")  # another order, more columns
    filled(tmp_path / "back" / "a.xlsx", form(), {"D3": 60, "D4": 80})
    lines = answered(asked.params, tmp_path / "back", None)
    assert lines[0] == "L-1: 140 of 180 confirmed, 1 lines short, 1 lines not answered"
    carried = own.with_name("actions_answered.csv")
    assert carried.read_text().splitlines()[0] == own.read_text().strip()  # one folder, one header
    written = pd.read_csv(carried)
    assert list(written["owner"]) == ["head_of_materials"] and "confirms 60 of 100 valve" in written["statement"][0]
    answered(asked.params, tmp_path / "back", None)  # the same answer again is the same event
    events = Ledger.open(asked.reports / "tiny" / "ledger.sqlite").events(kind="inputs_received")
    assert len(events) == 1 and events[0].body["answer_of"] == "L-1" and events[0].body["confirmed"] == "140.000"
    filled(tmp_path / "back" / "a.xlsx", form(), {"D2": 7, "D3": 100, "D4": 80})
    answered(asked.params, tmp_path / "back", None)
    assert not own.with_name("actions_answered.csv").exists()  # nothing is left to settle


def test_answers_that_come_before_the_next_extract_have_the_header_of_the_last_one(tmp_path: Path) -> None:
    """The usual order: suppliers answer while the month's files are not here yet."""
    for name in ("then", "now"):
        (tmp_path / name).mkdir()
    (tmp_path / "then" / "actions.csv").write_text("action;statement;revenue_effect\n")
    beside = Beside(Source(file="actions*.csv", delimiter=";"), "actions", tmp_path / "now", "actions_answered.csv", tmp_path / "then")
    rows = pd.DataFrame({"action": ["A1"], "statement": ["less"], "owner": ["sales"]})
    assert beside.written(rows).decode().splitlines() == ["action;statement;revenue_effect", "A1;less;"]
    assert beside.columns == ["action", "statement", "revenue_effect"]


def test_a_wrong_answer_stops_all_and_an_answer_to_nothing_is_refused(asked: Suite, tmp_path: Path) -> None:
    filled(tmp_path / "back" / "a.xlsx", form(), {"D3": 60})
    filled(tmp_path / "back" / "b.xlsx", form("L-2"), {"D2": "many"})
    with pytest.raises(DataError, match="nothing was written") as caught:
        answered(asked.params, tmp_path / "back", None)
    assert "b.xlsx" in str(caught.value) and not (asked.reports / "tiny" / "answered").exists()
    with pytest.raises(GateError, match="nobody was asked yet"):
        answered(asked.params, tmp_path / "back", "2026-04")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.xlsx").write_bytes(form(head=Letterhead("Tiny Ltd", "2026-03", "FINAL", 3, "en", "SEK")))
    with pytest.raises(DataError, match="an answer to v3; v1 holds"):
        answered(asked.params, tmp_path / "old", None)
