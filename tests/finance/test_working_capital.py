import dataclasses
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.finance.balances import month_end_balances
from sopkit.finance.checks import money_checks
from sopkit.finance.notes import money_notes
from sopkit.finance.payment import days_by_scope, unpaid_balance, unpaid_share
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.purchases import closed_purchases, planned_purchases, stock_changes
from sopkit.finance.statement import plan_statement
from sopkit.finance.valuation import item_costs
from sopkit.finance.working_capital import cash_bridge, working_capital_plan
from sopkit.periods import first_day, last_day, period_range


def unpaid(period: str, amount: float) -> float:
    """What thirty days leave unpaid of an even monthly amount: all but a day of a long month, two days of January in February."""
    return amount * {"31": 30 / 31, "30": 1.0, "28": 1 + 2 / 31}[str(last_day(period).day)]


LEDGER = {"inventory": 2000.0, "receivables": 2500.0, "payables": 700.0, "cash": 1000.0, "credit_line": 400.0}


def balance_rows(company, **changes: float) -> list[dict[str, object]]:
    amounts = LEDGER | changes
    return [{"account": account, "period": period, "amount": amount} for period in company.closed for account, amount in amounts.items()]


@pytest.fixture
def ledger(company):
    terms = [{"party": "customer", "scope": "*", "days": 30.0}, {"party": "supplier", "scope": "*", "days": 30.0}]
    return dataclasses.replace(
        company.inputs,
        balance_sheet=company.table("balance_sheet", balance_rows(company)),
        payment_terms=company.table("payment_terms", terms),
    )


def capital(company, inputs, policy: MoneyPolicy) -> tuple[pd.DataFrame, pd.DataFrame]:
    statement = plan_statement(inputs, policy, cutoff=company.cutoff, first_month=1)
    return statement, working_capital_plan(inputs, statement, policy, cutoff=company.cutoff)


def test_balances_of_the_small_company_by_hand(company, ledger):
    _, plan = capital(company, ledger, MoneyPolicy(other_payments=100))
    months = plan.set_index("period")
    assert len(plan) == 13 + 3
    assert months.loc["2026-02", "working_capital"] == 2000 + 2500 - 700 + 1000
    # stock: 20 x 60 + 10 x 50 = 1700 at the cutoff, so 300 of the ledger's 2000 is carried
    assert months.loc[list(company.planned), "inventory"].tolist() == [1200 + 500 + 300, 1200 + 250 + 300, 1200 + 250 + 300]
    year = company.closed[1:]  # thirteen month ends
    late = 13 * 2500 / sum(unpaid(period, 2000) for period in year)
    rest = 2500 - late * unpaid("2026-02", 2000)
    by_terms = np.array([2000 * 30 / 31, 2100, 2450 * 30 / 31])
    assert months.loc[list(company.planned), "receivables"].tolist() == pytest.approx(late * by_terms + rest)
    # bought: March (9 + 1) x 40 + 5 x 50, April 11 x 40, May 14 x 40 + 5 x 50; February as sold, 10 x 40 + 5 x 50
    owed = 13 * 700 / sum(unpaid(period, 650) for period in year)
    by_terms = np.array([650 * 30 / 31, 440, 810 * 30 / 31])
    assert months.loc[list(company.planned), "payables"].tolist() == pytest.approx(owed * by_terms + 700 - owed * unpaid("2026-02", 650))
    operating = months["inventory"] + months["receivables"] - months["payables"]
    assert np.allclose(operating, months["operating_working_capital"])
    # March: collected = 2000 - rise of receivables; paid = 650 - rise of payables; overtime 60, holding 12, hiring 500, other 100
    received = 2000 - (months.loc["2026-03", "receivables"] - 2500)
    paid = 650 - (months.loc["2026-03", "payables"] - 700)
    assert months.loc["2026-03", "cash_headroom"] == pytest.approx(1000 + received - paid - 572 - 100 + 400)
    assert np.allclose(conform(plan, CONTRACTS["working_capital_plan"])["working_capital"], operating + months["cash_headroom"] - 400)


def test_the_cash_bridge_closes(company, ledger):
    policy = MoneyPolicy(other_payments=100)
    statement, plan = capital(company, ledger, policy)
    bridge = cash_bridge(ledger, statement, policy, cutoff=company.cutoff)
    flow = bridge["collections"] - bridge["supplier_payments"] - bridge["paid_costs"] - bridge["other_payments"]
    assert np.allclose(bridge["opening_cash"] + flow, bridge["closing_cash"])
    assert np.allclose(bridge["opening_cash"].iloc[1:], bridge["closing_cash"].iloc[:-1])
    assert np.allclose(bridge["closing_cash"] + 400, plan[plan["scenario"] == "base"]["cash_headroom"])
    checks = money_checks(ledger, statement, plan, policy, cutoff=company.cutoff)
    assert checks["ok"].all()
    assert set(checks.loc[checks["detail"].eq("not available"), "rule"]) == {"net sales = gross sales - what is deducted, in each cell"}


def test_cash_agrees_with_a_plain_walk_over_the_days(company, ledger):
    """Each day's invoices and purchases, paid thirty days later, against the walk over months; the ledger is what terms leave unpaid."""
    sheet = pd.DataFrame(balance_rows(company))
    for account, amount in (("receivables", 2000), ("payables", 650)):
        rows = sheet["account"] == account
        sheet.loc[rows, "amount"] = [unpaid(period, amount) for period in sheet.loc[rows, "period"]]
    ledger = dataclasses.replace(ledger, balance_sheet=company.table("balance_sheet", sheet.to_dict("records")))
    policy = MoneyPolicy(other_payments=100)
    statement, _ = capital(company, ledger, policy)
    sales = statement[statement["line"] == "net_sales"].groupby("period")["amount"].sum()
    bought = {**dict.fromkeys(company.closed, 650.0), "2026-03": 650.0, "2026-04": 440.0, "2026-05": 810.0}
    costs = {"2026-03": 572.0, "2026-04": 17.0, "2026-05": 22.0}
    flow = dict.fromkeys(company.planned, 0.0)
    for amounts, sign in ((sales.to_dict(), 1.0), (bought, -1.0)):
        for period, amount in amounts.items():
            days = (last_day(period) - first_day(period)).days + 1
            for day in range(days):
                paid = (first_day(period) + timedelta(days=day + 30)).strftime("%Y-%m")
                if paid in flow:
                    flow[paid] += sign * amount / days
    cash, expected = 1000.0, []
    for period in company.planned:
        cash += flow[period] - costs[period] - 100
        expected.append(cash)
    assert cash_bridge(ledger, statement, policy, cutoff=company.cutoff)["closing_cash"].tolist() == pytest.approx(expected)


def test_payments_outside_the_statement_are_measured_and_a_loan_is_none(company, ledger):
    """Flat balances: other payments = net sales - purchases; a loan that comes and goes with its liability changes nothing."""
    statement, _ = capital(company, ledger, MoneyPolicy())
    assert month_end_balances(ledger, statement, MoneyPolicy(), cutoff=company.cutoff).other_payments == pytest.approx(2000 - 650)
    sheet = pd.DataFrame(balance_rows(company, other_current_liabilities=50.0))
    early = sheet["period"] <= "2025-08"
    sheet.loc[early & sheet["account"].isin(["cash", "other_current_liabilities"]), "amount"] += 3000
    lent = dataclasses.replace(ledger, balance_sheet=company.table("balance_sheet", sheet.to_dict("records")))
    assert month_end_balances(lent, statement, MoneyPolicy(), cutoff=company.cutoff).other_payments == pytest.approx(2000 - 650)


def test_vat_is_inside_receivables(company, ledger):
    statement, _ = capital(company, ledger, MoneyPolicy())
    found = month_end_balances(ledger, statement, MoneyPolicy(vat_rate=0.25), cutoff=company.cutoff).receivables
    assert found.ratio == pytest.approx(13 * 2500 / sum(1.25 * unpaid(period, 2000) for period in company.closed[1:]))


def test_what_is_not_provided_is_empty_with_a_reason(company):
    statement, plan = capital(company, company.inputs, MoneyPolicy())
    empty = ["receivables", "payables", "operating_working_capital", "working_capital", "cash_headroom"]
    assert plan[empty].isna().all().all()
    assert plan[plan["scenario"] == "base"]["inventory"].tolist() == [1700, 1450, 1450]
    notes = money_notes(company.inputs, statement, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    told = notes[notes["note"].str.startswith("not available")].set_index("subject")["note"]
    assert set(told.index) == {"receivables", "payables", "cash", "gross_sales"}
    assert "balance_sheet is not provided" in told["cash"]


def test_each_missing_piece_is_named(company, ledger):
    statement, _ = capital(company, ledger, MoneyPolicy())
    termless = dataclasses.replace(ledger, payment_terms=ledger.payment_terms.iloc[:1])
    reasons = month_end_balances(termless, statement, MoneyPolicy(), cutoff=company.cutoff).reasons
    assert reasons["payables"] == "payment_terms of the supplier side are not provided"
    assert "cash" in reasons
    assert "receivables" not in reasons
    short = dataclasses.replace(
        ledger, balance_sheet=ledger.balance_sheet[ledger.balance_sheet["period"] > "2025-06"].reset_index(drop=True)
    )
    assert "thirteen" in month_end_balances(short, statement, MoneyPolicy(), cutoff=company.cutoff).reasons["cash"]
    lineless = dataclasses.replace(ledger, balance_sheet=ledger.balance_sheet[ledger.balance_sheet["account"] != "credit_line"])
    assert "credit_line" in month_end_balances(lineless, statement, MoneyPolicy(), cutoff=company.cutoff).reasons
    assert "credit_line" not in month_end_balances(lineless, statement, MoneyPolicy(credit_line=400), cutoff=company.cutoff).reasons


def test_notes_state_what_is_carried(company, ledger):
    statement, _ = capital(company, ledger, MoneyPolicy())
    notes = money_notes(ledger, statement, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    late = 13 * 2500 / sum(unpaid(period, 2000) for period in company.closed[1:])
    told = notes[notes["note"].str.contains("carried through")].set_index("subject")["amount"]
    assert told["inventory"] == 300
    assert told["receivables"] == pytest.approx(2500 - late * unpaid("2026-02", 2000))
    assert notes.loc[notes["unit"] == "ratio", "amount"].tolist()[0] == pytest.approx(late)
    assert notes.loc[notes["subject"] == "other_payments", "amount"].item() == pytest.approx(1350)


def test_a_broken_stock_roll_is_seen(company, ledger):
    policy = MoneyPolicy(other_payments=100)
    statement, plan = capital(company, ledger, policy)
    broken = dataclasses.replace(ledger, supply_plan=ledger.supply_plan.assign(opening_stock=ledger.supply_plan["opening_stock"] + 1))
    checks = money_checks(broken, statement, plan, policy, cutoff=company.cutoff).set_index("rule")["ok"]
    assert not checks["stock rolls: closing = opening + in - out, in each item and month"]
    wrong = money_checks(
        ledger,
        statement.assign(amount=statement["amount"] * np.where(statement["line"] == "gross_margin", 1.1, 1)),
        plan,
        policy,
        cutoff=company.cutoff,
    )
    assert not wrong.set_index("rule")["ok"]["gross margin = net sales - cost of goods, in each cell"]


def test_unpaid_share_of_two_months_by_hand():
    share = unpaid_share(45, ["2026-01", "2026-02", "2026-03"], ["2026-02", "2026-03"])
    # end of February: January's last 45 - 28 = 17 days of 31, all of February; end of March: 45 - 31 = 14 of February's 28, all of March
    assert share == pytest.approx(np.array([[17 / 31, 0], [1, 14 / 28], [0, 1]]))


def test_month_ends_that_need_invoices_before_the_history_are_left_out_of_the_ratio(company, ledger):
    statement, _ = capital(company, ledger, MoneyPolicy())
    terms = company.table("payment_terms", [{"party": "customer", "scope": "*", "days": 60.0}])
    inputs = dataclasses.replace(ledger, payment_terms=terms)
    found = month_end_balances(inputs, statement, MoneyPolicy(), cutoff=company.cutoff).receivables
    # sixty days at the end of February 2025 reach into December 2024; twelve month ends are left, of two months and a bit each
    by_terms = 0.0
    for period in company.closed[2:]:
        start = last_day(period) - timedelta(days=59)
        dates = [start + timedelta(days=day) for day in range(60)]
        by_terms += sum(2000 / last_day(date.strftime("%Y-%m")).day for date in dates)
    assert found.ratio == pytest.approx(12 * 2500 / by_terms)


def test_what_is_unknown_is_unknown_as_long_as_it_may_be_unpaid():
    invoices = pd.Series([np.nan, 100.0, 100.0, 100.0], index=period_range("2026-01", 4))
    found = unpaid_balance(invoices, 45, period_range("2026-02", 3))
    assert np.isnan(found["2026-02"])
    assert found["2026-03"] == pytest.approx(100 + 100 * 14 / 28)
    assert unpaid_balance(invoices, np.nan, ["2026-04"]).isna().all()


@pytest.mark.parametrize("days", [0, 10, 30, 45, 60, 95])
def test_unpaid_balance_agrees_with_counting_days(days):
    months = period_range("2025-09", 7)
    invoices = pd.Series([31.0, 0.0, 290.0, 62.0, 930.0, 28.0, 310.0], index=months)
    for end in months[-3:]:
        expected = 0.0
        for period, amount in invoices.items():
            length = (last_day(period) - first_day(period)).days + 1
            dates = [first_day(period) + timedelta(days=day) for day in range(length)]
            expected += sum(amount / length for date in dates if date <= last_day(end) < date + timedelta(days=days))
        assert unpaid_balance(invoices, days, [end])[end] == pytest.approx(expected)


def test_terms_of_a_channel_go_before_those_of_all(company):
    terms = company.table(
        "payment_terms", [{"party": "customer", "scope": "retail", "days": 60}, {"party": "customer", "scope": "*", "days": 20}]
    )
    assert days_by_scope(terms, "customer", ["retail", "dealers"]).tolist() == [60, 20]
    assert days_by_scope(terms, "supplier", ["*"]).isna().all()


def test_other_terms_from_now_on_leave_what_is_invoiced_as_it_is(company, ledger):
    """Sixty days in place of thirty: April's end still has March unpaid, all but the day that thirty days leave of it."""
    terms = [{"party": "customer", "scope": "*", "days": 60.0}, {"party": "supplier", "scope": "*", "days": 30.0}]
    later = dataclasses.replace(ledger, payment_terms=company.table("payment_terms", terms), closed_terms=ledger.payment_terms)
    policy = MoneyPolicy(other_payments=100)
    statement, plan = capital(company, ledger, policy)
    before, after = (each.set_index("period") for each in (plan, capital(company, later, policy)[1]))
    assert after.loc[: company.cutoff].equals(before.loc[: company.cutoff])
    sold = statement[statement["line"].eq("net_sales")].groupby("period")["amount"].sum()
    by_terms = [unpaid_balance(sold[["2026-03"]], days, ["2026-04"]).iloc[0] for days in (30.0, 60.0)]
    ratio = month_end_balances(ledger, statement, policy, cutoff=company.cutoff).receivables.ratio
    assert after.loc["2026-04", "receivables"] - before.loc["2026-04", "receivables"] == pytest.approx(ratio * (by_terms[1] - by_terms[0]))
    assert after.loc["2026-04", "cash_headroom"] < before.loc["2026-04", "cash_headroom"]


def test_purchases_follow_stock_in_closed_months_and_services_are_bought_when_shipped(company):
    inventory = company.table(
        "inventory", [{"item": "G1", "period": "2026-01", "quantity": 17}, {"item": "G1", "period": "2026-02", "quantity": 20}]
    )
    assert stock_changes(inventory, company.cutoff)["quantity"].tolist() == [3]
    plan = company.inputs.supply_plan[company.inputs.supply_plan["item"] == "G1"]
    inputs = dataclasses.replace(company.inputs, inventory=inventory, supply_plan=plan)
    closed, planned = ["2026-01", "2026-02"], ["2026-04"]
    costs = item_costs(inputs.items, inputs.history, inputs.unit_costs, MoneyPolicy(), periods=[*closed, *planned], cutoff=company.cutoff)
    found = closed_purchases(inputs, costs, periods=closed, cutoff=company.cutoff)
    assert found.to_dict() == {"2026-01": 650, "2026-02": 13 * 40 + 250}
    assert planned_purchases(inputs, costs, periods=planned).to_dict() == {"2026-04": 11 * 40 + 5 * 50}
