"""The submission of the cycle before, and how this one's sources are declared: what step 1 and `sop check` hold inputs against."""

from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.run.params import CompanyParams
from sopkit.run.process import working_days

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.data.plausibility.earlier import Earlier
    from sopkit.meeting.carried import Entries

RECEIVED = "received_sources"


def earlier_submission(previous: Path, cycle: str, recorded: "Entries") -> "Earlier | None":
    """The inputs of the cycle before, from the folder of its run, as they were written then; None where it was not run.

    Older runs may lack columns that a contract has today: only columns that both have are compared. Decisions that the ledger put into
    the register were not submitted: whoever keeps it does not send fewer rows by leaving them out.

    Args:
        previous: folder of the run of the cycle before.
        cycle: that cycle.
        recorded: answers of the cycles before it, which its register of decisions holds beside what was sent.
    """
    import pandas as pd

    from sopkit.data.contracts import INPUTS
    from sopkit.data.plausibility.earlier import Earlier
    from sopkit.meeting.carried import recorded_name

    folder = previous / "tables"
    if not folder.is_dir():
        return None
    tables = {name: _columns(folder / f"{name}.parquet", contract.column_names()) for name, contract in INPUTS.items()}
    register = tables["decisions"]
    if register is not None:
        tables["decisions"] = register[~register["decision"].isin([recorded_name(entry) for entry in recorded])]
    received = folder / f"{RECEIVED}.parquet"
    hashes = pd.read_parquet(received).set_index("table")["content_hash"].to_dict() if received.exists() else {}
    return Earlier(cycle, {name: frame for name, frame in tables.items() if frame is not None}, hashes)


def _columns(path: Path, names: list[str]) -> "pd.DataFrame | None":
    import pandas as pd

    if not path.exists():
        return None
    frame = pd.read_parquet(path)
    return frame[[name for name in names if name in frame]]


def source_terms(params: CompanyParams) -> "pd.DataFrame":
    """How each source is declared: table, owner, frequency, due_date (by the working days of the cycle's month), one row per source."""
    import pandas as pd

    days = working_days(params.cycle, params.country)
    rows = [
        {
            "table": name,
            "owner": source.owner,
            "frequency": source.frequency or "",
            "due_date": days[source.due_working_day - 1] if source.due_working_day and 0 < source.due_working_day <= len(days) else None,
        }
        for name, source in params.sources.items()
    ]
    return pd.DataFrame(rows, columns=["table", "owner", "frequency", "due_date"])
