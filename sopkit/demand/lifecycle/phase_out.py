"""What ends: after its last month an item has no demand, but for the stock that is left to sell."""

import numpy as np
import pandas as pd

NEVER = "9999-12"  # after every planned month


def with_phase_outs(
    cells: pd.DataFrame, lifecycle: pd.DataFrame, inventory: pd.DataFrame, open_orders: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, str]]:
    """End the demand of items after their last month; with `run_out`, what is in stock by then is still sold.

    Left in stock = closing stock + receipts on order up to the last month - demand up to it, at least 0. After the last month the item
    sells as it would have, market by market, until that is gone; the month in which it ends sells the rest in proportion.

    Args:
        cells: item, region, channel, period, baseline, lifecycle (units).
        lifecycle: lifecycle contract.
        inventory, open_orders: by contract; empty where they are not provided.

    Returns:
        The cells with `lifecycle` = -baseline where demand has ended, and what is to be said of items: item to words.
    """
    ending = lifecycle[lifecycle["event"] == "phase_out"]
    last_month = ending.set_index("item")["period"]
    over = (cells["period"] > cells["item"].map(last_month).astype("str").fillna(NEVER)).to_numpy(dtype=bool)
    changed = cells["lifecycle"].where(~over, -cells["baseline"]).to_numpy(dtype=float).copy()
    asked = (cells["baseline"] + cells["lifecycle"]).clip(lower=0).to_numpy(dtype=float)
    told = {}
    wanted = ending[ending["run_out"].eq(True)] if "run_out" in ending else ending.iloc[:0]
    for item, last in zip(wanted["item"], wanted["period"], strict=True):
        mine = (cells["item"] == item).to_numpy(dtype=bool)
        stock = inventory[inventory["item"] == item].sort_values("period")["quantity"].tail(1)
        if stock.empty:
            told[str(item)] = "no closing stock is known: what is left to sell cannot be told, demand ends with its last month"
            continue
        due = open_orders.loc[(open_orders["item"] == item) & (open_orders["period"] <= last), "quantity"].sum()
        left = max(float(stock.iloc[0]) + float(due) - float(asked[mine & ~over].sum()), 0.0)
        told[str(item)] = f"{left:,.0f} units are left after {last}, and sold after it"
        for month in sorted(set(cells.loc[mine & over, "period"])):
            place = np.flatnonzero(mine & over & (cells["period"] == month).to_numpy(dtype=bool))
            share = min(left / asked[place].sum(), 1.0) if asked[place].sum() > 0 else 0.0
            changed[place] = asked[place] * share - cells["baseline"].to_numpy(dtype=float)[place]
            left -= float(asked[place].sum()) * share
    return cells.assign(lifecycle=changed), told
