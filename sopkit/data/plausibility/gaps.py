"""Months that are missing inside: of a whole channel, region or family, and of single series by the declared policy."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sopkit.data.monthly import month_numbers
from sopkit.data.plausibility.oddity import Oddity, shown, span
from sopkit.periods import month_label, month_number

GapPolicy = Literal["regular", "ask", "zero"]
# Tables whose series are held against the calendar: month, key. A balance that is missing is never zero.
SERIES_OF = {
    "sales_history": ("date", ("item", "region", "channel")),
    "inventory": ("period", ("item",)),
    "balance_sheet": ("period", ("account",)),
    "resource_calendar": ("period", ("resource",)),
    "sales_forecast": ("period", ("function", "item", "region", "channel")),
    "budget": ("period", ("family", "region", "channel")),
}
BALANCES = ("inventory", "balance_sheet", "resource_calendar")
GROUPS = ("channel", "region", "family")
LEAST_MONTHS = 6
GROUP_SHARE = 0.75  # of its months in which a group has rows: below, silence is usual
SERIES_SHARE = 0.9
LEAST_SHAPE = 0.3  # of the mean of its neighbours: a regular series never falls below
MOST = 40  # findings of one table
WIDE = 1_000_000  # more than any month number
MOST_CHANNELS = 10_000


def silent_groups(sales: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> list[Oddity]:
    """Months in which a channel, a region or a family that else sells has no row, from its first month to the cutoff.

    Args:
        sales: SalesHistory known at the cutoff.
        items: Items, for the families.
        cutoff: last closed period.

    Returns:
        An oddity (rule silent_group, ASK) per group and run of months; months without any sale are told elsewhere.
    """
    if sales.empty:
        return []
    numbers = month_numbers(sales["date"])
    all_months = set(np.unique(numbers).tolist())
    channels, _ = _group_codes(sales, items, "channel")
    open_channels = set(np.unique(channels * WIDE + numbers).tolist())
    found = []
    for name in GROUPS:
        codes, groups = _group_codes(sales, items, name)
        there = np.unique((codes * WIDE + numbers) * MOST_CHANNELS + channels)
        for code, group in enumerate(groups):
            own = there[there // MOST_CHANNELS // WIDE == code]
            sold_in = np.column_stack([own // MOST_CHANNELS % WIDE, own % MOST_CHANNELS])
            present = np.unique(sold_in[:, 0]).tolist()
            life = [number for number in range(present[0], month_number(cutoff) + 1) if number in all_months]
            missing = [number for number in life if number not in set(present)]
            if not missing or len(life) < LEAST_MONTHS or len(present) / len(life) < GROUP_SHARE:
                continue
            if name != "channel":
                missing = [number for number in missing if _was_open(number, sold_in, open_channels)]
            for run in runs_of([month_label(number) for number in missing]):
                told = f"sales_history: no row of {name} {group} in {shown(run)}, while it sells in {len(present)} of {len(life)} months"
                hint = "send the rows, or answer that nothing was sold"
                found.append(Oddity("sales_history", "silent_group", told, "ASK", hint, name, str(group), span(run)))
    return found


def _was_open(month: int, sold_in: np.ndarray, open_channels: set[int]) -> bool:
    """Whether a channel that the group sold in last had sales of others in this month: else the channel's silence is told."""
    before = sold_in[sold_in[:, 0] < month]
    return any(int(channel) * WIDE + month in open_channels for channel in before[before[:, 0] == before[:, 0].max(), 1])


def _group_codes(sales: pd.DataFrame, items: pd.DataFrame, name: str) -> tuple[np.ndarray, list[str]]:
    """The group of each row as a number, and the groups' names; items without a family are a group of their own."""
    if name != "family":
        codes, groups = pd.factorize(sales[name], sort=True)
        return codes.astype(np.int64), [str(group) for group in groups]
    item_codes, sold = pd.factorize(sales["item"])
    families = items.drop_duplicates("item").set_index("item")["family"] if len(items) else pd.Series(dtype="str")
    codes, groups = pd.factorize(pd.Series(sold).map(families).fillna("?"), sort=True)
    return codes[item_codes].astype(np.int64), [str(group) for group in groups]


def series_gaps(frame: pd.DataFrame, table: str, policy: GapPolicy) -> list[Oddity]:
    """Months missing between the first and the last of a series.

    A series is regular where it has at least nine months of ten (one month may always be missing) and no month that it has
    falls below three tenths of the mean of its neighbours: there a missing month is not a month of zero by nature.

    Args:
        frame: an input table known at the cutoff.
        table: its name.
        policy: ask where the series is regular, ask always, or read the months as zero and count them.

    Returns:
        Oddities of rule series_gap: ASK per series and run of months, at most MOST and one for the rest; ACCEPT once for the others.
    """
    if table not in SERIES_OF or frame.empty:
        return []
    month, keys = SERIES_OF[table]
    sums = _monthly_sums(frame, month, keys)
    in_table = set(sums["month"].unique().tolist())
    asked, noted, series = [], 0, 0
    starts = np.flatnonzero(np.append(True, np.diff(sums["series"].to_numpy()) != 0))
    first, months, values = sums["row"].to_numpy(), sums["month"].to_numpy(), sums["value"].to_numpy()
    ends = np.append(starts[1:], len(sums))
    for start, end in zip(
        starts[(months[ends - 1] - months[starts]) >= ends - starts],
        ends[(months[ends - 1] - months[starts]) >= ends - starts],
        strict=True,
    ):
        present = months[start:end].tolist()
        missing = [number for number in range(present[0], present[-1]) if number not in set(present) and number in in_table]
        if not missing:
            continue
        if policy == "ask" or table in BALANCES or (policy == "regular" and _is_regular(values[start:end], present, missing)):
            name = " | ".join(str(frame[key].iloc[first[start]]) for key in keys)
            asked += [(name, run) for run in runs_of([month_label(number) for number in missing])]
        else:
            noted, series = noted + len(missing), series + 1
    return [*_asked(table, keys, asked), *_noted(table, noted, series, len(sums))]


def _monthly_sums(frame: pd.DataFrame, month: str, keys: Sequence[str]) -> pd.DataFrame:
    """Series (a number), month, the table's measure and a row of each series month, in order of series and month."""
    series = np.zeros(len(frame), np.int64)
    for key in keys:
        codes, uniques = pd.factorize(frame[key])
        series = pd.factorize(series * (len(uniques) + 1) + codes + 1)[0].astype(np.int64)
    numbers = month_numbers(frame[month])
    measure = next(name for name in ("quantity", "amount", "available_hours") if name in frame)
    kept = pd.DataFrame({"cell": series * WIDE + numbers, "value": frame[measure].to_numpy(), "row": np.arange(len(frame))})[numbers >= 0]
    sums = kept.groupby("cell", sort=True).agg(value=("value", "sum"), row=("row", "first"))
    cells = sums.index.to_numpy()
    return sums.assign(series=cells // WIDE, month=cells % WIDE)


def _asked(table: str, keys: Sequence[str], asked: list[tuple[str, list[str]]]) -> list[Oddity]:
    key = keys[0] if len(keys) == 1 else keys[1] if keys[0] == "function" else keys[0]
    hint = "send the months, or declare gap_policy: zero"
    found = [
        Oddity(table, "series_gap", f"{table}: {name} has no row in {shown(run)}", "ASK", hint, key, name, span(run))
        for name, run in asked[:MOST]
    ]
    if len(asked) > MOST:
        rest = sum(len(run) for _, run in asked[MOST:])
        found.append(
            Oddity(table, "series_gap", f"{table}: {rest} more months are missing inside {len(asked) - MOST} series", "ASK", hint, key)
        )
    return found


def _noted(table: str, months: int, series: int, there: int) -> list[Oddity]:
    if not months:
        return []
    told = (
        f"{table}: {months} months without a row inside {series} series are read as zero ({months / (months + there):.1%} of their months)"
    )
    return [Oddity(table, "series_gap", told, "ACCEPT", value=str(months))]


def _is_regular(values: np.ndarray, present: list[int], missing: list[int]) -> bool:
    if len(present) < 3 or len(missing) > max(1.0, (1 - SERIES_SHARE) * (len(present) + len(missing))):
        return False
    shape = [
        values[place] / ((values[place - 1] + values[place + 1]) / 2)
        for place in range(1, len(values) - 1)
        if present[place + 1] - present[place - 1] == 2 and values[place - 1] + values[place + 1] > 0
    ]
    return min(shape, default=1.0) >= LEAST_SHAPE and float(values.min()) > 0


def runs_of(months: Sequence[str]) -> list[list[str]]:
    """Months in order, as runs of months that follow each other."""
    runs: list[list[str]] = []
    for label in sorted(months):
        if runs and month_number(label) == month_number(runs[-1][-1]) + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    return runs
