"""What a run tells of what was decided: which revision it makes, and what that changes as soon as it is planned."""

from sopkit.run.decided import decided_file, read_decided
from sopkit.run.output import Event
from sopkit.run.record import Recorder
from sopkit.run.request import Prepared


def tell_decided(prepared: Prepared, recorder: Recorder) -> None:
    """Say what the preflight warns of, and which revision the run makes; or that what was decided was decided on another run."""
    for told in prepared.warnings:
        recorder.tell(Event("warning", detail=told))
    decided = prepared.made_from.decided
    if decided is not None:
        answers = ", ".join(f"{entry['decision']}={entry['answer']}" for entry in decided.answers)
        recorder.tell(Event("run", detail=f"revision {decided.label}: {answers}, decided on run {decided.base_run}"))
        return
    stale = read_decided(decided_file(prepared.company.path, prepared.params.cycle))
    if stale is not None and prepared.request.scenario == "base":
        told = f"revision {stale.label} was decided on run {stale.base_run}; what the run is made from has changed since: decide again"
        recorder.tell(Event("warning", detail=f"warning: {told}"))


def tell_difference(prepared: Prepared, recorder: Recorder) -> None:
    """What deciding changes, as soon as it is planned: the packs come after it."""
    from sopkit.run.deciding import revision_lines

    recorder.tell(Event("run", detail="\n".join(revision_lines(prepared.run))))
