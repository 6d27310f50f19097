"""The plan in frePPLe's tables and names, for a detailed scheduler to take over.

item, location, customer    what is planned, at one location, for one customer per region and channel
forecast, forecastplan      consensus demand by month, as an override of frePPLe's own forecast
buffer                      stock at the cutoff, safety stock of the first planned month
manufacturingorder          planned production by month, `proposed`: a scheduler places it in the month
"""

from collections.abc import Mapping

import pandas as pd

from sopkit.periods import first_day, last_day, shifted

COLUMNS = {
    "item": ["name", "description", "category", "type", "cost"],
    "location": ["name", "description"],
    "customer": ["name", "category", "subcategory"],
    "forecast": ["name", "item", "location", "customer", "method", "planned"],
    "forecastplan": ["item", "location", "customer", "startdate", "enddate", "forecastoverride"],
    "buffer": ["item", "location", "onhand", "minimum"],
    "operation": ["name", "item", "location", "type"],
    "manufacturingorder": ["reference", "operation", "item", "location", "quantity", "start date", "end date", "status"],
}
TYPES = {"stock": "make to stock", "order": "make to order"}


def frepple_tables(tables: Mapping[str, pd.DataFrame], *, cutoff: str, location: str) -> dict[str, pd.DataFrame]:
    """The plan as frePPLe reads it.

    Args:
        tables: items, consensus_demand, supply_plan; unit_costs and inventory, empty where the company has none.
        cutoff: last closed month.
        location: name of the one location that all is planned at.

    Returns:
        frePPLe's table: frame with its columns, sorted; figures that are not known are empty. Quantities are units, costs the
        company's currency per unit, dates the first and the last day of a month.
    """
    demand = tables["consensus_demand"]
    demand = demand.assign(customer=demand["region"] + " / " + demand["channel"], location=location)
    found = {
        "item": _items(tables["items"], tables["unit_costs"], cutoff),
        "location": pd.DataFrame({"name": [location], "description": ["all sites together"]}),
        "customer": _customers(demand),
        "forecast": _forecasts(demand),
        "forecastplan": _forecast_plan(demand),
        "buffer": _buffers(tables["supply_plan"], tables["inventory"], cutoff, location),
        **_production(tables["items"], tables["supply_plan"], location),
    }
    return {name: found[name][columns].reset_index(drop=True) for name, columns in COLUMNS.items()}


def _items(items: pd.DataFrame, unit_costs: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    valid = unit_costs[unit_costs["valid_from"] <= pd.Timestamp(last_day(cutoff))]
    latest = valid.sort_values(["item", "valid_from"]).groupby("item")["unit_cost"].last()
    named = items.rename(columns={"item": "name", "item_name": "description", "family": "category"})
    return named.assign(type=named["supply_strategy"].map(TYPES), cost=named["name"].map(latest)).sort_values("name")


def _customers(demand: pd.DataFrame) -> pd.DataFrame:
    pairs = demand[["customer", "region", "channel"]].drop_duplicates().sort_values("customer")
    return pairs.rename(columns={"customer": "name", "region": "category", "channel": "subcategory"})


def _forecasts(demand: pd.DataFrame) -> pd.DataFrame:
    series = demand[["item", "location", "customer"]].drop_duplicates().sort_values(["item", "customer"])
    return series.assign(name=series["item"] + " - " + series["customer"], method="manual", planned="TRUE")


def _forecast_plan(demand: pd.DataFrame) -> pd.DataFrame:
    plan = demand.assign(
        startdate=demand["period"].map(lambda period: first_day(period).isoformat()),
        enddate=demand["period"].map(lambda period: first_day(shifted(period, 1)).isoformat()),
        forecastoverride=demand["quantity"],
    )
    return plan.sort_values(["item", "customer", "startdate"])


def _buffers(plan: pd.DataFrame, inventory: pd.DataFrame, cutoff: str, location: str) -> pd.DataFrame:
    first = plan[plan["period"] == shifted(cutoff, 1)].sort_values("item")
    closing = inventory[inventory["period"] == cutoff].set_index("item")["quantity"]
    return first.assign(location=location, onhand=first["item"].map(closing), minimum=first["target_stock"])


def _production(items: pd.DataFrame, plan: pd.DataFrame, location: str) -> dict[str, pd.DataFrame]:
    """Planned production of what is made, and an operation to make each of it."""
    made = items.loc[items["supply_strategy"].isin(list(TYPES)), "item"]
    orders = plan[plan["item"].isin(made) & (plan["production"] > 0)].sort_values(["item", "period"])
    orders = orders.assign(
        reference=orders["item"] + " " + orders["period"],
        operation="make " + orders["item"],
        location=location,
        quantity=orders["production"],
        status="proposed",
        **{
            "start date": orders["period"].map(lambda period: first_day(period).isoformat()),
            "end date": orders["period"].map(lambda period: last_day(period).isoformat()),
        },
    )
    operations = orders[["item", "operation", "location"]].drop_duplicates()
    operations = operations.rename(columns={"operation": "name"}).assign(type="fixed_time")
    return {"operation": operations, "manufacturingorder": orders}
