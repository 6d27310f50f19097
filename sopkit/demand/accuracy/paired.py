"""How sure a saving in error is: the same months forecast in two ways."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

CONFIDENCE = 0.9  # of the interval
LEAST_MONTHS = 3  # of a paired interval


@dataclass(frozen=True)
class Saving:
    """What one forecast saves of another's error, as a share of demand."""

    share: float  # NaN where there was no demand
    low: float  # lower end of its 90 % interval; NaN below three months
    high: float
    chance: float  # one-sided chance of as much where nothing is saved; NaN below three months


def paired_saving(saved: np.ndarray, actual: np.ndarray) -> Saving:
    """A ratio of monthly sums, sum saved / sum actual, and its interval.

    Its variance is linearised (Cochran, Sampling Techniques, 3rd ed. 1977, section 6.3): n / (n - 1) x sum (saved - ratio x actual)^2 /
    (sum actual)^2; Student's t with n - 1 degrees of freedom, 90 %.

    Args:
        saved: absolute errors of the one less those of the other, by month, units.
        actual: demand of the same cells, by month, units.
    """
    total, months = float(actual.sum()), len(saved)
    if not total > 0:
        return Saving(np.nan, np.nan, np.nan, np.nan)
    share = float(saved.sum() / total)
    if months < LEAST_MONTHS:
        return Saving(share, np.nan, np.nan, np.nan)
    error = float(np.sqrt(months / (months - 1) * ((saved - share * actual) ** 2).sum()) / total)
    reach = float(stdtrit(months - 1, (1 + CONFIDENCE) / 2)) * error
    chance = float(stdtr(months - 1, -share / error)) if error > 0 else float(share <= 0)
    return Saving(share, share - reach, share + reach, chance)
