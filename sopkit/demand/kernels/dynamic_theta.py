"""The dynamic optimised Theta model."""

import itertools

import numpy as np

from sopkit.demand.kernels.matrix import Panel

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
THETAS = (1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
GRID = np.array(list(itertools.product(ALPHAS, THETAS)))
CHUNK = 256  # series at a time: the working arrays stay in the processor's cache
SETTLED = 3  # one-step errors before this period are not counted: the line has no slope yet


def dynamic_theta(panel: Panel, horizon: int) -> np.ndarray:
    """DOTM on the seasonally adjusted series, (alpha, theta) of least squared one-step error on a grid.

    With w = 1 - 1/theta and A_t + B_t t the least-squares line through y_1 .. y_t (kept up to date):
    mu_{t+1} = l_t + w ((1 - alpha)^t A_t + (1 - (1 - alpha)^{t+1}) / alpha B_t); l_t = alpha y_t + (1 - alpha) l_{t-1}, l_1 = y_1;
    mean_t = ((t - 1) mean_{t-1} + y_t) / t; B_t = ((t - 2) B_{t-1} + 6 (y_t - mean_{t-1}) / t) / (t + 1); A_t = mean_t - B_t (t + 1) / 2.
    Beyond the last period each forecast takes the place of y. Source: Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016.
    """
    adjusted, length = panel.season.adjusted, panel.length
    parts = [
        _theta_forecast(adjusted[start : start + CHUNK], length[start : start + CHUNK], horizon) for start in range(0, len(length), CHUNK)
    ]
    flat = np.concatenate(parts) if parts else np.empty((0, horizon))
    return panel.bounded(np.where(panel.non_negative[:, None], np.maximum(flat, 0.0), flat) * panel.season.ahead(horizon))


class _Line:
    """The least-squares line through what has come so far, one per series: mean, slope B and intercept A."""

    def __init__(self, first: np.ndarray) -> None:
        self.mean, self.slope, self.intercept = first.copy(), np.zeros(len(first)), first.copy()

    def take(self, rows: np.ndarray, value: np.ndarray, time: np.ndarray) -> None:
        """Add the value of period `time` (2, 3, ...) to the lines of some rows."""
        before = self.mean[rows]
        self.slope[rows] = ((time - 2) * self.slope[rows] + 6 * (value - before) / time) / (time + 1)
        self.mean[rows] = ((time - 1) * before + value) / time
        self.intercept[rows] = self.mean[rows] - self.slope[rows] * (time + 1) / 2


def _theta_forecast(values: np.ndarray, length: np.ndarray, horizon: int) -> np.ndarray:
    """DOTM forecasts (series, horizon) of right-aligned rows without season."""
    left = _left_aligned(values, length)
    alpha, weight = GRID[:, 0], 1 - 1 / GRID[:, 1]
    line = _Line(left[:, 0])
    level = np.repeat(left[:, :1], len(GRID), axis=1)
    squared = np.zeros_like(level)
    for time in range(1, left.shape[1]):
        rows = np.flatnonzero(length > time)
        decay = (1 - alpha) ** time
        pull = decay * line.intercept[rows, None] + (1 - decay * (1 - alpha)) / alpha * line.slope[rows, None]
        value = left[rows, time]
        if time >= SETTLED:
            squared[rows] += (value[:, None] - level[rows] - weight * pull) ** 2
        level[rows] += alpha * (value[:, None] - level[rows])
        line.take(rows, value, np.full(len(rows), time + 1.0))
    best = squared.argmin(axis=1)
    return _carried_on(level[np.arange(len(left)), best], line, alpha[best], weight[best], length, horizon)


def _carried_on(level: np.ndarray, line: _Line, alpha: np.ndarray, weight: np.ndarray, length: np.ndarray, horizon: int) -> np.ndarray:
    """The recursion beyond the last period, each forecast taken as the next value."""
    rows = np.arange(len(level))
    ahead = np.empty((len(level), horizon))
    time = np.maximum(length, 1).astype(float)
    for step in range(horizon):
        decay = (1 - alpha) ** time
        mean = level + weight * (decay * line.intercept + (1 - decay * (1 - alpha)) / alpha * line.slope)
        ahead[:, step] = mean
        level = level + alpha * (mean - level)
        time = time + 1
        line.take(rows, mean, time)
    return ahead


def _left_aligned(values: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Rows moved to start in the first column, zero after their last period."""
    periods = values.shape[1]
    source = np.arange(periods)[None, :] + (periods - length)[:, None]
    moved = np.take_along_axis(values, np.minimum(source, periods - 1), axis=1)
    return np.where(source < periods, np.nan_to_num(moved), 0.0)
