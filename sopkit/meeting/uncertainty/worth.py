"""What a unit is worth by item and month, and what of its sales customers still owe: what turns units of a path into money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.finance.gross_to_net import at_net_sales
from sopkit.finance.payment import days_by_scope, unpaid_share
from sopkit.finance.valuation import costing_column, item_costs
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome
from sopkit.meeting.uncertainty.factors import DemandFactors

Numbers = NDArray[np.float64]
Terms = tuple[tuple[Numbers, Numbers], ...]  # by channel: its part of each item's sales, and what of a month's sales is owed when
YEAR = 12


@dataclass(frozen=True)
class Worth:
    """What a unit is worth, items x months, and when customers pay."""

    price: Numbers  # mean net price
    margin: Numbers
    cost: Numbers  # standard cost
    keep: Numbers  # holding it a month
    terms: Terms | None  # None = a channel has no terms


def worth_of(inputs: PlanInputs, outcome: PlanOutcome, factors: DemandFactors) -> Worth:
    """What units are worth in a plan.

    Args:
        inputs, outcome: the plan.
        factors: names its items and months, in the order of the arrays.
    """
    sums = at_net_sales(outcome.consensus_demand, inputs.tables["items"], inputs.tables["deductions"]).pivot_table(
        index="item", columns="period", values=["revenue", "quantity"], aggfunc="sum", fill_value=0.0
    )
    revenue, units = (
        sums[name].reindex(index=factors.items, columns=factors.months, fill_value=0.0).to_numpy(dtype="float64")
        for name in ("revenue", "quantity")
    )
    price = np.divide(revenue, units, out=np.zeros_like(units), where=units > 0)
    tables = inputs.tables
    costs = item_costs(
        tables["items"], tables["demand_history"], tables["unit_costs"], inputs.money, periods=factors.months, cutoff=inputs.cutoff
    )
    wide = costs.set_index(["item", "period"]).reindex(pd.MultiIndex.from_product([factors.items, factors.months]))
    shape = price.shape
    cost, charged = (wide[name].to_numpy(dtype="float64").reshape(shape) for name in ("unit_cost", costing_column(inputs.money)))
    keep = np.nan_to_num(cost * np.nan_to_num(wide["holding_rate"].to_numpy(dtype="float64").reshape(shape)) / YEAR)
    return Worth(price, price - charged, cost, keep, _terms(inputs, outcome, factors))


def _terms(inputs: PlanInputs, outcome: PlanOutcome, factors: DemandFactors) -> Terms | None:
    """By channel its part of each item's sales, and what of each month's sales customers owe at each month end."""
    consensus = outcome.consensus_demand
    channels = sorted(consensus["channel"].unique())
    days = days_by_scope(inputs.tables["payment_terms"], "customer", channels)
    if any(np.isnan(days[channel]) for channel in channels):
        return None
    wide = consensus.pivot_table(index="item", columns="channel", values="revenue", aggfunc="sum", fill_value=0.0)
    share = wide.reindex(index=factors.items, columns=channels, fill_value=0.0).to_numpy(dtype="float64")
    share = np.divide(share, share.sum(axis=1, keepdims=True), out=np.zeros_like(share), where=share.sum(axis=1, keepdims=True) > 0)
    owed = [unpaid_share(float(days[channel]), factors.months, factors.months) for channel in channels]
    return tuple(zip(share.T, owed, strict=True))


def unpaid(terms: Terms | None, revenue: Numbers) -> Numbers:
    """What customers owe more at each month end than in the plan, without VAT.

    Args:
        terms: of the channels; None where one has none.
        revenue: paths x items x months, beyond the plan's.

    Returns:
        paths x months; NaN without terms.
    """
    owed = np.zeros((revenue.shape[0], revenue.shape[2]))
    if terms is None:
        return owed + np.nan
    for share, still in terms:
        owed += np.einsum("pit,i->pt", revenue, share) @ still
    return owed
