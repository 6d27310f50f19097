"""How near the plan stands still: frozen, slushy and open months by site, what the last plan makes, how far ahead stock may reach."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.matrices import Numbers, Places, month_matrix
from sopkit.supply.plan.sites import Sites
from sopkit.supply.policy import Fence, SupplyPolicy


@dataclass(frozen=True)
class Changes:
    """What the last plan makes, by item (all its places together) and month, and the months of demand that stock may cover."""

    known: NDArray[np.bool_]  # the last plan says something of the item and month
    made: Numbers  # units
    cover: Numbers  # months ahead, by item; inf where nobody limits it


def fences_of(inputs: SupplyInputs, policy: SupplyPolicy, names: pd.Index, months: int) -> tuple[Places, Places]:
    """Frozen and slushy months of each item: of the site where it is made, else of the company.

    What is on order is not known where open orders are not provided: then nothing is frozen.
    """
    usual = Fence(frozen_months=policy.frozen_months)
    fences = [policy.fences.get(site, usual) for site in _sites_of(inputs, names)] if policy.fences else [usual] * len(names)
    frozen = np.array([min(fence.frozen_months, months) if len(inputs.open_orders) else 0 for fence in fences], dtype=np.int64)
    return frozen, np.array([fence.slushy_months for fence in fences], dtype=np.int64)


def _sites_of(inputs: SupplyInputs, names: pd.Index) -> list[str]:
    """Site of each item: its own where places are told apart, else that of the first resource of its bill; empty where none is known."""
    site = inputs.resources.set_index("resource")["site"]
    bill = inputs.bill_of_resources.sort_values(["item", "resource"]).drop_duplicates("item").set_index("item")["resource"].map(site)
    return [name.rsplit(" @ ", 1)[1] if " @ " in name else str(bill.get(name, "")) for name in names]


def changes_of(original: SupplyInputs, inputs: SupplyInputs, sites: Sites, months: list[str]) -> Changes:
    """The last plan and the stock rules of the planned items.

    Args:
        original: the inputs by item.
        inputs: the same told apart by place.
        sites: which item each place belongs to.
        months: the planned months.
    """
    last = original.last_production
    told = last.assign(told=1.0)
    known = month_matrix(told, sites.items, months, "item", "told") > 0
    rules = original.stock_rules.set_index("item").reindex(sites.items)
    cover = rules[["shelf_life_months", "most_cover_months"]].astype(float).min(axis=1).fillna(np.inf).to_numpy()
    return Changes(known, month_matrix(last, sites.items, months, "item", "quantity"), cover)
