"""Cycle times by resource, planned against history, and the work in process that follows from them."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures.durations import censored_mean, censored_quantiles
from sopkit.periods import first_day, last_day, period_range, shifted

YEAR = 12
DAYS_A_YEAR = 365.0


def flow_times(
    production_history: pd.DataFrame,
    supply_plan: pd.DataFrame,
    resource_calendar: pd.DataFrame,
    bill_of_resources: pd.DataFrame,
    *,
    cutoff: str,
) -> pd.DataFrame:
    """How long orders take that need each resource, how much of that is work on it, and how many units are on the way.

    work days = mean units of an order x hours a unit / demonstrated hours a calendar day. Time is that of whole orders, from the first
    operation to the last: the history does not tell operations apart. Orders that are open count as lasting until the cutoff at least.
    Work in process = units a day x mean days (J. Little, Operations Research 9 (1961), 383-387).

    Args:
        production_history: orders as known at the cutoff; the last twelve months count.
        supply_plan: by contract; its next twelve months are the planned throughput.
        resource_calendar, bill_of_resources: demonstrated hours of the last twelve months, or the next where those are not told; hours.
        cutoff: last closed period.

    Returns:
        The FlowTimes contract; without a history times are empty, without a bill of resources so is the table.
    """
    if bill_of_resources.empty:
        return empty(CONTRACTS["flow_times"])
    orders = _recent(production_history, cutoff)
    year = period_range(shifted(cutoff, 1), YEAR)
    made = supply_plan[supply_plan["period"].isin(year)].groupby("item")["production"].sum()
    days = (last_day(year[-1]) - first_day(year[0])).days + 1
    hours_a_day = _hours_a_day(resource_calendar, cutoff)
    rows = [
        _row(str(resource), bill, orders, made / days, hours_a_day) for resource, bill in bill_of_resources.groupby("resource", sort=True)
    ]
    return conform(pd.DataFrame(rows), CONTRACTS["flow_times"])


def work_in_process(units_a_day: float, days: float) -> float:
    """Units on the way: throughput x time (Little's law). Two units a day that take five days each are ten on the way."""
    return units_a_day * days


def _recent(history: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Orders finished in the last twelve months, and those open at the cutoff, with their days so far."""
    end, first = pd.Timestamp(last_day(cutoff)), pd.Timestamp(first_day(shifted(cutoff, 1 - YEAR)))
    finished = history["finish_date"].between(first, end)
    is_open = history["start_date"].le(end) & ~history["finish_date"].le(end)
    days = (history["finish_date"].where(finished, end) - history["start_date"]).dt.days
    return history.assign(finished=finished, days=days.clip(lower=0))[finished | is_open]


def _hours_a_day(calendar: pd.DataFrame, cutoff: str) -> pd.Series:
    """Demonstrated hours a calendar day by resource: of the last twelve months, of the next where those are not told."""
    found = {}
    for resource, own in calendar.groupby("resource", sort=True):
        past = own[own["period"].isin(period_range(shifted(cutoff, 1 - YEAR), YEAR))]
        told = past if len(past) else own[own["period"].isin(period_range(shifted(cutoff, 1), YEAR))]
        days = sum((last_day(period) - first_day(period)).days + 1 for period in told["period"])
        found[resource] = float(told["demonstrated_hours"].sum()) / days if days else np.nan
    return pd.Series(found, dtype="float64")


def _row(resource: str, bill: pd.DataFrame, orders: pd.DataFrame, planned_a_day: pd.Series, hours_a_day: pd.Series) -> dict:
    hours = bill.set_index("item")["hours"]
    own = orders[orders["item"].isin(hours.index)]
    done = own[own["finished"]]
    planned = float(planned_a_day.reindex(hours.index).fillna(0.0).sum())
    past = float(done["quantity"].sum()) / DAYS_A_YEAR
    row = {
        "resource": resource,
        "orders": len(done),
        "units_a_day": planned,
        "history_units_a_day": past,
        "open_in_process": float(own.loc[~own["finished"], "quantity"].sum()),
    }
    pace = float(hours_a_day.get(resource, np.nan))
    if not len(done):
        return row
    length, weight, ended = own["days"].to_numpy(float), own["quantity"].to_numpy(float), own["finished"].to_numpy(bool)
    median, ninth = censored_quantiles(length, weight, ended, [0.5, 0.9])
    mean = censored_mean(length, weight, ended)
    work = float((done["quantity"] * done["item"].map(hours)).mean()) / pace if pace > 0 else np.nan
    return row | {
        "work_days": work,
        "median_days": median,
        "p90_days": ninth,
        "flow_ratio": median / work if work > 0 else np.nan,
        "work_in_process": work_in_process(planned, mean),
        "history_in_process": work_in_process(past, mean),
    }
