"""The tables, facts, figures and documents of one step: it reads and writes what `steps.py` declares, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.facts import checked_facts
from sopkit.errors import Problem, StepError
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios import changed_table, reaches
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically
from sopkit.run.last_plan import last_plan_told, previous_table
from sopkit.run.params import CompanyParams
from sopkit.run.step_files import StoredFigure, Tables, data_hash, facts_file, read_facts, read_table, table_bytes
from sopkit.steps import STEPS, Step

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(repr=False, kw_only=True)
class StepRecord:
    """What one step of one cycle reads and leaves."""

    step: Step
    params: CompanyParams
    folder: Path  # where this step writes
    fallback: Path  # where it reads what is not in `folder`
    previous: Path  # the run of the cycle before
    recorded: bool  # the runner started it
    overlay: Overlay | None  # of the scenario, or of what was decided
    proposed: Path | None = None  # the run that it was decided on
    _facts: list[pd.DataFrame] = field(default_factory=list)
    _outputs: dict[str, str] = field(default_factory=dict)
    _reads: set[str] = field(default_factory=set)

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
            [
                Problem(
                    f"{self.params.company}/{self.params.cycle}", f"no {table}", f"step {writer.number} to have run", _run_hint(self.params)
                )
            ],
        )

    def read_all(self) -> Tables:
        """All tables that this step may read, by name; each is read when it is first asked for."""
        return Tables([name for name in (name.rstrip("?") for name in self.step.reads) if ":" not in name], self.read)

    def read_previous(self, table: str) -> pd.DataFrame:
        """A table of the cycle before; empty, with its columns, where that cycle was not run."""
        if table not in self.step.previous:
            raise StepError("a table that the step does not declare", [self._undeclared(f"previous:{table}", "reads")])
        self._reads.add(f"previous:{table}")
        path = previous_table(CompanyFolder.of(self.params.company), self.params.cycle, table)
        return read_table(path, CONTRACTS[table]) if path is not None else empty(CONTRACTS[table])

    @property
    def last_plan_told(self) -> str:
        """Which plan of the cycle before is the last plan."""
        return last_plan_told(CompanyFolder.of(self.params.company), self.params.cycle)

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


def _run_hint(params: CompanyParams) -> str:
    return f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
