"""Exponential smoothing with a damped trend."""

import itertools

import numpy as np

from sopkit.demand.kernels.averaging import akaike_weights
from sopkit.demand.kernels.batches import Batch, batches
from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.04, 0.15, 0.35, 0.6, 0.9)
BETAS = (0.05,)
PHIS = (0.9, 0.98, 1.0)  # 1: a trend that lasts
GRID = np.array([(alpha, 0.0, 0.0) for alpha in ALPHAS] + list(itertools.product(ALPHAS, BETAS, PHIS)))  # phi = 0: no trend
PARAMETERS = np.where(GRID[:, 2] > 0, 6, 3)  # alpha, level, variance; beta, phi and slope
START = 5  # periods behind the first slope


def damped(panel: Panel, horizon: int) -> np.ndarray:
    """Damped trend on the seasonally adjusted series, averaged over a grid of parameters by Akaike weights.

    e_t = y_t - l_{t-1} - phi b_{t-1}; l_t = l_{t-1} + phi b_{t-1} + alpha e_t; b_t = phi b_{t-1} + alpha beta e_t;
    f_{n+h} = (l_n + (phi + ... + phi^h) b_n) x season. Start: b_0 = (y_{1+k} - y_1) / k with k = min(5, n - 1), l_0 = y_1 - phi b_0.
    Settings without a trend (phi = 0) are in the grid. Source: Gardner and McKenzie 1985; Hyndman and Athanasopoulos, Forecasting:
    Principles and Practice, 3rd ed., section 8.2.
    """
    flat = np.zeros((len(panel.values), horizon))
    for batch in batches(panel.season.adjusted, panel.length, len(GRID)):
        flat[batch.rows] = _trend_forecast(batch, horizon)
    return panel.bounded(panel.season.put_on(flat))


def _trend_forecast(batch: Batch, horizon: int) -> np.ndarray:
    """Damped-trend forecasts (series, horizon) of a batch without season."""
    alpha, beta, phi = GRID.T[:, :, None]
    first, (intercept, lasting) = _slope(batch), batch.line(batch.values)
    trend = np.where(phi < 1, np.where(phi > 0, first, 0.0), lasting)
    level = np.where(phi < 1, batch.opening(batch.values, 1) - phi * first, intercept)
    squared, gain = np.zeros_like(level), alpha * beta
    for value, count in zip(batch.values, batch.begun, strict=True):
        now = np.s_[:, :count]
        carried = phi * trend[now]
        expected = level[now] + carried
        error = value[:count] - expected
        squared[now] += error * error
        level[now] = expected + alpha * error
        trend[now] = carried + gain * error
    weight = akaike_weights(squared, PARAMETERS, batch.length, (batch.values**2).sum(axis=0))
    ahead = np.empty((horizon, len(batch.rows)))
    for step in range(horizon):
        trend *= phi
        level += trend
        ahead[step] = (weight * level).sum(axis=0)
    return ahead.T


def _slope(batch: Batch) -> np.ndarray:
    """Slope before the first period: (series,)."""
    steps = np.minimum(batch.length - 1, START)
    opening = batch.opening(batch.values, START + 1)
    return (np.take_along_axis(opening, steps[None, :], axis=0)[0] - opening[0]) / np.maximum(steps, 1)
