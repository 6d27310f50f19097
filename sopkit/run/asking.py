"""`sop ask` and `sop receive`: the demand review by workbook. Nobody in sales edits YAML."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import DataError, ParamsError, Problem
from sopkit.run.beside import Beside
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import write_atomically, write_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import working_days
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.data.findings import FindingLog
    from sopkit.data.sources.forms import Answers

SCHEMA = 1
NEEDED = ("items", "demand_history", "statistical_forecast", "consensus_demand", "demand_range", "overrides")
USEFUL = ("budget", "opportunities", "forecast_snapshots", "bill_of_resources")
ASKED = "asked"  # folder of the forms, below the reports of the company


@dataclass(frozen=True)
class Received:
    """What came of the people who were asked."""

    answers: Mapping[str, "Answers"]  # by owner
    awaited: tuple[str, ...]  # not here, and not due yet
    standing: tuple[str, ...]  # not here at the deadline: their last consensus stands


def ask(params_file: Path, cycle: str | None, folder: Path | None) -> list[str]:
    """Write one prefilled workbook per owner that the params ask; returns what was written, as lines.

    Raises ParamsError where nobody is asked, or step 2 has not run in this cycle.
    """
    from sopkit.demand.asking.form import Form, form_numbers, open_opportunities, recorded_history
    from sopkit.demand.asking.mirror import mirror
    from sopkit.demand.asking.worth import worth_of_units
    from sopkit.report.asked_workbook import Addressed, asked_workbook
    from sopkit.report.language import language_of

    params = load_params(params_file, cycle)
    _check_asked(params)
    tables = _tables(params)
    folder = folder or CompanyFolder.of(params.company).path / ASKED / params.cycle
    codes = _reason_codes(params)
    lines = []
    for owner, asked in params.asked.items():
        numbers = form_numbers(tables, asked, params.demand, owner=owner, cycle=params.cycle)
        if numbers.empty:
            came = f"no demand in what {owner} is asked about"
            raise ParamsError(
                "an owner cannot be asked", [Problem(f"{params_file}, asked.{owner}", came, "families, regions and channels of the plan")]
            )
        form = Form(
            tuple(sorted(set(numbers["period"]))),
            numbers,
            recorded_history(tables, asked, cutoff=params.cutoff),
            open_opportunities(tables, asked),
            mirror(tables["forecast_snapshots"], tables["demand_history"], tables["items"], asked, cutoff=params.cutoff),
            worth_of_units(tables, asked, cycle=params.cycle),
        )
        to = Addressed(params.company, params.title, params.cycle, owner, asked.function, _due(params, owner), codes)
        path = folder / f"{params.cycle} {owner}.xlsx"
        write_atomically(path, asked_workbook(form, to, language_of(params.language)))
        lines.append(f"written: {path} (due {to.due.isoformat()})")
    return [*lines, f"when they are back: sop receive {params_file} {folder} --cycle {params.cycle}"]


def receive(params_file: Path, folder: Path, cycle: str | None, today: date | None) -> list[str]:
    """Read the workbooks that came back; write their overrides beside the company's sources; returns what was done, as lines.

    Nothing is written where anything is rejected: all findings are, as a page.

    Args:
        params_file: of the company.
        folder: where the workbooks are.
        cycle: M0; None = the params' own.
        today: the day that deadlines are read against; None = the machine's.

    Raises:
        ParamsError: nobody is asked, or the params do not read the file that is written.
        DataError: a form or an answer is rejected; all findings at once.
    """
    from sopkit.data.findings import FindingLog, problems_of
    from sopkit.report.findings_page import findings_page

    params = load_params(params_file, cycle)
    _check_asked(params)
    log = FindingLog()
    received = _received(params, folder, log, today or date.today())
    checked = CompanyFolder.of(params.company).checked(params.cycle) / "received"
    page = checked / "findings.html"
    write_atomically(page, findings_page(log.frame(), title=f"{params.title} {params.cycle}", language=params.language).encode())
    if log.stopping:
        raise DataError(f"what came back cannot be used; nothing was written\nall findings: {page}", problems_of(log.stopping))
    overrides = _overrides(params, received)
    path = params.data_path / params.received_file
    write_atomically(path, _written(overrides, params))
    _keep_record(params, received, checked)
    lines = [f"{owner}: {len(answers.rows)} answers" for owner, answers in received.answers.items()]
    lines += [f"{owner}: not here, due {_due(params, owner).isoformat()}" for owner in received.awaited]
    lines += [f"{owner}: not here by {_due(params, owner).isoformat()}, the last consensus stands" for owner in received.standing]
    return [*lines, f"written: {path}: {len(overrides)} overrides", f"next: sop run {params_file} --cycle {params.cycle}"]


def _check_asked(params: CompanyParams) -> None:
    """ParamsError where nobody is asked, or the sources do not read what is received."""
    where = f"params/{params.company}.yaml"
    if not params.asked:
        raise ParamsError(
            "nobody is asked", [Problem(f"{where}, asked", "nothing", "owners, each with its function", "See the demo's params")]
        )
    source = params.sources.get("overrides")
    file = source.file if source is not None else None
    if file is None or not fnmatchcase(params.received_file, file):
        came = f"sources.overrides reads {file or 'no file'}"
        expected = f"a pattern that takes {params.received_file} in too, such as overrides*.csv"
        raise ParamsError("what is received would not be read", [Problem(where, came, expected)])


def _tables(params: CompanyParams) -> dict[str, "pd.DataFrame"]:
    """The tables of this cycle's steps 1 and 2, and of the cycle before."""
    from sopkit.data.contracts import CONTRACTS
    from sopkit.data.contracts.conform import empty
    from sopkit.run.step_files import read_table

    company = CompanyFolder.of(params.company)
    run = company.run_with(params.cycle, BY_NAME["demand_planning"])
    if run is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle} --to 2"
        raise ParamsError(
            "there is no baseline to ask about", [Problem(f"{params.company}/{params.cycle}", "step 2 has not run", "a baseline", hint)]
        )

    def table(run: RunFolder, name: str) -> "pd.DataFrame":
        path = run.path / "tables" / f"{name}.parquet"
        return read_table(path, CONTRACTS[name]) if path.exists() else empty(CONTRACTS[name])

    tables = {name: table(run, name) for name in (*NEEDED, *USEFUL)}
    before = company.previous_run(params.cycle)
    tables["previous_consensus"] = table(before, "consensus_demand") if before else empty(CONTRACTS["consensus_demand"])
    return tables


def _due(params: CompanyParams, owner: str) -> date:
    days = working_days(params.cycle, params.country)
    return days[min(params.asked[owner].due_working_day, len(days)) - 1]


def _reason_codes(params: CompanyParams) -> list[str]:
    """Codes that an owner may choose: those that the consensus does not refuse."""
    from sopkit.data.contracts import INPUTS

    return [code for code in INPUTS["overrides"].column("reason_code").choices if code not in params.demand.refused_reasons]


def _received(params: CompanyParams, folder: Path, log: "FindingLog", today: date) -> Received:
    from sopkit.data.findings import Finding
    from sopkit.data.sources.forms import read_answers

    answers: dict[str, Answers] = {}
    for path in sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith((".", "~"))):
        read = read_answers(path, log, company=params.company, cycle=params.cycle)
        if read is None:
            continue
        if read.owner not in params.asked or read.function != params.asked[read.owner].function:
            told = f"{read.owner} ({read.function}) is not asked in this cycle"
            log.note(Finding(path.name, "other_form", told, "REJECT", "name the owner under `asked`, or take the file away"))
        elif read.owner in answers:
            log.note(Finding(path.name, "same_form_twice", f"{read.owner} answers in two files", "REJECT", "keep the one that counts"))
        else:
            answers[read.owner] = read
    missing = [owner for owner in params.asked if owner not in answers]
    late = tuple(owner for owner in missing if today > _due(params, owner))
    return Received(answers, tuple(owner for owner in missing if owner not in late), late)


def _overrides(params: CompanyParams, received: Received) -> "pd.DataFrame":
    """The answers as overrides, and what stands on where there is none."""
    import pandas as pd

    from sopkit.data.contracts import INPUTS
    from sopkit.data.contracts.conform import empty
    from sopkit.data.sources.reading import read_sources
    from sopkit.demand.asking.answers import overrides_of, standing_overrides
    from sopkit.run.step_files import read_table

    parts = [overrides_of(answers.rows, owner=owner, function=answers.function) for owner, answers in received.answers.items()]
    before = CompanyFolder.of(params.company).previous_run(params.cycle)
    path = before.path / "tables" / "overrides.parquet" if before else None
    if received.standing and path is not None and path.exists():
        previous = read_table(path, INPUTS["overrides"])
        declared = read_sources({"overrides": params.sources["overrides"]}, params.data_path, cutoff=params.cutoff).tables["overrides"]
        elsewhere = declared[~declared["override"].isin(_ids_of(params))]
        parts.append(standing_overrides(previous, elsewhere, list(received.standing), cycle=params.cycle))
    rows = [part for part in parts if len(part)]
    return pd.concat(rows, ignore_index=True) if rows else empty(INPUTS["overrides"])


def _ids_of(params: CompanyParams) -> set[str]:
    """The ids in the file that an earlier `sop receive` of this cycle wrote, which the new one replaces."""
    path = params.data_path / params.received_file
    if not path.exists():
        return set()
    source = params.sources["overrides"]
    with path.open(encoding=source.encoding, newline="") as file:
        return {row[0] for row in list(csv.reader(file, delimiter=source.delimiter))[1:] if row}


def _written(overrides: "pd.DataFrame", params: CompanyParams) -> bytes:
    """The overrides in the dialect and with the columns of the company's own file; DataError where its encoding lacks a sign."""
    from sopkit.demand.asking.answers import with_evidence_in_reason

    beside = Beside(params.sources["overrides"], "overrides", params.data_path, params.received_file)
    return beside.written(overrides if "evidence" in beside.columns else with_evidence_in_reason(overrides))


def _keep_record(params: CompanyParams, received: Received, folder: Path) -> None:
    """Who answered: `received.json`, beside the page of findings."""
    owners = [
        {"owner": owner, "function": asked.function, "due": _due(params, owner).isoformat(), "state": _state(owner, received)}
        for owner, asked in params.asked.items()
    ]
    write_json(folder / "received.json", {"schema": SCHEMA, "company": params.company, "cycle": params.cycle, "owners": owners})


def _state(owner: str, received: Received) -> str:
    return "received" if owner in received.answers else "standing" if owner in received.standing else "awaited"
