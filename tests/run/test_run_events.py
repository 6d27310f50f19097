"""What people wrote down in what a cycle received, as events of their owners: each row once, told as text."""

from datetime import date
from pathlib import Path

import pandas as pd

from sopkit.records.ledger import Ledger
from sopkit.run.run_events import written_events


def test_overrides_assumptions_and_open_actions_are_recorded_once(tmp_path: Path) -> None:
    pd.DataFrame({"override": ["J1"], "owner": ["head_of_sales"], "value": [600.0], "evidence": [None]}).to_parquet(
        tmp_path / "overrides.parquet"
    )
    actions = {"action": ["T1", "T2"], "owner": ["head_of_hr", "sop_lead"], "due_date": [date(2026, 3, 20)] * 2, "status": ["late", "done"]}
    pd.DataFrame(actions).to_parquet(tmp_path / "actions.parquet")
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    for _ in range(2):  # the same rows again are the same events
        events = ledger.append(list(written_events(tmp_path, "2026-03")))
    assert [(event.kind, event.who) for event in ledger.events()] == [("override", "head_of_sales"), ("task", "head_of_hr")]
    assert events[0].body == {"received_in": "overrides", "override": "J1", "value": "600.0"}
    assert events[1].body["due_date"] == "2026-03-20" and ledger.verify() == 2
    pd.DataFrame({"override": ["J1"], "owner": ["head_of_sales"], "value": [700.0]}).to_parquet(tmp_path / "overrides.parquet")
    ledger.append(list(written_events(tmp_path, "2026-03")))
    assert len(ledger.events(kind="override")) == 2  # another value is another event; the first stays


def test_a_company_without_registers_records_nothing(tmp_path: Path) -> None:
    assert list(written_events(tmp_path, "2026-03")) == []
