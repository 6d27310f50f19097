"""Total sales, forecast against actual and gross margin of closed months."""

import numpy as np
import pandas as pd

from sopkit.finance.family import family_of
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import trade_by_item
from sopkit.finance.valuation import mean_net_prices
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.reading import nothing, reading, readings_by
from sopkit.periods import shifted


def sales_readings(inputs: KpiInputs, periods: list[str]) -> pd.DataFrame:
    """Total sales in money and units, for the company and by family.

    total_sales = sum of net sales invoiced (sop_practice 1.5, KPI 1).
    """
    history = inputs.history[inputs.history["period"].isin(periods)]
    history = history.assign(family=family_of(inputs.items, history["item"]))
    found = []
    for kpi, column in (("total_sales", "revenue"), ("total_sales_units", "sold_quantity")):
        wide = history.pivot_table(index="period", columns="family", values=column, aggfunc="sum", fill_value=0.0)
        wide = wide.reindex(periods)
        reason = f"sales history holds {_span(inputs.history)}"
        found += [reading(kpi, wide.sum(axis=1, min_count=1), reason=reason), readings_by(kpi, wide, name="family")]
    return pd.concat(found, ignore_index=True)


def margin_readings(inputs: KpiInputs, policy: MoneyPolicy, periods: list[str], *, cutoff: str) -> pd.DataFrame:
    """Gross margin as a share and as an amount, for the company and by family.

    gross_margin = (net sales - cost of the units sold) / net sales (KPI 3); unknown where a unit sold has no cost.
    """
    trade = trade_by_item(inputs.money, policy, closed=periods, cutoff=cutoff)
    trade["margin"] = trade["net_sales"] - trade["cost_of_goods"]
    keys = ["period", "family"]
    unknown = trade["margin"].isna().groupby([trade[key] for key in keys]).any().unstack(fill_value=False).reindex(periods).fillna(True)
    sums = trade.groupby(keys)[["net_sales", "margin"]].sum().unstack(fill_value=0.0).reindex(periods)
    sales, margin = sums["net_sales"], sums["margin"].where(~unknown.astype(bool))
    reason = "units sold without a unit cost" if len(trade) else "no sales in these months"
    total, sold = margin.sum(axis=1, skipna=False), sales.sum(axis=1)
    if not len(margin.columns):
        total = pd.Series(np.nan, index=periods)
    return pd.concat(
        [
            reading("gross_margin", total / sold.where(sold.ne(0)), reason=reason),
            readings_by("gross_margin", margin / sales.where(sales.ne(0)), name="family"),
            reading("gross_margin_amount", total, reason=reason),
            readings_by("gross_margin_amount", margin, name="family"),
        ],
        ignore_index=True,
    )


def forecast_readings(inputs: KpiInputs, periods: list[str], *, lag: int) -> pd.DataFrame:
    """Attainment, variance and sum of absolute family errors of the consensus forecast frozen `lag` months before.

    With A and F demand and forecast at the item's mean net price: attainment = A / F, variance = A - F, family error =
    sum over families |F - A| / sum A (KPI 2, definitions: the total hides mix).
    """
    frozen = inputs.snapshots[inputs.snapshots["layer"].eq("consensus")]
    frozen = frozen[frozen["period"].isin(periods) & frozen["made_in"].eq([shifted(label, -lag) for label in frozen["period"]])]
    return _attainment(inputs, frozen, periods, reason=f"no consensus forecast at lag {lag} is on record")


def last_plan_readings(inputs: KpiInputs, *, cutoff: str) -> tuple[pd.DataFrame, int | None]:
    """The same figures of the last plan for the cutoff month, and its lag; nothing where its lag is 0 or it does not reach."""
    rows = inputs.last_plan[inputs.last_plan["period"].eq(cutoff) & inputs.last_plan["made_in"].lt(cutoff)]
    if rows.empty:
        return nothing(), None
    made_in = rows["made_in"].max()
    lag = next(months for months in range(1, 37) if shifted(cutoff, -months) == made_in)
    return _attainment(inputs, rows[rows["made_in"].eq(made_in)], [cutoff], reason="the last plan holds no demand"), lag


def _attainment(inputs: KpiInputs, frozen: pd.DataFrame, periods: list[str], *, reason: str) -> pd.DataFrame:
    covered = sorted(frozen["period"].unique())
    actual = inputs.history[inputs.history["period"].isin(covered)]
    key = ["item", "period"]
    both = pd.concat(
        [actual.groupby(key)["quantity"].sum().rename("actual"), frozen.groupby(key)["quantity"].sum().rename("forecast")], axis=1
    ).fillna(0.0)
    valued = _valued(inputs, both.reset_index())
    sums = valued.groupby(["period", "family"])[["actual", "forecast"]].sum()
    total = sums.groupby("period").sum().reindex(periods)
    errors = (sums["forecast"] - sums["actual"]).abs().groupby("period").sum().reindex(periods)
    by_family = (sums["actual"] / sums["forecast"].where(sums["forecast"].ne(0))).unstack("family").reindex(periods)
    attained = total["actual"] / total["forecast"].where(total["forecast"].ne(0))
    return pd.concat(
        [
            reading("forecast_vs_actual", attained, reason=reason),
            readings_by("forecast_vs_actual", by_family, name="family"),
            reading("forecast_variance", total["actual"] - total["forecast"], reason=reason),
            reading("forecast_family_error", errors / total["actual"].where(total["actual"].ne(0)), reason=reason),
        ],
        ignore_index=True,
    )


def _valued(inputs: KpiInputs, rows: pd.DataFrame) -> pd.DataFrame:
    """Units at the item's mean net price of the twelve months up to their month, else at that of its family."""
    rows = rows.assign(family=family_of(inputs.items, rows["item"]), price=np.nan)
    history = inputs.history[["item", "period", "revenue", "sold_quantity"]]
    by_family = history.assign(item=family_of(inputs.items, history["item"]))
    for period in rows["period"].unique():
        here = rows["period"].eq(period)
        prices = mean_net_prices(inputs.history, cutoff=period)
        own = rows.loc[here, "item"].map(prices)
        rows.loc[here, "price"] = own.fillna(rows.loc[here, "family"].map(mean_net_prices(by_family, cutoff=period)))
    return rows.assign(actual=rows["actual"] * rows["price"], forecast=rows["forecast"] * rows["price"])


def _span(history: pd.DataFrame) -> str:
    return "nothing" if history.empty else f"{history['period'].min()} to {history['period'].max()}"
