"""What was reached of each target in the last year: KPIs, and days of stock by family."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.finance.family import family_of
from sopkit.meeting.kpis.definitions import BY_ID, Kpi
from sopkit.meeting.kpis.report_card import status_of
from sopkit.periods import last_day, period_range, shifted

YEAR = 12
SAFETY_DAYS = "safety_days"
NOT_KNOWN = "not known in the last twelve months"


def target_achievement(
    kpi_history: pd.DataFrame, targets: pd.DataFrame, history: pd.DataFrame, inventory: pd.DataFrame, items: pd.DataFrame, *, cutoff: str
) -> pd.DataFrame:
    """How often each target was met in the last twelve closed months, and what was reached against the year before.

    A KPI meets its target where its month is green (`report_card`). Days of stock of a family at a month end = closing stock / un-censored
    demand of the month after x days of that month, over the family's items (units); they meet `safety_days` where they are not below it. A
    target that is no KPI with a history says so.

    Args:
        kpi_history: kpi_history contract, for the company; 24 months or more for the year before.
        targets: targets contract; empty where it is not provided.
        history: demand_history contract.
        inventory: inventory contract; may be empty.
        items: items contract.
        cutoff: last closed period.

    Returns:
        target_achievement contract.
    """
    if targets.empty:
        return empty(CONTRACTS["target_achievement"])
    cover = stock_days(history, inventory, items)
    rows = [_row(target, kpi_history, cover, cutoff) for target in targets.to_dict("records")]
    return conform(pd.DataFrame(rows), CONTRACTS["target_achievement"])


def stock_days(history: pd.DataFrame, inventory: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Days of the following month's demand that closing stock covers; months x families, NaN where it is unknown or below zero."""
    if inventory.empty or history.empty:
        return pd.DataFrame()
    asked = history["uncensored_quantity"].fillna(history["quantity"])
    demand = asked.groupby([history["period"], family_of(items, history["item"])]).sum().unstack()
    stock = inventory["quantity"].groupby([inventory["period"], family_of(items, inventory["item"])]).sum().unstack()
    following = demand.reindex([shifted(str(period), 1) for period in stock.index]).set_axis(stock.index)
    days = np.array([last_day(shifted(str(period), 1)).day for period in stock.index], dtype=float)
    return stock.where(stock >= 0) / following.where(following > 0) * days[:, None]


def _row(target: dict, kpi_history: pd.DataFrame, cover: pd.DataFrame, cutoff: str) -> dict[str, object]:
    """One target."""
    name, scope, value = str(target["target"]), str(target["scope"]), float(target["value"])
    kpi = BY_ID.get(name)
    if name == SAFETY_DAYS:
        series, unit = (cover[scope] if scope in cover else pd.Series(dtype=float)), "days"
        met = series >= value
    elif kpi is not None and scope == "*":
        own = kpi_history[kpi_history["kpi"] == name].set_index("period")["value"].astype(float)
        series, unit = own, kpi.unit
        met = pd.Series([status_of(kpi, one, value, float(target["tolerance"])) == "green" for one in own], index=own.index)
    else:
        return _absent(target, "it has no history: only KPIs of the company and days of stock of families have one")
    last = series.reindex(period_range(shifted(cutoff, 1 - YEAR), YEAR)).dropna()
    before = series.reindex(period_range(shifted(cutoff, 1 - 2 * YEAR), YEAR)).dropna()
    if last.empty:
        return _absent(target, NOT_KNOWN)
    return {
        "target": name,
        "scope": scope,
        "unit": unit,
        "value": value,
        "months": len(last),
        "met_months": int(met.reindex(last.index).sum()),
        "mean_value": float(last.mean()),
        "worst_value": _worst(last, value, kpi),
        "year_before_value": float(before.mean()) if len(before) else np.nan,
        "reason": None,
    }


def _worst(values: pd.Series, target: float, kpi: Kpi | None) -> float:
    """The month furthest on the bad side: lowest, highest, or furthest from the target."""
    better = kpi.better if kpi else "higher"
    if better == "near":
        return float(values.iloc[int((values - target).abs().to_numpy().argmax())])
    return float(values.min() if better == "higher" else values.max())


def _absent(target: dict, reason: str) -> dict[str, object]:
    """A target about which nothing is known."""
    return {
        **{key: target[key] for key in ("target", "scope", "value")},
        **dict.fromkeys(("unit", "mean_value", "worst_value", "year_before_value")),
        "months": 0,
        "met_months": 0,
        "reason": reason,
    }
