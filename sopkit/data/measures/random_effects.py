"""The mean of estimates that differ by chance and in truth."""

import numpy as np


def random_effects_mean(values: np.ndarray, deviations: np.ndarray) -> tuple[float, float]:
    """Mean of estimates that differ by chance and in truth, and its standard deviation.

    w = 1 / s^2; Q = sum w (x - mean_w)^2; tau^2 = max(0, (Q - (k - 1)) / (sum w - sum w^2 / sum w)); weights 1 / (s^2 + tau^2).
    Source: R. DerSimonian and N. Laird, Controlled Clinical Trials 7 (1986), 177-188.
    """
    weight = 1 / (deviations**2 + between_variance(values, deviations))
    return float((weight * values).sum() / weight.sum()), float(np.sqrt(1 / weight.sum()))


def between_variance(values: np.ndarray, deviations: np.ndarray) -> float:
    """tau^2 of `random_effects_mean`: how far estimates differ in truth, beyond chance; 0 where there is one only."""
    weight = 1 / deviations**2
    fixed = float((weight * values).sum() / weight.sum())
    spread = float((weight * (values - fixed) ** 2).sum())
    below = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, (spread - (len(values) - 1)) / below) if below > 1e-12 * weight.sum() else 0.0
