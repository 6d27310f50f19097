"""What would have to be made if nothing limited it: demand, backlog and target stock, less what is there and on its way."""

import numpy as np
import pandas as pd


def production_requirement(supply_plan: pd.DataFrame) -> pd.DataFrame:
    """Units that unconstrained demand asks to be made, item by item and month by month.

    With demand F, backlog at the start B, target stock T, stock S and open receipts R: P_t = max(0, F_t + B_t + T_t -
    S_(t-1) - R_t), and the stock that follows, S_t = S_(t-1) + R_t + P_t - F_t - B_t, is carried on; the backlog is served in
    the first month (definitions, KPI 8, make to stock; with F = bookings and T = 0 make to order).

    Args:
        supply_plan: table supply_plan; the backlog at the start is what its first month's balance implies.

    Returns:
        One row per item and planned month, sorted: `item, period, quantity` (units).
    """
    columns = ["demand", "target_stock", "receipts", "opening_stock"]
    plan = supply_plan.sort_values(["item", "period"], ignore_index=True)
    items, months = plan["item"].unique(), plan["period"].unique()
    demand, target, receipts, opening = (plan[name].to_numpy(dtype="float64").reshape(len(items), len(months)) for name in columns)
    first = plan["period"].eq(months[0]) if len(months) else plan["period"].eq("")
    start = plan[first]
    stock = opening[:, 0].copy() if len(months) else np.zeros(0)
    due = (start["closing_backlog"] + start["shipped"] + start["lost"] - start["demand"]).clip(lower=0.0).to_numpy(dtype="float64")
    made = np.zeros_like(demand)
    for month in range(len(months)):
        owed = demand[:, month] + due
        made[:, month] = np.maximum(0.0, owed + target[:, month] - stock - receipts[:, month])
        stock, due = stock + receipts[:, month] + made[:, month] - owed, np.zeros_like(due)
    return plan[["item", "period"]].assign(quantity=made.ravel())
