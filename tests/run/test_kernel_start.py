"""Before it is a kernel: what its notebooks import is imported, and what cannot be imported stops nothing."""

import sys
import warnings
from pathlib import Path

import nbformat
import pytest

from sopkit.run.kernel_start import import_all, imported_by
from sopkit.run.places import notebook_file
from sopkit.steps import STEPS


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_the_imports_of_each_notebook_are_found_and_can_be_imported(step) -> None:
    names = imported_by(notebook_file(step.notebook))
    assert "sopkit" in names
    import_all(names)
    assert set(names) <= set(sys.modules)


def test_what_cannot_be_read_or_imported_stops_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text("no notebook")
    magic = tmp_path / "magic.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%time import json")]), magic)
    assert imported_by(broken) == imported_by(magic) == imported_by(tmp_path / "none.ipynb") == []
    import_all(["sopkit.no_such_module", "json"])


def test_imports_ahead_leave_the_filters_of_warnings_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loud_module.py").write_text("import warnings\nwarnings.simplefilter('ignore')\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(warnings.filters)
    import_all(["loud_module"])
    assert warnings.filters == before
