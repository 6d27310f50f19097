"""The estimate beside others, and what moved the margin: sums that are exact."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from sopkit.finance.comparison import estimate_comparison, margin_change, split_of_change
from sopkit.finance.ledger import ledger_gap, timing
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement


def cells(**rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=["quantity", "net_sales", "cost_of_goods"]).astype("float64")


def test_a_change_of_margin_by_hand():
    """A: 10 at 100, cost 60 -> 12 at 110, cost 62. B: 10 at 50, cost 40 -> 4 at 50, cost 40. M0 = 400 + 100 = 500.

    Units 20 -> 16: volume = -20 % of 500 = -100. Price 12 x 10 = 120. Cost -12 x 2 = -24. M1 = 12 x 48 + 4 x 10 = 616. Mix = the rest: 120.
    """
    split = split_of_change(cells(A=[10, 1000, 600], B=[10, 500, 400]), cells(A=[12, 1320, 744], B=[4, 200, 160]))
    assert split == pytest.approx({"last_year": 500, "volume": -100, "mix": 120, "price": 120, "cost": -24, "this_year": 616})


def test_what_was_not_sold_before_is_mix():
    split = split_of_change(cells(A=[10, 1000, 600]), cells(A=[10, 1000, 600], B=[5, 400, 300]))
    assert split == pytest.approx({"last_year": 400, "volume": 200, "mix": -100, "price": 0, "cost": 0, "this_year": 500})


def test_parts_always_add_up():
    random = np.random.default_rng(11)
    for _ in range(50):
        names = [f"c{at}" for at in range(6)]
        before, after = (
            pd.DataFrame(random.uniform(0, 100, (6, 3)) * random.integers(0, 2, (6, 1)), names, ["quantity", "net_sales", "cost_of_goods"])
            for _ in range(2)
        )
        split = split_of_change(before, after)
        parts = split["last_year"] + split["volume"] + split["mix"] + split["price"] + split["cost"]
        assert parts == pytest.approx(split["this_year"], abs=1e-6)


def test_months_of_this_year_against_last(company):
    """January and February are as the year before: no change; a whole year needs months that are not planned."""
    told = margin_change(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1).set_index(["span", "cause"])["amount"]
    assert told["year_to_date"][["volume", "mix", "price", "cost"]].tolist() == [0, 0, 0, 0]
    assert told["year_to_date"]["this_year"] == 2 * (2000 - 650)


def test_the_estimate_stands_beside_what_is_known_and_says_what_is_not(company):
    statement = plan_statement(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    budget = [
        {
            "family": "grills",
            "region": "*",
            "channel": "*",
            "period": f"2026-{month:02d}",
            "quantity": 10,
            "revenue": 2100,
            "contribution": None,
        }
        for month in range(1, 13)
    ]
    money = dataclasses.replace(company.inputs, budget=company.table("budget", budget))
    targets = company.table("targets", [{"target": "total_sales", "scope": "*", "value": 1900}])
    nothing = pd.DataFrame({"made_in": [], "period": [], "shipped": [], "net_price": []})
    table = estimate_comparison(money, statement, nothing, targets, cutoff=company.cutoff, first_month=1)
    rows = table.set_index(["span", "line", "against"])
    assert rows.loc[("month", "net_sales", "budget"), "difference"] == -100
    assert rows.loc[("year_to_date", "net_sales", "budget"), "difference"] == -200
    assert rows.loc[("year_to_date", "net_sales", "target"), "difference"] == 4000 - 3800
    assert rows.loc[("month", "net_sales", "last_year"), "difference"] == 0
    assert "last plan" in rows.loc[("month", "net_sales", "last_plan"), "reason"]
    assert "budget" in rows.loc[("month", "operating_contribution", "budget"), "reason"]
    assert np.isnan(rows.loc[("full_year", "net_sales", "budget"), "difference"])  # three months are planned, not ten
    assert len(table) == 3 * 2 * 4


def test_the_ledger_beside_the_order_book(company):
    """2025: 12 x 2,000 invoiced; the ledger books March's 300 in April and 500 nowhere: 500 are unexplained, 300 are timing."""
    amounts = {f"2025-{month:02d}": 2000.0 for month in range(1, 13)} | {"2025-03": 1700.0, "2025-04": 2300.0, "2025-12": 1500.0}
    rows = [
        {"account": "net_sales", "family": "*", "period": period, "status": "final", "amount": amount} for period, amount in amounts.items()
    ]
    rows += [{"account": "net_sales", "family": "*", "period": "2025-12", "status": "flash", "amount": 9999.0}]
    rows += [{"account": "net_sales", "family": "*", "period": "2026-01", "status": "flash", "amount": 2000.0}]
    table = ledger_gap(company.table("ledger_actuals", rows), company.inputs, cutoff=company.cutoff, first_month=1).set_index("fiscal_year")
    assert table.loc["2025", ["ledger", "invoiced", "difference", "timing", "unexplained"]].tolist() == [23500, 24000, 500, 300, 500]
    assert table.loc["2026", ["months", "flash_months"]].tolist() == [1, 1]
    assert ledger_gap(company.table("ledger_actuals", rows).iloc[:0], company.inputs, cutoff=company.cutoff, first_month=1).empty


def test_what_the_ledger_deducts_from_gross_sales_explains_its_part(company):
    """2025: gross 25,000 less 600 returns and, in one month, 100 discounts; lines hold 24,000, none a return: 1,000 below gross."""
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    booked = {"gross_sales": [25000 / 12] * 12, "returns": [50.0] * 12, "other_income": [5.0] * 12, "net_sales": [24300 / 12] * 12}
    rows = [
        {"account": account, "family": "*", "period": month, "status": "final", "amount": amount}
        for account, amounts in booked.items()
        for month, amount in zip(months, amounts, strict=True)
    ]
    rows += [{"account": "discounts", "family": "*", "period": "2025-12", "status": "final", "amount": 100.0}]
    table = ledger_gap(company.table("ledger_actuals", rows), company.inputs, cutoff=company.cutoff, first_month=1).set_index("fiscal_year")
    told = table.loc["2025", ["total_revenue", "other_income", "gross_sales", "deductions", "ledger", "difference", "unexplained"]]
    assert told.round(2).tolist() == [25060, 60, 25000, 700, 24300, -300, -1000]


def test_timing_is_what_the_next_month_gives_back():
    assert timing([5, -3, 0, -2]) == 3
    assert timing([5, 3, 2]) == 0
    assert timing([-4, 6, -2]) == 6
