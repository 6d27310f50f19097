"""The intake alone, without a run: `sop check`, and what a run leaves when its first step refuses the inputs."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.data.contracts import INPUTS
from sopkit.data.finding_rules import OUTCOMES
from sopkit.data.sources.declaration import input_files
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.folders import is_pattern, matching_files
from sopkit.errors import DataError, InfrastructureError
from sopkit.periods import shifted
from sopkit.run import preflight
from sopkit.run.agenda_figures import check_agenda_of
from sopkit.run.cycle import CompanyFolder
from sopkit.run.decided import earlier_decisions
from sopkit.run.earlier import earlier_submission, source_terms
from sopkit.run.files import write_atomically, write_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.receiving import receive
from sopkit.run.snapshot import input_names

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.data.plausibility.earlier import Earlier
    from sopkit.data.sources.reading import Intake

SCHEMA = 1
RECEIVED = "received"  # folder of what databases answered to a check
SHOWN = 60  # groups of findings printed at most; the files that are written hold all of them
ROWS_SHOWN = 8
LEAST_TRUSTED = 8
MARKED = ("REJECT", "ASK", "REPAIR")  # outcomes for which a file is sent back
NOT_OPENED = ("unsafe_file", "too_large", "unreadable_file", "missing_file", "empty_file")  # files that are not opened a second time


def print_findings(params_file: Path, cycle: str | None) -> None:
    """Read the sources of a company; print every finding and the reach of each table, and write them below `check/<cycle>/`.

    Raises DataError with what is wrong in the declared sources, InfrastructureError where nothing can be written or a database does
    not answer. A table that is not provided is told and is no error here: only a run needs it.
    """
    params = load_params(params_file, cycle)
    folder = CompanyFolder.of(params.company).checked(params.cycle)
    preflight.check_writable(folder)
    shutil.rmtree(folder / RECEIVED, ignore_errors=True)
    fault = None
    for told in check_agenda_of(params):
        print(told)
    try:
        receive(params, folder / RECEIVED)
    except (DataError, InfrastructureError) as error:  # told behind what the other sources hold
        fault = error
    before = _states(params)
    intake = intake_of(params, params.data_path, folder / RECEIVED)
    print("\n".join(finding_lines(intake, params)))
    for name in sorted(name for name, state in _states(params).items() if before.get(name) != state):
        print(f"warning: {name} changed while it was read; check again")
    for path in write_findings(folder, intake, params, params.data_path):
        print(f"written: {path}")
    if fault:
        raise fault
    try:
        intake.raise_if_faulty()
    except DataError as error:
        raise DataError(f"{error.message}: each is told above, with its place and what to do") from None


def _states(params: CompanyParams) -> dict[str, tuple[int, int]]:
    """Size and time of change of every source file that is there."""
    files = input_names(input_files(params.sources, params.data_path), params.data_path)
    there = {name: path.stat() for name, path in files.items() if path.is_file()}
    return {name: (state.st_size, state.st_mtime_ns) for name, state in there.items()}


def intake_of(params: CompanyParams, root: Path, received: Path | None = None) -> "Intake":
    """The declared sources of a company as step 1 reads them; `root` and `received` as in `read_sources`."""
    from sopkit.data.sources.reading import read_sources

    return read_sources(
        params.sources,
        root,
        cutoff=params.cutoff,
        received=received,
        currency=params.currency,
        limits=params.plausibility,
        earlier=earlier_of(params),
        first_month=params.fiscal_year_first_month,
        planned_months=preflight.planned_months(params.steps),
    )


def earlier_of(params: CompanyParams) -> "Earlier | None":
    """The submission of the cycle before; None where that cycle was not run."""
    before = shifted(params.cycle, -1)
    company = CompanyFolder.of(params.company)
    return earlier_submission(company.link(before), before, earlier_decisions(company.path, before))


def write_findings(folder: Path, intake: "Intake", params: CompanyParams, root: Path) -> list[Path]:
    """Write all findings in three forms; returns the paths.

    findings.json for machines, findings.html to work through, and for each file with faults findings/<file>.xlsx: the file as it
    was sent with its faulty cells marked, to send back. `root` is the folder that the sources' files are read from.
    """
    from sopkit.report.findings_page import findings_page

    data, page = folder / "findings.json", folder / "findings.html"
    rows = json.loads(intake.findings.to_json(orient="records"))
    write_json(data, {"schema": SCHEMA, "company": params.company, "cycle": params.cycle, "findings": rows})
    owners = {name: source.owner for name, source in params.sources.items()}
    told = findings_page(intake.findings, title=f"{params.title} {params.cycle}", language=params.language, owners=owners)
    write_atomically(page, told.encode())
    return [data, page, *_write_workbooks(folder / "findings", intake, params, root)]


def _write_workbooks(folder: Path, intake: "Intake", params: CompanyParams, root: Path) -> list[Path]:
    from sopkit.data.sources.sent import sent_sheet
    from sopkit.report.findings_workbook import MarkedSheet, findings_workbook

    for old in folder.glob("*.xlsx") if folder.is_dir() else ():
        old.unlink()
    written = []
    for file, found in intake.findings.groupby("file", sort=True):
        dialects = _dialects(str(file), params)
        if not dialects or not (found["outcome"].isin(MARKED) & (found["row"] > 0)).any() or found["rule"].isin(NOT_OPENED).any():
            continue
        sheets = []
        for dialect, masked in dialects:
            of_sheet = found[found["sheet"].fillna("").isin(["", dialect.sheet or ""])]
            sent = sent_sheet(root / str(file), dialect, set(of_sheet["row"]))
            if sent is not None and len(of_sheet):
                sheets.append(MarkedSheet(sent, dialect.header_row, masked))
        if sheets:
            name = str(file).replace("/", "_")
            path = folder / (name if name.endswith(".xlsx") else f"{name}.xlsx")
            write_atomically(path, findings_workbook(str(file), sheets, found, cycle=params.cycle, language=params.language))
            written.append(path)
    return written


def _dialects(file: str, params: CompanyParams) -> list[tuple[Dialect, frozenset[str]]]:
    """How a file's sheets are declared, each once, with the headers whose cells are not shown."""
    found: dict[str, tuple[Dialect, frozenset[str]]] = {}
    for name, source in params.sources.items():
        for dialect in (source, *source.files.values()):
            if dialect.file is None or not (dialect.file == file or is_pattern(dialect.file) and _means(dialect.file, file, params)):
                continue
            sensitive = [column for column in INPUTS[name].columns if column.sensitive or column.name in source.sensitive]
            known = {word for column in sensitive for word in (column.name, *column.aliases, source.columns.get(column.name, column.name))}
            kept = found.get(dialect.sheet or "", (dialect, frozenset()))
            found[dialect.sheet or ""] = (kept[0], kept[1] | known | set(source.sensitive))
    return list(found.values())


def _means(pattern: str, file: str, params: CompanyParams) -> bool:
    return any(found.name == file for found in matching_files(pattern, params.data_path))


def finding_lines(intake: "Intake", params: CompanyParams) -> list[str]:
    """What was found, in lines: totals, findings of one rule in one column together, tables, how far they can be trusted."""
    findings = intake.findings
    counts = findings["outcome"].value_counts()
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if outcome in counts)
    before = earlier_of(params)
    lines = [
        f"{params.title}, cycle {params.cycle}, data to {params.cutoff}",
        f"held against the submission of {before.cycle}" if before else "no earlier submission",
        f"findings: {told or 'none'}",
    ]
    keys = ["outcome", "file", "sheet", "column", "rule"]
    order = {outcome: place for place, outcome in enumerate(OUTCOMES)}
    groups = sorted(findings.fillna("").groupby(keys, sort=False), key=lambda group: (order[group[0][0]], group[1]["finding"].iloc[0]))
    lines += [_group_line(group) for _, group in groups[:SHOWN]]
    if len(groups) > SHOWN:
        lines.append(f"… and {len(groups) - SHOWN} more kinds of findings")
    lines += [f"{name:<24} {len(frame):>9} rows" for name, frame in sorted(intake.tables.items()) if not frame.empty]
    empty = sorted(name for name, frame in intake.tables.items() if frame.empty)
    unusable = [name for name in empty if name in params.sources]
    missing = [name for name in empty if name not in params.sources]
    lines.append(f"not provided: {', '.join(missing) or 'nothing'}")
    lines += [f"declared, without a row that can be used: {', '.join(unusable)}"] if unusable else []
    return [*lines, *_trust_lines(intake, params, "data trust of the rest" if unusable else "data trust")]


def _group_line(group: "pd.DataFrame") -> str:
    first = group.iloc[0]
    rows = [str(row) for row in group["row"] if row]
    shown = ", ".join(rows[:ROWS_SHOWN]) + (f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else "")
    place = ", ".join(filter(None, (first["file"], first["sheet"], f"row {shown}" if shown else "", first["column"])))
    answer = f"; {first['answered_by']} answers: {first['answer']}" if first["answered_by"] else ""
    hint = f" ({first['hint']})" if first["hint"] else ""
    others = "" if rows else _others(group)
    return f"{first['outcome']:<7} {place}: {first['message']}{others}{answer}{hint}"


def _others(group: "pd.DataFrame") -> str:
    """What the first of several findings without rows does not say: how many others there are, and in which months."""
    others = group[group["message"] != group["message"].iloc[0]]
    if others.empty:
        return ""
    months = list(dict.fromkeys(str(period) for period in others["period"] if period))
    shown = ", ".join(months[:ROWS_SHOWN]) + (f" and {len(months) - ROWS_SHOWN} more months" if len(months) > ROWS_SHOWN else "")
    return f"; and {len(others)} more like it" + (f" ({shown})" if shown else "")


def _trust_lines(intake: "Intake", params: CompanyParams, title: str) -> list[str]:
    """The data trust in lines: the company's below that title, and each source that is not trusted fully."""
    import pandas as pd

    from sopkit.data.contracts.conform import empty
    from sopkit.data.contracts.derived_trust import ReceivedSources
    from sopkit.data.trust import data_trust, received_sources

    received = received_sources(intake.tables, intake.hashes, empty(ReceivedSources), cycle=params.cycle)
    trust: pd.DataFrame = data_trust(intake.coverage, intake.findings, received, source_terms(params), cutoff=params.cutoff)
    if trust.empty:
        return []
    weak = trust[(trust["table"] != "*") & (trust["score_share"] < 1)].sort_values(["score_share", "table"])
    company = trust.loc[trust["table"] == "*", "score_share"].iloc[0]
    rows = [
        f"  {row.table:<22} {row.score_share:>5.0%} {row.owner if isinstance(row.owner, str) else 'no owner named'}: {row.weakest}"
        for row in weak.head(LEAST_TRUSTED).itertuples()
    ]
    return [f"{title}: {company:.1%}", *rows]
