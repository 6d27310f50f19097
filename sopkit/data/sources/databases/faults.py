"""What goes wrong with a database, told without a secret: the query's fault, or the connection's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.secrets import hidden
from sopkit.errors import InfrastructureError, Problem, SopError


class QueryFault(Exception):
    """The database refuses a query; the connection is well."""


def file_of(name: str, connection: Connection, root: Path) -> Path:
    """The file of a connection below the data folder; raises InfrastructureError where it is not there."""
    path = root / str(connection.file)
    if not path.is_file():
        raise unreachable(name, connection, f"there is no file {connection.file} in the data folder")
    return path


@contextmanager
def query_faults_apart(secret: str | None) -> Iterator[None]:
    """What the database says of a query, apart from what it says of the connection."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        if _is_of_query(error):
            raise QueryFault(hidden(words_of(error.orig), secret)) from None
        raise
    except UnicodeDecodeError:
        raise QueryFault("the database holds text that is no UTF-8") from None


@contextmanager
def connection_faults_told(name: str, connection: Connection, secret: str | None) -> Iterator[None]:
    """Whatever a driver raises becomes an error of ours, without the secret and without the driver's own chain."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except SopError:
        raise
    except DBAPIError as error:
        if _is_timeout(error):
            raise too_slow(name, connection) from None
        raise unreachable(name, connection, hidden(words_of(error.orig), secret)) from None
    except SQLAlchemyError as error:
        raise unreachable(name, connection, hidden(words_of(error), secret)) from None


def _is_of_query(error: Any) -> bool:
    """Whether the query is at fault, not the connection."""
    if error.connection_invalidated or _is_timeout(error):
        return False
    state = getattr(error.orig, "sqlstate", None)  # PostgreSQL: classes 08, 53, 57, 58, XX are the server's own troubles
    if state is not None:
        return state[:2] not in ("08", "53", "57", "58", "XX")
    if "decode to UTF-8" in str(error.orig):  # a text that SQLite keeps in another encoding
        return True
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


def unreachable(name: str, connection: Connection, came: str) -> InfrastructureError:
    """The error of a database that cannot be reached, or that broke off."""
    problem = Problem(_place(name, connection), came, "a database that answers to the end", "Nothing was received; run again when it does.")
    return InfrastructureError("a database cannot be read", [problem])


def too_slow(name: str, connection: Connection) -> InfrastructureError:
    """The error of a query that takes longer than the connection allows."""
    came = f"a query took more than {connection.statement_seconds} seconds"
    hint = "Ask for less, or raise statement_seconds; nothing was received."
    return InfrastructureError("a database is too slow", [Problem(_place(name, connection), came, "an answer in time", hint)])


def words_of(reason: object) -> str:
    """What a driver says, on one line."""
    return " ".join(str(reason).split())[:300]
