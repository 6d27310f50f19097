"""Sites told apart: an item becomes a place per site that makes or keeps it and a place per region that asks for it.

Every table is rewritten from items to places, so that the plan is made of the same rows; lanes move units from place to place.
What no table says of a site (safety stock, what is on order, limits of stock) stands at the item's first site.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.matrices import Numbers, Places, places

MONTH_DAYS = 30
REGION = "region"  # supply strategy of a place that is served by lanes: nothing is made or kept there


@dataclass(frozen=True)
class Lanes:
    """Ways from place to place."""

    labels: list[tuple[str, str]]
    origin: Places
    destination: Places
    cost: Numbers  # money per unit
    months: Places  # on the way
    limit: Numbers  # units a month, inf where nobody limits it
    share: Numbers  # of what the destination gets; nan where the plan chooses


@dataclass(frozen=True)
class Sites:
    """Which item each place belongs to, what can be done there, and the lanes between places."""

    items: pd.Index  # the items, sorted
    item: Places  # number of the item of each place
    made: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    first: NDArray[np.bool_]  # places that stand for what no table says of a site
    extra_cost: Numbers  # money per unit made at a place beyond the item's cost
    lanes: Lanes

    def by_item(self, numbers: Numbers) -> Numbers:
        """Numbers of places summed over those of each item."""
        summed = np.zeros((len(self.items), *numbers.shape[1:]))
        np.add.at(summed, self.item, numbers)
        return summed


def place_names(item: pd.Series, sign: str, where: pd.Series) -> pd.Series:
    """What the places of items are called."""
    return (item.astype("str") + f" {sign} " + where.astype("str")).astype("str")


def told_apart(inputs: SupplyInputs) -> SupplyInputs:
    """The inputs by place; where no item has sites, the inputs themselves."""
    if inputs.site_items.empty:
        return inputs
    told = inputs.site_items.assign(place=place_names(inputs.site_items["item"], "@", inputs.site_items["site"]))
    first = told.drop_duplicates("item").set_index("item")["place"]
    at_first = {name: _renamed(getattr(inputs, name), first) for name in ("open_orders", "stock_limits") if len(getattr(inputs, name))}
    everywhere = {name: _everywhere(getattr(inputs, name), told) for name in ("lot_sizes", "supplier_items")}
    demand = inputs.demand.assign(item=demand_places(inputs.demand, told))
    regions = demand.assign(of=inputs.demand["item"])[["item", "of"]].drop_duplicates()
    asking = regions[regions["item"] != regions["of"]].rename(columns={"item": "place", "of": "item"})
    return replace(
        inputs,
        items=_item_rows(inputs, told, asking),
        demand=demand,
        unit_costs=_unit_costs(inputs, told, asking),
        planning_costs=_everywhere(inputs.planning_costs, pd.concat([told[["item", "place"]], asking])),
        inventory=_inventory(inputs, told),
        bill_of_resources=_at_their_resource(inputs.bill_of_resources, inputs, told),
        alternative_resources=_at_their_resource(inputs.alternative_resources, inputs, told),
        bill_of_materials=_materials(inputs.bill_of_materials, told),
        **everywhere,
        **at_first,
    )


def demand_places(demand: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """The place that asks, by row of the demand: its region where the item has sites."""
    return demand["item"].where(~demand["item"].isin(told["item"]), place_names(demand["item"], ">", demand["region"])).astype("str")


def _renamed(frame: pd.DataFrame, place: pd.Series) -> pd.DataFrame:
    return frame.assign(item=frame["item"].map(place).fillna(frame["item"]).astype("str"))


def _everywhere(frame: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Rows of an item with places (item, place) once per place."""
    if frame.empty:
        return frame
    merged = frame.merge(told[["item", "place"]], on="item", how="left")
    return merged.assign(item=merged["place"].fillna(merged["item"]).astype("str")).drop(columns="place")


def _item_rows(inputs: SupplyInputs, told: pd.DataFrame, asking: pd.DataFrame) -> pd.DataFrame:
    served = inputs.items.merge(asking, on="item")
    served = served.assign(item=served["place"], supply_strategy=REGION).drop(columns="place")
    return pd.concat([_everywhere(inputs.items, told), served], ignore_index=True)


def _unit_costs(inputs: SupplyInputs, told: pd.DataFrame, asking: pd.DataFrame) -> pd.DataFrame:
    """Costs at each place; making a unit costs a site's extra more."""
    costs = inputs.unit_costs.assign(variable_cost=inputs.unit_costs["variable_cost"].astype(float).fillna(inputs.unit_costs["unit_cost"]))
    at_sites = costs.merge(told[["item", "place", "extra_cost"]], on="item", how="left")
    extra = at_sites["extra_cost"].astype(float).fillna(0.0)
    at_sites = at_sites.assign(item=at_sites["place"].fillna(at_sites["item"]), variable_cost=at_sites["variable_cost"] + extra)
    at_regions = costs.merge(asking, on="item")
    rows = [at_sites.drop(columns=["place", "extra_cost"]), at_regions.assign(item=at_regions["place"]).drop(columns="place")]
    return pd.concat(rows, ignore_index=True).astype({"item": "str"})


def _inventory(inputs: SupplyInputs, told: pd.DataFrame) -> pd.DataFrame:
    """Stock of items without sites, and the opening stock of each site."""
    others = inputs.inventory[~inputs.inventory["item"].isin(told["item"])]
    cutoff = inputs.inventory["period"].max() if len(inputs.inventory) else _before_first(inputs)
    stock = told["opening_stock"].astype(float).fillna(0.0)
    return pd.concat([others, pd.DataFrame({"item": told["place"], "period": cutoff, "quantity": stock})], ignore_index=True)


def _before_first(inputs: SupplyInputs) -> str:
    from sopkit.periods import shifted

    return shifted(inputs.demand["period"].min(), -1)


def _at_their_resource(frame: pd.DataFrame, inputs: SupplyInputs, told: pd.DataFrame) -> pd.DataFrame:
    """Rows of items with sites stand at the site of their resource; where the item is not at that site there is none."""
    if frame.empty:
        return frame
    site = frame["resource"].map(inputs.resources.set_index("resource")["site"])
    merged = frame.assign(site=site).merge(told[["item", "site", "place"]], on=["item", "site"], how="left")
    here = merged["place"].notna() | ~merged["item"].isin(told["item"])
    kept = merged[here].assign(item=merged["place"].fillna(merged["item"]).astype("str"))
    return kept.drop(columns=["site", "place"])


def _materials(bill: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Who is made at a site uses what is there; who or what has no sites is used and uses as before."""
    if bill.empty:
        return bill
    above = bill.merge(told[["item", "site", "place"]], left_on="parent", right_on="item", how="left").drop(columns="item")
    below = told[["item", "site", "place"]].rename(columns={"item": "component", "place": "below"})
    both = above.merge(below, on=["component", "site"], how="left")
    both = both[both["below"].notna() | ~both["component"].isin(told["item"])]
    rows = both.assign(parent=both["place"].fillna(both["parent"]), component=both["below"].fillna(both["component"]))
    return rows.drop(columns=["site", "place", "below"]).astype({"parent": "str", "component": "str"})


def sites_of(original: SupplyInputs, inputs: SupplyInputs, names: pd.Index, *, chosen: bool) -> Sites:
    """Places and lanes of the planned names.

    Args:
        original: the inputs by item.
        inputs: the same told apart.
        names: the places that are planned.
        chosen: the plan chooses among the sites that may serve a region, rather than keep their shares.
    """
    told = original.site_items.assign(place=place_names(original.site_items["item"], "@", original.site_items["site"]))
    asking = (
        pd.Series(original.demand["item"].to_numpy(), index=demand_places(original.demand, told)) if len(told) else pd.Series(dtype="str")
    )
    owner = pd.Series(names, index=names).astype("str")
    owner.update(asking[~asking.index.duplicated()])
    owner.update(told.set_index("place")["item"])
    items = pd.Index(sorted(set(owner)))
    region = np.isin(names, inputs.items.loc[inputs.items["supply_strategy"] == REGION, "item"])
    at_site = np.isin(names, told["place"])
    billed = set(original.bill_of_resources["item"])
    making = np.isin(names, inputs.bill_of_resources["item"]) | ~owner.isin(billed).to_numpy()
    first = ~at_site & ~region | np.isin(names, told.drop_duplicates("item")["place"])
    extra = pd.Series(names).map(told.set_index("place")["extra_cost"]).astype(float).fillna(0.0).to_numpy()
    lanes = _lanes(original, told, names, chosen=chosen)
    return Sites(items, places(items, owner), ~region & (making | ~at_site), ~region, first, extra, lanes)


def _lanes(inputs: SupplyInputs, told: pd.DataFrame, names: pd.Index, *, chosen: bool) -> Lanes:
    if told.empty:
        nowhere, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Lanes([], nowhere, nowhere, nothing, nowhere, nothing, nothing)
    lanes = pd.concat([_between_sites(inputs, told), _to_regions(inputs, told)], ignore_index=True)
    lanes = lanes.sort_values(["origin", "destination"], ignore_index=True)
    share = lanes["share"].astype(float).to_numpy()
    return Lanes(
        list(lanes[["origin", "destination"]].itertuples(index=False, name=None)),
        places(names, lanes["origin"]),
        places(names, lanes["destination"]),
        lanes["cost"].astype(float).fillna(0.0).to_numpy(),
        np.asarray(lanes["days"].astype(float).fillna(0.0) // MONTH_DAYS, dtype=np.int64),
        np.asarray(lanes["limit"].astype(float).fillna(np.inf)),
        np.full(len(lanes), np.nan) if chosen else share,
    )


LANE_COLUMNS = ["origin", "destination", "cost", "days", "limit", "share"]


def _between_sites(inputs: SupplyInputs, told: pd.DataFrame) -> pd.DataFrame:
    """Transfers of each item with sites: its own rows, else those of `*`."""
    sites = told[["item", "site", "place"]]
    pairs = sites.merge(sites, on="item", suffixes=("", "_to")).rename(columns={"item": "of"})
    pairs = pairs[pairs["site"] != pairs["site_to"]]
    rows = inputs.transfers.rename(columns={"item": "scope"})
    merged = pairs.merge(rows, left_on=["site", "site_to"], right_on=["from_site", "to_site"])
    own = merged["scope"].eq(merged["of"])
    has_own = own.groupby([merged["place"], merged["place_to"]]).transform("any") if len(merged) else own
    merged = merged[own | (merged["scope"].eq("*") & ~has_own)]
    named = {"place": "origin", "place_to": "destination", "transfer_cost": "cost", "lead_time_days": "days", "monthly_limit": "limit"}
    return merged.rename(columns=named).assign(share=np.nan)[LANE_COLUMNS]


def _to_regions(inputs: SupplyInputs, told: pd.DataFrame) -> pd.DataFrame:
    """Who serves each region that asks for an item with sites: as sourcing says, of its family or `*`; else every site, freely."""
    asking = inputs.demand[inputs.demand["item"].isin(told["item"])][["item", "region"]].drop_duplicates()
    asking = asking.assign(family=asking["item"].map(inputs.items.set_index("item")["family"]))
    pairs = asking.merge(told[["item", "site", "place"]], on="item").assign(
        destination=lambda each: place_names(each["item"], ">", each["region"])
    )
    rows = inputs.sourcing.rename(columns={"family": "scope"})
    merged = pairs.merge(rows, on=["region", "site"], how="left")
    own, any_family = merged["scope"].eq(merged["family"]), merged["scope"].eq("*")
    by_region = [merged["item"], merged["region"]]
    has_own = own.groupby(by_region).transform("any") if len(merged) else own
    has_any = any_family.groupby(by_region).transform("any") if len(merged) else own
    free = ~has_own & ~has_any
    kept = merged[own | (any_family & ~has_own) | free].drop_duplicates(["place", "destination"])
    named = {"place": "origin", "freight_cost": "cost", "lead_time_days": "days", "sourcing_share": "share"}
    return kept.rename(columns=named).assign(limit=np.nan)[LANE_COLUMNS]
