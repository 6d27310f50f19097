"""The intake of a cycle: every declared source read, every finding collected, then one verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import INPUTS, NEEDED, Contract
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.findings import Finding, FindingLog, problems_of
from sopkit.data.sources.coverage import coverage
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.opened import PARAMS_ROWS, OpenedFiles
from sopkit.data.sources.queries import query_result
from sopkit.data.sources.raw import RawTable, unreadable
from sopkit.data.sources.rules import table_rules
from sopkit.data.sources.table import ReadTable, typed_table
from sopkit.errors import DataError, Problem


@dataclass(frozen=True)
class Intake:
    """All input tables of a cycle, what was found in them, and how far they reach."""

    tables: dict[str, pd.DataFrame]  # every input table; empty = not provided
    findings: pd.DataFrame  # Findings
    coverage: pd.DataFrame  # Coverage
    problems: tuple[Problem, ...] = ()  # what stops the run, ready to print

    def raise_if_rejected(self) -> None:
        """Stop with DataError where anything was rejected, or a question has no answer; all problems at once."""
        if self.problems:
            counts = self.findings["outcome"].value_counts()
            told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("REJECT", "ASK", "REPAIR", "ACCEPT") if outcome in counts)
            raise DataError(f"the input data cannot be used ({told})", self.problems)


def read_sources(sources: Mapping[str, Source], root: Path, *, cutoff: str) -> Intake:
    """Every declared source read, checked and typed, in one pass that collects all findings.

    Args:
        sources: input table: how it is read.
        root: folder that the sources' file names start from.
        cutoff: last closed period; what a table tells about later is left out and counted.

    Returns:
        Intake. Nothing is raised for bad data: `raise_if_rejected` does that.

    Raises:
        DataError: where a source is declared for a table that does not exist.
    """
    _refuse_unknown_tables(sources)
    log = FindingLog()
    opened = OpenedFiles(root, log)
    read: dict[str, ReadTable] = {}
    for name in sorted(sources, key=list(INPUTS).index):
        source = sources[name]
        raw = _raw_table(source, opened, cutoff, log)
        read[name] = typed_table(raw, name, INPUTS[name], source, log)
    for name in NEEDED:
        if name not in sources:
            told = f"no source is declared for {name}: {INPUTS[name].grain}"
            log.note(Finding("params", "missing_table", told, "REJECT", f"declare sources.{name}"))
    frames = table_rules(read, sources, log, cutoff=cutoff)
    tables = {name: _conformed(frames.get(name), contract, log) for name, contract in INPUTS.items()}
    return Intake(tables, log.frame(), coverage(tables, sources), tuple(problems_of(log.stopping)))


def _refuse_unknown_tables(sources: Mapping[str, Source]) -> None:
    unknown = [name for name in sources if name not in INPUTS]
    if unknown:
        problems = [Problem(f"sources.{name}", "no such input table", f"one of {', '.join(INPUTS)}") for name in unknown]
        raise DataError("sources are declared for tables that do not exist", problems)


def _raw_table(source: Source, opened: OpenedFiles, cutoff: str, log: FindingLog) -> RawTable:
    """What a source declares, as it came."""
    if source.sql is None:
        return opened.table(source)
    views = {name: opened.view(file) for name, file in source.files.items()}
    origin = f"query over {', '.join(dict.fromkeys(file.file or PARAMS_ROWS for file in source.files.values()))}"
    readable = {name: view for name, view in views.items() if view is not None}
    if len(readable) < len(views):
        return unreadable(origin)  # the file is told already
    return query_result(source.sql, readable, origin, cutoff, log)


def _conformed(frame: pd.DataFrame | None, contract: type[Contract], log: FindingLog) -> pd.DataFrame:
    """The clean rows as the contract promises them: the contract's own check, once more, behind the reader's."""
    if frame is None:
        return empty(contract)
    try:
        return conform(frame, contract)
    except DataError as error:
        for problem in error.problems:
            log.note(Finding(contract.name, "contract", f"{problem.where}: {problem.came}", "REJECT", f"expected {problem.expected}"))
        return empty(contract)
