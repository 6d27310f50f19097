"""Columns and keys that keep their contract as they stand, told from their arrays at once.

Nearly every frame that crosses the disk does. What is not plainly kept is left to `conform`, which converts it or says why it cannot.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import ExtensionArray

from sopkit.data.contracts.column import Column

MONTH_PATTERN = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"
Cells: TypeAlias = np.ndarray | ExtensionArray


def kept_cells(cells: pd.Series, column: Column) -> Cells | None:
    """The cells as the column promises them, numbers rounded; None where they are of another type or break a rule.

    Args:
        cells: of one column.
        column: what it promises.
    """
    if column.kind == "number":
        return _kept_numbers(cells, column)
    if column.kind == "whole":
        return _kept_counts(cells, column)
    if column.kind == "day":
        return _kept_days(cells, column)
    if column.kind == "flag":
        return cells.array if cells.dtype == ("bool" if column.required else "boolean") else None
    return _kept_words(cells, column)


def in_order(frame: pd.DataFrame, key: Sequence[str]) -> bool:
    """Whether the rows stand in the order of their key, each key once: then there is nothing to sort and none comes twice.

    Row i comes before row i + 1 where the first key column in which they differ rises.
    """
    if len(frame) < 2:
        return True
    rises, same = np.zeros(len(frame) - 1, dtype=bool), np.ones(len(frame) - 1, dtype=bool)
    for name in key:
        before, after = _neighbours(frame[name])
        if before is None or after is None:
            return False
        rises |= same & _truths(pc.less(before, after))
        same &= _truths(pc.equal(before, after))
    return bool(rises.all())


def _kept_numbers(cells: pd.Series, column: Column) -> Cells | None:
    if not isinstance(cells.dtype, np.dtype) or cells.dtype.kind not in "fi":
        return None
    values = cells.to_numpy(dtype="float64")
    if not _within(values, column):
        return None
    if np.isinf(values).any() or (column.required and np.isnan(values).any()):
        return None
    return values.round(column.decimals) + 0.0  # + 0.0: no minus zero on disk


def _kept_counts(cells: pd.Series, column: Column) -> Cells | None:
    if cells.dtype != ("int64" if column.required else "Int64"):
        return None
    values = cells.to_numpy() if column.required else cells.to_numpy(dtype="float64", na_value=np.nan)
    return cells.array if _within(values, column) else None


def _within(values: np.ndarray, column: Column) -> bool:
    """Whether no number lies beyond the column's bounds; an unknown one lies beyond none."""
    low = column.least is not None and bool((values < column.least).any())
    return not low and not (column.most is not None and bool((values > column.most).any()))


def _kept_days(cells: pd.Series, column: Column) -> Cells | None:
    if not isinstance(cells.dtype, np.dtype) or cells.dtype.kind != "M":
        return None
    days = cells.to_numpy()
    unknown = np.isnat(days)
    if column.required and unknown.any() or not (unknown | (days.astype("datetime64[D]") == days)).all():
        return None
    return days.astype("datetime64[s]")


def _kept_words(cells: pd.Series, column: Column) -> Cells | None:
    if (words := _arrow(cells)) is None or column.required and (words.null_count or pc.any(pc.equal(words, "")).as_py()):
        return None
    if column.kind in ("choice", "period"):
        found = pc.unique(words).drop_null()
        known = pc.is_in(found, pa.array(column.choices, found.type)) if column.kind == "choice" else _are_months(found)
        if len(found) and not pc.all(known).as_py():
            return None
    return cells.array


def _are_months(words: pa.Array) -> pa.Array:
    return pc.match_substring_regex(words, MONTH_PATTERN)


def _neighbours(cells: pd.Series) -> tuple[object, object]:
    """A column without its last and without its first cell, to compare; None where it is of a kind that is not compared here."""
    if isinstance(cells.dtype, np.dtype):
        values = cells.to_numpy()
        return (values[:-1], values[1:]) if values.dtype.kind in "iM" and not pd.isna(values).any() else (None, None)
    words = _arrow(cells)
    if words is None or words.null_count:
        return None, None
    whole = words.combine_chunks()
    return whole.slice(0, len(whole) - 1), whole.slice(1)


def _arrow(cells: pd.Series) -> pa.ChunkedArray | None:
    """The words of a column of pandas' `str`, as Arrow holds them; None where it is another kind of column."""
    if cells.dtype != "str" or not hasattr(cells.array, "__arrow_array__"):
        return None
    words = cells.array.__arrow_array__()
    return words if isinstance(words, pa.ChunkedArray) else pa.chunked_array([words])


def _truths(compared: object) -> np.ndarray:
    if isinstance(compared, pa.ChunkedArray):
        compared = compared.combine_chunks()
    return np.asarray(compared.to_numpy(zero_copy_only=False) if isinstance(compared, pa.Array) else compared)
