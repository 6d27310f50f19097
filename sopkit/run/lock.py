"""One OS lock per cycle, and the sweep of what a killed run left behind.

The lock is the system's own (`flock`): it is gone with its process, so it never has to be removed by hand. The file
beside it only says who holds it, and which kernels it started.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sopkit.errors import LockedError, Problem

KERNEL_MARK = "SOPKIT_KERNEL_OF"  # in the environment of a kernel and all its children: the run they belong to


class CycleLock:
    """The lock that this process holds on a cycle."""

    def __init__(self, file: IO[str], mark: str) -> None:
        self._file = file
        self._kernels: list[int] = []
        self.mark = mark  # in the environment of every kernel of this run
        self._tell()

    def note_kernel(self, pid: int) -> None:
        """Note a kernel, so that the next run can sweep its group should this one be killed."""
        self._kernels.append(pid)
        self._tell()

    @property
    def has_kernels(self) -> bool:
        """Whether the run started any."""
        return bool(self._kernels)

    def kill_kernels(self) -> None:
        """Kill the kernels, their process groups, and what left those groups."""
        for pid in self._kernels:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        kill_marked(self.mark)

    def _tell(self) -> None:
        told = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "boot": _boot_id(),
            "mark": self.mark,
            "kernels": self._kernels,
        }
        self._file.seek(0)
        self._file.truncate()
        json.dump(told, self._file)
        self._file.flush()


def new_mark() -> str:
    """A mark that no other run has."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(6).hex()}"


@contextmanager
def cycle_lock(path: Path, mark: str = "") -> Iterator[CycleLock]:
    """Hold the lock of a cycle; sweeps first what an earlier holder left running.

    Args:
        path: of the lock's file.
        mark: of a kernel that is started already; none = a new one.

    Raises LockedError that names the holder where another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _taken(file):
            raise LockedError("another run works on this cycle", [_holder(path)])
        _sweep(file)
        try:
            yield CycleLock(file, mark or new_mark())
        finally:
            file.seek(0)
            file.truncate()


def _taken(file: IO[str]) -> bool:
    """Whether the lock could be had; a look at it by `is_locked` of another process lasts no longer than the tries."""
    for last in (False, False, True):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if not last:
                time.sleep(0.05)
    return False


def is_locked(path: Path) -> bool:
    """Whether a run holds the lock; asks for a share of it, and gives that back at once."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _holder(path: Path) -> Problem:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        came = f"process {told['pid']} on {told['host']}, started {told['started']}"
    except (OSError, KeyError, json.JSONDecodeError):
        came = "a process that has just begun"
    return Problem(str(path), f"held by {came}", "no other run of the cycle", "Wait for it, or end that process.")


def _sweep(file: IO[str]) -> None:
    """Kill what a run left that ended without its own cleaning: only processes that carry its mark."""
    file.seek(0)
    try:
        told = json.loads(file.read())
    except json.JSONDecodeError:
        return
    if not told.get("mark") or told.get("host") != socket.gethostname() or told.get("boot") != _boot_id():
        return
    kill_marked(str(told["mark"]))


def kill_marked(mark: str) -> None:
    """Kill every process of a run, also those that left its process group."""
    for _ in range(5):  # one that starts others while we look is found the next time
        found = marked_processes(mark)
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def marked_processes(mark: str) -> list[int]:
    """Processes whose environment says that they belong to a run; empty where the system does not tell (no /proc)."""
    wanted = f"{KERNEL_MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return sorted(found)


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
