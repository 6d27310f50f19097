"""Templates of the input tables: what the contract says, in both languages, and never a formula."""

import csv
from datetime import date, datetime
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from sopkit.data.contracts import INPUTS, Contract
from sopkit.data.contracts.column import choice, code, number, text
from sopkit.report.input_templates import example_row, header_of, text_template, workbook_template

LANGUAGES = ("en", "sv")


class Hostile(Contract):
    """=HYPERLINK("x")"""

    name, key = "hostile", ("item",)
    grain = "+one"
    columns = (
        code("item", "=1+1").such_as("=CMD|'/C calc'!A0").named("@SUM(A1)"),
        text("note", "-2+3").such_as("+4711"),
        number("value", "a number", "units", least=0, most=5).such_as("2.5"),
        choice("kind", "kind", "a | b").such_as("a").optional(),
    )


def validations(page) -> dict[str, object]:
    return {str(rule.sqref).split(":")[0][:-1]: rule for rule in page.data_validations.dataValidation}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("contract", INPUTS.values(), ids=INPUTS)
def test_a_workbook_has_a_sheet_to_fill_and_a_sheet_that_explains_it(contract, language):
    book = load_workbook(BytesIO(workbook_template(contract, language)))
    page, meanings = book.worksheets
    assert page.title == contract.name
    headers = [header_of(column, language) for column in contract.columns]
    assert [cell.value for cell in page[1]] == headers
    assert page.max_row == 1
    told = {row[0].value: [cell.value for cell in row] for row in meanings.iter_rows(min_row=5)}
    assert list(told) == headers
    for column in contract.columns:
        assert told[header_of(column, language)][1] == (column.meaning_sv if language == "sv" else column.meaning)


def test_choices_bounds_and_dates_are_kept_by_the_sheet():
    page = load_workbook(BytesIO(workbook_template(INPUTS["opportunities"], "en"))).worksheets[0]
    letters = {cell.value: cell.column_letter for cell in page[1]}
    rules = validations(page)
    stage, share, flag = (rules[letters[name]] for name in ("stage", "probability_share", "in_baseline"))
    assert (stage.type, stage.formula1) == ("list", '"prospect,qualified,proposal,negotiation,won,lost"')
    assert (share.type, share.operator, float(share.formula1), float(share.formula2)) == ("decimal", None, 0, 1)  # between is the default
    assert (flag.type, flag.formula1) == ("list", '"yes,no"')
    orders = load_workbook(BytesIO(workbook_template(INPUTS["orders"], "en"))).worksheets[0]
    place = {cell.value: cell.column_letter for cell in orders[1]}
    assert validations(orders)[place["order_date"]].type == "date"
    assert orders.column_dimensions[place["item"]].number_format == "@"  # 00123 stays what it is
    assert orders.column_dimensions[place["order_date"]].number_format == "yyyy-mm-dd"


def test_no_text_of_a_contract_becomes_a_formula():
    book = load_workbook(BytesIO(workbook_template(Hostile, "sv", [example_row(Hostile)])))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert {"=1+1", "=CMD|'/C calc'!A0", "@SUM(A1)", "-2+3", "+4711"} <= {cell.value for cell in cells if cell.data_type == "s"}


def test_no_example_or_header_of_an_input_begins_like_a_formula():
    texts = [
        word
        for contract in INPUTS.values()
        for column in contract.columns
        for word in (column.name, *column.aliases, *([column.example] if column.kind in ("code", "text", "choice") else []))
    ]
    assert [word for word in texts if word.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_example_values_are_typed_cells():
    page = load_workbook(BytesIO(workbook_template(INPUTS["actions"], "sv", [example_row(INPUTS["actions"])]))).worksheets[0]
    values = {head.value: cell.value for head, cell in zip(page[1], page[2], strict=True)}
    assert values["Klart senast"] == datetime(2026, 3, 20)
    assert values["Sannolikhet"] == 0.5
    assert values["I planen"] is False


def test_a_text_file_is_written_as_its_language_writes():
    contract = INPUTS["bill_of_resources"]
    english, swedish = (text_template(contract, language, [example_row(contract)]) for language in LANGUAGES)
    assert english.decode() == "item,resource,hours\n10023,coating,0.05\n"
    assert swedish.decode("utf-8-sig") == "Artikelnr;Resurs;Timmar\r\n10023;coating;0,05\r\n"
    assert swedish.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("contract", INPUTS.values(), ids=INPUTS)
def test_example_rows_are_whole(contract):
    row = example_row(contract)
    assert all(row[column.name] is not None for column in contract.columns if column.required)
    assert all(isinstance(row[column.name], date) for column in contract.columns if column.kind == "day")
    (line,) = list(csv.reader(StringIO(text_template(contract, "en", [row]).decode())))[1:]
    assert len(line) == len(contract.columns)


def test_the_same_contract_gives_the_same_bytes():
    contract = INPUTS["orders"]
    assert workbook_template(contract, "sv") == workbook_template(contract, "sv")
