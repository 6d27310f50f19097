"""Stock: how much is wanted, and how long what is there will last."""

from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.periods import first_day, last_day, shifted

Numbers = NDArray[np.float64]
YEAR = 12


def days_in(periods: list[str]) -> Numbers:
    """Calendar days of each period."""
    return np.array([(last_day(period) - first_day(period) + timedelta(days=1)).days for period in periods], dtype=float)


def demand_beyond(demand: Numbers, months: int) -> Numbers:
    """Demand with `months` more after the horizon: the same months of the last planned year again, else the mean of the horizon.

    Args:
        demand: units, one row per item, one column per planned month.
        months: how many months to add.

    Returns:
        Units, `months` columns wider.
    """
    planned = demand.shape[1]
    if planned >= YEAR:
        again = demand[:, [planned - YEAR + step % YEAR for step in range(months)]]
    else:
        again = np.repeat(demand.mean(axis=1, keepdims=True), months, axis=1)
    return np.hstack([demand, again])


def safety_stock_target(demand: Numbers, days: Numbers, periods: list[str]) -> Numbers:
    """Stock wanted at each month end: the demand of the `days` calendar days that follow it.

    target(t) = sum over k >= 1 of demand(t + k) x min(1, days left after the months before / days in month t + k)

    Args:
        demand: units, one row per item, one column per planned month.
        days: days of demand wanted in stock, one per item.
        periods: the planned months.

    Returns:
        Units, one row per item, one column per month end.
    """
    reach = int(np.ceil(days.max(initial=0) / 28)) + 1
    ahead = demand_beyond(demand, reach)
    length = days_in([shifted(periods[0], step) for step in range(ahead.shape[1])])
    target = np.zeros(demand.shape)
    left = np.repeat(days[:, None].astype(float), demand.shape[1], axis=1)
    for step in range(1, reach + 1):
        window = slice(step, step + demand.shape[1])
        part = np.minimum(1.0, left / length[window])
        target += part * ahead[:, window]
        left -= part * length[window]
    return target


def forward_cover_days(closing_stock: Numbers, demand: Numbers, periods: list[str]) -> Numbers:
    """How many days the stock at each month end lasts, walked through the demand that follows, not divided by a mean.

    Stock that outlasts the horizon and the year after it is given the days up to there.

    Args:
        closing_stock: units, one row per item (or family), one column per month end.
        demand: units, same shape.
        periods: the planned months.

    Returns:
        Days, same shape.
    """
    ahead = demand_beyond(demand, YEAR)
    length = days_in([shifted(periods[0], step) for step in range(ahead.shape[1])])
    cover = np.zeros(closing_stock.shape)
    for month in range(demand.shape[1]):
        left, walking = closing_stock[:, month].copy(), np.ones(len(closing_stock), dtype=bool)
        for later in range(month + 1, ahead.shape[1]):
            wanted = ahead[:, later]
            part = np.where(wanted > left, left / np.where(wanted > 0, wanted, 1.0), 1.0)
            cover[:, month] += np.where(walking, part * length[later], 0.0)
            walking &= part >= 1
            left = left - np.where(walking, wanted, 0.0)
    return cover


def projected_inventory(supply_plan: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Stock of each family at each planned month end against its target, and how many days it lasts.

    Args:
        supply_plan: by contract.
        items: by contract; family and planning factor (a missing factor counts as 1).

    Returns:
        One row per family and month, in family units: family, period, demand, closing_stock, target_stock, short_of_target (summed
        over items, so that too much of one does not hide too little of another), cover_days (days).
    """
    factor = items.set_index("item")["planning_factor"].astype(float).fillna(1.0)
    plan = supply_plan.assign(family=supply_plan["item"].map(items.set_index("item")["family"]))
    measures = ["demand", "closing_stock", "target_stock", "short_of_target"]
    plan["short_of_target"] = (plan["target_stock"] - plan["closing_stock"]).clip(lower=0)
    plan[measures] = plan[measures].mul(plan["item"].map(factor), axis=0)
    by_family = plan.groupby(["family", "period"], sort=True)[measures].sum()
    stock, demand = by_family["closing_stock"].unstack(), by_family["demand"].unstack()
    cover = forward_cover_days(stock.to_numpy(float), demand.to_numpy(float), list(stock.columns))
    return by_family.assign(cover_days=cover.ravel()).reset_index()


def projected_stock_outs(opening_stock: Numbers, receipts: Numbers, demand: Numbers, periods: list[str]) -> pd.DataFrame:
    """When each item runs out if nothing but what is on order arrives: demand leaves evenly over a month, receipts come on its first day.

    Args:
        opening_stock: units, one per item; below zero is out of stock already.
        receipts, demand: units, one row per item, one column per month.
        periods: the months.

    Returns:
        One row per item that runs out: place (row number of the item), period, date (first day without stock), missing (units of demand
        of that month that find none).
    """
    rows = []
    for place in range(len(opening_stock)):
        stock = float(opening_stock[place])
        for month, period in enumerate(periods):
            stock += float(receipts[place, month])
            wanted = float(demand[place, month])
            if wanted > 0 and stock < wanted:
                days = int(np.floor(max(stock, 0.0) / wanted * days_in([period])[0]))
                rows.append((place, period, pd.Timestamp(first_day(period) + timedelta(days=days)), wanted - max(stock, 0.0)))
                break
            stock -= wanted
    frame = pd.DataFrame(rows, columns=["place", "period", "date", "missing"])
    return frame.astype({"place": "int64", "period": "str", "date": "datetime64[s]", "missing": "float64"})
