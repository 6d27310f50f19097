"""Working days by month: the company's own calendar where it has one, else the public holidays of its country.

working days = days of the month - weekend days - public holidays (and days off by custom) - shutdown days, each day counted once
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.inputs_sales import Calendar
from sopkit.errors import ParamsError, Problem
from sopkit.periods import first_day, last_day

if TYPE_CHECKING:
    from holidays import HolidayBase

ALL_SITES = "*"
OWN = "the company's calendar"
OFF_WORK = ("public", "de_facto")  # de facto: by custom nobody works, such as Midsummer Eve in Sweden

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
    days_off = _days_off(country, wanted, shutdown)
    weekend = np.array([number not in days_off.weekend for number in range(7)])
    rows = [
        {
            "site": ALL_SITES,
            "period": period,
            "start_date": np.datetime64(first_day(period), "s"),
            "end_date": np.datetime64(last_day(period), "s"),
            "working_days": float(
                np.busday_count(first_day(period), last_day(period) + timedelta(days=1), weekmask=weekend, holidays=days_off.dates)
            ),
            "quarter": None,
            "fiscal_year": None,
        }
        for period in wanted
    ]
    return conform(pd.DataFrame(rows, columns=Calendar.column_names()), Calendar).assign(source=days_off.source)


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


class _DaysOff:
    """Weekend and days off of a country, and where they come from."""

    def __init__(self, weekend: set[int], dates: list[date], source: str) -> None:
        self.weekend, self.dates, self.source = weekend, dates, source


def _days_off(country: str, periods: list[str], shutdown: Sequence[Span]) -> _DaysOff:
    closed = [day for span in shutdown for day in _days_of(span)]
    years = sorted({int(period[:4]) for period in periods})
    known, version = _holidays_of(country, years)
    source = f"public holidays of {country} (library holidays {version})"
    return _DaysOff(set(known.weekend), sorted({*known, *closed}), f"{source}, {len(set(closed))} days of shutdown" if closed else source)


def _holidays_of(country: str, years: list[int]) -> "tuple[HolidayBase, str]":
    import holidays  # takes 0.1 s: only where a calendar is generated

    try:
        categories = tuple(word for word in OFF_WORK if word in holidays.country_holidays(country).supported_categories)
        return holidays.country_holidays(country, years=years, categories=categories), holidays.__version__
    except NotImplementedError:
        problem = Problem("country", repr(country), "a country whose public holidays are known", "Hand in a calendar table.")
        raise ParamsError("working days are not known", [problem]) from None


def _days_of(span: Span) -> list[date]:
    start, end = span
    if end < start:
        raise ParamsError("a shutdown ends before it begins", [Problem("shutdown", f"{start} to {end}", "first and last day")])
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]
