"""Whole runs: what is executed, what is kept, what a link shows."""

import json
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.errors import DataError, GateError, StepError
from sopkit.run.runner import intended

THREE = ["data_collection", "demand_planning", "supply_planning"]


def test_a_run_leaves_a_whole_record_and_a_second_one_executes_nothing(warm: Suite) -> None:
    outcome = warm.run()
    assert outcome.executed == tuple(THREE)
    assert warm.link.is_symlink() and str(warm.link.readlink()) == f"runs/{outcome.run.run_id}"
    manifest = json.loads((warm.link / "manifest.json").read_text())
    assert manifest["run_id"] == outcome.run.run_id and len(outcome.run.run_id) == 12
    assert manifest["gates_passed_over"] == ["data_quality", "demand", "supply"]
    assert manifest["changed_while_running"] == []
    assert [fact["id"] for fact in json.loads((warm.link / "facts.json").read_text())["facts"]] == ["fact_1", "fact_2", "fact_3"]
    assert (warm.link / "inputs" / "items.csv").read_text() == "item\nA\n"
    assert sorted(path.name for path in (warm.link / "pack" / "notebooks").iterdir())[0] == "1_data_collection.html"
    assert warm.attempt()["state"] == "good"
    before = {path: path.stat().st_mtime_ns for path in warm.link.resolve().rglob("*") if path.is_file() and path.name != "log.jsonl"}

    assert warm.run().executed == ()
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_both_engines_leave_the_same_bytes(warm: Suite) -> None:
    warm.run(2)
    reused = warm.hashes()
    assert warm.run(2, engine="fresh", force=True).executed == tuple(THREE[:2])
    assert warm.hashes() == reused
    assert any(name.endswith(".html") for name in reused) and any(name.endswith(".parquet") for name in reused)


def test_log_tells_step_cell_seconds_and_memory(warm: Suite) -> None:
    warm.run(1)
    lines = [json.loads(line) for line in (warm.link / "log.jsonl").read_text().splitlines()]
    cells = [line for line in lines if line["event"] == "cell"]
    assert [cell["cell"] for cell in cells] == [1, 2, 3, 4, 5]  # parameters, those given, read, the test's own, write
    assert all(cell["seconds"] >= 0 and cell["peak_memory_mb"] > 10 for cell in cells)
    assert {cell["detail"] for cell in cells} == {"What happened, and can we trust the data?"}


def test_a_changed_knob_re_runs_only_what_it_reaches(warm: Suite) -> None:
    first = warm.run().run
    warm.change_params("lift: 2", "lift: 3")
    [kept, changed, unsure] = intended(warm.prepare())
    assert (kept.state, changed.state, changed.detail, unsure.state) == ("kept", "would_run", "changed: params", "may_run")
    second = warm.run()
    assert second.executed == ("demand_planning", "supply_planning")
    assert second.run.run_id != first.run_id
    table = "tables/items.parquet"
    assert (second.run.path / table).samefile(first.path / table)  # carried over by hard link
    warm.change_params("lift: 3", "lift: 2")
    assert warm.run().executed == () and warm.run_folder() == first.path.resolve()


def test_a_changed_input_byte_runs_everything_behind_it(warm: Suite) -> None:
    warm.run(2)
    (warm.root / "data" / "items.csv").write_text("item\nB\n")
    assert warm.run(2).executed == tuple(THREE[:2])
    assert (warm.link / "inputs" / "items.csv").read_text() == "item\nB\n"


def test_steps_read_the_snapshot_and_a_source_that_changes_meanwhile_is_told(warm: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    warm.set_cell(1, "pathlib.Path(os.environ['SOPKIT_ROOT'], 'data', 'items.csv').write_text('item\\nB\\n')")
    warm.run(2)
    assert (warm.link / "inputs" / "items.csv").read_text() == "item\nA\n"
    assert "warning: inputs changed while the run went on" in capsys.readouterr().out
    assert json.loads((warm.link / "manifest.json").read_text())["changed_while_running"] == ["inputs"]


def test_a_failed_run_leaves_the_link_and_is_resumed(warm: Suite) -> None:
    warm.run()
    good, shown = warm.run_folder(), warm.hashes()
    warm.change_params("lift: 2", "lift: 3")
    warm.set_cell(3, "assert pathlib.Path(os.environ['SOPKIT_ROOT'], 'mended').exists(), 'not yet'")
    with pytest.raises(StepError, match=r"step 3 supply_planning, cell In \[4\] under .*: AssertionError: not yet"):
        warm.run()
    assert warm.run_folder() == good and warm.hashes() == shown
    attempt = warm.attempt()
    assert (attempt["state"], attempt["step"], attempt["cell"]) == ("failed", "supply_planning", 4)
    assert attempt["next"].startswith("sop run ") and attempt["next"].endswith("--cycle 2026-03")
    failed = json.loads((warm.reports / "tiny" / "runs" / attempt["run_id"] / "notebooks" / "3_supply_planning.ipynb").read_text())
    assert "".join(failed["cells"][0]["source"]).startswith("# FAILED")

    (warm.root / "mended").touch()
    assert warm.run().executed == ("supply_planning",)
    assert warm.run_folder().name == attempt["run_id"]


def test_a_forced_run_that_fails_leaves_what_people_read(warm: Suite) -> None:
    warm.set_cell(2, "assert not pathlib.Path(os.environ['SOPKIT_ROOT'], 'broken').exists()")
    warm.run(2)
    good, shown = warm.run_folder(), warm.hashes()
    (warm.root / "broken").touch()
    with pytest.raises(StepError):
        warm.run(2, force=True)
    assert warm.run_folder() == good
    assert all((good / name).is_file() for name in shown)
    assert warm.run(2).executed == ()  # what is shown is still whole
    (warm.root / "broken").unlink()
    assert len(warm.run(2, force=True).executed) == 2
    assert warm.run_folder() == good and warm.hashes() == shown
    assert not list((warm.reports / "tiny" / "runs").glob(".aside/*"))


def test_a_broken_file_is_noticed_and_made_again(warm: Suite) -> None:
    warm.run()
    path = warm.run_folder() / "tables" / "supply_plan.parquet"
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    assert intended(warm.prepare())[2].detail == "its files are not what they were"
    assert warm.run().executed == ("supply_planning",)
    assert (warm.link / "tables" / "supply_plan.parquet").read_bytes() == content


def test_selection_of_steps(warm: Suite) -> None:
    with pytest.raises(StepError, match="an earlier step is not up to date"):
        warm.run(first=2, last=2)
    assert warm.run(last=1).executed == ("data_collection",)
    assert not warm.link.exists()  # a part of a cycle is not shown
    assert warm.run(first=2, last=2).executed == ("demand_planning",)
    assert warm.run(first=3).executed == ("supply_planning",)
    assert warm.link.exists()
    assert warm.run(first=2, last=2, force=True).link is not None  # the others are unchanged: whole again


def test_the_cycle_before_is_part_of_the_keys(warm: Suite) -> None:
    warm.run()
    assert warm.prepare(cycle="2026-04").made_from.previous["consensus_demand"] != "absent"
    assert warm.prepare(cycle="2026-05").made_from.previous["consensus_demand"] == "absent"
    warm.run(cycle="2026-04")
    warm.change_params("lift: 2", "lift: 5")
    warm.run()
    states = [event.state for event in intended(warm.prepare(cycle="2026-04"))]
    assert states[0] == "would_run"


def test_an_error_of_ours_keeps_its_exit_code_across_the_kernel(warm: Suite) -> None:
    problem = "Problem('items.csv, row 3', 'x', 'a number', 'Mend it.')"
    raised = f"from sopkit.errors import DataError, Problem\nraise DataError('two rows', [{problem}])"
    warm.set_cell(1, raised)
    with pytest.raises(DataError, match="two rows\n  - items.csv, row 3: x; expected a number. Mend it."):
        warm.run(1)


def test_enforced_gates_stop_and_say_who_signs(warm: Suite) -> None:
    with pytest.raises(GateError, match=r"waiting for: data quality and snapshot, due on working day 2 \(sop_lead\)"):
        warm.run(gates="enforce")
    assert warm.executed() == ["data_collection"]
    assert warm.attempt()["state"] == "waiting"
    assert not warm.link.exists()


def test_a_scenario_has_a_link_of_its_own(warm: Suite) -> None:
    (warm.root / "params" / "scenarios").mkdir()
    (warm.root / "params" / "scenarios" / "low.yaml").write_text("title: low\n")
    base = warm.run(2).run
    low = warm.run(2, scenario="low").run
    assert low.run_id != base.run_id
    assert warm.run_folder() == base.path.resolve()
    assert Path(f"{warm.link}.low").resolve() == low.path.resolve()
