"""Oddities of whole tables as findings on the rows of their files."""

import numpy as np
import pandas as pd

from sopkit.data import cleaning
from sopkit.data.findings import LISTED, Finding, FindingLog
from sopkit.data.plausibility.oddity import Oddity
from sopkit.data.sources.raw import cell_address
from sopkit.data.sources.read_table import ReadTable


def tell(oddity: Oddity, table: ReadTable, log: FindingLog) -> None:
    """Write an oddity down as findings on the physical rows of its file, under the sender's own header."""
    rows = table.rows[list(oddity.positions)].tolist() if oddity.positions else []
    first = int(np.argmin(rows)) if rows else 0
    header, place = table.place_of(oddity.column, oddity.positions[first] if rows else None)
    like = Finding(
        table.origin_of(oddity.positions[first]) if rows else table.origin,
        oddity.rule,
        oddity.message,
        oddity.outcome,
        oddity.hint,
        table.sheet,
        rows[first] if rows else 0,
        header,
        value=oddity.value,
        table=table.name,
        period=oddity.period,
        rows=len(rows),
    )
    masked = oddity.column in table.sensitive or header in table.sensitive
    log.mask([header] if masked else [])
    if not oddity.each:
        log.note(_with_cell(like, place))
    else:
        listed = list(oddity.positions[:LISTED])
        for position, row, value, period in zip(listed, rows, *_told_of(table.frame, oddity, listed), strict=False):
            column, place = table.place_of(oddity.column, position)
            found = like._replace(file=table.origin_of(position), row=row, column=column, value=value, period=period, rows=1)
            log.note(_with_cell(found, place))
        if len(rows) > LISTED:
            log.note(like._replace(row=0, message=f"{like.message}: {len(rows) - LISTED} rows are not listed one by one"))
    log.mask([])


def _told_of(frame: pd.DataFrame, oddity: Oddity, positions: list[int]) -> tuple[list[str], list[str]]:
    """The value and the month of some rows, as findings tell them."""
    values = frame[oddity.column].iloc[positions].tolist() if oddity.column in frame else [oddity.value] * len(positions)
    month = next((name for name in (cleaning.KNOWN_FROM.get(oddity.table, ""), "period", "date") if name in frame), None)
    periods = [str(came)[:7] for came in frame[month].iloc[positions]] if month else [oddity.period] * len(positions)
    return [_worded(value) for value in values], periods


def _worded(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)[:10] if isinstance(value, pd.Timestamp) else str(value)


def _with_cell(finding: Finding, place: int | None) -> Finding:
    """The finding with the address of its cell, in a sheet."""
    if not finding.sheet or place is None or not finding.row:
        return finding
    return finding._replace(cell=cell_address(finding.row, place))
