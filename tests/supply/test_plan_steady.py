"""Fences, the last plan, smoothing, cover, storage of sites, maintenance, learning and temporary people, on plans worked out by hand."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.finance.statement import COST_LINES, OUTLAYS
from sopkit.supply.last_plan import last_production
from sopkit.supply.plan import SupplyInputs, checks, constrained_plan, inputs_problems
from sopkit.supply.policy import Fence, SupplyPolicy, Waiting

CUTOFF = "2026-02"
POLICY = SupplyPolicy(
    frozen_months=0,
    capital_rate=0.0,
    horizon_stock_worth_share=0.0,
    safety_stock_value_share=0.0,
    waiting={"*": Waiting(share=0, months=0)},
)
MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")


def policy(**knobs) -> SupplyPolicy:
    return POLICY.model_copy(update=knobs)


def made(result) -> list[float]:
    return [round(value, 4) for value in result.supply_plan["production"]]


def costs(result) -> dict[str, float]:
    return {name: round(cost, 6) for name, cost in result.plan_costs.itertuples(index=False, name=None) if cost}


@pytest.fixture
def company(inputs_of, demand_rows, hours_rows):
    """One item at one plant, an hour a unit, 20 hours a month; 10, 14, 8 and 9 units asked for; a unit kept costs 1 a month."""

    def build(**tables):
        return inputs_of(
            items=[{"item": "A"}],
            demand=demand_rows("A", "2026-03", tables.pop("demand", [10, 14, 8, 9])),
            unit_costs=[{"item": "A", "unit_cost": 60.0, "variable_cost": 40.0, "holding_rate": 0.2}],
            resources=[{"resource": "line", "site": "plant"} | tables.pop("line", {})],
            resource_calendar=tables.pop("resource_calendar", None) or hours_rows("line", "2026-03", [20, 20, 20, 20]),
            bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
            **tables,
        )

    return build


def last(*quantities: float) -> list[dict]:
    return [{"item": "A", "period": period, "quantity": quantity} for period, quantity in zip(MONTHS, quantities, strict=False)]


def test_leaving_the_last_plan_costs_what_the_policy_says(company):
    inputs = company(last_production=last(12, 12, 8, 9))
    free = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert made(free) == [10, 14, 8, 9]
    # two units kept a month cost 2; leaving the plan by two units twice costs 4 x 100 x 1 %
    held = constrained_plan(inputs, policy(change_share=0.01), cutoff=CUTOFF)
    assert made(held) == [12, 12, 8, 9]
    assert costs(held)["stock"] == 2
    left = constrained_plan(inputs, policy(change_share=0.004), cutoff=CUTOFF)
    assert made(left) == [10, 14, 8, 9]
    assert costs(left)["leaving the last plan"] == pytest.approx(4 * 100 * 0.004)
    assert checks(inputs, left)["ok"].all()


def test_of_equally_cheap_plans_the_nearest_to_the_last_is_taken(company):
    inputs = company(last_production=last(12, 12, 8, 9))
    nothing = inputs.unit_costs.assign(holding_rate=0.0)
    inputs = replace(inputs, unit_costs=nothing)
    assert made(constrained_plan(inputs, policy(ties="latest"), cutoff=CUTOFF)) == [10, 14, 8, 9]
    assert made(constrained_plan(inputs, POLICY, cutoff=CUTOFF)) == [12, 12, 8, 9]


def test_rows_in_another_order_give_the_same_plan(inputs_of, demand_rows, hours_rows):
    items = ["A", "B"]
    inputs = inputs_of(
        items=[{"item": item} for item in items],
        demand=demand_rows("A", "2026-03", [10.0, 16.0, 8.0, 9.0]) + demand_rows("B", "2026-03", [3.0, 4.0, 3.0, 4.0]),
        unit_costs=[{"item": item, "unit_cost": 40.0} for item in items],
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [14.0] * 4),
        bill_of_resources=[{"item": item, "resource": "line", "hours": 1.0} for item in items],
        last_production=last(11, 11, 9, 9),
    )
    turned = SupplyInputs(**{each.name: getattr(inputs, each.name).iloc[::-1].reset_index(drop=True) for each in fields(inputs)})
    one, other = (constrained_plan(each, POLICY, cutoff=CUTOFF) for each in (inputs, turned))
    for table in ("supply_plan", "demand_fulfilment", "resource_load", "plan_costs"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


def test_slushy_months_hold_the_last_plan_and_open_ones_do_not(company):
    inputs = company(last_production=last(12, 12, 9, 8), open_orders=[{"item": "A", "period": "2026-03", "quantity": 12.0}])
    fenced = policy(fences={"plant": Fence(frozen_months=1, slushy_months=1)}, slushy_change_share=0.05)
    result = constrained_plan(inputs, fenced, cutoff=CUTOFF)
    assert made(result) == [12, 12, 8, 9]  # frozen as ordered, slushy as planned, then what is asked for
    assert checks(inputs, result)["ok"].all()


def test_each_site_has_its_own_frozen_months(inputs_of, demand_rows, hours_rows):
    inputs = inputs_of(
        items=[{"item": "A"}, {"item": "B"}],
        demand=[*demand_rows("A", "2026-03", [5, 5]), *demand_rows("B", "2026-03", [5, 5])],
        unit_costs=[{"item": item, "unit_cost": 40.0} for item in "AB"],
        open_orders=[{"item": item, "period": "2026-03", "quantity": 3.0} for item in "AB"],
        resources=[{"resource": "n", "site": "north"}, {"resource": "s", "site": "south"}],
        resource_calendar=[*hours_rows("n", "2026-03", [9, 9]), *hours_rows("s", "2026-03", [9, 9])],
        bill_of_resources=[{"item": "A", "resource": "n", "hours": 1.0}, {"item": "B", "resource": "s", "hours": 1.0}],
    )
    result = constrained_plan(inputs, policy(fences={"north": Fence(frozen_months=1)}), cutoff=CUTOFF)
    plan = result.supply_plan.set_index(["item", "period"])["production"].round(4)
    assert plan[("A", "2026-03")] == 3  # frozen: only what is on order
    assert plan[("B", "2026-03")] == 5
    assert [round(value) for value in result.supply_plan["lost"]] == [2, 0, 0, 0]


def test_work_is_smoothed_where_that_is_worth_more_than_stock(company):
    # 10, 14, 8, 9: each hour up or down costs 3, a unit kept a month 1
    result = constrained_plan(company(), policy(smoothing_cost=3.0), cutoff=CUTOFF)
    hours = result.resource_load["planned_hours"].to_numpy()
    uneven = np.abs(np.diff(hours)).sum()
    assert costs(result)["uneven work"] == pytest.approx(3 * uneven)
    assert uneven == pytest.approx(3.5)  # 12, 12, 8.5, 8.5 against 4 + 6 + 1 without smoothing
    assert made(result) == [12, 12, 8.5, 8.5]


def test_stock_covers_no_more_months_than_it_may(company, hours_rows):
    short = hours_rows("line", "2026-03", [20, 0, 0, 20])
    demand = [0, 6, 6, 3]
    free = constrained_plan(company(demand=demand, resource_calendar=short), POLICY, cutoff=CUTOFF)
    assert made(free) == [12, 0, 0, 3]
    for rule in ({"shelf_life_months": 1.0}, {"most_cover_months": 1.0}, {"shelf_life_months": 3.0, "most_cover_months": 1.0}):
        held = constrained_plan(company(demand=demand, resource_calendar=short, stock_rules=[{"item": "A"} | rule]), POLICY, cutoff=CUTOFF)
        assert made(held) == [6, 0, 0, 3]
        assert held.supply_plan["lost"].sum() == 6
    half = constrained_plan(
        company(demand=demand, resource_calendar=short, stock_rules=[{"item": "A", "most_cover_months": 1.5}]), POLICY, cutoff=CUTOFF
    )
    assert made(half)[0] == 9


def test_components_may_cover_what_they_go_into(inputs_of, demand_rows, hours_rows):
    inputs = inputs_of(
        items=[{"item": "A"}, {"item": "P"}],
        demand=demand_rows("A", "2026-03", [0, 6, 6]),
        unit_costs=[{"item": "A", "unit_cost": 40.0, "holding_rate": 0.2}, {"item": "P", "unit_cost": 5.0, "holding_rate": 0.2}],
        resources=[{"resource": "a"}, {"resource": "p"}],
        resource_calendar=[*hours_rows("a", "2026-03", [0, 20, 20]), *hours_rows("p", "2026-03", [20, 0, 0])],
        bill_of_resources=[{"item": "A", "resource": "a", "hours": 1.0}, {"item": "P", "resource": "p", "hours": 1.0}],
        bill_of_materials=[{"parent": "A", "component": "P", "quantity_per_unit": 1.0}],
        stock_rules=[{"item": "P", "most_cover_months": 1.0}],
    )
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    plan = result.supply_plan.set_index(["item", "period"])
    # April's work may use all that lies at the end of March: up to 12 are made in April, 6 of them for May
    assert plan.loc[("P", "2026-03"), "production"] == pytest.approx(12)
    assert plan["lost"].sum() == pytest.approx(0)


def test_maintenance_takes_its_part_of_the_hours(company):
    calendar = [
        {"resource": "line", "period": period, "available_hours": 20.0, "demonstrated_hours": 16.0, "maintenance_hours": stop}
        for period, stop in zip(MONTHS, (0.0, 10.0, 0.0, 0.0), strict=True)
    ]
    result = constrained_plan(company(resource_calendar=calendar), POLICY, cutoff=CUTOFF)
    assert result.resource_load["demonstrated_hours"].tolist() == [16, 8, 16, 16]
    assert result.resource_load["available_hours"].tolist() == [20, 10, 20, 20]
    assert made(result) == [16, 8, 8, 9]


def test_who_is_hired_learns_first(company):
    people = {"skill_group": "crew", "heads": 1, "hours_per_head": 8.0, "wage": 1.0, "hire_cost": 0.0, "max_hire": 1.0}
    inputs = company(
        demand=[20, 20, 20, 20], line={"skill_group": "crew", "crew": 1.0}, workforce=[people | {"ramp_up_months": 1.0, "max_layoff": 0.0}]
    )
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    # one more each month; in the first month somebody hired gives half: 1 + 1/2, 2 + 1/2, then what 20 units take
    assert made(result) == [12, 20, 20, 20]
    assert result.workforce_plan["available_hours"].tolist()[:2] == pytest.approx([12, 20])


def test_temporary_people_come_and_go(company):
    people = {"skill_group": "crew", "heads": 1, "hours_per_head": 10.0, "wage": 5.0, "max_hire": 0.0}
    inputs = company(
        line={"skill_group": "crew", "crew": 1.0}, workforce=[people | {"most_temporary": 2.0, "temporary_cost": 7.0, "max_layoff": 0.0}]
    )
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert result.workforce_plan["temporary"].tolist() == pytest.approx([0, 0.4, 0, 0])
    assert costs(result)["temporary people"] == pytest.approx(0.4 * 7)
    assert result.plan_outlays.loc[result.plan_outlays["kind"].eq("temporary_people"), "amount"].sum() == pytest.approx(0.4 * 7)


def test_stock_of_a_site_fits_its_storage(inputs_of, demand_rows, hours_rows):
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [0, 20]),
        unit_costs=[{"item": "A", "unit_cost": 40.0, "holding_rate": 0.1}],
        resources=[{"resource": "line", "site": "plant"}],
        resource_calendar=hours_rows("line", "2026-03", [15, 10]),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
        site_items=[{"item": "A", "site": "plant"}],
    )
    free = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert made(free) == [10, 10]
    held = constrained_plan(inputs, policy(site_storage_limit={"plant": 4.0}), cutoff=CUTOFF)
    assert made(held) == [4, 10]


def test_margin_leaves_out_what_sells_below_its_cost(company):
    cheap = company()
    cheap = replace(cheap, demand=cheap.demand.assign(net_price=30.0))
    always = constrained_plan(cheap, policy(lost_goodwill_share=0.0), cutoff=CUTOFF)
    margin = constrained_plan(cheap, policy(lost_goodwill_share=0.0, objective="margin"), cutoff=CUTOFF)
    assert always.supply_plan["lost"].sum() == pytest.approx(0)
    assert margin.supply_plan["shipped"].sum() == pytest.approx(0)


def test_waiting_differs_by_tier(inputs_of, demand_rows, hours_rows):
    inputs = inputs_of(
        items=[{"item": "A", "tier": "A"}, {"item": "B", "tier": "B"}],
        demand=[*demand_rows("A", "2026-03", [4, 0]), *demand_rows("B", "2026-03", [4, 0])],
        unit_costs=[{"item": item, "unit_cost": 40.0} for item in "AB"],
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [0, 20]),
        bill_of_resources=[{"item": item, "resource": "line", "hours": 1.0} for item in "AB"],
    )
    rules = {"retail/B": Waiting(share=0, months=0), "*": Waiting(share=1, months=1)}
    result = constrained_plan(inputs, policy(waiting=rules), cutoff=CUTOFF)
    assert result.supply_plan.groupby("item")["lost"].sum().to_dict() == {"A": 0, "B": 4}


def test_the_last_plan_is_that_of_the_run_before(company):
    before = constrained_plan(company(), POLICY, cutoff=CUTOFF).supply_plan
    assert last_production(before)["quantity"].tolist() == [10, 14, 8, 9]
    assert last_production(before.iloc[:0]).empty


def test_what_cannot_be_right_is_found(company):
    calendar = [{"resource": "line", "period": MONTHS[0], "available_hours": 8.0, "demonstrated_hours": 8.0, "maintenance_hours": 10.0}]
    calendar += [{"resource": "line", "period": period, "available_hours": 8.0, "demonstrated_hours": 8.0} for period in MONTHS[1:]]
    told = "\n".join(str(each) for each in inputs_problems(company(resource_calendar=calendar), cutoff=CUTOFF, policy=POLICY))
    assert "resource_calendar, row 1 (line 2026-03): maintenance of 10 h in 8 available hours" in told
    aging = company(stock_rules=[{"item": "A", "shelf_life_months": 1.0}], targets=[{"target": "safety_days", "scope": "*", "value": 45.0}])
    fenced = policy(fences={"moon": Fence(frozen_months=1)})
    told = "\n".join(str(each) for each in inputs_problems(aging, cutoff=CUTOFF, policy=fenced))
    assert "stock_rules, row 1 (A): safety stock of 45 days in at most 1 months of cover" in told
    assert "supply.fences: site moon is in no table" in told


def test_each_kind_of_outlay_has_a_line_in_the_statement():
    kinds = CONTRACTS["plan_outlays"].column("kind").choices
    assert {OUTLAYS.get(kind, kind) for kind in kinds} <= set(COST_LINES)


def test_far_months_are_decided_by_quarter_and_balances_hold_monthly(inputs_of, demand_rows, hours_rows):
    demand = [6, 9, 12, 3, 14, 8, 8]
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", demand),
        unit_costs=[{"item": "A", "unit_cost": 60.0, "variable_cost": 40.0, "holding_rate": 0.2}],
        resources=[{"resource": "line", "skill_group": "crew", "crew": 1.0}],
        resource_calendar=hours_rows("line", "2026-03", [20.0] * 7),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
        workforce=[{"skill_group": "crew", "heads": 10, "hours_per_head": 1.0, "wage": 2.0, "max_hire": 20.0}],
    )
    monthly, far = (constrained_plan(inputs, policy(quarters_after=after), cutoff=CUTOFF) for after in (None, 2))
    assert made(monthly) == demand
    # 12, 3 and 14 come from 8.5 a month and 3.5 made before them: 9 unit months in stock, where 12 a month would be 16
    assert made(far) == [6, 12.5, 8.5, 8.5, 8.5, 8, 8]
    people = far.workforce_plan.set_index("period")
    assert (people.loc[["2026-06", "2026-07", "2026-09"], ["hired", "laid_off"]] == 0).all(axis=None)
    assert far.plan_costs["planning_cost"].sum() > monthly.plan_costs["planning_cost"].sum()
    assert checks(inputs, far)["ok"].all()
    assert far.supply_plan["lost"].sum() == 0
