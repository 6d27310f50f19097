"""Holt-Winters with a damped trend and a season that may change, on logarithms."""

import itertools

import numpy as np

from sopkit.demand.kernels.damped import damped
from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
GAMMAS = (0.0, 0.03, 0.1, 0.25)
BETAS = (0.0, 0.03, 0.12)
PHIS = (0.9, 0.98)
GRID = np.array([point for point in itertools.product(ALPHAS, GAMMAS, BETAS, PHIS) if point[2] > 0 or point[3] == PHIS[-1]])
CHUNK = 64  # series at a time: the seasonal states of the whole grid stay in the processor's cache
LEVEL_START, TREND_START = 6, 13  # periods behind the first level and the first trend
LARGEST = 40.0  # of a logarithm: beyond it a forecast is no number of units


def holt_winters(panel: Panel, horizon: int) -> np.ndarray:
    """Log-damped Holt-Winters, parameters of least squared one-step error on a grid; `damped` where a series is not always positive.

    With x = log y: e_t = x_t - l_{t-1} - phi b_{t-1} - s_{t-m}; l_t = l_{t-1} + phi b_{t-1} + alpha e_t;
    b_t = phi b_{t-1} + alpha beta e_t; s_t = s_{t-m} + gamma (1 - alpha) e_t; f_{n+h} = exp(l_n + (phi + ... + phi^h) b_n + s).
    The season starts from the logarithms of the classical factors and stays at 0 where the series is not seasonal.
    Source: Hyndman, Koehler, Ord and Snyder 2008, chapter 2 (ETS A,Ad,A), applied to logarithms.
    """
    positive = (panel.length > 0) & ~(np.where(panel.observed, panel.values, 1.0) <= 0).any(axis=1)
    forecast = np.empty((len(panel.values), horizon))
    if not positive.all():
        forecast[~positive] = damped(panel, horizon)[~positive]
    rows = np.flatnonzero(positive)
    for start in range(0, len(rows), CHUNK):
        chosen = rows[start : start + CHUNK]
        forecast[chosen] = _log_forecast(panel.values[chosen], panel.season.factors[chosen], panel.season.seasonal[chosen], horizon)
    return forecast


def _log_forecast(values: np.ndarray, factors: np.ndarray, seasonal: np.ndarray, horizon: int) -> np.ndarray:
    """Forecasts (series, horizon) of right-aligned positive rows."""
    alpha, gamma, beta, phi = GRID.T
    season = np.log(np.maximum(factors, 1e-6))
    periods, length = values.shape[1], factors.shape[1]
    logs = np.log(values)
    phase = (periods - 1 - np.arange(periods)) % length
    level, trend = _start(logs - season[:, phase])
    level, trend = np.repeat(level[:, None], len(GRID), axis=1), trend[:, None] * (beta > 0)
    states = np.repeat(season[:, :, None], len(GRID), axis=2)
    squared = np.where(~seasonal[:, None] & (gamma > 0), np.inf, 0.0)
    for time in range(periods):
        begun = ~np.isnan(logs[:, time])
        rows = slice(None) if begun.all() else np.flatnonzero(begun)
        carried = phi * trend[rows]
        before = states[rows, phase[time]]
        expected = level[rows] + carried
        error = logs[rows, time][:, None] - expected - before
        squared[rows] += error * error
        level[rows] = expected + alpha * error
        trend[rows] = carried + alpha * beta * error
        states[rows, phase[time]] = before + gamma * (1 - alpha) * error
    best = squared.argmin(axis=1)
    row = np.arange(len(values))
    sums = np.cumsum(phi[best][:, None] ** np.arange(1, horizon + 1), axis=1)
    ahead = states[row[:, None], (-1 - np.arange(horizon))[None, :] % length, best[:, None]]
    return np.exp(np.minimum(level[row, best][:, None] + trend[row, best][:, None] * sums + ahead, LARGEST))


def _start(adjusted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First level: mean of the first six periods; first trend: half the median change over the first thirteen."""
    length = (~np.isnan(adjusted)).sum(axis=1)
    first = adjusted.shape[1] - length
    level, trend = np.zeros(len(adjusted)), np.zeros(len(adjusted))
    for row, start in enumerate(first):
        level[row] = adjusted[row, start : start + LEVEL_START].mean()
        if length[row] > 1:
            trend[row] = np.median(np.diff(adjusted[row, start : start + TREND_START])) / 2
    return level, trend
