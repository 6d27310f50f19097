"""What is refused before a kernel starts."""

import json
from pathlib import Path

import pytest
from tiny_suite import Suite, code

from sopkit.errors import ParamsError
from sopkit.run.preflight import Knob, check_knobs, is_of_type, knobs, notebook_knobs
from sopkit.steps import STEPS


def write(path: Path, *cells: dict[str, object]) -> Path:
    path.write_text(json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


GIVEN = 'company: str = "a"\ncycle: str = "2026-03"\nscenario: str = "base"\n'


def test_knobs_come_with_type_default_and_help(tmp_path: Path) -> None:
    source = GIVEN + 'horizon: int = 18  # planned months\nlevel: float = 0.9\nmodels: list[str] = ["theta"]  # models in the pool'
    path = write(tmp_path / "n.ipynb", code("1"), code(source, "parameters"))
    assert notebook_knobs(STEPS[1], path)[3:] == [
        Knob("demand_planning", "horizon", "int", 18, "planned months"),
        Knob("demand_planning", "level", "float", 0.9, ""),
        Knob("demand_planning", "models", "list[str]", ["theta"], "models in the pool"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("horizon = 18", "name: type = value"),
        ("horizon: int | None = None", "one of the types"),
        ("horizon: int = 1 + 1", "a literal value"),
        ('horizon: int = "18"', "a default of type int"),
        ("horizon: int", "name: type = value"),
        ("import os", "name: type = value"),
    ],
)
def test_a_parameter_that_papermill_would_not_see_is_refused(tmp_path: Path, line: str, expected: str) -> None:
    path = write(tmp_path / "n.ipynb", code(GIVEN + line, "parameters"))
    with pytest.raises(ParamsError, match=f"line 4.*expected {expected}".replace("|", r"\|")):
        notebook_knobs(STEPS[1], path)


@pytest.mark.parametrize("tags", [(), ("parameter",)])
def test_a_notebook_without_the_tag_is_refused(tmp_path: Path, tags: tuple[str, ...]) -> None:
    with pytest.raises(ParamsError, match="0 cells tagged 'parameters'"):
        notebook_knobs(STEPS[1], write(tmp_path / "n.ipynb", code(GIVEN, *tags)))


def test_a_cell_that_may_fail_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", code(GIVEN, "parameters"), code("1/0", "raises-exception"))
    with pytest.raises(ParamsError, match="n.ipynb, cell 2: the tag 'raises-exception'"):
        notebook_knobs(STEPS[1], path)


def test_all_broken_notebooks_are_told_at_once(suite: Suite) -> None:
    suite.set_cell(2, tag="params")
    (suite.root / "notebooks" / STEPS[4].notebook).write_text("{")
    with pytest.raises(ParamsError) as raised:
        knobs()
    assert len(raised.value.problems) == 2


def test_unknown_knobs_and_wrong_types_are_told_at_once_with_the_nearest_name() -> None:
    declared = [Knob("demand_planning", "horizon", "int", 18, ""), Knob("supply_planning", "overtime", "bool", True, "")]
    given = {"demand_planning": {"horzion": 12, "horizon": "12", "overtime": True, "cycle": "2026-03"}}
    with pytest.raises(ParamsError) as raised:
        check_knobs(given, declared, "p.yaml")
    told = [str(problem) for problem in raised.value.problems]
    assert told == [
        "p.yaml, demand_planning.horzion: an unknown knob; expected a knob of demand_planning. Did you mean horizon?",
        "p.yaml, demand_planning.horizon: '12' (str); expected int",
        "p.yaml, demand_planning.overtime: an unknown knob; expected a knob of demand_planning. supply_planning has it.",
        "p.yaml, demand_planning.cycle: a name that the run sets itself; expected a knob of the step",
    ]


@pytest.mark.parametrize(
    ("value", "annotation", "fits"),
    [(1, "float", True), (True, "int", False), (True, "float", False), (1, "bool", False), ("1", "int", False), (1.0, "int", False)],
)
def test_types_are_strict(value: object, annotation: str, fits: bool) -> None:
    assert is_of_type(value, annotation) is fits


@pytest.mark.parametrize(
    "cycle",
    [
        "../../x",
        "/abs",
        "2026-09/../../x",
        "2026-09\n",
        "2026-09 ",
        "2026-09.",
        "2026\u201309",
        "2026-13",
        "2026-9",
        "\u0662\u0660\u0662\u0666-\u0660\u0669",
        "CON",
        ".",
        "..",
        "9" * 300,
    ],
)
def test_a_cycle_that_is_no_period_is_refused_and_nothing_is_written(suite: Suite, cycle: str) -> None:
    before = sorted(suite.root.rglob("*"))
    with pytest.raises(ParamsError, match="expected a monthly period, such as 2026-03"):
        suite.prepare(cycle=cycle)
    assert sorted(suite.root.rglob("*")) == before
