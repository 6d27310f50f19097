"""Workbooks that mislead, and files that attack: refused or asked about within a bounded time and memory."""

import gzip
import resource
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_inputs import FORMATS, VALID, Lines, broken, lines_of, read, told, write
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sopkit.data.sources import text_files, typed_files

pytestmark = pytest.mark.bad_inputs

XLSX = FORMATS["xlsx"]
STOCK = VALID["inventory"]


def changed(folder: Path, change: Callable[[Worksheet], None], **more: object) -> list[tuple[str, str, int, str]]:
    """The valid stock in a workbook with one change, read."""
    write(folder, STOCK, XLSX, lines_of(STOCK))
    book = load_workbook(folder / "inventory.xlsx")
    change(book.active)
    book.save(folder / "inventory.xlsx")
    return told(read(folder, STOCK, XLSX, **more))


def _hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[7].hidden = True


def _hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].hidden = True


def _filter(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:C25"
    sheet.auto_filter.add_filter_column(0, ["NA"])


@pytest.mark.parametrize(
    ("change", "rule", "row", "column"),
    [(_hide_row, "hidden_rows", 7, ""), (_hide_column, "hidden_columns", 1, "period"), (_filter, "active_filter", 0, "")],
)
def test_what_is_hidden_is_asked_about(tmp_path: Path, change: Callable[[Worksheet], None], rule: str, row: int, column: str):
    assert changed(tmp_path, change) == [(rule, "ASK", row, column)]
    answer = {"rule": rule, "who": "head_of_supply", "reason": "it belongs to the data"}
    assert changed(tmp_path, change, acknowledged=[answer]) == []


@pytest.mark.parametrize(("top", "bottom"), [(6, 8), (10, 11)])
def test_merged_cells(tmp_path: Path, top: int, bottom: int):
    def merge(sheet: Worksheet) -> None:
        for row in range(top, bottom + 1):
            sheet.cell(row, 1).value = "NA"
            sheet.cell(row, 2).value = ["2025-10", "2025-11", "2025-12"][row - top]
            sheet.cell(row, 3).value = 1
        for row in range(2, sheet.max_row + 1):
            if not top <= row <= bottom and sheet.cell(row, 1).value == "NA":
                sheet.cell(row, 1).value = "None"
        sheet.merge_cells(f"A{top}:A{bottom}")

    assert changed(tmp_path, merge) == [("merged_cells", "REJECT", top, "item")]
    assert changed(tmp_path, merge, fill_merged=True) == [("merged_cells", "REPAIR", top, "item")]


def test_a_formula_without_a_value(tmp_path: Path):
    assert changed(tmp_path, lambda sheet: setattr(sheet["C9"], "value", "=SUM(C2:C4)")) == [("not_calculated", "REJECT", 9, "quantity")]


def test_leading_zeros_come_back_where_the_format_shows_them(tmp_path: Path):
    def as_number(sheet: Worksheet) -> None:
        for row in range(2, sheet.max_row + 1):
            if sheet.cell(row, 1).value == "00123":
                sheet.cell(row, 1).value, sheet.cell(row, 1).number_format = 123, "00000"

    found = changed(tmp_path, as_number)
    assert {finding[:2] for finding in found} == {("leading_zeros", "REPAIR")} and [finding[2] for finding in found] == [
        2,
        6,
        10,
        14,
        18,
        22,
    ]


@pytest.mark.parametrize("name", ["sales_history", "orders", "inventory"])
def test_a_code_that_lost_its_zeros_is_not_joined(tmp_path: Path, name: str):
    table = VALID[name]

    def as_number(lines: Lines) -> None:
        for line in lines[1:]:
            line[table.place("item")] = 123 if line[table.place("item")] == "00123" else line[table.place("item")]

    found = broken(tmp_path, table, XLSX, as_number).findings.query("rule == 'unknown_code'")
    assert found["outcome"].tolist() == ["REJECT"] and found["value"].tolist() == ["123"]
    assert "did you mean 00123 for 123?" in found["hint"].iloc[0]


def test_the_lock_file_of_an_open_workbook_is_no_workbook(tmp_path: Path):
    (tmp_path / "~$inventory.xlsx").write_bytes(b"\x05lock")
    assert told(read(tmp_path, STOCK, XLSX, file="~$inventory.xlsx")) == [("unreadable_file", "REJECT", 0, "")]


def test_a_far_cell_and_a_long_gap(tmp_path: Path):
    assert changed(tmp_path, lambda sheet: setattr(sheet["A1048576"], "number_format", "0.0")) == []
    assert changed(tmp_path, lambda sheet: setattr(sheet["XFD9"], "value", "stray")) == [("long_row", "REJECT", 9, "")]
    found = changed(tmp_path, lambda sheet: setattr(sheet["A1048576"], "value", "x"))
    assert {finding[:3] for finding in found} == {
        ("row_limit", "ASK", 1048576),
        ("blank_line", "REPAIR", 26),
        ("footer", "REJECT", 1048576),
    }


def test_a_range_keeps_the_addresses_of_the_sheet(tmp_path: Path):
    book = Workbook()
    book.active.title = "Blad1"
    for place, line in enumerate(lines_of(STOCK)):
        for column, value in enumerate(line):
            book.active.cell(3 + place, 2 + column).value = "x" if (place, column) == (5, 2) else value
    book.active["A1"], book.active["H40"] = "Lager", "note"
    book.save(tmp_path / "inventory.xlsx")
    result = read(tmp_path, STOCK, XLSX, cell_range="B3:D27")
    assert told(result) == [("not_a_number", "REJECT", 8, "quantity")]
    assert result.findings["cell"].iloc[0] == "D8"


@pytest.mark.parametrize("epoch", [datetime(1899, 12, 30), datetime(1904, 1, 1)])
def test_days_count_from_the_workbooks_own_start(tmp_path: Path, epoch: datetime):
    book = Workbook()
    book.epoch = epoch
    for line in lines_of(VALID["prices"]):
        book.active.append(line)
    book.save(tmp_path / "prices.xlsx")
    result = read(tmp_path, VALID["prices"], XLSX)
    assert told(result, notes=True) == []
    assert result.tables["prices"]["valid_from"].min().date() == min(row[3] for row in VALID["prices"].rows)  # type: ignore[type-var]


def test_the_last_row_of_a_spreadsheet_in_a_text_file(tmp_path: Path):
    lines = ["item,period,quantity", *(f"NA,2026-03,{number}" for number in range(65_535))]
    (tmp_path / "inventory.csv").write_text("\n".join(lines) + "\n")
    assert ("row_limit", "ASK", 65_536, "") in told(read(tmp_path, STOCK, FORMATS["plain"]))


def _package(parts: dict[str, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in parts.items():
                package.writestr(name, content)

    return make


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><x>&b;</x>'


def _sheet(rows: bytes) -> Callable[[Path], None]:
    """A workbook whose one sheet has these rows."""

    def make(path: Path) -> None:
        Workbook().save(path)
        with zipfile.ZipFile(path) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        filled = parts[sheet].replace(b"</sheetData>", rows + b"</sheetData>")
        assert rows in filled
        _package({**parts, sheet: filled})(path)

    return make


HIDDEN = b"<?xml version='1.0'?><!--" + b"x" * 9_000 + b"-->" + ENTITIES[21:]
PACKAGES: list[tuple[str, Callable[[Path], None], str]] = [
    ("zip bomb", _package({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * (64 << 20)}), "too_large"),
    ("many parts", _package({f"x{number}": b"" for number in range(10_001)}), "too_large"),
    ("entities", _package({"xl/workbook.xml": ENTITIES}), "unsafe_file"),
    ("entities in a sheet", _package({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": ENTITIES}), "unsafe_file"),
    ("utf-16 entities", _package({"xl/workbook.xml": ENTITIES.decode().encode("utf-16")}), "unsafe_file"),
    ("xlsb", _package({"xl/workbook.bin": b""}), "unreadable_file"),
    ("ods", _package({"content.xml": b"<x/>", "mimetype": b"x"}), "unreadable_file"),
    ("entities behind a long comment", _package({"xl/workbook.xml": HIDDEN}), "unreadable_file"),
    ("a row far out", _sheet(b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'), "unreadable_file"),
    ("a column far out", _sheet(b'<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>'), "unreadable_file"),
    ("no sheets", _package({"xl/workbook.xml": b"<x/>"}), "unreadable_file"),
    ("html", lambda path: path.write_bytes(b"<html>") and None, "unreadable_file"),
    ("xls", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0") and None, "unreadable_file"),
    ("csv", lambda path: path.write_bytes(b"item;period;quantity\n") and None, "unreadable_file"),
    ("cut", lambda path: path.write_bytes(b"PK\x03\x04cut") and None, "unreadable_file"),
    ("empty", lambda path: path.write_bytes(b"") and None, "empty_file"),
]


@pytest.mark.parametrize(("make", "rule"), [pytest.param(make, rule, id=name) for name, make, rule in PACKAGES])
def test_packages_that_are_no_workbook(tmp_path: Path, make: Callable[[Path], None], rule: str):
    make(tmp_path / "inventory.xlsx")
    result = read(tmp_path, STOCK, XLSX)
    assert [finding[:2] for finding in told(result)] == [(rule, "REJECT")]
    assert "root:" not in result.findings.to_json()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"item;period;quantity\n" + b"y" * (16 << 20), "unreadable_file"),
        (b"y" * (16 << 20), "unreadable_file"),
        (b'item;period;quantity\nNA;2026-03;"' + b"y\n" * (4 << 20), "stray_quote"),
        (b";".join([b"x%d" % number for number in range(200_000)]) + b"\n", "too_large"),
        (b"item;period;quantity\nNA;2026-03;" + b"9" * 500_000 + b"!\n", "not_a_number"),
        (b"item;period;quantity\nNA;2026-03;" + b"1 " * 250_000 + b"\n", "not_a_number"),
        (b"item;period;quantity\nNA;" + b"a" * 500_000 + b"!;1\n", "not_a_date"),
    ],
    ids=["endless line", "endless header", "quote that swallows", "many columns", "many digits", "many groups", "long month"],
)
def test_texts_that_are_bombs(tmp_path: Path, content: bytes, rule: str):
    (tmp_path / "inventory.csv").write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF)
    result = read(tmp_path, STOCK, FORMATS["swedish"])
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert rule in [finding[0] for finding in told(result)]
    assert after.ru_maxrss - before.ru_maxrss < 400 << 10
    assert result.findings["value"].dropna().str.len().max() <= 200 or result.findings["value"].isna().all()


@pytest.mark.parametrize(("rows", "columns"), [(1_000, 2), (1, 3_000)])
def test_a_parquet_file_that_is_a_bomb(tmp_path: Path, rows: int, columns: int, monkeypatch: pytest.MonkeyPatch):
    """A few bytes can stand for a billion equal cells: what the file says of itself is looked at before any of it is read."""
    group = pa.table({f"c{place}": pa.array([1] * min(rows, 1_000)) for place in range(columns)})
    monkeypatch.setattr(typed_files, "MOST_CELLS", 1_500)
    pq.write_table(group, tmp_path / "inventory.parquet")
    assert told(read(tmp_path, STOCK, FORMATS["parquet"])) == [("too_large", "REJECT", 0, "")]


def test_a_file_of_bad_lines_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The work is bounded: so many bad lines are told, and nothing behind them is looked at."""
    monkeypatch.setattr(text_files, "MOST_BAD_LINES", 50)
    lines = ["item;period;quantity", *(f"NA;2026-0{month};1" for month in (1, 2, 3)), *["y"] * 200]
    (tmp_path / "inventory.csv").write_text("\n".join(lines) + "\n")
    found = told(read(tmp_path, STOCK, FORMATS["swedish"]))
    assert [finding[2] for finding in found if finding[0] == "short_row"] == list(range(5, 56))
    assert ("unreadable_file", "REJECT", 0, "") in found


def test_a_packed_bomb(tmp_path: Path):
    with gzip.open(tmp_path / "inventory.csv.gz", "wb") as packed:
        packed.write(b"item;period;quantity\n")
        for _ in range(24):
            packed.write(b"NA;2026-03;1\n" * (1 << 18))
    result = read(tmp_path, STOCK, FORMATS["swedish"], file="inventory.csv.gz")
    assert ("too_large", "REJECT") in {finding[:2] for finding in told(result)}


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://127.0.0.1:1/x")', "@SUM(1)", "{{7*7}}", "__import__('os')", "file:///etc/passwd"]
)
def test_input_text_stays_text(tmp_path: Path, text: str):
    table = VALID["items"]

    def change(lines: Lines) -> None:
        lines[3][1] = text

    result = broken(tmp_path, table, FORMATS["swedish"], change)
    assert text in result.tables["items"]["item_name"].tolist() and told(result) == []
