"""Complex exponential smoothing: level and hidden information as one complex number."""

import itertools

import numpy as np

from sopkit.demand.kernels.averaging import akaike_weights
from sopkit.demand.kernels.batches import Batch, batches
from sopkit.demand.kernels.matrix import Panel

REAL = (1.02, 1.1, 1.25, 1.45, 1.7, 1.95)  # alpha_0; with alpha_1 = 1 this is simple smoothing with parameter alpha_0 - 1
IMAGINARY = (0.99, 0.997, 1.0, 1.003)  # alpha_1; above 1 the level grows with itself, below it decays
SEASONAL = (1.05, 1.2)  # beta_0, with beta_1 = 1
SIMPLE = np.array([(a, b, 1.0) for a, b in itertools.product(REAL, IMAGINARY)])
FULL = np.array(list(itertools.product(REAL[1::2], IMAGINARY, SEASONAL)))
PARAMETERS = np.r_[np.full(len(SIMPLE), 4), np.full(len(FULL), 6)]  # alpha_0, alpha_1, level, variance; beta_0, beta_1


def complex_smoothing(panel: Panel, horizon: int) -> np.ndarray:
    """CES, simple on the seasonally adjusted series and seasonal on the series itself, averaged over a grid by Akaike weights.

    e_t = y_t - l_{t-1} - s_{t-m}; l_t = l_{t-1} - (1 - a_1) c_{t-1} + (a_0 - a_1) e_t; c_t = l_{t-1} + (1 - a_0) c_{t-1} + (a_0 + a_1) e_t;
    s_t = s_{t-m} - (1 - b_1) d_{t-m} + (b_0 - b_1) e_t; d_t = s_{t-m} + (1 - b_0) d_{t-m} + (b_0 + b_1) e_t; f = l + s, e = 0 ahead.
    Simple: s = d = 0. Start: l_0 = mean of the first season, c_0 = l_0 / a_0, s_0 = (factor - 1) l_0 + added, d_0 = s_0 / b_0: at rest
    where a_1 = b_1 = 1. Errors of the simple model are counted in units of the series (x factor), so that both can be compared; series
    without season have the simple model only. Source: Svetunkov, Kourentzes and Ord 2022, equations 7 and 15.
    """
    forecast = np.zeros((len(panel.values), horizon))
    for batch in batches(panel.values, panel.length, len(FULL)):
        adjusted, factors = batch.turned(panel.season.adjusted), panel.season.factors[batch.rows].T
        added = panel.season.added[batch.rows].T
        phase = (len(batch.values) - 1 - np.arange(len(batch.values))) % len(factors)
        start = batch.mean_of_opening(adjusted, panel.season_length)
        errors, simple = _simple(batch, adjusted, factors[phase], start, horizon)
        ahead = [one * factors[(-1 - step) % len(factors)] + added[(-1 - step) % len(factors)] for step, one in enumerate(simple)]
        if panel.season.seasonal[batch.rows].any():
            more, seasonal = _seasonal(batch, (factors - 1) * start + added, start, horizon)
            more[:, ~panel.season.seasonal[batch.rows]] = np.inf
            errors, ahead = np.vstack([errors, more]), [np.vstack(both) for both in zip(ahead, seasonal, strict=True)]
        weight = akaike_weights(errors, PARAMETERS[: len(errors)], batch.length, (batch.values**2).sum(axis=0))
        forecast[batch.rows] = np.stack([(weight * one).sum(axis=0) for one in ahead], axis=1)
    return panel.bounded(forecast)


def _simple(batch: Batch, adjusted: np.ndarray, factor: np.ndarray, start: np.ndarray, horizon: int) -> tuple[np.ndarray, list]:
    """Squared errors of each setting (settings, series) of the simple model, and its forecasts by step, each (settings, series)."""
    real, imaginary, _ = SIMPLE.T[:, :, None]
    level = np.tile(start, (len(SIMPLE), 1))
    hidden, squared = level / real, np.zeros_like(level)
    for time, count in enumerate(batch.begun):
        now = np.s_[:, :count]
        error = adjusted[time, :count] - level[now]
        squared[now] += (error * factor[time, :count]) ** 2
        _step(level[now], hidden[now], error, real, imaginary)
    ahead = []
    for _ in range(horizon):
        ahead.append(level.copy())
        _step(level, hidden, None, real, imaginary)
    return squared, ahead


def _seasonal(batch: Batch, season: np.ndarray, start: np.ndarray, horizon: int) -> tuple[np.ndarray, list]:
    """The same of the seasonal model; `season` is its start (season_length, series)."""
    real, imaginary, turn = FULL.T[:, :, None]
    level = np.tile(start, (len(FULL), 1))
    hidden, squared = level / real, np.zeros_like(level)
    states = np.repeat(season[:, None, :], len(FULL), axis=1)
    behind = states / turn
    periods, length = len(batch.values), len(season)
    for time, count in enumerate(batch.begun):
        now, phase = np.s_[:, :count], (periods - 1 - time) % length
        error = batch.values[time, :count] - level[now] - states[phase][now]
        squared[now] += error * error
        _step(level[now], hidden[now], error, real, imaginary)
        _step(states[phase][now], behind[phase][now], error, turn, 1.0)
    ahead = []
    for step in range(horizon):
        phase = (-1 - step) % length
        ahead.append(level + states[phase])
        _step(level, hidden, None, real, imaginary)
        _step(states[phase], behind[phase], None, turn, 1.0)
    return squared, ahead


def _step(level: np.ndarray, hidden: np.ndarray, error: np.ndarray | None, real: np.ndarray, imaginary: np.ndarray | float) -> None:
    """One period of a complex state, in place; `error` None = none."""
    change = (imaginary - 1) * hidden
    hidden *= 1 - real
    hidden += level
    level += change
    if error is not None:
        level += (real - imaginary) * error
        hidden += (real + imaginary) * error
