"""What is published and kept: versions, the record, proof, the library."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sopkit.run.cli.arguments import Cycle, OutputFormat, ParamsFile, app, params_path


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

    print("\n".join(send_out(Wish(params_path(params), cycle, draft, override, who, supersede))))


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
def replay(
    params: ParamsFile,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="first month of the meetings to replay")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="last month to replay; it must be over")],
    policy: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="a policy, or a name in params/policies; the first of several is the yardstick")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="lines or JSON; page and CSV are written beside")] = "text",
) -> None:
    """Replay whole policies over past months, each planned on what was known then: service, stock and money side by side."""
    from sopkit.run.replaying import Asked, replay_policies

    print("\n".join(replay_policies(Asked(params_path(params), first, last, tuple(policy or ()), form))))


@app.command()
def review(
    params: ParamsFile,
    miss: Annotated[str, typer.Argument(metavar="[MISS]", help="what departed, as the list names it: demand/Grills, stock")] = "",
    cause: Annotated[str, typer.Option(metavar="CODE", help="cause code")] = "",
    why: Annotated[str, typer.Option(metavar="SENTENCE", help="why, in a sentence")] = "",
    who: Annotated[str, typer.Option("--who", metavar="ROLE", help="role that says so")] = "",
    cycle: Cycle = None,
) -> None:
    """Where the last month departed from its plan, and why: list it, or record a cause and a sentence for the next meetings."""
    from sopkit.run.reviewing import Reason
    from sopkit.run.reviewing import review as hold_against

    reason = Reason(miss, cause, why, who) if miss or cause or why or who else None
    print("\n".join(hold_against(params_path(params), cycle, reason)))


@app.command()
def maturity(params: ParamsFile, cycle: Cycle = None, form: OutputFormat = None) -> None:
    """How the process does, measured from a cycle's tables and its record: each measure with its evidence, and the level."""
    from sopkit.run.maturing import maturity as measured

    print("\n".join(measured(params_path(params), cycle, as_json=form == "json")))


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
