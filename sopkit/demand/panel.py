"""sktime forecasters that take a whole panel at once: no loop over its series.

The only module that imports sktime; step 2 goes through it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from sopkit.demand.combination import combination
from sopkit.demand.kernels import KERNELS, right_aligned


class _PanelForecaster(BaseForecaster):
    """What all our forecasters share: series in, one array of forecasts out, index back on."""

    _tags = {
        "y_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "X_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "capability:multivariate": False,
        "capability:exogenous": False,
        "capability:insample": False,
        "capability:missing_values": False,
        "capability:pred_int": False,
        "requires-fh-in-fit": False,
        "capability:update": True,
        "authors": ["The sopkit authors"],
    }

    _config = {"remember_data": False}  # the panel keeps its own arrays, the frame is not needed again
    _y = None  # sktime sets them only where data is remembered
    _X = None

    def __init__(self, sp: int = 12) -> None:
        self.sp = sp
        super().__init__()

    def _fit(self, y: pd.DataFrame, X: pd.DataFrame | None = None, fh: ForecastingHorizon | None = None) -> "_PanelForecaster":
        self._names, self._columns = list(y.index.names), y.columns
        self._keys, self._series, self._last, self._clock = _taken_apart(y)
        self._panel = right_aligned(self._series, self.sp)
        self._fit_panel()
        return self

    def _update(self, y: pd.DataFrame, X: pd.DataFrame | None = None, update_params: bool = True) -> "_PanelForecaster":
        """Append periods after each series' last one; parameters are fitted again where `update_params`, else kept from the next fit."""
        keys, series, last, _ = _taken_apart(y)
        if len(keys) != len(self._keys) or any(new != old for new, old in zip(keys, self._keys, strict=True)):
            raise ValueError("update needs the same series as fit, in the same order")
        fresh = [values[max(len(values) - (end - before), 0) :] for values, end, before in zip(series, last, self._last, strict=True)]
        self._series = [np.concatenate(both) for both in zip(self._series, fresh, strict=True)]
        self._last = np.maximum(self._last, last)
        self._panel = right_aligned(self._series, self.sp)
        if update_params:
            self._fit_panel()
        return self

    def _fit_panel(self) -> None:
        """Learn what there is to learn; kernels learn when they forecast."""

    def _forecast(self, horizon: int) -> np.ndarray:
        """Forecasts of the next `horizon` periods: (series, horizon)."""
        raise AssertionError("every forecaster brings its own")

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None = None) -> pd.DataFrame:
        steps = self._steps(fh)
        forecast = np.take_along_axis(self._forecast(int(steps.max())), steps - 1, axis=1)
        return pd.DataFrame(forecast.ravel(), index=self._index(steps), columns=self._columns)

    def _steps(self, fh: ForecastingHorizon) -> np.ndarray:
        """Steps ahead of each series: (series, len(fh)). A relative horizon counts from each series' own end, an absolute one is a date."""
        if fh.is_relative:
            steps = np.repeat(fh.to_numpy().astype(int)[None, :], len(self._last), axis=0)
        else:
            steps = self._clock.ordinals(fh.to_pandas())[None, :] - self._last[:, None]
        if steps.min() < 1:
            raise ValueError("forecasts of past periods are not available: the horizon must be after the last period")
        return steps

    def _index(self, steps: np.ndarray) -> pd.Index:
        time = self._clock.labels((self._last[:, None] + steps).ravel())
        if self._keys[0] == ():
            return time.rename(self._names[-1])
        row = np.repeat(np.arange(len(self._keys)), steps.shape[1])
        levels = [pd.Index([key[level] for key in self._keys]).take(row) for level in range(len(self._keys[0]))]
        return pd.MultiIndex.from_arrays([*levels, time], names=self._names)


class PoolForecaster(_PanelForecaster):
    """Pool of batched models: weights by skill at rolling origins, quantiles from pooled errors of the whole panel.

    Parameters
    ----------
    sp : int
        Periods in a season.
    models : sequence of str
        Kernels of the pool (`sopkit.demand.kernels.KERNELS`).
    horizon : int
        Steps ahead scored at each origin; further steps keep the last one's spread.
    origins : int
        Earlier cutoffs at which the models are scored.
    minimum_history : int
        Periods below which a series is forecast by its mean.

    Examples
    --------
    >>> import pandas as pd
    >>> from sopkit.demand.panel import PoolForecaster
    >>> y = pd.Series(range(48), index=pd.period_range("2022-01", periods=48, freq="M"), dtype=float)
    >>> forecaster = PoolForecaster(sp=12, horizon=3).fit(y)
    >>> len(forecaster.predict(fh=[1, 2, 3]))
    3
    """

    _tags = {"capability:pred_int": True, "capability:pred_int:insample": False}

    def __init__(
        self,
        sp: int = 12,
        models: Sequence[str] = ("theta", "damped"),
        horizon: int = 12,
        origins: int = 5,
        minimum_history: int = 6,
    ) -> None:
        self.models = models
        self.horizon = horizon
        self.origins = origins
        self.minimum_history = minimum_history
        super().__init__(sp=sp)

    def _fit_panel(self) -> None:
        self.combination_ = combination(
            self._panel, self.models, horizon=self.horizon, origins=self.origins, minimum_history=self.minimum_history
        )

    def _forecast(self, horizon: int) -> np.ndarray:
        return self.combination_.forecast(horizon)

    def _predict_quantiles(self, fh: ForecastingHorizon, X: pd.DataFrame | None, alpha: list[float]) -> pd.DataFrame:
        steps = self._steps(fh)
        levels = self.combination_.quantiles(alpha, int(steps.max()))
        cells = np.stack([np.take_along_axis(level, steps - 1, axis=1).ravel() for level in levels], axis=1)
        columns = pd.MultiIndex.from_product([self._get_varnames(), alpha])
        return pd.DataFrame(cells, index=self._index(steps), columns=columns)

    def methods(self) -> pd.Series:
        """In words, how each series is forecast; one row per series, indexed by its keys."""
        keys = pd.MultiIndex.from_tuples(self._keys, names=self._names[:-1]) if self._keys[0] else pd.RangeIndex(1)
        return pd.Series(self.combination_.methods(), index=keys, dtype="str")

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Parameters that sktime's tests use."""
        return [{"sp": 1, "origins": 2, "horizon": 3}, {"sp": 4, "models": ("theta", "dynamic_theta"), "minimum_history": 3}]


class _KernelForecaster(_PanelForecaster):
    """One kernel as a forecaster."""

    _kernel = ""

    def _forecast(self, horizon: int) -> np.ndarray:
        return KERNELS[self._kernel](self._panel, horizon)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Parameters that sktime's tests use."""
        return [{"sp": 1}, {"sp": 4}]


def _kernel_forecaster(name: str, kernel: str) -> type[_KernelForecaster]:
    """A forecaster class for one kernel, with the kernel's own description and an example."""
    lines = (KERNELS[kernel].__doc__ or "").strip().splitlines()[0]
    document = f"""{lines}

    Parameters
    ----------
    sp : int
        Periods in a season.

    Examples
    --------
    >>> import pandas as pd
    >>> from sopkit.demand.panel import {name}
    >>> y = pd.Series(range(48), index=pd.period_range("2022-01", periods=48, freq="M"), dtype=float)
    >>> len({name}(sp=12).fit(y).predict(fh=[1, 2, 3]))
    3
    """
    return type(name, (_KernelForecaster,), {"__doc__": document, "__module__": __name__, "_kernel": kernel})


SeasonalNaivePanel = _kernel_forecaster("SeasonalNaivePanel", "seasonal_naive")
ThetaPanel = _kernel_forecaster("ThetaPanel", "theta")
DampedTrendPanel = _kernel_forecaster("DampedTrendPanel", "damped")
DynamicThetaPanel = _kernel_forecaster("DynamicThetaPanel", "dynamic_theta")
HoltWintersPanel = _kernel_forecaster("HoltWintersPanel", "holt_winters")
ImapaPanel = _kernel_forecaster("ImapaPanel", "imapa")
AdidaPanel = _kernel_forecaster("AdidaPanel", "adida")
WindowAveragePanel = _kernel_forecaster("WindowAveragePanel", "window_average")


class _Clock:
    """Time stamps as whole numbers and back: periods, month-start and other regular dates, or integers."""

    def __init__(self, time: pd.Index) -> None:
        self.dates = isinstance(time, pd.DatetimeIndex)
        self.offset = _offset_of(pd.DatetimeIndex(time)) if self.dates else None
        self.period = _period_frequency(self.offset) if self.offset is not None else getattr(time, "freqstr", None)
        self.integer = str(time.dtype)

    def ordinals(self, time: pd.Index) -> np.ndarray:
        """Whole numbers, one per period, that grow by 1."""
        if self.period is None:
            return np.asarray(time, dtype=np.int64)
        periods = pd.DatetimeIndex(time).to_period(self.period) if self.dates else pd.PeriodIndex(time)
        return np.asarray(periods.asi8)

    def labels(self, ordinals: np.ndarray) -> pd.Index:
        """The time stamps of whole numbers: the inverse of `ordinals`."""
        if self.period is None:
            return pd.Index(ordinals, dtype=self.integer)
        periods = _periods(ordinals, self.period)
        if self.offset is None:
            return periods
        stamps = periods.to_timestamp(how="start")
        return pd.DatetimeIndex([stamp if self.offset.is_on_offset(stamp) else self.offset.rollforward(stamp) for stamp in stamps])


def _periods(ordinals: np.ndarray, frequency: str) -> pd.PeriodIndex:
    """Periods of their ordinals, built once per distinct one: series share their months."""
    distinct, where = np.unique(ordinals, return_inverse=True)
    known = pd.PeriodIndex([pd.Period(ordinal=int(one), freq=frequency) for one in distinct])
    return known.take(where)


def _offset_of(time: pd.DatetimeIndex) -> pd.tseries.offsets.BaseOffset:
    """The step between dates; raises ValueError where they are not regular."""
    offset = time.freq or pd.infer_freq(time)
    if offset is None:
        raise ValueError("dates must be regular, such as month starts")
    return pd.tseries.frequencies.to_offset(offset)


def _period_frequency(offset: pd.tseries.offsets.BaseOffset) -> str:
    """The period frequency of a date offset; month start and month end are both the month (sktime fails on month start)."""
    name = offset.name
    for stem, frequency in (("MS", "M"), ("ME", "M"), ("QS", "Q"), ("QE", "Q"), ("YS", "Y"), ("YE", "Y")):
        if name.startswith(stem):
            return frequency
    return name


def _taken_apart(y: pd.DataFrame) -> tuple[list[tuple], list[np.ndarray], np.ndarray, _Clock]:
    """Keys, values and last ordinal of each series, in the order in which they come, and the clock of the index."""
    values, index = y.iloc[:, 0].to_numpy(dtype=float), y.index
    if not isinstance(index, pd.MultiIndex):
        clock = _Clock(index)
        return [()], [values], clock.ordinals(index[-1:]), clock
    codes = np.stack([np.asarray(level) for level in index.codes[:-1]])
    starts = np.flatnonzero(np.r_[True, (codes[:, 1:] != codes[:, :-1]).any(axis=0)])
    bounds = np.r_[starts, len(values)]
    keys = [tuple(level[code] for level, code in zip(index.levels[:-1], codes[:, start], strict=True)) for start in starts]
    time = index.get_level_values(-1)
    longest = int(np.diff(bounds).argmax())
    clock = _Clock(time[bounds[longest] : bounds[longest + 1]])
    return keys, np.split(values, starts[1:]), clock.ordinals(time[bounds[1:] - 1]), clock
