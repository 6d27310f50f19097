"""RCCP: what unconstrained demand asks of production, resources and suppliers, before any limit."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def production_requirement(demand: Numbers, target: Numbers, opening_stock: Numbers, receipts: Numbers, ordered: Numbers) -> Numbers:
    """Units that must be made each month so that all demand ships in its month and the stock target is met.

    make(t) = max(0, demand(t) + target(t) - stock(t - 1) - receipts(t), ordered(t))
    stock(t) = stock(t - 1) + receipts(t) + make(t) - demand(t)

    Lot for lot and in the month of need, floored at zero, the stock that really results carried on (docs/glossary.md, production forecast).
    A stock below zero is owed and is made first.

    Args:
        demand, target, receipts: units, one row per item, one column per month; receipts are bought goods on order.
        opening_stock: units, one per item.
        ordered: units of production that is firm already, same shape as demand.

    Returns:
        Units, same shape as demand.
    """
    made = np.zeros(demand.shape)
    stock = opening_stock.astype(float)
    for month in range(demand.shape[1]):
        wanted = demand[:, month] + target[:, month] - stock - receipts[:, month]
        made[:, month] = np.maximum(np.maximum(wanted, 0.0), ordered[:, month])
        stock = stock + receipts[:, month] + made[:, month] - demand[:, month]
    return made


def resource_hours(units: Numbers, item: NDArray[np.int64], resource: NDArray[np.int64], hours: Numbers, resources: int) -> Numbers:
    """Standard hours by resource and month that making `units` takes.

    Args:
        units: one row per item, one column per month.
        item, resource, hours: the bill of resources: row of `units`, number of the resource, standard hours per unit.
        resources: how many resources there are.

    Returns:
        Hours, one row per resource, one column per month.
    """
    needed = np.zeros((resources, units.shape[1]))
    np.add.at(needed, resource, hours[:, None] * units[item])
    return needed


def load_by_month(resource_load: pd.DataFrame) -> pd.DataFrame:
    """RCCP as a table to look at: required / demonstrated hours, resources down, months across; empty where a resource is closed.

    Args:
        resource_load: by contract.

    Returns:
        Ratios, one row per resource, one column per month, the resource with the highest load first.
    """
    ratios = resource_load.pivot(index="resource", columns="period", values="load_ratio")
    order = ratios.max(axis=1).sort_values(ascending=False, kind="stable").index
    return ratios.loc[order]
