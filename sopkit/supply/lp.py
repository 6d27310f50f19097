"""Linear programmes as labelled blocks over HiGHS.

A block is a grid of variables, a family is a grid of rows; both keep the labels of their axes, so that every value,
dual and slack can be named. `at` holds the number of each cell's variable or row, -1 where the grid has none; a term
with an absent variable or row is no term.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sopkit.supply.solver import TOLERANCE, Arrays, Numbers, Solution, Solver, Work

__all__ = ["TOLERANCE", "Arrays", "Grid", "Model", "Numbers", "Solution", "Solver", "Work", "column_frame", "row_frame"]

Axes = tuple[Collection[object], ...]
Cells = tuple[Any, ...]  # a numpy selection
EVERY: Cells = (slice(None),)


@dataclass(frozen=True)
class Grid:
    """A block of variables or a family of rows: its name, the labels of its axes, and where each cell is in the model."""

    name: str
    axes: tuple[tuple[object, ...], ...]
    at: NDArray[np.int64]

    def earlier(self, steps: int = 1) -> "Grid":
        """The same grid with, in each cell, what stood `steps` before it along the last axis; nothing before the first."""
        moved = np.full_like(self.at, -1)
        moved[..., steps:] = self.at[..., : max(0, self.at.shape[-1] - steps)]
        return Grid(self.name, self.axes, moved)

    def later(self, steps: int = 1) -> "Grid":
        """The same grid with, in each cell, what stands `steps` after it along the last axis; nothing after the last."""
        moved = np.full_like(self.at, -1)
        moved[..., : self.at.shape[-1] - steps] = self.at[..., steps:]
        return Grid(self.name, self.axes, moved)

    def labels(self) -> list[tuple[object, ...]]:
        """Name and labels of each cell that is there, in the order of the model."""
        return [(self.name, *(axis[place] for axis, place in zip(self.axes, cell, strict=True))) for cell in np.argwhere(self.at >= 0)]


class Model:
    """A linear programme (mixed integer where a block says so) under construction: minimise cost."""

    def __init__(self) -> None:
        self.blocks: list[Grid] = []
        self.families: list[Grid] = []
        self.offset = 0.0
        self._columns: list[tuple[Numbers, Numbers, Numbers, NDArray[np.bool_]]] = []
        self._rows: list[tuple[Numbers, Numbers]] = []
        self._terms: list[tuple[NDArray[np.int64], NDArray[np.int64], Numbers]] = []
        self._sizes = [0, 0]

    def variables(
        self,
        name: str,
        axes: Axes,
        *,
        cost: ArrayLike = 0.0,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        where: ArrayLike = True,
        integer: bool = False,
    ) -> Grid:
        """A block of variables over `axes`; arguments broadcast over the grid, `where` says which cells have one."""
        grid, there = self._grid(name, axes, where, 0)
        cells = [np.broadcast_to(np.asarray(value, float), there.shape)[there] for value in (cost, lower, upper)]
        self._columns.append((cells[0], cells[1], cells[2], np.full(there.sum(), integer)))
        self.blocks.append(grid)
        return grid

    def rows(self, name: str, axes: Axes, *, at_least: ArrayLike = -np.inf, at_most: ArrayLike = np.inf, where: ArrayLike = True) -> Grid:
        """A family of rows over `axes`: at_least <= sum of terms <= at_most."""
        grid, there = self._grid(name, axes, where, 1)
        limits = [np.broadcast_to(np.asarray(value, float), there.shape)[there] for value in (at_least, at_most)]
        self._rows.append((limits[0], limits[1]))
        self.families.append(grid)
        return grid

    def add(
        self,
        rows: Grid,
        variables: Grid,
        coefficient: ArrayLike = 1.0,
        *,
        row: Cells = EVERY,
        of: Cells = EVERY,
    ) -> None:
        """Add `coefficient x variables[of]` to `rows[row]`: numpy selections that broadcast against each other."""
        row_at, column_at, value = np.broadcast_arrays(rows.at[row], variables.at[of], np.asarray(coefficient, float))
        term = (row_at >= 0) & (column_at >= 0) & (value != 0)
        self._terms.append((row_at[term], column_at[term], value[term]))

    def _grid(self, name: str, axes: Axes, where: ArrayLike, kind: int) -> tuple[Grid, NDArray[np.bool_]]:
        there = np.array(np.broadcast_to(np.asarray(where, bool), tuple(len(axis) for axis in axes)))
        at = np.full(there.shape, -1, dtype=np.int64)
        at[there] = self._sizes[kind] + np.arange(there.sum())
        self._sizes[kind] += int(there.sum())
        return Grid(name, tuple(tuple(axis) for axis in axes), at), there

    @property
    def width(self) -> int:
        """How many variables there are."""
        return self._sizes[0]

    @property
    def has_whole_numbers(self) -> bool:
        """Whether some variable must be a whole number."""
        return any(part[3].any() for part in self._columns)

    def arrays(self) -> Arrays:
        """The model as HiGHS wants it, by column."""
        row, column, value = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._terms, 3))
        shape = (self._sizes[1], self._sizes[0])
        matrix = sparse.csc_matrix((value, (row.astype(np.int64), column.astype(np.int64))), shape=shape)
        cost, lower, upper, integer = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._columns, 4))
        at_least, at_most = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._rows, 2))
        return Arrays(cost, lower, upper, integer.astype(bool), at_least, at_most, matrix, self.offset)

    def solver(self, work: Work | None = None) -> Solver:
        """A HiGHS of its own that holds this model; `work` = how hard whole numbers are worked on."""
        return Solver(self.arrays(), work)


def _unzipped(parts: list, width: int) -> list[list]:
    return [[part[place] for part in parts] for place in range(width)]


def column_frame(model: Model, solution: Solution) -> pd.DataFrame:
    """Every variable by name: block, label, value, reduced_cost."""
    names = [label for block in model.blocks for label in block.labels()]
    told = {"block": [name[0] for name in names], "label": [name[1:] for name in names]}
    return pd.DataFrame(told | {"value": solution.column_value, "reduced_cost": solution.column_dual})


def row_frame(model: Model, solution: Solution) -> pd.DataFrame:
    """Every row by name: family, label, value, dual, and the slack to its nearer limit."""
    arrays = model.arrays()
    names = [label for family in model.families for label in family.labels()]
    slack = np.minimum(solution.row_value - arrays.at_least, arrays.at_most - solution.row_value)
    told = {"family": [name[0] for name in names], "label": [name[1:] for name in names]}
    return pd.DataFrame(told | {"value": solution.row_value, "dual": solution.row_dual, "slack": slack})
