"""What really happened in the replayed months, beside what policies would have brought."""

import numpy as np
import pandas as pd

from sopkit.finance.valuation import costs_of, item_costs
from sopkit.meeting.replay.walk import Record
from sopkit.periods import months_between, period_range

RECORDED = ("stock", "stock_value", "net_sales", "demand")


def recorded_months(record: Record, *, first: str, last: str) -> pd.DataFrame:
    """Demand, net sales and stock of the closed months as they are on record: by people, with all that they knew and did.

    Returns:
        period, demand, stock (units), net_sales, stock_value (money); stock is empty where no month end is on record, its value where no
        cost is.
    """
    months = period_range(first, months_between(first, last) + 1)
    tables = record.known(last).tables
    history, inventory = tables["demand_history"], tables["inventory"]
    sums = history[history["period"].isin(months)].groupby("period")[["quantity", "revenue"]].sum().reindex(months)
    kept = inventory[inventory["period"].isin(months)]
    costs = item_costs(tables["items"], history, tables["unit_costs"], record.company.money, periods=months, cutoff=last)
    value = kept["quantity"].clip(lower=0.0) * costs_of(kept, costs)["unit_cost"]
    stock = kept["quantity"].clip(lower=0.0).groupby(kept["period"]).sum().reindex(months)
    valued = value.groupby(kept["period"]).sum(min_count=1).reindex(months)
    columns = {
        "demand": sums["quantity"].fillna(0.0),
        "stock": stock,
        "net_sales": sums["revenue"].fillna(0.0),
        "stock_value": valued,
    }
    return (
        pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in columns.items()}, index=months)
        .rename_axis("period")
        .reset_index()
    )
