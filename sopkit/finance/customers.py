"""Money by customer: closed months as they were invoiced, the plan's months by each customer's part of its series."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import closed_periods, trade_by_item
from sopkit.periods import shifted

SERIES = ["item", "region", "channel"]
CELL = [*SERIES, "period"]
MONEY = ["net_sales", "cost_of_goods"]
RECENT = 12  # months whose sales tell a customer's part of a series
NOBODY = "*"  # what no customer has bought before: launches in new markets


def customer_statement(
    inputs: MoneyInputs, sales_history: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str, first_month: int
) -> pd.DataFrame:
    """Net sales, cost of goods and gross margin by customer and month; over customers they are the statement's.

    A closed month's sales are those invoiced to the customer; its cost is the month's cost of the series, divided by units. The plan knows
    no customers: a planned month of a series is divided by the customers' parts of its units in the last twelve months, of its region and
    channel where nobody bought the item; what nobody bought before stands under `*`.

    Args:
        inputs: history, constrained plan, costs.
        sales_history: invoiced lines with their customer; empty = not provided.
        policy: costing.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        customer_statement contract; empty where lines name no customer.
    """
    lines = by_customer(sales_history)
    if lines["customer"].nunique() < 1:
        return empty(CONTRACTS["customer_statement"])
    closed = [month for month in closed_periods(cutoff, first_month) if month <= cutoff]
    trade = trade_by_item(inputs, policy, closed=closed, cutoff=cutoff)
    parts = pd.concat([_closed(trade, lines), planned_parts(trade, lines, cutoff=cutoff)], ignore_index=True)
    sums = (
        parts.assign(uncosted=parts["cost_of_goods"].isna())
        .groupby(["customer", "period", "scenario"], as_index=False)[[*MONEY, "uncosted"]]
        .sum()
    )
    sums["cost_of_goods"] = sums["cost_of_goods"].where(sums["uncosted"].eq(0))
    sums["gross_margin"] = sums["net_sales"] - sums["cost_of_goods"]
    return conform(sums.drop(columns="uncosted"), CONTRACTS["customer_statement"])


def by_customer(sales_history: pd.DataFrame) -> pd.DataFrame:
    """Units and revenue by series, month and customer; lines without a customer are left out."""
    rows = sales_history.assign(period=pd.array(sales_history["date"].to_numpy().astype("datetime64[M]").astype(str), dtype="str"))
    rows = rows[rows["customer"].notna() & rows["customer"].ne("")]
    return rows.groupby([*CELL, "customer"], as_index=False)[["quantity", "revenue"]].sum()


def planned_parts(trade: pd.DataFrame, lines: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The plan's cells divided among customers: keys, customer, quantity, net_sales, cost_of_goods; sums over customers are the cells'.

    Args:
        trade: `trade_by_item`, planned months among it.
        lines: `by_customer`.
        cutoff: last closed period.
    """
    planned = trade[trade["scenario"].eq("base")]
    recent = lines[lines["period"].between(shifted(cutoff, 1 - RECENT), cutoff) & lines["quantity"].gt(0)]
    own, market = _shares(recent, SERIES), _shares(recent, ["region", "channel"])
    known = pd.MultiIndex.from_frame(planned[SERIES]).isin(pd.MultiIndex.from_frame(own[SERIES]))
    first = planned[known].merge(own, on=SERIES, how="left")
    rest = planned[~known].merge(market, on=["region", "channel"], how="left")
    divided = pd.concat([first, rest], ignore_index=True)
    divided = divided.assign(customer=divided["customer"].fillna(NOBODY), part=divided["part"].fillna(1.0))
    measures = ["quantity", *MONEY]
    return divided.assign(**{name: divided[name] * divided["part"] for name in measures})[
        [*CELL, "family", "scenario", "customer", *measures]
    ]


def customer_checks(by_customers: pd.DataFrame, statement: pd.DataFrame) -> pd.DataFrame:
    """Whether net sales over customers are the statement's, month by month: one row, `rule, ok, detail`.

    Args:
        by_customers: table customer_statement; empty = nothing to compare.
        statement: table plan_statement.
    """
    rule = "net sales over customers = net sales of the statement, in each month"
    if by_customers.empty:
        return pd.DataFrame({"rule": [rule], "ok": [True], "detail": ["sales name no customer"]})
    own = by_customers.groupby("period")["net_sales"].sum()
    told = statement[statement["line"].eq("net_sales")].groupby("period")["amount"].sum()
    apart = float((own - told.reindex(own.index)).abs().max())
    return pd.DataFrame(
        {"rule": [rule], "ok": [bool(apart <= 0.01 * max(len(by_customers), 1) ** 0.5)], "detail": [f"apart by {apart:.2f}"]}
    )


def _closed(trade: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Closed months by customer; the difference between lines and the month's sales stands under `*`."""
    actual = trade[trade["scenario"].eq("actual")]
    unit_cost = (actual["cost_of_goods"] / actual["quantity"].where(actual["quantity"].ne(0))).to_numpy()
    kept = (actual["net_sales"] / actual["invoiced"]).where(actual["invoiced"].ne(0), 1.0) if "invoiced" in actual else 1.0
    both = lines.merge(actual[CELL].assign(unit_cost=unit_cost, kept=kept), on=CELL, how="inner")
    own = both[[*CELL, "customer"]].assign(net_sales=both["revenue"] * both["kept"], cost_of_goods=both["quantity"] * both["unit_cost"])
    own["cost_of_goods"] = own["cost_of_goods"].where(both["quantity"].ne(0), 0.0)
    sums = own.groupby(CELL)[MONEY].sum().reindex(pd.MultiIndex.from_frame(actual[CELL])).fillna(0.0)
    left = actual[CELL].assign(**{name: actual[name].to_numpy() - sums[name].to_numpy() for name in MONEY}, customer=NOBODY)
    left = left[(left["net_sales"].abs() > 1e-6) | (left["cost_of_goods"].abs() > 1e-6)]
    return pd.concat([own, left], ignore_index=True).assign(scenario="actual")


def _shares(recent: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Each customer's part of the units of a node."""
    sums = recent.groupby([*keys, "customer"], as_index=False)["quantity"].sum()
    whole = sums.groupby(keys)["quantity"].transform("sum")
    return sums.assign(part=np.where(whole > 0, sums["quantity"] / whole, 0.0)).drop(columns="quantity")
