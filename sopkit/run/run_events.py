"""What a run tells the ledger: the cycle opened, inputs received, steps finished. An unchanged cycle tells nothing and opens nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sopkit.run.keys import hash_of
from sopkit.run.request import Prepared

if TYPE_CHECKING:
    from sopkit.records.ledger import NewEvent


def record_run(prepared: Prepared, executed: Sequence[str]) -> None:
    """Record what a run did, each thing once: the same request again is the same event."""
    if not executed:
        return
    from sopkit.records.ledger import Ledger

    Ledger.open(prepared.company.ledger_file).append(run_events(prepared, executed))


def run_events(prepared: Prepared, executed: Sequence[str]) -> "list[NewEvent]":
    """The events of a run that executed these steps."""
    from sopkit.records.ledger import NewEvent

    cycle, scenario = prepared.params.cycle, prepared.request.scenario
    inputs = dict(prepared.made_from.inputs)
    received = {"files": len(inputs), "inputs": hash_of(inputs), "scenario": scenario}
    events = [
        NewEvent(f"cycle_opened:{cycle}", "cycle_opened", cycle, "", {}),
        NewEvent(f"inputs_received:{cycle}:{scenario}:{received['inputs']}", "inputs_received", cycle, "", received),
    ]
    for name in executed:
        body = {"step": name, "run_id": prepared.run.run_id, "key": prepared.keys[name], "scenario": scenario}
        events.append(
            NewEvent(f"step_finished:{cycle}:{prepared.run.run_id}:{name}:{prepared.keys[name]}", "step_finished", cycle, "", body)
        )
    return events
