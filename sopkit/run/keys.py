"""Keys: from what a run and each of its steps is made, as hashes. No clock, no host, no pandas.

A key is kept as its named parts, so that `--dry-run` can say which of them changed. What a step may depend on:

    notebook    sources, kinds and tags of its cells        package     every file of sopkit
    params      what the company declares, less what the    lock        requirements.lock
                step cannot see (`UNSEEN`)                  cycle       cycle and scenario
    inputs      the source files (step 1)                   scenarios   overlays that the params name
    earlier     decisions of earlier cycles, and what was said of their misses (step 1)
    planned_months   how far step 2 will plan, which calendars are held against (step 1)
    table:…     the tables it reads                         previous:…  tables of the cycle before
    decided     what was decided, in a revision that deciding made
    run, commit, templates, process, step:…   for steps that render or write documents: run id and commit, templates
                and locale, process.yaml, and all that the steps before left behind (headline, checks, facts, figures)
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sopkit.errors import DataError, Problem
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder, RunFolder, marker_outputs
from sopkit.run.decided import Decided, earlier_change_files, earlier_decisions
from sopkit.run.files import file_hash, read_json
from sopkit.run.last_plan import previous_table
from sopkit.run.params import CompanyParams
from sopkit.run.preflight import planned_months
from sopkit.run.provenance import commit
from sopkit.run.reviewed import earlier_reviews
from sopkit.run.scenario_files import scenario_paths
from sopkit.steps import Step

PACKAGE = Path(__file__).resolve().parents[1]
RUN_ID_DIGITS = 12
ABSENT = "absent"
PLACES = ("data_root", "data_folder", "connections")  # where inputs come from: what came counts, not from where
RECORD = ("approval", "people", "audiences")  # who approves, who gets what: no number of a run depends on it
UNSEEN = {  # sections of the params that a step has no use for; a test reads the notebooks
    "data_collection": ("supply", "meeting", "agenda"),
    "demand_planning": ("sources", "plausibility", "supply", "meeting", "agenda"),
    "supply_planning": ("sources", "plausibility", "meeting", "agenda"),
    "pre_sop": (
        "sources",
        "plausibility",
    ),
}

Parts = dict[str, str]


@dataclass(frozen=True)
class Origins:
    """Everything a run is made from that is known before it starts, as hashes."""

    params: CompanyParams
    scenario: str
    inputs: Mapping[str, str]  # by name in the snapshot
    files: Mapping[str, Path]  # where each of them stands
    notebooks: Mapping[str, str]  # by step
    package: str
    templates: str
    scenarios: str
    process: str  # params/process.yaml: gates, calendar, roles
    lock: str
    previous: Mapping[str, str]  # by table
    commit: str  # of the suite's work tree; packs print it
    earlier: str = ""  # what earlier cycles decided, what it changed in their plans, and why these departed
    decided: Decided | None = None  # on the run that all the rest makes; the run is then the revision that deciding makes

    @property
    def run_id(self) -> str:
        """First 12 hex digits of the hash over all of it."""
        return hash_of([self.base_run_id, *self.decided.content_key()])[:RUN_ID_DIGITS] if self.decided else self.base_run_id

    @property
    def base_run_id(self) -> str:
        """The run id without what was decided: that of the proposed plan."""
        content = self.params.model_dump(mode="json", exclude={*PLACES, *RECORD})
        told = [content, self.scenario, dict(self.inputs), dict(self.notebooks), self.package, self.templates]
        return hash_of([*told, self.scenarios, self.process, self.lock, dict(self.previous), self.earlier])[:RUN_ID_DIGITS]


def hash_of(content: object) -> str:
    """sha256 of a value in canonical JSON."""
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()).hexdigest()


def notebook_hash(path: Path) -> str:
    """Hash of a notebook's cells: kind, tags and source; outputs and other metadata change nothing."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return hash_of([[cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])] for cell in cells])


def tree_hash(*folders: Path) -> str:
    """Hash over names and contents of all files below folders; compiled and hidden files do not count."""
    digest = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and "__pycache__" not in inside.parts and not any(part.startswith(".") for part in inside.parts):
                digest.update(f"{inside.as_posix()}\0{file_hash(path)}\0".encode())
    return digest.hexdigest()


def input_hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """Hashes of the source files by name; DataError that names every one that is missing or unreadable."""
    found, problems = {}, []
    for name, path in sorted(files.items()):
        try:
            found[name] = file_hash(path)
        except OSError as error:
            problems.append(Problem(str(path), error.strerror or "unreadable", "a readable file", "Mend the source in the params."))
    if problems:
        raise DataError("source files are missing", problems)
    return found


def origins(params: CompanyParams, steps: Sequence[Step], files: Mapping[str, Path], scenario: str = "base") -> Origins:
    """What a run of `params` would be made from, as things stand now; `files` are the inputs by name in the snapshot."""
    root = places.suite_root()
    overlays = [*params.meeting.scenarios, *([] if scenario == "base" else [scenario])]
    return Origins(
        params=params,
        scenario=scenario,
        inputs=input_hashes(files),
        files=dict(files),
        notebooks={step.name: notebook_hash(places.notebook_file(step.notebook)) for step in steps},
        package=tree_hash(PACKAGE),
        templates=tree_hash(root / "templates"),
        scenarios=hash_of(
            [
                *(_present(path) for path in scenario_paths(overlays)),
                *(_present(root / "params" / "playbooks" / f"{name}.yaml") for name in params.meeting.playbooks),
            ]
        ),
        process=_present(root / "params" / "process.yaml"),
        lock=_present(root / "requirements.lock"),
        previous=previous_hashes(CompanyFolder.of(params.company), params.cycle, steps),
        commit=hash_of(commit()),
        earlier=_earlier(CompanyFolder.of(params.company).path, params.cycle),
    )


def previous_hashes(company: CompanyFolder, cycle: str, steps: Iterable[Step]) -> dict[str, str]:
    """Hashes of the tables of the cycle before that any of the steps reads."""
    paths = {name: previous_table(company, cycle, name) for name in sorted(set().union(*(step.previous for step in steps)))}
    return {name: ABSENT if path is None else _present(path) for name, path in paths.items()}


def step_parts(step: Step, steps: Sequence[Step], made_from: Origins, run: RunFolder) -> Parts | None:
    """The parts of a step's key; None while a step that it builds on has no marker in `run`."""
    parts = {
        "notebook": made_from.notebooks[step.name],
        "package": made_from.package,
        "lock": made_from.lock,
        "cycle": hash_of([made_from.params.cycle, made_from.scenario]),
        "params": _params_hash(step, made_from.params),
        "scenarios": ABSENT if "meeting" in UNSEEN.get(step.name, ()) and made_from.scenario == "base" else made_from.scenarios,
        **{f"previous:{name}": made_from.previous[name] for name in sorted(step.previous)},
    }
    if made_from.decided:
        parts["decided"] = hash_of(made_from.decided.content_key())
    if not read_from(step, steps):
        parts["inputs"] = hash_of(dict(made_from.inputs))
        parts["earlier"] = made_from.earlier
        parts["planned_months"] = str(planned_months(made_from.params.steps))
    builds_on = _builds_on(step, steps)
    left = {other.name: marker_outputs(run, other) for other in builds_on}
    if any(outputs is None for outputs in left.values()):
        return None
    tables = {name: value for outputs in left.values() for name, value in (outputs or {}).items()}
    parts |= {f"table:{name}": tables.get(f"tables/{name}.parquet", ABSENT) for name in sorted(step.needed | step.optional)}
    if step.renders or step.documents:
        parts |= {"run": run.run_id, "templates": made_from.templates, "process": made_from.process, "commit": made_from.commit}
        parts |= {f"step:{other.name}": _marker_hash(run, other) for other in builds_on}
    return parts


def read_from(step: Step, steps: Sequence[Step]) -> list[Step]:
    """The steps of a list whose tables this one reads."""
    wanted = step.needed | step.optional
    return [other for other in steps if other.number < step.number and wanted.intersection(other.writes)]


def changed_parts(now: Parts, then: Mapping[str, object]) -> list[str]:
    """Names of the parts that are not what they were."""
    return [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]


def changed_origins(then: Origins, now: Origins) -> list[str]:
    """What of a run's origins is not what it was when the run began."""
    names = ("params", "inputs", "notebooks", "package", "templates", "scenarios", "lock", "commit")
    return [name for name in names if getattr(then, name) != getattr(now, name)]


def _builds_on(step: Step, steps: Sequence[Step]) -> list[Step]:
    if step.renders or step.documents:
        return [other for other in steps if other.number < step.number]
    return read_from(step, steps)


def _params_hash(step: Step, params: CompanyParams) -> str:
    """What the params say, less what a step cannot see: other steps' knobs, and the sections in `UNSEEN`."""
    unseen = {*UNSEEN.get(step.name, ()), *PLACES, *RECORD, "steps", "cycle", "gates"}
    if step.renders or step.documents:
        unseen -= {"gates"}
    return hash_of([params.model_dump(mode="json", exclude=unseen), params.steps.get(step.name, {})])


def _earlier(company: Path, cycle: str) -> str:
    changes = {name: _present(path) for name, path in earlier_change_files(company, cycle).items()}
    return hash_of([earlier_decisions(company, cycle), changes, earlier_reviews(company, cycle)])


def _marker_hash(run: RunFolder, step: Step) -> str:
    marker = read_json(run.marker(step)) or {}
    return hash_of({name: value for name, value in marker.items() if name != "run_id"})


def _present(path: Path) -> str:
    return file_hash(path) if path.is_file() else ABSENT
