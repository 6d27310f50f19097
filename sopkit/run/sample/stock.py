"""Production and stock of the demo company: what was planned, made, shipped and left at each month end."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day, period_range, shifted
from sopkit.run.sample.company import LAUNCH_ITEM, STOCK_OUT_PERIOD, WINTER_STOCK, family_of
from sopkit.run.sample.plant import hours_by_month
from sopkit.run.sample.world import World, stream

OVERTIME_USED = 1.10  # of the coating line's hours, when stock is built in winter for the season
LAST_FREE_MONTH = "2025-12"  # up to here the seasons were prepared in time
LATE_RELIEF = 0.6  # of the next month's demand: what came in when the stock-out was over
BUY_MONTHS_AHEAD = 3  # bought goods are on order from M0 on for so many months


@dataclass(frozen=True)
class Stock:
    """Units by item and month: shipped, planned and made (or received), closing stock."""

    shipped: np.ndarray
    planned: np.ndarray
    made: np.ndarray
    closing: np.ndarray


def shipped_units(world: World, lines: pd.DataFrame) -> np.ndarray:
    """Units that left in each month; item x month."""
    gone = lines[~lines["cancelled"]]
    months = (gone["ship_date"].dt.year * 12 + gone["ship_date"].dt.month - 1).to_numpy()
    first = int(world.periods[0][:4]) * 12 + int(world.periods[0][5:]) - 1
    at = months - first
    inside = at < len(world.periods)
    shipped = np.zeros((len(world.items), len(world.periods)))
    np.add.at(shipped, (gone["item_at"].to_numpy()[inside], at[inside]), gone["quantity"].to_numpy()[inside])
    return shipped


def _wanted_closing(world: World) -> np.ndarray:
    """Closing stock that the planners aim at: cover of the next month, the season prepared within the coating line's hours."""
    expected = world.expected.sum(axis=1)
    following = np.hstack([expected[:, 1:], expected[:, -12:-11]])
    cover = np.array([family_of(family).cover_months for family in world.items["family"]])
    wanted = cover[:, None] * following
    hours = world.items["coating"].fillna(0.0).to_numpy()
    limit = (
        hours_by_month(world.periods, LAST_FREE_MONTH).set_index(["resource", "period"])["demonstrated_hours"].loc["coating"].to_numpy()
        * OVERTIME_USED
    )
    for month in range(world.month(LAST_FREE_MONTH), 0, -1):
        need = expected[:, month] + wanted[:, month]
        make = np.maximum(0.0, need - wanted[:, month - 1])
        total = float(hours @ make)
        if total > limit[month]:
            earlier = np.where(hours > 0, make * (1 - limit[month] / total), 0.0)
            wanted[:, month - 1] += earlier
    return _with_winter(world, wanted, following)


def _with_winter(world: World, wanted: np.ndarray, following: np.ndarray) -> np.ndarray:
    for period, by_family in WINTER_STOCK.items():
        month = world.month(period)
        for family, units in by_family.items():
            rows = world.rows_of(family)
            wanted[rows, month] = units * following[rows, month] / following[rows, month].sum()
    return wanted


def simulated_stock(world: World, lines: pd.DataFrame) -> Stock:
    """Month by month: plan = expected demand + wanted closing stock - opening stock; what is made falls a little short of it.

    Closing stock = opening + made - shipped. Where shipments ask for more than the plan gave, more was made in the month.
    """
    shipped = shipped_units(world, lines)
    expected = world.expected.sum(axis=1)
    wanted = _wanted_closing(world)
    short = stream(world.seed, "production").uniform(0.965, 1.0, shipped.shape)
    planned, made, closing = (np.zeros_like(shipped) for _ in range(3))
    opening = np.round(wanted[:, 0])
    out = world.stocked_out
    for month, period in enumerate(world.periods):
        planned[:, month] = np.round(np.maximum(0.0, expected[:, month] + wanted[:, month] - opening) / 10) * 10
        made[:, month] = np.round(planned[:, month] * short[:, month])
        told = WINTER_STOCK if period <= "2026-02" else {}
        for family in told.get(period, {}):
            rows = world.rows_of(family)
            made[rows, month] = np.maximum(0.0, np.round(wanted[rows, month]) - opening[rows] + shipped[rows, month])
        if (most := _most_before_stock_out(world, shipped, month)) is not None:
            enough = np.maximum(0.0, most - opening[out] + shipped[out, month])
            made[out, month] = enough if period == shifted(STOCK_OUT_PERIOD, -1) else np.minimum(enough, made[out, month])
        if period == STOCK_OUT_PERIOD:
            arrived = np.round(expected[out, month + 1] * LATE_RELIEF)  # on the last days of the month
            made[out, month] = np.maximum(0.0, shipped[out, month] + arrived - opening[out])
        made[:, month] += np.maximum(0.0, shipped[:, month] - opening - made[:, month])
        closing[:, month] = opening + made[:, month] - shipped[:, month]
        opening = closing[:, month]
    return Stock(shipped, planned, made, closing)


def _most_before_stock_out(world: World, shipped: np.ndarray, month: int) -> np.ndarray | None:
    """Closing stock of the items that were out, in the two months before: no more than what then shipped, so that shelves emptied."""
    until = world.month(STOCK_OUT_PERIOD)
    if month not in (until - 2, until - 1):
        return None
    return shipped[world.stocked_out, month + 1 : until + 1].sum(axis=1)


def inventory_frame(world: World, stock: Stock, as_of: str) -> pd.DataFrame:
    """Closing stock at month ends up to the cutoff; the launch has none before it is made."""
    last = world.month(as_of)
    kept = max(0, last - 37)
    rows = world.items["item"] != LAUNCH_ITEM
    frame = pd.DataFrame(stock.closing[:, kept:last], columns=world.periods[kept:last]).assign(item=world.items["item"])[rows.to_numpy()]
    long = frame.melt(id_vars="item", var_name="period", value_name="quantity")
    return long.sort_values(["item", "period"], ignore_index=True)


def open_orders(world: World, stock: Stock, as_of: str) -> pd.DataFrame:
    """What is on order: production of M0, which is frozen, and bought goods of the next months."""
    rows = []
    first = world.month(as_of)
    for at, (item, strategy) in enumerate(zip(world.items["item"], world.items["supply_strategy"], strict=True)):
        if item == LAUNCH_ITEM:
            continue
        bought = strategy == "buy"
        ahead = min(BUY_MONTHS_AHEAD, len(world.periods) - first) if bought else 1
        for month in range(first, first + ahead):
            quantity = stock.planned[at, month] if month == first else round(world.expected[at, :, month].sum(), -1)
            if quantity > 0:
                rows.append(("purchase" if bought else "production", item, world.periods[month], quantity))
    return pd.DataFrame(rows, columns=["kind", "item", "period", "quantity"])


def production_history(world: World, stock: Stock, as_of: str, day: np.datetime64) -> pd.DataFrame:
    """Finished production orders of the last 25 months, whose sum is what was made, and orders of M0 that are open."""
    random = stream(world.seed, "production orders")
    periods = [period for period in period_range(shifted(as_of, -25), 26) if period >= world.periods[0]]
    share = random.uniform(0.35, 0.65, (len(world.items), len(world.periods)))
    took = 3 + random.gamma(3.0, 1.6, (len(world.items), len(world.periods), 2))
    finish = random.random((len(world.items), len(world.periods), 2))
    rows = []
    for at, item in enumerate(world.items["item"]):
        if world.items["supply_strategy"].iloc[at] == "buy":
            continue
        for period in periods:
            month = world.month(period)
            total = stock.planned[at, month] if period == as_of else stock.made[at, month]
            first = round(total * share[at, month])
            for number, quantity in ((1, first), (2, total - first)):
                days = (last_day(period) - first_day(period)).days
                part = 0.45 * (number - 1) + 0.45 * finish[at, month, number - 1]
                if period == STOCK_OUT_PERIOD and at in world.stocked_out:
                    part = 1.0  # what ended the stock-out came on the last day
                done = np.datetime64(f"{period}-01") + int(part * days)
                start = done - int(np.ceil(took[at, month, number - 1]))
                if quantity > 0 and start <= day:
                    rows.append((f"P-{item}-{period}-{number}", item, start, done, float(quantity)))
    frame = pd.DataFrame(rows, columns=["production_order", "item", "start_date", "finish_date", "quantity"])
    return frame.assign(finish_date=frame["finish_date"].where(frame["finish_date"] <= day))
