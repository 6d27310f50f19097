"""Publications: the versions of each cycle's plan that were sent out, which one holds, and which superseded which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sopkit.records.ledger.events import Event, NewEvent

Status = Literal["FINAL", "DRAFT"]


@dataclass(frozen=True)
class Publication:
    """One version that was published."""

    cycle: str
    version: int  # 1, 2, 3 … in its cycle
    status: Status
    plan_hash: str
    revision: str
    run_id: str
    manifest: str  # hash of the version's manifest
    made_from: str  # hash of all that it was made from
    at: str
    seq: int
    override: str = ""  # the recorded reason why it is final in spite of something
    superseded_by: int | None = None

    @property
    def name(self) -> str:
        """`v2`, the name of its folder."""
        return f"v{self.version}"


def publications(events: Sequence[Event]) -> list[Publication]:
    """All publications in the order they were made, each with what superseded it."""
    superseded = {
        (event.cycle, int(str(event.body["version"]))): int(str(event.body["by"])) for event in events if event.kind == "supersession"
    }
    found = []
    for event in events:
        if event.kind == "publication":
            body, version = event.body, int(str(event.body["version"]))
            status: Status = "FINAL" if body["status"] == "FINAL" else "DRAFT"
            found.append(
                Publication(
                    cycle=event.cycle,
                    version=version,
                    status=status,
                    plan_hash=str(body.get("plan_hash", "")),
                    revision=str(body.get("revision", "")),
                    run_id=str(body.get("run_id", "")),
                    manifest=str(body.get("manifest", "")),
                    made_from=str(body.get("made_from", "")),
                    at=event.at,
                    seq=event.seq,
                    override=str(body.get("override", "")),
                    superseded_by=superseded.get((event.cycle, version)),
                )
            )
    return found


def holding(found: Sequence[Publication], cycle: str) -> Publication | None:
    """The version of a cycle that holds: the last final one, before one the last draft; None where nothing is published."""
    own = [one for one in found if one.cycle == cycle]
    final = [one for one in own if one.status == "FINAL"]
    return (final or own)[-1] if own else None


def latest(found: Sequence[Publication]) -> Publication | None:
    """What a reader sees first: of the newest cycle that has a final version; a backfill of an older cycle does not change it."""
    final = [one for one in found if one.status == "FINAL"]
    cycles = sorted({one.cycle for one in final or found})
    return holding(found, cycles[-1]) if cycles else None


def published(cycle: str, version: int, body: Mapping[str, object], found: Sequence[Publication], reason: str) -> list[NewEvent]:
    """The events of a version that goes out: itself, and for a final one the supersession of each final one before it."""
    events = [NewEvent(f"publication:{cycle}:v{version}", "publication", cycle, "", {"version": version, **body})]
    if body["status"] != "FINAL":
        return events
    for one in found:
        if one.cycle == cycle and one.version < version and one.superseded_by is None and one.status == "FINAL":
            told = {"version": one.version, "by": version, "reason": reason}
            events.append(NewEvent(f"supersession:{cycle}:v{one.version}", "supersession", cycle, "", told))
    return events
