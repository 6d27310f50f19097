"""Reading and writing the ledger of a company."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError

from sopkit.errors import InfrastructureError, IntegrityError, Problem
from sopkit.records.ledger.database import EVENTS, backup, engine_of, migrate
from sopkit.records.ledger.events import GENESIS, HUMAN, KINDS, Event, NewEvent, canonical_json

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The events of one company, in one file; a side file holds the head, so that a cut tail shows."""

    path: Path
    engine: Engine
    clock: Clock = _utc_now

    @classmethod
    def open(cls, path: Path, clock: Clock = _utc_now) -> "Ledger":
        """The ledger in a file, made or brought up to date where that is needed.

        Raises IntegrityError where a newer program wrote it, or it is no ledger; InfrastructureError where it cannot be opened.
        """
        with _told(path):
            engine = engine_of(path)
            migrate(engine, path)
        return cls(path, engine, clock)

    @property
    def head_file(self) -> Path:
        """Where the head is kept beside the ledger."""
        return self.path.with_suffix(".head")

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Record events, all or none, behind the head; an event whose key is there already is returned, not recorded again.

        Raises IntegrityError for an unknown kind, a body without a canonical form, or a key that stands for something else.
        """
        unknown = [Problem(f"event {new.key}", new.kind, f"one of {', '.join(sorted(KINDS))}") for new in events if new.kind not in KINDS]
        if unknown:
            raise IntegrityError("an event cannot be recorded", unknown)
        with _told(self.path), self.engine.begin() as connection:
            recorded = [self._append(connection, new) for new in events]
            head = _last(connection)
        self._keep_head(head)
        return recorded

    def events(self, *, kind: str = "", cycle: str = "") -> list[Event]:
        """The events in order; of one kind or one cycle where that is asked for."""
        query = select(EVENTS).order_by(EVENTS.c.seq)
        query = query.where(EVENTS.c.kind == kind) if kind else query
        query = query.where(EVENTS.c.cycle == cycle) if cycle else query
        with _told(self.path), self.engine.connect() as connection:
            return [_event(tuple(row)) for row in connection.execute(query)]

    def head(self, *, human: bool = False) -> Event | None:
        """The last event, or the last that a person caused: what a pack prints."""
        query = select(EVENTS).order_by(EVENTS.c.seq.desc()).limit(1)
        query = query.where(EVENTS.c.kind.in_(sorted(HUMAN)), EVENTS.c.who != "") if human else query
        with _told(self.path), self.engine.connect() as connection:
            row = connection.execute(query).first()
        return _event(tuple(row)) if row else None

    def verify(self) -> int:
        """Recompute the whole chain; returns the number of events.

        Raises IntegrityError that names the first event that is not what its hash says, or that is missing: inside, or at the end as
        the head file knows it.
        """
        expected, count = GENESIS, 0
        for found in self.events():
            if found.seq != count + 1:
                raise self._broken(count + 1, f"event {found.seq} follows event {count}", "no event missing")
            if found.previous != expected or found.hash != found.expected_hash:
                raise self._broken(found.seq, "content that is not what its hash says", "the event as it was recorded")
            expected, count = found.hash, found.seq
        self._check_file()
        known = self._known_head()
        if known and (known[0] > count or (known[0] == count and known[1] != expected)):
            raise self._broken(
                count + 1, f"the chain ends at event {count}", f"event {known[0]} with hash {known[1][:12]}, as the head file says"
            )
        return count

    def _check_file(self) -> None:
        """The indexes of the file belong to its rows: the chain says nothing of them, and keys are looked up by them."""
        with _told(self.path), self.engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        if found != "ok":
            raise IntegrityError("the ledger cannot be read", [Problem(str(self.path), found, "a ledger", "Restore its last backup.")])

    def backup(self, target: Path) -> None:
        """A whole copy, safe while others write."""
        with _told(self.path):
            backup(self.engine, target)

    def export(self) -> Iterator[str]:
        """Every event as a line of JSON, in order."""
        for found in self.events():
            yield canonical_json({**vars(found), "body": dict(found.body)}).decode()

    def take(self, lines: Sequence[str]) -> int:
        """Fill an empty ledger with exported lines, hashes and all; returns how many. Nothing is kept where the chain is broken."""
        if self.head() is not None:
            raise IntegrityError("only an empty ledger takes an export", [Problem(str(self.path), "a ledger with events", "an empty one")])
        events = [Event(**json.loads(line)) for line in lines]
        expected = GENESIS
        for place, found in enumerate(events, start=1):
            if found.seq != place or found.previous != expected or found.hash != found.expected_hash:
                raise self._broken(place, "a line that does not follow the one before", "an export as it was written")
            expected = found.hash
        with _told(self.path), self.engine.begin() as connection:
            for found in events:
                _insert(connection, found)
        self._keep_head(events[-1] if events else None)
        return len(events)

    def _append(self, connection: Connection, new: NewEvent) -> Event:
        row = connection.execute(select(EVENTS).where(EVENTS.c.key == new.key)).first()
        if row is not None:
            known = _event(tuple(row))
            if (known.kind, known.cycle, known.who) != (new.kind, new.cycle, new.who) or canonical_json(known.body) != canonical_json(
                new.body
            ):
                hint = "A request that is repeated carries the same content."
                raise IntegrityError(
                    "a key stands for one event", [Problem(f"event {new.key}", "other content", f"event {known.seq}", hint)]
                )
            return known
        head = _last(connection)
        at = self.clock().astimezone(UTC).replace(microsecond=0).isoformat()
        draft = Event(
            (head.seq if head else 0) + 1, at, new.key, new.kind, new.cycle, new.who, json.loads(canonical_json(new.body)),
            head.hash if head else GENESIS, "",
        )  # fmt: skip
        event = replace(draft, hash=draft.expected_hash)
        _insert(connection, event)
        return event

    def _keep_head(self, head: Event | None) -> None:
        """Write the head file; it may lag behind a crash, and never runs ahead of the ledger."""
        if head is None:
            return
        beside = self.head_file.with_name(f".{self.head_file.name}.{os.getpid()}.part")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"seq": head.seq, "hash": head.hash}, file)
            file.flush()
            os.fsync(file.fileno())
        known = self._known_head()
        if known is None or known[0] <= head.seq:
            beside.replace(self.head_file)
        else:  # another writer was faster
            beside.unlink()

    def _known_head(self) -> tuple[int, str] | None:
        try:
            told = json.loads(self.head_file.read_text(encoding="utf-8"))
            return int(told["seq"]), str(told["hash"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityError(
                "the head file cannot be read", [Problem(str(self.head_file), str(error), "the last event's number and hash")]
            ) from None

    def _broken(self, seq: int, came: str, expected: str) -> IntegrityError:
        hint = "Restore the ledger from its last backup: sop ledger import, or copy the backup back."
        return IntegrityError("the ledger's chain is broken", [Problem(f"{self.path}, event {seq}", came, expected, hint)])


def _insert(connection: Connection, event: Event) -> None:
    connection.execute(insert(EVENTS), {**vars(event), "body": canonical_json(event.body).decode()})


def _last(connection: Connection) -> Event | None:
    row = connection.execute(select(EVENTS).order_by(EVENTS.c.seq.desc()).limit(1)).first()
    return _event(tuple(row)) if row else None


def _event(row: tuple[object, ...]) -> Event:
    seq, at, key, kind, cycle, who, body, previous, digest = row
    try:
        content = json.loads(str(body))
    except ValueError:
        content = {"unreadable": str(body)}  # verify tells which event it is: its hash cannot hold
    return Event(int(str(seq)), str(at), str(key), str(kind), str(cycle), str(who), content, str(previous), str(digest))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the database says, as an error of ours."""
    try:
        yield
    except DBAPIError as error:
        came = str(error.orig).splitlines()[0]
        if "not a database" in came or "malformed" in came:
            raise IntegrityError("the ledger cannot be read", [Problem(str(path), came, "a ledger", "Restore its last backup.")]) from error
        hint = "Another program holds it: try again." if "locked" in came else ""
        raise InfrastructureError("the ledger cannot be used", [Problem(str(path), came, "a ledger that can be written", hint)]) from error
