"""Where demand and supply part: by family and month, in units and in money."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_meeting import Gaps
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import item_costs

KEY = ["item", "region", "channel", "period"]
GRAIN = ["family", "period"]
UNITS = ["demand", "shipped", "late", "lost"]


def gaps(items: pd.DataFrame, consensus_demand: pd.DataFrame, demand_fulfilment: pd.DataFrame, unit_costs: pd.DataFrame) -> pd.DataFrame:
    """Demand against supply by family and planned month.

    lost_revenue = sum of units lost x net price; lost_margin = sum of units lost x (net price - standard cost in force on the first day
    of the month, or the first cost known).

    Args:
        items: Items.
        consensus_demand: net price per item, region, channel and month.
        demand_fulfilment: units per item, region, channel and month.
        unit_costs: UnitCosts, dated; empty = margins are not available.

    Returns:
        Gaps: one row per family and planned month; lost_margin is empty where a unit lost has no cost.
    """
    rows = demand_fulfilment.merge(consensus_demand[[*KEY, "net_price"]], on=KEY, how="left", validate="one_to_one")
    rows = rows.assign(family=rows["item"].map(items.set_index("item")["family"]), unit_cost=standard_costs(rows, items, unit_costs))
    lost = rows["lost"] > 0
    rows = rows.assign(
        lost_revenue=(rows["lost"] * rows["net_price"]).where(lost, 0.0),
        lost_margin=(rows["lost"] * (rows["net_price"] - rows["unit_cost"])).where(lost, 0.0),
    )
    table = rows.groupby(GRAIN, sort=True)[[*UNITS, "lost_revenue"]].sum()
    margin = rows.groupby(GRAIN, sort=True)["lost_margin"].agg(lambda cells: cells.sum(skipna=False))
    return conform(table.assign(lost_margin=margin).reset_index(), Gaps)


def standard_costs(rows: pd.DataFrame, items: pd.DataFrame, unit_costs: pd.DataFrame) -> pd.Series:
    """Standard cost of each row's item in its month, by the rule of the statement; empty where an item has no dated cost.

    Args:
        rows: with `item` and `period`, any grain.
        items: Items.
        unit_costs: UnitCosts.

    Returns:
        Money per unit, with the index of `rows`.
    """
    nothing_sold = empty(CONTRACTS["demand_history"])
    months = rows["period"].unique()
    costs = item_costs(items, nothing_sold, unit_costs, MoneyPolicy(), periods=months, cutoff=min(months, default=""))
    found = costs.set_index(["item", "period"])["unit_cost"].reindex(pd.MultiIndex.from_frame(rows[["item", "period"]]))
    return pd.Series(found.to_numpy(dtype="float64"), index=rows.index)
