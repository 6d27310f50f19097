"""Whole units: quantities rounded by largest remainder through the levels, so that every sum is a sum of whole units."""

import numpy as np
import pandas as pd

from sopkit.demand.hierarchy.levels import group_codes
from sopkit.demand.series import CELLS, SERIES, with_family

THROUGH = ((), ("family",), ("item",), ("item", "region"), tuple(SERIES))  # each level lies inside the one before it
NEARLY = 1e-6  # units: closer to a whole number is a whole number, the decimals that tables keep


def whole_units(values: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """Quantities in whole units, each node of each level at its value rounded up or down.

    Month by month and level by level: a node's units are handed to its children as their whole parts, and what is left over one by
    one to the children with the largest remainder (Hamilton's method), to which is added what they are owed from earlier months, so that
    0.3 a month becomes three units in ten months and not none. Whole numbers stay as they are.

    Args:
        values: units (series, months), at least 0.
        groups: the group of each series (int, series), coarsest level first, each inside the one before; the last tells series apart.

    Returns:
        Whole numbers (series, months) as float.
    """
    levels = [np.unique(codes, return_index=True, return_inverse=True) for codes in groups]
    owed = [np.zeros(len(labels)) for labels, _, _ in levels]
    result = np.empty_like(values, dtype=float)
    for month in range(values.shape[1]):
        target = np.full(1, np.inf)
        for place, (labels, first, codes) in enumerate(levels):
            value = np.bincount(codes, weights=values[:, month], minlength=len(labels))
            parent = levels[place - 1][2][first] if place else np.zeros(len(labels), dtype=np.int64)
            target = _apportioned(value, owed[place], parent, target) if place else _nearest(value, owed[place])
            owed[place] = owed[place] + value - target
        result[:, month] = target[levels[-1][2]]
    return result


def whole_cells(cells: pd.DataFrame, column: str, items: pd.DataFrame) -> pd.Series:
    """A column of item x region x channel x month in whole units, rounded through total, family, item and item x region.

    Args:
        cells: item, region, channel, period and the column, units at least 0; one row per series and month, in any order.
        column: what is rounded.
        items: items contract: families.

    Returns:
        Whole units, in the order and with the index of `cells`; a series without a row in a month has none.
    """
    table = with_family(cells[[*CELLS, column]], items)
    row, _ = group_codes(table, SERIES)
    month, periods = pd.factorize(table["period"], sort=True)
    series = table.assign(row=row).drop_duplicates("row").sort_values("row", ignore_index=True)
    values = np.zeros((len(series), len(periods)))
    values[row, month] = table[column].to_numpy(dtype=float)
    rounded = whole_units(values, [group_codes(series, keys)[0] for keys in THROUGH])
    return pd.Series(rounded[row, month], index=cells.index)


def _nearest(value: np.ndarray, owed: np.ndarray) -> np.ndarray:
    """Whole units of the total: rounded up where its remainder and what is owed make half a unit."""
    whole = np.floor(value + NEARLY)
    part = value - whole
    return whole + ((part > NEARLY) & (part + owed >= 0.5))


def _apportioned(value: np.ndarray, owed: np.ndarray, parent: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Whole units of nodes, which add up to the `target` of their parents."""
    whole = np.floor(value + NEARLY)
    part = value - whole
    left = target - np.bincount(parent, weights=whole, minlength=len(target))
    open_ = np.flatnonzero(part > NEARLY)
    order = open_[np.lexsort((open_, -(part + owed)[open_], parent[open_]))]
    place = np.arange(len(order))
    starts = np.r_[True, parent[order][1:] != parent[order][:-1]] if len(order) else np.empty(0, dtype=bool)
    rank = place - np.maximum.accumulate(np.where(starts, place, 0)) if len(order) else place
    whole[order[rank < left[parent[order]] - 0.5]] += 1
    return whole
