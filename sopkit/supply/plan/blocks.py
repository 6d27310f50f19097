"""Which item each variable of the plan belongs to: the blocks of a price decomposition."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sopkit.supply.lp import Grid
from sopkit.supply.plan.model import PlanModel
from sopkit.supply.plan.situation import Situation

BY_PLACE = ("production", "subcontract", "band", "stock", "setup", "lots", "short_of_least")
BY_CELL = ("late", "lost", "backlog")


def item_blocks(situation: Situation, model: PlanModel) -> NDArray[np.int64]:
    """Number of the block that each variable of the plan belongs to; -1: it is shared (work, people, bought components).

    A block is an item with all its places, and with what goes into it where that is an item too.

    Args:
        situation: what the plan depends on.
        model: its model.
    """
    from scipy.sparse import csgraph  # dear to import

    choices, sites = model.choices, situation.sites
    block = np.full(model.lp.width, -1, dtype=np.int64)
    for names, item in ((BY_PLACE, sites.item), (BY_CELL, sites.item[situation.cells.item])):
        for name in names:
            _put(block, getattr(choices, name), item)
    _put(block, choices.detour, sites.item[situation.lines.detours.item])
    _put(block, choices.sent, sites.item[situation.sites.lanes.origin])
    for grid in (choices.more, choices.less):
        _put(block, grid, np.arange(len(sites.items)))
    into = situation.materials
    ends = (sites.item[into.component], sites.item[into.parent])
    joined = sparse.coo_matrix((np.ones(len(ends[0])), ends), shape=(len(sites.items), len(sites.items)))
    _, together = csgraph.connected_components(joined, directed=False)
    _, numbered = np.unique(together[block[block >= 0]], return_inverse=True)  # items without a variable have no block
    block[block >= 0] = numbered
    return block


def _put(block: NDArray[np.int64], grid: Grid, item: NDArray[np.int64]) -> None:
    rows = np.broadcast_to(np.asarray(item)[:, None], grid.at.shape)
    there = grid.at >= 0
    block[grid.at[there]] = rows[there]
