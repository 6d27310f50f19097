"""Which cause each unmet unit comes from: causes are relaxed one after the other, and each is charged with the drop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sopkit.supply.lp import Numbers, Solver
from sopkit.supply.optimum import work_of
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.model import PlanModel, plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy

CAUSES = ("supplier", "people", "machine", "lead time", "policy")  # the order in which they are relaxed
COST = "cost"  # what is unmet with every limit gone: making it costs more than losing it
Relax = Callable[[Solver, PlanModel], None]


@dataclass(frozen=True)
class Unmet:
    """Units late and lost by item and month, of one solve."""

    items: pd.Index
    months: list[str]
    units: Numbers


def shortage_causes(inputs: SupplyInputs, policy: SupplyPolicy, *, cutoff: str, order: tuple[str, ...] = CAUSES) -> pd.DataFrame:
    """Units late or lost by item and month, split by cause: the drop as causes are relaxed in `order`, each on top of those before.

    supplier: limits of components; people: hours of people; machine: hours of resources; lead time: frozen months; policy: storage,
    subcontractors and maximum lots. What is left with all of them gone is `cost`: losing it is cheaper. The parts add up to what the
    plan leaves unmet, exactly; a part is below zero where relaxing a cause moves a shortage to another month or item. Another order
    splits what several causes hold back together in another way.

    Args:
        inputs: tables by contract.
        policy: the company's.
        cutoff: last closed period.
        order: all of CAUSES.

    Returns:
        item, period, cause, quantity (units); rows with less than a thousandth of a unit are left out.

    Raises:
        DataError: with all problems of the inputs.
    """
    raise_problems(inputs, cutoff=cutoff, policy=policy)
    relaxed: list[str] = []
    before = _unmet(inputs, policy, cutoff, relaxed)
    frames = []
    for cause in order:
        relaxed.append(cause)
        after = _unmet(inputs, policy, cutoff, relaxed)
        frames.append(_frame(before, before.units - after.units, cause))
        before = after
    frames.append(_frame(before, before.units, COST))
    told = pd.concat(frames, ignore_index=True)
    return told[told["quantity"].abs() >= 1e-3].sort_values(["item", "period"], kind="stable", ignore_index=True)


def _frame(where: Unmet, units: Numbers, cause: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([where.items, where.months], names=["item", "period"])
    return pd.DataFrame({"quantity": units.ravel()}, index=index).reset_index().assign(cause=cause)[["item", "period", "cause", "quantity"]]


def _unmet(inputs: SupplyInputs, policy: SupplyPolicy, cutoff: str, relaxed: list[str]) -> Unmet:
    """What is unmet in the plan of least cost with some causes gone."""
    freed = policy.model_copy(update={"frozen_months": 0, "fences": {}}) if "lead time" in relaxed else policy
    if "policy" in relaxed:
        freed = freed.model_copy(update={"storage_limit": None, "site_storage_limit": {}})
    situation = situation_of(inputs, freed, cutoff=cutoff)
    if "policy" in relaxed:
        situation = replace(situation, lots=replace(situation.lots, maximum=np.full_like(situation.lots.maximum, np.inf)))
    model = plan_model(situation)
    solver = model.lp.solver(work_of(freed))
    for cause in relaxed:
        RELAXING.get(cause, _nothing)(solver, model)
    solution = solver.solve()
    cells, sites = situation.cells, situation.sites
    missing = np.zeros(situation.shape)
    np.add.at(missing, cells.item, solution.values(model.choices.late) + solution.values(model.choices.lost))
    return Unmet(sites.items, situation.months, sites.by_item(missing))


def _without_suppliers(solver: Solver, model: PlanModel) -> None:
    solver.set_bounds(model.choices.bought.at, 0.0, np.inf)


def _without_people(solver: Solver, model: PlanModel) -> None:
    for rows in (model.limits.crew_hours, model.limits.crew_overtime):
        solver.set_limits(rows.at, -np.inf, np.inf)


def _without_machines(solver: Solver, model: PlanModel) -> None:
    solver.set_limits(model.limits.regular_hours.at, -np.inf, np.inf)


def _without_policy(solver: Solver, model: PlanModel) -> None:
    solver.set_limits(model.limits.subcontractors.at, -np.inf, np.inf)


def _nothing(solver: Solver, model: PlanModel) -> None:
    """The cause is gone from the situation already."""


RELAXING: dict[str, Relax] = {
    "supplier": _without_suppliers,
    "people": _without_people,
    "machine": _without_machines,
    "policy": _without_policy,
}
