"""The plan for the systems that carry it out: CSV and frePPLe's tables, each file read back and compared with what was written."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.data.frepple import frepple_tables
from sopkit.errors import IntegrityError, Problem
from sopkit.run.exporting import FORMULA_SIGNS, csv_text
from sopkit.run.files import write_atomically

PLAN = {  # file: table
    "supply_plan": "supply_plan",
    "purchases": "supplier_load",
    "commitments": "demand_fulfilment",
    "demand": "consensus_demand",
    "loads": "resource_load",
    "people": "workforce_plan",
}


def write_erp(folder: Path, tables: Mapping[str, pd.DataFrame], *, cutoff: str, location: str) -> dict[str, int]:
    """Write the plan's CSV files and frePPLe's tables below a folder; returns the rows of each file.

    Raises IntegrityError where a file, read back, is not what was written into it.
    """
    files = {f"{file}.csv": tables[table] for file, table in PLAN.items() if len(tables[table])}
    frepple = frepple_tables(tables, cutoff=cutoff, location=location)
    files |= {f"frepple/{name}.csv": frame for name, frame in frepple.items()}
    for name, frame in files.items():
        write_atomically(folder / name, csv_text(frame).encode())
    problems = [problem for name, frame in files.items() for problem in differences(folder / name, frame)]
    if problems:
        raise IntegrityError("what was written for other systems is not what the plan says", problems)
    return {name: len(frame) for name, frame in files.items()}


def differences(path: Path, frame: pd.DataFrame) -> list[Problem]:
    """Where a CSV file, read back, is not the frame: header, rows, texts as they are, numbers to ten digits."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    if header != list(frame.columns) or len(rows) != len(frame):
        came = f"{len(rows)} rows of {', '.join(header)}"
        return [Problem(str(path), came, f"{len(frame)} rows of {', '.join(map(str, frame.columns))}")]
    problems = []
    for place, column in enumerate(header):
        written = [row[place] for row in rows]
        for line in np.flatnonzero(~_same(written, frame[column])):
            problems.append(Problem(f"{path}, line {line + 2}, {column}", repr(written[line]), repr(frame[column].iloc[line])))
    return problems


def _same(written: list[str], values: pd.Series) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Cell by cell whether a text is how a value is written; nothing is written as nothing."""
    blank, absent = np.array([text == "" for text in written], bool), values.isna().to_numpy()
    if pd.api.types.is_float_dtype(values.dtype):
        numbers, expected = pd.to_numeric(pd.Series(written, dtype=object), errors="coerce").to_numpy(float), values.to_numpy(float)
        equal = np.abs(numbers - expected) <= 1e-9 * np.maximum(1.0, np.abs(expected))
    else:
        known = values.astype(object).tolist()
        equal = np.array([_plain(text) == str(value) for text, value in zip(written, known, strict=True)], bool)
    return np.where(absent, blank, equal & ~blank)


def _plain(written: str) -> str:
    """A text without the sign that keeps it from being a formula."""
    return written[1:] if written.startswith("'") and written[1:].startswith(FORMULA_SIGNS) else written
