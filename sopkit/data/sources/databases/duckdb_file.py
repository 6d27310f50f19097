"""DuckDB: the file opened read-only, which keeps writers out meanwhile; no access to anything else; one thread."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.database_columns import UnusableColumn
from sopkit.data.sources.databases.faults import QueryFault, file_of, too_slow, unreachable, words_of
from sopkit.data.sources.databases.selecting import PART, Extract, Limits, Selecting, Taken
from sopkit.data.sources.statements import with_parameters
from sopkit.errors import InfrastructureError, Problem


@contextmanager
def duckdb_reader(name: str, connection: Connection, root: Path) -> Iterator[Selecting]:
    """A function that runs one query after the other on a DuckDB file, all in one state of it."""
    import duckdb

    path = file_of(name, connection, root)
    try:
        opened = duckdb.connect(str(path), read_only=True, config={"threads": 1})
    except duckdb.Error as reason:
        raise unreachable(name, connection, words_of(reason)) from None
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
                    raise QueryFault("`query` is not one SELECT")
                result = database.sql(statements[0].query, params=dict(extract.values)).to_arrow_reader(PART)
                return _plain_arrow(_all_of(result, Limits(connection.most_rows, connection.most_mib)))
            except duckdb.InterruptException:
                raise too_slow(name, connection) from None
            except duckdb.IOException as reason:
                raise unreachable(name, connection, words_of(reason)) from None
            except duckdb.Error as reason:
                raise QueryFault(words_of(reason)) from None
            finally:
                timer.cancel()

        yield select


def _set(database: Any, setting: str) -> None:
    import duckdb

    try:
        database.execute(f"SET {setting}")
    except duckdb.Error as reason:  # TimeZone needs an extension that a build may not have
        if not setting.startswith("TimeZone"):
            raise InfrastructureError("a database cannot be locked down", [Problem(setting, words_of(reason), "a known setting")]) from None


def _all_of(result: pa.RecordBatchReader, limits: Limits) -> pa.Table:
    """All rows of a result; raises TooMuch."""
    taken, batches = Taken(limits), []
    for batch in result:
        taken.add(batch.num_rows, batch.nbytes)
        batches.append(batch)
    return pa.Table.from_batches(batches, result.schema)


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
