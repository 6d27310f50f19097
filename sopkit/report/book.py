"""The book of a run: rows and sums of its tables as records, whose cells know where they come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sopkit.report.cells import Cell, Code, Day, Month, Number, Words, known, source_of

if TYPE_CHECKING:
    import pandas as pd

Values = Mapping[str, object]


@dataclass(frozen=True)
class Record:
    """One row of a table, or an aggregate of its rows; gives its values as cells."""

    table: str
    key: Values
    values: Values
    how: str = ""  # how rows were put together: sum, max, min; empty for one row

    def number(self, column: str, unit: str) -> Number:
        """A number of this row."""
        reason = self.values.get("reason")
        return Number(known(self.values[column]), unit, source_of(self.table, self.key, column, self.how), reason=_told(reason))

    def words(self, column: str) -> Cell:
        """A text of this row; empty where there is none."""
        told = _told(self.values[column])
        return Words(told, source_of(self.table, self.key, column)) if told else ""

    def word(self, column: str) -> str:
        """A text of this row as a plain string, for choosing; never printed as it is."""
        return _told(self.values[column])

    def code(self, column: str) -> Cell:
        """A code of this row."""
        return Code(_told(self.values[column]))

    def month(self, column: str = "period", form: str = "short") -> Cell:
        """A month of this row; empty where there is none."""
        told = _told(self.values[column])
        return Month(told, form) if told else ""

    def day(self, column: str, form: str = "short") -> Cell:
        """A date of this row; empty where there is none."""
        value = self.values[column]
        return Day(date.fromisoformat(str(value)[:10]), form) if _told(value) else ""


def _told(value: object) -> str:
    return "" if value is None or value != value else str(value)


@dataclass(frozen=True)
class Book:
    """The tables of a run, some of which are empty: not provided."""

    tables: Mapping[str, "pd.DataFrame"]
    _read: dict[str, list[Record]] = field(default_factory=dict, repr=False)  # rows as records, made once
    _found: dict[tuple[str, ...], dict[tuple[object, ...], Record]] = field(default_factory=dict, repr=False)  # by the columns of a key
    _sums: dict[tuple[object, ...], list[Record]] = field(default_factory=dict, repr=False)  # of `grouped`, made once
    _families: "dict[str, pd.DataFrame]" = field(default_factory=dict, repr=False)  # tables with the family of their items

    def has(self, *names: str) -> bool:
        """Whether each of the tables has rows."""
        return all(name in self.tables and len(self.tables[name]) > 0 for name in names)

    def frame(self, name: str) -> "pd.DataFrame":
        """A table; raises KeyError where it has none: ask `has` first."""
        return self.tables[name]

    def records(self, name: str, where: Callable[[Values], bool] | None = None) -> list[Record]:
        """The rows of a table in its order; none where it is empty."""
        if name not in self._read:
            self._read[name] = self._all_records(name)
        return [record for record in self._read[name] if where is None or where(record.values)]

    def _all_records(self, name: str) -> list[Record]:
        from sopkit.data.contracts import CONTRACTS

        if not self.has(name):
            return []
        keys = CONTRACTS[name].key
        rows = [{str(column): value for column, value in row.items()} for row in self.tables[name].to_dict("records")]
        return [Record(name, {key: row[key] for key in keys if row[key] == row[key]}, row) for row in rows]

    def record(self, name: str, **key: object) -> Record | None:
        """The one row with these values; None where there is none."""
        asked = (name, *key)
        if asked not in self._found:
            rows = reversed(self.records(name))  # of several the first one stands
            self._found[asked] = {tuple(row.values[column] for column in key): row for row in rows}
        return self._found[asked].get(tuple(key.values()))

    @cached_property
    def families_of_items(self) -> "pd.Series":
        """Family by item."""
        return self.tables["items"].set_index("item")["family"]

    def with_family(self, name: str) -> "pd.DataFrame":
        """A table with the family of its items, where it has none of its own."""
        if name not in self._families:
            frame = self.tables[name]
            self._families[name] = frame if "family" in frame else frame.assign(family=frame["item"].map(self.families_of_items))
        return self._families[name]

    def grouped(
        self,
        name: str,
        by: Sequence[str],
        columns: Sequence[str],
        *,
        periods: tuple[str, str] | None = None,
        how: str = "sum",
        **where: str,
    ) -> list[Record]:
        """Sums (or max, min) of columns by key, over a span of months; sorted by key.

        Where all values of a sum are missing the sum is missing: nothing is made up.
        """
        asked = (name, tuple(by), tuple(columns), periods, how, tuple(where.items()))
        if asked not in self._sums:
            self._sums[asked] = self._summed(name, by, columns, periods, how, where) if self.has(name) else []
        return list(self._sums[asked])

    def _summed(
        self, name: str, by: Sequence[str], columns: Sequence[str], periods: tuple[str, str] | None, how: str, where: Mapping[str, str]
    ) -> list[Record]:
        frame, fixed = self.with_family(name) if "family" in (*by, *where) else self.tables[name], dict(where)
        for column, value in where.items():
            frame = frame[frame[column] == value]
        if periods:
            frame, fixed = frame[frame["period"].between(*periods)], fixed | {"period": "..".join(periods)}
        if not by:
            sums = frame[list(columns)].agg("sum", min_count=1) if how == "sum" else frame[list(columns)].agg(how)
            return [Record(name, fixed, dict(sums), how)] if len(frame) else []
        groups = frame.groupby(list(by), sort=True, observed=True)[list(columns)]
        summed = (groups.sum(min_count=1) if how == "sum" else groups.agg(how)).reset_index()
        return [
            Record(name, fixed | {key: row[key] for key in by}, fixed | row, how)
            for row in ({str(column): value for column, value in row.items()} for row in summed.to_dict("records"))
        ]
