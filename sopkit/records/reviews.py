"""Why a month came out otherwise than its plan, as somebody said it: events of the ledger; the last of each miss stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sopkit.records.ledger import Event, NewEvent

KIND = "review"
TOLD = ("measure", "subject", "period", "cause", "why")


@dataclass(frozen=True)
class Said:
    """A cause code and a sentence, for one miss."""

    measure: str
    subject: str  # family, or `*`
    period: str  # month that departed
    cause: str
    why: str
    who: str  # role


def said_event(cycle: str, said: Said, figures: Mapping[str, str]) -> NewEvent:
    """The event of what was said; `figures` are planned and actual as decimal texts. The same words again are the same event."""
    body = {**{name: getattr(said, name) for name in TOLD}, **figures}
    digest = sha256("\n".join([said.who, *(str(value) for value in body.values())]).encode()).hexdigest()[:16]
    return NewEvent(f"{KIND}:{cycle}:{said.measure}:{said.subject}:{digest}", KIND, cycle, said.who, body)


def reviews_said(events: Sequence[Event]) -> list[dict[str, str]]:
    """What was said of each miss, the last of each: made_in, measure, subject, period, cause, why, who; in the order of the ledger."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for event in events:
        if event.kind == KIND:
            told = {name: str(event.body[name]) for name in TOLD} | {"made_in": event.cycle, "who": event.who}
            key = (event.cycle, told["measure"], told["subject"])
            found.pop(key, None)
            found[key] = told
    return list(found.values())
