"""Small planning problems as tables, and the textbook cases with their published answers."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.supply.plan import SupplyInputs

SUITE = Path(__file__).resolve().parents[2]
CUTOFF = "2026-02"

# What a row says where a test does not care.
DEFAULTS: dict[str, dict] = {
    "items": {"item_name": "-", "family": "grills", "supply_strategy": "stock", "planning_factor": 1.0, "tier": "A", "active": True},
    "consensus_demand": {
        "region": "SE",
        "channel": "retail",
        "net_price": 100.0,
        "baseline": 0.0,
        "lifecycle": 0.0,
        "override": 0.0,
        "revenue": 0.0,
    },
    "unit_costs": {"valid_from": pd.Timestamp("2025-01-01"), "holding_rate": 0.0},
    "inventory": {"period": CUTOFF},
    "open_orders": {"kind": "production"},
    "resources": {"resource_name": "Line", "site": "plant", "overtime_limit_share": 0.0, "overtime_cost": 0.0},
    "resource_calendar": {},
    "workforce": {"hours_per_head": 100.0, "absence_share": 0.0, "wage": 0.0, "hire_cost": 0.0, "layoff_cost": 0.0, "max_hire": 0.0},
    "bill_of_resources": {},
    "suppliers": {"supplier_name": "-", "lead_time_days": 0.0},
    "supplier_items": {"quantity_per_unit": 1.0},
    "targets": {},
    "planning_costs": {"valid_from": pd.Timestamp("2025-01-01")},
    "alternative_resources": {},
    "stock_limits": {},
    "lot_sizes": {"valid_from": pd.Timestamp("2025-01-01")},
    "workforce_calendar": {},
    "site_items": {},
    "transfers": {"transfer_cost": 0.0},
    "sourcing": {"sourcing_share": 1.0},
    "bill_of_materials": {},
    "stock_rules": {},
    "supplier_contracts": {"from_quantity": 0.0},
    "last_production": {},
}
FIELDS = {"demand": "consensus_demand"}


def inputs_of(**tables: list[dict]) -> SupplyInputs:
    """Supply inputs from rows by field; what a row leaves out is the default, and a table left out is empty."""
    frames = {}
    for field in SupplyInputs.__dataclass_fields__:
        name = FIELDS.get(field, field)
        rows = [DEFAULTS[name] | row for row in tables.get(field, [])]
        frames[field] = conform(pd.DataFrame(rows), CONTRACTS[name]) if rows else empty(CONTRACTS[name])
    return SupplyInputs(**frames)


def demand_rows(item: str, first: str, quantities: list[float], **others: object) -> list[dict]:
    """Demand of one item from `first` on."""
    periods = pd.period_range(first, periods=len(quantities), freq="M").astype(str)
    return [
        {"item": item, "period": period, "quantity": float(quantity), **others}
        for period, quantity in zip(periods, quantities, strict=True)
    ]


def hours_rows(resource: str, first: str, hours: list[float]) -> list[dict]:
    """Calendar of one resource: available and demonstrated hours alike."""
    periods = pd.period_range(first, periods=len(hours), freq="M").astype(str)
    return [
        {"resource": resource, "period": period, "available_hours": float(there), "demonstrated_hours": float(there)}
        for period, there in zip(periods, hours, strict=True)
    ]


@pytest.fixture(name="inputs_of")
def inputs_of_fixture() -> Callable[..., SupplyInputs]:
    return inputs_of


@pytest.fixture(name="demand_rows")
def demand_rows_fixture() -> Callable[..., list[dict]]:
    return demand_rows


@pytest.fixture(name="hours_rows")
def hours_rows_fixture() -> Callable[..., list[dict]]:
    return hours_rows


@pytest.fixture
def planning_case() -> Callable[[str], dict]:
    """Reads a textbook case by name; skips where the data is not there."""

    def read(name: str) -> dict:
        folder = Path(os.environ.get("SOPKIT_DATA", SUITE.parent / "shared" / "data")) / "planning_cases"
        path = folder / f"{name}.json"
        if not path.exists():
            pytest.skip(f"planning cases are not in {folder}: set SOPKIT_DATA")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture
def one_line(inputs_of, demand_rows, hours_rows) -> SupplyInputs:
    """One item on one line, 10 hours a month, an hour a unit; 10, 14, 8 and 9 units asked for; a fifth of the hours in overtime."""
    return inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [10, 14, 8, 9]),
        unit_costs=[{"item": "A", "unit_cost": 60.0, "variable_cost": 40.0, "holding_rate": 0.2}],
        resources=[{"resource": "line", "resource_name": "Coating line", "overtime_limit_share": 0.2, "overtime_cost": 30.0}],
        resource_calendar=hours_rows("line", "2026-03", [10, 10, 10, 10]),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
    )
