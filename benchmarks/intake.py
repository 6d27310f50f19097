"""What checking a planner's file costs, side by side in one run: pyarrow's text read alone, our intake, and what others do.

make benchmarks-intake            a million lines; with many distinct numbers; a file by another author; the peers
make benchmarks-intake MILLIONS=10   ten million lines too

Each work is a process of its own: CPU seconds (user + system, imports included) and peak memory by the operating system's
account (`wait4`). The machine may be busy: figures are medians of interleaved repeats, and ratios are what is quoted.
The peers live in an environment of their own: SOPKIT_INTAKE_PEERS names its Python, else it is made below the temporary folder.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from benchmarks.intake_files import HEADER
from benchmarks.intake_held_out import HELD_OUT
from sopkit.data.finding_rules import RULES

REPEATS = 3
FOLDER = Path(tempfile.gettempdir()) / "sopkit-benchmark-intake"
PEERS = ("pandera==0.35.0", "frictionless==5.21.0", "duckdb>=2.0,<3", "pandas>=3.0,<3.1", "pyarrow>=22", "pytz")
TOLERANCE = 0.005
READING = ("file", "structure", "cell")


class Cost(NamedTuple):
    """CPU seconds, wall seconds and peak memory of a process."""

    cpu: float
    peak_mib: float


def cost_of(command: list[str]) -> Cost:
    """What a command costs; raises CalledProcessError where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = os.posix_spawn(command[0], command, environment)
    _, status, used = os.wait4(process, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise subprocess.CalledProcessError(code, command)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def medians(commands: dict[str, list[str]], repeats: int = REPEATS) -> dict[str, Cost]:
    """Median cost of each command over interleaved repeats, after one run that compiles its modules."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(repeats + 1):
        for name, command in commands.items():
            cost = cost_of(command)
            if turn:
                costs[name].append(cost)
    return {name: Cost(statistics.median(c.cpu for c in seen), statistics.median(c.peak_mib for c in seen)) for name, seen in costs.items()}


def work(name: str, folder: Path) -> list[str]:
    """The command of one of the works in `benchmarks.intake_works`."""
    return [sys.executable, "-m", "benchmarks.intake_works", name, str(folder)]


def missed(found: pd.DataFrame, faults: pd.DataFrame) -> tuple[int, int]:
    """Faults of reading that are not told with their row, column and rule, and such findings that are no fault.

    Unknown codes are told once per column with their count, and plausibility asks other questions: both are left out here.
    """
    one_rule = {"not_a_number", "other_dialect"}  # which of these a text is may differ by its reader
    rows = found[
        found["row"].gt(0) & found["rule"].map(lambda rule: RULES[rule].group in READING) & ~found["outcome"].isin(["ACCEPT", "ASK"])
    ]
    told, wanted = (
        {
            (row, "" if rule == "duplicate_key" else column or "", "cell" if rule in one_rule else rule)
            for row, column, rule in frame[["row", "column", "rule"]].itertuples(index=False, name=None)
        }
        for frame in (rows, faults[faults["rule"].ne("unknown_code")])
    )
    return len(wanted - told), len(told - wanted)


def wrong_months(folder: Path, months: pd.DataFrame) -> int:
    """Months of our history whose units or money are not those of the good lines."""
    history = pd.read_parquet(folder / "history.parquet").rename(columns={"sold_quantity": "units", "revenue": "money"})
    keys = ["item", "region", "channel", "period"]
    both = months.merge(history, on=keys, how="outer").fillna(0.0)
    apart = (both["quantity_x"] - both["units"]).abs().gt(TOLERANCE) | (both["revenue"] - both["money"]).abs().gt(TOLERANCE)
    return int(apart.sum())


def checked(title: str, folder: Path) -> None:
    """Print how complete our findings on a file are."""
    found = pd.DataFrame(json.loads((folder / "findings.json").read_text()))
    faults, months = pd.read_parquet(folder / "faults.parquet"), pd.read_parquet(folder / "months.parquet")
    lost, invented = missed(found[found["file"].eq("sales.csv")], faults)
    wrong = wrong_months(folder, months)
    print(f"{title:<44} {len(faults):>7} faults, {lost} not told, {invented} invented, {wrong} months wrong")


def report(costs: dict[str, Cost], floor: str) -> None:
    """Print the costs and their ratio to the floor."""
    for name, cost in costs.items():
        print(f"{name:<44}{cost.cpu:8.2f} CPU s {cost.cpu / costs[floor].cpu:7.2f}x {cost.peak_mib:8.0f} MiB")


def peers_python(folder: Path) -> str:
    """The Python of an environment with the peers."""
    if named := os.environ.get("SOPKIT_INTAKE_PEERS"):
        return named
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", *PEERS], check=True)
        subprocess.run([str(python), "-m", "compileall", "-q", str(folder / "peers" / "lib")], check=False)
    return str(python)


def main() -> None:
    """Write the files, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--millions", type=int, default=1, help="lines of the long file, in millions; 1 = no long file")
    options.add_argument("--no-peers", action="store_true", help="leave the peers out")
    options.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "sopkit-benchmark-intake", help="where files are kept"
    )
    asked = options.parse_args()
    plain, many, other = (asked.folder / name for name in ("plain", "many", "held_out"))
    for folder, made in ((plain, "write_plain"), (many, "write_many"), (other, "write_held_out")):
        folder.mkdir(parents=True, exist_ok=True)
        cost_of(work(made, folder))  # in a process of its own: a child's peak memory is at least its parent's
    floor = "pyarrow reads the file as text"
    costs = medians(
        {
            floor: work("floor", plain),
            "sopkit: findings and history": work("ours", plain),
            "sopkit, a million distinct amounts": work("ours", many),
        }
    )
    report(costs, floor)
    ratio = costs["sopkit, a million distinct amounts"].cpu / costs["sopkit: findings and history"].cpu
    print(f"a million distinct amounts cost {ratio:.2f}x the usual file")
    checked("a million lines", plain)
    checked("a million distinct amounts", many)
    cost_of(work("held_out", other))
    checked(f"held out, by another author ({HELD_OUT} lines)", other)
    if asked.millions > 1:
        long = asked.folder / "long"
        long.mkdir(exist_ok=True)
        cost_of([*work("write_long", long), str(asked.millions)])
        cost = cost_of(work("long", long))
        each = cost.cpu / asked.millions / costs["sopkit: findings and history"].cpu
        print(f"{asked.millions} million lines{'':<30}{cost.cpu:8.2f} CPU s, {each:.2f}x per million, {cost.peak_mib:.0f} MiB")
    if not asked.no_peers:
        python = peers_python(asked.folder)
        subprocess.run([python, str(Path(__file__).with_name("intake_peers.py")), str(plain), ";".join(HEADER)], check=True)


if __name__ == "__main__":
    main()
