"""The bridge from plan to plan: causes by hand, each in its place, and a sum that is exact whatever the plans are."""

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from plan_frames import items_of, table

from sopkit.data.contracts import CONTRACTS
from sopkit.errors import DataError
from sopkit.meeting.bridge import CAUSES, PRINTED, plan_bridge
from sopkit.meeting.bridge.rows import measure_rows

LAST = CONTRACTS["last_plan"].column_names()
AHEAD = ["2026-04", "2026-05", "2026-06"]  # planned months behind M0, cutoff 2026-02
ITEMS = items_of(g="grills", h="heaters", old="grills", new="grills", a="grills", b="grills", c="heaters")


def last_plan(*rows, layers=True):
    """Rows of (item, period, baseline, lifecycle, override, shipped, price)."""
    full = [
        ("2026-02", item, "SE", "retail", period, b + c + o, shipped, price, *((b, c, o) if layers else (None, None, None)))
        for item, period, b, c, o, shipped, price in rows
    ]
    return table("last_plan", full, LAST)


def planned(*rows):
    """ConsensusDemand and DemandFulfilment of rows of (item, period, baseline, lifecycle, override, shipped, price)."""
    demand = [(i, "SE", "retail", t, b, c, o, b + c + o, price, (b + c + o) * price) for i, t, b, c, o, _, price in rows]
    filled = [(i, "SE", "retail", t, b + c + o, s, 0.0, max(b + c + o - s, 0.0), 0.0) for i, t, b, c, o, s, _ in rows]
    names = CONTRACTS["consensus_demand"].column_names(), CONTRACTS["demand_fulfilment"].column_names()
    return {
        "consensus_demand": table("consensus_demand", demand, names[0]),
        "demand_fulfilment": table("demand_fulfilment", filled, names[1]),
    }


def history(*rows):
    """DemandHistory of rows of (item, period, sold, revenue)."""
    full = [(item, "SE", "retail", period, sold, sold, revenue, None, "orders", None) for item, period, sold, revenue in rows]
    return table("demand_history", full, CONTRACTS["demand_history"].column_names())


def costs(**by_item):
    rows = [(item, "2026-01-01", cost, cost) for item, cost in by_item.items()]
    return table("unit_costs", rows, ["item", "valid_from", "unit_cost", "variable_cost"])


def bridge_of(before, now, *closed, previous=None, proposed=None, **tables):
    given = {"items": ITEMS, "last_plan": before, **now, "demand_history": history(*closed), **tables}
    return plan_bridge(given, previous, proposed, cutoff="2026-02")


def amounts(bridge, measure, *, whole=True):
    """Amount by cause; causes that change nothing are left out."""
    rows = bridge[bridge["measure"] == measure].groupby("cause")["amount"].sum()
    return rows[rows.ne(0)].to_dict() if whole else rows


BEFORE = last_plan(("g", "2026-02", 100, 0, 0, 100, 10.0), ("g", "2026-03", 100, 0, 10, 105, 10.0), ("g", "2026-04", 100, 5, 0, 100, 10.0))
NOW = planned(("g", "2026-03", 120, 0, 0, 110, 10.0), ("g", "2026-04", 110, 0, 20, 100, 12.0), ("g", "2026-05", 70, 0, 0, 70, 10.0))


def test_closed_months_the_current_one_layers_price_and_limits_by_hand():
    """February 90 for 100 at 880; M0 110 for 105; April: baseline +10, launch -5, override +20, unmet -5 -> -30, price 10 -> 12."""
    bridge = bridge_of(BEFORE, NOW, ("g", "2026-02", 90, 880.0))
    parts = {"actuals": -10, "current_month": 5, "model": 10, "override": 20, "lifecycle": -5, "capacity": -25}
    assert amounts(bridge, "units") == {"last_plan": 305, **parts, "this_plan": 300, "horizon_roll": 70}
    parts = {"actuals": -120, "current_month": 50, "model": 100, "override": 200, "lifecycle": -50, "price": 200, "capacity": -250}
    assert amounts(bridge, "revenue") == {"last_plan": 3050, **parts, "this_plan": 3180, "horizon_roll": 700}
    assert "gross_margin" not in set(bridge["measure"])  # no unit has a cost


def test_gross_margin_holds_what_a_unit_cost_does():
    """At 4, then 5 a unit: 305 x 6 = 1830 then; 880 - 90 x 5 in February, 110 x 5, 100 x 7; cost of April -1 x 100 units."""
    tables = {"unit_costs": costs(g=5)}
    bridge = bridge_of(BEFORE, NOW, ("g", "2026-02", 90, 880.0), previous={"unit_costs": costs(g=4)}, **tables)
    found = amounts(bridge, "gross_margin")
    assert (found["last_plan"], found["this_plan"], found["horizon_roll"]) == (1830, 880 - 450 + 550 + 700, 350)
    assert (found["actuals"], found["current_month"], found["price"], found["cost"]) == (430 - 600, 550 - 630, 200, -100)
    assert (found["model"], found["override"], found["lifecycle"], found["capacity"]) == (60, 120, -30, -150)


def test_restated_history_and_campaigns_stand_before_and_behind_the_model():
    """The year before February was 1200 units, is 1260 now: 5 % of a baseline of 100. Campaigns put 8 instead of 3 on it."""
    months = [f"2025-{month:02d}" for month in range(2, 13)] + ["2026-01"]
    was, told = (history(*(("g", month, units, 10.0 * units) for month in months)) for units in (100, 105))
    forecast = ["item", "region", "channel", "period", "quantity", "p10", "p50", "p90", "naive", "method", "driver_quantity"]
    drivers = [
        table("statistical_forecast", [("g", "SE", "retail", "2026-04", 100, 90, 100, 110, 100, "pool", d)], forecast) for d in (3.0, 8.0)
    ]
    bridge = plan_bridge(
        {
            "items": ITEMS,
            "last_plan": last_plan(("g", "2026-04", 100, 0, 0, 100, 10.0)),
            "demand_history": told,
            **planned(("g", "2026-04", 112, 0, 0, 112, 10.0)),
            "statistical_forecast": drivers[1],
        },
        {"demand_history": was, "statistical_forecast": drivers[0]},
        cutoff="2026-02",
    )
    assert amounts(bridge, "units") == {"last_plan": 100, "restated_history": 5, "model": 2, "campaigns": 5, "this_plan": 112}


def override(name, value, reason="A new chain", evidence=None):
    row = (name, "sales", "head_of_sales", "*", "*", "*", "*", "2026-04", "2026-04", "add_units", value, "customer", reason, evidence)
    columns = ["override", "function", "owner", "family", "item", "region", "channel", "first_period", "last_period", "kind", "value"]
    return dict(zip([*columns, "reason_code", "reason", "evidence"], row, strict=True))


def test_each_override_has_its_row_and_one_with_a_deal_is_the_pipelines():
    """J1 falls from 10 to 4, J2 is new with 6, J3 brings deal O-7 with 5; the plan rounds one unit up."""
    names = [*override("J", 0)]
    then = table("overrides", [tuple(override("J1", 10).values())], names)
    now = table(
        "overrides",
        [tuple(each.values()) for each in (override("J1", 4), override("J2", 6), override("J3", 5, evidence="Deal O-7, signed"))],
        names,
    )
    deal = table(
        "opportunities",
        [("O-7", "K1", "g", "SE", "retail", "2026-04-10", 5.0, 0.5, "proposal", False)],
        ["opportunity", "customer", "item", "region", "channel", "close_date", "quantity", "probability_share", "stage", "in_baseline"],
    )
    before, this = last_plan(("g", "2026-04", 100, 0, 10, 110, 10.0)), planned(("g", "2026-04", 100, 0, 16, 116, 10.0))
    bridge = bridge_of(before, this, previous={"overrides": then}, overrides=now, opportunities=deal)
    rows = bridge[bridge["measure"].eq("units") & bridge["cause"].eq("override")].set_index("subject")["amount"]
    assert rows.to_dict() == {"*": 1, "J1": -6, "J2": 6}
    assert amounts(bridge, "units")["crm"] == 5


def test_price_currency_and_what_both_do_together():
    """Krona 10 -> 11 for a region's unit; own price 100 -> 115: 10 by the rate, 5 by the price. 200 more units: 15 x 200 together."""
    rates = [table("exchange_rates", [("NOK", "SE", "2026-04", rate, 10.0)], names_of_rates()) for rate in (10.0, 11.0)]
    before, this = last_plan(("g", "2026-04", 100, 0, 0, 100, 100.0)), planned(("g", "2026-04", 300, 0, 0, 300, 115.0))
    bridge = bridge_of(before, this, previous={"exchange_rates": rates[0]}, exchange_rates=rates[1])
    parts = {"model": 20_000, "price": 500, "currency": 1_000, "interaction": 3_000}
    assert amounts(bridge, "revenue") == {"last_plan": 10_000, **parts, "this_plan": 34_500}
    little = bridge_of(before, planned(("g", "2026-04", 101, 0, 0, 101, 115.0)))
    assert amounts(little, "revenue") == {"last_plan": 10_000, "model": 100, "price": 1_515, "this_plan": 11_615}  # 15 of it together


def names_of_rates():
    return CONTRACTS["exchange_rates"].column_names()


def stock(item, period, opening, closing):
    columns = ["demand", "opening_stock", "production", "subcontract", "receipts", "shipped", "lost", "closing_backlog", "closing_stock"]
    cells = (0.0, opening, 0.0, 0.0, 0.0, opening - closing, 0.0, 0.0, closing, 0.0)
    return table("supply_plan", [(item, period, *cells)], ["item", "period", *columns, "target_stock"])


def test_missing_opening_stock_explains_the_first_units_that_do_not_ship():
    """30 units fewer than expected at the cutoff: the 20 short in April and 10 of the 15 in May; 5 are capacity's."""
    before = last_plan(*(("g", month, 100, 0, 0, 100, 10.0) for month in AHEAD[:2]))
    this = planned(("g", "2026-04", 100, 0, 0, 80, 10.0), ("g", "2026-05", 100, 0, 0, 85, 10.0))
    bridge = bridge_of(before, this, previous={"supply_plan": stock("g", "2026-02", 90, 50)}, supply_plan=stock("g", "2026-03", 20, 0))
    parts = {"opening_stock": -30, "capacity": -5}
    assert amounts(bridge, "units") == {"last_plan": 200, **parts, "this_plan": 165}


def test_what_was_decided_stands_behind_what_was_proposed():
    before, asked = last_plan(("g", "2026-04", 100, 0, 0, 100, 10.0)), planned(("g", "2026-04", 110, 0, 0, 90, 10.0))
    decided = planned(("g", "2026-04", 110, 0, 0, 108, 10.0))
    bridge = bridge_of(before, decided, proposed=asked)
    assert amounts(bridge, "units") == {"last_plan": 100, "model": 10, "capacity": -20, "decisions": 18, "this_plan": 108}
    assert amounts(bridge, "revenue")["decisions"] == 180


def test_a_last_plan_without_layers_shows_one_change_of_demand():
    before = BEFORE.assign(baseline=float("nan"), lifecycle=float("nan"), override=float("nan"))
    units = amounts(bridge_of(before, NOW, ("g", "2026-02", 90, 880.0)), "units", whole=False)
    assert (units["model"], units["override"], units["lifecycle"], units["demand"]) == (0, 0, 0, 25)


def test_without_a_last_plan_there_is_no_bridge():
    assert bridge_of(last_plan(), NOW).empty


def test_an_item_that_is_not_planned_any_more_and_a_new_one():
    before = last_plan(("old", "2026-04", 10, 0, 0, 10, 5.0))
    bridge = bridge_of(before, planned(("new", "2026-04", 0, 8, 0, 8, 7.0)))
    assert amounts(bridge, "units") == {"last_plan": 10, "model": -10, "lifecycle": 8, "this_plan": 8}
    assert amounts(bridge, "revenue") == {"last_plan": 50, "model": -50, "lifecycle": 56, "this_plan": 56}


def test_the_printed_order_is_that_of_the_definitions():
    assert CAUSES[:8] == ("actuals", "current_month", "restated_history", "model", "campaigns", "override", "crm", "lifecycle")
    assert CAUSES[9:] == ("price", "currency", "cost", "opening_stock", "capacity", "decisions", "interaction")
    bridge = bridge_of(BEFORE, NOW)
    for _, rows in bridge.groupby("measure"):
        assert rows["position"].tolist() == list(range(1, len(rows) + 1))
        assert [cause for cause in PRINTED if cause in set(rows["cause"])] == list(dict.fromkeys(rows["cause"]))


cells = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["2026-03", *AHEAD]),
    *[st.floats(0, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))] * 3,
    st.floats(0, 1e6).map(lambda x: round(x, 3)),
    st.floats(0.01, 1e4).map(lambda x: round(x, 2)),
)
plans = st.lists(cells, min_size=1, max_size=6, unique_by=lambda row: row[:2])


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(plans, plans, plans, st.booleans(), st.floats(0, 1e4), st.floats(0.5, 2), st.floats(0, 100))
def test_the_sum_is_exact(before, now, asked, layered, opening, rate, cost):
    """Whatever the plans, rates, costs and stocks, and with decisions on top: last plan + causes = this plan, in each measure."""
    rates = [table("exchange_rates", [("NOK", "SE", "2026-04", each, 1.0)], names_of_rates()) for each in (1.0, rate)]
    bridge = bridge_of(
        last_plan(*before, layers=layered),
        planned(*now),
        ("a", "2026-02", 5, 50.0),
        previous={"exchange_rates": rates[0], "unit_costs": costs(a=5, b=7, c=9), "supply_plan": stock("a", "2026-02", 1e4, 5e3)},
        proposed=planned(*asked),
        exchange_rates=rates[1],
        unit_costs=costs(a=cost, b=7, c=3),
        supply_plan=stock("a", "2026-03", opening, 0),
    )
    assert set(bridge["measure"]) == {"units", "revenue", "gross_margin"}
    for _, rows in bridge.groupby("measure"):
        found = {cause: round(amount * 1e4) for cause, amount in rows.groupby("cause")["amount"].sum().items()}
        assert found["last_plan"] + sum(found.get(cause, 0) for cause in CAUSES) == found["this_plan"]


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(plans)
def test_units_by_cause_equal_a_plain_loop(rows):
    """The oracle: the same plan twice, the second with one unit more of baseline in each cell."""
    again = [(item, period, b + 1, c, o, s, price) for item, period, b, c, o, s, price in rows]
    bridge = bridge_of(last_plan(*rows), planned(*again))
    count, worth = 0, 0.0
    for _, period, _, _, _, _, price in rows:
        if period > "2026-03":
            count, worth = count + 1, worth + price
    units, revenue = amounts(bridge, "units", whole=False), amounts(bridge, "revenue", whole=False)
    assert units["model"] == pytest.approx(count, abs=1e-3)
    assert units["capacity"] == pytest.approx(-count, abs=1e-3)
    assert revenue["model"] == pytest.approx(worth, rel=1e-5, abs=1e-2)
    assert revenue["this_plan"] == pytest.approx(revenue["last_plan"], abs=1e-3)


def test_causes_that_miss_the_change_are_refused():
    same = pd.DataFrame({"shipped": [8.0], "shipped_decided": [8.0], "shipped_last": [5.0]})
    causes = {(cause, ""): pd.Series([3.0 if cause == "model" else 0.0]) for cause in CAUSES}
    found = measure_rows("units", same, same.iloc[:0], causes).set_index("cause")["amount"]
    assert (found["model"], found["this_plan"]) == (3, 8)
    with pytest.raises(DataError, match="miss the change by 1.0000"):
        measure_rows("units", same, same.iloc[:0], causes | {("model", ""): pd.Series([2.0])})
