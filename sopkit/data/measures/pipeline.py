"""How far the CRM system's pipeline can be believed: what counts, what does not, and what to ask the owner of the deal."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import last_day

OPEN_STAGES = ("prospect", "qualified", "proposal", "negotiation")
NOBODY = "-"
OLD_SHARE = 0.95  # of the deals that were decided took no longer than this
LEAST_DECIDED = 20  # deals with an opening and a closing day, below which no age is unusual
RULES = {
    "lost_with_probability": ("excluded", "a lost deal counts nothing, whatever probability it states"),
    "won_not_certain": ("doubtful", "a won deal states less than certainty: is it won?"),
    "stale_close_date": ("doubtful", "it is open and was to be decided before the cutoff: when now?"),
    "no_date": ("excluded", "it is open and has neither a delivery month nor a closing date: it belongs to no month"),
    "missing_amount": ("doubtful", "neither the deal nor the item's price tells its value"),
    "unjoined_item": ("excluded", "its item is not among the items: no plan can hold it"),
    "unjoined_customer": ("doubtful", "its customer is not among the customers"),
    "no_customer": ("doubtful", "it has no customer"),
    "certain_while_open": ("doubtful", "it is open and states certainty, or none at all"),
    "aged": ("doubtful", "it has been open longer than 95 % of the decided deals took"),
}


def counted_share(opportunities: pd.DataFrame) -> pd.Series:
    """The share of each deal's units that may count as expected demand, by row.

    Stated probability of open deals; 1 of won ones; 0 of lost ones whatever they state, and of those that the baseline already holds.
    Source: sop_practice, pain point 10: a lost deal with 1 % left in it must not count.
    """
    stage = opportunities["stage"]
    part = np.select([stage == "lost", stage == "won"], [0.0, 1.0], opportunities["probability_share"].astype(float))
    return pd.Series(np.where(opportunities["in_baseline"].eq(True), 0.0, part), index=opportunities.index)


def pipeline_hygiene(
    opportunities: pd.DataFrame, items: pd.DataFrame, customers: pd.DataFrame, prices: pd.DataFrame, *, cutoff: str
) -> pd.DataFrame:
    """What is wrong with the deals on record, rule by rule, with the units and the value at stake.

    Value of a deal: its own amount, else units x the latest net price of the item (highest over its markets where they differ). At stake
    is what a system that multiplies blindly would count: value x stated probability, all of the value for won deals.

    Args:
        opportunities: opportunities contract; items and customers that nobody knows may be in it.
        items: items contract.
        customers: customers contract; empty where it is not provided, and then no customer is missed.
        prices: prices contract; may be empty.
        cutoff: last closed period.

    Returns:
        pipeline_hygiene contract: rule x deal x item x month.
    """
    if opportunities.empty:
        return empty(CONTRACTS["pipeline_hygiene"])
    deals = opportunities.assign(deal_value=deal_values(opportunities, prices, cutoff))
    broken = _broken(deals, items, customers, cutoff)
    parts = [_rows(rule, deals[broken[rule]]) for rule in RULES if broken[rule].any()]
    if not parts:
        return empty(CONTRACTS["pipeline_hygiene"])
    return conform(pd.concat(parts, ignore_index=True), CONTRACTS["pipeline_hygiene"])


def deal_values(opportunities: pd.DataFrame, prices: pd.DataFrame, cutoff: str) -> pd.Series:
    """Value of each deal in money, by row; NaN where neither amount nor price is known."""
    known = prices[prices["valid_from"] <= pd.Timestamp(last_day(cutoff)) + pd.DateOffset(months=1)] if len(prices) else prices
    latest = known.sort_values("valid_from").drop_duplicates(["item", "region", "channel"], keep="last") if len(known) else known
    price = latest.groupby("item")["net_price"].max() if len(latest) else pd.Series(dtype=float)
    by_price = opportunities["quantity"] * opportunities["item"].map(price).astype(float)
    return opportunities["amount"].astype(float).fillna(by_price)


def _broken(deals: pd.DataFrame, items: pd.DataFrame, customers: pd.DataFrame, cutoff: str) -> dict[str, pd.Series]:
    """Which deals break which rule."""
    still_open, end = deals["stage"].isin(OPEN_STAGES), pd.Timestamp(last_day(cutoff))
    probability = deals["probability_share"].astype(float)
    nobody = deals["customer"] == NOBODY
    return {
        "lost_with_probability": (deals["stage"] == "lost") & (probability > 0),
        "won_not_certain": (deals["stage"] == "won") & (probability < 1),
        "stale_close_date": still_open & ((deals["close_date"] <= end) | (deals["period"] <= cutoff).fillna(False)),
        "no_date": still_open & deals["close_date"].isna() & deals["period"].isna(),
        "missing_amount": still_open & deals["deal_value"].isna(),
        "unjoined_item": ~deals["item"].isin(items["item"]),
        "unjoined_customer": ~deals["customer"].isin(customers["customer"]) & ~nobody & bool(len(customers)),
        "no_customer": nobody & still_open,
        "certain_while_open": still_open & ((probability >= 1) | (probability <= 0)),
        "aged": still_open & (_age(deals, end) > _usual_age(deals)),
    }


def _age(deals: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    """Days that a deal has been open at the cutoff."""
    return (end - deals["opened_date"]).dt.days


def _usual_age(deals: pd.DataFrame) -> float:
    """Days from opening to decision that 95 % of the decided deals took; infinite where too few are known."""
    decided = deals[deals["stage"].isin(("won", "lost"))]
    took = (decided["close_date"] - decided["opened_date"]).dt.days.dropna()
    return float(took.quantile(OLD_SHARE)) if len(took) >= LEAST_DECIDED else np.inf


def _rows(rule: str, deals: pd.DataFrame) -> pd.DataFrame:
    """The deals that break one rule."""
    outcome, message = RULES[rule]
    stated = np.where(deals["stage"] == "won", 1.0, deals["probability_share"].astype(float))
    return deals[["opportunity", "item", "period", "customer", "stage", "quantity"]].assign(
        rule=rule, deal_value=deals["deal_value"], at_stake=deals["deal_value"] * stated, outcome=outcome, message=message
    )
