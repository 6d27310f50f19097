"""Tables of the cycle before: the last plan as it was published, where it was; all else of its last good run."""

from pathlib import Path

from sopkit.periods import shifted
from sopkit.run.cycle import CompanyFolder

PUBLISHED_TABLES = "analysts/tables"  # below a published version
LAST_PLAN = ("supply_plan", "consensus_demand", "demand_fulfilment")


def previous_table(company: CompanyFolder, cycle: str, table: str) -> Path | None:
    """The file of a table of the cycle before `cycle`; None where there is none."""
    before = shifted(cycle, -1)
    version = _published(company, before) if table in LAST_PLAN else None
    folders = [version / PUBLISHED_TABLES] if version else []
    folders.append(company.link(before) / "tables")
    return next((folder / f"{table}.parquet" for folder in folders if (folder / f"{table}.parquet").exists()), None)


def last_plan_told(company: CompanyFolder, cycle: str) -> str:
    """Which plan of the cycle before is the last plan, in a sentence."""
    before = shifted(cycle, -1)
    version = _published(company, before)
    if version is not None:
        return f"The last plan is that of {before} as published, {version.name}."
    if previous_table(company, cycle, "supply_plan") is None:
        return f"There is no last plan: {before} was not run."
    return f"The last plan is that of the last run of {before}: it was not published."


def _published(company: CompanyFolder, cycle: str) -> Path | None:
    """The last published version of a cycle."""
    link = company.published / cycle / "latest"
    return link.resolve() if link.is_dir() else None
