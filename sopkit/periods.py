"""Months as labels: `2026-03`. No pandas, so that the command line stays light.

A cycle carries the label of the month its meetings are held in: M0. `cutoff` is the last closed period, the one
before M0; `fh` 1 is M0; lag 0 is a forecast for the month of the meeting (docs/glossary.md).
"""

import re
from datetime import date, timedelta

from sopkit.errors import ParamsError, Problem

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
CADENCES = ("monthly",)
MONTHS_ONLY = "Cycles are months: who meets less often runs the month of the meeting"
NEEDS_THE_MONTH_BEFORE = "what is held against the last plan is available where the month before was run too"
OTHER_CADENCES = {  # how labels of other cadences are written: what they are
    r"(?P<year>[0-9]{4})-?Q(?P<quarter>[1-4])": "a quarter",
    r"(?P<year>[0-9]{4})": "a year",
    r"(?P<year>[0-9]{4})-[0-9]{4}": "several years",
}


def other_cadence(label: str) -> str:
    """What a cycle's label says that is no month, in words, with the month that its first cycle would carry; empty for any other text."""
    for pattern, told in OTHER_CADENCES.items():
        if found := re.fullmatch(pattern, label.strip(), re.IGNORECASE):
            parts = found.groupdict()
            month = 3 * int(parts["quarter"]) - 2 if parts.get("quarter") else 1
            return f"This is {told}. {MONTHS_ONLY}, such as {parts['year']}-{month:02d}; {NEEDS_THE_MONTH_BEFORE}"
    return ""


def month_number(period: str) -> int:
    """Months since year 0 of a label such as `2026-03`; raises ParamsError where it is no month."""
    if not MONTH.fullmatch(period):
        raise ParamsError("not a month", [Problem("period", repr(period), "YYYY-MM, such as 2026-03")])
    return int(period[:4]) * 12 + int(period[5:]) - 1


def month_label(number: int) -> str:
    """The label of a month number: the inverse of `month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def shifted(period: str, months: int) -> str:
    """The period `months` later (earlier where negative)."""
    return month_label(month_number(period) + months)


def months_between(earlier: str, later: str) -> int:
    """How many months `later` is after `earlier`; negative when it is before."""
    return month_number(later) - month_number(earlier)


def period_range(first: str, count: int) -> list[str]:
    """`count` periods from `first` on."""
    start = month_number(first)
    return [month_label(start + step) for step in range(count)]


def cutoff_of(cycle: str) -> str:
    """The last closed period of a cycle: the month before M0."""
    return shifted(cycle, -1)


def first_day(period: str) -> date:
    """The first day of a period."""
    number = month_number(period)
    return date(number // 12, number % 12 + 1, 1)


def last_day(period: str) -> date:
    """The last day of a period."""
    return first_day(shifted(period, 1)) - timedelta(days=1)


def fiscal_year_periods(period: str, first_month: int = 1) -> list[str]:
    """The twelve periods of the fiscal year that `period` lies in; the year starts in month `first_month` (1..12)."""
    number = month_number(period)
    start = number - (number - (first_month - 1)) % 12
    return [month_label(start + step) for step in range(12)]
