"""From long frames to matrices: rows by name, columns by month."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


def places(names: pd.Index | list[str], wanted: pd.Index | pd.Series | list[str]) -> Places:
    """The row number of each wanted name, -1 where it is none of `names`."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)), dtype=np.int64)


def month_matrix(frame: pd.DataFrame, rows: pd.Index, months: list[str], key: str, value: str) -> Numbers:
    """`value` summed by `key` and period on rows x months; 0 where the frame has none; periods outside are left out."""
    inside = frame[frame["period"].isin(months) & frame[key].isin(rows)]
    matrix = np.zeros((len(rows), len(months)))
    np.add.at(matrix, (places(rows, inside[key]), places(months, inside["period"])), inside[value].to_numpy(float))
    return matrix
