"""Detectors of smaller proposals, each shown to fire and to stay silent, with its money."""

import pytest
from plan_frames import fulfilment_rows, names_of, table

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.ratify import excess_builds, overrides_in_vain, ratify_list, slow_stock, untouched_safety_stock

MONTHS = ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]


def plan_rows(item, opening, made, demand, target=0):
    rows, stock = [], opening
    for period, m, d in zip(MONTHS, made, demand, strict=True):
        rows.append((item, period, d, stock, m, 0, 0, d, 0, 0, stock + m - d, target))
        stock += m - d
    return rows


def tables_with(*rows, tier="A", **more):
    items = [(item, item, "grills", "stock", 1.0, tier) for item in sorted({row[0] for row in rows})]
    costs = [(item, "2025-01-01", 10.0) for item, *_ in items]
    return {name: empty(contract) for name, contract in CONTRACTS.items()} | {
        "items": table("items", items, ["item", "item_name", "family", "supply_strategy", "planning_factor", "tier"]),
        "supply_plan": table("supply_plan", list(rows), names_of("supply_plan", without=["used_inside"])),
        "unit_costs": table("unit_costs", costs, ["item", "valid_from", "unit_cost"]),
        **more,
    }


def test_a_build_beyond_the_demand_that_follows_is_excess():
    """May closes at 80 and June asks for 30: 50 too many; the last 40 come in May, so it begins in April."""
    found = excess_builds(tables_with(*plan_rows("g", 0, [20, 60, 40, 0, 0], [20, 10, 10, 30, 30])), cutoff="2026-02", months=1)
    assert found.values.tolist() == [["excess", "g", 50.0, 500.0, "2026-04"]]


def test_what_m0_makes_is_frozen_and_no_proposal():
    assert excess_builds(tables_with(*plan_rows("g", 0, [200, 0, 0, 0, 0], [20, 10, 10, 10, 10])), cutoff="2026-02", months=1).empty


def test_a_build_for_the_season_is_no_excess():
    assert excess_builds(tables_with(*plan_rows("g", 0, [20, 10, 90, 0, 0], [20, 10, 10, 80, 0])), cutoff="2026-02", months=1).empty


def test_slow_stock_is_what_the_coming_months_do_not_ask_for():
    found = slow_stock(
        tables_with(*plan_rows("g", 100, [0] * 5, [10] * 5), *plan_rows("h", 20, [0] * 5, [4] * 5)), cutoff="2026-02", months=3
    )
    assert found.values.tolist() == [["slow_stock", "g", 70.0, 700.0, "2026-03"], ["slow_stock", "h", 8.0, 80.0, "2026-03"]]


@pytest.mark.parametrize(
    ("tier", "opening", "expected"), [("C", 40, [["safety_stock", "grills", 5.0, 50.0, "2026-04"]]), ("A", 40, []), ("C", 15, [])]
)
def test_safety_stock_outside_tier_a_that_is_never_touched_may_fall(tier, opening, expected):
    """20 units of target x a quarter, in the month after M0; with 15 in stock the plan goes below the target."""
    tables = tables_with(*plan_rows("g", opening, [10] * 5, [10] * 5, target=20), tier=tier)
    assert untouched_safety_stock(tables, cutoff="2026-02", cut_share=0.25).values.tolist() == expected


def override_tables(outcome="applied", added=40.0):
    override = (
        "O1",
        "marketing",
        "head_of_marketing",
        "grills",
        "*",
        "*",
        "*",
        "2026-04",
        "2026-05",
        "add_units",
        40.0,
        "campaign",
        "week 22",
    )
    log = ("O1", "marketing", "head_of_marketing", "grills", "2026-04", "2026-05", added, added * 50, "week 22", outcome, None)
    return tables_with(
        *plan_rows("g", 0, [10] * 5, [10] * 5),
        overrides=table("overrides", [override], names_of("overrides", without=["evidence", "expires"])),
        override_log=table("override_log", [log], CONTRACTS["override_log"].column_names()),
        demand_fulfilment=fulfilment_rows(("g", "2026-04", 100, 90, 4, 6), ("g", "2026-05", 100, 80, 0, 20), ("g", "2026-06", 9, 0, 0, 9)),
    )


def test_an_override_that_asks_for_what_cannot_be_shipped_is_in_vain():
    """30 of its 40 units are late or lost in its months: 30 of 40 x 2000."""
    assert overrides_in_vain(override_tables()).values.tolist() == [["override", "O1", 30.0, 1500.0, "2026-04"]]
    assert overrides_in_vain(override_tables(added=20.0)).values.tolist() == [["override", "O1", 20.0, 1000.0, "2026-04"]]


@pytest.mark.parametrize("tables", [override_tables(outcome="refused"), override_tables(added=-40.0)])
def test_refused_and_cutting_overrides_are_not_in_vain(tables):
    assert overrides_in_vain(tables).empty


def test_the_list_is_ordered_by_money_and_limited():
    tables = override_tables() | {"supply_plan": tables_with(*plan_rows("g", 100, [0, 90, 0, 0, 0], [10] * 5))["supply_plan"]}
    found = ratify_list(tables, cutoff="2026-02", excess_months=2, slow_months=3, safety_cut_share=0.2, most=1)
    assert found["kind"].tolist() == ["override", "excess", "slow_stock"]
    assert found["position"].tolist() == [1, 2, 3]
    assert found["amount"].is_monotonic_decreasing


def test_a_plan_without_anything_to_ratify_gives_an_empty_list():
    tables = tables_with(*plan_rows("g", 0, [10] * 5, [10] * 5))
    assert ratify_list(tables, cutoff="2026-02", excess_months=2, slow_months=3, safety_cut_share=0.2, most=1).empty
