"""Months and series of long frames as numbers: what sums a million lines by month without comparing a text twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sopkit.periods import month_label, month_number

EPOCH = 1970 * 12  # month number of 1970-01, from which numpy counts
UNDATED = -(1 << 40)  # month number of an empty cell: before every month
MOST_COUNTED = 1 << 24  # possible series up to which a mark for each is cheaper than sorting
DAY = 86_400  # seconds
Codes = npt.NDArray[np.int64]
Amounts = npt.NDArray[np.float64]


def month_numbers(cells: pd.Series) -> Codes:
    """Month number of each date or month label (`sopkit.periods`); UNDATED where the cell is empty."""
    if pd.api.types.is_datetime64_dtype(cells.dtype):
        return _months_of_days(cells.to_numpy())
    words, codes = coded(cells)
    known = np.array([month_number(word) for word in words] + [UNDATED], np.int64)
    return known[codes]


def _months_of_days(times: npt.NDArray[np.datetime64]) -> Codes:
    """Month number of each time, by a table of the days that occur."""
    undated = np.isnat(times)
    if undated.any():
        numbers = np.full(len(times), UNDATED, np.int64)
        numbers[~undated] = _months_of_days(times[~undated])
        return numbers
    days = times.astype("datetime64[s]").astype(np.int64) // DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    if last - first > MOST_COUNTED:
        return times.astype("datetime64[M]").astype(np.int64) + EPOCH
    months = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + EPOCH
    return months[days - first]


def month_labels(numbers: Codes) -> pd.Series:
    """Month labels of month numbers; empty where undated."""
    known = numbers[numbers != UNDATED]
    first = int(known.min()) if len(known) else 0
    last = int(known.max()) if len(known) else 0
    labels = [month_label(number) for number in range(first, last + 1)]
    return words_at(labels, np.where(numbers == UNDATED, -1, numbers - first))


def coded(cells: pd.Series) -> tuple[list[str], Codes]:
    """The distinct words of a text column, sorted, and which of them stands in each row; -1 where the cell is empty."""
    texts = pa.array(cells.array, from_pandas=True)
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = (whole if pa.types.is_large_string(whole.type) else whole.cast(pa.large_string())).dictionary_encode()
    words = encoded.dictionary.to_pylist()
    order = sorted(range(len(words)), key=words.__getitem__)
    ranks = np.empty(len(words) + 1, np.int64)
    ranks[order], ranks[-1] = np.arange(len(words)), -1
    return [words[place] for place in order], ranks[encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]


def words_at(words: Sequence[str], codes: Codes) -> pd.Series:
    """A text column from its distinct words; empty where the code is -1."""
    missing = codes < 0
    places = pa.array(codes.astype(np.int32), mask=missing if missing.any() else None)
    texts = pa.DictionaryArray.from_arrays(places, pa.array(list(words), pa.large_string())).dictionary_decode()
    return pd.Series(pd.array(texts, dtype="str"))


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
        cells = self.rows[frame]
        inside = cells >= 0
        if not inside.all():
            cells, amounts = cells[inside], None if amounts is None else amounts[inside]
        return np.bincount(cells, amounts, self.size).astype(np.float64)

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
    words, codes = zip(*(_joint_codes(frames, key) for key in keys), strict=True)
    widths = [max(len(known), 1) for known in words]
    numbers = [np.ravel_multi_index(tuple(parts[place] for parts in codes), widths) if len(frame) else np.zeros(0, np.int64)
               for place, frame in enumerate(frames)]  # fmt: skip
    listed, places = _listed([number[keep] for number, keep in zip(numbers, inside, strict=True)], int(np.prod(widths, dtype=np.int64)))
    span = last - first + 1
    rows = []
    for place, keep, month in zip(places, inside, months, strict=True):
        cells = np.full(len(month), -1, np.int64)
        cells[keep] = place * span + (month[keep] - first)
        rows.append(cells)
    series = np.stack(np.unravel_index(listed, widths), axis=1) if len(listed) else np.zeros((0, len(keys)), np.int64)
    return SeriesGrid(tuple(words), series, first, span, tuple(rows))


def _joint_codes(frames: Sequence[pd.DataFrame], key: str) -> tuple[list[str], tuple[Codes, ...]]:
    """The sorted words of a key over all frames, and each frame's codes into them."""
    single = [coded(frame[key]) for frame in frames]
    words = sorted({word for known, _ in single for word in known})
    place = {word: number for number, word in enumerate(words)}
    return words, tuple(np.array([place[word] for word in known] or [0], np.int64)[codes] for known, codes in single)


def _listed(numbers: Sequence[Codes], most: int) -> tuple[Codes, list[Codes]]:
    """The distinct numbers (each below `most`), sorted, and the place of each given number among them."""
    if most > MOST_COUNTED:
        listed = np.unique(np.concatenate(numbers))
        return listed, [np.searchsorted(listed, number) for number in numbers]
    there = np.zeros(most, bool)
    for number in numbers:
        there[number] = True
    position = np.cumsum(there) - 1
    return np.flatnonzero(there), [position[number] for number in numbers]
