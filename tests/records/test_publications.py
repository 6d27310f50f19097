"""Which version holds, what superseded which, and what a reader sees first."""

from sopkit.records.ledger import Event
from sopkit.records.ledger.events import GENESIS
from sopkit.records.publications import holding, latest, publications, published


class Record:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish(self, cycle: str, status: str = "FINAL", reason: str = "") -> list[str]:
        found = publications(self.events)
        version = 1 + max([0, *(one.version for one in found if one.cycle == cycle)])
        new = published(cycle, version, {"status": status, "plan_hash": f"{cycle} {version}"}, found, reason)
        for event in new:
            seq = len(self.events) + 1
            self.events.append(
                Event(seq, f"2026-03-{seq:02d}", event.key, event.kind, event.cycle, event.who, event.body, GENESIS, f"h{seq}")
            )
        return [event.kind for event in new]

    def latest(self) -> str:
        one = latest(publications(self.events))
        return f"{one.cycle} {one.name} {one.status}" if one else ""


def test_a_final_version_supersedes_the_final_ones_before_it() -> None:
    record = Record()
    assert record.publish("2026-03") == ["publication"]
    assert record.publish("2026-03", "DRAFT") == ["publication"]
    assert record.publish("2026-03", reason="a late order") == ["publication", "supersession"]
    found = publications(record.events)
    assert [(one.name, one.status, one.superseded_by) for one in found] == [
        ("v1", "FINAL", 3),
        ("v2", "DRAFT", None),
        ("v3", "FINAL", None),
    ]
    assert record.events[-1].body["reason"] == "a late order"


def test_a_draft_never_takes_the_place_of_a_final_version() -> None:
    record = Record()
    record.publish("2026-03", "DRAFT")
    assert record.latest() == "2026-03 v1 DRAFT"
    record.publish("2026-03")
    record.publish("2026-03", "DRAFT")
    one = holding(publications(record.events), "2026-03")
    assert one is not None and one.name == "v2" and record.latest() == "2026-03 v2 FINAL"


def test_a_backfill_never_moves_what_a_reader_sees_backwards() -> None:
    record = Record()
    assert record.latest() == ""
    record.publish("2026-03")
    record.publish("2026-01")
    record.publish("2026-04", "DRAFT")
    assert record.latest() == "2026-03 v1 FINAL"
    record.publish("2026-04")
    record.publish("2026-02")
    assert record.latest() == "2026-04 v2 FINAL"
