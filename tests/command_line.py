"""The command line, called as a user would, on a reports tree of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CYCLES = ("2026-02", "2026-03")


def sop(reports: Path, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a reports tree."""
    done = subprocess.run(
        [sys.executable, "-m", "sopkit.run.cli", *arguments],
        env={**os.environ, "SOPKIT_REPORTS": str(reports), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1000,
    )
    if check and done.returncode:
        raise AssertionError(f"sop {' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done
