"""Rows of the run's tables as cells that know where they come from, and the blocks a page is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from sopkit.report.cells import Cell, Code, Day, Month, Number, Words, known, source_of
from sopkit.report.narrative import PERCENTS, SCALED, Writer, scale_of, scaled

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
        found = self.records(name, lambda row: all(row[column] == value for column, value in key.items()))
        return found[0] if found else None

    @cached_property
    def families_of_items(self) -> "pd.Series":
        """Family by item."""
        return self.tables["items"].set_index("item")["family"]

    def with_family(self, name: str) -> "pd.DataFrame":
        """A table with the family of its items, where it has none of its own."""
        frame = self.tables[name]
        return frame if "family" in frame else frame.assign(family=frame["item"].map(self.families_of_items))

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
        if not self.has(name):
            return []
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


@dataclass(frozen=True)
class Column:
    """A column of a printed table: its label, and how its cells stand."""

    label: Cell
    kind: Literal["number", "text"] = "number"
    unit: str = ""  # written under the label; set by `table` for scaled units
    group: str = ""  # what it stands under, such as actual, M0, plan


@dataclass(frozen=True)
class Row:
    """A row of a printed table."""

    head: Cell
    cells: tuple[Cell, ...]
    style: Literal["", "sum", "chosen", "quiet", "part"] = ""
    shades: tuple[str, ...] = ()  # a class per cell, where cells are shaded


@dataclass(frozen=True)
class Table:
    """A printed table with its caption: what, unit, months."""

    caption: Markup | str
    head: Cell
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: Markup | str = ""
    folded: bool = False  # closed on screen, open in print
    dense: bool = False
    months: bool = False  # a column a month: all of one width
    screen: bool = False  # to look into on the screen; not printed
    aligned: bool = False  # stands under tables with the same columns: it keeps those that are empty
    switch: bool = False  # groups of columns of which the screen shows one
    unit: str = ""  # said once in the caption, where all columns share it; set by `table`
    kind: Literal["table"] = field(default="table", init=False)

    def look(self, row: Row, place: int) -> Markup:
        """The class attribute of a cell: nothing for a plain number, which most are."""
        kinds = [self.columns[place].kind.replace("number", ""), row.shades[place].replace("h0", "") if row.shades else ""]
        told = " ".join(kind for kind in kinds if kind)
        return Markup(' class="{}"').format(told) if told else Markup("")

    @property
    def groups(self) -> list[tuple[str, int]]:
        """What columns stand under, each with how many it spans; empty where no column has a group."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1] + 1)
            else:
                spans.append((column.group, 1))
        return spans if any(group for group, _ in spans) else []


@dataclass(frozen=True)
class Text:
    """A paragraph, or several lines of a list."""

    lines: tuple[Markup, ...]
    title: str = ""
    style: Literal["", "lead", "quiet", "missing", "columns"] = ""
    kind: Literal["text"] = field(default="text", init=False)


@dataclass(frozen=True)
class Figure:
    """A chart as SVG with its title."""

    svg: Markup
    caption: Markup | str = ""
    note: Markup | str = ""
    kind: Literal["figure"] = field(default="figure", init=False)


@dataclass(frozen=True)
class Side:
    """Blocks beside each other."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"
    kind: Literal["side"] = field(default="side", init=False)


@dataclass(frozen=True)
class Lead:
    """The one question of a decision, with its deadline."""

    number: Cell
    question: Cell
    deadline: Markup
    tables: tuple[Table, ...]
    lines: tuple[Markup, ...]
    kind: Literal["decision"] = field(default="decision", init=False)


Block = Table | Text | Figure | Side | Lead


@dataclass(frozen=True)
class Page:
    """One page: its section, its chapter (a word), its message and its blocks."""

    section: str
    chapter: str
    title: Markup
    blocks: tuple[Block, ...]
    subtitle: Markup | str = ""
    style: str = ""


def side_by_side(blocks: "Sequence[Block]") -> "tuple[Block, ...]":
    """Small blocks two by two; one that is left alone stands alone."""
    pairs: list[Block] = [Side((blocks[place],), (blocks[place + 1],)) for place in range(0, len(blocks) - 1, 2)]
    return (*pairs, blocks[-1]) if len(blocks) % 2 else tuple(pairs)


def table(writer: Writer, printed: Table) -> Table:
    """The table with one scale per unit, and the units written under the labels of its columns; columns of no text at all are left out."""
    printed = printed if printed.aligned else _without_empty(printed)
    numbers = [cell for row in printed.rows for cell in row.cells if isinstance(cell, Number) and not cell.with_unit]
    scales = {unit: scale_of(number for number in numbers if number.unit == unit) for unit in SCALED}
    rows = tuple(
        replace(row, cells=tuple(_at_scale(cell, scales) for cell in row.cells), shades=row.shades or ("",) * len(row.cells))
        for row in printed.rows
    )
    units = [_unit_of(writer, [row.cells[at] for row in rows]) for at in range(len(printed.columns))]
    told = [any(isinstance(cell, Number) and cell.known for cell in (row.cells[place] for row in rows)) for place in range(len(units))]
    shared = {unit for unit, known_numbers in zip(units, told, strict=True) if known_numbers}
    if len(shared) == 1 and len(units) > 2:
        return replace(printed, rows=rows, unit=shared.pop())
    columns = tuple(
        replace(column, unit="" if unit and unit in str(column.label).split() else unit)
        for column, unit in zip(printed.columns, units, strict=True)
    )
    return replace(printed, rows=rows, columns=columns)


def _without_empty(printed: Table) -> Table:
    told = [column.kind == "number" or any(row.cells[at] for row in printed.rows) for at, column in enumerate(printed.columns)]
    if all(told) or not printed.rows:
        return printed
    rows = (replace(row, cells=tuple(compress(row.cells, told)), shades=tuple(compress(row.shades, told))) for row in printed.rows)
    return replace(printed, columns=tuple(compress(printed.columns, told)), rows=tuple(rows))


def _at_scale(cell: Cell, scales: Mapping[str, object]) -> Cell:
    if isinstance(cell, Number) and cell.unit in scales and not cell.with_unit and cell.scale is None:
        return scaled(cell, scales[cell.unit])  # type: ignore[arg-type]
    return cell


def _unit_of(writer: Writer, cells: Sequence[Cell]) -> str:
    """The unit under a column's label: where all its numbers share it, and none writes it itself."""
    units = {(cell.unit, cell.scale) for cell in cells if isinstance(cell, Number) and not cell.with_unit and cell.known}
    if len(units) != 1:
        return ""
    unit, scale = units.pop()
    return "" if unit in ("count", "number", *PERCENTS) else writer.unit(unit, scale)
