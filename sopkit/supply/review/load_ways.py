"""Rough-cut capacity three ways beside the plan's: what each says of a resource's load, and where they part."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.periods import period_range, shifted
from sopkit.supply.capacity import Numbers, Requirement, load_by_overall_factors, load_by_resource_profile, resource_hours

YEAR, MONTH_DAYS = 12, 365 / 12
WAYS = ("overall_factors", "bill_of_resources", "resource_profile")
SAME = 0.005  # load ratio up to which ways say the same


@dataclass(frozen=True)
class LoadWays:
    """Load by each way.

    `by_month`: resource, period, overall_factors, bill_of_resources, resource_profile, planned: required or planned hours on demonstrated
    hours, as ratios; empty where a way cannot tell. `because`: way, assumes, not_available (why a way cannot tell, else empty).
    """

    by_month: pd.DataFrame
    because: pd.DataFrame


def load_ways(
    requirement: Requirement, resource_load: pd.DataFrame, resource_calendar: pd.DataFrame, cycle_times: pd.DataFrame, *, cutoff: str
) -> LoadWays:
    """The load of each resource by overall factors, by the bill of resources, by the resource profile, and by the plan.

    Overall factors split all hours of a month as the hours worked in the last twelve closed months were split. The profile lays an
    operation half of its item's median cycle time before the unit is finished: operations are not told apart in the history.

    Args:
        requirement: of the plan.
        resource_load: by contract.
        resource_calendar: by contract; its worked hours of closed months.
        cycle_times: by contract; an item's own median, else none ahead.
        cutoff: last closed period.
    """
    size = len(requirement.resources)
    bill = (requirement.row, requirement.resource, requirement.hours)
    share, missing = _worked_shares(resource_calendar, requirement, cutoff)
    times = cycle_times[cycle_times["item"] != "*"].set_index("item")["median"].astype(float)
    days = pd.Series(requirement.articles, dtype="str").map(times).to_numpy(float)
    ahead = np.nan_to_num(days) / 2 / MONTH_DAYS
    profile = load_by_resource_profile(requirement.units, *bill, months_ahead=ahead, resources=size)
    profile[:, profile.shape[1] - int(np.ceil(ahead.max(initial=0.0))) :] = np.nan  # lacks what is finished after the horizon
    per_unit = np.bincount(requirement.row, weights=requirement.hours, minlength=len(requirement.units)).astype(float)
    hours = {
        "overall_factors": load_by_overall_factors(requirement.units, per_unit, share),
        "bill_of_resources": resource_hours(requirement.units, *bill, size),
        "resource_profile": np.full_like(profile, np.nan) if np.isnan(days).all() else profile,
    }
    assumes = {
        "overall_factors": "the mix stays as in the last twelve months",
        "bill_of_resources": "all work falls into the month in which the unit is finished",
        "resource_profile": "work lies half of the item's median cycle time ahead",
    }
    why = {"overall_factors": missing, "resource_profile": "no item has a cycle time" if np.isnan(days).all() else ""}
    why = why if len(days) else dict.fromkeys(WAYS, "no planned item has hours in the bill of resources")
    rows = [(way, assumes[way], why.get(way, "")) for way in WAYS]
    told = pd.DataFrame(rows, columns=["way", "assumes", "not_available"], dtype="str")
    return LoadWays(_ratios(requirement, resource_load, hours), told)


def _worked_shares(calendar: pd.DataFrame, requirement: Requirement, cutoff: str) -> tuple[Numbers, str]:
    """Part of all hours worked in the last twelve closed months, by resource that some item needs; why it is not known."""
    closed = calendar[calendar["period"].isin(period_range(shifted(cutoff, 1 - YEAR), YEAR))]
    needed = np.unique(requirement.resource)
    worked = closed.groupby("resource")["worked_hours"].sum(min_count=1).reindex(requirement.resources[needed])
    silent = list(worked.index[worked.isna()])
    if silent or not worked.sum() > 0:
        told = ", ".join(map(str, silent[:3])) or "any resource"
        return np.full(len(requirement.resources), np.nan), f"resource_calendar tells no hours worked in closed months of {told}"
    share = np.zeros(len(requirement.resources))
    share[needed] = worked.to_numpy(float) / float(worked.sum())
    return share, ""


def _ratios(requirement: Requirement, resource_load: pd.DataFrame, hours: dict[str, Numbers]) -> pd.DataFrame:
    """Hours of each way, and of the plan, on demonstrated hours, of resources that some item needs."""
    keys = pd.MultiIndex.from_product([requirement.resources, requirement.months], names=["resource", "period"])
    told = resource_load.set_index(["resource", "period"]).reindex(keys)
    shown = told["demonstrated_hours"].astype(float).where(told["demonstrated_hours"] > 0)
    frame = pd.DataFrame({way: hours[way].ravel() / shown for way in WAYS}, index=keys)
    frame["planned"] = told["planned_load_ratio"].astype(float)
    used = keys.get_level_values("resource").isin(requirement.resources[np.unique(requirement.resource)])
    return frame[used].reset_index()


def where_ways_part(ways: LoadWays, *, months: int = YEAR) -> pd.DataFrame:
    """Of each resource the month in which the three ways differ most, within the first `months`, the widest apart first.

    Args:
        ways: of `load_ways`.
        months: planned months that are looked at.

    Returns:
        resource, period, overall_factors, bill_of_resources, resource_profile, planned (ratios), apart (highest less lowest of the three).
    """
    frame = ways.by_month
    near = frame[frame["period"].isin(sorted(frame["period"].unique())[:months])]
    apart = near[list(WAYS)].max(axis=1) - near[list(WAYS)].min(axis=1)
    widest = near.assign(apart=apart).dropna(subset=["apart"]).sort_values(["resource", "apart", "period"], ascending=[True, False, True])
    return widest.drop_duplicates("resource").sort_values(["apart", "resource"], ascending=[False, True], ignore_index=True)


def ways_sentence(ways: LoadWays) -> str:
    """Where the three ways part most, in a sentence."""
    why = set(ways.because["not_available"])
    if "" not in why:
        return f"The load is not available, because {'; '.join(sorted(why))}."
    widest = where_ways_part(ways)
    if widest.empty or widest["apart"].iloc[0] <= SAME:
        return "The ways that can tell say the same of every resource."
    first = widest.iloc[0]
    told = [f"{first[way]:.0%} by {_words(way)}" for way in WAYS if not np.isnan(first[way])]
    return f"They part most at {first['resource']} in {first['period']}: {', '.join(told)}; the plan works {first['planned']:.0%}."


def _words(way: str) -> str:
    return ("the " if way != "overall_factors" else "") + way.replace("_", " ")
