"""Demand, shipments and stock by day: what a month's totals do not show."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.periods import first_day, month_number, period_range, shifted


@dataclass(frozen=True)
class Days:
    """The days from the first of a month to the last of another, and where each month starts."""

    periods: list[str]
    first: np.datetime64  # first day
    starts: np.ndarray  # (months + 1,): position of each month's first day; the last is the number of days

    @property
    def count(self) -> int:
        """Number of days."""
        return int(self.starts[-1])

    def at(self, dates: pd.Series) -> np.ndarray:
        """Position of each date; -1 outside the span or where it is empty."""
        days = dates.to_numpy().astype("datetime64[D]")
        place = (days - self.first).astype(np.int64)
        return np.where(np.isnat(days) | (place < 0) | (place >= self.count), -1, place)

    def date(self, place: int) -> np.datetime64:
        """The date at a position."""
        return self.first + np.timedelta64(int(place), "D")

    def month_of_day(self) -> np.ndarray:
        """Position of the month of each day."""
        return np.repeat(np.arange(len(self.periods)), np.diff(self.starts))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums by month of an array whose last axis is days."""
        return np.add.reduceat(values, self.starts[:-1], axis=-1)


def days_between(first_period: str, last_period: str) -> Days:
    """All days from the first day of one month to the last day of another."""
    periods = period_range(first_period, month_number(last_period) - month_number(first_period) + 1)
    edges = [np.datetime64(first_day(period)) for period in period_range(first_period, len(periods) + 1)]
    return Days(periods, edges[0], (np.array(edges) - edges[0]).astype(np.int64))


def by_day(items: list[str], item: pd.Series, dates: pd.Series, quantity: pd.Series, days: Days) -> np.ndarray:
    """Sums by item and day, (items, days); rows of other items or outside the span are left out."""
    rows, at = pd.Index(items).get_indexer(item), days.at(dates)
    inside = (rows >= 0) & (at >= 0)
    amount = quantity.to_numpy(dtype=float)[inside]
    return np.bincount(rows[inside] * days.count + at[inside], amount, len(items) * days.count).reshape(len(items), days.count)


def demand_lines(sales_history: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """What asked for stock, line by line: orders by requested date less cancelled, or invoiced sales where there are no orders.

    Returns:
        item, date (wanted), ship_date (left; empty while open), quantity (units).
    """
    if orders.empty:
        return sales_history[["item", "date", "quantity"]].assign(ship_date=sales_history["date"])
    left = orders["quantity"] - orders["cancelled_quantity"].fillna(0.0)
    return orders[["item", "ship_date"]].assign(date=orders["requested_date"], quantity=left)


def day_weights(lines: pd.DataFrame, days: Days) -> np.ndarray:
    """How much of a month's demand usually falls on each day, (days,), sum 1 in each month.

    A day weighs as its weekday does on the company's average, and nothing where nobody asked for anything on it: days off are found
    in the data. A month without any line weighs all days alike.
    """
    at = days.at(lines["date"])
    total = np.bincount(at[at >= 0], lines["quantity"].to_numpy(dtype=float)[at >= 0].clip(min=0), days.count)
    weekday = (days.first.astype("datetime64[D]").astype(np.int64) + 3 + np.arange(days.count)) % 7
    open_day = total > 0
    mean = np.bincount(weekday, total, 7) / np.maximum(np.bincount(weekday, open_day, 7), 1)
    weight = np.where(open_day, mean[weekday], 0.0)
    month = days.month_of_day()
    sums = days.sums(weight)
    weight = np.where(sums[month] > 0, weight, 1.0)
    return weight / days.sums(weight)[month]


def stock_by_day(items: list[str], inventory: pd.DataFrame, receipts: pd.DataFrame, lines: pd.DataFrame, days: Days) -> np.ndarray:
    """Stock that new demand could be served from on each day, (items, days); NaN in months whose two month ends are not both known.

    Counted forward from the month end before (opening + receipts - shipments) and backward from the one after; receipts whose day is
    unknown make the two part, and the higher one counts, so that a shelf is empty only where both say so. What comes on a day can be
    sold from the next. Units asked for and not yet shipped are taken off. Source: the balance closing = opening + receipts - shipments.

    Args:
        items: rows of the result.
        inventory: Inventory: units at month ends.
        receipts: item, date, quantity: units that came on a known day.
        lines: demand_lines.
        days: the span; the month before its first one must be in `inventory` for the first month to count.
    """
    shipped = by_day(items, lines["item"], lines["ship_date"], lines["quantity"], days)
    came = by_day(items, receipts["item"], receipts["date"], receipts["quantity"], days)
    closing = inventory.pivot(index="item", columns="period", values="quantity").reindex(index=items)
    month = days.month_of_day()
    ends = closing.reindex(columns=days.periods).to_numpy(dtype=float)
    before = period_range(shifted(days.periods[0], -1), len(days.periods))
    opening = closing.reindex(columns=before).to_numpy(dtype=float)
    net = came - shipped
    gone = np.cumsum(net, axis=1)
    until = np.concatenate([np.zeros((len(items), 1)), gone], axis=1)[:, days.starts]
    forward = opening[:, month] + gone - until[:, :-1][:, month]
    backward = ends[:, month] - (until[:, 1:][:, month] - gone)
    waiting = _waiting(items, lines, days)
    kept = lines["ship_date"].notna() & (lines["ship_date"] >= lines["date"])
    asked = by_day(items, lines.loc[kept, "item"], lines.loc[kept, "date"], lines.loc[kept, "quantity"], days)
    return np.where(np.isnan(forward + backward), np.nan, np.maximum(forward, backward)) - came - waiting + asked


def _waiting(items: list[str], lines: pd.DataFrame, days: Days) -> np.ndarray:
    """Units asked for up to each day's end that ship later, (items, days)."""
    late = lines[lines["ship_date"].notna() & (lines["ship_date"] > lines["date"])]
    asked = by_day(items, late["item"], late["date"], late["quantity"], days)
    left = by_day(items, late["item"], late["ship_date"], late["quantity"], days)
    return np.cumsum(asked - left, axis=1)
