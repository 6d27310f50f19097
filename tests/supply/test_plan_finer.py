"""What makes the plan finer: alternatives, limits of stock, lots and setups, people month by month. By hand, each alone."""

from dataclasses import replace

import pytest

from sopkit.supply.plan import assumed, checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, horizon_stock_worth_share=0.0, waiting={"*": Waiting(share=0, months=0)})


def with_rows(inputs, inputs_of, **tables):
    frames = inputs_of(**tables)
    return replace(inputs, **{name: getattr(frames, name) for name in tables})


def planned(inputs, policy=POLICY):
    result = constrained_plan(inputs, policy, cutoff=CUTOFF)
    told = checks(inputs, result)
    assert told["ok"].all(), told.loc[~told["ok"]].to_string()
    return result


def costs(result) -> dict[str, float]:
    return {name: round(cost, 4) for name, cost in result.plan_costs.itertuples(index=False, name=None) if abs(cost) > 1e-3}


def test_work_moves_to_another_resource_where_that_is_cheaper_than_overtime(one_line, inputs_of, hours_rows):
    # 14 units in April: 4 of them take 1.5 h each on the old line at 12 more, rather than an hour of overtime at 30
    inputs = with_rows(
        one_line,
        inputs_of,
        resources=[{"resource": "line", "overtime_limit_share": 0.2, "overtime_cost": 30.0}, {"resource": "old"}],
        resource_calendar=[*hours_rows("line", "2026-03", [10] * 4), *hours_rows("old", "2026-03", [6] * 4)],
        alternative_resources=[{"item": "A", "resource": "line", "alternative": "old", "hours": 1.5, "extra_cost": 12.0}],
    )
    result = planned(inputs)
    load = result.resource_load.set_index(["resource", "period"])["planned_hours"]
    assert (load["line", "2026-04"], load["old", "2026-04"]) == (pytest.approx(10), pytest.approx(6))
    assert costs(result)["alternative resources"] == 4 * 12
    assert "overtime" not in costs(result)


def test_least_stock_is_kept_and_what_is_short_of_it_is_priced(one_line, inputs_of):
    # 9 asked for in June with 5 to be left: 14 where 12 can be made; two are made in May and kept
    inputs = with_rows(one_line, inputs_of, stock_limits=[{"item": "A", "period": "2026-06", "least_stock": 5.0}])
    assert planned(inputs).supply_plan["closing_stock"].iloc[-1] == pytest.approx(5)
    much = with_rows(one_line, inputs_of, stock_limits=[{"item": "A", "period": "2026-06", "least_stock": 50.0}])
    result = planned(much)
    left = result.supply_plan["closing_stock"].iloc[-1]
    assert left == pytest.approx(4 * 12 - 41)  # all the hours there are
    assert costs(result)["short of least stock"] == pytest.approx((50 - left) * 100 * 1.25)


def test_no_more_is_kept_than_the_most_stock(one_line, inputs_of):
    inputs = with_rows(one_line, inputs_of, stock_limits=[{"item": "A", "period": "2026-03", "most_stock": 1.0}])
    result = planned(replace(inputs, demand=inputs.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0])))
    assert result.supply_plan["closing_stock"].iloc[0] == pytest.approx(1)
    assert result.supply_plan["lost"].sum() == pytest.approx(3)  # 1 kept and 12 made of 16


def test_lots_cap_a_month_always_and_set_up_only_where_they_are_planned(one_line, inputs_of):
    lots = [{"item": "A", "setup_cost": 500.0, "setup_hours": 1.0, "minimum_lot": 4.0, "maximum_lot": 11.0}]
    roomy = one_line.resource_calendar.assign(demonstrated_hours=40.0)
    inputs = replace(with_rows(one_line, inputs_of, lot_sizes=lots), resource_calendar=roomy)
    off = planned(inputs)
    assert off.supply_plan["production"].max() == pytest.approx(11)
    assert "setups" not in costs(off)
    assert off.gap_share == 0
    assert "lots and setups are not planned, only the most in a month" in set(assumed(inputs, cutoff=CUTOFF, policy=POLICY)["assumption"])
    on = planned(inputs, POLICY.model_copy(update={"lots_planned_for": ("grills",)}))
    # 41 units at 11 a month: all four months are set up, each setup takes an hour of the line
    assert costs(on)["setups"] == 4 * 500
    load = on.resource_load["planned_hours"] - on.supply_plan["production"]
    assert load.tolist() == pytest.approx([1, 1, 1, 1])


def test_lots_are_made_in_multiples_or_not_at_all(one_line, inputs_of):
    inputs = with_rows(one_line, inputs_of, lot_sizes=[{"item": "A", "minimum_lot": 9.0, "lot_multiple": 3.0, "setup_cost": 1.0}])
    roomy = replace(inputs, resource_calendar=inputs.resource_calendar.assign(demonstrated_hours=100.0))
    made = planned(roomy, POLICY.model_copy(update={"lots_planned_for": ("*",)})).supply_plan["production"]
    assert all(quantity == 0 or (quantity >= 9 and quantity % 3 == pytest.approx(0)) for quantity in made.round(6))
    assert made.sum() == pytest.approx(42)  # 41 asked for


@pytest.fixture
def manned(one_line, inputs_of):
    """Two people with 8 hours each man the line; 41 hours in four months, at most 14 in one."""

    def build(calendar=(), **staff):
        workforce = {
            "skill_group": "crew",
            "heads": 2,
            "hours_per_head": 8.0,
            "wage": 10.0,
            "hire_cost": 5.0,
            "layoff_cost": 5.0,
            "max_hire": 9.0,
        }
        line = {"resource": "line", "skill_group": "crew", "crew": 1.0, "overtime_limit_share": 1.0, "overtime_cost": 3.0}
        tables = {"resources": [line], "workforce": [workforce | staff], "workforce_calendar": list(calendar)}
        return with_rows(one_line, inputs_of, **tables)

    return build


def test_people_work_no_more_overtime_than_each_of_them_may(manned):
    # Nobody is hired: two people give 8 h and, at an hour each, 2 h of overtime: 40 in four months, where 41 are asked for
    result = planned(manned(max_hire=0.0, hours_per_head=4.0, overtime_hours_per_head=1.0))
    assert result.resource_load["overtime_hours"].max() <= 2 + 1e-6
    assert result.supply_plan["lost"].sum() > 0
    free = planned(manned(max_hire=0.0, hours_per_head=4.0))
    assert free.resource_load["overtime_hours"].max() > 2
    assert free.supply_plan["lost"].sum() == pytest.approx(0)


def test_holidays_and_limits_of_people_come_from_their_calendar(manned):
    calendar = [
        {"skill_group": "crew", "period": "2026-04", "hours_per_head": 2.0, "wage": 7.0},
        {"skill_group": "crew", "period": "2026-05", "least_heads": 3.0},
        {"skill_group": "crew", "period": "2026-06", "most_heads": 1.0},
    ]
    staff = planned(manned(calendar)).workforce_plan.set_index("period")
    assert staff.loc["2026-04", "available_hours"] == pytest.approx(2 * staff.loc["2026-04", "heads"])
    assert staff.loc["2026-05", "heads"] >= 3 - 1e-6
    assert staff.loc["2026-06", "heads"] <= 1 + 1e-6


def test_few_are_laid_off_where_few_may_be(manned):
    idle = replace(manned(heads=6, max_layoff=1.0), bill_of_resources=manned().bill_of_resources.assign(hours=0.01))
    assert planned(idle).workforce_plan["heads"].round(6).tolist() == [5, 4, 3, 2]


def test_an_idle_hour_costs_what_the_workforce_says(manned):
    # two people who may not leave: 64 hours; of the 41 that are worked 4 of April are beyond the line's regular ten, in overtime
    result = planned(manned(max_hire=0.0, max_layoff=0.0, idle_cost=0.5))
    assert costs(result)["idle hours"] == pytest.approx((64 - 37) * 0.5)


def test_whole_people_are_whole(manned):
    fractions, whole = planned(manned()), planned(manned(), POLICY.model_copy(update={"whole_heads": True}))
    heads = whole.workforce_plan["heads"]
    assert heads.tolist() == pytest.approx(heads.round().tolist())
    assert sum(costs(whole).values()) >= sum(costs(fractions).values()) - 1e-6
    assert whole.gap_share <= POLICY.whole_gap_share


def test_a_month_of_overtime_has_its_own_limit_and_price(one_line):
    calendar = one_line.resource_calendar.assign(overtime_limit_hours=[0.0, 4.0, None, None], overtime_cost=[None, 7.0, None, None])
    result = planned(replace(one_line, resource_calendar=calendar))
    assert result.resource_load["overtime_hours"].round(6).tolist() == [0, 4, 0, 0]
    assert costs(result)["overtime"] == 4 * 7


def test_planning_costs_stand_in_for_the_policys_shares(one_line, inputs_of):
    inputs = with_rows(one_line, inputs_of, planning_costs=[{"item": "A", "holding_cost": 2.0, "lost_cost": 50.0}])
    tight = replace(inputs, demand=inputs.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0]))
    result = planned(tight)
    told = costs(result)
    # a lost unit costs 50, one in overtime 40 + 30: all that regular time does not make is lost
    assert told["lost"] == 6 * 50
    assert "stock" not in told
