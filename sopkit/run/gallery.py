"""docs/gallery: the six notebooks executed on the small demo company, to be read without running anything.

Executed as an analyst would, in the sandbox of a finished cycle, so that anyone who runs a copy gets the same outputs; times,
paths and versions are left out, so that a second run gives no difference.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sopkit.errors import ExitCode, Problem, SopError, StepError
from sopkit.run import places
from sopkit.run.watch import without_unasked_imports
from sopkit.steps import STEPS

COMPANY, CYCLES = "demo", ("2026-02", "2026-03")
CELL_TIMEOUT = 300  # seconds


def main() -> int:
    """Write the gallery; the exit code of the command."""
    try:
        with small_demo() as reports:
            for path in write_gallery(places.suite_root() / "docs" / "gallery", reports):
                print(path.relative_to(places.suite_root()))
    except SopError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return ExitCode.OK


@contextmanager
def small_demo() -> Iterator[Path]:
    """A reports tree with two finished cycles of the small demo company; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sopkit-gallery-") as folder:
        for cycle in CYCLES:
            sop(Path(folder), "sample", "--as-of", cycle, "--size", "small")
            sop(Path(folder), "run", f"params/{COMPANY}.yaml", "--cycle", cycle, "--format", "plain")
        yield Path(folder)


def sop(reports: Path, *arguments: str) -> None:
    """Run the command line on a reports tree of its own; raises StepError with what it printed where it fails."""
    environment = {**os.environ, "SOPKIT_REPORTS": str(reports)}
    command = [sys.executable, "-m", "sopkit.run.cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=places.suite_root(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepError(f"sop {' '.join(arguments)} failed", [Problem("sop", done.stderr.strip()[-2000:], "exit code 0")])


def write_gallery(folder: Path, reports: Path) -> list[Path]:
    """Execute the six notebooks in the sandbox of the finished cycle and write clean copies; returns their paths."""
    with without_unasked_imports():
        import nbformat
        from jupyter_client.manager import KernelManager
        from nbclient import NotebookClient

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for step in STEPS:
        notebook = nbformat.read(places.notebook_file(step.notebook), as_version=4)
        kernel = KernelManager(kernel_name="python3", transport="ipc", ip=str(reports / f"k{step.number}"))  # TCP warns at each start
        client = NotebookClient(notebook, km=kernel, timeout=CELL_TIMEOUT, resources={"metadata": {"path": str(reports)}})
        try:
            client.execute(env={**os.environ, "SOPKIT_REPORTS": str(reports), "SOPKIT_ROOT": str(places.suite_root())})
        finally:
            kernel.shutdown_kernel(now=True)
        target = folder / step.notebook
        nbformat.write(without_circumstances(notebook), target)
        written.append(target)
    return written


def without_circumstances(notebook: "nbformat.NotebookNode") -> "nbformat.NotebookNode":  # type: ignore[name-defined]  # noqa: F821
    """A copy of an executed notebook without times, versions and streams of warnings: the same for every run."""
    from copy import deepcopy

    clean = deepcopy(notebook)
    clean.metadata = {name: clean.metadata[name] for name in ("kernelspec",) if name in clean.metadata} | {
        "language_info": {"name": "python"}
    }
    for cell in clean.cells:
        cell.metadata = {name: value for name, value in cell.metadata.items() if name == "tags"}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return clean


if __name__ == "__main__":
    raise SystemExit(main())
