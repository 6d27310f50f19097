"""The cells of the six notebooks in one plain process: the floor that the runner's overhead is measured from.

python -m benchmarks.plain_cells RUN_FOLDER CYCLE
"""

import json
import os
import sys

from IPython.display import display

from sopkit.run import places
from sopkit.steps import STEPS


def main(run: str, cycle: str) -> None:
    """Execute every code cell of every step in the run folder, with the cycle as their parameter."""
    os.environ["SOPKIT_RUN"] = run
    for step in STEPS:
        cells = json.loads(places.notebook_file(step.notebook).read_text())["cells"]
        names: dict[str, object] = {"__name__": "__main__", "display": display}
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)  # noqa: S102 - our own notebooks
                if "parameters" in cell["metadata"].get("tags", []):
                    names["cycle"] = cycle


if __name__ == "__main__":
    main(*sys.argv[1:3])
