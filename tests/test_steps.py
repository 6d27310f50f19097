"""`steps.py` and the notebooks: what is declared is what happens, and a notebook narrates."""

import ast
import json
import re
from pathlib import Path

import pytest

from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.run.params import load_params
from sopkit.run.preflight import GIVEN_BY_RUN, knobs
from sopkit.steps import BY_NAME, PLANNING, SOURCES, STEPS, step_of

ROOT = Path(__file__).resolve().parents[1]
MOST_CELLS = 40  # some 25; step 4 looks at the money from every side
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda)


def cells(step):
    return json.loads((ROOT / "notebooks" / step.notebook).read_text())["cells"]


def code(step):
    return ["".join(cell["source"]) for cell in cells(step) if cell["cell_type"] == "code"]


def test_a_step_is_known_by_number_and_name():
    assert step_of("3") is step_of("supply_planning") is BY_NAME["supply_planning"]
    assert step_of("7") is None


def test_every_table_has_a_contract_and_one_writer():
    written = [name for step in STEPS for name in step.writes]
    assert len(written) == len(set(written))
    assert set(written) == set(CONTRACTS) - {"facts"}
    assert {name.rstrip("?") for name in SOURCES} == set(INPUTS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_reads_what_a_step_before_it_writes(step):
    before = {name for other in STEPS if other.number < step.number for name in other.writes}
    assert (step.needed | step.optional) <= before
    assert step.previous | step.proposed <= set(CONTRACTS)
    assert not step.needed & step.optional


def test_only_inputs_are_optional():
    for step in STEPS:
        assert step.optional <= set(INPUTS) | {"last_plan", "last_production"}
    assert {"items", "consensus_demand"} == {name for name in PLANNING if not name.endswith("?")}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_notebook_narrates_and_computes_nothing_itself(step):
    sources = code(step)
    assert 6 <= len(sources) <= MOST_CELLS
    for source in sources:
        found = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, FORBIDDEN)]
        assert not found, f"{step.notebook}: {found} in\n{source}"
        assert len(source.splitlines()) <= 25
    titles = "".join(cells(step)[0]["source"])
    assert titles.startswith(f"# {step.number} · ")
    assert step.question in titles
    assert sources[-1].rstrip().splitlines()[-1].startswith("step.finish(") or "step.finish(" in sources[-1]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_no_figure_is_typed_into_the_prose(step):
    allowed = rf"# {step.number} ·|P10|P90|M0|working days? [−–\d]+( to \d+)?|\bBelow 1\b|Above 1\b"
    for cell in cells(step):
        if cell["cell_type"] == "markdown":
            assert not re.search(r"\d", re.sub(allowed, "", "".join(cell["source"]))), "".join(cell["source"])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_notebooks_are_kept_without_outputs(step):
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells(step))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_knob_is_used(step):
    body = "\n".join(code(step)[1:])
    names = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    declared = [knob.name for knob in knobs([step])]
    assert [name for name in declared if name not in names] == []
    assert all(knob.help for knob in knobs([step]))
    assert {node.target.id for node in ast.parse(code(step)[0]).body} >= set(GIVEN_BY_RUN)


def test_what_is_declared_is_what_happens(finished):
    provided = load_params(ROOT / "params" / "demo.yaml").sources
    for step in STEPS:
        marker = json.loads((finished / "steps" / f"{step.name}.json").read_text())
        declared = (
            step.needed | step.optional | {f"previous:{name}" for name in step.previous} | {f"proposed:{name}" for name in step.proposed}
        )
        in_revisions = {"revision_change"} if step.name == "executive" else set()  # a pack of what was decided asks for it
        assert set(marker["reads"]) | in_revisions == declared, step.name
        outputs = {name for name in marker["outputs"] if name.startswith("tables/")}
        assert outputs == {f"tables/{name}.parquet" for name in step.writes if name not in INPUTS or name in provided}, step.name
