"""Run folders: the only place that knows how a run lies on disk.

`reports/<company>/runs/<run id>/` holds a run, `reports/<company>/<cycle>` is a link to the last good one. What stands
under its final name is complete: files are written beside it and renamed.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sopkit.errors import IntegrityError, Problem, StepError
from sopkit.periods import shifted
from sopkit.run import places
from sopkit.run.files import file_hash, link_file, read_json, write_json
from sopkit.steps import Step

DONE_SCHEMA = 1
ASIDE = ".aside"  # folder below runs/


@dataclass(frozen=True)
class RunFolder:
    """One run on disk."""

    path: Path

    @property
    def run_id(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def log(self) -> Path:
        """One JSON line per event."""
        return self.path / "log.jsonl"

    @property
    def manifest(self) -> Path:
        """What went in and came out."""
        return self.path / "manifest.json"

    @property
    def facts_file(self) -> Path:
        """All facts of the run."""
        return self.path / "facts.json"

    @property
    def findings_file(self) -> Path:
        """All findings of the run."""
        return self.path / "findings.json"

    @property
    def decided(self) -> Path:
        """What was decided, in a revision that deciding made."""
        return self.path / "decided.json"

    @property
    def inputs(self) -> Path:
        """Snapshot of the source files: steps read nothing else."""
        return self.path / "inputs"

    def notebook(self, step: Step) -> Path:
        """The executed notebook of a step."""
        return self.path / "notebooks" / step.notebook

    def marker(self, step: Step) -> Path:
        """What the step itself writes when it has finished."""
        return self.path / "steps" / f"{step.name}.json"

    def facts(self, step: Step) -> Path:
        """The step's rows of facts."""
        return self.path / "steps" / f"{step.name}.facts.json"

    def done(self, step: Step) -> Path:
        """What the runner writes when it has verified the marker: the step's key and hashes."""
        return self.path / "steps" / f"{step.name}.done.json"


@dataclass(frozen=True)
class CompanyFolder:
    """The reports of one company."""

    path: Path

    @classmethod
    def of(cls, company: str) -> "CompanyFolder":
        """The folder of a company in the reports tree."""
        return cls(places.reports_root() / company)

    def run(self, run_id: str) -> RunFolder:
        """The folder of a run."""
        return RunFolder(self.path / "runs" / run_id)

    def runs(self) -> list[RunFolder]:
        """All runs that are there, in the order of their ids."""
        folder = self.path / "runs"
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return [RunFolder(path) for path in found if path.is_dir() and not path.name.startswith(".")]

    def checked(self, cycle: str) -> Path:
        """Where `sop check` leaves what it found."""
        return self.path / "check" / cycle

    def received(self, cycle: str) -> Path:
        """What databases answered when they were last asked for a cycle."""
        return self.path / "received" / cycle

    def lock_file(self, cycle: str) -> Path:
        """The file that a run of the cycle locks."""
        return self.path / "runs" / f"{cycle}.lock"

    def attempt_file(self, cycle: str, scenario: str = "base") -> Path:
        """What became of the last attempt to run the cycle, or a scenario of it."""
        return self.path / "runs" / f"{self.link(cycle, scenario).name}.json"

    def link(self, cycle: str, scenario: str = "base") -> Path:
        """The link to the last good run of a cycle; a scenario that runs all steps has one of its own."""
        return self.path / (cycle if scenario == "base" else f"{cycle}.{scenario}")

    def good_run(self, cycle: str, scenario: str = "base") -> RunFolder | None:
        """The last good run of a cycle; None where there is none."""
        link = self.link(cycle, scenario)
        return RunFolder(link.resolve()) if link.is_dir() else None

    def previous_run(self, cycle: str) -> RunFolder | None:
        """The last good run of the cycle before."""
        return self.good_run(shifted(cycle, -1))

    @property
    def ledger_file(self) -> Path:
        """The record of what people decided."""
        return self.path / "ledger.sqlite"

    @property
    def published(self) -> Path:
        """The published versions of all its cycles."""
        return self.path / "published"

    def run_with(self, cycle: str, step: Step) -> RunFolder | None:
        """The run of a cycle in which a step is done: the one that was tried last, else the good one; None where there is none."""
        tried = (read_json(self.attempt_file(cycle)) or {}).get("run_id")
        runs = [self.run(tried) if isinstance(tried, str) else None, self.good_run(cycle)]
        return next((run for run in runs if run is not None and run.done(step).is_file()), None)

    def shows(self, cycle: str, run: RunFolder, scenario: str = "base") -> bool:
        """Whether the cycle's link shows this run."""
        good = self.good_run(cycle, scenario)
        return good is not None and run.path.is_dir() and good.path == run.path.resolve()

    def aside(self, run: RunFolder, done: Sequence[Step]) -> RunFolder:
        """A fresh folder for another try of a run that the link shows, with the steps that are done; it has the run's id."""
        other = RunFolder(self.path / "runs" / ASIDE / run.run_id)
        shutil.rmtree(other.path, ignore_errors=True)
        for path in [run.log, run.decided, *sorted(run.inputs.rglob("*"))]:
            if path.is_file():
                target = other.path / path.relative_to(run.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        for step in done:
            carry_over(run, other, step)
        return other

    def settled(self, cycle: str, run: RunFolder, scenario: str = "base") -> RunFolder:
        """Give a run that worked aside its place; the link shows a whole run at every moment."""
        home = self.run(run.run_id)
        if run.path != home.path:
            shutil.rmtree(home.path, ignore_errors=True)
            for path in sorted(run.path.rglob("*")):
                if path.is_file():
                    link_file(path, home.path / path.relative_to(run.path))
            self.publish_run(cycle, home, scenario)
            shutil.rmtree(run.path.parent, ignore_errors=True)
        return home

    def publish_run(self, cycle: str, run: RunFolder, scenario: str = "base") -> Path:
        """Point the cycle at a run, in one atomic step; returns the link.

        Raises IntegrityError where something other than a link stands in its place.
        """
        link = self.link(cycle, scenario)
        if link.exists() and not link.is_symlink():
            raise IntegrityError("a cycle is a link to a run", [Problem(str(link), "a folder or a file", "a link", "Move it away.")])
        target = os.path.relpath(run.path, link.parent)
        if link.is_symlink() and link.readlink() == Path(target):
            return link
        beside = link.with_name(f".{link.name}.{os.getpid()}.part")
        beside.unlink(missing_ok=True)
        beside.symlink_to(target)
        beside.replace(link)
        return link


# -- steps that are done ---------------------------------------------------------------------------------------------


def marker_outputs(run: RunFolder, step: Step) -> dict[str, str] | None:
    """What a step's marker says it wrote, by path relative to the run; None where there is no usable marker."""
    marker = read_json(run.marker(step))
    outputs = marker.get("outputs") if marker else None
    if marker is None or marker.get("step") != step.name or not isinstance(outputs, dict):
        return None
    return {str(path): str(value) for path, value in outputs.items()}


def broken_outputs(run: RunFolder, outputs: Mapping[str, str]) -> list[Problem]:
    """Outputs that are missing or are not what their hash says."""
    problems = []
    for name, expected in outputs.items():
        path = run.path / name
        if not path.resolve().is_relative_to(run.path.resolve()):
            problems.append(Problem(name, "a path outside the run", "a path inside it"))
        elif not path.is_file():
            problems.append(Problem(str(path), "no file", "what the marker names"))
        elif file_hash(path) != expected:
            problems.append(Problem(str(path), "other content", f"sha256 {expected[:12]}"))
    return problems


def record_done(run: RunFolder, step: Step, key: str, parts: Mapping[str, str], seconds: float) -> dict[str, str]:
    """Verify a step's marker and write down that it is done, with which key; returns its outputs.

    Raises StepError where there is no marker, IntegrityError where an output is not what the marker says.
    """
    outputs = marker_outputs(run, step)
    if outputs is None:
        hint = "Its last cell is step.finish(); did a cell leave the notebook before, with exit()?"
        raise StepError(
            "the step ended without its completion marker", [Problem(step.notebook, "no marker", "one from step.finish()", hint)]
        )
    if problems := broken_outputs(run, outputs):
        raise IntegrityError("outputs are not what the marker says", problems)
    kept = {
        **outputs,
        f"steps/{step.name}.json": file_hash(run.marker(step)),
        f"notebooks/{step.notebook}": file_hash(run.notebook(step)),
    }
    record = {"schema": DONE_SCHEMA, "step": step.name, "key": key, "parts": dict(parts), "files": kept, "seconds": round(seconds, 2)}
    write_json(run.done(step), record)
    return outputs


def is_done(run: RunFolder, step: Step, key: str) -> bool:
    """Whether a step was finished with this key and all its files are what they were."""
    record = read_json(run.done(step))
    if record is None or record.get("schema") != DONE_SCHEMA or record.get("key") != key or not isinstance(record.get("files"), dict):
        return False
    return not broken_outputs(run, record["files"])  # type: ignore[arg-type]


def carry_over(source: RunFolder, target: RunFolder, step: Step) -> None:
    """Take a finished step over from another run by hard link (a copy where the file system has none)."""
    record = read_json(source.done(step))
    forget(target, step)
    for name in [*record["files"], f"steps/{step.name}.done.json"]:  # type: ignore[index, misc]
        link_file(source.path / name, target.path / name)


def forget(run: RunFolder, step: Step) -> None:
    """Remove what a step left, before it runs again: markers first, so that it is never half done."""
    record, outputs = read_json(run.done(step)) or {}, marker_outputs(run, step) or {}
    files = record.get("files")
    run.done(step).unlink(missing_ok=True)
    run.marker(step).unlink(missing_ok=True)
    declared = [*(f"tables/{name}.parquet" for name in step.writes), *step.documents, f"steps/{step.name}.facts.json"]
    for name in [*declared, *outputs, *(files if isinstance(files, dict) else ())]:
        path = run.path / name
        if path.resolve().is_relative_to(run.path.resolve()):
            path.unlink(missing_ok=True)
    shutil.rmtree(run.path / "figures" / step.name, ignore_errors=True)
