"""The intake of a cycle: every declared source read, every finding collected, then one verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import INPUTS, NEEDED
from sopkit.data.contracts.column import Contract
from sopkit.data.contracts.conform import empty
from sopkit.data.findings import Finding, FindingLog, problems_of
from sopkit.data.plausibility.calendars import COVERED_MONTHS
from sopkit.data.plausibility.earlier import Earlier
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.sources.answers import answer_questions
from sopkit.data.sources.control import check_control
from sopkit.data.sources.conversions import converted, plausible_rates
from sopkit.data.sources.coverage import coverage
from sopkit.data.sources.declaration import DATABASES, Source, database_origin, received_name
from sopkit.data.sources.detecting import as_detected
from sopkit.data.sources.monthly_files import read_folder
from sopkit.data.sources.opened import PARAMS_ROWS, OpenedFiles
from sopkit.data.sources.queries import check_findings, query_result
from sopkit.data.sources.raw import RawTable, unreadable
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.rules import Setting, table_rules
from sopkit.data.sources.slots import file_hashes, tell_files_twice, tell_folder_files_twice
from sopkit.data.sources.table import typed_table
from sopkit.data.sources.typed_files import read_received_table
from sopkit.data.words import plain
from sopkit.errors import DataError, Problem


@dataclass(frozen=True)
class Intake:
    """All input tables of a cycle, what was found in them, and how far they reach."""

    tables: dict[str, pd.DataFrame]  # every input table; empty = not provided
    findings: pd.DataFrame  # Findings
    coverage: pd.DataFrame  # Coverage
    problems: tuple[Problem, ...] = ()  # what is wrong with what was declared, ready to print
    absent: tuple[Problem, ...] = ()  # tables without which nothing can be planned, and that nobody declared
    hashes: Mapping[str, str] = field(default_factory=dict)  # input table: hash over its files

    def raise_if_faulty(self) -> None:
        """Stop with DataError where anything declared was rejected, or a question has no answer; all problems at once."""
        self._raise(self.problems)

    def raise_if_rejected(self) -> None:
        """The same, and where a table is absent without which nothing can be planned."""
        self._raise((*self.absent, *self.problems))

    def _raise(self, problems: Sequence[Problem]) -> None:
        if problems:
            counts = self.findings["outcome"].value_counts()
            told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("REJECT", "ASK", "REPAIR", "ACCEPT") if outcome in counts)
            raise DataError(f"the input data cannot be used ({told or 'nothing was found in what is declared'})", problems)


def read_sources(
    sources: Mapping[str, Source],
    root: Path,
    *,
    cutoff: str,
    received: Path | None = None,
    currency: str = "",
    limits: PlausibilityLimits | None = None,
    earlier: Earlier | None = None,
    first_month: int | None = None,
    planned_months: int = COVERED_MONTHS,
) -> Intake:
    """Every declared source read, checked and typed, in one pass that collects all findings.

    Args:
        sources: input table: how it is read.
        root: folder that the sources' file names start from.
        cutoff: last closed period; what a table tells about later is left out and counted.
        received: folder of what came from databases; `databases` in the root where it is not given, as in a run's snapshot.
        currency: the company's, which exchange rates are given in.
        limits: how far from the usual a figure may lie before somebody is asked.
        earlier: the submission of the cycle before; None = there is none.
        first_month: month the fiscal year starts in, 1..12, which a calendar is held against; None = not known.
        planned_months: months that will be planned, M0 first: those that resources must have hours in.

    Returns:
        Intake. Nothing is raised for bad data: `raise_if_rejected` does that.

    Raises:
        DataError: where a source is declared for a table that does not exist.
    """
    _refuse_unknown_tables(sources)
    log = FindingLog()
    opened = OpenedFiles(root, log)
    read: dict[str, ReadTable] = {}
    hashes = file_hashes(sources, root)
    names = sorted(sources, key=list(INPUTS).index)
    for place, name in enumerate(names, start=1):
        source = sources[name]
        later = {file for other in names[place:] for file in sources[other].file_names}
        with log.of_table(name):
            source = as_detected(source, root, log)
            if source.is_folder:
                read[name] = read_folder(opened, root, INPUTS[name], source, log, cutoff=cutoff)
            elif source.connection is not None:
                raw = read_received_table((received or root / DATABASES) / received_name(name, source), database_origin(source, name), log)
                read[name] = typed_table(raw, name, INPUTS[name], source, log)
            else:
                read[name] = typed_table(opened.released(raw_table(source, opened, cutoff, log), later), name, INPUTS[name], source, log)
            check_control(read[name], source, root, log)
    tell_files_twice(sources, hashes, earlier, log)
    tell_folder_files_twice(sources, root, log)
    _convert(read, sources, log)
    absent = [_absent(name, log) for name in NEEDED if name not in sources]
    setting = Setting(cutoff, currency, limits or PlausibilityLimits(), earlier, hashes, first_month, planned_months)
    frames = table_rules(read, sources, log, setting)
    tables = {name: _as_handed_on(frames[name], contract) if name in frames else empty(contract) for name, contract in INPUTS.items()}
    answer_questions(log, sources, {name: table.headers for name, table in read.items()})
    return Intake(tables, log.frame(), coverage(tables, sources), tuple(problems_of(log.stopping)), tuple(absent), hashes)


def _as_handed_on(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    return frame if contract.many_rows else plain(frame)


def _convert(read: dict[str, ReadTable], sources: Mapping[str, Source], log: FindingLog) -> None:
    """Put every measure that comes in several units or currencies into its one, in place; rates must be plausible first."""
    rates = None
    if "exchange_rates" in read:
        with log.of_table("exchange_rates"):
            read["exchange_rates"] = plausible_rates(read["exchange_rates"], log)
        rates = read["exchange_rates"].frame
    for name, source in sources.items():
        if source.convert:
            with log.of_table(name):
                read[name] = converted(read[name], INPUTS[name], source, rates, log)


def _absent(name: str, log: FindingLog) -> Problem:
    """A needed table that nobody declared: told here, and a stop only for who wants to plan."""
    told = f"no source is declared for {name}: {INPUTS[name].grain}"
    hint = f"declare sources.{name}"
    log.note(Finding("params", "missing_table", f"{told}; without it nothing can be planned", "ACCEPT", hint))
    return Problem("params", told, "a source", hint)


def _refuse_unknown_tables(sources: Mapping[str, Source]) -> None:
    unknown = [name for name in sources if name not in INPUTS]
    if unknown:
        problems = [Problem(f"sources.{name}", "no such input table", f"one of {', '.join(INPUTS)}") for name in unknown]
        raise DataError("sources are declared for tables that do not exist", problems)


def raw_table(source: Source, opened: OpenedFiles, cutoff: str, log: FindingLog) -> RawTable:
    """What a source declares, as it came; what a person must answer about its files is asked."""
    for question in (question for dialect in (source, *source.files.values()) for question in opened.questions(dialect)):
        log.note(question)
    if source.sql is None:
        return opened.table(source)
    views = {name: opened.view(file, cutoff=cutoff) for name, file in source.files.items()}
    origin = f"query over {', '.join(dict.fromkeys(file.file or PARAMS_ROWS for file in source.files.values()))}"
    readable = {name: view for name, view in views.items() if view is not None}
    if len(readable) < len(views):
        return unreadable(origin)  # the file is told already
    for finding in check_findings(source, readable, cutoff) if source.checks else ():
        log.note(finding)
    return query_result(source.sql, readable, origin, cutoff, log)
