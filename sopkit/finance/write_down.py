"""Write-down of excess stock: what lies beyond so many months of plan at the end of a fiscal year."""

import numpy as np
import pandas as pd

from sopkit.finance.policy import MoneyPolicy
from sopkit.periods import fiscal_year_periods

MEAN_MONTHS = 12  # months whose mean stands for demand beyond the horizon


def excess_quantities(supply_plan: pd.DataFrame, months: float) -> pd.DataFrame:
    """Stock above the demand of the next `months` months of plan.

    Months beyond the horizon count with the mean demand of the last twelve planned months; a fraction of a month counts
    in proportion.

    Args:
        supply_plan: table supply_plan.
        months: months of plan that stock may cover.

    Returns:
        One row per item and planned month, sorted: `item, period, excess` (units).
    """
    wide = supply_plan.pivot(index="item", columns="period", values=["demand", "closing_stock"]).fillna(0.0)
    if wide.empty:
        return pd.DataFrame(
            {"item": pd.Series([], dtype="str"), "period": pd.Series([], dtype="str"), "excess": pd.Series([], dtype="float64")}
        )
    demand, stock = wide["demand"], wide["closing_stock"]
    later = np.repeat(demand.iloc[:, -MEAN_MONTHS:].mean(axis=1).to_numpy()[:, None], int(np.ceil(months)), axis=1)
    stretched = np.hstack([demand.to_numpy(), later])
    count = demand.shape[1]
    whole = int(months)
    running = np.cumsum(np.hstack([np.zeros((len(stretched), 1)), stretched]), axis=1)
    covered = running[:, 1 + whole : 1 + whole + count] - running[:, 1 : 1 + count]
    if months > whole:
        covered = covered + (months - whole) * stretched[:, 1 + whole : 1 + whole + count]
    excess = np.maximum(stock.to_numpy() - covered, 0.0)
    items, periods = stock.index.repeat(count), np.tile(stock.columns.to_numpy(), len(stock))
    return pd.DataFrame({"item": items, "period": periods, "excess": excess.ravel()}).astype({"period": "str"})


def write_downs(supply_plan: pd.DataFrame, unit_cost: pd.Series, policy: MoneyPolicy, *, first_month: int) -> pd.Series:
    """Write-down booked in each planned month that ends a fiscal year, by month.

    Amount = rate x cost of the excess, less what earlier planned year ends have written down; below zero it is a release.

    Args:
        supply_plan: table supply_plan.
        unit_cost: standard cost of each of its rows, money per unit; empty = the row is not valued.
        policy: rate, and months above which stock is excess.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        Amounts (money) indexed by month; no rows where the rate is 0.
    """
    nothing = pd.Series([], dtype="float64", index=pd.Index([], dtype="str"))
    ends = sorted({month for month in supply_plan["period"].unique() if fiscal_year_periods(month, first_month)[-1] == month})
    if policy.write_down_rate == 0 or not ends:
        return nothing
    excess = excess_quantities(supply_plan, policy.excess_months)
    valued = (
        supply_plan[["item", "period"]].assign(unit_cost=unit_cost.fillna(0.0)).merge(excess, on=["item", "period"], validate="one_to_one")
    )
    valued = valued[valued["period"].isin(ends)]
    provision = (valued["excess"] * valued["unit_cost"] * policy.write_down_rate).groupby(valued["period"]).sum()
    return provision.diff().fillna(provision)
