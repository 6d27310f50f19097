"""Columns of a query's result as Arrow: each value keeps the type that the database gave it.

Decimals stay decimals and no number passes through text or float. SQLite has no types of columns, only of values: one that
holds both numbers and texts is kept as text and marked, so that the contract refuses it by name.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

CAME_AS = b"came_as"  # field metadata: what the column was in the database, where its Arrow type does not say
PADDED = "padded text"  # CHAR(n), filled up with blanks
LOOSE_TEXT = "text without type"  # SQLite has no dates and no truth values
LOOSE_NUMBER = "integer without type"
MIXED = "mixed"
WIDEST = 76  # digits of Arrow's widest decimal

_KIND_OF = {
    bool: "flag",
    int: "integer",
    float: "float",
    Decimal: "decimal",
    str: "text",
    UUID: "text",
    time: "text",
    date: "date",
    datetime: "moment",
}
_ARROW = {"flag": pa.bool_(), "integer": pa.int64(), "float": pa.float64(), "text": pa.string(), "date": pa.date32()}


class UnusableColumn(Exception):
    """A column of values that no table can hold: lists, documents, bytes, numbers too wide."""


class ColumnInParts:
    """One column of a result, taken over part by part."""

    def __init__(self, name: str, *, loose: bool, padded: bool) -> None:
        self.name, self._loose, self._padded = name, loose, padded
        self._parts: list[list[object]] = []
        self._types: set[type] = set()

    def add(self, values: Sequence[object]) -> None:
        """Take over the next rows; raises UnusableColumn."""
        types = set(map(type, values)) - {type(None)}
        unknown = sorted(kind.__name__ for kind in types if kind not in _KIND_OF)
        if unknown:
            raise UnusableColumn(f"holds {unknown[0]}, which no column of a table can be")
        self._types |= types
        self._parts.append(list(values))

    def field_and_array(self) -> tuple[pa.Field, pa.ChunkedArray]:
        """The whole column; raises UnusableColumn."""
        kind, came_as = self._kind()
        arrow = self._type(kind)
        try:
            array = pa.chunked_array([pa.array(self._plain(part, kind), arrow) for part in self._parts], arrow)
        except (pa.ArrowInvalid, OverflowError, ValueError) as reason:
            raise UnusableColumn(f"holds a {kind} that cannot be kept: {str(reason).splitlines()[0][:120]}") from None
        metadata = {CAME_AS: came_as.encode()} if came_as else None
        return pa.field(self.name, arrow, metadata=metadata), array

    def _kind(self) -> tuple[str, str]:
        """What the values are together, and what they came as where Arrow's type does not tell it."""
        kinds = {_KIND_OF[kind] for kind in self._types} or {"nothing"}
        if kinds == {"integer", "float"}:
            return "float", ""
        if kinds == {"integer", "decimal"}:
            return "decimal", ""
        if len(kinds) > 1:
            return "text", f"{MIXED} ({', '.join(sorted(kinds))})"
        kind = next(iter(kinds))
        loose = {"text": LOOSE_TEXT, "integer": LOOSE_NUMBER}.get(kind, "") if self._loose else ""
        return kind, PADDED if self._padded and kind == "text" else loose

    def _type(self, kind: str) -> pa.DataType:
        if kind == "nothing":
            return pa.null()
        if kind == "decimal":
            return self._decimal_type()
        if kind == "moment":
            zoned = {value.tzinfo is not None for part in self._parts for value in part if isinstance(value, datetime)}
            return pa.timestamp("us", "UTC") if zoned == {True} else pa.timestamp("us")
        return _ARROW[kind]

    def _decimal_type(self) -> pa.DataType:
        """The narrowest decimal that holds every value exactly."""
        whole = scale = 0
        for part in self._parts:
            for value in part:
                if isinstance(value, (Decimal, int)):
                    parts = Decimal(value).as_tuple()
                    if not isinstance(parts.exponent, int):
                        raise UnusableColumn(f"holds {value}, which is no number")
                    scale = max(scale, -parts.exponent)
                    whole = max(whole, len(parts.digits) + parts.exponent, 1)
        if whole + scale > WIDEST:
            raise UnusableColumn(f"holds a number of more than {WIDEST} digits")
        return pa.decimal128(whole + scale, scale) if whole + scale <= 38 else pa.decimal256(whole + scale, scale)

    def _plain(self, part: list[object], kind: str) -> list[object]:
        """The values of a part in the one type of the column."""
        if len(self._types) <= 1 and self._types <= {str, float, Decimal}:
            return part
        if kind == "text":
            return [None if value is None else str(value) for value in part]
        if kind == "float":
            return [_exact(value) if isinstance(value, int) else value for value in part]
        if kind == "decimal":
            return [Decimal(value) if isinstance(value, int) else value for value in part]
        return part


def _exact(value: int) -> float:
    if int(float(value)) != value:
        raise OverflowError(f"{value} among fractions")
    return float(value)


def in_canonical_order(table: pa.Table) -> pa.Table:
    """The rows sorted by all columns: a database promises no order, and the same rows must give the same bytes.

    Raises UnusableColumn where two columns have one name.
    """
    if twice := sorted({name for name in table.column_names if table.column_names.count(name) > 1}):
        raise UnusableColumn(f"two columns are called {twice[0]}")
    keys = [(str(place), "ascending") for place, column in enumerate(table.columns) if not pa.types.is_null(column.type)]
    if not keys or len(table) < 2:
        return table
    numbered = pa.table(list(table.columns), names=[str(place) for place in range(table.num_columns)])
    return table.take(pc.sort_indices(numbered, sort_keys=keys)).combine_chunks()
