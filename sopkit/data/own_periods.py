"""Periods that are not calendar months (4-4-5, 4-5-4, broken years): the company's calendar says which days a period holds.

A period keeps the label of the calendar month that it mostly lies in, `2026-03`; the calendar says where it begins and ends. For
everything that is counted by month a date is read as the nearest day of the month of its period: the tables stay as they came.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sopkit.data.monthly import month_numbers
from sopkit.data.working_days import ALL_SITES
from sopkit.periods import first_day, last_day, month_label

Dates = npt.NDArray[np.datetime64]
# Dates that put a row into a period. Durations are measured between the dates as they came.
DATED = {
    "sales_history": ("date",),
    "orders": ("order_date", "requested_date", "ship_date"),
    "shipments": ("ship_date",),
    "stock_adjustments": ("date",),
    "production_history": ("start_date", "finish_date"),
    "purchase_receipts": ("order_date", "receipt_date"),
}


@dataclass(frozen=True)
class OwnPeriods:
    """The periods of a company whose bounds are not those of calendar months, in order."""

    labels: tuple[str, ...]
    starts: Dates  # first day of each
    ends: Dates  # last day of each

    def redated(self, dates: pd.Series) -> pd.Series:
        """Each date as the nearest day of its period's month; dates outside all periods, and empty ones, as they are."""
        days = dates.to_numpy().astype("datetime64[D]")
        place = np.searchsorted(self.starts, days, side="right") - 1
        inside = ~np.isnat(days) & (place >= 0) & (days <= self.ends[place.clip(min=0)])
        first = np.array([first_day(label) for label in self.labels], "datetime64[D]")
        last = np.array([last_day(label) for label in self.labels], "datetime64[D]")
        at = place[inside]
        moved = days.copy()
        moved[inside] = np.clip(days[inside], first[at], last[at])
        return pd.Series(moved.astype("datetime64[s]"), index=dates.index, name=dates.name).astype(dates.dtype)

    def of(self, frame: pd.DataFrame, table: str) -> pd.DataFrame:
        """A table whose dates lie in the months of their periods; the frame itself where it has no dates."""
        columns = [name for name in DATED.get(table, ()) if name in frame]
        return frame.assign(**{name: self.redated(frame[name]) for name in columns}) if columns and len(frame) else frame


def own_periods(calendar: pd.DataFrame) -> OwnPeriods | None:
    """The company's own periods; None where it has none, or where they are the calendar months.

    Args:
        calendar: Calendar as it came; rows of single sites do not count. `plausibility.calendars` says what must hold of it.
    """
    rows = calendar[calendar["site"] == ALL_SITES].sort_values("start_date", ignore_index=True)
    labels = [str(label) for label in rows["period"]]
    starts, ends = (rows[name].to_numpy().astype("datetime64[D]") for name in ("start_date", "end_date"))
    months = np.array([(first_day(label), last_day(label)) for label in labels], "datetime64[D]").reshape(-1, 2)
    if not len(rows) or bool((months[:, 0] == starts).all() and (months[:, 1] == ends).all()):
        return None
    return OwnPeriods(tuple(labels), starts, ends)


def in_own_periods(tables: Mapping[str, pd.DataFrame], periods: OwnPeriods | None) -> dict[str, pd.DataFrame]:
    """The tables with their dates in the months of the company's own periods; as they are where months are calendar months."""
    return dict(tables) if periods is None else {name: periods.of(frame, name) for name, frame in tables.items()}


def moved_units(sales_history: pd.DataFrame, periods: OwnPeriods | None) -> pd.DataFrame:
    """Units invoiced by calendar month and by the company's period, where the two differ.

    Returns:
        period, by_month, by_period (units), one row per period in which they differ; none without own periods.
    """
    columns = ["period", "by_month", "by_period"]
    if periods is None or sales_history.empty:
        return pd.DataFrame(columns=columns)
    units = sales_history["quantity"].to_numpy(float)
    numbers = [month_numbers(dates) for dates in (sales_history["date"], periods.redated(sales_history["date"]))]
    sums = pd.concat([pd.Series(units).groupby(number).sum() for number in numbers], axis=1).fillna(0.0).sort_index()
    sums = sums[(sums[0] - sums[1]).abs() > 1e-9]
    labels = [month_label(int(number)) for number in sums.index]
    return pd.DataFrame(dict(zip(columns, (labels, sums[0].to_numpy(), sums[1].to_numpy()), strict=True)))
