"""Structural breaks: months from which demand stands on another level, and what moved there."""

import numpy as np
import pandas as pd

from sopkit.periods import shifted

SEASON = 12
ALL = "*"
TRIMMED = 0.15  # part of the months at each end in which no break can be told
CRITICAL = 12.16  # of sup F at 1 %, one parameter, 15 % trimmed (D. Andrews, Econometrica 71 (2003), 395-397, table 1)
LEAST_MONTHS = 24
MOST_SILENT = 0.1  # part of the months without demand
LEAST_FACTOR = 1.25  # a level that moves less is a matter for the forecast, not for a meeting
LAGS = 3  # of the residuals' autocovariances
COMPARED = 6  # months before and after that say what moved
TOLD = 3  # items named
LEVELS = ((), ("channel",), ("family",), ("family", "channel"))


def structural_breaks(history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The clearest break of the company, of each channel, of each family and of each family in a channel, where there is one.

    log demand = month of the year + trend + step at tau is fitted by least squares for each tau; the season is left out where the fit is
    better without by Schwarz's criterion. F(tau) compares it with the fit without the step, with the long-run variance of the residuals
    (Newey and West 1987, Bartlett weights, lag 3) where that is larger; a break is told where sup F > 12.16, the 1 % critical value, and
    the level moves by a factor of 1.25 or more, in the direction of the six months' means. Months without demand are left out, and groups
    in which they are more than a tenth.
    Source: D. Andrews, Econometrica 61 (1993), 821-856; critical values of 61's corrigendum, 71 (2003), 395-397.

    Args:
        history: demand_history contract; the un-censored demand counts.
        items: items contract.

    Returns:
        family, channel (`*` for all), period (first month on the new level), from_quantity and to_quantity (mean month before and
        after, units, six months each, season left in), factor (the step), statistic, why (what moved); sorted, largest levels first.
    """
    asked = history.assign(
        asked=history["uncensored_quantity"].fillna(history["quantity"]), family=history["item"].map(items.set_index("item")["family"])
    )
    rows = []
    for level in LEVELS:
        groups = asked.groupby(list(level), sort=True) if level else [((), asked)]
        for key, group in groups:
            found = _break_of(group)
            if found:
                named = dict(zip(level, key if isinstance(key, tuple) else (key,), strict=True))
                rows.append((named.get("family", "*"), named.get("channel", "*"), *found))
    columns = ["family", "channel", "period", "from_quantity", "to_quantity", "factor", "statistic", "why"]
    return _told_once(pd.DataFrame(rows, columns=columns))


def _told_once(found: pd.DataFrame) -> pd.DataFrame:
    """Breaks without those of a family in a channel that its family, or the channel, has in the same month already."""
    whole = found[(found["family"] == ALL) | (found["channel"] == ALL)]
    by_family = set(zip(whole["family"], whole["period"], strict=True)) - {(ALL, period) for period in whole["period"]}
    by_channel = set(zip(whole["channel"], whole["period"], strict=True)) - {(ALL, period) for period in whole["period"]}
    part = (found["family"] != ALL) & (found["channel"] != ALL)
    known = [
        (family, period) in by_family or (channel, period) in by_channel
        for family, channel, period in zip(found["family"], found["channel"], found["period"], strict=True)
    ]
    return found[~(part & pd.Series(known, index=found.index, dtype=bool))].reset_index(drop=True)


def _break_of(group: pd.DataFrame) -> tuple | None:
    """Month, means before and after, step, statistic and explanation of one group's break; None where there is none."""
    monthly = group.groupby("period", sort=True)["asked"].sum()
    values = monthly.to_numpy(dtype=float)
    if len(values) < LEAST_MONTHS or (values <= 0).mean() > MOST_SILENT:
        return None
    logs = np.log(values, out=np.full(len(values), np.nan), where=values > 0)
    place, factor, statistic = sup_f(logs, int(str(monthly.index[0])[5:]) - 1)
    if statistic <= CRITICAL or max(factor, 1 / factor) < LEAST_FACTOR:
        return None
    period = str(monthly.index[place])
    before, after = monthly.iloc[max(0, place - COMPARED) : place].mean(), monthly.iloc[place : place + COMPARED].mean()
    if (after > before) != (factor > 1):
        return None
    return period, float(before), float(after), factor, statistic, _what_moved(group, period)


def sup_f(values: np.ndarray, first_month: int) -> tuple[int, float, float]:
    """The largest F statistic of a step in a series with trend, and with a season where the series has one.

    Args:
        values: log demand by month; NaN where a month is left out.
        first_month: calendar month of the first value, 0 = January.

    Returns:
        Position of the first month on the new level, the level's factor, the statistic.
    """
    month = (first_month + np.arange(len(values))) % SEASON
    level, trend = np.ones((len(values), 1)), np.arange(len(values), dtype=float)[:, None]
    season = (month[:, None] == np.arange(1, SEASON)).astype(float)
    bases = [np.hstack([level, trend]), np.hstack([level, trend, season])]
    return min((_largest(base, values) for base in bases), key=lambda found: found[0])[1:]


def _largest(base: np.ndarray, values: np.ndarray) -> tuple[float, int, float, float]:
    """Schwarz's criterion of the best fit with a step beside the columns of base, its position, factor and F statistic."""
    known = ~np.isnan(values)
    rows, count = np.flatnonzero(known), len(values)
    base, seen = base[rows], values[rows]
    unexplained, freedom = _residual(base, seen), len(rows) - base.shape[1] - 1
    edge = max(int(np.ceil(TRIMMED * count)), 3)
    best, least = (np.inf, 0, 1.0, 0.0), np.inf
    for place in range(edge, count - edge + 1) if freedom > 0 else ():
        left = _residual(base, (rows >= place).astype(float))  # Frisch, Waugh and Lovell: the step's own part beside season and trend
        square = float(left @ left)
        if square < 1e-9:
            continue
        size = float(left @ unexplained) / square
        error = unexplained - size * left
        squares = float(error @ error)
        statistic = size**2 * square / max(squares / freedom, _long_run(error, freedom), 1e-12)
        if squares < least:
            least = squares
            criterion = len(rows) * np.log(max(squares, 1e-12) / len(rows)) + (base.shape[1] + 2) * np.log(len(rows))
            best = (float(criterion), place, float(np.exp(size)), statistic)
    return best


def _residual(base: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What is left of the values beside the columns of base, by least squares."""
    return values - base @ np.linalg.lstsq(base, values, rcond=None)[0]


def _long_run(error: np.ndarray, freedom: int) -> float:
    """Variance of the residuals with their autocovariances (Newey and West 1987)."""
    total = float(error @ error)
    for lag in range(1, LAGS + 1):
        total += 2 * (1 - lag / (LAGS + 1)) * float(error[lag:] @ error[:-lag])
    return total / freedom


def _what_moved(group: pd.DataFrame, period: str) -> str:
    """Which items changed between the months before and after, in words; the month before the break is a transition and left out."""
    first, last = shifted(period, -COMPARED - 1), shifted(period, COMPARED - 1)
    sold = group[group["asked"] > 0]
    months = sold.groupby("item")["period"].min()
    before = group[(group["period"] >= first) & (group["period"] < shifted(period, -1))].groupby("item")["asked"].sum()
    after = group[(group["period"] >= period) & (group["period"] <= last)].groupby("item")["asked"].sum()
    both = pd.concat([before, after], axis=1, keys=["before", "after"]).fillna(0.0)
    change = both["after"] - both["before"]
    began, ended = (both["before"] <= 0) & (both["after"] > 0), (both["after"] <= 0) & (both["before"] > 0)
    parts = [f"{int((both['before'] > 0).sum())} items sold before, {int((both['after'] > 0).sum())} after"]
    parts += [f"{int(began.sum())} that began (the first in {months[began[began].index].min()}): {change[began].sum():+,.0f} units"] * bool(
        began.any()
    )
    parts += [f"{int(ended.sum())} that ended: {change[ended].sum():+,.0f}"] * bool(ended.any())
    kept = ~(began | ended)
    parts += [f"{int(kept.sum())} sold before and after: {change[kept].sum():+,.0f}"] * bool(kept.any())
    largest = change.sort_values(key=lambda cells: -cells.abs(), kind="stable").head(TOLD)
    return "; ".join([*parts, "largest: " + ", ".join(f"{item} {value:+,.0f}" for item, value in largest.items())])
