"""Prices: an elasticity that was planted is found, what cannot be measured is assumed, hours and break-even by hand."""

import numpy as np
import pytest
from plan_frames import items_of, table

from sopkit.meeting.money_review import money_review
from sopkit.meeting.pricing import break_even_share, elasticity, pricing
from sopkit.periods import period_range

COLUMNS = ["item", "region", "channel", "period", "quantity", "sold_quantity", "revenue", "cost", "source", "uncensored_quantity"]


def history(prices, units):
    months = period_range("2023-01", len(prices))
    rows = [("grill", "SE", "retail", m, q, q, q * p, None, "orders", None) for m, p, q in zip(months, prices, units, strict=True)]
    return table("demand_history", rows, COLUMNS)


def test_a_planted_elasticity_is_found_inside_its_interval():
    random = np.random.default_rng(6)
    prices = 100 * np.exp(random.normal(0, 0.08, 48))
    season = 1 + 0.4 * np.sin(np.arange(48) * np.pi / 6)
    units = 500 * season * (prices / 100) ** -1.8 * np.exp(random.normal(0, 0.02, 48))
    slope, low, high, basis = elasticity(history(prices, units), items_of(grill="grills"), "grills")
    assert basis == "measured"
    assert low < -1.8 < high and high - low < 0.4
    assert slope == pytest.approx(-1.8, abs=0.15)


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        (np.full(48, 100.0), "hardly moved"),
        (np.repeat([100.0, 110.0, 120.0, 130.0], 12), "changed 3 times only"),
        (np.full(12, 100.0), "12 months"),
    ],
)
def test_what_cannot_be_measured_is_assumed_and_says_why(prices, words):
    slope, low, high, basis = elasticity(history(prices, np.full(len(prices), 50.0)), items_of(grill="grills"), "grills")
    assert (slope, np.isnan(low), np.isnan(high)) == (-1.0, True, True)
    assert basis.startswith("assumed") and words in basis


def test_break_even_of_a_rise():
    """Margin 40 %, price 2 % up: 2 / 42 of the units may be lost."""
    assert break_even_share(0.4, 0.02) == pytest.approx(0.02 / 0.42)


def test_prices_of_the_tiny_company(inputs, base):
    """An hour earns 20 with grills and 40 with heaters; May's hours are scarce, so grills cost others 20 there."""
    told = pricing(inputs, base).set_index("family")
    assert told.loc["grills", "contribution_per_hour"] == pytest.approx(20)
    assert told.loc["heaters", "contribution_per_hour"] == pytest.approx(40)
    assert told["resource"].tolist() == ["coat", "coat"]
    assert told.loc["grills", "scarcity_value"] > 0
    assert told["candidate"].to_dict() == {"grills": "raise", "heaters": "keep"}


def review_tables(inputs, base, **more):
    names = (
        "orders",
        "actions",
        "assumptions",
        "opportunities",
        "sales_history",
        "ledger_actuals",
        "last_plan",
        "customers",
        "kpi_history",
        "forecast_accuracy",
    )
    names = (*names, "market_indicators", "supplier_performance", "indicator_correlations")
    tables = {name: table(name, [], []) for name in names} | dict(inputs.tables)
    made = {
        name: getattr(base.supply, name) for name in ("supply_plan", "demand_fulfilment", "resource_load", "workforce_plan", "plan_outlays")
    }
    return tables | made | {"consensus_demand": base.consensus_demand} | more


def test_a_review_without_customers_or_ledger_is_whole(inputs, base):
    review = money_review(inputs, base, table("budget_gap", [], []), review_tables(inputs, base), currency="SEK")
    assert review.by_customer.empty and review.customers.empty and review.ledger.empty
    assert review.checks["ok"].all()
    reasons = review.facts.set_index("id")["reason"]
    assert reasons["customer_concentration"] == "sales name no customer"


def test_customers_against_the_year_before(inputs, base):
    """C1 buys all year; C2 stopped in June; C3 began in January."""
    rows = []
    for month in period_range("2024-03", 24):
        rows += [(f"{month}-10", "grill", "SE", "retail", "C1", 10, 500)]
        rows += [(f"{month}-11", "grill", "SE", "retail", "C2", 6, 300)] if month < "2025-07" else []
        rows += [(f"{month}-12", "grill", "SE", "retail", "C3", 4, 200)] if month >= "2026-01" else []
    sales = table("sales_history", rows, ["date", "item", "region", "channel", "customer", "quantity", "revenue"])
    orders = table(
        "orders",
        [
            ("O1", "1", "grill", "SE", "retail", "C1", "2026-01-05", "2026-01-20", "2026-01-20", "2026-01-19", 10, 10, 50.0),
            ("O2", "1", "grill", "SE", "retail", "C1", "2026-01-05", "2026-01-20", "2026-01-20", "2026-01-25", 10, 10, 50.0),
        ],
        ["order", "line", "item", "region", "channel", "customer", "order_date", "requested_date", "promised_date", "ship_date", "quantity"]
        + ["shipped_quantity", "net_price"],
    )
    review = money_review(
        inputs, base, table("budget_gap", [], []), review_tables(inputs, base, sales_history=sales, orders=orders), currency="SEK"
    )
    told = review.customers.set_index("customer")
    assert told["status"].to_dict() == {"C1": "steady", "C2": "lost", "C3": "new"}
    assert told.loc["C1", ["net_sales", "net_sales_before", "otif_share"]].tolist() == [6000, 6000, 0.5]
    assert told["bottleneck_hours"].sum() == pytest.approx(base.supply.demand_fulfilment["shipped"].sum())  # an hour each
    assert review.facts.set_index("id").loc["customer_concentration", "value"] == 1.0
