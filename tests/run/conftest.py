"""A suite of its own for each test; makes `tiny_suite` importable for the tests of this folder."""

import shutil
import subprocess
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


@pytest.fixture(scope="session")
def finished_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny suite whose cycle has run, its code and its package committed; to be copied, never written to."""
    root = tmp_path_factory.mktemp("finished")
    made = Suite(root / "suite")
    (root / "package").mkdir()
    (root / "package" / "module.py").write_text("one = 1\n")
    (root / ".gitignore").write_text("reports/\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "release"]):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=root, check=True, capture_output=True)
    with pytest.MonkeyPatch.context() as patch:
        _seen(made, patch, root)
        made.run(6)
    runner._close_kernels()
    return root


@pytest.fixture
def done(finished_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A copy of the tiny suite whose cycle has run; its runs leave their kernel to the next one."""
    shutil.copytree(finished_root, tmp_path / "company", symlinks=True)
    monkeypatch.setattr(runner, "_close_kernels", lambda: None)
    monkeypatch.setattr(runner, "kill_marked", lambda mark: None)
    copied = Suite.at(tmp_path / "company" / "suite")
    _seen(copied, monkeypatch, tmp_path / "company")
    return copied


def _seen(suite: Suite, patch: pytest.MonkeyPatch, root: Path) -> None:
    for name, value in suite.environment.items():
        if name.startswith("SOPKIT_"):
            patch.setenv(name, value)
    patch.setattr(keys, "PACKAGE", root / "package")


@pytest.fixture(scope="module", autouse=True)
def _no_kernel_left() -> Iterator[None]:
    """End the kernel that warm suites kept."""
    close = runner._close_kernels
    yield
    close()
