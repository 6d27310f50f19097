"""A table as it came: headers, physical rows, and each column as texts or values and which of them stands where."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sopkit.data.findings import Finding
from sopkit.data.parsing import TRIMMED, class_of, trimmed

SPREADSHEET_ROWS = (65_536, 1_048_576)  # of .xls and .xlsx
Rows = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]


class Texts(Sequence[object]):
    """Texts of a file kept as an Arrow array: a Python string is made of a text only where one is asked for."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[object]:
        return iter(self.array.to_pylist())

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[object]: ...
    def __getitem__(self, place: int | slice) -> object:
        if isinstance(place, slice):
            return Texts(self.array[place])
        return self.array[place].as_py()

    def places(self, pattern: str) -> npt.NDArray[np.int64]:
        """Where a text matches a regular expression (RE2: time linear in the text, whatever it holds)."""
        return np.flatnonzero(pc.match_substring_regex(self.array, pattern).to_numpy(zero_copy_only=False))


@dataclass(frozen=True)
class Cells:
    """One column: `values[codes[i]]` is what came in row i; a value is text as written, typed by the file, or None."""

    values: Sequence[object]
    codes: npt.NDArray[np.integer]

    def taken(self, keep: Mask) -> "Cells":
        """The column with only the rows that are kept."""
        return Cells(self.values, self.codes[keep])

    def marked(self, places: Sequence[int] | npt.NDArray[np.int64]) -> Mask:
        """The rows in which one of some values stands."""
        if not len(places):
            return np.zeros(len(self.codes), bool)
        marks = np.zeros(len(self.values), bool)
        marks[places] = True
        return marks[self.codes]

    def where(self, holds: Callable[[object], bool], pattern: str) -> Mask:
        """The rows whose value keeps a rule.

        Args:
            holds: the rule.
            pattern: a regular expression that every text which keeps it matches, so that only few texts are looked at.
        """
        if isinstance(self.values, Texts):
            return self.marked([place for place in self.values.places(pattern).tolist() if holds(self.values[place])])
        return self.marked([place for place, value in enumerate(self.values) if holds(value)])


@dataclass(frozen=True)
class Spread:
    """Where the rows of a long table stood while its months were columns."""

    columns: tuple[int, int]  # positions of month and value in the long table
    headers: tuple[str, ...]  # of the wide table, by month
    positions: tuple[int, ...]  # in the wide table, by month
    kept: tuple[int, ...]  # of the other columns: position in the wide table


@dataclass(frozen=True)
class RawTable:
    """A file, sheet or query result before any rule has run; `rows` are physical (first row of the file = 1)."""

    origin: str  # file, or what stands for it, in words
    header: tuple[str, ...]
    header_row: int
    cells: tuple[Cells, ...]  # one per header
    rows: Rows
    sheet: str = ""
    types: tuple[str, ...] = ()  # Arrow type of each column, where the file declares types
    broken: bool = False  # the file could not be read as a table: told in the findings
    spread: Spread | None = None  # its months stood in columns
    first_column: int = 0  # of a sheet: where its table begins, counted from 0
    as_written: tuple[str, ...] = ()  # the headers with the blanks around them, where they came as text
    questions: tuple[Finding, ...] = ()  # what a person must answer for each source that reads it

    def taken(self, keep: Mask) -> "RawTable":
        """The table with only the rows that are kept."""
        if keep.all():
            return self
        return replace(self, cells=tuple(column.taken(keep) for column in self.cells), rows=self.rows[keep])

    def place(self, header: str, hit: int) -> tuple[str, str]:
        """Header and cell address, as the sender sees them, of a column in the row at `hit`; no address in a text file."""
        position = self.header.index(header) if header in self.header else -1
        if self.spread is not None and position in self.spread.columns:
            month = int(self.cells[self.spread.columns[0]].codes[hit])
            header, position = self.spread.headers[month], self.spread.positions[month]
        elif self.spread is not None and position >= 0:
            position = self.spread.kept[position]
        return header, cell_address(int(self.rows[hit]), self.first_column + position) if self.sheet and position >= 0 else ""


def unreadable(origin: str, sheet: str = "") -> RawTable:
    """What stands for a file that could not be read."""
    return RawTable(origin, (), 1, (), np.zeros(0, np.int64), sheet, broken=True)


def cells_of(values: Sequence[object]) -> Cells:
    """A column of Python values as distinct values and codes; 1, 1.0 and True are kept apart."""
    known: dict[tuple[type, object], int] = {}
    codes = np.fromiter((known.setdefault((type(value), value), len(known)) for value in values), np.int32, len(values))
    return Cells([value for _, value in known], codes)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not trimmed(value))


BLANK = f"^{class_of(TRIMMED)}*$"  # texts that may be blank


def blank_rows(table: RawTable) -> Mask:
    """The rows in which every cell is blank."""
    return in_every_column(table, [(is_blank, BLANK)] * len(table.cells))


def in_every_column(table: RawTable, rules: Sequence[tuple[Callable[[object], bool], str]]) -> Mask:
    """The rows in which each column's cell keeps its rule (as in `Cells.where`)."""
    rows = np.arange(len(table.rows))
    for column, (holds, pattern) in zip(table.cells, rules, strict=True):
        if not len(rows):
            break
        rows = rows[Cells(column.values, column.codes[rows]).where(holds, pattern)]
    every = np.zeros(len(table.rows), bool)
    every[rows] = True
    return every


def row_limit_question(origin: str, sheet: str, last_row: int) -> Iterator[Finding]:
    """The question of a table whose last row is the last one that a spreadsheet can have."""
    if last_row in SPREADSHEET_ROWS:
        told = f"the last row is row {last_row}, the last one of a spreadsheet: the file may be cut"
        hint = "compare with the source, or acknowledge that nothing is missing"
        yield Finding(origin, "row_limit", told, "ASK", hint, sheet, last_row)


def cell_address(row: int, column: int) -> str:
    """The spreadsheet address of a physical row and a column counted from 0: (12, 1) is B12."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"
