"""The rolling-origin backtest as tables: each model against seasonal naive, and the errors of families."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sopkit.demand.kernels import Panel, right_aligned
from sopkit.demand.models import NAIVE, check_models
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.pool import demand_panel
from sopkit.demand.rolling import Rolling, rolling
from sopkit.demand.series import COMPANY, HIDDEN, with_family
from sopkit.demand.weights import pooled

POOL = "pool"


def backtest(
    history: pd.DataFrame,
    items: pd.DataFrame,
    policy: DemandPolicy,
    *,
    cutoff: str,
    horizon: int,
    origins: int,
    models: Sequence[str],
) -> pd.DataFrame:
    """Each model, seasonal naive and the pool, scored at several earlier cutoffs on the months that came after.

    MASE = mean over series of mean |e| / in-sample mean |y_t - y_{t-m}|; RMSSE = mean over series of sqrt(mean e^2 / in-sample mean
    (y_t - y_{t-m})^2); WAPE = sum |e| / sum y; bias = sum e / sum y, e = forecast - actual. Scored at an origin is each series with
    `minimum_history` months, dormant ones too; MASE and RMSSE need more than a season and leave younger ones out. The pool's weights
    at an origin come from what was known then. Models learn from the un-censored demand and are scored on the recorded one, in the months
    that no stock-out censored. Source: Hyndman and Koehler 2006; Makridakis, Spiliotis and Assimakopoulos 2022 (RMSSE).

    Args:
        history: demand_history contract.
        items: items contract.
        policy: level of the series, season length, minimum history.
        cutoff: last closed month.
        horizon: months scored at each origin.
        origins: number of earlier cutoffs.
        models: models of the pool (`sopkit.demand.models`).

    Returns:
        backtest contract: model x family (and `*`); empty where no series is long enough to be scored.
    """
    names, family, past = _past(history, items, policy, cutoff=cutoff, horizon=horizon, origins=origins, models=models)
    forecasts = {**{name: past.forecast[name] for name in dict.fromkeys((*names, NAIVE))}, POOL: pooled(past, names)}
    groups = {COMPANY: np.ones(len(family), dtype=bool), **{name: family == name for name in sorted(set(family))}}
    rows = [
        (model, name, *_score(past, forecast, chosen))
        for model, forecast in forecasts.items()
        for name, chosen in groups.items()
        if (~np.isnan(past.actual[chosen])).any()
    ]
    columns = ["model", "family", "series", "origins", "mase", "wape_ratio", "rmsse", "bias_ratio"]
    table = pd.DataFrame(rows, columns=columns).astype({"model": "str", "family": "str", "series": "int64", "origins": "int64"})
    return table.sort_values(["model", "family"], ignore_index=True)


def verdict(scores: pd.DataFrame) -> pd.DataFrame:
    """What the backtest says of each family in a sentence: whether the pool, or any model, is better than seasonal naive.

    Args:
        scores: backtest contract.

    Returns:
        family, pool, naive (WAPE, ratios), best (the model of least WAPE, the pool and seasonal naive among them), verdict; by family.
    """
    error = scores.pivot(index="family", columns="model", values="wape_ratio")
    error = error.reindex(columns=sorted({*error.columns, POOL, NAIVE})).dropna(subset=[POOL, NAIVE])
    best = error.idxmin(axis=1) if len(error) else pd.Series(dtype="str")
    table = pd.DataFrame({"family": error.index, "pool": error[POOL].array, "naive": error[NAIVE].array, "best": best.array})
    said = [_sentence(*row) for row in table[["pool", "naive", "best"]].itertuples(index=False)]
    return table.assign(verdict=said).astype({"family": "str", "best": "str", "verdict": "str"})


def _sentence(pool: float, naive: float, best: str) -> str:
    """The verdict on one family."""
    if best == NAIVE:
        return f"nothing beats seasonal naive here: it is off by {naive:.1%} of demand, the pool by {pool:.1%}"
    if pool > naive:
        return f"the pool ({pool:.1%}) does not beat seasonal naive ({naive:.1%}); {best} does"
    return f"the pool is off by {pool:.1%} of demand, seasonal naive by {naive:.1%}"


def _past(
    history: pd.DataFrame, items: pd.DataFrame, policy: DemandPolicy, *, cutoff: str, horizon: int, origins: int, models: Sequence[str]
) -> tuple[tuple[str, ...], np.ndarray, Rolling]:
    """Models, family of each series and rolling forecasts, at the forecast level with the item kept so that families are known."""
    names = check_models(models)
    level: list[str] = list(dict.fromkeys(("item", *policy.forecast_level)))
    frame = demand_panel(history[history["period"] <= cutoff], level, cutoff)
    panel, keys = _panel_of(frame, policy.season_length)
    family = with_family(keys, items)["family"].to_numpy(dtype=object)
    past = rolling(panel, names, horizon=horizon, origins=origins, minimum_history=policy.minimum_history)
    recorded = recorded_panel(history[history["period"] <= cutoff], frame)
    return names, family, replace(past, actual=_on_record(past, panel, recorded))


def recorded_panel(history: pd.DataFrame, learnt: pd.DataFrame) -> np.ndarray:
    """Recorded demand in the rows of a panel that models learnt from; NaN where a stock-out hid some of it.

    The recorded figure there is no yardstick of a forecast of demand: those months are shown apart (docs/glossary.md, Actuals).
    """
    keys = list(learnt.index.names[:-1])
    sums = history.groupby([*keys, "period"], sort=True)["quantity"].sum().to_numpy(dtype=float)
    return np.where(np.abs(sums - learnt["quantity"].to_numpy()) > HIDDEN, np.nan, sums)


def _on_record(past: Rolling, panel: Panel, recorded: np.ndarray) -> np.ndarray:
    """The yardstick in place of what was learnt from: (series, origins, horizon), NaN where nothing was scored before either."""
    values = np.full(panel.values.shape, np.nan)
    values[~np.isnan(panel.values)] = recorded
    actual = past.actual.copy()
    months, horizon = len(panel.values.T), past.stand_in.shape[-1]
    for place, cut in enumerate(past.cuts):
        if cut <= months:
            known = min(horizon, cut)
            scored = actual[:, place, :known]
            actual[:, place, :known] = np.where(np.isnan(scored), np.nan, values[:, months - cut : months - cut + known])
    return actual


def _panel_of(frame: pd.DataFrame, season_length: int) -> tuple[Panel, pd.DataFrame]:
    """The kernels' panel of a sktime panel, and the keys of its rows."""
    keys = frame.index.to_frame(index=False).drop(columns="period")
    starts = np.flatnonzero(~keys.duplicated().to_numpy())
    series = np.split(frame["quantity"].to_numpy(), starts[1:])
    return right_aligned(series, season_length), keys.iloc[starts].reset_index(drop=True)


def _score(past: Rolling, forecast: np.ndarray, chosen: np.ndarray) -> tuple[int, int, float, float, float, float]:
    """Series and origins scored, MASE, WAPE, RMSSE and bias of some of the series."""
    actual = past.actual[chosen]
    known = ~np.isnan(actual) & ~np.isnan(forecast[chosen])  # a model that failed on a series is scored on the others: `series` tells
    error = np.where(known, forecast[chosen] - actual, 0.0)
    total = actual[known].sum()
    mase = _scaled(np.abs(error), known, past.naive_scale[chosen])
    square = _scaled(error**2, known, past.naive_square[chosen])
    rmsse = np.sqrt(square)
    ratio = (np.abs(error).sum() / total, error.sum() / total) if total > 0 else (np.nan, np.nan)
    mean = [float(one.mean()) if len(one) else np.nan for one in (mase, rmsse)]
    return int(known.any(axis=(1, 2)).sum()), int(known.any(axis=(0, 2)).sum()), mean[0], float(ratio[0]), mean[1], float(ratio[1])


def _scaled(error: np.ndarray, known: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Mean over origins of mean error / scale, for the series that have a scale at some origin."""
    count = known.sum(axis=2)
    fit = (count > 0) & (np.nan_to_num(scale) > 0)
    mean = np.divide(error.sum(axis=2), count * np.nan_to_num(scale), out=np.zeros(count.shape), where=fit)
    return mean.sum(axis=1)[fit.any(axis=1)] / fit.sum(axis=1)[fit.any(axis=1)]
