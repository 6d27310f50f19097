"""Each unmet unit is charged to the cause whose relaxing brings it back, in the stated order."""

from dataclasses import replace

import pytest

from sopkit.supply.explanation import shortage_causes
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
