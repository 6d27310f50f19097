"""What a step's key holds, and what it does not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.run import places
from sopkit.run.keys import UNSEEN, changed_parts, notebook_hash, step_parts, tree_hash
from sopkit.steps import BY_NAME, STEPS


def test_outputs_and_counts_of_a_notebook_change_nothing(suite: Suite) -> None:
    path = suite.root / "notebooks" / STEPS[0].notebook
    before = notebook_hash(path)
    content = json.loads(path.read_text())
    content["cells"][1] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}
    content["metadata"]["language_info"] = {"version": "3.13"}
    path.write_text(json.dumps(content))
    assert notebook_hash(path) == before
    content["cells"][1]["metadata"]["tags"] = []
    path.write_text(json.dumps(content))
    assert notebook_hash(path) != before


def test_a_tree_is_its_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = tree_hash(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("2")
    (tmp_path / ".hidden").write_text("2")
    assert tree_hash(tmp_path) == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert tree_hash(tmp_path) != first


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda suite: (suite.root / "templates" / "x.j2").write_text("x"), {"executive": {"templates"}, "publish": {"templates"}}),
        (lambda suite: suite.change_params("lift: 2", "lift: 3"), {"demand_planning": {"params"}}),
        (lambda suite: (suite.root / "requirements.lock").write_text("x"), {step.name: {"lock"} for step in STEPS}),
        (
            lambda suite: suite.params.write_text(suite.params.read_text() + "meeting: {cash_floor: 1}\n"),
            {name: {"params"} for name in ("pre_sop", "executive", "publish")},
        ),
        (
            lambda suite: suite.params.write_text(suite.params.read_text() + "supply: {frozen_months: 2}\n"),
            {name: {"params"} for name in ("supply_planning", "pre_sop", "executive", "publish")},
        ),
    ],
)
def test_each_change_reaches_the_steps_that_see_it(suite: Suite, change: Callable[[Suite], object], parts: dict[str, set[str]]) -> None:
    then = _parts(suite)
    change(suite)
    now = _parts(suite)
    found = {name: set(changed_parts(now[name], then[name])) for name in now}
    rendering = {name for name, names in found.items() if "run" in names}
    assert rendering == {"executive", "publish"}  # packs print the run id
    assert {name: names - {"run"} for name, names in found.items() if names - {"run"}} == parts


def test_run_id_depends_on_content_and_not_on_place_or_comment(suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = suite.prepare(6).run.run_id
    suite.params.write_text("# a comment\n" + suite.params.read_text())
    assert suite.prepare(6).run.run_id == run_id
    other = Suite(tmp_path / "elsewhere")
    for name in ("SOPKIT_ROOT", "SOPKIT_REPORTS"):
        monkeypatch.setenv(name, other.environment[name])
    assert other.prepare(6).run.run_id == run_id
    (other.root / "data" / "items.csv").write_text("item\nB\n")
    assert other.prepare(6).run.run_id != run_id


@pytest.mark.parametrize("name", sorted(UNSEEN))
def test_a_notebook_uses_no_section_that_its_key_leaves_out(name: str) -> None:
    cells = json.loads(places.notebook_file(BY_NAME[name].notebook).read_text())["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert [section for section in UNSEEN[name] if f"params.{section}" in source] == []


def _parts(suite: Suite) -> dict[str, dict[str, str]]:
    """The parts of all keys, as if every step had run and left nothing."""
    prepared = suite.prepare(6)
    for step in STEPS:
        path = prepared.run.marker(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"step": step.name, "outputs": {}}))
    return {step.name: step_parts(step, STEPS, prepared.made_from, prepared.run) or {} for step in STEPS}
