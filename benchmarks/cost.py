"""What a command costs: wall and CPU seconds, its own and of all that it started, also of what outlived who started it."""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sopkit.run.places import suite_root

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux: who is left alone becomes a child of this process, and is counted


@dataclass(frozen=True)
class Cost:
    """Seconds of a command."""

    wall: float
    cpu: float


def cost_of(command: Sequence[str], **environment: str) -> Cost:
    """Run a command in the suite's folder and count what it costs; raises CalledProcessError where it fails, with its errors printed."""
    if hasattr(libc := ctypes.CDLL(None), "prctl"):
        libc.prctl(SUBREAPER, 1, 0, 0, 0)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=suite_root(), capture_output=True, check=False)
    wall = time.perf_counter() - begin
    if done.returncode:
        sys.stderr.buffer.write(done.stderr)
        done.check_returncode()
    _wait_for_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _wait_for_orphans() -> None:
    """Wait for what the command left, which is ended already or about to end."""
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return
