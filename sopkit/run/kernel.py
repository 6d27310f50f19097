"""Kernels of a run: each a process over IPC sockets, with pinned threads and hash seed, killed with its whole process group.

One kernel serves a sequence of notebooks. It is started as soon as it is known that there is work, before papermill is imported and
before its first notebook is reached: while this process prepares, it imports what the notebooks will import.
"""

import atexit
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from logging import getLogger
from pathlib import Path
from typing import Any, ClassVar

from sopkit.run.lock import KERNEL_MARK
from sopkit.run.watch import Watch, without_unasked_imports

LANGUAGE = "python3"
PINNED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a process with a thread cannot be split (`sopkit.aside`)
    "MPLBACKEND": "agg",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
QUIET = ("--HistoryManager.enabled=False", "--InteractiveShell.cache_size=0")  # no history file, no results kept alive in `Out`
LONGEST_SOCKET_PATH = 80  # of the 107 that a Unix socket may have; jupyter adds a suffix


class Kernel:
    """One kernel process over IPC, in a process group and a folder of its own."""

    def __init__(self, name: str, watch: Watch, notebooks: Sequence[Path] = ()) -> None:
        with without_unasked_imports():
            from jupyter_client.manager import AsyncKernelManager
            from jupyter_core.utils import ensure_event_loop, run_sync

        ensure_event_loop().set_exception_handler(_log_quietly)
        self.folder = Path(_socket_folder())
        self.manager: AsyncKernelManager = AsyncKernelManager(kernel_name=name, transport="ipc", ip=str(self.folder / "k"))
        self.manager.connection_file = str(self.folder / "connection.json")
        command = [sys.executable, "-m", "sopkit.run.kernel_start", *map(str, notebooks), "-f", "{connection_file}", *QUIET]
        self.manager.kernel_spec.argv = command  # type: ignore[union-attr]
        own = {"IPYTHONDIR": str(self.folder), "PYTHONPATH": _python_path(), KERNEL_MARK: watch.mark}
        environment = {**os.environ, **watch.environment, **PINNED, **own}
        environment = {key: value for key, value in environment.items() if key != "SOPKIT_RUN" and key not in watch.withheld}
        run_sync(self.manager.start_kernel)(env=environment, cwd=str(self.folder))
        self.pid = int(self.manager.provisioner.pid)  # type: ignore[union-attr]
        watch.on_kernel(self.pid)

    def alive(self) -> bool:
        """Whether the process is there."""
        from jupyter_core.utils import run_sync

        return bool(run_sync(self.manager.is_alive)())

    def kill(self) -> None:
        """End the kernel and all that it started; never raises."""
        from jupyter_core.utils import run_sync

        kill_group(self.pid)
        with contextlib.suppress(Exception):
            run_sync(self.manager.shutdown_kernel)(now=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def peak_memory_mb(self) -> float | None:
        """Highest resident memory since the notebook began; None where the system does not tell."""
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM:")), None)

    def restart_peak(self) -> None:
        """Count the peak from now on, where the system can."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")


class SharedKernel:
    """The kernel that a sequence of notebooks shares; one that a notebook failed in is never used again."""

    kept: ClassVar[Kernel | None] = None

    @classmethod
    def start(cls, watch: Watch, notebooks: Sequence[Path] = ()) -> Kernel:
        """The kernel that is kept, or a new one, which imports what `notebooks` import while nobody waits for it."""
        if cls.kept is not None and not cls.kept.alive():
            cls.close()
        if cls.kept is None:
            cls.kept = Kernel(LANGUAGE, watch, notebooks)
            atexit.register(cls.close)
        return cls.kept

    @classmethod
    def close(cls) -> None:
        """End the kernel that is kept."""
        kernel, cls.kept = cls.kept, None
        if kernel is not None:
            atexit.unregister(cls.close)
            kernel.kill()


def _log_quietly(loop: object, context: dict[str, Any]) -> None:
    """What a killed kernel leaves unread is no news: the run tells what happened in its own words."""
    getLogger("papermill").debug("%s: %s", context.get("message"), context.get("exception"))


def kill_group(leader: int) -> None:
    """Kill a process group, if it is there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _socket_folder() -> str:
    """A private folder whose path is short enough for a Unix socket."""
    folder = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="sop-", dir=folder if len(folder) <= LONGEST_SOCKET_PATH else "/tmp")


def _python_path() -> str:
    """`PYTHONPATH` with this package's parent first, so that the kernel imports the same sopkit."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
