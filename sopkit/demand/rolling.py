"""Rolling origins: what each model would have said at earlier cutoffs, beside what came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sopkit.demand.kernels import KERNELS, Kernel, Panel
from sopkit.demand.kernels.intermittent import demand_runs_together, mean_interval
from sopkit.demand.kernels.season import LONGEST_INTERVAL
from sopkit.demand.models import NAIVE, learned
from sopkit.demand.silence import has_ended

DORMANT, SHORT, INTERMITTENT, REGULAR = "dormant", "short", "intermittent", "regular"
PARTS = ("actual", "stand_in", "kind", "scale", "naive_scale", "naive_square")  # of `Rolling`, one array each
SILENCE = 12  # periods without demand after which none is expected


@dataclass(frozen=True)
class Rolling:
    """Forecasts at earlier origins, each scored on the periods that came after it; NaN where nothing can be scored."""

    length: np.ndarray  # (series,): periods up to the last one
    season_length: int
    cuts: tuple[int, ...]  # periods between an origin and the last period, latest origin first
    actual: np.ndarray  # (series, origins, horizon)
    forecast: dict[str, np.ndarray]  # model: (series, origins, horizon); NaN where a model failed
    stand_in: np.ndarray  # (series, origins, horizon): forecast of series that are not regular
    kind: np.ndarray  # (series, origins): regular, intermittent, short or dormant at that origin
    scale: np.ndarray  # (series, origins, horizon): one-step error x season, what errors are measured in
    naive_scale: np.ndarray  # (series, origins): in-sample mean absolute seasonal difference
    naive_square: np.ndarray  # (series, origins): in-sample mean squared seasonal difference

    @property
    def periods(self) -> int:
        """Distinct periods that were scored for any series."""
        scored = (~np.isnan(self.actual)).any(axis=0)
        back = np.array(self.cuts)[:, None] - np.arange(1, self.actual.shape[2] + 1)
        return len(np.unique(back[scored]))


def origin_cuts(horizon: int, origins: int, season_length: int = 1) -> tuple[int, ...]:
    """How many periods back each origin lies: even steps, so that the earliest is scored over the whole horizon.

    The origins reach back a season: months scored only in spring would tell nothing about autumn, and would be one event, not five.
    """
    step = max(1, -(-horizon // max(origins - 1, 1)), -(-season_length // max(origins, 1)))
    return tuple(step * (number + 1) for number in range(origins))


def kinds(panel: Panel, minimum_history: int) -> np.ndarray:
    """How each series is forecast: (series,) of dormant, short, intermittent, regular.

    dormant: no demand in the last twelve periods (a season, where that is longer), or `has_ended`; short: fewer periods than
    `minimum_history`; intermittent: periods per period with demand above 1.32, by chance (no season, no blocks); regular: the others,
    which the pool of models forecasts.
    """
    silence = max(SILENCE, panel.season_length)
    quiet = (np.nan_to_num(panel.values[:, -silence:]) == 0).all(axis=1) | has_ended(panel)
    seldom = (mean_interval(panel) > LONGEST_INTERVAL) & ~panel.season.seasonal & ~demand_runs_together(panel)
    return np.select([quiet, panel.length < minimum_history, seldom], [DORMANT, SHORT, INTERMITTENT], default=REGULAR)


def stand_ins(panel: Panel, kind: np.ndarray, horizon: int) -> np.ndarray:
    """Forecasts (series, horizon) of series that are not regular: nothing, recent mean, or IMAPA; 0 where regular."""
    mean, seldom = KERNELS["window_average"](panel, horizon), KERNELS["imapa"](panel, horizon)
    return np.select([(kind == SHORT)[:, None], (kind == INTERMITTENT)[:, None]], [mean, seldom], default=0.0)


def error_scale(panel: Panel, horizon: int) -> np.ndarray:
    """What errors of a series are measured in: its one-step error x the season of the period, (series, horizon)."""
    return panel.one_step_error[:, None] * np.maximum(panel.season.ahead(horizon), 0.1)


def rolling(panel: Panel, models: Sequence[str], *, horizon: int, origins: int, minimum_history: int) -> Rolling:
    """Forecasts of every model at `origins` earlier cutoffs; a series takes part where `minimum_history` periods of it are left.

    Those are the series that models forecast. Asking for a whole season of history would score the survivors only. A model that learns
    from the whole panel learns once, from what the earliest origin knew.

    Args:
        panel: series up to the last closed period.
        models: models of the pool; seasonal naive is added.
        horizon: periods forecast at each origin.
        origins: number of origins.
        minimum_history: least periods that a model is fitted on.
    """
    cuts = origin_cuts(horizon, origins, panel.season_length)
    names = tuple(dict.fromkeys((*models, NAIVE)))
    kernels = {name: learned(name, panel.until(min(cuts[-1], panel.values.shape[1])), horizon) for name in names}
    scored = [_origin(panel, cut, kernels, horizon, minimum_history) for cut in cuts]
    return Rolling(
        panel.length,
        panel.season_length,
        cuts,
        forecast={name: np.stack([one.forecast[name] for one in scored], axis=1) for name in names},
        **{part: np.stack([getattr(one, part) for one in scored], axis=1) for part in PARTS},
    )


@dataclass(frozen=True)
class _Origin:
    """One origin of `Rolling`, without the axis of origins."""

    actual: np.ndarray
    forecast: dict[str, np.ndarray]
    stand_in: np.ndarray
    kind: np.ndarray
    scale: np.ndarray
    naive_scale: np.ndarray
    naive_square: np.ndarray


def _origin(panel: Panel, cut: int, kernels: dict[str, Kernel], horizon: int, minimum_history: int) -> _Origin:
    """What would have been said `cut` periods ago."""
    past = panel.until(min(cut, panel.values.shape[1]))
    rows = np.flatnonzero(past.length >= minimum_history)
    series, start, known = len(panel.values), panel.values.shape[1] - cut, min(horizon, cut)
    if not len(rows):
        return _nothing(tuple(kernels), series, horizon)
    train = past.rows(rows)

    def spread(part: np.ndarray) -> np.ndarray:
        """The rows back in their places, NaN elsewhere."""
        whole = np.full((series, *part.shape[1:]), np.nan) if part.dtype.kind == "f" else np.full(series, "", dtype=part.dtype)
        whole[rows] = part
        return whole

    actual = np.full((len(rows), horizon), np.nan)
    actual[:, :known] = panel.values[rows, start : start + known]
    kind = kinds(train, minimum_history)
    return _Origin(
        spread(actual),
        {name: spread(kernel(train, horizon)) for name, kernel in kernels.items()},
        spread(stand_ins(train, kind, horizon)),
        spread(kind),
        spread(error_scale(train, horizon)),
        *(spread(scale) for scale in _naive_scales(train)),
    )


def _nothing(names: tuple[str, ...], series: int, horizon: int) -> _Origin:
    """An origin at which no series was long enough."""
    cells, rows = np.full((series, horizon), np.nan), np.full(series, np.nan)
    return _Origin(cells, dict.fromkeys(names, cells), cells, np.full(series, ""), cells, rows, rows)


def _naive_scales(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """In-sample mean absolute and mean squared seasonal difference |y_t - y_{t-m}|; NaN where the series has no more than a season."""
    season = panel.season_length
    difference = panel.values[:, season:] - panel.values[:, :-season]
    count = (~np.isnan(difference)).sum(axis=1)
    empty = np.full(len(difference), np.nan)
    absolute = np.divide(np.nansum(np.abs(difference), axis=1), count, out=empty.copy(), where=count > 0)
    return absolute, np.divide(np.nansum(difference**2, axis=1), count, out=empty.copy(), where=count > 0)
