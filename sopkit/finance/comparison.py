"""The estimate beside budget, target, last plan and last year: the month, the year to date, the full year; and what moved the margin."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.finance.gross_to_net import net_by_month, net_of
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import trade_by_item
from sopkit.periods import fiscal_year_periods, shifted

LINES = ("net_sales", "operating_contribution")
BUDGETED = {"net_sales": "revenue", "operating_contribution": "contribution"}
CELL = ["item", "region", "channel"]
YEAR = 12
NOT_PROVIDED = "budget is not provided"
NO = {
    "budget": "budget does not hold every month of the span",
    "target": "no target of total sales for the company",
    "last_plan": "the last plan does not cover the span, or holds no costs",
    "last_year": "the year before is not known in every month of the span",
}


def estimate_comparison(
    money: MoneyInputs, statement: pd.DataFrame, last_plan: pd.DataFrame, targets: pd.DataFrame, *, cutoff: str, first_month: int
) -> pd.DataFrame:
    """The estimate of the closed month, the fiscal year to date and the full year, each beside what it may be measured against.

    Args:
        money: budget and history.
        statement: table plan_statement: closed months and the constrained plan.
        last_plan: shipments x prices of the last plan; empty = there is none.
        targets: a target of `total_sales` of the company is one month's; over a span it counts for each month.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        estimate_comparison contract: span x line x against; `other` is empty with a reason where it is not known.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    spans = {"month": [cutoff], "year_to_date": [month for month in year if month <= cutoff] or [cutoff], "full_year": year}
    lines = {line: statement[statement["line"].eq(line)].groupby("period")["amount"].sum() for line in LINES}
    rows = []
    for span, months in spans.items():
        for line in LINES:
            estimate = _whole(lines[line], months)
            for against, other in _others(money, lines[line], last_plan, targets, line, months).items():
                known = not (np.isnan(other) or np.isnan(estimate))
                reason = NOT_PROVIDED if against == "budget" and money.budget.empty else NO[against]
                told = (span, months[0], months[-1], line, against, estimate, other, estimate - other, None if known else reason)
                rows.append(told)
    columns = ["span", "first_period", "last_period", "line", "against", "estimate", "other", "difference", "reason"]
    return conform(pd.DataFrame(rows, columns=columns), CONTRACTS["estimate_comparison"])


def margin_change(inputs: MoneyInputs, policy: MoneyPolicy, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """What moved gross margin from last year to this one: volume, mix, price and cost; the fiscal year to date and the full year.

    Args:
        inputs: history, constrained plan, costs.
        policy: costing.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        margin_change contract; a span with an uncosted unit is left out.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    closed = [shifted(month, -YEAR) for month in year] + [month for month in year if month <= cutoff]
    trade = trade_by_item(inputs, policy, closed=sorted(set(closed)), cutoff=cutoff)
    rows = []
    for span, months in {"year_to_date": [month for month in year if month <= cutoff], "full_year": year}.items():
        before = [shifted(month, -YEAR) for month in months]
        if not months or not set(before) <= set(inputs.history["period"]):
            continue
        split = split_of_change(_sums(trade, before), _sums(trade, months))
        rows += [(span, position, cause, amount) for position, (cause, amount) in enumerate(split.items(), start=1) if not np.isnan(amount)]
    return conform(pd.DataFrame(rows, columns=["span", "position", "cause", "amount"]), CONTRACTS["margin_change"])


def split_of_change(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, float]:
    """Margin before, what volume, mix, price and cost did, margin after; the parts add up exactly.

    With q units, p mean net price and c cost per unit of a cell, 0 before and 1 after, Q = sum of q, M = sum of q (p - c):

        volume = (Q1 / Q0 - 1) M0          price = sum of q1 (p1 - p0)
        mix    = sum of q1 (p0 - c0) - M0 Q1 / Q0     cost = - sum of q1 (c1 - c0)

    A cell that was not sold before has p0 = p1 and c0 = c1: all it brings is mix.

    Args:
        before, after: by cell (index): `quantity`, `net_sales`, `cost_of_goods`.
    """
    cells = before.index.union(after.index)
    zero, one = before.reindex(cells, fill_value=0.0), after.reindex(cells, fill_value=0.0)
    whole = zero["quantity"].sum()
    start, end = ((each["net_sales"] - each["cost_of_goods"]).sum(skipna=False) for each in (zero, one))
    q1, was = one["quantity"], zero["quantity"].ne(0)
    unit = {
        name: (zero[name] / zero["quantity"].where(was)).where(was, one[name] / q1.where(q1.ne(0)))
        for name in ("net_sales", "cost_of_goods")
    }
    kept = {name: (q1 * unit[name]).where(q1.ne(0), 0.0).fillna(0.0) for name in unit}
    price, cost = (one["net_sales"] - kept["net_sales"]).sum(), -(one["cost_of_goods"] - kept["cost_of_goods"]).sum()
    volume = (q1.sum() / whole - 1) * start if whole else 0.0
    mix = end - start - volume - price - cost
    return {
        "last_year": float(start),
        "volume": float(volume),
        "mix": float(mix),
        "price": float(price),
        "cost": float(cost),
        "this_year": float(end),
    }


def _others(
    money: MoneyInputs, line: pd.Series, last_plan: pd.DataFrame, targets: pd.DataFrame, name: str, months: list[str]
) -> dict[str, float]:
    budget = money.budget.groupby("period")[BUDGETED[name]].agg("sum", min_count=1) if len(money.budget) else pd.Series(dtype=float)
    last_year = net_by_month(money.history, money.items, money.deductions) if name == "net_sales" else line
    goal = (
        targets[targets["target"].eq("total_sales") & targets["scope"].eq("*")]["value"] if name == "net_sales" else pd.Series(dtype=float)
    )
    return {
        "budget": _whole(budget, months),
        "target": float(goal.iloc[0]) * len(months) if len(goal) else float("nan"),
        "last_plan": _whole(planned_before(money, last_plan), months) if name == "net_sales" else float("nan"),
        "last_year": _whole(last_year, [shifted(month, -YEAR) for month in months]),
    }


def planned_before(money: MoneyInputs, last_plan: pd.DataFrame) -> pd.Series:
    """Net sales by month as the last plan saw them: invoiced before its month, its shipments at its prices from then on.

    Args:
        money: history, and sales terms, which are taken as they hold now.
        last_plan: shipments x prices of the last plan; empty = there is none.
    """
    if last_plan.empty:
        return pd.Series(dtype=float)
    made_in = last_plan["made_in"].max()
    invoiced = net_by_month(money.history[money.history["period"].lt(made_in)], money.items, money.deductions)
    rows = last_plan[last_plan["made_in"].eq(made_in) & last_plan["period"].ge(made_in)]
    planned = rows.assign(quantity=rows["shipped"], net_sales=rows["shipped"] * rows["net_price"])
    return pd.concat([invoiced, net_of(planned, money.items, money.deductions).groupby(rows["period"]).sum()])


def _sums(trade: pd.DataFrame, months: list[str]) -> pd.DataFrame:
    rows = trade[trade["period"].isin(months)]
    sums = rows.assign(uncosted=rows["cost_of_goods"].isna()).groupby(CELL)[["quantity", "net_sales", "cost_of_goods", "uncosted"]].sum()
    return sums.assign(cost_of_goods=sums["cost_of_goods"].where(sums["uncosted"].eq(0))).drop(columns="uncosted")


def _whole(monthly: pd.Series, months: list[str]) -> float:
    """The sum over all months; NaN where one is unknown."""
    return float(monthly.reindex(months).astype("float64").sum(skipna=False))
