"""What was decided on a run, as the runner and the steps read it: a small file that the ledger's decisions are written out to.

`reports/<company>/decided/<cycle>.json` tells which decisions are in force for the cycle; a revision's folder holds a copy of what
it was made from. Neither needs the database: an unchanged cycle is looked at without it. No pandas here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sopkit.errors import IntegrityError, Problem
from sopkit.meeting.policy import MeetingPolicy, Overlay
from sopkit.run.files import read_json, write_json
from sopkit.steps import STEPS

SCHEMA = 1
FILE = "decided.json"  # in a revision's folder
DEMAND = "demand"  # what overlays call the consensus demand
Entry = dict[str, object]  # one answer: the fields of records.decisions.Answer


@dataclass(frozen=True)
class Decided:
    """The decisions in force for a cycle, and the run that they were taken on."""

    cycle: str
    revision: int
    base_run: str
    content: str  # hash of the options and scenarios that they were taken on
    answers: tuple[Entry, ...]
    promise: Mapping[str, str]  # level by measure, as decimal text; `basis`

    @property
    def label(self) -> str:
        """Name of the revision, such as r2."""
        return f"r{self.revision}"

    @cached_property
    def overlays(self) -> tuple[Overlay, ...]:
        """What the answers change, in their order; those without changes are left out."""
        return tuple(Overlay.model_validate_json(str(entry["overlay"])) for entry in self.answers if entry.get("overlay"))

    @property
    def changed_tables(self) -> frozenset[str]:
        """Tables that they change, under their contracts' names."""
        named = {change.table for overlay in self.overlays for change in overlay.changes}
        return frozenset("consensus_demand" if name == DEMAND else name for name in named)

    @property
    def first_step(self) -> int:
        """The first step that has to be run again: the first behind data collection that what was decided reaches."""
        behind = [step for step in STEPS if step.number > 1]
        reached = [step.number for step in behind if self.changed_tables & (step.needed | step.optional | {*step.writes})]
        limits = [3] if any(overlay.policy.subcontract_limit for overlay in self.overlays) else []
        return min([4, *reached, *limits])  # costs, and what was promised, reach the money

    def content_key(self) -> list[object]:
        """What a revision's key covers: no clock, no place in the ledger."""
        return [self.revision, self.base_run, self.content, list(self.answers), dict(self.promise)]

    def still_asked(self, policy: MeetingPolicy) -> MeetingPolicy:
        """The meeting's policy with the questions that were answered taken out; deferred ones are asked again."""
        closed = {str(entry["decision"]) for entry in self.answers if entry["answer"] != "defer"}
        left = {name: decision for name, decision in policy.decisions.items() if name not in closed}
        return policy.model_copy(update={"decisions": left})


def decided_file(company: Path, cycle: str) -> Path:
    """Where the decisions in force for a cycle stand, below a company's folder."""
    return company / "decided" / f"{cycle}.json"


def write_decided(path: Path, decided: Decided) -> None:
    """Keep decisions in a file, whole or not at all."""
    write_json(path, {"schema": SCHEMA, **_told(decided)})


def read_decided(path: Path) -> Decided | None:
    """Decisions from a file; None where there is none. Raises IntegrityError where it cannot be read."""
    if not path.is_file():
        return None
    told = read_json(path)
    try:
        if told is None or told["schema"] != SCHEMA:
            raise ValueError("another schema" if told else "not JSON")
        answers = tuple(dict(entry) for entry in told["answers"])  # type: ignore[attr-defined]
        cycle, base_run, content = (str(told[name]) for name in ("cycle", "base_run", "content"))
        return Decided(cycle, int(str(told["revision"])), base_run, content, answers, dict(told["promise"]))  # type: ignore[call-overload]
    except (KeyError, TypeError, ValueError) as error:
        hint = "Remove it and decide again: the ledger holds what was decided."
        raise IntegrityError("decisions cannot be read", [Problem(str(path), str(error), f"schema {SCHEMA}", hint)]) from None


def decided_on(company: Path, cycle: str, run_id: str) -> Decided | None:
    """The decisions in force for a cycle, where they were taken on this run; None where there are none, or on another run."""
    decided = read_decided(decided_file(company, cycle))
    return decided if decided is not None and decided.base_run == run_id else None


def earlier_decisions(company: Path, cycle: str) -> list[Entry]:
    """The answers in force of all earlier cycles, each with the cycle it was `made_in`; in order."""
    found = [read_decided(path) for path in sorted((company / "decided").glob("*.json")) if path.stem < cycle]
    return [{**entry, "made_in": decided.cycle} for decided in found if decided for entry in decided.answers]


def earlier_change_files(company: Path, cycle: str) -> dict[str, Path]:
    """Where the last good runs of earlier cycles that decided hold what their decisions changed: by cycle."""
    cycles = [path.stem for path in sorted((company / "decided").glob("*.json")) if path.stem < cycle]
    return {each: company / each / "tables" / "revision_change.parquet" for each in cycles}


def _told(decided: Decided) -> dict[str, object]:
    names = ("cycle", "revision", "base_run", "content", "promise")
    told = {name: getattr(decided, name) for name in names} | {"answers": list(decided.answers)}
    return json.loads(json.dumps(told))
