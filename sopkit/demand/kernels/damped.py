"""Exponential smoothing with a damped trend."""

import itertools

import numpy as np

from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
BETAS = (0.01, 0.05, 0.1, 0.2, 0.3)
PHIS = (0.8, 0.9, 0.95, 0.98)
GRID = np.array(list(itertools.product(ALPHAS, BETAS, PHIS)))
CHUNK = 256  # series at a time: the working arrays stay in the processor's cache
START = 5  # periods behind the first slope


def damped(panel: Panel, horizon: int) -> np.ndarray:
    """Damped trend on the seasonally adjusted series, parameters of least squared one-step error on a grid.

    e_t = y_t - l_{t-1} - phi b_{t-1}; l_t = l_{t-1} + phi b_{t-1} + alpha e_t; b_t = phi b_{t-1} + alpha beta e_t;
    f_{n+h} = (l_n + (phi + ... + phi^h) b_n) x season. Start: b_0 = (y_{1+k} - y_1) / k with k = min(5, n - 1), l_0 = y_1 - b_0.
    Source: Gardner and McKenzie 1985; Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 8.2.
    """
    parts = [_trend_forecast(panel.season.adjusted[start : start + CHUNK], horizon) for start in range(0, len(panel.values), CHUNK)]
    flat = np.concatenate(parts) if parts else np.empty((0, horizon))
    return panel.bounded(flat * panel.season.ahead(horizon))


def _trend_forecast(values: np.ndarray, horizon: int) -> np.ndarray:
    """Damped-trend forecasts (series, horizon) of right-aligned rows without season."""
    alpha, beta, phi = GRID.T
    level, trend = _start(values)
    level, trend = np.repeat(level[:, None], len(GRID), axis=1), np.repeat(trend[:, None], len(GRID), axis=1)
    squared = np.zeros_like(level)
    gain = alpha * beta
    for column in values.T:
        begun = ~np.isnan(column)
        rows = slice(None) if begun.all() else np.flatnonzero(begun)
        carried = phi * trend[rows]
        expected = level[rows] + carried
        error = column[rows][:, None] - expected
        squared[rows] += error * error
        level[rows] = expected + alpha * error
        trend[rows] = carried + gain * error
    best = squared.argmin(axis=1)
    row = np.arange(len(values))
    sums = np.cumsum(phi[best][:, None] ** np.arange(1, horizon + 1), axis=1)
    return level[row, best][:, None] + trend[row, best][:, None] * sums


def _start(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and trend before the first period."""
    row = np.arange(len(values))
    observed = ~np.isnan(values)
    first, steps = observed.argmax(axis=1), np.clip(observed.sum(axis=1) - 1, 0, START)
    begin = np.nan_to_num(values[row, first])
    slope = (np.nan_to_num(values[row, first + steps]) - begin) / np.maximum(steps, 1)
    return begin - slope, slope
