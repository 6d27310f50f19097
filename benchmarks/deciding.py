"""What deciding costs beside the cycle that it is decided on, and what a slider move costs in the room, on the small demo company.

    python -m benchmarks.deciding

Wall time, and CPU time of the command and of all that it starts; the ratios are the figures to quote.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cost import cost_of
from sopkit.run.cycle import CompanyFolder

CYCLE = "2026-03"
ANSWERS = ("D1=B", "D2=C")
MOVES: tuple[Mapping[str, float], ...] = (
    {"demand_Grills": 1.05},
    {"demand_Grills": 1.10},
    {"hours_coating": 40.0},
    {"hours_coating": 40.0, "demand_Heaters": 0.9},
)


def command(*words: str) -> list[str]:
    """`sop` with its words."""
    return [sys.executable, "-m", "sopkit.run.cli", *words]


def ended(step: str) -> datetime:
    """When a step of the cycle's run ended, by the run's log."""
    run = CompanyFolder.of("demo").good_run(CYCLE)
    assert run is not None, "the cycle has no finished run"
    events = [json.loads(line) for line in (run.path / "log.jsonl").read_text().splitlines()]
    return datetime.fromisoformat(
        next(event["time"] for event in reversed(events) if event.get("step") == step and event.get("state") == "ran")
    )


def moves() -> list[float]:
    """CPU seconds of each slider move, from the driver to the refreshed page; the table is laid before."""
    from sopkit.meeting.room import Table
    from sopkit.meeting.scenarios import base_outcome
    from sopkit.run.amending import inputs_of
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
        cost_of(command("sample", "--as-of", CYCLE, "--size", "small"))
        whole = cost_of(command("run", "demo", "--cycle", CYCLE, "--format", "plain"))
        slider = moves()
        begin = datetime.now(UTC)
        decided = cost_of(command("decide", "demo", *ANSWERS, "--cycle", CYCLE, "--format", "plain"))
        revision = (ended("5 executive") - begin).total_seconds()
        again = cost_of(command("run", "demo", "--cycle", CYCLE, "--format", "plain"))
    print(f"{'':<26}{'wall s':>10}{'CPU s':>10}")
    for name, cost in (("the cycle", whole), (f"sop decide {' '.join(ANSWERS)}", decided), ("the decided cycle again", again)):
        print(f"{name:<26}{cost.wall:>10.1f}{cost.cpu:>10.1f}")
    print(f"{'  steps 3 to 5 of it':<26}{revision:>10.1f}")
    print(f"sop decide takes {decided.wall / whole.wall:.2f} of the cycle's time, {decided.cpu / whole.cpu:.2f} of its CPU")
    print(f"a slider move takes {max(slider):.2f} CPU s at most, {sum(slider) / len(slider):.2f} on average of {len(slider)}")


if __name__ == "__main__":
    main()
