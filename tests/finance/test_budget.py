import dataclasses

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.errors import DataError
from sopkit.finance.budget import CAUSES, budget_checks, budget_gap, estimate_checks
from sopkit.finance.notes import money_notes
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement
from sopkit.periods import period_range

YEAR = period_range("2025-06", 12)  # a broken fiscal year: nine closed months, then the three planned ones


def budget_rows(family: str, quantity: float, revenue: float, region: str = "*", channel: str = "*") -> list[dict[str, object]]:
    return [
        {"family": family, "region": region, "channel": channel, "period": period, "quantity": quantity, "revenue": revenue}
        for period in YEAR
    ]


def gap_of(company, budget: list[dict[str, object]], **changes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The gap as a table of family x cause, and the checks of its ties."""
    inputs = dataclasses.replace(company.inputs, budget=company.table("budget", budget), **changes)
    statement = plan_statement(inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=6)
    gap = budget_gap(inputs, statement, cutoff=company.cutoff, first_month=6)
    ties = estimate_checks(inputs, statement, gap, cutoff=company.cutoff, first_month=6)
    assert conform(gap, CONTRACTS["budget_gap"]).equals(gap)
    return gap.pivot(index="family", columns="cause", values="amount"), pd.concat([budget_checks(gap), ties])


def test_causes_of_the_gap_by_hand(company):
    wide, checks = gap_of(company, [*budget_rows("grills", 11, 1155), *budget_rows("heaters", 5, 1000)])
    # grills: 132 units at 105 budgeted; demanded 9 x 10 + 36 = 126, shipped 125; sold for 12,500
    grills = wide.loc["grills"]
    assert grills["budget"] == 132 * 105
    assert grills["volume"] == (126 - 132) * 105
    assert grills["capacity"] == (125 - 126) * 105
    assert grills["price"] == 12_500 - 125 * 105
    assert grills["latest_estimate"] == 12_500
    # heaters: as budgeted, but for 10 more on each of the five of May
    assert wide.loc["heaters", list(CAUSES)].to_dict() == {"volume": 0, "capacity": 0, "price": 50, "currency": 0}
    assert wide.loc["*", "gap"] == wide.loc["grills", "gap"] + wide.loc["heaters", "gap"]
    assert checks["ok"].all()


def test_causes_sum_exactly_to_the_gap(company):
    wide, _ = gap_of(company, [*budget_rows("grills", 7.3, 1111.11), *budget_rows("heaters", 3.7, 777.77)])
    assert (wide[list(CAUSES)].sum(axis=1) - wide["gap"]).abs().max() < 1e-6
    assert (wide["latest_estimate"] - wide["budget"] - wide["gap"]).abs().max() < 1e-6


def test_currency_is_the_part_of_net_sales_that_the_rate_takes(company):
    rates = [{"currency": "NOK", "region": "NO", "period": period, "rate": 0.95, "budget_rate": 1.0} for period in YEAR[:10]]
    wide, _ = gap_of(company, budget_rows("heaters", 5, 1000), exchange_rates=company.table("exchange_rates", rates))
    sold = 12_050 * (1 - 1 / 0.95)  # the last rate holds on in April and May
    assert wide.loc["heaters", "currency"] == pytest.approx(sold)
    assert wide.loc["heaters", "price"] == pytest.approx(50 - sold)
    assert wide.loc["grills", "currency"] == 0


def test_a_family_without_budget_is_all_volume(company):
    wide, _ = gap_of(company, budget_rows("heaters", 5, 1000))
    assert wide.loc["grills", "budget"] == 0
    assert wide.loc["grills", "volume"] == pytest.approx(126 * 100)
    assert wide.loc["grills", "capacity"] == pytest.approx(-100)
    assert wide.loc["grills", "price"] == pytest.approx(0)


def test_a_budget_in_money_only_has_no_price_effect(company):
    wide, _ = gap_of(company, [*budget_rows("grills", 0, 1000), *budget_rows("heaters", 5, 1000)])
    assert wide.loc["grills", "price"] == pytest.approx(0)
    assert wide.loc["grills", "gap"] == pytest.approx(500)


def test_a_budget_by_region_is_compared_by_region(company):
    split = [
        *budget_rows("grills", 10, 900, "SE", "retail"),
        *budget_rows("grills", 1, 200, "NO", "retail"),
        *budget_rows("heaters", 5, 1000),
    ]
    wide, _ = gap_of(company, split)
    # in SE 126 demanded against 120 at 90, in NO none of the 12 at 200
    assert wide.loc["grills", "volume"] == pytest.approx((126 - 120) * 90 - 12 * 200)
    assert wide.loc["grills", "capacity"] == pytest.approx(-90)


def test_months_without_budget_are_told(company):
    rows = budget_rows("grills", 10, 900)[:11]
    _, checks = gap_of(company, rows)
    assert checks["ok"].all()
    inputs = dataclasses.replace(company.inputs, budget=company.table("budget", rows))
    statement = plan_statement(inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=6)
    notes = money_notes(inputs, statement, MoneyPolicy(), cutoff=company.cutoff, first_month=6).set_index("subject")
    assert notes.loc["budget", "amount"] == 1
    assert notes.loc["budget", "note"].endswith("2026-05")
    assert "latest_estimate" not in notes.index


def test_an_estimate_that_does_not_tie_is_seen(company):
    inputs = dataclasses.replace(company.inputs, budget=company.table("budget", budget_rows("grills", 11, 1155)))
    statement = plan_statement(inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=6)
    gap = budget_gap(inputs, statement, cutoff=company.cutoff, first_month=6)
    wrong = gap.assign(amount=gap["amount"].where(gap["cause"] != "volume", gap["amount"] + 1))
    assert budget_checks(wrong)["ok"].tolist() == [False, False, True]  # one more in each family is two in the company
    ties = estimate_checks(inputs, statement.assign(amount=statement["amount"] * 1.01), gap, cutoff=company.cutoff, first_month=6)
    assert ties["ok"].tolist() == [False, True]


def test_without_a_budget_there_is_no_gap(company):
    statement = plan_statement(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=6)
    gap = budget_gap(company.inputs, statement, cutoff=company.cutoff, first_month=6)
    assert gap.empty
    assert list(gap.columns) == CONTRACTS["budget_gap"].column_names()
    assert budget_checks(gap)["ok"].all()


def test_a_region_with_two_currencies_is_refused(company):
    rates = [{"currency": currency, "region": "NO", "period": "2026-03", "rate": 1.0, "budget_rate": 1.0} for currency in ("NOK", "EUR")]
    with pytest.raises(DataError, match="ambiguous"):
        gap_of(company, budget_rows("grills", 10, 900), exchange_rates=company.table("exchange_rates", rates))
