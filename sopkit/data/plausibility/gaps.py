"""Months that are missing inside: of a whole channel, region or family, and of single series by the declared policy."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sopkit.data.monthly import SeriesGrid, month_numbers, series_grid
from sopkit.data.plausibility.oddity import Oddity, shown, span
from sopkit.data.words import coded, plain
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
    first = int(numbers.min())
    length = int(numbers.max()) - first + 1
    channel_names, channels = coded(sales["channel"])
    by_channel = _counts(numbers - first, channels, length, len(channel_names)) > 0
    all_months = set((first + np.flatnonzero(by_channel.any(axis=1))).tolist())
    found = []
    for name in GROUPS:
        codes, groups = _group_codes(sales, items, name)
        cells = _counts((numbers - first) * len(channel_names) + channels, codes, length * len(channel_names), len(groups)) > 0
        sold_in = cells.reshape(length, len(channel_names), len(groups))
        for code, group in enumerate(groups):
            present = (first + np.flatnonzero(sold_in[:, :, code].any(axis=1))).tolist()
            life = [number for number in range(present[0], month_number(cutoff) + 1) if number in all_months]
            missing = [number for number in life if number not in set(present)]
            if not missing or len(life) < LEAST_MONTHS or len(present) / len(life) < GROUP_SHARE:
                continue
            if name != "channel":
                missing = [number for number in missing if _was_open(number - first, sold_in[:, :, code], by_channel)]
            for run in runs_of([month_label(number) for number in missing]):
                told = f"sales_history: no row of {name} {group} in {shown(run)}, while it sells in {len(present)} of {len(life)} months"
                hint = "send the rows, or answer that nothing was sold"
                found.append(Oddity("sales_history", "silent_group", told, "ASK", hint, name, str(group), span(run)))
    return found


def _counts(rows: np.ndarray, columns: np.ndarray, height: int, width: int) -> np.ndarray:
    """How often each pair of numbers is met."""
    return np.bincount(rows * width + columns, minlength=height * width).reshape(height, width)


def _was_open(month: int, sold_in: np.ndarray, by_channel: np.ndarray) -> bool:
    """Whether a channel that the group sold in last had sales of others in this month: else the channel's silence is told."""
    before = np.flatnonzero(sold_in[:month].any(axis=1))[-1]
    return bool(by_channel[month, sold_in[before]].any())


def _group_codes(sales: pd.DataFrame, items: pd.DataFrame, name: str) -> tuple[np.ndarray, list[str]]:
    """The group of each row as a number, and the groups' names; items without a family are a group of their own."""
    if name != "family":
        groups, codes = coded(sales[name])
        return codes, groups
    sold, item_codes = coded(sales["item"])
    families = plain(items[["item", "family"]]).drop_duplicates("item").set_index("item")["family"]
    names, codes = coded(pd.Series(sold, dtype="str").map(families).fillna("?").astype("str"))
    return codes[item_codes], names


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
    numbers = month_numbers(frame[month])
    grid = series_grid([frame], [numbers], keys, last=int(numbers.max()))
    there, values, missing = _presence(grid, frame)
    gaps = missing.sum(axis=1)
    always = policy == "ask" or table in BALANCES
    few = gaps <= np.maximum(1, (1 - SERIES_SHARE) * (there.sum(axis=1) + gaps))
    asked, noted, series = [], 0, 0
    for place in np.flatnonzero(gaps):
        if always or (policy == "regular" and few[place] and _is_regular(values[place], there[place])):
            name = " | ".join(words[code] for words, code in zip(grid.words, grid.series[place], strict=True))
            asked += [(name, run) for run in runs_of([month_label(grid.first + int(step)) for step in np.flatnonzero(missing[place])])]
        else:
            noted, series = noted + int(gaps[place]), series + 1
    return [*_asked(table, keys, asked), *_noted(table, noted, series, int(there.sum()))]


def _presence(grid: SeriesGrid, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By series and month: whether there are rows, the table's measure, and whether a month is missing inside the series."""
    shape = (len(grid.series), grid.months)
    measure = next(name for name in ("quantity", "amount", "available_hours") if name in frame)
    there = grid.sums(0).reshape(shape) > 0
    values = grid.sums(0, np.nan_to_num(frame[measure].to_numpy(dtype=float))).reshape(shape)
    begun = np.logical_or.accumulate(there, axis=1)
    goes_on = np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    return there, values, begun & goes_on & ~there & there.any(axis=0)


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


def _is_regular(values: np.ndarray, there: np.ndarray) -> bool:
    """Whether no month of a series falls far below its neighbours; a month is judged where both neighbours are there."""
    if there.sum() < 3 or values[there].min() <= 0:
        return False
    inner = there[1:-1] & there[:-2] & there[2:]
    beside = (values[:-2] + values[2:])[inner] / 2
    return bool((values[1:-1][inner] >= LEAST_SHAPE * beside).all())


def runs_of(months: Sequence[str]) -> list[list[str]]:
    """Months in order, as runs of months that follow each other."""
    runs: list[list[str]] = []
    for label in sorted(months):
        if runs and month_number(label) == month_number(runs[-1][-1]) + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    return runs
