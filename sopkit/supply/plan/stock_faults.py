"""Lots that no month can hold, and stock that nothing can hold: found before the solve, each with its table and row."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from sopkit.errors import Problem
from sopkit.supply.inventory import safety_stock_target
from sopkit.supply.plan.inputs import SupplyInputs, each_row, planned_periods, rows_of
from sopkit.supply.plan.matrices import Numbers, month_matrix, where_told
from sopkit.supply.policy import SupplyPolicy

NEARLY = 1e-6
MONTH_DAYS = 30
SAFETY_DAYS = "safety_days"


def lot_problems(inputs: SupplyInputs) -> Iterator[Problem]:
    """Lots that no month can hold, and limits of stock that contradict each other."""
    yield from _least_above_most(inputs)
    lots = inputs.lot_sizes
    above = lots["minimum_lot"] > lots["maximum_lot"]
    for place, row in each_row("lot_sizes", lots[above], "item"):
        yield Problem(place, f"minimum lot {row['minimum_lot']:g} above maximum lot {row['maximum_lot']:g}", "a minimum not above it")
    multiple = lots["lot_multiple"].where(lots["lot_multiple"] > 0)
    smallest = np.maximum(np.ceil(lots["minimum_lot"].fillna(0.0) / multiple), 1.0) * multiple
    for place, row in each_row("lot_sizes", lots[(smallest > lots["maximum_lot"] + NEARLY) & ~above], "item"):
        told = f"no multiple of {row['lot_multiple']:g} lies between its minimum lot and its maximum lot {row['maximum_lot']:g}"
        yield Problem(place, told, "a maximum lot that holds a multiple")
    hours = _hours_a_month(inputs)
    needing = lots.reset_index(names="row").merge(inputs.bill_of_resources, on="item", suffixes=("_setup", ""))
    elsewhere = set(inputs.alternative_resources["item"])
    needing = needing.assign(needed=needing["minimum_lot"] * needing["hours"], there=needing["resource"].map(hours).astype(float))
    short = needing[(needing["needed"] > needing["there"] + NEARLY) & ~needing["item"].isin(elsewhere)]
    for place, row in each_row("lot_sizes", short.set_index("row"), "item"):
        told = f"a minimum lot of {row['minimum_lot']:g} takes {row['needed']:g} h on {row['resource']}, which has {row['there']:g} at most"
        yield Problem(place, told, "a lot that a month can hold", "Lower the lot, or add hours.")
    yield from _lots_beyond_stock(inputs)


def _hours_a_month(inputs: SupplyInputs) -> dict[str, float]:
    """Most hours of each resource in any planned month, overtime in."""
    calendar = inputs.resource_calendar[inputs.resource_calendar["period"].isin(planned_periods(inputs))]
    share = calendar["resource"].map(inputs.resources.set_index("resource")["overtime_limit_share"]).fillna(0.0)
    overtime = calendar["overtime_limit_hours"].astype(float).fillna(calendar["demonstrated_hours"] * share)
    most = (calendar["demonstrated_hours"] + overtime).groupby(calendar["resource"]).max()
    return {str(resource): float(value) for resource, value in most.items()}


def _lots_beyond_stock(inputs: SupplyInputs) -> Iterator[Problem]:
    """Minimum lots above what may lie at any month end and what is asked for by then; what goes into other items is left out."""
    lots = inputs.lot_sizes[~inputs.lot_sizes["item"].isin(inputs.bill_of_materials["component"])]
    names, months = pd.Index(sorted(set(lots["item"]))), planned_periods(inputs)
    most = where_told(inputs.stock_limits, names, months, "most_stock", np.full((1, 1), np.inf), key="item")
    asked = np.cumsum(month_matrix(inputs.demand, names, months, "item", "quantity"), axis=1)  # it may wait until then
    room = dict(zip(names, (most + asked).max(axis=1, initial=0.0), strict=True))
    lots = lots.assign(room=lots["item"].map(room).astype(float))
    for place, row in each_row("lot_sizes", lots[lots["minimum_lot"] > lots["room"] + NEARLY], "item"):
        told = f"a minimum lot of {row['minimum_lot']:g}, where {row['room']:g} are asked for and may lie in stock"
        yield Problem(place, told, "a lot that can be sold or kept", "Lower the lot, or raise most_stock.")


def stock_problems(inputs: SupplyInputs, policy: SupplyPolicy) -> Iterator[Problem]:
    """Stock that must lie where it cannot."""
    yield from _safety_above_most(inputs)
    yield from _above_storage(inputs, policy)
    yield from _aging(inputs)


def _least_above_most(inputs: SupplyInputs) -> Iterator[Problem]:
    limits = inputs.stock_limits
    for place, row in each_row("stock_limits", limits[limits["least_stock"] > limits["most_stock"]], "item", "period"):
        yield Problem(place, f"least stock {row['least_stock']:g} above most stock {row['most_stock']:g}", "a least not above the most")


def _safety(inputs: SupplyInputs) -> tuple[pd.DataFrame, Numbers]:
    """Items that are kept in stock, and their safety stock by month."""
    said = inputs.targets[inputs.targets["target"] == SAFETY_DAYS].set_index("scope")["value"]
    items = inputs.items[inputs.items["supply_strategy"].isin(["stock", "buy"])].sort_values("item")
    days = items["family"].map(said).astype(float).fillna(float(said.get("*", 0.0))).to_numpy()
    months = planned_periods(inputs)
    demand = month_matrix(inputs.demand, pd.Index(items["item"]), months, "item", "quantity")
    return items, safety_stock_target(demand, days, months)


def _safety_above_most(inputs: SupplyInputs) -> Iterator[Problem]:
    items, target = _safety(inputs)
    names, months = pd.Index(items["item"]), planned_periods(inputs)
    limits = inputs.stock_limits[inputs.stock_limits["most_stock"].notna() & inputs.stock_limits["item"].isin(names)]
    limits = limits[limits["period"].isin(months)]
    wanted = target[names.get_indexer(limits["item"]), pd.Index(months).get_indexer(limits["period"])]
    limits = limits.assign(wanted=wanted)
    above = limits[limits["wanted"] > limits["most_stock"] + NEARLY]
    for place, row in each_row("stock_limits", above, "item", "period"):
        yield Problem(
            place, f"safety stock {row['wanted']:,.0f} above most stock {row['most_stock']:,.0f}", "a most that holds the safety stock"
        )


def _above_storage(inputs: SupplyInputs, policy: SupplyPolicy) -> Iterator[Problem]:
    """Safety stock, and least stock, of all items that the storage cannot hold; of items with sites it stands at the first one."""
    items, target = _safety(inputs)
    names, months = pd.Index(inputs.items["item"]), planned_periods(inputs)
    factor = inputs.items["planning_factor"].astype(float).fillna(1.0).to_numpy()
    safety = np.zeros((len(names), len(months)))
    safety[names.get_indexer(items["item"])] = target
    least = where_told(inputs.stock_limits, names, months, "least_stock", np.zeros((1, 1)), key="item")
    first = inputs.site_items.drop_duplicates("item").set_index("item")["site"].reindex(names).to_numpy(object)
    stores = [("", "supply.storage_limit", policy.storage_limit, np.ones(len(names), dtype=bool))]
    stores += [(f" of {site}", "supply.site_storage_limit", most, first == site) for site, most in policy.site_storage_limit.items()]
    days, kept = inputs.targets[inputs.targets["target"] == SAFETY_DAYS], inputs.stock_limits[inputs.stock_limits["least_stock"] > 0]
    wanted: list[tuple[str, Numbers, str, str]] = [
        ("safety stock", safety, f"targets, {rows_of(days)} ({SAFETY_DAYS})", SAFETY_DAYS),
        ("least stock", least, f"stock_limits, {rows_of(kept)}", "least_stock"),
    ]
    for (where, knob, limit, there), (what, units, place, column) in product(stores, wanted):
        needed = (factor * there) @ units
        if limit is not None and (needed > limit + NEARLY).any():
            month = int(np.argmax(needed))
            told = f"{what} of {needed[month]:,.0f} in {months[month]} above the storage limit {limit:,.0f}{where}"
            yield Problem(place, told, f"{what} that fits", f"Lower {column} or raise {knob}.")


def _aging(inputs: SupplyInputs) -> Iterator[Problem]:
    """Safety stock of more months than an item may lie or cover."""
    said = inputs.targets[inputs.targets["target"] == SAFETY_DAYS].set_index("scope")["value"]
    known = inputs.items.set_index("item")
    for place, row in each_row("stock_rules", inputs.stock_rules, "item"):
        item = known.loc[row["item"]]
        if item["supply_strategy"] not in ("stock", "buy"):
            continue
        days = float(said.get(item["family"], said.get("*", 0.0)))
        most = row[["shelf_life_months", "most_cover_months"]].astype(float).min()
        if days > most * MONTH_DAYS:
            yield Problem(place, f"safety stock of {days:g} days in at most {most:g} months of cover", "safety stock that fits the cover")
