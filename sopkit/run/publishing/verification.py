"""`sop verify`: a published plan recomputed from what is kept with it, and every difference with its cause.

The recomputation sees nothing but the version's own folder and the code that is here: a suite of its own with the kept params, the kept
inputs where the sources look for them, the kept tables of the cycle before.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sopkit.errors import IntegrityError, ParamsError, Problem
from sopkit.periods import shifted
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder
from sopkit.run.decided import read_decided
from sopkit.run.files import file_hash, read_json, write_json
from sopkit.run.keys import PACKAGE, notebook_hash, tree_hash
from sopkit.run.manifest import plan_hash, versions
from sopkit.run.publishing.sources import SOURCE, TABLES
from sopkit.run.publishing.table_differences import table_differences
from sopkit.run.publishing.versions import LATEST, Published, manifest_of, version_problems
from sopkit.steps import STEPS

LAST_STEP = 4  # the plan hash covers no table of a later step
SECONDS = 3600
MOST_SHOWN = 8  # differences, those nearest to the cause; all are written to a file
COPIED = ("notebooks", "templates", "requirements.lock", "pyproject.toml")
PREVIOUS_RUN = "kept"


@dataclass(frozen=True)
class Verified:
    """What a recomputation came to."""

    folder: Path
    manifest: Mapping[str, object]
    recomputed: str = ""  # plan hash; empty where it could not be recomputed
    causes: list[Problem] = field(default_factory=list)  # what is another one than when it was published
    differences: list[Problem] = field(default_factory=list)  # what of the plan is another one for it

    @property
    def equal(self) -> bool:
        """Whether the plan is the published one, and nothing of the version was touched."""
        return not self.differences and self.recomputed == self.manifest.get("plan_hash") and not self.touched

    @property
    def touched(self) -> list[Problem]:
        """Causes that lie in the version itself."""
        return [cause for cause in self.causes if cause.hint == TOUCHED]


TOUCHED = "Restore the version from a backup."


def verify(place: str) -> list[str]:
    """Recompute a published version (`company/cycle`, `company/cycle/v2`, or its folder); returns lines that say it is equal.

    Raises IntegrityError with every difference and its cause where it is not; ParamsError where there is no such version.
    """
    found = verified(version_folder(place))
    told = found.manifest
    name = f"{told['company']}/{told['cycle']} v{told['version']}"
    if found.equal:
        lines = [f"{name}: equal; plan {found.recomputed[:12]} recomputed from its inputs, params and code, every file as it was published"]
        return [*lines, *(f"  note: {cause}" for cause in found.causes)]
    shown, rest = found.differences[:MOST_SHOWN], found.differences[MOST_SHOWN:]
    if rest:
        shown.append(Problem(str(_all_written(found)), f"{len(rest)} more differences", "none", "All of them stand in this file."))
    raise IntegrityError(f"{name} is not what was published", [*found.causes, *shown])


def _all_written(found: Verified) -> Path:
    """Write every cause and difference to a file; returns it."""
    told = found.manifest
    path = CompanyFolder.of(str(told["company"])).path / "verified" / f"{told['cycle']}.v{told['version']}.json"
    write_json(path, {"causes": [vars(one) for one in found.causes], "differences": [vars(one) for one in found.differences]})
    return path


def version_folder(place: str) -> Path:
    """The folder of a published version: `company/cycle` means the one that holds."""
    given = Path(place)
    if given.is_dir() and (given / "manifest.json").is_file():
        return given.resolve()
    company, _, rest = place.partition("/")
    cycle, _, version = rest.partition("/")
    store = Published(CompanyFolder.of(company).published)
    folder = store.path / cycle / (version or LATEST)
    if not cycle or not (folder / "manifest.json").is_file():
        there = [f"{name}/v{number}" for name in store.cycles() for number in store.versions(name)]
        raise ParamsError("no such published plan", [Problem(place, "no published version", f"one of {', '.join(there) or 'none yet'}")])
    return folder.resolve()


def verified(folder: Path) -> Verified:
    """A version looked at and recomputed."""
    manifest = manifest_of(folder)
    causes = [Problem(problem.where, problem.came, problem.expected, TOUCHED) for problem in version_problems(folder)]
    causes += _other_code(manifest)
    with tempfile.TemporaryDirectory(prefix="sop_verify_") as place:
        tables, told = _recomputed(folder, manifest, Path(place))
        if tables is None:
            came = Problem(f"{manifest.get('company')}/{manifest.get('cycle')}", f"cannot be recomputed: {told}", "a run as it was then")
            return Verified(folder, manifest, "", causes, [came])
        digest = plan_hash(tables)
        equal = digest == manifest.get("plan_hash") and plan_hash(folder / TABLES) == digest
        differences = [] if equal and not causes else table_differences(folder / TABLES, tables)
        if not equal and not differences:
            differences = [Problem("plan hash", digest[:12], str(manifest.get("plan_hash"))[:12])]
        return Verified(folder, manifest, digest, causes, differences)


def _other_code(manifest: Mapping[str, object]) -> list[Problem]:
    """What of code and libraries is another one here than when the plan was published."""
    code, root = manifest.get("code"), places.suite_root()
    then: dict[str, object] = code if isinstance(code, dict) else {}
    lock = root / "requirements.lock"
    now: dict[str, object] = {
        "package": tree_hash(PACKAGE),
        "notebooks": {step.name: notebook_hash(places.notebook_file(step.notebook)) for step in STEPS},
        "lock": file_hash(lock) if lock.is_file() else "absent",
    }
    hint = f"The plan was made by commit {then.get('commit')}."
    found = [
        Problem(f"code, {name}", "another one here", "the one of then", hint) for name, value in now.items() if then.get(name) != value
    ]
    told = manifest.get("versions")
    installed = versions()
    for name, version in (told if isinstance(told, dict) else {}).items():
        if installed.get(name) != version:
            found.append(Problem(f"library {name}", str(installed.get(name)), str(version), "make install takes those of the lock."))
    return found


def _recomputed(folder: Path, manifest: Mapping[str, object], place: Path) -> tuple[Path | None, str]:
    """The tables of a run in a suite of its own, or why there are none."""
    company, cycle = str(manifest["company"]), str(manifest["cycle"])
    environment = _own_suite(folder / SOURCE, place, company, cycle)
    told = _run(environment, company, cycle)
    runs = CompanyFolder(place / "reports" / company)
    base = (read_json(runs.attempt_file(cycle)) or {}).get("run_id")
    decided = folder / SOURCE / "decided.json"
    if not told and decided.is_file():
        _decide_again(decided, runs, cycle, str(base))
        told = _run(environment, company, cycle)
    run = runs.run(str((read_json(runs.attempt_file(cycle)) or {}).get("run_id")))
    return (None, told) if told else (run.path / "tables", "")


def _own_suite(source: Path, place: Path, company: str, cycle: str) -> dict[str, str]:
    """A suite that holds the kept params, inputs and tables of the cycle before; returns the environment that points there."""
    suite, reports, data = place / "suite", place / "reports", place / "data"
    suite.mkdir()
    for name in COPIED:
        if (places.suite_root() / name).exists():
            (suite / name).symlink_to((places.suite_root() / name).resolve())
    shutil.copytree(source / "params", suite / "params")
    own = {"SOPKIT_ROOT": str(suite), "SOPKIT_REPORTS": str(reports), "SOPKIT_DATA": str(data)}
    target = _data_path(own, suite / "params" / f"{company}.yaml", cycle)
    runs = CompanyFolder(reports / company)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / "inputs", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("databases"))
    if (source / "inputs" / "databases").is_dir():
        shutil.copytree(source / "inputs" / "databases", runs.received(cycle))
        write_json(runs.attempt_file(cycle), {"state": "partial"})  # goes on with what was received: no database is asked
    kept = runs.run(PREVIOUS_RUN).path / "tables"
    if (source / "previous").is_dir():  # an empty one is not in a backup
        shutil.copytree(source / "previous", kept)
    kept.mkdir(parents=True, exist_ok=True)
    runs.link(shifted(cycle, -1)).symlink_to(Path("runs") / PREVIOUS_RUN)
    return {**os.environ, **own, "PYTHONPATH": str(PACKAGE.parent), "GIT_CEILING_DIRECTORIES": str(place)}


def _data_path(own: Mapping[str, str], params_file: Path, cycle: str) -> Path:
    """Where the sources of the kept params look for their files, in the suite of its own."""
    from sopkit.run.params import load_params

    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        return load_params(params_file, cycle).data_path
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _decide_again(kept: Path, runs: CompanyFolder, cycle: str, base: str) -> None:
    """Put what was decided on the run that was recomputed: its id is another one where params moved, its decisions are the same."""
    told = read_json(kept) or {}
    write_json(runs.path / "decided" / f"{cycle}.json", {**told, "base_run": base})
    assert read_decided(runs.path / "decided" / f"{cycle}.json") is not None, "decisions are there"


def _run(environment: Mapping[str, str], company: str, cycle: str) -> str:
    """Run the steps that the plan hash covers; returns the last words of a run that failed, else nothing."""
    words = [sys.executable, "-m", "sopkit.run.cli", "run", company, "--cycle", cycle, "--to", str(LAST_STEP), "--gates", "rehearse"]
    done = subprocess.run(
        [*words, "--format", "plain"], env=dict(environment), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    return " ".join(done.stderr.split()) if done.returncode else ""
