"""The Theta method."""

import numpy as np

from sopkit.demand.kernels.matrix import Panel


def theta(panel: Panel, horizon: int) -> np.ndarray:
    """Theta: simple smoothing with half the slope of the trend line as drift, on the seasonally adjusted series.

    f_{n+h} = (level_n + b/2 (h - 1 + (1 - (1 - alpha)^n) / alpha)) x season, b the least-squares slope.
    Source: Assimakopoulos and Nikolopoulos 2000; in this form Hyndman and Billah 2003, equation 12.
    """
    slope = trend_slope(panel.season.adjusted)
    alpha, level = panel.smoothed.alpha[:, None], panel.smoothed.level[:, None]
    steps = np.arange(horizon)[None, :] + (1 - (1 - alpha) ** panel.length[:, None]) / alpha
    return panel.bounded(panel.season.put_on(level + slope[:, None] / 2 * steps))


def trend_slope(values: np.ndarray) -> np.ndarray:
    """Least-squares slope of each right-aligned row against time: (series,); 0 where it has fewer than two periods."""
    observed = ~np.isnan(values)
    count = np.maximum(observed.sum(axis=1, keepdims=True), 1)
    time = np.where(observed, np.arange(values.shape[1]), 0.0)
    centred = np.where(observed, time - time.sum(axis=1, keepdims=True) / count, 0.0)
    spread = (centred**2).sum(axis=1)
    return np.divide((centred * np.nan_to_num(values)).sum(axis=1), spread, out=np.zeros(len(values)), where=spread > 0)
