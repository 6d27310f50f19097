"""Which figures of a supply plan rest on tables that the company did not provide, and so are not available.

The plan is solved all the same: from empty shelves where no stock is told, with no limit where none is told. What would only
repeat these two assumptions (stock of zero, a fill rate of 100 %) is no figure, and is printed nowhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

STOCK, SERVICE, PRODUCTION = "stock", "service", "production"
KEPT = frozenset({"stock", "buy"})  # supply strategies that sell from stock
# Tables that limit a plan: each set does where it is whole.
LIMITS = (("resources", "resource_calendar", "bill_of_resources"), ("suppliers", "supplier_items"))
# Columns of the plan's tables by the figure that they are.
RESTS_ON = {
    STOCK: ("opening_stock", "closing_stock", "target_stock", "short_of_target", "cover_days"),
    SERVICE: ("lost", "late", "closing_backlog", "lost_revenue", "lost_margin"),
    PRODUCTION: ("production", "subcontract", "receipts"),
}
REASON = "not provided: {tables}"


@dataclass(frozen=True)
class Unavailable:
    """Figures of a plan that are not available, by the input tables that are missing for them; no table: available."""

    stock: tuple[str, ...] = ()  # stock, cover and safety stock, in units and in money
    service: tuple[str, ...] = ()  # fill rate, late and lost units, backlog
    production: tuple[str, ...] = ()  # units to make or to buy

    def reason(self, figure: str) -> str | None:
        """Why a figure (`stock`, `service`, `production`) is not available; None where it is."""
        absent = getattr(self, figure)
        return REASON.format(tables=", ".join(absent)) if absent else None


def not_available(provided: Collection[str], strategies: Collection[str]) -> Unavailable:
    """What a plan cannot tell, by what it was made from.

    Stock needs `inventory`; so does what is to be made, and what is shipped on time, where goods are sold from stock. Service needs
    something that can limit the plan besides: capacity, or suppliers.

    Args:
        provided: names of the input tables that have rows.
        strategies: the items' supply strategies.
    """
    inventory = () if "inventory" in provided else ("inventory",)
    from_stock = inventory if KEPT & set(strategies) else ()
    unlimited = not any(set(tables) <= set(provided) for tables in LIMITS)
    limits = tuple(table for tables in LIMITS for table in tables if table not in provided) if unlimited else ()
    return Unavailable(inventory, (*from_stock, *limits), from_stock)


def not_available_of(tables: Mapping[str, pd.DataFrame]) -> Unavailable:
    """`not_available` of tables by name, items among them; an empty frame is not provided."""
    return not_available([name for name, frame in tables.items() if len(frame)], list(tables["items"]["supply_strategy"].unique()))


def not_available_by(coverage: pd.DataFrame, items: pd.DataFrame) -> Unavailable:
    """`not_available` by the table coverage, which says of each input table whether it was provided."""
    provided = coverage.loc[coverage["status"] == "provided", "table"]
    return not_available(list(provided), list(items["supply_strategy"].unique()))


def told_columns(frame: pd.DataFrame, unavailable: Unavailable) -> pd.DataFrame:
    """A table of the plan without the columns that rest on tables which are not provided."""
    hidden = {column for figure, columns in RESTS_ON.items() if getattr(unavailable, figure) for column in columns}
    return frame[[column for column in frame if column not in hidden]]


def told_rows(frame: pd.DataFrame, unavailable: Unavailable, *figures: str) -> pd.DataFrame:
    """A table that rests on these figures (`stock`, `service`, `production`), without rows where one of them is not available."""
    return frame.iloc[:0] if any(getattr(unavailable, figure) for figure in figures) else frame


def plan_headline(demand_fulfilment: pd.DataFrame, limits: int, unavailable: Unavailable) -> str:
    """The plan in a sentence: units lost and late over the horizon and how many limits bind; the reason where that is not available.

    Args:
        demand_fulfilment: by contract.
        limits: how many limits bind.
        unavailable: what the plan cannot tell.
    """
    if unavailable.service:
        return f"Fill rate, late and lost units are not available, because {unavailable.reason(SERVICE)}."
    lost, late = demand_fulfilment["lost"].sum(), demand_fulfilment["late"].sum()
    return f"{lost:,.0f} units lost and {late:,.0f} late over the horizon; {limits} limits bind."


def availability(unavailable: Unavailable) -> pd.DataFrame:
    """What a plan cannot tell, as a table: not_available, because; no rows where it can tell all."""
    told = {
        STOCK: "stock, cover and safety stock",
        SERVICE: "fill rate, late and lost units, backlog",
        PRODUCTION: "units to make or to buy",
    }
    rows = [(figures, unavailable.reason(name)) for name, figures in told.items() if unavailable.reason(name)]
    return pd.DataFrame(rows, columns=["not_available", "because"], dtype="str")
