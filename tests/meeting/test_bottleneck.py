"""The load that a plan is judged by: subcontracted hours out, months of shutdown apart."""

import pytest
from plan_frames import items_of, names_of, table

from sopkit.data.contracts import CONTRACTS
from sopkit.meeting.bottleneck import family_bottlenecks, own_load

MONTHS = ["2026-05", "2026-06", "2026-07"]


def load_of(*rows):
    """ResourceLoad of (resource, period, required, demonstrated) hours."""
    full = [(r, "P1", t, required, 0, 0, shown, shown, 0, required / shown if shown else None, 0.0, 0.0) for r, t, required, shown in rows]
    return table("resource_load", full, CONTRACTS["resource_load"].column_names())


LOAD = load_of(("coat", "2026-05", 450, 250), ("coat", "2026-06", 300, 250), ("coat", "2026-07", 280, 40), ("pack", "2026-05", 90, 100))
BILL = table("bill_of_resources", [("grill", "coat", 0.1), ("grill", "pack", 0.01), ("heater", "pack", 0.1)], ["item", "resource", "hours"])


def supply_plan(subcontract):
    rows = [("grill", t, 0, 0, 0, units, 0, 0, 0, 0, 0, 0) for t, units in zip(MONTHS, subcontract, strict=True)]
    return table("supply_plan", rows, names_of("supply_plan", without=["used_inside"]))


def test_what_a_subcontractor_makes_does_not_load_the_own_line():
    """May: 450 h - 900 grills x 0.1 h = 360 h on 250 h; pack 90 h - 9 h = 81 h on 100 h."""
    load = own_load(LOAD, supply_plan([900, 0, 0]), BILL).set_index(["resource", "period"])
    assert load.loc[("coat", "2026-05"), "own_load_ratio"] == pytest.approx(1.44)
    assert load.loc[("coat", "2026-06"), "own_load_ratio"] == pytest.approx(1.2)
    assert load.loc[("pack", "2026-05"), "own_load_ratio"] == pytest.approx(0.81)


def test_a_month_of_shutdown_has_hours_but_no_load_ratio():
    load = own_load(LOAD, supply_plan([0, 0, 0]), BILL).set_index(["resource", "period"])
    assert load.loc[("coat", "2026-07"), "own_hours"] == 280
    assert load["own_load_ratio"].isna().sum() == 1


def test_hours_never_fall_below_zero():
    assert own_load(LOAD, supply_plan([9000, 0, 0]), BILL)["own_hours"].min() == 0


def test_the_bottleneck_of_a_family_is_the_busiest_resource_that_it_needs():
    found = family_bottlenecks(items_of(grill="grills", heater="heaters", spare="spares"), BILL, LOAD)
    assert found.set_index("family")["resource"].to_dict() == {"grills": "coat", "heaters": "pack"}
