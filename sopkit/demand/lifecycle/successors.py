"""Successors: an item that takes another's place has that item's history before its own."""

import pandas as pd

from sopkit.demand.series import CELLS

SUMS = ["quantity", "sold_quantity", "revenue", "cost", "uncensored_quantity"]


def successors(lifecycle: pd.DataFrame) -> dict[str, str]:
    """Item that was replaced: the last item of its chain of successors; chains that bite their own tail are left out."""
    launched = lifecycle[(lifecycle["event"] == "launch") & lifecycle["predecessor_item"].notna()].sort_values("item")
    after = dict(zip(launched["predecessor_item"], launched["item"], strict=True))
    found = {}
    for item in after:
        seen, last = {item}, after[item]
        while last in after and last not in seen:
            seen.add(last)
            last = after[last]
        if last not in seen:
            found[str(item)] = str(last)
    return found


def joined_history(history: pd.DataFrame, lifecycle: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The history with each item that was replaced by the cutoff under the name of its successor, their months added up.

    A month in which both sold is the sum of the two; what is left of the old item's demand is the new one's. An item whose successor
    comes later keeps its name: its forecast passes to the successor in the month of the launch (`lifecycle_effects`).

    Args:
        history: demand_history contract.
        lifecycle: lifecycle contract; empty where nothing is launched.
        cutoff: last closed month.

    Returns:
        demand_history contract; the very frame where nothing was replaced.
    """
    if lifecycle.empty or "predecessor_item" not in lifecycle:
        return history
    renamed = successors(lifecycle[lifecycle["period"] <= cutoff])
    if not history["item"].isin(renamed).any():
        return history
    names = history["item"].map(renamed).fillna(history["item"]).astype("str")
    sums = [name for name in SUMS if name in history]
    rows = history.assign(item=names)
    if "uncensored_quantity" in rows:
        rows = rows.assign(uncensored_quantity=rows["uncensored_quantity"].fillna(rows["quantity"]))
    table = rows.groupby(CELLS, sort=True)[sums].sum(min_count=1)
    return table.assign(source=rows.groupby(CELLS, sort=True)["source"].first()).reset_index()[list(history.columns)]
