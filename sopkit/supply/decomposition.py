"""A plan too large for one solve, by prices of what its parts share: a plan within all limits, and how far it is at most from the best.

Dantzig and Wolfe, Operations Research 8 (1960), 101-111. Blocks of variables (items) answer prices of the shared rows (hours, components,
storage) with plans of their own; a master mixes the plans found so far and buys what is shared, and its duals are the next prices.
The cost of the answers at any prices is a lower bound (Lagrange). Between the master's prices and those of the best bound a middle is
taken (P. Wentges, International Transactions in Operational Research 4 (1997), 151-162). The first prices are the mean over samples of
the blocks, each with its share of everything that is shared. Work is counted in rounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sopkit.errors import Problem, StepError
from sopkit.supply.parts import Part
from sopkit.supply.solver import Arrays, Numbers, Solver, highs_model
from sopkit.supply.ways import OPTIONS, TOLERANCE

TOGETHER = 20_000  # variables of the blocks that are solved as one model
SAMPLE, SAMPLES = 0.1, 10  # share of the blocks in a sample at most, and how many samples the first prices are the mean of
LEVELS = (0.0, 0.5, 2.0)  # of the first prices, asked beside them for plans that differ
MIDDLE = 0.5  # weight of the best bound's prices beside the master's
MISSING = 4.0  # first price of a unit of a shared row that nothing provides, in highest prices; doubled as long as any is missing


@dataclass(frozen=True)
class Round:
    """Where a round ended, in planning cost."""

    objective: float  # of the plan mixed so far; no plan where something is missing
    bound: float  # no plan costs less
    missing: float  # units of what is shared that no mix of the plans found so far provides

    @property
    def gap_share(self) -> float:
        """How much dearer the plan can be than the best one, share of its cost."""
        return (self.objective - self.bound) / max(abs(self.objective), 1e-9)


@dataclass(frozen=True)
class Decomposed(Round):
    """What so many rounds found."""

    column_value: Numbers  # a plan within all limits
    rounds: tuple[Round, ...]


@dataclass(frozen=True)
class _Group:
    """Blocks that are solved as one model."""

    columns: NDArray[np.int64]  # of the whole model, block by block
    starts: NDArray[np.int64]  # where each block begins
    blocks: NDArray[np.int64]
    shared: sparse.csc_matrix  # what its variables take of the shared rows
    solver: Solver


@dataclass
class _Master:
    """What is shared, bought or given once, and a mix of the plans that each block has found."""

    highs: highspy.Highs
    rows: int  # shared rows; behind them one row per block: its plans add up to one
    natives: int
    plans: list[tuple[int, Numbers]] = field(default_factory=list)  # group, its values; a column of the master for each of its blocks

    def add(self, group: int, found: _Group, values: Numbers, cost: Numbers) -> None:
        """One plan of each block of a group."""
        by_block = sparse.csc_matrix((values, np.arange(len(values)), np.append(found.starts, len(values))))
        one = sparse.csc_matrix((np.ones(len(found.blocks)), found.blocks, np.arange(len(found.blocks) + 1)))
        one.resize((self.highs.getNumRow() - self.rows, len(found.blocks)))
        columns = sparse.csc_matrix(sparse.vstack([found.shared @ by_block, one]))
        spent = np.add.reduceat(cost[found.columns] * values, found.starts)
        size, nothing = len(found.blocks), np.zeros(len(found.blocks))
        at = (columns.indptr[:-1].astype(np.int32), columns.indices.astype(np.int32), columns.data)
        self.highs.addCols(size, spent, nothing, np.full(size, np.inf), columns.nnz, *at)
        self.plans.append((group, values))

    @property
    def missing(self) -> slice:
        """The columns that stand for what is missing of the shared rows."""
        return slice(self.natives, self.natives + 2 * self.rows)

    def solve(self, dear: float) -> tuple[float, Numbers, Numbers]:
        """Cost, weights of all columns, prices of the shared rows; `dear` is the price of a unit that is missing."""
        which = np.arange(self.missing.start, self.missing.stop, dtype=np.int32)
        self.highs.changeColsCost(len(which), which, np.full(len(which), dear))
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            told = self.highs.modelStatusToString(self.highs.getModelStatus())
            raise StepError("no plan was found", [Problem("decomposition", f"the master ended with '{told}'", "an optimum")])
        found = self.highs.getSolution()
        return self.highs.getInfo().objective_function_value, np.array(found.col_value), np.array(found.row_dual)[: self.rows]


def solved_by_prices(
    arrays: Arrays, block_of: NDArray[np.int64], *, rounds: int, good_enough: float = 0.0, together: int = TOGETHER
) -> Decomposed:
    """A plan within all limits and a lower bound of its cost, after so many rounds of prices.

    Args:
        arrays: a model without whole numbers.
        block_of: the block of each variable, 0, 1, 2 and so on; -1: it belongs to what is shared.
        rounds: most rounds after the first prices: the work that is allowed.
        good_enough: gap at which no further round is made, share of the cost.
        together: variables of the blocks that are solved as one model.

    Raises:
        StepError: a block has no optimum at some prices, or no mix of the plans found keeps what is shared.
    """
    asked = _Asked(arrays, block_of, together)
    told = []
    for found in asked.rounds(rounds):
        told.append(found)
        if not found.missing and found.gap_share <= good_enough:
            break
    last = told[-1]
    if last.missing:
        came = f"{last.missing:.3g} units of what is shared are missing"
        raise StepError("no plan was found", [Problem("decomposition", came, "a mix that keeps what is shared", "Allow more rounds.")])
    return Decomposed(last.objective, last.bound, 0.0, asked.mixed(), tuple(told))


def rounds_by_prices(arrays: Arrays, block_of: NDArray[np.int64], *, rounds: int, together: int = TOGETHER) -> Iterator[Round]:
    """The rounds of `solved_by_prices`, each as it ends, without the plan."""
    return _Asked(arrays, block_of, together).rounds(rounds)


class _Asked:
    """A model in its blocks, with the prices that are asked next."""

    def __init__(self, arrays: Arrays, block_of: NDArray[np.int64], together: int) -> None:
        self.arrays, self.block_of = arrays, block_of
        self.blocks = int(block_of.max(initial=-1)) + 1
        self.shared = _shared_rows(arrays, block_of)
        self.limits = sparse.csc_matrix(arrays.matrix.tocsr()[self.shared])
        self.groups = _groups(arrays, block_of, self.shared, self.limits, together)
        self.master = _master(arrays, np.flatnonzero(block_of < 0), self.shared, self.limits, self.blocks)
        self.weights = np.zeros(0)

    def rounds(self, most: int) -> Iterator[Round]:
        """Round after round: what the blocks answer, what the master makes of it."""
        best, prices = -np.inf, _first_prices(self.arrays, self.block_of, self.shared, self.blocks)
        dear, asked = MISSING * np.abs(prices).max(initial=1.0), prices
        for level in LEVELS:
            self._answers(level * prices)
        for _ in range(most):
            bound = self._answers(asked) + self._given(asked)
            if bound > best:
                best, prices = bound, asked
            objective, self.weights, duals = self.master.solve(dear)
            missing = float(self.weights[self.master.missing].sum())
            missing = missing if missing > TOLERANCE * max(1, len(self.shared)) else 0.0
            yield Round(objective, best, missing)
            dear *= 2 if missing else 1
            asked = MIDDLE * prices + (1 - MIDDLE) * duals

    def _answers(self, prices: Numbers) -> float:
        """What the blocks cost at these prices; their plans are added to the master."""
        total, cost = 0.0, self.arrays.cost
        for number, group in enumerate(self.groups):
            group.solver.set_costs(np.arange(len(group.columns)), cost[group.columns] - group.shared.T @ prices)
            found = group.solver.solve()
            total += found.objective
            self.master.add(number, group, found.column_value, cost)
        return total

    def _given(self, prices: Numbers) -> float:
        """What the limits of the shared rows, and what is in no block, cost at these prices at least."""
        arrays, native = self.arrays, np.flatnonzero(self.block_of < 0)
        limit = np.where(prices > 0, arrays.at_least[self.shared], arrays.at_most[self.shared])
        told = float((prices[prices != 0] * limit[prices != 0]).sum())
        reduced = arrays.cost[native] - self.limits[:, native].T @ prices
        reduced[np.abs(reduced) <= TOLERANCE] = 0.0
        at = np.where(reduced > 0, arrays.lower[native], arrays.upper[native])
        return told + float((reduced[reduced != 0] * at[reduced != 0]).sum()) + arrays.offset

    def mixed(self) -> Numbers:
        """The plan that the master mixes."""
        value = np.zeros(len(self.arrays.cost))
        value[self.block_of < 0] = self.weights[: self.master.natives]
        place = self.master.missing.stop
        for number, plan in self.master.plans:
            group = self.groups[number]
            sizes = np.diff(np.append(group.starts, len(group.columns)))
            value[group.columns] += np.repeat(self.weights[place : place + len(sizes)], sizes) * plan
            place += len(sizes)
        return value


def _shared_rows(arrays: Arrays, block_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows that join blocks to each other, or to what is in none."""
    terms = arrays.matrix.tocoo()
    first, last = np.full(len(arrays.at_least), len(block_of)), np.full(len(arrays.at_least), -1)
    np.minimum.at(first, terms.row, block_of[terms.col])
    np.maximum.at(last, terms.row, block_of[terms.col])
    return np.flatnonzero((first != last) | (first < 0))


def _groups(
    arrays: Arrays, block_of: NDArray[np.int64], shared: NDArray[np.int64], limits: sparse.csc_matrix, together: int
) -> list[_Group]:
    order = np.argsort(block_of, kind="stable")
    order = order[block_of[order] >= 0]
    begins = np.flatnonzero(np.diff(block_of[order], prepend=-1))
    part = begins // together  # number of the group that each block falls into
    own = np.setdiff1d(np.arange(len(arrays.at_least)), shared)
    inside = arrays.matrix.tocsr()[own]
    row_block = block_of[inside.indices[inside.indptr[:-1]]]  # all variables of such a row are in one block
    found = []
    for number in np.unique(part):
        which = np.flatnonzero(part == number)
        end = begins[which[-1] + 1] if which[-1] + 1 < len(begins) else len(order)
        columns, blocks = order[begins[which[0]] : end], block_of[order[begins[which]]]
        rows = own[np.isin(row_block, blocks)]
        found.append(_Group(columns, begins[which] - begins[which[0]], blocks, limits[:, columns], Solver(Part(rows, columns).of(arrays))))
    return found


def _master(arrays: Arrays, native: NDArray[np.int64], shared: NDArray[np.int64], limits: sparse.csc_matrix, blocks: int) -> _Master:
    """The shared rows with what is in no block, what is missing of them at a high price, and a row for the mix of each block."""
    rows = len(shared)
    free = sparse.identity(rows, format="csc")
    above = sparse.hstack([limits[:, native], free, -free])
    matrix = sparse.csc_matrix(sparse.vstack([above, sparse.csc_matrix((blocks, above.shape[1]))]))
    ones, none = np.ones(blocks), np.zeros(2 * rows)
    highs = highspy.Highs()
    for option, value in {**OPTIONS, "simplex_strategy": 4}.items():  # primal: new columns leave the plan as it is
        highs.setOptionValue(option, value)
    highs.passModel(
        highs_model(
            Arrays(
                np.concatenate([arrays.cost[native], none]),
                np.concatenate([arrays.lower[native], none]),
                np.concatenate([arrays.upper[native], none + np.inf]),
                np.zeros(len(native) + 2 * rows, dtype=bool),
                np.concatenate([arrays.at_least[shared], ones]),
                np.concatenate([arrays.at_most[shared], ones]),
                matrix,
                arrays.offset,
            )
        )
    )
    return _Master(highs, rows, len(native))


def _first_prices(arrays: Arrays, block_of: NDArray[np.int64], shared: NDArray[np.int64], blocks: int) -> Numbers:
    """Mean of the shared rows' duals over samples of the blocks, each with its share of all that is shared."""
    step = max(round(1 / SAMPLE), int((block_of >= 0).sum()) // TOGETHER)  # no sample has more than some TOGETHER variables
    samples = [np.arange(first, blocks, step) for first in range(min(SAMPLES, step, blocks))]
    return np.asarray(np.mean([_prices_of(arrays, block_of, shared, taken, len(taken) / blocks) for taken in samples], axis=0))


def _prices_of(arrays: Arrays, block_of: NDArray[np.int64], shared: NDArray[np.int64], taken: NDArray[np.int64], share: float) -> Numbers:
    """Duals of the shared rows in a model of some blocks with this share of all that is shared."""
    inside = np.isin(block_of, taken)
    columns = np.flatnonzero(inside | (block_of < 0))
    rows = np.union1d(np.unique(arrays.matrix[:, np.flatnonzero(inside)].indices), shared)
    part = Part(rows, columns).of(arrays)
    native, common = block_of[columns] < 0, np.isin(rows, shared)
    lower, upper, least, most = (np.array(each) for each in (part.lower, part.upper, part.at_least, part.at_most))
    for bound, which in ((lower, native), (upper, native), (least, common), (most, common)):
        bound[which] *= share
    found = Solver(_never_short(replace(part, lower=lower, upper=upper, at_least=least, at_most=most), np.flatnonzero(common))).solve()
    return found.row_dual[common]


def _never_short(arrays: Arrays, rows: NDArray[np.int64]) -> Arrays:
    """A model in which these rows may lack, or have too much, at a high price: a sample's share need not be enough for it."""
    count, dear = 2 * len(rows), MISSING * np.abs(arrays.cost).max(initial=1.0)
    at = (np.tile(rows, 2), np.arange(count))
    free = sparse.csc_matrix((np.repeat([1.0, -1.0], len(rows)), at), shape=(len(arrays.at_least), count))
    return replace(
        arrays,
        cost=np.concatenate([arrays.cost, np.full(count, dear)]),
        lower=np.concatenate([arrays.lower, np.zeros(count)]),
        upper=np.concatenate([arrays.upper, np.full(count, np.inf)]),
        integer=np.concatenate([arrays.integer, np.zeros(count, dtype=bool)]),
        matrix=sparse.csc_matrix(sparse.hstack([arrays.matrix, free])),
    )
