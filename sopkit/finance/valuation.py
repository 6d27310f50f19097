"""Unit costs by item and month: the dated standard cost and the part of it that is paid per unit made."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sopkit.finance.policy import MoneyPolicy
from sopkit.periods import month_number, shifted

COSTS = ["unit_cost", "variable_cost"]
RATES = ["subcontract_premium", "holding_rate"]
PRICE_MONTHS = 12  # months of the mean net price that a cost share is taken of


def item_costs(
    items: pd.DataFrame, history: pd.DataFrame, unit_costs: pd.DataFrame, policy: MoneyPolicy, *, periods: Iterable[str], cutoff: str
) -> pd.DataFrame:
    """Standard and variable unit cost of each item in each month.

    The cost of a month is the last one whose first day lies in or before that month. Months before an item's first dated
    cost take that first cost (basis `earliest`). An item without any cost takes `policy.cost_share_of_price` of its mean
    net price of the twelve months up to the cutoff (basis `share_of_price`), or stays without (basis `none`).

    Args:
        items: table items.
        history: table demand_history.
        unit_costs: table unit_costs; empty = not provided.
        policy: names the share of price that stands in for a missing cost.
        periods: months wanted.
        cutoff: last closed period.

    Returns:
        One row per item and month, sorted by key: `item, period, unit_cost, variable_cost, subcontract_premium` (money per
        unit), `holding_rate` (share per year) and `basis`; what the source leaves empty is empty, but a variable cost that
        is not given is the whole standard cost.
    """
    months = sorted(set(periods))
    codes = sorted(items["item"])
    dense = pd.DataFrame(
        {
            "item": pd.array(codes, dtype="str").repeat(len(months)),
            "period": pd.array(months * len(codes), dtype="str"),
        }
    )
    numbers = np.array([month_number(label) for label in months], dtype="int64")
    return _with_share_of_price(dense.assign(**_dated(codes, numbers, unit_costs)), history, policy, cutoff)


def costs_of(rows: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """The costs of each row's item and month, in the rows' order and index.

    Args:
        rows: with `item` and `period`, any grain.
        costs: `item_costs`, whole or some of its months: it holds every item of its months, sorted, so that the place of a row's cost
            follows from the places of its item and its month.

    Returns:
        `unit_cost, variable_cost, subcontract_premium, holding_rate`; empty where the item or the month has none.
    """
    items, months = pd.Index(costs["item"].unique()), pd.Index(costs["period"].unique())
    item, month = items.get_indexer(rows["item"]), months.get_indexer(rows["period"])
    place = np.where((item < 0) | (month < 0), -1, item * len(months) + month)
    measures = costs.select_dtypes("number")
    cells = np.vstack([measures.to_numpy(), np.full(measures.shape[1], np.nan)])  # the last row, -1, for what has none
    return pd.DataFrame(cells[place], columns=measures.columns, index=rows.index)


def _dated(codes: list[str], months: np.ndarray, unit_costs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Costs in force and their basis, item by item and month by month: NaN and `none` where an item has no cost at all."""
    place = pd.Index(codes).get_indexer(unit_costs["item"])
    dated = unit_costs.assign(place=place, month=unit_costs["valid_from"].dt.year * 12 + unit_costs["valid_from"].dt.month - 1)
    dated = dated[dated["place"] >= 0].sort_values(["place", "valid_from"], kind="stable")
    dated["variable_cost"] = dated["variable_cost"].fillna(dated["unit_cost"])
    owner, started = dated["place"].to_numpy(dtype="int64"), dated["month"].to_numpy(dtype="int64")
    span = int(max([*started, *months], default=0)) + 1  # one number per item and month, so that one search finds all
    item = np.repeat(np.arange(len(codes)), len(months))
    found = np.searchsorted(owner * span + started, item * span + np.tile(months, len(codes)), side="right") - 1
    first = np.searchsorted(owner, item)
    known = first < np.searchsorted(owner, item, side="right")
    row = np.maximum(found, first)
    late = found < first
    values = {name: dated[name].to_numpy(dtype="float64", na_value=np.nan) for name in (*COSTS, *RATES)}
    taken = {
        name: np.where(known, column[np.where(known, row, 0)], np.nan) if len(column) else np.full(len(item), np.nan)
        for name, column in values.items()
    }
    return taken | {"basis": pd.array(np.select([known & ~late, known], ["dated", "earliest"], "none"), dtype="str")}


def _with_share_of_price(costed: pd.DataFrame, history: pd.DataFrame, policy: MoneyPolicy, cutoff: str) -> pd.DataFrame:
    missing = costed["basis"].eq("none")
    if policy.cost_share_of_price is None or not missing.any():
        return costed
    assumed = costed["item"].map(mean_net_prices(history, cutoff=cutoff)) * policy.cost_share_of_price
    taken = missing & assumed.notna()
    costed[COSTS] = costed[COSTS].where(~taken, assumed, axis=0)
    costed["basis"] = costed["basis"].where(~taken, "share_of_price")
    return costed


def mean_net_prices(history: pd.DataFrame, *, cutoff: str, months: int = PRICE_MONTHS) -> pd.Series:
    """Mean net price of each item over its invoiced sales of the `months` up to the cutoff (money per unit), by item.

    Items without sales in those months are absent.
    """
    recent = history[history["period"].between(shifted(cutoff, 1 - months), cutoff)]
    sums = recent.groupby("item", sort=True)[["revenue", "sold_quantity"]].sum()
    sums = sums[sums["sold_quantity"] > 0]
    return sums["revenue"] / sums["sold_quantity"]


def costing_column(policy: MoneyPolicy) -> str:
    """The cost that goods sold are charged at under the company's costing policy."""
    return "variable_cost" if policy.costing == "variable" else "unit_cost"
