"""One step executed: its notebook through papermill, its marker verified, what went wrong told."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sopkit.errors import DataError, IntegrityError, Problem, SopError
from sopkit.run import cycle, files, places
from sopkit.run.kernel import SharedKernel
from sopkit.run.keys import Parts, hash_of, previous_hashes, read_from
from sopkit.run.lock import CycleLock, new_mark
from sopkit.run.output import Event, step_label
from sopkit.run.params import company_word
from sopkit.run.record import Recorder
from sopkit.run.request import Prepared
from sopkit.run.watch import CellReport, Watch, executor
from sopkit.steps import Step

if TYPE_CHECKING:
    from sopkit.run.faults import Fault


def execute_step(prepared: Prepared, step: Step, parts: Parts, recorder: Recorder, lock: CycleLock) -> None:
    """Execute one notebook and record it as done.

    Raises the SopError of what went wrong; the step is then not done, whatever papermill says of it.
    """
    from sopkit.run.faults import fault_of

    run, begin = prepared.run, time.perf_counter()
    cycle.forget(run, step)
    peaks: list[float] = []
    watch = Watch(_environment(prepared), lock.mark, lock.note_kernel, lambda report: _tell_cell(recorder, step, report, peaks))
    watch.withheld = _withheld(prepared)
    recorder.attempt("running")
    recorder.tell(Event("step", step_label(step), "running", cell=_code_cells(step)))
    try:
        _execute_notebook(prepared, step, watch)
        _keep_notebook(prepared, step, watch, None)
        seconds = time.perf_counter() - begin
        _check_previous(prepared, step)
        cycle.record_done(run, step, hash_of(parts), parts, seconds)
    except Exception as error:
        fault = recorder.fault = fault_of(step, error, watch, prepared.request.timeout, max(peaks, default=None))
        with contextlib.suppress(OSError):
            _keep_notebook(prepared, step, watch, fault)
        if isinstance(fault.error, DataError) and not read_from(step, prepared.steps):
            fault = recorder.fault = replace(fault, error=_with_findings(prepared, fault.error))
        recorder.tell(Event("step", step_label(step), "failed", fault.kind, cell=fault.cell))
        raise fault.error from error
    recorder.tell(Event("step", step_label(step), "ran", seconds=round(seconds, 2), peak_memory_mb=max(peaks, default=None)))


def _with_findings(prepared: Prepared, error: DataError) -> DataError:
    """The error of a step that refused the inputs, naming the page of all findings that is left in the run's folder."""
    from sopkit.run.checking import intake_of, write_findings

    run = prepared.run
    try:
        _, page, *_ = write_findings(run.path, intake_of(prepared.params, run.inputs), prepared.params, run.inputs)
    except (SopError, OSError):  # whatever hinders the page must not hide what is wrong with the inputs
        return error
    return DataError(f"{error.message}\nall findings, each with what to do: {page}", error.problems)


def _execute_notebook(prepared: Prepared, step: Step, watch: Watch) -> None:
    execute = executor()
    execute(
        places.notebook_file(step.notebook),
        None,
        parameters=_parameters(prepared, step),
        engine_name=f"sop-{prepared.request.engine}",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        execution_timeout=prepared.request.timeout,
        watch=watch,
    )


def _parameters(prepared: Prepared, step: Step) -> dict[str, object]:
    """What the run sets, and the knobs that the params turn."""
    params = prepared.params
    company = company_word(params, prepared.request.params_file)
    return {"company": company, "cycle": params.cycle, "scenario": prepared.request.scenario, **params.steps.get(step.name, {})}


def start_kernel(prepared: Prepared, mark: str, first: int, note: Callable[[int], None] = lambda pid: None) -> None:
    """Start the kernel that the notebooks from step `first` on will share, so that it imports what they need while others prepare.

    Args:
        prepared: the run; with an engine of fresh kernels nothing is started.
        mark: of the run, in the kernel's environment.
        first: number of the first step.
        note: told the kernel's process.
    """
    if prepared.request.engine != "reuse":
        return
    steps = [step for step in prepared.steps if step.number >= first and prepared.request.selects(step)]
    watch = Watch(_environment(prepared), mark, note, withheld=_withheld(prepared))
    SharedKernel.start(watch, [places.notebook_file(step.notebook) for step in steps])


@contextlib.contextmanager
def kernel_ahead(prepared: Prepared, first: int) -> Iterator[str]:
    """A kernel that imports what the notebooks from step `first` on need, while what they are run for is still being recorded.

    Yields the mark that `run_cycle` is to be given; a kernel that no run took is ended.
    """
    mark = new_mark()
    try:
        start_kernel(prepared, mark, first)
        yield mark
    finally:
        SharedKernel.close()


def import_for_appendix() -> None:
    """Import what the appendix is written with, while the last notebook is executed and this process only waits."""
    from sopkit.run.appendix import exporter_of

    exporter_of()


def _withheld(prepared: Prepared) -> frozenset[str]:
    """Names in this process's environment that no kernel gets: secrets."""
    return frozenset(name for name in (place.env for place in prepared.params.secrets) if name)


def _environment(prepared: Prepared) -> dict[str, str]:
    """What a step finds in its environment."""
    return {
        "SOPKIT_RUN": str(prepared.run.path.resolve()),
        "SOPKIT_ROOT": str(places.suite_root().resolve()),
        "SOPKIT_REPORTS": str(places.reports_root().resolve()),
        "SOPKIT_DATA": str(places.data_root().resolve()),
        "SOPKIT_GATES": prepared.params.gates,
    }


def _code_cells(step: Step) -> int:
    """How many code cells will run: those of the notebook, and the parameters that papermill adds."""
    cells = json.loads(places.notebook_file(step.notebook).read_text(encoding="utf-8"))["cells"]
    return sum(cell["cell_type"] == "code" and bool("".join(cell["source"]).strip()) for cell in cells) + 1


def _tell_cell(recorder: Recorder, step: Step, report: CellReport, peaks: list[float]) -> None:
    if report.peak_memory_mb is not None:
        peaks.append(report.peak_memory_mb)
    recorder.tell(Event("cell", step_label(step), "", report.heading, report.number, report.seconds, report.peak_memory_mb))


def _keep_notebook(prepared: Prepared, step: Step, watch: Watch, fault: "Fault | None") -> None:
    """Store the executed notebook under its name; one that failed says so at its top."""
    if watch.notebook is None:
        return
    import nbformat

    notebook = watch.notebook
    if fault is not None:
        told = nbformat.v4.new_markdown_cell(f"# FAILED: {fault.kind}\n\n```\n{fault.error}\n```")
        told["id"] = "failed"
        notebook.cells.insert(0, told)
    name = f"notebooks/{step.notebook}"
    notebook.metadata.setdefault("papermill", {}).update(input_path=name, output_path=name)
    files.write_atomically(prepared.run.notebook(step), nbformat.writes(notebook).encode())


def _check_previous(prepared: Prepared, step: Step) -> None:
    """The cycle before must not have changed while the step read it."""
    now = previous_hashes(prepared.company, prepared.params.cycle, [step])
    changed = [name for name in now if now[name] != prepared.made_from.previous[name]]
    if changed:
        problems = [Problem(f"table {name}", "another one", "the one the run began with", "Run again.") for name in changed]
        raise IntegrityError("the cycle before changed meanwhile", problems)
