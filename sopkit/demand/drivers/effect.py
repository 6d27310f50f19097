"""What a driver does to demand, as known at a cutoff, with its interval."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import stdtrit

from sopkit.demand.accuracy.paired import CONFIDENCE

__all__ = ["CONFIDENCE", "UNKNOWN", "Driver", "Effect", "yearly_slope"]

YEAR = 12
LEAST_PAIRS = 18  # months with the same month a year before, below which no slope is told
LEAST_SPREAD = 0.005  # standard deviation of the yearly change of a regressor (logarithm), below which it did not move


@dataclass(frozen=True)
class Effect:
    """A driver's effect: uplift (share) of campaigns, elasticity of the others."""

    value: float  # NaN where it cannot be told
    low: float  # 5 % limit
    high: float  # 95 % limit
    count: int  # campaigns or months behind it

    @property
    def told(self) -> bool:
        """Whether there is an estimate."""
        return bool(np.isfinite(self.value))

    @property
    def sure(self) -> bool:
        """Whether its interval leaves out zero."""
        return bool(self.low > 0 or self.high < 0)


UNKNOWN = Effect(float("nan"), float("nan"), float("nan"), 0)


class Driver(Protocol):
    """Something outside the series that may move them."""

    @property
    def kind(self) -> str:
        """Campaign, price, working_days or indicator."""

    @property
    def name(self) -> str:
        """Id of an indicator, else `*`."""

    @property
    def family(self) -> str:
        """Whose demand it moves."""

    @property
    def rows(self) -> np.ndarray:
        """Places of its markets: int."""

    @property
    def pooled(self) -> bool:
        """Whether it is judged on the sum of its markets, which it moves alike."""

    def effect(self, known: int) -> Effect:
        """The effect by what was known when `known` months were closed."""

    def log_factor(self, effect: float, known: int) -> np.ndarray:
        """What an effect does to each market and month, logarithm of a factor: (markets, months), 0 where nothing is known."""


def yearly_slope(demand: np.ndarray, signal: np.ndarray) -> Effect:
    """The elasticity b of log (y_t / y_{t-12}) = a + b (x_t - x_{t-12}), with its 90 % interval, by least squares.

    Year over year, so that neither the season nor a step of the level long ago is taken for the driver. Unknown below 18 pairs of months,
    or where the regressor never moved.

    Args:
        demand: units by month, closed months only.
        signal: the regressor by month, logarithms; NaN where it is not known.
    """
    now, before = demand[YEAR:], demand[:-YEAR]
    fit = (now > 0) & (before > 0) & np.isfinite(signal[YEAR:] - signal[:-YEAR])
    if fit.sum() < LEAST_PAIRS:
        return UNKNOWN
    change, moved = np.log(now[fit] / before[fit]), (signal[YEAR:] - signal[:-YEAR])[fit]
    if moved.std() < LEAST_SPREAD:
        return UNKNOWN
    from scipy.stats import linregress  # dear to import

    line = linregress(moved, change)
    reach = float(stdtrit(len(moved) - 2, (1 + CONFIDENCE) / 2)) * float(line.stderr)
    return Effect(float(line.slope), float(line.slope) - reach, float(line.slope) + reach, len(moved))
