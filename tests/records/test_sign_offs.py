"""Sign-offs bind to what was signed."""

from sopkit.records.ledger import Event, NewEvent
from sopkit.records.ledger.events import GENESIS
from sopkit.records.sign_offs import revoked, sign_offs, signed

ROLES = ["head_of_operations", "head_of_finance"]


def recorded(*new: NewEvent) -> list[Event]:
    rows = enumerate(new, start=1)
    return [
        Event(seq, f"2026-03-{seq:02d}", event.key, event.kind, event.cycle, event.who, event.body, GENESIS, "h") for seq, event in rows
    ]


def sign(role: str, content: str = "A", who: str = "", events: list[Event] | None = None) -> NewEvent:
    return signed("2026-03", "supply", role, who=who or role, content=content, conditions="overtime is agreed", events=events or [])


def states(events: list[Event], content: str) -> list[str]:
    return [sign_off.state for sign_off in sign_offs(events, "supply", ROLES, content)]


def test_each_role_stands_for_itself_and_for_the_content_it_saw() -> None:
    events = recorded(sign("head_of_operations"), sign("head_of_finance", who="controller"))
    assert states([], "A") == ["missing", "missing"]
    assert states(events[:1], "A") == ["signed", "missing"]
    assert states(events, "A") == ["signed", "signed"]
    assert states(events, "B") == ["stale", "stale"]  # another number since: nobody has signed that
    told = sign_offs(events, "supply", ROLES, "A")[1]
    assert (told.who, told.conditions, told.at) == ("controller", "overtime is agreed", "2026-03-02")
    assert [sign_off.state for sign_off in sign_offs(events, "demand", ROLES, "A")] == ["missing", "missing"]


def test_a_sign_off_can_be_taken_back_and_given_again_under_keys_of_their_own() -> None:
    first = recorded(sign("head_of_finance"))
    back = revoked("2026-03", "supply", "head_of_finance", who="head_of_finance", reason="cash", events=first)
    second = recorded(sign("head_of_finance"), back)
    assert states(second, "A") == ["missing", "revoked"]
    assert sign_offs(second, "supply", ROLES, "A")[1].reason == "cash"
    again = sign("head_of_finance", events=second)
    assert states(recorded(sign("head_of_finance"), back, again), "A") == ["missing", "signed"]
    assert len({first[0].key, back.key, again.key}) == 3
