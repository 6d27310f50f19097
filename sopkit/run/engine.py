"""Papermill engines, on its entry-point group `papermill.engine`: papermill executes, the kernels are ours.

    sop-reuse   one kernel for a sequence of notebooks, put back to its first state between them
    sop-fresh   a fresh kernel for each notebook

A dead kernel and a timeout leave papermill's metadata saying "completed": here they are put right before the exception goes on.
"""

import contextlib
import time
from typing import TYPE_CHECKING, Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from sopkit.errors import InfrastructureError, Problem
from sopkit.run.kernel import Kernel, SharedKernel
from sopkit.run.watch import CellReport, Watch, heading_above

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager


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


class FreshEngine(_SopEngine):
    """A fresh kernel for each notebook."""


class ReuseEngine(_SopEngine):
    """One kernel for the sequence; one that a notebook failed in is never used again."""

    @classmethod
    def acquire(cls, kernel_name: str, watch: Watch) -> Kernel:
        """The kernel that is kept, or a new one."""
        return SharedKernel.start(watch)

    @classmethod
    def release(cls, kernel: Kernel, client: SopClient, clean: bool) -> None:
        """Keep the kernel, or end it."""
        _stop_channels(client)
        if not clean:
            SharedKernel.close()


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
