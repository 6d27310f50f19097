"""SQLite: the file opened with mode=ro, one transaction, and an authorizer that lets nothing but reading pass."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.databases.faults import connection_faults_told, file_of, query_faults_apart
from sopkit.data.sources.databases.selecting import Extract, Limits, Select, Selecting

BUSY_SECONDS = 5.0  # to wait for somebody who writes the file
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


@contextmanager
def sqlite_reader(name: str, connection: Connection, root: Path) -> Iterator[Selecting]:
    """A function that runs one query after the other on an SQLite file, all in one state of it."""
    from sqlalchemy import create_engine, pool

    path = file_of(name, connection, root)
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False),
        poolclass=pool.NullPool,
        hide_parameters=True,
    )
    with connection_faults_told(name, connection, None), engine.connect() as opened:
        driver: Any = opened.connection.driver_connection
        driver.execute("PRAGMA query_only = ON")
        driver.execute("PRAGMA trusted_schema = OFF")
        driver.execute("BEGIN")
        driver.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
        select = Select(opened, Limits(connection.most_rows, connection.most_mib), loose=True)

        def timed(extract: Extract) -> pa.Table:
            end = time.monotonic() + connection.statement_seconds
            driver.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
            with query_faults_apart(None):
                return select(extract)

        try:
            yield timed
        finally:
            driver.set_progress_handler(None, 0)
            driver.set_authorizer(None)
