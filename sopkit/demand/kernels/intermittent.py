"""Forecasts of items that sell now and then: smoothing of sums over several periods."""

import numpy as np

from sopkit.demand.kernels.matrix import Panel
from sopkit.demand.kernels.smoothing import simple_smoothing

ALPHAS = np.array([0.1, 0.15, 0.2, 0.25, 0.3])
LONGEST = 12  # periods in a sum, at most
CHANCE_OF_RUNS = 2.326  # one-sided 99 % of the normal distribution


def mean_interval(panel: Panel) -> np.ndarray:
    """Periods per period with demand, n / n_{y != 0}: (series,); n where there was none, 1 for an empty series."""
    demand = (np.nan_to_num(panel.values) != 0).sum(axis=1)
    return np.maximum(panel.length / np.maximum(demand, 1), 1.0)


def demand_runs_together(panel: Panel) -> np.ndarray:
    """Series whose periods without demand come in blocks, not by chance: bool (series,), one-sided, 1 %.

    z = (R - mean) / deviation < -2.326, R the runs of periods with and without demand from the series' first demand on,
    mean = 2 a b / n + 1, deviation^2 = 2 a b (2 a b - n) / (n^2 (n - 1)), a periods with demand, b without, n = a + b.
    Source: Wald and Wolfowitz 1940. Smoothing of sums assumes that each period has the same chance of demand: here it has not.
    """
    demand = np.nan_to_num(panel.values) != 0
    begun = np.logical_or.accumulate(demand, axis=1)
    count, there = begun.sum(axis=1), demand.sum(axis=1)
    changes = ((demand[:, 1:] != demand[:, :-1]) & begun[:, :-1]).sum(axis=1)
    product, size = 2.0 * there * (count - there), np.maximum(count, 2)
    mean, square = product / size + 1, product * (product - size) / (size**2 * (size - 1.0))
    return (square > 0) & (changes + 1 - mean < -CHANCE_OF_RUNS * np.sqrt(np.maximum(square, 0.0)))


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
