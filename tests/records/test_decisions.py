"""Decisions in the ledger: the last answer to a question stands, on the run that it was taken on."""

from pathlib import Path

import pytest

from sopkit.errors import IntegrityError
from sopkit.records.decisions import Answer, answered, answers_in_force, last_promise, last_revision
from sopkit.records.ledger import Ledger

CYCLE = "2026-03"
PLACE = {"run": "aaa", "content": "c1"}


def answer(decision: str, option: str, **told: str) -> Answer:
    given = {"question": "?", "title": option, "owner": "head_of_operations", "last_date": "2026-03-27", "by": "managing_director"}
    return Answer(decision, option, **{**given, "reason": "", **told}, expected={"net_sales_change": "12.5"})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger.sqlite")


def record(ledger: Ledger, revision: int, *answers: Answer, place: dict[str, str] = PLACE) -> None:
    events = ledger.events(cycle=CYCLE)
    promise = {"basis": "D1=B", "net_sales": f"{revision}.5"}
    ledger.append([answered(CYCLE, each, place=place, promise=promise, revision=revision, events=events) for each in answers])


def test_an_answer_comes_back_as_it_was_given(ledger: Ledger) -> None:
    given = answer("D1", "B", reason="we sell what we can make", overlay='{"title":"Night shift"}')
    record(ledger, 2, given)
    assert answers_in_force(ledger.events(), "aaa") == [given]
    assert last_promise(ledger.events(), "aaa") == {"basis": "D1=B", "net_sales": "2.5"}


def test_a_later_answer_supersedes_the_one_before_and_leaves_the_others(ledger: Ledger) -> None:
    record(ledger, 2, answer("D1", "B"), answer("D2", "C"))
    record(ledger, 3, answer("D1", "A"))
    assert [(each.decision, each.answer) for each in answers_in_force(ledger.events(), "aaa")] == [("D1", "A"), ("D2", "C")]
    assert last_revision(ledger.events()) == 3
    assert len(ledger.events(kind="decision")) == 3  # history is kept
    assert ledger.verify() == 3


def test_what_was_decided_on_another_run_is_not_in_force_and_its_revisions_are_not_used_again(ledger: Ledger) -> None:
    record(ledger, 2, answer("D1", "B"))
    assert answers_in_force(ledger.events(), "bbb") == []
    assert last_revision(ledger.events(), "bbb") == 1
    assert last_revision(ledger.events()) == 2


def test_amendments_come_behind_the_questions(ledger: Ledger) -> None:
    record(ledger, 2, answer("A1", "amend", trigger="the valve maker stops"))
    record(ledger, 3, answer("D1", "B"))
    assert [each.decision for each in answers_in_force(ledger.events(), "aaa")] == ["D1", "A1"]


def test_the_same_request_twice_is_one_event_and_another_content_under_its_key_is_refused(ledger: Ledger) -> None:
    events = ledger.events()
    request = answered(CYCLE, answer("D1", "B"), place=PLACE, promise={}, revision=2, events=events)
    ledger.append([request])
    ledger.append([request])
    assert len(ledger.events()) == 1
    other = answered(CYCLE, answer("D1", "C"), place=PLACE, promise={}, revision=2, events=events)
    with pytest.raises(IntegrityError, match="a key stands for one event"):
        ledger.append([other])


def test_an_answer_given_again_on_another_day_is_the_same_answer() -> None:
    first = answer("D1", "B", day="2026-02-20")
    assert answer("D1", "B").same_as(first) and answer("D1", "B", day="2026-02-24").same_as(first)
    assert not answer("D1", "C").same_as(first) and not first.same_as(None)
