"""RCCP: what unconstrained demand asks of production, resources and suppliers, before any limit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Requirement:
    """Units that unconstrained demand asks to be made, and what that takes. Where sites are told apart a row is an item at a site."""

    months: list[str]
    resources: pd.Index
    units: Numbers  # row x month
    articles: list[str]  # of each row of the bill of resources
    row: NDArray[np.int64]  # of `units`, of each row of the bill
    resource: NDArray[np.int64]
    hours: Numbers  # standard hours per unit


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


def load_by_overall_factors(units: Numbers, hours_per_unit: Numbers, resource_share: Numbers) -> Numbers:
    """RCCP by overall factors: all hours of a month, split over the resources as their hours were in the past.

    load(r, t) = share(r) x sum over items of units(i, t) x hours(i) (Vollmann, Berry and Whybark, Manufacturing Planning and Control,
    chapter on capacity planning). The roughest way: it needs no bill of resources, and misses every change of mix.

    Args:
        units: one row per item, one column per month.
        hours_per_unit: standard hours over all resources, one per item.
        resource_share: part of all hours, one per resource; they add up to 1.

    Returns:
        Hours, one row per resource, one column per month.
    """
    return np.outer(resource_share, hours_per_unit @ units)


def load_by_resource_profile(
    units: Numbers, item: NDArray[np.int64], resource: NDArray[np.int64], hours: Numbers, *, months_ahead: Numbers, resources: int
) -> Numbers:
    """RCCP by resource profile: the bill of resources with the months that each operation comes before the unit is finished.

    load(r, t) = sum over rows of hours x units(i, t + months ahead) (Vollmann, Berry and Whybark). Units are finished evenly over their
    month: of work that comes a third of a month ahead, a third falls into the month before. What would have to be worked before the first
    month is in no month, and what is finished after the last one is not known: the last months lack it. `resource_hours` is this with
    nothing ahead, the bill of resources.

    Args:
        units: one row per item, one column per month of completion.
        item, resource, hours: the bill of resources, as in `resource_hours`.
        months_ahead: one per row of the bill, zero or more.
        resources: how many resources there are.

    Returns:
        Hours, one row per resource, one column per month.
    """
    needed = np.zeros((resources, units.shape[1]))
    whole = np.floor(months_ahead).astype(np.int64)
    for ahead, part in ((whole, 1 - (months_ahead - whole)), (whole + 1, months_ahead - whole)):
        for months in np.unique(ahead[part > 0]):
            rows = np.flatnonzero((ahead == months) & (part > 0))
            worked = (hours * part)[rows, None] * units[item[rows], months:]
            np.add.at(needed[:, : worked.shape[1]], resource[rows], worked)
    return needed
