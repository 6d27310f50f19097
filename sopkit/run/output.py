"""What a run says while it runs: a progress bar on a terminal, plain lines otherwise, JSON lines on request."""

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from sopkit.steps import Step

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Format = Literal["rich", "plain", "json"]


@dataclass(frozen=True)
class Event:
    """One thing that happened, as it is printed and logged; empty fields do not apply."""

    event: str  # run, step, cell, failure, end
    step: str = ""
    state: str = ""  # of a step: kept, carried, running, ran, would_run, may_run, failed
    detail: str = ""
    cell: int | None = None  # the n of In [n]
    seconds: float | None = None
    peak_memory_mb: float | None = None

    def told(self) -> dict[str, object]:
        """The fields that apply."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


def default_format() -> Format:
    """`rich` on a terminal, `plain` elsewhere."""
    return "rich" if sys.stdout.isatty() else "plain"


class Reporter:
    """Prints events in one of the three formats."""

    def __init__(self, form: Format) -> None:
        self.form = form
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def tell(self, event: Event) -> None:
        """Print an event."""
        if self.form == "json":
            print(json.dumps(event.told(), ensure_ascii=False), flush=True)
        elif event.event == "step" and event.state == "running" and self.form == "rich":
            self._begin(event)
        elif event.event == "cell":
            self._advance()
        elif not (event.event == "step" and event.state == "running"):
            self.close()
            print(_line(event), flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._task = None, None

    def _begin(self, event: Event) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("cells"), TimeElapsedColumn())
        self._bar = Progress(*columns, transient=True)
        self._task = self._bar.add_task(event.step, total=event.cell)
        self._bar.start()

    def _advance(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)


def step_label(step: Step) -> str:
    """`3 supply_planning`."""
    return f"{step.number} {step.name}"


def _line(event: Event) -> str:
    if event.event != "step":
        return event.detail
    seconds = f" {event.seconds:.1f} s" if event.seconds is not None else ""
    memory = f", {event.peak_memory_mb:.0f} MB" if event.peak_memory_mb is not None else ""
    words = {"would_run": "would run", "may_run": "may run"}.get(event.state, event.state)
    return f"{event.step:<20} {words}{seconds}{memory}{f'  ({event.detail})' if event.detail else ''}"
