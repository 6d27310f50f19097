"""What is carried from one replayed month to the next: stock, what waits, what is on order, components, people."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.meeting.replay.execution import LINES
from sopkit.meeting.replay.view import HistoryView
from sopkit.supply.plan import SupplyResult

NOTHING_WAITS = pd.DataFrame({name: pd.Series([], dtype="float64" if name == "quantity" else "str") for name in LINES})


@dataclass(frozen=True, eq=False)
class State:
    """Where a policy stands when a month closes."""

    cutoff: str
    stock: pd.Series  # by item, units
    waiting: pd.DataFrame  # LINES
    ordered: pd.DataFrame  # item, period, production, subcontract: what the last plan makes; no rows before the first
    components: pd.DataFrame  # supplier, component, quantity on hand; no rows before the first
    heads: pd.Series  # by skill group; none before the first


def opening_state(view: HistoryView) -> State:
    """The state that the record begins with: the stock of the month end; what waited then is not on record."""
    rows = view.month("inventory", view.cutoff)
    stock = rows.groupby("item")["quantity"].sum().clip(lower=0.0)
    nothing = pd.DataFrame({"item": [], "period": [], "production": [], "subcontract": []}).astype({"item": "str", "period": "str"})
    components = pd.DataFrame({"supplier": [], "component": [], "quantity": []}).astype({"supplier": "str", "component": "str"})
    return State(view.cutoff, stock, NOTHING_WAITS, nothing, components, pd.Series([], dtype=float, index=pd.Index([], dtype="str")))


def with_known_items(state: State, view: HistoryView, items: set[str]) -> State:
    """The state with the items that have demand by now: a new one comes in with the stock that is on record."""
    new = sorted(items.difference(state.stock.index))
    if not new:
        return state
    rows = view.month("inventory", view.cutoff)
    own = rows[rows["item"].isin(new)].groupby("item")["quantity"].sum().reindex(new).fillna(0.0).clip(lower=0.0)
    return replace(state, stock=pd.concat([state.stock, own]).sort_index())


def carried_tables(state: State, tables: Mapping[str, pd.DataFrame], wanted: set[str]) -> dict[str, pd.DataFrame]:
    """The tables of a plan that tell where the policy stands, in place of the record's.

    Args:
        state: at the cutoff.
        tables: inputs as they were known.
        wanted: items with demand in the plan; what waits of another is not owed any more.
    """
    owed = state.waiting[state.waiting["item"].isin(wanted)].groupby("item")["quantity"].sum()
    stock = state.stock.sub(owed, fill_value=0.0)
    inventory = pd.DataFrame({"item": stock.index.astype("str"), "period": state.cutoff, "quantity": stock.to_numpy(dtype=float)})
    ordered = state.ordered[state.ordered["period"] > state.cutoff]
    kinds = {"production": "production", "purchase": "subcontract"}
    orders = [ordered.assign(kind=kind, quantity=ordered[name].clip(lower=0.0)) for kind, name in kinds.items()]
    told = {
        "inventory": conform(inventory, CONTRACTS["inventory"]),
        "open_orders": conform(
            pd.concat(orders)[["kind", "item", "period", "quantity"]].query("kind == 'production' or quantity > 0"),
            CONTRACTS["open_orders"],
        ),
        "last_production": ordered.assign(quantity=ordered["production"])[["item", "period", "quantity"]].reset_index(drop=True),
    }
    if state.ordered.empty:
        told |= {name: empty(CONTRACTS[name]) for name in ("open_orders", "last_production")}
    return told | _means(state, tables)


def _means(state: State, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Components on hand and heads as the plans before left them."""
    items, people = tables["supplier_items"], tables["workforce"]
    left = state.components.set_index(["supplier", "component"])["quantity"]
    if len(left) and len(items):
        own = left.reindex(pd.MultiIndex.from_frame(items[["supplier", "component"]])).to_numpy()
        items = items.assign(opening_stock=pd.Series(own, index=items.index).fillna(items["opening_stock"]))
    if len(state.heads) and len(people):
        people = people.assign(heads=people["skill_group"].map(state.heads).astype(float).fillna(people["heads"]))
    return {"supplier_items": items, "workforce": people}


def next_state(plan: SupplyResult, month: str, stock: pd.Series, waiting: pd.DataFrame) -> State:
    """The state when `month` is over."""
    made = plan.supply_plan[["item", "period", "production", "subcontract"]]
    bought = plan.supplier_load[plan.supplier_load["period"] == month]
    components = bought[["supplier", "component"]].assign(quantity=bought["closing_stock"])
    people = plan.workforce_plan[plan.workforce_plan["period"] == month]
    return State(month, stock, waiting, made, components, people.set_index("skill_group")["heads"])
