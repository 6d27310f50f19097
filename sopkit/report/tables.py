"""The blocks a page is made of: tables, texts, figures, decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from sopkit.report.cells import Cell, Number
from sopkit.report.narrative import PERCENTS, SCALED, Writer, scale_of, scaled

if TYPE_CHECKING:
    pass

Values = Mapping[str, object]


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
    caption: Markup | str
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
