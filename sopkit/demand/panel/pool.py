"""The pool as an sktime forecaster."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import pandas as pd

from sopkit.demand.combination import combination
from sopkit.demand.compute import BREAK_EVEN, Compute
from sopkit.demand.models import pool_models
from sopkit.demand.panel.forecaster import PanelForecaster
from sopkit.errors import ParamsError, Problem


def _check_counts(asked: dict[str, int]) -> None:
    """Raise ParamsError naming the numbers of periods or origins that are no whole number of at least 1."""
    wrong = {name: count for name, count in asked.items() if not (isinstance(count, Integral) and count >= 1)}
    if wrong:
        raise ParamsError("parameters of the pool", [Problem(name, repr(one), "a whole number, at least 1") for name, one in wrong.items()])


class PoolForecaster(PanelForecaster):
    """Pool of batched models: weights by skill at rolling origins, quantiles from pooled errors of the whole panel.

    Parameters
    ----------
    tier : str
        "fast": the mean of dynamic Theta and log-damped Holt-Winters. "standard": with complex exponential smoothing, weighted by
        proven skill. "best": with one LightGBM model for all series (extra `ml`).
    sp : int
        Periods in a season.
    models : sequence of str
        The pool's models in place of the tier's: kernels (`sopkit.demand.kernels.KERNELS`), "global_trees", or any other sktime
        forecaster by its dotted name, which is fitted one series at a time and is slow.
    weights : str
        "skill", "equal", or "tier": equal for the fast tier, skill for the others.
    horizon : int
        Steps ahead scored at each origin; further steps keep the last one's spread.
    origins : int
        Earlier cutoffs at which the models are scored.
    minimum_history : int
        Periods below which a series is forecast by its mean.
    compute : str
        "local", or the address of a dask scheduler ("tcp://host:8786"): coarse chunks of series run there, with the same numbers; below
        `least_series` series all is run here.
    least_series : int
        Series below which a cluster costs more than it brings.

    Examples
    --------
    >>> import pandas as pd
    >>> from sopkit.demand.panel import PoolForecaster
    >>> y = pd.Series(range(48), index=pd.period_range("2022-01", periods=48, freq="M"), dtype=float)
    >>> forecaster = PoolForecaster(tier="standard", sp=12, horizon=3).fit(y)
    >>> len(forecaster.predict(fh=[1, 2, 3]))
    3
    """

    def __init__(
        self,
        tier: str = "standard",
        sp: int = 12,
        models: Sequence[str] = (),
        weights: str = "tier",
        horizon: int = 12,
        origins: int = 5,
        minimum_history: int = 6,
        compute: str = "local",
        least_series: int = BREAK_EVEN,
    ) -> None:
        self.tier = tier
        self.models = models
        self.weights = weights
        self.horizon = horizon
        self.origins = origins
        self.minimum_history = minimum_history
        self.compute = compute
        self.least_series = least_series
        super().__init__(sp=sp)

    def _fit_panel(self) -> None:
        _check_counts({"sp": self.sp, "horizon": self.horizon, "origins": self.origins})
        weights = self.weights if self.weights != "tier" else "equal" if self.tier == "fast" else "skill"
        self.combination_ = combination(
            self._panel,
            pool_models(self.tier, self.models),
            horizon=self.horizon,
            origins=self.origins,
            minimum_history=self.minimum_history,
            weights=weights,
            compute=Compute(None if self.compute == "local" else self.compute, self.least_series),
        )

    def _update_panel(self, update_params: bool) -> None:
        if update_params:
            self._fit_panel()
        else:
            self.combination_ = self.combination_.moved_on(self._panel)

    def _forecast(self, horizon: int) -> np.ndarray:
        return self.combination_.forecast(horizon)

    def _quantiles(self, levels: list[float], horizon: int) -> np.ndarray:
        return self.combination_.quantiles(levels, horizon)

    def methods(self) -> pd.Series:
        """In words, how each series is forecast; one row per series, indexed by its keys."""
        keys = self._series.keys
        index = pd.MultiIndex.from_tuples(keys, names=self._names[:-1]) if keys[0] else pd.RangeIndex(1)
        return pd.Series(self.combination_.methods(), index=index, dtype="str")

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Parameters that sktime's tests use."""
        return [
            {"tier": "fast", "sp": 1, "origins": 2, "horizon": 3},
            {"sp": 4, "models": ("theta", "dynamic_theta"), "origins": 2, "horizon": 3, "minimum_history": 3},
        ]
