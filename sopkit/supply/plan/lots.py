"""Lots and setups: what is made in a month is made at all, in at least so many, in multiples."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.matrices import Numbers, Places, in_force, places
from sopkit.supply.plan.means import Lines

COLUMNS = ["setup_cost", "setup_hours", "minimum_lot", "maximum_lot", "lot_multiple"]


@dataclass(frozen=True)
class Lots:
    """Setups and lots by item and month; only `maximum` counts for items whose lots are not planned."""

    planned: NDArray[np.bool_]  # item: its setups and lots are whole decisions
    setup_cost: Numbers
    minimum: Numbers  # 0 where there is none
    maximum: Numbers  # inf where there is none
    multiple: Numbers  # 0 where any quantity can be made
    setup_item: Places  # hours of a setup: one row per item and resource
    setup_resource: Places
    setup_hours: Numbers  # by row and month

    @property
    def set_up(self) -> NDArray[np.bool_]:
        """Item and month whose setup is a decision of its own."""
        return self.planned[:, None] & ((self.setup_cost > 0) | (self.minimum > 0) | self._takes_hours())

    def _takes_hours(self) -> NDArray[np.bool_]:
        taking = np.zeros(self.setup_cost.shape, dtype=bool)
        np.logical_or.at(taking, self.setup_item, self.setup_hours > 0)
        return taking


def lots_of(
    lot_sizes: pd.DataFrame, lines: Lines, family: NDArray[np.object_], names: pd.Index, months: list[str], planned_for: tuple[str, ...]
) -> Lots:
    """Lots of the planned items.

    Args:
        lot_sizes: by contract.
        lines: resources and the bill of resources, whose hours a setup takes.
        family: by item.
        names: the planned items.
        months: the planned months.
        planned_for: families whose lots are whole decisions, `*` = all.
    """
    cost, hours, minimum, maximum, multiple = in_force(lot_sizes, names, months, COLUMNS)
    told = np.isin(np.arange(len(names)), places(names, lot_sizes["item"]))
    planned = told & (np.isin(family, planned_for) | ("*" in planned_for))
    on = lot_sizes.drop_duplicates("item").set_index("item")["resource"].reindex(names[lines.bill_item]).to_numpy(object)
    mine = planned[lines.bill_item] & (pd.isna(on) | (on == np.asarray(lines.names, dtype=object)[lines.bill_resource]))
    item = lines.bill_item[mine]
    return Lots(
        planned,
        np.nan_to_num(cost),
        np.nan_to_num(minimum),
        np.where(np.isnan(maximum), np.inf, maximum),
        np.nan_to_num(multiple),
        item,
        lines.bill_resource[mine],
        np.nan_to_num(hours)[item],
    )
