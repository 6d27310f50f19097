"""Two finished cycles of the small demo company, made once for all workers; and the order in which workers get the files."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from command_line import CYCLES, ROOT, sop
from filelock import FileLock

sys.modules.setdefault("rfc3987_syntax", None)  # costs a second at the first Jupyter import and is not needed
LONGEST = ("test_cycle.py", "test_adventure_works.py", "test_gallery.py", "report/test_browser.py", "test_deciding.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then those of most tests: workers get whole files in this order (make test) and end together.

    The first one makes the small demo company while the second needs none.
    """
    first = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (first.get(item.path, len(LONGEST)), -tests[item.path], item.path))


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
