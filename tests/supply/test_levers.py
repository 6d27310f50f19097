"""Levers are priced by a solve, told with their last date, and each enters the model where a planner would put it."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.errors import ParamsError
from sopkit.supply.explanation import hot_plan_of
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.review.levers import decision_day, hot_plan_with_levers, lever_effects, meeting_day

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)})
EARLY = date(2026, 1, 1)


@pytest.fixture
def crunch(one_line):
    """16 units in April: 12 made, 2 from March's overtime at 30 an hour, 2 lost at a price of 100 and a variable cost of 40."""
    return replace(one_line, demand=one_line.demand.assign(quantity=[10.0, 16.0, 8.0, 9.0]))


def lever(kind: str, target: str, **others: object) -> dict:
    terms = {"lever": kind, "statement": "It", "kind": kind, "target": target, "maximum": 100.0, "unit_price": 0.0, "fixed_cost": 0.0}
    return terms | {"lead_time_weeks": 0.0} | others


def told(inputs, *rows: dict, on: date = EARLY, policy: SupplyPolicy = POLICY) -> pd.DataFrame:
    levers = conform(pd.DataFrame(list(rows)), CONTRACTS["levers"])
    hot, blocks = hot_plan_with_levers(inputs, policy, levers, cutoff=CUTOFF)
    plain = hot_plan_of(inputs, policy, cutoff=CUTOFF)
    assert hot.base.objective == pytest.approx(plain.base.objective)  # closed, a lever changes nothing
    table = lever_effects(hot, blocks, levers, decided_on=on)
    assert hot.with_swaps([]).objective == pytest.approx(plain.base.objective)  # and it was closed again
    return table.set_index("lever")


def test_a_shift_ships_what_was_lost(crunch):
    """Two hours at 20 make the two lost units: 2 x (100 - 40 - 20); the two made ahead come from the shift too: 2 x (30 - 20)."""
    row = told(crunch, lever("shift", "line", unit_price=20.0)).loc["shift"]
    assert row["units_saved"] == pytest.approx(2)
    assert row["used"] == pytest.approx(6)  # March's overtime of 2 and April's 2 are dearer than the shift
    assert row["contribution_change"] == pytest.approx(2 * 40 + 4 * 10)
    assert row["lever_cost"] == pytest.approx(120)
    assert row["verdict"] == "pull"


def test_a_whole_replan_says_the_same(crunch):
    """The effect of hours for nothing is that of a calendar with those hours."""
    row = told(crunch, lever("shift", "line", maximum=1.0)).loc["shift"]
    more = replace(crunch, resource_calendar=crunch.resource_calendar.assign(demonstrated_hours=11.0))
    more = replace(more, resources=more.resources.assign(overtime_limit_share=2 / 11))  # the overtime stays at two hours
    base, after = (constrained_plan(each, POLICY, cutoff=CUTOFF) for each in (crunch, more))
    saved = base.demand_fulfilment["lost"].sum() - after.demand_fulfilment["lost"].sum()
    assert row["units_saved"] == pytest.approx(saved) and saved > 0


@pytest.mark.parametrize(
    ("weeks", "verdict", "last"),
    [(2.0, "pull", date(2026, 3, 18)), (12.0, "too late", date(2026, 1, 7)), (20.0, "too late", date(2025, 11, 12))],
)
def test_a_lever_that_comes_too_late_says_until_when(crunch, weeks, verdict, last):
    """It is needed from 1 April on: nothing is cheaper to make earlier."""
    row = told(crunch, lever("shift", "line", unit_price=20.0, lead_time_weeks=weeks), on=date(2026, 2, 15)).loc["shift"]
    assert row["verdict"] == verdict
    assert row["last_date"].date() == last
    assert row["units_in_time"] == pytest.approx(2)
    if verdict == "too late":
        assert row["units_saved"] == pytest.approx(0)
        assert f"pulled by {last}" in row["sentence"]


def test_what_never_comes_has_no_use_and_breaks_nothing(crunch):
    row = told(crunch, lever("shift", "line", unit_price=20.0, lead_time_weeks=1e12)).loc["shift"]
    assert row["verdict"] == "too late" and row["units_saved"] == pytest.approx(0)


def test_half_a_month_left_gives_half_its_hours(crunch):
    """From 16 April on 15 of 30 days are left: an hour of two."""
    row = told(crunch, lever("shift", "line", maximum=2.0, unit_price=50.0, lead_time_weeks=2.0), on=date(2026, 4, 2)).loc["shift"]
    assert row["units_saved"] == pytest.approx(1)
    assert row["verdict"] == "in part"


def test_a_cost_once_can_make_it_no_use(crunch):
    row = told(crunch, lever("shift", "line", unit_price=20.0, fixed_cost=10_000.0)).loc["shift"]
    assert row["verdict"] == "no use"
    assert row["contribution_change"] == pytest.approx(120 - 10_000)
    assert pd.isna(row["last_date"])


def test_a_least_commitment_is_paid_while_it_runs(crunch):
    """Two units in April need two hours; three must be taken."""
    row = told(crunch, lever("shift", "line", unit_price=50.0, maximum=9.0, minimum_commitment=3.0)).loc["shift"]
    assert row["used"] >= 3
    assert row["lever_cost"] >= 150


def test_subcontracting_takes_no_hours_and_shaping_moves_demand(crunch):
    table = told(crunch, lever("subcontract", "grills", unit_price=5.0), lever("demand", "A", unit_price=1.0, maximum=2.0))
    assert table.loc["subcontract", "units_saved"] == pytest.approx(2)
    # made outside at 5 instead of in overtime at 30 as well: 4 overtime hours
    assert table.loc["subcontract", "used"] == pytest.approx(6)
    assert table.loc["subcontract", "contribution_change"] == pytest.approx(2 * (100 - 40) - 6 * 5 + 4 * 30)
    # two of April's are shipped in May for a rebate of 1, where the line has two hours left
    assert table.loc["demand", "units_saved"] == pytest.approx(2)


def test_more_components_and_faster_ones(crunch, inputs_of):
    rows = [{"supplier": "S", "component": "valve", "item": "A", "monthly_limit": 10.0, "component_price": 7.0}]
    frames = inputs_of(suppliers=[{"supplier": "S"}], supplier_items=rows)
    inputs = replace(crunch, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    table = told(inputs, lever("supplier", "valve", unit_price=9.0), lever("expedite", "valve", unit_price=9.0), lever("stock", "*"))
    # ten valves a month leave April six short; the line with overtime makes 14 for it of the 16
    assert table.loc["supplier", "units_saved"] == pytest.approx(4)
    assert table.loc["supplier", "lever_cost"] == pytest.approx(4 * 2)  # above the price of the cheapest source
    assert table.loc["expedite", "lever_cost"] == pytest.approx(4 * 9)
    assert table.loc["stock", "verdict"] == "not available"


@pytest.mark.parametrize("kind", ["hire", "temporary", "overtime"])
def test_people_where_people_are_short(crunch, inputs_of, kind):
    """One coater gives 10 hours, the line needs one: the line itself has 20 hours, so a second coater makes the six that are lost."""
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "coaters", "crew": 1.0}],
        resource_calendar=[
            {"resource": "line", "period": f"2026-0{month}", "available_hours": 20.0, "demonstrated_hours": 20.0} for month in range(3, 7)
        ],
        workforce=[{"skill_group": "coaters", "heads": 1, "hours_per_head": 10.0, "overtime_hours_per_head": 0.0}],
    )
    inputs = replace(crunch, resources=frames.resources, resource_calendar=frames.resource_calendar, workforce=frames.workforce)
    policy = POLICY.model_copy(update={"workforce_planned": False})
    target = "line" if kind == "overtime" else "coaters"
    row = told(inputs, lever(kind, target, unit_price=1.0, maximum=1.0), policy=policy).loc[kind]
    if kind == "overtime":  # nobody may work it
        assert row["verdict"] == "no use" and row["used"] == pytest.approx(0)
        return
    assert row["units_saved"] == pytest.approx(6)
    # who is hired stays to the horizon, who is temporary comes for April's six units, six tenths of a person
    assert row["used"] == pytest.approx({"hire": 3 * 0.6, "temporary": 0.6}[kind])


def test_a_favoured_channel_is_served_first(crunch, inputs_of, demand_rows):
    retail = demand_rows("A", "2026-03", [10.0, 8.0, 8.0, 9.0], channel="retail", net_price=90.0)
    web = demand_rows("A", "2026-04", [8.0], channel="web", net_price=100.0)
    inputs = replace(crunch, demand=inputs_of(items=[{"item": "A"}], demand=retail + web).demand)
    row = told(inputs, lever("allocate", "retail")).loc["allocate"]
    assert row["units_saved"] == pytest.approx(0)
    assert row["contribution_change"] == pytest.approx(-2 * 10)  # two units at 90 instead of 100
    assert row["verdict"] == "no use"
    assert "brings less than it takes" in row["sentence"]


def test_what_it_does_not_find_is_said(crunch):
    names = ("shift", "hire", "subcontract", "supplier", "allocate", "demand")
    table = told(crunch, *(lever(kind, "nothing") for kind in names))
    assert set(table["verdict"]) == {"not available"}
    assert table["units_saved"].isna().all()
    assert all("nothing" in sentence for sentence in table["sentence"])


def test_levers_are_ranked_by_what_they_bring(crunch):
    table = told(crunch, lever("shift", "line", lever="S1", unit_price=50.0), lever("shift", "line", lever="S2", unit_price=10.0))
    assert table["rank"].to_dict() == {"S1": 2, "S2": 1}


def test_the_day_of_the_decision():
    assert meeting_day("2026-03") == date(2026, 3, 20)  # 2 March is the first weekday
    assert decision_day("2026-03-27", "2026-03") == date(2026, 3, 27)
    assert decision_day("", "2026-03") == date(2026, 3, 20)
    with pytest.raises(ParamsError, match="not a day"):
        decision_day("27/3", "2026-03")
