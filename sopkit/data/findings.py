"""What was found in the inputs: one log for the whole intake, and how it is told."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_demand import Findings
from sopkit.data.finding_rules import RULES, Outcome
from sopkit.errors import Problem

LISTED = 10_000  # findings of one rule in one column that get a row each; the rest is counted
SHOWN_ROWS = 5
MASK = "•••"


class Finding(NamedTuple):
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
    new_value: str = ""  # what it was read as, of a repair
    table: str = ""  # input table; the log fills it in while a table is read
    period: str = ""  # month, or `first..last`, that it is about
    rows: int = 0  # rows of the table that it concerns
    answered_by: str = ""
    answer: str = ""


@dataclass
class FindingLog:
    """Collects every finding of one intake; nothing raises before all is read."""

    found: list[Finding] = field(default_factory=list)
    _table: str = ""
    _sensitive: frozenset[str] = frozenset()  # headers whose values are not told

    @contextmanager
    def of_table(self, table: str) -> Iterator[None]:
        """What is noted inside is about this input table."""
        self._table, self._sensitive = table, frozenset()
        try:
            yield
        finally:
            self._table, self._sensitive = "", frozenset()

    def mask(self, headers: Iterable[str]) -> None:
        """Tell no values of these columns until the table ends: the rule is told, the value is not."""
        self._sensitive = frozenset(headers)

    def note(self, finding: Finding) -> None:
        """Add one finding."""
        if self._table and not finding.table:
            finding = finding._replace(table=self._table)
        if finding.column in self._sensitive:
            finding = _masked(finding)
        self.found.append(finding)

    def note_rows(self, like: Finding, rows: Sequence[int], values: Iterable[str]) -> None:
        """Add a finding like this one for each row, with the value that came; beyond LISTED rows the rest is one finding."""
        for row, value in list(zip(rows, values, strict=True))[:LISTED]:
            self.note(like._replace(row=int(row), value=str(value)))
        if len(rows) > LISTED:
            more = f"{like.message}: the same in {len(rows) - LISTED} more rows, not listed one by one"
            self.note(like._replace(message=more, rows=len(rows) - LISTED))

    @property
    def stopping(self) -> list[Finding]:
        """The findings that stop a run: what is rejected, and questions that nobody has answered."""
        return [finding for finding in self.found if finding.outcome in ("REJECT", "ASK")]

    def frame(self) -> pd.DataFrame:
        """All findings as a Findings frame, numbered in the order of reading."""
        numbers = {"finding": np.arange(1, len(self.found) + 1)}
        counts = {"row", "rows"}
        parts = zip(*self.found, strict=True) if self.found else ((),) * len(Finding._fields)
        told = dict(zip(Finding._fields, parts, strict=True))
        columns = {
            name: np.array(told[name], np.int64) if name in counts else pd.array(told[name], dtype="str")
            for name in Findings.column_names()
            if name not in numbers
        }
        return conform(pd.DataFrame(numbers | columns, copy=False), Findings)


def _masked(finding: Finding) -> Finding:
    """The finding without the value that came: its rule says what is wrong."""
    rule = RULES[finding.rule]
    told = f"a value of a sensitive column; expected is {rule.holds}"
    return finding._replace(message=told, hint=rule.do, value=MASK if finding.value else "", new_value=MASK if finding.new_value else "")


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
    holds = RULES[first.rule].holds if first.rule in RULES else "what the contract says"
    expected = f"{holds}, or an answer under `acknowledged`" if first.outcome == "ASK" else holds
    return Problem(place, first.message, expected, first.hint)
