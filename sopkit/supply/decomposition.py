"""A plan too large for one solve, group by group: a plan within all limits, and how far it is at most from the best.

Blocks of variables (items) share rows (hours, components, storage) and variables that are in no block (people, bought components).
In the first round each group of blocks is planned with a share of all that is shared: its part of what the blocks take where nothing
is scarce. Together these are a plan, and the mean of the groups' duals are prices of what is shared (A. Geoffrion, Operations Research
18 (1970), 375-403: resource-directive decomposition). In each further round the blocks are grouped anew, and each group is planned with
all that the others leave; the plan never gets dearer. What the blocks cost at any prices, with what is shared at these prices, no plan
undercuts (Lagrange; G. Dantzig and P. Wolfe, Operations Research 8 (1960), 101-111). Where a round closes little of the gap, groups of
twice the size follow: in the end one group is the whole model. Work is counted in rounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from sopkit.errors import Problem, StepError
from sopkit.supply.parts import Part
from sopkit.supply.solver import Arrays, Contradiction, Numbers, Solution, Solver

Places = NDArray[np.int64]
TOGETHER = 20_000  # variables of the blocks that are planned as one group
PRICED = 2_000  # variables of the blocks that answer prices as one model
DEAR = 4.0  # price of a unit of a shared row that nothing provides, in highest costs
LITTLE = 0.1  # of the gap, or of what is missing: a round that closes no more is followed by larger groups
CLOSE = 1e-6  # of limits and reduced costs: share of the limit or cost that is none


@dataclass(frozen=True)
class Round:
    """Where a round ended, in planning cost."""

    objective: float  # of the plan found so far; no plan where something is missing
    bound: float  # no plan costs less
    missing: float  # units of what is shared that the plan found so far has not got

    @property
    def gap_share(self) -> float:
        """How much dearer the plan can be than the best one, share of its cost."""
        return (self.objective - self.bound) / max(abs(self.objective), 1e-9)


@dataclass(frozen=True)
class Decomposed(Round):
    """What so many rounds found."""

    column_value: Numbers  # a plan within all limits
    rounds: tuple[Round, ...]


def solved_by_prices(arrays: Arrays, block_of: Places, *, rounds: int, good_enough: float = 0.0, together: int = TOGETHER) -> Decomposed:
    """A plan within all limits and a lower bound of its cost, after so many rounds.

    Args:
        arrays: a model without whole numbers.
        block_of: the block of each variable, 0, 1, 2 and so on; -1: it belongs to what is shared.
        rounds: most rounds: the work that is allowed.
        good_enough: gap at which no further round is made, share of the cost.
        together: variables of the blocks that are planned as one group at first.

    Raises:
        StepError: a block has no optimum at some prices, or no plan that keeps what is shared was found.
    """
    planned, told = _Planned(arrays, block_of, together), []
    for found in planned.rounds(rounds):
        told.append(found)
        if not found.missing and found.gap_share <= good_enough:
            break
    last = told[-1]
    if last.missing:
        came = f"{last.missing:.3g} units of what is shared are missing"
        raise StepError("no plan was found", [Problem("decomposition", came, "a plan that keeps what is shared", "Allow more rounds.")])
    return Decomposed(last.objective, last.bound, 0.0, planned.value, tuple(told))


def rounds_by_prices(arrays: Arrays, block_of: Places, *, rounds: int, together: int = TOGETHER) -> Iterator[Round]:
    """The rounds of `solved_by_prices`, each as it ends, without the plan."""
    return _Planned(arrays, block_of, together).rounds(rounds)


class _Planned:
    """A model in its blocks, and the plan found so far."""

    def __init__(self, arrays: Arrays, block_of: Places, together: int) -> None:
        self.arrays, self.together = arrays, together
        self.native = np.flatnonzero(block_of < 0)
        self.order = np.argsort(block_of, kind="stable")[len(self.native) :]  # columns, block by block
        self.ends = np.append(np.flatnonzero(np.diff(block_of[self.order], prepend=-1)), len(self.order))
        self.is_shared = _shared_rows(arrays, block_of)
        self.shared = np.flatnonzero(self.is_shared)
        self.limits = sparse.csc_matrix(arrays.matrix.tocsr()[self.shared])
        self.row_part, self.native_part = _joined(self.limits[:, self.native])
        self.value = np.zeros(len(arrays.cost))
        self.missing = 0.0

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.ends) - 1

    def rounds(self, most: int) -> Iterator[Round]:
        """Round after round: the shares, then turn after turn with what others leave."""
        prices = np.zeros(len(self.shared))
        bound, takes = self._bound(prices), self._takes_of_parts()
        before = np.inf
        for number in range(most):
            if number == 0:
                asked = [self._shares_planned(takes)]
            else:
                mean = self._turns_planned(np.random.default_rng(number).permutation(self.blocks))
                asked = [mean, (mean + prices) / 2]
            for each in asked:
                found = self._bound(each)
                bound, prices = (found, each) if found > bound else (bound, prices)
            ended = Round(float(self.arrays.cost @ self.value) + self.arrays.offset, bound, self.missing)
            yield ended
            left = ended.missing or ended.gap_share
            self.together *= 2 if left > (1 - LITTLE) * before else 1
            before = left

    def _columns(self, blocks: Places) -> Places:
        """Columns of these blocks."""
        return np.concatenate([self.order[:0], *(self.order[self.ends[block] : self.ends[block + 1]] for block in blocks)])

    def _groups(self, order: Places, together: int) -> list[Places]:
        """Blocks in this order, cut where so many variables are together."""
        size = np.diff(self.ends)[order]
        begins = np.cumsum(size) - size
        return np.split(order, np.flatnonzero(np.diff(begins // together)) + 1)

    def _bound(self, prices: Numbers) -> float:
        """What no plan undercuts, by these prices of the shared rows; the first time also the plan from which shares are told."""
        told, first = self._given(prices), not prices.any()
        for group in self._groups(np.arange(self.blocks), PRICED):
            columns = np.sort(self._columns(group))
            rows = np.unique(self.arrays.matrix[:, columns].indices)
            part = Part(rows[~self.is_shared[rows]], columns).of(self.arrays)
            found = Solver(replace(part, cost=part.cost - self.limits[:, columns].T @ prices)).solve()
            told += found.objective
            if first:
                self.value[columns] = found.column_value
        return told

    def _given(self, prices: Numbers) -> float:
        """What the limits of the shared rows, and what is in no block, cost at these prices at least."""
        arrays, native = self.arrays, self.native
        limit = np.where(prices > 0, arrays.at_least[self.shared], arrays.at_most[self.shared])
        told = float((prices[prices != 0] * limit[prices != 0]).sum())
        reduced = arrays.cost[native] - self.limits[:, native].T @ prices
        reduced[np.abs(reduced) <= CLOSE * (1 + np.abs(arrays.cost[native]))] = 0.0
        at = np.where(reduced > 0, arrays.lower[native], arrays.upper[native])
        return told + float((reduced[reduced != 0] * at[reduced != 0]).sum()) + arrays.offset

    def _takes_of_parts(self) -> sparse.csr_matrix:
        """What each block takes of each part of what is shared, of parts that nobody takes from: how often it could."""
        columns, parts = self.order, int(self.row_part.max(initial=-1)) + 1
        of_part = sparse.csr_matrix((np.ones(len(self.shared)), (self.row_part, np.arange(len(self.shared)))), (parts, len(self.shared)))
        of_block = sparse.csr_matrix((np.ones(len(columns)), np.arange(len(columns)), self.ends), (self.blocks, len(columns)))
        could = abs(self.limits[:, columns])
        takes = sparse.csr_matrix(of_block @ (could @ sparse.diags(np.abs(self.value[columns]))).T @ of_part.T)
        could = sparse.csr_matrix(of_block @ (could > 0).astype(float).T @ of_part.T)
        return sparse.csr_matrix(takes + could @ sparse.diags((np.asarray(takes.sum(axis=0)).ravel() == 0).astype(float)))

    def _shares_planned(self, takes: sparse.csr_matrix) -> Numbers:
        """Each group planned with its share of what is shared; returns the mean of their prices, weighted by the shares."""
        whole, prices = np.asarray(takes.sum(axis=0)).ravel(), np.zeros(len(self.shared))
        size = len(self.order) // self.together + 1
        spread = np.argsort(np.arange(self.blocks) % size, kind="stable")  # neighbours go to different groups
        self.value[:] = 0.0
        for group in self._groups(spread, self.together):
            part = np.asarray(takes[group].sum(axis=0)).ravel() / np.where(whole > 0, whole, 1.0)
            share, bound = part[self.row_part], part[self.native_part]
            bounds = [_scaled(each[self.native], bound) for each in (self.arrays.lower, self.arrays.upper)]
            limits = [_scaled(each[self.shared], share) for each in (self.arrays.at_least, self.arrays.at_most)]
            columns, values, duals = self._planned(group, bounds, limits)
            self.value[columns] += values
            prices += share * duals
        self._count_missing()
        return prices

    def _turns_planned(self, order: Places) -> Numbers:
        """Each group in turn planned with all that the others leave; returns the mean of their prices."""
        prices, groups = np.zeros(len(self.shared)), self._groups(order, self.together)
        taken = self.limits[:, self.order] @ self.value[self.order]
        bounds = [each[self.native] for each in (self.arrays.lower, self.arrays.upper)]
        for group in groups:
            own = self._columns(group)
            taken -= self.limits[:, own] @ self.value[own]
            limits = [each[self.shared] - taken for each in (self.arrays.at_least, self.arrays.at_most)]
            columns, values, duals = self._planned(group, bounds, limits)
            self.value[columns] = values
            taken += self.limits[:, own] @ self.value[own]
            prices += duals / len(groups)
        self._count_missing()
        return prices

    def _planned(self, group: Places, bounds: list[Numbers], limits: list[Numbers]) -> tuple[Places, Numbers, Numbers]:
        """A group with what is in no block, within bounds of that and limits of the shared rows: columns, values, prices of the rows."""
        columns = np.union1d(self._columns(group), self.native)
        rows = np.union1d(self.arrays.matrix[:, columns].indices, self.shared)
        part = Part(rows, columns).of(self.arrays)
        native, shared = np.searchsorted(columns, self.native), np.searchsorted(rows, self.shared)
        lower, upper, least, most = (each.copy() for each in (part.lower, part.upper, part.at_least, part.at_most))
        lower[native], upper[native] = bounds
        least[shared], most[shared] = limits
        found = self._solved(replace(part, lower=lower, upper=upper, at_least=least, at_most=most), shared)
        return columns, found.column_value[: len(columns)], found.row_dual[shared]

    def _solved(self, model: Arrays, rows: Places) -> Solution:
        """The optimum; where limits contradict each other, or something is missing already, the shared rows may lack at a high price."""
        try:
            return Solver(_never_short(model, rows, DEAR * np.abs(self.arrays.cost).max()) if self.missing else model).solve()
        except Contradiction:
            return Solver(_never_short(model, rows, DEAR * np.abs(self.arrays.cost).max())).solve()

    def _count_missing(self) -> None:
        """How far the plan is from the limits of the shared rows."""
        taken, least, most = self.limits @ self.value, self.arrays.at_least[self.shared], self.arrays.at_most[self.shared]
        beyond = np.maximum(least - taken, taken - most)
        limit = np.where(taken < least, np.abs(least), np.where(taken > most, np.abs(most), 0.0))
        self.missing = float(beyond[beyond > CLOSE * (1 + limit)].sum())


def _scaled(limit: Numbers, share: Numbers) -> Numbers:
    """A share of each limit; what is not limited stays so."""
    scaled = limit.copy()
    there = np.isfinite(limit)
    scaled[there] *= share[there]
    return scaled


def _shared_rows(arrays: Arrays, block_of: Places) -> NDArray[np.bool_]:
    """Which rows join blocks to each other, or to what is in none."""
    terms = arrays.matrix.tocoo()
    first, last = np.full(len(arrays.at_least), len(block_of)), np.full(len(arrays.at_least), -1)
    np.minimum.at(first, terms.row, block_of[terms.col])
    np.maximum.at(last, terms.row, block_of[terms.col])
    return np.asarray((first != last) | (first < 0))


def _joined(native: sparse.csc_matrix) -> tuple[Places, Places]:
    """Shared rows, and variables in no block, that hang together: the part of each row and of each variable; a part has one share."""
    terms, (rows, columns) = native.tocoo(), native.shape
    ends = (terms.row, rows + terms.col)
    _, part = csgraph.connected_components(sparse.coo_matrix((np.ones(terms.nnz), ends), (rows + columns,) * 2), directed=False)
    return part[:rows], part[rows:]


def _never_short(arrays: Arrays, rows: Places, dear: float) -> Arrays:
    """A model in which these rows may lack, or have too much, at a high price."""
    count = 2 * len(rows)
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
