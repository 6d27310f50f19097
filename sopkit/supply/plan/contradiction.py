"""Why no plan keeps all limits, in a planner's words: the least that would have to be added, limit by limit.

An elastic linear programme: hours of resources and people, components, subcontractors, storage and, last of all, demand may be
exceeded at a weight; what the optimum exceeds is what is short. Whole numbers are left out of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from sopkit.errors import Problem
from sopkit.supply.lp import Grid, Numbers, Solver
from sopkit.supply.plan.model import Limits, plan_model
from sopkit.supply.plan.situation import Situation
from sopkit.supply.solver import Contradiction
from sopkit.supply.ways import WAYS_OF_ELASTIC

WORTH_TELLING = 1e-4  # hours, units, components
WEIGHT_OF_DEMAND = 1000.0  # an hour, a component, a place in the store is easier to find than a unit that nobody can make


@dataclass(frozen=True)
class Relief:
    """A limit that may be exceeded: its rows, how it is told, the sign that eases it, what a unit weighs."""

    name: str
    rows: Grid
    names: Collection[object]
    told: str  # what is short, with its unit
    hint: str
    sign: float = -1.0
    weight: float = 1.0


def contradiction_of(situation: Situation) -> Contradiction:
    """The error that says what is short where no plan keeps all limits, month by month."""
    short = shortfalls(situation)
    hint = "Whole numbers or lots alone stand against it: allow fractions, or smaller lots."
    nothing = [Problem("plan", "every limit holds in fractions", "whole numbers that keep all limits", hint)]
    return Contradiction("no plan keeps all limits", short or nothing)


def shortfalls(situation: Situation) -> list[Problem]:
    """One problem per limit and month that is short, hours and people before demand."""
    model = plan_model(situation)
    reliefs = _reliefs(situation, model.limits)
    base = model.lp.width
    blocks = []
    for relief in reliefs:
        block = model.lp.variables(f"more {relief.name}", relief.rows.axes, cost=relief.weight, where=relief.rows.at >= 0)
        model.lp.add(relief.rows, block, relief.sign)
        blocks.append(block)
    arrays = model.lp.arrays()
    cost = np.where(np.arange(len(arrays.cost)) < base, 0.0, arrays.cost)
    solver = Solver(replace(arrays, cost=cost, integer=np.zeros(len(cost), dtype=bool)), ways=WAYS_OF_ELASTIC)
    solution = solver.solve()
    return [problem for relief, block in zip(reliefs, blocks, strict=True) for problem in _told(situation, relief, solution.values(block))]


def _reliefs(situation: Situation, limits: Limits) -> list[Relief]:
    policy = situation.policy
    hours = "Add hours, overtime or an alternative resource, or take demand away."
    supplier = "Raise the supplier's limit, or find another."
    waiting = "Let demand wait (supply.waiting), or price it (supply.unmet_demand)."
    outside = "subcontractors of {name} in {month} are short {amount:,.0f} units"
    place = "{name} in {month} is short {amount:,.0f} family units"
    lying = "{amount:,.0f} units of {name} would lie longer at the end of {month} than stock_rules allows"
    absent = "{amount:,.0f} units of {name} cannot be there in {month}, whatever is added"
    sites, makers = sorted(policy.site_storage_limit), sorted(policy.subcontract_limit)
    people, work = situation.people.names, "{name} in {month} are short {amount:,.0f} h of work"
    return [
        Relief("hours", limits.regular_hours, situation.lines.names, "{name} in {month} is short {amount:,.0f} h", hours),
        Relief("people", limits.crew_hours, people, work, "Hire, or allow overtime."),
        Relief("components", limits.component_roll, situation.sources.names, "{name} in {month} is short {amount:,.0f}", supplier),
        Relief("subcontracting", limits.subcontractors, makers, outside, "Raise supply.subcontract_limit."),
        Relief("storage", limits.storage, ["the storage"], place, "Raise supply.storage_limit."),
        Relief("storage of a site", limits.site_storage, sites, f"the storage of {place}", "Raise supply.site_storage_limit."),
        Relief("cover", limits.cover, situation.sites.items, lying, "Let it lie or cover longer, or make it later."),
        Relief("units", limits.stock_roll, situation.goods.names, absent, waiting, sign=1.0, weight=WEIGHT_OF_DEMAND),
    ]


def _told(situation: Situation, relief: Relief, amount: Numbers) -> list[Problem]:
    names = list(relief.names)
    return [
        Problem(
            f"{names[row]}, {situation.months[month]}",
            relief.told.format(name=names[row], month=situation.months[month], amount=float(amount[row, month])),
            "all demand within all limits",
            relief.hint,
        )
        for row, month in np.argwhere(amount > WORTH_TELLING)
    ]
