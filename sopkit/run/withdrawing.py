"""A late input takes back what was signed before it: each sign-off by name, as an event that says what has changed since."""

from typing import TYPE_CHECKING

from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import file_hash, read_json
from sopkit.run.gates import content_of, roles_of, run_signed
from sopkit.run.keys import changed_parts
from sopkit.run.process import Gate, load_process
from sopkit.run.request import Prepared
from sopkit.steps import BY_NAME, STEPS, Step

if TYPE_CHECKING:
    from sopkit.records.ledger import Event, NewEvent

FOLLOWS = ("table:", "step:", "run", "commit", "templates", "process")  # parts of a key that say nothing of the numbers, or follow
UNKNOWN = "other numbers than were signed"


def withdraw_outdated(prepared: Prepared, step: Step) -> list[str]:
    """Record that sign-offs at the gate behind a step hold no more, where the run holds other tables than were signed.

    Args:
        prepared: a run that is up to date to the step.
        step: the step behind which the gate stands.

    Returns:
        A line for each sign-off that is taken back; none where all hold, and in a run of a scenario.
    """
    gate = load_process().gate_after(step.name)
    if gate is None or gate.independent or prepared.request.scenario != "base" or not prepared.company.ledger_file.exists():
        return []
    from sopkit.records.ledger import Ledger

    ledger = Ledger.open(prepared.company.ledger_file)
    new = _revocations(prepared, gate, ledger.events(cycle=prepared.params.cycle))
    ledger.append(new)
    return [f"taken back: {gate.title}, signed by {event.body['signed_by']}; {event.body['reason']}" for event in new]


def what_changed(company: CompanyFolder, then: str, now: RunFolder, step: Step) -> str:
    """What the tables of a step are made from that is another one now than in the run that was signed; files by their names."""
    before = company.run(then)
    names: dict[str, None] = {}
    for other in STEPS[: step.number] if then and before.path.is_dir() else ():
        parts = changed_parts(_parts(now, other), _parts(before, other))
        names |= dict.fromkeys(name for name in parts if not name.startswith(FOLLOWS))
    told = [", ".join(_changed_files(before, now)) or name if name == "inputs" else name for name in names]
    return f"changed since: {', '.join(told)}" if told else UNKNOWN


def _revocations(prepared: Prepared, gate: Gate, events: "list[Event]") -> "list[NewEvent]":
    from sopkit.records.sign_offs import outdated, sign_offs

    params, step = prepared.params, BY_NAME[gate.after]
    holds = run_signed(params, gate, prepared.run)
    stale = [one for one in sign_offs(events, gate.name, roles_of(gate, params), content_of(holds, step)) if one.state == "stale"]
    return [
        outdated(params.cycle, gate.name, one, reason=what_changed(prepared.company, one.run_id, holds, step), events=events)
        for one in stale
    ]


def _changed_files(before: RunFolder, now: RunFolder) -> list[str]:
    """Names of the source files that are not what they were, or are there in one of the runs only."""
    hashes = [
        {path.relative_to(run.inputs).as_posix(): file_hash(path) for path in run.inputs.rglob("*") if path.is_file()}
        for run in (before, now)
    ]
    return changed_parts(*hashes)


def _parts(run: RunFolder, step: Step) -> dict[str, str]:
    told = (read_json(run.done(step)) or {}).get("parts")
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
