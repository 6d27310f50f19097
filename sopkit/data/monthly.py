"""Months and series of long frames as numbers: what sums a million lines by month without comparing a text twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sopkit.data.words import MOST_COUNTED, categories_at, coded, joint_codes, words_at
from sopkit.periods import month_label, month_number

EPOCH = 1970 * 12  # month number of 1970-01, from which numpy counts
UNDATED = -(1 << 30)  # month number of an empty cell: before every month
DAY = 86_400  # seconds
COUNTED_AT_ONCE = 2_000_000  # rows: numpy counts in numbers twice as wide as ours, and makes a copy of all that it is given
Codes = npt.NDArray[np.signedinteger]
Amounts = npt.NDArray[np.float64]


def month_numbers(cells: pd.Series) -> Codes:
    """Month number of each date or month label (`sopkit.periods`); UNDATED where the cell is empty."""
    if pd.api.types.is_datetime64_dtype(cells.dtype):
        return _months_of_days(cells.to_numpy())
    words, codes = coded(cells)
    known = np.array([month_number(word) for word in words] + [UNDATED], np.int32)
    return known[codes]


def _months_of_days(times: npt.NDArray[np.datetime64]) -> Codes:
    """Month number of each time, by a table of the days that occur."""
    undated = np.isnat(times)
    if undated.any():
        numbers = np.full(len(times), UNDATED, np.int32)
        numbers[~undated] = _months_of_days(times[~undated])
        return numbers
    first, last = (int(edge.astype("datetime64[D]").astype(np.int64)) for edge in (times.min(), times.max())) if len(times) else (0, 0)
    if last - first > MOST_COUNTED:
        return (times.astype("datetime64[M]").astype(np.int64) + EPOCH).astype(np.int32)
    months = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + EPOCH
    days = times.astype("datetime64[s]", copy=False).view(np.int64) // DAY
    days -= first
    return months.astype(np.int32)[days]


def month_labels(numbers: Codes) -> pd.Series:
    """Month labels of month numbers; empty where undated."""
    known = numbers[numbers != UNDATED]
    first = int(known.min()) if len(known) else 0
    last = int(known.max()) if len(known) else 0
    labels = [month_label(number) for number in range(first, last + 1)]
    return words_at(labels, np.where(numbers == UNDATED, -1, numbers - first))


@dataclass(frozen=True)
class SeriesGrid:
    """The series of one or more long frames and a span of months: cell = series x months + month.

    `words` are the sorted words of each key, `series` the codes of each series' words, sorted; `rows` the cell of each row of
    each frame, -1 where its month lies outside the span.
    """

    words: tuple[list[str], ...]
    series: npt.NDArray[np.int64]  # series x keys
    first: int
    months: int
    rows: tuple[Codes, ...]

    @property
    def size(self) -> int:
        """Cells."""
        return len(self.series) * self.months

    def sums(self, frame: int, amounts: Amounts | None = None) -> Amounts:
        """The sum of a frame's amounts by cell, or its count of rows."""
        total = np.zeros(self.size)
        for start in range(0, len(self.rows[frame]), COUNTED_AT_ONCE):
            cells = self.rows[frame][start : start + COUNTED_AT_ONCE]
            weights = None if amounts is None else amounts[start : start + COUNTED_AT_ONCE]
            inside = cells >= 0
            if not inside.all():
                cells, weights = cells[inside], None if weights is None else weights[inside]
            total += np.bincount(cells, weights, self.size)
        return total

    def unbroken(self, there: npt.NDArray[np.bool_]) -> Codes:
        """The cells of each series from the first that is there to the last month."""
        return np.flatnonzero(np.logical_or.accumulate(there.reshape(len(self.series), self.months), axis=1))

    def keys(self, cells: Codes) -> dict[int, pd.Series]:
        """The words of each key at cells, by its position; the month labels come last, at -1."""
        series, month = np.divmod(cells, max(self.months, 1))
        columns = {place: words_at(words, self.series[series, place]) for place, words in enumerate(self.words)}
        return columns | {-1: month_labels(month + self.first)}


def series_grid(frames: Sequence[pd.DataFrame], months: Sequence[Codes], keys: Sequence[str], *, last: int) -> SeriesGrid:
    """The grid of all series in the frames, from their first month to `last`.

    Args:
        frames: long frames that have the keys; rows later than `last` or undated belong to no cell.
        months: month numbers of each frame's rows.
        keys: columns that name a series; no cell is empty.
        last: month number of the last month.

    Returns:
        SeriesGrid.
    """
    inside = [(number != UNDATED) & (number <= last) for number in months]
    first = min((int(number[keep].min()) for number, keep in zip(months, inside, strict=True) if keep.any()), default=last + 1)
    words, codes = zip(*(joint_codes([frame[key] for frame in frames]) for key in keys), strict=True)
    widths = [max(len(known), 1) for known in words]
    numbers = [_combined([parts[place] for parts in codes], widths) for place in range(len(frames))]
    most = int(np.prod(widths, dtype=np.int64))
    every = [bool(keep.all()) for keep in inside]
    listed, places = _listed(
        [number if all_in else number[keep] for number, keep, all_in in zip(numbers, inside, every, strict=True)], most
    )
    del numbers
    span = last - first + 1
    kind = np.int32 if len(listed) * span < 1 << 31 else np.int64
    rows: list[Codes] = []
    for place, keep, month, all_in in zip(places, inside, months, every, strict=True):
        within: Codes = place.astype(kind)
        within *= span
        within += month if all_in else month[keep]
        within -= first
        cells: Codes = within if all_in else np.full(len(month), -1, kind)
        if not all_in:
            cells[keep] = within
        rows.append(cells)
    series = np.stack(np.unravel_index(listed, widths), axis=1) if len(listed) else np.zeros((0, len(keys)), np.int64)
    return SeriesGrid(tuple(words), series, first, span, tuple(rows))


def _combined(codes: Sequence[Codes], widths: Sequence[int]) -> Codes:
    """One number per row for its codes, the first the most important."""
    combined: Codes = np.zeros(len(codes[0]), np.int32 if np.prod(widths, dtype=np.float64) < 1 << 31 else np.int64)
    for code, width in zip(codes, widths, strict=True):
        combined *= width
        combined += code
    return combined


def by_month(lines: pd.DataFrame, month: str, keys: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Long lines summed by series and calendar month: what rules need that look at months, at a fraction of the rows.

    Args:
        lines: long frame.
        month: its column of days; undated lines are left out.
        keys: columns that name a series; no cell is empty.
        measures: columns that are summed; one of which nothing is known stays empty.

    Returns:
        Frame month (its first day), keys (categories), measures, sorted by keys and month; only months with a line.
    """
    numbers = month_numbers(lines[month])
    grid = series_grid([lines], [numbers], keys, last=int(numbers.max(initial=0)))
    cells = np.flatnonzero(grid.sums(0))
    series, step = np.divmod(cells, max(grid.months, 1))
    days = (step + (grid.first - EPOCH)).astype("datetime64[M]").astype("datetime64[s]")
    words = {name: categories_at(grid.words[place], grid.series[series, place]) for place, name in enumerate(keys)}
    amounts = {name: lines[name].to_numpy(np.float64) for name in measures}
    sums = {
        name: np.full(len(cells), np.nan) if np.isnan(amount).all() else grid.sums(0, _known(amount))[cells]
        for name, amount in amounts.items()
    }
    return pd.DataFrame({month: days, **words, **sums}, copy=False)


def _known(amounts: Amounts) -> Amounts:
    """Amounts with nothing counted as zero; not copied where all are known."""
    return np.nan_to_num(amounts) if np.isnan(amounts).any() else amounts


def _listed(numbers: Sequence[Codes], most: int) -> tuple[Codes, list[Codes]]:
    """The distinct numbers (each below `most`), sorted, and the place of each given number among them."""
    if most > MOST_COUNTED:
        listed = np.unique(np.concatenate(numbers))
        return listed, [np.searchsorted(listed, number) for number in numbers]
    there = np.zeros(most, bool)
    for number in numbers:
        there[number] = True
    position = (np.cumsum(there) - 1).astype(np.int32)
    return np.flatnonzero(there), [position[number] for number in numbers]
