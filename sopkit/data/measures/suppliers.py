"""How suppliers deliver: on time, how late, and how far their lead time spreads."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures.durations import censored_quantiles
from sopkit.periods import last_day, shifted

LEVEL_Z = 1.6449  # 90 % interval of a share
MONTHS = 24
RECENT = 12
LEAST_DELIVERIES = 5  # below which a share is not judged


def supplier_performance(receipts: pd.DataFrame, suppliers: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """On-time delivery and lead-time spread of each supplier, from the deliveries of the last twenty-four months.

    On time is a delivery that came on the promised day or before; one that is promised and has not come by the cutoff is late, so that the
    worst deliveries are not left out. The share has Wilson's 90 % interval (E. B. Wilson, Journal of the American Statistical Association
    22 (1927), 209-212). Lead time runs from order to receipt; open deliveries are censored (`durations`), so that median and 90th
    percentile count them. Rows received before they were ordered, or without an order date that can be right, have no lead time and are
    counted. Trend: the share of the last twelve months less that of the twelve before.

    Verdict: `below` where the whole interval lies below the agreed share, `kept` where the agreed share lies in or under it, `not_agreed`
    without an agreed share, `cannot_tell` under five deliveries.

    Args:
        receipts: purchase_receipts contract as known at the cutoff.
        suppliers: suppliers contract; empty where it is not provided.
        cutoff: last closed period.

    Returns:
        supplier_performance contract: one row per supplier with a delivery due in those months.
    """
    if receipts.empty:
        return empty(CONTRACTS["supplier_performance"])
    end = pd.Timestamp(last_day(cutoff))
    first = pd.Timestamp(f"{shifted(cutoff, 1 - MONTHS)}-01")
    due = receipts[(receipts["promised_date"] <= end) & (receipts["promised_date"] >= first)]
    came = due["receipt_date"].le(end)
    due = due.assign(came=came, on_time=came & (due["receipt_date"] <= due["promised_date"]))
    agreed = suppliers.set_index("supplier") if len(suppliers) else pd.DataFrame(columns=["lead_time_days", "on_time_target_share"])
    rows = [_row(str(supplier), group, agreed, end) for supplier, group in due.groupby("supplier", sort=True)]
    if not rows:
        return empty(CONTRACTS["supplier_performance"])
    return conform(pd.DataFrame(rows), CONTRACTS["supplier_performance"])


def _row(supplier: str, due: pd.DataFrame, agreed: pd.DataFrame, end: pd.Timestamp) -> dict[str, object]:
    """One supplier as a row."""
    count, on_time = len(due), int(due["on_time"].sum())
    low, high = wilson(on_time, count)
    target = float(agreed["on_time_target_share"].get(supplier, np.nan))
    late = (due["receipt_date"].where(due["came"], end) - due["promised_date"]).dt.days
    took = (due["receipt_date"].where(due["came"], end) - due["order_date"]).dt.days.to_numpy(dtype=float)
    known = np.isfinite(took) & (took >= 0)
    done = due["came"].to_numpy(dtype=bool)
    median, p90 = censored_quantiles(took[known], np.ones(int(known.sum())), done[known], [0.5, 0.9])
    seen = took[known & done]
    recent = due["promised_date"] > end - pd.DateOffset(months=RECENT)
    now, before = due.loc[recent, "on_time"], due.loc[~recent, "on_time"]
    quantity = float(due["quantity"].sum())
    return {
        "supplier": supplier,
        "deliveries": count,
        "open_deliveries": int((~due["came"]).sum()),
        "on_time_share": on_time / count,
        "on_time_low": low,
        "on_time_high": high,
        "on_time_quantity_share": float(due.loc[due["on_time"], "quantity"].sum()) / quantity if quantity > 0 else np.nan,
        "target_share": target,
        "trend": float(now.mean() - before.mean()) if min(len(now), len(before)) >= LEAST_DELIVERIES else np.nan,
        "days_late_mean": float(late[~due["on_time"]].mean()) if on_time < count else 0.0,
        "lead_time_agreed": float(agreed["lead_time_days"].get(supplier, np.nan)),
        "lead_time_mean": float(seen.mean()) if len(seen) else np.nan,
        "lead_time_deviation": float(seen.std(ddof=1)) if len(seen) > 1 else np.nan,
        "lead_time_median": median,
        "lead_time_p90": p90,
        "without_lead_time": int((~known).sum()),
        "verdict": _verdict(count, high, target),
    }


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 90 % interval of a share: (p + z^2/2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)."""
    part, z = hits / count, LEVEL_Z
    middle = part + z * z / (2 * count)
    apart = z * np.sqrt(part * (1 - part) / count + z * z / (4 * count * count))
    below = 1 + z * z / count
    return float(max((middle - apart) / below, 0.0)), float(min((middle + apart) / below, 1.0))


def _verdict(count: int, high: float, target: float) -> str:
    if count < LEAST_DELIVERIES:
        return "cannot_tell"
    if np.isnan(target):
        return "not_agreed"
    return "below" if high < target else "kept"
