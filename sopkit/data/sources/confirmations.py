"""Answer forms that came back from suppliers and regions: what of the published plan each confirms, read as strictly as any other input.

The sheet `identity`, which nobody sees, says whose form it is and for which version; a digest over it and over what was asked tells
whether the form still asks what was sent. Rows may be sorted; what was asked may not be changed, taken out or added to.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from sopkit.data.contracts.column import text, units
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.cells import parsed_cells
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.forms import GRAMMARS, IDENTITY, listed, own_sheet
from sopkit.data.sources.raw import RawTable
from sopkit.data.sources.workbooks import read_workbook

SCHEMA = 1
KEYS = ("schema", "company", "cycle", "version", "kind", "reader", "language", "sheet", "columns", "digest")
ADDED = 3  # columns behind what names a line: asked, confirmed, note
CONFIRMED, NOTE = units("confirmed", "what is confirmed of it"), text("note", "why less, or when instead").optional()
AGAIN = "fill in a fresh copy of the form that was sent"


@dataclass(frozen=True)
class Confirmed:
    """One form that came back whole."""

    kind: str  # suppliers, regions
    reader: str
    version: int  # of the plan that it answers
    rows: pd.DataFrame  # subject, period, asked, confirmed (NaN = not answered), note; one row per line that was asked


def digest_of(identity: dict[str, str], lines: Sequence[tuple[Sequence[str], float]]) -> str:
    """The digest of a form: over its identity, the digest itself left out, and over every line and what is asked, in any order."""
    told = {key: identity[key] for key in KEYS if key != "digest"}
    rows = sorted([*map(str, names), f"{asked:.3f}"] for names, asked in lines)
    return sha256(json.dumps([told, rows], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read_confirmed(path: Path, log: FindingLog, *, company: str, cycle: str) -> Confirmed | None:
    """What one form confirms.

    Args:
        path: the workbook.
        log: takes every finding: no form, another company's or cycle's, a form that was changed, cells that cannot be read, numbers
            below zero.
        company, cycle: whose forms are received, and which plan they answer.

    Returns:
        Confirmed; None where the form cannot be used at all. Cells with a fault count as not answered, and are rejected in the log.
    """
    identity = _identity(path, log)
    if identity is None:
        return None
    table = read_workbook(path, Dialect(file=path.name, sheet=identity["sheet"]), log)
    names = identity["columns"].split(",")
    if table.broken or not _is_ours(path, identity, log, company, cycle):
        return None
    if len(table.cells) < len(names) + ADDED:
        log.note(Finding(path.name, "changed_form", "a column of the form is missing", "REJECT", AGAIN, sheet=table.sheet, row=1))
        return None
    lines = _lines(table, len(names))
    if lines is None or digest_of(identity, lines) != identity["digest"]:
        told = "what was asked was changed after it was sent: a line or its number is another one, missing or added"
        log.note(Finding(path.name, "changed_form", told, "REJECT", AGAIN, sheet=table.sheet))
        return None
    return Confirmed(
        identity["kind"], identity["reader"], int(identity["version"]), _answered(table, names, lines, identity["language"], log)
    )


def _identity(path: Path, log: FindingLog) -> dict[str, str] | None:
    table = own_sheet(path, IDENTITY, log)
    if table is None:
        return None
    keys, values = (listed(table, position) for position in (0, 1)) if len(table.cells) > 1 else ([], [])
    told = {str(key): str(value) for key, value in zip(keys, values, strict=True)}
    if set(KEYS) <= set(told) and told["language"] in GRAMMARS and told["version"].isdigit():
        return told
    log.note(Finding(path.name, "changed_form", "the form does not say whose it is, or it is one of another kind", "REJECT", AGAIN))
    return None


def _is_ours(path: Path, identity: dict[str, str], log: FindingLog, company: str, cycle: str) -> bool:
    wrong = [
        (identity["schema"] != str(SCHEMA), f"a form of version {identity['schema']}, not {SCHEMA}"),
        (identity["company"] != company, f"a form of company {identity['company']}, not {company}"),
        (identity["cycle"] != cycle, f"a form of cycle {identity['cycle']}, not {cycle}"),
    ]
    for is_wrong, told in wrong:
        if is_wrong:
            log.note(Finding(path.name, "other_form", told, "REJECT", "answer the form of this cycle's published plan"))
    return not any(is_wrong for is_wrong, _ in wrong)


def _lines(table: RawTable, width: int) -> list[tuple[list[str], float]] | None:
    """What names each line, and what was asked of it; None where that is no number any more."""
    columns = [listed(table, place) for place in range(width + 1)]
    asked = pd.to_numeric(pd.Series(columns[-1], dtype=object), errors="coerce")
    if asked.isna().any():
        return None
    return [([str(name) for name in names], float(number)) for *names, number in zip(*columns[:-1], asked, strict=True)]


def _answered(table: RawTable, names: Sequence[str], lines: list[tuple[list[str], float]], language: str, log: FindingLog) -> pd.DataFrame:
    place = len(names) + 1
    confirmed = parsed_cells(table.cells[place], "number", GRAMMARS[language], (), CONFIRMED)
    confirmed.tell(table, table.header[place], log)
    values = [
        float("nan") if nothing else float(value) for value, nothing in zip(confirmed.values.tolist(), confirmed.nothing, strict=True)
    ]
    month = names.index("period")
    rows = [(", ".join(name for at, name in enumerate(line) if at != month and name), line[month], asked) for line, asked in lines]
    frame = pd.DataFrame(rows, columns=["subject", "period", "asked"])
    frame = frame.assign(confirmed=[values[code] for code in confirmed.cells.codes], note=[str(note) for note in listed(table, place + 1)])
    return frame.sort_values(["subject", "period"], ignore_index=True)
