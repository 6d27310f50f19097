"""docs/gallery: executed copies that anyone can read, and that still give what they show."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

from sopkit.steps import STEPS

GALLERY = ROOT / "docs" / "gallery"
MOST_BYTES = 1 << 20


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_copy_has_the_cells_of_its_notebook(step):
    copy, source = (json.loads(path.read_text()) for path in (GALLERY / step.notebook, ROOT / "notebooks" / step.notebook))
    assert ["".join(cell["source"]) for cell in copy["cells"]] == ["".join(cell["source"]) for cell in source["cells"]]
    assert (GALLERY / step.notebook).stat().st_size <= MOST_BYTES
    assert "papermill" not in copy["metadata"]
    assert not [cell for cell in copy["cells"] if "execution" in cell["metadata"]]


def test_the_copies_give_what_they_show(small_demo: Path, tmp_path: Path):
    """Strict: every output of every cell, charts by the hash of their data and as SVG."""
    reports = tmp_path / "reports"
    (reports / "demo").mkdir(parents=True)
    for name in ("runs", "sample", "2026-02", "2026-03"):
        (reports / "demo" / name).symlink_to((small_demo / "demo" / name).resolve())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(GALLERY),
    ]
    done = subprocess.run(
        [*command, *(str(GALLERY / step.notebook) for step in STEPS)],
        env={**os.environ, "SOPKIT_REPORTS": str(reports), "SOPKIT_ROOT": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1000,
    )
    assert done.returncode == 0, done.stdout[-4000:]
