"""People: how many are there and needed, and whom to hire from when."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import first_day, months_between, shifted

WORTH_TELLING = 0.05  # people


def headcount_plan(
    workforce_plan: pd.DataFrame, resource_load: pd.DataFrame, resources: pd.DataFrame, workforce: pd.DataFrame
) -> pd.DataFrame:
    """People of the plan beside those that the plan takes and those that all demand would take.

    needed = sum over resources of regular hours x crew / hours a person gives. `missing` counts what the plan takes, or, where that is
    more, what the lines could make of what is asked for if people were there: the lesser of required and demonstrated hours.

    Args:
        workforce_plan, resource_load: by contract, of the constrained plan.
        resources: skill group and crew of each.
        workforce: hours a person gives, absence out, where the plan has nobody.

    Returns:
        The HeadcountPlan contract; empty where people do not limit the plan.
    """
    if workforce_plan.empty:
        return empty(CONTRACTS["headcount_plan"])
    manned = resources[resources["skill_group"].notna() & (resources["crew"].astype(float).fillna(0.0) > 0)][
        ["resource", "skill_group", "crew"]
    ]
    loads = resource_load.merge(manned, on="resource")
    hours = pd.DataFrame(
        {
            "skill_group": loads["skill_group"],
            "period": loads["period"],
            "plan": (loads["planned_hours"] - loads["overtime_hours"]) * loads["crew"],
            "demand": loads["required_hours"] * loads["crew"],
            "possible": loads[["required_hours", "demonstrated_hours"]].min(axis=1) * loads["crew"],
        }
    )
    hours = hours.groupby(["skill_group", "period"], sort=True).sum()
    table = workforce_plan.merge(hours.reset_index(), on=["skill_group", "period"], how="left").fillna(
        {"plan": 0.0, "demand": 0.0, "possible": 0.0}
    )
    paid = table["skill_group"].map(
        workforce.set_index("skill_group")["hours_per_head"] * (1 - workforce.set_index("skill_group")["absence_share"])
    )
    given = (table["available_hours"] / table["heads"]).where(table["heads"] > 0, paid)
    needed = {name: (table[name] / given).where(given > 0, 0.0) for name in ("plan", "demand", "possible")}
    asked = np.maximum(needed["plan"], needed["possible"])
    return conform(
        table[["skill_group", "period", "heads", "hired", "laid_off"]].assign(
            needed_by_plan=needed["plan"], needed_by_demand=needed["demand"], missing=(asked - table["heads"]).clip(lower=0.0)
        ),
        CONTRACTS["headcount_plan"],
    )


def hiring_requests(headcount: pd.DataFrame, workforce: pd.DataFrame, *, decided_on: date) -> pd.DataFrame:
    """Whom to hire: what the plan hires, and each run of months in which people are missing.

    The day of entry lies the ramp-up before the month in which they are needed at full pace. Missing people are rounded up to whole ones.

    Args:
        headcount: the HeadcountPlan contract.
        workforce: cost of hiring, wage and ramp-up by skill group.
        decided_on: day of the decision.

    Returns:
        The HiringRequests contract.
    """
    rows = [row for group, own in headcount.groupby("skill_group", sort=True) for row in _requests(str(group), own, workforce, decided_on)]
    if not rows:
        return empty(CONTRACTS["hiring_requests"])
    told = pd.DataFrame(rows)
    joined = told.groupby(["skill_group", "needed_from"], sort=True, as_index=False).agg(
        {
            "start_date": "min",
            "needed_until": "max",
            "number": "sum",
            "ramp_up_months": "max",
            "hire_cost": "sum",
            "wages": "sum",
            "too_late": "max",
            "reason": "; ".join,
        }
    )
    return conform(joined, CONTRACTS["hiring_requests"])


def _requests(group: str, own: pd.DataFrame, workforce: pd.DataFrame, decided_on: date) -> Iterator[dict]:
    terms = workforce[workforce["skill_group"] == group].iloc[0]
    months = own.sort_values("period")
    last = str(months["period"].iloc[-1])
    for period, hired in months[["period", "hired"]].itertuples(index=False, name=None):
        if hired > WORTH_TELLING:
            yield _request(terms, (str(period), last), float(hired), f"the plan hires {hired:.1f} from {period}", decided_on)
    for first, until, most in _runs(months):
        number = float(np.ceil(most - WORTH_TELLING))
        yield _request(terms, (first, until), number, f"{most:.1f} missing at most from {first} to {until}", decided_on)


def _runs(months: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Runs of months in which people are missing: first, last, most."""
    short = months["missing"].to_numpy(float) > WORTH_TELLING
    start = np.flatnonzero(short & ~np.concatenate([[False], short[:-1]]))
    end = np.flatnonzero(short & ~np.concatenate([short[1:], [False]]))
    for begin, finish in zip(start, end, strict=True):
        run = months.iloc[begin : finish + 1]
        yield str(run["period"].iloc[0]), str(run["period"].iloc[-1]), float(run["missing"].max())


def _request(terms: pd.Series, needed: tuple[str, str], number: float, reason: str, decided_on: date) -> dict:
    ramp_up = 0.0 if pd.isna(terms["ramp_up_months"]) else float(terms["ramp_up_months"])
    entry = shifted(needed[0], -int(np.ceil(ramp_up)))
    start = first_day(entry)
    return {
        "skill_group": str(terms["skill_group"]),
        "start_date": pd.Timestamp(start),
        "needed_from": needed[0],
        "needed_until": needed[1],
        "number": number,
        "ramp_up_months": ramp_up,
        "hire_cost": number * float(terms["hire_cost"]),
        "wages": number * float(terms["wage"]) * (months_between(entry, needed[1]) + 1),
        "too_late": start < decided_on,
        "reason": reason + (f", entry {start} so that they work at full pace by then" if ramp_up else ""),
    }
