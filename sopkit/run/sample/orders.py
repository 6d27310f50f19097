"""Order lines of the demo company: each month's demand spread over customers and days, stock-outs hidden, late lines late."""

import numpy as np
import pandas as pd

from sopkit.run.sample.company import (
    CUSTOMERS,
    FAMILIES,
    MARKETS,
    STOCK_OUT_FROM_DAY,
    STOCK_OUT_HIDDEN,
    STOCK_OUT_PERIOD,
)
from sopkit.run.sample.world import World, stream

LATE_SHARE, LATE_SHARE_IN_SEASON, CANCELLED_SHARE = 0.05, 0.12, 0.008


def _lines_of_cells(world: World, random: np.random.Generator) -> pd.DataFrame:
    """One row per order line: cell (item, market, month) and quantity; the quantities of a cell add up to its demand."""
    demand = world.demand.ravel()
    cells = np.flatnonzero(demand > 0)
    wanted = np.minimum(demand[cells], 1 + random.poisson(1.2 + np.sqrt(demand[cells]) / 8)).astype(int)
    cell = np.repeat(cells, wanted)
    weight = random.gamma(3.0, size=len(cell))
    last = np.cumsum(wanted) - 1
    running = np.cumsum(weight)
    before = np.repeat(np.concatenate([[0.0], running[last[:-1]]]), wanted)
    total = np.repeat(running[last] - np.concatenate([[0.0], running[last[:-1]]]), wanted)
    reached = np.round((running - before) / total * demand[cell])
    start = np.r_[True, cell[1:] != cell[:-1]]
    quantity = reached - np.where(start, 0.0, np.r_[0.0, reached[:-1]])
    item, market, month = np.unravel_index(cell, world.demand.shape)
    frame = pd.DataFrame({"item_at": item, "market": market, "month": month, "quantity": quantity})
    return frame[frame["quantity"] > 0].reset_index(drop=True)


def _requested_days(world: World, lines: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """Day (from the first) on which each line is wanted, drawn from its family's and market's weights within the month."""
    names = [family.name for family in FAMILIES]
    family_at = world.items["family"].map(names.index).to_numpy()[lines["item_at"]]
    group = family_at * len(MARKETS) + lines["market"].to_numpy()
    weight = world.day_weight.reshape(-1, world.day_weight.shape[2])
    reached = np.cumsum(weight, axis=1)
    offset = np.arange(len(reached)) * (reached.max() + 1.0)
    starts = np.array([(np.datetime64(f"{period}-01") - np.datetime64(world.first_date)).astype(int) for period in world.periods])
    ends = np.r_[starts[1:], weight.shape[1]] - 1
    month = lines["month"].to_numpy()
    low = np.where(starts[month] > 0, reached[group, starts[month] - 1], 0.0)
    high = reached[group, ends[month]]
    drawn = offset[group] + low + (high - low) * random.uniform(1e-9, 1 - 1e-9, len(lines))
    flat = (reached + offset[:, None]).ravel()
    return np.searchsorted(flat, drawn) - group * weight.shape[1]


def _customers(lines: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    first = {market: [one for one in CUSTOMERS if (one.region, one.channel) == market] for market in MARKETS}
    share = np.array([first[market][0].share for market in MARKETS])[lines["market"]]
    pick = (random.random(len(lines)) > share).astype(int)
    codes = np.array([[one.customer for one in first[market]] for market in MARKETS])
    return codes[lines["market"].to_numpy(), pick]


def _hidden(world: World, lines: pd.DataFrame) -> np.ndarray:
    """Lines of the stock-out: wanted on those days of the items that were out, and never ordered."""
    month = world.month(STOCK_OUT_PERIOD)
    first = (np.datetime64(f"{STOCK_OUT_PERIOD}-{STOCK_OUT_FROM_DAY:02d}") - np.datetime64(world.first_date)).astype(int)
    candidate = lines["item_at"].isin(world.stocked_out) & (lines["month"] == month) & (lines["requested"] >= first)
    last_first = lines[candidate].sort_values(["requested", "item_at", "market"], ascending=False, kind="stable")
    hidden, left = [], float(STOCK_OUT_HIDDEN)
    for index, quantity in last_first["quantity"].items():
        if quantity <= left:
            hidden.append(index)
            left -= quantity
    return lines.index.isin(hidden)


def _shipping(world: World, lines: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    month_of_year = np.array([int(period[5:]) for period in world.periods])[lines["month"]]
    coated = world.items["coating"].notna().to_numpy()[lines["item_at"]]
    share = np.where(coated & np.isin(month_of_year, (5, 6, 7)), LATE_SHARE_IN_SEASON, LATE_SHARE)
    late = random.random(len(lines)) < share
    delay = np.where(late, 2 + random.poisson(7, len(lines)), 0)
    promised = np.where(late & (random.random(len(lines)) < 0.4), delay, 0)
    cancelled = random.random(len(lines)) < CANCELLED_SHARE
    first = np.datetime64(world.first_date)
    shipped = np.busday_offset(first + lines["requested"].to_numpy() + delay, 0, roll="forward")
    return lines.assign(promised=lines["requested"] + promised, ship_date=shipped, cancelled=cancelled)


def _numbered(lines: pd.DataFrame) -> pd.DataFrame:
    """Order numbers in order of arrival: one order per customer, day of order and day wanted."""
    lines = lines.sort_values(["order_date", "customer", "requested", "item_at"], kind="stable", ignore_index=True)
    new = (lines[["order_date", "customer", "requested"]] != lines[["order_date", "customer", "requested"]].shift()).any(axis=1)
    number = new.cumsum().to_numpy()
    start = np.flatnonzero(new.to_numpy())
    line = np.arange(len(lines)) - start[number - 1] + 1
    return lines.assign(order=number + 100_000, line=line)


def order_lines(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All order lines of the world, and those that the stock-out hid.

    Returns frames with one row per line: order, line, item_at, market, month (wanted), customer, quantity, cancelled,
    and the dates order_date, requested_date, promised_date, ship_date.
    """
    random = stream(world.seed, "order lines")
    lines = _lines_of_cells(world, random)
    lines["requested"] = _requested_days(world, lines, random)
    lines["customer"] = _customers(lines, random)
    lines = _shipping(world, lines, random)
    first = np.datetime64(world.first_date).astype("datetime64[s]")
    customers = [one.customer for one in CUSTOMERS]
    ahead = stream(world.seed, "order lead").integers(2, 26, (len(customers), world.day_weight.shape[2]))
    lead = ahead[lines["customer"].map(customers.index).to_numpy(), lines["requested"].to_numpy()]
    to_day = np.timedelta64(1, "D")
    lines["requested_date"] = first + lines["requested"].to_numpy() * to_day
    lines["promised_date"] = first + lines["promised"].to_numpy() * to_day
    lines["order_date"] = lines["requested_date"] - lead * to_day
    lines["ship_date"] = lines["ship_date"].astype("datetime64[s]")
    hidden = _hidden(world, lines)
    return _numbered(lines[~hidden]), lines[hidden].reset_index(drop=True)
