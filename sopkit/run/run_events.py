"""What a run tells the ledger: the cycle opened, inputs received, steps finished; and what people wrote down in what it received.

An unchanged cycle tells nothing and opens nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.run.keys import hash_of
from sopkit.run.request import Prepared

if TYPE_CHECKING:
    from sopkit.records.ledger import NewEvent

RECEIVING = "data_collection"  # the step that reads what people wrote down
WRITTEN = {"overrides": "override", "assumptions": "assumption", "actions": "task"}  # table: kind of event; its first column is the id


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
    if RECEIVING in executed and scenario == "base":
        events += written_events(prepared.run.path / "tables", cycle)
    for name in executed:
        body = {"step": name, "run_id": prepared.run.run_id, "key": prepared.keys[name], "scenario": scenario}
        events.append(
            NewEvent(f"step_finished:{cycle}:{prepared.run.run_id}:{name}:{prepared.keys[name]}", "step_finished", cycle, "", body)
        )
    return events


def written_events(tables: Path, cycle: str) -> "Iterator[NewEvent]":
    """Overrides, assumptions and open actions as a cycle received them, each an event of its owner; the same row again is the same event.

    Args:
        tables: folder of the tables that step 1 wrote.
        cycle: M0.
    """
    from sopkit.records.ledger import NewEvent

    for table, kind in WRITTEN.items():
        path = tables / f"{table}.parquet"
        if not path.is_file():
            continue
        import pyarrow.parquet as parquet

        for row in parquet.ParquetFile(path).read().to_pylist():
            if table == "actions" and row.get("status") == "done":
                continue
            body = {
                "received_in": table,
                **{name: _told(value) for name, value in row.items() if value is not None and value == value and name != "owner"},
            }
            who = str(row.get("owner") or "")
            yield NewEvent(f"{kind}:{cycle}:{next(iter(row.values()))}:{hash_of([who, body])[:16]}", kind, cycle, who, body)


def _told(value: object) -> object:
    """A cell as the record keeps it: numbers as decimal text, days as ISO text."""
    return value.isoformat()[:10] if isinstance(value, date) else repr(value) if isinstance(value, float) else value
