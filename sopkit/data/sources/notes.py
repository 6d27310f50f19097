"""What is used as it came and still worth knowing: told once per column, with its count and its first row."""

from collections.abc import Callable, Iterator

from sopkit.data.contracts.column import Column
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import MINUS, SPACES, trimmed
from sopkit.data.sources.cells import ParsedCells
from sopkit.data.sources.raw import Mask, RawTable

NUMBERS = ("number", "whole")
POWER = r"[0-9][eE][+-]?[0-9]"


def tell_notes(parsed: ParsedCells, column: Column, empty_marks: tuple[str, ...], table: RawTable, header: str, log: FindingLog) -> None:
    """Write the notes on a column.

    Args:
        parsed: what its cells mean.
        column: the contract's column.
        empty_marks: texts that mean empty.
        table: where it comes from.
        header: its header there.
        log: takes the findings.
    """
    for rule, told, which in _notes(parsed, column, empty_marks):
        rows = table.rows[which]
        if len(rows):
            told = f"{column.name}: {len(rows)} of {len(which)} cells {told}"
            log.note(Finding(table.origin, rule, told, "ACCEPT", "", table.sheet, int(rows[0]), header, value=str(len(rows))))


def _notes(parsed: ParsedCells, column: Column, empty_marks: tuple[str, ...]) -> Iterator[tuple[str, str, Mask]]:
    cells = parsed.cells
    if column.kind in NUMBERS:
        good = ~parsed.broken
        yield "unicode_minus", "have the minus sign U+2212: it was read as a minus", good & cells.where(_has_minus, MINUS)
        yield "scientific", "are written with a power of ten", good & cells.where(_has_power, POWER)
        blank = parsed.blank
        if not column.required and not blank.all():
            yield "blank_cells", "are empty: unknown, not zero", blank
    if empty_marks:
        marks = {mark: f"hold {mark!r}: it means empty, as declared" for mark in empty_marks}
        for mark, told in marks.items():
            yield "empty_mark", told, cells.where(_is_mark(mark), f"(?:{_quoted(mark)})")


def _has_minus(value: object) -> bool:
    return isinstance(value, str) and MINUS in value


def _has_power(value: object) -> bool:
    return isinstance(value, str) and "e" in value.casefold().strip(SPACES)


def _is_mark(mark: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and trimmed(value) == mark


def _quoted(text: str) -> str:
    return "".join(f"\\x{{{ord(sign):x}}}" for sign in text)
