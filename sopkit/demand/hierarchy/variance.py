"""How far off the forecast of a series tends to be: what it is weighed by when levels disagree."""

import numpy as np

from sopkit.demand.combination import Combination
from sopkit.demand.kernels import Panel
from sopkit.demand.weights import pooled

TRUST = 12  # scored months at which a series' own errors and what its noise lets expect count alike


def residual_variance(pool: Combination) -> np.ndarray:
    """Mean squared error of the pool at earlier cutoffs, shrunk to what the noise of the series lets expect: units squared (series,).

    v = (sum e^2 + 12 r s^2) / (n + 12): e the pool's n errors at rolling origins, s the one-step error of simple smoothing, r = sum e^2 /
    sum n s^2 over all series. Errors of the forecasts themselves, because after a break the one-step error of a level is small while
    its forecasts are far off.
    """
    square, scored = _errors(pool)
    noise = pool.panel.one_step_error**2
    return (square + TRUST * _ratio(pool) * noise) / (scored + TRUST)


def divided_variance(series: Panel, pool: Combination) -> np.ndarray:
    """The variance of series that were not forecast but divided from those of a pool: r s^2, units squared (series,)."""
    return _ratio(pool) * series.one_step_error**2


def _errors(pool: Combination) -> tuple[np.ndarray, np.ndarray]:
    """Sum of squared errors of the pool at earlier cutoffs, and how many there are: (series,) each."""
    error = (pooled(pool.past, pool.models, pool.backtesting.weights) - pool.past.actual) ** 2
    return np.nansum(error, axis=(1, 2)), (~np.isnan(error)).sum(axis=(1, 2))


def _ratio(pool: Combination) -> float:
    """Squared errors of the forecasts / those of one step of simple smoothing, over all series; 1 where nothing was scored."""
    square, scored = _errors(pool)
    expected = float((pool.panel.one_step_error**2 * scored).sum())
    return float(square.sum()) / expected if expected > 0 else 1.0
