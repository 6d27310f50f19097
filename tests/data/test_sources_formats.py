"""Workbooks, Parquet, packed text and declared rows: the same faults, found in the same way."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from sopkit.data.sources.declaration import Source, input_files
from sopkit.data.sources.quotes import guarded
from sopkit.data.sources.reading import Intake, read_sources

HEADER = ["item", "period", "quantity"]
ROWS: list[list[object]] = [["00123", "2026-02", 10], ["00123", "2026-03", 12.5], ["B7", "2026-02", 0], ["B7", "2026-03", 7]]
ITEMS = {"rows": [{"item": code, "item_name": code, "family": "F", "supply_strategy": "buy"} for code in ("00123", "B7", "4711")]}
NO_SALES = {
    "rows": [
        {"date": day, "item": "B7", "region": "n", "channel": "c", "customer": "-", "quantity": 1, "revenue": 2.5}
        for day in ("2026-03-01",)
    ]
}


def stock_of(folder: Path, **stock: object) -> Intake:
    declared = {"items": ITEMS, "sales_history": NO_SALES, "inventory": stock}
    return read_sources({name: Source.model_validate(source) for name, source in declared.items()}, folder, cutoff="2026-03")


def workbook(folder: Path, lines: list[list[object]], sheet: str = "Lager", formats: dict[str, str] | None = None) -> Path:
    book = Workbook()
    page = book.active
    page.title = sheet
    for line in lines:
        page.append(line)
    for cell, form in (formats or {}).items():
        page[cell].number_format = form
    book.save(folder / "stock.xlsx")
    return folder / "stock.xlsx"


def told(result: Intake) -> list[tuple[str, str, int, str, str]]:
    columns = ["rule", "outcome", "row", "column", "cell"]
    return list(result.findings[columns].itertuples(index=False, name=None))


def test_a_workbook_is_read_typed(tmp_path: Path):
    rows = [[code, month if index % 2 else date(2026, int(month[5:]), 1), number] for index, (code, month, number) in enumerate(ROWS)]
    workbook(tmp_path, [HEADER, *rows])
    result = stock_of(tmp_path, file="stock.xlsx")
    result.raise_if_rejected()
    assert told(result) == []
    assert result.tables["inventory"].to_numpy().tolist() == [
        ["00123", "2026-02", 10.0],
        ["00123", "2026-03", 12.5],
        ["B7", "2026-02", 0.0],
        ["B7", "2026-03", 7.0],
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        (2, 2, "#N/A", "spreadsheet_error"),
        (3, 2, "#SAKNAS!", "spreadsheet_error"),
        (3, 2, "12 st", "not_a_number"),
        (4, 2, datetime(2026, 3, 2), "not_a_number"),
        (4, 2, True, "not_a_number"),
        (5, 2, None, "empty_cell"),
        (2, 0, datetime(2026, 3, 2), "code_is_a_date"),
        (3, 0, 7350012345678.5, "code_is_a_number"),
        (3, 1, datetime(2026, 3, 2), "not_a_month"),
        (4, 1, datetime(2026, 3, 1, 8), "time_of_day"),
        (5, 1, 46054, "not_a_date"),
        (5, 1, "mars", "not_a_date"),
    ],
)
def test_a_broken_cell_of_a_workbook_has_an_address(tmp_path: Path, row: int, column: int, value: object, rule: str):
    lines = [HEADER, *[list(line) for line in ROWS]]
    lines[row - 1][column] = value
    workbook(tmp_path, lines)
    result = stock_of(tmp_path, file="stock.xlsx")
    first = result.findings.iloc[0]
    address = f"{'ABC'[column]}{row}"
    assert (first["rule"], first["outcome"], first["row"], first["column"], first["cell"]) == (rule, "REJECT", row, HEADER[column], address)
    assert first["sheet"] == "Lager"


def test_codes_that_are_numbers_in_a_workbook(tmp_path: Path):
    workbook(tmp_path, [HEADER, [4711, "2026-03", 1], [123, "2026-03", 2]], formats={"A3": "00000"})
    result = stock_of(tmp_path, file="stock.xlsx")
    result.raise_if_rejected()
    assert result.tables["inventory"]["item"].tolist() == ["00123", "4711"]
    workbook(tmp_path, [HEADER, [123, "2026-03", 2]])
    assert told(stock_of(tmp_path, file="stock.xlsx"))[0][:3] == ("unknown_code", "REJECT", 2)


def test_sheets_are_named(tmp_path: Path):
    workbook(tmp_path, [HEADER, *ROWS])
    result = stock_of(tmp_path, file="stock.xlsx", sheet="Blad1")
    assert told(result)[0][:2] == ("missing_sheet", "REJECT")
    assert "there are: Lager" in result.findings.iloc[0]["message"]


@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        (b"", "empty_file", "0 bytes"),
        (b"<html><table></table></html>", "unreadable_file", "HTML"),
        (b"item;period\n", "unreadable_file", "text"),
        (b"\xd0\xcf\x11\xe0", "unreadable_file", "old .xls"),
        (b"PK\x03\x04cut", "unreadable_file", "damaged"),
    ],
)
def test_files_that_are_no_workbook(tmp_path: Path, content: bytes, rule: str, says: str):
    (tmp_path / "stock.xlsx").write_bytes(content)
    result = stock_of(tmp_path, file="stock.xlsx")
    assert told(result)[0][:2] == (rule, "REJECT") and says in result.findings.iloc[0]["message"]


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "stock.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (12 << 20))
    assert told(stock_of(tmp_path, file="stock.xlsx"))[0][:2] == ("too_large", "REJECT")


def test_parquet_keeps_its_types(tmp_path: Path):
    table = pa.table(
        {"item": ["00123", "B7"], "period": pa.array([date(2026, 3, 31), date(2026, 3, 1)]), "quantity": pa.array([1, 2], pa.int32())}
    )
    pq.write_table(table, tmp_path / "stock.parquet")
    result = stock_of(tmp_path, file="stock.parquet")
    result.raise_if_rejected()
    assert result.tables["inventory"].to_numpy().tolist() == [["00123", "2026-03", 1.0], ["B7", "2026-03", 2.0]]


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [("item", [123, 456], "int64 in the file, where code is expected"), ("quantity", ["1", "2"], "string in the file, where number")],
)
def test_a_parquet_column_of_another_type_is_one_finding(tmp_path: Path, column: str, values: list[object], says: str):
    table = pa.table({"item": ["00123", "B7"], "period": ["2026-03", "2026-03"], "quantity": [1.0, 2.0]} | {column: values})
    pq.write_table(table, tmp_path / "stock.parquet")
    result = stock_of(tmp_path, file="stock.parquet")
    assert [finding[:2] for finding in told(result)] == [("column_type", "REJECT")]
    assert says in result.findings.iloc[0]["message"]


def test_parquet_faults_have_rows(tmp_path: Path):
    table = pa.table({"item": ["00123", None, "B7"], "period": ["2026-03"] * 3, "quantity": [1.0, 2.0, float("inf")]})
    pq.write_table(table, tmp_path / "stock.parquet")
    assert [finding[:4] for finding in told(stock_of(tmp_path, file="stock.parquet"))] == [
        ("empty_cell", "REJECT", 3, "item"),
        ("not_a_number", "REJECT", 4, "quantity"),
    ]
    (tmp_path / "stock.parquet").write_bytes(b"no parquet")
    assert told(stock_of(tmp_path, file="stock.parquet"))[0][:2] == ("unreadable_file", "REJECT")


def test_rows_of_the_params_and_constants(tmp_path: Path):
    rows = [{"item": "00123", "quantity": 5}, {"item": 4711, "quantity": 2.5}]
    result = stock_of(tmp_path, rows=rows, constants={"period": "2026-03"}, assumption="counted by hand")
    result.raise_if_rejected()
    assert result.tables["inventory"].to_numpy().tolist() == [["00123", "2026-03", 5.0], ["4711", "2026-03", 2.5]]
    assert result.coverage.set_index("table").loc["inventory", ["origin", "assumption"]].tolist() == [
        "rows in the params",
        "counted by hand",
    ]


@pytest.mark.parametrize(
    ("column", "rule"), [("item", "code_is_a_number"), ("period", "not_a_date"), ("quantity", "not_a_number")], ids=lambda word: word
)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_told_in_rows_of_the_params(tmp_path: Path, column: str, rule: str, value: float):
    result = stock_of(tmp_path, rows=[{"item": "B7", "period": "2026-03", "quantity": 1} | {column: value}])
    assert [finding[:4] for finding in told(result)] == [(rule, "REJECT", 1, column)]


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({}, "one of file, rows and sql"),
        ({"file": "a.csv", "rows": [{"item": "A"}]}, "one of file, rows and sql"),
        ({"file": "/etc/passwd.csv"}, "below the data folder"),
        ({"file": "../a.csv"}, "below the data folder"),
        ({"file": "http://host/a.csv"}, "below the data folder"),
        ({"file": "C:\\a.csv"}, "below the data folder"),
        ({"file": "a.xls"}, "save it as one of"),
        ({"file": "a.csv", "decimal": ",", "thousands": ","}, "both ','"),
        ({"file": "a.csv", "date_format": "dd.mm.yy"}, "no date format"),
        ({"file": "a.csv", "encodign": "utf-8"}, "Extra inputs"),
        ({"sql": "SELECT 1"}, "belong together"),
        ({"file": "a.csv", "columns": {"item": "A"}, "constants": {"item": "B"}}, "as a column and as a constant"),
    ],
)
def test_a_wrong_declaration(declared: dict[str, object], says: str):
    with pytest.raises(ValidationError, match=says):
        Source.model_validate(declared)


def test_every_declared_field_says_what_it_is():
    assert [name for name, field in Source.model_fields.items() if not field.description] == []


def test_input_files_are_listed_once_without_pandas(tmp_path: Path):
    sources = {
        "items": Source.model_validate({"file": "b.csv"}),
        "orders": Source.model_validate(
            {"sql": "SELECT 1", "from": {"x": {"file": "a.csv"}, "y": {"file": "b.csv"}, "z": {"rows": [{"k": 1}]}}}
        ),
    }
    assert input_files(sources, tmp_path) == [tmp_path / "a.csv", tmp_path / "b.csv"]


@pytest.mark.parametrize(
    ("data", "columns", "lines"),
    [
        (b'a;b\n"x\ny";1\nz;2\n', 2, []),
        (b'a;b\n"x;1\nz;2\n', 2, [2]),
        (b'a;b\n1;"x\nz;2\n3;"y\n', 2, [2, 4]),
        (b'12";b\n', 2, [1]),
        (b'"a ""b""";c\n', 2, []),
    ],
)
def test_stray_quotes(data: bytes, columns: int, lines: list[int]):
    assert [quote.line for quote in guarded(data, ";", columns).stray] == lines


def test_a_frame_of_text_stays_text_through_parquet(tmp_path: Path):
    pd.DataFrame({"item": pd.Categorical(["00123"]), "period": ["2026-03"], "quantity": [1.5]}).to_parquet(tmp_path / "stock.parquet")
    result = stock_of(tmp_path, file="stock.parquet")
    result.raise_if_rejected()
    assert result.tables["inventory"]["item"].tolist() == ["00123"]
