"""What was submitted for the cycle before, as this one is held against it."""

from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.plausibility.earlier import against_earlier
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.run.earlier import earlier_submission


def register(*names: str) -> pd.DataFrame:
    given = {"decision": names, "made_in": "2026-01", "statement": "x", "owner": "head_of_sales", "status": "open"}
    return pd.DataFrame(given).reindex(columns=CONTRACTS["decisions"].column_names())


def test_decisions_that_the_record_put_into_the_register_were_not_submitted(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    register("B-1", "B-2", "2026-02-D1").to_parquet(tmp_path / "tables" / "decisions.parquet")
    recorded = [{"decision": "D1", "made_in": "2026-02", "answer": "B"}]
    found = {}
    for kept, entries in (("with", recorded), ("without", [])):
        earlier = earlier_submission(tmp_path, "2026-03", entries)
        assert earlier is not None
        found[kept] = against_earlier("decisions", register("B-1", "B-2"), earlier, PlausibilityLimits())
    assert found["with"] == [] and [oddity.rule for oddity in found["without"]] == ["fewer_rows"]
    earlier = earlier_submission(tmp_path, "2026-03", recorded)
    assert earlier is not None and against_earlier("decisions", register("B-1"), earlier, PlausibilityLimits()) != []
