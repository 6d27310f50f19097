"""SQL of the params: one SELECT, names that are names, parameters found where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sopkit.data.sources.connections import Connection
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.statements import (
    parameter_names,
    query_fault,
    select_all,
    table_fault,
    with_escaped_colons,
    with_parameters,
)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select 1;",
        "  WITH x AS (SELECT 1) SELECT * FROM x ; ",
        "(SELECT 1) UNION (SELECT 2)",
        "SELECT ';' AS a, \"a;b\" FROM t -- one; two",
        "SELECT E'it\\'s; fine', $$ a;b $$, $x$ ; $x$ /* ; */",
        "-- a note first\nSELECT 1",
    ],
)
def test_one_select(sql: str):
    assert query_fault(sql) == ""


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "empty"),
        ("-- nothing", "empty"),
        ("SELECT 1; DROP TABLE t", "more than one"),
        ("SELECT 1;; SELECT 2", "more than one"),
        ("DROP TABLE t", "not a SELECT"),
        ("INSERT INTO t VALUES (1)", "not a SELECT"),
        ("COPY t TO '/tmp/x'", "not a SELECT"),
        ("SET x = 1", "not a SELECT"),
        ("SELECT 'open", "does not close"),
        ("SELECT /* open", "does not close"),
        ("SELECT date'2026\\'; DROP TABLE t; --'", "more than one"),
        ("SELECT /* /* */ ; DROP TABLE t; */ 1", "more than one"),
        ("SELECT 1\x00", "zero byte"),
    ],
)
def test_anything_else_is_refused(sql: str, says: str):
    assert says in query_fault(sql)


@pytest.mark.parametrize("table", ["sales", "erp.sales", "db.erp.Försäljning", "_t$1"])
def test_a_table_is_a_name(table: str):
    assert table_fault(table) == ""
    assert select_all(table).count('"') == 2 * len(table.split("."))


@pytest.mark.parametrize("table", ["sales; DELETE FROM x", "a b", "a.b.c.d", "", ".", 'a"b', "1a", "a-b", "a'", "sälj\n", "a" * 80, "a..b"])
def test_what_is_no_name_is_refused(table: str):
    assert table_fault(table)
    with pytest.raises(ValidationError, match="table"):
        Source.model_validate({"connection": "erp", "table": table})


@given(st.text(alphabet="ab\"'`;.-/* \x00\\$", max_size=20))
def test_whatever_passes_as_a_name_closes_its_quotes(table: str):
    if not table_fault(table):
        assert not set(table) & set("\"'`;-/* \x00\\")


def test_parameters_stand_outside_texts():
    sql = "SELECT ':no', \"x:no\", a::text, '12:30' FROM t WHERE b = :site AND c <= :cutoff_day -- :no"
    assert parameter_names(sql) == {"site", "cutoff_day"}
    assert with_parameters(sql, "$").count("$") == 2 and "b = $site" in with_parameters(sql, "$")
    from sqlalchemy import text

    clause = text(with_escaped_colons(sql))
    assert set(clause._bindparams) == {"site", "cutoff_day"}
    assert str(clause.compile()).startswith("SELECT ':no', \"x:no\", a::text, '12:30' FROM t WHERE")


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"connection": "erp"}, "either `table` or `query`"),
        ({"connection": "erp", "table": "t", "query": "SELECT 1"}, "either `table` or `query`"),
        ({"connection": "erp", "file": "a.csv"}, "one of file, rows and sql, or a connection"),
        ({"file": "a.csv", "table": "t"}, "belong to a `connection`"),
        ({"file": "a.csv", "parameters": {"a": 1}}, "belong to a `connection`"),
        ({"connection": "erp", "query": "DELETE FROM t"}, "not a SELECT"),
        ({"connection": "erp", "query": "SELECT :site"}, "names :site"),
        ({"connection": "erp", "query": "SELECT 1", "parameters": {"site": "A"}}, "holds site, which"),
        ({"connection": "erp", "query": "SELECT :cutoff", "parameters": {"cutoff": "A"}}, "which the cycle gives"),
    ],
)
def test_a_wrong_declaration_of_a_query(declared: dict[str, object], says: str):
    with pytest.raises(ValidationError, match=says):
        Source.model_validate(declared)


POSTGRES = {"kind": "postgres", "host": "db", "database": "erp", "user": "reader"}


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"kind": "oracle"}, "sqlite"),
        ({"kind": "sqlite"}, "sqlite needs file"),
        ({"kind": "sqlite", "file": "erp.sqlite", "host": "db"}, "sqlite needs file"),
        ({"kind": "sqlite", "file": "/erp.sqlite"}, "below the data folder"),
        ({"kind": "duckdb", "file": "../erp.duckdb"}, "below the data folder"),
        ({"kind": "sqlite", "file": "erp.sqlite?mode=rwc"}, "below the data folder"),
        ({"kind": "duckdb", "file": "erp.csv"}, "no database file"),
        (POSTGRES | {"user": None}, "needs host, database and user"),
        (POSTGRES | {"password": "hunter2"}, "Secret"),
        (POSTGRES | {"password": {"env": "A", "file": "/b"}}, "one of env, keyring and file"),
        (POSTGRES | {"password": {}}, "one of env, keyring and file"),
        (POSTGRES | {"password": {"env": "A B"}}, "match pattern"),
        (POSTGRES | {"password": {"file": "secret.txt"}}, "match pattern"),
        (POSTGRES | {"password": {"keyring": "service"}}, "match pattern"),
        (POSTGRES | {"host": "postgres://u:p@db/erp"}, "match pattern"),
        (POSTGRES | {"host": "db options='-c x'"}, "match pattern"),
        (POSTGRES | {"database": "erp?sslmode=disable&x=/y"}, "match pattern"),
        (POSTGRES | {"time_zone": "UTC -c x=1"}, "match pattern"),
        (POSTGRES | {"token": "abc"}, "Extra inputs"),
    ],
)
def test_a_wrong_connection(declared: dict[str, object], says: str):
    with pytest.raises(ValidationError, match=says):
        Connection.model_validate(declared)
