"""Fixed production cost in the plan: what production absorbs, what it leaves over, and what a pre-build moves into stock.

f = standard cost - variable cost of a unit: its share of fixed production cost. Under variable costing f never reaches stock; under
standard absorption cost of goods holds f of the units sold, and stock f of the units kept.
"""

import pandas as pd

from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import costs_of

OWN = ("stock", "order", "assemble")  # supply strategies of what is made here; what is bought or a service absorbs nothing
YEAR = 12


def absorption(supply_plan: pd.DataFrame, items: pd.DataFrame, costs: pd.DataFrame, policy: MoneyPolicy) -> pd.Series:
    """Fixed production cost that planned production does not absorb, by month; below zero where it absorbs more.

    absorption_t = F - sum of f x units made in t. F is `policy.fixed_production_costs` a month, else what production of the next twelve
    months absorbs on average (normal capacity as planned), so that the year comes out even and months show the season.

    Args:
        supply_plan: units made.
        items: for their supply strategy.
        costs: `item_costs` of the planned months.
        policy: costing; under variable costing there is none.

    Returns:
        Money by month; no rows under variable costing, or where no item has a fixed part.
    """
    if policy.costing != "standard_absorption" or supply_plan.empty:
        return _nothing()
    fixed = _fixed_part(supply_plan, items, costs)
    absorbed = (supply_plan["production"] * fixed).groupby(supply_plan["period"]).sum().sort_index()
    if policy.fixed_production_costs is None and not absorbed.gt(0).any():
        return _nothing()
    normal = absorbed.iloc[:YEAR].mean() if policy.fixed_production_costs is None else policy.fixed_production_costs
    return normal - absorbed


def prebuild_effect(supply_plan: pd.DataFrame, items: pd.DataFrame, costs: pd.DataFrame) -> pd.Series:
    """What building ahead adds to margin under standard absorption against variable costing, by month: f x change of stock.

    Absorbed margin less variable margin, fixed cost of the month out of both, is f x (units made - units sold): a month that builds stock
    shows a margin that it has not earned, and the month that sells it gives it back. It is told under either policy and is in no sum.

    Args:
        supply_plan: opening and closing stock.
        items: for their supply strategy.
        costs: `item_costs` of the planned months.

    Returns:
        Money by month; no rows where no item has a fixed part.
    """
    if supply_plan.empty:
        return _nothing()
    fixed = _fixed_part(supply_plan, items, costs)
    if not fixed.gt(0).any():
        return _nothing()
    moved = (supply_plan["closing_stock"] - supply_plan["opening_stock"]) * fixed
    return moved.groupby(supply_plan["period"]).sum().sort_index()


def _fixed_part(supply_plan: pd.DataFrame, items: pd.DataFrame, costs: pd.DataFrame) -> pd.Series:
    """F of each row's item and month, money per unit; 0 where a cost is not known or the item is not made here."""
    found = costs_of(supply_plan, costs)
    own = supply_plan["item"].map(items.set_index("item")["supply_strategy"]).isin(OWN)
    return (found["unit_cost"] - found["variable_cost"]).clip(lower=0.0).fillna(0.0).where(own, 0.0)


def _nothing() -> pd.Series:
    return pd.Series([], dtype="float64", index=pd.Index([], dtype="str"))
