"""Operating working capital and cash at month ends: thirteen closed ones from the balance sheet, and the planned ones."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.finance.balances import ClosedBalances, month_end_balances
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy


def working_capital_plan(
    inputs: MoneyInputs, statement: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str, closed: ClosedBalances | None = None
) -> pd.DataFrame:
    """Operating working capital, working capital and cash headroom at month ends.

    operating_working_capital = inventory + receivables - payables; working_capital = that + cash + other current assets
    - other current liabilities; cash_headroom = cash + credit line. Inventory is gross of write-down. A cell is empty where
    its inputs are not provided; `money_notes` says which.

    Args:
        inputs: balance sheet, payment terms, constrained plan, costs.
        statement: table plan_statement.
        policy: VAT, credit line, payments outside the statement.
        cutoff: last closed period.
        closed: `closed_side` of the same history, costs and planned months; None = it is made here.

    Returns:
        Table working_capital_plan.
    """
    balances = month_end_balances(inputs, statement, policy, cutoff=cutoff, closed=closed)
    held = balances.accounts
    operating = held["inventory"] + held["receivables"] - held["payables"]
    frame = pd.DataFrame(
        {
            "period": held.index,
            "scenario": np.where(held.index <= cutoff, "actual", "base"),
            "inventory": held["inventory"],
            "receivables": held["receivables"],
            "payables": held["payables"],
            "operating_working_capital": operating,
            "working_capital": operating + held["cash"] + held["other_current_assets"] - held["other_current_liabilities"],
            "cash_headroom": held["cash"] + held["credit_line"],
        }
    ).astype({"period": "str", "scenario": "str"})
    return frame[CONTRACTS["working_capital_plan"].column_names()].reset_index(drop=True)


def cash_bridge(inputs: MoneyInputs, statement: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str) -> pd.DataFrame:
    """How cash moves from month end to month end of the plan.

    closing_cash = opening_cash + collections - supplier_payments - paid_costs - other_payments, where
    collections = net sales - change of receivables, supplier_payments = purchases - change of payables. VAT is settled in
    the month of the invoice.

    Returns:
        One row per planned month: `period, opening_cash, collections, supplier_payments, paid_costs, other_payments,
        closing_cash` (money; empty where not available).
    """
    return month_end_balances(inputs, statement, policy, cutoff=cutoff).cash_bridge
