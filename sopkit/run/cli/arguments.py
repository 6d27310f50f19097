"""What the verbs have in common: the application they belong to, the words they take, and how those are read."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from sopkit.errors import ParamsError, Problem
from sopkit.steps import STEPS, Step, step_of

app = typer.Typer(
    name="sop",
    help="Sales & Operations Planning as notebooks: run a company's monthly cycle and read its decision pack.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ParamsFile = Annotated[Path, typer.Argument(metavar="PARAMS", help="params file of the company: params/demo.yaml, or just demo")]
Cycle = Annotated[str | None, typer.Option(help="month of the meetings, as 2026-03 (default: the one in the params)")]
StepWord = Annotated[str | None, typer.Option(metavar="STEP", help="a step, by number or name")]
OutputFormat = Annotated[
    Literal["rich", "plain", "json"] | None, typer.Option("--format", help="default: rich on a terminal, plain elsewhere")
]
GateName = Annotated[str, typer.Argument(metavar="GATE", help="data_quality, demand, supply, money or approval")]
Role = Annotated[str, typer.Option("--as", metavar="ROLE", help="role that signs, or its deputy")]
Answers = Annotated[list[str], typer.Argument(metavar="ANSWER", help="a decision and its answer: D1=B, D2=defer, D3=none")]


def params_path(given: Path) -> Path:
    """A params file, given as a path or as the company's name."""
    from sopkit.run import places

    return given if given.suffix in (".yaml", ".yml") else places.params_file(str(given))


def day_of(word: str | None) -> date | None:
    """A day as 2026-03-06; None where none is given."""
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        raise ParamsError("not a day", [Problem("DATE", repr(word), "a day as 2026-03-06")]) from None


def step_named(word: str) -> Step:
    """The step that a number or a name means; raises ParamsError with the nearest name."""
    from difflib import get_close_matches

    step = step_of(word)
    if step is None:
        names = [step.name for step in STEPS]
        near = get_close_matches(word, names, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise ParamsError("no such step", [Problem("STEP", repr(word), f"1 to {len(STEPS)}, or one of {', '.join(names)}", hint)])
    return step


def selection(first: str | None, last: str | None, only: str | None) -> tuple[int, int]:
    """Numbers of the first and the last step asked for; raises ParamsError where they leave none."""
    if only and (first or last):
        raise ParamsError("--only stands alone", [Problem("--only", "together with --from or --to", "one or the other")])
    begin_word, end_word = only or first, only or last
    begin = step_named(begin_word).number if begin_word else 1
    end = step_named(end_word).number if end_word else len(STEPS)
    if begin > end:
        raise ParamsError("there is no step to run", [Problem("--from", str(begin), f"a step not after --to {end}")])
    return begin, end
