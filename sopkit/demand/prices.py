"""Net prices of the plan: the dated price list where there is one, else what the item has earned."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, SERIES, month_numbers
from sopkit.errors import DataError, Problem

WILDCARDS = (("region", "channel"), ("region",), ("channel",), ())  # keys compared: the most exact price first
ANY = "*"
MONTHS = 12  # span of the mean net price


def net_prices(prices: pd.DataFrame, history: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """The net price of each item, region, channel and month.

    The dated price that is in force on the first day of the month, the most exact row first (region and channel, region, channel,
    `*`); else revenue / units invoiced over the last twelve months of the series, then of the item, then over the item's whole history.

    Args:
        prices: prices contract (money per unit); empty where there is no price list.
        history: demand_history contract.
        keys: item, region, channel, period; other columns are left out.

    Returns:
        item, region, channel, period, net_price (money per unit), price_source, in the order and with the index of `keys`.

    Raises:
        DataError: items that have neither a price nor sales.
    """
    month = month_numbers(keys["period"])
    number = month_numbers(history["period"])
    recent = history[number > number.max(initial=0) - MONTHS]
    found = [("price list", _dated(prices, keys, month, compared)) for compared in WILDCARDS]
    found += [
        ("mean of twelve months", _earned(recent, keys, SERIES)),
        ("mean of twelve months, all regions and channels", _earned(recent, keys, ["item"])),
        ("mean of all history", _earned(history, keys, ["item"])),
    ]
    candidates = np.stack([price for _, price in found])
    best = (~np.isnan(candidates)).argmax(axis=0)
    price = candidates[best, np.arange(len(keys))]
    _check_priced(keys, price)
    names = np.array([name for name, _ in found], dtype=object)
    return keys[CELLS].assign(net_price=price, price_source=pd.Series(names[best], index=keys.index, dtype="str"))


def price_list(prices: pd.DataFrame, keys: pd.DataFrame) -> np.ndarray:
    """The dated price in force on the first day of each month, the most exact row first; NaN where none is listed: (rows,).

    Args:
        prices: prices contract (money per unit).
        keys: item, region, channel, period.
    """
    month = month_numbers(keys["period"])
    found = np.full(len(keys), np.nan)
    for compared in WILDCARDS:
        found = np.where(np.isnan(found), _dated(prices, keys, month, compared), found)
    return found


def _dated(prices: pd.DataFrame, keys: pd.DataFrame, month: np.ndarray, compared: tuple[str, ...]) -> np.ndarray:
    """Prices in force on the first of the month, from the rows whose other keys are `*`."""
    exact = np.ones(len(prices), dtype=bool)
    for key in ("region", "channel"):
        exact = exact & ((prices[key] != ANY) if key in compared else (prices[key] == ANY)).to_numpy(dtype=bool)
    listed = prices[exact]
    if listed.empty or keys.empty:
        return np.full(len(keys), np.nan)
    by = ["item", *compared]
    valid = pd.DatetimeIndex(listed["valid_from"])
    first_month = (valid.year * 12 + valid.month - 1 + (valid.day > 1)).astype("int64")
    listed = listed[by].astype("str").assign(month=first_month.to_numpy(), net_price=listed["net_price"], valid_from=valid)
    wanted = keys[by].astype("str").assign(month=month, row=np.arange(len(keys)))
    met = pd.merge_asof(
        wanted.sort_values(["month", "row"]), listed.sort_values(["valid_from"]).sort_values("month", kind="stable"), on="month", by=by
    )
    return met.sort_values("row")["net_price"].to_numpy(dtype=float)


def _earned(history: pd.DataFrame, keys: pd.DataFrame, level: list[str]) -> np.ndarray:
    """Mean net price = revenue / units invoiced at a level; NaN where it is not positive."""
    sums = history.groupby(level, sort=True)[["revenue", "sold_quantity"]].sum()
    mean = (sums["revenue"] / sums["sold_quantity"]).where((sums["sold_quantity"] > 0) & (sums["revenue"] > 0))
    wanted = pd.MultiIndex.from_frame(keys[level]) if len(level) > 1 else pd.Index(keys[level[0]])
    return mean.reindex(wanted).to_numpy(dtype=float)


def _check_priced(keys: pd.DataFrame, price: np.ndarray) -> None:
    unpriced = sorted(set(keys.loc[np.isnan(price), "item"]))
    if unpriced:
        hint = "Add a row to prices, with `*` as region and channel where it holds everywhere."
        problems = [Problem(f"prices, item {item}", "no price and no sales", "a dated net price", hint) for item in unpriced]
        raise DataError("the plan cannot be valued", problems)
