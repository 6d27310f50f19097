"""Yardsticks: what anyone could forecast without a model."""

import numpy as np

from sopkit.demand.kernels.matrix import Panel

WINDOW = 12  # periods of the window average


def seasonal_naive(panel: Panel, horizon: int) -> np.ndarray:
    """The same period of the last season: f_{n+h} = y_{n+h-m(k+1)}, k = (h-1) div m; the last value where a season is not complete.

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.2.
    """
    length, periods = panel.season_length, panel.values.shape[1]
    back = length - 1 - np.arange(horizon) % length  # columns before the last one
    last = panel.values[:, -1]
    known = panel.values[:, np.maximum(periods - 1 - back, 0)]
    return panel.bounded(np.where(back[None, :] < panel.length[:, None], known, last[:, None]))


def window_average(panel: Panel, horizon: int) -> np.ndarray:
    """The mean of the last twelve periods, or of as many as there are."""
    recent = panel.values[:, -WINDOW:]
    mean = np.where(np.isnan(recent), 0.0, recent).sum(axis=1) / np.clip(panel.length, 1, WINDOW)
    return panel.bounded(np.repeat(mean[:, None], horizon, axis=1))
