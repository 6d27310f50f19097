"""Overlays on prices with an elasticity, on currencies and on policies; overlays that meet in one key; what commutes."""

from itertools import permutations

import pytest
from plan_frames import table
from pydantic import ValidationError

from sopkit.errors import ParamsError
from sopkit.meeting.policy import Change, Overlay, PolicyChange
from sopkit.meeting.scenarios import apply_overlay, changed_table, compose, replan, same_plan, scenario_table, twice_changed, with_overlay
from sopkit.meeting.scenarios.derived import units_at_price

PRICE_UP = {"table": "demand", "where": {"family": "heaters"}, "column": "net_price", "action": "multiply", "value": 1.1}


def overlay(*changes, title="x", **more):
    return Overlay(title=title, changes=tuple(Change(**change) for change in changes), **more)


@pytest.fixture(scope="module")
def abroad(inputs):
    """The tiny company, invoicing its region in another currency."""
    rows = [("EUR", "SE", period, 11.0, 11.0) for period in ("2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08")]
    return inputs.with_tables({"exchange_rates": table("exchange_rates", rows, ["currency", "region", "period", "rate", "budget_rate"])})


def test_units_follow_a_price_by_its_elasticity(inputs):
    """Price 80 -> 88, elasticity -2: 20 x 1.1 ^ -2 = 16.53 heaters a month."""
    changed = apply_overlay(inputs, overlay({**PRICE_UP, "elasticity": -2}))
    plan = replan(changed).consensus_demand.set_index(["item", "period"])
    assert plan.loc[("heater", "2026-05"), "net_price"] == pytest.approx(88)
    assert plan.loc[("heater", "2026-05"), "quantity"] == pytest.approx(20 / 1.21)
    assert plan.loc[("heater", "2026-05"), "revenue"] == pytest.approx(88 * 20 / 1.21)
    assert plan.loc[("grill", "2026-05"), "quantity"] == 120


def test_an_elasticity_of_zero_moves_no_units_and_a_positive_one_is_refused(inputs):
    fixed = replan(apply_overlay(inputs, overlay({**PRICE_UP, "elasticity": 0})))
    assert same_plan(fixed, replan(apply_overlay(inputs, overlay(PRICE_UP))))["ok"].all()
    with pytest.raises(ValidationError, match="less than or equal to 0"):
        Change(**PRICE_UP, elasticity=0.5)
    with pytest.raises(ValidationError, match="belongs to a change of demand.net_price"):
        Change(table="demand", column="quantity", action="multiply", value=1.1, elasticity=-1)


def test_units_without_a_price_stay():
    import pandas as pd

    told = units_at_price(pd.Series([0.0, 10.0, 10.0]), pd.Series([5.0, 20.0, 0.0]), pd.Series([7.0, 8.0, 9.0]), -1.0)
    assert told.tolist() == [7, 4, 9]


def test_a_weaker_currency_moves_the_prices_of_its_regions(abroad):
    """A factor of 0.9 on the euro from June: net prices are nine tenths from then on, net sales of June 60 x 45 + 20 x 72."""
    weaker = {"table": "exchange_rates", "where": {"currency": "EUR"}, "first_period": "2026-06", "column": "rate", "action": "multiply"}
    changed = apply_overlay(abroad, overlay({**weaker, "value": 0.9}))
    assert changed.tables["exchange_rates"].set_index("period")["rate"].tolist() == pytest.approx([11, 11, 11, 9.9, 9.9, 9.9])
    statement = replan(changed).plan_statement
    sales = statement[statement["line"] == "net_sales"].groupby("period")["amount"].sum()
    assert sales["2026-04"] == pytest.approx(60 * 50 + 20 * 80)
    assert sales["2026-06"] == pytest.approx(60 * 45 + 20 * 72)


def test_a_run_of_a_currency_scenario_is_the_scenario(abroad, base):
    weaker = overlay({"table": "exchange_rates", "where": {"region": "SE"}, "column": "rate", "action": "multiply", "value": 0.9})
    written = {name: changed_table(name, frame, weaker, abroad.tables) for name, frame in abroad.tables.items()}
    demand = changed_table("consensus_demand", replan(abroad).consensus_demand, weaker, written)
    wanted = replan(apply_overlay(abroad, weaker))
    assert demand.equals(wanted.consensus_demand)
    assert same_plan(replan(with_overlay(abroad.with_tables(written), weaker)), wanted)["ok"].all()


def test_sales_terms_move_the_price_that_is_after_them_and_net_sales_by_the_others(inputs):
    """A discount of 20 % in the price of 50 is 62.50 gross: at 28 % from May it is 45. A rebate of 4 % of gross comes off net sales."""
    rows = [
        ("discount", "in_price", "grills", "SE", "retail", "2025-01-01", 0.20, 0.0),
        ("rebate", "afterwards", "grills", "SE", "retail", "2025-01-01", 0.04, 0.0),
    ]
    columns = ["kind", "settled", "family", "region", "channel", "valid_from", "rate", "unit_amount"]
    known = inputs.with_tables({"deductions": table("deductions", rows, columns)})
    deeper = {"table": "deductions", "where": {"kind": "discount"}, "first_period": "2026-05", "column": "rate", "action": "set"}
    plan = replan(apply_overlay(known, overlay({**deeper, "value": 0.28})))
    price = plan.consensus_demand.set_index(["item", "period"])["net_price"]
    assert (price["grill", "2026-04"], price["grill", "2026-05"], price["heater", "2026-05"]) == pytest.approx((50, 45, 80))
    lines = plan.plan_statement[plan.plan_statement["family"].eq("grills")].set_index(["line", "period"])["amount"]
    shipped = plan.supply.demand_fulfilment.set_index(["item", "period"])["shipped"]["grill", "2026-06"]
    assert lines["gross_sales", "2026-06"] == pytest.approx(shipped * 62.5)
    assert lines["net_sales", "2026-06"] == pytest.approx(shipped * (45 - 2.5))
    with pytest.raises(ParamsError, match="add up to 103.0%"):
        apply_overlay(known, overlay({**deeper, "value": 0.99}))
    again = apply_overlay(known, compose([overlay({**deeper, "value": 0.28}), overlay(PRICE_UP, title="dearer")]))
    back = apply_overlay(known, compose([overlay(PRICE_UP, title="dearer"), overlay({**deeper, "value": 0.28})]))
    assert same_plan(replan(again), replan(back))["ok"].all()


@pytest.mark.parametrize(("column", "action"), [("rate", "set"), ("budget_rate", "multiply")])
def test_only_factors_on_a_rate_have_a_known_effect(abroad, column, action):
    with pytest.raises(ParamsError, match="multiply on rate"):
        apply_overlay(abroad, overlay({"table": "exchange_rates", "column": column, "action": action, "value": 1.1}))


def test_policies_change_by_name(inputs):
    changed = apply_overlay(inputs, overlay(policy=PolicyChange(supply={"storage_limit": 50.0}, money={"costing": "standard_absorption"})))
    assert (changed.supply.storage_limit, changed.money.costing) == (50.0, "standard_absorption")
    stock = replan(changed).supply.supply_plan.groupby("period")["closing_stock"].sum()
    assert stock["2026-04"] == pytest.approx(20, abs=0.01)  # April has 20 hours left: they build for May


WRONG = [
    (PolicyChange(supply={"storage_limt": 1}), "storage_limt", "storage_limit"),
    (PolicyChange(supply={"storage_limit": -1}), "storage_limit", "greater than 0"),
    (PolicyChange(money={"costing": "full"}), "costing", "variable"),
    (PolicyChange(supplier_share={"L9": {"2026-04": 0.5}}), "L9", "supplier"),
    (PolicyChange(subcontract_limit={"grils": 5}), "grils", "grills"),
]


@pytest.mark.parametrize(("policy", "came", "expected"), WRONG)
def test_a_policy_change_that_cannot_be_made_is_told(inputs, policy, came, expected):
    with pytest.raises(ParamsError) as raised:
        apply_overlay(inputs, overlay(policy=policy))
    assert came in str(raised.value) and expected in str(raised.value)


def test_policies_that_contradict_each_other_cannot_be_taken_together():
    one, other = (overlay(policy=PolicyChange(supply={"storage_limit": limit})) for limit in (10.0, 20.0))
    with pytest.raises(ParamsError, match="10 and 20"):
        compose([one, other])
    shares = [overlay(policy=PolicyChange(supplier_share={"L1": {month: 0.0}})) for month in ("2026-04", "2026-05")]
    assert compose(shares).policy.supplier_share == {"L1": {"2026-04": 0.0, "2026-05": 0.0}}


DIFFERENT = (
    {**PRICE_UP},
    {"table": "demand", "where": {"family": "grills"}, "column": "quantity", "action": "multiply", "value": 0.9},
    {
        "table": "unit_costs",
        "where": {"item": "grill"},
        "first_period": "2026-05",
        "column": "unit_cost",
        "action": "multiply",
        "value": 1.2,
    },
    {"table": "resource_calendar", "where": {"resource": "coat"}, "column": "demonstrated_hours", "action": "add", "value": 5},
)


def test_overlays_on_different_keys_commute_in_any_order(inputs):
    """All orders of four overlays give the same inputs, and first and last the same plan, table by table."""
    overlays = [overlay(change, title=str(at)) for at, change in enumerate(DIFFERENT)]
    assert twice_changed(overlays) == []
    orders = [apply_overlay(inputs, compose(order)) for order in permutations(overlays)]
    for other in orders[1:]:
        assert all(frame.equals(other.tables[name]) for name, frame in orders[0].tables.items())
    assert same_plan(replan(orders[0]), replan(orders[-1]))["ok"].all()


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ({"value": 1.1}, {"value": 1.2}, False),  # factors commute
        ({"value": 1.1}, {"action": "set", "value": 5}, True),
        ({"action": "add", "value": 1}, {"value": 2}, True),
        ({"action": "set", "value": 5}, {"action": "set", "value": 5}, False),
        ({"action": "set", "value": 5}, {"action": "set", "value": 6}, True),
        ({"value": 1.1, "last_period": "2026-04"}, {"action": "set", "value": 5, "first_period": "2026-05"}, False),
        ({"value": 1.1, "where": {"family": "grills"}}, {"action": "set", "value": 5, "where": {"family": "heaters"}}, False),
    ],
)
def test_two_overlays_on_one_key_are_named(first, second, meet):
    base = {"table": "demand", "column": "quantity", "action": "multiply"}
    one, other = overlay({**base, **first, "place": "a.yaml, line 3"}), overlay({**base, **second, "place": "b.yaml, line 4"}, title="y")
    problems = twice_changed([one, other])
    assert bool(problems) == meet
    assert all("a.yaml, line 3 and b.yaml, line 4" in str(problem) for problem in problems)


def test_an_investment_that_earns_beyond_the_plan_has_a_present_value(inputs, base):
    """Forty hours in May cost 900 and bring 780 within the plan: it pays back only if the effect comes again."""
    hours = {"table": "resource_calendar", "where": {"resource": "coat"}, "first_period": "2026-05", "last_period": "2026-05"}
    more = {**hours, "column": "demonstrated_hours", "action": "add", "value": 40}
    once, again = (overlay(more, fixed_cost=900, fixed_cost_period="2026-03", years_after=years) for years in (0, 2))
    told = scenario_table(inputs, base, {"once": once, "again": again}).set_index("scenario")
    rate = inputs.supply.capital_rate
    assert told.loc["once", "npv_change"] == pytest.approx(-900 + 780 / (1 + rate) ** (2 / 12), abs=0.01)
    assert told.loc["once", "contribution"] == told.loc["again", "contribution"]
    assert told["payback_months"].isna().loc["once"]
