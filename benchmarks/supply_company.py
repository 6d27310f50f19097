"""The reference model's data as a company: input tables by contract, planned by the function that plans companies."""

import numpy as np
import pandas as pd

from benchmarks.supply_reference import HIRE, HOURS, LAY_OFF, OVERTIME_COST, OVERTIME_SHARE, WAGE, Reference
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import period_range
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF, FIRST = "2026-02", "2026-03"
FAMILIES, CHANNELS = 20, ("dealer", "retail")
POLICY = SupplyPolicy(frozen_months=0, waiting={"dealer": Waiting(share=1, months=2), "*": Waiting(share=0.5, months=1)})


def company(data: Reference) -> SupplyInputs:
    """Items in families, sold in two channels, made on resources with people of their own, of components with suppliers."""
    items, resources, months, _ = data.shape
    names = [f"I{number:05d}" for number in range(items)]
    lines = [f"R{number:03d}" for number in range(resources)]
    periods = period_range(FIRST, months)
    family = [f"F{number % FAMILIES:02d}" for number in range(items)]
    tables = {
        "items": {"item": names, "item_name": names, "family": family, "supply_strategy": "stock", "planning_factor": 1.0}
        | {"tier": "A", "active": True},
        "demand": _demand(data, names, periods),
        "unit_costs": {"item": names, "valid_from": pd.Timestamp("2025-01-01"), "unit_cost": data.price * 0.45, "holding_rate": 0.18},
        "inventory": {"item": names, "period": CUTOFF, "quantity": data.opening},
        "resources": {"resource": lines, "resource_name": lines, "site": "plant", "skill_group": [f"P{line}" for line in lines]}
        | {"overtime_limit_share": OVERTIME_SHARE, "overtime_cost": OVERTIME_COST, "crew": 1.0},
        "resource_calendar": pd.DataFrame(
            {"resource": lines[row], "period": period, "available_hours": hours, "demonstrated_hours": hours}
            for row in range(resources)
            for period, hours in zip(periods, data.machine_hours[row], strict=True)
        ),
        "workforce": {"skill_group": [f"P{line}" for line in lines], "heads": data.heads.round().astype(int) + 1, "hours_per_head": HOURS}
        | {"absence_share": 0.0, "wage": WAGE, "hire_cost": HIRE, "layoff_cost": LAY_OFF, "max_hire": 5.0},
        "suppliers": {"supplier": [f"S{number:03d}" for number in range(len(data.supplier_limit))], "supplier_name": "-"},
        "supplier_items": {
            "supplier": [f"S{number:03d}" for number in data.supplier],
            "component": [f"C{number:03d}" for number in data.supplier],
            "item": names,
            "quantity_per_unit": data.material,
            "monthly_limit": data.supplier_limit[data.supplier],
        },
        "targets": pd.DataFrame([{"target": "safety_days", "scope": "*", "value": 12.0}]),
        **_routes(data, names, lines),
    }
    fields = SupplyInputs.__dataclass_fields__
    frames = {}
    for field in fields:
        contract = CONTRACTS["consensus_demand" if field == "demand" else field]
        frames[field] = conform(pd.DataFrame(tables[field]), contract) if field in tables else empty(contract)
    return SupplyInputs(**frames)


def _demand(data: Reference, names: list[str], periods: list[str]) -> pd.DataFrame:
    """Demand in halves by channel."""
    grid = pd.MultiIndex.from_product([names, periods], names=["item", "period"]).to_frame(index=False)
    half = grid.assign(
        quantity=data.demand.ravel() / 2, net_price=data.price.repeat(len(periods)), region="SE", lifecycle=0.0, override=0.0
    )
    half = half.assign(baseline=half["quantity"], revenue=half["quantity"] * half["net_price"])
    return pd.concat([half.assign(channel=channel) for channel in CHANNELS], ignore_index=True)


def _routes(data: Reference, names: list[str], lines: list[str]) -> dict[str, pd.DataFrame]:
    """The first route of an item is its bill, the second an alternative."""
    routes = pd.DataFrame(
        {
            "item": [names[item] for item in data.route_item],
            "resource": [lines[resource] for resource in data.route_resource],
            "hours": data.route_hours,
            "extra_cost": np.round(data.price[data.route_item] * 0.02, 4),
        }
    )
    bill = routes.drop_duplicates("item").drop(columns="extra_cost")
    others = routes[routes.duplicated("item")].rename(columns={"resource": "alternative"})
    others = others.merge(bill[["item", "resource"]], on="item")
    return {"bill_of_resources": bill, "alternative_resources": others}
