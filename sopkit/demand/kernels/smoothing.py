"""Simple exponential smoothing over all series at once, its parameter chosen on a grid."""

from dataclasses import dataclass

import numpy as np

ALPHAS = np.r_[0.001, 0.02, 0.05, np.arange(0.1, 1.0, 0.05), 0.99]


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Last level, chosen parameter and sum of squared one-step errors of each series: each (series,)."""

    level: np.ndarray
    alpha: np.ndarray
    squared_error: np.ndarray


def simple_smoothing(values: np.ndarray, alphas: np.ndarray = ALPHAS) -> Smoothed:
    """Simple exponential smoothing with the alpha of least squared one-step error.

    level_1 = y_1, e_t = y_t - level_{t-1}, level_t = level_{t-1} + alpha e_t. Source: Brown 1959; Hyndman and Athanasopoulos,
    Forecasting: Principles and Practice, 3rd ed., section 8.1.

    Args:
        values: right-aligned (series, periods), NaN before a series starts. A series without any period gets level 0.
        alphas: parameters that are tried, 0..1.
    """
    first = (~np.isnan(values)).argmax(axis=1)
    start = np.nan_to_num(values[np.arange(len(values)), first]) if values.size else np.zeros(len(values))
    filled = np.where(np.isnan(values), start[:, None], values)  # before the start: no error, no change of level
    level = np.repeat(start[:, None], len(alphas), axis=1)
    squared = np.zeros_like(level)
    for column in filled.T:
        error = column[:, None] - level
        squared += error * error
        level += alphas * error
    best = squared.argmin(axis=1)
    row = np.arange(len(values))
    return Smoothed(level[row, best], alphas[best], squared[row, best])
