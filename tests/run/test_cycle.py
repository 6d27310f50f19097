"""Run folders: links, snapshots, steps that are done."""

import json
import os
from pathlib import Path

import pytest

from sopkit.errors import InfrastructureError, IntegrityError
from sopkit.run import cycle, files, snapshot
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import file_hash
from sopkit.steps import STEPS


def test_a_link_is_swapped_and_never_a_folder(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    for run_id in ("aaa", "bbb"):
        (tmp_path / "runs" / run_id).mkdir(parents=True)
        assert str(company.publish_run("2026-03", company.run(run_id)).readlink()) == f"runs/{run_id}"
    assert [path.name for path in tmp_path.iterdir() if path.name != "runs"] == ["2026-03"]
    (tmp_path / "2026-04").mkdir()
    with pytest.raises(IntegrityError, match="a folder or a file; expected a link"):
        company.publish_run("2026-04", company.run("aaa"))


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    files.write_atomically(path, b"old")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_snapshot_holds_what_was_hashed(tmp_path: Path) -> None:
    root, run = tmp_path / "data", RunFolder(tmp_path / "run")
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.csv").write_text("1")
    (root / "b.csv").write_text("2")
    files = snapshot.input_names([root / "deep" / "a.csv", root / "b.csv"], root)
    hashes = {name: file_hash(path) for name, path in files.items()}
    snapshot.snapshot_inputs(run, files, hashes)
    assert (run.inputs / "deep" / "a.csv").read_text() == "1"
    del hashes["b.csv"]
    snapshot.snapshot_inputs(run, files, hashes)
    assert not (run.inputs / "b.csv").exists()  # what the run was not made from is not there
    (root / "deep" / "a.csv").write_text("3")
    (run.inputs / "deep" / "a.csv").unlink()
    with pytest.raises(InfrastructureError, match="an input changes while it is read"):
        snapshot.snapshot_inputs(run, files, hashes)
    assert not list(run.inputs.rglob("*.part"))


def test_a_marker_cannot_name_files_outside_the_run(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    run = RunFolder(tmp_path / "run")
    [problem] = cycle.broken_outputs(run, {"../secret": file_hash(tmp_path / "secret")})
    assert problem.came == "a path outside the run"


def test_a_done_step_is_one_whose_files_are_what_they_were(tmp_path: Path) -> None:
    run, step = RunFolder(tmp_path), STEPS[0]
    for path, content in ((tmp_path / "tables" / "items.parquet", "items"), (run.notebook(step), "{}")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    outputs = {"tables/items.parquet": file_hash(tmp_path / "tables" / "items.parquet")}
    files.write_json(run.marker(step), {"schema": 1, "step": step.name, "outputs": outputs})
    cycle.record_done(run, step, "key", {"notebook": "n"}, 1.0)
    assert cycle.is_done(run, step, "key") and not cycle.is_done(run, step, "other")
    other = RunFolder(tmp_path / "other")
    cycle.carry_over(run, other, step)
    assert cycle.is_done(other, step, "key")
    cycle.forget(other, step)
    assert not cycle.is_done(other, step, "key") and cycle.is_done(run, step, "key")
    (tmp_path / "tables" / "items.parquet").write_text("iteMs")
    assert not cycle.is_done(run, step, "key")
    run.done(step).write_text(json.dumps({"schema": 99, "key": "key", "files": {}}))
    assert not cycle.is_done(run, step, "key")
