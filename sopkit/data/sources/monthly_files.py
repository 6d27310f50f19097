"""A folder of monthly files as one table: same header in all, each month once, none missing; every finding names its file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.data.cleaning import months_of
from sopkit.data.contracts.column import Contract
from sopkit.data.contracts.conform import empty
from sopkit.data.findings import LISTED, Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.folder_rules import none_called, same_header, tell_months
from sopkit.data.sources.folders import MonthlyFile, matching_files
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.table import dated_column, typed_table
from sopkit.data.words import joined


def read_folder(opened: OpenedFiles, root: Path, contract: type[Contract], source: Source, log: FindingLog, *, cutoff: str) -> ReadTable:
    """All files that a pattern means, in the order of their months and names, as one table.

    Args:
        opened: reads the files.
        root: data folder.
        contract: what the table promises.
        source: its declaration; `file` is a pattern.
        log: takes the findings.
        cutoff: last closed month: where names hold months, files are expected up to it.

    Returns:
        ReadTable over the files; a file with another header than the first is told and left out.
    """
    pattern = str(source.file)
    files = matching_files(pattern, root)
    if not files:
        log.note(none_called(pattern))
        return ReadTable(contract.name, empty(contract), np.zeros(0, np.int64), pattern)
    tell_months(files, pattern, log, cutoff=cutoff)
    raw = [(file, opened.table(source.model_copy(update={"file": file.name}))) for file in files]
    first = next((table for _, table in raw if not table.broken), None)
    parts: list[tuple[MonthlyFile, ReadTable]] = []
    for file, table in raw:
        if first is None or not same_header(table, first, log):
            continue
        part = typed_table(table, contract.name, contract, source, log)
        parts.append((file, _of_its_month(part, file, contract, log)))
    read = _together(parts, contract, pattern)
    _tell_overlaps(parts, contract, pattern, log)
    return _without_duplicates(read, contract, log)


def _of_its_month(part: ReadTable, file: MonthlyFile, contract: type[Contract], log: FindingLog) -> ReadTable:
    """The rows of the month that the file's name says; each other row is told."""
    column = dated_column(contract)
    if file.period is None or column is None or part.frame.empty:
        return part
    months = months_of(part.frame[column])
    other = (months.notna() & (months != file.period)).to_numpy()
    rows = part.rows[other].tolist()
    finding = Finding(part.origin, "other_month", f"a row of another month than {file.period}", "REJECT", "", part.sheet, column=column)
    log.note_rows(finding, rows, [str(month) for month in months[other]])
    return part.taken(~other)


def _tell_overlaps(parts: Sequence[tuple[MonthlyFile, ReadTable]], contract: type[Contract], pattern: str, log: FindingLog) -> None:
    """Months that rows of several files belong to, where the names do not say the month and rows have no id of their own."""
    column = dated_column(contract)
    if column is None or column not in contract.key or any(file.period for file, _ in parts):
        return
    holders: dict[str, list[str]] = {}
    for file, part in parts:
        for month in sorted(months_of(part.frame[column]).dropna().unique()):
            holders.setdefault(month, []).append(file.name)
    shared = {month: names for month, names in holders.items() if len(names) > 1}
    if shared:
        month, names = min(shared.items())
        told = f"{len(shared)} months stand in several files, {month} in {' and '.join(names[:3])}"
        hint = "acknowledge it where each file holds a part of the month; else remove what was sent twice"
        log.note(Finding(pattern, "overlapping_files", told, "ASK", hint, value=month))


def _together(parts: Sequence[tuple[MonthlyFile, ReadTable]], contract: type[Contract], pattern: str) -> ReadTable:
    tables = [part for _, part in parts]
    filled = [part.frame for part in tables if len(part.frame)]
    frame = pd.DataFrame({name: joined([part[name] for part in filled]) for name in filled[0]}, copy=False) if filled else empty(contract)
    rows = np.concatenate([part.rows for part in tables]) if tables else np.zeros(0, np.int64)
    names = sorted({name for part in tables for name in part.beside})
    beside = {name: pd.concat([part.beside[name] for part in tables if name in part.beside], ignore_index=True) for name in names}
    files, codes = tuple(part.origin for part in tables), np.repeat(np.arange(len(tables)), [len(part.rows) for part in tables])
    if not tables:
        return ReadTable(contract.name, frame, rows, pattern)
    records = sum(part.records for part in tables)
    return replace(tables[0], frame=frame, rows=rows, origin=pattern, beside=beside, files=files, file_codes=codes, records=records)


def _without_duplicates(read: ReadTable, contract: type[Contract], log: FindingLog) -> ReadTable:
    """The rows sorted by key; one whose key stands in an earlier file too is told and left out."""
    key = list(contract.key)
    repeated = read.frame.duplicated(key).to_numpy()
    by_key = read.frame[key].sort_values(key, kind="stable").index.to_numpy()
    if not repeated.any():
        return read.taken(by_key)
    places = read.frame.groupby(key, sort=False, dropna=False).ngroup().to_numpy()
    first = {place: position for position, place in reversed(list(enumerate(places)))}
    hits = np.flatnonzero(repeated)
    name = ", ".join(key)
    for hit in hits[:LISTED]:
        there = first[places[hit]]
        told = f"the same key ({name}) stands in {read.origin_of(there)} on row {int(read.rows[there])}"
        log.note(
            Finding(
                read.origin_of(int(hit)),
                "duplicate_key",
                told,
                "REJECT",
                "remove one of the two",
                read.sheet,
                int(read.rows[hit]),
                name,
                value=f"also {read.origin_of(there)}, row {int(read.rows[there])}",
            )
        )
    if len(hits) > LISTED:
        log.note(Finding(read.origin, "duplicate_key", f"{len(hits) - LISTED} more rows repeat a key", "REJECT", column=name))
    return read.taken(by_key[~repeated[by_key]])
