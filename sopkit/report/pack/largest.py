"""Which families a table tells one by one where there are more than a page can hold: those with most planned net sales."""

from collections.abc import Sequence

from sopkit.report.book import Record
from sopkit.report.cells import Number, total
from sopkit.report.pack.inputs import Desk

MOST_ROWS, MOST_COLUMNS = 9, 8


def largest_families(desk: Desk, names: Sequence[str], most: int = MOST_ROWS) -> frozenset[str]:
    """Of some families those that a table tells: all, or the `most` - 1 with most net sales in the next twelve months; `*` always.

    Args:
        names: the families that the table could tell.
        most: how many it holds, the line of the others in.
    """
    told = sorted(set(names) - {"*"})
    if len(told) <= most:
        return frozenset(names)
    planned = desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year)
    worth = {record.word("family"): record.number("revenue", "money").value or 0.0 for record in planned}
    return frozenset(sorted(told, key=lambda name: (-worth.get(name, 0.0), name))[: most - 1]) | {"*"}


def sum_of(records: Sequence[Record], column: str, unit: str) -> Number:
    """A column summed over the rows that a table does not tell one by one."""
    return total([record.number(column, unit) for record in records], unit)
