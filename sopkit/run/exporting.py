"""`sop export`: a finished cycle's plan as another system's files."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.data.frepple import COLUMNS, frepple_tables
from sopkit.data.frepple_back import plan_differences, plan_from_frepple
from sopkit.errors import IntegrityError, ParamsError, Problem
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import load_params
from sopkit.run.step_files import read_table

NEEDED = ("items", "consensus_demand", "supply_plan", "demand_fulfilment", "unit_costs", "inventory")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")  # a spreadsheet takes a text that begins so for a formula


def export_frepple(params_file: Path, cycle: str | None) -> list[Path]:
    """Write the last good run's plan in frePPLe's tables, one CSV each, below `exports/<cycle>/frepple/`; returns the files.

    The files are read back and held against the plan, figure by figure.

    Raises:
        ParamsError: the cycle has no finished run.
        IntegrityError: the plan that was read back is not the plan.
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
    _check_read_back(folder, tables)
    return written


def _check_read_back(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Raise IntegrityError where the written files do not tell the whole plan."""
    if tables["demand_fulfilment"].empty:
        return
    back = plan_from_frepple({name: read_csv(folder / f"{name}.csv") for name in COLUMNS})
    problems = plan_differences(tables, back)
    if problems:
        raise IntegrityError(f"the plan in {folder}, read back, is not the plan", problems)


def read_csv(path: Path) -> pd.DataFrame:
    """A file of `csv_text` as text cells, the apostrophe before a text that a spreadsheet would run taken off."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    cells = [[cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell or None for cell in row] for row in rows]
    return pd.DataFrame(cells, columns=header, dtype=object)


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV for other systems: UTF-8, commas, points; a text that a spreadsheet would run gets an apostrophe in front."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a lone carriage return would end a row
    writer.writerow(frame.columns)
    columns = [_cells(frame.iloc[:, place]) for place in range(frame.shape[1])]
    writer.writerows(zip(*columns, strict=True))
    return sink.getvalue()


def _cells(values: pd.Series) -> list[str]:
    """A column as it is written; numbers of one kind are not asked one by one what they are."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":
        return ["" if value != value else f"{value:.15g}" for value in values.tolist()]
    words = values.tolist()
    if values.dtype == "str":
        told = {word: _cell(word) for word in set(words)}
        return [told.get(word, "") for word in words]
    return [_cell(value) for value in values]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _table(run: RunFolder, name: str) -> pd.DataFrame:
    path = run.path / "tables" / f"{name}.parquet"
    return read_table(path, CONTRACTS[name]) if path.exists() else empty(CONTRACTS[name])
