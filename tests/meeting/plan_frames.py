"""Tiny frames for the tests of the meeting floor: rows as tuples, completed by their contracts."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.meeting.scenarios import PlanInputs
from sopkit.meeting.scenarios.inputs import PLAN_TABLES
from sopkit.periods import period_range
from sopkit.supply.policy import SupplyPolicy, Waiting

FORECAST = ["item", "region", "channel", "period", "quantity", "p10", "p50", "p90", "naive", "method"]


def table(name, rows, columns):
    """A table of a contract from rows; columns that are not given stay out where they are optional."""
    if not rows:
        return empty(CONTRACTS[name])
    frame = pd.DataFrame(rows, columns=columns)
    for column in CONTRACTS[name].columns:
        if column.name in frame and column.kind == "day":
            frame[column.name] = pd.to_datetime(frame[column.name])
        if column.name in frame and column.kind == "number":
            frame[column.name] = frame[column.name].astype("float64")
    return conform(frame, CONTRACTS[name])


def names_of(name, *, without=()):
    """The columns of a contract, less some optional ones that a test's rows do not have."""
    return [column for column in CONTRACTS[name].column_names() if column not in without]


def items_of(**families):
    """Items made to stock: `items_of(grill="grills")`."""
    rows = [(item, item, family, "stock", 1.0, "A") for item, family in families.items()]
    return table("items", rows, ["item", "item_name", "family", "supply_strategy", "planning_factor", "tier"])


def consensus_rows(*rows):
    """Consensus demand of one region and channel from (item, period, quantity, net price)."""
    full = [(item, "SE", "retail", period, q, 0.0, 0.0, q, price, q * price) for item, period, q, price in rows]
    return table("consensus_demand", full, CONTRACTS["consensus_demand"].column_names())


def fulfilment_rows(*rows):
    """Demand fulfilment of one region and channel from (item, period, demand, shipped, late, lost)."""
    full = [(item, "SE", "retail", period, demand, shipped, late, lost, 0.0) for item, period, demand, shipped, late, lost in rows]
    return table("demand_fulfilment", full, CONTRACTS["demand_fulfilment"].column_names())


def tiny_company():
    """Inputs of a plan that can be worked out by hand, cycle 2026-03, six planned months.

    Item `grill` (family grills, 1 hour on `coat`) and `heater` (family heaters, 1 hour on `coat`); 100 hours a month, no overtime; demand
    60 grills and 20 heaters a month but 120 grills in May; stock 0; price 50 and 80, cost 30 and 40; unmet demand is lost.
    """
    months = period_range("2026-03", 6)
    closed = period_range("2025-03", 12)
    wanted = {"grill": [60, 60, 120, 60, 60, 60], "heater": [20] * 6}
    price = {"grill": 50.0, "heater": 80.0}
    forecast = [
        (item, "SE", "retail", period, q, q * 0.8, q, q * 1.2, q, "fixed")
        for item in wanted
        for period, q in zip(months, wanted[item], strict=True)
    ]
    history = [(item, "SE", "retail", period, 20, 20, 20 * price[item], None, "orders", None) for item in wanted for period in closed]
    tables = {name: empty(CONTRACTS[name]) for name in PLAN_TABLES} | {
        "items": items_of(grill="grills", heater="heaters"),
        "statistical_forecast": table("statistical_forecast", forecast, FORECAST),
        "demand_history": table("demand_history", history, CONTRACTS["demand_history"].column_names()),
        "prices": table(
            "prices",
            [(item, "*", "*", "2025-01-01", amount) for item, amount in price.items()],
            ["item", "region", "channel", "valid_from", "net_price"],
        ),
        "unit_costs": table(
            "unit_costs", [("grill", "2025-01-01", 30.0), ("heater", "2025-01-01", 40.0)], ["item", "valid_from", "unit_cost"]
        ),
        "inventory": table("inventory", [("grill", "2026-02", 0), ("heater", "2026-02", 0)], ["item", "period", "quantity"]),
        "open_orders": table(
            "open_orders",
            [("production", "grill", "2026-03", 60), ("production", "heater", "2026-03", 20)],
            ["kind", "item", "period", "quantity"],
        ),
        "resources": table(
            "resources",
            [("coat", "Coating", "P1", 0.0, 0.0)],
            ["resource", "resource_name", "site", "overtime_limit_share", "overtime_cost"],
        ),
        "resource_calendar": table(
            "resource_calendar",
            [("coat", period, 100, 100) for period in months],
            ["resource", "period", "available_hours", "demonstrated_hours"],
        ),
        "bill_of_resources": table("bill_of_resources", [("grill", "coat", 1), ("heater", "coat", 1)], ["item", "resource", "hours"]),
    }
    supply = SupplyPolicy(waiting={"*": Waiting(share=0.0, months=0)}, storage_limit=1.0)
    return PlanInputs("2026-03", tables, supply=supply)
