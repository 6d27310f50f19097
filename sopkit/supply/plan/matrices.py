"""From long frames to matrices: rows by name, columns by month."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.periods import first_day

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


def places(names: pd.Index | list[str], wanted: pd.Index | pd.Series | list[str]) -> Places:
    """The row number of each wanted name, -1 where it is none of `names`."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)), dtype=np.int64)


def month_matrix(frame: pd.DataFrame, rows: pd.Index, months: list[str], key: str, value: str) -> Numbers:
    """`value` summed by `key` and period on rows x months; 0 where the frame has none; periods outside are left out."""
    matrix = np.zeros((len(rows), len(months)))
    if frame.empty:
        return matrix
    inside = frame[frame["period"].isin(months) & frame[key].isin(rows)]
    np.add.at(matrix, (places(rows, inside[key]), places(months, inside["period"])), inside[value].to_numpy(float))
    return matrix


def where_told(
    frame: pd.DataFrame, rows: pd.Index, months: list[str], column: str, otherwise: Numbers, *, key: str = "resource"
) -> Numbers:
    """A column by `key` and period on rows x months where it says something; elsewhere `otherwise`, which broadcasts."""
    matrix = np.array(np.broadcast_to(otherwise, (len(rows), len(months))), dtype=float)
    told = frame[frame[column].notna()]
    if told.empty:
        return matrix
    told = told[told["period"].isin(months) & told[key].isin(rows)]
    matrix[places(rows, told[key]), places(months, told["period"])] = told[column].to_numpy(float)
    return matrix


def in_force(frame: pd.DataFrame, names: pd.Index, months: list[str], columns: list[str]) -> Numbers:
    """Dated values by column, item and month: the last valid on its first day, or the first ever where all are later; nan where none."""
    values = np.full((len(columns), len(names), len(months)), np.nan)
    starts = np.array([np.datetime64(first_day(month)) for month in months])
    dated = frame.sort_values(["item", "valid_from"])
    row, since, told = places(names, dated["item"]), dated["valid_from"].to_numpy("datetime64[D]"), dated[columns].to_numpy(float)
    for item in np.unique(row[row >= 0]):
        own = np.flatnonzero(row == item)
        at = np.searchsorted(since[own], starts, side="right") - 1
        values[:, item, :] = told[own[np.maximum(at, 0)]].T
    return values
