"""Uncertainty to money: correlations that add up, paths that keep their quantiles, a walk worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plan_frames import table

from sopkit.meeting.policy import Change, Decision, Hazard, MeetingPolicy, Overlay
from sopkit.meeting.uncertainty import (
    Floors,
    closed_amounts,
    demand_factors,
    demand_paths,
    draws_of,
    fixed_plan,
    hazards_of,
    money_paths,
    persistence_of,
    plan_certainty,
    plan_ranges,
    range_drivers,
    range_facts,
    range_record,
    range_words,
    representative,
    resolved_paths,
    struck,
    walked,
    with_record,
)
from sopkit.meeting.uncertainty.factors import solved_correlation
from sopkit.meeting.uncertainty.walk import Fixed


def ranges_of(inputs, base, correlation=1.0):
    """A demand range in which items of a family (here one) and families move together as `correlation` says."""
    rows = []
    consensus = base.consensus_demand.assign(family=base.consensus_demand["item"].map({"grill": "grills", "heater": "heaters"}))
    for (family, period), own in consensus.groupby(["family", "period"]):
        q = own["quantity"].sum()
        rows.append((family, period, "units", 0.8 * q, q, 1.2 * q))
    for period, own in consensus.groupby("period"):
        parts = 0.2 * own.groupby("family")["revenue"].sum().to_numpy()
        width = np.sqrt((1 - correlation) * (parts**2).sum() + correlation * parts.sum() ** 2)
        rows.append(("*", period, "money", own["revenue"].sum() - width, own["revenue"].sum(), own["revenue"].sum() + width))
    return table("demand_range", rows, ["family", "period", "unit", "p10", "p50", "p90"])


def factors_of(inputs, base, correlation=1.0, persistence=0.0):
    tables = inputs.tables
    moves = (persistence, "assumed")
    return demand_factors(
        base.consensus_demand, tables["statistical_forecast"], ranges_of(inputs, base, correlation), tables["items"], moves
    )


RECORD = ["measure", "made_in", "period", "p10", "p90", "amount", "inside"]
RISK = [("R1", "risk", "it may stop", "head_of_sales", 0.25, -120.0)]


@pytest.fixture(scope="module")
def risky(inputs):
    risks = table("risks", RISK, ["risk", "kind", "statement", "owner", "probability_share", "contribution_effect"])
    return replace(inputs, risks=risks)


def test_the_correlation_is_what_makes_parts_add_up():
    """Widths 3 and 4: together 7 at r = 1, 5 at r = 0; sqrt(25 + r x 24) = 6.08 at r = 0.5."""
    parts = (np.array([7.0]), np.array([25.0]))
    assert [solved_correlation(*parts, np.array([whole])) for whole in (5.0, 7.0, np.sqrt(37.0), 9.0)] == pytest.approx([0, 1, 0.5, 1])


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_company_correlation_is_read_off_the_range(inputs, base, correlation):
    assert factors_of(inputs, base, correlation).company_correlation == pytest.approx(correlation, abs=1e-6)


def test_paths_keep_the_quantiles_of_the_forecast(inputs, base):
    factors = factors_of(inputs, base, 0.5)
    paths = demand_paths(factors, draws_of(factors, paths=8000, risks=0, seed=3))
    grill = factors.items.index("grill")
    low, middle, high = np.quantile(paths[:, grill, 2], [0.1, 0.5, 0.9])
    assert (low, middle, high) == pytest.approx((96, 120, 144), rel=0.02)  # P10 and P90 of the forecast are 0.8 and 1.2 of it
    together = np.corrcoef(paths[:, 0, 0], paths[:, 1, 0])[0, 1]
    assert together == pytest.approx(0.5, abs=0.04)
    assert np.corrcoef(paths[:, 0, 0], paths[:, 0, 1])[0, 1] == pytest.approx(0.0, abs=0.04)


def test_errors_of_neighbouring_months_go_together_as_told(inputs, base):
    factors = factors_of(inputs, base, 0.5, persistence=0.8)
    paths = demand_paths(factors, draws_of(factors, paths=8000, risks=0, seed=3))
    assert np.corrcoef(paths[:, 0, 0], paths[:, 0, 1])[0, 1] == pytest.approx(0.8, abs=0.03)
    assert paths[:, 0, 5].std() == pytest.approx(paths[:, 0, 0].std(), rel=0.05)


def test_the_same_seed_gives_the_same_paths_and_their_mean_is_the_plan(inputs, base):
    factors = factors_of(inputs, base)
    one, other = (demand_paths(factors, draws_of(factors, paths=100, risks=0, seed=7)) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.mean(axis=0) == pytest.approx(factors.quantity)
    assert not np.array_equal(one, demand_paths(factors, draws_of(factors, paths=100, risks=0, seed=8)))


def test_a_walk_by_hand():
    """Stock 10, 20 come each month; demand 25, 30, 10; half of what is unmet waits, one month.

    1: 30 there, 25 shipped, 5 left. 2: 25 there, demand 30: 25 shipped, 5 unmet: 2.5 wait, 2.5 lost. 3: 20 there: 2.5 that waited and 10
    ship, 7.5 left.
    """
    fixed = Fixed(np.array([10.0]), np.full((1, 3), 20.0), np.array([False]), np.array([0.5]), np.array([1]))
    came = walked(fixed, np.array([[[25.0, 30.0, 10.0]]]))
    assert came.shipped[0, 0].tolist() == [25, 25, 12.5]
    assert came.lost[0, 0].tolist() == [0, 2.5, 0]
    assert came.stock[0, 0].tolist() == [5, 0, 7.5]


def test_what_waits_too_long_is_lost():
    """Nothing comes: of 8 unmet half waits a month, then is lost; with waiting of 0 months all is lost at once."""
    fixed = Fixed(np.zeros(2), np.zeros((2, 3)), np.array([False, False]), np.array([0.5, 0.5]), np.array([1, 0]))
    came = walked(fixed, np.array([[[8.0, 0, 0], [8.0, 0, 0]]]))
    assert came.lost[0].tolist() == [[4, 4, 0], [8, 0, 0]]


def plain_walk(opening, coming, demand, share, most):
    """The same, one item and path, in plain Python."""
    waits, stock, out = [], opening, []
    for add, asked in zip(coming, demand, strict=True):
        stock, shipped, lost = stock + add, 0.0, 0.0
        for entry in sorted(waits, key=lambda entry: -entry[0]):
            served = min(entry[1], stock)
            entry[1], stock, shipped = entry[1] - served, stock - served, shipped + served
        served = min(asked, stock)
        stock, shipped = stock - served, shipped + served
        for entry in waits:
            entry[0] += 1
        lost += sum(entry[1] for entry in waits if entry[0] >= most)
        waits = [entry for entry in waits if entry[0] < most]
        if most:
            waits.append([0, (asked - served) * share])
            lost += (asked - served) * (1 - share)
        else:
            lost += asked - served
        out.append((shipped, lost, stock))
    return out


def test_the_walk_agrees_with_plain_python():
    random = np.random.default_rng(5)
    demand, coming = random.uniform(0, 20, (3, 4, 9)), random.uniform(0, 14, (4, 9))
    share, most, opening = np.array([0.3, 1.0, 0.6, 0.5]), np.array([1, 3, 2, 0]), np.array([4.0, 0, 9, 2])
    came = walked(Fixed(opening, coming, np.zeros(4, dtype=bool), share, most), demand)
    for path in range(3):
        for item in range(4):
            told = plain_walk(opening[item], coming[item], demand[path, item], share[item], most[item])
            assert came.shipped[path, item] == pytest.approx([row[0] for row in told])
            assert came.lost[path, item] == pytest.approx([row[1] for row in told])
            assert came.stock[path, item] == pytest.approx([row[2] for row in told])


def test_the_plan_walked_under_its_own_demand_is_the_plan(inputs, base):
    factors = factors_of(inputs, base)
    supply = base.supply
    fixed = fixed_plan(supply.supply_plan, supply.demand_fulfilment, inputs.tables["items"], inputs.supply, (factors.items, factors.months))
    came = walked(fixed, factors.quantity[None])
    assert came.lost.sum() == pytest.approx(supply.demand_fulfilment["lost"].sum())
    assert came.shipped.sum() == pytest.approx(supply.demand_fulfilment["shipped"].sum())


def test_ranges_hold_the_plan_and_more_demand_sells_no_more(inputs, base):
    """Nothing is in store and production is fixed: demand above the plan sells nothing more, below it sells less."""
    factors = factors_of(inputs, base)
    ranged = plan_ranges(money_paths(inputs, base, factors, draws_of(factors, paths=400, risks=0, seed=1)))
    sales = ranged[ranged["measure"].eq("net_sales")].set_index("span")
    year = sales.loc["2026-03..2026-08"]
    assert year["plan"] == pytest.approx(381 * 50 + 120 * 80)
    assert year["p10"] < year["p50"] <= year["plan"] + 1
    assert set(ranged["measure"]) == {"net_sales", "contribution", "inventory", "inventory_peak"}  # cash is not available: no balance sheet


def test_paths_that_are_walked_in_parts_are_those_walked_at_once(inputs, base, monkeypatch):
    factors = factors_of(inputs, base)
    draws = draws_of(factors, paths=10, risks=0, seed=1)
    whole = money_paths(inputs, base, factors, draws)
    monkeypatch.setattr("sopkit.meeting.uncertainty.ranges.BLOCK", 3 * factors.quantity.size)
    for measure, amounts in money_paths(inputs, base, factors, draws).amounts.items():
        np.testing.assert_array_equal(amounts, whole.amounts[measure])


def test_a_named_risk_moves_contribution_by_its_effect(risky, inputs, base):
    """Demand as planned in every path: a quarter of the paths lose 120."""
    factors = factors_of(inputs, base)
    calm = replace(factors, below=factors.below * 0, above=factors.above * 0, own=factors.own * 0)
    draws = draws_of(calm, paths=4000, risks=1, seed=2)
    year = money_paths(risky, base, calm, draws).amounts["contribution"].sum(axis=1)
    plan = year.max()
    assert set(np.round(plan - year, 6)) == {0.0, 120.0}
    assert (plan - year > 0).mean() == pytest.approx(0.25, abs=0.02)
    drivers = range_drivers(money_paths(risky, base, calm, draws), calm, draws, risky.risks).set_index("driver")
    assert drivers.loc["R1", "share"] == pytest.approx(1.0, abs=0.01)
    assert drivers.loc["R1", "effect"] < 0


def test_a_hazard_strikes_its_share_of_paths_as_the_plan_made_with_it(inputs, base):
    """Demand as planned: a quarter of the paths has 30 hours less in June, 20 of them idle: 10 grills, 500 of sales, 200 earned."""
    factors = factors_of(inputs, base)
    calm = replace(factors, below=factors.below * 0, above=factors.above * 0, own=factors.own * 0)
    change = Change(
        table="resource_calendar", first_period="2026-06", last_period="2026-06", column="demonstrated_hours", action="add", value=-30
    )
    hazard = Hazard(probability_share=0.25, overlay=Overlay(title="a bearing", changes=(change,)))
    policy = MeetingPolicy(
        decisions={"D1": Decision(question="?", owner="o", last_date="2026-03-27", options={"A": Overlay(title="n")}, hazard=hazard)}
    )
    named = hazards_of(policy)
    assert list(named) == ["D1: a bearing"]
    strikes, draws = struck(named, inputs, base, calm.months), draws_of(calm, paths=4000, risks=1, seed=2)
    paths = money_paths(inputs, base, calm, draws, strikes)
    for measure, lost in (("net_sales", 500.0), ("contribution", 200.0)):
        short = paths.plan[measure].sum() - paths.amounts[measure].sum(axis=1)
        assert set(np.round(short, 6)) == {0.0, lost}
        assert (short > 0).mean() == pytest.approx(0.25, abs=0.02)
    drivers = range_drivers(paths, calm, draws, inputs.risks, strikes).set_index("driver")
    assert drivers.loc["D1: a bearing", ["kind", "share"]].tolist() == ["hazard", pytest.approx(1.0, abs=0.01)]


def test_each_range_carries_its_own_record(inputs, base):
    factors = factors_of(inputs, base)
    ranged = plan_ranges(money_paths(inputs, base, factors, draws_of(factors, paths=20, risks=0, seed=1)))
    record = table("range_record", [("inventory", "2026-01", "2026-01", 1.0, 3.0, 2.0, True)], RECORD)
    told = with_record(ranged, record).drop_duplicates("measure").set_index("measure")["record"]
    assert told["inventory_peak"] == told["inventory"] == "inside in 1 of 1 months"
    assert told["contribution"] == told["net_sales"] == "not yet testable"


def test_chances_are_shares_of_paths_or_say_why_not(inputs, base):
    factors = factors_of(inputs, base)
    ranged = money_paths(inputs, base, factors, draws_of(factors, paths=200, risks=0, seed=1))
    facts = range_facts(ranged, inputs, Floors(budget_sales=1e9, budget_contribution=-1e9), "assumed").set_index("id")
    assert facts.loc["chance_below_budget", "value"] == 1.0
    assert facts.loc["chance_below_budget_contribution", "value"] == 0.0
    assert np.isnan(facts.loc["chance_below_cash_floor", "value"]) and "cash" in facts.loc["chance_below_cash_floor", "reason"]
    without = range_facts(ranged, inputs, Floors(), "assumed").set_index("id")
    assert "budget is not provided" in without.loc["chance_below_budget", "reason"]


def test_persistence_is_measured_where_there_are_pairs_and_assumed_elsewhere(inputs):
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    history = table(
        "demand_history",
        [("grill", "SE", "retail", period, 100, 100, 100.0, None, "orders", None) for period in months],
        ["item", "region", "channel", "period", "quantity", "sold_quantity", "revenue", "cost", "source", "uncensored_quantity"],
    )
    rows = [
        ("consensus", made, "grill", "SE", "retail", period, 110)
        for at, made in enumerate(months[:8])
        for period in months[at + 1 : at + 4]
    ]
    columns = ["layer", "made_in", "item", "region", "channel", "period", "quantity"]
    frozen = table("forecast_snapshots", rows, columns)
    assert persistence_of(frozen, history, inputs.tables["items"], cutoff="2025-12") == (pytest.approx(0.99), "measured")  # always ten over
    assert persistence_of(frozen.iloc[:3], history, inputs.tables["items"], cutoff="2025-12") == (0.5, "assumed")


def test_the_record_says_how_often_what_came_lay_inside():
    columns = ["measure", "span", "plan", "p10", "p50", "p90"]
    ranges = table("plan_ranges", [("net_sales", "2026-02", 100, 90, 100, 110), ("inventory", "2026-02", 50, 40, 50, 60)], columns)
    actuals = pd.DataFrame({"measure": ["net_sales", "inventory"], "period": "2026-02", "amount": [95.0, 70.0]})
    first = range_record(table("range_record", [], []), ranges, actuals, cutoff="2026-02")
    assert range_words(first, "net_sales") == "inside in 1 of 1 months"
    assert range_words(first, "cash_headroom") == "not yet testable"
    later = range_record(first, ranges.assign(span="2026-03"), actuals.assign(period="2026-03", amount=[200.0, 55.0]), cutoff="2026-03")
    assert range_words(later, "net_sales") == "inside in 1 of 2 months"
    assert range_words(later, "inventory") == "inside in 1 of 2 months"


def test_what_came_is_read_off_the_closed_months(base):
    told = closed_amounts(base.plan_statement, base.working_capital_plan)
    sales = told[told["measure"].eq("net_sales")].set_index("period")["amount"]
    assert sales["2026-02"] == 20 * 50 + 20 * 80


def test_representative_paths_are_the_middles_of_equal_parts():
    chosen, quantiles = representative(np.array([5.0, 1, 4, 2, 3, 0]), 3)
    assert chosen.tolist() == [1, 4, 0] and quantiles.tolist() == pytest.approx([0.25, 7 / 12, 11 / 12])
    assert len(representative(np.arange(1000.0), 99)[0]) == 30


def test_planning_a_path_anew_earns_at_least_what_the_fixed_plan_does(inputs, base):
    factors = factors_of(inputs, base)
    anew = resolved_paths(inputs, base, factors, draws_of(factors, paths=50, risks=0, seed=4), count=3)
    assert len(anew.paths) == 3 and anew.won_back >= -1.0


def test_certainty_in_one_call(risky, inputs, base):
    tables = {"demand_range": ranges_of(inputs, base), "forecast_snapshots": table("forecast_snapshots", [], [])}
    told = plan_certainty(risky, base, tables, paths=100, seed=1, cash_floor=None)
    low, high = told.contribution(risky, base)
    assert (low, high) == pytest.approx(told.year.loc["contribution", ["p10", "p90"]].tolist(), abs=1e-4)
    assert told.factors.persistence_basis == "assumed"
