"""What was found in the inputs: one log for the whole intake, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_demand import Findings
from sopkit.errors import Problem

Outcome = Literal["REJECT", "REPAIR", "ASK", "ACCEPT"]
LISTED = 10_000  # findings of one rule in one column that get a row each; the rest is counted
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Finding:
    """One finding: where it is, what came, which rule it breaks, what to do, what became of it."""

    file: str
    rule: str
    message: str
    outcome: Outcome
    hint: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    cell: str = ""
    value: str = ""


@dataclass
class FindingLog:
    """Collects every finding of one intake; nothing raises before all is read."""

    found: list[Finding] = field(default_factory=list)

    def note(self, finding: Finding) -> None:
        """Add one finding."""
        self.found.append(finding)

    def note_rows(self, like: Finding, rows: Sequence[int], values: Iterable[str], cells: Iterable[str] = ()) -> None:
        """Add a finding like this one for each row, with the value that came; beyond LISTED rows the rest is one finding."""
        cells = list(cells) or [""] * len(rows)
        for row, value, cell in list(zip(rows, values, cells, strict=True))[:LISTED]:
            self.found.append(_at(like, int(row), str(value), cell))
        if len(rows) > LISTED:
            more = f"{like.message}: the same in {len(rows) - LISTED} more rows, not listed one by one"
            self.found.append(_at(like, 0, "", "", more))

    @property
    def stopping(self) -> list[Finding]:
        """The findings that stop a run: what is rejected, and questions that nobody has answered."""
        return [finding for finding in self.found if finding.outcome in ("REJECT", "ASK")]

    def frame(self) -> pd.DataFrame:
        """All findings as a Findings frame, numbered in the order of reading."""
        rows = [vars(finding) | {"finding": number} for number, finding in enumerate(self.found, start=1)]
        return conform(pd.DataFrame(rows, columns=Findings.column_names()).astype({"finding": "int64", "row": "int64"}), Findings)


def _at(like: Finding, row: int, value: str, cell: str, message: str = "") -> Finding:
    return Finding(
        file=like.file,
        rule=like.rule,
        message=message or like.message,
        outcome=like.outcome,
        hint=like.hint,
        sheet=like.sheet,
        row=row,
        column=like.column,
        cell=cell,
        value=value,
    )


def problems_of(findings: Iterable[Finding], most: int = 20) -> list[Problem]:
    """The findings as problems to print: the same rule in the same column told once with its first rows, at most `most`.

    Args:
        findings: findings that stop the run, in the order of reading.
        most: problems to list; what is beyond is counted in a last one.

    Returns:
        One Problem per file, sheet, column and rule.
    """
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.file, finding.sheet, finding.column, finding.rule), []).append(finding)
    problems = [_problem_of(group) for group in groups.values()]
    if len(problems) > most:
        rest = len(problems) - most
        problems = [*problems[:most], Problem("and more", f"{rest} further problems", "none", "All are in findings.json of the run")]
    return problems


def _problem_of(group: list[Finding]) -> Problem:
    first = group[0]
    rows = [finding.row for finding in group if finding.row]
    shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS]) + (f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else "")
    place = ", ".join(
        part
        for part in (
            first.file,
            f"sheet {first.sheet}" if first.sheet else "",
            f"row{'s' if len(rows) > 1 else ''} {shown}" if rows else "",
            f"column {first.column}" if first.column else "",
            f"cell {first.cell}" if first.cell else "",
        )
        if part
    )
    expected = (
        "an answer under `acknowledged`, or a mended file" if first.outcome == "ASK" else EXPECTED.get(first.rule, "what the contract says")
    )
    return Problem(place, first.message, expected, first.hint)


EXPECTED = {
    "missing_file": "a file there",
    "empty_file": "a file with a header and rows",
    "no_rows": "at least one row under the header",
    "encoding": "text in the declared encoding",
    "missing_column": "the column, by its name or an alias",
    "unknown_column": "only columns of the contract",
    "duplicate_header": "each header once",
    "short_row": "as many cells as the header has",
    "long_row": "as many cells as the header has",
    "stray_quote": "quotes that open and close around a cell",
    "not_a_number": "a number in the declared dialect",
    "other_dialect": "a number in the declared dialect",
    "not_a_date": "a date in the declared format",
    "other_date_format": "a date in the declared format",
    "impossible_date": "a day of the calendar",
    "empty_cell": "a value in every row",
    "duplicate_key": "each key once",
    "unknown_code": "codes that the other table has",
    "spreadsheet_error": "a value",
}
