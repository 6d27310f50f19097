"""PostgreSQL: default_transaction_read_only, one transaction that is repeatable read, statement_timeout, server-side cursors."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.databases.faults import connection_faults_told, query_faults_apart
from sopkit.data.sources.databases.selecting import Extract, Limits, Select, Selecting
from sopkit.data.sources.secrets import secret_of
from sopkit.errors import InfrastructureError, Problem


@contextmanager
def postgres_reader(name: str, connection: Connection, root: Path) -> Iterator[Selecting]:
    """A function that runs one query after the other on a PostgreSQL database, all in one state of it."""
    from sqlalchemy import URL, create_engine, pool

    secret = secret_of(connection.password, f"connection {name}") if connection.password else None
    try:
        engine = create_engine(
            URL.create(
                "postgresql+psycopg",
                username=connection.user,
                password=secret,
                host=connection.host,
                port=connection.port,
                database=connection.database,
            ),
            poolclass=pool.NullPool,
            hide_parameters=True,
            connect_args=_postgres_settings(connection),
        )
    except ImportError:
        problem = Problem(f"connection {name}", "no driver for PostgreSQL", "psycopg", "Install the extra: pip install 'sopkit[postgres]'")
        raise InfrastructureError("a database cannot be reached", [problem]) from None
    options: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with connection_faults_told(name, connection, secret), engine.connect() as opened:
        select = Select(opened.execution_options(**options), Limits(connection.most_rows, connection.most_mib), loose=False)

        def saved(extract: Extract) -> pa.Table:
            """A query that fails must not end the transaction that the others are read in."""
            with query_faults_apart(secret), opened.begin_nested():
                return select(extract)

        yield saved


def _postgres_settings(connection: Connection) -> dict[str, object]:
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(connection.statement_seconds * 1000),
        "TimeZone": connection.time_zone,
        "standard_conforming_strings": "on",
    }
    return {
        "options": " ".join(f"-c {key}={value}" for key, value in settings.items()),
        "client_encoding": "utf8",
        "connect_timeout": connection.connect_seconds,
        "sslmode": connection.tls,
        "application_name": "sopkit",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
