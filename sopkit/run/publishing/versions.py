"""Published versions on disk: built aside, the manifest last, synced, renamed; a reader sees the old one or the new one.

`published/<cycle>/v<n>/` never changes. `published/<cycle>/latest` and `published/latest` are links that are renamed into place, and
can always be made again from the ledger.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sopkit.errors import Problem
from sopkit.run.files import file_hash, read_json, write_json
from sopkit.run.keys import hash_of

SCHEMA = 1
MANIFEST = "manifest.json"
LATEST = "latest"
VERSION = re.compile(r"v[1-9][0-9]*")


@dataclass(frozen=True)
class Published:
    """The published plans of a company."""

    path: Path  # reports/<company>/published

    def folder(self, cycle: str, version: int) -> Path:
        """Where a version stands."""
        return self.path / cycle / f"v{version}"

    def versions(self, cycle: str) -> list[int]:
        """Versions of a cycle that stand under their final name."""
        folder = self.path / cycle
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name[1:]) for name in names if VERSION.fullmatch(name))

    def cycles(self) -> list[str]:
        """Cycles with a version."""
        names = [path.name for path in self.path.iterdir()] if self.path.is_dir() else []
        return sorted(name for name in names if self.versions(name))

    def sweep(self, cycle: str) -> None:
        """Take away what a publication that was killed left aside."""
        for path in (self.path / cycle).glob(".v*.part"):
            shutil.rmtree(path, ignore_errors=True)

    def build(self, cycle: str, version: int, write: Callable[[Path], Mapping[str, object]]) -> dict[str, object]:
        """Make a version: `write` fills a folder aside and returns what its manifest says; returns the manifest.

        Nothing stands under the final name before all of it is on the disk.
        """
        target = self.folder(cycle, version)
        aside = target.with_name(f".{target.name}.{os.getpid()}.part")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            about = write(aside)
            files = {path.relative_to(aside).as_posix(): file_hash(path) for path in sorted(aside.rglob("*")) if path.is_file()}
            covered = {"schema": SCHEMA, **about, "cycle": cycle, "version": version, "files": files}
            manifest = {**covered, "hash": hash_of(covered)}
            write_json(aside / MANIFEST, manifest)
            _sync_tree(aside)
            aside.rename(target)
            _sync(target.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return manifest

    def point(self, link: Path, target: Path) -> None:
        """Point a link at a version, in one rename; nothing is done where it points there already."""
        wanted = os.path.relpath(target, link.parent)
        if link.is_symlink() and str(link.readlink()) == wanted:
            return
        beside = link.with_name(f".{link.name}.{os.getpid()}.part")
        beside.unlink(missing_ok=True)
        beside.symlink_to(wanted)
        beside.replace(link)
        _sync(link.parent)


def manifest_of(folder: Path) -> dict[str, object]:
    """What a version says of itself; empty where it says nothing."""
    return read_json(folder / MANIFEST) or {}


def version_problems(folder: Path) -> list[Problem]:
    """What of a version is not as its manifest says: files missing, changed or added, or the manifest itself."""
    manifest = manifest_of(folder)
    files = manifest.get("files")
    if not isinstance(files, dict):
        return [Problem(str(folder / MANIFEST), "no manifest", "one that names every file")]
    problems = []
    if manifest.get("hash") != hash_of({name: value for name, value in manifest.items() if name != "hash"}):
        problems.append(Problem(str(folder / MANIFEST), "content that is not what its hash says", "the manifest as it was written"))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted({*files, *there}):
        if name not in there:
            problems.append(Problem(name, "no file", "what the manifest names"))
        elif name not in files:
            problems.append(Problem(name, "a file", "none: the manifest does not name it"))
        elif file_hash(folder / name) != files[name]:
            problems.append(Problem(name, "other content", f"sha256 {str(files[name])[:12]}"))
    return problems


def _sync_tree(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            _sync(Path(place) / name)
        _sync(Path(place))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
