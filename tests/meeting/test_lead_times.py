"""A lead time that grows: what is on order arrives, then nothing until what is ordered now does; by hand."""

import numpy as np
import pytest
from plan_frames import table

from sopkit.errors import ParamsError
from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.scenarios import apply_overlay, compose, replan, same_plan, scenario_table
from sopkit.meeting.scenarios.lead_times import later_arrivals
from sopkit.supply.review.suppliers import supplier_schedule

SUPPLIERS = ["supplier", "supplier_name", "lead_time_days", "on_time_target_share"]
ITEMS = ["supplier", "component", "item", "quantity_per_unit", "monthly_limit", "opening_stock", "component_price"]


def lead_time(action: str, value: float) -> Overlay:
    return Overlay(title="later", changes=(Change(table="suppliers", column="lead_time_days", action=action, value=value),))


@pytest.fixture(scope="module")
def known(inputs):
    """The tiny company, whose grills need a valve of one supplier, 70 a month, none on hand; a lead time of 61 days: March and April."""
    bought = {
        "supplier_items": table("supplier_items", [("L1", "valve", "grill", 1.0, 70.0, 0.0, 5.0)], ITEMS),
        "suppliers": table("suppliers", [("L1", "Valves", 61.0, 0.95)], SUPPLIERS),
    }
    made = inputs.with_tables(bought)
    plan = replan(made).supply
    return made.with_tables({"supplier_schedule": supplier_schedule(plan.supplier_load, plan.supply_plan, *bought.values())})


def lost(inputs) -> float:
    demand = replan(inputs).supply.demand_fulfilment
    return float(demand.loc[demand["item"].eq("grill") & demand["period"].le("2026-05"), "lost"].sum())


def test_a_month_longer_costs_what_the_month_would_have_brought(known):
    """Without: 60 grills in March, 61 in April (there is room for one), 80 in May, for which valves come in March and April: 39 of 240 are
    lost. 92 days in place of 61: May brings none, so that the 131 valves on order are all there is until June: 109 are lost."""
    assert lost(known) == pytest.approx(39)
    later = apply_overlay(known, lead_time("add", 31))
    assert later.supply.supplier_arrivals == {"L1": {"valve": {"2026-03": 61.0, "2026-04": 70.0, "2026-05": 0.0}}}
    assert lost(later) == pytest.approx(109)
    told = scenario_table(known, replan(known), {"later": lead_time("add", 31), "sooner": lead_time("add", -31)}).set_index("scenario")
    assert told.loc["later", "contribution"] == pytest.approx(told.loc["base", "contribution"] - 70 * 20)
    assert told.loc["sooner", "note"] == "what it changes moves nothing in this plan"


def test_a_month_that_holds_two_of_them_has_its_days_share_of_each(known):
    """Fifteen days longer: of May's 31 days 15 bring nothing, of what is ordered now 16 / 31 of the limit arrives."""
    tables = known.tables
    longer = tables["suppliers"].assign(lead_time_days=76.0)
    months = ["2026-03", "2026-04", "2026-05", "2026-06"]
    told = later_arrivals(tables["suppliers"], longer, tables["supplier_schedule"], tables["supplier_items"], months=months)
    assert told["L1"]["valve"] == pytest.approx({"2026-03": 61, "2026-04": 70, "2026-05": 70 * 16 / 31})
    free = tables["supplier_items"].assign(monthly_limit=np.nan)
    told = later_arrivals(tables["suppliers"], longer, tables["supplier_schedule"], free, months=months)
    assert sorted(told["L1"]["valve"]) == ["2026-03", "2026-04"]
    unknown = tables["supplier_schedule"].iloc[:0]
    told = later_arrivals(tables["suppliers"], longer, unknown, tables["supplier_items"], months=months)
    assert sorted(told["L1"]["valve"]) == ["2026-05"]


def test_lead_times_and_other_changes_commute(known):
    dearer = Overlay(title="dearer", changes=(Change(table="unit_costs", column="unit_cost", action="multiply", value=1.1),))
    one, other = (apply_overlay(known, compose(pair)) for pair in ([lead_time("add", 31), dearer], [dearer, lead_time("add", 31)]))
    assert same_plan(replan(one), replan(other))["ok"].all()


def test_a_lead_time_in_place_of_none_is_refused_by_name(known):
    unknown = known.with_tables({"suppliers": table("suppliers", [("L1", "Valves", None, 0.95)], SUPPLIERS)})
    with pytest.raises(ParamsError, match="supplier L1"):
        apply_overlay(unknown, lead_time("set", 90))
