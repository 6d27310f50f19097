"""The plan that people know when a new one is made, and what the new one does against it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.periods import shifted
from sopkit.records.publications import Publication, holding
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json, write_json
from sopkit.run.last_plan import PUBLISHED_TABLES
from sopkit.run.publishing.versions import Published

if TYPE_CHECKING:
    import pandas as pd


def plan_before(company: CompanyFolder, cycle: str, found: Sequence[Publication]) -> tuple[Path | None, str]:
    """The final version of this cycle, else the last plan of the cycle before: the folder of its tables and its name.

    Args:
        company: its folder.
        cycle: of the plan that is set beside it.
        found: all that the record says was published.
    """
    for other in (cycle, shifted(cycle, -1)):
        known = holding([one for one in found if one.status == "FINAL" or other != cycle], other)
        if known is not None:
            folder = Published(company.published).folder(other, known.version) / PUBLISHED_TABLES
            if folder.is_dir():
                return folder, f"{other} {known.name}"
    before = company.previous_run(cycle)
    return (before.path / "tables", f"{shifted(cycle, -1)} run {before.run_id}") if before else (None, "")


def run_beside_plan_before(
    company: CompanyFolder, cycle: str, run: RunFolder, found: Sequence[Publication]
) -> tuple[str, list[Mapping[str, object]]]:
    """A run that is not published beside the plan before: the name of that plan, rows of PlanDifferences.

    Both are immutable: what was worked out once is kept in `compared/<run id>.json`.
    """
    before, name = plan_before(company, cycle, found)
    if before is None or not (run.path / "tables" / "consensus_demand.parquet").is_file():
        return "", []
    path = company.path / "compared" / f"{run.run_id}.json"
    kept = read_json(path) or {}
    if kept.get("against") != name or not isinstance(kept.get("rows"), list):
        from sopkit.meeting.comparison import plan_differences
        from sopkit.run.publishing.sources import plan_tables

        kept = {"against": name, "rows": rows_of(plan_differences(plan_tables(run.path / "tables"), plan_tables(before)))}
        write_json(path, kept)
    return name, list(kept["rows"])  # type: ignore[call-overload]


def rows_of(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """The rows of a table as they are written in JSON: what is not known is null."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
