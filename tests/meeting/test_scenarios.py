"""Overlays and re-planning: the empty overlay is the base, overlays on different keys commute, effects worked out by hand."""

from hashlib import sha256

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from plan_frames import tiny_company

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.errors import ParamsError, Problem
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.statement import plan_statement
from sopkit.finance.working_capital import working_capital_plan
from sopkit.meeting.policy import Change, Overlay, PolicyChange
from sopkit.meeting.scenarios import (
    Memory,
    PlanInputs,
    apply_overlay,
    base_outcome,
    changed_table,
    compose,
    content_of,
    extra_costs,
    order_problems,
    overlaid_policy,
    replan,
    same_plan,
    scenario_frame,
    scenario_row,
    scenario_table,
    scenarios_apart,
    unplanned,
    with_overlay,
)
from sopkit.meeting.scenarios.facts import service_facts
from sopkit.meeting.scenarios.outcome import supply_inputs, tables_of
from sopkit.run.step_files import table_bytes
from sopkit.supply.availability import not_available_of
from sopkit.supply.plan import constrained_plan

EMPTY = Overlay(title="nothing")
OVER_YEARS = ("multi_year_change", "npv_change", "payback_months")


def overlay(*changes, **more):
    return Overlay(title="a change", changes=tuple(Change(**change) for change in changes), **more)


def more_hours(amount, month="2026-05"):
    return {
        "table": "resource_calendar",
        "where": {"resource": "coat"},
        "first_period": month,
        "last_period": month,
        "column": "demonstrated_hours",
        "action": "add",
        "value": amount,
    }


DEARER_HEATERS = {
    "table": "prices",
    "where": {"family": "heaters"},
    "first_period": "2026-05",
    "last_period": "2026-06",
    "column": "net_price",
    "action": "multiply",
    "value": 1.1,
}


def hash_of(plan):
    """Of the bytes that a run would write of a plan's tables."""
    tables = {**tables_of(plan.supply), "consensus_demand": plan.consensus_demand, "plan_statement": plan.plan_statement}
    frames = [conform(frame, CONTRACTS[name]) for name, frame in sorted(tables.items())]
    return sha256(b"".join(table_bytes(frame) for frame in frames)).hexdigest()


def row_of(inputs):
    return scenario_row(inputs, replan(inputs), scenario="x", title="x", kind="scenario")


@pytest.mark.parametrize(
    ("without", "absent"),
    [
        ("inventory", {"fill_rate", "lost", "late", "stock_peak"}),
        ("resources", {"fill_rate", "lost", "late"}),
        ("bill_of_resources", {"fill_rate", "lost", "late"}),
    ],
)
def test_what_rests_on_a_table_that_is_not_provided_is_empty_and_a_fact_with_its_reason(inputs, without, absent):
    gone = [without] if without != "resources" else ["resources", "resource_calendar", "bill_of_resources"]
    changed = inputs.with_tables({name: empty(CONTRACTS[name]) for name in gone})
    row = row_of(changed)
    assert {name for name in ("fill_rate", "lost", "late", "stock_peak") if row[name] != row[name]} == absent
    assert not str(row["breaks_first"]).startswith("grills")
    table = scenario_frame([row | {"scenario": "base"}])
    facts = service_facts(table, not_available_of(changed.tables), cycle="2026-03", currency="SEK").set_index("id")
    assert set(facts.index[facts["value"].isna()]) == {{"lost": "units_lost", "late": "units_late"}.get(name, name) for name in absent}
    assert facts.loc["fill_rate", "reason"].startswith("not provided: ") and without in facts.loc["fill_rate", "reason"]


def test_the_same_figures_are_there_where_all_is_provided(inputs, base):
    table = scenario_table(inputs, base, {})
    facts = service_facts(table, not_available_of(inputs.tables), cycle="2026-03", currency="SEK").set_index("id")["value"]
    assert facts.notna().all() and facts["units_lost"] == table["lost"].iloc[0]


def test_an_empty_overlay_equals_the_base_exactly(inputs, base):
    changed = apply_overlay(inputs, EMPTY)
    assert all(changed.tables[name].equals(frame) for name, frame in inputs.tables.items())
    again = replan(changed)
    assert same_plan(base, again)["ok"].all()
    assert hash_of(again) == hash_of(base)
    assert hash_of(replan(apply_overlay(inputs, overlay(more_hours(10))))) != hash_of(base)
    table = scenario_table(inputs, base, {"nothing": EMPTY}).drop(columns=["scenario", "title", "kind"])
    assert table.iloc[0].equals(table.iloc[1])


def test_a_scenario_that_moves_nothing_says_so(inputs, base):
    roomy = overlay(policy=PolicyChange(supply={"capital_rate": inputs.supply.capital_rate}))
    table = scenario_table(inputs, base, {"roomy": roomy, "nothing": EMPTY, "more": overlay(more_hours(10))}).set_index("scenario")
    assert "moves nothing" in table.loc["roomy", "note"]
    assert table.loc[["base", "nothing", "more"], "note"].isna().all()


def test_same_plan_tells_the_table_that_differs(inputs, base):
    told = same_plan(base, replan(apply_overlay(inputs, overlay(more_hours(10))))).set_index("rule")["ok"]
    assert not told["an empty overlay gives the plan: supply_plan"]
    assert told["an empty overlay gives the plan: consensus_demand"]


def test_overlays_on_different_keys_commute(inputs):
    hours, price = overlay(more_hours(20)), overlay(DEARER_HEATERS)
    one = apply_overlay(apply_overlay(inputs, hours), price)
    other = apply_overlay(apply_overlay(inputs, price), hours)
    assert all(frame.equals(other.tables[name]) for name, frame in one.tables.items())
    assert same_plan(replan(one), replan(other))["ok"].all()


def test_composing_is_applying_one_after_the_other(inputs):
    first, second = overlay(more_hours(20), fixed_cost=10, fixed_cost_period="2026-05"), overlay(DEARER_HEATERS, fixed_cost=5)
    composed = apply_overlay(inputs, compose([first, second]))
    in_turn = apply_overlay(apply_overlay(inputs, first), second)
    assert all(frame.equals(in_turn.tables[name]) for name, frame in composed.tables.items())
    assert composed.fixed_costs == in_turn.fixed_costs == {"2026-03": 5, "2026-05": 10}
    assert content_of(compose([])) == content_of(EMPTY)


def test_forty_hours_more_in_may_ship_the_39_grills_lost(inputs):
    """39 lost grills x price 50 = 1950; x margin 20 = 780; less 300 once."""
    base = row_of(inputs)
    night = row_of(apply_overlay(inputs, overlay(more_hours(40), fixed_cost=300, fixed_cost_period="2026-05")))
    assert (base["lost"], night["lost"]) == (39, 0)
    assert night["net_sales"] - base["net_sales"] == pytest.approx(1950)
    assert night["contribution"] - base["contribution"] == pytest.approx(480)
    assert base["fill_rate"] == pytest.approx(1 - 39 / 540)
    assert night["fill_rate"] == 1
    assert (base["load_peak"], base["load_peak_at"]) == (pytest.approx(1.4), "coat 2026-05")
    assert night["load_peak"] == pytest.approx(1.0)
    assert base["breaks_first"] == "grills 2026-05"
    assert night["breaks_first"] == "coat 2026-05"


def test_fiscal_net_sales_hold_closed_months_too():
    """January and February: 20 grills x 50 + 20 heaters x 80 = 2600 a month; plan: 381 grills and 120 heaters."""
    assert row_of(tiny_company())["net_sales"] == pytest.approx(2 * 2600 + 381 * 50 + 120 * 80)


def test_a_dated_table_changes_in_its_months_only():
    prices = apply_overlay(tiny_company(), overlay(DEARER_HEATERS)).tables["prices"]
    heater = prices[prices["item"] == "heater"]
    assert heater["valid_from"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-01", "2026-05-01", "2026-07-01"]
    assert heater["net_price"].tolist() == pytest.approx([80, 88, 80])
    assert prices.loc[prices["item"] == "grill", "net_price"].tolist() == [50]


def test_demand_is_changed_after_the_consensus_and_the_override_takes_it_up(inputs):
    change = {"table": "demand", "where": {"family": "grills"}, "first_period": "2026-05", "last_period": "2026-05"}
    halved = apply_overlay(inputs, overlay({**change, "column": "quantity", "action": "multiply", "value": 0.5}))
    plan = replan(halved).consensus_demand.set_index(["item", "period"])
    assert plan.loc[("grill", "2026-05"), ["baseline", "override", "quantity", "revenue"]].tolist() == [120, -60, 60, 3000]
    assert plan.loc[("heater", "2026-05"), "quantity"] == 20
    assert row_of(halved)["lost"] == 0


def test_inputs_are_not_changed_by_an_overlay(inputs):
    before = {name: frame.copy() for name, frame in inputs.tables.items()}
    apply_overlay(inputs, overlay(more_hours(20), DEARER_HEATERS))
    assert all(frame.equals(inputs.tables[name]) for name, frame in before.items())


BROKEN = [
    ({**more_hours(1), "table": "resurce_calendar"}, "resurce_calendar", "resource_calendar"),
    ({**more_hours(1), "column": "demonstrated"}, "'demonstrated'", "demonstrated_hours"),
    ({**more_hours(1), "column": "period"}, "'period'", "worked_hours"),
    ({**more_hours(1), "where": {"resource": "coating"}}, "'coating'", "coat"),
    ({**more_hours(1), "where": {"machine": "coat"}}, "'machine'", "resource"),
    ({**more_hours(1), "first_period": "2031-01", "last_period": None}, "no row of resource_calendar", "2026-03 to 2026-08"),
    ({**more_hours(1), "last_period": "2031-01"}, "2031-01, behind the last month of resource_calendar", "2026-08 at most"),
    ({**more_hours(-101)}, "gives -1", "at least 0"),
    ({**more_hours("many")}, "'many'", "a number"),
    ({"table": "workforce", "column": "heads", "action": "add", "value": 1}, "not provided", "rows"),
    ({"table": "items", "column": "tier", "action": "multiply", "value": 2}, "multiply on code column", "set"),
    ({"table": "demand", "where": {"family": "grill"}, "column": "quantity", "action": "multiply", "value": 2}, "'grill'", "grills"),
    ({"table": "demand", "column": "revenue", "action": "multiply", "value": 2}, "'revenue'", "quantity or net_price"),
    ({"table": "items", "first_period": "2026-03", "column": "tier", "action": "set", "value": "B"}, "months on items", "without"),
]


@pytest.mark.parametrize(("change", "came", "expected"), BROKEN)
def test_a_change_that_cannot_be_made_is_told_with_what_is_near(change, came, expected):
    with pytest.raises(ParamsError) as raised:
        apply_overlay(tiny_company(), overlay(change))
    assert len(raised.value.problems) == 1
    assert came in str(raised.value)
    assert expected in str(raised.value)


def test_all_problems_of_an_overlay_are_told_at_once():
    wrong = Overlay(
        title="wrong",
        changes=tuple(Change(**change) for change, _, _ in BROKEN),
        policy=PolicyChange(subcontract_limit={"gril": 100}),
        fixed_cost=1,
        fixed_cost_period="2030-01",
    )
    with pytest.raises(ParamsError) as raised:
        apply_overlay(tiny_company(), wrong)
    assert len(raised.value.problems) == len(BROKEN) + 2


def test_overlays_that_set_one_limit_twice_contradict_each_other():
    one, other = (Overlay(title="x", policy=PolicyChange(subcontract_limit={"grills": limit})) for limit in (100, 200))
    with pytest.raises(ParamsError, match="100 and 200"):
        compose([one, other])
    assert compose([one, one]).policy.subcontract_limit == {"grills": 100}


def test_a_run_of_a_scenario_writes_the_tables_that_the_overlay_gives(inputs, base):
    """Table by table as the steps write them, then the rest of the overlay: the same plan as re-planning."""
    change = {"table": "demand", "where": {"family": "grills"}, "column": "quantity", "action": "multiply", "value": 0.5}
    scenario = overlay(more_hours(20), change, fixed_cost=7)
    written = {name: changed_table(name, frame, scenario, inputs.tables) for name, frame in inputs.tables.items()}
    demand = changed_table("consensus_demand", base.consensus_demand, scenario, inputs.tables)
    wanted = replan(apply_overlay(inputs, scenario))
    assert demand.equals(wanted.consensus_demand)
    assert same_plan(replan(with_overlay(inputs.with_tables(written), scenario)), wanted)["ok"].all()
    assert with_overlay(inputs, None) is inputs


def test_a_plan_from_memory_is_the_plan_made_afresh(inputs, base):
    memory = Memory.of(inputs, base)
    once = apply_overlay(inputs, overlay(more_hours(20)))
    with_cost = apply_overlay(inputs, overlay(more_hours(20), fixed_cost=5))
    first = replan(once, memory)
    known = len(memory.plans)
    assert same_plan(replan(with_cost, memory), replan(with_cost))["ok"].all()
    assert len(memory.plans) == known == 4  # the base's demand and supply, one supply more, and the closed months of the money
    assert same_plan(first, replan(once))["ok"].all()


ORDER = {
    "two that set": ([("set", 120)], [("set", 130)], 1),
    "one that sets, one that adds": ([("set", 120)], [("add", 10)], 1),
    "a factor and an amount": ([("multiply", 1.1)], [("add", 10)], 1),
    "two amounts": ([("add", 20)], [("add", 10)], 0),
    "two factors": ([("multiply", 1.3)], [("multiply", 1.7)], 0),
}


@pytest.mark.parametrize(("mine", "theirs", "problems"), ORDER.values(), ids=ORDER.keys())
@pytest.mark.parametrize("target", ["hours", "demand"])
def test_overlays_whose_order_matters_are_told(inputs, target, mine, theirs, problems):
    hours = {"table": "resource_calendar", "where": {"resource": "coat"}, "column": "demonstrated_hours"}
    place = hours if target == "hours" else {"table": "demand", "where": {"family": "grills"}, "column": "quantity"}
    pair = {
        name: overlay(*({**place, "action": action, "value": value} for action, value in what))
        for name, what in (("a", mine), ("b", theirs))
    }
    found = order_problems(inputs, pair, [("a", "b")])
    assert len(found) == problems
    assert all(problem.where == "a with b" for problem in found)


def test_overlays_on_different_families_do_not_depend_on_their_order(inputs):
    pair = {
        name: overlay({"table": "demand", "where": {"family": family}, "column": "quantity", "action": "set", "value": 1})
        for name, family in (("a", "grills"), ("b", "heaters"))
    }
    assert order_problems(inputs, pair, [("a", "b")]) == []


def test_a_scenario_that_cannot_be_planned_says_why_and_the_others_are_planned(inputs, base):
    placed = Overlay(title="x", changes=(Change(**BROKEN[0][0], place="params/scenarios/one.yaml, line 4"),))
    unusable = {"three": (Problem("params/scenarios/three.yaml, line 2", "nonsense", "sense"),)}
    table = scenario_table(inputs, base, {"one": placed, "fine": overlay(more_hours(40)), "two": overlay(BROKEN[1][0])}, unusable=unusable)
    told = unplanned(table).set_index("scenario")["problem"]
    assert list(told.index) == ["one", "three", "two"]
    assert told["one"].startswith("params/scenarios/one.yaml, line 4: x, change 1 (resurce_calendar.demonstrated_hours)")
    assert "resource_calendar" in told["one"] and "three.yaml, line 2: nonsense" in told["three"]
    assert table.set_index("scenario").loc["fine", "lost"] == 0
    assert table.set_index("scenario").loc["one", "net_sales":"breaks_first"].isna().all()


def test_scenarios_solved_some_at_a_time_are_those_solved_one_by_one(inputs, base):
    wanted = {"broken": overlay(BROKEN[0][0]), "fine": overlay(more_hours(40)), "few": overlay(more_hours(5))}
    unusable = {"three": (Problem("three.yaml, line 2", "nonsense", "sense"),)}
    one, two = (scenarios_apart(inputs, base, wanted, processes=number, unusable=unusable) for number in (1, 2))
    assert one.to_json(double_precision=15) == two.to_json(double_precision=15)
    beside = scenario_table(inputs, base, wanted, unusable=unusable)
    pd.testing.assert_frame_equal(one, beside)


def test_the_steps_of_a_scenario_run_give_the_row_of_the_same_overlay_on_the_base(inputs, base):
    """Steps 3 and 4 on the tables that a run of the scenario writes: limits of the policy, costs once and prices are all in it."""
    change = {"table": "demand", "where": {"family": "grills"}, "column": "quantity", "action": "multiply", "value": 1.2}
    premium = {"table": "unit_costs", "where": {"item": "grill"}, "column": "subcontract_premium", "action": "set", "value": 3}
    limits = PolicyChange(subcontract_limit={"grills": 25})
    scenario = overlay(more_hours(10), change, premium, DEARER_HEATERS, policy=limits, fixed_cost=70, fixed_cost_period="2026-04")
    tables = {name: changed_table(name, frame, scenario, inputs.tables) for name, frame in inputs.tables.items()}
    consensus = replan(inputs.with_tables(tables)).consensus_demand  # step 2, before it writes
    tables["consensus_demand"] = changed_table("consensus_demand", consensus, scenario, tables)
    read = PlanInputs(inputs.cycle, tables, supply=overlaid_policy(inputs.supply, scenario), money=inputs.money)
    made = constrained_plan(supply_inputs(read, tables["consensus_demand"]), read.supply, cutoff=read.cutoff)
    tables |= {name: conform(frame, CONTRACTS[name]) for name, frame in tables_of(made).items()}
    run, money = with_overlay(read, scenario), MoneyInputs.of(tables)
    statement = plan_statement(money, run.money, cutoff=run.cutoff, first_month=1, extra_costs=extra_costs(run))
    capital = working_capital_plan(money, statement, run.money, cutoff=run.cutoff)
    outcome = base_outcome(tables, statement, capital)
    assert same_plan(replan(run), outcome)["ok"].all()
    row = scenario_frame([scenario_row(run, outcome, scenario="x", title=scenario.title, kind="scenario")])
    table = scenario_table(inputs, base, {"x": scenario})
    against = table[table["scenario"] == "x"].assign(**dict.fromkeys(OVER_YEARS, float("nan"))).reset_index(drop=True)
    assert_frame_equal(row, against, check_exact=True)  # what is told against another plan has no place in a row by itself
    assert made.supply_plan["subcontract"].sum() > 0
    assert statement.loc[statement["line"] == "one_off", "amount"].tolist() == [70]


@pytest.mark.parametrize("table", ["supply_plan", "demand_history", "statistical_forecast", "suppliers"])
def test_a_scenario_run_refuses_changes_that_its_steps_would_pass_over(inputs, table):
    change = {"table": table, "column": "lead_time_days", "action": "set", "value": 1}
    for refusing in (with_overlay, apply_overlay):
        with pytest.raises(ParamsError, match="not provided" if table == "suppliers" else table):
            refusing(inputs, overlay(change))


def test_plans_that_start_from_another_are_those_that_start_from_nothing(inputs, base):
    """Many overlays through one memory, the solver starting where it stood, against each by itself: all but the values of limits."""
    memory, grills = Memory.of(inputs, base), {"table": "demand", "where": {"family": "grills"}, "column": "quantity", "action": "multiply"}
    for step in range(1, 4):
        changed = apply_overlay(inputs, overlay(more_hours(9 * step), grills | {"value": 1 + step / 7}))
        warm, cold = replan(changed, memory), replan(changed)
        for name, frame in tables_of(warm.supply).items():
            values = [column for column in ("hour_value", "component_value") if column in frame]
            assert_frame_equal(frame.drop(columns=values), tables_of(cold.supply)[name].drop(columns=values), rtol=0, atol=2e-6)
        assert_frame_equal(warm.plan_statement, cold.plan_statement, rtol=0, atol=1e-3)
    assert len(memory.starts.bases) == 1


def test_a_plan_that_is_not_written_has_the_numbers_of_one_that_is(base):
    """`rounded` spares the checks of `conform`, not its result; the costs of the plan alone are kept in the order they are told in."""
    tables = tables_of(base.supply) | {"plan_statement": base.plan_statement, "working_capital_plan": base.working_capital_plan}
    for name, frame in tables.items():
        told = frame.sort_values("component", ignore_index=True) if name == "plan_costs" else frame
        assert_frame_equal(told, conform(frame, CONTRACTS[name]), check_exact=True)
