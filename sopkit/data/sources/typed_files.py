"""Parquet files and query results as raw tables: typed columns keep their type, which the contract then checks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.database_columns import CAME_AS, PADDED
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.raw import Cells, RawTable, cells_of, unreadable

MOST_COLUMNS = 2_000
MOST_CELLS = 400_000_000  # rows x columns: a few bytes of Parquet can stand for a billion equal cells
ROW_COLUMN = "source_row"  # a query that returns it has its findings on the rows of the file
FILE_COLUMN = "source_file"  # of a folder in a query: the file that a row came in


def read_parquet_file(path: Path, dialect: Dialect, log: FindingLog) -> RawTable:
    """The cells of a Parquet file with their types; row 2 is its first record, as under a header."""
    origin = dialect.file or path.name
    try:
        size = pq.read_metadata(path)
        if size.num_columns > MOST_COLUMNS or size.num_rows * size.num_columns > MOST_CELLS:
            told = f"{size.num_rows:,} rows of {size.num_columns:,} columns"
            hint = f"send at most {MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells"
            log.note(Finding(origin, "too_large", told, "REJECT", hint))
            return unreadable(origin)
        names = size.schema.to_arrow_schema().names
        twice = sorted({name for name in names if names.count(name) > 1})
        for name in twice:
            told = f"header {name!r} stands {names.count(name)} times"
            log.note(Finding(origin, "duplicate_header", told, "REJECT", "give each column its own name", row=1, column=name))
        if twice:
            return unreadable(origin)
        table = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as reason:
        told = f"this is no Parquet file: {str(reason).splitlines()[0]}"
        log.note(Finding(origin, "unreadable_file", told, "REJECT", "send the file again"))
        return unreadable(origin)
    return raw_of_arrow(table, origin)


def read_received_table(path: Path, origin: str, log: FindingLog) -> RawTable:
    """What came from a database, as it was kept; row 2 is its first record. Blanks that fill up a CHAR column are left out and counted."""
    if not path.is_file():
        hint = "in a sandbox the last run's snapshot is read: let the cycle run once"
        log.note(Finding(origin, "missing_file", f"nothing was received from the database: no {path.name}", "REJECT", hint))
        return unreadable(origin)
    try:
        table = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as reason:
        told = f"what was received cannot be read: {str(reason).splitlines()[0]}"
        log.note(Finding(origin, "unreadable_file", told, "REJECT", "run again"))
        return unreadable(origin)
    raw = raw_of_arrow(table, origin)
    types = tuple(
        (field.metadata or {}).get(CAME_AS, arrived.encode()).decode() for field, arrived in zip(table.schema, raw.types, strict=True)
    )
    cells = tuple(
        _without_padding(column, header, origin, log) if arrived == PADDED else column
        for column, header, arrived in zip(raw.cells, raw.header, types, strict=True)
    )
    return replace(raw, cells=cells, types=types)


def _without_padding(column: Cells, header: str, origin: str, log: FindingLog) -> Cells:
    plain = [value.rstrip(" ") if isinstance(value, str) else value for value in column.values]
    padded = np.array([short != value for short, value in zip(plain, column.values, strict=True)] or [False])[column.codes]
    if count := int(padded.sum()):
        told = f"{count} values of a CHAR column were filled up with blanks, which were left out"
        log.note(Finding(origin, "trimmed", told, "REPAIR", column=header, value=str(count)))
    return Cells(plain, column.codes)


def raw_of_arrow(table: pa.Table, origin: str) -> RawTable:
    """An Arrow table as a raw table; a column `source_row` gives the physical rows."""
    rows = np.arange(2, len(table) + 2, dtype=np.int64)
    if ROW_COLUMN in table.column_names:
        rows = table.column(ROW_COLUMN).to_numpy().astype(np.int64)
        table = table.drop_columns([ROW_COLUMN])
    cells = tuple(_cells(column) for column in table.columns)
    return RawTable(origin, tuple(table.column_names), 1, cells, rows, types=tuple(_type_name(column.type) for column in table.columns))


def _type_name(kind: pa.DataType) -> str:
    return str(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _cells(column: pa.ChunkedArray) -> Cells:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type):  # lists and records have no meaning in a cell: the contract refuses the type
        return cells_of([None if value is None else str(value) for value in column.to_pylist()])
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks) if encoded.num_chunks else pa.array([], column.type).dictionary_encode()
    return Cells(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32))
