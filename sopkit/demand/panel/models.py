"""One sktime forecaster per kernel."""

import numpy as np

from sopkit.demand.combination import combination
from sopkit.demand.kernels import KERNELS
from sopkit.demand.panel.forecaster import PanelForecaster

ORIGINS, MINIMUM_HISTORY = 5, 6  # of the backtest behind a kernel's quantiles


class KernelForecaster(PanelForecaster):
    """One kernel as a forecaster; its quantiles are pooled errors at rolling origins, scored as far ahead as is asked for."""

    _kernel = ""

    def _forecast(self, horizon: int) -> np.ndarray:
        return KERNELS[self._kernel](self._panel, horizon)

    def _quantiles(self, levels: list[float], horizon: int) -> np.ndarray:
        alone = combination(
            self._panel, (self._kernel,), horizon=horizon, origins=ORIGINS, minimum_history=MINIMUM_HISTORY, weights="equal"
        )
        around = alone.quantiles(levels, horizon) - alone.forecast(horizon) + self._forecast(horizon)
        return np.stack([self._panel.bounded(one) for one in around])

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Parameters that sktime's tests use."""
        return [{"sp": 1}, {"sp": 4}]


def _forecaster(name: str, kernel: str) -> type[KernelForecaster]:
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
    return type(name, (KernelForecaster,), {"__doc__": document, "__module__": __name__, "_kernel": kernel})


SeasonalNaivePanel = _forecaster("SeasonalNaivePanel", "seasonal_naive")
ThetaPanel = _forecaster("ThetaPanel", "theta")
DampedTrendPanel = _forecaster("DampedTrendPanel", "damped")
DynamicThetaPanel = _forecaster("DynamicThetaPanel", "dynamic_theta")
HoltWintersPanel = _forecaster("HoltWintersPanel", "holt_winters")
ComplexSmoothingPanel = _forecaster("ComplexSmoothingPanel", "complex_smoothing")
ImapaPanel = _forecaster("ImapaPanel", "imapa")
AdidaPanel = _forecaster("AdidaPanel", "adida")
CrostonPanel = _forecaster("CrostonPanel", "croston")
CorrectedCrostonPanel = _forecaster("CorrectedCrostonPanel", "croston_corrected")
ChanceOfDemandPanel = _forecaster("ChanceOfDemandPanel", "chance_of_demand")
WindowAveragePanel = _forecaster("WindowAveragePanel", "window_average")
