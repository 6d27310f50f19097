"""The plan in frePPLe's tables and names, for a detailed scheduler to take over.

item, location, customer    what is planned, at one location, for one customer per region and channel
forecast, forecastplan      consensus demand by month, an override of frePPLe's own forecast; what ships of it, is late, lost, waits
measure                     the measures of forecastplan that frePPLe does not bring along
buffer                      stock at the cutoff, safety stock of the first planned month
calendar, calendarbucket    safety stock month by month, the buffer's minimum calendar
manufacturingorder          planned production by month, `proposed`: a scheduler places it in the month
supplier, purchaseorder     what is bought in or made by a subcontractor, `proposed`, and what is on order, `confirmed`
operationplanmaterial       what goes into other items, taken from its buffer
"""

from collections.abc import Mapping

import pandas as pd

from sopkit.periods import first_day, last_day, shifted

COLUMNS = {
    "item": ["name", "description", "category", "subcategory", "type", "cost"],
    "location": ["name", "description"],
    "customer": ["name", "category", "subcategory"],
    "forecast": ["name", "item", "location", "customer", "method", "planned"],
    "measure": ["name", "label", "type", "mode_future", "defaultvalue"],
    "forecastplan": [
        "item",
        "location",
        "customer",
        "startdate",
        "enddate",
        "forecastoverride",
        "forecastplanned",
        "late",
        "lost",
        "waiting",
    ],
    "buffer": ["item", "location", "onhand", "minimum", "minimum_calendar"],
    "calendar": ["name", "defaultvalue"],
    "calendarbucket": ["calendar", "startdate", "enddate", "value", "priority"],
    "supplier": ["name", "description"],
    "purchaseorder": ["reference", "item", "location", "supplier", "quantity", "ordering date", "receipt date", "status"],
    "operationplanmaterial": ["operationplan", "item", "location", "quantity", "date", "status"],
    "operation": ["name", "item", "location", "type"],
    "manufacturingorder": ["reference", "operation", "item", "location", "quantity", "start date", "end date", "status"],
}
SUPPLIERS = {"any supplier": "bought in", "subcontractor": "made outside"}
MEASURES = {"late": "units that ship later", "lost": "units lost", "waiting": "units that wait at the end of the month"}
FULFILMENT = {"shipped": "forecastplanned", "late": "late", "lost": "lost", "closing_backlog": "waiting"}
SAME = 1e-6  # units
TYPES = {"stock": "make to stock", "order": "make to order"}


def frepple_tables(tables: Mapping[str, pd.DataFrame], *, cutoff: str, location: str) -> dict[str, pd.DataFrame]:
    """The plan as frePPLe reads it.

    Args:
        tables: items, consensus_demand, supply_plan; demand_fulfilment where it is there; unit_costs and inventory, empty where the company
            has none.
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
        "measure": pd.DataFrame(
            {"name": list(MEASURES), "label": list(MEASURES.values()), "type": "aggregate", "mode_future": "view", "defaultvalue": 0}
        ),
        "forecastplan": _forecast_plan(demand, tables.get("demand_fulfilment"), location),
        "buffer": _buffers(tables["supply_plan"], tables["inventory"], cutoff, location),
        **_safety_stocks(tables["supply_plan"]),
        **_production(tables["items"], tables["supply_plan"], location),
        "supplier": pd.DataFrame({"name": list(SUPPLIERS), "description": list(SUPPLIERS.values())}),
        "purchaseorder": _purchases(tables["items"], tables["supply_plan"], location),
        "operationplanmaterial": _used_inside(tables["supply_plan"], location),
    }
    return {name: found[name][columns].reset_index(drop=True) for name, columns in COLUMNS.items()}


def _items(items: pd.DataFrame, unit_costs: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    valid = unit_costs[unit_costs["valid_from"] <= pd.Timestamp(last_day(cutoff))]
    latest = valid.sort_values(["item", "valid_from"]).groupby("item")["unit_cost"].last()
    named = items.rename(columns={"item": "name", "item_name": "description", "family": "category"})
    types = {"subcategory": named["supply_strategy"], "type": named["supply_strategy"].map(TYPES)}
    return named.assign(**types, cost=named["name"].map(latest)).sort_values("name")


def _customers(demand: pd.DataFrame) -> pd.DataFrame:
    pairs = demand[["customer", "region", "channel"]].drop_duplicates().sort_values("customer")
    return pairs.rename(columns={"customer": "name", "region": "category", "channel": "subcategory"})


def _forecasts(demand: pd.DataFrame) -> pd.DataFrame:
    series = demand[["item", "location", "customer"]].drop_duplicates().sort_values(["item", "customer"])
    return series.assign(name=series["item"] + " - " + series["customer"], method="manual", planned="TRUE")


def _forecast_plan(demand: pd.DataFrame, fulfilment: pd.DataFrame | None, location: str) -> pd.DataFrame:
    """The demand by month, and beside it what becomes of it where the plan says so."""
    keys = ["item", "region", "channel", "period"]
    if fulfilment is None:
        demand = demand.assign(**dict.fromkeys(FULFILMENT.values(), float("nan")))
    else:
        told = fulfilment[[*keys, *FULFILMENT]].rename(columns=FULFILMENT)
        demand = demand.merge(told, on=keys, how="outer", validate="one_to_one").fillna(
            {"quantity": 0.0, "location": demand["location"].iloc[0]}
        )
        demand = demand.assign(customer=demand["region"] + " / " + demand["channel"])
    plan = demand.assign(
        startdate=demand["period"].map(lambda period: first_day(period).isoformat()),
        enddate=demand["period"].map(lambda period: first_day(shifted(period, 1)).isoformat()),
        forecastoverride=demand["quantity"],
    )
    return plan.sort_values(["item", "customer", "startdate"])


def _buffers(plan: pd.DataFrame, inventory: pd.DataFrame, cutoff: str, location: str) -> pd.DataFrame:
    first = plan[plan["period"] == shifted(cutoff, 1)].sort_values("item")
    closing = first["item"].map(inventory[inventory["period"] == cutoff].set_index("item")["quantity"])
    other = (
        first["opening_stock"] - closing.fillna(0.0).clip(lower=0.0)
    ).abs() > SAME  # the plan opens with something else: what sites have
    named = "safety stock of " + first["item"]
    return first.assign(
        location=location, onhand=closing.mask(other, first["opening_stock"]), minimum=first["target_stock"], minimum_calendar=named
    )


def _safety_stocks(plan: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A calendar of each item's safety stock, a bucket a month."""
    ordered = plan.sort_values(["item", "period"])
    buckets = ordered.assign(
        calendar="safety stock of " + ordered["item"],
        startdate=ordered["period"].map(lambda period: first_day(period).isoformat()),
        enddate=ordered["period"].map(lambda period: first_day(shifted(period, 1)).isoformat()),
        value=ordered["target_stock"],
        priority=0,
    )
    names = buckets[["calendar"]].drop_duplicates().rename(columns={"calendar": "name"})
    return {"calendar": names.assign(defaultvalue=0), "calendarbucket": buckets}


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


def _purchases(items: pd.DataFrame, plan: pd.DataFrame, location: str) -> pd.DataFrame:
    """What is bought in, made by a subcontractor, or on order: one order per item, month and kind."""
    bought = items.loc[items["supply_strategy"] == "buy", "item"]
    parts = [
        ("buy", "any supplier", "proposed", plan[plan["item"].isin(bought)].assign(quantity=lambda rows: rows["production"])),
        ("subcontract", "subcontractor", "proposed", plan.assign(quantity=plan["subcontract"].fillna(0.0))),
        ("ordered", "any supplier", "confirmed", plan.assign(quantity=plan["receipts"].fillna(0.0))),
    ]
    frames = []
    for word, supplier, status, rows in parts:
        own = rows[rows["quantity"] > 0]
        dates = {
            "ordering date": own["period"].map(lambda period: first_day(period).isoformat()),
            "receipt date": own["period"].map(lambda period: last_day(period).isoformat()),
        }
        named = word + " " + own["item"] + " " + own["period"]
        frames.append(own.assign(reference=named, supplier=supplier, location=location, status=status, **dates))
    return pd.concat(frames, ignore_index=True).sort_values(["item", "period", "reference"])


def _used_inside(plan: pd.DataFrame, location: str) -> pd.DataFrame:
    """What leaves a buffer to go into other items, below zero as frePPLe writes what is taken."""
    used = plan.assign(quantity=-plan["used_inside"].fillna(0.0)) if "used_inside" in plan else plan.assign(quantity=0.0)
    used = used[used["quantity"] < 0].sort_values(["item", "period"])
    dates = used["period"].map(lambda period: first_day(period).isoformat())
    return used.assign(operationplan="use " + used["item"] + " " + used["period"], location=location, date=dates, status="proposed")
