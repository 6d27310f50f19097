"""docs/gallery: executed copies that anyone can read: they show what the recorded run shows, and still give it in a sandbox."""

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
WIDGET = "application/vnd.jupyter.widget-view+json"  # a run shows the table behind it
AGAIN = ("supply_planning", "publish")  # executed again by make test; all six by make slow


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_copy_has_the_cells_of_its_notebook(step):
    copy, source = (json.loads(path.read_text()) for path in (GALLERY / step.notebook, ROOT / "notebooks" / step.notebook))
    assert ["".join(cell["source"]) for cell in copy["cells"]] == ["".join(cell["source"]) for cell in source["cells"]]
    assert (GALLERY / step.notebook).stat().st_size <= MOST_BYTES
    assert "papermill" not in copy["metadata"]
    assert not [cell for cell in copy["cells"] if "execution" in cell["metadata"]]


def shown(notebook: Path) -> dict[str, list[object]]:
    """What each cell of an executed notebook gave, but for its warnings and what nbval is told to skip."""
    told = {}
    for cell in json.loads(notebook.read_text())["cells"]:
        if cell["cell_type"] == "code" and not {"parameters", "injected-parameters", "nbval-skip"} & set(cell["metadata"].get("tags", [])):
            given = [output for output in cell["outputs"] if output.get("name") != "stderr"]
            told["".join(cell["source"])] = [(output.get("text"), output.get("data")) for output in given]
    return told


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_copy_shows_what_the_recorded_run_shows(step, finished):
    copy, run = shown(GALLERY / step.notebook), shown(finished / "notebooks" / step.notebook)
    assert list(copy) == list(run)
    apart = [source for source in copy if copy[source] != run[source] and WIDGET not in str(copy[source])]
    assert [source for source in apart if "sopkit.start(" not in source] == []  # which says sandbox, or recorded run


@pytest.mark.parametrize("step", [pytest.param(step, id=step.name, marks=() if step.name in AGAIN else pytest.mark.slow) for step in STEPS])
def test_a_copy_gives_what_it_shows(step, small_demo: Path, tmp_path: Path):
    """Strict: every output of every cell, charts by the hash of their data and as SVG."""
    reports = tmp_path / "reports"
    (reports / "demo").mkdir(parents=True)
    for name in ("runs", "sample", "2026-02", "2026-03"):
        (reports / "demo" / name).symlink_to((small_demo / "demo" / name).resolve())
    strict = ["-m", "pytest", "--nbval", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(GALLERY)]
    done = subprocess.run(
        [sys.executable, *strict, str(GALLERY / step.notebook)],
        env={**os.environ, "SOPKIT_REPORTS": str(reports), "SOPKIT_ROOT": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1000,
    )
    assert done.returncode == 0, done.stdout[-4000:]
