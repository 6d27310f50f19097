"""Forecasts averaged over parameter settings by how likely the data make them, in place of one best setting."""

import numpy as np

PERFECT = 1e-10  # of the sum of squares of the series: below it a fit is as good as exact


def akaike_weights(squared: np.ndarray, parameters: np.ndarray, length: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Weights of parameter settings: (settings, series), columns sum to 1.

    w ~ exp(-AICc / 2), AICc = n ln(SSE / n) + 2 q + 2 q (q + 1) / max(n - q - 1, 1), q the parameters of the setting, the variance
    included. A sharp optimum of a short series is mostly chance: averaging over a coarse grid forecasts better than its best cell, and
    a finer grid hardly better. Source: Akaike 1978; Burnham and Anderson, Model Selection and Multimodel Inference, 2nd ed., sections 2.9
    and 4.2.

    Args:
        squared: sum of squared one-step errors of each setting (settings, series); infinite = not to be used.
        parameters: q of each setting (settings,).
        length: periods of each series (series,).
        power: sum of squares of each series (series,), what an exact fit is measured by.
    """
    count, size = length[None, :].astype(float), parameters[:, None].astype(float)
    penalty = 2 * size + 2 * size * (size + 1) / np.maximum(count - size - 1, 1)
    least = np.maximum(PERFECT * power, np.finfo(float).tiny)
    criterion = count * np.log(np.maximum(squared, least)) + penalty
    weight = np.exp((criterion.min(axis=0) - criterion) / 2)
    return weight / weight.sum(axis=0)
