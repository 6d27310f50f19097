"""Rows of a file that are no records: blank lines, headers that come again, totals, notes."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from sopkit.data.cell_words import TOTAL_LAST, TOTAL_WORDS
from sopkit.data.contracts.column import Contract
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import Grammar, is_total_label, trimmed
from sopkit.data.sources.cells import parsed_cells
from sopkit.data.sources.raw import BLANK, Cells, Mask, RawTable, blank_rows, in_every_column, is_blank

TOTAL_LABEL = rf"(?i)(?:{TOTAL_WORDS}|\s(?:{TOTAL_LAST})\s*$)"  # texts that may label a totals row
TOLERANCE = 0.005  # a total is printed to the cent
MEASURES = ("number", "whole")
LEAST_NEEDED = 3  # needed columns of a table in which a row with one filled cell is a note
NOTE_HINT = "remove the row, or declare footer_rows where it stands at the end of the file"


def records_only(
    table: RawTable,
    positions: dict[str, int],
    contract: type[Contract],
    grammar: Grammar,
    log: FindingLog,
    *,
    months: Sequence[int] = (),
) -> RawTable:
    """The table without blank lines, repeated headers, totals rows and notes, each of which is told.

    A totals row is left out only where its label says so, another required cell is blank, and each of its numbers is the
    sum of its column, or of the rows since the totals row before; otherwise it is rejected. `months` are the positions of
    months in columns, each with its own sum.
    """
    blank = blank_rows(table)
    _tell(table, blank, "blank_line", "a blank line was left out", log)
    again = _repeated_header(table) & ~blank
    _tell(table, again, "repeated_header", "the header comes again and was left out", log)
    total = _labelled_totals(table, positions, contract) & ~blank & ~again
    if total.any():
        measures = _measures(table, positions, contract, grammar)
        measures |= {table.header[position]: _numbers(table, position, grammar) for position in months}
        _check_totals(table, total, ~(blank | again | total), measures, log)
    note = _notes(table, positions, contract) & ~blank & ~again & ~total
    _tell_notes(table, note, log)
    return table.taken(~(blank | again | total | note))


def _notes(table: RawTable, positions: dict[str, int], contract: type[Contract]) -> Mask:
    """The rows of which one cell alone is filled, where a record needs at least two more: a source, a remark, who made the list."""
    notes = np.zeros(len(table.rows), bool)
    needed = {position for name, position in positions.items() if contract.column(name).required}
    if len(needed) < LEAST_NEEDED:
        return notes
    first, second = sorted(needed)[:2]
    rows = np.flatnonzero(table.cells[first].where(is_blank, BLANK) | table.cells[second].where(is_blank, BLANK))
    if not len(rows):
        return notes
    filled = np.stack([~Cells(column.values, column.codes[rows]).where(is_blank, BLANK) for column in table.cells])
    notes[rows[filled.sum(axis=0) == 1]] = True
    return notes


def _tell_notes(table: RawTable, notes: Mask, log: FindingLog) -> None:
    rows = np.flatnonzero(notes)
    texts = [next(str(value) for cells in table.cells if not is_blank(value := cells.values[cells.codes[row]])) for row in rows.tolist()]
    told = Finding(table.origin, "footer", "one cell alone is filled: a note, not a record", "REJECT", NOTE_HINT, table.sheet)
    log.note_rows(told, table.rows[rows].tolist(), [text[:200] for text in texts])


def _tell(table: RawTable, which: Mask, rule: str, told: str, log: FindingLog) -> None:
    rows = table.rows[which].tolist()
    log.note_rows(Finding(table.origin, rule, told, "REPAIR", sheet=table.sheet), rows, [""] * len(rows))


def _repeated_header(table: RawTable) -> Mask:
    return in_every_column(table, [(partial(_is_name, name), _containing(name)) for name in table.header])


def _labelled_totals(table: RawTable, positions: dict[str, int], contract: type[Contract]) -> Mask:
    labelled = np.zeros(len(table.rows), bool)
    for cells in table.cells:
        labelled |= cells.where(lambda value: isinstance(value, str) and is_total_label(value), TOTAL_LABEL)
    if not labelled.any():
        return labelled
    gap = np.zeros(len(table.rows), bool)
    for name, position in positions.items():
        if contract.column(name).required:
            gap |= table.cells[position].where(is_blank, BLANK)
    return labelled & gap


def _is_name(name: str, value: object) -> bool:
    return isinstance(value, str) and trimmed(value) == name


def _containing(name: str) -> str:
    """A pattern of all texts that hold a name."""
    return "".join(f"\\x{{{ord(sign):x}}}" for sign in name) or "^"


def _measures(table: RawTable, positions: dict[str, int], contract: type[Contract], grammar: Grammar) -> dict[str, npt.NDArray[np.float64]]:
    """The numbers of each measure by row; NaN where a cell is blank or broken."""
    found = {}
    for name, position in positions.items():
        if contract.column(name).kind in MEASURES:
            found[name] = _numbers(table, position, grammar)
    return found


def _numbers(table: RawTable, position: int, grammar: Grammar) -> npt.NDArray[np.float64]:
    parsed = parsed_cells(table.cells[position], "number", grammar)
    return np.asarray(parsed.values)[table.cells[position].codes]


def _check_totals(table: RawTable, total: Mask, record: Mask, measures: dict[str, npt.NDArray[np.float64]], log: FindingLog) -> None:
    """Tell each totals row: left out where its numbers are the sums of all records, or of those since the one before; else rejected."""
    sums = {name: float(np.nansum(column[record])) for name, column in measures.items()}
    before = 0
    for row in np.flatnonzero(total).tolist():
        shown = {name: float(column[row]) for name, column in measures.items() if not np.isnan(column[row])}
        above = {name: float(np.nansum(measures[name][before:row][record[before:row]])) for name in shown}
        wrong = [name for name, value in shown.items() if abs(value - sums[name]) > TOLERANCE]
        place, before = int(table.rows[row]), row
        if shown and (not wrong or all(abs(value - above[name]) <= TOLERANCE for name, value in shown.items())):
            told = f"a totals row was left out; it is the sum of {'the rows since the one before' if wrong else 'its column'}"
            log.note(Finding(table.origin, "totals_row", told, "REPAIR", "", table.sheet, place))
            continue
        told = "a totals row without numbers"
        if wrong:
            told = f"a totals row whose {wrong[0]} {shown[wrong[0]]:.15g} is not the column's sum {sums[wrong[0]]:.15g}"
        log.note(Finding(table.origin, "totals_row", told, "REJECT", "remove it, or find the missing rows", table.sheet, place))
