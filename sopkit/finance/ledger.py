"""The ledger beside the order book: net sales of the same months, what explains the difference, and the rest, named and not smoothed."""

from collections.abc import Sequence

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.finance.inputs import MoneyInputs
from sopkit.periods import fiscal_year_periods

NET_SALES = "net_sales"


def ledger_gap(ledger: pd.DataFrame, inputs: MoneyInputs, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """Net sales of the ledger and of invoiced lines by fiscal year, over the closed months that both hold.

    A month's ledger figure is the final one where it is closed, else the flash; what is flash is told. `timing` is the part of the
    difference that the month before or after gives back: sum over months of the smaller of a difference and the opposite one next to it.

    Args:
        ledger: ledger_actuals; empty = not provided.
        inputs: history.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        ledger_gap contract: one row per fiscal year; empty without a ledger.
    """
    rows = ledger[ledger["account"].eq(NET_SALES) & ledger["period"].le(cutoff)]
    if rows.empty:
        return empty(CONTRACTS["ledger_gap"])
    company = rows[rows["family"].eq("*")] if rows["family"].eq("*").any() else rows
    final = company["status"].eq("final").groupby(company["period"]).any()
    chosen = company[company["status"].eq("final") | ~company["period"].map(final)]
    booked = chosen.groupby("period")["amount"].sum()
    invoiced = inputs.history.groupby("period")["revenue"].sum()
    months = sorted(set(booked.index) & set(invoiced.index))
    both = pd.DataFrame({"ledger": booked.reindex(months), "invoiced": invoiced.reindex(months), "final": final.reindex(months)})
    both["fiscal"] = [fiscal_year_periods(month, first_month)[-1][:4] for month in months]
    told = [_year(fiscal, year) for fiscal, year in both.groupby("fiscal", sort=True)]
    return conform(pd.DataFrame(told), CONTRACTS["ledger_gap"])


def _year(fiscal: str, year: pd.DataFrame) -> dict[str, object]:
    difference = year["invoiced"] - year["ledger"]
    return {
        "fiscal_year": fiscal,
        "months": len(year),
        "flash_months": int((~year["final"].astype(bool)).sum()),
        "ledger": float(year["ledger"].sum()),
        "invoiced": float(year["invoiced"].sum()),
        "difference": float(difference.sum()),
        "timing": timing(list(difference)),
        "unexplained": float(difference.sum()),
    }


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
