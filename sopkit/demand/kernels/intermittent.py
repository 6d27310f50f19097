"""Forecasts of items that sell now and then: smoothing of sums over several periods."""

import numpy as np

from sopkit.demand.kernels.matrix import Panel
from sopkit.demand.kernels.smoothing import simple_smoothing

ALPHAS = np.array([0.1, 0.15, 0.2, 0.25, 0.3])
LONGEST = 12  # periods in a sum, at most


def mean_interval(panel: Panel) -> np.ndarray:
    """Periods per period with demand, n / n_{y != 0}: (series,); n where there was none, 1 for an empty series."""
    demand = (np.nan_to_num(panel.values) != 0).sum(axis=1)
    return np.maximum(panel.length / np.maximum(demand, 1), 1.0)


def adida(panel: Panel, horizon: int) -> np.ndarray:
    """Aggregate-disaggregate: smoothing of sums over the mean interval k, f = smoothed sum / k, the same for each period.

    Source: Nikolopoulos, Syntetos, Boylan, Petropoulos and Assimakopoulos 2011.
    """
    levels = _aggregation(panel)
    rate = np.zeros(len(levels))
    for size in np.unique(levels):
        rate = np.where(levels == size, _rate(panel.values, int(size)), rate)
    return panel.bounded(np.repeat(rate[:, None], horizon, axis=1))


def imapa(panel: Panel, horizon: int) -> np.ndarray:
    """Multiple aggregation: mean over k = 1 .. K of smoothed sums over k periods / k, K the mean interval.

    Source: Petropoulos and Kourentzes 2015.
    """
    levels = _aggregation(panel)
    total = np.zeros(len(levels))
    for size in range(1, int(levels.max(initial=1)) + 1):
        total += np.where(levels >= size, _rate(panel.values, size), 0.0)
    return panel.bounded(np.repeat((total / levels)[:, None], horizon, axis=1))


def _aggregation(panel: Panel) -> np.ndarray:
    """Periods in a sum: the mean interval, rounded, at most 12 and at most the series' length: int (series,)."""
    rounded = np.floor(mean_interval(panel) + 0.5).astype(int)
    return np.clip(rounded, 1, np.clip(panel.length, 1, LONGEST))


def _rate(values: np.ndarray, size: int) -> np.ndarray:
    """Smoothed sums over `size` periods, per period: (series,); blocks end at the last period, an incomplete first one is left out."""
    blocks = values.shape[1] // size
    sums = values[:, values.shape[1] - blocks * size :].reshape(len(values), blocks, size).sum(axis=2)
    return simple_smoothing(sums, ALPHAS).level / size
