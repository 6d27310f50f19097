"""What `sop run` was asked for, and the run it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.keys import Origins
from sopkit.run.params import CompanyParams
from sopkit.steps import STEPS, Step

DEFAULT_TIMEOUT = 900  # seconds per cell


@dataclass(frozen=True)
class Request:
    """What `sop run` was asked for."""

    params_file: Path
    cycle: str | None = None
    scenario: str = "base"
    first: int = 1  # number of the first step
    last: int = len(STEPS)
    force: bool = False
    engine: Literal["reuse", "fresh"] = "reuse"
    gates: Literal["rehearse", "enforce"] | None = None  # none: as the params say
    timeout: int = DEFAULT_TIMEOUT
    receive: bool = False  # ask the databases even where an attempt is resumed
    as_received: bool = False  # never ask them: go on with what was received

    def selects(self, step: Step) -> bool:
        """Whether a step is among those asked for."""
        return self.first <= step.number <= self.last

    def forces(self, step: Step) -> bool:
        """Whether a step is to be executed even if it is up to date."""
        return self.force and self.selects(step)


@dataclass
class Prepared:
    """A run that passed preflight, before anything was written."""

    request: Request
    params: CompanyParams
    steps: Sequence[Step]
    made_from: Origins
    company: CompanyFolder
    run: RunFolder  # where it works; moves aside of a run that the cycle's link shows
    keys: dict[str, str] = field(default_factory=dict)  # by step, as they become known
    warnings: Sequence[str] = ()  # of the preflight
    resumed: bool = False  # it goes on with what was received from databases before
    begun: bool = False  # its folder is made, with the snapshot of the inputs

    def next_command(self) -> str:
        """The command that goes on where the run ended."""
        scenario = f" --scenario {self.request.scenario}" if self.request.scenario != "base" else ""
        gates = f" --gates {self.request.gates}" if self.request.gates else ""
        return f"sop run {self.request.params_file} --cycle {self.params.cycle}{scenario}{gates}"
