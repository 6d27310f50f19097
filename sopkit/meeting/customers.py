"""Who buys: new, lost and shrinking customers, how much hangs on few, their margin, service, open deals and hours of the bottleneck."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.facts import fact, fact_rows
from sopkit.finance.customers import NOBODY, by_customer, planned_parts
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import trade_by_item
from sopkit.meeting.bottleneck import family_bottlenecks
from sopkit.periods import first_day, last_day, period_range, shifted

YEAR, SILENT = 12, 6  # months; a customer without sales in the last six is lost
SHRINKING, GROWING = -0.2, 0.2  # change of net sales from one year to the next
FEW = 5  # customers whose part of sales is the concentration


def customer_review(
    by_customers: pd.DataFrame,
    money: MoneyInputs,
    tables: Mapping[str, pd.DataFrame],
    policy: MoneyPolicy,
    *,
    cutoff: str,
) -> pd.DataFrame:
    """Each customer of the last two years, its sales against the year before, and what it asks of us.

    `new`: nothing in the year before. `lost`: something then, nothing in the last six months. `shrinking` and `growing`: a fifth less or
    more. OTIF counts lines of the last twelve months that left whole by the promised date. Bottleneck hours: planned units of its part of
    each series x hours on the bottleneck of the family, next twelve months.

    Args:
        by_customers: table customer_statement.
        money: the plan.
        tables: by name: sales_history, customers, orders, opportunities, bill_of_resources, resource_load, items; empty = not provided.
        policy: costing.
        cutoff: last closed period.

    Returns:
        customer_review contract; empty where sales name no customer.
    """
    if by_customers.empty:
        return empty(CONTRACTS["customer_review"])
    now, before = (period_range(shifted(cutoff, 1 - span), YEAR) for span in (YEAR, 2 * YEAR))
    lines = by_customer(tables["sales_history"])
    sold = {name: _sum(lines, "revenue", months) for name, months in (("net_sales", now), ("net_sales_before", before))}
    recent = _sum(lines, "revenue", now[-SILENT:])
    closed, planned = (by_customers[by_customers["scenario"].eq(scenario)].set_index("period") for scenario in ("actual", "base"))
    year = period_range(shifted(cutoff, 1), YEAR)
    table = pd.DataFrame(sold).reindex(sorted({*sold["net_sales"].index, *sold["net_sales_before"].index})).fillna(0.0)
    table = table.assign(
        gross_margin=_of(closed, "gross_margin", now),
        planned_net_sales=_of(planned, "net_sales", year),
        planned_gross_margin=_of(planned, "gross_margin", year),
        otif_share=_otif(tables["orders"], now),
        open_opportunities=_open_deals(tables["opportunities"], lines),
        bottleneck_hours=_hours(money, tables, lines, policy, cutoff, year),
    )
    change = (table["net_sales"] / table["net_sales_before"].where(table["net_sales_before"] > 0) - 1).astype("float64")
    silent = ~table.index.isin(recent.index[recent > 0])
    conditions = [table["net_sales_before"].le(0), silent, change.le(SHRINKING), change.ge(GROWING)]
    table = table.assign(change_share=change, status=np.select(conditions, ["new", "lost", "shrinking", "growing"], "steady"))
    table = table.assign(
        sales_share=(table["net_sales"] / table["net_sales"].sum()).clip(0.0, 1.0) if table["net_sales"].sum() > 0 else np.nan
    )
    return conform(table.rename_axis("customer").reset_index(), CONTRACTS["customer_review"])


def concentration_facts(review: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """How much of sales hangs on the five largest customers, as a fact."""
    known = len(review) > 0 and review["net_sales"].sum() > 0
    share = float(review["net_sales"].nlargest(FEW).sum() / review["net_sales"].sum()) if known else None
    told = fact(
        "customer_concentration",
        share,
        unit="share",
        period=f"{shifted(cutoff, 1 - YEAR)}..{cutoff}",
        scenario="actual",
        definition="net sales of the five largest customers / net sales of all, last twelve months",
        source_table="customer_review",
        source_key="net_sales",
        reason="sales name no customer",
    )
    return fact_rows([told])


def _sum(lines: pd.DataFrame, column: str, months: list[str]) -> pd.Series:
    return lines[lines["period"].isin(months)].groupby("customer")[column].sum()


def _of(rows: pd.DataFrame, column: str, months: list[str]) -> pd.Series:
    own = rows[rows.index.isin(months) & rows["customer"].ne(NOBODY)]
    return own.groupby("customer")[column].agg(lambda cells: cells.sum(skipna=False))


def _otif(orders: pd.DataFrame, months: list[str]) -> pd.Series:
    promised = orders["promised_date"].fillna(orders["requested_date"])
    due = orders[promised.between(pd.Timestamp(first_day(months[0])), pd.Timestamp(last_day(months[-1])))]
    kept = due["ship_date"].le(promised[due.index]) & due["shipped_quantity"].fillna(due["quantity"]).ge(due["quantity"])
    return kept.astype("float64").groupby(due["customer"]).mean()


def _open_deals(deals: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Weighted value of open deals: probability x amount, else x units x the customer's mean price."""
    live = deals[~deals["stage"].isin(["won", "lost"])]
    sums = lines.groupby("item")[["revenue", "quantity"]].sum()
    price = live["item"].map(sums["revenue"] / sums["quantity"].where(sums["quantity"] > 0))
    worth = live["amount"].astype("float64").fillna(live["quantity"] * price) * live["probability_share"]
    return worth.groupby(live["customer"]).sum()


def _hours(
    money: MoneyInputs, tables: Mapping[str, pd.DataFrame], lines: pd.DataFrame, policy: MoneyPolicy, cutoff: str, year: list[str]
) -> pd.Series:
    if tables["bill_of_resources"].empty or tables["resource_load"].empty:
        return pd.Series(dtype="float64")
    parts = planned_parts(trade_by_item(money, policy, closed=[], cutoff=cutoff), lines, cutoff=cutoff)
    narrow = family_bottlenecks(tables["items"], tables["bill_of_resources"], tables["resource_load"])
    parts = (
        parts[parts["period"].isin(year)]
        .merge(narrow, on="family", how="inner")
        .merge(tables["bill_of_resources"], on=["item", "resource"])
    )
    return (parts["quantity"] * parts["hours"]).groupby(parts["customer"]).sum()
