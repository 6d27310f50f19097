"""The safety stock of a policy, in days by family as the supply plan reads it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.meeting.replay.setting import Setting
from sopkit.periods import last_day
from sopkit.supply.inventory import safety_stock_target
from sopkit.supply.plan.matrices import month_matrix
from sopkit.supply.review.policies import StockInputs, stock_policies

SAFETY_DAYS, EVERY = "safety_days", "*"
MONTHS_AHEAD = 3  # whose mean daily demand turns units into days
CUT = 0.9  # of the days, until the storage holds them
EXCESS_MONTHS = 12  # of the table that the safety stock is read from; nothing here depends on it


def safety_days(tables: Mapping[str, pd.DataFrame], setting: Setting, layers: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The targets with the safety stock of the policy.

    `days`: those of the targets; `errors`: days_f = sum of the items' safety stock / mean daily demand of the next three months, an item's
    safety stock being that of `stock_policies` (quantile or normal formula on the policy's own lead-time errors), and its days of the
    targets where there are too few errors; `none`: 0. All x `safety_factor`.

    Args:
        tables: inputs as they were known, with consensus_demand, item_classes and the inventory carried on.
        setting: the policy.
        layers: its own forecasts of the months before, forecast_snapshots contract.
        cutoff: last closed period.

    Returns:
        targets contract.
    """
    targets, policy = tables["targets"], setting.policy
    others, told = targets[targets["target"] != SAFETY_DAYS], targets[targets["target"] == SAFETY_DAYS]
    if policy.safety_stock == "days":
        return pd.concat([others, told.assign(value=told["value"] * policy.safety_factor)], ignore_index=True)
    days = _no_days(told) if policy.safety_stock == "none" else _days_by_errors(tables, setting, layers, told, cutoff)
    rows = pd.DataFrame({"target": SAFETY_DAYS, "scope": days.index.astype("str"), "value": days.to_numpy() * policy.safety_factor})
    return conform(pd.concat([others, rows], ignore_index=True) if len(others) else rows, CONTRACTS["targets"])


def fitting(targets: pd.DataFrame, tables: Mapping[str, pd.DataFrame], storage_limit: float | None) -> tuple[pd.DataFrame, float]:
    """The targets with as much of the safety stock as the storage holds, and the share of its days that is left.

    What past demand asks for may be more than the storage: a plan with it is refused, so all days are cut alike, a tenth at a time.

    Args:
        targets: targets contract, with the safety stock of the policy.
        tables: items, and consensus_demand of the planned months.
        storage_limit: most family units in stock at a month end; None = no limit.
    """
    told = targets["target"] == SAFETY_DAYS
    if storage_limit is None or not told.any():
        return targets, 1.0
    items = tables["items"][tables["items"]["supply_strategy"].isin(["stock", "buy"])].sort_values("item")
    demand, said = tables["consensus_demand"], targets[told].set_index("scope")["value"]
    months = sorted(demand["period"].unique())
    asked = month_matrix(demand, pd.Index(items["item"]), months, "item", "quantity")
    days = items["family"].map(said).astype(float).fillna(float(said.get(EVERY, 0.0))).to_numpy(dtype=float)
    factor = items["planning_factor"].astype(float).fillna(1.0).to_numpy()
    kept = 1.0
    while (factor @ safety_stock_target(asked, days * kept, months)).max(initial=0.0) > storage_limit:
        kept *= CUT
    return targets.assign(value=targets["value"].where(~told, targets["value"] * kept)), kept


def _no_days(told: pd.DataFrame) -> pd.Series:
    return pd.Series(0.0, index=pd.Index(sorted({EVERY, *told["scope"]}), dtype="str"))


def _days_by_errors(
    tables: Mapping[str, pd.DataFrame], setting: Setting, layers: pd.DataFrame, told: pd.DataFrame, cutoff: str
) -> pd.Series:
    demand = tables["consensus_demand"].groupby(["item", "period"])["quantity"].sum().reset_index().rename(columns={"quantity": "demand"})
    plan = demand.assign(target_stock=0.0)
    made = {**tables, "cycle_times": empty(CONTRACTS["cycle_times"])}
    kept = stock_policies(StockInputs.of(made, plan, layers), setting.supply, cutoff=cutoff, excess_months=EXCESS_MONTHS)
    months = sorted(demand["period"].unique())[:MONTHS_AHEAD]
    ahead = demand[demand["period"].isin(months)].groupby("item")["demand"].sum()
    daily = kept["item"].map(ahead).fillna(0.0).to_numpy(dtype=float) / sum(last_day(month).day for month in months)
    said = told.set_index("scope")["value"]
    days = kept["family"].map(said).fillna(float(said.get(EVERY, 0.0))).to_numpy(dtype=float)
    safety = kept["safety_stock"].astype(float).to_numpy()
    units = np.where(np.isnan(safety), days * daily, safety)
    sums = pd.DataFrame({"family": kept["family"], "units": units, "daily": daily}).groupby("family").sum()
    return (sums["units"] / sums["daily"].where(sums["daily"] > 0)).fillna(0.0)
