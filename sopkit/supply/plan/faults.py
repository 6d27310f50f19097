"""Input errors that show only where tables meet: found before the solve, each with its table and row, all at once."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.supply.inventory import safety_stock_target
from sopkit.supply.plan.assumptions import silences
from sopkit.supply.plan.contract_faults import contract_problems
from sopkit.supply.plan.inputs import SHOWN, SupplyInputs, basic_problems, names_of, planned_periods, rows_of
from sopkit.supply.plan.matrices import month_matrix, where_told
from sopkit.supply.policy import SupplyPolicy

NEARLY = 1e-6
MONTH_DAYS = 30


def inputs_problems(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> list[Problem]:
    """Everything in the inputs that a plan cannot be made from; empty when there is nothing.

    Where a single table is wrong already, what it says beside others is not looked at.

    Args:
        inputs: by contract.
        cutoff: last closed period.
        policy: the company's; None = the default.
    """
    found = basic_problems(inputs, cutoff=cutoff)
    crossing = (_cycles, _lots, _stock_limits, _alternatives, _people_by_month, _maintenance, _sites, _sourcing, contract_problems)
    if not inputs.demand.empty:
        found += [problem for check in crossing for problem in check(inputs)]
    if not found:
        found += [*_safety_stock(inputs, policy or SupplyPolicy()), *_aging(inputs, policy or SupplyPolicy())]
        found += [*_site_names(inputs, policy or SupplyPolicy()), *_refused(inputs, policy or SupplyPolicy(), cutoff)]
    return found


def raise_problems(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> None:
    """Raise DataError with all problems of the inputs, if there are any."""
    problems = inputs_problems(inputs, cutoff=cutoff, policy=policy)
    if problems:
        raise DataError("the supply plan cannot be made from these inputs", problems)


def _at(table: str, frame: pd.DataFrame, *key: str) -> Iterator[tuple[str, pd.Series]]:
    """Each row of a frame with its place: table, row, key."""
    for position in range(len(frame)):
        row = frame.iloc[position]
        yield f"{table}, {rows_of(frame.iloc[[position]])} ({' '.join(str(row[name]) for name in key)})", row


def _cycles(inputs: SupplyInputs) -> Iterator[Problem]:
    """An article that goes into itself, over however many levels."""
    bill = inputs.bill_of_materials
    left = bill
    while len(left):  # take off what goes into nothing that is left, level by level: what stays is in a cycle or above one
        rest = left[left["component"].isin(left["parent"]) & left["parent"].isin(left["component"])]
        if len(rest) == len(left):
            break
        left = rest
    if len(left):
        below = dict(zip(left["parent"], left["component"], strict=True))
        walk = [left["parent"].iloc[0]]
        while walk[-1] not in walk[:-1]:
            walk.append(below[walk[-1]])
        cycle = walk[walk.index(walk[-1]) :]
        rows = pd.concat(
            [left[(left["parent"] == one) & (left["component"] == other)] for one, other in zip(cycle, cycle[1:], strict=False)]
        )
        told = f"an article goes into itself: {' > '.join(cycle)}"
        yield Problem(f"bill_of_materials, {rows_of(rows)}", told, "levels without a cycle", "Take one of these rows out.")
    lost = bill[bill["scrap_share"].astype(float) >= 1]
    if len(lost):
        yield Problem(f"bill_of_materials.scrap_share, {rows_of(lost)}", "all of it is scrap", "a share below 1")


def _lots(inputs: SupplyInputs) -> Iterator[Problem]:
    """Lots that no month can hold."""
    lots = inputs.lot_sizes
    above = lots[lots["minimum_lot"] > lots["maximum_lot"]]
    for place, row in _at("lot_sizes", above, "item"):
        yield Problem(place, f"minimum lot {row['minimum_lot']:g} above maximum lot {row['maximum_lot']:g}", "a minimum not above it")
    hours = _hours_a_month(inputs)
    needing = lots.reset_index(names="row").merge(inputs.bill_of_resources, on="item", suffixes=("_setup", ""))
    elsewhere = set(inputs.alternative_resources["item"])
    needing = needing.assign(needed=needing["minimum_lot"] * needing["hours"], there=needing["resource"].map(hours).astype(float))
    short = needing[(needing["needed"] > needing["there"] + NEARLY) & ~needing["item"].isin(elsewhere)]
    for place, row in _at("lot_sizes", short.set_index("row"), "item"):
        told = f"a minimum lot of {row['minimum_lot']:g} takes {row['needed']:g} h on {row['resource']}, which has {row['there']:g} at most"
        yield Problem(place, told, "a lot that a month can hold", "Lower the lot, or add hours.")


def _hours_a_month(inputs: SupplyInputs) -> dict[str, float]:
    """Most hours of each resource in any planned month, overtime in."""
    calendar = inputs.resource_calendar[inputs.resource_calendar["period"].isin(planned_periods(inputs))]
    share = calendar["resource"].map(inputs.resources.set_index("resource")["overtime_limit_share"]).fillna(0.0)
    overtime = calendar["overtime_limit_hours"].astype(float).fillna(calendar["demonstrated_hours"] * share)
    most = (calendar["demonstrated_hours"] + overtime).groupby(calendar["resource"]).max()
    return {str(resource): float(value) for resource, value in most.items()}


def _stock_limits(inputs: SupplyInputs) -> Iterator[Problem]:
    limits = inputs.stock_limits
    for place, row in _at("stock_limits", limits[limits["least_stock"] > limits["most_stock"]], "item", "period"):
        yield Problem(place, f"least stock {row['least_stock']:g} above most stock {row['most_stock']:g}", "a least not above the most")


def _safety_stock(inputs: SupplyInputs, policy: SupplyPolicy) -> Iterator[Problem]:
    """Safety stock that the storage, or the item's most stock, cannot hold."""
    said = inputs.targets[inputs.targets["target"] == "safety_days"].set_index("scope")["value"]
    items = inputs.items[inputs.items["supply_strategy"].isin(["stock", "buy"])].sort_values("item")
    days = items["family"].map(said).astype(float).fillna(float(said.get("*", 0.0))).to_numpy()
    months, names = planned_periods(inputs), pd.Index(items["item"])
    demand = month_matrix(inputs.demand, names, months, "item", "quantity")
    target = safety_stock_target(demand, days, months)
    factor = items["planning_factor"].astype(float).fillna(1.0).to_numpy()
    needed = factor @ target
    if policy.storage_limit is not None and (needed > policy.storage_limit + NEARLY).any():
        month = int(np.argmax(needed))
        rows = inputs.targets[inputs.targets["target"] == "safety_days"]
        told = f"safety stock of {needed[month]:,.0f} in {months[month]} above the storage limit {policy.storage_limit:,.0f}"
        yield Problem(
            f"targets, {rows_of(rows)} (safety_days)", told, "safety stock that fits", "Lower safety_days or raise supply.storage_limit."
        )
    limits = inputs.stock_limits[inputs.stock_limits["most_stock"].notna() & inputs.stock_limits["item"].isin(names)]
    limits = limits[limits["period"].isin(months)]
    wanted = target[names.get_indexer(limits["item"]), pd.Index(months).get_indexer(limits["period"])]
    limits = limits.assign(wanted=wanted)
    above = limits[limits["wanted"] > limits["most_stock"] + NEARLY]
    for place, row in _at("stock_limits", above, "item", "period"):
        yield Problem(
            place, f"safety stock {row['wanted']:,.0f} above most stock {row['most_stock']:,.0f}", "a most that holds the safety stock"
        )


def _alternatives(inputs: SupplyInputs) -> Iterator[Problem]:
    told = inputs.alternative_resources
    billed = pd.MultiIndex.from_frame(inputs.bill_of_resources[["item", "resource"]])
    strange = told[~pd.MultiIndex.from_frame(told[["item", "resource"]]).isin(billed)]
    for place, _ in _at("alternative_resources", strange, "item", "resource"):
        yield Problem(place, "not in the bill of resources", "a resource of the item's bill")
    unknown = told[~told["alternative"].isin(inputs.resources["resource"]) | (told["alternative"] == told["resource"])]
    for place, _ in _at("alternative_resources", unknown, "item", "alternative"):
        yield Problem(place, "no other resource of resources", "a resource of resources other than the one it stands for")


def _people_by_month(inputs: SupplyInputs) -> Iterator[Problem]:
    told = inputs.workforce_calendar
    for place, row in _at("workforce_calendar", told[told["least_heads"] > told["most_heads"]], "skill_group", "period"):
        yield Problem(place, f"least {row['least_heads']:g} above most {row['most_heads']:g} people", "a least not above the most")
    reach = inputs.workforce.set_index("skill_group")
    months = planned_periods(inputs)
    dated = told[told["period"].isin(months) & told["skill_group"].isin(reach.index) & told["least_heads"].notna()]
    groups = pd.Index(reach.index)
    usual = reach["max_hire"].to_numpy(float)[:, None]
    hired = np.cumsum(where_told(told, groups, months, "max_hire", usual, key="skill_group"), axis=1)
    reached = reach["heads"].to_numpy(float)[:, None] + hired
    dated = dated.assign(most=reached[groups.get_indexer(dated["skill_group"]), pd.Index(months).get_indexer(dated["period"])])
    short = dated[dated["least_heads"] > dated["most"] + NEARLY]
    for place, row in _at("workforce_calendar", short, "skill_group", "period"):
        yield Problem(place, f"least {row['least_heads']:g} people, where hiring reaches {row['most']:g}", "a number that hiring can reach")


def _maintenance(inputs: SupplyInputs) -> Iterator[Problem]:
    """Planned stops that take more hours than there are."""
    told = inputs.resource_calendar
    above = told[told["maintenance_hours"].astype(float) > told["available_hours"] + NEARLY]
    for place, row in _at("resource_calendar", above, "resource", "period"):
        came = f"maintenance of {row['maintenance_hours']:g} h in {row['available_hours']:g} available hours"
        yield Problem(place, came, "maintenance within the available hours")


def _sites(inputs: SupplyInputs) -> Iterator[Problem]:
    """Sites that tables know differently."""
    told = inputs.site_items
    if told.empty:
        return
    site = inputs.resources.set_index("resource")["site"]
    bill = inputs.bill_of_resources[inputs.bill_of_resources["item"].isin(told["item"])]
    pairs = pd.MultiIndex.from_frame(told[["item", "site"]])
    at = pd.MultiIndex.from_arrays([bill["item"], bill["resource"].map(site)])
    for place, row in _at("bill_of_resources", bill[~at.isin(pairs)], "item", "resource"):
        yield Problem(place, f"its resource is at {site.get(row['resource'])}, where the item is not", "a site of the item in site_items")
    for name in ("from_site", "to_site"):
        strange = inputs.transfers[~inputs.transfers[name].isin(told["site"])]
        for place, row in _at("transfers", strange, "from_site", "to_site"):
            yield Problem(place, f"{row[name]} makes or keeps nothing", "a site of site_items")
    stock = inputs.inventory[inputs.inventory["period"] == inputs.inventory["period"].max()].set_index("item")["quantity"]
    by_site = told.groupby("item")["opening_stock"].sum()
    for item, quantity in by_site.items():
        whole = float(stock.get(item, 0.0))
        if len(inputs.inventory) and abs(whole - quantity) > NEARLY:
            rows = told[told["item"] == item]
            place = f"site_items.opening_stock, {rows_of(rows)} ({item})"
            yield Problem(place, f"{quantity:g} units at its sites, {whole:g} in inventory", "the same stock in both")


def _sourcing(inputs: SupplyInputs) -> Iterator[Problem]:
    """Shares that serve too little or too much of a region."""
    if inputs.site_items.empty or inputs.sourcing.empty:
        return
    strange = inputs.sourcing[~inputs.sourcing["site"].isin(inputs.site_items["site"])]
    for place, row in _at("sourcing", strange, "region", "site"):
        yield Problem(place, f"{row['site']} makes or keeps nothing", "a site of site_items")
    regions = set(inputs.sourcing["region"])
    unserved = inputs.demand[inputs.demand["item"].isin(inputs.site_items["item"]) & ~inputs.demand["region"].isin(regions)]
    for region in unserved["region"].drop_duplicates()[:SHOWN]:
        yield Problem("sourcing", f"no site serves {region}", "a row for each region that asks for something")


def _site_names(inputs: SupplyInputs, policy: SupplyPolicy) -> Iterator[Problem]:
    """Sites that the policy names and no table knows."""
    known = {*inputs.resources["site"], *inputs.site_items["site"]}
    for knob in ("fences", "site_storage_limit"):
        for site in sorted(set(getattr(policy, knob)) - known):
            yield Problem(f"supply.{knob}", f"site {site} is in no table", f"one of {', '.join(sorted(known)) or 'no sites are told'}")


def _aging(inputs: SupplyInputs, policy: SupplyPolicy) -> Iterator[Problem]:
    """Safety stock of more months than an item may lie or cover."""
    said = inputs.targets[inputs.targets["target"] == "safety_days"].set_index("scope")["value"]
    known = inputs.items.set_index("item")
    for place, row in _at("stock_rules", inputs.stock_rules, "item"):
        item = known.loc[row["item"]]
        if item["supply_strategy"] not in ("stock", "buy"):
            continue
        days = float(said.get(item["family"], said.get("*", 0.0)))
        most = row[["shelf_life_months", "most_cover_months"]].astype(float).min()
        if days > most * MONTH_DAYS:
            yield Problem(place, f"safety stock of {days:g} days in at most {most:g} months of cover", "safety stock that fits the cover")


def _refused(inputs: SupplyInputs, policy: SupplyPolicy, cutoff: str) -> Iterator[Problem]:
    """What the inputs are silent about, where the policy refuses to assume anything."""
    shares = inputs.sourcing.groupby(["family", "region"])["sourcing_share"].sum()
    if policy.sourcing_shares == "kept" and len(inputs.site_items):
        for (family, region), share in shares[(shares - 1).abs() > NEARLY].items():
            rows = inputs.sourcing[(inputs.sourcing["family"] == family) & (inputs.sourcing["region"] == region)]
            told = f"shares of {region} add up to {share:g}"
            yield Problem(f"sourcing.sourcing_share, {rows_of(rows)}", told, "1", "Or let the plan choose: supply.sourcing_shares.")
    if policy.silent_inputs == "refused":
        for assumption, items in silences(inputs, cutoff=cutoff, policy=policy).items():
            rows = inputs.items[inputs.items["item"].isin(items)]
            place = f"items, {rows_of(rows)}" if len(rows) else "inputs"
            told = f"{assumption} ({len(items)} items: {names_of(items)})"
            yield Problem(place, told, "an input that says it", "Or supply.silent_inputs: assumed.")
