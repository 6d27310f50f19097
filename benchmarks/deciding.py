"""What deciding costs beside the cycle that it is decided on, and what a slider move costs in the room, on the small demo company.

    python -m benchmarks.deciding

CPU time of the command and of all that it starts, so that a busy machine does not count; the ratio is the figure to quote.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

CYCLE = "2026-03"
ANSWERS = ("D1=B", "D2=C")
MOVES: tuple[Mapping[str, float], ...] = (
    {"demand_Grills": 1.05},
    {"demand_Grills": 1.10},
    {"hours_coating": 40.0},
    {"hours_coating": 40.0, "demand_Heaters": 0.9},
)


def cpu_of(*words: str) -> float:
    """CPU seconds of `sop` and of what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "sopkit.run.cli", *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def moves() -> list[float]:
    """CPU seconds of each slider move, from the driver to the refreshed page; the table is laid before."""
    from sopkit.meeting.room import Table
    from sopkit.meeting.scenarios import base_outcome
    from sopkit.run.amending import inputs_of
    from sopkit.run.cycle import CompanyFolder
    from sopkit.run.params import load_params
    from sopkit.run.places import params_file
    from sopkit.run.room import Room
    from sopkit.run.step_view import start

    params = load_params(params_file("demo"), CYCLE)
    view = start("executive", {"company": "demo", "cycle": CYCLE, "scenario": "base"})
    run = CompanyFolder.of("demo").good_run(CYCLE)
    assert run is not None, "the cycle has no finished run"
    tables = view.read_all()
    plan = base_outcome(tables, tables["plan_statement"], tables["working_capital_plan"])
    room = Room(Table.of(inputs_of(params, run), plan, view.scenarios, list(tables["bottlenecks"]["limit"])), params, recorded=True)
    found = []
    for each in MOVES:
        begin = time.process_time()
        room.choose(**each)
        found.append(time.process_time() - begin)
    return found


def main() -> None:
    """Run a cycle, move its drivers, decide; print what each costs."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SOPKIT_REPORTS"] = str(Path(folder))
        cpu_of("sample", "--as-of", CYCLE, "--size", "small")
        whole = cpu_of("run", "demo", "--cycle", CYCLE, "--format", "plain")
        slider = moves()
        decided = cpu_of("decide", "demo", *ANSWERS, "--cycle", CYCLE, "--format", "plain")
        again = cpu_of("run", "demo", "--cycle", CYCLE, "--format", "plain")
    print(f"the cycle                 {whole:6.1f} CPU s")
    print(f"sop decide {' '.join(ANSWERS)}      {decided:6.1f} CPU s, {decided / whole:.2f} of the cycle")
    print(f"the decided cycle again   {again:6.1f} CPU s")
    print(f"a slider move             {max(slider):6.2f} CPU s at most, {sum(slider) / len(slider):.2f} on average of {len(slider)}")


if __name__ == "__main__":
    main()
