"""What a notebook sees of its cycle: its params, what was decided, and the tables it may read and write (`step_record.py`).

Under the runner (`SOPKIT_RUN` names the run's folder) the view writes there. Started any other way it is a sandbox: it
reads the sandbox first, then the cycle, writes to `reports/<company>/sandbox/<cycle>/`, and sets no marker.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import ParamsError, Problem, StepError
from sopkit.meeting.policy import Overlay, Playbook
from sopkit.meeting.scenarios import compose, overlaid_money, overlaid_policy
from sopkit.periods import shifted
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder
from sopkit.run.decided import FILE, Decided, Entry, earlier_change_files, earlier_decisions, read_decided
from sopkit.run.earlier import RECEIVED, earlier_submission, source_terms
from sopkit.run.files import write_atomically
from sopkit.run.params import load_params
from sopkit.run.preflight import planned_months
from sopkit.run.process import meeting_day
from sopkit.run.reviewed import earlier_reviews
from sopkit.run.scenario_files import load_scenarios, read_playbooks, read_scenarios
from sopkit.run.shown_frames import settle_display
from sopkit.run.step_files import facts_text, json_text, read_table
from sopkit.run.step_record import StepRecord
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    from sopkit.data.plausibility.earlier import Earlier
    from sopkit.report.pack import About, Pack

MARKER_SCHEMA = 1
SHELL_NAMES = ("In", "Out")  # what an IPython kernel keeps beside the notebook's own names


@dataclass(repr=False, kw_only=True)
class StepView(StepRecord):
    """One step of one cycle."""

    scenario: str
    knobs: dict[str, object]
    decided: Decided | None = None  # what this revision was made by
    _rules: list[pd.DataFrame] = field(default_factory=list)

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
    def planned_months(self) -> int:
        """Months that will be planned, M0 first."""
        return planned_months(self.params.steps)

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
        before = shifted(self.cycle, -1)
        return earlier_submission(self.previous, before, earlier_decisions(CompanyFolder.of(self.params.company).path, before))

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

    # -- what was decided, and the packs of the meetings --------------------------------------------------------------

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
    def earlier_reviews(self) -> list[Entry]:
        """What people said in earlier cycles of why months departed from their plans."""
        return earlier_reviews(CompanyFolder.of(self.params.company).path, self.cycle)

    @property
    def meeting_day(self) -> date:
        """Day of the executive meeting."""
        return meeting_day(self.cycle, self.params.country)

    @property
    def promise(self) -> Mapping[str, str]:
        """What the decision page promised of this revision, by measure."""
        return self.decided.promise if self.decided else {}

    def packs(self, *kinds: str) -> "dict[str, Pack]":
        """Write packs for meetings, for the screen and for print, from what this step may read.

        Args:
            kinds: the packs, as `sopkit.report.pack.KINDS` names them.

        Returns:
            The packs by kind, for their index and their headline; `pack_checks` says whether a pack keeps its rules.
        """
        from sopkit.report.pack import PackInputs, written_packs

        about = replace(self.about(), beside_notebooks=self.recorded)
        packs = written_packs(kinds, PackInputs(self.read_all(), self.facts_so_far(), about))
        for kind, pack in packs.items():
            self.document(f"pack/{kind}.html", pack.html.encode())
            self.document(f"pack/{kind}.pdf", pack.pdf)
        return packs

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
    settle_display()
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
