"""sktime forecasters that take a whole panel at once: no loop over its series.

The only package that imports sktime; step 2 goes through it.
"""

from sopkit.demand.panel.models import (
    AdidaPanel,
    ChanceOfDemandPanel,
    ComplexSmoothingPanel,
    CorrectedCrostonPanel,
    CrostonPanel,
    DampedTrendPanel,
    DynamicThetaPanel,
    HoltWintersPanel,
    ImapaPanel,
    SeasonalNaivePanel,
    ThetaPanel,
    WindowAveragePanel,
)
from sopkit.demand.panel.pool import PoolForecaster

__all__ = [
    "AdidaPanel",
    "ChanceOfDemandPanel",
    "ComplexSmoothingPanel",
    "CorrectedCrostonPanel",
    "CrostonPanel",
    "DampedTrendPanel",
    "DynamicThetaPanel",
    "HoltWintersPanel",
    "ImapaPanel",
    "PoolForecaster",
    "SeasonalNaivePanel",
    "ThetaPanel",
    "WindowAveragePanel",
]
