"""Linear programmes as labelled blocks over HiGHS.

A block is a grid of variables, a family is a grid of rows; both keep the labels of their axes, so that every value,
dual and slack can be named. `at` holds the number of each cell's variable or row, -1 where the grid has none; a term
with an absent variable or row is no term. HiGHS runs on one thread by dual simplex: the same model gives the same bytes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sopkit.errors import Problem, StepError

Axes = tuple[Collection[object], ...]
Numbers = NDArray[np.float64]
Cells = tuple[Any, ...]  # a numpy selection
EVERY: Cells = (slice(None),)
TOLERANCE = 1e-7  # of HiGHS on primal and dual feasibility
# Without presolve: plans of 60 to 400 items solve 1.1 to 13 times faster from the slack basis.
OPTIONS: dict[str, object] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "presolve": "off",
    "random_seed": 0,
}
STATUS_WORDS = {
    highspy.HighsModelStatus.kInfeasible: "the limits contradict each other: no plan keeps all of them",
    highspy.HighsModelStatus.kUnbounded: "cost falls without end: a price or a cost has the wrong sign",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "the limits contradict each other, or a cost has the wrong sign",
    highspy.HighsModelStatus.kTimeLimit: "the solver reached its time limit without a plan",
    highspy.HighsModelStatus.kIterationLimit: "the solver reached its work limit without a plan",
}


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

    def arrays(self) -> "Arrays":
        """The model as HiGHS wants it, by column."""
        row, column, value = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._terms, 3))
        shape = (self._sizes[1], self._sizes[0])
        matrix = sparse.csc_matrix((value, (row.astype(np.int64), column.astype(np.int64))), shape=shape)
        cost, lower, upper, integer = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._columns, 4))
        at_least, at_most = (np.concatenate(parts) if parts else np.zeros(0) for parts in _unzipped(self._rows, 2))
        return Arrays(cost, lower, upper, integer.astype(bool), at_least, at_most, matrix, self.offset)

    def solver(self) -> "Solver":
        """A HiGHS of its own that holds this model."""
        return Solver(self)


def _unzipped(parts: list, width: int) -> list[list]:
    return [[part[place] for part in parts] for place in range(width)]


@dataclass(frozen=True)
class Arrays:
    """A model as arrays: costs and bounds of columns, limits of rows, the matrix by column."""

    cost: Numbers
    lower: Numbers
    upper: Numbers
    integer: NDArray[np.bool_]
    at_least: Numbers
    at_most: Numbers
    matrix: sparse.csc_matrix
    offset: float


@dataclass(frozen=True)
class Solution:
    """What a solve found. A dual is d cost / d limit of its row; a reduced cost likewise of its variable's bound."""

    objective: float
    column_value: Numbers
    column_dual: Numbers
    row_value: Numbers
    row_dual: Numbers
    iterations: int

    def values(self, block: Grid) -> Numbers:
        """Values of a block on its grid; 0 where it has no variable."""
        return _on_grid(block, self.column_value)

    def reduced_costs(self, block: Grid) -> Numbers:
        """Reduced costs of a block on its grid; 0 where it has no variable."""
        return _on_grid(block, self.column_dual)

    def duals(self, family: Grid) -> Numbers:
        """Duals of a family of rows on its grid; 0 where it has no row."""
        return _on_grid(family, self.row_dual)


def _on_grid(grid: Grid, numbers: Numbers) -> Numbers:
    if not len(numbers):
        return np.zeros(grid.at.shape)
    return np.where(grid.at >= 0, numbers[grid.at], 0.0)


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


class Solver:
    """HiGHS with one model in it: solve, change costs, bounds and limits in place, solve again from where it stood."""

    def __init__(self, model: Model) -> None:
        self.arrays = model.arrays()
        self._highs = highspy.Highs()
        for option, value in OPTIONS.items():
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_highs_model(self.arrays))

    def solve(self) -> Solution:
        """The optimum; raises StepError in words where there is none."""
        self._highs.run()
        status = self._highs.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            told = STATUS_WORDS.get(status, f"the solver ended with '{self._highs.modelStatusToString(status)}'")
            raise StepError("no plan was found", [Problem("plan", told, "a plan within all limits", "Check limits, costs and prices.")])
        found, facts = self._highs.getSolution(), self._highs.getInfo()
        rows, columns = self.arrays.matrix.shape
        duals = [np.array(part) if len(part) else np.zeros(size) for part, size in ((found.col_dual, columns), (found.row_dual, rows))]
        return Solution(
            facts.objective_function_value,
            np.array(found.col_value),
            duals[0],
            np.array(found.row_value),
            duals[1],
            facts.simplex_iteration_count,
        )

    def basis(self) -> highspy.HighsBasis:
        """Where the last solve stood."""
        return self._highs.getBasis()

    def start_from(self, basis: highspy.HighsBasis) -> None:
        """Let the next solve start from a basis of this model."""
        self._highs.setBasis(basis)

    def set_bounds(self, columns: NDArray[np.int64], lower: ArrayLike, upper: ArrayLike) -> None:
        """New bounds of the variables at `columns` (numbers from `Grid.at`)."""
        which, low, high = _broadcast(columns, lower, upper)
        self._highs.changeColsBounds(len(which), which, low, high)

    def set_limits(self, rows: NDArray[np.int64], at_least: ArrayLike, at_most: ArrayLike) -> None:
        """New limits of the rows at `rows` (numbers from `Grid.at`)."""
        which, low, high = _broadcast(rows, at_least, at_most)
        self._highs.changeRowsBounds(len(which), which, low, high)

    def set_costs(self, columns: NDArray[np.int64], cost: ArrayLike) -> None:
        """New costs of the variables at `columns` (numbers from `Grid.at`)."""
        which, value, _ = _broadcast(columns, cost, 0.0)
        self._highs.changeColsCost(len(which), which, value)

    def is_only_optimum(self, found: Solution) -> bool:
        """Whether the optimum just found is proven to be the only one: leaving it costs something in every direction.

        Each variable and row off the basis that is not held in place has a reduced cost, a dual, other than zero. False proves nothing.
        """
        lp, (_, basic) = self._highs.getLp(), self._highs.getBasicVariables()
        basic = np.asarray(basic, dtype=np.int64)  # columns by number, rows as -1 - number
        return not (
            _free_to_move(basic[basic >= 0], lp.col_lower_, lp.col_upper_, found.column_dual).any()
            or _free_to_move(-1 - basic[basic < 0], lp.row_lower_, lp.row_upper_, found.row_dual).any()
        )

    def hold_optimum(self, found: Solution) -> None:
        """Hold every bound and limit that has a price where it is: what is left are the equally cheap plans, exactly."""
        priced = np.flatnonzero(np.abs(found.column_dual) > TOLERANCE)
        at = np.where(found.column_dual > 0, self.arrays.lower, self.arrays.upper)[priced]
        self.set_bounds(priced, at, at)
        priced = np.flatnonzero(np.abs(found.row_dual) > TOLERANCE)
        at = np.where(found.row_dual > 0, self.arrays.at_least, self.arrays.at_most)[priced]
        self.set_limits(priced, at, at)


def _free_to_move(basic: NDArray[np.int64], lower: ArrayLike, upper: ArrayLike, price: Numbers) -> NDArray[np.bool_]:
    """Which variables or rows are off the basis, not held in place, and have no price."""
    free = (np.asarray(lower) < np.asarray(upper)) & (np.abs(price) <= TOLERANCE)
    free[basic] = False
    return free


def _broadcast(which: NDArray[np.int64], first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.int32], Numbers, Numbers]:
    """Numbers as HiGHS takes them: int32 places, two float arrays of the same length, absent cells left out."""
    places, one, two = np.broadcast_arrays(which, np.asarray(first, float), np.asarray(second, float))
    there = places >= 0
    return places[there].astype(np.int32), np.ascontiguousarray(one[there]), np.ascontiguousarray(two[there])


def _highs_model(arrays: Arrays) -> highspy.HighsLp:
    rows, columns = arrays.matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.offset_ = columns, rows, arrays.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = arrays.cost, arrays.lower, arrays.upper
    lp.row_lower_, lp.row_upper_ = arrays.at_least, arrays.at_most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = arrays.matrix.indptr, arrays.matrix.indices, arrays.matrix.data
    if arrays.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in arrays.integer]
    return lp
