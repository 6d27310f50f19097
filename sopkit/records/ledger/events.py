"""An event, its canonical form and its place in the chain.

Canonical form: JSON of the fields below, keys sorted, no blanks, text in Unicode form C, UTF-8. Numbers are integers; amounts are
integers in the currency's smallest unit or decimal texts, never floats, so that every Python writes the same bytes.
hash = sha256(hash of the event before, as hex, + newline + canonical form); the first event follows GENESIS.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sopkit.errors import IntegrityError, Problem

GENESIS = "0" * 64
KINDS = frozenset(
    ("cycle_opened", "inputs_received", "step_finished", "override", "assumption", "decision", "sign_off", "approval", "refusal")
    + ("revocation", "publication", "supersession", "task", "review")
)
HUMAN = frozenset(("override", "assumption", "decision", "sign_off", "approval", "refusal", "revocation", "review"))  # what people did

Body = Mapping[str, object]  # texts, integers, flags, None, and lists and mappings of these


@dataclass(frozen=True)
class NewEvent:
    """What is to be recorded."""

    key: str  # of the request: the same key again is the same event, not a second one
    kind: str  # one of KINDS
    cycle: str
    who: str  # role; empty for what the machine did
    body: Body


@dataclass(frozen=True)
class Event:
    """A recorded event."""

    seq: int  # 1, 2, 3 …; order is this, never the time
    at: str  # UTC, ISO 8601, to the second
    key: str
    kind: str
    cycle: str
    who: str
    body: Body
    previous: str  # hash of the event before
    hash: str

    @property
    def expected_hash(self) -> str:
        """The hash that its content asks for."""
        return chained(self.previous, canonical(self))


def canonical(event: Event) -> bytes:
    """The bytes that an event's hash covers; IntegrityError where it holds what has no canonical form."""
    fields = {"seq": event.seq, "at": event.at, "key": event.key, "kind": event.kind, "cycle": event.cycle, "who": event.who}
    return canonical_json({**fields, "body": event.body})


def canonical_json(content: object) -> bytes:
    """A value in the canonical form; IntegrityError where it has none (a float, a key that is no text)."""
    return json.dumps(_plain(content, ""), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def chained(previous: str, content: bytes) -> str:
    """The hash of content that follows an event."""
    return sha256(previous.encode() + b"\n" + content).hexdigest()


def _plain(value: object, place: str) -> object:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {unicodedata.normalize("NFC", key): _plain(inner, f"{place}.{key}") for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, f"{place}[{position}]") for position, inner in enumerate(value)]
    came = f"a {type(value).__name__}"
    raise IntegrityError("an event cannot be recorded", [Problem(f"event{place}", came, "text, whole numbers, flags, lists and mappings")])
