"""Input errors that show only where tables meet: found before the solve, each with its table and row, all at once."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.supply.plan.assumptions import silences
from sopkit.supply.plan.contract_faults import contract_problems
from sopkit.supply.plan.inputs import SHOWN, SupplyInputs, basic_problems, each_row, names_of, planned_periods, rows_of
from sopkit.supply.plan.matrices import in_force, where_told
from sopkit.supply.plan.stock_faults import lot_problems, stock_problems
from sopkit.supply.policy import SupplyPolicy

NEARLY = 1e-6


def inputs_problems(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> list[Problem]:
    """Everything in the inputs that a plan cannot be made from; empty when there is nothing.

    Where a single table is wrong already, what it says beside others is not looked at.

    Args:
        inputs: by contract.
        cutoff: last closed period.
        policy: the company's; None = the default.
    """
    found = basic_problems(inputs, cutoff=cutoff)
    crossing = (_cycles, lot_problems, _alternatives, _people_by_month, _maintenance, _sites, _transfers, _sourcing, contract_problems)
    if not inputs.demand.empty:
        found += [problem for check in crossing for problem in check(inputs)]
    if not found:
        found += stock_problems(inputs, policy or SupplyPolicy())
        found += [*_site_names(inputs, policy or SupplyPolicy()), *_refused(inputs, policy or SupplyPolicy(), cutoff)]
    return found


def raise_problems(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> None:
    """Raise DataError with all problems of the inputs, if there are any."""
    problems = inputs_problems(inputs, cutoff=cutoff, policy=policy)
    if problems:
        raise DataError("the supply plan cannot be made from these inputs", problems)


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


def _alternatives(inputs: SupplyInputs) -> Iterator[Problem]:
    told = inputs.alternative_resources
    billed = pd.MultiIndex.from_frame(inputs.bill_of_resources[["item", "resource"]])
    strange = told[~pd.MultiIndex.from_frame(told[["item", "resource"]]).isin(billed)]
    for place, _ in each_row("alternative_resources", strange, "item", "resource"):
        yield Problem(place, "not in the bill of resources", "a resource of the item's bill")
    unknown = told[~told["alternative"].isin(inputs.resources["resource"]) | (told["alternative"] == told["resource"])]
    for place, _ in each_row("alternative_resources", unknown, "item", "alternative"):
        yield Problem(place, "no other resource of resources", "a resource of resources other than the one it stands for")


def _people_by_month(inputs: SupplyInputs) -> Iterator[Problem]:
    told = inputs.workforce_calendar
    for place, row in each_row("workforce_calendar", told[told["least_heads"] > told["most_heads"]], "skill_group", "period"):
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
    for place, row in each_row("workforce_calendar", short, "skill_group", "period"):
        yield Problem(place, f"least {row['least_heads']:g} people, where hiring reaches {row['most']:g}", "a number that hiring can reach")


def _maintenance(inputs: SupplyInputs) -> Iterator[Problem]:
    """Planned stops that take more hours than there are."""
    told = inputs.resource_calendar
    above = told[told["maintenance_hours"].astype(float) > told["available_hours"] + NEARLY]
    for place, row in each_row("resource_calendar", above, "resource", "period"):
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
    for place, row in each_row("bill_of_resources", bill[~at.isin(pairs)], "item", "resource"):
        yield Problem(place, f"its resource is at {site.get(row['resource'])}, where the item is not", "a site of the item in site_items")
    stock = inputs.inventory[inputs.inventory["period"] == inputs.inventory["period"].max()].set_index("item")["quantity"]
    by_site = told.groupby("item")["opening_stock"].sum()
    for item, quantity in by_site.items():
        whole = float(stock.get(item, 0.0))
        if len(inputs.inventory) and abs(whole - quantity) > NEARLY:
            rows = told[told["item"] == item]
            place = f"site_items.opening_stock, {rows_of(rows)} ({item})"
            yield Problem(place, f"{quantity:g} units at its sites, {whole:g} in inventory", "the same stock in both")
    names = pd.Index(told["item"].unique())
    costs = in_force(inputs.unit_costs, names, planned_periods(inputs), ["unit_cost", "variable_cost"])
    cheapest = np.nan_to_num(np.where(np.isnan(costs[1]), costs[0], costs[1])).min(axis=1)
    paid = cheapest[names.get_indexer(told["item"])] + told["extra_cost"].astype(float).fillna(0.0)
    for place, row in each_row("site_items", told[paid < 0], "item", "site"):
        yield Problem(place, f"extra cost {row['extra_cost']:g}: a unit made there costs less than nothing", "a cost of 0 or more in all")


def _transfers(inputs: SupplyInputs) -> Iterator[Problem]:
    """Ways between sites that lead nowhere."""
    if inputs.site_items.empty:
        return
    for name in ("from_site", "to_site"):
        strange = inputs.transfers[~inputs.transfers[name].isin(inputs.site_items["site"])]
        for place, row in each_row("transfers", strange, "from_site", "to_site"):
            yield Problem(place, f"{row[name]} makes or keeps nothing", "a site of site_items")
    round_trips = inputs.transfers[inputs.transfers["from_site"] == inputs.transfers["to_site"]]
    for place, row in each_row("transfers", round_trips, "item", "from_site"):
        yield Problem(place, f"from {row['from_site']} to itself", "two sites")


def _sourcing(inputs: SupplyInputs) -> Iterator[Problem]:
    """Shares that serve too little or too much of a region."""
    if inputs.site_items.empty or inputs.sourcing.empty:
        return
    strange = inputs.sourcing[~inputs.sourcing["site"].isin(inputs.site_items["site"])]
    for place, row in each_row("sourcing", strange, "region", "site"):
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
