"""A raw table as the contract's table: every cell parsed, every broken row told, the others typed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.contracts.conform import empty, unknown
from sopkit.data.findings import LISTED, Finding, FindingLog
from sopkit.data.parsing import PLAIN, Fault, Grammar, trimmed
from sopkit.data.sources.cells import ParsedCells, parsed_cells
from sopkit.data.sources.database_columns import LOOSE_NUMBER, LOOSE_TEXT, PADDED
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.headers import beside_positions, column_positions, tell_mixed
from sopkit.data.sources.key_order import KeyOrder, key_order
from sopkit.data.sources.notes import tell_notes
from sopkit.data.sources.raw import Cells, Mask, RawTable
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.slots import tell_wrong_slot
from sopkit.data.sources.totals import records_only
from sopkit.data.sources.translations import translated
from sopkit.data.sources.unpivot import month_columns, unpivoted
from sopkit.data.words import categories_at

WORDS_OF_DATABASE = (LOOSE_TEXT, PADDED)  # types of text that only a database tells apart
TYPES_OF_KIND = {
    "number": ("int", "uint", "float", "double", "halffloat", "decimal"),
    "whole": ("int", "uint", "float", "double", "decimal"),
    "day": ("date", "timestamp", LOOSE_TEXT),
    "period": ("string", "large_string", "date", "timestamp", *WORDS_OF_DATABASE),
    "flag": ("bool", LOOSE_NUMBER),
}
TEXT_TYPES = ("string", "large_string", "null")


def dated_column(contract: type[Contract]) -> str | None:
    """The column that says which month a row belongs to: a required day or month, that of the key before others."""
    dated = [column.name for column in contract.columns if column.kind in ("day", "period") and column.required]
    return next(iter([name for name in dated if name in contract.key] or dated), None)


def typed_table(raw: RawTable, name: str, contract: type[Contract], source: Source, log: FindingLog) -> ReadTable:
    """The rows of a raw table that keep the contract; every other row is in the log.

    Args:
        raw: what came.
        name: input table.
        contract: what it promises.
        source: how it is declared: columns, constants, dialect.
        log: takes the findings, all of one pass.

    Returns:
        ReadTable with the contract's columns, sorted by key.
    """
    if raw.broken:
        return ReadTable(name, empty(contract), np.zeros(0, np.int64), raw.origin, raw.sheet)
    grammar = source.grammar()
    tell_wrong_slot(raw, name, source, log)
    no_rows = not len(raw.rows)
    table, positions = _records(raw, contract, source, grammar, log)
    del raw  # of a large table every column is there once
    headers = {column: table.header[position] for column, position in positions.items()}
    sensitive = _sensitive(headers, contract, source)
    log.mask(sensitive)
    if not len(table.rows) and not source.may_be_empty:
        told = "a header and no rows" if no_rows else "no row is left"
        log.note(Finding(table.origin, "no_rows", f"{name}: {told}", "REJECT", "send the rows, or declare may_be_empty", table.sheet))
    columns, broken = _parsed_columns(table, positions, contract, source, log)
    order = _good_order([columns[name] for name in contract.key], table, contract, ~broken, log)
    beside = {header: _beside(table, position, header, log).take(order) for header, position in beside_positions(table, source).items()}
    beside = {header: codes.reset_index(drop=True) for header, codes in beside.items()}
    read = ReadTable(
        name,
        pd.DataFrame(),
        table.rows[order],
        table.origin,
        table.sheet,
        beside,
        headers=headers,
        places=_places(table, positions),
        months=_month_places(table),
        of_months=(source.unpivot.into, source.unpivot.value) if source.unpivot and table.spread else (),
        sensitive=sensitive,
        records=len(table.rows),
    )
    del table
    cells = {column.name: _series(columns.pop(column.name), column, order).array for column in contract.columns}
    return replace(read, frame=pd.DataFrame(cells, index=range(len(order)), copy=False))


def _places(table: RawTable, positions: Mapping[str, int]) -> dict[str, int]:
    """Contract column: its place in the file; without those of months that stood in columns."""
    if table.spread is None:
        return {column: table.first_column + position for column, position in positions.items()}
    kept = table.spread.kept
    return {column: table.first_column + kept[position] for column, position in positions.items() if position < len(kept)}


def _month_places(table: RawTable) -> dict[str, tuple[str, int]]:
    if table.spread is None:
        return {}
    months = [str(month)[:7] for month in table.cells[table.spread.columns[0]].values]
    there = zip(months, table.spread.headers, table.spread.positions, strict=True)
    return {month: (header, table.first_column + position) for month, header, position in there}


def _sensitive(headers: Mapping[str, str], contract: type[Contract], source: Source) -> frozenset[str]:
    """The headers of sensitive columns: by the contract, or declared."""
    declared = {headers.get(name, name) for name in source.sensitive}
    return frozenset(declared | {header for name, header in headers.items() if contract.column(name).sensitive})


def _good_order(
    keys: Sequence[ParsedCells | None], table: RawTable, contract: type[Contract], good: Mask, log: FindingLog
) -> npt.NDArray[np.integer]:
    """The places of the good rows, sorted by key, of equal keys the first; the others are told."""
    there = [key for key in keys if key is not None]
    if len(there) < len(keys):
        return np.flatnonzero(good)
    sorted_keys = key_order(there, good)
    if sorted_keys.repeats.any():
        _tell_duplicates(sorted_keys, table, contract, log)
    return sorted_keys.order[~sorted_keys.repeats] if sorted_keys.repeats.any() else sorted_keys.order


def _records(raw: RawTable, contract: type[Contract], source: Source, grammar: Grammar, log: FindingLog) -> tuple[RawTable, dict[str, int]]:
    """The records among the rows, a row per month where the months stood in columns, and contract column: position."""
    wide = month_columns(raw, source, log)
    at = wide.positions if wide else ()
    positions = column_positions(raw, contract, source, log, at)
    tell_mixed(raw, {*positions.values(), *at}, source, log)
    table = records_only(raw, positions, contract, grammar, log, months=at)
    if wide is None or source.unpivot is None:
        return table, positions
    as_days = source.unpivot.into in contract.column_names() and contract.column(source.unpivot.into).kind == "day"
    return unpivoted(table, positions, wide, source.unpivot, log, as_days=as_days, empty_marks=source.empty_marks)


def _beside(table: RawTable, position: int, header: str, log: FindingLog) -> pd.Series:
    """The codes of a unit or currency column; empty where a cell is blank."""
    parsed = parsed_cells(table.cells[position], "code", PLAIN)
    parsed.tell(table, header, log)
    return pd.Series(parsed.arrow(pa.string()).take(pa.array(parsed.cells.codes)), dtype="str")


def _parsed_columns(
    table: RawTable, positions: dict[str, int], contract: type[Contract], source: Source, log: FindingLog
) -> tuple[dict[str, ParsedCells | None], Mask]:
    """Every column of the contract parsed (None where it did not come), and the rows that break any of them; faults are told."""
    grammar = source.grammar()
    broken = np.zeros(len(table.rows), bool)
    columns: dict[str, ParsedCells | None] = {}
    for column in contract.columns:
        parsed, header = _parsed_column(column, table, positions, source, grammar, log)
        columns[column.name] = parsed
        if parsed is None:
            broken |= column.required
            continue
        if column.name in source.constants:
            broken |= _tell_constant(parsed, column, source, log)
            continue
        parsed.tell(table, header, log)
        if header in table.header and not source.rows:
            tell_notes(parsed, column, source.empty_marks, table, header, log)
        broken |= parsed.broken
        if column.required:
            broken |= _tell_blank(parsed, table, header, log)
    return columns, broken


def _parsed_column(
    column: Column, table: RawTable, positions: dict[str, int], source: Source, grammar: Grammar, log: FindingLog
) -> tuple[ParsedCells | None, str]:
    """The column's cells parsed, and its header; None where the file does not have it or has it in the wrong type."""
    if column.name in source.constants:
        constant = Cells([source.constants[column.name]], np.zeros(len(table.rows), np.int32))
        return parsed_cells(constant, column.kind, PLAIN, bounds=column), column.name
    if column.name not in positions:
        return None, column.name
    position = positions[column.name]
    header = table.header[position]
    strict = source.sql is None and column.name not in source.words
    if table.types and (fault := _type_fault(column, table.types[position], strict=strict)):
        log.note(
            Finding(table.origin, "column_type", fault, "REJECT", "send the column in its own type, or CAST it in the query", column=header)
        )
        return None, header
    grammar = PLAIN if source.rows else grammar
    cells = table.cells[position]
    if words := source.words.get(column.name):
        cells = translated(cells, words, table, header, log)
    parsed = parsed_cells(cells, column.kind, grammar, source.empty_marks, column, from_sheet=bool(table.sheet))
    return (_as_declared(parsed, table, source, header, log) if table.sheet and column.kind in ("number", "whole") else parsed), header


def _as_declared(parsed: ParsedCells, table: RawTable, source: Source, header: str, log: FindingLog) -> ParsedCells:
    """Numbers of a sheet that are all texts, written as the params say how texts are written: told once, not repaired one by one."""
    texts = np.array([isinstance(came, str) and came == trimmed(came) for came in parsed.cells.values] or [False])
    other = [came for came in parsed.cells.values if came is not None and not isinstance(came, str)]
    if other or not (parsed.repaired & texts).any() or not {"decimal", "thousands"} & source.model_fields_set:
        return parsed
    count = int((parsed.repaired & texts)[parsed.cells.codes].sum())
    told = f"all {count} numbers are written as text, as decimal and thousands of the params say"
    log.note(Finding(table.origin, "number_as_text", told, "ACCEPT", sheet=table.sheet, column=header))
    return replace(parsed, repaired=parsed.repaired & ~texts)


def _tell_constant(parsed: ParsedCells, column: Column, source: Source, log: FindingLog) -> Mask:
    """The rows that a constant of the params breaks, which are all or none; what is wrong with it is told once."""
    given = source.constants[column.name]
    blank = column.required and bool(parsed.nothing.any()) and not parsed.faulty.any()
    if not parsed.faulty.any() and not blank:
        return np.zeros(len(parsed.cells.codes), bool)
    fault = Fault("empty_cell", "nothing, where a value is needed") if blank else parsed.explain(0)
    told = f"the constant of {column.name}: {fault.message}; it stands for every row"
    hint = f"correct it under `constants`{f': {fault.hint}' if fault.hint else ''}"
    log.note(Finding("params", fault.rule, told, "REJECT", hint, column=column.name, value=str(given), rows=len(parsed.cells.codes)))
    return np.ones(len(parsed.cells.codes), bool)


def _type_fault(column: Column, arrived: str, *, strict: bool) -> str:
    """Why a typed file's column cannot be this column; a query may return text for any kind, a Parquet file may not."""
    kinds = TYPES_OF_KIND.get(column.kind, ("string", "large_string", *WORDS_OF_DATABASE))
    allowed = (*kinds, "null") if strict else (*kinds, *TEXT_TYPES)
    if arrived.startswith(allowed):
        return ""
    return f"the column is {arrived} in the file, where {column.kind} is expected"


def _series(parsed: ParsedCells | None, column: Column, order: npt.NDArray[np.integer]) -> pd.Series:
    """The values of some rows, as the contract promises them; codes as categories."""
    if parsed is None and column.kind == "code":
        return categories_at([], np.full(len(order), -1, np.int8))
    if parsed is None and column.kind == "number":  # of ten million rows no memory is taken for what nobody sent
        return pd.Series(np.broadcast_to(np.float64(np.nan), len(order)), copy=False)
    if parsed is None:
        return unknown(column, len(order))
    codes = parsed.cells.codes[order]
    if column.kind == "code":
        words, ranks = parsed.ranked
        return categories_at(words, ranks[codes])
    if isinstance(parsed.values, pa.Array):
        texts = pa.DictionaryArray.from_arrays(pa.array(codes), parsed.values).dictionary_decode()
        return pd.Series(pd.array(texts, dtype="str"))
    values = parsed.values
    if column.kind == "flag":
        flags = pd.Series(values, dtype="boolean").iloc[codes].reset_index(drop=True)
        return flags.astype("bool") if column.required else flags
    if column.kind == "whole":
        counts = pd.Series(values[codes])
        return counts.astype("int64") if column.required else counts.astype("Int64")
    if column.kind == "number":
        values = np.round(values, column.decimals) + 0.0  # + 0.0: no minus zero on disk
    return pd.Series(values[codes], copy=False)


def _tell_blank(parsed: ParsedCells, table: RawTable, header: str, log: FindingLog) -> Mask:
    blank = parsed.blank
    hits = np.flatnonzero(blank)
    told, hint = "an empty cell, where a value is needed", "blank is never zero: write the value"
    for hit in hits[:LISTED]:
        column, cell = table.place(header, int(hit))
        log.note(Finding(table.origin, "empty_cell", told, "REJECT", hint, table.sheet, int(table.rows[hit]), column, cell))
    if len(hits) > LISTED:
        more = f"{told}: the same in {len(hits) - LISTED} more rows, not listed one by one"
        log.note(Finding(table.origin, "empty_cell", more, "REJECT", hint, table.sheet, column=header))
    return blank


def _tell_duplicates(sorted_keys: KeyOrder, table: RawTable, contract: type[Contract], log: FindingLog) -> None:
    """Tell each row that repeats a key, with the first row that has it."""
    name = ", ".join(contract.key)
    repeated = np.flatnonzero(sorted_keys.repeats)
    rows, firsts = table.rows[sorted_keys.order[repeated]], table.rows[sorted_keys.first(repeated)]
    for here, there in zip(rows[:LISTED].tolist(), firsts[:LISTED].tolist(), strict=True):
        told = f"the same key ({name}) stands on rows {there} and {here}"
        hint = "remove one, or add the lines up where they are lines of one record"
        log.note(Finding(table.origin, "duplicate_key", told, "REJECT", hint, table.sheet, here, name, value=f"also row {there}"))
    if len(repeated) > LISTED:
        told = f"{len(repeated) - LISTED} more rows repeat a key"
        log.note(Finding(table.origin, "duplicate_key", told, "REJECT", sheet=table.sheet, column=name))
