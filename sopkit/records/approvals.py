"""Approvals: who may approve a plan, what an approval binds to, and whether it still holds.

The rules stand here, behind every way to approve: the command line, a notebook, a direct call. A refusal is recorded too.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sopkit.errors import GateError, Problem
from sopkit.records.ledger.events import Event, NewEvent, canonical_json

GATE = "approval"  # the gate of the process that an approval opens
State = Literal["missing", "incomplete", "approved", "stale", "revoked"]


@dataclass(frozen=True)
class Rule:
    """Who may approve in a company."""

    accountable: str  # the one accountable executive: a role
    preparer: str
    deputies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)  # role: the person who holds it
    identities: Sequence[str] = ("signed", "witnessed")
    limit: int | None = None  # full currency units
    second: Sequence[str] = ()
    sign_off_owners: Sequence[str] = ()  # roles that may countersign what was witnessed
    quorum: Sequence[str] = ()  # roles that must be there where it is approved in a meeting, or their deputies

    def person(self, role: str) -> str:
        """The person behind a role, in one spelling: two roles may be one person."""
        known = {plain(name): person for name, person in self.people.items()}
        return plain(known.get(plain(role), role))

    def roles_for(self, amount: int) -> list[Sequence[str]]:
        """What must approve, each a choice of roles: the accountable executive, and above the limit one of the second roles."""
        above = self.limit is not None and amount > self.limit
        return [(self.accountable,), *([self.second] if above else [])]


@dataclass(frozen=True)
class Plan:
    """What there is to approve: the decided revision."""

    cycle: str
    revision: str
    run_id: str
    plan_hash: str
    amount: int = 0  # of its decisions, full currency units
    open_gates: Sequence[str] = ()  # signed by nobody, or for other numbers
    gates_enforced: bool = False
    editors: Sequence[str] = ()  # roles that changed its numbers last
    broken_promise: str = ""  # where it departs from what the decision page promised, both figures


@dataclass(frozen=True)
class Request:
    """Somebody approves."""

    who: str  # role, or its deputy
    identity: str = "typed"  # signed, witnessed, typed
    recorded_by: str = ""  # of a witnessed approval
    signature: str = ""  # over `statement`, in its armour
    conditions: str = ""
    present: Sequence[str] = ()  # roles that were in the meeting; the approver and who recorded it are there anyway


@dataclass(frozen=True)
class Given:
    """One approval that was given."""

    role: str
    who: str
    at: str
    identity: str
    conditions: str
    seq: int
    event_hash: str
    recorded_by: str = ""
    countersigned_by: str = ""


@dataclass(frozen=True)
class Standing:
    """Where the approval of a plan stands: `state`, what was given, and the reason in a sentence where it is not approved."""

    state: State
    given: tuple[Given, ...] = ()
    reason: str = ""


def plain(name: str) -> str:
    """A name in one spelling: width, case, blanks and underscores do not make another person."""
    return "_".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())


def approval(rule: Rule, plan: Plan, request: Request, events: Sequence[Event]) -> NewEvent:
    """The event of an approval.

    Args:
        rule: who may approve.
        plan: what is approved.
        request: who approves, and how it says who it is.
        events: of the cycle, in order.

    Returns:
        The event, to be recorded; with the request's signature in it where it has one.

    Raises:
        GateError: it may not be, with the reason in a sentence.
    """
    _refuse_unready(plan)
    _refuse_own(rule, plan, request.who)
    role = _role_for(rule, plan, request.who)
    _refuse_identity(rule, request)
    _refuse_without_quorum(rule, plan, request)
    _refuse_twice(rule, plan, role, request.who, events)
    body = {
        "gate": GATE, "role": role, "plan_hash": plan.plan_hash, "revision": plan.revision, "run_id": plan.run_id, "amount": plan.amount,
        "open_gates": list(plan.open_gates), "identity": request.identity, "recorded_by": request.recorded_by,
        "conditions": request.conditions, **({"present": list(request.present)} if request.present else {}),
    }  # fmt: skip
    event = NewEvent(_key("approval", plan.cycle, role, events), "approval", plan.cycle, role_name(rule, request.who), body)
    return NewEvent(event.key, event.kind, event.cycle, event.who, {**body, "signature": request.signature}) if request.signature else event


def statement(event: NewEvent | Event) -> bytes:
    """What a signature covers: the canonical form of the event without number, time and the signature itself."""
    body = {name: value for name, value in event.body.items() if name != "signature"}
    return canonical_json({"key": event.key, "kind": event.kind, "cycle": event.cycle, "who": event.who, "body": body})


def countersignature(rule: Rule, plan: Plan, who: str, events: Sequence[Event]) -> NewEvent:
    """The event of a sign-off owner who was in the meeting and confirms the approval that the lead recorded; GateError where it may not."""
    waiting = [one for one in _given(plan, events) if one.identity == "witnessed" and not one.countersigned_by]
    if not waiting:
        raise refused(plan, f"{who} countersigns", "a witnessed approval to countersign: there is none")
    one = waiting[-1]
    if plain(who) not in {plain(role) for role in rule.sign_off_owners}:
        owners = ", ".join(rule.sign_off_owners)
        raise refused(plan, f"{who} countersigns", f"that it is countersigned by a role that owns a sign-off: {owners}")
    if rule.person(who) in {rule.person(one.who), rule.person(one.role), rule.person(one.recorded_by)}:
        told = f"another person: {one.who} approved and {one.recorded_by} recorded it, somebody else countersigns"
        raise refused(plan, f"{who} countersigns", told)
    body = {"gate": GATE, "role": one.role, "plan_hash": plan.plan_hash, "countersigns": one.seq}
    return NewEvent(f"countersign:{plan.cycle}:{one.seq}", "approval", plan.cycle, plain(who), body)


def revocation(rule: Rule, plan: Plan, who: str, reason: str, events: Sequence[Event]) -> NewEvent:
    """The event of an approval that is taken back; the history keeps both. GateError where `who` has none."""
    if not reason.strip():
        raise refused(plan, f"{who} takes an approval back", "that it is taken back for a reason")
    given = [one for one in _given(plan, events, of_any_plan=True) if rule.person(who) in (rule.person(one.who), rule.person(one.role))]
    if not given:
        raise refused(plan, f"{who} takes an approval back", "an approval of this role to take back: there is none")
    body = {"gate": GATE, "role": given[-1].role, "reason": reason}
    return NewEvent(_key("revocation", plan.cycle, given[-1].role, events), "revocation", plan.cycle, role_name(rule, who), body)


def refusal(plan: Plan, who: str, reason: str, events: Sequence[Event]) -> NewEvent:
    """The event of an approval that was refused: it is history too."""
    number = sum(event.kind == "refusal" for event in events)
    body = {"gate": GATE, "plan_hash": plan.plan_hash, "reason": reason}
    return NewEvent(f"refusal:{plan.cycle}:{plain(who)}:{number}", "refusal", plan.cycle, plain(who), body)


def standing(rule: Rule, plan: Plan, events: Sequence[Event]) -> Standing:
    """Whether a plan is approved by all who must, for exactly these numbers.

    Args: the rule, the plan as it is now, the events of its cycle in order. Returns Standing.
    """
    given = _given(plan, events)
    if not given:
        return _not_approved(plan, events)
    open_ones = [one for one in given if one.identity == "witnessed" and not one.countersigned_by]
    if open_ones:
        reason = f"witnessed by {open_ones[0].recorded_by}, not countersigned yet: sop approve --countersign --who ROLE"
        return Standing("incomplete", tuple(given), reason)
    missing = [roles for roles in rule.roles_for(plan.amount) if not any(one.role in roles for one in given)]
    if missing:
        amount = f"; its decisions amount to {plan.amount}, above the limit of {rule.limit}" if rule.limit is not None else ""
        return Standing("incomplete", tuple(given), f"approval of {' or '.join(missing[0])} is missing{amount}")
    return Standing("approved", tuple(given))


def _not_approved(plan: Plan, events: Sequence[Event]) -> Standing:
    last = [event for event in events if event.body.get("gate") == GATE and event.kind in ("approval", "revocation", "sign_off")]
    if not last:
        return Standing("missing", reason="nobody has approved it")
    if last[-1].kind == "revocation":
        return Standing("revoked", reason=f"{last[-1].who} took the approval back: {last[-1].body.get('reason')}")
    told = str(last[-1].body.get("plan_hash", ""))[:12]
    return Standing(
        "stale", reason=f"{last[-1].who} approved plan {told}; the plan is {plan.plan_hash[:12]} now: a number has changed since"
    )


def _given(plan: Plan, events: Sequence[Event], *, of_any_plan: bool = False) -> list[Given]:
    """The approvals that stand for these numbers: the last word of each role."""
    last: dict[str, Event] = {}
    countersigned = {event.body["countersigns"]: event.who for event in events if "countersigns" in event.body}
    for event in events:
        if event.kind in ("approval", "revocation") and event.body.get("gate") == GATE and "countersigns" not in event.body:
            last[str(event.body.get("role"))] = event
    return [
        Given(
            role, event.who, event.at, str(event.body.get("identity")), str(event.body.get("conditions", "")), event.seq, event.hash,
            str(event.body.get("recorded_by", "")), countersigned.get(event.seq, ""),
        )
        for role, event in last.items()
        if event.kind == "approval" and (of_any_plan or event.body.get("plan_hash") == plan.plan_hash)
    ]  # fmt: skip


def refused(plan: Plan, came: str, expected: str) -> GateError:
    """The error of an approval that may not be."""
    return GateError("the approval is refused", [Problem(f"{plan.cycle} {plan.revision}", came, expected)])


def role_name(rule: Rule, who: str) -> str:
    """A role as the params spell it."""
    names = [rule.accountable, rule.preparer, *rule.second, *rule.deputies, *(name for names in rule.deputies.values() for name in names)]
    return next((name for name in names if plain(name) == plain(who)), plain(who))


def _role_for(rule: Rule, plan: Plan, who: str) -> str:
    """The role that `who` approves for: its own, or the one it is a deputy of."""
    roles = list(dict.fromkeys([rule.accountable, *rule.second]))
    for role in roles:
        if plain(who) in {plain(role), *(plain(deputy) for deputy in rule.deputies.get(role, ()))}:
            return role
    raise refused(plan, f"{who or 'nobody'} approves", f"{rule.accountable}, the accountable executive, or a deputy in the params")


def _refuse_unready(plan: Plan) -> None:
    if plan.broken_promise:
        raise refused(plan, "a plan that does not keep its promise", f"what was promised: {plan.broken_promise}")
    if plan.open_gates and plan.gates_enforced:
        came = f"gates that are not signed: {', '.join(plan.open_gates)}"
        raise refused(plan, came, "the gates before it to be signed for these numbers")


def _refuse_own(rule: Rule, plan: Plan, who: str) -> None:
    if rule.person(who) == rule.person(rule.preparer):
        raise refused(plan, f"{who} approves", "somebody else than who prepared it: the preparer does not approve the plan")
    if rule.person(who) in {rule.person(editor) for editor in plan.editors}:
        raise refused(plan, f"{who} approves", "somebody else than who changed its numbers: the last editor does not approve the plan")


def _refuse_identity(rule: Rule, request: Request) -> None:
    told = Problem("identity", request.identity, f"one that this company accepts: {', '.join(rule.identities)}")
    if request.identity not in rule.identities:
        raise GateError("the approval is refused", [told])
    if request.identity == "signed" and not request.signature:
        raise GateError("the approval is refused", [Problem("identity", "no signature", "a signature over the statement")])
    if request.identity == "witnessed" and plain(request.recorded_by) != plain(rule.preparer):
        came = request.recorded_by or "nobody"
        raise GateError("the approval is refused", [Problem("recorded by", came, f"{rule.preparer}, who leads the meeting")])


def _refuse_without_quorum(rule: Rule, plan: Plan, request: Request) -> None:
    """What is approved in a meeting needs its quorum; an approval that is signed outside it stands on the sign-offs of the same roles."""
    if request.identity != "witnessed" and not request.present:
        return
    there = {plain(name) for name in (*request.present, request.who, request.recorded_by)}
    missing = [role for role in rule.quorum if there.isdisjoint({plain(role), *(plain(deputy) for deputy in rule.deputies.get(role, ()))})]
    if missing:
        came = f"a meeting without {', '.join(missing)}"
        raise refused(
            plan, came, "a quorum, each role or a deputy: without it there is no approval (--present ROLE,ROLE says who was there)"
        )


def _refuse_twice(rule: Rule, plan: Plan, role: str, who: str, events: Sequence[Event]) -> None:
    """Two roles are two people."""
    for one in _given(plan, events):
        if one.role != role and rule.person(one.who) == rule.person(who):
            raise refused(plan, f"{who} approves", f"another person than {one.who}, who approved as {one.role}: two roles are two people")


def _key(kind: str, cycle: str, role: str, events: Sequence[Event]) -> str:
    own = [event for event in events if event.body.get("gate") == GATE and event.body.get("role") == role and event.kind != "refusal"]
    return f"{kind}:{cycle}:{GATE}:{role}:{own[-1].seq if own else 0}"
