"""The planning problem as labelled arrays: rows are items, cells (item x channel), resources, sources; columns are months."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.inventory import safety_stock_target
from sopkit.supply.plan.fences import Changes, changes_of, fences_of
from sopkit.supply.plan.inputs import SupplyInputs, planned_periods
from sopkit.supply.plan.lots import Lots, lots_of
from sopkit.supply.plan.materials import Materials, materials_of
from sopkit.supply.plan.matrices import Numbers, Places, in_force, month_matrix, places, where_told
from sopkit.supply.plan.means import MONTHS_A_YEAR, Lines, People, Sources, lines_of, people_of, sources_of
from sopkit.supply.plan.sites import Sites, sites_of, told_apart
from sopkit.supply.policy import SupplyPolicy, Waiting


@dataclass(frozen=True)
class Goods:
    """Items: one row each; matrices have one column per month."""

    names: pd.Index
    family: NDArray[np.object_]
    strategy: NDArray[np.object_]
    factor: Numbers  # family units per unit
    opening_stock: Numbers  # units, never below zero
    owed: Numbers  # units owed to customers at the cutoff
    receipts: Numbers  # bought units on order
    ordered: Numbers  # units of production on order in the frozen months
    demand: Numbers
    target: Numbers  # safety stock
    unit_cost: Numbers  # money per unit
    variable_cost: Numbers  # money per unit
    keep_cost: Numbers  # money per unit and month in stock
    premium: Numbers  # money per subcontracted unit; nan where none can make it
    worth: Numbers  # planning price per item: mean net price over the horizon, at least the variable cost
    late_cost: Numbers  # money per unit and month that waits; nan where the policy's share of the price counts
    lost_cost: Numbers  # money per lost unit; nan where price and goodwill count
    least: Numbers  # stock at month ends, 0 where nobody asks for any
    most: Numbers  # stock at month ends, inf where nobody limits it


@dataclass(frozen=True)
class Cells:
    """Demand cells, item x channel: one row each."""

    labels: list[tuple[str, str]]
    item: Places
    demand: Numbers
    price: Numbers  # net price, at least the variable cost
    wait_share: Numbers
    wait_months: Places
    owed: Numbers  # units owed at the cutoff


@dataclass(frozen=True)
class Situation:
    """Everything the plan depends on."""

    months: list[str]
    frozen: Places  # months, by item
    slushy: Places  # months after them, by item
    goods: Goods
    cells: Cells
    lines: Lines
    people: People
    sources: Sources
    lots: Lots
    materials: Materials
    sites: Sites
    changes: Changes
    policy: SupplyPolicy

    @property
    def shape(self) -> tuple[int, int]:
        """Items x months."""
        return len(self.goods.names), len(self.months)

    @property
    def open(self) -> NDArray[np.bool_]:
        """Item x month: production can still be planned."""
        return np.arange(len(self.months))[None, :] >= self.frozen[:, None]

    @property
    def people_open(self) -> NDArray[np.bool_]:
        """Months in which the number of people can still be planned: behind the shortest frozen fence."""
        return np.arange(len(self.months)) >= (self.frozen.min() if len(self.frozen) else 0)


def situation_of(inputs: SupplyInputs, policy: SupplyPolicy, *, cutoff: str) -> Situation:
    """The planning problem in arrays; the inputs have been checked. Where sites are told apart, an item is a place per site and region."""
    original, inputs = inputs, told_apart(inputs)
    months = planned_periods(inputs)
    names = _planned_items(inputs, months, cutoff)
    asked = _cells(inputs, policy, months, names)
    fences = fences_of(inputs, policy, names, len(months))
    goods = _goods(inputs, policy, months, names, asked, cutoff, fences[0])
    price = np.maximum(asked.price, goods.variable_cost[asked.item]) if policy.objective == "cost" else asked.price
    cells = replace(asked, price=price, owed=_owed_by_cell(goods.owed, asked))
    people = people_of(inputs.workforce, inputs.workforce_calendar, months)
    lines = lines_of(inputs, months, names, people.names)
    lots = lots_of(inputs.lot_sizes, lines, goods.family, names, months, policy.lots_planned_for)
    sources, materials = sources_of(inputs, policy, names, months), materials_of(inputs.bill_of_materials, names)
    sites = sites_of(original, inputs, names, chosen=policy.sourcing_shares == "chosen")
    if len(original.site_items):
        goods = _at_sites(goods, sites, _safety_days(inputs.targets, pd.Series(goods.family), goods.strategy), months)
    changes = changes_of(original, inputs, sites, months)
    return Situation(months, *fences, goods, cells, lines, people, sources, lots, materials, sites, changes, policy)


def _at_sites(goods: Goods, sites: Sites, days: Numbers, months: list[str]) -> Goods:
    """Safety stock of all regions at the item's first site, and one price of an item at all its places."""
    worth = np.zeros(len(sites.items))
    np.maximum.at(worth, sites.item, goods.worth)
    wanted = safety_stock_target(sites.by_item(goods.demand)[sites.item], np.where(sites.first, days, 0.0), months)
    return replace(goods, target=wanted, worth=worth[sites.item])


def _planned_items(inputs: SupplyInputs, months: list[str], cutoff: str) -> pd.Index:
    """Items with demand, with stock at the cutoff, with something on order or with a least stock."""
    stocked = inputs.inventory.loc[(inputs.inventory["period"] == cutoff) & (inputs.inventory["quantity"] != 0), "item"]
    coming = inputs.open_orders.loc[inputs.open_orders["period"] <= months[-1], "item"]
    kept = inputs.stock_limits.loc[(inputs.stock_limits["least_stock"] > 0) & inputs.stock_limits["period"].isin(months), "item"]
    in_sites = inputs.items.loc[inputs.items["item"].str.contains(" @ ", regex=False), "item"] if len(inputs.site_items) else kept
    return pd.Index(sorted({*inputs.demand["item"].unique(), *stocked, *coming, *kept, *in_sites, *_going_into(inputs)}))


def _going_into(inputs: SupplyInputs) -> set[str]:
    """Items that go into another."""
    bill = inputs.bill_of_materials
    return set(bill.loc[bill["component"].isin(inputs.items["item"]), "component"])


def _cells(inputs: SupplyInputs, policy: SupplyPolicy, months: list[str], names: pd.Index) -> Cells:
    """Demand and price by item and channel; what is owed comes later."""
    demand = inputs.demand.assign(revenue=inputs.demand["quantity"] * inputs.demand["net_price"])
    summed = demand.groupby(["item", "channel", "period"], sort=True)[["quantity", "revenue"]].sum().reset_index()
    keys = pd.MultiIndex.from_frame(summed[["item", "channel"]].drop_duplicates())
    place = (keys.get_indexer(pd.MultiIndex.from_frame(summed[["item", "channel"]])), places(months, summed["period"]))
    quantity, revenue = np.zeros((len(keys), len(months))), np.zeros((len(keys), len(months)))
    quantity[place], revenue[place] = summed["quantity"], summed["revenue"]
    price = np.divide(revenue, quantity, out=np.zeros_like(revenue), where=quantity > 0)
    tier = inputs.items.set_index("item")["tier"].reindex(keys.get_level_values("item")).fillna("")
    rules = [waiting_rule(policy, channel, of) for channel, of in zip(keys.get_level_values("channel"), tier, strict=True)]
    losing = policy.unmet_demand == "priced"  # else all that is not met waits, as long as the policy lets it
    share = np.array([(rule.share if losing else 1.0) if rule.months else 0.0 for rule in rules])
    waits = np.array([rule.months if rule.share or not losing else 0 for rule in rules], dtype=np.int64)
    return Cells(list(keys), places(names, keys.get_level_values("item")), quantity, price, share, waits, np.zeros(len(keys)))


def waiting_rule(policy: SupplyPolicy, channel: str, tier: str) -> Waiting:
    """The waiting rule of a channel and tier: the nearest that is told; where none is, nothing waits."""
    told = (policy.waiting.get(name) for name in (f"{channel}/{tier}", channel, f"*/{tier}", "*"))
    return next((rule for rule in told if rule is not None), Waiting(share=0, months=0))


def _goods(
    inputs: SupplyInputs, policy: SupplyPolicy, months: list[str], names: pd.Index, cells: Cells, cutoff: str, frozen: Places
) -> Goods:
    told = inputs.items.set_index("item").reindex(names)
    demand, revenue = np.zeros((len(names), len(months))), np.zeros((len(names), len(months)))
    np.add.at(demand, cells.item, cells.demand)
    np.add.at(revenue, cells.item, cells.demand * cells.price)
    strategy = told["supply_strategy"].to_numpy(object)
    opening = inputs.inventory[inputs.inventory["period"] == cutoff].groupby("item")["quantity"].sum().reindex(names, fill_value=0.0)
    unit_cost, variable_cost, keep_cost, premium = _costs(inputs.unit_costs, names, months, policy)
    weighed = in_force(inputs.planning_costs, names, months, ["holding_cost", "late_cost", "lost_cost"])
    keep_cost = np.where(np.isnan(weighed[0]), keep_cost, weighed[0])
    price = np.divide(revenue.sum(axis=1), demand.sum(axis=1), out=np.zeros(len(names)), where=demand.sum(axis=1) > 0)
    return Goods(
        names,
        told["family"].to_numpy(object),
        strategy,
        np.asarray(told["planning_factor"].astype(float).fillna(1.0), dtype=np.float64),
        opening.clip(lower=0).to_numpy(float),
        (-opening).clip(lower=0).to_numpy(float),
        _arriving(inputs.open_orders, "purchase", names, months),
        _frozen_production(inputs.open_orders, frozen, names, months),
        demand,
        safety_stock_target(demand, _safety_days(inputs.targets, told["family"], strategy), months),
        unit_cost,
        variable_cost,
        keep_cost,
        premium,
        np.maximum(price, variable_cost.mean(axis=1)),
        weighed[1],
        weighed[2],
        where_told(inputs.stock_limits, names, months, "least_stock", np.zeros((1, 1)), key="item"),
        where_told(inputs.stock_limits, names, months, "most_stock", np.full((1, 1), np.inf), key="item"),
    )


def _arriving(open_orders: pd.DataFrame, kind: str, names: pd.Index, months: list[str]) -> Numbers:
    """Units on order by item and month; what is overdue is expected in the first month."""
    orders = open_orders[open_orders["kind"] == kind]
    return month_matrix(
        orders.assign(period=orders["period"].where(orders["period"] > months[0], months[0])), names, months, "item", "quantity"
    )


def _frozen_production(open_orders: pd.DataFrame, frozen: Places, names: pd.Index, months: list[str]) -> Numbers:
    """Production on order in the frozen months; beyond them the plan decides anew."""
    ordered = _arriving(open_orders, "production", names, months)
    return np.where(np.arange(len(months))[None, :] < frozen[:, None], ordered, 0.0)


def _safety_days(targets: pd.DataFrame, family: pd.Series, strategy: NDArray[np.object_]) -> Numbers:
    """Days of demand wanted in stock by item: of its family, else of `*`, else none; only what is kept in stock has any."""
    said = targets[targets["target"] == "safety_days"].set_index("scope")["value"]
    days = family.map(said).astype(float).fillna(float(said.get("*", 0.0))).to_numpy()
    return np.where(np.isin(strategy, ("stock", "buy")), days, 0.0)


def _costs(unit_costs: pd.DataFrame, names: pd.Index, months: list[str], policy: SupplyPolicy) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Standard, variable, keeping cost and subcontract premium by item and month; 0 (premium nan) where no cost is known."""
    columns = ["unit_cost", "variable_cost", "holding_rate", "subcontract_premium"]
    values = in_force(unit_costs, names, months, columns)
    unit_cost = np.nan_to_num(values[0])
    variable_cost = np.where(np.isnan(values[1]), unit_cost, values[1])
    keep_cost = unit_cost * (np.nan_to_num(values[2]) + policy.capital_rate) / MONTHS_A_YEAR
    return unit_cost, variable_cost, keep_cost, values[3]


def _owed_by_cell(owed: Numbers, cells: Cells) -> Numbers:
    """Units owed, split over an item's channels by their demand over the horizon."""
    by_cell = cells.demand.sum(axis=1)
    by_item = np.bincount(cells.item, weights=by_cell, minlength=len(owed))
    return owed[cells.item] * np.divide(by_cell, by_item[cells.item], out=np.zeros(len(by_cell)), where=by_item[cells.item] > 0)
