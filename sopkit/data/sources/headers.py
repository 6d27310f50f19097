"""Which column of a file is which column of the contract: by the params, by name, by alias."""

import re
from collections.abc import Collection
from difflib import get_close_matches

import numpy as np

from sopkit.data.cell_words import MONTH_NAME
from sopkit.data.contracts.column import Column, Contract
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.header_rows import contract_header_row, not_on
from sopkit.data.sources.raw import RawTable, cell_address

ALL_OTHERS = "*"
SHOWN = 8
UNIT_HEADERS = ("enhet", "måttenhet", "unit", "units", "uom", "unit of measure", "me", "mengeneinheit")
CURRENCY_HEADERS = ("valuta", "valutakod", "currency", "currency code", "curr", "währung")
FEWEST_MONTHS = 3  # headers that look like months, from which on a table is wide
MONTH_HEADER = re.compile(
    r"(?i)^(?:(?:19|20)[0-9]{2}[-./ ]?(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-./ ](?:19|20)[0-9]{2}"
    rf"|{MONTH_NAME}\.?[- ./']*(?:(?:19|20)?[0-9]{{2}})?)(?:[-./][0-9]{{2}})?$"
)
DELIMITERS = ";,\t|"


def column_positions(
    table: RawTable, contract: type[Contract], source: Source, log: FindingLog, months: Collection[int] = ()
) -> dict[str, int]:
    """Contract column: position in the file; missing, unknown and doubled headers are told; `months` are columns read as rows."""
    folded: dict[str, list[int]] = {}
    for place, name in enumerate(table.header):
        folded.setdefault(name.casefold(), []).append(place)
    if row := contract_header_row(table, contract, source):
        log.note(not_on(table.header_row, row, table.origin, table.sheet))
        return {}
    found: dict[str, int] = {}
    by_alias: dict[str, str] = {}
    made = set(source.constants) | ({source.unpivot.into, source.unpivot.value} if source.unpivot else set())
    for column in contract.columns:
        if column.name in made:
            continue
        position, wanted = _position(column, source, table, folded)
        if position is not None:
            found[column.name] = position
            _tell_drift(wanted, position, table, log)
            if wanted in column.aliases[1:] and column.name not in source.columns:  # the first is its Swedish name, of the templates
                by_alias[table.header[position]] = column.name
        elif column.required or column.name in source.columns:
            _tell_missing(column, source, table, log)
    used = {*found.values(), *months, *beside_positions(table, source).values()}
    _tell_aliases(by_alias, table, contract, log)
    twins = _tell_twins(table, found, used, contract, source, folded, log)
    _tell_doubled(table, folded, used, source, log)
    _tell_unknown(table, used | twins, contract, source, log)
    _tell_unknown_names(contract, source, table, log)
    return found


def beside_positions(table: RawTable, source: Source) -> dict[str, int]:
    """Headers of units and currencies that the source names: their positions, as far as they are there."""
    return {name: table.header.index(name) for name in source.beside if name in table.header}


def tell_mixed(table: RawTable, used: Collection[int], source: Source, log: FindingLog) -> None:
    """Tell a column of units or currencies that differ and that nobody converts, though the params ignore it."""
    for position, name in enumerate(table.header):
        word = name.strip().casefold()
        kind = "units" if word in UNIT_HEADERS else "currencies" if word in CURRENCY_HEADERS else ""
        if not kind or position in used or name in source.beside:
            continue
        cells = table.cells[position]
        used_codes = np.flatnonzero(np.bincount(cells.codes, minlength=1)).tolist() if len(cells.codes) else []
        there = sorted({str(cells.values[code]) for code in used_codes} - {"None", ""})
        if len(there) > 1:
            told = f"mixed {kind} in {name!r}, which nothing converts: {', '.join(there[:SHOWN])}"
            hint = "declare them under `convert`, or send one only"
            log.note(Finding(table.origin, "unconverted", told, "REJECT", hint, table.sheet, table.header_row, name))


def _tell_twins(
    table: RawTable,
    found: dict[str, int],
    used: set[int],
    contract: type[Contract],
    source: Source,
    folded: dict[str, list[int]],
    log: FindingLog,
) -> set[int]:
    """Headers that mean a column which another header means too: nobody can say which one is right."""
    told: set[int] = set()
    for name, position in found.items():
        if name in source.columns:
            continue
        names = [name, *contract.column(name).aliases]
        others = {place for other in names for place in folded.get(other.strip().casefold(), ())} - used - told
        for place in sorted(place for place in others if not _is_named(table.header[place], source)):
            told.add(place)
            if place in folded[table.header[position].casefold()]:
                continue  # the same header again, which is told as such
            both = f"headers {table.header[position]!r} and {table.header[place]!r} both mean {name}"
            hint = "name the right one under `columns`, the other under `ignored`"
            log.note(Finding(table.origin, "ambiguous_header", both, "REJECT", hint, table.sheet, table.header_row, table.header[place]))
    return told


def _is_named(name: str, source: Source) -> bool:
    """Whether the params say by name that a header is not read; `*` says so of none in particular."""
    return name in source.ignored


def _position(column: Column, source: Source, table: RawTable, folded: dict[str, list[int]]) -> tuple[int | None, str]:
    """Where a column stands, and the name by which it was found."""
    wanted = [source.columns[column.name]] if column.name in source.columns else [column.name, *column.aliases]
    for name in wanted:
        if name in table.header:
            return table.header.index(name), name
    for name in wanted:
        if positions := folded.get(name.strip().casefold()):
            return positions[0], name
    return None, ""


def _tell_drift(wanted: str, position: int, table: RawTable, log: FindingLog) -> None:
    """A header that differs from its name by blanks or case is read, and told."""
    came = table.as_written[position] if table.as_written else table.header[position]
    if came != wanted:
        told = f"header {came!r} was read as {wanted!r}"
        cell = cell_address(table.header_row, table.first_column + position) if table.sheet else ""
        log.note(
            Finding(table.origin, "header_drift", told, "REPAIR", "", table.sheet, table.header_row, table.header[position], cell, came)
        )


def _tell_aliases(by_alias: dict[str, str], table: RawTable, contract: type[Contract], log: FindingLog) -> None:
    """Headers that are neither the contract's English name nor its Swedish one, but known to mean it: accepted, and told once a file."""
    if by_alias:
        read = ", ".join(f"{header!r} as {name}" for header, name in by_alias.items())
        told = f"headers read by their alias in {contract.name}: {read}"
        log.note(Finding(table.origin, "header_alias", told, "ACCEPT", "nothing, if that is what they mean", table.sheet, table.header_row))


def _tell_missing(column: Column, source: Source, table: RawTable, log: FindingLog) -> None:
    wanted = source.columns.get(column.name, column.name)
    near = get_close_matches(wanted.casefold(), [name.casefold() for name in table.header], n=1, cutoff=0.6)
    here = ", ".join(name or "(no name)" for name in table.header)
    hint = f"did you mean {near[0]!r}? " if near else ""
    if len(table.header) == 1 and (signs := [sign for sign in DELIMITERS if sign in table.header[0]]):
        hint = f"the file seems to be separated by {signs[0]!r}: declare `delimiter`. "
    told = f"no column {wanted!r} ({column.meaning}); the file has: {here}"
    log.note(
        Finding(
            table.origin,
            "missing_column",
            told,
            "REJECT",
            f"{hint}name it under `columns`, or give a constant",
            table.sheet,
            table.header_row,
            wanted,
        )
    )


def _tell_doubled(table: RawTable, folded: dict[str, list[int]], used: set[int], source: Source, log: FindingLog) -> None:
    for positions in folded.values():
        name = table.header[positions[0]]
        if len(positions) > 1 and (used & set(positions) or not _is_ignored(name, source)):
            told = f"header {name!r} stands {len(positions)} times"
            hint = "give each column its own header"
            log.note(Finding(table.origin, "duplicate_header", told, "REJECT", hint, table.sheet, table.header_row, name))


def _tell_unknown(table: RawTable, used: set[int], contract: type[Contract], source: Source, log: FindingLog) -> None:
    free = [column.name for column in contract.columns if column.name not in source.constants]
    unknown = [
        (position, name)
        for position, name in enumerate(table.header)
        if position not in used and not _is_ignored(name, source) and table.header.count(name) == 1
    ]
    months = [] if source.unpivot else [name for _, name in unknown if MONTH_HEADER.search(name)]
    if len(months) >= FEWEST_MONTHS:
        told = f"{len(months)} headers are months, from {months[0]!r} to {months[-1]!r}"
        hint = "declare `unpivot`: how the headers write a month, which column takes it and which the cells"
        log.note(Finding(table.origin, "months_in_columns", told, "REJECT", hint, table.sheet, table.header_row, months[0]))
    for _, name in unknown:
        if len(months) >= FEWEST_MONTHS and name in months:
            continue
        near = get_close_matches(name.casefold(), free, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}? " if near else ""
        told = f"column {name!r} is not known to {contract.name}" if name else "a column without a header"
        hint += "name it under `columns` or under `ignored`"
        log.note(Finding(table.origin, "unknown_column", told, "REJECT", hint, table.sheet, table.header_row, name))


def _tell_unknown_names(contract: type[Contract], source: Source, table: RawTable, log: FindingLog) -> None:
    known = contract.column_names()
    unpivot = [source.unpivot.into, source.unpivot.value] if source.unpivot else []
    for name in [*source.columns, *source.constants, *source.convert, *source.words, *unpivot]:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            told = f"the params name a column {name!r} that {contract.name} does not have"
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
            log.note(Finding(table.origin, "unknown_column", told, "REJECT", hint, table.sheet, 0, name))


def _is_ignored(name: str, source: Source) -> bool:
    return ALL_OTHERS in source.ignored or name in source.ignored
