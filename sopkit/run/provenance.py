"""What a run says of itself: from what it was made, by which code, with which gates passed over."""

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.periods import last_day
from sopkit.run import places
from sopkit.run.decided import FILE, read_decided
from sopkit.run.files import file_hash
from sopkit.run.gates import passed_gates
from sopkit.run.params import CompanyParams
from sopkit.steps import STEPS

if TYPE_CHECKING:
    from sopkit.report.pack.inputs import About

NO_COMMIT = "not under version control"


def commit() -> tuple[str, bool]:
    """The suite's git commit and whether its work tree differs from it; a stated text where there is no git."""
    head = _git("rev-parse", "HEAD")
    if head is None:
        return NO_COMMIT, False
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return head[:12], bool(changes)


def inputs_hash(folder: Path) -> str:
    """One hash over names and contents of a run's input snapshot."""
    from sopkit.run.keys import hash_of

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hash_of([[path.relative_to(folder).as_posix(), file_hash(path)] for path in files])[:12]


def about(params: CompanyParams, run: Path, scenario: str) -> "About":
    """What the packs of a run print about it: company, cycle, run id, data as of, status, commit, hashes."""
    from sopkit.report.pack.inputs import About

    head, changed = commit()
    decided = read_decided(run / FILE)
    return About(
        company=params.company,
        title=params.title,
        cycle=params.cycle,
        run_id=run.resolve().name,
        data_as_of=last_day(params.cutoff),
        currency=params.currency,
        language=params.language,
        country=params.country,
        scenario=scenario,
        revision=decided.label if decided else "r1",
        prepared_by=params.preparer,
        accountable=params.accountable,
        commit=f"{head}, changed" if changed else head,
        inputs_hash=inputs_hash(run / "inputs"),
        gates_passed_over=tuple(passed_gates(os.environ.get("SOPKIT_GATES", params.gates), STEPS)),
        fiscal_year_first_month=params.fiscal_year_first_month,
        look=params.look,
    )


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=places.suite_root(), capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
