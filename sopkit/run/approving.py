"""`sop approve`: the decided plan of a cycle, approved by the one who answers for it, for exactly these numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError, Problem, StepError
from sopkit.records.approvals import (
    Given,
    Plan,
    Request,
    Rule,
    Standing,
    approval,
    countersignature,
    plain,
    refusal,
    revocation,
    standing,
    statement,
)
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json, write_atomically
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import load_process
from sopkit.run.signing import broken_signature, signed_event
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    from sopkit.records.ledger import Event, Ledger, NewEvent

BEHIND = BY_NAME["executive"]  # the step that leaves what is approved
WORDS = {
    "signed": "signed with a key",
    "witnessed": "witnessed in the meeting",
    "typed": "typed name, unsigned: not a cryptographic signature",
}


@dataclass(frozen=True)
class Approver:
    """Who approves, and how it says who it is."""

    who: str
    ssh_key: Path | None = None
    gpg_key: str = ""
    signature_file: Path | None = None
    recorded_by: str = ""
    conditions: str = ""
    present: tuple[str, ...] = ()  # roles that were in the meeting; none: those that the executive step's params name

    @property
    def identity(self) -> str:
        """signed, witnessed or typed."""
        if self.ssh_key or self.gpg_key or self.signature_file:
            return "signed"
        return "witnessed" if self.recorded_by else "typed"


def approve(params_file: Path, cycle: str | None, approver: Approver, statement_file: Path | None = None) -> list[str]:
    """Record an approval of the cycle's plan, or write down what a signature would cover; returns what was done, as lines.

    Raises StepError where there is no plan yet, GateError with the reason where it is refused (which is recorded), IntegrityError where
    the ledger's chain is broken.
    """
    params, rule, plan, ledger = _opened(params_file, cycle)
    events = ledger.events(cycle=params.cycle)
    signature = "-" if approver.identity == "signed" else ""
    present = approver.present or tuple(params.steps.get(BEHIND.name, {}).get("present", ()))  # type: ignore[arg-type]
    request = Request(approver.who, approver.identity, approver.recorded_by, signature, approver.conditions, present)
    given = standing(rule, plan, [event for event in events if not broken_signature(params, event)]).given
    again = [one for one in given if _is_same(one, request)]
    if again and statement_file is None:  # a lost reply, asked for again
        return [f"{again[0].who} has approved this already: {params.cycle} {plan.revision}, event {again[0].seq}"]
    with _recorded_refusal(ledger, plan, approver.who, events):
        draft = approval(rule, plan, request, events)
        if statement_file is not None:
            write_atomically(statement_file, statement(draft))
            return [f"written: {statement_file}: sign it, then: sop approve … --who {approver.who} --signature FILE.sig"]
        event = signed_event(params, plan, draft, approver) if approver.identity == "signed" else draft
    return _appended(ledger, event, rule, plan, f"{event.who} approves {params.cycle} {plan.revision}, plan {plan.plan_hash[:12]}")


def countersign(params_file: Path, cycle: str | None, who: str) -> list[str]:
    """Record that a sign-off owner confirms an approval that the lead recorded in the meeting."""
    params, rule, plan, ledger = _opened(params_file, cycle)
    events = ledger.events(cycle=params.cycle)
    with _recorded_refusal(ledger, plan, who, events):
        event = countersignature(rule, plan, who, events)
    return _appended(ledger, event, rule, plan, f"{event.who} countersigns the approval of {params.cycle} {plan.revision}")


def take_back(params_file: Path, cycle: str | None, who: str, reason: str) -> list[str]:
    """Record that an approval is taken back; what it said stays in the history."""
    params, rule, plan, ledger = _opened(params_file, cycle)
    event = ledger.append([revocation(rule, plan, who, reason, ledger.events(cycle=params.cycle))])[0]
    return [f"{event.who} takes the approval back: {params.cycle}; recorded as event {event.seq}, {event.hash[:12]}"]


def approval_standing(params: CompanyParams, run: RunFolder | None) -> tuple[Plan | None, Standing]:
    """The plan that there is to approve, and where its approval stands; a signature that does not hold counts as none."""
    if run is None or not run.done(BEHIND).is_file():
        return None, Standing("missing", reason="there is no plan yet")
    plan = plan_to_approve(params, run)
    path = CompanyFolder.of(params.company).ledger_file
    if not path.exists():
        return plan, Standing("missing", reason="nobody has approved it")
    from sopkit.records.ledger import Ledger

    ledger = Ledger.open(path)
    ledger.verify()  # a chain that was touched approves nothing
    told = [(event, broken_signature(params, event)) for event in ledger.events(cycle=params.cycle)]
    stands = standing(rule_of(params), plan, [event for event, broken in told if not broken])
    fallen = [f"{event.who} signed, and that signature does not hold: {broken}" for event, broken in told if broken]
    return plan, replace(stands, reason=fallen[-1]) if stands.state == "missing" and fallen else stands


def rule_of(params: CompanyParams) -> Rule:
    """Who may approve, by the params and the process."""
    gates = [gate for gate in load_process().gates if not gate.independent]
    owners = dict.fromkeys(role for gate in gates for role in gate.signed_by)
    policy = params.approval
    return Rule(
        accountable=params.accountable,
        preparer=params.preparer,
        deputies=params.deputies,
        people=params.people,
        identities=policy.identities,
        limit=policy.limit,
        second=policy.second,
        sign_off_owners=tuple(owners),
        quorum=(params.accountable, *params.meeting.quorum),
    )


def plan_to_approve(params: CompanyParams, run: RunFolder) -> Plan:
    """What the run holds to be approved: its revision, its plan hash, the amount of its decisions, its gates and its editors."""
    from sopkit.run.as_recorded import not_as_recorded
    from sopkit.run.gates import open_gates
    from sopkit.run.manifest import plan_hash, revision_of

    manifest = revision_of(run)  # from its tables: a run that waits for the approval has no manifest yet
    chosen = chosen_options(manifest)
    return Plan(
        cycle=params.cycle,
        revision=str(manifest.get("revision") or "r1"),
        run_id=run.run_id,
        plan_hash=plan_hash(run.path / "tables"),
        amount=_amount(_decided_on(params, run, manifest), chosen),
        open_gates=tuple(open_gates(params, run)),
        gates_enforced=params.gates == "enforce",
        editors=_editors(params, run),
        broken_promise=not_as_recorded(params, run) or broken_promise(manifest),
    )


def _decided_on(params: CompanyParams, run: RunFolder, revision: dict[str, object]) -> RunFolder:
    """The run whose options were decided on: a revision's own no longer hold what was answered."""
    return CompanyFolder.of(params.company).run(str(revision["base_run"])) if revision["base_run"] else run


def chosen_options(manifest: dict[str, object]) -> dict[str, str]:
    """The options that the revision was decided with: decision: option."""
    told = manifest.get("decisions") or {}
    if isinstance(told, dict):
        return {str(name): str(option) for name, option in told.items()}
    pairs = [str(one).partition("=") if isinstance(one, str) else (str(one["decision"]), "", str(one["option"])) for one in told]  # type: ignore[attr-defined]
    return {name: option for name, _, option in pairs}


def broken_promise(manifest: dict[str, object]) -> str:
    """Where the decided plan departs from what the decision page promised by more than the tolerance; empty where it keeps to it."""
    promise = manifest.get("promise")
    if not isinstance(promise, dict) or promise.get("kept", promise.get("ok", True)):
        return ""
    return str(promise.get("detail") or promise)


def run_to_approve(params: CompanyParams) -> RunFolder | None:
    """The run whose plan is approved and published: the one tried last, or the decided revision that the link shows."""
    company = CompanyFolder.of(params.company)
    good = company.good_run(params.cycle)
    if good is not None and (read_json(good.manifest) or {}).get("revision", "r1") != "r1":
        return good
    return company.run_with(params.cycle, BEHIND)


def _opened(params_file: Path, cycle: str | None) -> "tuple[CompanyParams, Rule, Plan, Ledger]":
    from sopkit.records.ledger import Ledger

    params = load_params(params_file, cycle)
    run = run_to_approve(params)
    if run is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle} --to {BEHIND.number}"
        raise StepError(
            "there is no plan to approve yet", [Problem(f"step {BEHIND.name}, {params.cycle}", "not run", "a finished step", hint)]
        )
    ledger = Ledger.open(CompanyFolder.of(params.company).ledger_file)
    ledger.verify()
    return params, rule_of(params), plan_to_approve(params, run), ledger


class _recorded_refusal:
    """Records an approval that is refused, and lets the reason through."""

    def __init__(self, ledger: "Ledger", plan: Plan, who: str, events: "Sequence[Event]") -> None:
        self._ledger, self._plan, self._who, self._events = ledger, plan, who, events

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, GateError):
            reason = "; ".join(str(problem) for problem in error.problems) or error.message
            self._ledger.append([refusal(self._plan, self._who, reason, self._events)])


def _appended(ledger: "Ledger", event: "NewEvent", rule: Rule, plan: Plan, told: str) -> list[str]:
    recorded = ledger.append([event])[0]
    stands = standing(rule, plan, ledger.events(cycle=plan.cycle))
    identity = WORDS.get(str(event.body.get("identity")), "")
    lines = [told, f"recorded as event {recorded.seq}, {recorded.hash[:12]}" + (f"; {identity}" if identity else "")]
    if plan.open_gates:
        lines.append(f"gates passed over, listed in the approval: {', '.join(plan.open_gates)}")
    return [
        *lines,
        "the plan is approved: sop publish makes it final" if stands.state == "approved" else f"not approved yet: {stands.reason}",
    ]


def _is_same(one: Given, request: Request) -> bool:
    """Whether an approval that stands is what is asked for."""
    told = (plain(one.who), one.identity, one.recorded_by, one.conditions)
    return told == (plain(request.who), request.identity, request.recorded_by, request.conditions)


def _amount(run: RunFolder, chosen: dict[str, str]) -> int:
    """The largest money of each chosen option (cost once, change of net sales or of contribution), added up; full currency units."""
    path = run.path / "tables" / "options.parquet"
    if not chosen or not path.is_file():
        return 0
    import pyarrow.parquet as parquet

    rows = [row for row in parquet.ParquetFile(path).read().to_pylist() if chosen.get(row.get("decision")) == row.get("option")]
    columns = ("fixed_cost", "net_sales_change", "contribution_change")
    return sum(round(max((abs(row[name]) for name in columns if row.get(name) is not None), default=0)) for row in rows)


def _editors(params: CompanyParams, run: RunFolder) -> tuple[str, ...]:
    """Roles whose override is new in this plan, or who recorded the last change of its cycle."""
    before = CompanyFolder.of(params.company).previous_run(params.cycle)
    known = {_told(row) for row in _overrides(before)} if before else set()
    editors = [str(row.get("owner")) for row in _overrides(run) if before is not None and _told(row) not in known and row.get("owner")]
    path = CompanyFolder.of(params.company).ledger_file
    if path.exists():
        from sopkit.records.ledger import Ledger

        events = Ledger.open(path).events(cycle=params.cycle)
        changes = [
            event.who for event in events if event.kind in ("override", "assumption") and not {"gate", "received_in"} & {*event.body}
        ]
        editors += [who for who in changes[-1:] if who]
    return tuple(dict.fromkeys(plain(editor) for editor in editors))


def _overrides(run: RunFolder) -> list[dict[str, object]]:
    path = run.path / "tables" / "overrides.parquet"
    if not path.is_file():
        return []
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(path).read().to_pylist()


def _told(row: dict[str, object]) -> tuple[object, ...]:
    return (row.get("override"), row.get("owner"), row.get("value"), row.get("first_period"), row.get("last_period"))
