"""Gates: what must be signed before the steps behind it may run, and who has signed."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError, ParamsError, Problem, StepError
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.decided import read_decided
from sopkit.run.files import read_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import Gate, load_process
from sopkit.steps import BY_NAME, Step

if TYPE_CHECKING:
    from sopkit.records.ledger import Ledger
    from sopkit.records.sign_offs import SignOff

ACCOUNTABLE = "accountable"  # in a gate's roles: the one accountable executive of the params


def passed_gates(mode: str, steps: Sequence[Step]) -> list[str]:
    """Names of the gates that a rehearsal of these steps passes over."""
    if mode == "enforce":
        return []
    names = {step.name for step in steps}
    return [gate.name for gate in load_process().gates if gate.after in names]


def check_gate_before(params: CompanyParams, run: RunFolder, step: Step, steps: Sequence[Step]) -> None:
    """With gates enforced, GateError where the gate behind the step before this one is not signed by all for what the run holds."""
    before = [other for other in steps if other.number < step.number]
    gate = load_process().gate_after(before[-1].name) if params.gates == "enforce" and before else None
    if gate is None:
        return
    open_ones = [sign_off for sign_off in gate_sign_offs(params, gate, run) if sign_off.state != "signed"]
    if not open_ones:
        return
    waits = f"{gate.title}, due on working day {gate.working_day} ({', '.join(sign_off.role for sign_off in open_ones)})"
    command = f"sop sign-off params/{params.company}.yaml {gate.name} --cycle {params.cycle} --as"
    if gate.independent:
        command = f"sop approve params/{params.company}.yaml --cycle {params.cycle} --who"
    problems = [Problem(f"gate {gate.name}", _told(sign_off), "a sign-off", f"{command} {sign_off.role}") for sign_off in open_ones]
    raise GateError(f"waiting for: {waits}", problems)


def gate_sign_offs(params: CompanyParams, gate: Gate, run: RunFolder | None) -> "list[SignOff]":
    """Where each role stands at a gate, for the tables that the run holds; nobody has signed where the run has none.

    Raises IntegrityError where the ledger's chain is broken.
    """
    from sopkit.records.sign_offs import SignOff, sign_offs

    if gate.independent:
        return _approvals(params, run)
    roles = roles_of(gate, params)
    if run is None or not CompanyFolder.of(params.company).ledger_file.exists():
        return [SignOff(role, "missing") for role in roles]
    ledger = _ledger(params)
    ledger.verify()  # a chain that was touched opens no gate
    return sign_offs(ledger.events(cycle=params.cycle), gate.name, roles, content_to_sign(params, gate, run))


def sign_off(params_file: Path, gate_name: str, who: str, cycle: str | None, conditions: str) -> list[str]:
    """Record that a role signs a gate of the cycle, for the tables as they are; returns what was recorded, as lines.

    Raises ParamsError for an unknown gate, StepError where the step before it has not run, GateError where the role may not sign.
    """
    from sopkit.records.sign_offs import sign_offs, signed

    params = load_params(params_file, cycle)
    gate = _gate(gate_name)
    if gate.independent:
        from sopkit.run.approving import Approver, approve

        return approve(params_file, cycle, Approver(who, conditions=conditions))
    role = _role_for(who, gate, params)
    run = _run_to_sign(params, gate)
    content = content_to_sign(params, gate, run)
    ledger = _ledger(params)
    events = ledger.events(cycle=params.cycle)
    stands = sign_offs(events, gate.name, [role], content)[0]
    if stands.state == "signed" and stands.who == who and stands.conditions == conditions:
        return [f"{role} has signed this already: {gate.title}, {params.cycle}"]
    text = gate.text_of(role)
    held = run_signed(params, gate, run).run_id
    new = signed(params.cycle, gate.name, role, who=who, content=content, events=events, conditions=conditions, text=text, run_id=held)
    event = ledger.append([new])[0]
    deputy = f" (for {role})" if who != role else ""
    return [
        f"{who}{deputy} signs: {gate.title}, {params.cycle}, run {run.run_id}, content {content[:12]}",
        *([f"  “{text}”" + (f", if {conditions}" if conditions else "")] if text != gate.title else []),
        f"recorded as event {event.seq}, {event.hash[:12]}; typed name, not a cryptographic signature",
    ]


def revoke(params_file: Path, gate_name: str, who: str, cycle: str | None, reason: str) -> list[str]:
    """Record that a sign-off is taken back; the gate is open again. Raises GateError where there is none to take back."""
    from sopkit.records.sign_offs import revoked, sign_offs

    params = load_params(params_file, cycle)
    gate = _gate(gate_name)
    if gate.independent:
        from sopkit.run.approving import take_back

        return take_back(params_file, cycle, who, reason)
    role = _role_for(who, gate, params)
    ledger = _ledger(params)
    events = ledger.events(cycle=params.cycle)
    if sign_offs(events, gate.name, [role], "")[0].state not in ("signed", "stale"):
        raise GateError(
            "there is no sign-off to take back", [Problem(f"gate {gate.name}, {params.cycle}", f"none by {role}", "a sign-off")]
        )
    event = ledger.append([revoked(params.cycle, gate.name, role, who=who, reason=reason, events=events)])[0]
    return [f"{who} takes back: {gate.title}, {params.cycle}; recorded as event {event.seq}, {event.hash[:12]}"]


def gate_lines(params: CompanyParams, run: RunFolder | None) -> list[str]:
    """Every gate of the process with where its roles stand, a line each."""
    lines = []
    for gate in load_process().gates:
        stands = ", ".join(f"{sign_off.role} {_told(sign_off)}" for sign_off in gate_sign_offs(params, gate, run))
        lines.append(f"{gate.name:<14} {stands}")
    return lines


def open_gates(params: CompanyParams, run: RunFolder) -> list[str]:
    """The gates before the approval that not all have signed for what the run holds, each with who has not."""
    lines = []
    for gate in load_process().gates:
        if not gate.independent:
            waits = [sign_off.role for sign_off in gate_sign_offs(params, gate, run) if sign_off.state != "signed"]
            lines += [f"{gate.name} ({', '.join(waits)})"] if waits else []
    return lines


def _approvals(params: CompanyParams, run: RunFolder | None) -> "list[SignOff]":
    """Where the accountable executive stands at the gate that an approval opens."""
    from sopkit.records.sign_offs import SignOff, State
    from sopkit.run.approving import approval_standing

    plan, stands = approval_standing(params, run)
    states: dict[str, State] = {"approved": "signed", "stale": "stale", "revoked": "revoked"}
    last = stands.given[-1] if stands.given else None
    told = SignOff(params.accountable, states.get(stands.state, "missing"), reason=stands.reason)
    if plan is None or last is None:
        return [told]
    return [SignOff(params.accountable, told.state, last.who, last.at, last.conditions, stands.reason, plan.plan_hash)]


def content_to_sign(params: CompanyParams, gate: Gate, run: RunFolder) -> str:
    """What a sign-off at a gate binds to: what the run holds; before the approval, in a revision, what was proposed and decided on."""
    return content_of(run_signed(params, gate, run), BY_NAME[gate.after])


def run_signed(params: CompanyParams, gate: Gate, run: RunFolder) -> RunFolder:
    """The run whose tables a gate's sign-offs are about: before the approval, in a revision, the one that was decided on."""
    decided = read_decided(run.decided)
    if decided is not None and BY_NAME[gate.after].number < BY_NAME["executive"].number:
        return CompanyFolder.of(params.company).run(decided.base_run)
    return run


def content_of(run: RunFolder, step: Step) -> str:
    """Hash of the tables that a step wrote: what a sign-off behind it binds to; empty where the step is not done."""
    record = read_json(run.done(step)) or {}
    files = record.get("files")
    if not isinstance(files, dict):
        return ""
    tables = sorted((name, str(digest)) for name, digest in files.items() if name.startswith("tables/"))
    return sha256("\n".join(f"{name} {digest}" for name, digest in tables).encode()).hexdigest()


def roles_of(gate: Gate, params: CompanyParams) -> list[str]:
    """Who must sign a gate in this company."""
    return [params.accountable if role == ACCOUNTABLE else role for role in gate.signed_by]


def _ledger(params: CompanyParams) -> "Ledger":
    from sopkit.records.ledger import Ledger

    return Ledger.open(CompanyFolder.of(params.company).ledger_file)


def _gate(name: str) -> Gate:
    gates = load_process().gates
    found = next((gate for gate in gates if gate.name == name), None)
    if found is None:
        raise ParamsError("no such gate", [Problem("GATE", repr(name), f"one of {', '.join(gate.name for gate in gates)}")])
    return found


def _role_for(who: str, gate: Gate, params: CompanyParams) -> str:
    """The role that `who` signs for: its own, or the one it is a deputy of; GateError where it may not."""
    roles = roles_of(gate, params)
    role = next((role for role in roles if who == role or who in params.deputies.get(role, ())), None)
    if role is None:
        raise GateError(
            "this role does not sign this gate", [Problem(f"gate {gate.name}", who, " or ".join(roles), "or a deputy in the params")]
        )
    return role


def _run_to_sign(params: CompanyParams, gate: Gate) -> RunFolder:
    step = BY_NAME[gate.after]
    run = CompanyFolder.of(params.company).run_with(params.cycle, step)
    if run is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle} --to {step.number}"
        raise StepError("there is nothing to sign yet", [Problem(f"step {step.name}, {params.cycle}", "not run", "a finished step", hint)])
    return run


def _told(sign_off: "SignOff") -> str:
    if sign_off.reason and not sign_off.at:
        return sign_off.reason
    words = {
        "missing": "no sign-off",
        "signed": f"signed {sign_off.at[:10]}" + (f", if {sign_off.conditions}" if sign_off.conditions else ""),
        "stale": f"signed {sign_off.at[:10]} for other numbers than these",
        "revoked": f"taken back {sign_off.at[:10]}: {sign_off.reason}",
    }
    return words[sign_off.state]
