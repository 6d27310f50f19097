"""The file behind the ledger: SQLite through SQLAlchemy, its settings read back on every connection, its migrations.

Settings and their reasons stand in docs/decisions.md: a commit that was acknowledged survives a power loss, and nothing in the
schema runs code.
"""

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, create_engine, event, text
from sqlalchemy.pool import NullPool

from sopkit.errors import InfrastructureError, IntegrityError, Problem

WAIT_MS = 30_000  # for another writer
SETTINGS: dict[str, str | int] = {
    "journal_mode": "truncate",
    "synchronous": 3,  # EXTRA: the folder of the journal is synced too
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "busy_timeout": WAIT_MS,
}

EVENTS = Table(  # as the last migration leaves it
    "events",
    MetaData(),
    Column("seq", Integer, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("at", "key", "kind", "cycle", "who", "body", "previous", "hash")),
)


def _first(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, "
            "cycle TEXT NOT NULL, who TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE) STRICT"
        )
    )
    for action in ("UPDATE", "DELETE"):
        connection.execute(
            text(
                f"CREATE TRIGGER no_{action.lower()} BEFORE {action} ON events BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        )


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)  # forward only; number n makes schema n


def engine_of(path: Path) -> Engine:
    """An engine whose connections have the settings, or refuse to work; each transaction takes the write lock at its start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": WAIT_MS / 1000})
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def migrate(engine: Engine, path: Path, migrations: tuple[Callable[[Connection], None], ...] = MIGRATIONS) -> None:
    """Bring the schema up to date, in one transaction, a backup beside it before; a newer schema is refused and left alone.

    Raises IntegrityError where the file was written by a newer program.
    """
    with engine.connect() as connection:
        found = _version(connection)
    if found == len(migrations):
        return
    if found > len(migrations):
        hint = "Update this program; the file was left as it is."
        raise IntegrityError(
            "the ledger is newer than this program", [Problem(str(path), f"schema {found}", f"schema {len(migrations)}", hint)]
        )
    if found:
        _back_up_before(engine, path.with_name(f"{path.stem}.before_schema_{len(migrations)}{path.suffix}"))
    with engine.begin() as connection:
        for number in range(_version(connection), len(migrations)):  # another process may have been first
            migrations[number](connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {len(migrations)}")


def _back_up_before(engine: Engine, target: Path) -> None:
    """The backup before a migration; one that an attempt left which did not come to its end is replaced by what is there now."""
    fresh = target.with_name(f"{target.stem}.now{target.suffix}")
    fresh.unlink(missing_ok=True)
    backup(engine, fresh)
    fresh.replace(target)


def backup(engine: Engine, target: Path) -> None:
    """A whole copy of the file as one moment has it, safe while others write; InfrastructureError where the target is there."""
    if target.exists():
        raise InfrastructureError("a backup is not written over a file", [Problem(str(target), "a file", "none yet", "Name another.")])
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.unlink(missing_ok=True)
    connection = engine.raw_connection()  # VACUUM runs outside a transaction
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(beside),))
    finally:
        connection.close()
    beside.chmod(0o600)
    beside.replace(target)


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _settle(connection: object, record: object) -> None:
    """Apply the settings and read them back: a setting that SQLite did not take must not pass in silence."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver must not open transactions of its own
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for name, value in SETTINGS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}
    cursor.close()
    wrong = [Problem(f"PRAGMA {name}", str(found[name]), str(value)) for name, value in SETTINGS.items() if found[name] != value]
    if wrong:
        raise InfrastructureError("the ledger's file does not take its settings", wrong)
