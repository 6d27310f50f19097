"""Figures in the lead's agenda that the cycle's own plan does not have: told before a step runs, where that plan is known.

Known is a run of exactly these inputs and params without the agenda. Its words alone change no figure, so one that the plan does not have
is refused; where the agenda selects, merges or recommends otherwise, step 4 makes figures that nobody has yet, and it is a warning.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sopkit.data.sources.declaration import input_files
from sopkit.errors import DataError, ParamsError, Problem
from sopkit.run.cycle import CompanyFolder, RunFolder, is_done
from sopkit.run.keys import Origins, hash_of, origins, step_parts
from sopkit.run.params import CompanyParams
from sopkit.run.receiving import received_files
from sopkit.run.snapshot import input_names
from sopkit.steps import BY_NAME, STEPS, Step

if TYPE_CHECKING:
    import pandas as pd

PRICED = BY_NAME["pre_sop"]
HINT = "Write a figure of the options as it is printed, or none; `sop scenarios` prints them."


def check_agenda_figures(made_from: Origins, steps: Sequence[Step] = STEPS) -> list[str]:
    """Warnings about figures that step 4 may refuse; nothing where there is no agenda, or no plan to hold it against.

    Args:
        made_from: what a run would be made from, its agenda included.
        steps: of the run.

    Raises:
        ParamsError: a figure that the plan does not have, with file and line of its text.
    """
    agenda, company = made_from.params.agenda, CompanyFolder.of(made_from.params.company)
    if agenda is None or company.run(made_from.run_id).done(PRICED).is_file():  # step 4 has taken it
        return []
    known = _proposed_run(made_from, steps)
    if known is None:
        return []
    from sopkit.meeting.agenda_texts import agenda_checks

    found = agenda_checks(agenda, _tables(known))
    wrong = found[~found["ok"].astype(bool)]
    problems = [
        Problem(str(row.rule).rpartition(": ")[2], str(row.detail), f"figures of the plan as run {known.run_id} made it", HINT)
        for row in wrong.itertuples()
    ]
    if problems and _changes_figures(made_from.params):
        return [f"warning: step 4 refuses this unless the plan with the agenda has it: {each.where}: {each.came}" for each in problems]
    if problems:
        raise ParamsError("the agenda names figures that nobody computed", problems)
    return []


def check_agenda_of(params: CompanyParams) -> list[str]:
    """The same for the params as they stand, without a run; nothing where the sources cannot be told, which is said elsewhere."""
    if params.agenda is None:
        return []
    files = input_names(input_files(params.sources, params.data_path), params.data_path) | received_files(params)
    try:
        made_from = origins(params, STEPS, files)
    except DataError:
        return []
    return check_agenda_figures(made_from)


def _proposed_run(made_from: Origins, steps: Sequence[Step]) -> RunFolder | None:
    """The run of the same inputs and params without the agenda, if its options are priced and its files whole."""
    agenda = made_from.params.agenda
    assert agenda is not None, "no agenda to leave out"
    plain = made_from.params.model_copy(update={"agenda": None, "meeting": agenda.proposed})
    proposed = replace(made_from, params=plain, decided=None)
    run = CompanyFolder.of(plain.company).run(proposed.run_id)
    for step in steps[: PRICED.number]:
        parts = step_parts(step, steps, proposed, run) if run.path.is_dir() else None
        if parts is None or not is_done(run, step, hash_of(parts)):
            return None
    return run


def _changes_figures(params: CompanyParams) -> bool:
    """Whether an agenda asks other decisions than were proposed, merges some, or recommends otherwise."""
    agenda = params.agenda
    assert agenda is not None, "no agenda to look at"
    items = agenda.agenda.decisions
    return [item.decision for item in items] != [*agenda.proposed.decisions] or any(item.merge or item.recommend for item in items)


def _tables(run: RunFolder) -> "list[pd.DataFrame]":
    """What step 4 holds the texts against."""
    from sopkit.data.contracts import CONTRACTS
    from sopkit.run.step_files import read_table

    scenarios, options, gap = (
        read_table(run.path / "tables" / f"{name}.parquet", CONTRACTS[name]) for name in ("scenarios", "options", "budget_gap")
    )
    return [scenarios, options, gap[gap["family"] == "*"]]
