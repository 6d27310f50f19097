"""What to chase before the demand review: each open point with who can answer it and what it is worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.inputs_demand import FUNCTIONS
from sopkit.periods import shifted

MOST_OF_A_KIND = 5  # points of one topic; the rest is in the table that it comes from
ALL = "*"
CODES = tuple(FUNCTIONS.split(" | "))
USUALLY_FROM = {  # where the params name no owner, or one who is no function
    "sales": ("sales_history", "orders", "customers", "opportunities", "sales_forecast", "shipments"),
    "marketing": ("campaigns", "market_indicators"),
    "finance": ("prices", "unit_costs", "budget", "balance_sheet", "payment_terms", "exchange_rates", "ledger_actuals", "targets"),
    "product": ("items", "lifecycle"),
    "materials": ("suppliers", "supplier_items", "purchase_receipts", "inventory"),
    "hr": ("workforce", "workforce_calendar"),
}


def points_to_chase(tables: Mapping[str, pd.DataFrame], *, cutoff: str) -> pd.DataFrame:
    """Points that somebody should answer before the demand review, the weightiest of each topic, by value.

    Args:
        tables: participation, demand_history, items, stock_outs, history_adjustments, campaign_results, supplier_performance,
            pipeline_hygiene, indicator_correlations, target_achievement.
        cutoff: last closed period.

    Returns:
        points_to_chase contract: one row per point; value is the net sales that it touches, empty where none can be told.
    """
    price = _prices(tables["demand_history"], cutoff)
    parts = [
        _missing(tables["participation"]),
        _stock_outs(tables["stock_outs"], price, cutoff),
        _outliers(tables["history_adjustments"], price, cutoff),
        _breaks(tables["history_adjustments"]),
        _campaigns(tables["campaign_results"]),
        _suppliers(tables["supplier_performance"]),
        _pipeline(tables["pipeline_hygiene"]),
        _indicators(tables["indicator_correlations"]),
        _targets(tables["target_achievement"]),
    ]
    rows = [row for part in parts for row in sorted(part, key=_weight)[:MOST_OF_A_KIND]]
    if not rows:
        return empty(CONTRACTS["points_to_chase"])
    table = pd.DataFrame(sorted(rows, key=_weight), columns=["topic", "subject", "function", "question", "value"])
    table["position"] = np.arange(1, len(table) + 1)
    return conform(table, CONTRACTS["points_to_chase"])


Point = tuple[str, str, str, str, float]


def _weight(point: Point) -> tuple[bool, float, str]:
    """Points with a value first, the largest first."""
    return np.isnan(point[4]), -np.nan_to_num(point[4]), point[1]


def _prices(history: pd.DataFrame, cutoff: str) -> pd.Series:
    """Net price of a unit by item, last twelve months."""
    recent = history[history["period"] > shifted(cutoff, -12)]
    sums = recent.groupby("item")[["revenue", "sold_quantity"]].sum()
    return (sums["revenue"] / sums["sold_quantity"].where(sums["sold_quantity"] > 0)).fillna(0.0)


def _missing(participation: pd.DataFrame) -> list[Point]:
    """Contributions that did not come, or came as they were before: everything else waits for them, so they carry no value."""
    told = {
        "missing": "nothing came for this cycle: when does it come, and what do we plan with until then?",
        "unchanged": "the same came as for the cycle before: is it still what you expect?",
    }
    late = participation[participation["status"].isin(list(told))]
    return [
        ("participation", f"{row.function} {row.table}", function_of(str(row.function), str(row.table)), told[row.status], np.nan)
        for row in late.itertuples()
    ]


def function_of(role: str, table: str) -> str:
    """The function that a role speaks for: `head_of_sales` is sales; else the one that a table usually comes from, finance for money."""
    named = role.removeprefix("head_of_")
    if named in CODES:
        return named
    return next((function for function, tables in USUALLY_FROM.items() if table in tables), "operations")


def _stock_outs(stock_outs: pd.DataFrame, price: pd.Series, cutoff: str) -> list[Point]:
    """Months in which an empty shelf hid demand, of the last year."""
    points: list[Point] = []
    for row in stock_outs[(stock_outs["outcome"] == "uncensored") & (stock_outs["period"] > shifted(cutoff, -12))].itertuples():
        told = f"out of stock {row.first_day:%d %b} to {row.last_day:%d %b %Y}; some {row.hidden_quantity:,.0f} units"
        told += f" ({row.hidden_p10:,.0f} to {row.hidden_p90:,.0f}) were not asked for: does that match what customers say?"
        value = float(row.hidden_quantity) * float(price.get(row.item, 0.0))
        points.append(("stock_out", f"{row.item} {row.period}", "sales", told, value))
    return points


def _outliers(adjustments: pd.DataFrame, price: pd.Series, cutoff: str) -> list[Point]:
    """Months that stand out, of the last year."""
    points: list[Point] = []
    for row in adjustments[(adjustments["kind"] == "outlier") & (adjustments["period"] > shifted(cutoff, -12))].itertuples():
        value = abs(float(row.from_quantity)) * float(price.get(row.item, 0.0))
        subject = f"{row.item} {row.region} {row.channel} {row.period}"
        points.append(("outlier", subject, "sales", f"{row.why}: one order, an error, or the new normal?", value))
    return points


def _breaks(adjustments: pd.DataFrame) -> list[Point]:
    """Levels that moved."""
    return [
        ("structural_break", f"{row.family} {row.channel} {row.period}", "product", f"{row.why}: what happened, and does it stay?", np.nan)
        for row in adjustments[adjustments["kind"] == "structural_break"].itertuples()
    ]


def _campaigns(results: pd.DataFrame) -> list[Point]:
    """Campaigns ahead that claim more than those before them have brought."""
    means = results[results["campaign"] == ALL].set_index("family")
    points: list[Point] = []
    for row in results[results["verdict"] == "planned"].itertuples():
        family = row.family if row.family in means.index else ALL
        if family not in means.index or not row.claimed_uplift_share > means.loc[family, "uplift_high"]:
            continue
        mean = means.loc[family]
        told = f"claims {row.claimed_uplift_share:+.0%}; {mean['campaigns']} campaigns brought {mean['uplift_ratio']:+.0%}"
        told += f" ({mean['uplift_low']:+.0%} to {mean['uplift_high']:+.0%})"
        points.append(("campaign", str(row.campaign), "marketing", f"{told}: what is different this time?", np.nan))
    return points


def _suppliers(performance: pd.DataFrame) -> list[Point]:
    """Suppliers surely below what was agreed."""
    points: list[Point] = []
    for row in performance[performance["verdict"] == "below"].itertuples():
        told = f"{row.on_time_share:.0%} of {row.deliveries} deliveries on time, {row.target_share:.0%} agreed; late by"
        told += f" {row.days_late_mean:.0f} days on average, {row.open_deliveries} open: when does it get better, and what do we plan with?"
        points.append(("supplier", str(row.supplier), "materials", told, np.nan))
    return points


def _pipeline(hygiene: pd.DataFrame) -> list[Point]:
    """Broken rules of the pipeline, with what they put at stake."""
    points: list[Point] = []
    for rule, group in hygiene.groupby("rule", sort=True):
        stake = float(group["at_stake"].sum()) if group["at_stake"].notna().any() else np.nan
        points.append(("pipeline", str(rule), "sales", f"{len(group)} deals: {group['message'].iloc[0]}", stake))
    return points


def _indicators(correlations: pd.DataFrame) -> list[Point]:
    """Indicators that are believed in and have earned nothing."""
    earned = set(correlations.loc[correlations["verdict"] == "earned", "indicator"])
    believed = correlations[correlations["believed_lag"].notna() & (correlations["verdict"] == "not_earned")]
    told = believed[~believed["indicator"].isin(earned)]
    question = "it is believed to lead demand and has not earned a correlation: leave it out of the discussion?"
    return [("indicator", str(name), "marketing", question, np.nan) for name in sorted(set(told["indicator"]))]


def _targets(achievement: pd.DataFrame) -> list[Point]:
    """Targets that were met in less than half of the months."""
    missed = achievement[(achievement["months"] > 0) & (achievement["met_months"] * 2 < achievement["months"])]
    return [
        (
            "target",
            f"{row.target} {row.scope}",
            "operations" if row.target in ("cycle_time", "capacity_utilisation", "safety_days") else "finance",
            f"met in {row.met_months} of {row.months} months; {row.mean_value:,.4g} on average where {row.value:,.4g} is the target: "
            "is the target right, or the plan?",
            np.nan,
        )
        for row in missed.itertuples()
    ]
