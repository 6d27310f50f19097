"""One query on an open connection, row by row into Arrow columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from sopkit.data.sources.database_columns import ColumnInParts, UnusableColumn
from sopkit.data.sources.statements import with_escaped_colons

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection as Opened

PART, FIRST_PART = 50_000, 1_000  # rows taken over at a time, and at first, when nobody knows how long they are
PART_BYTES = 32 << 20  # of them at most, by the rows before
PADDED_TYPE = 1042  # type code of CHAR(n) in PostgreSQL

Value = str | bool | int | float | date


@dataclass(frozen=True)
class Extract:
    """What is asked of a database for one input table."""

    sql: str
    values: Mapping[str, Value] = field(default_factory=dict)  # of the parameters in the query


class TooMuch(Exception):
    """A query that returns more than its connection allows; nothing of it is kept."""


@dataclass(frozen=True)
class Limits:
    """How much one query may return."""

    rows: int
    mib: int


class Taken:
    """Counts what a query has returned so far, and stops it beyond its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._rows, self._bytes = limits, 0, 0

    def add(self, rows: int, size: int) -> None:
        """Count some more rows of so many bytes; raises TooMuch."""
        self._rows += rows
        self._bytes += size
        if self._rows > self._limits.rows:
            raise TooMuch(f"more than {self._limits.rows:,} rows (most_rows)")
        if self._bytes > self._limits.mib << 20:
            raise TooMuch(f"more than {self._limits.mib:,} MiB (most_mib), in {self._rows:,} rows")

    @property
    def next_part(self) -> int:
        """Rows to ask for next: few at first, then as many as make a part of some megabytes."""
        return min(PART, max(1, PART_BYTES * self._rows // max(self._bytes, 1))) if self._rows else FIRST_PART


Selecting = Callable[[Extract], pa.Table]


class Select:
    """Runs one query after the other on an open connection."""

    def __init__(self, opened: "Opened", limits: Limits, *, loose: bool) -> None:
        self._opened, self._limits, self._loose = opened, limits, loose

    def __call__(self, extract: Extract) -> pa.Table:
        """The rows of a query, in the order they came; raises UnusableColumn and TooMuch."""
        from sqlalchemy import text

        query = text(with_escaped_colons(extract.sql)).execution_options(stream_results=True, max_row_buffer=PART)
        with self._opened.execute(query, dict(extract.values)) as result:
            described = result.cursor.description if result.cursor is not None else ()
            padded = [not self._loose and column[1] == PADDED_TYPE for column in described]
            columns = [ColumnInParts(name, loose=self._loose, padded=pad) for name, pad in zip(result.keys(), padded, strict=True)]
            taken = Taken(self._limits)
            while rows := result.fetchmany(taken.next_part):
                parts = list(zip(*rows, strict=True))
                taken.add(len(rows), sum(map(_weight, parts)))
                for column, values in zip(columns, parts, strict=True):
                    _add(column, values)
        return _table(columns)


def _weight(values: Sequence[object]) -> int:
    """Bytes of some values, roughly."""
    return sum(len(value) if isinstance(value, (str, bytes)) else 8 for value in values)


def _add(column: ColumnInParts, values: tuple[object, ...]) -> None:
    try:
        column.add(values)
    except UnusableColumn as fault:
        raise UnusableColumn(f"column {column.name} {fault}") from None


def _table(columns: list[ColumnInParts]) -> pa.Table:
    fields, arrays = [], []
    for column in columns:
        try:
            described, array = column.field_and_array()
        except UnusableColumn as fault:
            raise UnusableColumn(f"column {column.name} {fault}") from None
        fields.append(described)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
