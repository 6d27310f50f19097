"""Which figures of a table are settled once its month is closed: what is compared with the last submission and by month."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data.monthly import UNDATED, month_numbers
from sopkit.periods import month_label


@dataclass(frozen=True)
class Settled:
    """A table's month, the measures that do not change once it is closed, and the key its rows are told by."""

    month: str  # column of dates or labels
    measures: tuple[str, ...]
    key: str
    open_months: int = 0  # closed months that may still change: money is flash until finance closes it


SETTLED = {
    "sales_history": Settled("date", ("quantity", "revenue", "cost"), "item"),
    "orders": Settled("order_date", ("quantity",), "item"),
    "inventory": Settled("period", ("quantity",), "item"),
    "production_history": Settled("finish_date", ("quantity",), "item"),
    "purchase_receipts": Settled("receipt_date", ("quantity",), "supplier"),
    "balance_sheet": Settled("period", ("amount",), "account", open_months=1),
    "forecast_snapshots": Settled("made_in", ("quantity",), "item"),
    "stock_adjustments": Settled("date", ("quantity",), "item"),
    "shipments": Settled("ship_date", ("quantity",), "item"),
    "ledger_actuals": Settled("period", ("amount",), "account", open_months=1),
}
# Measures of tables without closed months: compared as a whole.
STANDING = {
    "prices": ("net_price",),
    "unit_costs": ("unit_cost",),
    "bill_of_resources": ("hours",),
    "resource_calendar": ("available_hours",),
    "workforce": ("heads", "wage"),
    "supplier_items": ("quantity_per_unit", "monthly_limit"),
    "open_orders": ("quantity",),
    "sales_forecast": ("quantity",),
    "budget": ("quantity", "revenue"),
    "levers": ("unit_price", "fixed_cost"),
}


def monthly(frame: pd.DataFrame, settled: Settled) -> pd.DataFrame:
    """Totals of the measures by month, indexed by period label; `rows` counts the rows. Undated rows are left out.

    Args:
        frame: an input table.
        settled: its month and measures.

    Returns:
        Frame indexed by period, a column per measure that the table has, and rows.
    """
    numbers = month_numbers(frame[settled.month])
    dated = numbers != UNDATED
    first = int(numbers[dated].min()) if dated.any() else 0
    places = np.where(dated, numbers - first, 0)
    counts = np.bincount(places[dated])
    there = np.flatnonzero(counts)
    sums = {
        name: np.bincount(places[dated], weights=np.nan_to_num(frame[name].to_numpy(dtype=float)[dated]), minlength=len(counts))[there]
        for name in settled.measures
        if name in frame and frame[name].notna().any()
    }
    labels = pd.Index([month_label(first + int(place)) for place in there], dtype="str", name="period")
    return pd.DataFrame({**sums, "rows": counts[there]}, index=labels)
