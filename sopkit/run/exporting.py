"""`sop export`: a finished cycle's plan as another system's files."""

import csv
import io
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.data.frepple import frepple_tables
from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import load_params
from sopkit.run.step_files import read_table

NEEDED = ("items", "consensus_demand", "supply_plan", "unit_costs", "inventory")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")  # a spreadsheet takes a text that begins so for a formula


def export_frepple(params_file: Path, cycle: str | None) -> list[Path]:
    """Write the last good run's plan in frePPLe's tables, one CSV each, below `exports/<cycle>/frepple/`; returns the files.

    Raises ParamsError where the cycle has no finished run.
    """
    params = load_params(params_file, cycle)
    company = CompanyFolder.of(params.company)
    run = company.good_run(params.cycle)
    if run is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
        raise ParamsError("the cycle has no finished run", [Problem(f"{params.company}/{params.cycle}", "no run", "a good run", hint)])
    tables = {name: _table(run, name) for name in NEEDED}
    folder = company.path / "exports" / params.cycle / "frepple"
    written = []
    for name, frame in frepple_tables(tables, cutoff=params.cutoff, location=params.company).items():
        write_atomically(folder / f"{name}.csv", csv_text(frame).encode())
        written.append(folder / f"{name}.csv")
    return written


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV for other systems: UTF-8, commas, points; a text that a spreadsheet would run gets an apostrophe in front."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a lone carriage return would end a row
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return sink.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _table(run: RunFolder, name: str) -> pd.DataFrame:
    path = run.path / "tables" / f"{name}.parquet"
    return read_table(path, CONTRACTS[name]) if path.exists() else empty(CONTRACTS[name])
