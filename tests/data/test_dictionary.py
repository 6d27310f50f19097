"""The data dictionary says what the contracts say, in both languages."""

import re

import pytest

from sopkit.data.contracts import CONTRACTS, INPUTS, NEEDED
from sopkit.data.dictionary import UNITS_SV, bounds_of, data_dictionary, data_dictionary_sv, unit_of
from sopkit.report.language import language_of

COLUMNS = [pytest.param(column, id=f"{contract.name}.{column.name}") for contract in INPUTS.values() for column in contract.columns]


def swedish() -> str:
    return data_dictionary_sv(language_of("sv").text)


def section(text: str, table: str) -> str:
    return text.split(f"### {table}\n")[1].split("\n### ")[0].split("\n## ")[0]


def named_columns(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


def test_every_table_and_column_is_in_the_dictionary():
    text = data_dictionary()
    for contract in CONTRACTS.values():
        assert named_columns(section(text, contract.name)) == contract.column_names()
        assert contract.grain in section(text, contract.name)


def test_every_input_table_and_column_is_in_the_swedish_dictionary():
    text = swedish()
    assert re.findall(r"^### (\w+)$", text, re.M) == list(INPUTS)
    for contract in INPUTS.values():
        told = section(text, contract.name)
        assert named_columns(told) == contract.column_names()
        assert contract.title_sv in told
        assert contract.grain_sv[1:] in told
        assert ("Krävs." in told) == (contract.name in NEEDED)


def test_both_dictionaries_name_the_same_required_columns_and_bounds():
    english, swedish_text = data_dictionary(), swedish()
    for contract in INPUTS.values():
        rows = [re.findall(r"^\| `.*$", section(text, contract.name), re.M) for text in (english, swedish_text)]
        cells = [[[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table] for table in rows]
        for column, here, there in zip(contract.columns, *cells, strict=True):
            assert (here[4] == "yes", there[4] == "ja") == (column.required, column.required)
            assert here[5] == there[5] == bounds_of(column)


def test_each_row_has_as_many_cells_as_the_header():
    for text in (data_dictionary(), swedish()):
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) == 1


@pytest.mark.parametrize("column", COLUMNS)
def test_an_input_column_says_what_it_means_in_swedish_and_shows_a_value(column):
    assert column.meaning_sv
    assert column.example or not column.required
    assert column.meaning_sv != column.meaning or column.meaning == "id"
    assert unit_of(column, "sv") or not unit_of(column, "en")


def test_no_swedish_unit_is_left_over():
    used = {column.unit for contract in INPUTS.values() for column in contract.columns}
    assert set(UNITS_SV) <= used


@pytest.mark.parametrize("contract", INPUTS.values(), ids=INPUTS)
def test_a_header_means_one_column_of_its_table(contract):
    known = [name.casefold() for column in contract.columns for name in (column.name, *column.aliases)]
    assert [name for name in known if known.count(name) > 1] == []
    assert contract.title_sv
    assert contract.grain_sv.startswith("en rad per ")


def test_every_table_that_may_be_absent_says_what_is_not_available_without_it():
    assert {name for name, contract in INPUTS.items() if not contract.without} == set(NEEDED)
