"""The baseline that all levels agree on: the pool forecasts series and levels, reconciliation makes them one, in whole units."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.combination import Combination, combination
from sopkit.demand.drivers import driver_deviation, driver_factor, without_drivers
from sopkit.demand.hierarchy.correlation import Correlation, error_correlation
from sopkit.demand.hierarchy.levels import Hierarchy, hierarchy_of, level_keys
from sopkit.demand.hierarchy.reconciliation import reconciled
from sopkit.demand.hierarchy.rounding import whole_cells
from sopkit.demand.hierarchy.track import Track, track_of
from sopkit.demand.hierarchy.variance import divided_variance, residual_variance
from sopkit.demand.kernels import Panel, right_aligned
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.pool import LEVELS, demand_panel, fitted_pool, pool_forecast
from sopkit.demand.series import CELLS, COMPANY, SERIES, month_numbers, training_quantity, with_family

if TYPE_CHECKING:
    from sopkit.demand.panel import PoolForecaster

BOTTOM = " x ".join(SERIES)
TAIL = NormalDist().inv_cdf(LEVELS["p90"])  # standard deviations to the 90 % quantile
COLUMNS = ["level", "nodes", "forecast_quantity", "coherent_quantity", "moved_quantity", "residual_ratio"]


@dataclass(frozen=True, eq=False)
class CoherentForecast:
    """The baseline and what reconciliation did to the forecasts of each level."""

    table: pd.DataFrame  # statistical_forecast contract; `quantity` in whole units
    levels: pd.DataFrame  # reconciliation contract: one row per level
    correlation: Correlation  # of the errors of the series that the pool forecast
    track: Track  # what it would have said at earlier cutoffs, beside what came
    computed: str = ""  # in words, where the pool was run


@dataclass(frozen=True, eq=False)
class _Past:
    """Demand that models learn from in the closed months, NaN before the first, of the series and of the nodes above them."""

    series: np.ndarray  # (series, months)
    nodes: np.ndarray  # (nodes, months)


def coherent_forecast(
    history: pd.DataFrame,
    items: pd.DataFrame,
    policy: DemandPolicy,
    *,
    cutoff: str,
    horizon: int,
    models: Sequence[str],
    origins: int,
    factors: pd.DataFrame | None = None,
) -> CoherentForecast:
    """The statistical forecast, reconciled over the levels of `policy.hierarchy` and rounded to whole units.

    The same pool forecasts the series and every node of the levels; `reconciled` then gives the non-negative series nearest to all of
    them, each forecast weighed by 1 / its `residual_variance`. A series of which nothing is expected in any month is left at nothing.
    Quantiles move with the forecast of their cell. Rounding hands out whole units by largest remainder, so that each family, item and
    region is a sum of whole units.

    Args:
        history: demand_history contract.
        items: items contract.
        policy: levels, level of the series, season length, minimum history.
        cutoff, horizon, models, origins: as in `statistical_forecast`.
        factors: what drivers do (`DriverEffects.factors`): taken out of the history before anything is learnt, put on the coherent
            forecast; seasonal naive stays that of the history as it is. None = no drivers.

    Raises:
        DataError: series with gaps, items without a family.
        ParamsError: an unknown model.
    """
    driven = factors is not None and len(factors) > 0
    learnt = without_drivers(history, items, factors) if factors is not None else history
    pool, series = fitted_pool(learnt, policy, cutoff=cutoff, horizon=horizon, models=models, origins=origins)
    yardstick = demand_panel(history[history["period"] <= cutoff], list(policy.forecast_level), cutoff) if driven else series
    base = pool_forecast(pool, series, learnt, policy, horizon=horizon, yardstick=yardstick).sort_values(CELLS, ignore_index=True)
    hierarchy = hierarchy_of(base[SERIES].drop_duplicates(), items, _levels(policy))
    past = _past(learnt[learnt["period"] <= cutoff], hierarchy)
    bottom = base["quantity"].to_numpy().reshape(-1, horizon)
    above = _node_pool(past.nodes, policy, horizon=horizon, models=models, origins=origins)
    forecast = above.forecast(horizon).clip(min=0) if above is not None else np.empty((0, horizon))
    variance = residual_variance(above) if above is not None else np.empty(0)
    own = np.where((bottom > 0).any(axis=1), _bottom_variance(pool, series, past.series, hierarchy, policy), 0.0)
    coherent = reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own)
    factor = driver_factor(base, items, factors) if factors is not None and driven else np.ones(len(base))
    unsure = driver_deviation(base, items, factors) if factors is not None and driven else np.zeros(len(base))
    table = _moved(base, coherent.ravel(), items, factor)
    if set(policy.forecast_level) != set(SERIES):
        table = _with_share_error(table, own, residual_variance(pool.combination_), list(policy.forecast_level))
    if driven:
        table = _with_driver_error(table, unsure)
    levels = _told(hierarchy, np.vstack([forecast, bottom]), coherent, np.sqrt(np.r_[variance, own]))
    correlation = error_correlation(pool.combination_, _keys(series, items))
    computed = pool.combination_.compute.told(len(pool.combination_.panel.values), models)
    track = track_of(hierarchy, (pool.combination_, above), past.series, _parents(series, hierarchy), (variance, own))
    return CoherentForecast(conform(table, CONTRACTS["statistical_forecast"]), levels, correlation, track, computed)


def _levels(policy: DemandPolicy) -> list[str]:
    """The levels of the policy, and the level that is forecast where that is not the series themselves."""
    level = policy.forecast_level
    known = {frozenset(level_keys(name)) for name in policy.hierarchy}
    extra = [" x ".join(level)] if set(level) != set(SERIES) and level and frozenset(level) not in known else []
    return [name for name in [*policy.hierarchy, *extra] if set(level_keys(name)) != set(SERIES)]


def _past(closed: pd.DataFrame, hierarchy: Hierarchy) -> _Past:
    """History as matrices; a node starts with the first of its series."""
    month = month_numbers(closed["period"])
    first = int(month.min())
    series = pd.MultiIndex.from_frame(hierarchy.bottom[SERIES]).get_indexer(pd.MultiIndex.from_frame(closed[SERIES]))
    values = np.full((len(hierarchy.bottom), int(month.max()) - first + 1), np.nan)
    values[series, month - first] = training_quantity(closed)
    known = ~np.isnan(values)
    nodes = np.where(hierarchy.sums @ known.astype(float) > 0, hierarchy.sums @ np.nan_to_num(values), np.nan)
    return _Past(values, nodes)


def _node_pool(past: np.ndarray, policy: DemandPolicy, *, horizon: int, models: Sequence[str], origins: int) -> Combination | None:
    """The pool on the nodes above the series; None where there are none."""
    if not len(past):
        return None
    return combination(_panel(past, policy), models, horizon=horizon, origins=origins, minimum_history=policy.minimum_history)


def _bottom_variance(
    pool: "PoolForecaster", series: pd.DataFrame, past: np.ndarray, hierarchy: Hierarchy, policy: DemandPolicy
) -> np.ndarray:
    """Residual variance of each series of the bottom, which the pool has forecast itself or which were divided from those it has."""
    if set(policy.forecast_level) != set(SERIES):
        return divided_variance(_panel(past, policy), pool.combination_)
    keys = series.index.droplevel("period").unique().reorder_levels(SERIES)
    return residual_variance(pool.combination_)[keys.get_indexer(pd.MultiIndex.from_frame(hierarchy.bottom[SERIES]))]


def _parents(series: pd.DataFrame, hierarchy: Hierarchy) -> np.ndarray:
    """Which of the series that were forecast each series of the bottom is, or was divided from: int (series,)."""
    keys = series.index.droplevel("period").unique()
    names = list(keys.names)
    if not names or names == [None]:
        return np.zeros(len(hierarchy.bottom), dtype=np.int64)
    if len(names) == 1:
        return keys.get_indexer(hierarchy.bottom[names[0]])
    return keys.get_indexer(pd.MultiIndex.from_frame(hierarchy.bottom[names]))


def _keys(series: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Item and family of each series that was forecast; one and the same where the item is not among its keys."""
    keys = series.index.droplevel("period").unique().to_frame(index=False)
    return with_family(keys, items)[["item", "family"]] if "item" in keys else keys.assign(item=COMPANY, family=COMPANY)


def _panel(values: np.ndarray, policy: DemandPolicy) -> Panel:
    """The kernels' panel of rows that are NaN before they start."""
    return right_aligned([row[~np.isnan(row)] for row in values], policy.season_length)


def _moved(base: pd.DataFrame, coherent: np.ndarray, items: pd.DataFrame, factor: np.ndarray) -> pd.DataFrame:
    """The forecast at its coherent value in whole units with what drivers do to it, its quantiles moved along."""
    move = coherent - base["quantity"].to_numpy()
    quantiles = {name: np.maximum(base[name].to_numpy() + move, 0.0) * factor for name in LEVELS}
    table = base.assign(quantity=coherent * factor, **quantiles)
    whole = whole_cells(table, "quantity", items)
    return table.assign(quantity=whole, driver_quantity=whole * (1 - 1 / factor))


def _with_driver_error(table: pd.DataFrame, deviation: np.ndarray) -> pd.DataFrame:
    """Quantiles widened by how unsure the drivers' effects are: u = quantity x the deviation of the logarithm of their factor, units."""
    error = table["quantity"].to_numpy(dtype=float) * deviation
    below, above = (np.hypot(width, TAIL * error) for width in (table["p50"] - table["p10"], table["p90"] - table["p50"]))
    return table.assign(p10=np.maximum(table["p50"] - below, 0.0), p90=table["p50"] + above, driver_error=error)


def _with_share_error(table: pd.DataFrame, own: np.ndarray, parents: np.ndarray, level: list[str]) -> pd.DataFrame:
    """The forecasts of series that were divided, their quantiles widened by what their shares may be off by.

    u^2 = v - s^2 V, at least 0: v the variance of the series' errors, V that of the forecast it was divided from, s its share of it; what
    a share is off by grows with the month as the forecast does. The widths that came with the divided forecast are kept beside.

    Args:
        table: cells sorted by series and month.
        own: v, units squared, by series.
        parents: V, units squared, by the keys of the level in sorted order.
        level: keys that were forecast.
    """
    months = table["period"].nunique()
    mean = table.groupby(SERIES, sort=True)["quantity"].transform("mean").to_numpy(dtype=float)
    place = table.groupby(level, sort=True).ngroup().to_numpy() if level else np.zeros(len(table), dtype=np.int64)
    whole = np.bincount(place, mean)[place] / months
    share = np.divide(mean, whole, out=np.zeros(len(table)), where=whole > 0)
    left = np.maximum(np.repeat(own, months) - share**2 * parents[place], 0.0)
    season = np.divide(table["quantity"].to_numpy(dtype=float), mean, out=np.zeros(len(table)), where=mean > 0)
    error = np.sqrt(left) * season
    below, above = (table["p50"] - table["p10"]).to_numpy(), (table["p90"] - table["p50"]).to_numpy()
    wide = {name: np.sqrt(width**2 + (TAIL * error) ** 2) for name, width in (("below", below), ("above", above))}
    return table.assign(
        p10=np.maximum(table["p50"] - wide["below"], 0.0),
        p90=table["p50"] + wide["above"],
        share_error=error,
        divided_below=below,
        divided_above=above,
    )


def _told(hierarchy: Hierarchy, forecast: np.ndarray, coherent: np.ndarray, error: np.ndarray) -> pd.DataFrame:
    """One row per level: what was forecast there, what all levels agree on, and the move in terms of the residual error."""
    level = np.r_[hierarchy.nodes["level"].to_numpy(dtype=object), np.full(len(hierarchy.bottom), BOTTOM, dtype=object)]
    moved = np.abs(np.vstack([hierarchy.sums @ coherent, coherent]) - forecast)
    sums = pd.DataFrame(
        {
            "level": level,
            "nodes": 1,
            "forecast_quantity": forecast.sum(axis=1),
            "coherent_quantity": np.r_[hierarchy.sums @ coherent.sum(axis=1), coherent.sum(axis=1)],
            "moved_quantity": moved.sum(axis=1),
            "error": error * forecast.shape[1],
        }
    )
    told = sums.groupby("level", sort=False).sum().reset_index()
    told = told.assign(residual_ratio=(told["moved_quantity"] / told["error"].where(told["error"] > 0)))
    return told.astype({"level": "str", "nodes": "int64"})[COLUMNS]
