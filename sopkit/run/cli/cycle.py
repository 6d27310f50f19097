"""The cycle: run it, look at it, open it, ask what if."""

import sys
from typing import Annotated, Literal

import typer

from sopkit.errors import ExitCode, ParamsError, Problem, SopError
from sopkit.run.cli.arguments import Cycle, OutputFormat, ParamsFile, StepWord, app, day_of, params_path, selection, step_named
from sopkit.run.cli.telling import tell
from sopkit.steps import STEPS


@app.command()
def run(
    params: ParamsFile,
    cycle: Cycle = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="begin at this step; those before it must be up to date")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="STEP", help="end after this step")] = None,
    only: StepWord = None,
    force: Annotated[bool, typer.Option("--force", help="execute the steps even if nothing changed")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would run and why, and run nothing")] = False,
    scenario: Annotated[str, typer.Option(help="an overlay of params/scenarios, run as a cycle of its own")] = "base",
    engine: Annotated[Literal["reuse", "fresh"], typer.Option(help="one kernel for all steps, or one for each")] = "reuse",
    gates: Annotated[Literal["enforce", "rehearse"] | None, typer.Option(help="stop at the next unsigned gate, or pass with DRAFT")] = None,
    timeout: Annotated[int, typer.Option(min=1, help="seconds a cell may run")] = 900,
    receive: Annotated[bool, typer.Option("--receive", help="ask the databases again, even to go on with an attempt")] = False,
    form: OutputFormat = None,
) -> None:
    """Run the cycle of a company: the six steps, in sequence; what is up to date is kept."""
    from sopkit.run.output import Reporter, default_format
    from sopkit.run.request import Request
    from sopkit.run.runner import Interrupted, intended, prepare, run_cycle

    begin, end = selection(first, last, only)
    request = Request(params_path(params), cycle, scenario, begin, end, force, engine, gates, timeout, receive)
    reporter = Reporter(form or default_format())
    prepared = prepare(request)
    if dry_run:
        for event in intended(prepared):
            reporter.tell(event)
        return
    try:
        run_cycle(prepared, reporter)
    except Interrupted as told:
        print(f"sop: ended by {told}; the same command goes on where it ended", file=sys.stderr)
        raise typer.Exit(ExitCode.FAILED) from None
    except SopError as error:
        tell(error)
        print(f"next: {prepared.next_command()}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None


@app.command()
def check(params: ParamsFile, cycle: Cycle = None) -> None:
    """Read the company's sources as step 1 would; print what was found and write it as a page to work through."""
    from sopkit.run.checking import print_findings

    print_findings(params_path(params), cycle)


@app.command()
def status(params: ParamsFile, cycle: Cycle = None, form: OutputFormat = None) -> None:
    """Which working day it is, what is due from whom, and how far the cycle has come."""
    from sopkit.run.status import cycle_status, status_lines

    told = cycle_status(params_path(params), cycle)
    if form == "json":
        import json

        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print("\n".join(status_lines(told)))


@app.command()
def watch(
    params: ParamsFile,
    cycle: Cycle = None,
    today: Annotated[str | None, typer.Option("--on", metavar="DATE", help="the day that is watched (default: today)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Between the meetings: today's stock, orders and releases against the plan that stands; what runs out, what nobody approved."""
    from sopkit.run.watching import watch as watch_plan

    print(watch_plan(params_path(params), cycle, day_of(today), as_json=as_json))


@app.command("params")
def show_params(
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="a step, by number or name (default: all)")] = None,
    form: OutputFormat = None,
) -> None:
    """The knobs of the notebooks: type, default and help."""
    from sopkit.run.listing import knob_lines

    print("\n".join(knob_lines([step_named(step)] if step else list(STEPS), as_json=form == "json")))


@app.command()
def lab(
    company: ParamsFile,
    cycle: Cycle = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="prepare the copies and start nothing")] = False,
) -> None:
    """Open copies of the notebooks in JupyterLab, with the company's values in their parameters cells."""
    from sopkit.run.lab import lab_environment, prepare_lab, start_lab

    folder = prepare_lab(params_path(company), cycle)
    print(f"notebooks of the sandbox: {folder}")
    if not no_open:
        start_lab(folder, lab_environment(params_path(company), cycle))


@app.command()
def pack(
    params: ParamsFile,
    cycle: Cycle = None,
    kind: Annotated[list[str] | None, typer.Option(help="executive, pre_sop, supply_brief or demand_brief (default: executive)")] = None,
    lang: Annotated[str | None, typer.Option(help="en or sv (default: as the params say)")] = None,
) -> None:
    """Render packs of a cycle again, with today's templates, into the sandbox; briefs as soon as their step is done."""
    from sopkit.run.reading_back import packs_again

    for path in packs_again(params_path(params), cycle, kind or ["executive"], lang):
        print(f"written: {path}")


@app.command()
def scenarios(
    params: ParamsFile,
    cycle: Cycle = None,
    solve: Annotated[
        list[str] | None, typer.Option(metavar="SCENARIO", help="solve this file of params/scenarios on the cycle's plan (`all`: each)")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="scenarios solved at a time, at most one for each core")] = 1,
    form: OutputFormat = None,
) -> None:
    """The scenarios and options of a finished cycle, side by side in the same columns; with --solve others on its plan."""
    from sopkit.run.reading_back import scenario_lines, solved_scenario_lines

    if solve:
        print(solved_scenario_lines(params_path(params), cycle, solve, processes=processes, as_json=form == "json"))
        return
    print(scenario_lines(params_path(params), cycle, as_json=form == "json"))


@app.command()
def ranges(params: ParamsFile, cycle: Cycle = None, form: OutputFormat = None) -> None:
    """How certain a finished cycle's money is: P10, P50 and P90 with their record, what may be missed, and what drives it."""
    from sopkit.run.reading_back import range_lines

    print(range_lines(params_path(params), cycle, as_json=form == "json"))


@app.command()
def crisis(
    params: ParamsFile,
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="a file of params/playbooks, without .yaml")],
    begins: Annotated[str, typer.Option("--from", metavar="DATE", help="day on which it begins, as 2026-04-06")],
    cycle: Cycle = None,
) -> None:
    """Solve a crisis on a finished cycle's plan and write its one-page brief: effect, whom it hits, first actions, what helps."""
    from sopkit.run.crisis import crisis_brief

    day = day_of(begins)
    if day is None:
        raise ParamsError("not a day", [Problem("--from", repr(begins), "a day as 2026-04-06")])
    path, lines = crisis_brief(params_path(params), playbook, day, cycle)
    print("\n".join([*lines, f"written: {path}"]))


@app.command()
def export(
    params: ParamsFile,
    cycle: Cycle = None,
    form: Annotated[Literal["frepple"], typer.Option("--format", help="whose tables and names")] = "frepple",
) -> None:
    """Write a finished cycle's plan as another system's files."""
    from sopkit.run.exporting import export_frepple

    for path in {"frepple": export_frepple}[form](params_path(params), cycle):
        print(f"written: {path}")
