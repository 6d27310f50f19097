"""What people say: answers, sign-offs, decisions, approvals."""

from pathlib import Path
from typing import Annotated

import typer

from sopkit.run.cli.arguments import Answers, Cycle, GateName, OutputFormat, ParamsFile, Role, app, day_of, params_path


@app.command()
def ask(
    params: ParamsFile,
    cycle: Cycle = None,
    folder: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="folder to write into (default: asked/CYCLE)")] = None,
) -> None:
    """Write one prefilled workbook per owner for the demand review: what is known, and cells for what they expect instead."""
    from sopkit.run.asking import ask as ask_people

    print("\n".join(ask_people(params_path(params), cycle, folder)))


@app.command()
def receive(
    params: ParamsFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of the workbooks that came back")],
    cycle: Cycle = None,
    today: Annotated[str | None, typer.Option("--on", metavar="DATE", help="day that deadlines are read against (default: today)")] = None,
) -> None:
    """Read the workbooks that came back as overrides of their owners; nothing is written where anything is wrong."""
    from sopkit.run.asking import receive as receive_people

    print("\n".join(receive_people(params_path(params), folder, cycle, day_of(today))))


@app.command()
def answered(
    params: ParamsFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of the answer forms that came back from suppliers and regions")],
    cycle: Cycle = None,
) -> None:
    """Read what suppliers and regions confirm of the published plan; who confirms less becomes an action of the next cycle."""
    from sopkit.run.answering import answered as read_answers

    print("\n".join(read_answers(params_path(params), folder, cycle)))


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

    print("\n".join(sign(params_path(params), gate, role, cycle, conditions)))


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

    asked = Asked({}, role, reason, day_of(today))
    print("\n".join(make_revision(params_path(params), answers, cycle, asked, Reporter(form or default_format()))))


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
    print("\n".join(make_revision(params_path(params), cycle, amendment, Reporter(form or default_format()))))


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
    present: Annotated[
        str, typer.Option(metavar="ROLE,ROLE", help="roles that were in the meeting: what is witnessed needs its quorum")
    ] = "",
    countersign: Annotated[bool, typer.Option("--countersign", help="confirm what was recorded in the meeting, as ROLE")] = False,
    conditions: Annotated[str, typer.Option("--if", metavar="TEXT", help="conditions of the approval")] = "",
) -> None:
    """Approve the decided plan of the cycle, for exactly these numbers: signed with a key, witnessed, or by a typed name."""
    from sopkit.run.approving import Approver, approve
    from sopkit.run.approving import countersign as confirm

    if countersign:
        print("\n".join(confirm(params_path(params), cycle, who)))
        return
    there = tuple(role.strip() for role in present.split(",") if role.strip())
    approver = Approver(who, key, gpg, signature, witnessed_by, conditions, there)
    if statement is not None:  # what will be signed with a key
        approver = Approver(who, None, "-", None, "", conditions, there)
    print("\n".join(approve(params_path(params), cycle, approver, statement)))


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

    print("\n".join(take_back(params_path(params), gate, role, cycle, reason)))
