"""Balances at month ends: closed ones from the balance sheet, planned ones from the constrained plan and payment terms.

Balance sheet and model differ. For stock outside the item ledger the difference at the cutoff is carried unchanged; what is
unpaid keeps its ratio to the terms over the closed month ends (late payers, work that is no purchase), and the rest at the
cutoff is carried. `money_notes` states all of it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.purchases import closed_purchases, planned_purchases
from sopkit.finance.statement import COST_LINES
from sopkit.finance.unpaid import Unpaid, invoice_months, invoiced_by_channel, payables, receivables
from sopkit.finance.valuation import costs_of, item_costs
from sopkit.periods import period_range, shifted

ACCOUNTS = ("inventory", "receivables", "payables", "cash", "other_current_assets", "other_current_liabilities", "credit_line")
CLOSED_MONTHS = 13
PAID_LINES = tuple(line for line in COST_LINES if line not in ("absorption", "write_down"))  # those two move no money


@dataclass(frozen=True)
class Balances:
    """Balances by month end (rows, thirteen closed and the planned ones) and account (columns), and how cash moves."""

    accounts: pd.DataFrame  # money; NaN = not available
    cash_bridge: pd.DataFrame  # one row per planned month
    carried_stock: float  # balance sheet less stock ledger at the cutoff, money
    receivables: Unpaid  # how receivables by terms were brought to the balance sheet
    payables: Unpaid
    other_payments: float  # money a month outside the statement; NaN = not available
    reasons: dict[str, str]  # account: why it is not available in the plan


@dataclass(frozen=True)
class ClosedBalances:
    """What no plan changes: balances, purchases and invoices of the closed months. Plans on the same history and costs share it."""

    ledger: pd.DataFrame  # money by closed month end (rows) and account (columns)
    purchases: pd.Series  # money by closed month; NaN where a unit has no cost
    invoiced: pd.DataFrame  # net sales by closed month (rows) and channel (columns)
    costs: pd.DataFrame  # `item_costs` of the cutoff and the planned months


def closed_side(inputs: MoneyInputs, policy: MoneyPolicy, *, cutoff: str) -> ClosedBalances:
    """Balances, purchases and invoices of the closed months whose invoices may be unpaid, and the costs that stock is valued at.

    Args:
        inputs: history, inventory, balance sheet, costs, planned months.
        policy: credit line, cost of items without cost.
        cutoff: last closed period.
    """
    closed, planned = period_range(shifted(cutoff, 1 - CLOSED_MONTHS), CLOSED_MONTHS), inputs.planned_periods
    months = invoice_months(closed, planned)
    costs = item_costs(inputs.items, inputs.history, inputs.unit_costs, policy, periods=months, cutoff=cutoff)
    return ClosedBalances(
        closed_balances(inputs.balance_sheet, policy, periods=closed),
        closed_purchases(inputs, costs, periods=[month for month in months if month <= cutoff], cutoff=cutoff),
        invoiced_by_channel(inputs.history, [month for month in months if month <= cutoff]),
        costs[costs["period"] >= cutoff],
    )


def month_end_balances(
    inputs: MoneyInputs, statement: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str, closed: ClosedBalances | None = None
) -> Balances:
    """All balances at month ends, the cash bridge, and what is carried or not available; `closed` as `closed_side` makes it."""
    closed, planned = closed or closed_side(inputs, policy, cutoff=cutoff), inputs.planned_periods
    ledger = closed.ledger
    purchases = pd.concat([closed.purchases, planned_purchases(inputs, closed.costs, periods=planned)])
    stock = _inventory(inputs, closed.costs, cutoff, planned)
    at_cutoff = ledger.loc[cutoff]
    carried = 0.0 if np.isnan(at_cutoff["inventory"]) else float(at_cutoff["inventory"] - stock[cutoff])
    owed = receivables(inputs, closed.invoiced, statement, policy, ledger["receivables"], planned)
    owing = payables(inputs, purchases, ledger["payables"], planned)
    plan = pd.DataFrame({"inventory": stock[planned] + carried, "receivables": owed.planned, "payables": owing.planned}, index=planned)
    for account in ("other_current_assets", "other_current_liabilities", "credit_line"):
        plan[account] = at_cutoff[account]
    other = _other_payments(ledger, statement, purchases, policy, list(ledger.index))
    bridge = _bridge(pd.concat([ledger.loc[[cutoff]], plan]), statement, purchases, other, planned)
    plan["cash"] = bridge["closing_cash"].to_numpy()
    reasons = _reasons(inputs, ledger, plan, other, cutoff) if planned else {}
    return Balances(pd.concat([ledger, plan[ledger.columns]]), bridge, carried, owed, owing, other, reasons)


def closed_balances(balance_sheet: pd.DataFrame, policy: MoneyPolicy, *, periods: list[str]) -> pd.DataFrame:
    """Balances of closed month ends; accounts that a provided balance sheet never names hold nothing.

    Args:
        balance_sheet: table balance_sheet.
        policy: names the credit line where the balance sheet does not.
        periods: month ends wanted.

    Returns:
        One row per month end (index), one column per account, money; NaN = not available.
    """
    rows = balance_sheet
    wide = rows.pivot(index="period", columns="account", values="amount").reindex(index=periods, columns=list(ACCOUNTS))
    known = wide[["cash", "receivables", "payables"]].notna().any(axis=1)
    named = set(rows["account"])
    for account in ("other_current_assets", "other_current_liabilities"):
        if account not in named:
            wide[account] = np.where(known, 0.0, np.nan)
    if policy.credit_line is not None and "credit_line" not in named:
        wide["credit_line"] = policy.credit_line
    return wide.astype("float64").rename_axis(None, axis=1)


def _inventory(inputs: MoneyInputs, costs: pd.DataFrame, cutoff: str, planned: list[str]) -> pd.Series:
    """Stock of the plan at standard cost, and the stock it starts from; empty months where stock is not known or has no cost."""
    plan = inputs.supply_plan
    if plan.empty or inputs.inventory.empty:
        return pd.Series(np.nan, index=[cutoff, *planned])
    start = plan.loc[plan["period"].eq(plan["period"].min()), ["item", "opening_stock"]]
    stock = pd.concat(
        [
            start.rename(columns={"opening_stock": "quantity"}).assign(period=cutoff),
            plan[["item", "period", "closing_stock"]].rename(columns={"closing_stock": "quantity"}),
        ],
        ignore_index=True,
    )
    return stock_value(stock, costs).reindex([cutoff, *planned])


def stock_value(stock: pd.DataFrame, costs: pd.DataFrame) -> pd.Series:
    """Stock at standard cost by month (money), from `item, period, quantity` and `item_costs`; NaN where an item in stock has no cost."""
    value = (stock["quantity"] * costs_of(stock, costs)["unit_cost"]).where(stock["quantity"].ne(0), 0.0)
    unknown = value.isna().groupby(stock["period"]).any()
    return value.groupby(stock["period"]).sum().where(~unknown)


def _other_payments(ledger: pd.DataFrame, statement: pd.DataFrame, purchases: pd.Series, policy: MoneyPolicy, closed: list[str]) -> float:
    """Cash paid a month outside the statement: the policy's, else the mean of the last twelve closed months.

    other = (net sales - change of receivables) - (purchases - change of payables) - change of cash - change of other current
    assets + change of other current liabilities: what a loan brings or takes is no payment of the month.
    """
    if policy.other_payments is not None:
        return policy.other_payments
    moved = ledger.diff().loc[closed[1:]]
    sales = _by_month(statement, ("net_sales",)).reindex(closed[1:])
    other = (sales - moved["receivables"]) - (purchases.reindex(closed[1:]) - moved["payables"]) - moved["cash"]
    other = other - moved["other_current_assets"] + moved["other_current_liabilities"]
    return float(other.mean(skipna=False))


def _bridge(held: pd.DataFrame, statement: pd.DataFrame, purchases: pd.Series, other: float, planned: list[str]) -> pd.DataFrame:
    """The cash bridge of the planned months; `held` starts with the cutoff."""
    moved = held[["receivables", "payables"]].diff().loc[planned]
    bridge = pd.DataFrame(
        {
            "collections": _by_month(statement, ("net_sales",)).reindex(planned) - moved["receivables"],
            "supplier_payments": purchases.reindex(planned) - moved["payables"],
            "paid_costs": _by_month(statement, PAID_LINES).reindex(planned).fillna(0.0),
            "other_payments": other,
        },
        index=planned,
    )
    flow = bridge["collections"] - bridge["supplier_payments"] - bridge["paid_costs"] - bridge["other_payments"]
    bridge["closing_cash"] = held["cash"].iloc[0] + flow.cumsum(skipna=False)
    bridge.insert(0, "opening_cash", bridge["closing_cash"].shift(1, fill_value=held["cash"].iloc[0]))
    return bridge.rename_axis("period").reset_index().astype({"period": "str"})


def _by_month(statement: pd.DataFrame, lines: tuple[str, ...]) -> pd.Series:
    rows = statement[statement["line"].isin(lines)]
    return rows.groupby("period")["amount"].sum()


def _reasons(inputs: MoneyInputs, ledger: pd.DataFrame, plan: pd.DataFrame, other: float, cutoff: str) -> dict[str, str]:
    """Why planned balances are not available, by account."""
    why = "inventory is not provided" if inputs.inventory.empty else "items in stock have no unit cost"
    unvalued = {"inventory": why} if plan["inventory"].isna().any() else {}
    if inputs.balance_sheet.empty:
        return dict.fromkeys(("receivables", "payables", "cash"), "balance_sheet is not provided") | unvalued
    found: dict[str, str] = {}
    for account, party in (("receivables", "customer"), ("payables", "supplier")):
        if np.isnan(ledger.loc[cutoff, account]):
            found[account] = f"balance_sheet has no {account} of {cutoff}"
        elif plan[account].isna().any():
            terms = inputs.payment_terms["party"].eq(party).any()
            found[account] = (
                f"payment_terms of the {party} side are not provided" if not terms else "terms, unit costs or sales are not complete"
            )
    if np.isnan(ledger.loc[cutoff, "cash"]):
        found["cash"] = f"balance_sheet has no cash of {cutoff}"
    elif found:
        found["cash"] = "; ".join(found.values())
    elif np.isnan(other):
        found["cash"] = "payments outside the statement are neither in the params nor in thirteen complete balance sheets"
    if np.isnan(ledger.loc[cutoff, "credit_line"]):
        found["credit_line"] = "the credit line is neither in balance_sheet nor in the params"
    return found | unvalued
