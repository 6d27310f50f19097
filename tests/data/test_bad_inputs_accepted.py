"""Cells that look odd and are right: what is accepted means exactly what the dialect says, and is told where it is unusual."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from bad_inputs import FORMATS, TEXT, VALID, broken, random_row, told

pytestmark = pytest.mark.bad_inputs


@dataclass(frozen=True)
class Odd:
    """An odd cell: table, column, what stands there by format, what it means, and the finding that tells it."""

    table: str
    column: str
    value: object
    means: object
    formats: tuple[str, ...] = TEXT
    rule: str = ""
    outcome: str = "ACCEPT"
    more: tuple[tuple[str, object], ...] = ()


ODD = [
    *[Odd("sales_history", "quantity", text, 1234.5, ("swedish",)) for text in ("1234,5", "1\u00a0234,5", "1 234,50")],
    Odd("sales_history", "revenue", "1.234,5", 1234.5, ("german",)),
    Odd("prices", "net_price", "1234.50", 1234.5, ("plain", "tabs")),
    Odd("sales_history", "quantity", "\u22125", -5, ("german", "plain", "tabs"), "unicode_minus"),
    Odd("orders", "quantity", "1,2E+05", 120_000, ("swedish", "german"), "scientific"),
    Odd("orders", "quantity", "1.2e3", 1200, ("plain", "tabs"), "scientific"),
    Odd("inventory", "quantity", "0", 0),
    *[
        Odd("sales_history", "customer", code, code, (*TEXT, *(("parquet",) if code[0] == "=" else ("xlsx", "parquet"))))
        for code in (
            "00123",
            "1E5",
            "12E4",
            "NA",
            "None",
            "null",
            "nan",
            "NO",
            "true",
            "-",
            "2-3",
            "12345.0",
            "=1+1",
            "+1",
            "@x",
            "C 1",
            "№5",
        )
    ],
    *[Odd("items", "item_name", text, text) for text in ('Rör 12"', "Smör; bröd, ägg", "a\tb", "två\nrader", '"citat"')],
    Odd("sales_history", "customer", 4711, "4711", ("xlsx",)),
    Odd("sales_history", "customer", 4711.0, "4711", ("xlsx",)),
    Odd("sales_history", "quantity", 12, 12.0, ("xlsx",)),
    Odd("orders", "requested_date", datetime(2026, 1, 7), date(2026, 1, 7), ("xlsx",)),
    Odd("inventory", "quantity", "12.5", 12.5, ("xlsx",), "number_as_text", "REPAIR"),
    Odd("orders", "requested_date", "46054", date(2026, 2, 1), TEXT, "date_serial", "REPAIR", (("allow_serial", True),)),
    Odd("orders", "requested_date", 46054, date(2026, 2, 1), ("xlsx",), "date_serial", "REPAIR", (("allow_serial", True),)),
    Odd("orders", "quantity", "100-", -100, ("swedish",), "out_of_bounds", "REJECT", (("trailing_minus", True),)),
    Odd("sales_history", "quantity", "100-", -100, TEXT, more=(("trailing_minus", True),)),
    Odd("prices", "valid_from", "2026-03-31T22:30Z", date(2026, 4, 1), TEXT, more=(("time_zone", "Europe/Stockholm"),)),
    Odd("prices", "valid_from", "2026-01-31 23:30+00:00", date(2026, 2, 1), TEXT, more=(("time_zone", "Europe/Stockholm"),)),
]


@pytest.mark.parametrize(
    ("odd", "form"),
    [
        pytest.param(odd, form, id=f"{odd.column}-{odd.value!r}-{form}")
        for number, odd in enumerate(ODD)
        for turn, form in enumerate(odd.formats)
        if (number + turn) % len(odd.formats) < 2
    ],
)
def test_an_odd_cell_means_what_the_dialect_says(tmp_path: Path, odd: Odd, form: str):
    encoding = str(FORMATS[form].declared.get("encoding", "utf-8"))
    if isinstance(odd.value, str) and odd.value.encode(encoding, "replace").decode(encoding) != odd.value:
        pytest.skip("the encoding does not have this sign")
    table, row = VALID[odd.table], random_row(VALID[odd.table], odd, form)
    if odd.value in ("2026-03-31T22:30Z",):
        row = len(table.rows) + 1

    def change(lines: list[list[object]]) -> None:
        lines[row - 1][table.place(odd.column)] = odd.value

    result = broken(tmp_path, table, FORMATS[form], change, **dict(odd.more))
    wanted = [(odd.rule, odd.outcome, row, odd.column)] if odd.rule else []
    assert told(result, notes=True) == wanted
    if odd.outcome != "REJECT":
        came = [value.date() if isinstance(value, pd.Timestamp) else value for value in result.tables[odd.table][odd.column]]
        good = [line[table.place(odd.column)] for number, line in enumerate(table.rows, start=2) if number != row]
        assert sorted(came, key=str) == sorted([*good, odd.means], key=str)


@pytest.mark.parametrize(("mark", "form"), [("-", "swedish"), ("n/a", "german"), ("..", "plain"), ("–", "tabs"), ("NULL", "swedish")])
def test_marks_that_mean_empty_are_declared_and_told(tmp_path: Path, mark: str, form: str):
    table, row = VALID["sales_history"], random_row(VALID["sales_history"], mark, form)

    def change(lines: list[list[object]]) -> None:
        lines[0].append("cost")
        for line in lines[1:]:
            line.append(1.0)
        lines[row - 1][-1] = mark

    refused = broken(tmp_path, table, FORMATS[form], change)
    assert told(refused) == [("not_a_number", "REJECT", row, "cost")]
    result = broken(tmp_path, table, FORMATS[form], change, empty_marks=[mark])
    assert told(result, notes=True) == [("blank_cells", "ACCEPT", row, "cost"), ("empty_mark", "ACCEPT", row, "cost")]
    assert result.tables["sales_history"]["cost"].isna().sum() == 1


@pytest.mark.parametrize("form", [*TEXT, "xlsx", "parquet"])
def test_blank_is_never_zero(tmp_path: Path, form: str):
    table, row = VALID["sales_history"], random_row(VALID["sales_history"], form)

    def change(lines: list[list[object]]) -> None:
        for number, line in enumerate(lines[1:], start=2):
            line.append(None if number == row else 0.0)

    wide = type(table)(table.name, (*table.columns, ("cost", "number")), table.rows)
    result = broken(tmp_path, wide, FORMATS[form], change)
    assert told(result, notes=True) == [("blank_cells", "ACCEPT", row, "cost")]
    assert result.tables["sales_history"]["cost"].isna().sum() == 1 and result.tables["sales_history"]["cost"].sum() == 0


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("YYWW", "2609", date(2026, 2, 23)),
        ("YYYYWW", "202609", date(2026, 2, 23)),
        ("YYYY-Www", "2026-W09", date(2026, 2, 23)),
        ("v.W YYYY", "v.9 2026", date(2026, 2, 23)),
        ("YYYY-Www", "2026-W53", date(2026, 12, 28)),
    ],
)
def test_declared_weeks_are_their_monday(tmp_path: Path, form: str, text: str, day: date):
    table = VALID["prices"]

    def change(lines: list[list[object]]) -> None:
        for number, line in enumerate(lines[1:]):
            line[3] = text if number == 0 else {"YYWW": "2501", "YYYYWW": "202501", "YYYY-Www": "2025-W01", "v.W YYYY": "v.1 2025"}[form]

    result = broken(tmp_path, table, FORMATS["swedish"], change, date_format=form)
    assert told(result) == []
    assert result.tables["prices"]["valid_from"].max().date() == day
