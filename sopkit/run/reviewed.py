"""What was said of misses in earlier cycles, as the runner and step 1 read it: written out from the ledger, so that no database is needed.

`reports/<company>/reviewed/<cycle>.json`. No pandas here.
"""

from pathlib import Path

from sopkit.errors import IntegrityError, Problem
from sopkit.run.files import read_json, write_json

SCHEMA = 1
Entry = dict[str, object]  # made_in, measure, subject, period, cause, why, who


def write_reviewed(company: Path, cycle: str, said: list[dict[str, str]]) -> None:
    """Keep what was said in a cycle in a file, whole or not at all."""
    write_json(_file(company, cycle), {"schema": SCHEMA, "cycle": cycle, "said": said})


def earlier_reviews(company: Path, cycle: str) -> list[Entry]:
    """What was said in all earlier cycles, in order; raises IntegrityError where a file cannot be read."""
    return [entry for path in sorted((company / "reviewed").glob("*.json")) if path.stem < cycle for entry in _read(path)]


def _read(path: Path) -> list[Entry]:
    told = read_json(path)
    said = told.get("said") if told and told.get("schema") == SCHEMA else None
    if not isinstance(said, list):
        hint = "Remove it and run sop review again: the ledger holds what was said."
        raise IntegrityError("what was said of misses cannot be read", [Problem(str(path), "not JSON of ours", f"schema {SCHEMA}", hint)])
    return [dict(entry) for entry in said]


def _file(company: Path, cycle: str) -> Path:
    return company / "reviewed" / f"{cycle}.json"
