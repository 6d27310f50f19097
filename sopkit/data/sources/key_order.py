"""The order of a table's keys: which rows repeat a key, and how the others are sorted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sopkit.data.sources.cells import ParsedCells
from sopkit.data.sources.raw import Mask

MOST_COMBINED = 1 << 62


class KeyOrder(NamedTuple):
    """Some rows sorted by key, and which of them repeat the key of the row before."""

    order: npt.NDArray[np.int64]  # places of rows
    repeats: Mask  # of the ordered rows
    first: npt.NDArray[np.int64]  # place of the first row with the same key, for each ordered row


def key_order(columns: Sequence[ParsedCells], good: Mask) -> KeyOrder:
    """The good rows, sorted by the columns of a key as the contract sorts them; equal keys in the order of the file.

    Args:
        columns: the key's columns, the first sorts first.
        good: the rows that count.
    """
    candidates = np.flatnonzero(good)
    combined, span = _combined(columns, candidates)
    order, keys = _sorted(combined, span)
    repeats = np.zeros(len(order), bool)
    repeats[1:] = keys[1:] == keys[:-1]
    places = candidates[order]
    starts = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(order)))) if len(order) else np.zeros(0, np.int64)
    return KeyOrder(places, repeats, places[starts])


def _sorted(keys: npt.NDArray[np.int64], span: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places that sort the keys (each below `span`), equal ones in their order, and the sorted keys."""
    if (keys[1:] > keys[:-1]).all():
        return np.arange(len(keys)), keys
    bits = len(keys).bit_length()
    if span << bits >= MOST_COMBINED:
        order = np.argsort(keys, kind="stable")
        return order, keys[order]
    packed = np.sort((keys << bits) | np.arange(len(keys)))  # key and place in one number: half the time of an argsort
    return packed & ((1 << bits) - 1), packed >> bits


def _combined(columns: Sequence[ParsedCells], places: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], int]:
    """One number per row that sorts as the columns' values do, the first the most important, and the numbers' span."""
    combined, span = np.zeros(len(places), np.int64), 1
    for column in columns:
        ranks = _ranks(column)
        width = int(ranks.max(initial=0)) + 1
        if span * width >= MOST_COMBINED:
            _, combined = np.unique(combined, return_inverse=True)
            span = len(combined)
        combined *= width
        combined += ranks[column.cells.codes[places]] if len(places) < len(column.cells.codes) else ranks[column.cells.codes]
        span *= width
    return combined, span


def _ranks(column: ParsedCells) -> npt.NDArray[np.int64]:
    """A number per value that sorts as the values do and is equal where they are equal; nothing comes last."""
    values = column.values
    if isinstance(values, pa.Array):
        encoded = values.dictionary_encode()
        words = encoded.dictionary
        rank_of = np.empty(len(words) + 1, np.int64)
        rank_of[pc.array_sort_indices(words).to_numpy()] = np.arange(len(words))
        rank_of[-1] = len(words)
        return rank_of[encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    sortable = values.astype(np.int64) if values.dtype.kind == "M" else np.array(values, np.float64)
    distinct, ranks = np.unique(sortable, return_inverse=True)
    return np.where(column.nothing, len(distinct), ranks)
