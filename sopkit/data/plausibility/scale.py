"""Totals in another unit than they always come in: a factor of 10, 100, 1,000 or a million."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.monthly import month_numbers
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.oddity import Oddity
from sopkit.data.plausibility.settled import SETTLED, monthly
from sopkit.periods import month_number

FACTORS = (10.0, 100.0, 1000.0, 1e6)
NEAR_MONTHS = 12  # months on either side that a month's total is held against
LEAST_MONTHS = 4
ROOM = 2.2
FORWARD = {"sales_forecast": ("function", "period"), "budget": (None, "period"), "published_plan": (None, "period")}


def factor_of(ratio: float, limits: PlausibilityLimits, *, room: float = 1.0) -> float | None:
    """The factor (1000, or 0.001) that a ratio is near to; None where it is near to none.

    `room` widens the limit for factors of a hundred and more, where what is compared moves by itself.
    """
    if not np.isfinite(ratio) or ratio <= 0:
        return None
    for factor in (*FACTORS, *(1 / factor for factor in FACTORS)):
        near = limits.factor_ratio * (room if factor >= 100 or factor <= 0.01 else 1.0)
        if factor / near <= ratio <= factor * near:
            return factor
    return None


def worded(factor: float) -> str:
    """A factor in words: 1,000 times as much, a thousandth."""
    return f"{factor:,.0f} times" if factor > 1 else f"1/{1 / factor:,.0f} of"


def off_run_rate(frame: pd.DataFrame, sums: pd.DataFrame, table: str, limits: PlausibilityLimits) -> list[Oddity]:
    """Months whose total is off by a factor both from the months around it and from the same month of other years.

    Args:
        frame: an input table as it was known at the cutoff.
        sums: the same, or its sums by month.
        table: its name; a table without settled months has none.
        limits: how near a factor must be.

    Returns:
        An oddity (rule scale, ASK) per measure and month.
    """
    settled = SETTLED.get(table)
    if settled is None or frame.empty:
        return []
    totals = monthly(sums, settled)
    found = []
    for measure in totals.columns.drop("rows"):
        for period, total, factor, usual in _slips(totals[measure], limits):
            told = f"{table}: {measure} of {period} is {total:,.6g}, {worded(factor)} the {usual:,.6g} of the months around it"
            rows = tuple(np.flatnonzero(month_numbers(frame[settled.month]) == month_number(period)).tolist())
            hint = f"was it sent in another unit (factor {factor:,.6g})?"
            found.append(Oddity(table, "scale", told, "ASK", hint, measure, f"{total:.15g}", period, rows))
    return found


def _slips(totals: pd.Series, limits: PlausibilityLimits) -> list[tuple[str, float, float, float]]:
    """Month, total, factor and usual total; the first month may begin inside the month and is not judged from below.

    A month is off where its total is a factor away from the median of the months around it, and where other years have the
    month from the median of those too, and where not two other months are as large, or as small: then the series is lumpy.
    """
    labels = [str(label) for label in totals.index]
    sizes = np.abs(totals.to_numpy(dtype=float))
    known = sizes > 0
    of_year = np.array([label[5:] for label in labels])
    places = np.arange(len(sizes))
    found = []
    for place in np.flatnonzero(known):
        others = known & (places != place)
        around = sizes[others & (np.abs(places - place) <= NEAR_MONTHS)]
        if len(around) < LEAST_MONTHS:
            continue
        total, usual = float(sizes[place]), float(np.median(around))
        factor = factor_of(total / usual, limits, room=ROOM)
        same = sizes[others & (of_year == of_year[place])]
        if factor is None or (len(same) and factor_of(total / float(np.median(same)), limits, room=ROOM) is None):
            continue
        lumpy = (around >= total / 2).sum() >= 2 and (around <= total * 2).sum() >= 2
        if not lumpy and not (place == 0 and factor < 1):
            found.append((labels[place], float(totals.iloc[place]), factor, usual))
    return found


def off_history(tables: Mapping[str, pd.DataFrame], limits: PlausibilityLimits) -> list[Oddity]:
    """Forecasts and budgets whose monthly units are off by a factor from the last twelve months of sales.

    Args:
        tables: input tables by name, known at the cutoff.
        limits: how near a factor must be.

    Returns:
        An oddity (rule scale, ASK) per table, and per function where functions hand it in.
    """
    sales = tables.get("sales_history")
    if sales is None or sales.empty:
        return []
    usual = float(monthly(sales, SETTLED["sales_history"])["quantity"].tail(12).mean())
    found = []
    for table, (part, month) in FORWARD.items():
        frame = tables.get(table)
        if frame is None or frame.empty:
            continue
        counted = frame[frame["quantity"].notna()]
        groups = counted.groupby(part, sort=True) if part else [("", counted)] if len(counted) else []
        for name, rows in groups:
            mean = float(rows.groupby(month)["quantity"].sum().mean())
            if (factor := factor_of(mean / usual, limits) if usual else None) is not None:
                told = (
                    f"{table}: {mean:,.6g} units a month{f' by {name}' if name else ''} are {worded(factor)} the {usual:,.6g} sold a month"
                )
                places = tuple(frame.index.get_indexer(rows.index).tolist())
                found.append(Oddity(table, "scale", told, "ASK", "were they sent in another unit?", "quantity", f"{mean:.15g}", "", places))
    return found
