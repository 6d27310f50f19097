"""From invoice to payment: what is unpaid at month ends, as days walk over the months."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day


def unpaid_share(days: float, invoiced: Sequence[str], ends: Sequence[str]) -> np.ndarray:
    """Share of each month's invoices that is unpaid at each month end.

    Invoices spread evenly over the days of their month m and are paid `days` later, so at the end of month t
    share(m, t) = (last day of m + days - last day of t) / days in m, held within 0..1, and 0 where m is after t.

    Args:
        days: days from invoice to payment.
        invoiced: months of invoice.
        ends: months at whose end is counted.

    Returns:
        Matrix, one row per invoiced month and one column per month end.
    """
    last = np.array([last_day(label).toordinal() for label in invoiced])
    first = np.array([first_day(label).toordinal() for label in invoiced])
    closing = np.array([last_day(label).toordinal() for label in ends])
    share = np.clip((last[:, None] + days - closing[None, :]) / (last - first + 1)[:, None], 0.0, 1.0)
    return np.where(last[:, None] <= closing[None, :], share, 0.0)


def unpaid_balance(invoices: pd.Series, days: float, ends: Sequence[str]) -> pd.Series:
    """What is unpaid at each month end, when invoices are paid `days` later.

    Args:
        invoices: money invoiced, indexed by month; NaN = unknown.
        days: days from invoice to payment; NaN = unknown.
        ends: months at whose end is counted.

    Returns:
        Money indexed by month end; NaN where something unknown would still be unpaid.
    """
    if np.isnan(days):
        return pd.Series(np.nan, index=list(ends))
    share = unpaid_share(days, [str(label) for label in invoices.index], ends)
    amounts = invoices.to_numpy(dtype="float64")
    unknown = np.isnan(amounts) @ (share > 0) > 0
    return pd.Series(np.where(unknown, np.nan, np.nan_to_num(amounts) @ share), index=list(ends), dtype="float64")


def days_by_scope(payment_terms: pd.DataFrame, party: str, scopes: Sequence[str]) -> pd.Series:
    """Days from invoice to payment of each scope: its own terms, else those of `*`; NaN where there are neither."""
    terms = payment_terms[payment_terms["party"].eq(party)].set_index("scope")["days"]
    other = terms.get("*", np.nan)
    return terms.reindex(list(scopes)).fillna(other)
