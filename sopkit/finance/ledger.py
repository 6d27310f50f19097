"""The ledger beside the order book: sales of the same months, what explains the difference, and the rest, named and not smoothed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sopkit.data.booked import booked_by_month
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.finance.inputs import MoneyInputs
from sopkit.periods import fiscal_year_periods

NET_SALES = "net_sales"
DEDUCTED = ("returns", "discounts")  # accounts between gross and net sales
BESIDE = ("gross_sales", *DEDUCTED, "other_income")


def ledger_gap(ledger: pd.DataFrame, inputs: MoneyInputs, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """Sales of the ledger, gross and net, and of invoiced lines by fiscal year, over the closed months that both hold.

    A month's ledger figure is the final one where it is closed, else the flash; what is flash is told. Where the ledger says what it
    deducts from gross sales, and no invoiced line is a return, that part of the difference is explained: unexplained = invoiced - gross
    sales, else invoiced - net sales. `timing` is the part of the difference that the month before or after gives back: sum over months of
    the smaller of a difference and the opposite one next to it.

    Args:
        ledger: ledger_actuals; empty = not provided.
        inputs: history.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        ledger_gap contract: one row per fiscal year; empty without a ledger.
    """
    closed = ledger[ledger["period"].le(cutoff)]
    if not closed["account"].eq(NET_SALES).any():
        return empty(CONTRACTS["ledger_gap"])
    booked, final = booked_by_month(closed, NET_SALES)
    invoiced = inputs.history.groupby("period")["revenue"].sum()
    months = sorted(set(booked.index) & set(invoiced.index))
    both = pd.DataFrame({"ledger": booked.reindex(months), "invoiced": invoiced.reindex(months), "final": final.reindex(months)})
    for account in BESIDE:
        both[account] = booked_by_month(closed, account)[0].reindex(months)
    returned = bool((inputs.history["sold_quantity"] < 0).any())
    elsewhere = invoiced[~invoiced.index.isin(months) & (invoiced.index <= cutoff)]
    beside = elsewhere.groupby([_fiscal(month, first_month) for month in elsewhere.index]).sum()
    years = both.groupby([_fiscal(month, first_month) for month in months], sort=True)
    told = [_year(str(fiscal), year, float(beside.get(fiscal, 0.0)), returned=returned) for fiscal, year in years]
    return conform(pd.DataFrame(told), CONTRACTS["ledger_gap"])


def _fiscal(month: str, first_month: int) -> str:
    return fiscal_year_periods(month, first_month)[-1][:4]


def _year(fiscal: str, year: pd.DataFrame, beside: float, *, returned: bool) -> dict[str, object]:
    difference = year["invoiced"] - year["ledger"]
    gross = _sum_of(year["gross_sales"])
    known = year[list(DEDUCTED)].dropna(axis=1, how="all")  # a month that does not name an account books nothing on it
    deducted = float(known.sum().sum()) if len(known.columns) else np.nan
    other = float(year["other_income"].sum()) if year["other_income"].notna().any() else np.nan
    explained = deducted if not (returned or np.isnan(gross) or np.isnan(deducted)) else 0.0
    return {
        "fiscal_year": fiscal,
        "months": len(year),
        "flash_months": int((~year["final"].astype(bool)).sum()),
        "total_revenue": gross + other,
        "other_income": other,
        "gross_sales": gross,
        "deductions": deducted,
        "ledger": float(year["ledger"].sum()),
        "invoiced": float(year["invoiced"].sum()),
        "invoiced_beside": beside,
        "difference": float(difference.sum()),
        "timing": timing(list(difference)),
        "unexplained": float(difference.sum()) - explained,
    }


def _sum_of(monthly: pd.Series) -> float:
    """The sum over all months; NaN where one is unknown."""
    return float(monthly.sum(skipna=False))


def timing(differences: Sequence[float]) -> float:
    """Money that one month books and the next gives back: it explains months, and nothing of the year's difference.

    Args:
        differences: invoiced less ledger by month, in order.
    """
    moved, left = 0.0, [float(each) for each in differences]
    for at in range(len(left) - 1):
        if left[at] * left[at + 1] < 0:
            back = min(abs(left[at]), abs(left[at + 1]))
            moved += back
            left[at + 1] += back if left[at + 1] < 0 else -back
    return moved
