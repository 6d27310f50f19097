"""On the finished demo: two plans compared, a figure walked back to its file, the library, and the files for other systems."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import CYCLES, sop

from sopkit.errors import ParamsError
from sopkit.run.comparing import compare
from sopkit.run.library import write_library
from sopkit.run.publishing.erp import PLAN, differences, write_erp
from sopkit.run.publishing.sources import plan_tables
from sopkit.run.publishing.table_differences import differing_cells, table_differences
from sopkit.run.tracing import CELL, MADE_FROM, trace
from sopkit.steps import SOURCES, STEPS

FIRST, SECOND = (f"demo/{cycle}" for cycle in CYCLES)


@pytest.fixture
def demo(small_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPKIT_REPORTS", str(small_demo))
    return small_demo


def test_two_plans_side_by_side_as_text_and_json(demo: Path) -> None:
    lines = compare(FIRST, SECOND, "text")
    assert lines[0] == f"{SECOND} against {FIRST}, 2026-03 to 2027-02" and any(line.split()[:2] == ["demand", "Grills"] for line in lines)
    told = json.loads(compare(FIRST, SECOND, "json")[0])
    row = next(row for row in told["rows"] if (row["measure"], row["subject"]) == ("demand", "*"))
    for name, cycle in zip(("before", "now"), CYCLES, strict=True):
        demand = pd.read_parquet(demo / "demo" / cycle / "tables" / "consensus_demand.parquet")
        assert row[name] == pytest.approx(demand.loc[demand["period"].between("2026-03", "2027-02"), "quantity"].sum())
    assert compare(SECOND, SECOND, "text")[-1] == "  no difference"
    with pytest.raises(ParamsError, match="no such plan"):
        compare(FIRST, "demo/1999-01", "text")


def test_two_plans_as_a_page(demo: Path, tmp_path: Path) -> None:
    assert compare(FIRST, SECOND, "html", tmp_path / "page.html") == [f"written: {tmp_path / 'page.html'}"]
    assert "MSEK" in (tmp_path / "page.html").read_text()


def test_a_fact_is_walked_back_to_the_rows_of_a_file(demo: Path) -> None:
    lines = trace(SECOND, "total_sales")
    place = next(line for line in lines if "sales_history.csv, rows" in line)
    first = int(place.split("rows ")[1].split(",")[0])
    file = (demo / "demo" / CYCLES[1] / "inputs" / "sales_history.csv").read_text(encoding="cp1252").splitlines()
    assert file[first - 1].startswith("2026-02") or ";2026-02" in file[first - 1]
    told = next(line for line in lines if f"row {first}:" in line)
    item = told.split("item ")[1].split(",")[0]
    assert item in file[first - 1]


def test_what_a_page_carries_as_source_is_walked_back_too(demo: Path) -> None:
    row = pd.read_parquet(demo / "demo" / CYCLES[1] / "tables" / "supply_plan.parquet").iloc[3]
    lines = trace(SECOND, f"difference(sum(supply_plan#item={row['item']}&period={row['period']}.production)|x)")
    assert f"production {row['production']:,.6g} in all" in lines[0] and any("inputs/inventory.csv" in line for line in lines)
    assert CELL.findall("sum(budget_gap#family=*&cause=gap.amount)") == [("budget_gap", "family=*&cause=gap", "amount")]
    assert CELL.findall("a#period=2026-03..2026-08.b") == [("a", "period=2026-03..2026-08", "b")]
    with pytest.raises(ParamsError, match="total_sales"):
        trace(SECOND, "total_sale")


def test_every_input_that_a_figure_is_walked_to_is_one_its_table_is_made_of() -> None:
    """By steps.py: each input can be reached from the step that writes the table."""
    inputs = {name.rstrip("?") for name in SOURCES}
    for table, names in MADE_FROM.items():
        writer = next(step for step in STEPS if table in step.writes)
        reached, todo = set(), [writer]
        while todo:
            step = todo.pop()
            reads = step.needed | step.optional | {*step.writes} if step.number == 1 else step.needed | step.optional
            reached |= reads
            todo += [other for other in STEPS if other.number < step.number and reads & {*other.writes}]
        assert set(names) <= reached & inputs, table


def test_the_library_shows_every_cycle_and_asks_for_nothing(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "demo").symlink_to(demo / "demo")
    monkeypatch.setenv("SOPKIT_REPORTS", str(reports))
    page = write_library().read_text()
    assert page.count("<article") == 2 and "MSEK" in page and "script-src 'sha256-" in page and "run, not published" in page
    assert page.count("<summary>Beside") == 1 and f"{CYCLES[0]} run" in page  # the second run beside the first, published or not
    assert all(f'href="demo/{cycle}/pack/executive.html"' in page for cycle in CYCLES)
    assert "Planbibliotek" in write_library("sv").read_text()


def test_the_library_is_searched_from_a_file(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    (tmp_path / "demo").symlink_to(demo / "demo")
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    page_file = write_library()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page, told = browser.new_page(), list[str]()
        page.on("console", lambda message: told.append(message.text))
        page.goto(page_file.as_uri())
        assert page.locator("article:visible").count() == 2
        page.fill("#search", CYCLES[0])
        assert page.locator("article:visible").count() == 1 and page.inner_text("#found") == "1 / 2"
        page.fill("#search", "no such plan")
        assert page.locator("article:visible").count() == 0 and told == []
        browser.close()


def test_files_for_other_systems_are_read_back(demo: Path, tmp_path: Path) -> None:
    tables = plan_tables(demo / "demo" / CYCLES[1] / "tables")
    rows = write_erp(tmp_path, tables, cutoff="2026-02", location="demo")
    assert rows["supply_plan.csv"] == len(tables["supply_plan"]) and {f"{name}.csv" for name in PLAN} <= {*rows}
    path = tmp_path / "supply_plan.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace("2026", "2027"), *lines[2:]]) + "\n")
    assert [problem.where.split(", ")[1:] for problem in differences(path, tables["supply_plan"])] == [["line 2", "period"]]
    path.write_text("\n".join(lines[:-1]) + "\n")
    assert len(differences(path, tables["supply_plan"])) == 1


def test_tables_differ_cell_by_cell_in_the_order_of_the_flow(tmp_path: Path) -> None:
    then = pd.DataFrame({"item": ["A", "B"], "period": ["2026-02", "2026-02"], "quantity": [1.0, float("nan")]})
    assert differing_cells("inventory", then, then.copy()) == []
    now = then.assign(quantity=[2.0, float("nan")])
    problem = differing_cells("inventory", then, now)[0]
    assert problem.where == "table inventory, item A, period 2026-02: quantity" and (problem.came, problem.expected) == ("2.0", "1.0")
    assert "no row" in differing_cells("inventory", then, then.iloc[:1])[0].came
    for name in ("published", "recomputed"):
        (tmp_path / name).mkdir()
    then.to_parquet(tmp_path / "published" / "inventory.parquet")
    (tmp_path / "recomputed" / "inventory.parquet").write_bytes(b"damaged")
    assert "cannot be read" in table_differences(tmp_path / "published", tmp_path / "recomputed")[0].came


@pytest.mark.slow
def test_a_published_plan_is_recomputed_and_a_changed_byte_is_found(small_demo: Path, tmp_path: Path) -> None:
    """In another folder, time zone and hash seed: equal; then one digit of one input is another one."""
    shutil.copytree(small_demo, tmp_path / "reports", symlinks=True)
    sop(tmp_path / "reports", "publish", "demo", "--cycle", CYCLES[1], "--draft")
    version = tmp_path / "reports" / "demo" / "published" / CYCLES[1] / "v1"
    done = sop(tmp_path / "none", "verify", str(version), TZ="Pacific/Auckland", PYTHONHASHSEED="7", LC_ALL="C")
    assert "equal" in done.stdout
    file = version / "source" / "inputs" / "inventory.csv"
    text = file.read_text(encoding="cp1252")
    line = next(line for line in text.splitlines() if ";2026-02;" in line)
    other = line[:-3] + str((int(line[-3]) + 1) % 10) + line[-2:]
    file.write_text(text.replace(line, other), encoding="cp1252")
    told = sop(tmp_path / "none", "verify", str(version), check=False)
    item = line.split(";")[0]
    assert told.returncode == 7 and "source/inputs/inventory.csv: other content" in told.stderr
    assert f"table inventory, item {item}, period 2026-02: quantity" in told.stderr


def test_a_plan_that_was_not_published_cannot_be_verified(demo: Path) -> None:
    from sopkit.run.publishing.verification import verify

    with pytest.raises(ParamsError, match="no such published plan"):
        verify(SECOND)


def test_minutes_are_told_at_any_time(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sopkit.run.minutes import minutes_lines

    shutil.copytree(demo / "demo", tmp_path / "demo", symlinks=True, ignore=shutil.ignore_patterns("sample"))
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    lines = minutes_lines(SECOND)
    assert lines[0].startswith("Fjällglöd AB, 2026-03 DRAFT") and any("head_of_hr" in line for line in lines)
    assert (tmp_path / "demo" / "minutes" / f"{CYCLES[1]}.html").is_file()
    with pytest.raises(ParamsError, match="no finished run"):
        minutes_lines("demo/1999-01")
