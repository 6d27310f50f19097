"""What running notebooks costs, side by side in one run: plain cells, `sop run`, stock papermill; and what costs little.

make benchmarks

CPU seconds are user + system of a command and all that it started, by the operating system's own account. The machine may be
busy: figures are medians of interleaved repeats, and ratios are what is quoted.
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.cost import cost_of
from sopkit.run import places
from sopkit.run.gallery import COMPANY, CYCLES, sop
from sopkit.steps import STEPS

REPEATS = 3
PAPERMILL = """
import papermill, sys
for source, target in zip(sys.argv[2::2], sys.argv[3::2]):
    papermill.execute_notebook(source, target, {"cycle": sys.argv[1]}, progress_bar=False)
"""


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
        return cost_of([python, "-m", "benchmarks.plain_cells", str(beside), cycle], **tree).cpu

    return {
        "plain cells": plain,
        "sop run": lambda: cost_of([*cli, "run", f"params/{COMPANY}.yaml", "--cycle", cycle, "--force"], **tree).cpu,
        "stock papermill": lambda: cost_of([python, "-c", PAPERMILL, cycle, *pairs], **tree).cpu,
        "unchanged cycle": lambda: cost_of([*cli, "run", f"params/{COMPANY}.yaml", "--cycle", cycle], **tree).cpu,
        "sop --help": lambda: cost_of([*cli, "--help"], **tree).cpu,
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
