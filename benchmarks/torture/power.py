"""Power loss: every write of the ledger's own connections is replayed through a file system that forgets what was not synced.

The statements (migrations, settings, transactions) are recorded from the live connection. They are run again by SQLite under a shim
that logs each write, truncation, sync and unlink. At every one of them the power fails: of each file what was synced stays, of what was
not any part may have reached the disk, in any order.
"""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw
from sqlalchemy import event

from sopkit.records.ledger import Ledger, NewEvent
from sopkit.records.ledger.database import engine_of, migrate

SECTOR = 512


@dataclass(frozen=True)
class Operation:
    """One thing that the database asked of the file system."""

    kind: str  # write, truncate, sync, delete
    name: str
    offset: int = 0
    content: bytes = b""


@dataclass
class Disk:
    """What is certain after a power loss, and what is not."""

    durable: dict[str, bytes] = field(default_factory=dict)
    pending: list[Operation] = field(default_factory=list)

    def take(self, one: Operation) -> None:
        """One more operation; a sync makes the operations on its file certain."""
        if one.kind != "sync":
            self.pending.append(one)
            return
        for old in [old for old in self.pending if old.name == one.name]:
            self.durable = applied(self.durable, old)
        self.pending = [old for old in self.pending if old.name != one.name]

    def image(self, draw: random.Random) -> dict[str, bytes]:
        """The files as the next start may find them: any sectors of what was not synced, a delete that happened or did not."""
        files, keep = dict(self.durable), draw.choice((0.0, 0.5, 1.0))
        for one in self.pending:
            if one.kind == "write":
                for start in range(0, len(one.content), SECTOR):
                    if draw.random() < keep:
                        part = Operation("write", one.name, one.offset + start, one.content[start : start + SECTOR])
                        files = applied(files, part)
            elif draw.random() < keep:
                files = applied(files, one)
        return files


def applied(files: dict[str, bytes], one: Operation) -> dict[str, bytes]:
    """Files after an operation."""
    old = files.get(one.name, b"")
    if one.kind == "delete":
        return {name: content for name, content in files.items() if name != one.name}
    if one.kind == "truncate":
        return {**files, one.name: old[: one.offset]}
    padded = old.ljust(one.offset, b"\0")
    return {**files, one.name: padded[: one.offset] + one.content + padded[one.offset + len(one.content) :]}


class LoggedFile(apsw.VFSFile):
    """A file that tells what is written to it."""

    def __init__(self, inherit: str, name: object, flags: list[int], log: list[Operation]) -> None:
        self._log, self._name = log, Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name
        super().__init__(inherit, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, and tell."""
        super().xWrite(data, offset)
        self._log.append(Operation("write", self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        """Truncate, and tell."""
        super().xTruncate(size)
        self._log.append(Operation("truncate", self._name, size))

    def xSync(self, flags: int) -> None:
        """Sync, and tell."""
        super().xSync(flags)
        self._log.append(Operation("sync", self._name))


class LoggedSystem(apsw.VFS):
    """The file system under the replayed connections."""

    def __init__(self, log: list[Operation]) -> None:
        self._log = log
        super().__init__("logged", "")

    def xOpen(self, name: object, flags: list[int]) -> LoggedFile:
        """A file that tells."""
        return LoggedFile("", name, flags, self._log)

    def xDelete(self, name: str, sync: bool) -> None:
        """Delete, and tell; a synced one is certain."""
        super().xDelete(name, sync)
        self._log.append(Operation("delete", Path(name).name))
        if sync:
            self._log.append(Operation("sync", Path(name).name))


def recorded_statements(folder: Path, commits: int) -> list[tuple[str, str]]:
    """What the live ledger says to SQLite while it is made and filled: (`open` | `sql` | `ack`, text)."""
    path, told = folder / "ledger.sqlite", list[tuple[str, str]]()
    engine = engine_of(path)

    def listen(connection: sqlite3.Connection, _: object) -> None:
        told.append(("open", ""))
        connection.set_trace_callback(lambda sql: told.append(("sql", sql)))

    event.listen(engine, "connect", listen, insert=True)
    migrate(engine, path)
    ledger = Ledger(path, engine)
    for number in range(commits):
        body = {"number": number, "text": "x" * (40 * (number % 30))}
        made = ledger.append([NewEvent(f"key {number}", "task", "2026-03", "", body)])[0]
        told.append(("ack", f"{made.seq} {made.hash}"))
    return told


def replayed(folder: Path, told: list[tuple[str, str]]) -> tuple[list[Operation], dict[int, str]]:
    """The same statements under the shim: its operations, and after how many of them each event was acknowledged."""
    log: list[Operation] = []
    system = LoggedSystem(log)
    acknowledged: dict[int, str] = {}
    connection: apsw.Connection | None = None
    for kind, text in told:
        if kind == "open":
            if connection is not None:
                connection.close()
            connection = apsw.Connection(str(folder / "ledger.sqlite"), vfs="logged")
        elif kind == "sql" and connection is not None:
            connection.execute(text).fetchall()
        elif kind == "ack":
            acknowledged[len(log)] = text
    if connection is not None:
        connection.close()
    del system
    return log, acknowledged


def images(log: list[Operation], each: int, seed: int) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Crash images: after so many operations, the files that the next start may find."""
    draw, disk = random.Random(seed), Disk()
    for place, one in enumerate(log, start=1):
        disk.take(one)
        for _ in range(each):
            yield place, disk.image(draw)


def power_losses(folder: Path, *, commits: int, each: int, seed: int = 1) -> dict[str, int]:
    """Run all of it; returns counts of operations, images, acknowledged events looked for, events lost, and files that do not verify."""
    (folder / "live").mkdir(parents=True)
    (folder / "shim").mkdir()
    log, acknowledged = replayed(folder / "shim", recorded_statements(folder / "live", commits))
    counts = {"operations": len(log), "images": 0, "acknowledged": 0, "lost": 0, "broken": 0}
    for place, files in images(log, each, seed):
        image = folder / "image"
        shutil.rmtree(image, ignore_errors=True)
        image.mkdir()
        for name, content in files.items():
            (image / name).write_bytes(content)
        told = [text for after, text in acknowledged.items() if after <= place]
        counts["images"] += 1
        counts["acknowledged"] += len(told)
        try:
            ledger = Ledger.open(image / "ledger.sqlite")
            ledger.verify()
            there = {f"{one.seq} {one.hash}" for one in ledger.events()}
        except Exception:  # whatever it is, the record does not open
            counts["broken"] += 1
            continue
        counts["lost"] += len(set(told) - there)
    return counts
