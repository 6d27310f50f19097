"""One SELECT over declared files, in DuckDB: the strong end of the mapping language.

The files are read by our own readers first, as text unless a kind is declared. DuckDB sees these tables and nothing else:
no file, no network, no setting can be reached from the query, and one thread keeps sums the same on every run.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Check, Source
from sopkit.data.sources.opened import PARAMS_ROWS
from sopkit.data.sources.raw import RawTable, unreadable
from sopkit.data.sources.typed_files import FILE_COLUMN, ROW_COLUMN, raw_of_arrow
from sopkit.periods import last_day

if TYPE_CHECKING:
    import duckdb

MACROS = """
CREATE MACRO month_label(day) AS strftime(day, '%Y-%m');
CREATE MACRO month_start(label) AS CAST(label || '-01' AS DATE);
CREATE MACRO month_end(label) AS last_day(CAST(label || '-01' AS DATE));
CREATE MACRO months_later(label, months) AS strftime(CAST(label || '-01' AS DATE) + to_months(CAST(months AS INTEGER)), '%Y-%m');
"""


def query_result(sql: str, views: Mapping[str, pa.Table], origin: str, cutoff: str, log: FindingLog) -> RawTable:
    """The result of a query over tables.

    Besides DuckDB's own functions a query may use `cutoff()` (label of the last closed month), `cutoff_day()` (its last
    day), `month_label(day)`, `month_start(label)`, `month_end(label)`, `months_later(label, n)` and the column `source_row`
    of each table; a result column of that name places findings on the rows of the file.

    Args:
        sql: one SELECT.
        views: name in the query: the table.
        origin: what the tables come from, in words.
        cutoff: last closed period.
        log: takes the finding of a query that is refused or fails.

    Returns:
        The result as a RawTable; marked broken where the query did not run.
    """
    try:
        with _database(views, cutoff) as database:
            return raw_of_arrow(_selected(database, sql), origin)
    except _QueryError as reason:
        log.note(Finding(origin, "query", str(reason), "REJECT", "mend `sql` in the params"))
        return unreadable(origin)


def check_findings(source: Source, views: Mapping[str, pa.Table], cutoff: str) -> list[Finding]:
    """What the company's own rules find in the tables of a query: a finding per check that returns rows.

    Args:
        source: a source with `from` and `checks`.
        views: name in the queries: the table.
        cutoff: last closed period.

    Returns:
        A finding per check that returned rows: how many, the first row, what stands there; a REJECT where a check failed.
    """
    told = []
    with _database(views, cutoff) as database:
        for check in source.checks:
            file = source.files[check.of or next(iter(source.files))]
            origin = file.file or PARAMS_ROWS
            try:
                rows = _selected(database, check.sql)
            except _QueryError as reason:
                told.append(Finding(origin, "query", f"check {check.rule}: {reason}", "REJECT", "mend `checks` in the params"))
                continue
            if len(rows):
                told.append(_finding(check, rows, origin))
    return told


def _finding(check: Check, rows: pa.Table, origin: str) -> Finding:
    first = rows.slice(0, 1).to_pylist()[0]
    value = first.get("value")
    told = check.message if "{rows}" in check.message else f"{{rows}} rows: {check.message}"
    return Finding(
        str(first.get(FILE_COLUMN) or origin),
        check.rule,
        told.replace("{rows}", f"{len(rows):,}"),
        check.outcome,
        check.hint,
        row=int(first.get(ROW_COLUMN) or 0),
        value="" if value is None else str(value)[:200],
    )


class _QueryError(Exception):
    """A query that is refused, or that fails."""


@contextmanager
def _database(views: Mapping[str, pa.Table], cutoff: str) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database in memory that holds the tables, knows the cutoff and reaches nothing else."""
    import duckdb  # takes 0.1 s: for companies with queries only

    with duckdb.connect(":memory:", config={"threads": 1}) as database:
        for name, view in views.items():
            database.register(name, view)
        day: date = last_day(cutoff)
        database.execute(MACROS)
        database.execute(f"CREATE MACRO cutoff() AS '{cutoff}'; CREATE MACRO cutoff_day() AS DATE '{day.isoformat()}'")
        for setting in (
            "python_enable_replacements = false",
            "enable_external_access = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "lock_configuration = true",
        ):
            database.execute(f"SET {setting}")
        yield database


def _selected(database: "duckdb.DuckDBPyConnection", sql: str) -> pa.Table:
    """The rows of one SELECT; _QueryError where it is anything else, or fails."""
    import duckdb

    try:
        statements = database.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise _QueryError("`sql` is not one SELECT")
        return database.sql(statements[0].query).to_arrow_table()
    except duckdb.Error as reason:
        raise _QueryError(f"the query fails: {_told(reason)}") from None


def _told(reason: Exception) -> str:
    return " ".join(str(reason).split())[:400]
