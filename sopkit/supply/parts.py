"""A model that falls into parts which share nothing: each is solved by itself, and the plan is theirs together, exactly."""

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sopkit.supply.solver import Arrays, Numbers, Solution, Solver, Work

WORTH_SPLITTING = 2_000  # variables of a part from which it is solved by itself; smaller ones are solved together


@dataclass(frozen=True)
class Part:
    """Rows and columns that no coefficient joins to any other."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def of(self, arrays: Arrays) -> Arrays:
        """The part of a model, without the model's constant cost."""
        if len(self.columns) == len(arrays.cost) and len(self.rows) == len(arrays.at_least):
            return replace(arrays, offset=0.0)
        cut = sparse.csc_matrix(arrays.matrix[:, self.columns].tocsr()[self.rows, :])
        rows, columns = self.rows, self.columns
        bounds = (arrays.cost[columns], arrays.lower[columns], arrays.upper[columns])
        return Arrays(*bounds, arrays.integer[columns], arrays.at_least[rows], arrays.at_most[rows], cut, 0.0)


def parts_of(arrays: Arrays, least: int = WORTH_SPLITTING) -> list[Part]:
    """The parts of a model; those of fewer than `least` variables, and what has no coefficient at all, come last, together."""
    from scipy.sparse import csgraph  # dear to import

    rows, columns = arrays.matrix.shape
    coefficients = arrays.matrix.tocoo()
    ends = (coefficients.row, rows + coefficients.col)
    graph = sparse.coo_matrix((np.ones(coefficients.nnz, dtype=np.int8), ends), shape=(rows + columns, rows + columns))
    _, part = csgraph.connected_components(graph, directed=False)
    size = np.bincount(part[rows:], minlength=int(part.max(initial=-1)) + 1)
    together = (size < least) | (np.bincount(part) == 1)
    part = np.where(together[part], size.size, part)
    order = np.argsort(part, kind="stable")
    found = [np.sort(nodes) for nodes in np.split(order, np.flatnonzero(np.diff(part[order])) + 1)]
    return [Part(nodes[nodes < rows], nodes[nodes >= rows] - rows) for nodes in found]


def solved_in_parts(
    arrays: Arrays, second_cost: Numbers, parts: list[Part], work: Work | None = None
) -> tuple[Solution, highspy.HighsBasis | None]:
    """The optimum of a model part by part, of equally cheap ones that of least second cost, and where the first solves stand together.

    Args:
        arrays: the model.
        second_cost: one number per variable; none = ties stay as they fall.
        parts: of the model, all of them.
        work: how hard the whole numbers of a part are worked on.

    Raises:
        StepError: a part has no optimum.
    """
    rows, columns = arrays.matrix.shape
    value, price, total, dual = np.zeros(columns), np.zeros(columns), np.zeros(rows), np.zeros(rows)
    status = {name: np.empty(size, dtype=object) for name, size in (("col_status", columns), ("row_status", rows))}
    objective, iterations, gap, told = arrays.offset, 0, 0.0, []
    for part in parts:
        solver = Solver(part.of(arrays), work)
        first = solver.solve()
        basis = solver.basis()
        found, _ = least_second_cost(solver, first, second_cost[part.columns] if len(second_cost) else second_cost)
        value[part.columns], price[part.columns] = found.column_value, found.column_dual
        total[part.rows], dual[part.rows] = found.row_value, found.row_dual
        status["col_status"][part.columns], status["row_status"][part.rows] = list(basis.col_status), list(basis.row_status)
        objective += found.objective
        iterations += found.iterations
        gap += found.gap_share * abs(found.objective)
        told += [found.fallback] if found.fallback else []
    share = gap / abs(objective) if objective else 0.0
    solution = Solution(objective, value, price, total, dual, iterations, share, ", ".join(sorted(set(told))))
    return solution, None if arrays.integer.any() else _basis(status)


def least_second_cost(solver: Solver, first: Solution, second_cost: Numbers) -> tuple[Solution, Solution]:
    """Among the optima of the first solve the one of least second cost, with the first's prices and cost; and the last solve itself."""
    if not len(second_cost):
        return first, first
    solver.hold_optimum(first)
    solver.set_costs(np.arange(len(second_cost)), second_cost)
    last = solver.solve()
    iterations = first.iterations + last.iterations
    return replace(first, column_value=last.column_value, row_value=last.row_value, iterations=iterations), last


def _basis(status: dict[str, NDArray[np.object_]]) -> highspy.HighsBasis:
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = list(status["col_status"]), list(status["row_status"])
    basis.valid = True
    return basis
