"""The statistical forecast: the pool of models on the company's series, through the sktime interface."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.models import check_models
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import CELLS, SERIES, month_numbers, trailing_shares, training_quantity
from sopkit.errors import DataError, Problem
from sopkit.periods import month_number, period_range, shifted

if TYPE_CHECKING:
    from sopkit.demand.panel import PoolForecaster

LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def statistical_forecast(
    history: pd.DataFrame, policy: DemandPolicy, *, cutoff: str, horizon: int, models: Sequence[str], origins: int
) -> pd.DataFrame:
    """The baseline: pool of models with quantiles, and seasonal naive as the yardstick.

    Series are forecast at `policy.forecast_level` and divided over item x region x channel by their shares of the last twelve
    months; quantiles are divided by the same shares. What would be below zero is zero: demand is never negative.

    Args:
        history: demand_history contract.
        policy: level of the forecast, season length, minimum history.
        cutoff: last closed month; the forecast starts in the month after it.
        horizon: months forecast.
        models: models of the pool (`sopkit.demand.models`).
        origins: earlier cutoffs at which the models are scored.

    Returns:
        statistical_forecast contract: item x region x channel x planned month, units.

    Raises:
        DataError: series with gaps or that do not reach the cutoff.
        ParamsError: an unknown model.
    """
    pool, series = fitted_pool(history, policy, cutoff=cutoff, horizon=horizon, models=models, origins=origins)
    return pool_forecast(pool, series, history, policy, horizon=horizon)


def fitted_pool(
    history: pd.DataFrame, policy: DemandPolicy, *, cutoff: str, horizon: int, models: Sequence[str], origins: int
) -> tuple["PoolForecaster", pd.DataFrame]:
    """The pool fitted on the series of `policy.forecast_level`, and those series (`demand_panel`); arguments of `statistical_forecast`."""
    from sopkit.demand.panel import PoolForecaster  # sktime costs seconds to import: only this step pays

    check_models(models)
    series = demand_panel(history[history["period"] <= cutoff], list(policy.forecast_level), cutoff)
    pool = PoolForecaster(
        sp=policy.season_length,
        models=tuple(models),
        horizon=horizon,
        origins=origins,
        minimum_history=policy.minimum_history,
        compute=policy.cluster,
        least_series=policy.cluster_series,
    )
    return pool.fit(series), series


def pool_forecast(
    pool: "PoolForecaster",
    series: pd.DataFrame,
    history: pd.DataFrame,
    policy: DemandPolicy,
    *,
    horizon: int,
    yardstick: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What a fitted pool says, by item x region x channel: the statistical_forecast contract.

    `yardstick` are the series that seasonal naive repeats, where they are others than those the pool has learnt from.
    """
    from sopkit.demand.panel import SeasonalNaivePanel

    level: list[str] = list(policy.forecast_level)
    cutoff = str(series.index[-1][-1])
    ahead = list(range(1, horizon + 1))
    quantity = pool.predict(fh=ahead)
    quantiles = pool.predict_quantiles(fh=ahead, alpha=list(LEVELS.values()))
    naive = SeasonalNaivePanel(sp=policy.season_length).fit(series if yardstick is None else yardstick).predict(fh=ahead)
    table = quantity.index.to_frame(index=False)[level].assign(
        period=np.tile(period_range(shifted(cutoff, 1), horizon), len(quantity) // horizon),
        quantity=quantity["quantity"].to_numpy().clip(min=0),
        **dict(zip(LEVELS, np.sort(quantiles.to_numpy().clip(min=0), axis=1).T, strict=True)),
        naive=naive["quantity"].to_numpy().clip(min=0),
        method=np.repeat(pool.methods().to_numpy(), horizon),
    )
    shares = trailing_shares(history[history["period"] <= cutoff], level)
    return conform(_divided(table.astype({"period": "str", "method": "str"}), shares, level), CONTRACTS["statistical_forecast"])


def demand_panel(history: pd.DataFrame, level: list[str], cutoff: str) -> pd.DataFrame:
    """Demand that models learn from, by series and month, as sktime wants it.

    Index (keys of the level, month as Period), column quantity in units: the un-censored demand (`series.training_quantity`).

    Raises:
        DataError: no history, series with missing months, or that do not reach the cutoff; the data step writes whole series.
    """
    if history.empty:
        raise DataError("nothing to forecast", [Problem("demand_history", f"no month up to {cutoff}", "at least one series")])
    asked = history[[*level, "period"]].assign(quantity=training_quantity(history))
    sums = asked.groupby([*level, "period"], sort=True)["quantity"].sum().reset_index()
    month = month_numbers(sums["period"])
    spans = sums[level].assign(month=month).groupby(level, sort=True)["month"].agg(["min", "max", "count"])
    whole = (spans["max"] == month_number(cutoff)) & (spans["max"] - spans["min"] + 1 == spans["count"])
    if not whole.all():
        problems = [
            Problem(f"demand_history, series {key}", "missing months", f"each month from the first sale to {cutoff}, zeros where none")
            for key in spans.index[~whole]
        ]
        raise DataError("series with gaps", problems)
    time = pd.PeriodIndex(sums["period"].to_numpy(dtype=object), freq="M", name="period")
    index = pd.MultiIndex.from_arrays([*(sums[key] for key in level), time], names=[*level, "period"])
    return pd.DataFrame({"quantity": sums["quantity"].to_numpy(dtype=float)}, index=index)


def _divided(table: pd.DataFrame, shares: pd.DataFrame, level: list[str]) -> pd.DataFrame:
    """Forecasts of groups divided over their series by share."""
    measures = ["quantity", *LEVELS, "naive"]
    cells = shares.merge(table, on=level, how="left", validate="many_to_many")
    split = cells[measures].mul(cells["share"], axis=0)
    columns = [*CELLS, *measures, "method"]
    if set(level) < set(SERIES):
        cells = cells.assign(method=cells["method"] + "; divided by share of the last twelve months")
    return cells.assign(**split).astype({"method": "str"})[columns].sort_values(CELLS, ignore_index=True)
