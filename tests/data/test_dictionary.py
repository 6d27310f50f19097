"""The data dictionary says what the contracts say."""

from sopkit.data.contracts import CONTRACTS
from sopkit.data.dictionary import data_dictionary


def test_every_table_and_column_is_in_the_dictionary():
    text = data_dictionary()
    for contract in CONTRACTS.values():
        section = text.split(f"### {contract.name}\n")[1].split("\n### ")[0]
        assert [f"| `{column.name}` |" for column in contract.columns] == [
            line[: line.index("|", 2) + 1] for line in section.splitlines() if line.startswith("| `")
        ]
        assert contract.grain in section


def test_each_row_has_as_many_cells_as_the_header():
    rows = [line for line in data_dictionary().splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {8}
