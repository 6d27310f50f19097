"""The limits that cost most, each checked by a second solve that gives some more of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.explanation.hot import HotPlan, Swap, hot_plan
from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan import SupplyInputs, SupplyResult
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.situation import Situation, situation_of
from sopkit.supply.policy import SupplyPolicy

EXTRA_SHARE = 0.05  # how much more of a limit the second solve gives
KINDS = ("resource", "supplier", "workforce")
WORDS = ("kind", "limit", "period", "families")
COLUMNS = ["kind", "limit", "period", "value", "extra", "resolved_value", "first_value", "after_value", "lost", "families"]


def bottlenecks(
    inputs: SupplyInputs, policy: SupplyPolicy, result: SupplyResult, *, cutoff: str, most: int = 10, hot: HotPlan | None = None
) -> pd.DataFrame:
    """The limits that cost most, costliest first: what a second solve saves with 5 % more of each.

    A dual value holds for the next unit only; the second solve says what a planner means by "some more hours". The range is what one
    unit more saves, by a solve of its own, and what the next one would save once the 5 % are there. Frozen months are left out: no
    hour can be added to them. Whole numbers of people and lots are taken as fractions.

    Args:
        inputs: what `result` was made from.
        policy: likewise.
        result: the plan.
        cutoff: last closed period.
        most: how many limits are checked: those whose dual value x 5 % of the limit is largest.
        hot: the plan's model, solved before; None = it is made.

    Returns:
        The Bottlenecks contract, ordered by what the extra saves; empty where nothing limits the plan.

    Raises:
        DataError: with all problems of the inputs.
    """
    if hot is None:
        raise_problems(inputs, cutoff=cutoff, policy=policy)
    situation = hot.situation if hot else situation_of(inputs, policy, cutoff=cutoff)
    candidates = _candidates(situation, result)[:most]
    worth = resolved_worths(hot or hot_plan(situation), candidates) if candidates else []
    rows = [_row(inputs, result, place, value) for place, value in zip(candidates, worth, strict=True)]
    rows.sort(key=lambda row: (-round(row[5] * row[4], 2), row[:3]))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({name: "str" if name in WORDS else "float64" for name in COLUMNS})


@dataclass(frozen=True)
class Place:
    """One limit in one month: its dual value and how much more of it is tried."""

    kind: str
    limit: str
    period: str
    value: float  # money per unit
    extra: float  # hours, components, people


@dataclass(frozen=True)
class Worth:
    """What more of a limit saves, money per unit: on average over the extra, by the first unit, by the unit after the extra."""

    extra: float
    first: float
    after: float


def resolved_worths(hot: HotPlan, places: list[Place]) -> list[Worth]:
    """Planning cost saved per unit when each place alone gets one unit, and its extra: two hot-started solves each."""
    worths = []
    for place in places:
        gift = _gift(hot, place)
        one, all_of_it = (hot.with_swaps([gift.swap(hot, units)]) for units in (1.0, place.extra))
        value = max(0.0, (hot.base.objective - all_of_it.objective) / place.extra)
        first = max(value, hot.base.objective - one.objective)  # saving falls with each unit; a difference of small numbers may not
        worths.append(Worth(value, first, min(value, gift.price(all_of_it))))
    return worths


@dataclass(frozen=True)
class Gift:
    """Where more of a limit enters the model: a row's limit or a variable's upper bound."""

    at: NDArray[np.int64]  # number of the row or variable
    is_row: bool
    per_unit: float  # what one unit more adds to it

    def swap(self, hot: HotPlan, extra: float) -> Swap:
        """The model with `extra` units more than the base."""
        arrays = hot.solver.arrays
        lower, upper = (arrays.at_least, arrays.at_most) if self.is_row else (arrays.lower, arrays.upper)
        return Swap("limits" if self.is_row else "bounds", self.at, lower[self.at], upper[self.at] + extra * self.per_unit)

    def price(self, solution: Solution) -> float:
        """What the next unit would save: minus the dual of the row, or the reduced cost of the variable."""
        duals = solution.row_dual if self.is_row else solution.column_dual
        return max(0.0, -float(duals[self.at[0]]) * self.per_unit)


def _gift(hot: HotPlan, place: Place) -> Gift:
    situation, model = hot.situation, hot.model
    month = situation.months.index(place.period)
    if place.kind == "resource":
        return Gift(model.limits.regular_hours.at[situation.lines.names.get_loc(place.limit), [month]], True, 1.0)
    if place.kind == "supplier":
        return Gift(model.choices.bought.at[situation.sources.names.index(place.limit), [month]], False, 1.0)
    group = situation.people.names.get_loc(place.limit)
    if situation.policy.workforce_planned:
        return Gift(model.choices.hired.at[group, [month]], False, 1.0)
    return Gift(model.limits.crew_hours.at[group, [month]], True, float(situation.people.hours[group, month]))


def _candidates(situation: Situation, result: SupplyResult) -> list[Place]:
    """Limits that bind in open months, those that promise most first."""
    limits = result.limits
    sizes = _limit_sizes(situation)
    open_months = {month for month, free in zip(situation.months, situation.people_open, strict=True) if free}
    places = [
        Place(kind, limit, period, value, _extra(kind, sizes[kind, limit][situation.months.index(period)]))
        for kind, limit, period, value in limits[["kind", "limit", "period", "value"]].itertuples(index=False, name=None)
        if kind in KINDS and period in open_months
    ]
    return sorted(places, key=lambda place: (-round(place.value * place.extra, 2), place.kind, place.limit, place.period))


def _limit_sizes(situation: Situation) -> dict[tuple[str, str], Numbers]:
    """How much there is of each limit, by month."""
    sizes = {("resource", name): hours for name, hours in zip(situation.lines.names, situation.lines.demonstrated, strict=True)}
    sizes |= {("supplier", name): most for name, most in zip(situation.sources.names, situation.sources.limit, strict=True)}
    return sizes | {("workforce", name): np.ones(len(situation.months)) for name in situation.people.names}


def _extra(kind: str, size: float) -> float:
    """One person; 5 % of the hours or components, at least one."""
    return 1.0 if kind == "workforce" else max(1.0, round(EXTRA_SHARE * float(size), 1))


def _row(inputs: SupplyInputs, result: SupplyResult, place: Place, worth: Worth) -> tuple:
    """A row of the table: with the units lost in the month on items that need the limit, and their families."""
    needing = items_needing(inputs, place.kind, place.limit)
    plan = result.supply_plan
    lost = plan.loc[plan["item"].isin(needing) & (plan["period"] == place.period), "lost"].sum()
    families = sorted(set(inputs.items.loc[inputs.items["item"].isin(needing), "family"]))
    values = (place.value, place.extra, worth.extra, worth.first, worth.after)
    return place.kind, place.limit, place.period, *values, float(lost), ", ".join(families)


def items_needing(inputs: SupplyInputs, kind: str, limit: str) -> set[str]:
    """Items that need a resource, a source (supplier and component) or a skill group."""
    bill = inputs.bill_of_resources
    if kind == "supplier":
        return set(inputs.supplier_items.loc[inputs.supplier_items["supplier"] + " " + inputs.supplier_items["component"] == limit, "item"])
    if kind == "workforce":
        manned = inputs.resources.loc[inputs.resources["skill_group"] == limit, "resource"]
        return set(bill.loc[bill["resource"].isin(manned), "item"])
    return set(bill.loc[bill["resource"] == limit, "item"])
