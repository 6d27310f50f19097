"""Decisions in the ledger: what was answered to which question of a cycle, by whom, on which run; the last answer stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sopkit.records.ledger import Event, NewEvent

KIND = "decision"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """One answer to one question; figures are decimal texts, as the ledger keeps them."""

    decision: str  # D1, D2 …; of an amendment its name
    answer: str  # an option's letter, `defer` or `none`; of an amendment `amend`
    question: str
    title: str  # of the option
    owner: str  # role that carries it out
    last_date: str  # ISO day; empty where there is none
    by: str  # role that decided
    reason: str
    overlay: str = ""  # the option's changes as JSON text; empty = none
    trigger: str = ""  # what made an amendment needed
    day: str = ""  # ISO day it was decided; empty = the day of the record
    expected: Words = field(default_factory=dict)  # change against the proposed plan by measure

    def same_as(self, other: "Answer | None") -> bool:
        """Whether the other answer says the same, on whichever day it was given."""
        return other is not None and replace(self, day=other.day) == other


def answered(cycle: str, answer: Answer, *, place: Words, promise: Words, revision: int, events: Sequence[Event]) -> NewEvent:
    """The event of an answer.

    Args:
        cycle: M0.
        answer: what was decided.
        place: what it was decided on: `run`, and `content`, the hash of that run's options and scenarios.
        promise: level by measure that the page promises for all answers of the revision together; `basis` says whence.
        revision: number of the revision that it makes.
        events: of the cycle, in order; they number the request.
    """
    last = [event for event in events if event.kind == KIND and event.body.get("decision") == answer.decision]
    body = {**vars(answer), "expected": dict(answer.expected), **place, "promise": dict(promise), "revision": revision}
    key = f"{KIND}:{cycle}:{answer.decision}:{last[-1].seq if last else 0}"
    return NewEvent(key, KIND, cycle, answer.by, body)


def answers_in_force(events: Sequence[Event], run: str) -> list[Answer]:
    """The last answer to each question that was decided on a run, questions in their order, then amendments as they were made."""
    made: dict[str, Answer] = {}
    for event in _of_run(events, run):
        made[str(event.body["decision"])] = answer_of(event)
    asked = sorted(name for name, answer in made.items() if not answer.trigger)
    return [made[name] for name in [*asked, *(name for name, answer in made.items() if answer.trigger)]]


def answer_of(event: Event) -> Answer:
    """The answer that an event records."""
    texts = {name: str(event.body.get(name, "")) for name in Answer.__dataclass_fields__ if name != "expected"}
    expected = event.body.get("expected")
    return Answer(**texts, expected={str(key): str(value) for key, value in expected.items()} if isinstance(expected, Mapping) else {})


def last_promise(events: Sequence[Event], run: str) -> dict[str, str]:
    """What the page promised for the answers of the last revision decided on a run; empty where none was."""
    found = _of_run(events, run)
    promise = found[-1].body.get("promise") if found else None
    return {str(key): str(value) for key, value in promise.items()} if isinstance(promise, Mapping) else {}


def last_revision(events: Sequence[Event], run: str | None = None) -> int:
    """Number of the last revision of a cycle, or of one run of it; 1 where nothing was decided."""
    found = [event for event in events if event.kind == KIND] if run is None else _of_run(events, run)
    return max((int(str(event.body.get("revision", 1))) for event in found), default=1)


def _of_run(events: Sequence[Event], run: str) -> list[Event]:
    return [event for event in events if event.kind == KIND and event.body.get("run") == run]
