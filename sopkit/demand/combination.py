"""The pool of models: fitted on a panel once, it gives forecasts, quantiles, and the words for how they were made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sopkit.demand.intervals import Spread, spread_of
from sopkit.demand.kernels import KERNELS, Panel
from sopkit.demand.rolling import DORMANT, INTERMITTENT, NAIVE, REGULAR, SHORT, check_models, error_scale, kinds, rolling, stand_ins
from sopkit.demand.weights import pooled, weights_of

WORDS = {
    DORMANT: "silent far longer than between its sales: none expected",
    SHORT: "short history: its mean",
    INTERMITTENT: "sells now and then: IMAPA",
}
LEAST_POOLED = 200  # scored errors that a kind of series needs to have quantiles of its own


@dataclass(frozen=True, eq=False)
class Combination:
    """A fitted pool: how each series is forecast, the weights of its models, and the pooled errors behind its quantiles."""

    panel: Panel
    models: tuple[str, ...]
    kind: np.ndarray  # (series,)
    weight: np.ndarray  # (series, models + 1), seasonal naive last
    spread: dict[str, Spread]  # by kind of series

    def forecast(self, horizon: int) -> np.ndarray:
        """Point forecasts: (series, horizon)."""
        mixed = sum(self.weight[:, [place]] * KERNELS[name](self.panel, horizon) for place, name in enumerate((*self.models, NAIVE)))
        return np.where((self.kind == REGULAR)[:, None], mixed, stand_ins(self.panel, self.kind, horizon))

    def quantiles(self, levels: Sequence[float], horizon: int) -> np.ndarray:
        """Quantile forecasts (levels, series, horizon) = forecast + (pooled quantile of the scaled error - its median) x scale.

        The median is the forecast: a few origins cannot tell a bias from what happened to all series at once, and the backtest prints it.
        A dormant series has no spread.
        """
        scale = error_scale(self.panel, horizon)
        point = self.forecast(horizon)
        result = np.empty((len(levels), *point.shape))
        for place, level in enumerate(levels):
            width = np.zeros_like(point)
            for kind in np.unique(self.kind):
                rows = self.kind == kind
                spread = self.spread[kind]
                width[rows] = (spread.quantile(level, horizon) - spread.quantile(0.5, horizon)) * scale[rows]
            width[self.kind == DORMANT] = 0.0
            result[place] = self.panel.bounded(point + width)
        return result

    def methods(self) -> list[str]:
        """In words, how each series is forecast."""
        return [WORDS.get(kind) or self._mix(weight) for kind, weight in zip(self.kind, self.weight, strict=True)]

    def _mix(self, weight: np.ndarray) -> str:
        if np.isclose(weight[-1], 1):
            return "seasonal naive: no model did better"
        return "pool: " + ", ".join(f"{name} {part:.2f}" for name, part in zip((*self.models, NAIVE), weight, strict=True) if part > 0)


def combination(panel: Panel, models: Sequence[str], *, horizon: int, origins: int, minimum_history: int) -> Combination:
    """Fit the pool: rolling origins give weights by series and pooled errors by step ahead.

    Args:
        panel: series up to the last period.
        models: kernels of the pool.
        horizon: steps ahead that are scored at each origin.
        origins: number of earlier cutoffs.
        minimum_history: periods below which a series is forecast by its mean.

    Raises:
        ParamsError: an unknown model.
    """
    names = check_models(models)
    past = rolling(panel, names, horizon=horizon, origins=origins, minimum_history=minimum_history)
    said = pooled(past, names)
    everyone = spread_of(past.actual, np.where((past.kind == DORMANT)[:, :, None], np.nan, said), past.scale)
    spread = {DORMANT: everyone, SHORT: everyone}  # what is dormant has no spread, and must not narrow that of others
    for kind in (INTERMITTENT, REGULAR):
        own = spread_of(past.actual, np.where((past.kind == kind)[:, :, None], said, np.nan), past.scale)
        spread[kind] = own if sum(len(one) for one in own.errors) >= LEAST_POOLED else everyone
    return Combination(panel, names, kinds(panel, minimum_history), weights_of(past, names), spread)
