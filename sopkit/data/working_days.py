"""Working days by month: the company's own calendar where it has one, else the public holidays of its country.

working days = days of the month - weekend days - public holidays (and days off by custom) - shutdown days, each day counted once
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.inputs_sales import Calendar
from sopkit.data.days_off import DaysOff, days_off
from sopkit.errors import ParamsError, Problem
from sopkit.periods import first_day, last_day, month_number, months_between, period_range

ALL_SITES, YEAR = "*", 12
OWN = "the company's calendar"

Span = tuple[date, date]  # first and last day, both off


def working_days(country: str, periods: Iterable[str], *, shutdown: Sequence[Span] = ()) -> pd.DataFrame:
    """The working days of each month by the public holidays of a country.

    Args:
        country: ISO code of two letters.
        periods: months, as labels.
        shutdown: spans of days on which the company is closed besides, first and last day included.

    Returns:
        Calendar frame of site `*`, one row per month, and behind it the column `source`: where the figure comes from, in words.

    Raises:
        ParamsError: where the library does not know the country, or a shutdown ends before it begins.
    """
    wanted = sorted(set(periods))
    known = days_off(country, (int(period[:4]) for period in wanted))
    closed, source = _closed_dates(known, shutdown)
    weekend = np.array([number not in known.weekend for number in range(7)])
    rows = [
        {
            "site": ALL_SITES,
            "period": period,
            "start_date": np.datetime64(first_day(period), "s"),
            "end_date": np.datetime64(last_day(period), "s"),
            "working_days": float(
                np.busday_count(first_day(period), last_day(period) + timedelta(days=1), weekmask=weekend, holidays=closed)
            ),
            "quarter": None,
            "fiscal_year": None,
        }
        for period in wanted
    ]
    return conform(pd.DataFrame(rows, columns=Calendar.column_names()), Calendar).assign(source=source)


def calendar_of(provided: pd.DataFrame, country: str, periods: Iterable[str], *, shutdown: Sequence[Span] = ()) -> pd.DataFrame:
    """The company's calendar over all its sites, with the months that it does not have by the holidays of its country.

    Args:
        provided: Calendar frame as it came; empty where the company has none. Rows of single sites stay out: they hold for
            a site's capacity, not for the company's sales.
        country: ISO code of two letters.
        periods: months that are needed.
        shutdown: see `working_days`; for the generated months only.

    Returns:
        Calendar frame of site `*` over `periods`, sorted by month, and behind it the column `source` in words.
    """
    wanted = sorted(set(periods))
    known = provided[provided["period"].isin(wanted) & (provided["site"] == ALL_SITES)]
    missing = [period for period in wanted if period not in set(known["period"])]
    if not missing:
        return known.assign(source=OWN).reset_index(drop=True)
    generated = working_days(country, missing, shutdown=shutdown)
    if known.empty:
        return generated
    both = pd.concat([known.assign(source=OWN), generated], ignore_index=True)
    return both.sort_values("period", ignore_index=True)


def planning_calendar(provided: pd.DataFrame, country: str, span: tuple[str, str], *, ahead: int, first_month: int) -> pd.DataFrame:
    """The periods of history and plan as a table: the company's own, the rest by the holidays of its country, with where each comes from.

    Args:
        provided: Calendar frame as it came; empty where the company has none.
        country: ISO code of two letters.
        span: first month of the history, and cutoff.
        ahead: months behind the cutoff that are needed too.
        first_month: month the fiscal year starts in, 1..12, for quarters and fiscal years that the calendar does not name.

    Returns:
        planning_calendar contract, one row per period.
    """
    months = period_range(span[0], months_between(*span) + 1 + ahead)
    table = calendar_of(provided, country, months)
    since = [month_number(str(period)) - (first_month - 1) for period in table["period"]]
    years = [number // YEAR + (first_month > 1) for number in since]
    counted = pd.Series([number % YEAR + 1 for number in since], dtype="Int64")
    quarters = pd.Series([f"{year}-Q{number % YEAR // 3 + 1}" for year, number in zip(years, since, strict=True)], dtype="str")
    named = table.assign(
        quarter=table["quarter"].fillna(quarters),
        fiscal_year=table["fiscal_year"].astype("Int64").fillna(pd.Series(years, dtype="Int64")),
        fiscal_period=table["fiscal_period"].astype("Int64").fillna(counted),
    )
    return conform(named[CONTRACTS["planning_calendar"].column_names()], CONTRACTS["planning_calendar"])


def _closed_dates(known: DaysOff, shutdown: Sequence[Span]) -> tuple[list[date], str]:
    """Holidays and days of shutdown, sorted, and where they come from."""
    closed = {day for span in shutdown for day in _days_of(span)}
    told = f"{known.source}, {len(closed)} days of shutdown" if closed else known.source
    return sorted(known.dates | closed), told


def _days_of(span: Span) -> list[date]:
    start, end = span
    if end < start:
        raise ParamsError("a shutdown ends before it begins", [Problem("shutdown", f"{start} to {end}", "first and last day")])
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]
