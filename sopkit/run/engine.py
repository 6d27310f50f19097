"""Papermill engines, on its entry-point group `papermill.engine`: papermill executes, the kernels are ours.

    sop-reuse   one kernel for a sequence of notebooks, put back to its first state between them
    sop-fresh   a fresh kernel for each notebook

Both talk over IPC sockets, pin threads and hash seed, and kill a kernel with its whole process group. A dead kernel and
a timeout leave papermill's metadata saying "completed": here they are put right before the exception goes on.
"""

import atexit
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from sopkit.errors import InfrastructureError, Problem
from sopkit.run.lock import KERNEL_MARK
from sopkit.run.watch import CellReport, Watch, heading_above

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

PINNED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
QUIET = ("--HistoryManager.enabled=False", "--InteractiveShell.cache_size=0")  # no history file, no results kept alive in `Out`
LONGEST_SOCKET_PATH = 80  # of the 107 that a Unix socket may have; jupyter adds a suffix


class Kernel:
    """One kernel process over IPC, in a process group and a folder of its own."""

    def __init__(self, name: str, watch: Watch) -> None:
        from jupyter_client.manager import AsyncKernelManager
        from jupyter_core.utils import ensure_event_loop, run_sync

        ensure_event_loop().set_exception_handler(_log_quietly)
        self.folder = Path(_socket_folder())
        self.manager: AsyncKernelManager = AsyncKernelManager(kernel_name=name, transport="ipc", ip=str(self.folder / "k"))
        self.manager.connection_file = str(self.folder / "connection.json")
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *QUIET]
        self.manager.kernel_spec.argv = command  # type: ignore[union-attr]
        environment = {**os.environ, **PINNED, "IPYTHONDIR": str(self.folder), "PYTHONPATH": _python_path(), KERNEL_MARK: watch.mark}
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


class SopClient(PapermillNotebookClient):
    """Papermill's client, which puts the kernel into its first state before the cells and reports each of them."""

    def __init__(self, nb_man: "NotebookExecutionManager", kernel: Kernel, watch: Watch, **options: Any) -> None:
        super().__init__(nb_man, km=kernel.manager, **options)
        self.kernel, self.watch = kernel, watch

    def papermill_execute_cells(self) -> None:
        """Begin, then run the cells as papermill does."""
        environment = dict(self.watch.environment)
        self.run_silently(f"__import__('sopkit.run.kernel_state', fromlist=['begin']).begin({environment!r})")
        self.kernel.restart_peak()
        super().papermill_execute_cells()

    def execute_cell(self, cell: "NotebookNode", cell_index: int, **options: Any) -> "NotebookNode":
        """Run one cell, and report it."""
        if cell.cell_type != "code" or not cell.source.strip():
            return super().execute_cell(cell, cell_index, **options)
        self.watch.position = cell_index
        begin = time.perf_counter()
        try:
            return super().execute_cell(cell, cell_index, **options)
        finally:
            heading = heading_above(self.nb.cells, cell_index)
            seconds = round(time.perf_counter() - begin, 3)
            self.watch.on_cell(CellReport(cell_index, cell.execution_count, heading, seconds, self.kernel.peak_memory_mb()))

    def run_silently(self, source: str) -> None:
        """Run code that leaves no trace in the notebook; InfrastructureError where it fails."""
        reply = self.wait_for_reply(self.kc.execute(source, silent=True, store_history=False), None)
        content = reply["content"] if reply else {"status": "no reply"}
        if content["status"] != "ok":
            came = f"{content.get('ename', content['status'])}: {content.get('evalue', '')}"
            raise InfrastructureError("the kernel cannot be prepared", [Problem("kernel", came, "sopkit in the kernel", "Run: sop doctor")])


class _SopEngine(Engine):
    """What both engines share."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: "NotebookExecutionManager",
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        input_path: str | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Execute one notebook; papermill calls this."""
        watch = watch or Watch()
        watch.notebook, watch.position = nb_man.nb, None
        kernel = cls.acquire(kernel_name, watch)
        client = SopClient(
            nb_man,
            kernel,
            watch,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        clean = False
        try:
            client.execute()
            clean = not nb_man.nb.metadata.papermill.get("exception") and kernel.alive()
        except BaseException:
            _mark_failed(nb_man.nb, watch.position)
            raise
        finally:
            cls.release(kernel, client, clean)

    @classmethod
    def acquire(cls, kernel_name: str, watch: Watch) -> Kernel:
        """The kernel for the next notebook."""
        return Kernel(kernel_name, watch)

    @classmethod
    def release(cls, kernel: Kernel, client: SopClient, clean: bool) -> None:
        """Give the kernel back after a notebook; `clean` where it ended well."""
        _stop_channels(client)
        kernel.kill()

    @classmethod
    def close(cls) -> None:
        """End what is kept between notebooks."""


class FreshEngine(_SopEngine):
    """A fresh kernel for each notebook."""


class ReuseEngine(_SopEngine):
    """One kernel for the sequence; one that a notebook failed in is never used again."""

    kept: ClassVar[Kernel | None] = None

    @classmethod
    def acquire(cls, kernel_name: str, watch: Watch) -> Kernel:
        """The kernel that is kept, or a new one."""
        if cls.kept is not None and not cls.kept.alive():
            cls.close()
        if cls.kept is None:
            cls.kept = Kernel(kernel_name, watch)
            atexit.register(cls.close)
        return cls.kept

    @classmethod
    def release(cls, kernel: Kernel, client: SopClient, clean: bool) -> None:
        """Keep the kernel, or end it."""
        _stop_channels(client)
        if not clean:
            cls.close()

    @classmethod
    def close(cls) -> None:
        """End the kernel that is kept."""
        kernel, cls.kept = cls.kept, None
        if kernel is not None:
            atexit.unregister(cls.close)
            kernel.kill()


def _log_quietly(loop: object, context: dict[str, Any]) -> None:
    """What a killed kernel leaves unread is no news: the run tells what happened in its own words."""
    logger.debug("%s: %s", context.get("message"), context.get("exception"))


def kill_group(leader: int) -> None:
    """Kill a process group, if it is there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _mark_failed(notebook: "NotebookNode", position: int | None) -> None:
    """Say in papermill's metadata what it does not see: the kernel died, or the cell ran out of time."""
    notebook.metadata.papermill["exception"] = True
    for index, cell in enumerate(notebook.cells):
        if cell.metadata.get("papermill") is None or cell.cell_type != "code":
            continue
        if index == position:
            cell.metadata.papermill.update(status="failed", exception=True)
        elif position is None or index > position:
            cell.metadata.papermill.update(status="pending")


def _stop_channels(client: SopClient) -> None:
    with contextlib.suppress(Exception):
        if client.kc is not None:
            client.kc.stop_channels()


def _socket_folder() -> str:
    """A private folder whose path is short enough for a Unix socket."""
    folder = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="sop-", dir=folder if len(folder) <= LONGEST_SOCKET_PATH else "/tmp")


def _python_path() -> str:
    """`PYTHONPATH` with this package's parent first, so that the kernel imports the same sopkit."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
