"""Plans small enough to be worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.supply.plan import SupplyResult, checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
OPEN = {"frozen_months": 0, "capital_rate": 0.0}
NOTHING_WAITS = {"*": Waiting(share=0, months=0)}


def measures(frame: pd.DataFrame, column: str) -> list[float]:
    return [round(value, 4) for value in frame[column]]


def assert_tables_conform(result: SupplyResult) -> None:
    for name in (
        "supply_plan",
        "demand_fulfilment",
        "resource_load",
        "workforce_plan",
        "supplier_load",
        "plan_costs",
        "deliveries",
        "plan_outlays",
    ):
        frame = getattr(result, name)
        again = conform(frame, CONTRACTS[name])
        assert len(again) == len(frame)
        assert list(frame.columns) == list(again.columns)


def test_work_is_done_ahead_then_in_overtime(one_line):
    # 14 units in April against 10 h: 2 more in March's overtime would cost 30 + 1 a month of stock, April's overtime 30.
    # A unit made ahead in March's regular time is impossible: March needs its 10 hours itself.
    result = constrained_plan(one_line, SupplyPolicy(**OPEN), cutoff=CUTOFF)
    plan = result.supply_plan
    assert measures(plan, "production") == [12, 12, 8, 9]
    assert measures(plan, "closing_stock") == [2, 0, 0, 0]
    assert measures(plan, "lost") == [0, 0, 0, 0]
    load = result.resource_load
    assert measures(load, "overtime_hours") == [2, 2, 0, 0]
    assert measures(load, "required_hours") == [10, 14, 8, 9]
    assert measures(load, "load_ratio") == [1.0, 1.4, 0.8, 0.9]
    assert measures(load, "planned_load_ratio") == [1.2, 1.2, 0.8, 0.9]
    # 41 units at 40, 4 h overtime at 30, 2 units kept a month at 60 x 0.2 / 12
    assert result.plan_costs["planning_cost"].sum() == pytest.approx(41 * 40 + 4 * 30 + 2 * 1)
    assert checks(one_line, result)["ok"].all()
    assert_tables_conform(result)


def test_the_value_of_an_hour_is_what_it_saves(one_line):
    # 16 units in April: 12 made, 2 from March's overtime, 2 lost. An hour more makes one of them: it was worth 100 and its goodwill,
    # it costs 40 to make, and if it is made in March 1 to keep. The limit of overtime, a fifth, grows along.
    asked = one_line.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0])
    inputs, policy = replace(one_line, demand=asked), SupplyPolicy(**OPEN, waiting=NOTHING_WAITS)
    result = constrained_plan(inputs, policy, cutoff=CUTOFF)
    load = result.resource_load.set_index("period")["hour_value"]
    assert load.round(6).tolist() == [125 - 40 - 1, 125 - 40, 0, 0]
    base = result.plan_costs["planning_cost"].sum()
    for month in ("2026-03", "2026-04"):
        calendar = inputs.resource_calendar
        more = calendar.assign(demonstrated_hours=calendar["demonstrated_hours"] + 0.01 * (calendar["period"] == month))
        again = constrained_plan(replace(inputs, resource_calendar=more), policy, cutoff=CUTOFF)
        saved = (base - again.plan_costs["planning_cost"].sum()) / 0.01
        assert saved == pytest.approx(load[month] + 0.2 * (load[month] - 30), rel=1e-4)


def test_of_unmet_demand_the_policys_share_waits_a_month_and_the_rest_is_lost(inputs_of, demand_rows, hours_rows):
    # 10 h a month without overtime, 18 units in the first month: 8 unmet, half of them wait and ship in April.
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [18, 4, 4]),
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [10, 10, 10]),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
    )
    result = constrained_plan(inputs, SupplyPolicy(**OPEN, waiting={"*": Waiting(share=0.5, months=1)}), cutoff=CUTOFF)
    told = result.demand_fulfilment
    assert measures(told, "late") == [4, 0, 0]
    assert measures(told, "lost") == [4, 0, 0]
    assert measures(told, "shipped") == [10, 8, 4]
    assert measures(told, "closing_backlog") == [4, 0, 0]
    costs = result.plan_costs.set_index("component")["planning_cost"]
    assert costs["waiting"] == pytest.approx(4 * 100 * 0.05)
    assert costs["lost"] == pytest.approx(4 * 100 * 1.25)
    assert checks(inputs, result)["ok"].all()


def test_nothing_waits_longer_than_the_policy_allows(inputs_of, demand_rows, hours_rows):
    # All that is unmet waits, one month at most: of 30 units 10 ship in March, 10 late in April, 10 are lost.
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [30, 0, 0]),
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [10, 10, 10]),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
    )
    one = constrained_plan(inputs, SupplyPolicy(**OPEN, waiting={"*": Waiting(share=1, months=1)}), cutoff=CUTOFF)
    assert measures(one.demand_fulfilment, "late") == [10, 0, 0]
    assert measures(one.demand_fulfilment, "lost") == [10, 0, 0]
    two = constrained_plan(inputs, SupplyPolicy(**OPEN, waiting={"*": Waiting(share=1, months=2)}), cutoff=CUTOFF)
    assert measures(two.demand_fulfilment, "late") == [20, 0, 0]
    assert measures(two.demand_fulfilment, "closing_backlog") == [20, 10, 0]
    assert measures(two.demand_fulfilment, "shipped") == [10, 10, 10]


def test_channels_have_their_own_waiting_and_regions_share_by_demand(inputs_of, demand_rows, hours_rows):
    demand = [
        *demand_rows("A", "2026-03", [6, 0], channel="retail", region="SE"),
        *demand_rows("A", "2026-03", [2, 0], channel="retail", region="NO"),
        *demand_rows("A", "2026-03", [8, 0], channel="dealer", region="SE"),
    ]
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand,
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [8, 100]),
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
    )
    waiting = {"dealer": Waiting(share=1, months=1), "*": Waiting(share=0, months=0)}
    result = constrained_plan(inputs, SupplyPolicy(**OPEN, waiting=waiting), cutoff=CUTOFF)
    told = result.demand_fulfilment.set_index(["region", "channel", "period"])
    # dealers wait, so their 8 are late and retail gets all of March
    assert told.loc[("SE", "dealer", "2026-03"), "late"] == pytest.approx(8)
    assert told["lost"].sum() == 0
    tight = replace(inputs, resource_calendar=inputs.resource_calendar.assign(demonstrated_hours=[4.0, 100.0]))
    told = constrained_plan(tight, SupplyPolicy(**OPEN, waiting=waiting), cutoff=CUTOFF)
    told = told.demand_fulfilment.set_index(["region", "channel", "period"])
    # 4 of retail's 8 are lost: three quarters of them in SE
    assert told.loc[("SE", "retail", "2026-03"), "lost"] == pytest.approx(3)
    assert told.loc[("NO", "retail", "2026-03"), "lost"] == pytest.approx(1)


def test_frozen_months_make_what_is_on_order(one_line, inputs_of):
    orders = inputs_of(
        items=[{"item": "A"}],
        demand=[{"item": "A", "period": "2026-03", "quantity": 1.0}],
        open_orders=[
            {"item": "A", "period": "2026-03", "quantity": 13.0},
            {"item": "A", "period": "2026-04", "quantity": 5.0},
            {"kind": "purchase", "item": "A", "period": "2026-01", "quantity": 1.0},
        ],
    ).open_orders
    inputs = replace(one_line, open_orders=orders)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"frozen_months": 1}), cutoff=CUTOFF)
    # 13 on order in March, though 12 hours are there; what is due before March is expected in March; April is planned anew
    assert measures(result.supply_plan, "production") == [13, 10, 8, 9]
    assert measures(result.supply_plan, "receipts") == [1, 0, 0, 0]
    assert measures(result.resource_load, "overtime_hours") == [3, 0, 0, 0]
    told = checks(inputs, result)
    assert told["ok"].all()


def test_a_frozen_month_without_orders_makes_nothing(one_line, inputs_of):
    nothing = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 0.0}]).open_orders
    result = constrained_plan(
        replace(one_line, open_orders=nothing), SupplyPolicy(**OPEN | {"frozen_months": 1, "waiting": NOTHING_WAITS}), cutoff=CUTOFF
    )
    assert measures(result.supply_plan, "production")[0] == 0
    assert measures(result.supply_plan, "lost")[0] == 10
    assert "frozen" in set(result.limits["kind"])


def test_nothing_is_frozen_where_nothing_is_told_of_what_is_on_order(one_line):
    policy = SupplyPolicy(**OPEN | {"frozen_months": 1, "waiting": NOTHING_WAITS})
    assert one_line.open_orders.empty
    assert measures(constrained_plan(one_line, policy, cutoff=CUTOFF).supply_plan, "lost")[0] == 0


def test_safety_stock_is_kept_where_it_costs_less_than_being_short(inputs_of, demand_rows):
    # 30 days of the demand that follows; April has 30 days: all of its 30 units.
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [30, 30, 31]),
        unit_costs=[{"item": "A", "unit_cost": 60.0, "holding_rate": 0.2}],
        targets=[{"target": "safety_days", "scope": "*", "value": 30.0}],
    )
    kept = constrained_plan(inputs, SupplyPolicy(**OPEN, safety_stock_value_share=0.05), cutoff=CUTOFF)
    assert measures(kept.supply_plan, "target_stock")[0] == 30
    assert measures(kept.supply_plan, "closing_stock")[:2] == measures(kept.supply_plan, "target_stock")[:2]
    short = constrained_plan(inputs, SupplyPolicy(**OPEN, safety_stock_value_share=0.0), cutoff=CUTOFF)
    assert measures(short.supply_plan, "closing_stock")[:2] == [0, 0]
    costs = kept.plan_costs.set_index("component")["planning_cost"]
    assert costs["short of safety stock"] == pytest.approx(0, abs=1e-4)


def test_safety_stock_of_a_family_wins_over_that_of_the_company(inputs_of, demand_rows):
    inputs = inputs_of(
        items=[{"item": "A"}, {"item": "B", "family": "stoves"}, {"item": "C", "supply_strategy": "order"}],
        demand=[row for item in "ABC" for row in demand_rows(item, "2026-03", [30, 30])],
        targets=[{"target": "safety_days", "scope": "*", "value": 10.0}, {"target": "safety_days", "scope": "stoves", "value": 20.0}],
    )
    plan = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF).supply_plan
    march = plan[plan["period"] == "2026-03"].set_index("item")["target_stock"]
    assert march.round(6).to_dict() == {"A": 10.0, "B": 20.0, "C": 0.0}  # what is made to order is not kept in stock


def test_the_storage_limit_counts_family_units(one_line):
    items = one_line.items.assign(planning_factor=2.0)
    inputs = replace(one_line, items=items)
    policy = SupplyPolicy(**OPEN | {"storage_limit": 3.0, "waiting": NOTHING_WAITS})
    result = constrained_plan(inputs, policy, cutoff=CUTOFF)
    # two units of 2 family units each would be kept in March; 1.5 fit
    assert measures(result.supply_plan, "closing_stock")[0] == 1.5
    assert measures(result.supply_plan, "lost")[1] == 0.5


def test_stock_that_is_there_may_lie_outside_the_storage_limit(one_line, inputs_of):
    stock = inputs_of(items=[{"item": "A"}], inventory=[{"item": "A", "quantity": 50.0}]).inventory
    policy = SupplyPolicy(**OPEN | {"storage_limit": 3.0})
    result = constrained_plan(replace(one_line, inventory=stock), policy, cutoff=CUTOFF)
    assert measures(result.supply_plan, "closing_stock") == [40, 26, 18, 9]
    assert measures(result.supply_plan, "production") == [0, 0, 0, 0]


def test_what_is_owed_at_the_cutoff_waits_until_it_ships(one_line, inputs_of):
    owed = inputs_of(items=[{"item": "A"}], inventory=[{"item": "A", "quantity": -3.0}]).inventory
    inputs = replace(one_line, inventory=owed)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"waiting": NOTHING_WAITS}), cutoff=CUTOFF)
    plan = result.supply_plan
    assert plan["opening_stock"].iloc[0] == 0
    assert plan["shipped"].sum() + plan["lost"].sum() == pytest.approx(44)
    assert plan["closing_backlog"].iloc[-1] == 0
    assert measures(result.resource_load, "required_hours")[0] == 13
    assert checks(inputs, result)["ok"].all()


def test_items_made_to_order_are_not_made_ahead(one_line):
    inputs = replace(one_line, items=one_line.items.assign(supply_strategy="order"))
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"waiting": NOTHING_WAITS}), cutoff=CUTOFF)
    assert measures(result.supply_plan, "production") == [10, 12, 8, 9]
    assert measures(result.supply_plan, "lost") == [0, 2, 0, 0]


def test_bought_items_and_services_need_no_hours(inputs_of, demand_rows, hours_rows):
    inputs = inputs_of(
        items=[{"item": "B", "supply_strategy": "buy"}, {"item": "S", "supply_strategy": "service"}],
        demand=[row for item in "BS" for row in demand_rows(item, "2026-03", [5, 6])],
        inventory=[{"item": "B", "quantity": 5.0}],
        resources=[{"resource": "line"}],
        resource_calendar=hours_rows("line", "2026-03", [0, 0]),
    )
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"frozen_months": 1}), cutoff=CUTOFF)
    plan = result.supply_plan.set_index(["item", "period"])
    assert plan.loc["B", "production"].tolist() == [0, 6]
    assert plan.loc["S", "shipped"].tolist() == [5, 6]
    assert plan.loc["S", "production"].tolist() == [5, 6]  # services are delivered as they are asked for
    assert result.resource_load["load_ratio"].isna().all()  # a closed line has no load ratio
    assert checks(inputs, result)["ok"].all()
    assert_tables_conform(result)


def test_subcontractors_help_within_their_limit(one_line, inputs_of):
    costs = inputs_of(
        items=[{"item": "A"}], unit_costs=[{"item": "A", "unit_cost": 60.0, "variable_cost": 40.0, "subcontract_premium": 5.0}]
    ).unit_costs
    inputs = replace(one_line, unit_costs=costs)
    policy = SupplyPolicy(**OPEN | {"subcontract_limit": {"grills": 3.0}})
    result = constrained_plan(inputs, policy, cutoff=CUTOFF)
    # 4 units beyond April's regular hours: 3 by the subcontractor at 5; the fourth by him a month before (5), not in overtime (30)
    assert measures(result.supply_plan, "subcontract") == [1, 3, 0, 0]
    assert result.resource_load["overtime_hours"].sum() == 0
    none = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF)
    assert none.supply_plan["subcontract"].sum() == 0


def people_case(one_line, inputs_of, **others):
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "coaters", "crew": 2.0, "resource_name": "Coating line"}],
        workforce=[
            {"skill_group": "coaters", "heads": 1, "hours_per_head": 20.0, "absence_share": 0.1, "wage": 10.0} | others,
            {"skill_group": "office", "heads": 7},
        ],
    )
    return replace(one_line, resources=frames.resources, workforce=frames.workforce)


def test_people_limit_what_a_line_makes(one_line, inputs_of):
    # one person gives 18 of the 20 crew hours that 10 machine hours need: 9 units a month, with all that can be made ahead
    inputs = people_case(one_line, inputs_of)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"waiting": NOTHING_WAITS, "workforce_planned": False}), cutoff=CUTOFF)
    assert measures(result.supply_plan, "production") == [9, 9, 8, 9]
    assert measures(result.supply_plan, "lost") == [1, 5, 0, 0]
    people = result.workforce_plan[result.workforce_plan["skill_group"] == "coaters"]
    assert measures(people, "required_hours") == [18, 18, 16, 18]
    assert measures(people, "available_hours") == [18, 18, 18, 18]
    assert set(result.workforce_plan.loc[result.workforce_plan["skill_group"] == "office", "heads"]) == {7}
    assert {"workforce"} <= set(result.limits["kind"])


def test_people_are_hired_where_it_pays_and_never_in_frozen_months(one_line, inputs_of):
    inputs = people_case(one_line, inputs_of, hire_cost=20.0, layoff_cost=1000.0, max_hire=5.0)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"waiting": NOTHING_WAITS}), cutoff=CUTOFF)
    people = result.workforce_plan[result.workforce_plan["skill_group"] == "coaters"]
    assert measures(people, "hired") == [round(1 / 9, 4), 0, 0, 0]  # 20 crew hours are 1.11 people
    assert measures(result.supply_plan, "lost") == [0, 4, 0, 0]
    assert measures(result.supply_plan, "production") == [10, 10, 8, 9]
    nothing = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 0.0}]).open_orders
    held = replace(inputs, open_orders=nothing)
    frozen = constrained_plan(held, SupplyPolicy(**OPEN | {"frozen_months": 2}), cutoff=CUTOFF).workforce_plan
    assert frozen.loc[frozen["period"] < "2026-05", ["hired", "laid_off"]].to_numpy().sum() == 0


def test_a_supplier_limits_what_can_be_made(one_line, inputs_of):
    frames = inputs_of(
        suppliers=[{"supplier": "Ventilverk"}],
        supplier_items=[{"supplier": "Ventilverk", "component": "valve", "item": "A", "monthly_limit": 8.0, "opening_stock": 3.0}],
    )
    inputs = replace(one_line, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN | {"waiting": NOTHING_WAITS}), cutoff=CUTOFF)
    load = result.supplier_load
    # 8 a month and 3 in stock: 11 in March, 8 in April, 8 in May, and 1 of May's kept would serve June; June's demand is 9
    assert load["purchased_quantity"].le(8 + 1e-6).all()
    assert load["planned_quantity"].sum() == pytest.approx(result.supply_plan["production"].sum())
    assert result.supply_plan["lost"].sum() == pytest.approx(41 - (3 + 4 * 8))
    assert measures(load, "required_quantity") == [10, 14, 8, 9]
    assert load["component_value"].max() > 0
    assert checks(inputs, result)["ok"].all()
    assert_tables_conform(result)


def test_a_second_supplier_is_used_when_the_cheap_one_is_full(one_line, inputs_of):
    rows = [
        {"supplier": "cheap", "component": "valve", "item": "A", "monthly_limit": 8.0, "component_price": 10.0},
        {"supplier": "dear", "component": "valve", "item": "A", "component_price": 13.0},
    ]
    frames = inputs_of(suppliers=[{"supplier": "cheap"}, {"supplier": "dear"}], supplier_items=rows)
    inputs = replace(one_line, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    result = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF)
    assert result.supply_plan["lost"].sum() == 0
    assert result.supplier_load["supplier"].unique().tolist() == ["cheap"]  # only agreed limits are told
    dearer = result.plan_costs.set_index("component")["planning_cost"]["dearer suppliers"]
    assert dearer == pytest.approx((41 - 4 * 8) * 3)


def test_without_resources_all_demand_ships(inputs_of, demand_rows):
    inputs = inputs_of(items=[{"item": "A"}], demand=demand_rows("A", "2026-03", [5, 7]))
    result = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF)
    assert measures(result.supply_plan, "shipped") == [5, 7]
    assert result.resource_load.empty
    assert result.workforce_plan.empty
    assert result.supplier_load.empty
    assert result.limits.empty
    assert checks(inputs, result)["ok"].all()
    assert_tables_conform(result)


def test_items_without_demand_keep_their_stock(inputs_of, demand_rows):
    inputs = inputs_of(
        items=[{"item": "A"}, {"item": "Z"}],
        demand=[*demand_rows("A", "2026-03", [5, 7]), *demand_rows("Z", "2026-03", [0, 0])],
        inventory=[{"item": "Z", "quantity": 4.0}],
    )
    plan = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF).supply_plan
    assert plan.loc[plan["item"] == "Z", "closing_stock"].tolist() == [4, 4]


def test_items_without_price_or_cost_still_ship(inputs_of, demand_rows):
    inputs = inputs_of(items=[{"item": "A"}], demand=demand_rows("A", "2026-03", [5, 7], net_price=0.0))
    plan = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF).supply_plan
    assert plan["shipped"].tolist() == [5, 7]


def test_a_cost_that_rises_makes_nobody_hoard(inputs_of, demand_rows):
    dated = [(pd.Timestamp("2025-01-01"), 40.0), (pd.Timestamp("2026-05-01"), 90.0)]
    inputs = inputs_of(
        items=[{"item": "A"}],
        demand=demand_rows("A", "2026-03", [5, 7, 6]),
        unit_costs=[{"item": "A", "valid_from": day, "unit_cost": cost} for day, cost in dated],
    )
    plan = constrained_plan(inputs, SupplyPolicy(**OPEN), cutoff=CUTOFF).supply_plan
    assert plan["production"].tolist() == [5, 13, 0]  # May's units are made before the cost rises, no more
    assert plan["closing_stock"].tolist() == [0, 6, 0]


def test_inputs_are_left_as_they_were(one_line):
    before = {name: getattr(one_line, name).copy() for name in one_line.__dataclass_fields__}
    constrained_plan(one_line, SupplyPolicy(), cutoff=CUTOFF)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, getattr(one_line, name))


def test_the_same_inputs_give_the_same_plan(one_line):
    first, second = (constrained_plan(one_line, SupplyPolicy(), cutoff=CUTOFF) for _ in range(2))
    for name in SupplyResult.__dataclass_fields__:
        one, other = getattr(first, name), getattr(second, name)
        if name == "requirement":
            one, other = ([np.asarray(part).tolist() for part in vars(each).values()] for each in (one, other))
        assert one.equals(other) if isinstance(one, pd.DataFrame) else one == other
