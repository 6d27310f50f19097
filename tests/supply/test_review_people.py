"""People and suppliers: who is missing, whom to hire from when, what to order by when, what a lost supplier costs. Figures by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from sopkit.supply.explanation import hot_plan_of
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.review.people import headcount_plan, hiring_requests
from sopkit.supply.review.suppliers import supplier_risk, supplier_schedule

CUTOFF = "2026-02"
POLICY = SupplyPolicy(
    frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)}, workforce_planned=False, lost_goodwill_share=0.0
)


@pytest.fixture
def manned(one_line, inputs_of):
    """16 units in April, two people an hour; four people give 5 hours each: 10 units. The line itself has 14 hours."""
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "coaters", "crew": 2.0}],
        resource_calendar=[
            {"resource": "line", "period": f"2026-0{month}", "available_hours": 14.0, "demonstrated_hours": 14.0} for month in range(3, 7)
        ],
        workforce=[
            {"skill_group": "coaters", "heads": 4, "hours_per_head": 5.0, "wage": 100.0, "hire_cost": 30.0, "ramp_up_months": 2.0},
            {"skill_group": "packers", "heads": 3, "hours_per_head": 5.0},
        ],
    )
    return replace(
        one_line,
        demand=one_line.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0]),
        resources=frames.resources,
        resource_calendar=frames.resource_calendar,
        workforce=frames.workforce,
    )


def heads_of(inputs, policy=POLICY) -> pd.DataFrame:
    plan = constrained_plan(inputs, policy, cutoff=CUTOFF)
    return headcount_plan(plan.workforce_plan, plan.resource_load, inputs.resources, inputs.workforce)


def test_who_is_missing_is_what_the_line_could_use(manned):
    """April asks for 16 hours x 2 people: 6.4 people; the line can work 14: 5.6, so 1.6 are missing."""
    table = heads_of(manned).set_index(["skill_group", "period"])
    april = table.loc[("coaters", "2026-04")]
    assert (april["heads"], april["needed_by_plan"], april["needed_by_demand"]) == pytest.approx((4, 4, 6.4))
    assert april["missing"] == pytest.approx(1.6)
    assert table.loc[("coaters", "2026-05"), "missing"] == 0
    assert table.loc["packers", "needed_by_demand"].sum() == 0


def test_people_are_asked_for_so_early_that_they_work_at_full_pace(manned):
    table = hiring_requests(heads_of(manned), manned.workforce, decided_on=date(2026, 1, 15))
    [row] = table.to_dict("records")
    assert (row["skill_group"], row["number"], row["start_date"].date()) == ("coaters", 2, date(2026, 2, 1))
    assert (row["needed_from"], row["needed_until"]) == ("2026-04", "2026-04")
    assert row["hire_cost"] == 60
    assert row["wages"] == 2 * 100 * 3  # February to April
    assert not row["too_late"]
    late = hiring_requests(heads_of(manned), manned.workforce, decided_on=date(2026, 3, 20))
    assert late["too_late"].tolist() == [True]


def test_what_the_plan_hires_is_asked_for_too(manned):
    cheap = manned.workforce.assign(max_hire=[9.0, 0.0], wage=0.0, hire_cost=1.0)
    policy = POLICY.model_copy(update={"workforce_planned": True})
    heads = heads_of(replace(manned, workforce=cheap), policy)
    hired = heads[heads["hired"] > 0]
    table = hiring_requests(heads, cheap, decided_on=date(2026, 1, 1))
    assert table["number"].sum() == pytest.approx(hired["hired"].sum())
    assert all("the plan hires" in reason for reason in table["reason"])


def test_without_people_nothing_is_asked(one_line):
    heads = heads_of(one_line)
    assert heads.empty
    assert hiring_requests(heads, one_line.workforce, decided_on=date(2026, 3, 20)).empty


@pytest.fixture
def supplied(one_line, inputs_of):
    """Two valves a unit from S (at most 24 a month, 30 days), from T without a limit a screw; U would deliver screws dearer."""
    rows = [
        {"supplier": "S", "component": "valve", "item": "A", "quantity_per_unit": 2.0, "monthly_limit": 24.0, "component_price": 5.0},
        {"supplier": "T", "component": "screw", "item": "A", "quantity_per_unit": 4.0, "component_price": 1.0},
        {"supplier": "U", "component": "screw", "item": "A", "quantity_per_unit": 4.0, "component_price": 2.0},
    ]
    names = [{"supplier": "S", "lead_time_days": 30.0}, {"supplier": "T", "lead_time_days": 0.0}, {"supplier": "U", "lead_time_days": 5.0}]
    frames = inputs_of(suppliers=names, supplier_items=rows)
    demand = one_line.demand.assign(quantity=[10.0, 10.0, 8.0, 9.0], revenue=[1000.0, 1000.0, 800.0, 900.0])
    return replace(one_line, demand=demand, suppliers=frames.suppliers, supplier_items=frames.supplier_items)


def test_what_to_order_by_when(supplied):
    plan = constrained_plan(supplied, POLICY, cutoff=CUTOFF)
    table = supplier_schedule(plan.supplier_load, plan.supply_plan, supplied.supplier_items, supplied.suppliers).set_index(
        ["supplier", "component", "period"]
    )
    made = plan.supply_plan.set_index("period")["production"]
    valves, screws = table.loc[("S", "valve")], table.loc[("T", "screw")]
    assert valves["quantity"].sum() == pytest.approx(2 * made.sum())
    assert screws["quantity"].to_dict() == pytest.approx((4 * made).to_dict())
    assert "U" not in table.index.get_level_values("supplier")  # dearer, and nothing limits T
    assert valves.loc["2026-05", "order_by"].date() == date(2026, 4, 1)
    assert valves.loc["2026-03", "load_ratio"] == pytest.approx(20 / 24)
    assert screws["load_ratio"].isna().all()
    assert screws.loc["2026-03", "value"] == pytest.approx(4 * made["2026-03"])


def test_a_smallest_order_without_a_limit_is_scheduled_once(supplied, inputs_of):
    """T delivers screws by a contract without a most: what the plan buys by it is not bought once more beside it."""
    contract = [
        {"supplier": "T", "component": "screw", "valid_from": pd.Timestamp("2026-01-01"), "from_quantity": 0.0, "minimum_order": 50.0}
    ]
    alone = supplied.supplier_items[supplied.supplier_items["supplier"] != "U"]
    agreed = replace(supplied, supplier_items=alone, supplier_contracts=inputs_of(supplier_contracts=contract).supplier_contracts)
    plan = constrained_plan(agreed, POLICY, cutoff=CUTOFF)
    load = plan.supplier_load.assign(planned_quantity=plan.supplier_load["planned_quantity"] - 1e-9)  # as a solver's last digits may be
    table = supplier_schedule(load, plan.supply_plan, agreed.supplier_items, agreed.suppliers)
    screws = table[table["component"] == "screw"]
    assert not screws.duplicated("period").any()
    assert screws["quantity"].sum() == pytest.approx(4 * plan.supply_plan["production"].sum())


def test_what_a_lost_supplier_costs(supplied):
    """Without valves nothing is made for a month: ten units of March, at 100 - 40 each; U takes over the screws at a krona more each."""
    hot = hot_plan_of(supplied, POLICY, cutoff=CUTOFF)
    table = supplier_risk(supplied, POLICY, hot, cutoff=CUTOFF, months=1).set_index(["supplier", "component"])
    valve, screw = table.loc[("S", "valve")], table.loc[("T", "screw")]
    assert valve["single_source"] and not screw["single_source"]
    assert (valve["rank"], valve["units_lost"]) == (1, pytest.approx(10))
    assert valve["contribution_change"] == pytest.approx(-10 * 60)
    assert screw["units_lost"] == pytest.approx(0)
    assert screw["contribution_change"] == pytest.approx(-40)
    assert table.loc[("U", "screw"), "contribution_change"] == pytest.approx(0)
    assert valve["revenue"] == pytest.approx(3700)
    assert "the only source of valve: 1 months without it cost 10 units" in valve["sentence"]


def test_a_loss_is_what_a_plan_without_the_supplier_says(supplied):
    """The same from a plan made anew where S delivers nothing at all."""
    hot = hot_plan_of(supplied, POLICY, cutoff=CUTOFF)
    row = supplier_risk(supplied, POLICY, hot, cutoff=CUTOFF, months=4).set_index("supplier").loc["S"]
    nothing = supplied.supplier_items.assign(monthly_limit=supplied.supplier_items["monthly_limit"].where(lambda limit: limit.isna(), 0.0))
    plans = [constrained_plan(each, POLICY, cutoff=CUTOFF) for each in (supplied, replace(supplied, supplier_items=nothing))]
    lost = [plan.demand_fulfilment["lost"].sum() for plan in plans]
    assert row["units_lost"] == pytest.approx(lost[1] - lost[0])
    assert row["units_lost"] == pytest.approx(37)


def test_where_all_demand_must_be_met_a_loss_has_no_plan(supplied):
    policy = POLICY.model_copy(update={"unmet_demand": "refused", "waiting": {"*": Waiting(share=1, months=1)}})
    hot = hot_plan_of(supplied, policy, cutoff=CUTOFF)
    row = supplier_risk(supplied, policy, hot, cutoff=CUTOFF, months=4).set_index("supplier").loc["S"]
    assert pd.isna(row["units_lost"]) and "no plan keeps all limits without it" in row["sentence"]


def test_nobody_buys_ahead_of_a_loss_that_nobody_knows_of(supplied, inputs_of):
    """March is frozen and buys what its ten units take; from April on there is nothing, not even of what March could have bought."""
    orders = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 10.0}]).open_orders
    inputs, policy = replace(supplied, open_orders=orders), POLICY.model_copy(update={"frozen_months": 1})
    hot = hot_plan_of(inputs, policy, cutoff=CUTOFF)
    row = supplier_risk(inputs, policy, hot, cutoff=CUTOFF, months=3).set_index("supplier").loc["S"]
    left = hot.base.values(hot.model.choices.component_stock)[0, 0]
    assert row["units_lost"] == pytest.approx(27 - left / 2)
