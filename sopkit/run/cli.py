"""`sop`: the command line. Every verb imports what it needs when it runs, so that `--help` stays light."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from sopkit.errors import ExitCode, ParamsError, Problem, SopError, unusable_file
from sopkit.run.solve import solve
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

    begin, end = _selection(first, last, only)
    request = Request(_params_path(params), cycle, scenario, begin, end, force, engine, gates, timeout, receive)
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
        _tell(error)
        print(f"next: {prepared.next_command()}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None


@app.command()
def check(params: ParamsFile, cycle: Cycle = None) -> None:
    """Read the company's sources as step 1 would; print what was found and write it as a page to work through."""
    from sopkit.run.checking import print_findings

    print_findings(_params_path(params), cycle)


@app.command()
def status(params: ParamsFile, cycle: Cycle = None, form: OutputFormat = None) -> None:
    """Which working day it is, what is due from whom, and how far the cycle has come."""
    from sopkit.run.status import cycle_status, status_lines

    told = cycle_status(_params_path(params), cycle)
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

    print(watch_plan(_params_path(params), cycle, _day(today), as_json=as_json))


@app.command("params")
def show_params(
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="a step, by number or name (default: all)")] = None,
    form: OutputFormat = None,
) -> None:
    """The knobs of the notebooks: type, default and help."""
    from sopkit.run.listing import knob_lines

    print("\n".join(knob_lines([_step(step)] if step else list(STEPS), as_json=form == "json")))


@app.command()
def sample(
    as_of: Annotated[str, typer.Option("--as-of", metavar="CYCLE", help="cycle whose inputs are written, as 2026-03")],
    size: Annotated[Literal["small", "full"], typer.Option(help="18 items and 48 months, or 62 items and 84 months")] = "full",
) -> None:
    """Write the inputs of the demo company, as its planners would send them in that month."""
    from sopkit.run.params import load_params
    from sopkit.run.sample import write_sample

    folder = load_params(_params_path(Path("demo")), as_of).data_path
    files = write_sample(folder, as_of=as_of, size=size)
    print(f"{len(files)} files in {folder}")


@app.command()
def doctor() -> None:
    """Check this machine: Python, libraries against the lock, fonts, PDF writer, kernel, writable folders."""
    from sopkit.run.doctor import checks, report_lines

    found = checks()
    print("\n".join(report_lines(found)))
    if not all(check.ok for check in found):
        raise typer.Exit(ExitCode.INFRASTRUCTURE)


@app.command()
def init(company: Annotated[str, typer.Argument(help="short name of the company: lower case, digits and _")]) -> None:
    """Begin with a company of your own: its params, empty templates of its tables, a first check."""
    from sopkit.run.init import begin_company

    print("\n".join(begin_company(company)))


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to write into")],
    form: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="workbooks with meanings and lists, or header files")] = "xlsx",
    language: Annotated[Literal["en", "sv"], typer.Option(help="of headers and meanings")] = "en",
    tables: Annotated[str, typer.Option(metavar="T1,T2", help="input tables (default: all)")] = "",
    example: Annotated[bool, typer.Option("--example", help="with one row of example values")] = False,
) -> None:
    """Write empty templates of the input tables, to be filled and declared."""
    from sopkit.run.template import write_templates

    names = [name.strip() for name in tables.split(",") if name.strip()]
    print("\n".join(write_templates(folder, names, form=form, language=language, example=example)))


@app.command("map")
def propose_mapping(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a file to look at: CSV, text, Excel or Parquet")],
    table: Annotated[str | None, typer.Option(help="the input table it is meant for (default: the likeliest)")] = None,
    params: Annotated[Path | None, typer.Option(metavar="PARAMS", help="a company whose codes help to tell columns apart")] = None,
) -> None:
    """Propose how an unknown file is declared: its dialect, its table, its columns, with reasons. Nothing is applied."""
    from sopkit.run.mapping import proposal_text

    print(proposal_text(file, table, _params_path(params) if params else None))


@app.command()
def ask(
    params: ParamsFile,
    cycle: Cycle = None,
    folder: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="folder to write into (default: asked/CYCLE)")] = None,
) -> None:
    """Write one prefilled workbook per owner for the demand review: what is known, and cells for what they expect instead."""
    from sopkit.run.asking import ask as ask_people

    print("\n".join(ask_people(_params_path(params), cycle, folder)))


@app.command()
def receive(
    params: ParamsFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of the workbooks that came back")],
    cycle: Cycle = None,
    today: Annotated[str | None, typer.Option("--on", metavar="DATE", help="day that deadlines are read against (default: today)")] = None,
) -> None:
    """Read the workbooks that came back as overrides of their owners; nothing is written where anything is wrong."""
    from sopkit.run.asking import receive as receive_people

    print("\n".join(receive_people(_params_path(params), folder, cycle, _day(today))))


@app.command()
def amend(
    params: ParamsFile,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="a file of params/scenarios, without .yaml: what changes")],
    trigger: Annotated[str, typer.Option(metavar="TEXT", help="what made it needed")],
    role: Annotated[str, typer.Option("--who", metavar="ROLE", help="role that signs it, within its authority limit")],
    cycle: Cycle = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why this answer to it")] = "",
    form: OutputFormat = None,
) -> None:
    """Change a plan between meetings: the scenario on top of what was decided, planned again where it reaches, as the next revision."""
    from sopkit.run.amending import Amendment
    from sopkit.run.amending import amend as make_revision
    from sopkit.run.output import Reporter, default_format

    amendment = Amendment(scenario, trigger, role, reason)
    print("\n".join(make_revision(_params_path(params), cycle, amendment, Reporter(form or default_format()))))


GateName = Annotated[str, typer.Argument(metavar="GATE", help="data_quality, demand, supply, money or approval")]
Role = Annotated[str, typer.Option("--as", metavar="ROLE", help="role that signs, or its deputy")]


@app.command("sign-off")
def sign_off(
    params: ParamsFile,
    gate: GateName,
    role: Role,
    cycle: Cycle = None,
    conditions: Annotated[str, typer.Option("--if", metavar="TEXT", help="conditions of the sign-off")] = "",
) -> None:
    """Sign a gate of the cycle for the tables as they are; another number afterwards makes the sign-off stale."""
    from sopkit.run.gates import sign_off as sign

    print("\n".join(sign(_params_path(params), gate, role, cycle, conditions)))


Answers = Annotated[list[str], typer.Argument(metavar="ANSWER", help="a decision and its answer: D1=B, D2=defer, D3=none")]


@app.command()
def decide(
    params: ParamsFile,
    answers: Answers,
    cycle: Cycle = None,
    role: Annotated[str, typer.Option("--who", metavar="ROLE", help="role that decides (default: the accountable executive)")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why, above all where it departs from the recommendation")] = "",
    today: Annotated[str | None, typer.Option("--on", metavar="DATE", help="day it was decided (default: today)")] = None,
    form: OutputFormat = None,
) -> None:
    """Decide: record the answers, plan again with them, and make the next revision of the cycle."""
    from sopkit.run.deciding import Asked
    from sopkit.run.deciding import decide as make_revision
    from sopkit.run.output import Reporter, default_format

    asked = Asked({}, role, reason, _day(today))
    print("\n".join(make_revision(_params_path(params), answers, cycle, asked, Reporter(form or default_format()))))


@app.command()
def approve(
    params: ParamsFile,
    who: Annotated[str, typer.Option("--who", metavar="ROLE", help="role that approves, or its deputy")],
    cycle: Cycle = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="sign with this SSH key (or its public half, held by the agent)")] = None,
    gpg: Annotated[str, typer.Option(metavar="FINGERPRINT", help="sign with this OpenPGP key")] = "",
    statement: Annotated[Path | None, typer.Option(metavar="FILE", help="write what is to be signed elsewhere, and record nothing")] = None,
    signature: Annotated[Path | None, typer.Option(metavar="FILE", help="a signature over that statement")] = None,
    witnessed_by: Annotated[str, typer.Option(metavar="ROLE", help="who leads the meeting and records what was said in it")] = "",
    countersign: Annotated[bool, typer.Option("--countersign", help="confirm what was recorded in the meeting, as ROLE")] = False,
    conditions: Annotated[str, typer.Option("--if", metavar="TEXT", help="conditions of the approval")] = "",
) -> None:
    """Approve the decided plan of the cycle, for exactly these numbers: signed with a key, witnessed, or by a typed name."""
    from sopkit.run.approving import Approver, approve
    from sopkit.run.approving import countersign as confirm

    if countersign:
        print("\n".join(confirm(_params_path(params), cycle, who)))
        return
    approver = Approver(who, key, gpg, signature, witnessed_by, conditions)
    if statement is not None:  # what will be signed with a key
        approver = Approver(who, None, "-", None, "", conditions)
    print("\n".join(approve(_params_path(params), cycle, approver, statement)))


@app.command()
def revoke(
    params: ParamsFile,
    gate: GateName,
    role: Role,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why it is taken back")],
    cycle: Cycle = None,
) -> None:
    """Take a sign-off back; the record keeps both."""
    from sopkit.run.gates import revoke as take_back

    print("\n".join(take_back(_params_path(params), gate, role, cycle, reason)))


@app.command()
def publish(
    params: ParamsFile,
    cycle: Cycle = None,
    draft: Annotated[bool, typer.Option("--draft", help="send it out with DRAFT on every page, approved or not")] = False,
    override: Annotated[str, typer.Option(metavar="REASON", help="why it is final in spite of open gates or unreleased code")] = "",
    who: Annotated[str, typer.Option("--who", metavar="ROLE", help="the accountable executive, or a deputy, who says so")] = "",
    supersede: Annotated[str, typer.Option(metavar="REASON", help="why a plan that went out as final is replaced")] = "",
) -> None:
    """Publish the approved plan of the cycle: a version of its own for each audience, built aside and never changed again."""
    from sopkit.run.publishing.publication import Wish
    from sopkit.run.publishing.publication import publish as send_out

    print("\n".join(send_out(Wish(_params_path(params), cycle, draft, override, who, supersede))))


@app.command()
def verify(
    place: Annotated[
        str, typer.Argument(metavar="COMPANY/CYCLE[/VERSION]", help="a published plan: demo/2026-03, demo/2026-03/v1, or its folder")
    ],
) -> None:
    """Recompute a published plan from what is kept with it; say that it is equal, or list every difference with its cause."""
    from sopkit.run.publishing.verification import verify as recompute

    print("\n".join(recompute(place)))


@app.command()
def trace(
    place: Annotated[str, typer.Argument(metavar="COMPANY/CYCLE", help="demo/2026-03")],
    figure: Annotated[str, typer.Argument(metavar="FACT", help="a fact: total_sales, total_sales@2026-02; or the data-src of a page")],
) -> None:
    """Walk a printed figure back to the rows of the files that it comes from."""
    from sopkit.run.tracing import trace as walk

    print("\n".join(walk(place, figure)))


@app.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="the plan before: demo/2026-02, or a published demo/2026-02/v1")],
    other: Annotated[str, typer.Argument(metavar="B", help="the plan now")],
    form: Annotated[Literal["text", "html", "json"], typer.Option("--format", help="lines, a page, or JSON")] = "text",
    target: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="page to write")] = None,
) -> None:
    """What the business gets of plan B that it did not of plan A: units, money and service by family, and who decided."""
    from sopkit.run.comparing import compare as set_beside

    print("\n".join(set_beside(one, other, form, target)))


@app.command()
def minutes(place: Annotated[str, typer.Argument(metavar="COMPANY/CYCLE", help="demo/2026-03")]) -> None:
    """Minutes and actions of a cycle, from its record: as text, and as a page."""
    from sopkit.run.minutes import minutes_lines

    print("\n".join(minutes_lines(place)))


@app.command()
def library(language: Annotated[Literal["en", "sv"], typer.Option(help="of the page")] = "en") -> None:
    """Write reports/index.html: all plans of all companies, each beside the one before, searched without a server."""
    from sopkit.run.library import write_library

    print(f"written: {write_library(language)}")


@app.command()
def backup(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="short name of the company")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="to write: a zip file")],
) -> None:
    """Keep in one file what cannot be made again: ledger, params, snapshots of inputs, decisions, published plans."""
    from sopkit.run.keeping import back_up

    print("\n".join(back_up(company, file)))


@app.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="a file of sop backup")]) -> None:
    """Put a backup back, where nothing else is."""
    from sopkit.run.keeping import restore as put_back

    print("\n".join(put_back(file)))


@app.command()
def prune(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="short name of the company")],
    keep: Annotated[int, typer.Option(min=0, help="runs to keep beside those that are shown, published or decided on")] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="take them away; without it only say what would go")] = False,
) -> None:
    """Take away old runs; published plans, what cycles show, and what decisions stand on stay."""
    from sopkit.run.keeping import prune as take_away

    print("\n".join(take_away(company, keep=keep, really=yes)))


@app.command()
def log(
    company: Annotated[str, typer.Argument(metavar="COMPANY[/CYCLE]", help="demo, or demo/2026-03")],
    form: OutputFormat = None,
) -> None:
    """What the ledger holds of a company or a cycle, in order."""
    from sopkit.run.ledger import log_lines

    print("\n".join(log_lines(company, as_json=form == "json")))


@app.command()
def ledger(
    action: Annotated[Literal["verify", "backup", "export", "import"], typer.Argument(help="what to do with it")],
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="short name of the company")],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="to write or to read: a backup, an export")] = None,
) -> None:
    """Verify the chain of a company's ledger, back it up, export it as JSON lines, or fill an empty one from an export."""
    from sopkit.run.ledger import ledger_lines

    print("\n".join(ledger_lines(action, company, file)))


@app.command()
def lab(
    company: ParamsFile,
    cycle: Cycle = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="prepare the copies and start nothing")] = False,
) -> None:
    """Open copies of the notebooks in JupyterLab, with the company's values in their parameters cells."""
    from sopkit.run.lab import lab_environment, prepare_lab, start_lab

    folder = prepare_lab(_params_path(company), cycle)
    print(f"notebooks of the sandbox: {folder}")
    if not no_open:
        start_lab(folder, lab_environment(_params_path(company), cycle))


@app.command()
def pack(
    params: ParamsFile,
    cycle: Cycle = None,
    kind: Annotated[list[str] | None, typer.Option(help="executive, pre_sop, supply_brief or demand_brief (default: executive)")] = None,
    lang: Annotated[str | None, typer.Option(help="en or sv (default: as the params say)")] = None,
) -> None:
    """Render packs of a cycle again, with today's templates, into the sandbox; briefs as soon as their step is done."""
    from sopkit.run.reading_back import packs_again

    for path in packs_again(_params_path(params), cycle, kind or ["executive"], lang):
        print(f"written: {path}")


@app.command()
def scenarios(params: ParamsFile, cycle: Cycle = None, form: OutputFormat = None) -> None:
    """The scenarios and options of a finished cycle, side by side in the same columns."""
    from sopkit.run.reading_back import scenario_lines

    print(scenario_lines(_params_path(params), cycle, as_json=form == "json"))


@app.command()
def crisis(
    params: ParamsFile,
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="a file of params/playbooks, without .yaml")],
    begins: Annotated[str, typer.Option("--from", metavar="DATE", help="day on which it begins, as 2026-04-06")],
    cycle: Cycle = None,
) -> None:
    """Solve a crisis on a finished cycle's plan and write its one-page brief: effect, whom it hits, first actions, what helps."""
    from sopkit.run.crisis import crisis_brief

    day = _day(begins)
    if day is None:
        raise ParamsError("not a day", [Problem("--from", repr(begins), "a day as 2026-04-06")])
    path, lines = crisis_brief(_params_path(params), playbook, day, cycle)
    print("\n".join([*lines, f"written: {path}"]))


@app.command()
def export(
    params: ParamsFile,
    cycle: Cycle = None,
    form: Annotated[Literal["frepple"], typer.Option("--format", help="whose tables and names")] = "frepple",
) -> None:
    """Write a finished cycle's plan as another system's files."""
    from sopkit.run.exporting import export_frepple

    for path in {"frepple": export_frepple}[form](_params_path(params), cycle):
        print(f"written: {path}")


app.command()(solve)


def main() -> None:
    """Entry point of `sop`: errors that a person can mend become a message and an exit code."""
    try:
        sys.exit(app(standalone_mode=False) or ExitCode.OK)  # what typer returns here is the code of an Exit
    except SopError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(ExitCode.FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILED)
    except OSError as error:
        _tell(unusable_file(error))
        sys.exit(ExitCode.INFRASTRUCTURE)
    except Exception as error:
        if not _is_usage(error):
            raise
        error.show()  # type: ignore[attr-defined]
        sys.exit(ExitCode.USAGE)


def _tell(error: SopError) -> None:
    print(f"sop: {error.message}", file=sys.stderr)
    for problem in error.problems:
        print(f"  - {problem}", file=sys.stderr)


def _is_usage(error: Exception) -> bool:
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def _params_path(given: Path) -> Path:
    """A params file, given as a path or as the company's name."""
    from sopkit.run import places

    return given if given.suffix in (".yaml", ".yml") else places.params_file(str(given))


def _day(word: str | None) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        raise ParamsError("not a day", [Problem("DATE", repr(word), "a day as 2026-03-06")]) from None


def _step(word: str) -> Step:
    from difflib import get_close_matches

    step = step_of(word)
    if step is None:
        names = [step.name for step in STEPS]
        near = get_close_matches(word, names, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise ParamsError("no such step", [Problem("STEP", repr(word), f"1 to {len(STEPS)}, or one of {', '.join(names)}", hint)])
    return step


def _selection(first: str | None, last: str | None, only: str | None) -> tuple[int, int]:
    if only and (first or last):
        raise ParamsError("--only stands alone", [Problem("--only", "together with --from or --to", "one or the other")])
    begin_word, end_word = only or first, only or last
    begin = _step(begin_word).number if begin_word else 1
    end = _step(end_word).number if end_word else len(STEPS)
    if begin > end:
        raise ParamsError("there is no step to run", [Problem("--from", str(begin), f"a step not after --to {end}")])
    return begin, end


if __name__ == "__main__":
    main()
