"""`sop run`: the six notebooks of a cycle, in sequence, resumable, recorded. Only the runner writes a cycle."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from types import FrameType

from sopkit.data.sources.declaration import input_files
from sopkit.errors import GateError, Problem, SopError, StepError, unusable_file
from sopkit.run import cycle, manifest, preflight
from sopkit.run.agenda_figures import check_agenda_figures
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.decided import decided_on, write_decided
from sopkit.run.execution import execute_step, import_for_appendix, start_kernel
from sopkit.run.files import read_json
from sopkit.run.gates import check_gate_before, passed_gates
from sopkit.run.kernel import SharedKernel
from sopkit.run.keys import Parts, changed_origins, changed_parts, hash_of, origins, step_parts
from sopkit.run.lock import CycleLock, cycle_lock, kill_marked
from sopkit.run.output import Event, Reporter, step_label
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.receiving import changed_since, is_resumed, receive, received_files
from sopkit.run.record import Recorder
from sopkit.run.request import Prepared, Request
from sopkit.run.run_events import record_run
from sopkit.run.scenario_files import load_scenarios
from sopkit.run.snapshot import input_names, snapshot_inputs
from sopkit.run.telling import tell_decided, tell_difference
from sopkit.run.withdrawing import withdraw_outdated
from sopkit.steps import STEPS, Step

TOLD_AFTER = "pre_sop"  # the step that holds a decided plan against the proposed one


class Interrupted(KeyboardInterrupt):
    """The run was told to end."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    run: RunFolder
    link: Path | None  # the cycle's link, where the run is whole
    executed: tuple[str, ...]


def prepare(request: Request, steps: Sequence[Step] = STEPS) -> Prepared:
    """Refuse what can be refused before a kernel starts, and ask the databases that the sources name.

    Writes nothing but a trial file in the company's reports folder, and below `received/` what the databases answered.

    Raises ParamsError, DataError (missing sources) or InfrastructureError.
    """
    params = _params_of(request)
    sections = {step.name: params.steps.get(step.name, {}) for step in steps}
    preflight.check_knobs(sections, preflight.knobs(steps), str(request.params_file))
    load_scenarios(() if request.scenario == "base" else (request.scenario,))
    company = CompanyFolder.of(params.company)
    preflight.check_writable(company.path)
    resumed = request.as_received or (not request.receive and is_resumed(params, request.scenario, steps[0].name))
    if not resumed:
        receive(params)
    made_from = origins(params, steps, _inputs(params), request.scenario)
    warnings = check_agenda_figures(made_from, steps) if request.scenario == "base" else []
    if request.scenario == "base":
        made_from = replace(made_from, decided=decided_on(company.path, params.cycle, made_from.run_id))
    run, resumed = company.run(made_from.run_id), resumed and bool(received_files(params))
    return Prepared(request, params, steps, made_from, company, run, resumed=resumed, warnings=warnings)


def _params_of(request: Request) -> CompanyParams:
    """The params as the request wants them: its gates stand over the file's."""
    params = load_params(request.params_file, request.cycle)
    return params.model_copy(update={"gates": request.gates}) if request.gates else params


def intended(prepared: Prepared) -> list[Event]:
    """What would run and why, without running it (`--dry-run`)."""
    events, sure = [], True
    for step in prepared.steps:
        parts = step_parts(step, prepared.steps, prepared.made_from, _readable_run(prepared)) if sure else None
        state, why = ("may_run", "the steps before it may change its tables") if parts is None else _intended(prepared, step, parts)
        if state != "kept" and not prepared.request.selects(step):
            state, why = "left", "not asked for"
        sure = sure and state == "kept"
        events.append(Event("step", step_label(step), state, why))
    return events


def run_cycle(prepared: Prepared, reporter: Reporter, mark: str = "") -> Outcome:
    """Bring a cycle up to date and point its link at the run, if all its steps are done.

    Args:
        prepared: the run.
        reporter: what is told to.
        mark: of a kernel started ahead (`kernel_ahead`).

    Raises the SopError of what failed, with its exit code; the link then still shows the run before.
    """
    with cycle_lock(prepared.company.lock_file(prepared.params.cycle), mark) as lock, _interruptible(lock):
        if SharedKernel.kept is not None:
            lock.note_kernel(SharedKernel.kept.pid)
        recorder = Recorder(prepared, reporter)
        try:
            return _run_locked(prepared, recorder, lock)
        except Interrupted as end:
            recorder.end_badly("interrupted", f"the run was ended by {end}")
            raise
        except SopError as error:
            recorder.end_badly("waiting" if isinstance(error, GateError) else "failed", str(error))
            raise
        except OSError as error:
            told = unusable_file(error)
            recorder.end_badly("failed", str(told))
            raise told from error
        finally:
            reporter.close()
            _close_kernels()


def _run_locked(prepared: Prepared, recorder: Recorder, lock: CycleLock) -> Outcome:
    params = prepared.params
    recorder.tell(Event("run", detail=f"{params.title}, cycle {params.cycle}, run {prepared.run.run_id}"))
    tell_decided(prepared, recorder)
    if prepared.resumed:
        recorder.tell(Event("run", detail="the databases are not asked again: the run goes on with what was received (--receive asks)"))
    executed = tuple(step.name for step in prepared.steps if _bring_up_to_date(prepared, step, recorder, lock))
    recorder.running = ""
    if len(prepared.keys) < len(prepared.steps):
        recorder.attempt("partial", next=prepared.next_command())
        missing = ", ".join(step.name for step in prepared.steps if step.name not in prepared.keys)
        recorder.tell(Event("end", detail=f"still to run: {missing}; the link of the cycle is left as it is"))
        return Outcome(prepared.run, None, executed)
    if executed or not manifest.is_whole(prepared.run, prepared.keys):
        _complete(prepared, recorder)
    link = prepared.company.publish_run(params.cycle, prepared.run, prepared.request.scenario)
    prepared.run = prepared.company.settled(params.cycle, prepared.run, prepared.request.scenario)
    recorder.attempt("good")
    recorder.tell(Event("end", detail=_ending(link, prepared.steps)))
    return Outcome(prepared.run, link, executed)


def _bring_up_to_date(prepared: Prepared, step: Step, recorder: Recorder, lock: CycleLock) -> bool:
    """Keep, carry over or execute one step; returns whether it was executed."""
    request = prepared.request
    if request.selects(step):
        check_gate_before(prepared.params, prepared.run, step, prepared.steps)
        recorder.running = step.name
    parts = step_parts(step, prepared.steps, prepared.made_from, prepared.run)
    if parts is None and step.number > request.last:
        return False
    if parts is None:
        raise StepError("a step builds on one that has not run", [_out_of_date(prepared, step)])
    key = hash_of(parts)
    state = "" if request.forces(step) else _taken_over(prepared, step, key) or _carried_by_decision(prepared, step, parts)
    if not state and step.number > request.last:
        return False
    if not state and step.number < request.first:
        raise StepError("an earlier step is not up to date", [_out_of_date(prepared, step)])
    if state:
        recorder.tell(Event("step", step_label(step), state))
    else:
        start_kernel(prepared, lock.mark, step.number, lock.note_kernel)
        _begin_work(prepared)
        if step is prepared.steps[-1]:
            Thread(target=import_for_appendix, daemon=True).start()
        execute_step(prepared, step, parts, recorder, lock)
    prepared.keys[step.name] = key
    record_run(prepared, () if state else (step.name,))
    if state != "kept" or prepared.params.gates == "enforce":
        for line in withdraw_outdated(prepared, step):
            recorder.tell(Event("warning", detail=f"warning: {line}"))
    if not state and step.name == TOLD_AFTER and prepared.made_from.decided:
        tell_difference(prepared, recorder)
    return not state


def _taken_over(prepared: Prepared, step: Step, key: str) -> str:
    """`kept` where the run has the step with this key, whole; `carried` where another run had it; else empty."""
    if cycle.is_done(prepared.run, step, key):
        return "kept"
    source = _run_with(prepared, step, key)
    if source is None:
        return ""
    _begin_work(prepared)
    cycle.carry_over(source, prepared.run, step)
    return "carried"


def _carried_by_decision(prepared: Prepared, step: Step, parts: Parts) -> str:
    """`carried` where the run is a revision and what was decided does not reach the step; else empty."""
    decided = prepared.made_from.decided
    if decided is None or step.number >= decided.first_step:
        return ""
    from sopkit.run.revising import carried_by_decision

    _begin_work(prepared)
    changed = carried_by_decision(prepared.company, prepared.run, step, parts, decided)
    return f"carried, with what was decided in {', '.join(changed)}" if changed else "carried"


def _begin_work(prepared: Prepared) -> None:
    """Before the first change: the folder to work in and the snapshot of the inputs.

    A run that the cycle's link shows is worked on aside, so that what people read stays whole until the new one is.
    """
    if prepared.begun:
        return
    if prepared.company.shows(prepared.params.cycle, prepared.run, prepared.request.scenario):
        prepared.run = prepared.company.aside(prepared.run, [step for step in prepared.steps if step.name in prepared.keys])
    snapshot_inputs(prepared.run, prepared.made_from.files, prepared.made_from.inputs)
    if prepared.made_from.decided:
        write_decided(prepared.run.decided, prepared.made_from.decided)
    prepared.begun = True


def _complete(prepared: Prepared, recorder: Recorder) -> None:
    """All steps are done: the appendix, a last look at what the run was made from, and the merged files."""
    from sopkit.run.appendix import write_appendix

    request, params = prepared.request, prepared.params
    begin = time.perf_counter()
    write_appendix(prepared.run, prepared.steps, f"{params.title} {params.cycle}", params.language)
    params_now = _params_of(request)
    changed = changed_origins(prepared.made_from, origins(params_now, prepared.steps, _inputs(params_now), request.scenario))
    if moved := changed_since(params, prepared.made_from.inputs):
        told = f"warning: {', '.join(moved)}: other rows now than when they were received; the run shows what was received"
        recorder.tell(Event("warning", detail=told))
    if changed:
        told = f"warning: {', '.join(changed)} changed while the run went on; it shows what was there at its start, so run again"
        recorder.tell(Event("warning", detail=told))
    gates = passed_gates(params.gates, prepared.steps)
    manifest.merge(prepared.run, prepared.made_from, prepared.steps, prepared.keys, gates, [*changed, *moved])
    recorder.tell(Event("merge", detail=f"appendix, facts and manifest written in {time.perf_counter() - begin:.1f} s"))


def _inputs(params: CompanyParams) -> dict[str, Path]:
    """Every file that a run is made from, by its name in the snapshot: the sources' own, and what came from databases."""
    return input_names(input_files(params.sources, params.data_path), params.data_path) | received_files(params)


def _run_with(prepared: Prepared, step: Step, key: str) -> RunFolder | None:
    """An earlier run of the company that has the step with this key, whole."""
    for run in prepared.company.runs():
        if run.path != prepared.run.path and cycle.is_done(run, step, key):
            return run
    return None


def _readable_run(prepared: Prepared) -> RunFolder:
    """Where the tables of the steps before can be looked up: this run, or before it began the last good one."""
    good = prepared.company.good_run(prepared.params.cycle, prepared.request.scenario)
    return prepared.run if prepared.run.path.is_dir() or good is None else good


def _intended(prepared: Prepared, step: Step, parts: Parts) -> tuple[str, str]:
    key = hash_of(parts)
    if prepared.request.forces(step):
        return "would_run", "--force"
    if cycle.is_done(prepared.run, step, key) or _run_with(prepared, step, key):
        return "kept", "unchanged"
    record = read_json(_readable_run(prepared).done(step))
    if record is None or not isinstance(record.get("parts"), dict):
        return "would_run", "never finished"
    changed = changed_parts(parts, record["parts"])  # type: ignore[arg-type]
    return "would_run", f"changed: {', '.join(changed)}" if changed else "its files are not what they were"


def _out_of_date(prepared: Prepared, step: Step) -> Problem:
    hint = f"Run: {prepared.next_command()}"
    return Problem(f"step {step_label(step)}", "not up to date", "steps that are finished, up to the first one asked for", hint)


@contextmanager
def _interruptible(lock: CycleLock) -> Iterator[None]:
    """On SIGTERM, SIGINT or SIGHUP: kill all that the run started, then end it."""

    def stop(number: int, frame: FrameType | None) -> None:
        lock.kill_kernels()
        raise Interrupted(signal.Signals(number).name)

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if lock.has_kernels:  # what a cell started in a session of its own
            kill_marked(lock.mark)


def _close_kernels() -> None:
    """End the kernel that the notebooks share, if one was needed at all."""
    SharedKernel.close()


def _ending(link: Path, steps: Sequence[Step]) -> str:
    """The last words of a good run: where the cycle is, and the documents that its steps made."""
    documents = [link / name for step in steps for name in step.documents]
    return "\n".join([f"cycle complete: {link}", *(f"  {path}" for path in documents)])
