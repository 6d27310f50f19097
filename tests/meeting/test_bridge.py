"""The bridge from plan to plan: causes by hand, and a sum that is exact whatever the plans are."""

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from plan_frames import table

from sopkit.data.contracts import CONTRACTS
from sopkit.errors import DataError
from sopkit.meeting.bridge import CAUSES, _rows, plan_bridge

MONTHS = ["2026-02", "2026-03", "2026-04", "2026-05"]
LAST = CONTRACTS["last_plan"].column_names()


def last_plan(*rows, layers=True):
    """Rows of (item, period, baseline, lifecycle, override, shipped, price)."""
    full = [
        ("2026-02", item, "SE", "retail", period, b + c + o, shipped, price, *((b, c, o) if layers else (None, None, None)))
        for item, period, b, c, o, shipped, price in rows
    ]
    return table("last_plan", full, LAST)


def this_plan(*rows):
    """ConsensusDemand and DemandFulfilment of rows of (item, period, baseline, lifecycle, override, shipped, price)."""
    demand = [(i, "SE", "retail", t, b, c, o, b + c + o, price, (b + c + o) * price) for i, t, b, c, o, _, price in rows]
    filled = [(i, "SE", "retail", t, b + c + o, s, 0.0, max(b + c + o - s, 0.0), 0.0) for i, t, b, c, o, s, _ in rows]
    names = CONTRACTS["consensus_demand"].column_names(), CONTRACTS["demand_fulfilment"].column_names()
    return table("consensus_demand", demand, names[0]), table("demand_fulfilment", filled, names[1])


def history(*rows):
    """DemandHistory of rows of (item, period, sold, revenue)."""
    full = [(item, "SE", "retail", period, sold, sold, revenue, None, "orders", None) for item, period, sold, revenue in rows]
    return table("demand_history", full, CONTRACTS["demand_history"].column_names())


def amounts(bridge, measure):
    return bridge[bridge["measure"] == measure].set_index("cause")["amount"].to_dict()


BEFORE = last_plan(("g", "2026-02", 100, 0, 0, 100, 10.0), ("g", "2026-03", 100, 0, 10, 105, 10.0), ("g", "2026-04", 100, 5, 0, 100, 10.0))
NOW = this_plan(("g", "2026-03", 120, 0, 0, 110, 10.0), ("g", "2026-04", 110, 0, 20, 100, 12.0), ("g", "2026-05", 70, 0, 0, 70, 10.0))


def test_each_cause_by_hand():
    """Units: February 90 for 100; baseline +20 +10; overrides -10 +20; lifecycle -5; unmet -5 -> -10, -5 -> -30."""
    bridge = plan_bridge(BEFORE, *NOW, history(("g", "2026-02", 90, 880.0)), cutoff="2026-02")
    assert amounts(bridge, "units") == {
        "last_plan": 305,
        "actuals": -10,
        "model": 30,
        "overrides": 10,
        "lifecycle": -5,
        "demand": 0,
        "price": 0,
        "capacity": -30,
        "this_plan": 300,
        "horizon_roll": 70,
    }
    assert amounts(bridge, "revenue") == {
        "last_plan": 3050,
        "actuals": -120,
        "model": 300,
        "overrides": 100,
        "lifecycle": -50,
        "demand": 0,
        "price": 200,
        "capacity": -300,
        "this_plan": 3180,
        "horizon_roll": 700,
    }


def test_a_last_plan_without_layers_shows_one_change_of_demand():
    before = BEFORE.assign(baseline=float("nan"), lifecycle=float("nan"), override=float("nan"))
    bridge = plan_bridge(before, *NOW, history(("g", "2026-02", 90, 880.0)), cutoff="2026-02")
    units = amounts(bridge, "units")
    assert (units["model"], units["overrides"], units["lifecycle"], units["demand"]) == (0, 0, 0, 35)
    assert units["capacity"] == -30


def test_without_a_last_plan_there_is_no_bridge():
    assert plan_bridge(last_plan(), *NOW, history(), cutoff="2026-02").empty


def test_an_item_that_is_not_planned_any_more_and_a_new_one():
    before = last_plan(("old", "2026-03", 10, 0, 0, 10, 5.0))
    bridge = plan_bridge(before, *this_plan(("new", "2026-03", 0, 8, 0, 8, 7.0)), history(), cutoff="2026-02")
    assert amounts(bridge, "units") | {"last_plan": 10, "model": -10, "lifecycle": 8, "this_plan": 8} == amounts(bridge, "units")
    revenue = amounts(bridge, "revenue")
    assert (revenue["model"], revenue["lifecycle"], revenue["price"], revenue["this_plan"]) == (-50, 56, 0, 56)


cells = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(MONTHS[1:]),
    *[st.floats(0, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))] * 3,
    st.floats(0, 1e6).map(lambda x: round(x, 3)),
    st.floats(0.01, 1e4).map(lambda x: round(x, 2)),
)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(cells, min_size=1, max_size=6, unique_by=lambda row: row[:2]),
    st.lists(cells, min_size=1, max_size=6, unique_by=lambda row: row[:2]),
    st.booleans(),
)
def test_the_sum_is_exact(before, now, layered):
    bridge = plan_bridge(last_plan(*before, layers=layered), *this_plan(*now), history(("a", "2026-02", 5, 50.0)), cutoff="2026-02")
    for measure in ("units", "revenue"):
        found = {cause: round(amount * 1e4) for cause, amount in amounts(bridge, measure).items()}
        assert found["last_plan"] + sum(found[cause] for cause in CAUSES) == found["this_plan"]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(cells, min_size=1, max_size=6, unique_by=lambda row: row[:2]))
def test_units_by_cause_equal_a_plain_loop(rows):
    """The oracle: the same plan twice, the second with one unit more of baseline in each cell."""
    again = [(item, period, b + 1, c, o, s, price) for item, period, b, c, o, s, price in rows]
    bridge = plan_bridge(last_plan(*rows), *this_plan(*again), history(), cutoff="2026-02")
    count, worth = 0, 0.0
    for _, _, _, _, _, _, price in rows:
        count, worth = count + 1, worth + price
    units, revenue = amounts(bridge, "units"), amounts(bridge, "revenue")
    assert units["model"] == pytest.approx(count, abs=1e-3)
    assert units["capacity"] == pytest.approx(-count, abs=1e-3)
    assert revenue["model"] == pytest.approx(worth, rel=1e-5, abs=1e-2)
    assert revenue["this_plan"] == pytest.approx(revenue["last_plan"], abs=1e-3)


def test_printed_order_is_fixed():
    bridge = plan_bridge(BEFORE, *NOW, history(), cutoff="2026-02")
    assert bridge.groupby("measure")["cause"].apply(list).map(tuple).nunique() == 1
    assert isinstance(bridge, pd.DataFrame) and bridge["position"].tolist() == list(range(1, 11)) * 2


def test_causes_that_miss_the_change_are_refused():
    same = pd.DataFrame({"shipped": [8.0], "shipped_last": [5.0]})
    causes = {cause: pd.Series([3.0 if cause == "model" else 0.0]) for cause in CAUSES}
    found = _rows("units", same, same.iloc[:0], causes).set_index("cause")["amount"]
    assert (found["model"], found["this_plan"]) == (3, 8)
    with pytest.raises(DataError, match="miss the change by 1.0000"):
        _rows("units", same, same.iloc[:0], causes | {"model": pd.Series([2.0])})
