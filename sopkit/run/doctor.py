"""`sop doctor`: what a machine needs, checked; each line says what to do where something is missing."""

import ctypes.util
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sopkit.errors import SopError
from sopkit.run import places
from sopkit.run.preflight import check_writable, knobs

PYTHONS = ((3, 11), (3, 14))
LIBRARIES = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0", "harfbuzz-subset": "libharfbuzz-subset0"}
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def checks() -> list[Check]:
    """All checks, in the order they are read."""
    return [_python(), lock_check(), _kernel(), *_pdf_writer(), _notebooks(), *_folders()]


def report_lines(found: list[Check]) -> list[str]:
    """A line per check."""
    return [f"{'ok ' if check.ok else 'NO '} {check.name:<22} {check.detail}{f'. {check.hint}' if not check.ok else ''}" for check in found]


def drift(lock: str, installed: dict[str, str | None]) -> list[str]:
    """Packages that are not what the lock says, as `name 1.2, locked 1.3`; what is not installed here does not count."""
    from packaging.markers import Marker

    found = []
    for name, locked, marker in PINNED.findall(lock):
        here = installed.get(name.lower())
        if here is not None and here != locked and (not marker or Marker(marker.strip()).evaluate()):
            found.append(f"{name} {here}, locked {locked}")
    return found


def _python() -> Check:
    here = sys.version_info[:3]
    ok = PYTHONS[0] <= here[:2] < PYTHONS[1]
    return Check("Python", ok, ".".join(map(str, here)), f"Use {PYTHONS[0][0]}.{PYTHONS[0][1]} to 3.{PYTHONS[1][1] - 1}")


def lock_check() -> Check:
    """Whether what is installed is what the lock says."""
    path = places.suite_root() / "requirements.lock"
    if not path.is_file():
        return Check("lock", False, f"no {path}", "Take the file from the repository")
    text = path.read_text(encoding="utf-8")
    installed = {name.lower(): _version(name) for name, _, _ in PINNED.findall(text)}
    wrong = drift(text, installed)
    detail = f"{sum(value is not None for value in installed.values())} packages as locked" if not wrong else "; ".join(wrong[:5])
    return Check("lock", not wrong, detail, "Run: make install")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _kernel() -> Check:
    here = _version("ipykernel")
    return Check("kernel", here is not None, f"ipykernel {here}, started with {sys.executable}", "Run: make install")


def _pdf_writer() -> list[Check]:
    missing = [package for name, package in LIBRARIES.items() if ctypes.util.find_library(name) is None and not _beside_python(name)]
    hint = f"Run: apt-get install -y --no-install-recommends {' '.join(missing)}"
    library = Check("PDF writer", not missing, "pango, pangoft2, harfbuzz-subset" if not missing else "libraries are missing", hint)
    return [library, _fonts()]


def _beside_python(name: str) -> bool:
    """Whether a library lies in the environment's own folder, as with conda."""
    return any((Path(sys.prefix) / "lib").glob(f"lib{name}*"))


def _fonts() -> Check:
    fonts = [*(places.suite_root() / "templates").rglob("*.woff2"), *(places.suite_root() / "templates").rglob("*.ttf")]
    if fonts:
        return Check("fonts", True, ", ".join(sorted(path.name for path in fonts)))
    from matplotlib import get_data_path

    own = sorted((Path(get_data_path()) / "fonts" / "ttf").glob("DejaVuSans*.ttf"))
    return Check("fonts", bool(own), "DejaVu Sans of matplotlib" if own else "none found", "Run: make install")


def _notebooks() -> Check:
    try:
        found = knobs()
    except SopError as error:
        return Check("notebooks", False, str(error.problems[0]) if error.problems else error.message, "Take them from the repository")
    return Check("notebooks", True, f"{len(found)} knobs in the six notebooks")


def _folders() -> list[Check]:
    reports, data = places.reports_root(), places.data_root()
    real = Check("real data (optional)", True, str(data) if data.is_dir() else f"no {data}; set SOPKIT_DATA to use it")
    try:
        check_writable(reports)
    except SopError as error:
        return [Check("reports", False, str(error.problems[0]), "Set SOPKIT_REPORTS to a folder that you may write to"), real]
    return [Check("reports", True, str(reports)), real]
