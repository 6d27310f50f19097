"""Beginning: the demo company, this machine, a company of your own."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sopkit.errors import ExitCode
from sopkit.run.cli.arguments import app, params_path


@app.command()
def sample(
    as_of: Annotated[str, typer.Option("--as-of", metavar="CYCLE", help="cycle whose inputs are written, as 2026-03")],
    size: Annotated[Literal["small", "full"], typer.Option(help="18 items and 48 months, or 62 items and 84 months")] = "full",
) -> None:
    """Write the inputs of the demo company, as its planners would send them in that month."""
    from sopkit.run.params import load_params
    from sopkit.run.sample import write_sample

    folder = load_params(params_path(Path("demo")), as_of).data_path
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

    print(proposal_text(file, table, params_path(params) if params else None))
