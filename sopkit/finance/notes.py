"""What the money figures rest on: what is assumed, carried or not available, with its amount."""

import numpy as np
import pandas as pd

from sopkit.finance.balances import Balances, month_end_balances
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import closed_periods, unvalued_sales
from sopkit.finance.valuation import item_costs
from sopkit.periods import fiscal_year_periods, shifted

KEY = ["item", "period"]
COLUMNS = ["subject", "amount", "unit", "note"]
CARRIED = "balance sheet less stock at standard cost at the cutoff, carried through the plan"
RATIO = "balance sheet / balance by payment terms over the closed month ends, kept through the plan"
REST = "balance sheet less that ratio x balance by payment terms at the cutoff, carried through the plan"


def money_notes(inputs: MoneyInputs, statement: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """What a reader must know of the money figures: the basis of costs, what is carried, what is not available and why.

    Args:
        inputs: what the money was computed from.
        statement: table plan_statement.
        policy: how money is valued.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        One row per note: `subject, amount` (empty where the note has none), `unit` (money, items, months, share, ratio), `note`.
    """
    costing = "the variable part of standard cost" if policy.costing == "variable" else "full standard cost"
    rows = [
        _terms_row(inputs, statement),
        ("cost_of_goods", np.nan, "", f"units sold at {costing}; booked cost, where the source has it, in closed months"),
        ("operating_contribution", np.nan, "", "closed months: gross margin, since the costs below it are not in the sources"),
        *_cost_rows(inputs, policy, cutoff, first_month),
        *_year_rows(inputs, statement, cutoff, first_month),
        *_balance_rows(month_end_balances(inputs, statement, policy, cutoff=cutoff), policy),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _terms_row(inputs: MoneyInputs, statement: pd.DataFrame) -> tuple[str, float, str, str]:
    """What lies between gross and net sales, and how much of it customers are credited after the invoice."""
    if inputs.deductions.empty:
        return "gross_sales", np.nan, "", "not available: sales_terms are not provided; net sales are units x net price, as invoiced"
    closed = statement[statement["line"].eq("net_sales") & statement["scenario"].eq("actual")]
    invoiced = inputs.history.loc[inputs.history["period"].isin(closed["period"]), "revenue"].sum()
    note = "credited after the invoice in the closed months: net sales are invoiced sales less this"
    return "net_sales", float(invoiced - closed["amount"].sum()), "money", note


def _year_rows(inputs: MoneyInputs, statement: pd.DataFrame, cutoff: str, first_month: int) -> list[tuple[str, float, str, str]]:
    """Months of the fiscal year of M0 that budget or latest estimate do not hold, where there is a budget for it."""
    year = set(fiscal_year_periods(shifted(cutoff, 1), first_month))
    if not year & set(inputs.budget["period"]):
        return []
    held = {"budget": inputs.budget, "latest_estimate": statement[statement["line"].eq("net_sales")]}
    missing = {name: sorted(year - set(table["period"])) for name, table in held.items()}
    note = "months of the fiscal year that it does not hold, the gap is told without them: "
    return [(name, float(len(months)), "months", note + ", ".join(months)) for name, months in missing.items() if months]


def _cost_rows(inputs: MoneyInputs, policy: MoneyPolicy, cutoff: str, first_month: int) -> list[tuple[str, float, str, str]]:
    periods = [*closed_periods(cutoff, first_month), *inputs.planned_periods]
    costs = item_costs(inputs.items, inputs.history, inputs.unit_costs, policy, periods=periods, cutoff=cutoff)
    told = {
        "earliest": "items whose first standard cost also values months before it",
        "share_of_price": "items whose cost is assumed as a share of net price",
        "none": "items without a cost: months in which they sell have no margin",
    }
    used = pd.concat(
        [
            inputs.history[inputs.history["sold_quantity"].ne(0)][KEY],
            inputs.demand_fulfilment[inputs.demand_fulfilment["shipped"].ne(0)][KEY],
        ]
    )
    costs = costs.merge(used.drop_duplicates(), on=KEY)
    count = {basis: costs.loc[costs["basis"].eq(basis), "item"].nunique() for basis in told}
    rows = [("unit_cost", float(count[basis]), "items", note) for basis, note in told.items() if count[basis]]
    missing = unvalued_sales(inputs, policy, cutoff=cutoff, first_month=first_month)
    if len(missing):
        rows.append(("gross_margin", float(missing["net_sales"].sum()), "money", "net sales whose cost is unknown"))
    return rows


def _balance_rows(balances: Balances, policy: MoneyPolicy) -> list[tuple[str, float, str, str]]:
    rows = []
    for account, unpaid in (("receivables", balances.receivables), ("payables", balances.payables)):
        if not np.isnan(unpaid.rest):
            rows += [(account, unpaid.ratio, "ratio", RATIO), (account, unpaid.rest, "money", REST)]
    if abs(balances.carried_stock) > 0:
        rows.append(("inventory", balances.carried_stock, "money", CARRIED))
    if not np.isnan(balances.other_payments):
        source = "by the params" if policy.other_payments is not None else "mean of the last twelve closed months, from the balance sheet"
        rows.append(("other_payments", balances.other_payments, "money", f"cash paid each month outside the statement: {source}"))
    if policy.vat_rate:
        rows.append(("receivables", policy.vat_rate, "share", "VAT inside receivables, settled in the month of the invoice"))
    rows.append(("inventory", np.nan, "", "at standard cost, gross of write-down"))
    return [*rows, *((account, np.nan, "", f"not available: {reason}") for account, reason in balances.reasons.items())]
