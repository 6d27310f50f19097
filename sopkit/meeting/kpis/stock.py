"""Inventory turnover and working capital of closed months."""

import pandas as pd

from sopkit.finance.balances import closed_balances
from sopkit.finance.family import family_of
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import item_costs
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.reading import reading, readings_by
from sopkit.periods import period_range, shifted

MONTHS = 12


def turnover_readings(inputs: KpiInputs, policy: MoneyPolicy, periods: list[str], *, cutoff: str) -> pd.DataFrame:
    """Inventory turnover, for the company and by family.

    turns = standard cost of the units sold in twelve months / mean of thirteen month-end stocks at standard cost (KPI 5).
    """
    months = period_range(shifted(periods[0], -MONTHS), len(periods) + MONTHS)
    sold, stock = standard_cost_sold(inputs, policy, months, cutoff=cutoff), stock_by_family(inputs, policy, months, cutoff=cutoff)
    total = turns(sold.sum(axis=1, skipna=False), stock.sum(axis=1, skipna=False), periods)
    families = [family for family in stock.columns if stock[family].gt(0).any()]
    by_family = pd.DataFrame({family: turns(sold[family], stock[family], periods) for family in families}, index=periods)
    reason = (
        "inventory is not provided" if inputs.inventory.empty else "thirteen valued month-end stocks and twelve months of sales are needed"
    )
    return pd.concat(
        [reading("inventory_turnover", total, reason=reason), readings_by("inventory_turnover", by_family, name="family")],
        ignore_index=True,
    )


def turns(sold: pd.Series, stock: pd.Series, periods: list[str]) -> pd.Series:
    """Cost of the units sold in the twelve months that end with each period / mean of its thirteen month-end stocks.

    Args:
        sold: standard cost of the units sold, by month, months without gaps.
        stock: stock at standard cost at the same months' ends.
        periods: periods wanted.

    Returns:
        Turns by period; NaN where a month is unknown or there was no stock.
    """
    average = stock.rolling(MONTHS + 1).mean()
    return (sold.rolling(MONTHS).sum() / average.where(average > 0)).reindex(periods)


def standard_cost_sold(inputs: KpiInputs, policy: MoneyPolicy, months: list[str], *, cutoff: str) -> pd.DataFrame:
    """Units sold at dated standard cost: one row per month, one column per family; NaN where a cost is unknown."""
    rows = inputs.history[inputs.history["period"].isin(months)]
    sold = rows[["item", "period"]].assign(quantity=rows["sold_quantity"])
    wide = _by_family(sold, inputs, policy, months, cutoff)
    return wide[wide.index.isin(inputs.history["period"].unique())].reindex(months)


def stock_by_family(inputs: KpiInputs, policy: MoneyPolicy, months: list[str], *, cutoff: str) -> pd.DataFrame:
    """Month-end stock at dated standard cost: one row per month, one column per family; NaN where it is unknown."""
    wide = _by_family(inputs.inventory[inputs.inventory["period"].isin(months)], inputs, policy, months, cutoff)
    return wide[wide.index.isin(inputs.inventory["period"].unique())].reindex(months)


def _by_family(rows: pd.DataFrame, inputs: KpiInputs, policy: MoneyPolicy, months: list[str], cutoff: str) -> pd.DataFrame:
    costs = item_costs(inputs.items, inputs.history, inputs.unit_costs, policy, periods=months, cutoff=cutoff)
    priced = rows.merge(costs[["item", "period", "unit_cost"]], on=["item", "period"], how="left", validate="many_to_one")
    value = (priced["quantity"] * priced["unit_cost"]).where(priced["quantity"].ne(0), 0.0)
    keys = [priced["period"], family_of(inputs.items, priced["item"])]
    families = sorted(inputs.items["family"].unique())
    unknown = value.isna().groupby(keys).any().unstack().reindex(index=months, columns=families).fillna(False).astype(bool)
    return value.groupby(keys).sum().unstack().reindex(index=months, columns=families).fillna(0.0).where(~unknown)


def balance_readings(inputs: KpiInputs, policy: MoneyPolicy, periods: list[str]) -> pd.DataFrame:
    """Working capital, its operating part and cash headroom at month ends (KPI 6).

    working capital = inventory + receivables + cash + other current assets - payables - other current liabilities.
    """
    held = closed_balances(inputs.balance_sheet, policy, periods=periods)
    operating = held["inventory"] + held["receivables"] - held["payables"]
    working = operating + held["cash"] + held["other_current_assets"] - held["other_current_liabilities"]
    missing = "balance_sheet is not provided" if inputs.balance_sheet.empty else "balance_sheet lacks an account in the month"
    unlined = missing if held["credit_line"].notna().any() else f"{missing}, or the credit line is not known"
    return pd.concat(
        [
            reading("working_capital", working, reason=missing),
            reading("operating_working_capital", operating, reason=missing),
            reading("cash_headroom", held["cash"] + held["credit_line"], reason=unlined),
        ],
        ignore_index=True,
    )
