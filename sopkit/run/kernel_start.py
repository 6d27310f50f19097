"""Where a kernel begins, as `python -m sopkit.run.kernel_start [NOTEBOOK ...] -f FILE`.

What the notebooks import, then a second process for work done aside, then the kernel.
"""

import ast
import json
import runpy
import sys
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

ALWAYS = ("sopkit.run.kernel_state", "sopkit.run.step_view", "pyarrow.parquet")
WHEN_CALLED = {  # by what a notebook imports: what that imports when it is called
    "sopkit.report.charts": ("matplotlib.figure", "matplotlib.backends.backend_svg"),
    "sopkit.report.heat_charts": ("matplotlib.figure", "matplotlib.backends.backend_svg", "seaborn"),
    "sopkit.report.exports": ("xlsxwriter",),
}
ASIDE = {"sopkit.report.pack": ("weasyprint", "sopkit.report.pdf")}  # the same, of work done aside


def imported_by(notebook: Path) -> list[str]:
    """The modules that the cells of a notebook import, in their order; none where it cannot be read."""
    with suppress(OSError, ValueError, SyntaxError):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        return [name for source in sources for node in ast.walk(ast.parse(source)) for name in _names_of(node)]
    return []


def _names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.module and not node.level else []
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def _also(names: Iterable[str], modules: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [module for name in names for module in modules.get(name, ())]


def import_all(modules: Iterable[str]) -> None:
    """Import what can be imported; what cannot is told by the cell that needs it. Filters of warnings stay as they were."""
    with warnings.catch_warnings():
        for name in dict.fromkeys(modules):
            with suppress(Exception):
                import_module(name)


def main(arguments: list[str]) -> None:
    """Import ahead, then be a kernel: `arguments` are notebooks, then those of ipykernel."""
    at = arguments.index("-f")
    notebooks, sys.argv[1:] = arguments[:at], arguments[at:]
    if notebooks:
        names = [name for notebook in notebooks for name in imported_by(Path(notebook))]
        from sopkit.aside import split_off

        import_all([*ALWAYS, *names, *_also(names, WHEN_CALLED)])
        split_off(lambda: import_all(_also(names, ASIDE)))
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
