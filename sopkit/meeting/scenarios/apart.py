"""Many scenarios, some at a time: each in a process of its own, from the same start, so that their number changes no digit."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pandas as pd

from sopkit.errors import Problem
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome
from sopkit.meeting.scenarios.table import base_row, scenario_frame, solved_row, unplanned_row

Named = dict[str, Overlay]
Row = dict[str, object]

_PLAN: dict[str, tuple[PlanInputs, PlanOutcome]] = {}  # of this process


def scenarios_apart(
    inputs: PlanInputs,
    base: PlanOutcome,
    overlays: Mapping[str, Overlay],
    *,
    processes: int,
    unusable: Mapping[str, Sequence[Problem]] | None = None,
) -> pd.DataFrame:
    """The base plan and each scenario re-planned, `processes` at a time; one that cannot be planned says why.

    Args:
        inputs: what the base plan was made from.
        base: the base plan.
        overlays: scenarios by name.
        processes: how many at a time; 1 = one after the other in this process. The rows do not depend on it.
        unusable: scenarios whose files cannot be used, with what is wrong.

    Returns:
        Scenarios: `base` and one row per scenario, in the order given.
    """
    named = [{name: overlay} for name, overlay in overlays.items()]
    if processes <= 1 or len(named) < 2:
        rows = [_row(inputs, base, each) for each in named]
    else:
        context = get_context("spawn")
        with ProcessPoolExecutor(min(processes, len(named)), mp_context=context, initializer=_keep, initargs=(inputs, base)) as pool:
            rows = list(pool.map(_row_of_kept, named))
    rows += [unplanned_row(name, name, "scenario", problems) for name, problems in (unusable or {}).items()]
    return scenario_frame([base_row(inputs, base), *rows])


def _keep(inputs: PlanInputs, base: PlanOutcome) -> None:
    _PLAN["base"] = (inputs, base)


def _row_of_kept(named: Named) -> Row:
    inputs, base = _PLAN["base"]
    return _row(inputs, base, named)


def _row(inputs: PlanInputs, base: PlanOutcome, named: Named) -> Row:
    """Each scenario has a memory of its own: what was solved before it in the same process leaves no trace."""
    return solved_row(inputs, base, named, Memory.of(inputs, base), kind="scenario")
