"""Each unmet unit is charged to the cause whose relaxing brings it back, in the stated order."""

from dataclasses import replace

import pytest

from sopkit.supply.explanation import shortage_causes
from sopkit.supply.explanation.hot import hot_plan_of
from sopkit.supply.explanation.relaxing import CAUSES, Relaxing
from sopkit.supply.lp import Solver
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)})


def by_cause(told) -> dict[str, float]:
    return {cause: round(quantity, 6) for cause, quantity in told.groupby("cause")["quantity"].sum().items()}


@pytest.fixture
def crunch(one_line):
    """16 units in April: 12 made, 2 from March's overtime, 2 lost."""
    return replace(one_line, demand=one_line.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0]))


def test_a_full_line_is_the_cause(crunch):
    told = shortage_causes(crunch, POLICY, cutoff=CUTOFF)
    assert told[["item", "period", "cause"]].to_numpy().tolist() == [["A", "2026-04", "machine"]]
    assert told["quantity"].round(6).tolist() == [2]


def test_what_two_causes_hold_back_goes_to_the_one_relaxed_last(crunch, inputs_of):
    # The supplier gives 11 valves a month: 22 for 26 units by April, 4 lost. Without that limit the line still lacks 2.
    rows = [{"supplier": "S", "component": "valve", "item": "A", "monthly_limit": 11.0}]
    frames = inputs_of(suppliers=[{"supplier": "S"}], supplier_items=rows)
    inputs = replace(crunch, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    assert by_cause(shortage_causes(inputs, POLICY, cutoff=CUTOFF)) == {"supplier": 2, "machine": 2}
    other = ("machine", "supplier", "people", "lead time", "policy")
    assert by_cause(shortage_causes(inputs, POLICY, cutoff=CUTOFF, order=other)) == {"supplier": 4}


def test_a_frozen_month_and_what_is_not_worth_making(crunch, inputs_of):
    nothing = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 0.0}]).open_orders
    frozen = replace(crunch, open_orders=nothing)
    told = shortage_causes(frozen, POLICY.model_copy(update={"frozen_months": 1}), cutoff=CUTOFF)
    # nothing in March, 12 in April: 10 + 4 lost; two of April lack hours of the line, with March open as well
    parts = by_cause(told)
    assert sum(parts.values()) == pytest.approx(14)
    assert parts["lead time"] > 0
    dear = replace(crunch, demand=crunch.demand.assign(net_price=1.0), unit_costs=crunch.unit_costs.assign(variable_cost=40.0))
    plan = constrained_plan(dear, POLICY, cutoff=CUTOFF)
    parts = by_cause(shortage_causes(dear, POLICY, cutoff=CUTOFF))
    assert sum(parts.values()) == pytest.approx(plan.demand_fulfilment["lost"].sum(), abs=1e-6)


@pytest.fixture
def held_back(inputs_of, demand_rows, hours_rows):
    """Two items held back by everything at once: a supplier, people, hours, a frozen month, the storage."""
    items = ["A", "B"]
    return inputs_of(
        items=[{"item": item} for item in items],
        demand=demand_rows("A", "2026-03", [30.0, 40.0, 20.0, 60.0]) + demand_rows("B", "2026-03", [10.0, 50.0, 30.0, 70.0]),
        unit_costs=[{"item": item, "unit_cost": 40.0, "holding_rate": 0.1} for item in items],
        open_orders=[{"item": "A", "period": "2026-03", "quantity": 12.0}],
        resources=[{"resource": "line", "overtime_limit_share": 0.1, "overtime_cost": 3.0, "skill_group": "crew", "crew": 1.0}],
        resource_calendar=hours_rows("line", "2026-03", [50.0] * 4),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}, {"item": "B", "resource": "line", "hours": 0.5}],
        workforce=[{"skill_group": "crew", "heads": 4, "hours_per_head": 10.0, "wage": 50.0, "hire_cost": 100.0, "max_hire": 0.0}],
        suppliers=[{"supplier": "S"}],
        supplier_items=[{"supplier": "S", "component": "valve", "item": "B", "monthly_limit": 35.0}],
    )


@pytest.mark.parametrize("order", [CAUSES, CAUSES[::-1]])
def test_each_set_of_causes_is_solved_as_from_nothing(held_back, order):
    policy = POLICY.model_copy(update={"frozen_months": 1, "storage_limit": 25.0})
    asked = Relaxing(held_back, policy, CUTOFF, hot_plan_of(held_back, policy, cutoff=CUTOFF))
    sets = [order[: place + 1] for place in range(len(order))]
    asked.solve_all(sets)
    costs = [asked.hot.base.objective]
    for causes in sets:
        found = asked.without(causes, None)
        key = asked._key(causes)
        model = asked._model(key)
        alone = Solver(model.solver.arrays)
        for swap in asked._swaps(model, key[1]):
            {"bounds": alone.set_bounds, "limits": alone.set_limits}[swap.kind](swap.at, swap.low, swap.high)
        assert found.objective == pytest.approx(alone.solve().objective, rel=1e-9)
        assert model.model.lp.arrays().cost @ found.column_value + model.model.lp.offset == pytest.approx(found.objective, rel=1e-9)
        costs.append(found.objective)
    assert len({round(cost, 3) for cost in costs}) >= 4  # most causes hold something back


def test_parts_add_up_to_what_is_unmet_in_both_orders(held_back):
    policy = POLICY.model_copy(update={"frozen_months": 1, "storage_limit": 25.0})
    plan = constrained_plan(held_back, policy, cutoff=CUTOFF)
    unmet = plan.demand_fulfilment.groupby(["item", "period"])[["late", "lost"]].sum().sum(axis=1)
    for order in (CAUSES, CAUSES[::-1]):
        told = shortage_causes(held_back, policy, cutoff=CUTOFF, order=order, plan=plan)
        parts = told.groupby(["item", "period"])["quantity"].sum().reindex(unmet.index, fill_value=0.0)
        assert parts.to_numpy() == pytest.approx(unmet.to_numpy(), abs=1e-3)
        assert set(told["cause"]) >= {"supplier", "people", "lead time"}


def test_people_who_are_there_anyway_are_no_reason(crunch, inputs_of):
    # The wage of a head who is not needed is no shortage: the line alone holds two units back
    frames = inputs_of(
        resources=[{"resource": "line", "overtime_limit_share": 0.2, "overtime_cost": 5.0, "skill_group": "crew", "crew": 1.0}],
        workforce=[{"skill_group": "crew", "heads": 9, "hours_per_head": 10.0, "wage": 50.0, "layoff_cost": 9.0}],
    )
    told = shortage_causes(replace(crunch, workforce=frames.workforce), POLICY, cutoff=CUTOFF)
    assert set(told["cause"]) <= {"machine"}
