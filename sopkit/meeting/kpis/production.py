"""Cycle time, production and capacity utilisation of closed months."""

import numpy as np
import pandas as pd

from sopkit.data.measures.durations import censored_quantiles
from sopkit.finance.family import family_of
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.reading import nothing, reading, readings_by
from sopkit.periods import first_day, last_day, month_label

QUANTILES = (("cycle_time", 0.5), ("cycle_time_p90", 0.9))


def cycle_time_readings(inputs: KpiInputs, periods: list[str]) -> pd.DataFrame:
    """Throughput time: median and 90th percentile weighted by quantity, and the open orders that are counted as censored."""
    orders = inputs.production_history
    table = pd.DataFrame([_throughput(orders, label) for label in periods], index=periods)
    reason = (
        "production_history is not provided"
        if orders.empty
        else "nothing finished in the month, or too much of the quantity is still open to tell"
    )
    missing = "production_history is not provided" if orders.empty else ""
    found = [reading(kpi, table[kpi], reason=reason) for kpi, _ in QUANTILES]
    return pd.concat([*found, reading("open_production_orders", table["open"], reason=missing)], ignore_index=True)


def _throughput(orders: pd.DataFrame, period: str) -> dict[str, float]:
    if orders.empty:
        return {"cycle_time": np.nan, "cycle_time_p90": np.nan, "open": np.nan}
    first, last = pd.Timestamp(first_day(period)), pd.Timestamp(last_day(period))
    finished = orders["finish_date"].between(first, last)
    waiting = orders["start_date"].le(last) & ~orders["finish_date"].le(last)
    days = (orders["finish_date"].where(finished, last) - orders["start_date"]).dt.days
    seen = finished | waiting
    quantiles = censored_quantiles(
        days[seen].to_numpy(dtype="float64"),
        orders.loc[seen, "quantity"].to_numpy(dtype="float64"),
        finished[seen].to_numpy(),
        [share for _, share in QUANTILES],
    )
    return {kpi: value for (kpi, _), value in zip(QUANTILES, quantiles, strict=True)} | {"open": float(waiting.sum())}


def production_readings(inputs: KpiInputs, periods: list[str]) -> pd.DataFrame:
    """Units finished in the month, for the company and by family."""
    orders = inputs.production_history
    done = orders[orders["finish_date"].notna()]
    if orders.empty:
        return reading("production_forecast", pd.Series(np.nan, index=periods), reason="production_history is not provided")
    months = (done["finish_date"].dt.year * 12 + done["finish_date"].dt.month - 1).map(month_label).rename("period")
    family = family_of(inputs.items, done["item"])
    wide = done["quantity"].groupby([months, family]).sum().unstack(fill_value=0.0)
    covered = [label for label in periods if months.min() <= label]
    wide = wide.reindex(covered, fill_value=0.0).reindex(periods)
    reason = f"production_history starts in {months.min()}"
    total = reading("production_forecast", wide.sum(axis=1, min_count=1), reason=reason)
    return pd.concat([total, readings_by("production_forecast", wide, name="family")], ignore_index=True)


def utilisation_readings(inputs: KpiInputs, periods: list[str]) -> pd.DataFrame:
    """Capacity utilisation, over all resources and by resource: hours worked / available hours (KPI 7), weighted by hours.

    A month in which a resource was available and its hours worked are not known has no company figure.
    """
    hours = inputs.resource_calendar[inputs.resource_calendar["period"].isin(periods)]
    if hours.empty:
        return reading(
            "capacity_utilisation", pd.Series(np.nan, index=periods), reason="resource_calendar is not provided for these months"
        )
    worked = hours.pivot(index="period", columns="resource", values="worked_hours").reindex(periods)
    available = hours.pivot(index="period", columns="resource", values="available_hours").reindex(periods).fillna(0.0)
    unknown = (worked.isna() & available.gt(0)).any(axis=1)
    total = available.sum(axis=1)
    company = (worked.sum(axis=1) / total.where(total > 0)).where(~unknown)
    return pd.concat(
        [
            reading("capacity_utilisation", company, reason="hours worked or available are not known in the month"),
            readings_by("capacity_utilisation", worked / available.where(available > 0), name="resource")
            if len(worked.columns)
            else nothing(),
        ],
        ignore_index=True,
    )
