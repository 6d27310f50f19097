"""Gross to net: terms that prices are after, terms that are credited afterwards, by hand and against a plain walk."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from sopkit.data.measures import deductions
from sopkit.errors import DataError
from sopkit.finance.checks import money_checks
from sopkit.finance.comparison import estimate_comparison
from sopkit.finance.customers import customer_checks, customer_statement
from sopkit.finance.gross_to_net import DEDUCTED, repriced, with_deductions
from sopkit.finance.notes import money_notes
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement
from sopkit.finance.working_capital import working_capital_plan

POLICY = MoneyPolicy()


def term(kind: str, settled: str, day: str, rate: float, unit_amount: float | None = None, **whom: str) -> dict[str, object]:
    everyone = {"family": "*", "region": "*", "channel": "*", "customer": "*"}
    return everyone | {"kind": kind, "settled": settled, "valid_from": pd.Timestamp(day), "rate": rate, "unit_amount": unit_amount} | whom


def lines_of(rows: list[tuple[str, str, str, str, str, float, float]]) -> pd.DataFrame:
    names = ["date", "item", "region", "channel", "customer", "quantity", "revenue"]
    return pd.DataFrame(rows, columns=names).assign(date=lambda frame: pd.to_datetime(frame["date"]).astype("datetime64[s]"))


@pytest.fixture(scope="module")
def sales(company):
    """Grills to two chains in Sweden, six to one and four to the other each month; heaters to a dealer in Norway."""
    rows = []
    for month in company.closed:
        rows += [(f"{month}-05", "G1", "SE", "retail", "K1", 6.0, 600.0), (f"{month}-05", "G1", "SE", "retail", "K2", 4.0, 400.0)]
        rows.append((f"{month}-05", "H1", "NO", "dealers", "K3", 5.0, 1000.0))
    return lines_of(rows)


@pytest.fixture(scope="module")
def terms(company):
    return company.table(
        "sales_terms",
        [
            term("discount", "in_price", "2025-01-01", 0.20),
            term("rebate", "afterwards", "2026-01-01", 0.05, channel="retail"),
            term("bonus", "afterwards", "2026-04-01", 0.10, customer="K1"),
            term("freight_allowance", "afterwards", "2026-01-01", 0.0, 2.0, family="heaters"),
        ],
    )


@pytest.fixture(scope="module")
def deducted(company, sales, terms):
    return deductions(terms, sales, company.inputs.history, company.inputs.items, cutoff=company.cutoff)


@pytest.fixture(scope="module")
def statement(company, deducted):
    inputs = dataclasses.replace(company.inputs, deductions=deducted)
    return plan_statement(inputs, POLICY, cutoff=company.cutoff, first_month=1)


def amounts(statement: pd.DataFrame, period: str, family: str) -> dict[str, float]:
    rows = statement[statement["period"].eq(period) & statement["family"].eq(family)]
    return rows.set_index("line")["amount"].to_dict()


def test_a_month_from_gross_to_net_by_hand(statement):
    # February: 10 grills invoiced at 100 after a discount of 20 %: gross 1,250; rebate 5 % of gross = 62.5, credited afterwards
    told = amounts(statement, "2026-02", "grills")
    assert (told["gross_sales"], told["discount"]) == pytest.approx((1250, 250))
    assert told["rebate"] == pytest.approx(62.5)
    assert told["net_sales"] == pytest.approx(1000 - 62.5)
    assert told["gross_margin"] == pytest.approx(937.5 - 10 * 40)
    # April: 11 grills at 100, gross 1,375; K1 buys six tenths of them: bonus 10 % x 0.6 x 1,375 = 82.5
    told = amounts(statement, "2026-04", "grills")
    assert [told[line] for line in DEDUCTED] == pytest.approx([275, 68.75, 82.5, 0])
    assert told["net_sales"] == pytest.approx(1100 - 68.75 - 82.5)
    # heaters: 5 at 200 in Norway, 2 each for freight, no rebate, nobody with a bonus
    told = amounts(statement, "2026-04", "heaters")
    assert [told[line] for line in DEDUCTED] == pytest.approx([250, 0, 0, 10])
    assert told["net_sales"] == pytest.approx(990)
    # before a term begins it deducts nothing
    assert amounts(statement, "2025-12", "grills")["net_sales"] == 1000


def test_everything_that_speaks_of_net_sales_speaks_of_the_same(company, sales, deducted, statement):
    inputs = dataclasses.replace(company.inputs, deductions=deducted)
    capital = working_capital_plan(inputs, statement, POLICY, cutoff=company.cutoff)
    checks = money_checks(inputs, statement, capital, POLICY, cutoff=company.cutoff).set_index("rule")
    assert checks["ok"].all()
    assert checks.loc["net sales = gross sales - what is deducted, in each cell", "detail"] == "apart by 0.00"
    by_customer = customer_statement(inputs, sales, POLICY, cutoff=company.cutoff, first_month=1)
    assert customer_checks(by_customer, statement)["ok"].all()
    assert set(by_customer.loc[by_customer["period"].eq("2026-02"), "customer"]) == {"K1", "K2", "K3"}
    targets = pd.DataFrame({"target": [], "scope": [], "value": []})
    compared = estimate_comparison(inputs, statement, pd.DataFrame(), targets, cutoff=company.cutoff, first_month=1)
    month = compared[compared["span"].eq("month") & compared["line"].eq("net_sales") & compared["against"].eq("last_year")].iloc[0]
    assert (month["estimate"], month["other"]) == pytest.approx((937.5 + 990, 2000))
    noted = money_notes(inputs, statement, POLICY, cutoff=company.cutoff, first_month=1).set_index("subject")
    assert noted.loc["net_sales", "amount"] == pytest.approx(2 * (62.5 + 10))


def test_without_terms_the_statement_starts_at_net_sales_and_says_so(company):
    statement = plan_statement(company.inputs, POLICY, cutoff=company.cutoff, first_month=1)
    assert not statement["line"].isin(["gross_sales", *DEDUCTED]).any()
    noted = money_notes(company.inputs, statement, POLICY, cutoff=company.cutoff, first_month=1).set_index("subject")
    assert noted.loc["gross_sales", "note"].startswith("not available: sales_terms are not provided")


def test_the_most_exact_row_of_a_kind_holds_until_its_next(company, sales):
    rows = [
        term("rebate", "afterwards", "2025-01-01", 0.02),
        term("rebate", "afterwards", "2025-06-15", 0.03, channel="retail"),
        term("rebate", "afterwards", "2026-03-01", 0.00, channel="retail"),
        term("rebate", "in_price", "2026-01-01", 0.50, customer="K2"),
    ]
    made = deductions(company.table("sales_terms", rows), sales, company.inputs.history, company.inputs.items, cutoff=company.cutoff)
    found = {
        (row.settled, row.family, row.region, f"{row.valid_from:%Y-%m}"): row.rate
        for row in made[made["channel"].eq("retail")].itertuples()
    }
    # from July 2025 on retail has its own 3 %; from January K2, four tenths of the sales, has 50 % in the price instead
    assert found == pytest.approx(
        {
            ("afterwards", "grills", "SE", "2025-01"): 0.02,
            ("afterwards", "heaters", "SE", "2025-01"): 0.02,
            ("afterwards", "grills", "SE", "2025-07"): 0.03,
            ("afterwards", "heaters", "SE", "2025-07"): 0.03,
            ("afterwards", "grills", "SE", "2026-01"): 0.018,
            ("in_price", "grills", "SE", "2026-01"): 0.20,
            ("afterwards", "grills", "SE", "2026-03"): 0.0,
            ("afterwards", "heaters", "SE", "2026-03"): 0.0,
        }
    )


def test_terms_that_cannot_be_are_named(company, sales):
    made_from = (sales, company.inputs.history, company.inputs.items)
    nobody = company.table("sales_terms", [term("bonus", "afterwards", "2026-01-01", 0.1, family="boats")])
    with pytest.raises(DataError, match="meet no sales"):
        deductions(nobody, *made_from, cutoff=company.cutoff)
    rows = [term("bonus", "afterwards", "2026-01-01", 0.6), term("discount", "in_price", "2026-01-01", 0.4)]
    with pytest.raises(DataError) as raised:
        deductions(company.table("sales_terms", rows), *made_from, cutoff=company.cutoff)
    assert "100.0%" in str(raised.value.problems[0])


def test_prices_follow_the_terms_that_they_are_after(company, deducted):
    keys = pd.DataFrame({"family": ["grills"], "region": ["SE"], "channel": ["retail"], "period": ["2026-04"]})
    dearer = deducted.assign(rate=np.where(deducted["kind"].eq("discount"), 0.25, deducted["rate"]))
    # 100 after 20 % is 125 gross, 93.75 after 25 %; what is credited afterwards moves no price
    assert repriced(pd.Series([100.0]), keys, before=deducted, after=dearer).tolist() == pytest.approx([93.75])


def test_deductions_agree_with_a_plain_walk(deducted):
    draw = np.random.default_rng(3)
    trade = pd.DataFrame(
        {
            "family": draw.choice(["grills", "heaters"], 40),
            "region": draw.choice(["SE", "NO"], 40),
            "channel": draw.choice(["retail", "dealers"], 40),
            "period": draw.choice(["2025-03", "2026-01", "2026-02", "2026-04", "2027-01"], 40),
            "quantity": draw.integers(-3, 30, 40).astype(float),
        }
    )
    trade["net_sales"] = trade["quantity"] * 100
    found = with_deductions(trade, deducted)
    for at, row in trade.iterrows():
        own = [
            each
            for kind in DEDUCTED
            for settled in ("in_price", "afterwards")
            for each in deducted[
                deducted["kind"].eq(kind)
                & deducted["settled"].eq(settled)
                & deducted[["family", "region", "channel"]].eq(row[["family", "region", "channel"]]).all(axis=1)
                & (deducted["valid_from"] <= pd.Timestamp(f"{row['period']}-01"))
            ]
            .sort_values("valid_from")
            .tail(1)
            .to_dict("records")
        ]
        priced = [each for each in own if each["settled"] == "in_price"]
        gross = (row["net_sales"] + row["quantity"] * sum(each["unit_amount"] for each in priced)) / (
            1 - sum(each["rate"] for each in priced)
        )
        taken = sum(each["rate"] * gross + each["unit_amount"] * row["quantity"] for each in own)
        assert found.loc[at, "gross_sales"] == pytest.approx(gross)
        assert found.loc[at, "net_sales"] == pytest.approx(gross - taken)
