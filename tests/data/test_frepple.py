"""The plan in frePPLe's names: figures by hand, columns as frePPLe calls them."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.data.frepple import COLUMNS, frepple_tables


def frame(table: str, *rows: dict[str, object]) -> pd.DataFrame:
    """Rows of a table with all its columns; what a row does not say is empty."""
    return pd.concat([empty(CONTRACTS[table]), pd.DataFrame(rows)], ignore_index=True)[CONTRACTS[table].column_names()]


ASKED = (("A", "retail", "2026-03", 10.0), ("A", "retail", "2026-04", 12.5), ("B", "web", "2026-03", 3.0))
ITEMS = frame(
    "items",
    {"item": "A", "item_name": "Grill", "family": "Grills", "supply_strategy": "stock"},
    {"item": "B", "item_name": "Cover", "family": "Covers", "supply_strategy": "buy"},
    {"item": "C", "item_name": "Stove", "family": "Stoves", "supply_strategy": "order"},
)
DEMAND = frame(
    "consensus_demand",
    *(
        {"item": item, "region": "north", "channel": channel, "period": period, "quantity": quantity}
        for item, channel, period, quantity in ASKED
    ),
)
PLAN = frame(
    "supply_plan",
    *(
        {"item": item, "period": period, "production": made, "target_stock": target}
        for item, period, made, target in (
            ("A", "2026-03", 0.0, 4.0),
            ("A", "2026-04", 8.0, 5.0),
            ("B", "2026-03", 3.0, 1.0),
            ("C", "2026-03", 2.0, 0.0),
        )
    ),
)
COSTS = frame(
    "unit_costs",
    *(
        {"item": "A", "valid_from": pd.Timestamp(day), "unit_cost": cost}
        for day, cost in (("2025-01-01", 90.0), ("2026-01-01", 100.0), ("2026-03-01", 110.0))
    ),
)
STOCK = frame("inventory", {"item": "A", "period": "2026-01", "quantity": 99.0}, {"item": "A", "period": "2026-02", "quantity": 7.0})
TABLES = {"items": ITEMS, "consensus_demand": DEMAND, "supply_plan": PLAN, "unit_costs": COSTS, "inventory": STOCK}


def exported() -> dict[str, list[dict[str, object]]]:
    found = frepple_tables(TABLES, cutoff="2026-02", location="plant")
    assert {name: list(table.columns) for name, table in found.items()} == COLUMNS
    return {name: table.astype(object).where(table.notna(), None).to_dict("records") for name, table in found.items()}


def test_items_carry_the_cost_that_held_at_the_cutoff():
    assert exported()["item"] == [
        {"name": "A", "description": "Grill", "category": "Grills", "subcategory": "stock", "type": "make to stock", "cost": 100.0},
        {"name": "B", "description": "Cover", "category": "Covers", "subcategory": "buy", "type": None, "cost": None},
        {"name": "C", "description": "Stove", "category": "Stoves", "subcategory": "order", "type": "make to order", "cost": None},
    ]


def test_consensus_demand_overrides_the_forecast_by_month():
    found = exported()
    assert [row["name"] for row in found["forecast"]] == ["A - north / retail", "B - north / web"]
    assert found["customer"][0] == {"name": "north / retail", "category": "north", "subcategory": "retail"}
    plan = found["forecastplan"]
    assert [(row["item"], row["startdate"], row["enddate"], row["forecastoverride"]) for row in plan] == [
        ("A", "2026-03-01", "2026-04-01", 10.0),
        ("A", "2026-04-01", "2026-05-01", 12.5),
        ("B", "2026-03-01", "2026-04-01", 3.0),
    ]
    assert sum(row["forecastoverride"] for row in plan) == DEMAND["quantity"].sum()


def test_stock_is_that_of_the_cutoff_or_unknown():
    assert exported()["buffer"] == [
        {"item": "A", "minimum_calendar": "safety stock of A", "location": "plant", "onhand": 7.0, "minimum": 4.0},
        {"item": "B", "minimum_calendar": "safety stock of B", "location": "plant", "onhand": None, "minimum": 1.0},
        {"item": "C", "minimum_calendar": "safety stock of C", "location": "plant", "onhand": None, "minimum": 0.0},
    ]


def test_what_is_made_is_proposed_and_what_is_bought_is_not():
    found = exported()
    assert [
        (row["reference"], row["quantity"], row["start date"], row["end date"], row["status"]) for row in found["manufacturingorder"]
    ] == [
        ("A 2026-04", 8.0, "2026-04-01", "2026-04-30", "proposed"),
        ("C 2026-03", 2.0, "2026-03-01", "2026-03-31", "proposed"),
    ]
    assert {row["name"] for row in found["operation"]} == {row["operation"] for row in found["manufacturingorder"]}


def test_nothing_that_came_in_is_changed():
    before = {name: table.copy() for name, table in TABLES.items()}
    exported()
    for name, table in TABLES.items():
        pd.testing.assert_frame_equal(table, before[name])
