"""`sop`: the command line. Every verb imports what it needs when it runs, so that `--help` stays light."""

import os
import sys

import typer

from sopkit.errors import ExitCode, SopError, unusable_file
from sopkit.run.cli import beginning, cycle, people, record
from sopkit.run.cli.arguments import app
from sopkit.run.cli.telling import tell
from sopkit.run.solve import solve

__all__ = ["app", "beginning", "cycle", "main", "people", "record"]

app.command()(solve)


def main() -> None:
    """Entry point of `sop`: errors that a person can mend become a message and an exit code."""
    try:
        sys.exit(app(standalone_mode=False) or ExitCode.OK)  # what typer returns here is the code of an Exit
    except SopError as error:
        tell(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(ExitCode.FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILED)
    except OSError as error:
        tell(unusable_file(error))
        sys.exit(ExitCode.INFRASTRUCTURE)
    except Exception as error:
        if not _is_usage(error):
            raise
        error.show()  # type: ignore[attr-defined]
        sys.exit(ExitCode.USAGE)


def _is_usage(error: Exception) -> bool:
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)
