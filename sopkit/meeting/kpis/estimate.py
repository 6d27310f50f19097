"""The latest estimate of the fiscal year beside budget, last plan and last year, as facts."""

import pandas as pd

from sopkit.data.facts import fact, fact_rows
from sopkit.finance.comparison import planned_before
from sopkit.finance.gross_to_net import net_by_month
from sopkit.finance.inputs import MoneyInputs
from sopkit.periods import fiscal_year_periods, shifted

NO_BUDGET = "budget is not provided for every month of the fiscal year"
NO_PLAN = "the last plan does not cover the months of the fiscal year that were open when it was made"
NO_YEAR = "the sales history does not hold every month of the year before"
NO_COST = "units without a unit cost are sold in the fiscal year, or its months are not all known"
YEAR, GAP, CONTRIBUTION, CONTRIBUTION_GAP = "net_sales_year", "net_sales_gap", "contribution_year", "contribution_gap"

# (id, scenario): definition, source table, reason where it is unknown
TOLD = {
    (YEAR, "base"): ("net sales of the fiscal year: closed months + constrained plan", "plan_statement", NO_COST),
    (YEAR, "budget"): ("net sales of the fiscal year in the budget", "budget", NO_BUDGET),
    (YEAR, "last_plan"): ("net sales of the fiscal year as the last plan saw it", "last_plan", NO_PLAN),
    (YEAR, "actual"): ("net sales of the fiscal year before", "demand_history", NO_YEAR),
    (GAP, "budget"): ("latest estimate - budget, net sales of the fiscal year", "budget_gap", NO_BUDGET),
    (GAP, "last_plan"): ("latest estimate - last plan, net sales of the fiscal year", "last_plan", NO_PLAN),
    (CONTRIBUTION, "base"): (
        "operating contribution of the fiscal year: closed months (gross margin) + constrained plan",
        "plan_statement",
        NO_COST,
    ),
    (CONTRIBUTION, "budget"): ("operating contribution of the fiscal year in the budget", "budget", NO_BUDGET),
    (CONTRIBUTION_GAP, "budget"): ("latest estimate - budget, operating contribution of the fiscal year", "plan_statement", NO_BUDGET),
}


def estimate_facts(
    money: MoneyInputs, statement: pd.DataFrame, last_plan: pd.DataFrame, *, cutoff: str, first_month: int, currency: str
) -> pd.DataFrame:
    """Net sales and operating contribution of the fiscal year of M0: latest estimate, budget, last plan, year before, and the gaps.

    Latest estimate = closed months + M0 + constrained plan of the rest. The last plan's = months closed when it was made +
    its shipments x its prices.

    Args:
        money: budget and history.
        statement: table plan_statement.
        last_plan: table last_plan; empty = there is none.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
        currency: the company's currency.

    Returns:
        Table facts: `net_sales_year` and `contribution_year` (scenarios base, budget, last_plan; the year before is `actual`),
        `net_sales_gap` and `contribution_gap` (estimate less budget, estimate less last plan); unknown ones have a reason.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    before = [shifted(period, -12) for period in year]
    sales = _whole(_line(statement, "net_sales"), year)
    contribution = _whole(_line(statement, "operating_contribution"), year)
    budgeted = money.budget[money.budget["period"].isin(year)].groupby("period")[["revenue", "contribution"]].agg("sum", min_count=1)
    budget, goal = _whole(budgeted["revenue"], year), _whole(budgeted["contribution"], year)
    planned = _whole(planned_before(money, last_plan), year)
    values = {
        (YEAR, "base"): sales,
        (YEAR, "budget"): budget,
        (YEAR, "last_plan"): planned,
        (YEAR, "actual"): _whole(net_by_month(money.history, money.items, money.deductions), before),
        (GAP, "budget"): sales - budget,
        (GAP, "last_plan"): sales - planned,
        (CONTRIBUTION, "base"): contribution,
        (CONTRIBUTION, "budget"): goal,
        (CONTRIBUTION_GAP, "budget"): contribution - goal,
    }
    spans = {scenario: f"{months[0]}..{months[-1]}" for scenario, months in (("actual", before), ("base", year))}
    return fact_rows(_told(key, value, spans.get(key[1], spans["base"]), currency) for key, value in values.items())


def _told(key: tuple[str, str], value: float, period: str, currency: str) -> dict[str, object]:
    name, scenario = key
    definition, table, reason = TOLD[key]
    return fact(
        name,
        value,
        unit="money",
        currency=currency,
        period=period,
        scenario=scenario,
        definition=definition,
        source_table=table,
        source_key=f"period={period}",
        reason=reason,
    )


def _line(statement: pd.DataFrame, line: str) -> pd.Series:
    return statement[statement["line"].eq(line)].groupby("period")["amount"].sum()


def _whole(monthly: pd.Series, periods: list[str]) -> float:
    """The sum over all periods; NaN where one is unknown."""
    return float(monthly.reindex(periods).sum(skipna=False))
