"""What a longer lead time of a supplier does to the plan: what is on order arrives as planned, what is ordered from M0 on arrives later."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from sopkit.errors import Problem
from sopkit.periods import first_day, last_day
from sopkit.supply.policy import SupplyPolicy

SUPPLIERS, COLUMN = "suppliers", "lead_time_days"
Arrivals = dict[str, dict[str, dict[str, float]]]  # by supplier, component and month


def unknown_lead_times(before: pd.DataFrame, after: pd.DataFrame, place: str) -> list[Problem]:
    """Suppliers that are given a lead time where none is known: what of their deliveries is on order cannot be told."""
    was, now = (frame.set_index("supplier")[COLUMN] for frame in (before, after))
    return [
        Problem(f"{place}, supplier {name}", "a lead time in place of none", "a supplier whose lead time is known", "enter it in suppliers")
        for name in was.index
        if np.isnan(was[name]) and not np.isnan(now[name])
    ]


def later_arrivals(
    before: pd.DataFrame, after: pd.DataFrame, schedule: pd.DataFrame, supplier_items: pd.DataFrame, *, months: Sequence[str]
) -> Arrivals:
    """The most that arrives of each component while a lead time that grew from L to L' days is caught up with.

    Counted from the first day of M0: up to day L what is on order arrives, the quantities of the plan that stands; from day L to L'
    nothing arrives; from then on what is ordered now. A month that holds more than one of these has its days' share of each:

        most = scheduled x share of days before L + monthly limit x share of days from L' on

    A shorter lead time takes nothing away, and the supplier makes no more for it: it moves only the dates to order by.

    Args:
        before, after: table suppliers.
        schedule: supplier_schedule of the plan that stands; empty = what is on order is not known, and no month before L is limited.
        supplier_items: monthly limits; none = a month with days from L' on is not limited.
        months: planned months, M0 first.

    Returns:
        Components by supplier, component and month, for suppliers whose lead time grew; no month behind the gap.
    """
    was, now = (frame.set_index("supplier")[COLUMN].astype("float64") for frame in (before, after))
    grown = [name for name in was.index if now[name] > was[name]]
    limits = supplier_items.groupby(["supplier", "component"])["monthly_limit"].max()
    planned = schedule.groupby(["supplier", "component", "period"])["quantity"].sum()
    found: Arrivals = {}
    for supplier, component in limits.index:
        if supplier in grown:
            limit = float(limits[supplier, component])
            told = {
                month: _most(
                    _shares(month, months[0], (was[supplier], now[supplier])),
                    float(planned.get((supplier, component, month), 0.0)) if len(schedule) else np.inf,
                    np.inf if np.isnan(limit) else limit,
                )
                for month in months
            }
            found.setdefault(supplier, {})[component] = {month: most for month, most in told.items() if np.isfinite(most)}
    return found


def _shares(month: str, start: str, days: tuple[float, float]) -> tuple[float, float]:
    """Share of a month's days before day L, and from day L' on, both counted from the first day of `start`."""
    begins = (first_day(month) - first_day(start)).days
    count = (last_day(month) - first_day(month) + timedelta(days=1)).days
    before, until = (float(np.clip((edge - begins) / count, 0.0, 1.0)) for edge in days)
    return before, 1.0 - until


def _most(shares: tuple[float, float], scheduled: float, limit: float) -> float:
    """Most that arrives in a month; inf where nothing is taken off."""
    on_order, ordered_now = shares
    if ordered_now >= 1:
        return np.inf
    return (scheduled * on_order if on_order else 0.0) + (limit * ordered_now if ordered_now else 0.0)


def with_arrivals(policy: SupplyPolicy, arrivals: Arrivals) -> SupplyPolicy:
    """The supply policy with limits of what arrives beside its own; the lower one where both hold."""
    if not arrivals:
        return policy
    joined = {supplier: {name: dict(own) for name, own in told.items()} for supplier, told in policy.supplier_arrivals.items()}
    for supplier, told in arrivals.items():
        for component, months in told.items():
            own = joined.setdefault(supplier, {}).setdefault(component, {})
            own.update({month: min(most, own.get(month, np.inf)) for month, most in months.items()})
    return policy.model_copy(update={"supplier_arrivals": joined})
