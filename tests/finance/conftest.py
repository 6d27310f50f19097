"""A company of two items and three planned months, small enough to be calculated by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.finance.inputs import MoneyInputs
from sopkit.periods import period_range

CUTOFF, PLANNED = "2026-02", ["2026-03", "2026-04", "2026-05"]
CLOSED = period_range("2025-01", 14)
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class SmallCompany:
    """What the tests share: its inputs, and how a table is written down."""

    inputs: MoneyInputs
    table: Callable[[str, Rows], pd.DataFrame]
    cutoff: str = CUTOFF
    planned: tuple[str, ...] = tuple(PLANNED)
    closed: tuple[str, ...] = tuple(CLOSED)


def written(name: str, rows: Rows) -> pd.DataFrame:
    """Rows as the table of a contract."""
    return conform(pd.DataFrame(rows), CONTRACTS[name])


def plan_rows(item: str, opening: float, months: list[tuple[float, float, float, float, float]]) -> Rows:
    """Rows of the supply plan from (demand, production, subcontract, receipts, shipped) by month."""
    rows, stock = [], opening
    for period, (demand, production, subcontract, receipts, shipped) in zip(PLANNED, months, strict=True):
        closing = stock + production + subcontract + receipts - shipped
        rows.append(
            {
                "item": item,
                "period": period,
                "demand": demand,
                "opening_stock": stock,
                "production": production,
                "subcontract": subcontract,
                "receipts": receipts,
                "shipped": shipped,
                "lost": demand - shipped,
                "closing_backlog": 0.0,
                "closing_stock": closing,
                "target_stock": 0.0,
            }
        )
        stock = closing
    return rows


def series(item: str, region: str, channel: str, period: str) -> dict[str, object]:
    """The key of a series and month."""
    return {"item": item, "region": region, "channel": channel, "period": period}


def planned_sales(item: str, market: tuple[str, str], demand: list[float], shipped: list[float], price: list[float]) -> tuple[Rows, Rows]:
    """Rows of consensus_demand and of demand_fulfilment."""
    consensus, fulfilment = [], []
    for at, period in enumerate(PLANNED):
        key = series(item, *market, period)
        amounts = {"baseline": demand[at], "lifecycle": 0.0, "override": 0.0, "quantity": demand[at]}
        consensus.append(key | amounts | {"net_price": price[at], "revenue": demand[at] * price[at]})
        lost = demand[at] - shipped[at]
        fulfilment.append(key | {"demand": demand[at], "shipped": shipped[at], "late": 0.0, "lost": lost, "closing_backlog": 0.0})
    return consensus, fulfilment


def history_rows(item: str, market: tuple[str, str], quantity: float, price: float) -> Rows:
    """The same sales in each closed month."""
    measures = {"quantity": quantity, "sold_quantity": quantity, "revenue": quantity * price, "cost": None, "source": "sales"}
    return [series(item, *market, period) | measures for period in CLOSED]


def item_rows() -> Rows:
    """A grill that is made and a heater that is made."""
    return [
        {"item": "G1", "item_name": "grill", "family": "grills", "supply_strategy": "stock"},
        {"item": "H1", "item_name": "heater", "family": "heaters", "supply_strategy": "stock"},
    ]


def load_rows() -> Rows:
    """One line with three hours of overtime in March."""
    hours = {
        "required_hours": 100.0,
        "planned_hours": 90.0,
        "available_hours": 120.0,
        "demonstrated_hours": 100.0,
        "overtime_limit_hours": 10.0,
    }
    return [
        {"resource": "coat", "site": "main", "period": period, "overtime_hours": overtime, "hour_value": 0.0} | hours
        for period, overtime in zip(PLANNED, (3.0, 0.0, 0.0), strict=True)
    ]


@pytest.fixture(scope="session")
def company() -> SmallCompany:
    """Two items: a grill (cost 60, of it 40 variable, price 100) and a heater (cost 50, price 200, from May 210)."""
    grill = planned_sales("G1", ("SE", "retail"), [10, 12, 14], [10, 11, 14], [100, 100, 100])
    heater = planned_sales("H1", ("NO", "dealers"), [5, 5, 5], [5, 5, 5], [200, 200, 210])
    dated = pd.Timestamp("2026-01-01")
    tables: Mapping[str, pd.DataFrame] = {
        "items": written("items", item_rows()),
        "demand_history": written(
            "demand_history", [*history_rows("G1", ("SE", "retail"), 10, 100), *history_rows("H1", ("NO", "dealers"), 5, 200)]
        ),
        "consensus_demand": written("consensus_demand", [*grill[0], *heater[0]]),
        "demand_fulfilment": written("demand_fulfilment", [*grill[1], *heater[1]]),
        "supply_plan": written(
            "supply_plan",
            [
                *plan_rows("G1", 20, [(10, 9, 0, 1, 10), (12, 10, 1, 0, 11), (14, 12, 2, 0, 14)]),
                *plan_rows("H1", 10, [(5, 5, 0, 0, 5), (5, 0, 0, 0, 5), (5, 5, 0, 0, 5)]),
            ],
        ),
        "inventory": written(
            "inventory",
            [{"item": "G1", "period": CUTOFF, "quantity": 20}, {"item": "H1", "period": CUTOFF, "quantity": 10}],
        ),
        "unit_costs": written(
            "unit_costs",
            [
                {"item": "G1", "valid_from": dated, "unit_cost": 60, "variable_cost": 40, "holding_rate": 0.12, "subcontract_premium": 5},
                {
                    "item": "H1",
                    "valid_from": dated,
                    "unit_cost": 50,
                    "variable_cost": None,
                    "holding_rate": None,
                    "subcontract_premium": None,
                },
            ],
        ),
        "resources": written(
            "resources",
            [{"resource": "coat", "resource_name": "coating", "site": "main", "overtime_limit_share": 0.1, "overtime_cost": 20}],
        ),
        "resource_load": written("resource_load", load_rows()),
        "workforce": written(
            "workforce",
            [
                {"skill_group": "coaters", "heads": 4, "hours_per_head": 160, "absence_share": 0.1, "wage": 3000, "hire_cost": 500}
                | {"layoff_cost": 900, "max_hire": 2}
            ],
        ),
        "workforce_plan": written(
            "workforce_plan",
            [
                {
                    "skill_group": "coaters",
                    "period": period,
                    "heads": 5,
                    "hired": hired,
                    "laid_off": 0,
                    "required_hours": 90,
                    "available_hours": 720,
                }
                for period, hired in zip(PLANNED, (1, 0, 0), strict=True)
            ],
        ),
    }
    return SmallCompany(MoneyInputs.of(tables), written)
