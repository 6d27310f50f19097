"""The reason of each shortage, in a planner's words."""

from dataclasses import dataclass
from typing import cast

import pandas as pd

from sopkit.supply.plan import SupplyInputs, SupplyResult

WORTH_TELLING = 1e-3  # units
OVERTIME_LEFT = 0.5  # hours
Place = tuple[str, str]  # kind and limit
Row = dict[str, float]


def shortages(inputs: SupplyInputs, result: SupplyResult, *, cutoff: str) -> pd.DataFrame:
    """Each item and month with units late or lost, and the limit it comes from in a planner's words.

    The limit told is the one that weighs most on a unit of the item in that month: hours (components, people) per unit x value
    of the next one; where none binds in the month itself, that of the last month before in which one does.

    Args:
        inputs: what `result` was made from.
        result: the plan.
        cutoff: last closed period.

    Returns:
        The Shortages contract; empty where all demand ships in its month.
    """
    unmet = result.demand_fulfilment.groupby(["item", "period"])[["late", "lost"]].sum()
    short = unmet[(unmet["late"] > WORTH_TELLING) | (unmet["lost"] > WORTH_TELLING)].reset_index()
    limits = binding_limits(inputs, result)
    reasons = [_reason(limits, item, period) for item, period in short[["item", "period"]].itertuples(index=False, name=None)]
    short = short.assign(lost_revenue=_lost_revenue(inputs, result, short), reason=pd.Series(reasons, index=short.index, dtype="str"))
    return short[["item", "period", "late", "lost", "lost_revenue", "reason"]].sort_values(["item", "period"], ignore_index=True)


def _lost_revenue(inputs: SupplyInputs, result: SupplyResult, short: pd.DataFrame) -> pd.Series:
    """Units lost at the net price of their region and channel."""
    keys = ["item", "region", "channel", "period"]
    priced = result.demand_fulfilment.merge(inputs.demand[[*keys, "net_price"]], on=keys, how="left", validate="one_to_one")
    lost = (priced["lost"] * priced["net_price"].fillna(0.0)).groupby([priced["item"], priced["period"]]).sum()
    return pd.Series(lost.reindex(pd.MultiIndex.from_frame(short[["item", "period"]])).to_numpy(float), index=short.index)


@dataclass(frozen=True)
class BindingLimits:
    """What is needed to find and tell the limit behind a shortage."""

    months: list[str]
    value: dict[tuple[str, str, str], float]  # kind, limit, period: money per unit more
    hours: dict[str, list[tuple[str, float]]]  # item: resource, hours per unit
    components: dict[str, list[tuple[str, float]]]  # item: source, components per unit
    groups: dict[str, tuple[str, float]]  # resource: skill group, crew
    factor: dict[str, float]  # item: family units per unit
    names: dict[str, str]  # resource: its name
    load: dict[tuple[str, str], Row]  # resource, period
    supply: dict[tuple[str, str], Row]  # source, period
    plan: dict[tuple[str, str], Row]  # item, period
    bought: frozenset[str]  # items that are bought in


def binding_limits(inputs: SupplyInputs, result: SupplyResult) -> BindingLimits:
    """The limits that bind in a plan, and which items they hold back."""
    parts = inputs.supplier_items.assign(source=inputs.supplier_items["supplier"] + " " + inputs.supplier_items["component"])
    supply = result.supplier_load.assign(source=result.supplier_load["supplier"] + " " + result.supplier_load["component"])
    manned = inputs.resources[inputs.resources["skill_group"].notna()]
    crews = zip(manned["skill_group"], manned["crew"].astype(float).fillna(0.0), strict=True)
    factor = inputs.items["planning_factor"].astype(float).fillna(1.0)
    limits = result.limits[["kind", "limit", "period", "value"]]
    return BindingLimits(
        months=sorted(result.supply_plan["period"].unique()),
        value={(kind, limit, period): value for kind, limit, period, value in limits.itertuples(index=False, name=None)},
        hours=_per_unit(inputs.bill_of_resources, "resource", "hours"),
        components=_per_unit(parts, "source", "quantity_per_unit"),
        groups=dict(zip(manned["resource"], crews, strict=True)),
        factor=dict(zip(inputs.items["item"], factor, strict=True)),
        names=dict(zip(inputs.resources["resource"], inputs.resources["resource_name"], strict=True)),
        load=_rows_by(result.resource_load, "resource"),
        supply=_rows_by(supply, "source"),
        plan=_rows_by(result.supply_plan, "item"),
        bought=frozenset(inputs.items.loc[inputs.items["supply_strategy"].eq("buy"), "item"]),
    )


def _per_unit(frame: pd.DataFrame, what: str, how_much: str) -> dict[str, list[tuple[str, float]]]:
    return {str(item): list(rows[[what, how_much]].itertuples(index=False, name=None)) for item, rows in frame.groupby("item")}


def _rows_by(frame: pd.DataFrame, key: str) -> dict[tuple[str, str], Row]:
    numbers = cast(list[Row], frame.select_dtypes("number").to_dict("records"))
    return dict(zip(zip(frame[key], frame["period"], strict=True), numbers, strict=True))


def _reason(limits: BindingLimits, item: str, period: str) -> str:
    """The limit that most keeps `item` from being made in time for `period`."""
    for month in reversed(limits.months[: limits.months.index(period) + 1]):
        weights = _weights(limits, item, month, ahead=month != period)
        if weights:
            kind, limit = max(weights, key=lambda place: (weights[place], place))
            return _words(limits, kind, limit, item, month)
    return f"No limit binds in {period}: overtime, subcontracting or stock for one unit more costs more than losing it"


def _weights(limits: BindingLimits, item: str, month: str, *, ahead: bool) -> dict[Place, float]:
    """What one unit of the item pays for each limit that binds in the month; a frozen month is the reason by itself.

    `ahead`: the unit would be made for a later month, so that it needs storage too.
    """
    frozen = limits.value.get(("frozen", item, month), 0.0)
    if frozen:
        return {("frozen", item): frozen}
    paid: dict[Place, float] = {("storage", "storage"): limits.factor.get(item, 1.0)} if ahead else {}
    for resource, hours in limits.hours.get(item, []):
        paid["resource", resource] = hours
        group, crew = limits.groups.get(resource, ("", 0.0))
        paid["workforce", group] = paid.get(("workforce", group), 0.0) + hours * crew
    for source, quantity in limits.components.get(item, []):
        paid["supplier", source] = quantity
    values = {place: amount * limits.value.get((*place, month), 0.0) for place, amount in paid.items()}
    return {place: value for place, value in values.items() if value > 0}


def _words(limits: BindingLimits, kind: str, limit: str, item: str, month: str) -> str:
    """One limit in one month, as a planner would say it."""
    if kind == "resource":
        return _resource_words(limits.names[limit], month, limits.load[limit, month])
    if kind == "supplier":
        row = limits.supply[limit, month]
        most = row["limit_quantity"]
        agreed = f"at most {most:.0f} a month" if most == most else "what is agreed limits it"
        return f"{limit} is short in {month}: {row['required_quantity']:.0f} asked for, {agreed}"
    if kind == "workforce":
        return f"Too few people in {limit} in {month}: as many as allowed are hired"
    if kind == "storage":
        return f"The storage is full in {month}: no more can be made ahead"
    row = limits.plan[item, month]
    there = row["opening_stock"] + row["receipts"]
    ordered = row["production"]
    frozen = f"What is bought for {month} is ordered already" if item in limits.bought else f"Production of {month} is frozen"
    return f"{frozen}: {row['demand']:.0f} asked for, {ordered:.0f} on order, {there:.0f} in stock or arriving"


def _resource_words(name: str, month: str, row: Row) -> str:
    asked, there = row["required_hours"], row["demonstrated_hours"] + row["overtime_limit_hours"]
    if row["planned_hours"] < there - OVERTIME_LEFT:
        regular = row["demonstrated_hours"]
        return f"{name} is full in {month}: {asked:.0f} h asked for, {regular:.0f} h there, overtime costs more than it saves"
    if asked <= there:
        return f"{name} is full in {month} with work ahead of later months: {there:.0f} h there, overtime counted"
    return f"{name} is full in {month}: {asked:.0f} h asked for, {there:.0f} h there, overtime counted"
