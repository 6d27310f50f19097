"""Faults that came from outside the lists: totals by group, signs nobody sees, weeks for months, files of another kind."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_inputs import FORMATS, VALID, broken, read, told
from openpyxl import Workbook

from sopkit.data.contracts import INPUTS
from sopkit.data.parsing import Fault, Grammar, is_total_label, month_of, number_of
from sopkit.data.plausibility.spans import SPANS, ends_before_begins
from sopkit.data.sources.many import plain_values
from sopkit.data.sources.raw import Texts

pytestmark = pytest.mark.bad_inputs

STOCK = VALID["inventory"]


def test_totals_of_groups_are_the_sums_of_their_rows(tmp_path: Path):
    """24 rows of 5 + month: the first ten add up to 117; a subtotal that is wrong is rejected, the ones around it are not."""
    sums = [sum(float(row[2]) for row in STOCK.rows[first:last]) for first, last in ((0, 10), (10, 20), (0, 24))]  # type: ignore[arg-type]

    def change(lines: list[list[object]]) -> None:
        lines.append(["Totalt", None, sums[2]])
        lines.insert(21, ["Lager summa", None, sums[1] + 1])
        lines.insert(11, ["Delsumma A", None, sums[0]])

    result = broken(tmp_path, STOCK, FORMATS["swedish"], change)
    assert told(result) == [("totals_row", "REPAIR", 12, ""), ("totals_row", "REJECT", 23, ""), ("totals_row", "REPAIR", 28, "")]
    assert len(result.tables["inventory"]) == len(STOCK.rows)


@pytest.mark.parametrize(
    "label",
    ["Gesamtergebnis", "Endsumme", "Insgesamt", "Totale", "Suma", "Loppusumma", "Σ", "Grills Total", "Nord Ergebnis", "Summe von F1"],
)
def test_words_of_totals_in_other_languages(label: str):
    assert is_total_label(label)


@pytest.mark.parametrize("text", ["Totalentreprenad", "Summer grill", "Ergebnisse", "Summit", "Total", "totalförsvar"])
def test_a_word_that_begins_like_a_total_is_none(text: str):
    assert is_total_label(text) == (text == "Total")


@pytest.mark.parametrize(
    ("sign", "clean"),
    [("\u00ad", ""), ("\u200e", ""), ("\u202a", ""), ("\x01", ""), ("\x7f", ""), ("\u2009", None), ("\u3000", None)],
    ids=["soft hyphen", "left to right", "embedding", "control", "delete", "thin space", "wide space"],
)
def test_signs_nobody_sees_are_left_out_of_codes_and_told(tmp_path: Path, sign: str, clean: str | None):
    def change(lines: list[list[object]]) -> None:
        code = str(lines[4][0])
        lines[4][0] = f"{code}{sign}" if clean is None else f"{code[0]}{sign}{code[1:]}"

    result = broken(tmp_path, STOCK, FORMATS["plain"], change)
    assert told(result) == [("trimmed", "REPAIR", 5, "item")]
    assert sorted(result.tables["inventory"]["item"]) == sorted(str(row[0]) for row in STOCK.rows)


def test_an_accent_that_is_a_sign_of_its_own_makes_no_other_code(tmp_path: Path):
    table = VALID["sales_history"]
    place = next(number for number, row in enumerate(table.rows) if row[1] == "Å/4 x")

    def change(lines: list[list[object]]) -> None:
        lines[place + 1][1] = "A\u030a/4 x"

    result = broken(tmp_path, table, FORMATS["plain"], change)
    assert told(result) == [("trimmed", "REPAIR", place + 2, "item")]
    assert set(result.tables["sales_history"]["item"]) == {str(row[1]) for row in table.rows}


@pytest.mark.parametrize("texts", [["A\u030a1"], ["A\u00ad1"], ["A1\u2009"], ["\x02A1"]])
def test_such_codes_are_left_to_the_grammar_where_there_are_many(texts: list[str]):
    found = plain_values(Texts(pa.array([*texts, "A1"])), "code", Grammar(), ())
    assert found is not None and found.others.tolist() == [0]


@pytest.mark.parametrize(("form", "text"), [("YYYY-Www", "2025-W36"), ("YYYYWW", "202536"), ("YYWW", "2536")])
def test_a_week_is_no_month_even_where_its_monday_is_the_first(form: str, text: str):
    found = month_of(text, Grammar(date_format=form))  # 2025-09-01 is a Monday
    assert isinstance(found, Fault) and found.rule == "not_a_month" and "is a week" in found.message


@pytest.mark.parametrize("text", ["1'234'567.5", "1\u2019234\u2019567.5"])
def test_the_swiss_write_two_apostrophes(text: str):
    grammar = Grammar(".", "'")
    assert number_of(text, grammar) == 1234567.5
    found = plain_values(Texts(pa.array([text])), "number", grammar, ())
    assert found is not None and found.values.tolist() == [1234567.5] and not len(found.others)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"PK\x03\x04rest", "a workbook or an archive"), (b"%PDF-1.4\n", "a PDF document"), (b"PAR1rest", "a Parquet file")],
)
def test_a_file_of_another_kind_with_the_ending_of_a_text(tmp_path: Path, content: bytes, kind: str):
    (tmp_path / "inventory.csv").write_bytes(content)
    result = read(tmp_path, STOCK, FORMATS["swedish"])
    assert told(result) == [("unreadable_file", "REJECT", 0, "")]
    assert f"the file is {kind}" in result.findings.query("rule == 'unreadable_file'")["message"].iloc[0]


def test_a_sheet_that_is_a_chart(tmp_path: Path):
    book = Workbook()
    book.create_chartsheet("Diagram")
    book.save(tmp_path / "inventory.xlsx")
    assert told(read(tmp_path, STOCK, FORMATS["xlsx"], sheet="Diagram")) == [("unreadable_file", "REJECT", 0, "")]


def test_columns_of_lists_and_columns_twice_in_parquet(tmp_path: Path):
    lists = pa.table({"item": ["A"], "period": ["2026-03"], "quantity": pa.array([[5.0]])})
    pq.write_table(lists, tmp_path / "inventory.parquet")
    assert ("column_type", "REJECT", 0, "quantity") in told(read(tmp_path, STOCK, FORMATS["parquet"]))
    twice = pa.table(
        [pa.array(["A"]), pa.array(["2026-03"]), pa.array([1.0]), pa.array([2.0])], names=["item", "period", "quantity", "quantity"]
    )
    pq.write_table(twice, tmp_path / "inventory.parquet")
    assert told(read(tmp_path, STOCK, FORMATS["parquet"])) == [("duplicate_header", "REJECT", 1, "quantity")]


@pytest.mark.parametrize("name", SPANS)
def test_a_row_that_ends_before_it_begins_is_rejected(name: str):
    """Of three rows one lasts a single day or month, one turns back, one has no end."""
    first, last = SPANS[name]
    kind = INPUTS[name].column(first).kind
    begins, ends = ["2026-03-02", "2026-03-02", "2026-03-02"], ["2026-03-02", "2026-03-01", None]
    if kind == "period":
        begins, ends = ["2026-03"] * 3, ["2026-03", "2026-02", None]
    frame = pd.DataFrame({first: begins, last: ends}, dtype="str")
    if kind == "day":
        frame = frame.astype("datetime64[s]")
    (found,) = ends_before_begins(frame, name)
    assert (found.rule, found.outcome, found.column, found.positions) == ("ends_before", "REJECT", last, (1,))
    assert ends_before_begins(frame.iloc[[0, 2]], name) == []
