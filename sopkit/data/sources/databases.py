"""Tables of a database, read only, all of them as they were at one moment.

    sqlite    the file opened with mode=ro, one transaction, and an authorizer that lets nothing but reading pass
    postgres  default_transaction_read_only, one transaction that is repeatable read, statement_timeout; server-side cursors
    duckdb    the file opened read-only, which keeps writers out meanwhile; no access to anything else; one thread

Nothing is handed on before the last row of the last table has come, so that a connection that breaks leaves nothing behind.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow as pa

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.database_columns import ColumnInParts, UnusableColumn, in_canonical_order
from sopkit.data.sources.secrets import hidden, secret_of
from sopkit.data.sources.statements import with_escaped_colons, with_parameters
from sopkit.errors import DataError, InfrastructureError, Problem, SopError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection as Opened

PART = 50_000  # rows taken over at a time
PADDED_TYPE = 1042  # type code of CHAR(n) in PostgreSQL
BUSY_SECONDS = 5.0  # to wait for somebody who writes an SQLite file
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
QUERY_MENDS = "mend the query, or the table's name, in the params"

Value = str | bool | int | float | date


@dataclass(frozen=True)
class Extract:
    """What is asked of a database for one input table."""

    sql: str
    values: Mapping[str, Value] = field(default_factory=dict)  # of the parameters in the query


def received_tables(name: str, connection: Connection, extracts: Mapping[str, Extract], root: Path) -> dict[str, pa.Table]:
    """What each query returns, all from one snapshot of the database, rows in canonical order.

    Args:
        name: the connection's name in the params.
        connection: its declaration.
        extracts: input table: what is asked.
        root: data folder, below which database files lie.

    Returns:
        Input table: Arrow table with the types that the database gave.

    Raises:
        InfrastructureError: the database cannot be reached, is too slow, or breaks off: nothing was received.
        DataError: queries that fail, or columns that no table can hold; all of them at once.
    """
    read = {"sqlite": _from_sqlite, "postgres": _from_postgres, "duckdb": _from_duckdb}[connection.kind]
    found: dict[str, pa.Table] = {}
    problems: list[Problem] = []
    with read(name, connection, root) as select:
        for table, extract in extracts.items():
            try:
                found[table] = in_canonical_order(select(extract))
            except _QueryFault as fault:
                problems.append(Problem(f"{name}: {table}", str(fault), "a query that the database answers", QUERY_MENDS))
            except UnusableColumn as fault:
                hint = "leave the column out, or CAST it, in `query`"
                problems.append(Problem(f"{name}: {table}", str(fault), "texts, numbers, dates, truth values", hint))
    if problems:
        raise DataError("a database does not answer as the params expect", problems)
    return found


class _QueryFault(Exception):
    """The database refuses a query; the connection is well."""


class _Select:
    """Runs one query after the other on an open connection."""

    def __init__(self, opened: "Opened", *, loose: bool) -> None:
        self._opened, self._loose = opened, loose

    def __call__(self, extract: Extract) -> pa.Table:
        from sqlalchemy import text

        query = text(with_escaped_colons(extract.sql)).execution_options(stream_results=True, max_row_buffer=PART)
        with self._opened.execute(query, dict(extract.values)) as result:
            described = result.cursor.description if result.cursor is not None else ()
            padded = [not self._loose and column[1] == PADDED_TYPE for column in described]
            columns = [ColumnInParts(name, loose=self._loose, padded=pad) for name, pad in zip(result.keys(), padded, strict=True)]
            for rows in result.partitions(PART):
                for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                    _add(column, values)
        return _table(columns)


def _add(column: ColumnInParts, values: tuple[object, ...]) -> None:
    try:
        column.add(values)
    except UnusableColumn as fault:
        raise UnusableColumn(f"column {column.name} {fault}") from None


def _table(columns: list[ColumnInParts]) -> pa.Table:
    fields, arrays = [], []
    for column in columns:
        try:
            described, array = column.field_and_array()
        except UnusableColumn as fault:
            raise UnusableColumn(f"column {column.name} {fault}") from None
        fields.append(described)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


# -- sqlite ----------------------------------------------------------------------------------------------------------


@contextmanager
def _from_sqlite(name: str, connection: Connection, root: Path) -> Iterator[Any]:
    from sqlalchemy import create_engine, pool

    path = _file_of(name, connection, root)
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False),
        poolclass=pool.NullPool,
        hide_parameters=True,
    )
    with _told(name, connection, None), engine.connect() as opened:
        driver: Any = opened.connection.driver_connection
        driver.execute("PRAGMA query_only = ON")
        driver.execute("PRAGMA trusted_schema = OFF")
        driver.execute("BEGIN")
        driver.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
        select = _Select(opened, loose=True)

        def timed(extract: Extract) -> pa.Table:
            end = time.monotonic() + connection.statement_seconds
            driver.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
            with _fault_of_query(None):
                return select(extract)

        try:
            yield timed
        finally:
            driver.set_progress_handler(None, 0)
            driver.set_authorizer(None)


# -- postgres --------------------------------------------------------------------------------------------------------


@contextmanager
def _from_postgres(name: str, connection: Connection, root: Path) -> Iterator[Any]:
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
    with _told(name, connection, secret), engine.connect() as opened:
        select = _Select(opened.execution_options(**options), loose=False)

        def saved(extract: Extract) -> pa.Table:
            """A query that fails must not end the transaction that the others are read in."""
            with _fault_of_query(secret), opened.begin_nested():
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


# -- duckdb ----------------------------------------------------------------------------------------------------------


@contextmanager
def _from_duckdb(name: str, connection: Connection, root: Path) -> Iterator[Any]:
    import duckdb

    path = _file_of(name, connection, root)
    try:
        opened = duckdb.connect(str(path), read_only=True, config={"threads": 1})
    except duckdb.Error as reason:
        raise _unreachable(name, connection, _words(reason)) from None
    with closing(opened) as database:
        for setting in (
            f"TimeZone = '{connection.time_zone}'",
            "python_enable_replacements = false",
            "enable_external_access = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "lock_configuration = true",
        ):
            _set(database, setting)

        def select(extract: Extract) -> pa.Table:
            timer = threading.Timer(connection.statement_seconds, database.interrupt)
            timer.start()
            try:
                statements = database.extract_statements(with_parameters(extract.sql, "$"))
                if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                    raise _QueryFault("`query` is not one SELECT")
                return _plain_arrow(database.sql(statements[0].query, params=dict(extract.values)).to_arrow_table())
            except duckdb.InterruptException:
                raise _too_slow(name, connection) from None
            except duckdb.IOException as reason:
                raise _unreachable(name, connection, _words(reason)) from None
            except duckdb.Error as reason:
                raise _QueryFault(_words(reason)) from None
            finally:
                timer.cancel()

        yield select


def _set(database: Any, setting: str) -> None:
    import duckdb

    try:
        database.execute(f"SET {setting}")
    except duckdb.Error as reason:  # TimeZone needs an extension that a build may not have
        if not setting.startswith("TimeZone"):
            raise InfrastructureError("a database cannot be locked down", [Problem(setting, _words(reason), "a known setting")]) from None


def _plain_arrow(table: pa.Table) -> pa.Table:
    """Dictionaries as their values; lists, structures and bytes refused."""
    for described in table.schema:
        kind = described.type.value_type if pa.types.is_dictionary(described.type) else described.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise UnusableColumn(f"column {described.name} holds {kind}, which no column of a table can be")
        if pa.types.is_dictionary(described.type):
            place = table.schema.get_field_index(described.name)
            table = table.set_column(place, described.name, table.column(place).cast(kind))
    return table.replace_schema_metadata(None)


# -- what goes wrong -------------------------------------------------------------------------------------------------


def _file_of(name: str, connection: Connection, root: Path) -> Path:
    path = root / str(connection.file)
    if not path.is_file():
        raise _unreachable(name, connection, f"there is no file {connection.file} in the data folder")
    return path


@contextmanager
def _fault_of_query(secret: str | None) -> Iterator[None]:
    """What the database says of a query, apart from what it says of the connection."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        if _is_of_query(error):
            raise _QueryFault(hidden(_words(error.orig), secret)) from None
        raise
    except UnicodeDecodeError:
        raise _QueryFault("the database holds text that is no UTF-8") from None


@contextmanager
def _told(name: str, connection: Connection, secret: str | None) -> Iterator[None]:
    """Whatever a driver raises becomes an error of ours, without the secret and without the driver's own chain."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except SopError:
        raise
    except DBAPIError as error:
        if _is_timeout(error):
            raise _too_slow(name, connection) from None
        raise _unreachable(name, connection, hidden(_words(error.orig), secret)) from None
    except SQLAlchemyError as error:
        raise _unreachable(name, connection, hidden(_words(error), secret)) from None


def _is_of_query(error: Any) -> bool:
    """Whether the query is at fault, not the connection."""
    if error.connection_invalidated or _is_timeout(error):
        return False
    state = getattr(error.orig, "sqlstate", None)  # PostgreSQL: classes 08, 53, 57, 58, XX are the server's own troubles
    if state is not None:
        return state[:2] not in ("08", "53", "57", "58", "XX")
    code = getattr(error.orig, "sqlite_errorname", None)
    if code is not None:
        return code in ("SQLITE_ERROR", "SQLITE_AUTH", "SQLITE_RANGE", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_READONLY")
    return type(error).__name__ in ("ProgrammingError", "DataError", "NotSupportedError")


def _is_timeout(error: Any) -> bool:
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return code in ("57014", "SQLITE_INTERRUPT")


def _place(name: str, connection: Connection) -> str:
    where = connection.file or f"{connection.database} on {connection.host}:{connection.port}"
    return f"connection {name} ({connection.kind}: {where})"


def _unreachable(name: str, connection: Connection, came: str) -> InfrastructureError:
    problem = Problem(_place(name, connection), came, "a database that answers to the end", "Nothing was received; run again when it does.")
    return InfrastructureError("a database cannot be read", [problem])


def _too_slow(name: str, connection: Connection) -> InfrastructureError:
    came = f"a query took more than {connection.statement_seconds} seconds"
    hint = "Ask for less, or raise statement_seconds; nothing was received."
    return InfrastructureError("a database is too slow", [Problem(_place(name, connection), came, "an answer in time", hint)])


def _words(reason: object) -> str:
    return " ".join(str(reason).split())[:300]
