"""Which column of a file is which column of the contract: by the params, by name, by alias."""

from difflib import get_close_matches

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.raw import RawTable

ALL_OTHERS = "*"
DELIMITERS = ";,\t|"


def column_positions(table: RawTable, contract: type[Contract], source: Source, log: FindingLog) -> dict[str, int]:
    """Contract column: position in the file; missing, unknown and doubled headers are told."""
    folded: dict[str, list[int]] = {}
    for place, name in enumerate(table.header):
        folded.setdefault(name.casefold(), []).append(place)
    found: dict[str, int] = {}
    for column in contract.columns:
        if column.name in source.constants:
            continue
        position = _position(column, source, table, folded)
        if position is not None:
            found[column.name] = position
        elif column.required or column.name in source.columns:
            _tell_missing(column, source, table, log)
    _tell_doubled(table, folded, set(found.values()), source, log)
    _tell_unknown(table, set(found.values()), contract, source, log)
    _tell_unknown_names(contract, source, table, log)
    return found


def _position(column: Column, source: Source, table: RawTable, folded: dict[str, list[int]]) -> int | None:
    wanted = [source.columns[column.name]] if column.name in source.columns else [column.name, *column.aliases]
    for name in wanted:
        if name in table.header:
            return table.header.index(name)
    for name in wanted:
        if positions := folded.get(name.strip().casefold()):
            return positions[0]
    return None


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
    for position, name in enumerate(table.header):
        if position in used or _is_ignored(name, source) or table.header.count(name) > 1:
            continue
        near = get_close_matches(name.casefold(), free, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]!r}? " if near else ""
        told = f"column {name!r} is not known to {contract.name}" if name else "a column without a header"
        hint += "name it under `columns` or under `ignored`"
        log.note(Finding(table.origin, "unknown_column", told, "REJECT", hint, table.sheet, table.header_row, name))


def _tell_unknown_names(contract: type[Contract], source: Source, table: RawTable, log: FindingLog) -> None:
    known = contract.column_names()
    for name in [*source.columns, *source.constants]:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            told = f"the params name a column {name!r} that {contract.name} does not have"
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
            log.note(Finding(table.origin, "unknown_column", told, "REJECT", hint, table.sheet, 0, name))


def _is_ignored(name: str, source: Source) -> bool:
    return ALL_OTHERS in source.ignored or name in source.ignored
