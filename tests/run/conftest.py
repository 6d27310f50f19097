"""A suite of its own for each test; makes `tiny_suite` importable for the tests of this folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit.run import keys, runner

sys.path.insert(0, str(Path(__file__).parent))

from tiny_suite import Suite  # noqa: E402


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A fresh suite, which this process sees; the package's hash is that of a folder that stands still."""
    made = Suite(tmp_path / "suite")
    for name, value in made.environment.items():
        if name.startswith("SOPKIT_"):
            monkeypatch.setenv(name, value)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("one = 1\n")
    monkeypatch.setattr(keys, "PACKAGE", tmp_path / "package")
    return made


@pytest.fixture
def warm(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A suite whose runs leave their kernel to the next one: for tests that are not about kernels."""
    monkeypatch.setattr(runner, "_close_kernels", lambda: None)
    monkeypatch.setattr(runner, "kill_marked", lambda mark: None)
    return suite


@pytest.fixture(scope="module", autouse=True)
def _no_kernel_left() -> Iterator[None]:
    """End the kernel that warm suites kept."""
    close = runner._close_kernels
    yield
    close()
