"""Notebook 5's room: sliders over the plan, what was tried kept as a scenario, decisions recorded as `sop decide` records them.

Without a front end (under the runner, nbval, plain papermill) the room is the table that it would show first.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import ParamsError, Problem
from sopkit.meeting.policy import Overlay
from sopkit.meeting.room import BASE, MADE_IN_THE_ROOM, Table
from sopkit.run import places
from sopkit.run.approving import Approver, approve, countersign
from sopkit.run.cycle import CompanyFolder
from sopkit.run.deciding import Asked, answers_of, check_open, record_answers
from sopkit.run.files import write_atomically
from sopkit.run.gates import revoke, sign_off
from sopkit.run.params import SCENARIO, CompanyParams
from sopkit.run.scenario_files import load_scenarios
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    import pandas as pd


class Room:
    """The room of one cycle: chooses, moves, keeps and records."""

    def __init__(self, table: Table, params: CompanyParams, *, recorded: bool) -> None:
        self.table, self.params, self.recorded = table, params, recorded
        self.scenario, self.moves = BASE, dict[str, float]()

    def choose(self, scenario: str = BASE, **moves: float) -> "pd.DataFrame":
        """The page for a scenario with drivers moved (`demand_Grills=1.1`, `hours_coating=40`); names as the drivers have them.

        Raises ParamsError for a scenario or a driver that is not there.
        """
        named = {driver.replace(" ", "_"): driver for driver in self.table.drivers}
        wrong = [Problem("driver", repr(name), f"one of {', '.join(named)}") for name in moves if name not in named]
        if scenario not in (BASE, *self.table.scenarios):
            wrong.append(Problem("scenario", repr(scenario), f"one of {', '.join((BASE, *self.table.scenarios))}"))
        if wrong:
            raise ParamsError("the room does not have this", wrong)
        self.scenario, self.moves = scenario, {named[name]: value for name, value in moves.items()}
        return self.table.page(self.tried)

    @property
    def tried(self) -> Overlay:
        """What stands on the table now."""
        return self.table.tried(self.scenario, self.moves)

    def keep(self, name: str, note: str = "") -> Path:
        """Keep what was tried as a named scenario, `made in the room`: a text in params/scenarios; returns the file.

        It is adopted by deciding only: name it in an option, or amend the plan by it.

        Raises ParamsError for a name that is none, or is taken, or where nothing was moved.
        """
        return kept_scenario(name, self.tried, note)

    def decide(self, *answers: str, who: str = "", reason: str = "") -> list[str]:
        """Record answers (`D1=B`) as `sop decide` does; `sop run` then makes the revision that follows from them."""
        company = CompanyFolder.of(self.params.company)
        run = company.good_run(self.params.cycle) or company.run_with(self.params.cycle, BY_NAME["executive"])
        if run is None or run.decided.is_file():
            came = "no finished run" if run is None else "a revision: what it asks is decided with sop decide"
            raise ParamsError(
                "nothing can be decided here", [Problem(f"{self.params.company}/{self.params.cycle}", came, "the proposed plan")]
            )
        asked = Asked(answers_of(answers, self.params.meeting), who or self.params.accountable, reason)
        told = check_open(self.params, asked)
        command = f"sop run params/{self.params.company}.yaml --cycle {self.params.cycle}"
        return [*told, *record_answers(self.params, run, asked), f"the next revision is made by: {command}"]

    def sign_off(self, gate: str, who: str, conditions: str = "") -> list[str]:
        """Sign a gate of the cycle as `sop sign-off` does: for the tables as they are; raises as it does."""
        return sign_off(self._file, gate, who, self.params.cycle, conditions)

    def approve(self, who: str, *, key: str = "", witnessed_by: str = "", conditions: str = "", present: Sequence[str] = ()) -> list[str]:
        """Approve the decided plan as `sop approve` does: signed with an SSH key, witnessed by who leads the meeting, or a typed name."""
        approver = Approver(who, Path(key) if key else None, "", None, witnessed_by, conditions, tuple(present))
        return approve(self._file, self.params.cycle, approver)

    def countersign(self, who: str) -> list[str]:
        """Confirm, as the owner of a sign-off who was there, the approval that was witnessed."""
        return countersign(self._file, self.params.cycle, who)

    def revoke(self, gate: str, who: str, reason: str) -> list[str]:
        """Take a sign-off or the approval back as `sop revoke` does; the record keeps both."""
        return revoke(self._file, gate, who, self.params.cycle, reason)

    @property
    def _file(self) -> Path:
        return places.params_file(self.params.company)

    def show(self) -> object:
        """The sliders with the page under them; without a front end the page alone."""
        if self.recorded:
            return self.table.page(self.tried)
        try:
            from sopkit.run.room_widgets import room_widgets

            return room_widgets(self)
        except ImportError:
            return self.table.page(self.tried)


def kept_scenario(name: str, overlay: Overlay, note: str = "") -> Path:
    """Write an overlay as a scenario of params/scenarios that says it was made in the room; see `Room.keep`."""
    import yaml

    path = places.suite_root() / "params" / "scenarios" / f"{name}.yaml"
    problems: Sequence[Problem] = ()
    if not SCENARIO.fullmatch(name) or name == BASE:
        problems = [Problem("name", repr(name), "letters, digits, _ and -, other than base")]
    elif path.exists():
        problems = [Problem(str(path), "a scenario of this name", "another name: what was kept is not written over")]
    elif overlay.title == BASE:
        problems = [Problem(name, "nothing was moved", "a scenario or a driver that is")]
    if problems:
        raise ParamsError("this cannot be kept", problems)
    told = overlay.model_copy(update={"title": f"{overlay.title} ({MADE_IN_THE_ROOM})", "note": note})
    text = yaml.safe_dump(told.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False)
    write_atomically(path, f"# {MADE_IN_THE_ROOM}: tried, not decided. Adopted by deciding only.\n{text}".encode())
    load_scenarios((name,))
    return path
