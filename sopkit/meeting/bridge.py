"""The bridge from the last plan to this one: the same months, causes in a fixed order, a sum that is exact."""

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_meeting import PlanBridge
from sopkit.errors import DataError, Problem

KEY = ["item", "region", "channel", "period"]
LAYERS = {"model": "baseline", "overrides": "override", "lifecycle": "lifecycle"}
CAUSES = ("actuals", "model", "overrides", "lifecycle", "demand", "price", "capacity")
PRINTED = ("last_plan", *CAUSES, "this_plan", "horizon_roll")
GRAIN = 10_000  # amounts are counted in ten-thousandths, whole numbers that a float holds exactly, so that they add up exactly

FLOAT_SHARE = 1e-9  # what float sums leave, beside the size of the plans


def plan_bridge(
    last_plan: pd.DataFrame,
    consensus_demand: pd.DataFrame,
    demand_fulfilment: pd.DataFrame,
    demand_history: pd.DataFrame,
    *,
    cutoff: str,
) -> pd.DataFrame:
    """Units shipped and net sales of the last plan, what changed them, and this plan.

    Over the months of the last plan that are closed or planned now, for each item, region, channel and month, with S units shipped,
    D units of demand and P price, in the last plan (L) and in this one (N):

        actuals    = sold - S_L in closed months; in money the revenue invoiced - P_L S_L
        model      = baseline_N - baseline_L, likewise overrides and lifecycle; in money at P_L
        demand     = D_N - D_L, where the last plan came without its layers
        capacity   = (S_N - D_N) - (S_L - D_L): what stock, backlog and limits let through, in money at P_L
        price      = (P_N - P_L) S_N, in money only

    so that L + causes = N for each row. A row that the last plan has not is valued at P_N. `horizon_roll` stands apart: this plan's months
    beyond the last plan's horizon.

    Args:
        last_plan: LastPlan, with or without its layers; empty = no last plan.
        consensus_demand, demand_fulfilment: this plan, one row per item, region, channel and planned month.
        demand_history: DemandHistory.
        cutoff: last closed period.

    Returns:
        PlanBridge; empty without a last plan.

    Raises:
        DataError: the causes miss the change by more than rounding: a row of a plan contradicts itself.
    """
    if last_plan.empty:
        return empty(PlanBridge)
    both = _both_plans(last_plan, _this_plan(consensus_demand, demand_fulfilment, demand_history, cutoff))
    both = both.assign(closed=both["period"] <= cutoff)
    first, last = last_plan["period"].min(), last_plan["period"].max()
    beyond = both[both["period"] > last]
    same = both[(both["period"] >= first) & (both["period"] <= last)]
    rows = [_rows(measure, same, beyond, causes) for measure, causes in (("units", _units(same)), ("revenue", _revenue(same)))]
    return conform(pd.concat(rows, ignore_index=True), PlanBridge)


def _this_plan(consensus: pd.DataFrame, fulfilment: pd.DataFrame, history: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Closed months as they came and planned months as they are planned now, one row per key."""
    shipped = fulfilment[[*KEY, "shipped"]]
    planned = consensus[[*KEY, "baseline", "lifecycle", "override", "quantity", "net_price"]].merge(shipped, on=KEY, how="left")
    planned = planned.assign(shipped=planned["shipped"].fillna(0.0), revenue=lambda rows: rows["shipped"].fillna(0.0) * rows["net_price"])
    closed = history.loc[history["period"] <= cutoff, [*KEY, "sold_quantity", "revenue"]].rename(columns={"sold_quantity": "shipped"})
    return pd.concat([closed, planned], ignore_index=True)


def _both_plans(last_plan: pd.DataFrame, this_plan: pd.DataFrame) -> pd.DataFrame:
    columns = [*KEY, "quantity", "shipped", "net_price", *LAYERS.values()]
    both = last_plan.reindex(columns=columns).merge(this_plan, on=KEY, how="outer", suffixes=("_last", ""))
    layered = last_plan.reindex(columns=list(LAYERS.values())).notna().all(axis=None)
    prices = both["net_price_last"].fillna(both["net_price"]).fillna(0.0)
    amounts = both.select_dtypes("number").fillna(0.0)
    return both.assign(**amounts).assign(net_price_last=prices, layered=bool(layered))


def _units(same: pd.DataFrame) -> dict[str, pd.Series]:
    """Units by cause, row by row: see `plan_bridge`."""
    planned = ~same["closed"]
    none = pd.Series(0.0, index=same.index)
    layers = {cause: (same[layer] - same[f"{layer}_last"]).where(planned, 0.0) for cause, layer in LAYERS.items()}
    demand = (same["quantity"] - same["quantity_last"]).where(planned, 0.0)
    layered = same["layered"]
    unmet = (same["shipped"] - same["quantity"]) - (same["shipped_last"] - same["quantity_last"])
    return {
        "actuals": (same["shipped"] - same["shipped_last"]).where(same["closed"], 0.0),
        **{cause: change.where(layered, 0.0) for cause, change in layers.items()},
        "demand": (demand - sum(layers.values(), none)).where(layered, demand),
        "price": none,
        "capacity": unmet.where(planned, 0.0),
    }


def _revenue(same: pd.DataFrame) -> dict[str, pd.Series]:
    """Net sales by cause, row by row: see `plan_bridge`."""
    planned = ~same["closed"]
    valued = {cause: amount * same["net_price_last"] for cause, amount in _units(same).items()}
    invoiced = same["revenue"] - same["shipped_last"] * same["net_price_last"]
    # A key of the last plan that this plan has no price for is not planned any more: nothing is shipped, so no price changes.
    price = (same["revenue"] - same["net_price_last"] * same["shipped"]).where(planned, 0.0)
    return {**valued, "actuals": invoiced.where(same["closed"], 0.0), "price": price}


def _rows(measure: str, same: pd.DataFrame, beyond: pd.DataFrame, causes: dict[str, pd.Series]) -> pd.DataFrame:
    value = "shipped" if measure == "units" else "revenue"
    last = same["shipped_last"] * (1.0 if measure == "units" else same["net_price_last"])
    amounts = {cause: _counted(causes[cause].sum()) for cause in CAUSES}
    start, end = _counted(last.sum()), _counted(same[value].sum())
    largest = max(CAUSES, key=lambda cause: abs(amounts[cause]))
    left = end - start - sum(amounts.values())  # what rounding each cause left over
    if abs(left) > len(CAUSES) + FLOAT_SHARE * (abs(start) + abs(end)):
        came = f"causes of {measure} miss the change by {left / GRAIN:.4f}"
        raise DataError("the bridge does not add up", [Problem("plan_bridge", came, "causes that add up to this plan less the last one")])
    amounts[largest] += left
    printed = {"last_plan": start, **amounts, "this_plan": end, "horizon_roll": _counted(beyond[value].sum())}
    return pd.DataFrame(
        {
            "measure": measure,
            "position": np.arange(1, len(PRINTED) + 1),
            "cause": list(PRINTED),
            "amount": [printed[cause] / GRAIN for cause in PRINTED],
        }
    )


def _counted(amount: float) -> int:
    return round(float(amount) * GRAIN)
