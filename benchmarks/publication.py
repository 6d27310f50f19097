"""What publishing costs, in CPU seconds: the demo for all audiences, two plans compared, 120 cycles indexed, 100,000 events verified.

Run: `python -m benchmarks.publication [COMPANY/CYCLE]` with a finished cycle in the reports tree (`make demo`).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.cost import cost_of
from sopkit.records.ledger import Ledger, NewEvent
from sopkit.run import places

GOALS = {"publish, all audiences": 15.0, "compare": 2.0, "library of 120 cycles": 5.0, "100,000 events verified": 5.0}


def cpu_seconds(code: str, *words: str, **environment: str) -> float:
    """CPU seconds of a process of its own, its children with it; raises where it fails."""
    return cost_of([sys.executable, "-c", code, *words], **environment).cpu


CLI = "import sys; from sopkit.run.cli import main; sys.argv = ['sop', *sys.argv[1:]]; main()"
VERIFY = "import sys; from pathlib import Path; from sopkit.records.ledger import Ledger; Ledger.open(Path(sys.argv[1])).verify()"
LIBRARY = "from sopkit.run.library import write_library; write_library()"


def measured(place: str) -> dict[str, float]:
    """CPU seconds of each, by name."""
    company, _, cycle = place.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder) / "reports"
        subprocess.run(["cp", "-r", str(places.reports_root() / company), str(_made(reports) / company)], check=True)
        own = {"SOPKIT_REPORTS": str(reports)}
        publish = cpu_seconds(CLI, "publish", company, "--cycle", cycle, "--draft", **own)
        compare = cpu_seconds(CLI, "compare", place, place, **own)
        _many_cycles(reports / company, cycle, 120)
        library = cpu_seconds(LIBRARY, **own)
        ledger = Path(folder) / "ledger.sqlite"
        events = [NewEvent(f"key {number}", "task", "2026-03", "", {"number": number}) for number in range(100_000)]
        Ledger.open(ledger).append(events)
        verify = cpu_seconds(VERIFY, str(ledger))
    return dict(zip(GOALS, (publish, compare, library, verify), strict=True))


def _many_cycles(company: Path, cycle: str, count: int) -> None:
    """Links to the same run under the names of so many cycles, each published once in the record."""
    run = (company / cycle).resolve()
    version = (company / "published" / cycle / "latest").resolve()
    ledger = Ledger.open(company / "ledger.sqlite")
    events = []
    for number in range(count):
        name = f"{2000 + number // 12}-{number % 12 + 1:02d}"
        (company / name).symlink_to(run)
        (company / "published" / name).mkdir()
        (company / "published" / name / "v1").symlink_to(version)
        body = {"version": 1, "status": "FINAL", "plan_hash": json.loads((version / "manifest.json").read_text())["plan_hash"]}
        events.append(NewEvent(f"publication:{name}:v1", "publication", name, "", body))
    ledger.append(events)


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


if __name__ == "__main__":
    for name, seconds in measured(sys.argv[1] if len(sys.argv) > 1 else "demo/2026-03").items():
        print(f"{name:<26} {seconds:6.1f} CPU s (goal {GOALS[name]:.0f})")
