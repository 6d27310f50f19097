"""What moved outside the company, and what is done about the gap to budget; numbers by hand."""

import pandas as pd
from plan_frames import table

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.finance.actions import gap_actions, gap_facts
from sopkit.meeting.outside import outside_view


def indicators(*rows):
    full = [(name, "*", "*", period, value, "Statistics") for name, period, value in rows]
    return table("market_indicators", full, ["indicator", "family", "region", "period", "value", "source"])


def assumed(*rows):
    full = [(name, "head_of_sales", observable, result, "observable") for name, observable, result in rows]
    return table("assumption_tests", full, ["assumption", "owner", "observable", "result", "by"])


def test_a_signal_beside_the_month_before_the_year_before_and_the_budget():
    """Steel 100 a year ago, 120 in January, 126 in February, and later what nobody knew; krona 1.0 in the budget, 0.9 now, 0.96 before."""
    steel = indicators(("steel", "2025-02", 100), ("steel", "2026-01", 120), ("steel", "2026-02", 126), ("steel", "2026-03", 150))
    rates = table(
        "exchange_rates", [("NOK", "NO", month, rate, 1.0) for month, rate in (("2026-01", 0.96), ("2026-02", 0.9))],
        CONTRACTS["exchange_rates"].column_names(),
    )  # fmt: skip
    tables = {"market_indicators": steel, "exchange_rates": rates, "indicator_correlations": empty(CONTRACTS["indicator_correlations"])}
    tests = assumed(("A1", "indicator:steel", "held"), ("A2", "indicator:steel", "broke"), ("A3", "total_sales", "held"))
    view = outside_view(tables, tests, cutoff="2026-02").set_index("signal")
    steel = view.loc["indicator:steel"]
    assert steel[["period", "value", "change", "touches", "result"]].tolist() == ["2026-02", 126, 6, "A1, A2", "broke"]
    assert steel[["change_share", "year_change_share"]].astype(float).round(6).tolist() == [0.05, 0.26]
    assert view.loc["rate:NOK", ["change_share", "budget_change_share"]].astype(float).round(6).tolist() == [-0.0625, -0.1]
    assert pd.isna(view.loc["rate:NOK", "touches"]) and pd.isna(view.loc["rate:NOK", "year_change_share"])
    nothing = {name: frame.iloc[:0] for name, frame in tables.items()}
    assert outside_view(nothing, tests, cutoff="2026-02").empty


def test_only_what_is_open_in_time_and_not_in_the_plan_closes_the_gap():
    """Gap -1000: 300 at 50 % and 200 that nobody gives a chance close 500 gross, 150 weighed; done, counted and late ones close nothing."""
    names = ["action", "statement", "owner", "due_date", "status", "revenue_effect", "probability_share", "in_plan"]
    rows = [
        ("a", "x", "o", "2026-05-01", "open", 300.0, 0.5, False),
        ("b", "x", "o", "2026-05-01", "late", 200.0, None, False),
        ("c", "x", "o", "2026-05-01", "done", 400.0, 1.0, False),
        ("d", "x", "o", "2026-05-01", "open", 500.0, 1.0, True),
        ("e", "x", "o", "2027-01-15", "open", 600.0, 1.0, False),
        ("f", "x", "o", "2026-05-01", "open", None, None, False),
    ]
    closing = gap_actions(table("actions", rows, names), cutoff="2026-02", first_month=1)
    counts = {"a": "closes", "b": "closes", "c": "over", "d": "in_plan", "e": "too_late"}
    assert dict(zip(closing["action"], closing["counts"], strict=True)) == counts
    gap = table("budget_gap", [("*", "gap", -1000.0)], ["family", "cause", "amount"])
    facts = gap_facts(gap, closing, cutoff="2026-02", first_month=1, currency="SEK").set_index("id")
    assert facts["value"].to_dict() == {"gap_after_actions": -500, "gap_after_actions_weighted": -850}
    nobody_knows = gap_facts(gap, closing[closing["action"].eq("b")], cutoff="2026-02", first_month=1, currency="SEK").set_index("id")
    assert nobody_knows["value"]["gap_after_actions"] == -800
    assert nobody_knows.loc["gap_after_actions_weighted", "reason"] == "no action that counts has a probability"
    unknown = gap_facts(gap.iloc[:0], closing, cutoff="2026-02", first_month=1, currency="SEK")
    assert unknown["value"].isna().all() and unknown["reason"].str.contains("budget is not provided").all()
