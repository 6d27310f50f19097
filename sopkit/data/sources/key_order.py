"""The order of a table's keys: which rows repeat a key, and how the others are sorted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sopkit.data.sources.cells import ParsedCells
from sopkit.data.sources.raw import Mask
from sopkit.data.words import sorted_places

MOST_COMBINED = 1 << 62


class KeyOrder(NamedTuple):
    """Some rows sorted by key, and which of them repeat the key of the row before."""

    order: npt.NDArray[np.integer]  # places of rows
    repeats: Mask  # of the ordered rows

    def first(self, repeated: npt.NDArray[np.int64]) -> npt.NDArray[np.integer]:
        """The place of the first row that has the key of each of some ordered rows."""
        starts = np.flatnonzero(~self.repeats)
        return self.order[starts[np.searchsorted(starts, repeated, side="right") - 1]]


def key_order(columns: Sequence[ParsedCells], good: Mask) -> KeyOrder:
    """The good rows, sorted by the columns of a key as the contract sorts them; equal keys in the order of the file.

    Args:
        columns: the key's columns, the first sorts first.
        good: the rows that count.
    """
    rows = np.flatnonzero(good).astype(np.int32)
    keys = _combined(columns, rows)
    order = sorted_places(keys)
    repeats = np.zeros(len(order), bool)
    repeats[1:] = np.diff(keys[order]) == 0
    return KeyOrder(rows[order], repeats)


def _combined(columns: Sequence[ParsedCells], rows: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """One number per row that sorts as the columns' values do, the first the most important; nothing comes last."""
    combined, span = np.zeros(len(rows), np.int64), 1
    for column in columns:
        distinct, ranks = column.ranked
        width = len(distinct) + 1
        if span * width >= MOST_COMBINED:
            _, combined = np.unique(combined, return_inverse=True)
            span = len(combined)
        combined *= width
        combined += np.where(ranks < 0, np.int64(len(distinct)), ranks)[column.cells.codes[rows]]
        span *= width
    return combined
