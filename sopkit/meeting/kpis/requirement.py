"""What would have to be made if nothing limited it: the requirement of the capacity plan, read off the plan's own table."""

import numpy as np
import pandas as pd

from sopkit.supply.capacity import production_requirement as required_units

KEY = ["item", "period"]


def production_requirement(supply_plan: pd.DataFrame, open_orders: pd.DataFrame) -> pd.DataFrame:
    """Units that unconstrained demand asks to be made, item by item and month by month: `supply.capacity.production_requirement`.

    The backlog at the start is made first, and M0 makes at least what is on order for it (definitions, KPI 8, make to stock; with F =
    bookings and T = 0 make to order).

    Args:
        supply_plan: table supply_plan; the backlog at the start is what its first month's balance implies.
        open_orders: table open_orders; production due in M0 or overdue is firm, later orders are decided anew.

    Returns:
        One row per item and planned month, sorted: `item, period, quantity` (units).
    """
    plan = supply_plan.sort_values(KEY, ignore_index=True)
    if plan.empty:
        return plan[KEY].assign(quantity=0.0)
    items, months = plan["item"].unique(), plan["period"].unique()
    columns = ("demand", "target_stock", "receipts", "opening_stock")
    demand, target, receipts, opening = (plan[name].to_numpy(dtype="float64").reshape(len(items), len(months)) for name in columns)
    start = plan[plan["period"].eq(months[0])]
    due = (start["closing_backlog"] + start["shipped"] + start["lost"] - start["demand"]).clip(lower=0.0).to_numpy(dtype="float64")
    ordered = np.zeros_like(demand)
    ordered[:, 0] = firm_orders(open_orders, months[0]).reindex(items, fill_value=0.0)
    made = required_units(demand, target, opening[:, 0] - due, receipts, ordered)
    return plan[KEY].assign(quantity=made.ravel())


def firm_orders(open_orders: pd.DataFrame, first: str) -> pd.Series:
    """Units of production on order that are due in M0 (`first`) or overdue, by item."""
    firm = open_orders[open_orders["kind"].eq("production") & open_orders["period"].le(first)]
    return firm.groupby("item")["quantity"].sum()
