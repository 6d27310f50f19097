"""Counts and totals that a sender declares for a file, and whether the file holds them."""

import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sopkit.data.contracts import INPUTS
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.read_table import ReadTable

ROWS = "rows"
MOST_BYTES = 10 << 20


def check_control(table: ReadTable, source: Source, root: Path, log: FindingLog) -> None:
    """Hold a table against the count and the totals of its `control`, declared in the params or in a manifest.

    Totals are those of the file as it was sent, rows of later months included; they are compared only where no row is broken.

    Args:
        table: the table as it was read.
        source: its declaration.
        root: folder of the manifest.
        log: takes findings of the rules control_rows, control_total and control_file, all REJECT.
    """
    if source.control is None:
        return
    wanted: dict[str, float] = {**source.control.total, **({} if source.control.rows is None else {ROWS: source.control.rows})}
    if source.control.file:
        wanted |= _manifest(source.control.file, root, table, source, log)
    for measure, value in wanted.items():
        if measure == ROWS:
            if table.records != round(value):
                told = f"{table.name}: {table.records:,} rows came, the control count is {value:,.0f} ({table.records - value:+,.0f})"
                hint = "send the whole file, or correct `control`"
                log.note(Finding(table.origin, "control_rows", told, "REJECT", hint, table.sheet, value=str(table.records)))
        elif measure not in INPUTS[table.name].column_names() or INPUTS[table.name].column(measure).kind not in ("number", "whole"):
            told = f"{table.name} has no number {measure!r} to hold a control total against"
            log.note(Finding(table.origin, "control_total", told, "REJECT", "correct `control`", table.sheet, column=measure))
        elif table.records == len(table.frame):
            _check_total(table, measure, value, log)


def _check_total(table: ReadTable, measure: str, value: float, log: FindingLog) -> None:
    total = float(table.frame[measure].sum())
    if abs(total - value) > max(0.005, 1e-9 * abs(value)):
        told = f"{table.name}: {measure} adds up to {total:,.15g}, the control total is {value:,.15g} ({total - value:+,.10g})"
        hint = "send the whole file, or correct `control`"
        header = table.headers.get(measure, measure)
        log.note(Finding(table.origin, "control_total", told, "REJECT", hint, table.sheet, column=header, value=f"{total:.15g}"))


def _manifest(name: str, root: Path, table: ReadTable, source: Source, log: FindingLog) -> dict[str, float]:
    """The measures that a manifest tells of this table, by its name or by its file's."""
    path = root / name
    names = {table.name, *source.file_names, *(Path(file).name for file in source.file_names)}
    found: dict[str, float] = {}
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB")
        for line in _lines(path):
            if str(line.get("table") or line.get("file") or "") in names:
                number = Decimal(str(line["value"]))
                if not number.is_finite():
                    raise ValueError(f"{line['value']} is no finite number")
                found[str(line["measure"])] = float(number)
    except (OSError, ValueError, KeyError, InvalidOperation, csv.Error) as reason:
        told = f"the manifest cannot be used: {type(reason).__name__} {reason}"
        log.note(Finding(name, "control_file", told, "REJECT", "it has rows of file or table, measure, value (decimal point)"))
        return {}
    if not found:
        told = f"the manifest tells nothing of {table.name} ({', '.join(sorted(source.file_names)) or 'a query'})"
        log.note(Finding(name, "control_file", told, "REJECT", "add its rows, or take the manifest out of `control`"))
    return found


def _lines(path: Path) -> Iterator[Mapping[str, object]]:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".json":
        content = json.loads(text)
        if not isinstance(content, list) or not all(isinstance(line, dict) for line in content):
            raise ValueError("it is no list of objects")
        return iter(content)
    head = text.partition("\n")[0]
    return iter(csv.DictReader(text.splitlines(), delimiter=";" if ";" in head else ",", strict=True))
