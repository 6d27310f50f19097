"""What the company buys each month, seen through variable cost: the part of standard cost that is paid per unit made."""

import numpy as np
import pandas as pd

from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.valuation import costs_of
from sopkit.periods import shifted

KEY = ["item", "period"]


def closed_purchases(inputs: MoneyInputs, costs: pd.DataFrame, *, periods: list[str], cutoff: str) -> pd.Series:
    """Purchases of closed months: units made x variable unit cost.

    Units made = units sold + change of stock, where the stock of both month ends is provided, else units sold.

    Args:
        inputs: history and inventory.
        costs: `item_costs` of the months wanted.
        periods: closed months wanted.
        cutoff: last closed period.

    Returns:
        Money indexed by month; NaN where a unit has no cost.
    """
    return _priced(_closed(inputs, cutoff), costs, periods)


def planned_purchases(inputs: MoneyInputs, costs: pd.DataFrame, *, periods: list[str]) -> pd.Series:
    """Purchases of planned months: production + subcontract + receipts of the supply plan x variable unit cost.

    Items that the supply plan does not hold (services) are bought when they are shipped.

    Args:
        inputs: constrained plan.
        costs: `item_costs` of the months wanted.
        periods: planned months wanted.

    Returns:
        Money indexed by month; NaN where a unit has no cost.
    """
    return _priced(_planned(inputs), costs, periods)


def _priced(made: pd.DataFrame, costs: pd.DataFrame, periods: list[str]) -> pd.Series:
    made = made[made["period"].isin(periods)]
    amount = (made["quantity"] * costs_of(made, costs)["variable_cost"]).where(made["quantity"].ne(0), 0.0)
    unknown = amount.isna().groupby(made["period"]).any()
    return amount.groupby(made["period"]).sum().where(~unknown).reindex(periods, fill_value=0.0)


def _closed(inputs: MoneyInputs, cutoff: str) -> pd.DataFrame:
    sold = inputs.history.groupby(KEY, as_index=False)["sold_quantity"].sum().rename(columns={"sold_quantity": "quantity"})
    return pd.concat([sold[sold["period"] <= cutoff], stock_changes(inputs.inventory, cutoff)], ignore_index=True)


def stock_changes(inventory: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Change of stock in each closed month whose two month ends are provided: `item, period, quantity` (units).

    An item without a row at a month end that is provided had no stock.
    """
    wide = inventory.pivot(index="item", columns="period", values="quantity").fillna(0.0)
    months = [label for label in wide.columns if shifted(label, -1) in wide.columns and label <= cutoff]
    if not months:
        return pd.DataFrame(
            {"item": pd.Series([], dtype="str"), "period": pd.Series([], dtype="str"), "quantity": pd.Series([], dtype="float64")}
        )
    change = wide[months].to_numpy() - wide[[shifted(label, -1) for label in months]].to_numpy()
    return pd.DataFrame(
        {"item": np.repeat(wide.index.to_numpy(), len(months)), "period": np.tile(np.array(months), len(wide)), "quantity": change.ravel()}
    ).astype({"item": "str", "period": "str"})


def _planned(inputs: MoneyInputs) -> pd.DataFrame:
    plan = inputs.supply_plan
    made = plan[KEY].assign(quantity=plan["production"] + plan["subcontract"] + plan["receipts"])
    rest = inputs.demand_fulfilment[~inputs.demand_fulfilment["item"].isin(plan["item"].unique())]
    if rest.empty:
        return made
    bought = rest.groupby(KEY, as_index=False)["shipped"].sum().rename(columns={"shipped": "quantity"})
    return pd.concat([made, bought], ignore_index=True)
