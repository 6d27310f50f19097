"""What the runner gives an engine and sees of it. Imports nothing of Jupyter.

Import papermill before `sopkit.run.engine`, as `executor` does: papermill loads the engines by itself while it is imported.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    withheld: frozenset[str] = frozenset()  # names in this process's environment that no kernel gets: secrets


def heading_above(cells: "Sequence[NotebookNode]", position: int) -> str:
    """The nearest heading above a cell."""
    for cell in reversed(cells[:position]):
        if cell.cell_type == "markdown":
            for line in reversed(cell.source.splitlines()):
                if line.startswith("#"):
                    return line.lstrip("# ").strip()
    return ""


# Optional parts that papermill and the check of a notebook's schema try to import, each in a `try`: checks of addresses
# and reading from a cluster's disk. They cost more than half of papermill's import.
UNASKED = ("rfc3987_syntax", "rfc3987", "rfc3986_validator", "rfc3339_validator", "isoduration", "webcolors", "uri_template", "pyarrow.fs")


@contextmanager
def without_unasked_imports() -> Iterator[None]:
    """While Jupyter's packages are imported: keep out what nobody here asks for; afterwards all can be imported again."""
    blocked = [name for name in UNASKED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in blocked:
            sys.modules.pop(name, None)


def executor() -> Any:
    """`papermill.execute_notebook`, with our engines registered."""
    with without_unasked_imports():
        from papermill.engines import papermill_engines
        from papermill.execute import execute_notebook
        from papermill.log import logger

    from sopkit.run.engine import FreshEngine, ReuseEngine

    logger.addHandler(logging.NullHandler())  # what goes wrong is told once, by the run
    papermill_engines.register("sop-reuse", ReuseEngine)
    papermill_engines.register("sop-fresh", FreshEngine)
    return execute_notebook
