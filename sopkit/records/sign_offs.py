"""Sign-offs: who has signed which gate of a cycle, for which content, and whether that still holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sopkit.records.ledger import Event, NewEvent

State = Literal["signed", "stale", "revoked", "missing"]


@dataclass(frozen=True)
class SignOff:
    """Where one role stands at a gate."""

    role: str
    state: State
    who: str = ""  # the role itself or its deputy
    at: str = ""  # UTC
    conditions: str = ""
    reason: str = ""  # of a revocation
    content: str = ""  # hash of what was signed
    run_id: str = ""  # of the run that held it


def sign_offs(events: Sequence[Event], gate: str, roles: Sequence[str], content: str) -> list[SignOff]:
    """Where each role stands at a gate of one cycle.

    A sign-off binds to the content that was signed: where the content is another one now, it is stale, and counts no more.

    Args:
        events: sign-offs and revocations of the cycle, in order.
        gate: name of the gate.
        roles: who must sign it.
        content: hash of what there is to sign now.

    Returns:
        One SignOff per role, in the order given.
    """
    return [_stands(events, gate, role, content) for role in roles]


def signed(
    cycle: str, gate: str, role: str, *, who: str, content: str, events: Sequence[Event], conditions: str = "", text: str = "",
    run_id: str = "",
) -> NewEvent:  # fmt: skip
    """The event of a role that signs a text of its own; `events` are those of the cycle, which number its request."""
    body = {
        "gate": gate, "role": role, "text": text, "content": content, "conditions": conditions, "identity": "typed",
        **({"run_id": run_id} if run_id else {}),
    }  # fmt: skip
    return NewEvent(_key("sign_off", cycle, gate, role, events), "sign_off", cycle, who, body)


def revoked(cycle: str, gate: str, role: str, *, who: str, reason: str, events: Sequence[Event]) -> NewEvent:
    """The event of a sign-off that is taken back."""
    return NewEvent(_key("revocation", cycle, gate, role, events), "revocation", cycle, who, {"gate": gate, "role": role, "reason": reason})


def outdated(cycle: str, gate: str, sign_off: SignOff, *, reason: str, events: Sequence[Event]) -> NewEvent:
    """The event of a sign-off that holds no more because other numbers came after it: nobody takes it back, the numbers do.

    Args:
        cycle: M0. gate: name of the gate.
        sign_off: the stale one.
        reason: what has changed since it was given.
        events: of the cycle, which number the request.
    """
    body = {"gate": gate, "role": sign_off.role, "signed_by": sign_off.who, "signed_content": sign_off.content, "reason": reason}
    return NewEvent(_key("revocation", cycle, gate, sign_off.role, events), "revocation", cycle, "", body)


def _stands(events: Sequence[Event], gate: str, role: str, content: str) -> SignOff:
    last = _last_of(events, gate, role)
    if last is None:
        return SignOff(role, "missing")
    if last.kind == "revocation":
        return SignOff(role, "revoked", last.who, last.at, reason=str(last.body.get("reason", "")))
    state: State = "signed" if last.body.get("content") == content else "stale"
    conditions, content_then, run_id = (str(last.body.get(name, "")) for name in ("conditions", "content", "run_id"))
    return SignOff(role, state, last.who, last.at, conditions, content=content_then, run_id=run_id)


def _last_of(events: Sequence[Event], gate: str, role: str) -> Event | None:
    kinds = ("sign_off", "revocation")
    found = [event for event in events if event.kind in kinds and event.body.get("gate") == gate and event.body.get("role") == role]
    return found[-1] if found else None


def _key(kind: str, cycle: str, gate: str, role: str, events: Sequence[Event]) -> str:
    last = _last_of(events, gate, role)
    return f"{kind}:{cycle}:{gate}:{role}:{last.seq if last else 0}"
