"""Certainty: quantiles from the errors of earlier forecasts, pooled over all series (split conformal)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

LEAST_ERRORS = 60  # errors behind a quantile; where one step ahead has fewer, its neighbours are added


@dataclass(frozen=True, eq=False)
class Spread:
    """Scaled errors (actual - forecast) / scale by step ahead, pooled over series and origins."""

    errors: tuple[np.ndarray, ...]  # one array per step ahead, 1 .. horizon

    @property
    def count(self) -> int:
        """Scored errors."""
        return sum(len(one) for one in self.errors)

    def quantile(self, level: float, horizon: int) -> np.ndarray:
        """The `level` quantile of the scaled error for each step ahead, (horizon,); beyond the last step scored, that step's.

        q_h = the empirical quantile of the pooled errors at steps h - k .. h + k, k the least that brings 60 errors. Where nothing
        could be scored, the normal quantile x sqrt(h): errors of a random walk.
        """
        if not self.count:
            return NormalDist().inv_cdf(level) * np.sqrt(np.arange(1, horizon + 1))
        steps = np.array([np.quantile(self._near(step), level) for step in range(len(self.errors))])
        return steps[np.minimum(np.arange(horizon), len(steps) - 1)]

    def _near(self, step: int) -> np.ndarray:
        """Errors at a step and its neighbours, enough of them or all."""
        for reach in range(len(self.errors)):
            near = np.concatenate(self.errors[max(step - reach, 0) : step + reach + 1])
            if len(near) >= LEAST_ERRORS:
                return near
        return np.concatenate(self.errors)


def few_periods(level: float, periods: int) -> float:
    """How much wider a quantile of pooled errors must be because they come from few periods: at least 1.

    t_k(level) / z(level), k the distinct periods scored. The series of a panel share their calendar: what hits one month hits many of
    them, so that thousands of errors from a dozen months are a dozen pieces of evidence of how far a month can be off. Source: Student
    1908, the quantile of a deviation whose spread was estimated from k of them.
    """
    if level == 0.5:
        return 1.0
    return float(stdtrit(max(periods, 2), level) / NormalDist().inv_cdf(level))


def spread_of(actual: np.ndarray, forecast: np.ndarray, scale: np.ndarray) -> Spread:
    """Pooled scaled errors of forecasts (series, origins, horizon); cells that were not scored or have no scale are left out."""
    error = np.divide(actual - forecast, scale, out=np.full(actual.shape, np.nan), where=scale > 0)
    by_step = [error[:, :, step].ravel() for step in range(error.shape[2])]
    return Spread(tuple(np.sort(one[~np.isnan(one)]) for one in by_step))
