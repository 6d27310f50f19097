"""End to end on the small demo company: one command, six steps, a pack; twice, under both engines, the same bytes."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from command_line import CYCLES, ROOT, sop

from sopkit.meeting.kpis import KPI_IDS
from sopkit.run.kernel import PINNED
from sopkit.steps import STEPS

LAST = CYCLES[-1]


def table(run: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(run / "tables" / f"{name}.parquet")


def content(run: Path) -> dict[str, str]:
    """Hashes of everything a run made, but for what is allowed to differ: executed notebooks, logs and times."""
    kept = [
        *run.glob("tables/*"),
        *run.glob("figures/*/*"),
        *run.glob("pack/executive.*"),
        run / "facts.json",
        *run.glob("steps/*.facts.json"),
    ]
    return {path.relative_to(run).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sorted(kept)}


def another_tree(small_demo: Path, folder: Path) -> Path:
    """A reports tree with the same sample and the same cycle before, and nothing of the last cycle."""
    company = folder / "demo"
    company.mkdir(parents=True)
    (company / "sample").symlink_to(small_demo / "demo" / "sample")
    before = (small_demo / "demo" / CYCLES[0]).resolve()
    shutil.copytree(before, company / "runs" / before.name)
    (company / CYCLES[0]).symlink_to(f"runs/{before.name}")
    return folder


def test_a_run_leaves_what_the_readme_promises(finished):
    for step in STEPS:
        marker = json.loads((finished / "steps" / f"{step.name}.json").read_text())
        for name, expected in marker["outputs"].items():
            assert sha256((finished / name).read_bytes()).hexdigest() == expected
        assert (finished / "notebooks" / step.notebook).stat().st_size > 0
    for name in ("facts.json", "manifest.json", "findings.json", "log.jsonl", "plan.xlsx", "pack/executive.html", "pack/executive.pdf"):
        assert (finished / name).stat().st_size > 0, name


def test_the_eight_kpis_are_facts_of_the_cutoff_month(finished):
    facts = pd.DataFrame(json.loads((finished / "facts.json").read_text())["facts"])
    closed = facts[(facts["level"] == "*") & (facts["scenario"] == "actual") & (facts["period"] == CYCLES[0])].set_index("id")
    assert set(KPI_IDS) <= set(closed.index)
    assert closed.loc[list(KPI_IDS), "value"].notna().all()
    assert facts["definition"].ne("").all()
    assert facts.loc[facts["value"].isna(), "reason"].notna().all()


def test_money_ties_from_the_source_to_the_facts(finished):
    facts = pd.DataFrame(json.loads((finished / "facts.json").read_text())["facts"])
    told = facts.query("id == 'total_sales' and level == '*' and scenario == 'actual'").set_index("period")["value"]
    sold = table(finished, "sales_history")
    closed = sold.loc[sold["date"].dt.strftime("%Y-%m") == CYCLES[0], "revenue"].sum()
    assert told[CYCLES[0]] == pytest.approx(closed, abs=0.005)
    statement = table(finished, "plan_statement").query("line == 'net_sales' and period == @CYCLES[0]")["amount"].sum()
    assert statement == pytest.approx(closed, abs=0.005)


def test_demand_ties_from_the_plan_to_its_shipments(finished):
    demand, fulfilled = table(finished, "consensus_demand"), table(finished, "demand_fulfilment")
    assert fulfilled["demand"].sum() == pytest.approx(demand["quantity"].sum())
    plan = table(finished, "supply_plan")
    rolled = plan["opening_stock"] + plan["production"] + plan["subcontract"] + plan["receipts"] - plan["shipped"]
    assert (rolled - plan["closing_stock"]).abs().max() < 1e-3


def test_the_last_plan_is_that_of_the_cycle_before(finished, small_demo):
    last, before = table(finished, "last_plan"), table((small_demo / "demo" / CYCLES[0]).resolve(), "consensus_demand")
    assert set(last["made_in"]) == {CYCLES[0]}
    assert last["quantity"].sum() == pytest.approx(before["quantity"].sum())
    bridge = table(finished, "plan_bridge").query("measure == 'revenue'").set_index("cause")["amount"]
    causes = bridge.drop(["last_plan", "this_plan", "horizon_roll"]).sum()
    assert bridge["last_plan"] + causes == pytest.approx(bridge["this_plan"], abs=0.01)


def test_the_same_inputs_give_the_same_bytes_under_both_engines(finished, small_demo, tmp_path):
    fresh = another_tree(small_demo, tmp_path)
    sop(fresh, "run", "params/demo.yaml", "--cycle", LAST, "--engine", "fresh", "--format", "plain")
    run = (fresh / "demo" / LAST).resolve()
    assert run.name == finished.name
    assert content(run) == content(finished)


def test_an_unchanged_cycle_runs_nothing(small_demo, finished):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*.parquet")}
    told = sop(small_demo, "run", "params/demo.yaml", "--cycle", LAST, "--format", "json").stdout
    events = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert not [event for event in events if event.get("status") == "ran"]
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*.parquet")} == before


@pytest.mark.slow
def test_a_killed_kernel_is_resumed_to_the_same_result(finished, small_demo, tmp_path):
    tree = another_tree(small_demo, tmp_path)
    suite = tmp_path / "suite"
    shutil.copytree(ROOT, suite, ignore=shutil.ignore_patterns(".venv", "reports", ".git", "docs", "tests", "benchmarks"), symlinks=True)
    notebook = suite / "notebooks" / "3_supply_planning.ipynb"
    whole = notebook.read_text()
    killing = whole.replace("tables = step.read_all()", "import os, signal; os.kill(os.getpid(), signal.SIGKILL); tables = step.read_all()")
    assert killing != whole
    notebook.write_text(killing)
    died = sop(tree, "run", "params/demo.yaml", "--cycle", LAST, "--format", "plain", check=False, SOPKIT_ROOT=str(suite))
    assert died.returncode == 5
    assert "supply_planning" in died.stderr
    assert not (tree / "demo" / LAST).exists()
    notebook.write_text(whole)
    resumed = sop(tree, "run", "params/demo.yaml", "--cycle", LAST, "--format", "plain", SOPKIT_ROOT=str(suite)).stdout
    for step in STEPS[:2]:
        assert not [line for line in resumed.splitlines() if step.name in line and " ran " in line]
    assert {name: value for name, value in content((tree / "demo" / LAST).resolve()).items() if name.startswith("tables/")} == {
        name: value for name, value in content(finished).items() if name.startswith("tables/")
    }


def test_a_misspelt_knob_names_the_nearest_one_before_a_kernel_starts(small_demo, tmp_path):
    params = tmp_path / "demo.yaml"
    params.write_text((ROOT / "params" / "demo.yaml").read_text() + "\nsupply_planning:\n  limits_prized: 3\n")
    told = sop(small_demo, "run", str(params), check=False)
    assert told.returncode == 2
    assert "limits_priced" in told.stderr
    assert "data_collection" not in told.stdout


def test_an_unknown_section_names_the_nearest_one(small_demo, tmp_path):
    params = tmp_path / "demo.yaml"
    params.write_text((ROOT / "params" / "demo.yaml").read_text().replace("\nsupply:", "\nsuply:"))
    told = sop(small_demo, "run", str(params), check=False)
    assert told.returncode == 2
    assert "Did you mean supply" in told.stderr


def test_a_step_started_by_hand_leaves_the_cycle_alone(small_demo, finished, tmp_path):
    import papermill

    tree = tmp_path / "reports"
    (tree / "demo").mkdir(parents=True)
    shutil.copytree(finished, tree / "demo" / LAST)
    before = content(tree / "demo" / LAST)
    (tree / "demo" / "sample").symlink_to(small_demo / "demo" / "sample")
    out = tmp_path / "elsewhere" / "out.ipynb"
    out.parent.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOPKIT_REPORTS", str(tree))
        patch.chdir(out.parent)
        papermill.execute_notebook(str(ROOT / "notebooks" / "2_demand_planning.ipynb"), str(out), {"horizon": 12}, progress_bar=False)
    assert content(tree / "demo" / LAST) == before
    tried = table(tree / "demo" / "sandbox" / LAST, "consensus_demand")
    assert tried["period"].nunique() == 12


def test_a_second_process_plans_the_same_scenarios(small_demo):
    environment = {**os.environ, **PINNED, "SOPKIT_REPORTS": str(small_demo)}
    command = [sys.executable, str(ROOT / "tests" / "work_aside.py"), LAST]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


def test_papermill_describes_the_parameters(capsys):
    import papermill

    known = papermill.inspect_notebook(str(ROOT / "notebooks" / "2_demand_planning.ipynb"))
    assert known["horizon"]["inferred_type_name"] == "int"
    assert known["models"]["inferred_type_name"] == "list[str]"
    assert all(entry["help"] for entry in known.values())


@pytest.mark.slow  # the same on frames: tests/meeting/test_scenarios.py; on the command line: tests/run/test_runner.py
def test_a_scenario_run_is_the_row_of_the_scenario_table(finished, small_demo, tmp_path):
    tree = another_tree(small_demo, tmp_path)
    sop(tree, "run", "params/demo.yaml", "--cycle", LAST, "--scenario", "demand_up", "--to", "pre_sop", "--format", "plain")
    before = (tree / "demo" / CYCLES[0]).resolve()
    [run] = [path for path in (tree / "demo" / "runs").iterdir() if path != before and (path / "tables" / "scenarios.parquet").exists()]
    told = table(run, "scenarios").set_index("scenario").loc["base"]
    row = table(finished, "scenarios").set_index("scenario").loc["demand_up"]
    for measure in ("net_sales", "contribution", "fill_rate", "lost", "late", "stock_peak", "cash_low", "load_peak"):
        assert told[measure] == pytest.approx(row[measure], rel=1e-9, abs=1e-6), measure


def test_a_finished_cycle_can_be_looked_at_again(small_demo, finished, tmp_path):
    tree = tmp_path / "reports"
    (tree / "demo").mkdir(parents=True)
    for name in ("runs", "sample", *CYCLES):
        (tree / "demo" / name).symlink_to((small_demo / "demo" / name).resolve())
    before = content(finished)
    told = json.loads(sop(tree, "scenarios", "demo", "--cycle", LAST, "--format", "json").stdout)
    assert {row["scenario"] for row in told} == set(table(finished, "scenarios")["scenario"])
    assert "demand_up" in sop(tree, "scenarios", "demo", "--cycle", LAST).stdout
    written = sop(tree, "pack", "demo", "--cycle", LAST).stdout.splitlines()
    again = tree / "demo" / "sandbox" / LAST / "pack"
    assert written == [f"written: {again / name}" for name in ("executive.html", "executive.pdf")]
    assert (again / "executive.pdf").read_bytes() == (finished / "pack" / "executive.pdf").read_bytes()
    assert content(finished) == before


def test_a_cycle_that_was_not_run_says_how_to_run_it(tmp_path):
    told = sop(tmp_path, "scenarios", "demo", "--cycle", "2026-01", check=False)
    assert told.returncode == 2
    assert "sop run params/demo.yaml --cycle 2026-01" in told.stderr
