"""Changes that follow from an overlay's own: units from a price by its elasticity, prices from the rate of their currency."""

from collections.abc import Mapping

import pandas as pd

from sopkit.errors import Problem
from sopkit.meeting.policy import Change, Overlay

RATES = "exchange_rates"
DEMAND = "consensus_demand"  # changed after the consensus is made: baseline, launches and overrides alike
DEMAND_NAMES = ("demand", DEMAND)


def currency_change(change: Change, exchange_rates: pd.DataFrame) -> list[Change]:
    """What a change of an exchange rate does to net prices: those of the regions that invoice in the currency move with it.

    net price x factor, in the company's currency; costs are booked in the company's currency and stay.

    Args:
        change: multiplies `exchange_rates.rate`, for regions or currencies that it names, or for all.
        exchange_rates: exchange_rates contract.

    Returns:
        One change on demand.net_price per region, none where no region is meant.
    """
    rows = exchange_rates
    for column, wanted in change.where.items():
        rows = rows[rows[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    moved = {"table": "demand", "column": "net_price", "where": {}}
    return [change.model_copy(update={**moved, "where": {"region": region}}) for region in sorted(rows["region"].unique())]


def currency_problems(change: Change, place: str) -> list[Problem]:
    """Why a change of exchange_rates cannot be planned; only factors on `rate` have an effect on prices that is known."""
    if change.column != "rate" or change.action != "multiply":
        return [Problem(place, f"{change.action} on {change.column}", "multiply on rate", "prices move by the factor")]
    if not set(change.where) <= {"region", "currency"}:
        return [Problem(place, f"filters {', '.join(sorted(change.where))}", "region or currency")]
    return []


def units_at_price(prices: pd.Series, changed: pd.Series, quantity: pd.Series, elasticity: float) -> pd.Series:
    """Units at another price: Q' = Q (P' / P)^e, demand of constant elasticity e (Varian, Intermediate Microeconomics, ch. 15).

    Args:
        prices, changed: net price before and after, money per unit.
        quantity: units at the price before.
        elasticity: at most 0.

    Returns:
        Units; those without a price stay.
    """
    ratio = (changed / prices.where(prices > 0)).where(changed > 0)
    return (quantity * ratio.pow(elasticity)).where(ratio.notna(), quantity)


def demand_changes(
    changes: Mapping[int, Change] | tuple[Change, ...], exchange_rates: pd.DataFrame, names: tuple[str, ...]
) -> tuple[Change, ...]:
    """The changes of an overlay on the consensus demand: its own, and those that its changes of exchange rates imply, in their order."""
    found: list[Change] = []
    for change in changes.values() if isinstance(changes, Mapping) else changes:
        if change.table in names:
            found.append(change)
        elif change.table == RATES:
            found += currency_change(change, exchange_rates)
    return tuple(found)


def reaches(overlay: Overlay, table: str) -> bool:
    """Whether an overlay may change a table: it names it, or it is the consensus demand, whose prices follow exchange rates."""
    named = {change.table for change in overlay.changes}
    return table in named or (table == DEMAND and not named.isdisjoint((*DEMAND_NAMES, RATES)))
