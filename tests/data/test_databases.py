"""Databases as sources: read only, types kept, one snapshot, nothing partial, no secret told. SQLite and DuckDB."""

import sqlite3
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sopkit.data.sources.connections import Connection, Secret
from sopkit.data.sources.database_columns import ColumnInParts
from sopkit.data.sources.databases import Extract, received_tables
from sopkit.data.sources.declaration import Source, received_name
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.data.sources.secrets import secret_of
from sopkit.errors import DataError, InfrastructureError

SQLITE = Connection(kind="sqlite", file="erp.sqlite")
DUCKDB = Connection(kind="duckdb", file="erp.duckdb")
TABLES = (
    "CREATE TABLE sales (day TEXT, item TEXT, quantity REAL, amount REAL, site TEXT)",
    "INSERT INTO sales VALUES ('2026-02-03', '00123', 2, 19.9, 'N'), ('2026-01-05', 'B7', 1.5, 5, 'S'), ('2026-02-28', 'B7', 4, 20, 'N')",
)


def sqlite_file(folder: Path, *statements: str) -> Path:
    path = folder / "erp.sqlite"
    connection = sqlite3.connect(path)
    for statement in statements or TABLES:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def duckdb_file(folder: Path, *statements: str) -> Path:
    with duckdb.connect(str(folder / "erp.duckdb")) as database:
        for statement in statements or TABLES:
            database.execute(statement)
    return folder / "erp.duckdb"


@pytest.fixture(params=["sqlite", "duckdb"])
def erp(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Connection, Path]:
    """The same tables in both kinds of file."""
    {"sqlite": sqlite_file, "duckdb": duckdb_file}[request.param](tmp_path)
    return (SQLITE if request.param == "sqlite" else DUCKDB), tmp_path


def asked(erp: tuple[Connection, Path], sql: str, **values: object) -> pa.Table:
    connection, root = erp
    return received_tables("erp", connection, {"sales_history": Extract(sql, values)}, root)["sales_history"]  # type: ignore[arg-type]


def test_rows_come_in_an_order_that_does_not_depend_on_the_database(erp: tuple[Connection, Path]):
    forward = asked(erp, "SELECT day, item, quantity FROM sales ORDER BY day")
    backward = asked(erp, "SELECT day, item, quantity FROM sales ORDER BY day DESC")
    assert forward.equals(backward)
    assert forward.column("day").to_pylist() == ["2026-01-05", "2026-02-03", "2026-02-28"]


@pytest.mark.parametrize("site", ["N", "x' OR 1=1; DROP TABLE sales;--", "'", ":day", "%s", "$1"])
def test_values_are_bound(erp: tuple[Connection, Path], site: str):
    found = asked(erp, "SELECT item FROM sales WHERE site = :site", site=site)
    assert found.column("item").to_pylist() == (["00123", "B7"] if site == "N" else [])
    assert len(asked(erp, "SELECT * FROM sales")) == 3


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sales",
        "DROP TABLE sales",
        "SELECT 1; DELETE FROM sales",
        "INSERT INTO sales (item) VALUES ('x') RETURNING item",
        "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = 1",
        "COPY sales TO 'out.csv'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM 'erp.csv'",
        "SELECT load_extension('x')",
        "INSTALL httpfs",
        "SELECT writefile('out.csv', 'x')",
    ],
)
def test_a_connection_reads_and_does_nothing_else(erp: tuple[Connection, Path], sql: str):
    """The wall behind the fence: even SQL that the params' check would refuse changes, writes and opens nothing."""
    root = erp[1]
    (root / "erp.csv").write_text("secret\n")
    before = {path.name: path.read_bytes() for path in root.iterdir()}
    with pytest.raises((DataError, InfrastructureError)):
        asked(erp, sql)
    assert {path.name: path.read_bytes() for path in root.iterdir()} == before


def test_all_faults_of_queries_are_told_at_once(erp: tuple[Connection, Path]):
    connection, root = erp
    extracts = {
        "items": Extract("SELECT * FROM nowhere"),
        "prices": Extract("SELECT nothing FROM sales"),
        "orders": Extract("SELECT 1 AS a"),
    }
    with pytest.raises(DataError) as told:
        received_tables("erp", connection, extracts, root)
    assert [problem.where for problem in told.value.problems] == ["erp: items", "erp: prices"]
    assert "nowhere" in told.value.problems[0].came


LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, '{filling}' AS t FROM n"


@pytest.mark.parametrize(
    ("limit", "filling", "says"),
    [({"most_rows": 2_000}, "x", "more than 2,000 rows (most_rows)"), ({"most_mib": 1}, "x" * 1_000, "more than 1 MiB (most_mib)")],
)
def test_a_query_that_returns_too_much_is_given_up_and_the_others_are_told(
    erp: tuple[Connection, Path], limit: dict[str, int], filling: str, says: str
):
    connection, root = erp
    extracts = {"orders": Extract(LONG.format(filling=filling)), "items": Extract("SELECT * FROM nowhere")}
    with pytest.raises(DataError) as told:
        received_tables("erp", connection.model_copy(update=limit), extracts, root)
    assert says in told.value.problems[0].came and "nothing was received" in told.value.problems[0].hint
    assert [problem.where for problem in told.value.problems] == ["erp: orders", "erp: items"]
    assert len(asked(erp, LONG.format(filling=filling))) == 3_000


def test_a_missing_or_foreign_file_is_no_connection(tmp_path: Path):
    for connection in (SQLITE, DUCKDB):
        with pytest.raises(InfrastructureError, match="there is no file"):
            received_tables("erp", connection, {"items": Extract("SELECT 1")}, tmp_path)
        (tmp_path / str(connection.file)).write_bytes(b"this is no database" * 100)
        with pytest.raises(InfrastructureError, match="cannot be read"):
            received_tables("erp", connection, {"items": Extract("SELECT * FROM sales")}, tmp_path)


def test_a_query_that_takes_too_long_ends(tmp_path: Path):
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT sum(i) AS s FROM n"
    for connection, make in ((SQLITE, sqlite_file), (DUCKDB, duckdb_file)):
        make(tmp_path)
        with pytest.raises(InfrastructureError, match="too slow"):
            received_tables("erp", connection.model_copy(update={"statement_seconds": 1}), {"items": Extract(slow)}, tmp_path)


def test_sqlite_keeps_what_it_has(tmp_path: Path):
    sqlite_file(
        tmp_path,
        "CREATE TABLE t (a INTEGER, b REAL, c TEXT, d, e, f)",
        "INSERT INTO t VALUES (9007199254740993, 0.1, '0012', 1, 1, NULL), (2, 2.0, '1E5', 'x', 2.5, NULL)",
    )
    found = asked((SQLITE, tmp_path), "SELECT * FROM t")
    assert [str(kind) for kind in found.schema.types] == ["int64", "double", "string", "string", "double", "null"]
    assert found.column("a").to_pylist() == [2, 9007199254740993]
    assert found.column("c").to_pylist() == ["1E5", "0012"]
    assert found.schema.field("d").metadata == {b"came_as": b"mixed (integer, text)"}


def test_duckdb_keeps_its_types(tmp_path: Path):
    duckdb_file(
        tmp_path,
        "CREATE TABLE t (a DECIMAL(18, 4), b DATE, c VARCHAR, d BOOLEAN, e ENUM('x', 'y'), f HUGEINT)",
        "INSERT INTO t VALUES (1234567890.1234, '2026-02-03', '007', true, 'y', 5)",
    )
    found = asked((DUCKDB, tmp_path), "SELECT a, b, c, d, e FROM t")
    assert found.to_pylist() == [{"a": Decimal("1234567890.1234"), "b": date(2026, 2, 3), "c": "007", "d": True, "e": "y"}]
    with pytest.raises(DataError, match="struct"):
        asked((DUCKDB, tmp_path), "SELECT {'a': 1} AS s FROM t")


def test_two_columns_of_one_name_are_told(erp: tuple[Connection, Path]):
    with pytest.raises(DataError, match="two columns are called item"):
        asked(erp, "SELECT a.item, b.item FROM sales a JOIN sales b ON a.item = b.item")


def test_text_in_another_encoding_is_told(tmp_path: Path):
    sqlite_file(tmp_path, "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES (CAST(x'ff41' AS TEXT))")
    with pytest.raises(DataError, match="decode to UTF-8"):
        asked((SQLITE, tmp_path), "SELECT a FROM t")


def test_bytes_are_no_column(tmp_path: Path):
    sqlite_file(tmp_path, "CREATE TABLE t (a BLOB)", "INSERT INTO t VALUES (x'00ff')")
    with pytest.raises(DataError, match="column a holds bytes"):
        asked((SQLITE, tmp_path), "SELECT a FROM t")


def test_every_table_is_from_one_moment(tmp_path: Path):
    """A row that is written between two queries of one connection is in neither."""
    path = sqlite_file(tmp_path, "PRAGMA journal_mode=WAL", *TABLES)

    def write() -> None:
        time.sleep(0.3)
        with sqlite3.connect(path) as other:
            other.execute("INSERT INTO sales VALUES ('2026-02-04', 'NEW', 1, 1, 'N')")

    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000)"
    slow = f"{numbers} SELECT max(i) AS i, (SELECT count(*) FROM sales) AS c FROM n"
    writer = threading.Thread(target=write)
    writer.start()
    extracts = {"items": Extract(slow), "orders": Extract("SELECT item FROM sales")}
    found = received_tables("erp", SQLITE, extracts, tmp_path)
    writer.join()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM sales").fetchone() == (4,)
    assert found["items"].column("c").to_pylist() == [3] and len(found["orders"]) == 3


# -- received tables in the intake -------------------------------------------------------------------------------------

KEY = "date, item, region, channel, customer"
ITEMS = {"rows": [{"item": code, "item_name": code, "family": "F", "supply_strategy": "buy"} for code in ("00123", "B7")]}
QUERY = "SELECT day AS date, item, 'n' AS region, 'c' AS channel, '-' AS customer, quantity, amount AS revenue FROM sales"


def intake(root: Path, connection: Connection, **sales: object) -> Intake:
    """The intake of a company whose sales are in a database, through what a run would keep of it."""
    sources = {"items": Source.model_validate(ITEMS), "sales_history": Source.model_validate({"connection": "erp"} | sales)}
    query = Extract(str(sources["sales_history"].query or "SELECT * FROM sales"))
    table = received_tables("erp", connection, {"sales_history": query}, root)["sales_history"]
    path = root / "databases" / received_name("sales_history", sources["sales_history"])
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return read_sources(sources, root, cutoff="2026-02")


def told(result: Intake) -> list[tuple[str, str, int, str]]:
    return list(result.findings[["rule", "outcome", "row", "column"]].itertuples(index=False, name=None))


def test_a_table_of_a_database_is_a_table(erp: tuple[Connection, Path]):
    result = intake(
        erp[1], erp[0], query=QUERY.replace("day AS date", "CAST(day AS DATE) AS date" if erp[0].kind == "duckdb" else "day AS date")
    )
    result.raise_if_rejected()
    assert told(result) == []
    assert result.tables["sales_history"][["item", "quantity", "revenue"]].to_numpy().tolist() == [
        ["B7", 1.5, 5.0],
        ["00123", 2.0, 19.9],
        ["B7", 4.0, 20.0],
    ]
    assert result.coverage.set_index("table").loc["sales_history", "origin"] == "erp: query for sales_history"


def test_a_table_and_its_columns_are_mapped(tmp_path: Path):
    sqlite_file(tmp_path)
    mapped = {"columns": {"date": "day", "revenue": "amount"}, "constants": {"region": "n", "channel": "c", "customer": "-"}}
    result = intake(tmp_path, SQLITE, table="sales", ignored=["site"], **mapped)
    result.raise_if_rejected()
    assert len(result.tables["sales_history"]) == 3


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE sales SET quantity = NULL WHERE item = '00123'", ("empty_cell", "REJECT", 3, "quantity")),
        ("UPDATE sales SET item = '' WHERE item = '00123'", ("empty_cell", "REJECT", 3, "item")),
        ("UPDATE sales SET item = 'B7  ' WHERE item = '00123'", ("trimmed", "REPAIR", 3, "item")),
        ("UPDATE sales SET day = '2026-02-30' WHERE item = '00123'", ("impossible_date", "REJECT", 4, "date")),
        ("UPDATE sales SET quantity = 'many' WHERE item = '00123'", ("column_type", "REJECT", 0, "quantity")),
        ("UPDATE sales SET item = 'X9' WHERE item = '00123'", ("unknown_code", "REJECT", 3, "item")),
        (
            "INSERT INTO sales SELECT * FROM sales WHERE item = '00123'",
            ("duplicate_key", "REJECT", 4, "date, item, region, channel, customer"),
        ),
    ],
)
def test_the_same_faults_are_found_in_a_database(tmp_path: Path, change: str, finding: tuple[str, str, int, str]):
    sqlite_file(tmp_path, *TABLES, change)
    assert told(intake(tmp_path, SQLITE, query=QUERY))[0] == finding


def test_a_join_that_repeats_rows_is_caught_by_the_key(tmp_path: Path):
    sqlite_file(tmp_path, *TABLES, "CREATE TABLE sites (site TEXT)", "INSERT INTO sites VALUES ('N'), ('N')")
    result = intake(tmp_path, SQLITE, query=f"{QUERY} JOIN sites USING (site)")
    assert [finding[0] for finding in told(result)] == ["duplicate_key", "duplicate_key"]


def test_blanks_of_a_char_column_are_left_out_and_counted(tmp_path: Path):
    """As PostgreSQL sends CHAR(6); a blank column is empty, whether it is NULL, '' or blanks only."""
    column = ColumnInParts("item", loose=False, padded=True)
    column.add(["00123 ", "B7    ", "B7    ", "      "])
    described, array = column.field_and_array()
    rest = {"date": [date(2026, 2, day) for day in (1, 2, 3, 4)], "quantity": [1, 2, 3, 4], "revenue": [Decimal("1.10")] * 4}
    table = pa.table({"item": array, **rest}).replace_schema_metadata(None)
    table = table.set_column(0, described, array)
    (tmp_path / "databases" / "erp").mkdir(parents=True)
    pq.write_table(table, tmp_path / "databases" / "erp" / "sales_history.parquet")
    constants = {"region": "n", "channel": "c", "customer": "-"}
    sales = Source.model_validate({"connection": "erp", "table": "sales", "constants": constants})
    result = read_sources({"items": Source.model_validate(ITEMS), "sales_history": sales}, tmp_path, cutoff="2026-02")
    assert told(result)[:2] == [("trimmed", "REPAIR", 0, "item"), ("empty_cell", "REJECT", 5, "item")]
    assert result.findings.iloc[0]["value"] == "4"
    assert result.tables["sales_history"][["item", "revenue"]].to_numpy().tolist() == [["00123", 1.1], ["B7", 1.1], ["B7", 1.1]]


def test_what_was_not_received_is_told(tmp_path: Path):
    sources = {"items": Source.model_validate(ITEMS), "sales_history": Source.model_validate({"connection": "erp", "table": "sales"})}
    result = read_sources(sources, tmp_path, cutoff="2026-02")
    assert told(result)[0][:2] == ("missing_file", "REJECT")
    (tmp_path / "databases" / "erp").mkdir(parents=True)
    (tmp_path / "databases" / "erp" / "sales_history.parquet").write_bytes(b"cut")
    assert told(read_sources(sources, tmp_path, cutoff="2026-02"))[0][:2] == ("unreadable_file", "REJECT")


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_a_secret_is_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ERP_PASSWORD", "hush")
    assert secret_of(Secret(env="ERP_PASSWORD"), "erp") == "hush"
    (tmp_path / "password").write_text("hush å\n")
    assert secret_of(Secret(file=str(tmp_path / "password")), "erp") == "hush å"
    keyring = pytest.importorskip("keyring", reason="keyring is not installed")
    monkeypatch.setattr(keyring, "get_password", lambda service, user: f"{service}-{user}")
    assert secret_of(Secret(keyring="erp/reader"), "erp") == "erp-reader"


@pytest.mark.parametrize("place", [{"env": "SOPKIT_NO_SUCH"}, {"file": "/no/such/file"}, {"keyring": "no/such"}])
def test_a_secret_that_is_not_there(place: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    keyring = pytest.importorskip("keyring", reason="keyring is not installed")
    monkeypatch.setattr(keyring, "get_password", lambda service, user: None)
    with pytest.raises(InfrastructureError, match=next(iter(place.values()))):
        secret_of(Secret.model_validate(place), "connection erp")
