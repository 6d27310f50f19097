"""Input errors are found before the solve, all of them, each with its place."""

from dataclasses import replace

import pytest

from sopkit.errors import DataError
from sopkit.supply.plan import assumed, constrained_plan, inputs_problems
from sopkit.supply.policy import SupplyPolicy

CUTOFF = "2026-02"


def told(inputs) -> str:
    return "\n".join(str(problem) for problem in inputs_problems(inputs, cutoff=CUTOFF))


def changed(inputs, table, **columns):
    return replace(inputs, **{table: getattr(inputs, table).assign(**columns)})


def test_good_inputs_have_no_problem(one_line):
    assert inputs_problems(one_line, cutoff=CUTOFF) == []


@pytest.mark.parametrize(
    ("table", "columns", "expected"),
    [
        ("demand", {"item": "X"}, "consensus_demand.item, rows 1, 2, 3, 4: not in items: X"),
        ("demand", {"quantity": -1.0}, "demand.quantity: below zero for A"),
        ("demand", {"quantity": float("nan")}, "consensus_demand.quantity, rows 1, 2, 3, 4: 4 cells are empty"),
        ("unit_costs", {"item": "Q"}, "unit_costs.item, row 1: not in items: Q"),
        ("unit_costs", {"unit_cost": -5.0}, "unit_costs.unit_cost: below zero for A"),
        ("bill_of_resources", {"resource": "press"}, "bill_of_resources.resource, row 1: not in resources: press"),
        ("bill_of_resources", {"hours": -0.1}, "bill_of_resources.hours: below zero for A"),
        ("resources", {"overtime_cost": -1.0}, "resources.overtime_cost: below zero for line"),
        ("resource_calendar", {"demonstrated_hours": -1.0}, "resource_calendar.demonstrated_hours: below zero for line"),
        (
            "resource_calendar",
            {"period": ["2026-03", "2026-04", "2026-05", "2027-01"]},
            "resource_calendar, line: no hours in 1 of 4 planned months, first 2026-06",
        ),
        ("items", {"supply_strategy": "service"}, "services with hours: A"),
    ],
)
def test_each_problem_is_found_and_placed(one_line, table, columns, expected):
    assert expected in told(changed(one_line, table, **columns))


def test_a_month_without_any_demand_or_before_the_plan_is_told(one_line):
    gap = replace(one_line, demand=one_line.demand[one_line.demand["period"] != "2026-04"])
    assert "no demand at all in 2026-04" in told(gap)
    late = replace(one_line, demand=one_line.demand[one_line.demand["period"] > "2026-03"])
    assert "starts in 2026-04; expected the month after the cutoff 2026-02" in told(late)
    assert "no rows" in told(replace(one_line, demand=one_line.demand.iloc[:0]))


def test_a_resource_without_any_hours_is_told(one_line):
    assert "no hours in 4 of 4 planned months" in told(replace(one_line, resource_calendar=one_line.resource_calendar.iloc[:0]))


def test_opening_stock_must_be_that_of_the_cutoff(one_line, inputs_of):
    stock = inputs_of(inventory=[{"item": "A", "period": "2026-01", "quantity": 5.0}]).inventory
    assert "last month end is 2026-01; expected closing stock of the cutoff 2026-02" in told(replace(one_line, inventory=stock))


def test_units_owed_need_demand_to_ship_to(one_line, inputs_of):
    frames = inputs_of(items=[{"item": "A"}, {"item": "B"}], inventory=[{"item": "B", "quantity": -5.0}])
    assert "below zero without demand: B" in told(replace(one_line, items=frames.items, inventory=frames.inventory))


def test_people_and_suppliers(one_line, inputs_of):
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "painters"}],
        workforce=[{"skill_group": "coaters", "heads": 3, "absence_share": 1.0}],
        suppliers=[{"supplier": "S"}],
        supplier_items=[
            {"supplier": "S", "component": "valve", "item": "A", "monthly_limit": 5.0},
            {"supplier": "T", "component": "valve", "item": "A", "quantity_per_unit": 2.0},
        ],
    )
    names = ("resources", "workforce", "suppliers", "supplier_items")
    text = told(replace(one_line, **{name: getattr(frames, name) for name in names}))
    assert "resources.skill_group: not in workforce: painters" in text
    assert "workforce.absence_share: 1 or more for coaters" in text
    assert "supplier_items.supplier, row 2: not in suppliers: T" in text
    assert "supplier_items.quantity_per_unit, valve A: different values in its rows" in text


def test_all_problems_are_raised_at_once(one_line):
    broken = changed(changed(one_line, "demand", net_price=-1.0), "bill_of_resources", hours=-1.0)
    with pytest.raises(DataError) as raised:
        constrained_plan(broken, SupplyPolicy(), cutoff=CUTOFF)
    assert len(raised.value.problems) == 2
    assert "the supply plan cannot be made from these inputs" in str(raised.value)


def test_what_is_taken_for_granted_is_told(one_line, inputs_of):
    told_of = assumed(one_line, cutoff=CUTOFF)
    assert told_of["assumption"].tolist() == [
        "no stock at the cutoff is told: opens with none",
        "nothing is told of what is on order: no month is frozen",
    ]
    bare = replace(one_line, unit_costs=one_line.unit_costs.iloc[:0], bill_of_resources=one_line.bill_of_resources.iloc[:0])
    bare = changed(bare, "demand", net_price=0.0)
    assert assumed(bare, cutoff=CUTOFF)[["items", "which"]].to_numpy().tolist() == [[1, "A"]] * 5
    service = changed(bare, "items", supply_strategy="service")
    assert assumed(service, cutoff=CUTOFF).empty
