"""Two finished cycles of the small demo company, made once for all workers; and a command line to call."""

import os
import sys
from pathlib import Path

import pytest
from command_line import CYCLES, sop
from filelock import FileLock

sys.modules.setdefault("rfc3987_syntax", None)  # costs a second at the first Jupyter import and is not needed


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
