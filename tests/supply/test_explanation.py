"""Bottlenecks are confirmed by a second solve, and every shortage has a reason."""

from dataclasses import replace

import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.supply.explanation import bottlenecks, shortages
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)})


@pytest.fixture
def crunch(one_line):
    """16 units in April: 12 made, 2 from March's overtime, 2 lost."""
    return replace(one_line, demand=one_line.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0]))


def reasons(inputs, policy) -> dict[str, str]:
    table = shortages(inputs, constrained_plan(inputs, policy, cutoff=CUTOFF), cutoff=CUTOFF)
    conform(table, CONTRACTS["shortages"])
    return dict(zip(table["period"], table["reason"], strict=True))


def test_the_bottleneck_is_the_line_in_the_crunch(crunch):
    result = constrained_plan(crunch, POLICY, cutoff=CUTOFF)
    table = bottlenecks(crunch, POLICY, result, cutoff=CUTOFF)
    conform(table, CONTRACTS["bottlenecks"])
    assert table[["kind", "limit", "period"]].to_numpy().tolist() == [["resource", "line", "2026-04"], ["resource", "line", "2026-03"]]
    # an hour more in April makes a unit that was lost: 125 - 40; in March it is kept a month at 1
    assert table["value"].round(6).tolist() == [85, 84]
    assert table["resolved_value"].round(6).tolist() == [85, 84]
    assert table["extra"].tolist() == [1, 1]
    assert table["lost"].round(6).tolist() == [2, 0]
    assert table["families"].tolist() == ["grills", "grills"]


def test_the_second_solve_says_less_where_the_dual_value_ends(crunch):
    # 200 hours a month: 5 % are 10 hours, but only 2 more units are lost; the rest takes work out of overtime at 30 an hour
    calendar = crunch.resource_calendar.assign(demonstrated_hours=200.0)
    asked = crunch.demand.assign(quantity=[200.0, 282.0, 8.0, 9.0])
    inputs = replace(crunch, resource_calendar=calendar, demand=asked)
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    table = bottlenecks(inputs, POLICY, result, cutoff=CUTOFF)
    first = table.iloc[0]
    assert (first["period"], first["extra"]) == ("2026-04", 10)
    assert first["value"] == pytest.approx(85)
    assert first["resolved_value"] == pytest.approx((2 * 85 + 8 * 31) / 10)  # March's overtime goes first: 30 and a month of stock


def test_nothing_is_a_bottleneck_where_there_is_room(one_line):
    roomy = replace(one_line, resource_calendar=one_line.resource_calendar.assign(demonstrated_hours=100.0))
    result = constrained_plan(roomy, POLICY, cutoff=CUTOFF)
    table = bottlenecks(roomy, POLICY, result, cutoff=CUTOFF)
    assert table.empty
    conform(table, CONTRACTS["bottlenecks"])
    none = shortages(roomy, result, cutoff=CUTOFF)
    assert none.empty
    conform(none, CONTRACTS["shortages"])


def test_a_full_line_is_told_with_its_hours(crunch):
    table = shortages(crunch, constrained_plan(crunch, POLICY, cutoff=CUTOFF), cutoff=CUTOFF)
    assert table[["item", "period"]].to_numpy().tolist() == [["A", "2026-04"]]
    assert table["lost"].round(6).tolist() == [2]
    assert table["lost_revenue"].round(6).tolist() == [200]
    assert table["reason"].tolist() == ["Coating line is full in 2026-04: 16 h asked for, 12 h there, overtime counted"]


def test_overtime_that_costs_too_much_is_told(crunch):
    dear = replace(crunch, resources=crunch.resources.assign(overtime_cost=500.0))
    assert reasons(dear, POLICY) == {
        "2026-04": "Coating line is full in 2026-04: 16 h asked for, 10 h there, overtime costs more than it saves"
    }


def test_a_frozen_month_is_the_reason_by_itself(crunch, inputs_of):
    nothing = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 0.0}]).open_orders
    told = reasons(replace(crunch, open_orders=nothing), POLICY.model_copy(update={"frozen_months": 1}))
    assert told["2026-03"] == "Production of 2026-03 is frozen: 10 asked for, 0 on order, 0 in stock or arriving"


def test_a_supplier_and_its_limit_are_told_and_confirmed(crunch, inputs_of):
    rows = [{"supplier": "Ventilverk", "component": "valve", "item": "A", "quantity_per_unit": 2.0, "monthly_limit": 16.0}]
    frames = inputs_of(suppliers=[{"supplier": "Ventilverk"}], supplier_items=rows)
    inputs = replace(crunch, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    told = reasons(inputs, POLICY)
    assert told["2026-04"] == "Ventilverk valve is short in 2026-04: 32 asked for, at most 16 a month"
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    table = bottlenecks(inputs, POLICY, result, cutoff=CUTOFF)
    first = table.iloc[0]
    assert (first["kind"], first["limit"]) == ("supplier", "Ventilverk valve")
    assert first["resolved_value"] == pytest.approx(first["value"])  # half a unit that was lost: (125 - 40) / 2, or less where it is kept
    assert first["value"] == pytest.approx(42.5)


@pytest.mark.parametrize("planned", [False, True])
def test_people_who_cannot_be_hired_are_told_and_confirmed(crunch, inputs_of, planned):
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "coaters", "crew": 2.0, "resource_name": "Coating line"}],
        workforce=[{"skill_group": "coaters", "heads": 1, "hours_per_head": 16.0, "layoff_cost": 9.0}],
    )
    inputs = replace(crunch, resources=frames.resources, workforce=frames.workforce)
    policy = POLICY.model_copy(update={"workforce_planned": planned})
    assert reasons(inputs, policy)["2026-04"] == "Too few people in coaters in 2026-04: as many as allowed are hired"
    table = bottlenecks(inputs, policy, constrained_plan(inputs, policy, cutoff=CUTOFF), cutoff=CUTOFF)
    assert table["kind"].iloc[0] == "workforce"
    assert table["resolved_value"].iloc[0] > 0
    assert (table["resolved_value"] <= table["value"] + 1e-6).all()


def test_a_shortage_of_a_month_that_is_ordered_already_says_so_of_an_item_with_sites(inputs_of, demand_rows):
    """Eight asked for of a bought item, five on hand at the one site, nothing arrives before April."""
    inputs = inputs_of(
        items=[{"item": "A", "supply_strategy": "buy"}],
        demand=demand_rows("A", "2026-03", [8, 2], region="SE"),
        unit_costs=[{"item": "A", "unit_cost": 10.0}],
        inventory=[{"item": "A", "quantity": 5.0}],
        open_orders=[{"kind": "purchase", "item": "A", "period": "2026-04", "quantity": 2.0}],
        site_items=[{"item": "A", "site": "north", "opening_stock": 5.0}],
        sourcing=[{"family": "*", "region": "SE", "site": "north", "sourcing_share": 1.0}],
    )
    policy = SupplyPolicy(frozen_months=1, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)})
    found = shortages(inputs, constrained_plan(inputs, policy, cutoff="2026-02"), cutoff="2026-02")
    assert found["reason"].tolist() == ["What is bought for 2026-03 is ordered already: 8 asked for, 0 on order, 5 in stock or arriving"]
