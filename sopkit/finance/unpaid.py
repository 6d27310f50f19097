"""What customers and the company leave unpaid at month ends: by payment terms, brought to what the balance sheet shows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.payment import days_by_scope, unpaid_balance
from sopkit.finance.policy import MoneyPolicy
from sopkit.periods import period_range, shifted

LEAD_MONTHS = 12  # invoices before the first month end that may still be unpaid at it


@dataclass(frozen=True)
class Unpaid:
    """Balances at month ends, and how those by terms were brought to the balance sheet."""

    planned: pd.Series  # money at planned month ends; NaN = not available
    ratio: float  # balance sheet / by terms over the closed month ends
    rest: float  # balance sheet less ratio x by terms at the cutoff, money


def invoice_months(closed: list[str], planned: list[str]) -> list[str]:
    """The months whose invoices may be unpaid at the closed and planned month ends."""
    return [*period_range(shifted(closed[0], -LEAD_MONTHS), LEAD_MONTHS), *closed, *planned]


def invoiced_by_channel(history: pd.DataFrame, months: list[str]) -> pd.DataFrame:
    """Net sales by closed month (rows) and channel (columns); months before the history starts are unknown, not zero."""
    rows = history[history["period"].isin(months)]
    wide = rows.groupby(["period", "channel"])["revenue"].sum().unstack(fill_value=0.0)
    wide = wide.reindex(months, columns=sorted(history["channel"].unique()), fill_value=0.0)
    return _known(wide, history)


def receivables(
    inputs: MoneyInputs, invoiced: pd.DataFrame, statement: pd.DataFrame, policy: MoneyPolicy, booked: pd.Series, planned: list[str]
) -> Unpaid:
    """Invoices, VAT in, that customers have not yet paid, channel by channel.

    Args:
        inputs: payment terms.
        invoiced: `invoiced_by_channel` of the closed months of `invoice_months`.
        statement: table plan_statement.
        policy: VAT.
        booked: receivables of the balance sheet at the closed month ends.
        planned: planned month ends.

    Returns:
        Empty where a channel has no terms, or the balance sheet no receivables at the cutoff.
    """
    ends = [*booked.index, *planned]
    lines = statement[statement["line"].eq("net_sales") & statement["scenario"].eq("base")]
    sold = lines.groupby(["period", "channel"])["amount"].sum().unstack(fill_value=0.0).reindex(planned, fill_value=0.0)
    channels = sorted({*invoiced.columns, *sold.columns})
    wide = pd.concat([each.reindex(columns=channels, fill_value=0.0) for each in (invoiced, sold)])
    days, before = (days_by_scope(terms, "customer", channels) for terms in (inputs.payment_terms, inputs.terms_so_far))
    parts = [_unpaid(wide[channel], (before[channel], days[channel]), planned, ends) for channel in channels]
    return _fitted(sum(parts, pd.Series(0.0, index=ends)) * (1 + policy.vat_rate), booked, planned)


def payables(inputs: MoneyInputs, purchases: pd.Series, booked: pd.Series, planned: list[str]) -> Unpaid:
    """Purchases that are not yet paid, by the supplier terms of scope `*`.

    Args:
        inputs: history and payment terms.
        purchases: money bought by month, of `invoice_months`.
        booked: payables of the balance sheet at the closed month ends.
        planned: planned month ends.

    Returns:
        Empty where there are no terms, a unit has no cost, or the balance sheet no payables at the cutoff.
    """
    before, days = (float(days_by_scope(terms, "supplier", ["*"]).iloc[0]) for terms in (inputs.terms_so_far, inputs.payment_terms))
    known = _known(purchases.to_frame("amount"), inputs.history)["amount"]
    return _fitted(_unpaid(known, (before, days), planned, [*booked.index, *planned]), booked, planned)


def _unpaid(amounts: pd.Series, days: tuple[float, float], planned: list[str], ends: list[str]) -> pd.Series:
    """What is unpaid at month ends: closed months by the first of the two terms, planned ones by the second."""
    ahead = amounts.index.isin(planned)
    return unpaid_balance(amounts[~ahead], days[0], ends) + unpaid_balance(amounts[ahead], days[1], ends)


def _known(wide: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The months before the history starts are unknown, not zero."""
    return wide[wide.index >= history["period"].min()].reindex(wide.index)


def _fitted(by_terms: pd.Series, booked: pd.Series, planned: list[str]) -> Unpaid:
    """Balances by terms brought to the booked ones: planned = ratio x by terms + rest.

    ratio = sum of booked / sum of by terms over the closed month ends; rest = booked - ratio x by terms at the cutoff.
    """
    closed = by_terms[booked.index]
    both = booked.notna() & closed.notna()
    base = closed[both].sum()
    ratio = float(booked[both].sum() / base) if base > 0 else np.nan
    rest = float(booked.iloc[-1] - ratio * closed.iloc[-1])
    return Unpaid(by_terms[planned] * ratio + rest, ratio, rest)
