"""The levels of a hierarchy and which series each of their nodes adds up; levels may cross, as item and region do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from sopkit.demand.policy import level_keys
from sopkit.demand.series import SERIES, with_family
from sopkit.errors import DataError, Problem

__all__ = ["Hierarchy", "hierarchy_of", "level_keys"]


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Series at the bottom, and the nodes of the levels above them."""

    bottom: pd.DataFrame  # item, region, channel, family; one row per series, sorted
    nodes: pd.DataFrame  # level, node (its codes, joined by ` x `); in the order of the levels
    sums: sparse.csr_array  # (nodes, series): 1 where a node adds up a series

    @property
    def levels(self) -> list[str]:
        """Names of the levels above the bottom."""
        return list(dict.fromkeys(self.nodes["level"]))


def hierarchy_of(series: pd.DataFrame, items: pd.DataFrame, levels: Sequence[str]) -> Hierarchy:
    """The hierarchy of some series.

    Args:
        series: item, region, channel; one row per series, in any order.
        items: items contract: the family of each item.
        levels: names such as `total`, `family`, `item x region`; the bottom (item x region x channel) is always there.

    Raises:
        DataError: a series twice, or items without a family.
        ParamsError: a level that is not known.
    """
    bottom = with_family(series[SERIES].sort_values(SERIES, ignore_index=True), items)
    if (twice := bottom.duplicated(SERIES)).any():
        problems = [Problem(f"series {tuple(row)}", "twice", "one row per series") for row in bottom.loc[twice, SERIES].to_numpy()]
        raise DataError("series that cannot be added up", problems)
    parts = [_level(bottom, name) for name in levels]
    nodes = pd.concat([nodes for nodes, _ in parts], ignore_index=True) if parts else pd.DataFrame({"level": [], "node": []}, dtype="str")
    sums = sparse.vstack([rows for _, rows in parts], format="csr") if parts else sparse.csr_array((0, len(bottom)))
    return Hierarchy(bottom, nodes, sparse.csr_array(sums))


def group_codes(bottom: pd.DataFrame, keys: Sequence[str]) -> tuple[np.ndarray, pd.Index]:
    """Which group of `keys` each row belongs to (int, rows), and the groups' labels, sorted; one group where there are no keys."""
    if not keys:
        return np.zeros(len(bottom), dtype=np.int64), pd.Index(["*"], dtype="str")
    parts = [pd.factorize(bottom[key], sort=True) for key in keys]
    flat = np.zeros(len(bottom), dtype=np.int64)
    for codes, labels in parts:
        flat = flat * len(labels) + codes
    groups, codes = np.unique(flat, return_inverse=True)
    first = pd.Series(np.arange(len(bottom))).groupby(codes).first().to_numpy()
    labels = [" x ".join(row) for row in bottom[list(keys)].iloc[first].astype("str").itertuples(index=False)]
    return codes, pd.Index(labels, dtype="str")


def _level(bottom: pd.DataFrame, name: str) -> tuple[pd.DataFrame, sparse.csr_array]:
    """Nodes of a level, and the series that each adds up."""
    codes, labels = group_codes(bottom, level_keys(name))
    rows = sparse.csr_array((np.ones(len(bottom)), (codes, np.arange(len(bottom)))), shape=(len(labels), len(bottom)))
    return pd.DataFrame({"level": pd.Series(name, index=range(len(labels)), dtype="str"), "node": labels}), rows
