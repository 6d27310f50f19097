"""Any other sktime forecaster in the pool: one series at a time, so hundreds of times slower than a kernel."""

import importlib
import inspect

import numpy as np
import pandas as pd
from sktime.forecasting.base import BaseForecaster

from sopkit.demand.kernels import Kernel, Panel
from sopkit.errors import ParamsError, Problem


def foreign_kernel(name: str) -> Kernel:
    """A kernel that fits the named forecaster to each series; rows on which it fails are NaN, and the pool names and replaces them.

    Args:
        name: dotted name of an sktime forecaster class; its season length is set where it has a parameter `sp`.

    Raises:
        ParamsError: no such class, or no forecaster.
    """
    maker = _forecaster_class(name)
    seasonal = "sp" in inspect.signature(maker.__init__).parameters

    def kernel(panel: Panel, horizon: int) -> np.ndarray:
        forecast = np.full((len(panel.values), horizon), np.nan)
        for row, values in enumerate(panel.values):
            one = maker(sp=panel.season_length) if seasonal else maker()
            forecast[row] = _forecast(one, values[~np.isnan(values)], horizon)
        return panel.bounded(forecast)

    return kernel


def _forecast(forecaster: BaseForecaster, values: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast of one series, NaN where the forecaster cannot."""
    steps = list(range(1, horizon + 1))
    forecaster.set_config(remember_data=False)
    try:
        found = forecaster.fit(pd.Series(values, index=pd.RangeIndex(len(values))), fh=steps).predict(fh=steps)
        return np.asarray(found, dtype=float).reshape(horizon)
    except Exception:  # a foreign model may fail in any way: the pool goes on without it and says so
        return np.full(horizon, np.nan)


def _forecaster_class(name: str) -> type[BaseForecaster]:
    """The class behind a dotted name."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ParamsError(
            "a model that cannot be loaded", [Problem("models", repr(name), "a forecaster that can be imported", str(error))]
        ) from error
    if not (inspect.isclass(found) and issubclass(found, BaseForecaster)):
        problem = Problem("models", repr(name), "a subclass of sktime's BaseForecaster")
        raise ParamsError("a model that is no forecaster", [problem])
    return found
