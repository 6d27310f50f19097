"""Months in columns as rows; a finding still names the cell of the sheet that was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import Fault, Grammar, date_of, month_of, month_of_day, trimmed
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.raw import Cells, RawTable, Spread, is_blank
from sopkit.data.sources.reshaping import Unpivot
from sopkit.periods import first_day, month_number, period_range

ISO_DAY = Grammar()  # what a date cell in a header row is read as
NUMBERS = ("int", "uint", "float", "double", "halffloat", "decimal")
SHOWN = 8


@dataclass(frozen=True)
class MonthColumns:
    """The columns of a wide table that are months: month and position of each, in the order of the file."""

    months: tuple[str, ...]
    positions: tuple[int, ...]


def month_columns(table: RawTable, source: Source, log: FindingLog) -> MonthColumns | None:
    """The declared months among the headers; None where none is declared or found. Doubled and missing ones are told."""
    if source.unpivot is None:
        return None
    unpivot = source.unpivot
    found: dict[str, int] = {}
    for position, header in enumerate(table.header):
        month = month_of_header(header, unpivot.format)
        if month is None or (unpivot.span and not unpivot.span[0] <= month <= unpivot.span[1]):
            continue
        if month in found:
            told = f"{month} stands in two columns: {table.header[found[month]]!r} and {header!r}"
            hint = "give each month one column"
            log.note(Finding(table.origin, "duplicate_header", told, "REJECT", hint, table.sheet, table.header_row, header))
            continue
        found[month] = position
    _tell_missing(found, unpivot, table, source, log)
    return MonthColumns(tuple(found), tuple(found.values())) if found else None


def month_of_header(header: str, form: str) -> str | None:
    """The month that a header means in a format; also a header cell that is a date: the first or last day of the month."""
    text = trimmed(header)
    month = month_of(text, Grammar(date_format=form))
    if isinstance(month, Fault):
        day = date_of(text, ISO_DAY)
        month = day if isinstance(day, Fault) else month_of_day(day)
    return None if isinstance(month, Fault) else month


def _tell_missing(found: Mapping[str, int], unpivot: Unpivot, table: RawTable, source: Source, log: FindingLog) -> None:
    if not found and not unpivot.span:
        told = f"no header is a month written as {unpivot.format}; the file has: {', '.join(table.header)}"
        hint = "declare in `unpivot` how the headers write a month"
        log.note(Finding(table.origin, "missing_column", told, "REJECT", hint, table.sheet, table.header_row))
        return
    first, last = unpivot.span or (min(found), max(found))
    missing = [month for month in period_range(first, month_number(last) - month_number(first) + 1) if month not in found]
    if not missing:
        return
    shown = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
    finding = Finding(
        table.origin, "missing_column", f"no column for {shown}", "REJECT", "send these months", table.sheet, table.header_row
    )
    if unpivot.span:
        log.note(finding)
    else:
        log.note(finding._replace(rule="missing_month", outcome="ASK", period=f"{missing[0]}..{missing[-1]}"))


def unpivoted(
    table: RawTable,
    positions: Mapping[str, int],
    months: MonthColumns,
    unpivot: Unpivot,
    log: FindingLog,
    *,
    as_days: bool,
    empty_marks: Sequence[str] = (),
) -> tuple[RawTable, dict[str, int]]:
    """A wide table as a long one, a row per record and month, in the order of the file.

    A blank cell makes no row: blank is never zero. How many there were is told.

    Args:
        table: records of the wide table.
        positions: contract column: position, of the columns that are no months.
        months: its month columns.
        unpivot: what takes month and value.
        log: takes the count of blank cells.
        as_days: the contract's column holds days: the month is its first one.
        empty_marks: texts that mean empty, besides a blank.

    Returns:
        The long table, and contract column: position in it.
    """
    count, width = len(table.rows), len(months.months)
    kept = [place for place in range(len(table.header)) if place not in months.positions]
    by_row = [Cells(table.cells[place].values, np.repeat(table.cells[place].codes, width)) for place in kept]
    labels: list[object] = [first_day(month) if as_days else month for month in months.months]
    into = Cells(labels, np.tile(np.arange(width, dtype=np.int32), count))
    value = _stacked([table.cells[place] for place in months.positions])
    header = (*(table.header[place] for place in kept), unpivot.into, unpivot.value)
    long = RawTable(
        table.origin,
        header,
        table.header_row,
        (*by_row, into, value),
        np.repeat(table.rows, width),
        table.sheet,
        _types(table, kept, months, as_days),
        first_column=table.first_column,
        spread=Spread(
            columns=(len(kept), len(kept) + 1),
            headers=tuple(table.header[place] for place in months.positions),
            positions=months.positions,
            kept=tuple(kept),
        ),
    )
    filled = np.array([not is_blank(came) and came not in empty_marks for came in value.values] or [False])[value.codes]
    if blank := int((~filled).sum()):
        told = f"{blank} of {len(filled)} month cells are blank and made no row: nothing is known of them"
        log.note(Finding(table.origin, "blank_month", told, "ACCEPT", sheet=table.sheet, value=str(blank)))
    moved = {name: kept.index(place) for name, place in positions.items()}
    return long.taken(filled), moved | {unpivot.into: len(kept), unpivot.value: len(kept) + 1}


def _stacked(columns: list[Cells]) -> Cells:
    """Columns as one, row by row; each value keeps its type."""
    known: dict[tuple[type, object], int] = {}
    codes = []
    for column in columns:
        numbers = np.array([known.setdefault((type(value), value), len(known)) for value in column.values] or [0], np.int32)
        codes.append(numbers[column.codes])
    return Cells([value for _, value in known], np.stack(codes, axis=1).ravel())


def _types(table: RawTable, kept: list[int], months: MonthColumns, as_days: bool) -> tuple[str, ...]:
    """The types of the long table's columns; of all months together a number where each is one, else the first that is none."""
    if not table.types:
        return ()
    types = [table.types[place] for place in months.positions]
    other = [kind for kind in types if not kind.startswith((*NUMBERS, "null"))]
    value = other[0] if other else next((kind for kind in types if kind != "null"), "null")
    return (*(table.types[place] for place in kept), "date32" if as_days else "string", value)
