"""What is agreed with suppliers, month by month: limits, prices by quantity, least quantities, smallest orders."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.periods import first_day
from sopkit.supply.plan.matrices import Numbers, Places

OPEN_END = np.datetime64("9999-12-31", "D")
TERMS = ("price", "monthly_limit", "least_quantity", "minimum_order")


@dataclass(frozen=True)
class PriceSteps:
    """Prices that change beyond a quantity of the month: one row per source, contract and step after the first."""

    source: Places
    beyond: Numbers  # components a month
    change: Numbers  # price of the step less that of the step before
    there: NDArray[np.bool_]  # row, month: the contract is in force
    whole: NDArray[np.bool_]  # the price falls: whether the step is reached is a whole decision
    all_units: NDArray[np.bool_]  # once it is reached its price counts for all components of the month, not only those beyond

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Number of the row and of its source: what the model calls them."""
        return [(f"step {row}", f"source {source}") for row, source in enumerate(self.source)]


@dataclass(frozen=True)
class Agreements:
    """Terms by source and month: those of the contract in force, else of supplier_items; outside its contracts a source gives nothing."""

    limit: Numbers  # inf where none is agreed
    price: Numbers  # of the first step; nan where none is known
    least: Numbers
    minimum: Numbers  # components of a month in which anything is ordered; 0 where none is agreed
    steps: PriceSteps
    told: NDArray[np.bool_]  # sources that have a limit or a contract


def agreements_of(contracts: pd.DataFrame, sources: pd.DataFrame, months: list[str]) -> Agreements:
    """Terms of the sources.

    Args:
        contracts: supplier_contracts.
        sources: one row per source: supplier, component, monthly_limit, component_price of supplier_items.
        months: the planned months.
    """
    shape = (len(sources), len(months))
    limit, price = (
        np.repeat(sources[name].astype(float).to_numpy()[:, None], len(months), axis=1) for name in ("monthly_limit", "component_price")
    )
    limit, least, minimum = np.where(np.isnan(limit), np.inf, limit), np.zeros(shape), np.zeros(shape)
    place = {(supplier, component): row for row, (supplier, component) in enumerate(_keys(sources))}
    inside = contracts[np.array([key in place for key in _keys(contracts)], dtype=bool)].sort_values(
        ["supplier", "component", "valid_from", "from_quantity"]
    )
    row = np.array([place[key] for key in _keys(inside)], dtype=np.int64)
    there = months_in_force(inside, months)
    limit[row, :] = 0.0
    for position in range(len(inside)):
        terms = inside.iloc[position][list(TERMS)].astype(float)
        if inside["from_quantity"].iloc[position] > 0:
            continue
        at = (row[position], there[position])
        limit[at] = np.inf if np.isnan(terms["monthly_limit"]) else terms["monthly_limit"]
        least[at], minimum[at] = np.nan_to_num(terms["least_quantity"]), np.nan_to_num(terms["minimum_order"])
        if not np.isnan(terms["price"]):
            price[at] = terms["price"]
    told = np.isfinite(limit).any(axis=1) | np.isin(np.arange(len(sources)), row)
    return Agreements(limit, price, least, minimum, _steps(inside, row, there), told)


def _keys(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["supplier"], frame["component"], strict=True))


def months_in_force(contracts: pd.DataFrame, months: list[str]) -> NDArray[np.bool_]:
    """Row x month: the month's first day lies within the contract."""
    starts = np.array([np.datetime64(first_day(month), "D") for month in months])
    since = contracts["valid_from"].to_numpy("datetime64[D]")
    until = contracts["valid_to"].to_numpy("datetime64[D]")
    until = np.where(np.isnat(until), OPEN_END, until)
    return (starts[None, :] >= since[:, None]) & (starts[None, :] <= until[:, None])


def _steps(inside: pd.DataFrame, row: Places, there: NDArray[np.bool_]) -> PriceSteps:
    """Rows after the first of each contract, with what their price changes."""
    before = inside.groupby(["supplier", "component", "valid_from"])["price"].shift() if len(inside) else inside["price"]
    change = (inside["price"].astype(float) - before.astype(float)).to_numpy()
    after = (inside["from_quantity"].to_numpy(float) > 0) & ~np.isnan(change)
    all_units = inside["price_holds_for"].eq("all").fillna(False).to_numpy(bool)
    return PriceSteps(
        row[after], inside["from_quantity"].to_numpy(float)[after], change[after], there[after], change[after] < 0, all_units[after]
    )
