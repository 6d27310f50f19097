"""Stock-outs: months in which the shelf was empty and orders fell silent, and what would have been asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history.daily import Days, by_day, day_weights, days_between, demand_lines, stock_by_day
from sopkit.data.history.uncensoring import NEAR, Estimate, Family, estimated_hidden
from sopkit.periods import shifted

SILENT = 0.05  # share of false findings among stock-outs that are taken as censored
SILENT_SHARE = 0.1  # and no more than this part of what those days should have brought: an empty shelf is not asked for
LEAST_OUT = 0.1  # share of a month's demand days: a shorter stock-out is told by the stock's own KPIs and hides little
STILL_ON_SALE = 3  # months without demand up to the cutoff after which an item is taken as ended
LEAST_DAYS = 4.0  # days a month on which items of the family are asked for, below which a silent week means nothing
UNCENSORED, RECORDED, UNKNOWN = "uncensored", "recorded", "unknown"


@dataclass(frozen=True)
class StockOutInputs:
    """What stock-outs are found in; frames by contract, an empty one is not provided."""

    demand_history: pd.DataFrame
    items: pd.DataFrame
    sales_history: pd.DataFrame
    orders: pd.DataFrame
    inventory: pd.DataFrame
    production_history: pd.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "StockOutInputs":
        """The inputs out of a run's tables by name."""
        return cls(**{field.name: tables[field.name] for field in fields(cls)})


def stock_outs(inputs: StockOutInputs, *, cutoff: str) -> pd.DataFrame:
    """Months in which an item was out of stock, what was recorded, and what was hidden.

    A day is out of stock where stock by the balance, less what is promised, is below an ordinary order line (the mean of the item).
    Orders have fallen silent where the demand of those days is at most a tenth of what they should have brought, and so rarely as low in
    other months of its family that at most 5 % of all such findings are due to chance (Benjamini and Hochberg 1995). Only then is demand
    taken as censored and estimated (`estimated_hidden`); where orders kept coming the recorded demand is the demand, and the row says so.

    Args:
        inputs: the tables; without inventory nothing can be found, since silence alone is no evidence.
        cutoff: last closed period.

    Returns:
        stock_outs contract: item x month.
    """
    history = inputs.demand_history
    if inputs.inventory.empty or history.empty:
        return empty(CONTRACTS["stock_outs"])
    first = max(shifted(str(inputs.inventory["period"].min()), 1), str(history["period"].min()))
    if first > cutoff:
        return empty(CONTRACTS["stock_outs"])
    days = days_between(first, cutoff)
    lines = demand_lines(inputs.sales_history, inputs.orders)
    weights = day_weights(lines, days)
    grouped = _by_family(inputs.items, inputs.inventory, history)
    found = [one for items in grouped for one in _family_stock_outs(items, inputs, lines, days, weights)]
    rows = [_row(one, days, float(chance)) for one, chance in zip(found, _adjusted(found), strict=True)]
    columns = CONTRACTS["stock_outs"].column_names()
    return conform(pd.DataFrame(rows, columns=columns), CONTRACTS["stock_outs"]) if rows else empty(CONTRACTS["stock_outs"])


@dataclass(frozen=True)
class _Found:
    """A month in which an item was out of stock."""

    item: str
    month: int
    window: np.ndarray  # (days of the month,)
    share: float
    estimate: Estimate
    daily: bool  # the family is asked for on enough days that silence means something
    since: bool  # it has been asked for in the month or since


def _adjusted(found: list[_Found]) -> np.ndarray:
    """Chances of silence, adjusted for having looked at so many stock-outs (Benjamini and Hochberg 1995); NaN where unknown."""
    chance = np.array([one.estimate.chance for one in found], dtype=float)
    known = np.isfinite(chance)
    if known.any():
        from scipy.stats import false_discovery_control  # dear to import

        chance[known] = false_discovery_control(chance[known])
    return chance


def _by_family(items: pd.DataFrame, inventory: pd.DataFrame, history: pd.DataFrame) -> list[list[str]]:
    """Items with stock and demand, family by family."""
    known = items[items["item"].isin(inventory["item"]) & items["item"].isin(history["item"])]
    return [sorted(group["item"]) for _, group in known.groupby("family", sort=True)]


def _family_stock_outs(items: list[str], inputs: StockOutInputs, lines: pd.DataFrame, days: Days, weights: np.ndarray) -> list[_Found]:
    """One family's stock-outs."""
    own = lines[lines["item"].isin(items)]
    made = inputs.production_history
    made = made[made["item"].isin(items) & made["finish_date"].notna()]
    receipts = made[["item", "quantity"]].assign(date=made["finish_date"])
    stock = stock_by_day(items, inputs.inventory, receipts, own, days)
    line = own[own["quantity"] > 0].groupby("item")["quantity"].mean().reindex(items).fillna(0.0).to_numpy()
    out = stock < np.maximum(line, 1.0)[:, None]
    weight = np.where(out, weights, 0.0)
    out_share = np.minimum(days.sums(weight), 1.0)
    family = _family(items, inputs.demand_history, own, days, weights, censored=out_share >= LEAST_OUT)
    found = []
    for row, month in np.argwhere(family.censored & _on_sale(family.monthly)):
        window = out[row, days.starts[month] : days.starts[month + 1]]
        estimate = estimated_hidden(family, int(row), int(month), window)
        since = bool((np.nan_to_num(family.monthly[row, month:]) > 0).any())
        daily = _days_with_demand(family) >= LEAST_DAYS
        found.append(_Found(items[row], int(month), window, float(out_share[row, month]), estimate, daily, since))
    return found


def _family(
    items: list[str], history: pd.DataFrame, lines: pd.DataFrame, days: Days, weights: np.ndarray, *, censored: np.ndarray
) -> Family:
    """Demand of a family by item and month and by item and day."""
    totals = history[history["item"].isin(items)].pivot_table(index="item", columns="period", values="quantity", aggfunc="sum")
    monthly = totals.reindex(index=items, columns=days.periods).to_numpy(dtype=float)
    return Family(monthly, by_day(items, lines["item"], lines["date"], lines["quantity"], days), weights, days.starts, censored)


def _days_with_demand(family: Family) -> float:
    """Days a month on which an item is asked for, over the item-months with demand that were not out of stock."""
    asked = np.add.reduceat(family.daily > 0, family.starts[:-1], axis=1)
    known = ~family.censored & (np.nan_to_num(family.monthly) > 0)
    return float(asked[known].mean()) if known.any() else 0.0


def _on_sale(monthly: np.ndarray) -> np.ndarray:
    """Months in which an item was on sale: from its first to its last with demand, and to the cutoff where that is near."""
    sold = np.nan_to_num(monthly) > 0
    months = monthly.shape[1]
    month = np.arange(months)
    first, last = sold.argmax(axis=1), months - 1 - sold[:, ::-1].argmax(axis=1)
    last = np.where(months - 1 - last <= STILL_ON_SALE, months - 1, last)
    return sold.any(axis=1)[:, None] & ~np.isnan(monthly) & (month >= first[:, None]) & (month <= last[:, None])


def _row(found: _Found, days: Days, adjusted: float) -> tuple:
    """One stock-out as a row of the contract."""
    places = np.flatnonzero(found.window) + days.starts[found.month]
    first, last = (pd.Timestamp(days.date(int(place))) for place in (places[0], places[-1]))
    estimate = found.estimate
    outcome, why = _verdict(found, adjusted)
    hidden = (estimate.hidden, estimate.low, estimate.high) if outcome == UNCENSORED else (0.0, np.nan, np.nan)
    return (found.item, days.periods[found.month], first, last, found.share, estimate.recorded, *hidden, adjusted, outcome, why)


def _verdict(found: _Found, adjusted: float) -> tuple[str, str]:
    """What a stock-out did to the recorded demand, and why it is believed."""
    estimate = found.estimate
    if not found.daily:
        return UNKNOWN, "the family is ordered on so few days a month that silence means nothing: the recorded demand stands"
    if np.isnan(adjusted):
        return UNKNOWN, "too few comparable months to tell silence from chance: the recorded demand stands"
    if not found.since:
        return UNKNOWN, "nothing has been asked for since: out of stock or ended cannot be told apart, and the recorded demand stands"
    if adjusted > SILENT or estimate.asked > SILENT_SHARE * estimate.usual:
        return RECORDED, f"{estimate.asked / estimate.usual:.0%} of what is usual on those days was asked for: the recorded demand stands"
    if estimate.hidden <= 0:
        return RECORDED, "orders were few on those days and many on the others: nothing is missing in the month"
    return UNCENSORED, f"orders fell silent while the shelf was empty, which chance rarely does ({adjusted:.1%}); {estimate.how}"


def uncensored_history(history: pd.DataFrame, stock_outs: pd.DataFrame) -> pd.DataFrame:
    """The demand history with `uncensored_quantity` beside the recorded one: what was recorded plus what stock-outs hid.

    Hidden units of an item-month are divided over its series as its recorded demand of the twelve months before and after was, months
    out of stock left out; evenly where that is nothing.

    Args:
        history: demand_history contract.
        stock_outs: stock_outs contract of the same history.

    Returns:
        demand_history contract; `quantity` is unchanged.
    """
    hidden = stock_outs.loc[stock_outs["outcome"] == UNCENSORED, ["item", "period", "hidden_quantity"]]
    added = pd.Series(0.0, index=history.index)
    for row in hidden.itertuples():
        series = history[history["item"] == row.item]
        here = series[series["period"] == row.period]
        out = set(hidden.loc[hidden["item"] == row.item, "period"])
        near = series["period"].between(shifted(str(row.period), -NEAR), shifted(str(row.period), NEAR)) & ~series["period"].isin(out)
        usual = series[near].groupby(["region", "channel"])["quantity"].sum().clip(lower=0)
        weight = usual.reindex(pd.MultiIndex.from_frame(here[["region", "channel"]])).fillna(0.0).to_numpy()
        share = weight / weight.sum() if weight.sum() > 0 else np.full(len(here), 1 / len(here))
        added.loc[here.index] = float(row.hidden_quantity) * share
    return conform(history.assign(uncensored_quantity=history["quantity"] + added), CONTRACTS["demand_history"])
