"""Where else the header of a file may stand, when it is not where it was declared: told as a candidate, never taken."""

import csv
from collections import Counter

from sopkit.data.contracts.column import Contract
from sopkit.data.findings import Finding
from sopkit.data.parsing import trimmed
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.raw import RawTable

LOOKED_AT = 20  # rows in which a header is looked for
SAMPLED = 200  # lines that show how wide the table is


def sampled_records(sample: bytes, delimiter: str) -> list[list[str]]:
    """The first records of a text, as far as they can be read."""
    lines = sample.decode("utf-8", "replace").splitlines()[:SAMPLED]
    records = []
    for line in lines:
        try:
            records.append(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            records.append([])
    return records


def looks_like_header(cells: list[str]) -> bool:
    """Whether all cells are names: not empty, each once, none a number or a date."""
    names = [trimmed(cell) for cell in cells]
    return len(names) > 1 and len(set(names)) == len(names) and all(name and not any(sign.isdigit() for sign in name) for name in names)


def header_below(header: list[str], records: list[list[str]]) -> int:
    """How many rows below a narrow line of a preamble the header seems to stand; 0 where it does not.

    Args:
        header: cells of the declared header row.
        records: the rows under it, blank ones included.
    """
    widths = Counter(len(record) for record in records if any(trimmed(cell) for cell in record))
    if not widths:
        return 0
    width = max(widths, key=lambda known: (widths[known], known))
    if len(header) >= width:
        return 0
    for below, record in enumerate(records[:LOOKED_AT], start=1):
        if len(record) == width and looks_like_header(record):
            return below
    return 0


def not_on(row: int, candidate: int, origin: str, sheet: str = "") -> Finding:
    """The finding of a header that stands elsewhere."""
    told = f"the header is not on row {row}; candidate: row {candidate}"
    return Finding(origin, "header_not_found", told, "REJECT", f"declare header_row: {candidate}", sheet, candidate)


def contract_header_row(table: RawTable, contract: type[Contract], source: Source) -> int:
    """The physical row that holds the contract's headers, when the declared one holds fewer than half of them; 0 where none does."""
    wanted = [column for column in contract.columns if column.required and column.name not in source.constants]
    names = {name.casefold() for column in wanted for name in _names(column.name, column.aliases, source)}
    here = sum(name.casefold() in names for name in table.header)
    if 2 * here >= len(wanted):
        return 0
    best = 0
    for place in range(min(LOOKED_AT, len(table.rows))):
        came = (cells.values[cells.codes[place]] for cells in table.cells)
        matched = sum(isinstance(value, str) and trimmed(value).casefold() in names for value in came)
        if matched > max(here, 1) and 2 * matched >= len(wanted):
            best = int(table.rows[place])
            break
    return best


def _names(name: str, aliases: tuple[str, ...], source: Source) -> tuple[str, ...]:
    return (source.columns[name],) if name in source.columns else (name, *aliases)
