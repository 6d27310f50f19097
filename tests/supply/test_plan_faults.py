"""Errors that show only where tables meet: each is found before the solve, with its table and row, all at once."""

from dataclasses import replace

import pytest

from sopkit.errors import DataError
from sopkit.supply.plan import constrained_plan, inputs_problems
from sopkit.supply.policy import SupplyPolicy

CUTOFF = "2026-02"


def told(inputs, **policy) -> str:
    return "\n".join(str(problem) for problem in inputs_problems(inputs, cutoff=CUTOFF, policy=SupplyPolicy(**policy)))


@pytest.fixture
def with_rows(one_line, inputs_of):
    """The company of one line with rows in further tables."""

    def build(**tables):
        frames = inputs_of(**tables)
        return replace(one_line, **{name: getattr(frames, name) for name in tables})

    return build


BROKEN = {
    "negative capacity": (
        {},
        {},
        "resource_calendar.demonstrated_hours: below zero for line, rows 1, 2, 3, 4; expected zero or more",
    ),
    "a minimum lot above the maximum": (
        {"lot_sizes": [{"item": "A", "minimum_lot": 9.0, "maximum_lot": 4.0}]},
        {},
        "lot_sizes, row 1 (A): minimum lot 9 above maximum lot 4",
    ),
    "a minimum lot above the capacity": (
        {"lot_sizes": [{"item": "A", "minimum_lot": 13.0}]},
        {},
        "lot_sizes, row 1 (A): a minimum lot of 13 takes 13 h on line, which has 12 at most",
    ),
    "no multiple within the lots": (
        {"lot_sizes": [{"item": "A", "minimum_lot": 4.0, "maximum_lot": 7.0, "lot_multiple": 8.0}]},
        {},
        "lot_sizes, row 1 (A): no multiple of 8 lies between its minimum lot and its maximum lot 7",
    ),
    "a minimum lot that can neither be sold nor kept": (
        {
            "lot_sizes": [{"item": "A", "minimum_lot": 44.0}],
            "stock_limits": [{"item": "A", "period": f"2026-0{month}", "most_stock": 2.0} for month in (3, 4, 5, 6)],
        },
        {},
        "lot_sizes, row 1 (A): a minimum lot of 44, where 43 are asked for and may lie in stock",
    ),
    "a least stock above the storage": (
        {"stock_limits": [{"item": "A", "period": "2026-05", "least_stock": 30.0}]},
        {"storage_limit": 20.0},
        "stock_limits, row 1: least stock of 30 in 2026-05 above the storage limit 20",
    ),
    "a safety stock above the storage": (
        {"targets": [{"target": "safety_days", "scope": "*", "value": 60.0}]},
        {"storage_limit": 20.0},
        "targets, row 1 (safety_days): safety stock of 22 in 2026-03 above the storage limit 20",
    ),
    "a safety stock above the most stock": (
        {
            "targets": [{"target": "safety_days", "scope": "*", "value": 30.0}],
            "stock_limits": [{"item": "A", "period": "2026-03", "most_stock": 5.0}],
        },
        {},
        "stock_limits, row 1 (A 2026-03): safety stock 14 above most stock 5",
    ),
    "a least stock above the most": (
        {"stock_limits": [{"item": "A", "period": "2026-04", "least_stock": 8.0, "most_stock": 5.0}]},
        {},
        "stock_limits, row 1 (A 2026-04): least stock 8 above most stock 5",
    ),
    "an item without route": (
        {"bill_of_resources": []},
        {"silent_inputs": "refused"},
        "items, row 1: no hours in the bill of resources: capacity does not limit it (1 items: A)",
    ),
    "no opening stock": (
        {},
        {"silent_inputs": "refused"},
        "items, row 1: no stock at the cutoff is told: opens with none (1 items: A)",
    ),
    "a cycle in the bill of materials": (
        {
            "bill_of_materials": [
                {"parent": parent, "component": component, "quantity_per_unit": 1.0}
                for parent, component in (("A", "B"), ("B", "C"), ("C", "B"), ("C", "D"))
            ]
        },
        {},
        "bill_of_materials, rows 2, 3: an article goes into itself: B > C > B",
    ),
    "an article of itself": (
        {"bill_of_materials": [{"parent": "A", "component": "A", "quantity_per_unit": 1.0}]},
        {},
        "bill_of_materials, row 1: an article goes into itself: A > A",
    ),
    "nothing but scrap": (
        {"bill_of_materials": [{"parent": "A", "component": "B", "quantity_per_unit": 1.0, "scrap_share": 1.0}]},
        {},
        "bill_of_materials.scrap_share, row 1: all of it is scrap",
    ),
    "an alternative that is not in the bill": (
        {"alternative_resources": [{"item": "A", "resource": "line", "alternative": "line", "hours": 1.0}]},
        {},
        "alternative_resources, row 1 (A line): no other resource of resources",
    ),
    "more people than hiring reaches": (
        {
            "workforce": [{"skill_group": "crew", "heads": 2, "max_hire": 1.0}],
            "workforce_calendar": [{"skill_group": "crew", "period": "2026-04", "least_heads": 5.0}],
        },
        {},
        "workforce_calendar, row 1 (crew 2026-04): least 5 people, where hiring reaches 4",
    ),
    "more people than hiring reaches, where the calendar lets fewer in": (
        {
            "workforce": [{"skill_group": "crew", "heads": 2, "max_hire": 9.0}],
            "workforce_calendar": [
                {"skill_group": "crew", "period": "2026-03", "max_hire": 0.0},
                {"skill_group": "crew", "period": "2026-04", "least_heads": 5.0, "max_hire": 2.0},
            ],
        },
        {},
        "workforce_calendar, row 2 (crew 2026-04): least 5 people, where hiring reaches 4",
    ),
    "fewer people at most than at least": (
        {
            "workforce": [{"skill_group": "crew", "heads": 2}],
            "workforce_calendar": [{"skill_group": "crew", "period": "2026-04", "least_heads": 2.0, "most_heads": 1.0}],
        },
        {},
        "workforce_calendar, row 1 (crew 2026-04): least 2 above most 1 people",
    ),
    "stock of sites that is not the inventory": (
        {
            "site_items": [{"item": "A", "site": "plant", "opening_stock": 4.0}],
            "inventory": [{"item": "A", "quantity": 7.0}],
        },
        {},
        "site_items.opening_stock, row 1 (A): 4 units at its sites, 7 in inventory",
    ),
    "a resource at a site where the item is not": (
        {"site_items": [{"item": "A", "site": "depot"}]},
        {},
        "bill_of_resources, row 1 (A line): its resource is at plant, where the item is not",
    ),
    "a transfer to a site that nobody knows": (
        {
            "site_items": [{"item": "A", "site": "plant"}],
            "transfers": [{"item": "*", "from_site": "plant", "to_site": "moon"}],
        },
        {},
        "transfers, row 1 (plant moon): moon makes or keeps nothing",
    ),
    "a transfer from a site to itself": (
        {
            "site_items": [{"item": "A", "site": "plant"}],
            "transfers": [{"item": "*", "from_site": "plant", "to_site": "plant"}],
        },
        {},
        "transfers, row 1 (* plant): from plant to itself",
    ),
    "a site where making costs less than nothing": (
        {"site_items": [{"item": "A", "site": "plant", "extra_cost": -50.0}]},
        {},
        "site_items, row 1 (A plant): extra cost -50: a unit made there costs less than nothing",
    ),
    "a safety stock above the storage of its site": (
        {
            "site_items": [{"item": "A", "site": "plant"}],
            "sourcing": [{"family": "*", "region": "SE", "site": "plant"}],
            "targets": [{"target": "safety_days", "scope": "*", "value": 60.0}],
        },
        {"site_storage_limit": {"plant": 20.0}},
        "targets, row 1 (safety_days): safety stock of 22 in 2026-03 above the storage limit 20 of plant",
    ),
    "a region that no site serves": (
        {
            "site_items": [{"item": "A", "site": "plant"}],
            "sourcing": [{"family": "*", "region": "NO", "site": "plant"}],
        },
        {},
        "sourcing: no site serves SE",
    ),
    "shares that are not one": (
        {
            "site_items": [{"item": "A", "site": "plant"}],
            "sourcing": [{"family": "*", "region": "SE", "site": "plant", "sourcing_share": 0.9}],
        },
        {},
        "sourcing.sourcing_share, row 1: shares of SE add up to 0.9",
    ),
    "a cost of the wrong sign": (
        {"unit_costs": [{"item": "A", "unit_cost": 60.0, "variable_cost": 40.0}]},
        {},
        "unit_costs.variable_cost: below zero for A, row 1",
    ),
}


@pytest.mark.parametrize(("tables", "policy", "expected"), BROKEN.values(), ids=BROKEN)
def test_each_fault_is_found_and_placed(with_rows, tables, policy, expected):
    inputs = with_rows(**tables)
    for table, column in (("unit_costs", "variable_cost"), ("resource_calendar", "demonstrated_hours")):
        if column in expected:  # a contract lets none through: this is for frames that did not come through one
            inputs = replace(inputs, **{table: getattr(inputs, table).assign(**{column: -1.0})})
    assert expected in told(inputs, **policy)


def test_all_faults_are_raised_at_once_and_before_the_solve(with_rows):
    inputs = with_rows(
        lot_sizes=[{"item": "A", "minimum_lot": 9.0, "maximum_lot": 4.0}],
        stock_limits=[{"item": "A", "period": "2026-04", "least_stock": 8.0, "most_stock": 5.0}],
        bill_of_materials=[{"parent": "A", "component": "A", "quantity_per_unit": 1.0}],
        planning_costs=[{"item": "A", "holding_cost": 1.0}],
    )
    broken = replace(inputs, planning_costs=inputs.planning_costs.assign(holding_cost=-1.0))
    with pytest.raises(DataError) as raised:
        constrained_plan(broken, SupplyPolicy(), cutoff=CUTOFF)
    assert len(raised.value.problems) == 4


def test_what_is_only_assumed_is_no_fault_by_itself(with_rows):
    assert told(with_rows()) == ""
