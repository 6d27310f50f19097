"""What a replay costs, in CPU seconds: two policies over the last closed months of a finished cycle.

Run: `python -m benchmarks.replay [COMPANY] [MONTHS]` with a finished cycle in the reports tree; 36 months where none are given.
"""

import json
import sys

from benchmarks.cost import cost_of
from sopkit.periods import shifted
from sopkit.run.params import load_params
from sopkit.run.places import params_file

GOAL = 1200.0  # CPU seconds: ten minutes on two cores
CLI = "import sys; from sopkit.run.cli import main; sys.argv = ['sop', *sys.argv[1:]]; main()"
POLICIES = ("leaner_stock", "fast_models")


def measured(company: str, months: int) -> dict[str, float]:
    """CPU seconds of one replay in a process of its own, and policy months replayed in each."""
    last = load_params(params_file(company)).cutoff
    words = [
        "replay",
        company,
        "--from",
        shifted(last, 1 - months),
        "--to",
        last,
        *(word for name in POLICIES for word in ("--policy", name)),
    ]
    seconds = cost_of([sys.executable, "-c", CLI, *words]).cpu
    return {"months": months, "policies": len(POLICIES), "cpu_seconds": seconds, "goal": GOAL, "of_goal": seconds / GOAL}


if __name__ == "__main__":
    company = sys.argv[1] if len(sys.argv) > 1 else "demo"
    print(json.dumps(measured(company, int(sys.argv[2]) if len(sys.argv) > 2 else 36), indent=1))
