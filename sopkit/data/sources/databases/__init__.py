"""Tables of a database, read only, all of them as they were at one moment.

Nothing is handed on before the last row of the last table has come, so that a connection that breaks leaves nothing behind.
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.database_columns import UnusableColumn, in_canonical_order
from sopkit.data.sources.databases.duckdb_file import duckdb_reader
from sopkit.data.sources.databases.faults import QueryFault
from sopkit.data.sources.databases.postgres import postgres_reader
from sopkit.data.sources.databases.selecting import Extract, TooMuch, Value
from sopkit.data.sources.databases.sqlite import sqlite_reader
from sopkit.errors import DataError, Problem

READERS = {"sqlite": sqlite_reader, "postgres": postgres_reader, "duckdb": duckdb_reader}
QUERY_MENDS = "mend the query, or the table's name, in the params"
LESS = "ask for less in `query` (sum up, leave out columns and old rows), or raise the limit of the connection; nothing was received"

__all__ = ["Extract", "Value", "received_tables"]


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
        DataError: queries that fail or return too much, or columns that no table can hold; all of them at once.
    """
    read = READERS[connection.kind]
    found: dict[str, pa.Table] = {}
    problems: list[Problem] = []
    with read(name, connection, root) as select:
        for table, extract in extracts.items():
            try:
                found[table] = in_canonical_order(select(extract))
            except QueryFault as fault:
                problems.append(Problem(f"{name}: {table}", str(fault), "a query that the database answers", QUERY_MENDS))
            except TooMuch as fault:
                problems.append(Problem(f"{name}: {table}", str(fault), "no more than the connection allows", LESS))
            except UnusableColumn as fault:
                hint = "leave the column out, CAST it or rename it (AS), in `query`"
                problems.append(Problem(f"{name}: {table}", str(fault), "texts, numbers, dates, truth values", hint))
    if problems:
        raise DataError("a database does not answer as the params expect", problems)
    return found
