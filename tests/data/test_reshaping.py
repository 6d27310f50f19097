"""Months in columns, folders of monthly files, units and currencies: what becomes of them, and where a finding points."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from sopkit.data.contracts import INPUTS
from sopkit.data.sources.declaration import Source, input_files
from sopkit.data.sources.folders import matching_files, pattern_fault
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.data.sources.unpivot import month_of_header

ITEMS = {"rows": [{"item": code, "item_name": code, "family": "F", "supply_strategy": "buy"} for code in ("A", "B", "C")]}
REST = {"region": "n", "channel": "c", "customer": "-"}


def intake(root: Path, *, cutoff: str = "2026-03", rates: list[dict[str, object]] | None = None, **sales: object) -> Intake:
    """The intake of three items and one declared history."""
    declared: dict[str, object] = {"items": ITEMS, "sales_history": {"constants": REST} | sales}
    if rates:
        declared["exchange_rates"] = {"rows": rates}
    return read_sources({name: Source.model_validate(source) for name, source in declared.items()}, root, cutoff=cutoff)


def told(result: Intake, *columns: str) -> list[tuple[object, ...]]:
    return list(result.findings[["rule", "outcome", *(columns or ("row", "column"))]].itertuples(index=False, name=None))


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# -- months in columns -------------------------------------------------------------------------------------------------

WIDE = {"unpivot": {"columns": "YYYY-MM", "into": "date", "value": "quantity"}, "constants": REST | {"revenue": 0}}
LINES = ("Artikelnr,2026-01,2026-02,2026-03", "A,1,2,3", "B,4,,6", "C,7,8,9")


def test_each_month_becomes_a_row_and_a_blank_none(tmp_path: Path):
    write(tmp_path / "wide.csv", *LINES)
    result = intake(tmp_path, file="wide.csv", **WIDE)
    result.raise_if_rejected()
    assert told(result, "value") == [("blank_month", "ACCEPT", "1"), ("series_gap", "ACCEPT", "1")]
    history = result.tables["sales_history"].assign(date=lambda frame: frame["date"].dt.strftime("%Y-%m-%d"))
    assert history.pivot(index="item", columns="date", values="quantity").fillna(-1).to_numpy().tolist() == [
        [1, 2, 3],
        [4, -1, 6],
        [7, 8, 9],
    ]
    assert sorted(history["date"].unique()) == ["2026-01-01", "2026-02-01", "2026-03-01"]


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("2026-02", "YYYY-MM"),
        (" 2026-02 ", "YYYY-MM"),
        ("202602", "YYYYMM"),
        ("02/2026", "MM/YYYY"),
        ("2/26", "M/YY"),
        ("feb 2026", "MMM YYYY"),
        ("Februari 2026", "MMM YYYY"),
        ("FEBRUARY 2026", "MMM YYYY"),
        ("feb-26", "MMM-YY"),
        ("2026-02-01", "MMM YYYY"),
        ("2026-02-28", "YYYY-MM"),
    ],
)
def test_a_header_is_a_month(header: str, form: str):
    assert month_of_header(header, form) == "2026-02"


@pytest.mark.parametrize("header", ["maj 2026", "May 2026", "MAJ 2026"])
def test_month_names_are_swedish_and_english(header: str):
    assert month_of_header(header, "MMM YYYY") == "2026-05"


@pytest.mark.parametrize("header", ["2026", "2026-13", "2026-02-03", "Total", "feb", "02-2026", ""])
def test_other_headers_are_none(header: str):
    assert month_of_header(header, "YYYY-MM") is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("row", "month"), [(2, 1), (4, 3), (3, 1)])
def test_a_finding_names_the_cell_of_the_wide_sheet(tmp_path: Path, kind: str, row: int, month: int):
    cells = [line.split(",") for line in LINES]
    cells[row - 1][month] = "x7"
    if kind == "csv":
        write(tmp_path / "wide.csv", *(",".join(line) for line in cells))
    else:
        book = Workbook()
        for line in cells:
            book.active.append([int(value) if value.isdigit() else value or None for value in line])
        book.save(tmp_path / "wide.xlsx")
    result = intake(tmp_path, file=f"wide.{kind}", **WIDE)
    bad = result.findings[result.findings["outcome"] == "REJECT"]
    address = f"{'ABCD'[month]}{row}" if kind == "xlsx" else ""
    found = list(bad[["rule", "row", "column", "cell", "value"]].fillna("").itertuples(index=False, name=None))
    assert found == [("not_a_number", row, f"2026-0{month}", address, "x7")]


def test_a_rule_on_values_names_the_month_and_its_cell(tmp_path: Path):
    """A row that no rule of cells refuses: returned units, in a sheet that begins at C3."""
    book = Workbook()
    for row, line in enumerate((["Artikelnr", "2026-01", "2026-02"], ["A", 5, 6], ["B", 7, -8]), start=3):
        for column, value in enumerate(line, start=3):
            book.active.cell(row, column, value)
    book.save(tmp_path / "wide.xlsx")
    result = intake(tmp_path, cutoff="2026-02", file="wide.xlsx", header_row=3, **WIDE)
    back = result.findings[result.findings["rule"] == "returned_units"].iloc[0]
    assert (back["row"], back["column"], back["cell"]) == (5, "2026-02", "E5")


def test_identifiers_keep_their_cell_too(tmp_path: Path):
    book = Workbook()
    book.active.append(["2026-01", "Artikelnr", "2026-02"])
    book.active.append([1, "A ", 2])
    book.save(tmp_path / "wide.xlsx")
    result = intake(tmp_path, cutoff="2026-02", file="wide.xlsx", **WIDE)
    assert told(result, "row", "column", "cell") == [("trimmed", "REPAIR", 2, "Artikelnr", "B2")] * 2


@pytest.mark.parametrize(
    ("header", "columns", "finding"),
    [
        ("Artikelnr,2026-01,2026-01,2026-03", "YYYY-MM", ("duplicate_header", "REJECT")),
        ("Artikelnr,2026-01,januari 2026,2026-03", "YYYY-MM", ("unknown_column", "REJECT")),
        ("Artikelnr,2026-01,2026-04,2026-03", "YYYY-MM", ("missing_month", "ASK")),
        ("Artikelnr,2026-01,2026-02,2026-03", "2025-12..2026-03", ("missing_column", "REJECT")),
        ("Artikelnr,2026-01,2026-02,2026-03", "2026-01..2026-02", ("unknown_column", "REJECT")),
        ("Artikelnr,a,b,c", "YYYY-MM", ("missing_column", "REJECT")),
    ],
)
def test_headers_that_do_not_fit(tmp_path: Path, header: str, columns: str, finding: tuple[str, str]):
    write(tmp_path / "wide.csv", header, *LINES[1:])
    result = intake(tmp_path, file="wide.csv", **(WIDE | {"unpivot": WIDE["unpivot"] | {"columns": columns}}))
    assert finding in [row[:2] for row in told(result)]


def test_a_totals_row_of_a_wide_sheet_is_checked_month_by_month(tmp_path: Path):
    sales = WIDE | {"constants": {"channel": "c", "customer": "-", "revenue": 0}}
    lines = ["Artikelnr,region,2026-02,2026-03", "A,n,1,2", "B,n,3,4"]
    write(tmp_path / "wide.csv", *lines, "Summa,,4,6")
    result = intake(tmp_path, file="wide.csv", **sales)
    assert told(result) == [("totals_row", "REPAIR", 4, "")]
    write(tmp_path / "wide.csv", *lines, "Summa,,4,7")
    assert told(intake(tmp_path, file="wide.csv", **sales))[0][:3] == ("totals_row", "REJECT", 4)


def test_a_wide_table_that_is_not_declared_is_one_finding(tmp_path: Path):
    write(tmp_path / "wide.csv", *LINES)
    result = intake(tmp_path, file="wide.csv")
    wide = result.findings[result.findings["rule"] == "months_in_columns"]
    assert len(wide) == 1 and "declare `unpivot`" in wide["hint"].item()
    assert not [rule for rule, *_ in told(result) if rule == "unknown_column"]


def test_a_wide_parquet_file_keeps_its_types(tmp_path: Path):
    pq.write_table(pa.table({"item": ["A", "B"], "2026-02": [1.5, None], "2026-03": [2.0, 3.0]}), tmp_path / "wide.parquet")
    result = intake(tmp_path, file="wide.parquet", **WIDE)
    result.raise_if_rejected()
    assert result.tables["sales_history"]["quantity"].tolist() == [1.5, 2.0, 3.0]


# -- folders of monthly files ------------------------------------------------------------------------------------------

HEADER = "date,item,quantity,revenue"


def folder(root: Path, months: dict[str, list[str]], name: str = "sales_{}.csv") -> None:
    for month, rows in months.items():
        write(root / "sales" / name.format(month), HEADER, *rows)


THREE = {"2026-01": ["2026-01-05,A,1,10"], "2026-02": ["2026-02-05,A,2,20", "2026-02-06,B,5,50"], "2026-03": ["2026-03-31,A,3,30"]}


@pytest.mark.parametrize("pattern", ["sales/*.csv", "sales/sales_{period}.csv", "*/sales_{YYYY}-{MM}.csv", "sales/sales_2026-0?.csv"])
def test_all_files_of_a_folder_are_one_table(tmp_path: Path, pattern: str):
    folder(tmp_path, THREE)
    write(tmp_path / "sales" / ".hidden.csv", "x")
    write(tmp_path / "sales" / "deeper" / "sales_2026-04.csv", "x")
    result = intake(tmp_path, file=pattern)
    result.raise_if_rejected()
    assert told(result) == []
    assert result.tables["sales_history"]["quantity"].tolist() == [1, 2, 5, 3]
    assert result.tables["sales_history"]["date"].is_monotonic_increasing
    assert input_files({"sales_history": Source(file=pattern)}, tmp_path) == [tmp_path / "sales" / f"sales_{month}.csv" for month in THREE]


def test_the_month_is_read_in_other_ways_too(tmp_path: Path):
    folder(tmp_path, {"202512": [], "202601": []})
    found = matching_files("sales/sales_{YYYY}{MM}.csv", tmp_path)
    assert [(file.name, file.period) for file in found] == [("sales/sales_202512.csv", "2025-12"), ("sales/sales_202601.csv", "2026-01")]
    folder(tmp_path, {"26-02": []})
    assert [file.period for file in matching_files("sales/sales_{YY}-{MM}.csv", tmp_path)] == ["2026-02"]


@pytest.mark.parametrize(
    "pattern", ["sales/**/x.csv", "sales/{month}.csv", "{YYYY}.csv", "{MM}.csv", "{period}_{MM}.csv", "x}.csv", "{x.csv"]
)
def test_a_wrong_pattern(pattern: str):
    assert pattern_fault(pattern)
    with pytest.raises(ValidationError, match="a pattern"):
        Source(file=pattern)


@pytest.mark.parametrize(
    ("month", "row", "column", "value"), [("2026-01", 2, "item", "Z9"), ("2026-02", 3, "quantity", "x"), ("2026-03", 2, "date", "")]
)
def test_a_finding_names_its_file(tmp_path: Path, month: str, row: int, column: str, value: str):
    months = {name: list(rows) for name, rows in THREE.items()}
    cells = months[month][row - 2].split(",")
    cells[HEADER.split(",").index(column)] = value
    months[month][row - 2] = ",".join(cells)
    folder(tmp_path, months)
    found = told(intake(tmp_path, file="sales/sales_{period}.csv"), "file", "row", "column")
    assert found[0][1:] == ("REJECT", f"sales/sales_{month}.csv", row, column)


def test_missing_months_doubled_months_and_rows_of_other_months(tmp_path: Path):
    folder(tmp_path, {"2026-01": ["2026-01-05,A,1,10", "2026-02-01,A,1,10"], "2026-03": ["2026-03-01,A,1,10"]})
    found = told(intake(tmp_path, file="sales/sales_{period}.csv"), "file", "row")
    assert ("missing_month", "ASK", "sales/sales_{period}.csv", 0) in found
    assert ("other_month", "REJECT", "sales/sales_2026-01.csv", 3) in found
    folder(tmp_path, {"2026-02": ["2026-02-05,A,1,10"]})
    folder(tmp_path, {"2026-02": ["2026-02-07,A,1,10"]}, "sales_{} (2).csv")
    found = told(intake(tmp_path, file="sales/sales_{period}*.csv"), "file", "row")
    assert ("duplicate_month", "REJECT", "sales/sales_2026-02.csv", 0) in found


def test_the_last_closed_month_is_expected(tmp_path: Path):
    folder(tmp_path, {"2026-01": THREE["2026-01"], "2026-02": THREE["2026-02"]})
    messages = intake(tmp_path, file="sales/sales_{period}.csv").findings["message"]
    assert messages.str.contains("no file for 2026-03").any()


def test_an_overlap_is_asked_about_and_can_be_right(tmp_path: Path):
    folder(tmp_path, {"north": ["2026-03-01,A,1,10"], "south": ["2026-03-01,B,1,10"]})
    assert told(intake(tmp_path, file="sales/*.csv"), "file") == [("overlapping_files", "ASK", "sales/*.csv")]
    answer = [{"rule": "overlapping_files", "who": "sop_lead", "reason": "a file per region"}]
    result = intake(tmp_path, file="sales/*.csv", acknowledged=answer)
    result.raise_if_rejected()
    assert len(result.tables["sales_history"]) == 2


def test_a_row_in_two_files_names_both(tmp_path: Path):
    folder(tmp_path, {"1": ["2026-03-01,A,1,10"], "2": ["2026-03-02,A,1,10", "2026-03-01,A,1,10"]})
    found = intake(tmp_path, file="sales/*.csv").findings
    twice = found[found["rule"] == "duplicate_key"].iloc[0]
    assert (twice["file"], twice["row"], twice["value"]) == ("sales/sales_2.csv", 3, "also sales/sales_1.csv, row 2")


@pytest.mark.parametrize(
    "header", ["date,item,quantity", "date,item,quantity,revenue,more", "item,date,quantity,revenue", "date,item,qty,revenue"]
)
def test_a_header_that_differs_is_told_with_its_file(tmp_path: Path, header: str):
    folder(tmp_path, THREE)
    write(tmp_path / "sales" / "sales_2026-02.csv", header, "2026-02-05,A,2,20")
    found = told(intake(tmp_path, file="sales/sales_{period}.csv"), "file", "row")
    assert ("other_header", "REJECT", "sales/sales_2026-02.csv", 1) in found


def test_a_folder_without_files_is_told(tmp_path: Path):
    assert told(intake(tmp_path, file="sales/*.csv"), "file")[0] == ("missing_file", "REJECT", "sales/*.csv")
    assert input_files({"sales_history": Source(file="sales/*.csv")}, tmp_path) == []


# -- units and currencies ----------------------------------------------------------------------------------------------

UNITS = {"quantity": {"unit": "Enhet", "to": "st", "factors": {"krt": 12, "kg": 2.5}, "items": {"B": {"krt": 6}}}}
SALES = (
    "date,item,quantity,Enhet,revenue",
    "2026-03-01,A,1,st,10",
    "2026-03-02,A,2,krt,20",
    "2026-03-03,B,2,krt,20",
    "2026-03-04,A,4,kg,40",
)


def test_units_are_converted_and_counted(tmp_path: Path):
    write(tmp_path / "s.csv", *SALES)
    result = intake(tmp_path, file="s.csv", convert=UNITS)
    result.raise_if_rejected()
    assert result.tables["sales_history"]["quantity"].tolist() == [1, 24, 12, 10]
    assert told(result, "column", "value") == [("converted", "REPAIR", "quantity", "1"), ("converted", "REPAIR", "quantity", "2")]
    assert result.findings["message"].tolist() == [
        "1 rows of quantity in kg were converted to st at 2.5: 4 became 10",
        "2 rows of quantity in krt were converted to st at 6 to 12: 4 became 36",
    ]


@pytest.mark.parametrize(("row", "unit", "value"), [(2, "ton", "ton"), (4, "", ""), (5, "KG", "KG")])
def test_a_unit_that_nobody_knows_is_rejected_with_its_row(tmp_path: Path, row: int, unit: str, value: str):
    lines = [line.split(",") for line in SALES]
    lines[row - 1][3] = unit
    write(tmp_path / "s.csv", *(",".join(line) for line in lines))
    result = intake(tmp_path, file="s.csv", convert=UNITS)
    found = result.findings[result.findings["outcome"] == "REJECT"].fillna("")
    assert list(found[["rule", "row", "column", "value"]].itertuples(index=False, name=None)) == [("unknown_unit", row, "Enhet", value)]


def test_mixed_units_that_nobody_converts_are_rejected(tmp_path: Path):
    write(tmp_path / "s.csv", *SALES)
    for ignored in (["Enhet"], ["*"]):
        assert told(intake(tmp_path, file="s.csv", ignored=ignored))[0] == ("unconverted", "REJECT", 1, "Enhet")
    write(tmp_path / "s.csv", SALES[0], SALES[1])
    assert told(intake(tmp_path, file="s.csv", ignored=["Enhet"])) == []


RATES = [
    {"currency": "EUR", "region": "n", "period": f"2026-0{month}", "rate": rate, "budget_rate": 11}
    for month, rate in ((1, 11.2), (2, 11.4), (3, 11.0))
]
FOREIGN = ("date,item,quantity,revenue,Valuta", "2026-01-15,A,1,100,EUR", "2026-02-15,A,1,100,SEK", "2026-03-15,A,1,200,EUR")
CURRENCY = {"revenue": {"currency": "Valuta", "to": "SEK"}}


def test_money_is_converted_at_the_rate_of_its_month(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN)
    result = intake(tmp_path, rates=RATES, file="s.csv", convert=CURRENCY)
    result.raise_if_rejected()
    assert np.allclose(result.tables["sales_history"]["revenue"], [1120, 100, 2200])
    assert result.findings["message"].tolist() == ["2 rows of revenue in EUR were converted to SEK at 11 to 11.2: 300 became 3320"]
    budget = intake(tmp_path, rates=RATES, file="s.csv", convert={"revenue": CURRENCY["revenue"] | {"rates": "budget"}})
    assert np.allclose(budget.tables["sales_history"]["revenue"], [1100, 100, 2200])


@pytest.mark.parametrize(("convert", "rule"), [({}, "unconverted"), (CURRENCY, "missing_rate")])
def test_a_budget_in_another_currency_without_a_rate_is_named_with_its_row(tmp_path: Path, convert: dict, rule: str):
    write(
        tmp_path / "budget.csv", "family,region,channel,period,quantity,revenue,Valuta", "F,*,*,2026-01,1,100,SEK", "F,*,*,2026-02,1,9,EUR"
    )
    write(tmp_path / "items.csv", "item,item_name,family,supply_strategy", "A,A,F,stock")
    declared = {
        "budget": Source(file="budget.csv", convert=convert, ignored=[] if convert else ["Valuta"]),
        "items": Source(file="items.csv"),
    }
    found = read_sources(declared, tmp_path, cutoff="2026-02", currency="SEK").findings
    row = found[found["rule"].eq(rule)].iloc[0]
    assert (row["outcome"], row["file"], row["row"], row["column"]) == ("REJECT", "budget.csv", 3 if convert else 1, "Valuta")


@pytest.mark.parametrize(
    ("rates", "finding"),
    [
        (None, ("missing_rate", "REJECT", 2, "Valuta")),
        (RATES[1:], ("missing_rate", "REJECT", 2, "Valuta")),
        ([{**RATES[0], "rate": 0}, *RATES[1:]], ("implausible_rate", "REJECT", 1, "rate")),
        ([{**RATES[0], "rate": 0.089}, *RATES[1:]], ("implausible_rate", "REJECT", 1, "rate")),
        ([RATES[0], {**RATES[1], "rate": 114}, RATES[2]], ("implausible_rate", "REJECT", 2, "rate")),
        ([RATES[0], {**RATES[1], "budget_rate": 0.09}, RATES[2]], ("implausible_rate", "REJECT", 2, "budget_rate")),
    ],
)
def test_rates_that_are_missing_or_cannot_be(tmp_path: Path, rates: list[dict[str, object]] | None, finding: tuple[object, ...]):
    write(tmp_path / "s.csv", *FOREIGN)
    assert finding in told(intake(tmp_path, rates=rates, file="s.csv", convert=CURRENCY))


def test_a_rate_upside_down_says_so(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN)
    result = intake(tmp_path, rates=[RATES[0], {**RATES[1], "rate": 0.088}, RATES[2]], file="s.csv", convert=CURRENCY)
    upside = result.findings[result.findings["rule"] == "implausible_rate"].iloc[0]
    assert "upside down" in upside["message"] and "11.3636" in upside["hint"]


def test_a_single_rate_is_judged_by_the_budgets(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN[:2])
    assert told(intake(tmp_path, rates=[RATES[0]], file="s.csv", convert=CURRENCY))[-1][0] != "implausible_rate"
    assert ("implausible_rate", "REJECT", 1, "rate") in told(
        intake(tmp_path, rates=[{**RATES[0], "rate": 0.09}], file="s.csv", convert=CURRENCY)
    )


def test_a_currency_that_moves_slowly_far_is_plausible(tmp_path: Path):
    write(tmp_path / "s.csv", "date,item,quantity,revenue,Valuta", "2026-03-15,A,1,200,TRY")
    months = [f"{year}-{month:02d}" for year in (2022, 2023, 2024, 2025) for month in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]
    falling = [
        {"currency": "TRY", "region": "n", "period": month, "rate": 0.7 * 0.97**step, "budget_rate": 0.7 * 0.97**step}
        for step, month in enumerate(months)
    ]
    assert [rule for rule, *_ in told(intake(tmp_path, rates=falling, file="s.csv", convert=CURRENCY))] == ["converted"]


def test_an_amount_without_a_currency_is_asked_about(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN[:2], "2026-02-15,A,1,100,", FOREIGN[3])
    assert ("amount_without_currency", "ASK", 3, "Valuta") in told(intake(tmp_path, rates=RATES, file="s.csv", convert=CURRENCY))
    answer = [{"rule": "amount_without_currency", "who": "controller", "reason": "blank is our own"}]
    result = intake(tmp_path, rates=RATES, file="s.csv", convert=CURRENCY, acknowledged=answer)
    result.raise_if_rejected()
    assert np.allclose(result.tables["sales_history"]["revenue"], [1120, 100, 2200])


def test_mixed_currencies_that_nobody_converts_are_rejected(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN)
    assert told(intake(tmp_path, file="s.csv", ignored=["*"]))[0] == ("unconverted", "REJECT", 1, "Valuta")


def test_conversion_is_what_a_plain_loop_makes_of_it(tmp_path: Path):
    random = np.random.default_rng(7)
    rates = [
        {"currency": code, "region": code, "period": f"2026-0{month}", "rate": level * (1 + 0.01 * month), "budget_rate": level}
        for code, level in (("EUR", 11.0), ("NOK", 1.0), ("USD", 10.0))
        for month in (1, 2, 3)
    ]
    rows = [
        (
            f"2026-0{random.integers(1, 4)}-{day:02d}",
            "ABC"[random.integers(3)],
            1,
            int(random.integers(1, 1000)),
            ["EUR", "NOK", "USD", "SEK"][random.integers(4)],
        )
        for day in range(1, 29)
        for _ in range(2)
    ]
    rows = list({(row[0], row[1]): row for row in rows}.values())
    write(tmp_path / "s.csv", "date,item,quantity,revenue,Valuta", *(",".join(map(str, row)) for row in rows))
    found = intake(tmp_path, rates=rates, file="s.csv", convert=CURRENCY).tables["sales_history"]
    worth = {(rate["currency"], rate["period"]): rate["rate"] for rate in rates}
    expected = {(day, item): amount * (1 if code == "SEK" else worth[code, day[:7]]) for day, item, _, amount, code in rows}
    got = {(f"{row.date:%Y-%m-%d}", row.item): row.revenue for row in found.itertuples()}
    assert got.keys() == expected.keys() and all(np.isclose(got[key], expected[key]) for key in expected)


@pytest.mark.parametrize(
    ("convert", "says"),
    [
        ({"to": "st"}, "either `unit` or `currency`"),
        ({"unit": "Enhet", "currency": "Valuta", "to": "st"}, "either `unit` or `currency`"),
        ({"unit": "Enhet", "to": "st"}, "needs `factors` or `items`"),
        ({"unit": "Enhet", "to": "st", "factors": {"kg": 0}}, "one kg cannot be 0 st"),
        ({"unit": "Enhet", "to": "st", "factors": {"kg": -1}}, "one kg cannot be"),
        ({"unit": "Enhet", "to": "st", "factors": {"kg": float("inf")}}, "one kg cannot be"),
        ({"unit": "Enhet", "to": "st", "factors": {"st": 2}}, "one st is one st"),
        ({"currency": "Valuta", "to": "SEK", "factors": {"EUR": 11}}, "come from exchange_rates"),
    ],
)
def test_a_wrong_conversion(convert: dict[str, object], says: str):
    with pytest.raises(ValidationError, match=says):
        Source.model_validate({"file": "s.csv", "convert": {"quantity": convert}})


def test_frames_stay_what_they_were(tmp_path: Path):
    write(tmp_path / "s.csv", *FOREIGN)
    first = intake(tmp_path, rates=RATES, file="s.csv", convert=CURRENCY)
    again = intake(tmp_path, rates=RATES, file="s.csv", convert=CURRENCY)
    pd.testing.assert_frame_equal(first.tables["sales_history"], again.tables["sales_history"])
    assert "Valuta" not in first.tables["sales_history"]


def test_all_of_it_together(tmp_path: Path):
    """Monthly folders of wide sheets in several units: each declared in its line, each finding in its file and cell."""
    for file, rows in (("a", ("A,krt,1,2", "B,st,5,6")), ("b", ("C,kg,4,x",))):
        write(tmp_path / "sales" / f"{file}.csv", "Artikelnr,Enhet,jan 2026,feb 2026", *rows)
    declared = {
        "file": "sales/*.csv",
        "unpivot": {"columns": "MMM YYYY", "into": "date", "value": "quantity"},
        "constants": REST | {"revenue": 0},
        "convert": {"quantity": {"unit": "Enhet", "to": "st", "factors": {"krt": 12, "kg": 2}}},
        "acknowledged": [{"rule": "overlapping_files", "who": "sop_lead", "reason": "a file per plant"}],
    }
    result = intake(tmp_path, cutoff="2026-02", **declared)
    bad = [finding for finding in told(result, "file", "row", "column") if finding[1] == "REJECT"]
    assert bad == [("not_a_number", "REJECT", "sales/b.csv", 2, "feb 2026")]
    found = result.tables["sales_history"]
    assert [(f"{row.date:%Y-%m}", row.item, row.quantity) for row in found.itertuples()] == [
        ("2026-01", "A", 12),
        ("2026-01", "B", 5),
        ("2026-01", "C", 8),
        ("2026-02", "A", 24),
        ("2026-02", "B", 6),
    ]


# -- headers that mean the same ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["Antal", "QUANTITY ", "antal"])
def test_two_headers_that_mean_one_column_are_refused(tmp_path: Path, second: str):
    write(tmp_path / "s.csv", f"date,item,quantity,{second},revenue", "2026-03-01,A,1,2,10")
    rules = {rule for rule, outcome, *_ in told(intake(tmp_path, file="s.csv")) if outcome == "REJECT"}
    assert rules & {"ambiguous_header", "duplicate_header"}
    if second == "Antal":
        result = intake(tmp_path, file="s.csv", columns={"quantity": "Antal"}, ignored=["quantity"])
        result.raise_if_rejected()
        assert result.tables["sales_history"]["quantity"].tolist() == [2]


def test_no_header_means_two_columns_of_a_table():
    for name, contract in INPUTS.items():
        seen: dict[str, str] = {}
        for column in contract.columns:
            for header in {word.casefold() for word in (column.name, *column.aliases)}:
                assert header not in seen, f"{name}: {header!r} means {seen[header]} and {column.name}"
                seen[header] = column.name
            assert column.aliases, f"{name}.{column.name} has no other header"
