"""What must hold of the company's own calendar: periods that adjoin, are called right, and reach from the first sale over the horizon."""

import numpy as np
import pandas as pd

from sopkit.data.own_periods import OwnPeriods
from sopkit.data.plausibility.oddity import Oddity, shown
from sopkit.periods import month_label, month_number, shifted

COVERED_MONTHS = 12  # of the horizon, M0 first
DAY = np.timedelta64(1, "D")


def calendar_faults(calendar: pd.DataFrame) -> list[Oddity]:
    """Periods that end before they begin, overlap, leave days out, or are called after a month they do not touch: REJECT.

    Args:
        calendar: Calendar as it came.

    Returns:
        Oddities of the rule calendar_periods, one per kind of fault and site.
    """
    found = []
    for site, rows in calendar.groupby("site", sort=True):
        ordered = rows.sort_values(["start_date", "period"])
        starts, ends = (ordered[name].to_numpy().astype("datetime64[D]") for name in ("start_date", "end_date"))
        labels, places = ordered["period"].to_numpy(), ordered.index.to_numpy()
        follows = np.append(starts[1:], ends[-1] + DAY) if len(starts) else starts
        middle = (starts + (ends - starts) // 2).astype("datetime64[M]").astype(int) + 1970 * 12
        named = np.array([month_number(str(label)) for label in labels])
        kinds = (
            (ends < starts, "end before they begin"),
            ((ends >= starts) & (follows <= ends), "overlap the one after them"),
            (follows > ends + DAY, "leave out days before the next one"),
            ((ends >= starts) & (np.abs(middle - named) > 1), "are called after a month that they do not lie in"),
        )
        for broken, told in kinds:
            if broken.any():
                hint = "correct the dates; a period is called after the month it mostly lies in, its number stands in fiscal_period"
                text = f"calendar, site {site}: {int(broken.sum())} periods {told}: {shown([str(label) for label in labels[broken]])}"
                positions = tuple(int(place) for place in places[broken])
                found.append(Oddity("calendar", "calendar_periods", text, "REJECT", hint, "start_date", positions=positions, each=True))
    return found


def fiscal_faults(calendar: pd.DataFrame, first_month: int) -> list[Oddity]:
    """Fiscal years and periods that are not those of a year that starts in the month the params say: rule fiscal_year, REJECT.

    Args:
        calendar: Calendar as it came; rows without fiscal year and period say nothing.
        first_month: month the fiscal year starts in, 1..12.
    """
    months = np.array([month_number(str(label)) for label in calendar["period"]], dtype="int64")
    number = (months - (first_month - 1)) % 12 + 1
    year = (months + 12 - number) // 12
    told = {"fiscal_year": year, "fiscal_period": number}
    found = []
    for column, expected in told.items():
        came = calendar[column].astype("float64").to_numpy()
        wrong = ~np.isnan(came) & (came != expected)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            text = (
                f"calendar: {int(wrong.sum())} rows name another {column.replace('_', ' ')} than a year that starts in month {first_month}"
            )
            text += f" has, such as {came[first]:g} for {calendar['period'].iloc[first]}, which is {int(expected[first])}"
            hint = "correct the calendar, or fiscal_year_first_month in the params"
            places = tuple(int(place) for place in np.flatnonzero(wrong))
            found.append(Oddity("calendar", "fiscal_year", text, "REJECT", hint, column, positions=places, each=True))
    return found


def calendar_reach(periods: OwnPeriods | None, sales_history: pd.DataFrame, *, cutoff: str) -> list[Oddity]:
    """Own periods that begin after the first sale or end before the horizon does: rule calendar_short, ASK.

    Args:
        periods: the company's own; None = calendar months, which need no table.
        sales_history: SalesHistory known at the cutoff.
        cutoff: last closed period.
    """
    if periods is None:
        return []
    told = []
    first = sales_history["date"].min() if len(sales_history) else None
    if first is not None and np.datetime64(first, "D") < periods.starts[0]:
        told.append(f"sales begin on {first:%Y-%m-%d}, the calendar on {periods.starts[0]}: what lies before is counted by calendar months")
    last = shifted(cutoff, COVERED_MONTHS)
    if month_number(periods.labels[-1]) < month_number(last):
        after = month_label(month_number(periods.labels[-1]) + 1)
        told.append(
            f"the calendar ends with {periods.labels[-1]}, the plan of a year with {last}: from {after} on calendar months are planned"
        )
    hint = "send the periods that are missing"
    return [Oddity("calendar", "calendar_short", f"calendar: {text}", "ASK", hint, "period") for text in told]
