"""The mapping language: one SELECT over declared files, and nothing beyond them."""

from pathlib import Path

import pytest

from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.errors import DataError

LINES = "day;art;qty;amount\n05.03.2026;00123;1.000,5;2,25\n06.03.2026;00123;2;0,75\n01.03.2026;NA;1;1\n01.04.2026;NA;5;5\n"
DIALECT = {"delimiter": ";", "decimal": ",", "thousands": ".", "date_format": "DD.MM.YYYY"}
KINDS = {"day": "day", "qty": "number", "amount": "number"}
SQL = """SELECT month_start(month_label(day)) AS date, art AS item, 'n' AS region, 'c' AS channel, '-' AS customer,
sum(qty) AS quantity, sum(amount) AS revenue FROM lines GROUP BY ALL"""


def asked(folder: Path, sql: str = SQL, lines: str = LINES, **file: object) -> Intake:
    (folder / "lines.csv").write_text(lines)
    declared = {"file": "lines.csv", "kinds": KINDS} | DIALECT | file
    items = [{"item": code, "item_name": code, "family": "F", "supply_strategy": "buy"} for code in ("00123", "NA")]
    sources = {
        "items": Source.model_validate({"rows": items}),
        "sales_history": Source.model_validate({"sql": sql, "from": {"lines": declared}}),
    }
    return read_sources(sources, folder, cutoff="2026-03")


def test_a_query_over_a_declared_file(tmp_path: Path):
    result = asked(tmp_path)
    result.raise_if_rejected()
    sales = result.tables["sales_history"]
    assert sales[["item", "quantity", "revenue"]].to_numpy().tolist() == [["00123", 1002.5, 3.0], ["NA", 1.0, 1.0]]
    assert sales["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2026-03-01"]
    assert result.coverage.set_index("table").loc["sales_history", "origin"] == "lines.csv"
    assert result.findings["rule"].tolist() == ["partial_month"]


def test_the_cutoff_is_known_to_the_query(tmp_path: Path):
    sql = """SELECT cutoff_day() AS date, months_later(cutoff(), -14) AS item, month_label(month_end('2026-02')) AS region,
    cutoff() AS channel, '-' AS customer, 1 AS quantity, 1 AS revenue"""
    row = asked(tmp_path, sql).tables["sales_history"].iloc[0]
    assert row["date"].strftime("%Y-%m-%d") == "2026-03-31"
    assert row[["item", "region", "channel"]].tolist() == ["2025-01", "2026-02", "2026-03"]


def test_faults_of_the_file_are_found_before_the_query(tmp_path: Path):
    result = asked(tmp_path, lines=LINES.replace("06.03.2026", "06.13.2026").replace("2,25", "2.5.2"))
    assert result.findings[["rule", "row", "column", "file"]].head(2).to_numpy().tolist() == [
        ["impossible_date", 3, "day", "lines.csv"],
        ["not_a_number", 2, "amount", "lines.csv"],
    ]


def test_a_result_can_carry_the_rows_of_the_file(tmp_path: Path):
    sql = """SELECT day AS date, art AS item, 'n' AS region, 'c' AS channel, '-' AS customer, qty AS quantity,
    CASE WHEN amount > 1 THEN 'x' ELSE '1' END AS revenue, source_row FROM lines"""
    result = asked(tmp_path, sql)
    assert result.findings.query("rule == 'not_a_number'")["row"].tolist() == [2, 5]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM read_text('/etc/passwd')", "query fails"),
        ("SELECT * FROM read_csv('/etc/passwd')", "query fails"),
        ("SELECT * FROM '/etc/passwd'", "query fails"),
        ("SELECT * FROM glob('/*')", "query fails"),
        ("SELECT getenv('HOME') AS item", "query fails"),
        ("COPY lines TO '/tmp/out.csv'", "not one SELECT"),
        ("ATTACH 'x.db'", "not one SELECT"),
        ("INSTALL httpfs", "not one SELECT"),
        ("SET enable_external_access = true", "not one SELECT"),
        ("PRAGMA database_list", "not one SELECT"),
        ("DROP VIEW lines", "not one SELECT"),
        ("SELECT 1 AS item; SELECT 2 AS item", "not one SELECT"),
        ("SELECT item FROM hidden_frame", "query fails"),
        ("SELECT nothing FROM lines", "query fails"),
        ("SELEC 1", "query fails"),
    ],
)
def test_a_query_reaches_nothing_else(tmp_path: Path, sql: str, says: str):
    hidden_frame = __import__("pandas").DataFrame({"item": ["secret"]})
    result = asked(tmp_path, sql)
    first = result.findings.iloc[0]
    assert (first["rule"], first["outcome"]) == ("query", "REJECT"), hidden_frame.shape
    assert says in first["message"] and "root:" not in first["message"]
    assert result.tables["sales_history"].empty


def test_a_missing_file_of_a_query_is_told_once(tmp_path: Path):
    declared = {"sql": "SELECT * FROM a", "from": {"a": {"file": "none.csv"}}}
    sources = {name: Source.model_validate(declared) for name in ("items", "sales_history")}
    result = read_sources(sources, tmp_path, cutoff="2026-03")
    assert result.findings["rule"].tolist() == ["missing_file"]


def test_a_kind_for_no_column_is_told(tmp_path: Path):
    result = asked(tmp_path, kinds=KINDS | {"amout": "number"})
    assert "missing_column" in result.findings["rule"].tolist()


CHECK = {
    "rule": "small_line",
    "sql": "SELECT source_row, art AS value FROM lines WHERE qty < 3",
    "message": "lines of less than three units",
}


def checked(folder: Path, *checks: dict[str, str], **source: object) -> Intake:
    (folder / "lines.csv").write_text(LINES)
    declared = {"sql": SQL, "from": {"lines": {"file": "lines.csv", "kinds": KINDS} | DIALECT}, "checks": checks} | source
    return read_sources({"sales_history": Source.model_validate(declared)}, folder, cutoff="2026-03")


def test_a_check_is_told_with_its_count_and_its_first_row(tmp_path: Path):
    result = checked(tmp_path, CHECK)
    told = result.findings.set_index("rule").loc["small_line"]
    assert told[["file", "row", "value", "outcome"]].tolist() == ["lines.csv", 3, "00123", "ACCEPT"]
    assert told["message"] == "2 rows: lines of less than three units"
    result.raise_if_faulty()


def test_a_check_without_rows_is_silent(tmp_path: Path):
    assert "small_line" not in checked(tmp_path, CHECK | {"sql": "SELECT source_row FROM lines WHERE qty < 0"}).findings["rule"].tolist()


@pytest.mark.parametrize("outcome", ["ASK", "REJECT"])
def test_a_check_can_stop_the_run(tmp_path: Path, outcome: str):
    result = checked(tmp_path, CHECK | {"outcome": outcome})
    assert result.findings.set_index("rule").loc["small_line", "outcome"] == outcome
    with pytest.raises(DataError, match="lines of less than three units"):
        result.raise_if_faulty()


def test_a_question_of_a_check_can_be_answered(tmp_path: Path):
    answer = {"rule": "small_line", "who": "data_owner", "reason": "samples"}
    told = checked(tmp_path, CHECK | {"outcome": "ASK"}, acknowledged=[answer]).findings.set_index("rule").loc["small_line"]
    assert told["outcome"] == "ACCEPT"
    assert (told["answered_by"], told["answer"]) == ("data_owner", "samples")


def test_a_check_that_fails_is_told_and_reaches_nothing_else(tmp_path: Path):
    result = checked(tmp_path, CHECK | {"sql": "SELECT * FROM read_text('/etc/passwd')"}, CHECK | {"rule": "other"})
    rules = result.findings.set_index("rule")
    assert rules.loc["query", "message"].startswith("check small_line: the query fails")
    assert rules.loc["other", "row"] == 3


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"file": "a.csv", "checks": [CHECK]}, "need `sql` and `from`"),
        ({"sql": SQL, "from": {"lines": {"file": "a.csv"}}, "checks": [CHECK | {"of": "other"}]}, "`of` is a name in `from`"),
        ({"sql": SQL, "from": {"lines": {"file": "a.csv"}, "more": {"file": "b.csv"}}, "checks": [CHECK]}, "name in `of` the file"),
    ],
)
def test_a_check_says_which_file_it_is_about(source: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        Source.model_validate(source)
