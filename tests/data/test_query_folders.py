"""A query over a folder of monthly files, files of a folder sent twice, and headers read by their alias."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sopkit.data.sources.declaration import Source, input_files
from sopkit.data.sources.reading import Intake, read_sources

ITEMS = "item,item_name,family,supply_strategy\nA,A,F,stock\n"
SQL = (
    "SELECT day AS date, article AS item, 'SE' AS region, 'web' AS channel, '-' AS customer, "
    "pieces AS quantity, 10 * pieces AS revenue, source_row FROM lines"
)
MONTHS = ("2025-12", "2026-01", "2026-02")


def source(pattern: str = "sales/sales_{period}.csv", **more: object) -> Source:
    return Source.model_validate({"from": {"lines": {"file": pattern, "kinds": {"day": "day", "pieces": "number"}}}, "sql": SQL, **more})


def folder(tmp_path: Path, months: tuple[str, ...] = MONTHS) -> Path:
    (tmp_path / "sales").mkdir()
    (tmp_path / "items.csv").write_text(ITEMS)
    for number, month in enumerate(months, start=1):
        (tmp_path / "sales" / f"sales_{month}.csv").write_text(f"day,article,pieces\n{month}-10,A,{number}\n{month}-11,A,{number}\n")
    return tmp_path


def read(root: Path, sales: Source) -> Intake:
    return read_sources({"items": Source(file="items.csv"), "sales_history": sales}, root, cutoff="2026-02")


def test_a_query_reads_all_files_of_a_folder(tmp_path: Path) -> None:
    root = folder(tmp_path)
    found = read(root, source())
    assert found.problems == ()
    assert found.tables["sales_history"]["quantity"].tolist() == [1, 1, 2, 2, 3, 3]
    assert len(input_files({"sales_history": source()}, root)) == 3  # all of them are kept with the run


def test_a_check_names_the_file_of_the_row(tmp_path: Path) -> None:
    check = {
        "rule": "large",
        "sql": "SELECT source_row, source_file, pieces AS value FROM lines WHERE pieces = 3",
        "message": "{rows} large",
    }
    found = read(folder(tmp_path), source(checks=[check])).findings.query("rule == 'large'").iloc[0]
    assert (found["file"], found["row"], found["message"]) == ("sales/sales_2026-02.csv", 2, "2 large")


def test_a_month_without_a_file_is_asked_about_and_another_header_refused(tmp_path: Path) -> None:
    root = folder(tmp_path, ("2025-12", "2026-02"))
    assert read(root, source()).findings.query("rule == 'missing_month'")["period"].tolist()[0].startswith("2026-01")
    (root / "sales" / "sales_2026-01.csv").write_text("day,article,units\n2026-01-10,A,2\n")
    found = read(root, source()).findings.query("rule == 'other_header'").iloc[0]
    assert (found["outcome"], found["file"]) == ("REJECT", "sales/sales_2026-01.csv")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text(ITEMS)
    assert "missing_file" in set(read(tmp_path, source()).findings["rule"])


def test_a_database_in_a_query_over_files_is_refused_in_words() -> None:
    with pytest.raises(ValidationError, match="a query over files reads no database"):
        Source.model_validate({"from": {"lines": {"connection": "erp", "table": "sales"}}, "sql": SQL})


@pytest.mark.parametrize("in_a_query", [True, False])
def test_a_month_sent_twice_under_two_names_is_asked_about(tmp_path: Path, in_a_query: bool) -> None:
    root = folder(tmp_path)
    text = (root / "sales" / "sales_2026-01.csv").read_bytes()
    (root / "sales" / "sales_2026-02.csv").write_bytes(text)
    columns = {"date": "day", "item": "article", "quantity": "pieces"}
    constants = {"region": "SE", "channel": "web", "customer": "-", "revenue": "1"}
    plain = Source(file="sales/sales_{period}.csv", columns=columns, constants=constants)
    found = read(root, source() if in_a_query else plain).findings.query("rule == 'same_file_twice'")
    assert found[["file", "outcome"]].to_numpy().tolist() == [["sales/sales_2026-02.csv", "ASK"]]


def test_headers_read_by_their_alias_are_told_once_a_file(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("SKU,Produktnamn,Familj,supply_strategy\nA,A,F,stock\n", encoding="utf-8")
    log = read_sources({"items": Source(file="items.csv")}, tmp_path, cutoff="2026-02").findings.query("rule == 'header_alias'")
    assert len(log) == 1 and log["outcome"].tolist() == ["ACCEPT"]
    assert "'SKU' as item, 'Produktnamn' as item_name" in log["message"].iloc[0]
    assert "Familj" not in log["message"].iloc[0]  # the Swedish name is a name


def test_names_of_the_contract_and_of_the_params_are_no_alias(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("Artikelnr,item_name,family,supply_strategy\nA,A,F,stock\n")
    declared = Source(file="items.csv", columns={"item": "Artikelnr"})
    assert "header_alias" not in set(read_sources({"items": declared}, tmp_path, cutoff="2026-02").findings["rule"])
