"""A model that falls into parts which share nothing: each is solved by itself, and the plan is theirs together, exactly."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from sopkit.supply.solver import Arrays, Solution, Solver, Work


def parts_of(arrays: Arrays) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of each part: no coefficient joins two of them; rows and columns without any coefficient come last, together."""
    rows, columns = arrays.matrix.shape
    coefficients = arrays.matrix.tocoo()
    graph = sparse.coo_matrix(
        (np.ones(coefficients.nnz, dtype=np.int8), (coefficients.row, rows + coefficients.col)), shape=(rows + columns, rows + columns)
    )
    _, part = csgraph.connected_components(graph, directed=False)
    size = np.bincount(part)
    part = np.where(size[part] > 1, part, size.size)
    order = np.argsort(part, kind="stable")
    borders = np.flatnonzero(np.diff(part[order])) + 1
    found = [np.sort(nodes) for nodes in np.split(order, borders)]
    return [(nodes[nodes < rows], nodes[nodes >= rows] - rows) for nodes in found]


def solved_in_parts(arrays: Arrays, work: Work | None = None) -> Solution:
    """The optimum of a model, part by part.

    Raises:
        StepError: a part has no optimum.
    """
    rows, columns = arrays.matrix.shape
    values, prices, sums, duals = np.zeros(columns), np.zeros(columns), np.zeros(rows), np.zeros(rows)
    objective, iterations, gap, told = arrays.offset, 0, 0.0, set()
    for row, column in parts_of(arrays):
        found = Solver(_part(arrays, row, column), work).solve()
        values[column], prices[column], sums[row], duals[row] = found.column_value, found.column_dual, found.row_value, found.row_dual
        objective += found.objective
        iterations += found.iterations
        gap += found.gap_share * abs(found.objective)
        told |= {found.fallback} - {""}
    share = gap / abs(objective) if objective else 0.0
    return Solution(objective, values, prices, sums, duals, iterations, share, ", ".join(sorted(told)))


def _part(arrays: Arrays, row: NDArray[np.int64], column: NDArray[np.int64]) -> Arrays:
    return Arrays(
        arrays.cost[column],
        arrays.lower[column],
        arrays.upper[column],
        arrays.integer[column],
        arrays.at_least[row],
        arrays.at_most[row],
        sparse.csc_matrix(arrays.matrix[:, column].tocsr()[row, :]),
        0.0,
    )
