"""The bill of materials among planned items: what goes into what, level by level, and when."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.matrices import Numbers, Places, places

MONTH_DAYS = 30


@dataclass(frozen=True)
class Materials:
    """One row per planned item and planned item that goes into it."""

    parent: Places
    component: Places
    quantity: Numbers  # of the component in a unit of the parent, scrap in
    months: Places  # that it is needed before the parent is made

    def used(self, made: Numbers) -> Numbers:
        """Units used by item and month where `made` is made; what is needed before the first month was there before it."""
        used = np.zeros(made.shape)
        for ahead in np.unique(self.months):
            rows = np.flatnonzero(self.months == ahead)
            needed = self.quantity[rows, None] * made[self.parent[rows], ahead:]
            np.add.at(used[:, : made.shape[1] - ahead], self.component[rows], needed)
        return used

    def exploded(self, wanted: Numbers) -> Numbers:
        """`wanted` units by item with what making them asks of the items below, level by level (lead times left out)."""
        whole, level = wanted.copy(), wanted
        for _ in range(len(wanted) if len(self.parent) else 0):
            below = np.zeros(wanted.shape)
            np.add.at(below, self.component, self.quantity * level[self.parent])
            if not below.any():
                break
            whole, level = whole + below, below
        return whole

    def levels(self, items: int) -> list[NDArray[np.int64]]:
        """Items level by level: each after all that it goes into."""
        depth = np.zeros(items, dtype=np.int64)
        for _ in range(items if len(self.parent) else 0):
            before = depth.copy()
            np.maximum.at(depth, self.component, depth[self.parent] + 1)
            if (depth == before).all():
                break
        return [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1)]


def materials_of(bill: pd.DataFrame, names: pd.Index) -> Materials:
    """The rows of the bill whose parent and component are both planned; other components are bought (supplier_items)."""
    inside = bill[bill["parent"].isin(names) & bill["component"].isin(names)].sort_values(["parent", "component"])
    scrap = inside["scrap_share"].astype(float).fillna(0.0).to_numpy()
    offset = inside["offset_days"].astype(float).fillna(0.0).to_numpy()
    return Materials(
        places(names, inside["parent"]),
        places(names, inside["component"]),
        inside["quantity_per_unit"].to_numpy(float) / (1 - scrap),
        (offset // MONTH_DAYS).astype(np.int64),
    )
