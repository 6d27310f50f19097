"""`sop backup`, `sop restore`, `sop prune`: what cannot be made again is kept in one file; what can be is let go.

A backup holds the ledger, the company's text (params, decisions), the snapshots of inputs of its good runs, and all published versions.
Runs, packs of runs and sandboxes are made again from these.
"""

import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from sopkit.errors import IntegrityError, ParamsError, Problem
from sopkit.records.publications import publications
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import file_hash, read_json, write_atomically
from sopkit.run.lock import is_locked

SCHEMA = 1
CONTENTS = "backup.json"
LEDGER = "reports/ledger.sqlite"
NO_CLOCK = (1980, 1, 1, 0, 0, 0)  # of every entry: the same content gives the same file
KEPT_FOLDERS = ("published", "decided", "received", "answered")


def back_up(company: str, target: Path) -> list[str]:
    """Write everything of a company that cannot be derived into one file; returns what was done, as lines.

    Raises ParamsError where the file is there already, IntegrityError where the ledger's chain is broken.
    """
    if target.exists():
        raise ParamsError("a backup is not written over a file", [Problem(str(target), "a file", "none yet", "Name another.")])
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    hashes: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory() as folder, ZipFile(beside, "w", ZIP_DEFLATED) as book:
            for name, path in _kept(CompanyFolder.of(company), company, Path(folder)):
                content = path.read_bytes()
                hashes[name] = sha256(content).hexdigest()
                _put(book, name, content)
            _put(book, CONTENTS, json.dumps({"schema": SCHEMA, "company": company, "files": hashes}, indent=1).encode())
        beside.chmod(0o600)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return [f"written: {target}: {len(hashes)} files, {target.stat().st_size / 1e6:.1f} MB"]


def restore(source: Path) -> list[str]:
    """Put a backup back where nothing is, or where the same is; returns what was done, as lines.

    Raises IntegrityError where the backup is damaged, ParamsError with every file that is another one here: nothing is written then.
    """
    with _opened(source) as book:
        told = _contents(book, source)
        company, files = str(told["company"]), told["files"]
        assert isinstance(files, dict), "checked when it was read"
        targets = {name: _target(name, company) for name in files}
        differ = [name for name, expected in files.items() if _differs(targets[name], expected)]
        differ = [name for name in differ if name != LEDGER or not _same_events(targets[name], book.read(name))]
        problems = [_other(targets[name], files[name]) for name in differ]
        if problems:
            raise ParamsError("a backup is restored into an empty place; other files are here", problems)
        for name in sorted(files, key=lambda name: (name == LEDGER, name)):  # the record last: before it nothing counts
            if not targets[name].exists():
                write_atomically(targets[name], book.read(name))
    _links(company)
    return [f"restored: {company}: {len(files)} files", f"  next: sop ledger verify {company}; sop run params/{company}.yaml"]


def prune(company: str, *, keep: int = 1, really: bool = False) -> list[str]:
    """Take away runs that nothing needs: not shown by a cycle, not published, not decided on, not among the last `keep` beside these.

    Args:
        company: short name.
        keep: runs to keep beside those that are needed, the youngest.
        really: do it; otherwise only say what would go.

    Returns:
        A line per run, and the sum.
    """
    folder = CompanyFolder.of(company)
    locked = [path.name for path in (folder.path / "runs").glob("*.lock") if is_locked(path)]
    if locked:
        raise ParamsError("a run is going on", [Problem(company, ", ".join(locked), "no run while runs are taken away")])
    needed = needed_runs(folder)
    loose = sorted((run for run in folder.runs() if run.run_id not in needed), key=lambda run: run.path.stat().st_mtime, reverse=True)
    lines, total = [], 0
    for run in loose[keep:]:
        size = sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())
        total += size
        lines.append(f"{'taken away' if really else 'would go'}: {run.path.name}, {size / 1e6:.1f} MB")
        if really:
            shutil.rmtree(run.path)
    rest = f"{len(needed)} runs are shown, published or decided on and stay"
    return [*lines, f"{total / 1e6:.1f} MB in {len(loose[keep:])} runs; {rest}" + ("" if really else "; --yes takes them away")]


def needed_runs(folder: CompanyFolder) -> set[str]:
    """Ids of the runs that a link shows, that were published, that the last attempt works on, and that these were decided on.

    So are those that a restore brought back as what they were made from, until their cycle has been run here again.
    """
    found = {path.resolve().name for path in folder.path.iterdir() if path.is_symlink()}
    found |= {run.run_id for run in folder.runs() if _only_restored(folder, run)}
    for path in (folder.path / "runs").glob("*.json"):
        found.add(str((read_json(path) or {}).get("run_id")))
    if folder.ledger_file.exists():
        from sopkit.records.ledger import Ledger

        events = Ledger.open(folder.ledger_file).events()
        found |= {one.run_id for one in publications(events)}
        found |= {str(event.body["run_id"]) for event in events if event.kind == "approval" and "run_id" in event.body}
    for run_id in tuple(found):
        told = read_json(folder.run(run_id).decided) or {}
        found |= {str(told["base_run"])} if "base_run" in told else set()
    return found & {run.run_id for run in folder.runs()}


def _only_restored(folder: CompanyFolder, run: RunFolder) -> bool:
    """Whether a run is nothing but its inputs and manifest, from a backup, and no link shows its cycle yet."""
    cycle = str((read_json(run.manifest) or {}).get("cycle") or "")
    return bool(cycle) and not (run.path / "steps").is_dir() and not folder.link(cycle).is_symlink()


def _kept(folder: CompanyFolder, company: str, aside: Path) -> Iterator[tuple[str, Path]]:
    """Everything to keep: name in the backup, file."""
    if folder.ledger_file.exists():
        from sopkit.records.ledger import Ledger

        ledger = Ledger.open(folder.ledger_file)
        ledger.verify()
        ledger.backup(aside / "ledger.sqlite")
        yield LEDGER, aside / "ledger.sqlite"
        if ledger.head_file.is_file():
            yield "reports/ledger.head", ledger.head_file
    home = places.suite_root() / "params"
    text = [
        home / f"{company}.yaml",
        home / "process.yaml",
        *_files(home / company),
        *_files(home / "scenarios"),
        *_files(home / "playbooks"),
        *_files(home / "mappings"),
    ]
    for path in text:
        if path.is_file():
            yield f"params/{path.relative_to(home).as_posix()}", path
    for name in KEPT_FOLDERS:
        for path in _files(folder.path / name):
            if not any(part.startswith(".") for part in path.relative_to(folder.path).parts):
                yield f"reports/{path.relative_to(folder.path).as_posix()}", path
    for run in _good_runs(folder):
        for path in [*_files(run.inputs), run.manifest]:
            if path.is_file():
                yield f"reports/runs/{run.run_id}/{path.relative_to(run.path).as_posix()}", path


def _good_runs(folder: CompanyFolder) -> list[RunFolder]:
    return [folder.run(run_id) for run_id in sorted(needed_runs(folder))] if folder.path.is_dir() else []


def _files(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()] if folder.is_dir() else []
    return [path for path in found if not any(parent.is_symlink() for parent in path.relative_to(folder).parents if str(parent) != ".")]


def _put(book: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, NO_CLOCK)
    entry.external_attr = 0o600 << 16
    book.writestr(entry, content, ZIP_DEFLATED)


def _opened(source: Path) -> ZipFile:
    if not source.is_file():
        raise ParamsError("there is no such file", [Problem(str(source), "no file", "a file of sop backup")])
    try:
        return ZipFile(source)
    except BadZipFile as error:
        raise IntegrityError("the backup is damaged", [Problem(str(source), str(error), "a file of sop backup")]) from None


def _contents(book: ZipFile, source: Path) -> dict[str, object]:
    """What the backup says it holds, every file of it checked."""
    try:
        told = json.loads(book.read(CONTENTS))
        files = dict(told["files"])
        wrong = [name for name, expected in files.items() if sha256(book.read(name)).hexdigest() != expected]
    except (KeyError, ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise IntegrityError("the backup is damaged", [Problem(str(source), str(error), "a file of sop backup, whole")]) from None
    if wrong or told.get("schema") != SCHEMA:
        problems = [Problem(f"{source}, {name}", "other content", "what was backed up") for name in wrong]
        raise IntegrityError(
            "the backup is damaged", problems or [Problem(str(source), f"schema {told.get('schema')}", f"schema {SCHEMA}")]
        )
    return told  # type: ignore[no-any-return]


def _target(name: str, company: str) -> Path:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or parts[0] not in ("reports", "params") or not company.replace("_", "").isalnum():
        raise IntegrityError(
            "the backup names a place outside", [Problem(name, "a path that leaves its folder", "one below reports or params")]
        )
    root = CompanyFolder.of(company).path if parts[0] == "reports" else places.suite_root() / "params"
    return root.joinpath(*parts[1:])


def _differs(path: Path, expected: str) -> bool:
    return path.exists() and (not path.is_file() or file_hash(path) != expected)


def _same_events(path: Path, content: bytes) -> bool:
    """Whether a ledger holds exactly what a backed up one holds: their bytes differ where their events do not."""
    from sopkit.records.ledger import Ledger

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / path.name
        kept.write_bytes(content)
        return list(Ledger.open(kept).export()) == list(Ledger.open(path).export())


def _other(path: Path, expected: str) -> Problem:
    return Problem(str(path), "another file", f"none, or the one of the backup ({expected[:12]})", "Move it away.")


def _links(company: str) -> None:
    """The links of published versions, which a backup does not hold: made again from the record."""
    from sopkit.run.publishing.publication import settle_company

    settle_company(company)
