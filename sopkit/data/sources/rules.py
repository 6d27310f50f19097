"""Rules over whole tables: what was known at the cutoff, months that are missing, codes that nobody knows."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data import cleaning
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.answers import note_answered
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.table import ReadTable
from sopkit.periods import shifted

SHOWN = 8  # codes or months in one message


def table_rules(read: Mapping[str, ReadTable], sources: Mapping[str, Source], log: FindingLog, *, cutoff: str) -> dict[str, pd.DataFrame]:
    """The tables as they were known at the cutoff, with the findings of all rules over whole tables in the log.

    Args:
        read: input tables by name, typed.
        sources: their declarations, with the questions that are answered.
        log: takes the findings.
        cutoff: last closed period.

    Returns:
        Frames by table name, without what was not known yet.
    """
    frames = {name: _known(table, log, cutoff) for name, table in read.items()}
    for name, table in read.items():
        _tell_missing_months(table, frames[name], sources[name], log, cutoff)
        _tell_unknown_codes(table, frames[name], frames, log)
        _tell_oddities(table, frames[name], log)
    return frames


def _known(table: ReadTable, log: FindingLog, cutoff: str) -> pd.DataFrame:
    closed = cleaning.known_at_cutoff(table.frame, table.name, cutoff=cutoff)
    current = shifted(cutoff, 1)
    for rule, count, told in (
        ("partial_month", closed.partial_rows, f"rows of {current}, a month that is not over, were left out"),
        ("after_cutoff", closed.future_rows, f"rows dated after {current} were left out: at the cutoff {cutoff} they were not known"),
        ("later_event", closed.later_events, f"rows finish after the cutoff {cutoff} and count as open"),
    ):
        if count:
            log.note(Finding(table.origin, rule, f"{table.name}: {count} {told}", "REPAIR", sheet=table.sheet, value=str(count)))
    return closed.frame


def _tell_missing_months(table: ReadTable, frame: pd.DataFrame, source: Source, log: FindingLog, cutoff: str) -> None:
    missing = cleaning.missing_months(frame, table.name, cutoff=cutoff)
    if not missing:
        return
    shown = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
    hint = "send these months, or acknowledge that nothing happened in them"
    note_answered(Finding(table.origin, "missing_month", f"{table.name} has no row in {shown}", "ASK", hint, table.sheet), source, log)


def _tell_unknown_codes(table: ReadTable, frame: pd.DataFrame, frames: dict[str, pd.DataFrame], log: FindingLog) -> None:
    unknown = cleaning.unknown_codes(frame, frames, table.name)
    for column, group in unknown.groupby("column", sort=True):
        codes = group["code"].tolist()
        other = group["other_table"].iloc[0]
        shown = ", ".join(codes[:SHOWN]) + (f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else "")
        told = (
            f"{table.name}: {len(codes)} codes in {group['rows'].sum()} rows ({group['row_share'].sum():.1%}) are not in {other}: {shown}"
        )
        first = _first_row(table.frame, str(column), codes)
        hint = f"add them to {other}, or correct the codes"
        origin, row = table.origin_of(first), int(table.rows[first])
        log.note(Finding(origin, "unknown_code", told, "REJECT", hint, table.sheet, row, str(column), value=codes[0]))


def _first_row(frame: pd.DataFrame, column: str, codes: list[str]) -> int:
    return int(frame[column].isin(codes).to_numpy().argmax())


def _tell_oddities(table: ReadTable, frame: pd.DataFrame, log: FindingLog) -> None:
    """Values that may be right and that a reader of the plan should know."""
    if table.name == "inventory":
        _tell_count(table, frame["quantity"] < 0, "negative_stock", "month ends close with less than nothing in stock", log)
    if table.name == "sales_history":
        _tell_count(table, frame["quantity"] < 0, "returned_units", "sales rows are negative: they are taken as returns and netted", log)
        below = (frame["revenue"] < frame["cost"]) & (frame["quantity"] > 0)
        _tell_count(table, below, "below_cost", "sales rows are sold below their cost", log)


def _tell_count(table: ReadTable, odd: pd.Series, rule: str, told: str, log: FindingLog) -> None:
    count = int(odd.sum())
    if count:
        told = f"{table.name}: {count} of {len(odd)} {told}"
        log.note(Finding(table.origin, rule, told, "ACCEPT", sheet=table.sheet, value=str(count)))
