"""A table as it came: headers, physical rows, and each column as distinct values and which of them stands where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """One column: `values[codes[i]]` is what came in row i; a value is text as written, typed by the file, or None."""

    values: Sequence[object]
    codes: npt.NDArray[np.int32]

    def taken(self, keep: npt.NDArray[np.bool_]) -> "Cells":
        """The column with only the rows that are kept."""
        return Cells(self.values, self.codes[keep])


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

    def taken(self, keep: npt.NDArray[np.bool_]) -> "RawTable":
        """The table with only the rows that are kept."""
        return replace(self, cells=tuple(column.taken(keep) for column in self.cells), rows=self.rows[keep])


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
    return value is None or (isinstance(value, str) and not value.strip())


def blank_rows(table: RawTable) -> npt.NDArray[np.bool_]:
    """The rows in which every cell is blank."""
    blank = np.ones(len(table.rows), bool)
    for column in table.cells:
        if not blank.any():
            break
        blank &= np.array([is_blank(value) for value in column.values] or [False])[column.codes]
    return blank


def cell_address(row: int, column: int) -> str:
    """The spreadsheet address of a physical row and a column counted from 0: (12, 1) is B12."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"
