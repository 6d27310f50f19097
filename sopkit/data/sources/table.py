"""A raw table as the contract's table: every cell parsed, every broken row told, the others typed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.contracts.conform import WORDS, dtype_of, empty
from sopkit.data.findings import LISTED, Finding, FindingLog
from sopkit.data.parsing import PLAIN, Grammar
from sopkit.data.sources.cells import ParsedCells, parsed_cells
from sopkit.data.sources.database_columns import LOOSE_NUMBER, LOOSE_TEXT, PADDED
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.headers import column_positions
from sopkit.data.sources.raw import Cells, RawTable, Rows
from sopkit.data.sources.totals import records_only

WORDS_OF_DATABASE = (LOOSE_TEXT, PADDED)  # types of text that only a database tells apart
TYPES_OF_KIND = {
    "number": ("int", "uint", "float", "double", "halffloat", "decimal"),
    "whole": ("int", "uint", "float", "double", "decimal"),
    "day": ("date", "timestamp", LOOSE_TEXT),
    "period": ("string", "large_string", "date", "timestamp", *WORDS_OF_DATABASE),
    "flag": ("bool", LOOSE_NUMBER),
}
TEXT_TYPES = ("string", "large_string", "null")


@dataclass(frozen=True)
class ReadTable:
    """The good rows of one input table, typed, with the physical row that each came from."""

    name: str
    frame: pd.DataFrame
    rows: Rows
    origin: str
    sheet: str = ""


def typed_table(raw: RawTable, name: str, contract: type[Contract], source: Source, log: FindingLog) -> ReadTable:
    """The rows of a raw table that keep the contract; every other row is in the log.

    Args:
        raw: what came.
        name: input table.
        contract: what it promises.
        source: how it is declared: columns, constants, dialect.
        log: takes the findings, all of one pass.

    Returns:
        ReadTable with the contract's columns, in the order of the file.
    """
    if raw.broken:
        return ReadTable(name, empty(contract), np.zeros(0, np.int64), raw.origin, raw.sheet)
    grammar = Grammar(source.decimal, source.thousands, source.date_format)
    positions = column_positions(raw, contract, source, log)
    table = records_only(raw, positions, contract, grammar, log)
    if not len(table.rows) and not source.may_be_empty:
        told = "a header and no rows" if not len(raw.rows) else "no row is left"
        log.note(Finding(raw.origin, "no_rows", f"{name}: {told}", "REJECT", "send the rows, or declare may_be_empty", raw.sheet))
    broken = np.zeros(len(table.rows), bool)
    columns: dict[str, pd.Series] = {}
    keys: list[npt.NDArray[np.int64]] = []
    for column in contract.columns:
        parsed, header = _parsed_column(column, table, positions, source, grammar, log)
        if parsed is None:
            columns[column.name] = _missing(column, len(table.rows))
            broken |= column.required
            continue
        parsed.tell(table, header, log)
        broken |= parsed.broken
        if column.required:
            broken |= _tell_blank(parsed, table, header, log)
        columns[column.name] = _series(parsed, column)
        if column.name in contract.key:
            keys.append(_key_codes(parsed))
    if len(keys) == len(contract.key):
        broken |= _tell_duplicates(keys, table, contract, ~broken, log)
    frame = pd.DataFrame(columns, columns=contract.column_names())
    return ReadTable(name, frame[~broken].reset_index(drop=True), table.rows[~broken], raw.origin, raw.sheet)


def _parsed_column(
    column: Column, table: RawTable, positions: dict[str, int], source: Source, grammar: Grammar, log: FindingLog
) -> tuple[ParsedCells | None, str]:
    """The column's cells parsed, and its header; None where the file does not have it or has it in the wrong type."""
    if column.name in source.constants:
        constant = Cells([source.constants[column.name]], np.zeros(len(table.rows), np.int32))
        return parsed_cells(constant, column.kind, PLAIN, bounds=column), f"{column.name} (constant)"
    if column.name not in positions:
        return None, column.name
    position = positions[column.name]
    header = table.header[position]
    if table.types and (fault := _type_fault(column, table.types[position], strict=source.sql is None)):
        log.note(
            Finding(table.origin, "column_type", fault, "REJECT", "send the column in its own type, or CAST it in the query", column=header)
        )
        return None, header
    grammar = PLAIN if source.rows else grammar
    return parsed_cells(table.cells[position], column.kind, grammar, source.empty_marks, column), header


def _type_fault(column: Column, arrived: str, *, strict: bool) -> str:
    """Why a typed file's column cannot be this column; a query may return text for any kind, a Parquet file may not."""
    kinds = TYPES_OF_KIND.get(column.kind, ("string", "large_string", *WORDS_OF_DATABASE))
    allowed = (*kinds, "null") if strict else (*kinds, *TEXT_TYPES)
    if arrived.startswith(allowed):
        return ""
    return f"the column is {arrived} in the file, where {column.kind} is expected"


def _missing(column: Column, rows: int) -> pd.Series:
    dtype = "float64" if column.kind == "whole" else dtype_of(column)
    return pd.Series([None] * rows, dtype="boolean" if dtype == "bool" else dtype)


def _series(parsed: ParsedCells, column: Column) -> pd.Series:
    """The values by row in the contract's type (counts still as float: broken rows have none)."""
    codes = parsed.cells.codes
    if column.kind in WORDS:
        texts = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(parsed.values, pa.string()))
        return pd.Series(texts.dictionary_decode(), dtype="str")
    if column.kind == "day":
        days = np.array([str(value or "NaT") for value in parsed.values] or ["NaT"], dtype="datetime64[s]")
        return pd.Series(days[codes])
    if column.kind == "flag":
        flags = pd.Series([value if isinstance(value, bool) else None for value in parsed.values] or [None], dtype="boolean")
        return flags.iloc[codes].reset_index(drop=True)
    numbers = np.array([np.nan if value is None else value for value in parsed.values] or [np.nan], dtype=float)
    return pd.Series(numbers[codes])


def _tell_blank(parsed: ParsedCells, table: RawTable, header: str, log: FindingLog) -> npt.NDArray[np.bool_]:
    blank = parsed.blank
    rows = table.rows[blank].tolist()
    finding = Finding(
        table.origin,
        "empty_cell",
        "an empty cell, where a value is needed",
        "REJECT",
        "blank is never zero: write the value",
        table.sheet,
        column=header,
    )
    log.note_rows(finding, rows, [""] * len(rows))
    return blank


def _key_codes(parsed: ParsedCells) -> npt.NDArray[np.int64]:
    """A number per row that is equal where the parsed values are equal."""
    known: dict[object, int] = {}
    ids = np.array([known.setdefault(value, len(known)) for value in parsed.values] or [0], np.int64)
    return ids[parsed.cells.codes]


def _tell_duplicates(
    keys: Sequence[npt.NDArray[np.int64]], table: RawTable, contract: type[Contract], good: npt.NDArray[np.bool_], log: FindingLog
) -> npt.NDArray[np.bool_]:
    """Tell both rows of each doubled key; every row but the first of a key counts as broken."""
    combined = np.zeros(len(table.rows), np.int64)
    for key in keys:
        _, combined = np.unique(combined * (int(key.max(initial=0)) + 1) + key, return_inverse=True)
    candidates = np.flatnonzero(good)
    order = candidates[np.argsort(combined[candidates], kind="stable")]
    later = np.zeros(len(order), bool)
    later[1:] = combined[order[1:]] == combined[order[:-1]]
    first = np.maximum.accumulate(np.where(later, 0, np.arange(len(order)))) if len(order) else np.zeros(0, np.int64)
    repeated = np.zeros(len(table.rows), bool)
    repeated[order[later]] = True
    name = ", ".join(contract.key)
    for place in np.flatnonzero(later)[:LISTED]:
        here, there = int(table.rows[order[place]]), int(table.rows[order[first[place]]])
        told = f"the same key ({name}) stands on rows {there} and {here}"
        hint = "remove one, or add the lines up where they are lines of one record"
        log.note(Finding(table.origin, "duplicate_key", told, "REJECT", hint, table.sheet, here, name, value=f"also row {there}"))
    if int(later.sum()) > LISTED:
        told = f"{int(later.sum()) - LISTED} more rows repeat a key"
        log.note(Finding(table.origin, "duplicate_key", told, "REJECT", sheet=table.sheet, column=name))
    return repeated
