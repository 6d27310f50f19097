"""One query on an open connection, row by row into Arrow columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from sopkit.data.sources.database_columns import ColumnInParts, UnusableColumn
from sopkit.data.sources.statements import with_escaped_colons

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection as Opened

PART = 50_000  # rows taken over at a time
PADDED_TYPE = 1042  # type code of CHAR(n) in PostgreSQL

Value = str | bool | int | float | date


@dataclass(frozen=True)
class Extract:
    """What is asked of a database for one input table."""

    sql: str
    values: Mapping[str, Value] = field(default_factory=dict)  # of the parameters in the query


Selecting = Callable[[Extract], pa.Table]


class Select:
    """Runs one query after the other on an open connection."""

    def __init__(self, opened: "Opened", *, loose: bool) -> None:
        self._opened, self._loose = opened, loose

    def __call__(self, extract: Extract) -> pa.Table:
        """The rows of a query, in the order they came; raises UnusableColumn."""
        from sqlalchemy import text

        query = text(with_escaped_colons(extract.sql)).execution_options(stream_results=True, max_row_buffer=PART)
        with self._opened.execute(query, dict(extract.values)) as result:
            described = result.cursor.description if result.cursor is not None else ()
            padded = [not self._loose and column[1] == PADDED_TYPE for column in described]
            columns = [ColumnInParts(name, loose=self._loose, padded=pad) for name, pad in zip(result.keys(), padded, strict=True)]
            for rows in result.partitions(PART):
                for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                    _add(column, values)
        return _table(columns)


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
