"""Whose demand the plan is: each customer by what it has bought, and what its deals add."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.demand.series import CELLS, SERIES
from sopkit.periods import shifted

MONTHS = 12  # of the plan that are looked at, and of orders that tell who buys
OTHERS = "-"  # demand of series that nobody is known to have bought


def plan_customers(consensus: pd.DataFrame, orders: pd.DataFrame, pipeline: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The next twelve months of the plan by customer, the largest first by rank.

    A customer's part of a series is its share of what was ordered of it for the last twelve months, cancellations taken off; the pipeline
    stands beside it, valued at the plan's price, as it is not in the plan.

    Args:
        consensus: consensus_demand contract.
        orders: orders contract; empty where it is not provided: then nothing is told.
        pipeline: crm_demand contract.
        cutoff: last closed month.

    Returns:
        plan_customers contract: one row per customer; `-` is demand of which nobody is known to have bought.
    """
    wanted = pd.to_datetime(orders["requested_date"]).dt.strftime("%Y-%m")
    recent = orders[((wanted > shifted(cutoff, -MONTHS)) & (wanted <= cutoff)).to_numpy()]
    if recent.empty or consensus.empty:
        return empty(CONTRACTS["plan_customers"])
    left = recent.assign(quantity=(recent["quantity"] - recent["cancelled_quantity"].fillna(0.0)).clip(lower=0.0))
    bought = left.groupby([*SERIES, "customer"], sort=True)["quantity"].sum().reset_index()
    whole = bought.groupby(SERIES)["quantity"].transform("sum")
    shares = bought.assign(share=bought["quantity"] / whole)[whole > 0]
    months = sorted(set(consensus["period"]))[:MONTHS]
    ahead = consensus[consensus["period"].isin(months)]
    plan = ahead.groupby(SERIES, sort=True)[["quantity", "revenue"]].sum().reset_index()
    parts = plan.merge(shares[[*SERIES, "customer", "share"]], on=SERIES, how="left").fillna({"customer": OTHERS, "share": 1.0})
    parts = parts.assign(quantity=parts["quantity"] * parts["share"], revenue=parts["revenue"] * parts["share"])
    table = parts.groupby("customer", sort=True)[["quantity", "revenue"]].sum()
    priced = pipeline.merge(ahead[[*CELLS, "net_price"]], on=CELLS, how="inner")
    added = (priced["expected_quantity"] * priced["net_price"]).groupby(priced["customer"].to_numpy()).sum()
    table = table.join(added.rename("pipeline_revenue"), how="outer").fillna(0.0).rename_axis("customer").reset_index()
    total = table["revenue"].sum()
    table = table.assign(share=table["revenue"] / total if total > 0 else 0.0)
    rank = table["revenue"].rank(method="first", ascending=False).astype("int64")
    return conform(table.assign(rank=rank).astype({"customer": "str"}), CONTRACTS["plan_customers"])
