"""What all our forecasters share: a whole panel in, one array of forecasts out, the index back on."""

import numpy as np
import pandas as pd
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from sopkit.demand.kernels import right_aligned
from sopkit.demand.panel.clock import taken_apart
from sopkit.errors import DataError, Problem


class PanelForecaster(BaseForecaster):
    """An sktime forecaster that is handed all series at once: no loop over instances."""

    _tags = {
        "y_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "X_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "capability:multivariate": False,
        "capability:exogenous": False,
        "capability:insample": False,
        "capability:missing_values": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
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

    def _fit(self, y: pd.DataFrame, X: pd.DataFrame | None = None, fh: ForecastingHorizon | None = None) -> "PanelForecaster":
        self._names, self._columns = list(y.index.names), y.columns
        self._series = taken_apart(y)
        self._values, self._last = self._series.values, self._series.last
        self._panel = right_aligned(self._values, self.sp)
        self._fit_panel()
        return self

    def _update(self, y: pd.DataFrame, X: pd.DataFrame | None = None, update_params: bool = True) -> "PanelForecaster":
        """Append periods after each series' last one; what was learned stays as it is unless `update_params`.

        Series may come in any order; those that do not come stay as they are.

        Raises:
            DataError: a series that was not in fit, or a gap between what was known and what comes.
        """
        fresh = taken_apart(y, self._series.clock)
        place = {key: row for row, key in enumerate(self._series.keys)}
        unknown = [Problem(f"series {key}", "not in fit", "a series of fit") for key in fresh.keys if key not in place]
        if unknown:
            raise DataError("update with other series", unknown)
        last, values = self._last.copy(), list(self._values)
        late = []
        for key, end, came in zip(fresh.keys, fresh.last, fresh.values, strict=True):
            row = place[key]
            new = int(end - last[row])
            if new > len(came):
                late.append(
                    Problem(f"series {key}", "periods missing after the last known one", "every period, zero where nothing was sold")
                )
            elif new > 0:
                values[row], last[row] = np.concatenate([values[row], came[len(came) - new :]]), end
        if late:
            raise DataError("update after a gap", late)
        self._values, self._last = values, last
        self._panel = right_aligned(self._values, self.sp)
        self._update_panel(update_params)
        return self

    def _fit_panel(self) -> None:
        """Learn what there is to learn; kernels learn when they forecast."""

    def _update_panel(self, update_params: bool) -> None:
        """Take the longer panel; learn again where `update_params`."""
        if update_params:
            self._fit_panel()

    def _forecast(self, horizon: int) -> np.ndarray:
        """Forecasts of the next `horizon` periods: (series, horizon)."""
        raise AssertionError("every forecaster brings its own")

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None = None) -> pd.DataFrame:
        steps = self._steps(fh)
        forecast = np.take_along_axis(self._forecast(int(steps.max())), steps - 1, axis=1)
        return pd.DataFrame(forecast.ravel(), index=self._index(steps), columns=self._columns)

    def _quantiles(self, levels: list[float], horizon: int) -> np.ndarray:
        """Quantiles of the next `horizon` periods: (levels, series, horizon)."""
        raise AssertionError("every forecaster brings its own")

    def _predict_quantiles(self, fh: ForecastingHorizon, X: pd.DataFrame | None, alpha: list[float]) -> pd.DataFrame:
        steps = self._steps(fh)
        levels = self._quantiles(alpha, int(steps.max()))
        cells = np.stack([np.take_along_axis(level, steps - 1, axis=1).ravel() for level in levels], axis=1)
        columns = pd.MultiIndex.from_product([self._get_varnames(), alpha])
        return pd.DataFrame(cells, index=self._index(steps), columns=columns)

    def _steps(self, fh: ForecastingHorizon) -> np.ndarray:
        """Steps ahead of each series: (series, len(fh)). A relative horizon counts from each series' own end, an absolute one is a date."""
        if fh.is_relative:
            steps = np.repeat(fh.to_numpy().astype(int)[None, :], len(self._last), axis=0)
        else:
            steps = self._series.clock.ordinals(fh.to_pandas())[None, :] - self._last[:, None]
        if steps.min() < 1:
            raise ValueError("forecasts of past periods are not available: the horizon must be after the last period")
        return steps

    def _index(self, steps: np.ndarray) -> pd.Index:
        """The index of the forecasts: the series' keys and the time stamps of the steps."""
        time = self._series.clock.labels((self._last[:, None] + steps).ravel())
        keys = self._series.keys
        if keys[0] == ():
            return time.rename(self._names[-1])
        row = np.repeat(np.arange(len(keys)), steps.shape[1])
        levels = [pd.Index([key[level] for key in keys]).take(row) for level in range(len(keys[0]))]
        return pd.MultiIndex.from_arrays([*levels, time], names=self._names)
