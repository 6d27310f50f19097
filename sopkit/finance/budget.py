"""Latest estimate of the fiscal year against the budget, and the gap by cause.

Units and prices are compared at the budget's own grain: family, region and channel, or without those that the budget
gives as `*`. A change of mix inside that grain shows as price.
"""

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import empty
from sopkit.data.contracts.derived_meeting import BudgetGap
from sopkit.errors import DataError, Problem
from sopkit.finance.family import family_of
from sopkit.finance.inputs import MoneyInputs
from sopkit.periods import fiscal_year_periods, shifted

CELL = ["family", "region", "channel"]
CAUSES = ("volume", "capacity", "price", "currency")
PRINTED = ("budget", *CAUSES, "gap", "latest_estimate")
DECIMALS = 6  # those of the contract: causes are rounded before they are added, so that sums hold on disk too
TOLERANCE = 0.01  # money


def budget_gap(inputs: MoneyInputs, statement: pd.DataFrame, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """The gap between latest estimate and budget of the fiscal year of M0, by family and cause.

    With B and R budget units and net sales, p = R / B, D units demanded, S units shipped and L net sales, per cell:
    volume = (D - B) p; capacity = (S - D) p, units lost or shipped after the year's end; currency = sum of net sales x
    (1 - budget rate / rate) over the months of regions that invoice in a foreign currency; price = the rest, mix inside
    the cell included. budget + volume + capacity + price + currency = latest estimate, gap = their difference.
    In closed months D = S = units invoiced. A cell without budgeted units takes p from its own net sales.

    Args:
        inputs: budget, history, constrained plan, exchange rates; no budget = an empty result.
        statement: table plan_statement.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        Table budget_gap, money; family `*` is the company, the sum of the others.

    Raises:
        DataError: a region that invoices in two currencies.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    if inputs.budget["period"].isin(year).sum() == 0:
        return empty(BudgetGap)
    cells = _cells(inputs, statement, year).sum()
    budgeted = cells["budget_units"] > 0
    own = (cells["latest_estimate"] / cells["shipped"].where(cells["shipped"].ne(0))).fillna(0.0)
    price = (cells["budget"] / cells["budget_units"].where(budgeted)).where(budgeted, own)
    units = cells["budget_units"].where(budgeted, (cells["budget"] / price.where(price.ne(0))).fillna(0.0))
    causes = pd.DataFrame(
        {
            "budget": cells["budget"],
            "volume": (cells["demand"] - units) * price,
            "capacity": (cells["shipped"] - cells["demand"]) * price,
            "currency": cells["currency"],
            "latest_estimate": cells["latest_estimate"],
        }
    )
    families = causes.groupby("family").sum().round(DECIMALS)
    families = pd.concat([families, families.sum().rename("*").to_frame().T.rename_axis("family")])
    families["gap"] = families["latest_estimate"] - families["budget"]
    families["price"] = families["gap"] - families["volume"] - families["capacity"] - families["currency"]
    rows = families[list(PRINTED)].rename_axis("cause", axis=1).stack().rename("amount").round(DECIMALS)
    return rows.reset_index().astype({"family": "str", "cause": "str"}).sort_values(["family", "cause"], ignore_index=True)


def budget_checks(gap: pd.DataFrame) -> pd.DataFrame:
    """What must hold inside the gap: one row per rule, `rule, ok, detail`; without a budget the rules hold for nothing.

    Args:
        gap: table budget_gap.
    """
    wide = gap.pivot(index="family", columns="cause", values="amount").reindex(columns=list(PRINTED))
    apart = {
        "causes add up to the gap to budget": (wide[list(CAUSES)].sum(axis=1) - wide["gap"]).abs().max(),
        "families add up to the company's gap": (wide.drop(index="*", errors="ignore").sum() - wide.reindex(["*"]).sum()).abs().max(),
        "gap to budget = latest estimate - budget": (wide["latest_estimate"] - wide["budget"] - wide["gap"]).abs().max(),
    }
    return _told(apart)


def estimate_checks(inputs: MoneyInputs, statement: pd.DataFrame, gap: pd.DataFrame, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """What must hold between the gap, the statement and the budget's own table: one row per rule, `rule, ok, detail`.

    Args:
        inputs: budget and plan.
        statement: table plan_statement.
        gap: table budget_gap.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    sales = statement[statement["line"].eq("net_sales") & statement["period"].isin(year)]
    budget = inputs.budget[inputs.budget["period"].isin(year)]
    if budget.empty:
        return pd.DataFrame({"rule": ["budget is compared"], "ok": [True], "detail": ["budget is not provided for the fiscal year"]})
    total = gap[gap["family"].eq("*")].set_index("cause")["amount"]
    apart = {
        "latest estimate is the statement's": abs(total["latest_estimate"] - sales["amount"].sum()),
        "budget is the table's": abs(total["budget"] - budget["revenue"].sum()),
    }
    return _told(apart)


def _told(apart: dict[str, float]) -> pd.DataFrame:
    rows = [
        (rule, True, "not available") if pd.isna(difference) else (rule, bool(difference <= TOLERANCE), f"apart by {difference:.2f}")
        for rule, difference in apart.items()
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def _cells(inputs: MoneyInputs, statement: pd.DataFrame, year: list[str]) -> "pd.api.typing.DataFrameGroupBy":
    """Units and money of the year by the cells of the budget: columns to be summed."""
    budget = inputs.budget[inputs.budget["period"].isin(year)]
    sales = statement[statement["line"].eq("net_sales") & statement["period"].isin(year)]
    closed = inputs.history[inputs.history["period"].isin(year)]
    planned = inputs.demand_fulfilment[inputs.demand_fulfilment["period"].isin(year)]
    parts = [
        budget[CELL].assign(budget_units=_units_of_cells(budget), budget=budget["revenue"]),
        sales[CELL].assign(latest_estimate=sales["amount"], currency=_currency(sales, inputs.exchange_rates, year)),
        closed[["region", "channel"]].assign(
            family=family_of(inputs.items, closed["item"]), demand=closed["sold_quantity"], shipped=closed["sold_quantity"]
        ),
        planned[["region", "channel"]].assign(
            family=family_of(inputs.items, planned["item"]), demand=planned["demand"], shipped=planned["shipped"]
        ),
    ]
    rows = pd.concat(parts, ignore_index=True)
    for key in ("region", "channel"):
        whole = set(budget.loc[budget[key].eq("*"), "family"])
        rows[key] = rows[key].where(~rows["family"].isin(whole), "*")
    measures = ["budget_units", "budget", "latest_estimate", "currency", "demand", "shipped"]
    rows[measures] = rows[measures].fillna(0.0)  # each part fills its own measures: the others add nothing
    return rows.groupby(CELL, sort=True)[measures]


def _units_of_cells(budget: pd.DataFrame) -> pd.Series:
    """Budget units, row by row; none at all in a cell that has a month without them: a price of some months would be no price."""
    return budget["quantity"].where(budget["quantity"].notna().groupby([budget[key] for key in CELL]).transform("all"))


def _currency(sales: pd.DataFrame, exchange_rates: pd.DataFrame, year: list[str]) -> pd.Series:
    """Net sales x (1 - budget rate / rate), row by row of `sales`; 0 in regions without a foreign currency.

    A month without a rate takes the last one before it, or the first one after it.
    """
    if exchange_rates.empty:
        return pd.Series(0.0, index=sales.index)
    twice = exchange_rates.duplicated(["region", "period"], keep=False)
    if twice.any():
        named = sorted(set(exchange_rates.loc[twice, "region"]))
        raise DataError(
            "exchange rates are ambiguous",
            [Problem(f"exchange_rates, region {region}", "two currencies in one month", "one currency per region") for region in named],
        )
    share = (1 - exchange_rates["budget_rate"] / exchange_rates["rate"].where(exchange_rates["rate"] > 0)).rename("share")
    wide = pd.concat([exchange_rates[["region", "period"]], share], axis=1).pivot(index="period", columns="region", values="share")
    filled = wide.reindex(sorted(set(wide.index).union(year))).ffill().bfill().stack()
    found = filled.reindex(pd.MultiIndex.from_frame(sales[["period", "region"]])).fillna(0.0).to_numpy()
    return pd.Series(sales["amount"].to_numpy() * np.asarray(found), index=sales.index)
