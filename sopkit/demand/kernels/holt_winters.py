"""Holt-Winters with a damped trend and a season that may change, on logarithms."""

import itertools

import numpy as np

from sopkit.demand.kernels.averaging import akaike_weights
from sopkit.demand.kernels.batches import Batch, batches
from sopkit.demand.kernels.damped import damped
from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.04, 0.15, 0.35, 0.6, 0.9)
GAMMAS = (0.0, 0.05, 0.2)
TRENDS = ((0.0, 0.0), (0.05, 0.9), (0.05, 0.98), (0.05, 1.0))  # beta and phi; phi = 0: no trend, 1: one that lasts
GRID = np.array([(alpha, gamma, *trend) for alpha, gamma, trend in itertools.product(ALPHAS, GAMMAS, TRENDS)])
PARAMETERS = 3 + (GRID[:, 1] > 0) + 3 * (GRID[:, 3] > 0)  # alpha, level, variance; gamma; beta, phi and slope
LEVEL_START, TREND_START = 6, 13  # periods behind the first level and the first trend
LARGEST = 40.0  # of a logarithm above the series' largest: beyond it a forecast is no number of units


def holt_winters(panel: Panel, horizon: int) -> np.ndarray:
    """Log-damped Holt-Winters, averaged over a grid of parameters by Akaike weights; `damped` where a series is not always positive.

    With x = log y: e_t = x_t - l_{t-1} - phi b_{t-1} - s_{t-m}; l_t = l_{t-1} + phi b_{t-1} + alpha e_t;
    b_t = phi b_{t-1} + alpha beta e_t; s_t = s_{t-m} + gamma (1 - alpha) e_t; f_{n+h} = exp(l_n + g(G) + s), G = (phi + ... + phi^h) b_n,
    the mean over the settings taken before exp. g(G) = G where it falls, ln(1 + G) where it grows: what falls goes on by its share, what
    grows by its units, as a few months of growth carried on by their share come to many times any demand. A trend that lasts (phi = 1)
    starts on the least-squares line through the whole series, the others on half the median change of its first periods. The season
    starts from the logarithms of the classical factors and stays at 0 where the series is not seasonal. Source: Hyndman, Koehler, Ord and
    Snyder 2008, chapter 2 (ETS A,Ad,A; A,A,A and A,N,A), applied to logarithms.
    """
    positive = (panel.length > 0) & ~(np.where(panel.observed, panel.values, 1.0) <= 0).any(axis=1)
    forecast = np.empty((len(panel.values), horizon))
    if not positive.all():
        forecast[~positive] = damped(panel.rows(np.flatnonzero(~positive)), horizon)
    for batch in batches(panel.values, np.where(positive, panel.length, 0), len(GRID)):
        forecast[batch.rows] = _log_forecast(batch, panel.season.factors[batch.rows], panel.season.seasonal[batch.rows], horizon)
    return forecast


def _log_forecast(batch: Batch, factors: np.ndarray, seasonal: np.ndarray, horizon: int) -> np.ndarray:
    """Forecasts (series, horizon) of a batch of positive series."""
    alpha, gamma, beta, phi = GRID.T[:, :, None]
    start = np.log(np.maximum(factors.T, 1e-6))
    periods, season_length = len(batch.values), len(start)
    logs = np.log(np.where(batch.values > 0, batch.values, 1.0))
    phase = (periods - 1 - np.arange(periods)) % season_length
    level, trend = _start(batch, logs - start[phase], phi)
    season = np.repeat(start[:, None, :], len(GRID), axis=1)
    squared = np.zeros_like(level)
    gain, turn = alpha * beta, gamma * (1 - alpha)
    for time, count in enumerate(batch.begun):
        now, states = np.s_[:, :count], season[phase[time], :, :count]
        carried = phi * trend[now]
        expected = level[now] + carried
        error = logs[time, :count] - expected - states
        squared[now] += error * error
        level[now] = expected + alpha * error
        trend[now] = carried + gain * error
        states += turn * error
    squared[:, ~seasonal] = np.where(gamma > 0, np.inf, squared[:, ~seasonal])
    weight = akaike_weights(squared, PARAMETERS, batch.length, (logs**2).sum(axis=0))
    ahead = np.empty((horizon, len(batch.rows)))
    shape = (weight * season).sum(axis=1)
    flat, moving = (weight * level).sum(axis=0), phi[:, 0] > 0
    weight, trend, grown = weight[moving], trend[moving], np.zeros_like(trend[moving])
    for step in range(horizon):
        trend *= phi[moving]
        grown += trend
        ahead[step] = flat + (weight * np.where(grown > 0, np.log1p(np.maximum(grown, 0.0)), grown)).sum(axis=0)
        ahead[step] += shape[(-1 - step) % season_length]
    return np.exp(np.minimum(ahead.T, LARGEST + np.maximum(logs.max(axis=0), 0.0)[:, None]))


def _start(batch: Batch, adjusted: np.ndarray, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and trend before the first period, each (settings, series): on the line where the trend lasts.

    Elsewhere the level is the mean of the first six periods, the trend half the median change over the first thirteen.
    """
    changes = np.sort(np.diff(batch.opening(adjusted, TREND_START), axis=0), axis=0)  # NaN sorts last
    count = np.clip(batch.length - 1, 0, TREND_START - 1)
    low, high = (np.take_along_axis(changes, place[None, :], axis=0)[0] for place in (np.maximum(count - 1, 0) // 2, count // 2))
    median = np.where(count > 0, (low + np.where(count % 2 == 0, high, low)) / 2, 0.0)
    intercept, slope = batch.line(adjusted)
    level = np.where(phi < 1, batch.mean_of_opening(adjusted, LEVEL_START), intercept)
    return level, np.where(phi < 1, np.where(phi > 0, median / 2, 0.0), slope)
