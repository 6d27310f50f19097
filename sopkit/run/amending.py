"""`sop amend`: a plan changed between meetings, by a named scenario, for a named reason, within somebody's authority."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError, ParamsError, Problem, StepError
from sopkit.meeting.policy import Overlay
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.decided import read_decided
from sopkit.run.deciding import FIRST_PLANNED, ledger_of, made_revision, request_of, write_in_force
from sopkit.run.gates import content_of
from sopkit.run.output import Reporter
from sopkit.run.params import CompanyParams
from sopkit.run.scenario_files import load_scenarios
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.meeting.scenarios import PlanInputs

PRICED = BY_NAME["pre_sop"]


@dataclass(frozen=True)
class Amendment:
    """What is changed between meetings."""

    scenario: str  # file of params/scenarios
    trigger: str  # what made it needed
    by: str  # role that signs it
    reason: str = ""


def amend(params_file: Path, cycle: str | None, amendment: Amendment, reporter: Reporter) -> list[str]:
    """Record an amendment and make the next revision: what was decided stands, the scenario's changes come on top.

    Only the steps that the change reaches are run again. The accountable executive and their deputies may sign any amendment; another role
    one whose price, the change of the next twelve months' contribution, is within its authority limit.

    Raises:
        ParamsError: no such scenario, no trigger, a scenario of another amendment's name.
        GateError: the price is beyond the role's limit, or cannot be known.
        StepError: there is no plan to amend.
    """
    from sopkit.run.execution import kernel_ahead
    from sopkit.run.runner import prepare

    if not amendment.trigger.strip():
        raise ParamsError("an amendment needs a trigger", [Problem("--trigger", "nothing", "what made it needed")])
    overlay = load_scenarios((amendment.scenario,))[amendment.scenario]
    prepared = prepare(request_of(params_file, cycle))
    params = prepared.params
    shown, base = _plans(params, prepared.made_from.base_run_id)
    with kernel_ahead(prepared, FIRST_PLANNED.number) as mark:
        change = price(params, shown, overlay)
        check_authority(params, amendment, change)
        told = _recorded(params, base, amendment, overlay, change)
        return told + made_revision(params_file, params.cycle, reporter, mark)


def _recorded(params: CompanyParams, base: RunFolder, amendment: Amendment, overlay: Overlay, change: float) -> list[str]:
    """Write the amendment to the ledger, and out to the file that the next run reads; returns what was recorded, as lines."""
    from sopkit.records.decisions import Answer, answered, answers_in_force, last_revision

    ledger = ledger_of(params)
    events = ledger.events(cycle=params.cycle)
    answer = Answer(
        decision=amendment.scenario,
        answer="amend",
        question=amendment.trigger,
        title=overlay.title,
        owner=amendment.by,
        last_date="",
        by=amendment.by,
        reason=amendment.reason,
        overlay=overlay.model_dump_json(),
        trigger=amendment.trigger,
        expected={"contribution_change": f"{change:.6f}"},
    )
    if any(each == answer for each in answers_in_force(events, base.run_id)):
        told = [f"{amendment.scenario} is in the plan already"]
    else:
        place = {"run": base.run_id, "content": content_of(base, PRICED)}
        ledger.append([answered(params.cycle, answer, place=place, promise={}, revision=last_revision(events) + 1, events=events)])
        told = [f"{amendment.by} amends {params.cycle}: {overlay.title}, because {amendment.trigger}; contribution {change:+,.0f}"]
    write_in_force(params, base, ledger.events(cycle=params.cycle))
    return told


def price(params: CompanyParams, run: RunFolder, overlay: Overlay) -> float:
    """What an overlay does to the contribution of the next twelve months of the plan that a run holds; NaN where costs are not known."""
    from sopkit.meeting.scenarios import apply_overlay, replan, scenario_row

    inputs = inputs_of(params, run)
    changed = apply_overlay(inputs, overlay)
    rows = [scenario_row(each, replan(each), scenario="x", title="x", kind="scenario") for each in (inputs, changed)]
    before, after = (float("nan") if row["contribution"] is None else float(str(row["contribution"])) for row in rows)
    return after - before


def inputs_of(params: CompanyParams, run: RunFolder) -> "PlanInputs":
    """What the plan that a run holds was made from, with what was decided in it."""
    from sopkit.data.contracts import CONTRACTS
    from sopkit.data.contracts.conform import empty
    from sopkit.meeting.scenarios import compose, plan_inputs, with_overlay
    from sopkit.run.step_files import read_table

    def table(name: str) -> "pd.DataFrame":
        path = run.path / "tables" / f"{name}.parquet"
        return read_table(path, CONTRACTS[name]) if path.exists() else empty(CONTRACTS[name])

    decided = read_decided(run.decided)
    inputs = plan_inputs(
        table,
        cycle=params.cycle,
        demand=params.demand,
        supply=params.supply,
        money=params.money,
        fiscal_year_first_month=params.fiscal_year_first_month,
    )
    return with_overlay(inputs, compose(decided.overlays) if decided else None)


def _plans(params: CompanyParams, base_run_id: str) -> tuple[RunFolder, RunFolder]:
    """The plan that is shown, and the proposed one that it goes back to."""
    company = CompanyFolder.of(params.company)
    shown, base = company.good_run(params.cycle), company.run(base_run_id)
    if shown is None or not base.done(PRICED).is_file():
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
        came = "no finished run" if shown is None else "inputs, params or code that are not those of its run"
        raise StepError("there is no plan to amend", [Problem(f"{params.company}/{params.cycle}", came, "a plan that is up to date", hint)])
    return shown, base


def check_authority(params: CompanyParams, amendment: Amendment, change: float) -> None:
    """Refuse a role whose limit the price of the amendment is beyond, or whose price is not known; raises GateError."""
    if amendment.by in {params.accountable, *params.deputies.get(params.accountable, ())}:
        return
    limit = params.meeting.authority_limits.get(amendment.by.removeprefix("head_of_"))
    if limit is None or not abs(change) <= limit:
        told = "no limit of its own" if limit is None else f"{abs(change):,.0f} {params.currency} of contribution"
        expected = f"{params.accountable}, or a role whose limit is not exceeded" + ("" if limit is None else f": {limit:,.0f}")
        raise GateError("this is beyond the role's authority", [Problem(f"--who {amendment.by}", told, expected)])
