"""Crises: marks become names, months become dates, and the effect is that of a calculation by hand."""

from dataclasses import replace

import pandas as pd
import pytest
from plan_frames import table

from sopkit.errors import ParamsError
from sopkit.meeting.playbooks import crisis_overlay, crisis_scenario, crisis_scenarios, dependence
from sopkit.meeting.policy import Change, Playbook
from sopkit.meeting.scenarios import apply_overlay, replan, scenario_table


def playbook(*changes, months=2, **more):
    made = tuple(Change(**change) for change in changes)
    return Playbook(
        title="it stops", trigger="seen", owner="head_of_operations", first_actions=("count",), months=months, changes=made, **more
    )


LINE_DOWN = {
    "table": "resource_calendar",
    "where": {"resource": "@bottleneck"},
    "first_period": "+0",
    "last_period": "+0",
    "column": "demonstrated_hours",
    "action": "multiply",
    "value": 0.5,
}


@pytest.fixture(scope="module")
def with_valves(inputs):
    """The tiny company, whose grills need a valve of one supplier, 70 a month; none on hand."""
    valves = table(
        "supplier_items",
        [("L1", "valve", "grill", 1.0, 70.0, 60.0, 5.0)],
        ["supplier", "component", "item", "quantity_per_unit", "monthly_limit", "opening_stock", "component_price"],
    )
    suppliers = table("suppliers", [("L1", "Valves", 60.0, 0.95)], ["supplier", "supplier_name", "lead_time_days", "on_time_target_share"])
    return inputs.with_tables({"supplier_items": valves, "suppliers": suppliers})


def test_marks_stand_for_what_the_company_depends_on(with_valves):
    depends = dependence(with_valves, replan(with_valves))
    assert depends.names == {
        "@bottleneck": ("coat",),
        "@critical_supplier": ("L1",),
        "@distant_suppliers": ("L1",),
        "@largest_family": ("grills",),  # 420 x 50 against 120 x 80
    }


def test_the_line_is_down_for_half_of_june(inputs, base):
    """June needs 60 grills + 20 heaters = 80 hours and has 50 then; April may build 20 ahead, May builds nothing for June.

    The plan as it is: 381 grills (39 lost in May). Storage is one unit, so nothing is built ahead: 30 units more are lost in June, grills,
    whose margin of 20 is below the heaters' 40: 30 x 20 = 600 less contribution, 30 x 50 = 1,500 less net sales.
    """
    crisis = crisis_scenario(playbook(LINE_DOWN, months=1), inputs, base, start="2026-06")
    assert crisis.title == "it stops (coat), 2026-06 to 2026-06"
    told = scenario_table(inputs, base, {"down": crisis}, kind="playbook").set_index("scenario")
    assert told.loc["down", "kind"] == "playbook"
    assert told.loc["down", "lost"] - told.loc["base", "lost"] == pytest.approx(30, abs=1.01)  # one unit may be in store
    assert told.loc["down", "npv_change"] < 0


def test_a_shock_of_demand_sells_what_the_line_can_make(inputs, base):
    """June has 20 hours left, a fifth more takes 16: 12 grills at 50 that cost 30, 4 heaters at 80 that cost 40; none is lost."""
    shock = playbook({"table": "demand", "column": "quantity", "action": "multiply", "value": 1.2}, months=1)
    up = crisis_scenario(shock, inputs, base, start="2026-06")
    rows = scenario_table(inputs, base, {"up": up}, kind="playbook").set_index("scenario")
    measures = ["net_sales", "gross_margin", "contribution", "lost"]
    change = rows.loc["up", measures].astype(float) - rows.loc["base", measures].astype(float)
    assert change.tolist() == pytest.approx([920, 400, 400, 0])


def test_a_supplier_that_stops_delivers_nothing_in_its_months(with_valves):
    plan = replan(with_valves)
    crisis = crisis_scenario(playbook(supplier="@critical_supplier"), with_valves, plan, start="2026-04")
    assert crisis.policy.supplier_share == {"L1": {"2026-04": 0.0, "2026-05": 0.0}}
    struck = replan(apply_overlay(with_valves, crisis)).supply
    load = struck.supplier_load.set_index("period")
    assert load["limit_quantity"].tolist() == [70, 0, 0, 70, 70, 70]
    assert load.loc[["2026-04", "2026-05"], "purchased_quantity"].sum() == 0
    made = struck.supply_plan.query("item == 'grill'").set_index("period")["production"]
    assert made["2026-04"] + made["2026-05"] <= 10 + 1e-6 + 60  # what is left of stock and March's 70 after 60 grills on order
    assert made[["2026-04", "2026-05"]].sum() == pytest.approx(load.loc["2026-03", "closing_stock"], abs=1e-4)


def test_months_are_counted_from_the_start_and_end_with_the_plan(inputs, base):
    depends = dependence(inputs, base)
    change = {"table": "demand", "column": "quantity", "action": "multiply", "value": 1.25}
    whole = crisis_overlay(playbook(change, months=3), depends, start="2026-07", last="2026-08").changes[0]
    assert (whole.first_period, whole.last_period) == ("2026-07", "2026-08")
    with pytest.raises(ParamsError, match="up to 2026-08"):
        crisis_overlay(playbook(change), depends, start="2026-09", last="2026-08")


def test_a_mark_that_means_nothing_here_says_why_and_the_others_are_planned(inputs, base):
    books = {"out": playbook(supplier="@critical_supplier"), "odd": playbook(supplier="@critical"), "down": playbook(LINE_DOWN)}
    found, problems = crisis_scenarios(books, inputs, base)
    assert list(found) == ["down"]
    assert "supplier_items name no component" in str(problems["out"][0])
    assert "did you mean @critical_supplier" in str(problems["odd"][0])


def test_columns_that_the_company_leaves_empty_are_left_out(inputs, base):
    dearer = [{"table": "unit_costs", "column": column, "action": "multiply", "value": 1.1} for column in ("unit_cost", "variable_cost")]
    crisis = crisis_scenario(playbook(*dearer, months=12), inputs, base, start="2026-04")
    assert [change.column for change in crisis.changes] == ["unit_cost"]
    costs = apply_overlay(inputs, crisis).tables["unit_costs"]
    assert costs.loc[costs["item"] == "grill", "unit_cost"].tolist() == pytest.approx([30, 33, 30])


def test_no_supplier_share_leaves_the_plan_as_it_is(with_valves):
    same = replace(with_valves, supply=with_valves.supply.model_copy(update={"supplier_share": {"L1": {"2026-05": 1.0}}}))
    pd.testing.assert_frame_equal(replan(same).supply.supply_plan, replan(with_valves).supply.supply_plan)
