"""On which share of each month's usual demand a campaign lies: of past campaigns, and of those that are planned."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history.daily import day_weights, days_between, demand_lines
from sopkit.periods import first_day, last_day, months_between, period_range

KEYS = ["campaign", "family", "region", "channel"]


@dataclass(frozen=True)
class _Calendar:
    """How much of a month's demand falls on each day: the days of history as they were, later ones by their weekday."""

    first: np.datetime64
    known: np.ndarray  # (days of history,), sum 1 in each month
    usual: np.ndarray  # (7,): Monday first, mean weight of a weekday

    def of_month(self, period: str) -> np.ndarray:
        """Weights of the days of a month, sum 1."""
        start = np.datetime64(first_day(period), "D")
        count = (last_day(period) - first_day(period)).days + 1
        place = int((start - self.first.astype("datetime64[D]")).astype(np.int64))
        if place >= 0 and place + count <= len(self.known):
            return self.known[place : place + count]
        weekday = (start.astype(np.int64) + 3 + np.arange(count)) % 7
        weight = self.usual[weekday]
        return np.asarray(weight / weight.sum())


def campaign_months(tables: Mapping[str, pd.DataFrame], *, cutoff: str) -> pd.DataFrame:
    """The share of each month's usual demand that falls on the days of each campaign.

    s = sum of the weights of its days in the month. A day of history weighs as its weekday does on the company's average, and nothing
    where nobody asked for anything on it (`day_weights`); a day to come weighs as its weekday. A campaign that ends before it begins
    has no months.

    Args:
        tables: campaigns, demand_history, sales_history, orders, each by its contract.
        cutoff: last closed period.

    Returns:
        campaign_months contract: campaign x what it covers x month.
    """
    campaigns, history = tables["campaigns"], tables["demand_history"]
    if campaigns.empty or history.empty:
        return empty(CONTRACTS["campaign_months"])
    calendar = _calendar(tables, str(history["period"].min()), cutoff)
    rows = [{**{key: row[key] for key in KEYS}, **month} for row in campaigns.to_dict("records") for month in _months(calendar, row)]
    if not rows:
        return empty(CONTRACTS["campaign_months"])
    return conform(pd.DataFrame(rows), CONTRACTS["campaign_months"])


def _calendar(tables: Mapping[str, pd.DataFrame], first: str, cutoff: str) -> _Calendar:
    days = days_between(first, cutoff)
    weights = day_weights(demand_lines(tables["sales_history"], tables["orders"]), days)
    weekday = (days.first.astype("datetime64[D]").astype(np.int64) + 3 + np.arange(days.count)) % 7
    usual = np.bincount(weekday, weights, 7) / np.maximum(np.bincount(weekday, minlength=7), 1)
    return _Calendar(days.first, weights, usual if usual.sum() > 0 else np.ones(7))


def _months(calendar: _Calendar, row: Mapping[str, object]) -> list[dict[str, object]]:
    """Months that a campaign touches, with its share of each."""
    first, last = (pd.Timestamp(str(row[name])) for name in ("start_date", "end_date"))
    found = []
    for period in period_range(f"{first:%Y-%m}", max(months_between(f"{first:%Y-%m}", f"{last:%Y-%m}") + 1, 0)):
        weights = calendar.of_month(period)
        day = pd.Timestamp(first_day(period)) + pd.to_timedelta(np.arange(len(weights)), unit="D")
        share = float(weights[(day >= first) & (day <= last)].sum())
        if share > 0:
            found.append({"period": period, "day_share": min(share, 1.0)})
    return found
