"""The ledger: appended, chained, verified; touched, it says where."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sopkit.errors import InfrastructureError, IntegrityError
from sopkit.records.ledger import Event, Ledger, NewEvent
from sopkit.records.ledger.database import MIGRATIONS, SETTINGS, engine_of, migrate
from sopkit.records.ledger.events import GENESIS, canonical, canonical_json

FIELDS = ("at", "key", "kind", "cycle", "who", "body", "previous", "hash")


def new(number: int, kind: str = "sign_off", **body: object) -> NewEvent:
    return NewEvent(f"key {number}", kind, "2026-03", "head_of_sales", {"number": number, **body})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger.open(tmp_path / "ledger.sqlite", clock=lambda: datetime(2026, 3, 9, 12, tzinfo=UTC))
    made.append([new(number) for number in range(1, 6)])
    return made


def raw(path: Path, *statements: str) -> None:
    """What somebody with the file in hand can do: triggers away, then anything."""
    with sqlite3.connect(path) as connection:
        for statement in ("DROP TRIGGER no_update", "DROP TRIGGER no_delete", *statements):
            connection.execute(statement)


def test_the_canonical_form_and_the_chain_by_hand(ledger: Ledger) -> None:
    event = Event(1, "2026-03-09T12:00:00+00:00", "k", "task", "2026-03", "", {"b": 1, "a": "e\u0301"}, GENESIS, "")
    expected = '{"at":"2026-03-09T12:00:00+00:00","body":{"a":"é","b":1},"cycle":"2026-03","key":"k","kind":"task","seq":1,"who":""}'
    assert canonical(event) == expected.encode()
    first, second = ledger.events()[:2]
    assert first.previous == GENESIS and second.previous == first.hash and first.hash == first.expected_hash


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: "x"}, b"x", object()])
def test_what_has_no_canonical_form_is_refused(ledger: Ledger, value: object) -> None:
    with pytest.raises(IntegrityError, match="cannot be recorded"):
        ledger.append([new(9, value=value)])
    assert ledger.verify() == 5


def test_an_unknown_kind_is_refused_and_nothing_of_the_request_is_kept(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError, match="wish"):
        ledger.append([new(8), new(9, kind="wish")])
    assert len(ledger.events()) == 5


def test_a_repeated_request_is_one_event_and_another_content_under_its_key_is_refused(ledger: Ledger) -> None:
    again = ledger.append([new(3)])
    assert again[0].seq == 3 and len(ledger.events()) == 5
    with pytest.raises(IntegrityError, match="a key stands for one event"):
        ledger.append([new(3, more="text")])


def test_events_of_a_kind_and_a_cycle_and_the_last_that_a_person_caused(ledger: Ledger) -> None:
    ledger.append([NewEvent("run", "step_finished", "2026-04", "", {})])
    assert [event.seq for event in ledger.events(kind="step_finished")] == [6] == [event.seq for event in ledger.events(cycle="2026-04")]
    head, human = ledger.head(), ledger.head(human=True)
    assert head is not None and head.seq == 6 and human is not None and human.seq == 5


def test_order_is_the_number_not_the_clock(tmp_path: Path) -> None:
    hours = iter([3, 2, 1])
    zone = timezone(timedelta(hours=13))
    clocked = Ledger.open(tmp_path / "l.sqlite", clock=lambda: datetime(2026, 3, 29, next(hours), 30, tzinfo=zone))
    clocked.append([new(1), new(2), new(3)])
    assert [event.at for event in clocked.events()] == [f"2026-03-28T{hour}:30:00+00:00" for hour in (14, 13, 12)]
    assert clocked.verify() == 3


def test_the_settings_are_those_of_the_live_connection(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in SETTINGS}
    assert found == SETTINGS
    assert ledger.path.stat().st_mode & 0o777 == 0o600


def test_rows_cannot_be_changed_or_taken_away(ledger: Ledger) -> None:
    with sqlite3.connect(ledger.path) as connection:
        for statement in ("UPDATE events SET who = 'x' WHERE seq = 2", "DELETE FROM events WHERE seq = 5"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, 5), field=st.sampled_from(FIELDS), other=st.text(min_size=1, max_size=8).filter(lambda word: "\x00" not in word))
def test_any_field_of_any_event_that_is_touched_shows_with_its_number(ledger: Ledger, seq: int, field: str, other: str) -> None:
    copy = ledger.path.with_name("touched.sqlite")
    copy.write_bytes(ledger.path.read_bytes())
    before = getattr(ledger.events()[seq - 1], field)
    value = other if field != "body" else json.dumps({"number": other})
    if value == before:
        return
    with sqlite3.connect(copy) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute(f"UPDATE events SET {field} = ? WHERE seq = ?", (value, seq))  # noqa: S608 - a name from FIELDS
    with pytest.raises(IntegrityError, match=f"event {seq}"):
        Ledger.open(copy).verify()


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("DELETE FROM events WHERE seq = 2", "event 2"),
        ("DELETE FROM events WHERE seq > 3", "event 4"),  # a cut tail: only the head file knows
        ("UPDATE events SET seq = 9 WHERE seq = 5", "event 5"),
    ],
)
def test_what_is_missing_shows(ledger: Ledger, statement: str, place: str) -> None:
    raw(ledger.path, statement)
    with pytest.raises(IntegrityError, match=place):
        Ledger.open(ledger.path).verify()


def test_a_rewritten_tail_shows_against_the_head_file(ledger: Ledger) -> None:
    last = ledger.events()[-1]
    forged = replace(last, who="managing_director")
    raw(ledger.path, f"UPDATE events SET who = 'managing_director', hash = '{forged.expected_hash}' WHERE seq = 5")
    with pytest.raises(IntegrityError, match="head file"):
        Ledger.open(ledger.path).verify()


def test_flipped_bits_never_pass(ledger: Ledger) -> None:
    whole = ledger.path.read_bytes()
    start = whole.rindex(b"head_of_sales")
    for place in range(start, start + 13):
        ledger.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(IntegrityError):
            Ledger.open(ledger.path).verify()


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(IntegrityError, match="cannot be read"):
        Ledger.open(path)


def test_a_backup_is_whole_and_writes_over_nothing(ledger: Ledger, tmp_path: Path) -> None:
    ledger.backup(tmp_path / "copy.sqlite")
    assert Ledger.open(tmp_path / "copy.sqlite").verify() == 5
    with pytest.raises(InfrastructureError, match="not written over"):
        ledger.backup(tmp_path / "copy.sqlite")


def test_an_export_fills_an_empty_ledger_with_the_same_chain(ledger: Ledger, tmp_path: Path) -> None:
    lines = list(ledger.export())
    other = Ledger.open(tmp_path / "other.sqlite")
    assert other.take(lines) == 5 and other.events() == ledger.events()
    with pytest.raises(IntegrityError, match="only an empty ledger"):
        other.take(lines)
    third = Ledger.open(tmp_path / "third.sqlite")
    with pytest.raises(IntegrityError, match="event 2"):
        third.take([lines[0], *lines[2:]])
    assert third.events() == []


def test_a_newer_file_is_left_alone(ledger: Ledger) -> None:
    with sqlite3.connect(ledger.path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = ledger.path.read_bytes()
    with pytest.raises(IntegrityError, match=f"schema {len(MIGRATIONS) + 1}; expected schema {len(MIGRATIONS)}"):
        Ledger.open(ledger.path)
    assert ledger.path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_schema_before_and_a_backup(ledger: Ledger) -> None:
    def broken(connection: object) -> None:
        connection.execute(text("CREATE TABLE half (x TEXT) STRICT"))  # type: ignore[attr-defined]
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        migrate(engine_of(ledger.path), ledger.path, (*MIGRATIONS, broken))
    with sqlite3.connect(ledger.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    assert Ledger.open(ledger.path.with_name("ledger.before_schema_2.sqlite")).verify() == 5
    ledger.append([new(6)])
    migrate(engine_of(ledger.path), ledger.path, (*MIGRATIONS, lambda connection: None))  # again, with nothing cleaned by hand
    assert Ledger.open(ledger.path.with_name("ledger.before_schema_2.sqlite")).verify() == 6


WRITER = """
import sys
from pathlib import Path
from sopkit.records.ledger import Ledger, NewEvent
ledger = Ledger.open(Path(sys.argv[1]))
for number in range(10_000):
    event = ledger.append([NewEvent(f"{sys.argv[2]} {number}", "task", "2026-03", "", {"number": number})])[0]
    print(event.seq, event.hash, flush=True)
"""


@pytest.mark.parametrize("rounds", [3])
def test_killed_writers_lose_nothing_that_was_acknowledged(tmp_path: Path, rounds: int, kill_after_lines: int = 12) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path)
    acknowledged: dict[int, str] = {}
    for attempt in range(rounds):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"{attempt} {name}"], stdout=subprocess.PIPE, text=True)
            for name in "ab"
        ]
        for writer in writers:
            assert writer.stdout is not None
            told = [writer.stdout.readline().split() for _ in range(kill_after_lines)]
            writer.kill()
            told += [line.split() for line in writer.stdout.read().splitlines() if len(line.split()) == 2 and len(line.split()[1]) == 64]
            writer.wait()
            acknowledged |= {int(seq): digest for seq, digest in told}
    ledger = Ledger.open(path)
    assert ledger.verify() >= len(acknowledged) >= rounds * 2 * kill_after_lines
    recorded = {event.seq: event.hash for event in ledger.events()}
    assert {seq: recorded.get(seq) for seq in acknowledged} == acknowledged


def test_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path)
    body = WRITER.replace("10_000", "20")
    writers = [subprocess.Popen([sys.executable, "-c", body, str(path), name], stdout=subprocess.DEVNULL) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert Ledger.open(path).verify() == 60


def test_the_json_form_is_the_same_in_any_order() -> None:
    one: Callable[[dict[str, object]], bytes] = canonical_json
    assert one({"b": [1, True, None], "a": {"y": "ö", "x": 2}}) == one({"a": {"x": 2, "y": "o\u0308"}, "b": [1, True, None]})


def test_a_ledger_that_is_held_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETTINGS, "busy_timeout", 200)
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    holder = sqlite3.connect(ledger.path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(InfrastructureError, match="Another program holds it"):
        ledger.append([NewEvent("key", "task", "2026-03", "", {})])
    threading.Timer(0.05, lambda: holder.execute("COMMIT")).start()
    assert ledger.append([NewEvent("key", "task", "2026-03", "", {})])[0].seq == 1 and ledger.verify() == 1
    holder.close()


def test_a_copy_of_a_live_file_verifies(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    ledger.append([NewEvent(f"key {number}", "task", "2026-03", "", {"number": number}) for number in range(20)])
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        (tmp_path / "copy.sqlite").write_bytes(ledger.path.read_bytes())
    assert Ledger.open(tmp_path / "copy.sqlite").verify() == 20


def test_clocks_that_jump_change_no_order(tmp_path: Path) -> None:
    """An hour back, the hour that summer time takes away and the one that winter gives twice, another zone, a year ahead and back."""
    moments = ["2026-03-01T10:00:00+01:00", "2026-03-01T08:00:00+01:00", "2026-03-29T02:30:00+01:00", "2026-03-29T03:30:00+02:00",
               "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-03-01T22:00:00+13:00", "2027-03-01T00:00:00+00:00",
               "2026-03-01T00:00:00-11:00"]  # fmt: skip
    times = iter([datetime.fromisoformat(moment) for moment in moments])
    ledger = Ledger.open(tmp_path / "ledger.sqlite", clock=lambda: next(times))
    for number in range(len(moments)):
        ledger.append([NewEvent(f"key {number}", "task", "2026-03", "", {"number": number})])
    events = ledger.events()
    assert [event.body["number"] for event in events] == list(range(len(moments))) and ledger.verify() == len(moments)
    assert (
        all(event.at.endswith("+00:00") for event in events)
        and events[2].at == "2026-03-29T01:30:00+00:00"
        and events[3].at == events[2].at
    )
