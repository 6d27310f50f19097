"""Money by customer: parts of series that add up to the statement, by hand."""

import numpy as np
import pandas as pd
import pytest

from sopkit.finance.customers import NOBODY, customer_checks, customer_statement
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement


@pytest.fixture
def lines(company):
    """Grills: of ten a month C1 buys 7 and C2 3; heaters: C3 buys the five of a month."""
    rows = []
    for period in company.closed:
        for customer, item, market, units, price in (
            ("C1", "G1", ("SE", "retail"), 7, 100),
            ("C2", "G1", ("SE", "retail"), 3, 100),
            ("C3", "H1", ("NO", "dealers"), 5, 200),
        ):
            sold = {"date": pd.Timestamp(f"{period}-15"), "item": item, "region": market[0], "channel": market[1], "customer": customer}
            rows.append(sold | {"quantity": units, "revenue": units * price})
    return company.table("sales_history", rows)


def told(company, lines):
    return customer_statement(company.inputs, lines, MoneyPolicy(), cutoff=company.cutoff, first_month=1)


def test_closed_months_are_invoiced_and_planned_ones_are_parts_of_series(company, lines):
    """March ships 10 grills at 100, cost 40 each: C1 has 7 of 10."""
    table = told(company, lines).set_index(["customer", "period"])
    assert table.loc[("C1", "2026-02"), ["net_sales", "cost_of_goods", "gross_margin"]].tolist() == [700, 280, 420]
    assert table.loc[("C1", "2026-03"), ["net_sales", "cost_of_goods", "gross_margin"]].tolist() == pytest.approx([700, 280, 420])
    assert table.loc[("C3", "2026-05"), "net_sales"] == pytest.approx(5 * 210)


def test_customers_add_up_to_the_statement(company, lines):
    statement = plan_statement(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    table = told(company, lines)
    assert customer_checks(table, statement)["ok"].all()
    for line in ("net_sales", "cost_of_goods", "gross_margin"):
        whole = statement[statement["line"].eq(line)].groupby("period")["amount"].sum()
        assert np.allclose(table.groupby("period")[line].sum(), whole)
    assert not customer_checks(table.assign(net_sales=table["net_sales"] * 1.1), statement)["ok"].any()


def test_what_nobody_bought_stands_apart(company, lines):
    """Without a buyer of heaters, and nobody else at dealers in Norway, its plan belongs to no customer."""
    table = told(company, lines[lines["customer"] != "C3"]).set_index(["customer", "period"])
    assert table.loc[(NOBODY, "2026-03"), "net_sales"] == pytest.approx(5 * 200)
    assert table.loc[(NOBODY, "2026-02"), "net_sales"] == pytest.approx(1000)


def test_sales_that_name_no_customer_give_nothing(company, lines):
    assert told(company, lines.assign(customer="")).empty
