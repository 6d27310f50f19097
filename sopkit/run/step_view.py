"""What a notebook sees of its cycle: the tables it may read and write, its params, and nothing else.

Under the runner (`SOPKIT_RUN` names the run's folder) the view writes there. Started any other way it is a sandbox: it
reads the sandbox first, then the cycle, writes to `reports/<company>/sandbox/<cycle>/`, and sets no marker.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.facts import checked_facts
from sopkit.errors import ParamsError, Problem, StepError
from sopkit.meeting.policy import Overlay, Playbook
from sopkit.meeting.scenarios import changed_table, compose, overlaid_money, overlaid_policy, reaches
from sopkit.periods import shifted
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder
from sopkit.run.decided import FILE, Decided, Entry, earlier_change_files, earlier_decisions, read_decided
from sopkit.run.earlier import RECEIVED, earlier_submission, source_terms
from sopkit.run.files import write_atomically
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import meeting_day
from sopkit.run.scenario_files import load_scenarios, read_playbooks, read_scenarios
from sopkit.run.step_files import StoredFigure, Tables, data_hash, facts_file, facts_text, json_text, read_facts, read_table, table_bytes
from sopkit.steps import BY_NAME, STEPS, Step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sopkit.data.plausibility.earlier import Earlier
    from sopkit.report.pack import About, Pack

MARKER_SCHEMA = 1
SHELL_NAMES = ("In", "Out")  # what an IPython kernel keeps beside the notebook's own names


@dataclass(repr=False)
class StepView:
    """One step of one cycle."""

    step: Step
    params: CompanyParams
    scenario: str
    folder: Path  # where this step writes
    fallback: Path  # where it reads what is not in `folder`
    previous: Path  # the run of the cycle before
    recorded: bool  # the runner started it
    overlay: Overlay | None  # of the scenario, or of what was decided
    knobs: dict[str, object]
    decided: Decided | None = None  # what this revision was made by
    proposed: Path | None = None  # the run that it was decided on
    _rules: list[pd.DataFrame] = field(default_factory=list)
    _facts: list[pd.DataFrame] = field(default_factory=list)
    _outputs: dict[str, str] = field(default_factory=dict)
    _reads: set[str] = field(default_factory=set)

    # -- what the notebook asks about itself -------------------------------------------------------------------------

    @property
    def cycle(self) -> str:
        """The cycle: the month of the meetings, M0."""
        return self.params.cycle

    @property
    def cutoff(self) -> str:
        """The last closed period."""
        return self.params.cutoff

    @property
    def first_month(self) -> int:
        """Month the fiscal year starts in."""
        return self.params.fiscal_year_first_month

    @property
    def inputs_folder(self) -> Path:
        """Where the source files are: the run's snapshot, or in a sandbox the files themselves.

        A sandbox asks no database: where a source is one, it reads the snapshot of the cycle's last run.
        """
        in_databases = any(source.connection for source in self.params.sources.values())
        snapshot = (self.folder if self.recorded else self.fallback) / "inputs"
        return snapshot if (self.recorded or in_databases) and snapshot.is_dir() else self.params.data_path

    @property
    def earlier(self) -> "Earlier | None":
        """What was submitted for the cycle before; None where that cycle was not run."""
        self._reads |= {f"previous:{name}" for name in self.step.previous & {*INPUTS, RECEIVED}}
        return earlier_submission(self.previous, shifted(self.cycle, -1))

    @property
    def source_terms(self) -> pd.DataFrame:
        """How each source is declared: table, owner, frequency, due_date."""
        return source_terms(self.params)

    @property
    def scenarios(self) -> dict[str, Overlay]:
        """The overlays that the params name, but for the one this run carries already; those that cannot be used are `unusable`."""
        return read_scenarios(tuple(name for name in self.params.meeting.scenarios if name != self.scenario)).overlays

    @property
    def playbooks(self) -> dict[str, Playbook]:
        """The crisis playbooks that the params name; those that cannot be used are `unusable`."""
        return read_playbooks(self.params.meeting.playbooks)[0]

    @property
    def unusable(self) -> dict[str, tuple[Problem, ...]]:
        """The scenarios and playbooks that the params name and that cannot be used: file, line, what came, what was expected."""
        names = tuple(name for name in self.params.meeting.scenarios if name != self.scenario)
        return read_scenarios(names).problems | read_playbooks(self.params.meeting.playbooks)[1]

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        place = (
            "recorded run"
            if self.recorded
            else f"sandbox: writes to reports/{self.params.company}/sandbox/{self.cycle}/ and leaves the cycle alone"
        )
        lines = [f"**{self.params.title}**, cycle {self.cycle}, data to {self.cutoff}, scenario {self.scenario}; {place}."]
        declared = self.params.steps.get(self.step.name, {})
        changed = [
            f"`{name}` is {self.knobs[name]!r}, the params say {value!r}"
            for name, value in declared.items()
            if self.knobs.get(name) != value
        ]
        return "\n\n".join(lines + changed)

    # -- tables ------------------------------------------------------------------------------------------------------

    def read(self, table: str) -> pd.DataFrame:
        """A table that `steps.py` lets this step read; an optional one that is absent comes empty, with its columns."""
        if table not in self.step.needed | self.step.optional:
            raise StepError("a table that the step does not declare", [self._undeclared(table, "reads")])
        self._reads.add(table)
        for folder in (self.folder, self.fallback):
            path = folder / "tables" / f"{table}.parquet"
            if path.exists():
                return read_table(path, CONTRACTS[table])
        if table in self.step.optional:
            return empty(CONTRACTS[table])
        writer = next(step for step in STEPS if table in step.writes)
        raise StepError(
            f"{self.step.name} needs {table}",
            [Problem(f"{self.params.company}/{self.cycle}", f"no {table}", f"step {writer.number} to have run", _run_hint(self.params))],
        )

    def read_all(self) -> Tables:
        """All tables that this step may read, by name; each is read when it is first asked for."""
        return Tables([name for name in (name.rstrip("?") for name in self.step.reads) if ":" not in name], self.read)

    def read_previous(self, table: str) -> pd.DataFrame:
        """A table of the cycle before; empty, with its columns, where that cycle was not run."""
        if table not in self.step.previous:
            raise StepError("a table that the step does not declare", [self._undeclared(f"previous:{table}", "reads")])
        self._reads.add(f"previous:{table}")
        path = self.previous / "tables" / f"{table}.parquet"
        return read_table(path, CONTRACTS[table]) if path.exists() else empty(CONTRACTS[table])

    @property
    def answers(self) -> tuple[Entry, ...]:
        """What was decided, where this is the revision that deciding made."""
        return self.decided.answers if self.decided else ()

    @property
    def earlier_decisions(self) -> list[Entry]:
        """The answers in force of all earlier cycles, each with the cycle it was made in."""
        return earlier_decisions(CompanyFolder.of(self.params.company).path, self.cycle)

    @property
    def earlier_changes(self) -> dict[str, pd.DataFrame]:
        """What they changed in the plans of their cycles: RevisionChange by cycle."""
        files = earlier_change_files(CompanyFolder.of(self.params.company).path, self.cycle)
        return {cycle: read_table(path, CONTRACTS["revision_change"]) for cycle, path in files.items() if path.exists()}

    @property
    def meeting_day(self) -> date:
        """Day of the executive meeting."""
        return meeting_day(self.cycle, self.params.country)

    @property
    def promise(self) -> Mapping[str, str]:
        """What the decision page promised of this revision, by measure."""
        return self.decided.promise if self.decided else {}

    def read_proposed(self, table: str) -> pd.DataFrame:
        """A table of the plan that was decided on; empty, with its columns, where nothing has been decided."""
        if table not in self.step.proposed:
            raise StepError("a table that the step does not declare", [self._undeclared(f"proposed:{table}", "reads")])
        self._reads.add(f"proposed:{table}")
        path = self.proposed / "tables" / f"{table}.parquet" if self.proposed else None
        return read_table(path, CONTRACTS[table]) if path and path.exists() else empty(CONTRACTS[table])

    def write(self, table: str, frame: pd.DataFrame) -> None:
        """Write a table that `steps.py` lets this step write, after checking it against its contract."""
        if table not in self.step.writes:
            raise StepError("a table that the step does not declare", [self._undeclared(table, "writes")])
        checked = conform(frame, CONTRACTS[table])
        if self.overlay is not None and reaches(self.overlay, table):  # on the rounded table, as a scenario beside the base would
            checked = conform(changed_table(table, checked, self.overlay, self._lookups()), CONTRACTS[table])
        self._store(f"tables/{table}.parquet", table_bytes(checked))

    def _lookups(self) -> dict[str, pd.DataFrame]:
        """Tables that the filters of an overlay look into, such as `family` in items, as far as they are written."""
        paths = {name: self.folder / "tables" / f"{name}.parquet" for name in ("items", "resources", "suppliers", "exchange_rates")}
        return {name: read_table(path, CONTRACTS[name]) for name, path in paths.items() if path.exists()}

    def write_inputs(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write every input table that was provided; what was not provided has no file."""
        for name in INPUTS:
            if name in tables and not tables[name].empty:
                self.write(name, tables[name])
            elif not self.recorded:
                (self.folder / "tables" / f"{name}.parquet").unlink(missing_ok=True)

    # -- facts, figures, documents -----------------------------------------------------------------------------------

    def facts(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep rows of facts; returns them, to be looked at."""
        checked = checked_facts(frame)
        self._facts.append(checked)
        return checked[["id", "level", "period", "scenario", "value", "unit", "reason"]]

    def facts_so_far(self) -> pd.DataFrame:
        """Facts of the steps before this one and of this one."""
        frames = []
        for step in STEPS:
            if step.number < self.step.number:
                frames += [read_facts(path) for folder in (self.fallback, self.folder) if (path := facts_file(folder, step)).exists()][-1:]
        frames = [frame for frame in [*frames, *self._facts] if not frame.empty]
        return conform(pd.concat(frames, ignore_index=True), CONTRACTS["facts"]) if frames else empty(CONTRACTS["facts"])

    def figure(self, name: str, figure: "Figure", *, title: str, alt: str, data: pd.DataFrame) -> StoredFigure:
        """Store a chart as SVG, with its title and alternative text; `data` is what it shows."""
        from sopkit.report.charts import figure_svg

        svg = figure_svg(figure, name, title, alt)
        self._store(f"figures/{self.step.name}/{name}.svg", svg.encode())
        return StoredFigure(title, svg, data_hash(data))

    def document(self, path: str, content: bytes) -> str:
        """Store a document that `steps.py` names; returns where it is, relative to the run."""
        if path not in self.step.documents:
            raise StepError("a document that the step does not declare", [self._undeclared(path, "documents")])
        self._store(path, content)
        return path

    def pack(self, kind: str) -> "Pack":
        """Write a pack for a meeting, for the screen and for print, from what this step may read.

        Args:
            kind: the pack, as `sopkit.report.pack.KINDS` names it.

        Returns:
            The pack, for its index and its headline; `pack_checks` says whether it keeps its rules.
        """
        from sopkit.report.pack import PackInputs, written_pack

        about = replace(self.about(), beside_notebooks=self.recorded)
        pack = written_pack(kind, PackInputs(self.read_all(), self.facts_so_far(), about))
        self.document(f"pack/{kind}.html", pack.html.encode())
        self.document(f"pack/{kind}.pdf", pack.pdf)
        return pack

    def packs_to_write(self) -> tuple[str, ...]:
        """The packs that this run writes anew; a revision takes over those of the meetings that were held before it was decided.

        The briefs and the pre-S&OP pack were read for the proposed plan: in a revision they stay as they were read.
        """
        kinds = tuple(dict.fromkeys(path.split("/")[1].split(".")[0] for path in self.step.documents))
        held = [kind for kind in kinds if self.proposed and kind != "executive"]
        taken = {path: self.proposed / path for path in self.step.documents if self.proposed and path.split("/")[1].split(".")[0] in held}
        if not taken or not all(file.is_file() for file in taken.values()):
            return kinds
        for path, file in taken.items():
            self.document(path, file.read_bytes())
        return tuple(kind for kind in kinds if kind not in held)

    def about(self) -> "About":
        """What a pack says of itself: company, cycle, run, data as of, status."""
        from sopkit.run.provenance import about

        return about(self.params, self.folder if self.recorded else self.fallback, self.scenario)

    # -- the end -----------------------------------------------------------------------------------------------------

    def check(self, *rules: pd.DataFrame) -> pd.DataFrame:
        """The rules this step keeps, as rows of rule, ok, detail; a broken one stops the step here."""
        table = pd.concat(rules, ignore_index=True)[["rule", "ok", "detail"]]
        self._rules.append(table)
        broken = table[~table["ok"].astype(bool)]
        if not broken.empty:
            problems = [Problem(f"{self.step.name}: {row.rule}", str(row.detail), "the rule to hold") for row in broken.itertuples()]
            raise StepError(f"{len(broken)} of {len(table)} rules are broken", problems)
        return table

    def finish(self, headline: str) -> str:
        """End the step: its headline for the meeting and, in a run, the marker with the hashes of what it wrote."""
        declared = {f"tables/{name}.parquet" for name in self.step.writes if name not in INPUTS} | set(self.step.documents)
        missing = sorted(declared - set(self._outputs))
        if missing:
            raise StepError("the step did not write all it declares", [Problem(self.step.name, "nothing", name) for name in missing])
        facts = pd.concat(self._facts, ignore_index=True) if self._facts else empty(CONTRACTS["facts"])
        self._store(f"steps/{self.step.name}.facts.json", facts_text(facts).encode())
        if self.recorded:
            rules = pd.concat(self._rules, ignore_index=True) if self._rules else pd.DataFrame({"rule": [], "ok": [], "detail": []})
            marker = {
                "schema": MARKER_SCHEMA,
                "step": self.step.name,
                "run_id": self.folder.name,
                "headline": headline,
                "checks": [{"rule": row.rule, "ok": bool(row.ok), "detail": str(row.detail)} for row in rules.itertuples()],
                "facts": len(facts),
                "reads": sorted(self._reads),
                "outputs": dict(sorted(self._outputs.items())),
            }
            write_atomically(self.folder / "steps" / f"{self.step.name}.json", json_text(marker).encode())
        return headline

    # -- inside ------------------------------------------------------------------------------------------------------

    def _undeclared(self, name: str, what: str) -> Problem:
        declared = ", ".join(getattr(self.step, what))
        return Problem(
            f"step {self.step.number} {self.step.name}",
            name,
            f"one of: {declared}",
            f"Add it to `{what}` in sopkit/steps.py if it belongs there.",
        )

    def _store(self, path: str, content: bytes) -> None:
        write_atomically(self.folder / path, content)
        self._outputs[path] = sha256(content).hexdigest()


def start(name: str, parameters: Mapping[str, object]) -> StepView:
    """Open a step: `name` as in `steps.py`, `parameters` the notebook's `globals()`, of which only plain values are read.

    Raises ParamsError where the step or the company is unknown.
    """
    step = BY_NAME.get(name)
    if step is None:
        raise ParamsError("no such step", [Problem("sopkit.start", repr(name), f"one of {', '.join(BY_NAME)}")])
    knobs: dict[str, object] = {
        key: value
        for key, value in parameters.items()
        if key not in SHELL_NAMES and not key.startswith("_") and isinstance(value, str | int | float | bool | list)
    }
    params = load_params(places.params_file(str(knobs["company"])), str(knobs["cycle"]) or None)
    scenario = str(knobs.get("scenario", "base"))
    overlay = None if scenario == "base" else load_scenarios((scenario,))[scenario]
    company = CompanyFolder.of(params.company)
    cycle = company.link(params.cycle, scenario)
    run = os.environ.get("SOPKIT_RUN")
    decided = read_decided((Path(run) if run else cycle) / FILE)
    if decided is not None:
        overlay = compose(decided.overlays)
        params = params.model_copy(update={"meeting": decided.still_asked(params.meeting)})
    if overlay is not None:
        changed = {"supply": overlaid_policy(params.supply, overlay), "money": overlaid_money(params.money, overlay)}
        params = params.model_copy(update=changed)
    _settle_display()
    return StepView(
        step=step,
        params=params,
        scenario=scenario,
        folder=Path(run) if run else company.path / "sandbox" / cycle.name,
        fallback=Path(run) if run else cycle,
        previous=company.link(shifted(params.cycle, -1)),
        recorded=bool(run),
        overlay=overlay,
        knobs=knobs,
        decided=decided,
        proposed=company.run(decided.base_run).path if decided else None,
    )


def _settle_display() -> None:
    """The same look of frames in every kernel, however it was started."""
    pd.set_option(
        "display.max_columns", 30, "display.width", 180, "display.max_rows", 60, "display.precision", 3, "display.max_colwidth", 160
    )


def _run_hint(params: CompanyParams) -> str:
    return f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
