"""What must hold for any company: tried on small random ones."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sopkit.supply.plan import SupplyInputs, checks, constrained_plan
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
MONTHS = 4
FEW = settings(max_examples=5, deadline=None, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck))
quantities = st.lists(st.integers(0, 30), min_size=MONTHS, max_size=MONTHS)


@st.composite
def companies(draw, inputs_of, demand_rows, hours_rows) -> tuple[SupplyInputs, SupplyPolicy]:
    """Three items on two lines, a supplier, people, waiting, frozen months."""
    items, rows, costs, bill = [], [], [], []
    for item in "ABC":
        items.append({"item": item, "supply_strategy": draw(st.sampled_from(["stock", "order", "buy"])), "planning_factor": 2.0})
        for channel in ("retail", "dealer"):
            rows += demand_rows(item, "2026-03", draw(quantities), channel=channel, net_price=float(draw(st.integers(20, 90))))
        costs.append({"item": item, "unit_cost": float(draw(st.integers(5, 60))), "holding_rate": 0.3, "subcontract_premium": 4.0})
        bill.append({"item": item, "resource": draw(st.sampled_from(["press", "coat"])), "hours": draw(st.sampled_from([0.5, 1.0]))})
    inputs = inputs_of(
        items=items,
        demand=rows,
        unit_costs=costs,
        inventory=[{"item": "A", "quantity": float(draw(st.integers(-10, 40)))}] if sum(row["quantity"] for row in rows[:8]) else [],
        open_orders=[{"item": "B", "period": "2026-03", "quantity": float(draw(st.integers(0, 40)))}],
        resources=[
            {"resource": "press", "overtime_limit_share": 0.2, "overtime_cost": 3.0, "skill_group": "crew", "crew": 1.0},
            {"resource": "coat", "overtime_limit_share": 0.1, "overtime_cost": 9.0},
        ],
        resource_calendar=[row for name in ("press", "coat") for row in hours_rows(name, "2026-03", draw(quantities))],
        bill_of_resources=bill,
        workforce=[
            {"skill_group": "crew", "heads": 2, "hours_per_head": 8.0, "wage": 5.0, "hire_cost": 2.0, "layoff_cost": 1.0, "max_hire": 1.0}
        ],
        suppliers=[{"supplier": "S"}],
        supplier_items=[{"supplier": "S", "component": "valve", "item": "C", "monthly_limit": float(draw(st.integers(0, 30)))}],
        targets=[{"target": "safety_days", "scope": "*", "value": float(draw(st.integers(0, 10)))}],
    )
    policy = SupplyPolicy(
        frozen_months=draw(st.integers(0, 2)),
        waiting={"dealer": Waiting(share=1, months=draw(st.integers(0, 3))), "*": Waiting(share=0.5, months=1)},
        storage_limit=draw(st.sampled_from([None, 130.0])),
        subcontract_limit={"grills": draw(st.sampled_from([0.0, 5.0]))},
        workforce_planned=draw(st.booleans()),
    )
    return inputs, policy


@pytest.fixture
def company(inputs_of, demand_rows, hours_rows):
    return companies(inputs_of, demand_rows, hours_rows)


def cost_of(inputs, policy) -> float:
    """The objective as the solver has it: the tables keep six decimals."""
    return plan_model(situation_of(inputs, policy, cutoff=CUTOFF)).lp.solver().solve().objective


def priced(inputs: SupplyInputs, factor: float) -> SupplyInputs:
    """The same company in another currency."""
    return replace(
        inputs,
        demand=inputs.demand.assign(net_price=inputs.demand["net_price"] * factor),
        unit_costs=inputs.unit_costs.assign(
            unit_cost=inputs.unit_costs["unit_cost"] * factor, subcontract_premium=inputs.unit_costs["subcontract_premium"] * factor
        ),
        resources=inputs.resources.assign(overtime_cost=inputs.resources["overtime_cost"] * factor),
        workforce=inputs.workforce.assign(**{name: inputs.workforce[name] * factor for name in ("wage", "hire_cost", "layoff_cost")}),
    )


def test_every_plan_keeps_all_rules(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        told = checks(inputs, constrained_plan(inputs, policy, cutoff=CUTOFF))
        assert told["ok"].all(), told.loc[~told["ok"]].to_string()

    holds()


def test_more_hours_never_cost_more(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        more = inputs.resource_calendar.assign(demonstrated_hours=inputs.resource_calendar["demonstrated_hours"] + 5)
        base = cost_of(inputs, policy)
        assert cost_of(replace(inputs, resource_calendar=more), policy) <= base + 1e-9 * max(1.0, abs(base))

    holds()


def test_in_another_currency_the_cost_is_exchanged(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        assert cost_of(priced(inputs, 10.0), policy) == pytest.approx(10 * cost_of(inputs, policy), rel=1e-9, abs=1e-6)

    holds()


def test_the_order_and_names_of_items_do_not_matter(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        names = {"A": "Z", "B": "Y", "C": "X"}
        tables = {}
        for field in SupplyInputs.__dataclass_fields__:
            frame = getattr(inputs, field)
            renamed = frame.assign(item=frame["item"].map(names).astype("str")) if "item" in frame else frame
            tables[field] = renamed.iloc[::-1].reset_index(drop=True)
        assert cost_of(SupplyInputs(**tables), policy) == pytest.approx(cost_of(inputs, policy), rel=1e-9, abs=1e-6)

    holds()


def test_without_demand_nothing_is_made(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        nobody = replace(
            inputs,
            demand=inputs.demand.assign(quantity=0.0),
            inventory=inputs.inventory.assign(quantity=inputs.inventory["quantity"].clip(lower=0)),
            open_orders=inputs.open_orders.iloc[:0],
        )
        plan = constrained_plan(nobody, policy, cutoff=CUTOFF).supply_plan
        assert plan[["production", "subcontract", "shipped", "lost"]].to_numpy().sum() == 0

    holds()


def test_with_ample_means_all_demand_ships_in_its_month(company):
    @FEW
    @given(company)
    def holds(drawn):
        inputs, policy = drawn
        ample = replace(
            inputs,
            resource_calendar=inputs.resource_calendar.assign(demonstrated_hours=1e4),
            workforce=inputs.workforce.iloc[:0],
            resources=inputs.resources.assign(skill_group=pd.Series([None, None], dtype="str")),
            supplier_items=inputs.supplier_items.iloc[:0],
            inventory=inputs.inventory.assign(quantity=inputs.inventory["quantity"].clip(lower=0)),
        )
        free = policy.model_copy(update={"frozen_months": 0, "storage_limit": None})
        told = constrained_plan(ample, free, cutoff=CUTOFF).demand_fulfilment
        assert told["shipped"].tolist() == pytest.approx(told["demand"].tolist(), abs=1e-5)

    holds()
