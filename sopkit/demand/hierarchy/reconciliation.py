"""Reconciliation: the non-negative series that come nearest to the forecasts of all levels, each weighed by how far off it tends to be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from sopkit.errors import DataError, Problem

if TYPE_CHECKING:
    from scipy.sparse.linalg import SuperLU

LEAST_VARIANCE = 1e-9  # of a node above the bottom, relative to the mean: no total is beyond doubt
TOLERANCE = 1e-10  # of the optimum, relative to the largest forecast
STEPS = 100  # Newton steps per month; three to ten are usual
ENOUGH = 1e-4  # of the fall that the slope promises: Armijo's rule
HALVINGS = 40


@dataclass(frozen=True, eq=False)
class _Problem:
    """One reconciliation: what adds up what, nodes of few series first, and the variances, divided by their mean."""

    sums: sparse.csr_array  # (nodes, series)
    nodes: np.ndarray  # variance of each node's forecast, above 0
    series: np.ndarray  # variance of each series' forecast, at least 0


def reconciled(
    sums: sparse.csr_array, forecast: np.ndarray, bottom: np.ndarray, *, variance: np.ndarray, bottom_variance: np.ndarray
) -> np.ndarray:
    """The series x >= 0 that minimise sum (x - bottom)^2 / bottom_variance + sum (sums x - forecast)^2 / variance, month by month.

    Weighted least squares with a diagonal W (Wickramasuriya, Athanasopoulos and Hyndman 2019), in its dual form: with a multiplier per
    node, x = max(0, bottom + bottom_variance * sums' m) and variance * m + sums x = forecast. Without negative values that is one
    sparse system of the size of the nodes (Woodbury's identity), the same for all months. Where a value would be negative, Newton's
    method with Armijo steps runs on the dual, which is strictly convex and piecewise quadratic: it ends at the exact non-negative
    optimum (Wickramasuriya, Turlach and Hyndman 2020 for the problem; Mangasarian 2002 for the finite Newton method). Nothing is clipped.

    Forecasts that add up already come back as they are, and what was reconciled once is not moved again. A series of variance 0
    (dormant) is not moved.

    Args:
        sums: (nodes, series): which series each node adds up.
        forecast: units (nodes, months).
        bottom: units (series, months), at least 0 where the variance is 0.
        variance: of the nodes' forecasts (nodes,).
        bottom_variance: of the series' forecasts (series,).

    Returns:
        Units (series, months), at least 0; each node is the sum of its series.

    Raises:
        DataError: numbers that are no numbers, or variances below zero.
    """
    _check(forecast, bottom, variance, bottom_variance)
    if not len(forecast):
        return np.maximum(bottom, 0.0)
    mean = float(np.concatenate([variance, bottom_variance]).mean()) or 1.0
    order = np.argsort(np.asarray(sums.sum(axis=1)).ravel(), kind="stable")
    problem = _Problem(sparse.csr_array(sums[order]), np.maximum(variance[order] / mean, LEAST_VARIANCE), bottom_variance / mean)
    forecast = forecast[order]
    multiplier = _solver(problem, problem.series).solve(forecast - problem.sums @ bottom)
    x = bottom + problem.series[:, None] * (problem.sums.T @ multiplier)
    for month in np.flatnonzero((x < 0).any(axis=0)):
        x[:, month] = _non_negative(problem, forecast[:, month], bottom[:, month], multiplier[:, month])
    return x


def _solver(problem: _Problem, series: np.ndarray) -> "SuperLU":
    """The factors of diag(nodes) + sums diag(series) sums'; with small nodes first, those that lie inside others fill nothing in."""
    from scipy.sparse.linalg import splu  # dear to import, and most who plan a demand reconcile nothing

    system = sparse.diags_array(problem.nodes) + problem.sums @ sparse.diags_array(series) @ problem.sums.T
    return splu(sparse.csc_array(system), permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _non_negative(problem: _Problem, forecast: np.ndarray, bottom: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The series of one month at the non-negative optimum, by Newton's method on the dual."""
    multiplier, near = start, TOLERANCE * max(1.0, float(np.abs(forecast).max()))
    for _ in range(STEPS):
        value = bottom + problem.series * (problem.sums.T @ multiplier)
        slope = problem.nodes * multiplier + problem.sums @ np.maximum(value, 0.0) - forecast
        if np.abs(slope).max() <= near:
            return np.maximum(value, 0.0)
        step = _solver(problem, np.where(value > 0, problem.series, 0.0)).solve(-slope)
        multiplier = multiplier + _length(problem, forecast, bottom, multiplier, step) * step
    came = f"no optimum after {STEPS} steps, off by {np.abs(slope).max():.3g} units"
    raise DataError("forecasts that cannot be reconciled", [Problem("hierarchy", came, "forecasts and variances of like size")])


def _length(problem: _Problem, forecast: np.ndarray, bottom: np.ndarray, multiplier: np.ndarray, step: np.ndarray) -> float:
    """How far to go along a Newton step: 1, or halved until the dual has fallen enough."""

    def dual(point: np.ndarray) -> float:
        value = bottom + problem.series * (problem.sums.T @ point)
        free = problem.series > 0
        curved = 0.5 * (np.maximum(value[free], 0.0) ** 2 / problem.series[free]).sum()
        fixed = np.maximum(bottom[~free], 0.0) @ (problem.sums.T @ point)[~free]
        return float(0.5 * (problem.nodes * point) @ point + curved + fixed - forecast @ point)

    value = bottom + problem.series * (problem.sums.T @ multiplier)
    fall = float((problem.nodes * multiplier + problem.sums @ np.maximum(value, 0.0) - forecast) @ step)
    here = dual(multiplier)
    slack = 1e-12 * abs(here)
    lengths = 0.5 ** np.arange(HALVINGS)
    return next((float(length) for length in lengths if dual(multiplier + length * step) <= here + ENOUGH * length * fall + slack), 1.0)


def _check(forecast: np.ndarray, bottom: np.ndarray, variance: np.ndarray, bottom_variance: np.ndarray) -> None:
    """Raise once with everything that cannot be reconciled."""
    parts = {
        "forecast of nodes": forecast,
        "forecast of series": bottom,
        "variance of nodes": variance,
        "variance of series": bottom_variance,
    }
    problems = [
        Problem(name, f"{int((~np.isfinite(part)).sum())} cells are no numbers", "numbers")
        for name, part in parts.items()
        if not np.isfinite(part).all()
    ]
    problems += [Problem(name, "below zero", "at least 0") for name, part in list(parts.items())[2:] if (part < 0).any()]
    if problems:
        raise DataError("forecasts that cannot be reconciled", problems)
