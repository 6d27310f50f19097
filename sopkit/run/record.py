"""The record of a run while it runs: its log, what became of the attempt, and the screen."""

import contextlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sopkit.run.files import write_json
from sopkit.run.output import Event, Reporter
from sopkit.run.request import Prepared

if TYPE_CHECKING:
    from sopkit.run.faults import Fault

SCHEMA = 1


class Recorder:
    """Each event goes to the log and the screen; the attempt file keeps where the last attempt stands."""

    def __init__(self, prepared: Prepared, reporter: Reporter) -> None:
        self.prepared, self.reporter = prepared, reporter
        self.fault: Fault | None = None
        self.running = ""  # step

    def tell(self, event: Event) -> None:
        """Print an event and log it."""
        self.reporter.tell(event)
        self._log(event.told())

    def attempt(self, state: str, **told: object) -> None:
        """Keep for `sop status` where the attempt stands: running, failed, waiting, interrupted, partial or good."""
        asked = {"gates": self.prepared.request.gates} if self.prepared.request.gates else {}
        content = {"schema": SCHEMA, "run_id": self.prepared.run.run_id, "state": state, "step": self.running, **asked, **told}
        write_json(self.prepared.company.attempt_file(self.prepared.params.cycle, self.prepared.request.scenario), content)

    def end_badly(self, state: str, reason: str) -> None:
        """Keep why the run ended; a full disk must not hide the reason itself."""
        fault = self.fault
        told = {"cell": fault.cell, "heading": fault.heading, "kind": fault.kind} if fault else {}
        with contextlib.suppress(OSError):
            self.attempt(state, reason=reason, next=self.prepared.next_command(), **told)
        with contextlib.suppress(OSError):
            self._log({"event": state, "step": self.running, "reason": reason, **told})

    def _log(self, told: dict[str, object]) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "pid": os.getpid(), **told}
        self.prepared.run.log.parent.mkdir(parents=True, exist_ok=True)
        with self.prepared.run.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
