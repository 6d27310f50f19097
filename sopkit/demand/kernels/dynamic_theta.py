"""The dynamic optimised Theta model."""

import itertools
from collections.abc import Iterator

import numpy as np

from sopkit.demand.kernels.averaging import akaike_weights
from sopkit.demand.kernels.batches import Batch, batches
from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.04, 0.15, 0.35, 0.6, 0.9)
THETAS = (1.0, 1.5, 2.0, 4.0)
GRID = np.array(list(itertools.product(ALPHAS, THETAS)))
PARAMETERS = np.where(GRID[:, 1] > 1, 4, 3)  # alpha, level, variance; theta (theta = 1 is simple smoothing)
SETTLED = (3, 24)  # one-step errors of a series' first third, at least and at most so many periods, are not counted


def dynamic_theta(panel: Panel, horizon: int) -> np.ndarray:
    """DOTM on the seasonally adjusted series, averaged over a grid of (alpha, theta) by Akaike weights.

    With w = 1 - 1/theta and A_t + B_t t the least-squares line through y_1 .. y_t (kept up to date):
    mu_{t+1} = l_t + w ((1 - alpha)^t A_t + (1 - (1 - alpha)^{t+1}) / alpha B_t); l_t = alpha y_t + (1 - alpha) l_{t-1}, l_1 = y_1;
    mean_t = ((t - 1) mean_{t-1} + y_t) / t; B_t = ((t - 2) B_{t-1} + 6 (y_t - mean_{t-1}) / t) / (t + 1); A_t = mean_t - B_t (t + 1) / 2.
    Beyond the last period each forecast takes the place of y. Errors of the first third of a series do not count: a line through few
    periods points anywhere, and what it costs there would decide against every theta that follows it. Source: Fiorucci, Pellegrini,
    Louzada, Petropoulos and Koehler 2016.
    """
    flat = np.zeros((len(panel.values), horizon))
    for batch in batches(panel.season.adjusted, panel.length, len(GRID)):
        flat[batch.rows] = _theta_forecast(batch, horizon)
    return panel.bounded(panel.season.put_on(np.where(panel.non_negative[:, None], np.maximum(flat, 0.0), flat)))


class _Line:
    """The least-squares line through what has come so far: mean, slope B and intercept A, in the shape of `first`."""

    def __init__(self, first: np.ndarray) -> None:
        self.mean, self.slope, self.intercept = first.copy(), np.zeros_like(first), first.copy()

    def take(self, value: np.ndarray, time: np.ndarray | int, count: int) -> None:
        """Add the value of period `time` (2, 3, ...) to the lines of the first `count` series."""
        now = np.s_[..., :count]
        before = self.mean[now]
        self.slope[now] = ((time - 2) * self.slope[now] + 6 * (value - before) / time) / (time + 1)
        self.mean[now] = ((time - 1) * before + value) / time
        self.intercept[now] = self.mean[now] - self.slope[now] * (time + 1) / 2


def _theta_forecast(batch: Batch, horizon: int) -> np.ndarray:
    """DOTM forecasts (series, horizon) of a batch without season."""
    left = np.nan_to_num(batch.opening(batch.values, len(batch.values)))  # time counts from each series' own start
    alpha, weight = GRID[:, :1], 1 - 1 / GRID[:, 1:]
    line = _Line(left[0])
    level = np.tile(left[0], (len(GRID), 1))
    squared, settled = np.zeros_like(level), np.clip(batch.length // 3, *SETTLED)
    decay = np.ones_like(alpha)
    for time in range(1, len(left)):
        count = batch.begun[-1 - time]  # series longer than `time`
        now = np.s_[:, :count]
        decay, last = decay * (1 - alpha), level[now]
        error = left[time, :count] - last
        told = np.s_[int(np.searchsorted(-settled, -time)) : count]  # the shorter ones: longest first
        if told.start < count:
            trend = (weight * decay) * line.intercept[told] + (weight * (1 - decay * (1 - alpha)) / alpha) * line.slope[told]
            squared[:, told] += (error[:, told] - trend) ** 2
        level[now] += alpha * error
        line.take(left[time, :count], time + 1, count)
    likely = akaike_weights(squared, PARAMETERS, np.maximum(batch.length - settled, 1), (left**2).sum(axis=0))
    ahead = np.empty((len(batch.rows), horizon))
    for step, mean in enumerate(_carried_on(level, line, batch.length, horizon)):
        ahead[:, step] = (likely * mean).sum(axis=0)
    return ahead


def _carried_on(level: np.ndarray, line: _Line, length: np.ndarray, horizon: int) -> Iterator[np.ndarray]:
    """The recursion beyond the last period, each forecast taken as the next value: (settings, series) for each step."""
    alpha, weight = GRID[:, :1], 1 - 1 / GRID[:, 1:]
    own = _Line(np.zeros_like(level))
    own.mean, own.slope, own.intercept = (np.tile(part, (len(GRID), 1)) for part in (line.mean, line.slope, line.intercept))
    decay = (1 - alpha) ** length
    for step in range(horizon):
        mean = level + weight * (decay * own.intercept + (1 - decay * (1 - alpha)) / alpha * own.slope)
        yield mean
        level = level + alpha * (mean - level)
        decay = decay * (1 - alpha)
        own.take(mean, length + step + 1, len(length))
