"""Days off of a country: one place for working days of history, due dates and generated calendars. No pandas: `sop status` reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sopkit.errors import ParamsError, Problem

if TYPE_CHECKING:
    from holidays import HolidayBase

OFF_WORK = ("public", "de_facto")  # de facto: by custom nobody works, such as Midsummer Eve in Sweden


@dataclass(frozen=True)
class DaysOff:
    """Weekend and holidays of a country in some years."""

    weekend: frozenset[int]  # weekday numbers, Monday = 0
    dates: frozenset[date]
    source: str  # where they come from, in words

    def is_worked(self, day: date) -> bool:
        """Whether people work on a day."""
        return day.weekday() not in self.weekend and day not in self.dates


def days_off(country: str, years: Iterable[int]) -> DaysOff:
    """The weekend, the public holidays and the days off by custom of a country.

    Args:
        country: ISO code of two letters.
        years: calendar years that are needed.

    Raises:
        ParamsError: where the library does not know the country.
    """
    known, version = _holidays_of(country, sorted(set(years)))
    return DaysOff(frozenset(known.weekend), frozenset(known), f"public holidays of {country} (library holidays {version})")


def working_dates(country: str, first: date, last: date) -> list[date]:
    """The days worked in a country from `first` to `last`, both included."""
    known = days_off(country, range(first.year, last.year + 1))
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if known.is_worked(day)]


def _holidays_of(country: str, years: list[int]) -> "tuple[HolidayBase, str]":
    import holidays  # takes 0.1 s: only where days are counted

    try:
        categories = tuple(word for word in OFF_WORK if word in holidays.country_holidays(country).supported_categories)
        return holidays.country_holidays(country, years=years, categories=categories), holidays.__version__
    except NotImplementedError:
        problem = Problem("country", repr(country), "a country whose public holidays are known", "Hand in a calendar table.")
        raise ParamsError("working days are not known", [problem]) from None
