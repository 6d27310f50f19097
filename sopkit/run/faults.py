"""What went wrong in a step, told as one of our errors, whatever it was."""

import errno
from dataclasses import dataclass
from typing import Any

from sopkit import errors
from sopkit.errors import InfrastructureError, IntegrityError, Problem, SopError, StepError
from sopkit.run.watch import Watch, heading_above
from sopkit.steps import Step

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OURS = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SopError)}


@dataclass(frozen=True)
class Fault:
    """A step that failed: where, and why."""

    step: str
    cell: int | None  # the n of In [n]
    heading: str
    kind: str  # kernel_died, timeout, memory, disk, cell_error, no_marker, rule, integrity
    error: SopError


def fault_of(step: Step, error: Exception, watch: Watch, timeout: int, peak_memory_mb: float | None) -> Fault:
    """An exception of papermill, nbclient, the system or the step itself, as a fault."""
    cell, heading = _place(watch)
    kind, told = _told(step, error, timeout, peak_memory_mb)
    where = f"step {step.number} {step.name}" + (f", cell In [{cell}]" if cell else "") + (f" under “{heading}”" if heading else "")
    return Fault(step.name, cell, heading, kind, type(told)(f"{where}: {told.message}", told.problems))


def _told(step: Step, error: Exception, timeout: int, peak_memory_mb: float | None) -> tuple[str, SopError]:
    name = type(error).__name__
    if isinstance(error, SopError):
        return {IntegrityError: "integrity", StepError: "no_marker"}.get(type(error), "infrastructure"), error
    if name == "DeadKernelError":
        peak = f"; its memory peaked at {peak_memory_mb:.0f} MB" if peak_memory_mb else ""
        hint = "Where the system ran out of memory, give it more or plan fewer series at a time."
        return "kernel_died", InfrastructureError(
            "the kernel died", [Problem(step.notebook, f"no kernel{peak}", "a kernel that lives", hint)]
        )
    if name == "CellTimeoutError":
        problem = Problem(step.notebook, f"a cell that ran {timeout} s", "an end", "Give it more time with --timeout SECONDS.")
        return "timeout", InfrastructureError("a cell ran out of time", [problem])
    if name == "PapermillExecutionError":
        return _told_by_kernel(step, error)
    if isinstance(error, OSError):
        return _told_by_system(step, error.errno, str(error))
    return "cell_error", StepError(f"{name}: {error}")


def _told_by_kernel(step: Step, error: Any) -> tuple[str, SopError]:
    """What a cell raised; the class of our own errors, and with it the exit code, comes across by name."""
    if error.ename in OURS:
        return "rule", OURS[error.ename](error.evalue)
    if error.ename in ("MemoryError", "ArrowMemoryError", "_ArrayMemoryError"):
        problem = Problem(step.notebook, error.evalue or "no more memory", "memory enough", "Give it more, or plan fewer series at a time.")
        return "memory", InfrastructureError("memory ran out", [problem])
    if error.ename == "OSError":
        number = next((code for code in FULL if f"[Errno {code}]" in error.evalue), None)
        if number is not None:
            return _told_by_system(step, number, error.evalue)
    return "cell_error", StepError(f"{error.ename}: {error.evalue}")


def _told_by_system(step: Step, number: int | None, text: str) -> tuple[str, SopError]:
    if number in FULL:
        return "disk", InfrastructureError(
            "no space left on the disk", [Problem(step.notebook, text, "room for the run's files", "Make room.")]
        )
    return "disk", InfrastructureError("a file cannot be used", [Problem(step.notebook, text, "a readable, writable disk")])


def _place(watch: Watch) -> tuple[int | None, str]:
    """Which cell it was: the n of In [n], and the heading above it."""
    if watch.notebook is None or watch.position is None:
        return None, ""
    cells = [cell for cell in watch.notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]
    before = [cell for cell in cells[: watch.position + 1] if cell.cell_type == "code" and cell.source.strip()]
    return len(before), heading_above(cells, watch.position)
