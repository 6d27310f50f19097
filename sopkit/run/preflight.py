"""What can be refused before a kernel starts: knobs, tags, the reports folder. Reads the notebooks as text.

A notebook's parameters cell is its contract: one annotated assignment of a literal per line, a comment as its help.
"""

import ast
import io
import json
import tempfile
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from sopkit.errors import InfrastructureError, ParamsError, Problem
from sopkit.run import places
from sopkit.steps import BY_NAME, STEPS, Step

TAG = "parameters"
FORBIDDEN_TAGS = ("raises-exception",)  # papermill would run on behind an error and call the notebook complete
GIVEN_BY_RUN = ("company", "cycle", "scenario")
FEWEST_MONTHS = 12  # that are planned where nothing says how many
TYPES = ("str", "int", "float", "bool", "list[str]")


@dataclass(frozen=True)
class Knob:
    """One parameter of a notebook."""

    step: str
    name: str
    type: str
    default: object
    help: str


def knobs(steps: Iterable[Step] = STEPS) -> list[Knob]:
    """The knobs of all notebooks, in order; the company, cycle and scenario that a run sets itself are not among them.

    Raises ParamsError that lists every notebook that is missing or whose parameters cell cannot be used.
    """
    found: list[Knob] = []
    problems: list[Problem] = []
    for step in steps:
        path = places.notebook_file(step.notebook)
        try:
            found += [knob for knob in notebook_knobs(step, path) if knob.name not in GIVEN_BY_RUN]
        except ParamsError as error:
            problems += error.problems
    if problems:
        raise ParamsError("a notebook cannot be run", problems)
    return found


def notebook_knobs(step: Step, path: Path) -> list[Knob]:
    """All parameters of one notebook, read from its parameters cell.

    Raises ParamsError where the notebook is missing, has no such cell, or declares a parameter that papermill cannot see.
    """
    source = _parameters_cell(path)
    comments = _comments(source)
    found, problems = [], []
    for statement in ast.parse(source).body:
        where = f"{path.name}, parameters cell, line {statement.lineno}"
        try:
            found.append(_knob(step, statement, comments.get(statement.lineno, "")))
        except ValueError as error:
            problems.append(Problem(where, ast.unparse(statement)[:60], str(error)))
    missing = [name for name in GIVEN_BY_RUN if name not in {knob.name for knob in found}]
    if missing and not problems:
        problems.append(Problem(f"{path.name}, parameters cell", f"no {', '.join(missing)}", "company, cycle and scenario"))
    if problems:
        raise ParamsError("a parameters cell cannot be used", problems)
    return found


def planned_months(given: Mapping[str, Mapping[str, object]]) -> int:
    """Months that a company plans, M0 first: its own knob `demand_planning.horizon`, else the notebook's.

    Args:
        given: step: the knobs that the params set.
    """
    step = BY_NAME["demand_planning"]
    path = places.notebook_file(step.notebook)
    standard = {knob.name: knob.default for knob in notebook_knobs(step, path)} if path.is_file() else {}
    months = given.get(step.name, {}).get("horizon", standard.get("horizon"))
    return months if isinstance(months, int) and months > 0 else FEWEST_MONTHS


def check_knobs(given: Mapping[str, Mapping[str, object]], declared: Sequence[Knob], source: str) -> None:
    """Refuse knobs that no notebook has, and values of another type; `source` is the params file.

    Raises ParamsError with all of them, each with the nearest known name.
    """
    problems = []
    for step, values in given.items():
        known = {knob.name: knob for knob in declared if knob.step == step}
        for name, value in values.items():
            where = f"{source}, {step}.{name}"
            if name in known:
                if not is_of_type(value, known[name].type):
                    problems.append(Problem(where, f"{value!r} ({type(value).__name__})", known[name].type, known[name].help))
                continue
            if name in GIVEN_BY_RUN:
                problems.append(Problem(where, "a name that the run sets itself", "a knob of the step"))
                continue
            problems.append(Problem(where, "an unknown knob", f"a knob of {step}", _nearest(name, step, declared)))
    if problems:
        raise ParamsError("knobs cannot be used", problems)


def is_of_type(value: object, annotation: str) -> bool:
    """Whether a value is what a knob's annotation says; an int may stand for a float, a bool never for a number."""
    if annotation == "list[str]":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if isinstance(value, bool):
        return annotation == "bool"
    wanted: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float), "bool": bool}
    return isinstance(value, wanted[annotation])


def check_writable(folder: Path) -> None:
    """Refuse a reports folder that cannot be written to; makes it where it is not there.

    Raises InfrastructureError that names the folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".writable-"):
            pass
    except OSError as error:
        problem = Problem(
            str(folder), error.strerror or str(error), "a folder that may be written to", "Set SOPKIT_REPORTS to another one."
        )
        raise InfrastructureError("the reports folder cannot be written to", [problem]) from None


def _parameters_cell(path: Path) -> str:
    """Source of the cell tagged `parameters`."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ParamsError("no notebook", [Problem(str(path), f"unreadable ({error})", "a Jupyter notebook")]) from None
    tagged = [cell for cell in cells if TAG in cell["metadata"].get("tags", [])]
    problems = [
        Problem(f"{path.name}, cell {position + 1}", f"the tag {tag!r}", "no such tag: a step that fails must stop")
        for position, cell in enumerate(cells)
        for tag in FORBIDDEN_TAGS
        if tag in cell["metadata"].get("tags", [])
    ]
    if len(tagged) != 1:
        problems.append(
            Problem(path.name, f"{len(tagged)} cells tagged {TAG!r}", "exactly one", "JupyterLab: Property Inspector, Cell Tags.")
        )
    if problems:
        raise ParamsError("a notebook cannot be run", problems)
    return "".join(tagged[0]["source"])


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}


def _knob(step: Step, statement: ast.stmt, comment: str) -> Knob:
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name) or statement.value is None:
        raise ValueError("name: type = value  # help")
    annotation = ast.unparse(statement.annotation)
    if annotation not in TYPES:
        raise ValueError(f"one of the types {', '.join(TYPES)}")
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        raise ValueError("a literal value") from None
    if not is_of_type(default, annotation):
        raise ValueError(f"a default of type {annotation}")
    return Knob(step.name, statement.target.id, annotation, default, comment)


def _nearest(name: str, step: str, declared: Sequence[Knob]) -> str:
    here = [knob.name for knob in declared if knob.step == step]
    if near := get_close_matches(name, here, n=1, cutoff=0.5):
        return f"Did you mean {near[0]}?"
    elsewhere = [knob.step for knob in declared if knob.name == name]
    return f"{elsewhere[0]} has it." if elsewhere else f"Known: {', '.join(here) or 'none'}."
