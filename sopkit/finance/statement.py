"""The plan in money: closed months as they were invoiced, planned months as the constrained plan ships them.

Signs: every line is positive in its own sense; costs are positive and are deducted. Rows with `*` belong to no family,
they are not totals: the sum over all rows of a line and month is the company. Planning penalties never appear here.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.errors import DataError, ParamsError, Problem
from sopkit.finance.absorption import absorption, prebuild_effect
from sopkit.finance.family import family_of
from sopkit.finance.gross_to_net import DEDUCTED, GROSS, with_deductions
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.people import overtime, workforce_change
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import costing_column, costs_of, item_costs
from sopkit.finance.write_down import write_downs
from sopkit.periods import fiscal_year_periods, period_range, shifted

CELL = ["family", "region", "channel", "period", "scenario"]
KEY = ["line", "family", "region", "channel", "period"]
COST_LINES = (
    "overtime",
    "subcontract_premium",
    "expedite",
    "freight",
    "transfer",
    "setup",
    "sourcing",
    "holding",
    "workforce_change",
    "one_off",
    "absorption",
    "write_down",
)
MEMO = "prebuild_absorption"  # told beside the statement, in no sum
OUTLAYS = {
    "alternative_resource": "sourcing",
    "site": "sourcing",
    "supplier": "sourcing",
    "temporary_people": "workforce_change",
}  # kinds of plan_outlays that are no line of their own
DECIMALS = 6  # those of the contract: lines are rounded before they are added, so that sums hold on disk too
CLOSED_MONTHS = 13


@dataclass(frozen=True)
class ClosedStatement:
    """What no plan changes: the closed months of the statement. Plans on the same history and costs share it."""

    lines: pd.DataFrame  # table plan_statement, closed months
    costs: pd.DataFrame  # `item_costs` of the planned months


def plan_statement(
    inputs: MoneyInputs,
    policy: MoneyPolicy,
    *,
    cutoff: str,
    first_month: int,
    extra_costs: pd.DataFrame | None = None,
    closed: ClosedStatement | None = None,
) -> pd.DataFrame:
    """Monthly statement of the closed months and of the constrained plan.

    gross_margin = net_sales - cost_of_goods; operating_contribution = gross_margin - the lines of COST_LINES. Net sales of a planned
    month are units shipped in it x net price of that month, less what sales terms credit afterwards; where terms are provided, gross
    sales and what is deducted stand above: net_sales = gross_sales - DEDUCTED. Cost of goods is that of the units sold. A month in which
    a sold unit has no cost carries neither cost of goods nor the lines derived from it (`unvalued_sales` names the units). Freight,
    transfers, setups and dearer sourcing are those of the plan's outlays, by family. `prebuild_absorption` is in no sum.

    Args:
        inputs: history, constrained plan, costs.
        policy: costing, write-down, cost of items without cost.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
        extra_costs: costs of decisions, one row per `period, line, amount`; None = none.
        closed: `closed_statement` of the same history, costs and planned months; None = it is made here.

    Returns:
        Table plan_statement: closed months from the start of the fiscal year before (13 at least), and planned months.

    Raises:
        ParamsError: an extra cost on no cost line, or outside the planned months.
        DataError: a shipment, an overtime hour or a hire without a price, or an item without a family.
    """
    closed = closed or closed_statement(inputs, policy, cutoff=cutoff, first_month=first_month)
    trade = _by_cell(_valued(_shipped(inputs), inputs, policy, closed.costs))
    extra = _extra_costs(extra_costs, inputs.planned_periods)
    company = _company_costs(inputs, policy, closed.costs, first_month=first_month, extra=extra)
    told_beside = _lines_of(
        prebuild_effect(inputs.supply_plan if len(inputs.inventory) else inputs.supply_plan.iloc[:0], inputs.items, closed.costs), MEMO
    )
    told_beside = told_beside.assign(region="*", channel="*", scenario="base")
    result = pd.concat([closed.lines, _statement_lines(trade, company), told_beside], ignore_index=True)
    return result[CONTRACTS["plan_statement"].column_names()].sort_values(KEY, kind="stable", ignore_index=True)


def closed_statement(inputs: MoneyInputs, policy: MoneyPolicy, *, cutoff: str, first_month: int) -> ClosedStatement:
    """The closed months of the statement as they were invoiced, and the unit costs of the planned ones.

    Args:
        inputs: history, costs, planned months.
        policy: costing, cost of items without cost.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
    """
    closed = closed_periods(cutoff, first_month)
    costs = _costs(inputs, policy, closed, cutoff)
    lines = _statement_lines(_by_cell(_valued(_sold(inputs, closed), inputs, policy, costs)), None)
    return ClosedStatement(lines, costs[~costs["period"].isin(closed)])


def _statement_lines(trade: pd.DataFrame, company: pd.DataFrame | None) -> pd.DataFrame:
    """Lines of whole months: trade by cell, costs of the company, and what is derived from them where all of a month has a cost."""
    valued = set(trade["period"]).difference(trade.loc[trade["cost_of_goods"].isna(), "period"])
    costed = trade[trade["period"].isin(valued)]
    lines = [*_gross_lines(trade), _line_of(trade, "net_sales"), _line_of(costed, "cost_of_goods")]
    if company is not None:
        company = company.assign(amount=company["amount"].round(DECIMALS))
        lines.append(company)
    result = pd.concat(lines, ignore_index=True)
    derived = _derived(costed, None if company is None else company[company["period"].isin(valued)])
    return pd.concat([result.assign(amount=result["amount"].round(DECIMALS)), derived], ignore_index=True)


def _gross_lines(trade: pd.DataFrame) -> list[pd.DataFrame]:
    """Gross sales and what is deducted from them, where sales terms are provided: net sales are their difference to the last decimal."""
    if GROSS not in trade:
        return []
    taken = {line: trade[line].round(DECIMALS) for line in DEDUCTED}
    gross = (trade["net_sales"].round(DECIMALS) + sum(taken.values())).round(DECIMALS)
    return [trade[CELL].assign(line=line, amount=amount) for line, amount in {GROSS: gross, **taken}.items()]


def closed_periods(cutoff: str, first_month: int) -> list[str]:
    """Closed months of the statement: from the start of the fiscal year before that of M0, thirteen at least."""
    start = fiscal_year_periods(shifted(cutoff, 1 - 12), first_month)[0]
    first = min(start, shifted(cutoff, 1 - CLOSED_MONTHS))
    return [label for label in period_range(first, 36) if label <= cutoff]


def trade_by_item(inputs: MoneyInputs, policy: MoneyPolicy, *, closed: list[str], cutoff: str) -> pd.DataFrame:
    """Units, net sales and cost of the units sold by item, region, channel and month; closed months and plan.

    Args:
        inputs: history, constrained plan, costs.
        policy: costing, cost of items without cost.
        closed: closed months wanted.
        cutoff: last closed period.

    Returns:
        `item, family, region, channel, period, scenario, quantity` (units sold or shipped), `net_sales, standard_cost,
        cost_of_goods` (money; costs are empty where unknown and 0 where nothing was sold); with sales terms gross sales and deductions.
    """
    sold = pd.concat([_sold(inputs, closed), _shipped(inputs)], ignore_index=True)
    return _valued(sold, inputs, policy, _costs(inputs, policy, closed, cutoff))


def unvalued_sales(inputs: MoneyInputs, policy: MoneyPolicy, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """Sales whose cost is unknown: why margin lines are not available in a month.

    Returns:
        One row per item and month: `item, period, quantity` (units), `net_sales` (money); empty when all is valued.
    """
    trade = trade_by_item(inputs, policy, closed=closed_periods(cutoff, first_month), cutoff=cutoff)
    missing = trade[trade["cost_of_goods"].isna()]
    return missing.groupby(["item", "period"], sort=True, as_index=False)[["quantity", "net_sales"]].sum()


def _costs(inputs: MoneyInputs, policy: MoneyPolicy, closed: list[str], cutoff: str) -> pd.DataFrame:
    periods = [*closed, *inputs.planned_periods]
    return item_costs(inputs.items, inputs.history, inputs.unit_costs, policy, periods=periods, cutoff=cutoff)


def _valued(sold: pd.DataFrame, inputs: MoneyInputs, policy: MoneyPolicy, costs: pd.DataFrame) -> pd.DataFrame:
    """Units sold with their family and cost: what was booked, else dated standard cost, and its part by the costing policy."""
    found = costs_of(sold, costs)
    standard = (sold["quantity"] * found["unit_cost"]).where(sold["quantity"].ne(0), 0.0)
    part = (found[costing_column(policy)] / found["unit_cost"]).where(found["unit_cost"] > 0, 1.0)
    booked = sold["booked_cost"].where(sold["booked_cost"].notna(), standard)
    valued = sold.assign(family=family_of(inputs.items, sold["item"]), standard_cost=booked, cost_of_goods=booked * part)
    return with_deductions(valued.drop(columns="booked_cost"), inputs.deductions)


def _by_cell(trade: pd.DataFrame) -> pd.DataFrame:
    """Net sales and cost of goods by family, region, channel and month; cost is empty where any of it is unknown."""
    trade = trade.assign(unvalued=trade["cost_of_goods"].isna())
    told = [name for name in (GROSS, *DEDUCTED) if name in trade]
    sums = trade.groupby(CELL, sort=True, as_index=False)[["net_sales", "cost_of_goods", *told, "unvalued"]].sum()
    sums["cost_of_goods"] = sums["cost_of_goods"].where(sums["unvalued"].eq(0))
    return sums.drop(columns="unvalued")


def _sold(inputs: MoneyInputs, closed: list[str]) -> pd.DataFrame:
    rows = inputs.history[inputs.history["period"].isin(closed)]
    rows = rows[["item", "region", "channel", "period", "sold_quantity", "revenue", "cost"]]
    names = {"sold_quantity": "quantity", "revenue": "net_sales", "cost": "booked_cost"}
    return rows.rename(columns=names).assign(scenario="actual")


def _shipped(inputs: MoneyInputs) -> pd.DataFrame:
    """Shipments of the constrained plan at the net price of their month."""
    key = ["item", "region", "channel", "period"]
    rows, prices = inputs.demand_fulfilment[[*key, "shipped"]], inputs.consensus_demand[[*key, "net_price"]]
    if rows[key].equals(prices[key]):  # the plan holds what the demand holds, in the same order
        rows = rows.assign(net_price=prices["net_price"])
    else:
        rows = rows.merge(prices, on=key, how="left", validate="one_to_one")
    unpriced = rows["net_price"].isna() & rows["shipped"].gt(0)
    if unpriced.any():
        first = rows.loc[unpriced, key].iloc[0]
        raise DataError(
            "shipments without a price",
            [Problem(f"demand_fulfilment {' | '.join(first)}", f"{int(unpriced.sum())} rows", "a row of consensus_demand for each")],
        )
    net_sales = (rows["shipped"] * rows["net_price"]).where(rows["shipped"].ne(0), 0.0)
    plan = rows[key].assign(quantity=rows["shipped"], net_sales=net_sales, scenario="base")
    return plan.assign(booked_cost=np.nan)


def _line_of(trade: pd.DataFrame, line: str) -> pd.DataFrame:
    return trade[CELL].assign(line=line, amount=trade[line])


def _derived(trade: pd.DataFrame, company: pd.DataFrame | None) -> pd.DataFrame:
    """Gross margin and operating contribution, cell by cell, of whole months: costs of the company belong to no family."""
    margin = trade[CELL].assign(amount=(trade["net_sales"].round(DECIMALS) - trade["cost_of_goods"].round(DECIMALS)).round(DECIMALS))
    parts = [margin.assign(line="gross_margin"), margin.assign(line="operating_contribution")]
    if company is not None:
        costs = company.groupby(CELL, sort=True, as_index=False)["amount"].sum()
        parts.append(costs.assign(amount=(-costs["amount"]).round(DECIMALS), line="operating_contribution"))
    return pd.concat(parts, ignore_index=True)


def _company_costs(inputs: MoneyInputs, policy: MoneyPolicy, costs: pd.DataFrame, *, first_month: int, extra: pd.DataFrame) -> pd.DataFrame:
    """Cost lines of the planned months that belong to no family; a line whose inputs are not provided has no rows."""
    plan = inputs.supply_plan if not inputs.unit_costs.empty else inputs.supply_plan.iloc[:0]
    found_costs = costs_of(plan, costs)
    premium = plan["subcontract"] * found_costs["subcontract_premium"].fillna(0.0)
    held = plan if len(inputs.inventory) else plan.iloc[:0]  # what stock costs is not known where stock is not
    holding = held["closing_stock"] * found_costs["unit_cost"].fillna(0.0) * found_costs["holding_rate"].fillna(0.0) / 12
    found = {
        "overtime": overtime(inputs),
        "subcontract_premium": premium.groupby(plan["period"]).sum(),
        "holding": holding.groupby(held["period"]).sum(),
        "workforce_change": workforce_change(inputs),
        "absorption": absorption(plan, inputs.items, costs, policy),
        "write_down": write_downs(held, found_costs["unit_cost"], policy, first_month=first_month),
    }
    rows = [_lines_of(amount, line) for line, amount in found.items() if len(amount)]
    booked = pd.concat([*rows, extra.assign(family="*"), _outlays(inputs)], ignore_index=True)[["line", "family", "period", "amount"]]
    booked = booked.groupby(["line", "family", "period"], sort=True, as_index=False)["amount"].sum()
    return booked.assign(region="*", channel="*", scenario="base")


def _lines_of(amount: pd.Series, line: str) -> pd.DataFrame:
    """A line of the company from amounts by month."""
    return pd.DataFrame({"line": line, "family": "*", "period": amount.index.astype("str"), "amount": amount.to_numpy().round(DECIMALS)})


def _outlays(inputs: MoneyInputs) -> pd.DataFrame:
    """What the plan pays beside the cost of the units, by line, family and month; items that are none (`*`) belong to no family."""
    paid = inputs.plan_outlays
    if paid.empty:
        return paid[["period", "amount"]].assign(line=pd.Series([], dtype="str"), family=pd.Series([], dtype="str"))
    family = paid["item"].map(inputs.items.set_index("item")["family"]).fillna("*")
    rows = paid[["period", "amount"]].assign(line=paid["kind"].replace(OUTLAYS), family=family)
    return rows.astype({"line": "str", "family": "str"})


def _extra_costs(extra_costs: pd.DataFrame | None, planned: list[str]) -> pd.DataFrame:
    if extra_costs is None or extra_costs.empty:
        return pd.DataFrame(
            {"line": pd.Series([], dtype="str"), "period": pd.Series([], dtype="str"), "amount": pd.Series([], dtype="float64")}
        )
    problems = [
        Problem(f"extra cost of {period}", f"line {line!r}", f"one of {', '.join(COST_LINES)}, in {planned[0]}..{planned[-1]}")
        for period, line in extra_costs[["period", "line"]].itertuples(index=False)
        if line not in COST_LINES or period not in planned
    ]
    if problems:
        raise ParamsError("an extra cost cannot be booked", problems)
    return extra_costs[["line", "period", "amount"]]
