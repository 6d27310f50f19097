"""The load that a plan is judged by: required hours, subcontracted ones out, against demonstrated hours, months of shutdown apart."""

import pandas as pd

SHUTDOWN_SHARE = 0.5  # a month with less than this share of the usual hours is a shutdown: its load is met by building ahead


def own_load(resource_load: pd.DataFrame, supply_plan: pd.DataFrame, bill_of_resources: pd.DataFrame) -> pd.DataFrame:
    """Load of each resource and month on its demonstrated hours: (required - subcontracted hours) / demonstrated hours.

    Args:
        resource_load: ResourceLoad.
        supply_plan: SupplyPlan, for the units that a subcontractor makes.
        bill_of_resources: BillOfResources.

    Returns:
        resource, period, own_hours (hours), own_load_ratio (ratio; empty in months of shutdown: fewer demonstrated hours than half
        the median month of the resource), sorted by key.
    """
    subcontracted = supply_plan.loc[supply_plan["subcontract"] > 0, ["item", "period", "subcontract"]]
    spared = subcontracted.merge(bill_of_resources, on="item", how="inner")
    hours = (spared["subcontract"] * spared["hours"]).groupby([spared["resource"], spared["period"]]).sum()
    load = resource_load[["resource", "period", "required_hours", "demonstrated_hours"]]
    load = load.assign(spared_hours=hours.reindex(pd.MultiIndex.from_frame(load[["resource", "period"]])).to_numpy(dtype="float64"))
    usual = load.groupby("resource")["demonstrated_hours"].transform("median")
    running = (load["demonstrated_hours"] > 0) & (load["demonstrated_hours"] >= SHUTDOWN_SHARE * usual)
    own = (load["required_hours"] - load["spared_hours"].fillna(0.0)).clip(lower=0.0)
    load = load.assign(own_hours=own, own_load_ratio=(own / load["demonstrated_hours"]).where(running))
    return load[["resource", "period", "own_hours", "own_load_ratio"]].sort_values(["resource", "period"], ignore_index=True)


def family_bottlenecks(items: pd.DataFrame, bill_of_resources: pd.DataFrame, resource_load: pd.DataFrame) -> pd.DataFrame:
    """The resource that limits each family: of those that it needs, the one with the highest required load in a month.

    Args:
        items: Items.
        bill_of_resources: BillOfResources.
        resource_load: ResourceLoad.

    Returns:
        family, resource; families that need no resource are left out.
    """
    usual = resource_load.groupby("resource")["demonstrated_hours"].transform("median")
    running = resource_load["demonstrated_hours"] >= SHUTDOWN_SHARE * usual
    peak = resource_load[running].groupby("resource")["load_ratio"].max()
    needs = bill_of_resources.merge(items[["item", "family"]], on="item")[["family", "resource"]].drop_duplicates()
    needs = needs.assign(peak=needs["resource"].map(peak).fillna(0.0)).sort_values(
        ["family", "peak", "resource"], ascending=[True, False, True]
    )
    return needs.drop_duplicates("family")[["family", "resource"]].reset_index(drop=True)
