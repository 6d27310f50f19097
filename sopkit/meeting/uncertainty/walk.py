"""The plan walked through under another demand: production as planned; stock, sales, waiting and lost demand follow month by month."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.policy import SupplyPolicy

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Fixed:
    """What a plan holds fast, items x months."""

    opening: Numbers  # units by item; below zero is owed
    coming: Numbers  # units made, bought in and subcontracted, less those used inside
    free: NDArray[np.bool_]  # items without stock or not in the supply plan: what is asked is shipped
    waiting: Numbers  # share of unmet demand that waits, by item
    months: NDArray[np.int64]  # months that it waits at most, by item


@dataclass(frozen=True)
class Walked:
    """What came of a demand: paths x items x months, units."""

    shipped: Numbers
    lost: Numbers
    stock: Numbers


def fixed_plan(
    supply_plan: pd.DataFrame, fulfilment: pd.DataFrame, items: pd.DataFrame, policy: SupplyPolicy, names: tuple[list[str], list[str]]
) -> Fixed:
    """What the constrained plan holds fast while demand moves.

    Args:
        supply_plan, fulfilment: the plan.
        items: for their supply strategy; services ship what is asked.
        policy: share of unmet demand that waits, by channel; an item's is the mean over its channels, by their demand.
        names: items and months, in the order of the arrays.
    """
    codes, months = names
    wide = supply_plan.set_index(["item", "period"]).sort_index()
    grid = pd.MultiIndex.from_product([codes, months])
    inside = supply_plan["used_inside"].fillna(0.0) if "used_inside" in supply_plan else pd.Series(0.0, index=supply_plan.index)
    coming = supply_plan["production"] + supply_plan["subcontract"] + supply_plan["receipts"] - inside
    moved = pd.Series(coming.to_numpy(), index=pd.MultiIndex.from_frame(supply_plan[["item", "period"]])).reindex(grid, fill_value=0.0)
    first = wide.xs(months[0], level="period") if months[0] in wide.index.get_level_values("period") else wide.iloc[:0].droplevel("period")
    owed = (first["closing_backlog"] + first["shipped"] + first["lost"] - first["demand"]).clip(lower=0.0)
    opening = (first["opening_stock"] - owed).reindex(codes).fillna(0.0)
    service = items.set_index("item")["supply_strategy"].reindex(codes).eq("service").to_numpy()
    shares, most = _waiting(fulfilment, codes, policy)
    return Fixed(
        opening.to_numpy(),
        moved.to_numpy(dtype="float64").reshape(len(codes), len(months)),
        service | ~pd.Index(codes).isin(supply_plan["item"].unique()),
        shares,
        most,
    )


def walked(fixed: Fixed, demand: Numbers) -> Walked:
    """Shipments, lost demand and stock of each path.

    Each month what waits longest ships first, then the month's demand; of what is left unmet, the waiting share waits (at most so many
    months, then it is lost) and the rest is lost at once. Items without stock ship what is asked.

    Args:
        fixed: what the plan holds fast.
        demand: paths x items x months, units.
    """
    paths, count, months = demand.shape
    longest = int(fixed.months.max(initial=0))
    waits = np.zeros((longest, paths, count))  # by age, the oldest last
    stock = np.broadcast_to(np.maximum(fixed.opening, 0.0), (paths, count)).copy()
    if longest:
        waits[0] = np.where(fixed.months > 0, np.maximum(-fixed.opening, 0.0), 0.0)
    shipped, lost, held = np.zeros(demand.shape), np.zeros(demand.shape), np.zeros(demand.shape)
    for month in range(months):
        left = np.maximum(stock + fixed.coming[:, month], 0.0)
        out = np.zeros((paths, count))
        for age in range(longest - 1, -1, -1):
            served = np.minimum(waits[age], left)
            waits[age], left, out = waits[age] - served, left - served, out + served
        served = np.minimum(demand[:, :, month], left)
        served = np.where(fixed.free, demand[:, :, month], served)
        left = np.where(fixed.free, stock, left - served)
        unmet = demand[:, :, month] - served
        gone, waits = _aged(waits, unmet * np.where(fixed.months > 0, fixed.waiting, 0.0), fixed.months)
        lost[:, :, month] = gone + unmet * (1 - np.where(fixed.months > 0, fixed.waiting, 0.0))
        shipped[:, :, month], held[:, :, month], stock = out + served, left, left
    return Walked(shipped, lost, held)


def _aged(waits: Numbers, entering: Numbers, most: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """What has waited too long, and the rest a month older with what starts to wait."""
    if not len(waits):
        return np.zeros_like(entering), waits
    gone = np.zeros_like(entering)
    for age in range(len(waits)):
        over = most <= age + 1
        gone += np.where(over, waits[age], 0.0)
        waits[age] = np.where(over, 0.0, waits[age])
    return gone, np.concatenate([entering[None], waits[:-1]])


def _waiting(fulfilment: pd.DataFrame, codes: list[str], policy: SupplyPolicy) -> tuple[Numbers, NDArray[np.int64]]:
    told: Mapping = policy.waiting
    channels = fulfilment["channel"].unique()
    rule = {channel: told.get(channel, told.get("*")) for channel in channels}
    share = fulfilment["channel"].map({channel: found.share if found else 0.0 for channel, found in rule.items()}).astype("float64")
    longest = fulfilment["channel"].map({channel: found.months if found else 0 for channel, found in rule.items()}).astype("float64")
    weight = fulfilment["demand"].clip(lower=0.0) + 1e-9
    sums = pd.DataFrame({"item": fulfilment["item"], "share": share * weight, "weight": weight}).groupby("item").sum().reindex(codes)
    most = longest.groupby(fulfilment["item"]).max().reindex(codes).fillna(0.0)
    return (sums["share"] / sums["weight"]).fillna(0.0).to_numpy(), most.to_numpy(dtype=np.int64)
