"""The pool of models on a panel: forecasts, quantiles, and the words for how they were made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sopkit.demand.compute import HERE, Compute, forecasts, rolled
from sopkit.demand.intervals import Spread, few_periods, spread_of
from sopkit.demand.kernels import KERNELS, Kernel, Panel
from sopkit.demand.kernels.intermittent import mean_interval
from sopkit.demand.models import NAIVE, check_models, learned, told
from sopkit.demand.rolling import DORMANT, INTERMITTENT, REGULAR, SHORT, Rolling, error_scale, kinds, stand_ins
from sopkit.demand.silence import begun
from sopkit.demand.weights import equal_weights, mixture, pooled, weights_of
from sopkit.errors import ParamsError, Problem

WORDS = {
    DORMANT: "silent far longer than between its sales: none expected",
    SHORT: "short history: its mean",
    INTERMITTENT: "sells now and then: IMAPA",
}
TRUST = 12  # periods at which a short series' own noise and the panel's usual one count alike
LEAST_POOLED = 200  # scored errors that a group of series needs to have quantiles of its own
CLASSES = (0.8, 0.95)  # shares of the recent volume that classes A and B reach; C is the rest
WEIGHTS = ("skill", "equal")


@dataclass(frozen=True)
class Backtesting:
    """How a pool is scored: steps ahead, number of earlier cutoffs, least periods that a model is fitted on, weights by what."""

    horizon: int
    origins: int
    minimum_history: int
    weights: str = "skill"


@dataclass(frozen=True, eq=False)
class Combination:
    """A pool on a panel. What costs much is done when it is first asked for and kept: the backtest only for weights and quantiles."""

    panel: Panel
    models: tuple[str, ...]
    backtesting: Backtesting
    evidence: Panel  # what weights, spread and learning models come from; an update without new parameters leaves it behind
    compute: Compute = HERE

    @cached_property
    def kind(self) -> np.ndarray:
        """How each series is forecast: (series,) of regular, intermittent, short, dormant."""
        return kinds(self.panel, self.backtesting.minimum_history)

    @cached_property
    def past(self) -> Rolling:
        """What the models would have said at earlier cutoffs."""
        asked = self.backtesting
        return rolled(
            self.evidence,
            self.models,
            horizon=asked.horizon,
            origins=asked.origins,
            minimum_history=asked.minimum_history,
            compute=self.compute,
        )

    @cached_property
    def weight(self) -> np.ndarray:
        """Weights of the models, seasonal naive last: (series, models + 1)."""
        if self.backtesting.weights == "equal":
            return np.tile(equal_weights(self.models), (len(self.evidence.values), 1))
        return weights_of(self.past, self.models)

    @cached_property
    def kernels(self) -> dict[str, Kernel]:
        """Each model and seasonal naive, ready to forecast."""
        return {name: learned(name, self.evidence, self.backtesting.horizon) for name in (*self.models, NAIVE)}

    def forecast(self, horizon: int) -> np.ndarray:
        """Point forecasts: (series, horizon)."""
        return self._ahead(horizon)[0]

    def quantiles(self, levels: Sequence[float], horizon: int) -> np.ndarray:
        """Quantile forecasts (levels, series, horizon) = forecast + (pooled quantile of the scaled error - its median) x scale x t / z.

        The median is the forecast: a few origins cannot tell a bias from what happened to all series at once, and the backtest prints it.
        What sells now and then is forecast by its mean, far from its median, which is mostly nothing: there the quantile of the error
        counts whole, it is nothing up to the share of periods without demand, and 50 % still reads the forecast. A dormant series has no
        spread. Errors are pooled over the series of the same kind and volume class; t / z is `few_periods`. A series too short for models
        has errors of the panel's usual size beside its own few.
        """
        scale = np.where((self.kind == SHORT)[:, None], _young_noise(self.panel, self.kind)[:, None], error_scale(self.panel, horizon))
        point = self.forecast(horizon)
        group = groups(self.kind, volume_class(self.evidence))
        result = np.empty((len(levels), *point.shape))
        for place, level in enumerate(levels):
            width = np.zeros_like(point)
            for name in np.unique(group):
                spread = self.spread[name]
                width[group == name] = _apart(spread, level, horizon, whole=name.startswith(INTERMITTENT))
            width *= few_periods(level, self.past.periods)
            moved = self.panel.bounded(point + np.where((self.kind == DORMANT)[:, None], 0.0, width * scale))
            result[place] = np.where(self._nothing_at(level)[:, None], np.minimum(moved, 0.0), moved)
        return result

    def _nothing_at(self, level: float) -> np.ndarray:
        """Series that sell now and then of whose periods more than `level` have no demand, asked below 50 %: bool (series,)."""
        return (self.kind == INTERMITTENT) & (level < 0.5) & (level < 1 - 1 / mean_interval(self.panel))

    @cached_property
    def spread(self) -> dict[str, Spread]:
        """Pooled scaled errors of each group of series; a group of few has those of its kind, a kind of few those of all."""
        past, volume = self.past, volume_class(self.evidence)
        said = pooled(past, self.models, self.backtesting.weights)

        def among(chosen: np.ndarray) -> Spread:
            return spread_of(past.actual, np.where(chosen[:, :, None], said, np.nan), past.scale)

        everyone = among(past.kind != DORMANT)  # what is dormant has no spread, and must not narrow that of others
        found = {}
        for kind in (REGULAR, INTERMITTENT, SHORT, DORMANT):
            own = among(past.kind == kind) if kind in (REGULAR, INTERMITTENT) else everyone
            whole = own if own.count >= LEAST_POOLED else everyone
            for letter in "ABC":
                part = among((past.kind == kind) & (volume == letter)[:, None]) if whole is own and kind == REGULAR else whole
                found[f"{kind} {letter}"] = part if part.count >= LEAST_POOLED else whole
        return found

    def methods(self) -> list[str]:
        """In words, how each series is forecast."""
        _, used, gave = self._ahead(1)
        return [WORDS.get(kind) or self._mix(weight, there) for kind, weight, there in zip(self.kind, used, gave, strict=True)]

    def moved_on(self, panel: Panel) -> "Combination":
        """The same pool, its weights, spread and learning as they are, on a longer panel."""
        later = replace(self, panel=begun(panel))
        kept = ("past", "weight", "kernels", "spread")
        later.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        return later

    @cached_property
    def _known(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return {}

    def _ahead(self, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Point forecasts, the weights behind them and which models gave one; the longest so far is kept."""
        if "longest" not in self._known or self._known["longest"][0].shape[1] < horizon:
            stack = self._stack((*self.models, NAIVE), horizon)
            mixed, used = mixture(stack, self.weight)
            regular = (self.kind == REGULAR)[:, None]
            self._known["longest"] = (np.where(regular, mixed, stand_ins(self.panel, self.kind, horizon)), used, told(stack).T)
        forecast, used, gave = self._known["longest"]
        return forecast[:, :horizon], used, gave

    def _stack(self, names: tuple[str, ...], horizon: int) -> np.ndarray:
        """Forecasts of the models: (models, series, horizon)."""
        if all(name in KERNELS for name in names):
            return forecasts(self.panel, names, horizon, self.compute)
        return np.stack([self.kernels[name](self.panel, horizon) for name in names])

    def _mix(self, weight: np.ndarray, gave: np.ndarray) -> str:
        names = (*self.models, NAIVE)
        failed = [name for name, there in zip(names, gave, strict=True) if not there]
        out = f"; {', '.join(failed)} gave no forecast" if failed else ""
        if np.isclose(weight[-1], 1):
            return "seasonal naive: no model did better" + out
        return "pool: " + ", ".join(f"{name} {part:.2f}" for name, part in zip(names, weight, strict=True) if part > 0) + out


def combination(
    panel: Panel,
    models: Sequence[str],
    *,
    horizon: int,
    origins: int,
    minimum_history: int,
    weights: str = "skill",
    compute: Compute = HERE,
) -> Combination:
    """Fit the pool: rolling origins give weights by series and pooled errors by step ahead; series count from where they have `begun`.

    Args:
        panel: series up to the last period.
        models: models of the pool (`sopkit.demand.models`).
        horizon: steps ahead that are scored at each origin.
        origins: number of earlier cutoffs.
        minimum_history: periods below which a series is forecast by its mean.
        weights: "skill", or "equal", which needs no backtest until quantiles are asked for.
        compute: where it is run.

    Raises:
        ParamsError: an unknown model or rule of weights.
    """
    if weights not in WEIGHTS:
        raise ParamsError("no such weights", [Problem("weights", repr(weights), "one of " + ", ".join(WEIGHTS))])
    known = begun(panel)
    made = Combination(known, check_models(models), Backtesting(horizon, origins, minimum_history, weights), known, compute)
    made.weight, made.kernels  # noqa: B018 - learn now: a fit that defers its work would fail at the first forecast
    return made


def _young_noise(panel: Panel, kind: np.ndarray) -> np.ndarray:
    """What errors of series too short for models are measured in: (series,); their own one-step error where no series is regular.

    v = (n s^2 + 12 (r x mean)^2) / (n + 12): s the one-step error of the series' n periods, r the median of s / mean over the regular
    series. One observation has no error at all, which is no certainty.
    """
    mean = np.abs(np.nan_to_num(panel.values).sum(axis=1) / np.maximum(panel.length, 1))
    told = (kind == REGULAR) & (mean > 0)
    usual = float(np.median(panel.one_step_error[told] / mean[told])) if told.any() else 0.0
    borrowed = TRUST / (panel.length + TRUST) if told.any() else 0.0
    return np.sqrt((1 - borrowed) * panel.one_step_error**2 + borrowed * (usual * mean) ** 2)


def _apart(spread: Spread, level: float, horizon: int, *, whole: bool) -> np.ndarray:
    """How far a quantile lies from the forecast, in scaled errors: (horizon,); below it under 50 %, above it over 50 %."""
    if not whole:
        return spread.quantile(level, horizon) - spread.quantile(0.5, horizon)
    apart, side = spread.quantile(level, horizon), np.sign(level - 0.5)
    return side * np.maximum(side * apart, 0.0)


def volume_class(panel: Panel) -> np.ndarray:
    """A, B or C by volume of the last season: (series,); the largest series up to 80 % of the sum are A, up to 95 % B."""
    recent = np.maximum(np.nan_to_num(panel.values[:, -max(panel.season_length, 12) :]), 0.0).sum(axis=1)
    order = np.argsort(-recent, kind="stable")
    before = np.empty(len(recent))
    before[order] = np.cumsum(recent[order]) - recent[order]
    share = before / max(recent.sum(), np.finfo(float).tiny)
    return np.select([share < CLASSES[0], share < CLASSES[1]], ["A", "B"], default="C")


def groups(kind: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """Name of the group whose errors a series' quantiles come from: (series,)."""
    return np.array([f"{one} {letter}" for one, letter in zip(kind, volume, strict=True)], dtype=object)
