"""`sop minutes`: what was said and done in a cycle, from its record, at any time; a published version holds them as they stood then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import ParamsError, Problem
from sopkit.run.approving import WORDS
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.places import params_file
from sopkit.run.provenance import about

if TYPE_CHECKING:
    from sopkit.records.ledger import Event
    from sopkit.report.minutes import Attended, Minutes
    from sopkit.report.pack import About

Body = Mapping[str, object]
NOT_TOLD = ("received_in", "content", "signature", "plan_hash", "manifest", "made_from", "gate", "run_id", "identity", "role")


def minutes_lines(place: str) -> list[str]:
    """The minutes and the action list of `company/cycle` as text; the page is written beside, and named in the last line.

    Raises ParamsError where the cycle has not run.
    """
    from sopkit.records.ledger import Ledger
    from sopkit.records.publications import holding, publications

    company, _, cycle = place.partition("/")
    folder = CompanyFolder.of(company)
    run = folder.good_run(cycle) if cycle else None
    if run is None:
        raise ParamsError("the cycle has no finished run", [Problem(place, "no run", "company/cycle of a good run")])
    params = load_params(params_file(company), cycle)
    events = Ledger.open(folder.ledger_file).events(cycle=cycle) if folder.ledger_file.exists() else []
    head, holds = about(params, run.path, "base"), holding(publications(events), cycle)
    if holds is not None and holds.run_id == run.run_id:
        head = replace(head, status=holds.status, version=holds.version)
    told = minutes_of(events, run, head, attended_in(params))
    page: Path = folder.path / "minutes" / f"{cycle}.html"
    write_atomically(page, told.html.encode())
    return [*told.lines, "", f"written: {page}"]


def attended_in(params: CompanyParams) -> "list[Attended]":
    """The meetings whose attendance the params record (`present` of the step), with who of the quorum was missing."""
    from sopkit.meeting.sitting import attendance
    from sopkit.report.minutes import MEETINGS, Attended

    found = []
    for meeting in MEETINGS:
        present = tuple(params.steps.get(meeting, {}).get("present", ()))  # type: ignore[arg-type]
        if present:
            sitting = attendance(present, [params.accountable, *params.meeting.quorum], params.deputies)
            missing = tuple(sitting.loc[~sitting["present"].astype(bool), "role"])
            found.append(Attended(meeting, present, missing if meeting == "executive" else None))
    return found


def minutes_of(events: "Sequence[Event]", run: RunFolder, head: "About", attended: "Sequence[Attended]" = ()) -> "Minutes":
    """The minutes of a cycle, of what is recorded so far."""
    from sopkit.report.delivery.documents import Letterhead
    from sopkit.report.minutes import Noted, minutes
    from sopkit.run.publishing.sources import plan_tables

    noted = [Noted(event.seq, event.at, event.kind, event.who, told_of(event)) for event in events]
    letterhead = Letterhead(head.title, head.cycle, head.status, head.version, head.language, head.currency)
    return minutes(noted, plan_tables(run.path / "tables")["actions"], letterhead, attended)


def told_of(event: "Event") -> str:
    """What an event says, in words."""
    return TOLD[event.kind](event.body) if event.kind in TOLD and event.body.keys() >= NEEDED[event.kind] else _listed(event.body)


def _decision(body: Body) -> str:
    expected = body.get("expected")
    change = expected.get("expected_contribution_change") if isinstance(expected, Mapping) else ""
    chosen = f" -> {body['title']}" if body.get("title") else ""
    parts = [f"{body['decision']}={body['answer']}: {body['question']}{chosen}"]
    parts += [f"decided on {body['day']}"] if body.get("day") else []
    parts += [f"because {body['reason']}"] if body.get("reason") else []
    parts += [f"expected contribution {float(str(change)):+,.0f}"] if change else []
    parts += (
        [f"{body['owner']} carries it out" + (f" by {body['last_date']}" if body.get("last_date") else "")] if body.get("owner") else []
    )
    return "; ".join(parts)


def _sign_off(body: Body) -> str:
    text = f"{body['gate']}: {body['text']}" if body.get("text") else str(body["gate"])
    return "; ".join([text, *([f"if {body['conditions']}"] if body.get("conditions") else []), _identity(body)])


def _approval(body: Body) -> str:
    """An approval, or one that is confirmed."""
    if "countersigns" in body:
        return f"confirms event {body['countersigns']}, the approval as {body['role']} that was witnessed in the meeting"
    parts = [f"approves {body.get('revision', 'the plan')} as {body['role']}"]
    parts += [f"decisions of {int(str(body['amount'])):,}"] if body.get("amount") else []
    gates, present = body.get("open_gates"), body.get("present")
    parts += [f"gates not signed: {', '.join(map(str, gates))}"] if isinstance(gates, list) and gates else []
    parts += [f"there were {', '.join(map(str, present))}"] if isinstance(present, list) and present else []
    parts += [f"if {body['conditions']}"] if body.get("conditions") else []
    return "; ".join([*parts, _identity(body)])


def _revocation(body: Body) -> str:
    if "signed_by" in body:  # nobody took it back: other numbers came
        return f"holds no more: {body['gate']}, signed by {body['signed_by']} as {body['role']}; {body.get('reason')}"
    return f"takes back: {body['gate']}, as {body['role']}; because {body.get('reason')}"


def _identity(body: Body) -> str:
    told = str(body.get("identity", ""))
    recorded = f", recorded by {body['recorded_by']}" if body.get("recorded_by") else ""
    return WORDS.get(told, told) + recorded


def _listed(body: Body) -> str:
    """Field by field: what nobody wrote a sentence for."""
    parts = []
    for name, value in body.items():
        if name not in NOT_TOLD and value not in ("", [], {}, None):
            told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(f"{name.replace('_', ' ')}: {told}")
    return "; ".join(parts)


TOLD: dict[str, Callable[[Body], str]] = {
    "decision": _decision, "sign_off": _sign_off, "approval": _approval, "revocation": _revocation,
}  # fmt: skip
NEEDED = {
    "decision": {"decision", "answer", "question"}, "sign_off": {"gate"}, "approval": {"role"}, "revocation": {"gate", "role"},
}  # fmt: skip
