"""A Swedish export goes through `sop check`, is corrected from the findings workbook alone, and passes."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sopkit.data.finding_rules import RULES
from sopkit.errors import DataError
from sopkit.report.language import language_of
from sopkit.run.checking import print_findings

PARAMS = """
company: provbolag
title: Provbolaget AB
cycle: "2026-04"
currency: SEK
country: SE
language: sv
accountable: managing_director
preparer: sop_lead
data_root: reports
data_folder: "provbolag/sent"
sources:
  items: {{ file: artiklar.csv, encoding: cp1252, delimiter: ";", decimal: ",", owner: head_of_product }}
  sales_history: {{ {sales}, owner: head_of_sales }}
"""
ITEMS = "Artikelnr;Benämning;Familj;supply_strategy\r\n00123;Gasolgrill;Grillar;stock\r\n0088;Fotogenvärmare;Värmare;buy\r\n"
HEADER = ["Fakturadatum", "Artikelnr", "region", "channel", "customer", "Antal", "Belopp"]
MONTHS = [f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02d}-15" for month in range(10, 16)]
RECORDS = [
    [day, item, "Norrland", "återförsäljare", "K1", units, amount]
    for day in MONTHS
    for item, units, amount in (("00123", "1\u00a0200", "3\u00a0480\u00a0000,50"), ("0088", "45,5", "139\u00a0500,00"))
]
TOTALS = ["Summa", "", "", "", "", "7\u00a0473,0", "21\u00a0717\u00a0003,00"]
SALES_CSV = 'file: fakturor.csv, encoding: cp1252, delimiter: ";", decimal: ",", thousands: " "'
SALES_XLSX = 'file: fakturor.xlsx, sheet: Blad1, decimal: ",", thousands: " "'


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    (tmp_path / "provbolag" / "sent").mkdir(parents=True)
    (tmp_path / "provbolag" / "sent" / "artiklar.csv").write_bytes(ITEMS.encode("cp1252"))
    return tmp_path


def faulty() -> list[list[str]]:
    """The valid export with a spreadsheet error, a typed unit, a dotted number, an impossible date and a totals row that is off."""
    lines = [list(record) for record in RECORDS]
    lines[3][5] = "#SAKNAS!"
    lines[4][5] = "1\u00a0200 st"
    lines[7][6] = "139.500,00"
    lines[8][0] = "2026-02-30"
    return [HEADER, *lines, TOTALS]


def send(folder: Path, lines: list[list[str]], form: str) -> None:
    if form == "csv":
        text = "".join(";".join(cells) + "\r\n" for cells in lines)
        (folder / "fakturor.csv").write_bytes(text.encode("cp1252"))
        return
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Blad1"
    for cells in lines:
        book.active.append(cells)
    book.save(folder / "fakturor.xlsx")


def corrected(workbook: Path) -> list[list[str]]:
    """The file again, mended from the workbook alone: what its index names, by its rule, in the mirrored sheet."""
    book = load_workbook(workbook)
    index, sheet = book.worksheets[0], book.worksheets[1]
    lines = {row: [("" if cell is None else str(cell)) for cell in cells] for row, cells in enumerate(sheet.iter_rows(values_only=True), 1)}
    listed = [cells for cells in index.iter_rows(min_row=7, values_only=True) if cells[5] == "avvisad"]
    places = {name: place for place, name in enumerate(lines[1])}
    swedish = language_of("sv").text
    named = {swedish(rule.title): rule for rule in RULES.values()}
    for _, row, column, _, value, _, called, _, expected, todo, *_ in listed:
        rule = named[called].name
        assert expected == swedish(RULES[rule].holds) and todo.startswith(swedish(RULES[rule].do))
        assert sheet.cell(int(row), places.get(column, 0) + 1).comment is not None
        if rule == "totals_row":
            del lines[int(row)]
            continue
        cell = lines[int(row)]
        assert cell[places[column]] == value
        if rule == "spreadsheet_error":
            cell[places[column]] = "45,5"  # what the sender finds behind the broken formula
        elif rule == "impossible_date":
            cell[places[column]] = "2026-02-15"
        elif rule == "not_a_number":
            cell[places[column]] = value.removesuffix(" st")
        elif rule == "other_dialect":
            cell[places[column]] = value.replace(".", "\u00a0")
    return [lines[row] for row in sorted(lines)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_checked_corrected_from_the_sheet_and_passes(company: Path, capsys: pytest.CaptureFixture[str], form: str):
    params = company / "provbolag.yaml"
    params.write_text(PARAMS.format(sales=SALES_CSV if form == "csv" else SALES_XLSX), encoding="utf-8")
    send(company / "provbolag" / "sent", faulty(), form)
    with pytest.raises(DataError):
        print_findings(params, None)
    out = company / "provbolag" / "check" / "2026-04"
    findings = json.loads((out / "findings.json").read_text())["findings"]
    rejected = sorted((row["row"], row["rule"]) for row in findings if row["outcome"] == "REJECT")
    assert rejected == [(5, "spreadsheet_error"), (6, "not_a_number"), (9, "other_dialect"), (10, "impossible_date"), (14, "totals_row")]
    page = (out / "findings.html").read_text()
    assert "#SAKNAS!" in page and "fakturor" in page and "<script" not in page
    assert "fel i kalkylbladet" in page and "laga formeln i avsändarens fil" in page
    workbook = out / "findings" / ("fakturor.csv.xlsx" if form == "csv" else "fakturor.xlsx")
    send(company / "provbolag" / "sent", corrected(workbook), form)
    capsys.readouterr()
    print_findings(params, None)
    told = capsys.readouterr().out
    assert "REJECT" not in told and "no earlier submission" in told
    assert not workbook.exists()  # nothing is left to mend: a sheet of texts is read as it was declared


def test_the_workbook_of_attacks_holds_text_only():
    import pandas as pd

    from sopkit.data.contracts.conform import empty
    from sopkit.data.contracts.derived_demand import Findings
    from sopkit.data.sources.sent import SentSheet
    from sopkit.report.findings_workbook import MarkedSheet, findings_workbook

    attacks = ("=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\uff1d1", "=cmd|' /C calc'!A0")
    found = pd.DataFrame(
        [
            dict.fromkeys(Findings.column_names(), "=1+1")
            | {"finding": 1, "row": 2, "rows": 1, "outcome": "REJECT", "column": "=1+1", "sheet": "", "message": "=HYPERLINK(1)"}
        ]
    )
    sheet = MarkedSheet(SentSheet("=1+1", ((1, attacks), (2, attacks)), whole=True), 1)
    made = [findings_workbook("=x.csv", [sheet], found, cycle="2026-04") for _ in range(2)]
    assert made[0] == made[1]
    book = load_workbook(BytesIO(made[0]))
    cells = [cell for page in book.worksheets for line in page.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"} and all(cell.data_type != "f" for cell in cells)
    assert [cell.value for cell in book.worksheets[1][2]][0] == "=1+1"
    assert findings_workbook("x.csv", [sheet], empty(Findings), cycle="2026-04")


def test_a_large_file_is_mirrored_with_its_faulty_rows_in_their_places(company: Path):
    params = company / "provbolag.yaml"
    params.write_text(PARAMS.format(sales=SALES_CSV), encoding="utf-8")
    rows = [[MONTHS[number % 6], "00123", "Norrland", "återförsäljare", f"K{number}", "1", "2900,00"] for number in range(7_000)]
    rows[6_543][5] = "många"
    send(company / "provbolag" / "sent", [HEADER, *rows], "csv")
    with pytest.raises(DataError):
        print_findings(params, None)
    book = load_workbook(company / "provbolag" / "check" / "2026-04" / "findings" / "fakturor.csv.xlsx")
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[1]] == HEADER and sheet["F6545"].value == "många" and sheet["F6544"].value is None
    assert "stor" in str(book.worksheets[0]["A3"].value)
