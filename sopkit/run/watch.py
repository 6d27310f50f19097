"""What the runner gives an engine and sees of it. Imports nothing of Jupyter.

Import papermill before `sopkit.run.engine`, as `executor` does: papermill loads the engines by itself while it is imported.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class CellReport:
    """One executed cell: for the run log."""

    position: int  # in the executed notebook
    number: int | None  # the n of In [n]
    heading: str
    seconds: float
    peak_memory_mb: float | None


@dataclass
class Watch:
    """What the runner gives an engine, and what it sees of it."""

    environment: Mapping[str, str] = field(default_factory=dict)  # of the notebook
    mark: str = ""  # of the kernel and its children
    on_kernel: Callable[[int], None] = lambda pid: None
    on_cell: Callable[[CellReport], None] = lambda report: None
    notebook: "NotebookNode | None" = None
    position: int | None = None  # the cell that runs, or ran last


def heading_above(cells: "Sequence[NotebookNode]", position: int) -> str:
    """The nearest heading above a cell."""
    for cell in reversed(cells[:position]):
        if cell.cell_type == "markdown":
            for line in reversed(cell.source.splitlines()):
                if line.startswith("#"):
                    return line.lstrip("# ").strip()
    return ""


def without_slow_imports() -> None:
    """Keep out a module that costs Jupyter 1.4 CPU s at import, for a check of addresses that nobody asks for."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def executor() -> Any:
    """`papermill.execute_notebook`, with our engines registered."""
    without_slow_imports()
    from papermill.engines import papermill_engines
    from papermill.execute import execute_notebook
    from papermill.log import logger

    from sopkit.run.engine import FreshEngine, ReuseEngine

    logger.addHandler(logging.NullHandler())  # what goes wrong is told once, by the run
    papermill_engines.register("sop-reuse", ReuseEngine)
    papermill_engines.register("sop-fresh", FreshEngine)
    return execute_notebook
