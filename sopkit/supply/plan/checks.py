"""The plan's rules, derived again from its tables and never from the solver."""

import numpy as np
import pandas as pd

from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.result import SupplyResult

TOLERANCE = 1e-3  # units or hours
SERIES = ["item", "region", "channel"]


def checks(inputs: SupplyInputs, result: SupplyResult) -> pd.DataFrame:
    """Every rule that a plan must keep, with the largest departure and where it is.

    Args:
        inputs: what the plan was made from.
        result: the plan.

    Returns:
        One row per rule: rule, ok, detail.
    """
    rows = [
        _told("opening stock of a month is the closing stock before", _opening(result)),
        _told("opening + made + subcontracted + received - shipped = closing stock", _stock_roll(inputs, result)),
        _told("demand = shipped on time + late + lost", _parts_of_demand(result)),
        _told("backlog before + demand - lost - shipped = backlog after", _backlog_roll(result)),
        _told("demand of the plan is the consensus", _consensus(inputs, result)),
        _told("items and series tell the same shipments, losses and backlog", _items_against_series(result)),
        _told("planned hours stay within regular and overtime hours, or within production on order", _hours(inputs, result)),
        _told("overtime is no more than its limit, or than production on order", _overtime(inputs, result)),
        _told("purchased components stay within the limit, or within production on order", _components(inputs, result)),
        _told("nothing is negative", _negative(result)),
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"]).astype({"rule": "str", "detail": "str"})


def _told(rule: str, departure: pd.Series) -> tuple[str, bool, str]:
    """A row: `departure` is how far each labelled place is from the rule."""
    size = departure.abs()
    if size.empty or size.max() <= TOLERANCE:
        return rule, True, f"{len(size)} places hold"
    where = size.idxmax()
    place = " ".join(map(str, where)) if isinstance(where, tuple) else str(where)
    return rule, False, f"{int((size > TOLERANCE).sum())} of {len(size)} places break it, most {place}: off by {size.max():.3f}"


def _before(values: pd.Series, first: pd.Series | float) -> pd.Series:
    """Each value's predecessor within its key (all levels but the period); `first` where there is none."""
    return values.groupby(level=list(range(values.index.nlevels - 1))).shift().fillna(first)


def _opening(result: SupplyResult) -> pd.Series:
    plan = result.supply_plan.set_index(["item", "period"])
    return plan["opening_stock"] - _before(plan["closing_stock"], plan["opening_stock"])


def _stock_roll(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    plan = result.supply_plan.set_index(["item", "period"])
    arriving = plan["opening_stock"] + plan["production"] + plan["subcontract"] + plan["receipts"]
    inside = plan["used_inside"].fillna(0.0) if "used_inside" in plan else 0.0
    return arriving - plan["shipped"] - inside - plan["closing_stock"]


def _parts_of_demand(result: SupplyResult) -> pd.Series:
    """Late and lost are parts of demand: what is left, shipped on time, is neither negative nor more than was shipped."""
    told = result.demand_fulfilment.set_index([*SERIES, "period"])
    on_time = told["demand"] - told["late"] - told["lost"]
    return on_time.clip(upper=0) + (on_time - told["shipped"]).clip(lower=0)


def _backlog_roll(result: SupplyResult) -> pd.Series:
    """From the second month on; the first opens with what was owed, never less than nothing."""
    told = result.demand_fulfilment.set_index([*SERIES, "period"])
    opening = told["closing_backlog"] - (told["demand"] - told["lost"] - told["shipped"])
    first = ~opening.reset_index().duplicated(SERIES).to_numpy()
    off = opening - _before(told["closing_backlog"], 0.0)
    return off.where(~first, opening.clip(upper=0))


def _consensus(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    asked = inputs.demand.groupby([*SERIES, "period"])["quantity"].sum()
    planned = result.demand_fulfilment.set_index([*SERIES, "period"])["demand"]
    return planned.sub(asked, fill_value=0.0)


def _items_against_series(result: SupplyResult) -> pd.Series:
    columns = ["demand", "shipped", "lost", "closing_backlog"]
    plan = result.supply_plan.set_index(["item", "period"])[columns]
    series = result.demand_fulfilment.groupby(["item", "period"])[columns].sum()
    off = plan.sub(series, fill_value=0.0)
    return off.max(axis=1).where(off.max(axis=1) > -off.min(axis=1), off.min(axis=1))


def _ordered_hours(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    """Hours of production on order by resource and month; what is overdue counts in the first."""
    months = result.supply_plan["period"]
    orders = inputs.open_orders[inputs.open_orders["kind"] == "production"]
    orders = orders.assign(period=orders["period"].where(orders["period"] > months.min(), months.min()))
    loaded = orders.merge(inputs.bill_of_resources, on="item")
    return (loaded["quantity"] * loaded["hours"]).groupby([loaded["resource"], loaded["period"]]).sum()


def _hours(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    load = result.resource_load.set_index(["resource", "period"])
    limit = load["demonstrated_hours"] + load["overtime_limit_hours"]
    return (load["planned_hours"] - _or_ordered(limit, _ordered_hours(inputs, result))).clip(lower=0)


def _overtime(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    load = result.resource_load.set_index(["resource", "period"])
    ordered = _ordered_hours(inputs, result).reindex(load.index, fill_value=0.0) - load["demonstrated_hours"]
    return (load["overtime_hours"] - np.maximum(load["overtime_limit_hours"], ordered)).clip(lower=0)


def _or_ordered(limit: pd.Series, ordered: pd.Series) -> pd.Series:
    """The limit, or what production on order needs where that is more."""
    asked = ordered.reindex(limit.index, fill_value=0.0)
    return limit.where(limit >= asked, asked)


def _components(inputs: SupplyInputs, result: SupplyResult) -> pd.Series:
    load = result.supplier_load.set_index(["supplier", "component", "period"])
    months = result.supply_plan["period"]
    orders = inputs.open_orders[inputs.open_orders["kind"] == "production"]
    orders = orders.assign(period=orders["period"].where(orders["period"] > months.min(), months.min()))
    used = orders.merge(inputs.supplier_items, on="item")
    ordered = (used["quantity"] * used["quantity_per_unit"]).groupby([used["supplier"], used["component"], used["period"]]).sum()
    return (load["purchased_quantity"] - _or_ordered(load["limit_quantity"].fillna(np.inf), ordered)).clip(lower=0)


def _negative(result: SupplyResult) -> pd.Series:
    frames = {"supply_plan": result.supply_plan, "demand_fulfilment": result.demand_fulfilment, "resource_load": result.resource_load}
    frames |= {"workforce_plan": result.workforce_plan, "supplier_load": result.supplier_load}
    least = {
        (name, column): frame[column].min() for name, frame in frames.items() for column in frame.select_dtypes("number") if len(frame)
    }
    return pd.Series(least, dtype=float).fillna(0.0).clip(upper=0)
