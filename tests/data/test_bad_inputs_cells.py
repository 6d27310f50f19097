"""One bad cell in a random row of a valid table: the same outcome in every table, column and format."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from bad_inputs import FORMATS, TEXT, VALID, Format, Valid, broken, lines_of, random_row, read, told, write

pytestmark = pytest.mark.bad_inputs

TYPED = ("xlsx", "parquet")
COLUMNS = {
    "number": [
        ("sales_history", "quantity"),
        ("sales_history", "revenue"),
        ("orders", "quantity"),
        ("inventory", "quantity"),
        ("prices", "net_price"),
    ],
    "day": [("sales_history", "date"), ("orders", "requested_date"), ("prices", "valid_from")],
    "period": [("inventory", "period")],
    "code": [("sales_history", "customer"), ("orders", "region"), ("items", "family")],
    "item": [("sales_history", "item"), ("orders", "item"), ("inventory", "item")],
    "choice": [("items", "supply_strategy")],
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", VALID)
def test_a_clean_file_has_no_finding_at_all(tmp_path: Path, name: str, form: str):
    table = VALID[name]
    write(tmp_path, table, FORMATS[form], lines_of(table))
    result = read(tmp_path, table, FORMATS[form])
    assert result.findings.empty
    frame = result.tables[name]
    assert len(frame) == len(table.rows)
    for column, kind in table.columns:
        wanted = sorted(row[table.place(column)] for row in table.rows)  # type: ignore[type-var]
        came = [value.date() for value in frame[column]] if kind == "day" else frame[column].tolist()
        assert sorted(came) == wanted, column


@dataclass(frozen=True)
class Bad:
    """A bad cell: the kind of column, what stands in it by format, and what becomes of it."""

    kind: str
    value: object
    rule: str
    outcome: str = "REJECT"
    formats: tuple[str, ...] = TEXT


BAD_CELLS = [
    *[
        Bad("number", text, "not_a_number")
        for text in ("k.A.", "inf", "-inf", "nan", "NaN", "1e400", "1_000", "0x1F", "--5", "(12)", "12,", "²", "True")
    ],
    *[
        Bad("number", text, "not_a_number")
        for text in ("-", "–", "..", "n/a", "NULL", "SEK 100", "100 kr", "12 st", "5 kg", "100-", "1 23,4")
    ],
    *[Bad("number", text, "other_dialect", formats=("swedish",)) for text in ("1.234", "2.5", "1,234.5", "1.234,5")],
    *[Bad("number", text, "other_dialect", formats=("plain", "tabs")) for text in ("1,5", "1 234", "1.234,5", "1\u00a0234")],
    *[Bad("number", text, "other_dialect", formats=("german",)) for text in ("2.5", "1 234,5")],
    *[
        Bad(kind, text, "spreadsheet_error", formats=(*TEXT, "xlsx"))
        for kind in COLUMNS
        for text in ("#N/A", "#SAKNAS!", "#REF!", "#DIVISION/0!", "#VÄRDEFEL!", "#NAMN?")
    ],
    *[Bad(kind, blank, "empty_cell") for kind in COLUMNS for blank in ("", " ", "\u00a0")],
    *[Bad(kind, None, "empty_cell", formats=TYPED) for kind in COLUMNS],
    *[
        Bad("day", text, "impossible_date", formats=("swedish", "plain", "tabs"))
        for text in ("2026-02-30", "2026-13-01", "2025-02-29", "0202-01-01", "2062-99-01", "2162-01-01", "2026-00-10")
    ],
    *[
        Bad("day", text, "impossible_date", formats=("german",))
        for text in ("30.02.2026", "01.13.2026", "29.02.2025", "01.01.0202", "00.01.2026")
    ],
    *[Bad("day", text, "other_date_format") for text in ("01/02/2026", "2026/01/02", "2-1-2026", "2026-08-31T22:30Z", "26-01-02")],
    Bad("day", "02.01.2026", "other_date_format", formats=("swedish", "plain", "tabs")),
    Bad("day", "2026-01-02", "other_date_format", formats=("german",)),
    *[Bad("day", text, "not_a_date") for text in ("46054", "2609", "v.9 2026", "2026-W09", "mars", "ASAP")],
    *[Bad("period", text, "not_a_date") for text in ("2609", "v.9 2026", "2026-W09", "mars 2026", "202603")],
    Bad("period", "2026-13", "impossible_date", formats=()),
    *[Bad("item", text, "precision_lost") for text in ("7,35001E+12", "7.35E+12", "4E+11")],
    Bad("choice", "köpt", "not_a_choice", formats=(*TEXT, "xlsx")),
    *[Bad("item", value, "code_is_a_date", formats=("xlsx",)) for value in (datetime(2026, 3, 2), datetime(1905, 6, 1))],
    *[Bad("code", value, "code_is_a_date", formats=("xlsx",)) for value in (datetime(2026, 3, 2),)],
    *[Bad("item", value, "code_is_a_number", formats=("xlsx",)) for value in (7350012345678.5, 7.35001234567812e17)],
    *[Bad("number", value, "not_a_number", formats=("xlsx",)) for value in (datetime(2026, 3, 2), True, "12 st", "-")],
    *[Bad("number", value, "not_a_number", formats=("parquet",)) for value in (float("inf"), float("nan"), float("-inf"))],
    *[Bad("day", value, "not_a_date", formats=("xlsx",)) for value in (46054, 2609, "mars")],
    Bad("day", datetime(2026, 3, 2, 8, 30), "time_of_day", formats=("xlsx",)),
    *[Bad("day", value, "impossible_date", formats=("xlsx",)) for value in ("2026-02-30", "0202-01-01")],
    Bad("number", "12.5", "number_as_text", "REPAIR", ("xlsx",)),
    *[Bad(kind, None, "trimmed", "REPAIR", (*TEXT, "xlsx", "parquet")) for kind in ("item", "code")],
]


def cases() -> list[object]:
    """Each bad cell in one of its columns, in one of its text formats and in each other one; columns and formats take turns."""
    made = []
    for number, bad in enumerate(BAD_CELLS):
        texts = [form for form in bad.formats if form in TEXT]
        formats = [*texts[number % len(texts) :][:1], *(form for form in bad.formats if form in TYPED)] if texts else bad.formats
        for turn, form in enumerate(formats):
            choice = COLUMNS[bad.kind][(number + turn) % len(COLUMNS[bad.kind])]
            made.append(pytest.param(bad, *choice, form, id=f"{bad.rule}-{bad.value!r}-{choice[0]}-{choice[1]}-{form}"))
    return made


def changed(bad: Bad, table: Valid, column: str, form: Format, row: int) -> object:
    """What stands in the cell."""
    good = table.rows[row - 2][table.place(column)]
    if bad.rule == "trimmed":
        return [f"{good} ", f"\u00a0{good}", f"{good}\t", f"\u200b{good}"][
            row % (2 if form.declared.get("encoding") == "cp1252" or form.declared.get("delimiter") == "\t" else 4)
        ]
    return bad.value


@pytest.mark.parametrize(("bad", "name", "column", "form"), cases())
def test_a_bad_cell_is_found_in_its_row_and_column(tmp_path: Path, bad: Bad, name: str, column: str, form: str):
    table, row = VALID[name], random_row(VALID[name], bad, name, column, form)
    value = changed(bad, table, column, FORMATS[form], row)
    if FORMATS[form].declared.get("encoding") == "cp1252":
        str(value).encode("cp1252", "strict")

    def change(lines: list[list[object]]) -> None:
        lines[row - 1][table.place(column)] = value

    result = broken(tmp_path, table, FORMATS[form], change)
    assert told(result) == [(bad.rule, bad.outcome, row, column)]
    assert len(result.tables[name]) == len(table.rows) - (bad.outcome == "REJECT")
