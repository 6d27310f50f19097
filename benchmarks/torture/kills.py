"""kill -9 in loops: writers of the ledger, and a publisher; a full disk; flipped bits; a reader that never stops."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import Connection

from sopkit.errors import SopError
from sopkit.records.ledger import Ledger, NewEvent
from sopkit.records.ledger.database import MIGRATIONS, engine_of, migrate
from sopkit.run.publishing.versions import LATEST, Published, version_problems

WRITER = """
import sys
from pathlib import Path
from sopkit.records.ledger import Ledger, NewEvent
ledger = Ledger.open(Path(sys.argv[1]))
for number in range(100_000):
    event = ledger.append([NewEvent(f"{sys.argv[2]} {number}", "task", "2026-03", "", {"number": number})])[0]
    print(event.seq, event.hash, flush=True)
"""
PUBLISHER = """
import sys
from pathlib import Path
from benchmarks.torture.kills import publish_one
while True:
    print(publish_one(Path(sys.argv[1])), flush=True)
"""
MIGRATOR = """
import sys
from pathlib import Path
from benchmarks.torture.kills import migrated
for path in sorted(Path(sys.argv[1]).glob("old_*.sqlite")):
    migrated(path)
    print(path.name, flush=True)
"""
FILES = 12  # of one version
NEW_TABLES = 12  # of the schema that ledgers are brought to


def killed_writers(folder: Path, *, rounds: int, writers: int = 4, seed: int = 1) -> dict[str, int]:
    """Kill writers at random moments; every event that one of them printed must be there, and the chain must hold."""
    path, draw = folder / "ledger.sqlite", random.Random(seed)
    Ledger.open(path)
    acknowledged: dict[int, str] = {}
    for number in range(rounds):
        pipes = [_started(WRITER, str(path), f"{number} {name}") for name in range(writers)]
        for pipe in pipes:
            assert pipe.stdout is not None
            pipe.stdout.readline()  # it has begun to write
        time.sleep(draw.random() * 0.15)
        for pipe in pipes:
            pipe.kill()
            out, _ = pipe.communicate()
            words = [line.split() for line in out.splitlines()]
            acknowledged |= {int(told[0]): told[1] for told in words if len(told) == 2 and len(told[1]) == 64}
    ledger = Ledger.open(path)
    events = ledger.verify()
    there = {event.seq: event.hash for event in ledger.events()}
    lost = sum(there.get(seq) != digest for seq, digest in acknowledged.items())
    return {"kills": rounds * writers, "events": events, "acknowledged": len(acknowledged), "lost": lost}


def publish_one(root: Path) -> int:
    """Publish one more version of a plan whose files all say the same number."""
    store = Published(root / "published")
    store.sweep("2026-03")
    version = 1 + max([0, *store.versions("2026-03")])

    def write(folder: Path) -> dict[str, object]:
        for number in range(FILES):
            (folder / f"file_{number}").write_text(f"{version}\n" * 2000)
        return {"number": version}

    store.build("2026-03", version, write)
    store.point(store.path / "2026-03" / LATEST, store.folder("2026-03", version))
    return version


def killed_publishers(folder: Path, *, rounds: int, seed: int = 1) -> dict[str, int]:
    """Kill a publisher at random moments; what a reader sees then is one whole version, the old or the new one."""
    draw, counts = random.Random(seed), {"kills": 0, "versions": 0, "torn": 0, "backwards": 0}
    publish_one(folder)
    store, last = Published(folder / "published"), 1
    for _ in range(rounds):
        pipe = _started(PUBLISHER, str(folder))
        assert pipe.stdout is not None
        first = int(pipe.stdout.readline())
        time.sleep(draw.random() * 0.1)
        pipe.kill()
        told = [first, *(int(line) for line in pipe.communicate()[0].split())]
        shown = (store.path / "2026-03" / LATEST).resolve()
        number = int(shown.name[1:])
        counts["torn"] += any(
            version_problems(store.folder("2026-03", version)) for version in store.versions("2026-03") if version >= last
        )
        counts["backwards"] += number < told[-1]
        counts["kills"] += 1
        last = number
    return {**counts, "versions": len(store.versions("2026-03"))}


def read_while_publishing(folder: Path, *, versions: int) -> dict[str, int]:
    """A reader follows the link and reads all files while versions go out: all of one number, every time."""
    publish_one(folder)
    link, counts, stop = folder / "published" / "2026-03" / LATEST, {"reads": 0, "torn": 0}, threading.Event()

    def read() -> None:
        while not stop.is_set():
            shown = link.parent / link.readlink()
            wanted = str(json.loads((shown / "manifest.json").read_text())["number"])
            numbers = {(shown / f"file_{number}").read_text().split("\n")[0] for number in range(FILES)}
            counts["reads"] += 1
            counts["torn"] += numbers != {wanted}

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(versions):
        publish_one(folder)
    stop.set()
    reader.join()
    return {"versions": versions, **counts}


def migrated(path: Path) -> None:
    """Bring a ledger to a schema of its own, with tables and rows enough to be interrupted in."""

    def second(connection: Connection) -> None:
        for number in range(NEW_TABLES):
            connection.exec_driver_sql(f"CREATE TABLE more_{number} (x INTEGER PRIMARY KEY, y TEXT NOT NULL) STRICT")
            for row in range(40):
                connection.exec_driver_sql("INSERT INTO more_0 VALUES (?, ?)", (number * 40 + row, "y" * 200))

    migrate(engine_of(path), path, (*MIGRATIONS, second))


def killed_migrations(folder: Path, *, rounds: int, ledgers: int = 12, seed: int = 1) -> dict[str, int]:
    """Kill what migrates ledgers one after the other: each is at the old schema or the new one, and the next attempt goes on by itself."""
    draw, counts = random.Random(seed), {"kills": 0, "ledgers": 0, "finished": 0, "broken": 0}
    base = folder / "base.sqlite"
    Ledger.open(base).append([NewEvent(f"key {number}", "task", "2026-03", "", {"number": number}) for number in range(30)])
    for number in range(rounds):
        place = folder / str(number)
        place.mkdir()
        for name in range(ledgers):
            (place / f"old_{name:02d}.sqlite").write_bytes(base.read_bytes())
        pipe = _started(MIGRATOR, str(place))
        assert pipe.stdout is not None
        pipe.stdout.readline()
        time.sleep(draw.random() * 0.1)
        pipe.kill()
        pipe.communicate()
        counts["kills"] += 1
        for path in sorted(place.glob("old_??.sqlite")):
            version, tables, rows = _schema(path)
            counts["ledgers"] += 1
            counts["finished"] += version == 2
            counts["broken"] += (version, tables, rows) not in ((1, 0, 30), (2, NEW_TABLES, 30))
            migrated(path)
            counts["broken"] += _schema(path) != (2, NEW_TABLES, 30)
    return counts


def _schema(path: Path) -> tuple[int, int, int]:
    """Version of a ledger's schema, its tables beside the events, and its events."""
    with engine_of(path).connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        tables = int(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name LIKE 'more_%'").scalar_one())
        return version, tables, int(connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one())


def jumping_clocks(folder: Path, *, jumps: int, seed: int = 1) -> dict[str, int]:
    """A clock that jumps by hours, days and years, in changing zones: order, chain and head do not follow it."""
    draw, counts = random.Random(seed), {"jumps": jumps, "events": 0, "lost": 0}
    moments = [datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(hours=draw.randint(-20_000, 20_000)) for _ in range(jumps)]
    clock = iter(moment.astimezone(timezone(timedelta(hours=draw.randint(-11, 13)))) for moment in moments)
    ledger = Ledger.open(folder / "ledger.sqlite", clock=lambda: next(clock))
    for number in range(jumps):
        ledger.append([NewEvent(f"key {number}", "task", "2026-03", "", {"number": number})])
    counts["events"] = ledger.verify()
    wanted = [(number, moment.isoformat()) for number, moment in enumerate(moments)]
    counts["lost"] = sum(one != (event.body["number"], event.at) for one, event in zip(wanted, ledger.events(), strict=True))
    return counts


def damaged_tables(folder: Path, *, tries: int, seed: int = 1) -> dict[str, int]:
    """A Parquet file of a version with a bit flipped or its end cut off: the version says which file it is, every time."""
    publish_one(folder)
    store, draw = Published(folder / "published"), random.Random(seed)
    version = store.folder("2026-03", 1)
    counts = {"tries": tries, "told": 0, "missed": 0}
    for number in range(tries):
        path = version / f"file_{draw.randrange(FILES)}"
        whole = path.read_bytes()
        place = draw.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ (1 << draw.randrange(8))]) + whole[place + 1 :]
        path.write_bytes(whole[:place] if number % 2 else flipped)
        told = [problem.where for problem in version_problems(version)]
        counts["told" if told == [path.name] else "missed"] += 1
        path.write_bytes(whole)
    return counts


def full_disk(folder: Path, *, tries: int, seed: int = 1) -> dict[str, int]:
    """Writers of events whose disk is full at a random size: what was acknowledged is there, the rest is not, the next one goes on."""
    counts = {"tries": 0, "refused": 0, "acknowledged": 0, "lost": 0}
    draw = random.Random(seed)
    for number in range(tries):
        path = folder / f"full_{number}.sqlite"
        Ledger.open(path)
        limit = draw.randint(14_000, 120_000)
        pipe = _started(WRITER, str(path), "x", limit=limit)
        out, _ = pipe.communicate()
        acknowledged = {int(line.split()[0]): line.split()[1] for line in out.splitlines() if len(line.split()) == 2}
        ledger = Ledger.open(path)
        ledger.verify()
        there = {event.seq: event.hash for event in ledger.events()}
        counts["tries"] += 1
        counts["refused"] += pipe.returncode != 0
        counts["acknowledged"] += len(acknowledged)
        counts["lost"] += sum(there.get(seq) != digest for seq, digest in acknowledged.items())
        ledger.append([NewEvent("after", "task", "2026-03", "", {})])
        path.unlink()
    return counts


def flipped_bits(folder: Path, *, flips: int, seed: int = 1) -> dict[str, int]:
    """Flip one bit of the file: the chain tells it, SQLite refuses the file, or no event is another one than before."""
    path, draw = folder / "flipped.sqlite", random.Random(seed)
    ledger = Ledger.open(path)
    ledger.append([NewEvent(f"key {number}", "task", "2026-03", "", {"number": number, "text": "y" * 50}) for number in range(120)])
    whole, before = path.read_bytes(), ledger.events()
    counts = {"flips": 0, "told": 0, "harmless": 0, "missed": 0}
    for _ in range(flips):
        place, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        counts["flips"] += 1
        try:
            Ledger.open(path).verify()
        except (SopError, UnicodeDecodeError):
            counts["told"] += 1
            continue
        same = Ledger.open(path).events() == before
        counts["harmless" if same else "missed"] += 1
    return counts


def _started(code: str, *words: str, limit: int = 0) -> "subprocess.Popen[str]":
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}

    def begin() -> None:
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit fails, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=root, env=environment, preexec_fn=begin
    )
