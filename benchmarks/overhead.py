"""What running notebooks costs, side by side in one run: plain cells, `sop run`, stock papermill; and what costs little.

make benchmarks

CPU seconds are user + system of a command and all its children, by the operating system's own account. The machine may be
busy: figures are medians of interleaved repeats, and ratios are what is quoted.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sopkit.run import places
from sopkit.run.gallery import COMPANY, CYCLES, sop
from sopkit.steps import STEPS

REPEATS = 3
PAPERMILL = """
import papermill, sys
for source, target in zip(sys.argv[2::2], sys.argv[3::2]):
    papermill.execute_notebook(source, target, {"cycle": sys.argv[1]}, progress_bar=False)
"""


def cpu_seconds(command: list[str], **environment: str) -> float:
    """CPU seconds of a command and its children; raises CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env={**os.environ, **environment}, cwd=places.suite_root(), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="sopkit-benchmark-") as folder:
        reports = Path(folder)
        for cycle in CYCLES:
            sop(reports, "sample", "--as-of", cycle, "--size", "small")
        sop(reports, "run", f"params/{COMPANY}.yaml", "--cycle", CYCLES[0])
        sop(reports, "run", f"params/{COMPANY}.yaml", "--cycle", CYCLES[1])
        report(interleaved(works(reports)))


def works(reports: Path) -> dict[str, Callable[[], float]]:
    """The commands compared, by name."""
    python, tree, cycle = sys.executable, {"SOPKIT_REPORTS": str(reports)}, CYCLES[1]
    run = (reports / COMPANY / cycle).resolve()
    out = reports / "out"
    out.mkdir()
    pairs = [text for step in STEPS for text in (str(places.notebook_file(step.notebook)), str(out / step.notebook))]
    cli = [python, "-m", "sopkit.run.cli"]

    def plain() -> float:
        beside = reports / COMPANY / "runs" / "plain"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(run / "inputs", beside / "inputs")
        return cpu_seconds([python, "-m", "benchmarks.plain_cells", str(beside), cycle], **tree)

    return {
        "plain cells": plain,
        "sop run": lambda: cpu_seconds([*cli, "run", f"params/{COMPANY}.yaml", "--cycle", cycle, "--force"], **tree),
        "stock papermill": lambda: cpu_seconds([python, "-c", PAPERMILL, cycle, *pairs], **tree),
        "unchanged cycle": lambda: cpu_seconds([*cli, "run", f"params/{COMPANY}.yaml", "--cycle", cycle], **tree),
        "sop --help": lambda: cpu_seconds([*cli, "--help"], **tree),
    }


def interleaved(commands: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Median CPU seconds of each command over interleaved repeats."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPEATS):
        for name, command in commands.items():
            seconds[name].append(command())
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(seconds: dict[str, float]) -> None:
    """Print the medians and the ratios that the README quotes."""
    for name, value in seconds.items():
        print(f"{name:<18}{value:8.2f} CPU s")
    ours, stock = seconds["sop run"] - seconds["plain cells"], seconds["stock papermill"] - seconds["plain cells"]
    print(f"overhead of sop run over plain cells: {ours:.2f} CPU s, {ours / stock:.0%} of stock papermill's {stock:.2f}")
    print(f"an unchanged cycle: {seconds['unchanged cycle'] / seconds['sop run']:.1%} of a whole one")


if __name__ == "__main__":
    main()
