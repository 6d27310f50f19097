"""HiGHS with one model in it: solve, change it in place, solve again from where it stood.

One thread, dual simplex, a fixed seed: the same model gives the same bytes. A model with whole numbers is solved by branch and
bound within a stated gap or number of nodes, never seconds; the whole numbers found are then held and the rest is solved again as
a linear programme, so that values are exact, duals are there, and the gap is known.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sopkit.errors import Problem, StepError
from sopkit.supply.ways import DEFINITE, DONE, LARGE, OPTIONS, STATUS_WORDS, TOLERANCE, WAYS, WAYS_OF_LARGE, Status

if TYPE_CHECKING:
    from sopkit.supply.lp import Grid

Numbers = NDArray[np.float64]


class Contradiction(StepError):
    """No plan keeps all limits."""


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
class Work:
    """How hard a model with whole numbers is worked on: work is counted, never seconds, so that a plan can be made again."""

    gap_share: float = 1e-6  # proven distance from the optimum that is good enough, share of the cost
    most_nodes: int = 20_000
    most_iterations: int = 2_000_000_000  # of the simplex method from a given basis, before the model is solved from nothing
    most_seconds: float | None = None  # only where a person waits for the answer: a plan that depends on a clock cannot be made again


@dataclass(frozen=True)
class Solution:
    """What a solve found. A dual is d cost / d limit of its row; a reduced cost likewise of its variable's bound."""

    objective: float
    column_value: Numbers
    column_dual: Numbers
    row_value: Numbers
    row_dual: Numbers
    iterations: int
    gap_share: float = 0.0  # proven distance from the optimum, share of the cost; 0 where nothing is whole
    fallback: str = ""  # the way it was solved where the usual one failed, or did not end within its work

    def values(self, block: "Grid") -> Numbers:
        """Values of a block on its grid; 0 where it has no variable."""
        return _on_grid(block, self.column_value)

    def reduced_costs(self, block: "Grid") -> Numbers:
        """Reduced costs of a block on its grid; 0 where it has no variable."""
        return _on_grid(block, self.column_dual)

    def duals(self, family: "Grid") -> Numbers:
        """Duals of a family of rows on its grid; 0 where it has no row."""
        return _on_grid(family, self.row_dual)


def _on_grid(grid: "Grid", numbers: Numbers) -> Numbers:
    if not len(numbers):
        return np.zeros(grid.at.shape)
    return np.where(grid.at >= 0, numbers[grid.at], 0.0)


class Solver:
    """HiGHS with one model in it: solve, change costs, bounds and limits in place, solve again from where it stood."""

    def __init__(self, arrays: Arrays, work: Work | None = None, *, ways: tuple[dict[str, object], ...] | None = None) -> None:
        self.arrays, self.work = arrays, work or Work()
        self._ways = ways or (WAYS_OF_LARGE if len(arrays.cost) >= LARGE else WAYS)
        self._stands = False  # whether a basis is there to start from
        self._bounds = (arrays.lower.copy(), arrays.upper.copy())
        self._row_limits = (arrays.at_least.copy(), arrays.at_most.copy())
        self._whole = np.flatnonzero(arrays.integer)
        self._highs = highspy.Highs()
        self._set_options(OPTIONS)
        _taken(self._highs.passModel(highs_model(arrays)), "model")

    def solve(self) -> Solution:
        """The optimum; raises StepError in words where there is none."""
        if not len(self._whole):
            return self._optimum()
        gap = self._decide_whole_numbers()
        return replace(self._optimum(), gap_share=gap)

    def _optimum(self) -> Solution:
        """The optimum of what is not whole."""
        fallback = self._run()
        status = self._highs.getModelStatus()
        if status not in DONE:
            self._refuse(status)
        found, facts = self._highs.getSolution(), self._highs.getInfo()
        rows, columns = self.arrays.matrix.shape
        duals = [np.array(part) if len(part) else np.zeros(size) for part, size in ((found.col_dual, columns), (found.row_dual, rows))]
        values = (np.array(found.col_value), duals[0], np.array(found.row_value), duals[1])
        return Solution(facts.objective_function_value, *values, facts.simplex_iteration_count, fallback=fallback)

    def _run(self) -> str:
        """Run the solver: from where it stands within the work that is allowed, else each way in turn.

        Returns the way that was taken, empty for the usual one.
        """
        told = []
        if self._stands:
            if self._ends(WAYS[0] | self._limits()):
                return ""
            told = [f"more than {self.work.most_iterations:,} iterations from where it stood" if self._cut_short() else "no end from there"]
            self._highs.clearSolver()
        for number, way in enumerate(self._ways):
            if self._ends(way):
                self._stands = True
                return ", ".join([*told, *([] if number == 0 and not told else [f"{name} {value}" for name, value in way.items()])])
            self._highs.clearSolver()
        return ", ".join(told)

    def _limits(self) -> dict[str, object]:
        return {"simplex_iteration_limit": self.work.most_iterations, **self._seconds()}

    def _seconds(self) -> dict[str, object]:
        return {} if self.work.most_seconds is None else {"time_limit": self._highs.getRunTime() + self.work.most_seconds}

    def _ends(self, options: dict[str, object]) -> bool:
        """Run with some options; whether the solver came to an end."""
        self._set_options(options)
        self._highs.run()
        self._set_options(OPTIONS)
        return self._highs.getModelStatus() in DEFINITE

    def _cut_short(self) -> bool:
        return self._highs.getModelStatus() in (Status.kIterationLimit, Status.kTimeLimit)

    def _decide_whole_numbers(self) -> float:
        """Branch and bound within the stated work; the whole numbers found are held. Returns the gap that is left."""
        self._change_kind(highspy.HighsVarType.kInteger)
        self._put_bounds(self._whole, self._bounds[0][self._whole], self._bounds[1][self._whole])
        limits: dict[str, object] = {
            "presolve": "on",
            "mip_rel_gap": self.work.gap_share,
            "mip_abs_gap": 0.0,
            "mip_max_nodes": self.work.most_nodes,
            **self._seconds(),
        }
        self._set_options(limits)
        self._highs.run()
        status, facts = self._highs.getModelStatus(), self._highs.getInfo()
        values = np.array(self._highs.getSolution().col_value)
        if (
            status not in (*DONE, Status.kSolutionLimit, Status.kTimeLimit)
            or facts.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            self._refuse(status)
        self._change_kind(highspy.HighsVarType.kContinuous)
        self._set_options(OPTIONS)
        whole = np.round(values[self._whole])
        self._put_bounds(self._whole, whole, whole)
        return max(0.0, float(facts.mip_gap))

    def _refuse(self, status: highspy.HighsModelStatus) -> None:
        told = STATUS_WORDS.get(status, f"the solver ended with '{self._highs.modelStatusToString(status)}'")
        kind = Contradiction if status == Status.kInfeasible else StepError
        raise kind("no plan was found", [Problem("plan", told, "a plan within all limits", "Check limits, costs and prices.")])

    def _set_options(self, options: dict[str, object]) -> None:
        for option, value in options.items():
            self._highs.setOptionValue(option, value)

    def _change_kind(self, kind: highspy.HighsVarType) -> None:
        which = self._whole.astype(np.int32)
        self._highs.changeColsIntegrality(len(which), which, np.full(len(which), int(kind), dtype=np.uint8))

    def basis(self) -> highspy.HighsBasis:
        """Where the last solve stood."""
        return self._highs.getBasis()

    def start_anew(self) -> None:
        """Forget where the last solve stood."""
        self._highs.clearSolver()
        self._stands = False

    def start_from(self, basis: highspy.HighsBasis) -> None:
        """Let the next solve start from a basis of this model."""
        self._highs.setBasis(basis)
        self._stands = True

    def become(self, other: Arrays) -> None:
        """Change costs, bounds and limits in place to those of another model with the same rows, columns and coefficients."""
        columns = np.flatnonzero((other.lower != self._bounds[0]) | (other.upper != self._bounds[1]))
        self.set_bounds(columns, other.lower[columns], other.upper[columns])
        rows = np.flatnonzero((other.at_least != self._row_limits[0]) | (other.at_most != self._row_limits[1]))
        self.set_limits(rows, other.at_least[rows], other.at_most[rows])
        costs = np.flatnonzero(other.cost != self.arrays.cost)
        self.set_costs(costs, other.cost[costs])
        if other.offset != self.arrays.offset:
            self._highs.changeObjectiveOffset(other.offset)
        self.arrays = other

    def set_bounds(self, columns: NDArray[np.int64], lower: ArrayLike, upper: ArrayLike) -> None:
        """New bounds of the variables at `columns` (numbers from `Grid.at`)."""
        which, low, high = _broadcast(columns, lower, upper)
        self._bounds[0][which], self._bounds[1][which] = low, high
        self._put_bounds(which, low, high)

    def _put_bounds(self, which: NDArray[np.integer], low: Numbers, high: Numbers) -> None:
        _taken(self._highs.changeColsBounds(len(which), which.astype(np.int32), low, high), "bounds")

    def set_limits(self, rows: NDArray[np.int64], at_least: ArrayLike, at_most: ArrayLike) -> None:
        """New limits of the rows at `rows` (numbers from `Grid.at`)."""
        which, low, high = _broadcast(rows, at_least, at_most)
        self._row_limits[0][which], self._row_limits[1][which] = low, high
        _taken(self._highs.changeRowsBounds(len(which), which, low, high), "limits")

    def set_costs(self, columns: NDArray[np.int64], cost: ArrayLike) -> None:
        """New costs of the variables at `columns` (numbers from `Grid.at`)."""
        which, value, _ = _broadcast(columns, cost, 0.0)
        _taken(self._highs.changeColsCost(len(which), which, value), "costs")

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
        """Hold every bound and limit that has a price, and every whole number, where it is: what is left are the equally cheap plans."""
        has_price = np.abs(found.column_dual) > TOLERANCE
        has_price[self._whole] = False  # held below, where branch and bound has put them, which is no bound of theirs
        priced = np.flatnonzero(has_price)
        at = np.where(found.column_dual > 0, *self._bounds)[priced]
        self.set_bounds(priced, at, at)
        priced = np.flatnonzero(np.abs(found.row_dual) > TOLERANCE)
        at = np.where(found.row_dual > 0, *self._row_limits)[priced]
        self.set_limits(priced, at, at)
        whole = np.round(found.column_value[self._whole])
        self.set_bounds(self._whole, whole, whole)
        self._whole = self._whole[:0]


def _taken(status: highspy.HighsStatus, what: str) -> None:
    """Raise where HiGHS refuses what it is given: it would go on with the numbers from before."""
    if status == highspy.HighsStatus.kError:
        raise StepError("no plan was found", [Problem("solver", f"HiGHS refuses the {what}", "finite numbers, lower before upper")])


def _free_to_move(basic: NDArray[np.int64], lower: ArrayLike, upper: ArrayLike, price: Numbers) -> NDArray[np.bool_]:
    """Which variables or rows are off the basis, not held in place, and have no price."""
    free = (np.asarray(lower) < np.asarray(upper)) & (np.abs(price) <= TOLERANCE)
    free[basic] = False
    return free


def _broadcast(which: NDArray[np.int64], first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.int32], Numbers, Numbers]:
    """Numbers as HiGHS takes them: int32 places, each once, two float arrays of the same length, absent cells left out."""
    places, one, two = np.broadcast_arrays(which, np.asarray(first, float), np.asarray(second, float))
    there = np.unique(places, return_index=True)[1]  # a variable may stand in several cells
    there = there[places.ravel()[there] >= 0]
    return places.ravel()[there].astype(np.int32), one.ravel()[there], two.ravel()[there]


def highs_model(arrays: Arrays) -> highspy.HighsLp:
    """The arrays as HiGHS takes them."""
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
