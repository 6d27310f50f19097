"""Views side by side, their weights, and what changed since the last plan: by hand."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.changes import changes_since
from sopkit.demand.consensus import DemandInputs, consensus_checks, consensus_demand
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.views import demand_views, started_from, unbiased_forecasts, view_weights

CELL = {"item": "A", "region": "SE", "channel": "retail"}


@pytest.fixture
def items(table):
    return table(
        "items", [{"item": item, "item_name": item, "family": family, "supply_strategy": "stock"} for item, family in ("AF", "BG")]
    )


def scored(table, wapes: dict[str, float], months: int = 12):
    rows = [{"layer": layer, "family": "F", "lag": 2, "months": months, "wape_ratio": wape} for layer, wape in wapes.items()]
    return table("forecast_accuracy", rows)


def test_weights_by_skill_are_shrunk_to_equal_and_finance_has_none(table):
    """WAPE .1 and .2: 1 / e^2 is 100 and 25, .8 and .2; twelve months count half: .65 and .35."""
    found = view_weights(scored(table, {"statistical": 0.1, "sales": 0.2, "finance": 0.01}), ["F", "G"], lag=2)
    assert conform(found, CONTRACTS["view_weights"]).values.tolist() == [["F", "sales", 0.5, pytest.approx(0.35)]] + [
        ["F", "statistical", 0.5, pytest.approx(0.65)]
    ]
    assert view_weights(table("forecast_accuracy"), ["F"], lag=2).empty


def plan_of(table, quantity: float, **changes: object):
    row = CELL | {"period": "2026-03", "baseline": quantity, "lifecycle": 0, "override": 0, "quantity": quantity, "net_price": 10}
    return table("consensus_demand", [row | {"revenue": quantity * 10} | changes])


def test_views_side_by_side(table, items):
    said = [CELL | {"function": function, "period": "2026-03", "quantity": units} for function, units in (("sales", 140), ("finance", 500))]
    deal = CELL | {"opportunity": "O", "period": "2026-03", "customer": "K", "stage": "proposal", "quantity": 40, "stated_share": 0.5}
    deal |= {"calibrated_share": 0.5, "expected_quantity": 20, "stated_period": "2026-03"}
    weights = view_weights(scored(table, {"statistical": 0.1, "sales": 0.2}), ["F"], lag=2)
    plan = plan_of(table, 110.0)
    layers = {"statistical": plan.assign(quantity=100.0), "consensus": plan}
    found = demand_views(layers, table("sales_forecast", said), table("crm_demand", [deal]), items, weights)
    found = conform(found, CONTRACTS["demand_views"]).set_index("view")["quantity"]
    assert found.to_dict() == {
        "statistical": 100,
        "sales": 140,
        "finance": 500,
        "crm": 120,
        "consensus": 110,
        "equal": pytest.approx(120),
        "skill": pytest.approx(0.65 * 100 + 0.35 * 140),
    }


def test_the_consensus_may_start_from_all_views(table, items):
    """History says 60 and 40, sales 140 in all: equal weights start from 120, skill (.65 and .35) from 114, spread 60 : 40.

    Finance says 500 and has no weight; a region in which sales said nothing starts from history.
    """
    cells = [(CELL | {"channel": channel}, units) for channel, units in (("retail", 60), ("online", 40))]
    cells.append((CELL | {"region": "NO"}, 30))
    numbers = {"p10": 0, "p50": 0, "p90": 0, "naive": 0, "method": "pool"}
    baseline = table("statistical_forecast", [cell | {"period": "2026-03", "quantity": units} | numbers for cell, units in cells])
    said = [CELL | {"function": name, "period": "2026-03", "quantity": units} for name, units in (("sales", 140), ("finance", 500))]
    weights = view_weights(scored(table, {"statistical": 0.1, "sales": 0.2}), ["F"], lag=2)
    for start, added in (("statistical", [0, 0, 0]), ("equal", [0, 8, 12]), ("skill", [0, 5.6, 8.4])):
        found = started_from(baseline, table("sales_forecast", said), table("crm_demand"), items, weights, start=start)
        assert conform(found, CONTRACTS["statistical_forecast"])["view_quantity"].tolist() == pytest.approx(added)
        plan = consensus_demand(plan_inputs(table, items, found), DemandPolicy())
        assert plan["baseline"].sum() == plan["quantity"].sum() == 130 + sum(added)
        assert consensus_checks(plan_inputs(table, items, found), DemandPolicy())["ok"].all()
    assert (
        started_from(baseline, table("sales_forecast"), table("crm_demand"), items, weights.head(0), start="skill")["view_quantity"]
        .eq(0)
        .all()
    )


def plan_inputs(table, items, baseline) -> DemandInputs:
    price = {"item": "A", "valid_from": pd.Timestamp("2026-01-01"), "net_price": 10}
    history = [CELL | {"period": "2026-02", "quantity": 10, "sold_quantity": 10, "revenue": 100, "source": "sales"}]
    prices = [price | {"region": region, "channel": channel} for region in ("SE", "NO") for channel in ("retail", "online")]
    tables = (table("demand_history", history), baseline, table("prices", prices), table("lifecycle"), table("overrides"))
    return DemandInputs(items, *tables)


def test_a_function_without_its_bias_stands_beside_what_it_said(table, items):
    """Sales was 20 % high over twelve months, which count half: 110 / 1.1 = 100. Finance, and a family never scored, have no such view."""
    cells = [("sales", "A", 110), ("finance", "A", 500), ("sales", "B", 30)]
    said = table(
        "sales_forecast",
        [CELL | {"function": function, "item": item, "period": "2026-03", "quantity": units} for function, item, units in cells],
    )
    accuracy = scored(table, {"sales": 0.3, "finance": 0.3}).assign(bias_ratio=0.2)
    found = unbiased_forecasts(said, accuracy, items, lag=2)
    assert found[["function", "item", "quantity"]].values.tolist() == [["sales_unbiased", "A", pytest.approx(100)]]
    assert unbiased_forecasts(said, accuracy, items, lag=1).empty


def test_changes_sum_exactly(table, items):
    """100 at 10 became 110 at 12; B is new: 5 at 20. Volume 10 x 10 + 5 x 20, price 110 x 2."""
    new = plan_of(table, 5.0, item="B", net_price=20, revenue=100)
    now = table(
        "consensus_demand", [*plan_of(table, 110.0, net_price=12, baseline=104, override=6).to_dict("records"), *new.to_dict("records")]
    )
    last = [
        CELL | {"made_in": "2026-02", "period": period, "quantity": 100, "shipped": 0, "net_price": 10} for period in ("2026-02", "2026-03")
    ]
    parts = {"baseline": 100, "lifecycle": 0, "override": 0}
    found = changes_since(now, table("last_plan", [row | parts for row in last]), items).set_index("family")
    assert found.loc["F"].tolist() == pytest.approx([100, 110, 4, 0, 6, 1000, 1320, 100, 220, np.nan], nan_ok=True)
    assert found.loc["*", ["last_revenue", "revenue", "volume", "price"]].tolist() == pytest.approx([1000, 1420, 200, 220])
    assert (found["revenue"] - found["last_revenue"] - found["volume"] - found["price"]).abs().max() < 1e-9
    blind = changes_since(now, table("last_plan", last), items)
    assert blind["baseline_change"].isna().all()
    assert changes_since(now, table("last_plan"), items).empty


def test_what_rates_did_to_prices_stands_apart(table, items):
    """100 at 10 became 110 at 12; the region's money rose from 0.9 to 1.0: a tenth of 1,320 comes from it, and 88 of 220 from price."""
    now = plan_of(table, 110.0, net_price=12)
    cell = CELL | {"made_in": "2026-02", "period": "2026-03", "quantity": 100, "shipped": 0, "net_price": 10}
    last = table("last_plan", [cell])
    rates = [{"currency": "NOK", "region": CELL["region"], "period": "2026-03", "rate": rate, "budget_rate": 1.0} for rate in (1.0, 0.9)]
    known = {"rates": table("exchange_rates", rates[:1]), "last_rates": table("exchange_rates", rates[1:])}
    found = changes_since(now, last, items, **known).set_index("family").loc["*"]
    assert found[["volume", "price", "currency"]].tolist() == pytest.approx([100, 88, 132])
    still = changes_since(plan_of(table, 110.0, net_price=10), last, items, **known).set_index("family").loc["*"]
    assert still[["volume", "price", "currency"]].tolist() == pytest.approx([100, 0, 0])  # the list is in our money: no rate moved it
    other = {**known, "rates": known["rates"].assign(region="XX")}
    assert changes_since(now, last, items, **other).set_index("family").loc["*", "currency"] == 0
