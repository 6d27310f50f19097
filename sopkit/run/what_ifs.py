"""`sop solve DIR --what-ifs`: variants of a planning case, solved in place from where its plan ended, each with what it took.

<folder>/what_ifs.yaml      what_ifs: one overlay per name, as in params/scenarios: title, changes, policy
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from time import process_time

from pydantic import BaseModel, ConfigDict, Field

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import SopError
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios import PLAN_TABLES, PlanInputs, apply_overlay
from sopkit.meeting.scenarios.overlay import changed_demand
from sopkit.periods import shifted
from sopkit.run.cases import Case
from sopkit.run.params import validated
from sopkit.run.placing import placed
from sopkit.run.yaml_reading import read_yaml
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.model import PlanModel, plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.solver import Solution
from sopkit.supply.what_if import solved_variants


class WhatIfFile(BaseModel):
    """The variants of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what_ifs: dict[str, Overlay] = Field(min_length=1, description="overlays by name")


@dataclass(frozen=True)
class Told:
    """What became of one variant, or of the plan itself."""

    name: str
    title: str
    objective: float
    lost: float  # units, over the plan
    late: float  # units, each counted once
    seconds: float  # CPU: tables changed, model built, solved
    how: str  # the way it was solved where that was not the usual one


def read_what_ifs(folder: Path) -> dict[str, Overlay]:
    """The overlays of what_ifs.yaml; ParamsError where there is none or it cannot be used."""
    path = folder / "what_ifs.yaml"
    content, lines = read_yaml(path)
    told = validated(WhatIfFile, content, path, lines).what_ifs
    return {name: placed(overlay, path, lines, "what_ifs", name) for name, overlay in told.items()}


def told_variants(case: Case, overlays: dict[str, Overlay], *, processes: int = 1) -> list[Told]:
    """The plan of a case and of each variant: planning cost, units lost and late, CPU seconds.

    Whole numbers and the choice among equally cheap plans do not change the cost that is told; people are whole where the case says so.

    Raises:
        ParamsError: an overlay cannot be applied.
        DataError: a variant's inputs cannot be planned; with its name.
        StepError: a variant has no plan.
    """
    base, building = _timed(partial(_model, case.inputs, case))
    built = [_timed(partial(_changed_model, case, name, overlay)) for name, overlay in overlays.items()]
    arrays = base.lp.arrays()
    solved = solved_variants(arrays, [arrays, *(model.lp.arrays() for model, _ in built)], processes=processes)
    rows = [("plan", case.params.title, base, building), *_named(overlays, built)]
    return [
        _told(name, title, model, found.solution, seconds + found.seconds)
        for (name, title, model, seconds), found in zip(rows, solved, strict=True)
    ]


def _named(overlays: dict[str, Overlay], built: list[tuple[PlanModel, float]]) -> list[tuple[str, str, PlanModel, float]]:
    return [(name, overlay.title, *made) for (name, overlay), made in zip(overlays.items(), built, strict=True)]


def _told(name: str, title: str, model: PlanModel, solution: Solution, seconds: float) -> Told:
    lost, late = (float(solution.values(block).sum()) + 0.0 for block in (model.choices.lost, model.choices.late))
    return Told(name, title, solution.objective, lost, late, seconds, solution.fallback)


def _model(inputs: SupplyInputs, case: Case) -> PlanModel:
    raise_problems(inputs, cutoff=case.cutoff, policy=case.params.supply)
    return plan_model(situation_of(inputs, case.params.supply, cutoff=case.cutoff))


def _changed_model(case: Case, name: str, overlay: Overlay) -> PlanModel:
    """The model of the case with an overlay on it."""
    given = {field.name: getattr(case.inputs, field.name) for field in fields(SupplyInputs)}
    tables = {table: given.get(table, empty(CONTRACTS[table])) for table in PLAN_TABLES}
    tables["statistical_forecast"] = given["demand"].reindex(
        columns=CONTRACTS["statistical_forecast"].column_names()
    )  # whose rows are meant
    changed = apply_overlay(PlanInputs(shifted(case.cutoff, 1), tables, supply=case.params.supply), overlay)
    demand = changed_demand(case.inputs.demand, changed.demand_changes, changed.tables) if changed.demand_changes else case.inputs.demand
    inputs = SupplyInputs(**{table: demand if table == "demand" else changed.tables[table] for table in given})
    try:
        raise_problems(inputs, cutoff=case.cutoff, policy=changed.supply)
    except SopError as error:
        raise type(error)(f"{name}: {error.message}", error.problems) from None
    return plan_model(situation_of(inputs, changed.supply, cutoff=case.cutoff))


def _timed(work: Callable[[], PlanModel]) -> tuple[PlanModel, float]:
    start = process_time()
    return work(), process_time() - start


def lines_of(told: list[Told]) -> list[str]:
    """A line per variant beside the plan, and the time of all of them."""
    plan, *others = told
    width = max(len(each.name) for each in told)
    head = f"{'':<{width}}  {'planning cost':>18} {'change':>16} {'lost':>10} {'late':>10} {'CPU s':>8}"
    rows = [head, _line(plan, plan, width), *(_line(each, plan, width) for each in others)]
    total = sum(each.seconds for each in others)
    return [
        *rows,
        f"{len(others)} what-ifs in {total:.2f} CPU s, each from where the plan ended (its own solve from nothing is not counted)",
    ]


def _line(each: Told, plan: Told, width: int) -> str:
    change = f"{each.objective - plan.objective:+,.2f}" if each is not plan else ""
    how = f"   {each.how}" if each.how else ""
    return f"{each.name:<{width}}  {each.objective:18,.2f} {change:>16} {each.lost:10,.1f} {each.late:10,.1f} {each.seconds:8.2f}{how}"


__all__ = ["Told", "WhatIfFile", "lines_of", "read_what_ifs", "told_variants"]
