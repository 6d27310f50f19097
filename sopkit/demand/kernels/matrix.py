"""The shape that all kernels share: one row per series, right-aligned, empty (NaN) before its first period."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sopkit.demand.kernels.season import Season, season_of
from sopkit.demand.kernels.smoothing import Smoothed, simple_smoothing


@dataclass(frozen=True, eq=False)
class Panel:
    """Series of unequal length that end together: `values` (series, periods), NaN before a series starts, none after."""

    values: np.ndarray
    season_length: int

    @cached_property
    def observed(self) -> np.ndarray:
        """Which cells hold a period of the series: bool (series, periods)."""
        return ~np.isnan(self.values)

    @cached_property
    def length(self) -> np.ndarray:
        """Periods of each series: int (series,)."""
        return self.observed.sum(axis=1)

    @cached_property
    def first(self) -> np.ndarray:
        """Column of each series' first period: int (series,)."""
        return self.values.shape[1] - self.length

    @cached_property
    def season(self) -> Season:
        """Seasonal factors and the series without them."""
        return season_of(self.values, self.season_length)

    @cached_property
    def smoothed(self) -> Smoothed:
        """Simple exponential smoothing of the seasonally adjusted series."""
        return simple_smoothing(self.season.adjusted)

    @cached_property
    def one_step_error(self) -> np.ndarray:
        """Root mean squared one-step error of simple smoothing, seasonally adjusted: (series,), the scale of a series' noise.

        Divided by the degrees of freedom, n - 1 and m - 1 less where m seasonal factors were estimated, at least a third of n.
        """
        taken = 1 + self.season.seasonal * (self.season_length - 1)
        return np.sqrt(self.smoothed.squared_error / np.maximum(np.maximum(self.length - taken, self.length / 3), 1))

    @cached_property
    def non_negative(self) -> np.ndarray:
        """Series that were never negative: bool (series,)."""
        return ~(np.nan_to_num(self.values) < 0).any(axis=1)

    def until(self, cut: int) -> "Panel":
        """The panel as it was `cut` periods ago; a series that had not started is all NaN."""
        return Panel(self.values[:, : self.values.shape[1] - cut], self.season_length)

    def rows(self, chosen: np.ndarray) -> "Panel":
        """The panel of some of its series, without columns that none of them reaches."""
        values = self.values[chosen]
        reached = np.flatnonzero((~np.isnan(values)).any(axis=0))
        return Panel(values[:, reached[0] if len(reached) else 0 :], self.season_length)

    def bounded(self, forecast: np.ndarray) -> np.ndarray:
        """The forecast (series, horizon), at least 0 for the series that were never negative."""
        return np.where(self.non_negative[:, None], np.maximum(forecast, 0.0), forecast)


def right_aligned(series: Sequence[np.ndarray], season_length: int) -> Panel:
    """A panel of series of unequal length, each a 1-d array without gaps, oldest period first."""
    longest = max((len(one) for one in series), default=1)
    values = np.full((len(series), longest), np.nan)
    for row, one in enumerate(series):
        values[row, longest - len(one) :] = one
    return Panel(values, season_length)
