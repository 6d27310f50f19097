"""Two finished cycles of the small demo company, made once for all workers; and a command line to call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

sys.modules.setdefault("rfc3987_syntax", None)  # costs a second at the first Jupyter import and is not needed

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
        timeout=280,
    )
    if check and done.returncode:
        raise AssertionError(f"sop {' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports tree with both cycles of the small demo company; tests read it and never write to it."""
    shared = tmp_path_factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else tmp_path_factory.getbasetemp()
    reports = shared / "small_demo"
    with FileLock(f"{reports}.lock"):
        if not (reports / "ready").exists():
            for cycle in CYCLES:
                sop(reports, "sample", "--as-of", cycle, "--size", "small")
                sop(reports, "run", "params/demo.yaml", "--cycle", cycle, "--format", "plain")
            (reports / "ready").write_text("")
    return reports


@pytest.fixture(scope="session")
def finished(small_demo: Path) -> Path:
    """The run folder of the second cycle."""
    return (small_demo / "demo" / CYCLES[-1]).resolve()
