"""PostgreSQL as a source, on a real server that this module starts and stops."""

import gc
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from postgres_server import Server, running_server

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.database_columns import ColumnInParts
from sopkit.data.sources.databases import Extract, received_tables
from sopkit.errors import DataError, ExitCode, InfrastructureError

PASSWORD = "reader-canary-4711"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        running.run(
            f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
            "CREATE TABLE sales (item char(6), sold date, quantity numeric(12,3), amount numeric, booked timestamptz, open boolean,"
            " n bigint)",
            "INSERT INTO sales VALUES ('A', '2026-02-03', 2.5, 0.1, '2026-01-31 23:30+00', true, 9007199254740993),"
            " ('00123', '2026-01-05', 1, 12345678901234567890.123456789, '2026-01-05 12:00+00', false, 1)",
            "CREATE TABLE big AS SELECT i AS n, repeat('x', 200) AS filling FROM generate_series(1, 400000) AS i",
            "CREATE TABLE hidden (a int)",
            "GRANT SELECT ON sales, big TO reader",
            "GRANT ALL ON SCHEMA public TO reader",
        )
        yield running


@pytest.fixture
def erp(server: Server, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("ERP_PASSWORD", PASSWORD)
    told = {"host": "127.0.0.1", "port": server.port, "database": "postgres", "user": "reader", "password": {"env": "ERP_PASSWORD"}}
    return Connection.model_validate({"kind": "postgres", "time_zone": "Europe/Stockholm"} | told)


def asked(erp: Connection, sql: str, **values: object) -> pa.Table:
    return received_tables("erp", erp, {"sales_history": Extract(sql, values)}, Path())["sales_history"]  # type: ignore[arg-type]


def test_types_are_kept(erp: Connection):
    found = asked(erp, "SELECT * FROM sales")
    assert [str(kind) for kind in found.schema.types] == [
        "string",
        "date32[day]",
        "decimal128(4, 3)",
        "decimal128(29, 9)",
        "timestamp[us, tz=UTC]",
        "bool",
        "int64",
    ]
    assert found.schema.field("item").metadata == {b"came_as": b"padded text"}
    assert found.to_pylist()[0] == {
        "item": "00123 ",
        "sold": date(2026, 1, 5),
        "quantity": Decimal("1.000"),
        "amount": Decimal("12345678901234567890.123456789"),
        "booked": datetime(2026, 1, 5, 12, tzinfo=UTC),
        "open": False,
        "n": 1,
    }
    assert found.column("n").to_pylist()[1] == 9007199254740993


def test_a_moment_becomes_a_day_in_the_declared_zone(erp: Connection):
    assert asked(erp, "SELECT CAST(booked AS date) AS d FROM sales WHERE item = 'A'").to_pylist() == [{"d": date(2026, 2, 1)}]


def test_no_row_still_has_its_columns(erp: Connection):
    found = asked(erp, "SELECT item, quantity FROM sales WHERE false")
    assert found.column_names == ["item", "quantity"] and len(found) == 0


@pytest.mark.parametrize("item", ["A", "x' OR 1=1; DROP TABLE sales;--", "%(item)s", ":item", "\\"])
def test_values_are_bound(erp: Connection, item: str):
    assert len(asked(erp, "SELECT n FROM sales WHERE item = :item AND '50%' <> ':x'", item=item)) == (item == "A")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (a int)",
        "SELECT 1 AS a INTO mine",
        "WITH gone AS (DELETE FROM big RETURNING n) SELECT * FROM gone",
        "SELECT 1; COMMIT; SET default_transaction_read_only = off; CREATE TABLE mine (a int)",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT * FROM hidden",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/sopkit-out'",
    ],
)
def test_a_connection_reads_and_does_nothing_else(server: Server, erp: Connection, sql: str):
    with pytest.raises((DataError, InfrastructureError)):
        asked(erp, sql)
    with server.connect() as connection:
        assert connection.execute("SELECT to_regclass('mine'), (SELECT count(*) FROM big)").fetchone() == (None, 400_000)


def test_a_query_that_fails_does_not_hide_the_next(erp: Connection):
    extracts = {"items": Extract("SELECT * FROM nowhere"), "orders": Extract("SELECT 1 AS a"), "prices": Extract("SELECT 1/0 AS a")}
    with pytest.raises(DataError) as told:
        received_tables("erp", erp, extracts, Path())
    assert [problem.where for problem in told.value.problems] == ["erp: items", "erp: prices"]


def test_all_tables_are_from_one_moment(server: Server, erp: Connection):
    """Rows committed while the first query runs are in neither of the two."""
    writer = threading.Thread(target=lambda: (time.sleep(0.4), server.run("INSERT INTO sales (item) VALUES ('LATE')")))
    writer.start()
    try:
        extracts = {
            "items": Extract("SELECT count(*) AS c, pg_sleep(1)::text AS s FROM sales"),
            "orders": Extract("SELECT item FROM sales"),
        }
        found = received_tables("erp", erp, extracts, Path())
        writer.join()
        assert found["items"].column("c").to_pylist() == [2] and len(found["orders"]) == 2
        assert asked(erp, "SELECT count(*) AS c FROM sales").column("c").to_pylist() == [3]
    finally:
        server.run("DELETE FROM sales WHERE item = 'LATE'")


def test_a_connection_that_drops_midway_hands_on_nothing(server: Server, erp: Connection, monkeypatch: pytest.MonkeyPatch):
    """The backend is ended after the first part of the second table; not even the first table is handed on."""
    parts = []
    take_over = ColumnInParts.add

    def and_end_the_backend(column: ColumnInParts, values: tuple[object, ...]) -> None:
        take_over(column, values)
        if column.name == "filling":
            parts.append(len(values))
            server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

    monkeypatch.setattr(ColumnInParts, "add", and_end_the_backend)
    extracts = {"items": Extract("SELECT item FROM sales"), "orders": Extract("SELECT n, filling FROM big")}
    with pytest.raises(InfrastructureError) as told:
        received_tables("erp", erp, extracts, Path())
    assert parts == [1_000]  # of 400,000
    assert told.value.exit_code == ExitCode.INFRASTRUCTURE
    assert "connection erp (postgres: postgres on 127.0.0.1" in str(told.value) and "Nothing was received" in str(told.value)


@pytest.mark.parametrize(("limit", "says"), [({"most_rows": 100}, "100 rows"), ({"most_mib": 1}, "1 MiB (most_mib), in ")])
def test_a_query_that_returns_too_much_is_given_up_early(erp: Connection, limit: dict[str, int], says: str):
    extracts = {"orders": Extract("SELECT n, filling FROM big"), "items": Extract("SELECT item FROM sales")}
    with pytest.raises(DataError) as told:
        received_tables("erp", erp.model_copy(update=limit), extracts, Path())
    assert [problem.where for problem in told.value.problems] == ["erp: orders"] and says in told.value.problems[0].came


def test_a_query_that_takes_too_long_ends(erp: Connection):
    with pytest.raises(InfrastructureError, match="took more than 1 seconds"):
        asked(erp.model_copy(update={"statement_seconds": 1}), "SELECT pg_sleep(5)::text AS s")


def test_a_wrong_password_is_told_without_it(erp: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ERP_PASSWORD", "wrong-canary-0815")
    with pytest.raises(InfrastructureError, match="password authentication failed") as told:
        asked(erp, "SELECT 1")
    shown = [str(told.value), repr(told.value), repr(told.value.__cause__), repr(told.value.__context__)]
    assert not any("wrong-canary" in text for text in shown)


def test_nobody_listens(erp: Connection):
    gc.collect()
    with pytest.raises(InfrastructureError, match="cannot be read"):
        asked(erp.model_copy(update={"port": 1}), "SELECT 1")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT ARRAY[1, 2] AS a", "column a holds list"),
        ("SELECT '{\"a\": 1}'::jsonb AS a", "column a holds dict"),
        ("SELECT 'NaN'::numeric AS a", "which is no number"),
        ("SELECT 'x'::bytea AS a", "column a holds bytes"),
        ("SELECT 'infinity'::date AS a", "date too large"),
    ],
)
def test_what_no_table_can_hold(erp: Connection, sql: str, says: str):
    with pytest.raises(DataError, match=says):
        asked(erp, sql)
