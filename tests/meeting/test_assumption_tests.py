"""Assumptions: held, broken, expired, untested; who was right."""

import pandas as pd
from plan_frames import table

from sopkit.meeting.assumption_tests import assumption_tests, hit_rates, observed

COLUMNS = ["assumption", "statement", "owner", "expires", "last_result", "feeds", "observable", "tripwire_low", "tripwire_high"]
ROWS = [
    ("A1", "krone", "head_of_finance", "2026-12", "untested", "exchange_rates.rate", "rate:NOK", 0.95, 0.99),
    ("A2", "valves", "head_of_materials", "2026-12", "held", None, "supplier_on_time:L1", 0.9, None),
    ("A3", "steel", "head_of_materials", "2026-12", "held", None, "indicator:steel", None, 110.0),
    ("A4", "spring", "head_of_sales", "2026-02", "held", None, None, None, None),
    ("A5", "talk", "head_of_sales", "2026-12", "broke", None, None, None, None),
    ("A6", "sales", "head_of_sales", "2026-12", "untested", None, "total_sales", 90.0, None),
]


def seen():
    tables = {
        "kpi_history": table(
            "kpi_history", [("total_sales", "2026-02", "money", 100.0, None)], ["kpi", "period", "unit", "value", "reason"]
        ),
        "exchange_rates": table(
            "exchange_rates",
            [("NOK", "NO", period, rate, 1.0) for period, rate in (("2026-01", 0.9), ("2026-02", 0.97), ("2026-03", 0.5))],
            ["currency", "region", "period", "rate", "budget_rate"],
        ),
        "market_indicators": table("market_indicators", [], []),
        "supplier_performance": pd.DataFrame({"supplier": ["L1"], "on_time_share": [0.71]}),
    }
    return observed(tables, cutoff="2026-02")


def test_what_is_seen_is_that_of_the_cutoff():
    assert seen() == {"total_sales": 100.0, "rate:NOK": 0.97, "supplier_on_time:L1": 0.71}


def test_each_assumption_is_tested_by_what_it_names():
    told = assumption_tests(table("assumptions", ROWS, COLUMNS), seen(), cycle="2026-03").set_index("assumption")
    assert told["result"].to_dict() == {"A1": "held", "A2": "broke", "A3": "untested", "A4": "expired", "A5": "broke", "A6": "held"}
    assert told["by"].to_dict() == {
        "A1": "observable",
        "A2": "observable",
        "A3": "observable",
        "A4": "expiry",
        "A5": "people",
        "A6": "observable",
    }
    assert "indicator:steel is not known" in told.loc["A3", "reason"] and "2026-02" in told.loc["A4", "reason"]
    assert told.loc["A2", "value"] == 0.71


def test_who_was_right():
    rates = hit_rates(assumption_tests(table("assumptions", ROWS, COLUMNS), seen(), cycle="2026-03")).set_index("owner")
    assert rates["held_share"].to_dict() == {"head_of_materials": 0.0, "head_of_sales": 0.5, "head_of_finance": 1.0}
    assert rates["tested"].sum() == 4


def test_no_register_gives_nothing():
    assert hit_rates(assumption_tests(table("assumptions", [], []), {}, cycle="2026-03")).empty
    assert assumption_tests(table("assumptions", [], []), {}, cycle="2026-03").empty
