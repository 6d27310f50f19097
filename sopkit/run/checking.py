"""The intake alone, without a run: `sop check`, and what a run leaves when its first step refuses the inputs."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.data.sources.declaration import input_files
from sopkit.errors import DataError, InfrastructureError
from sopkit.run import preflight
from sopkit.run.cycle import CompanyFolder, input_names
from sopkit.run.files import write_atomically, write_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.receiving import receive

if TYPE_CHECKING:
    from sopkit.data.sources.reading import Intake

SCHEMA = 1
RECEIVED = "received"  # folder of what databases answered to a check
SHOWN = 200  # findings printed at most; the files that are written hold all of them


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
    try:
        receive(params, folder / RECEIVED)
    except (DataError, InfrastructureError) as error:  # told behind what the other sources hold
        fault = error
    before = _states(params)
    intake = intake_of(params, params.data_path, folder / RECEIVED)
    print("\n".join(finding_lines(intake)))
    for name in sorted(name for name, state in _states(params).items() if before.get(name) != state):
        print(f"warning: {name} changed while it was read; check again")
    for path in write_findings(folder, intake, params):
        print(f"written: {path}")
    if fault:
        raise fault
    intake.raise_if_faulty()


def _states(params: CompanyParams) -> dict[str, tuple[int, int]]:
    """Size and time of change of every source file that is there."""
    files = input_names(input_files(params.sources, params.data_path), params.data_path)
    there = {name: path.stat() for name, path in files.items() if path.is_file()}
    return {name: (state.st_size, state.st_mtime_ns) for name, state in there.items()}


def intake_of(params: CompanyParams, root: Path, received: Path | None = None) -> "Intake":
    """The declared sources of a company as step 1 reads them; `root` and `received` as in `read_sources`."""
    from sopkit.data.sources.reading import read_sources

    return read_sources(params.sources, root, cutoff=params.cutoff, received=received)


def write_findings(folder: Path, intake: "Intake", params: CompanyParams) -> tuple[Path, Path]:
    """Write all findings as findings.json, and as the page findings.html that a planner works through; returns both paths."""
    from sopkit.report.findings_page import findings_page

    data, page = folder / "findings.json", folder / "findings.html"
    rows = json.loads(intake.findings.to_json(orient="records"))
    write_json(data, {"schema": SCHEMA, "company": params.company, "cycle": params.cycle, "findings": rows})
    title = f"{params.title} {params.cycle}"
    write_atomically(page, findings_page(intake.findings, title=title, language=params.language).encode())
    return data, page


def finding_lines(intake: "Intake") -> list[str]:
    """Findings and tables, a line each."""
    findings = intake.findings
    lines = []
    for row in findings.head(SHOWN).to_dict("records"):
        place = (row["file"], row["sheet"], f"row {row['row']}" if row["row"] else "", row["column"])
        hint = f" ({row['hint']})" if _is_told(row["hint"]) else ""
        lines.append(f"{row['outcome']:<7} {', '.join(filter(_is_told, place))}: {row['message']}{hint}")
    if len(findings) > SHOWN:
        lines.append(f"… and {len(findings) - SHOWN} more")
    lines += [f"{name:<24} {len(frame):>9} rows" for name, frame in sorted(intake.tables.items()) if not frame.empty]
    missing = sorted(name for name, frame in intake.tables.items() if frame.empty)
    return [*lines, f"not provided: {', '.join(missing) or 'nothing'}"]


def _is_told(part: object) -> bool:
    return isinstance(part, str) and bool(part)
