"""What of a table was known at the cutoff: later rows left out or refused, and told."""

from dataclasses import dataclass

import pandas as pd

from sopkit.data import cleaning
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.monthly import month_numbers
from sopkit.data.own_periods import OwnPeriods
from sopkit.data.plausibility.oddity import Oddity, positions_of
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.oddity_findings import tell
from sopkit.data.sources.read_table import ReadTable
from sopkit.periods import month_number, shifted


@dataclass(frozen=True)
class KnownTable:
    """A table as it was known at the cutoff."""

    table: ReadTable
    reaches_further: bool  # the file holds rows of months behind the current one
    sent: int = 0  # rows that came, known at the cutoff or not
    received: pd.DataFrame | None = None  # the same rows with their dates as they came, where the company has own periods

    @property
    def frame(self) -> pd.DataFrame:
        """Its rows."""
        return self.table.frame


def known_table(table: ReadTable, source: Source, log: FindingLog, cutoff: str, periods: OwnPeriods | None) -> KnownTable:
    """The rows of a table that were known at the cutoff; what was left out, or must not be there, is in the log.

    Args:
        table: a typed table, as it came.
        source: its declaration: whether rows dated later are a fault.
        log: takes the findings.
        cutoff: last closed period.
        periods: the company's own periods; None = months.
    """
    dated = table.frame if periods is None else periods.of(table.frame, table.name)
    closed = cleaning.known_at_cutoff(dated, table.name, cutoff=cutoff)
    current = shifted(cutoff, 1)
    if source.later_rows == "reject" and (closed.future_rows or closed.later_events):
        _tell_later(table, dated, current, cutoff, log)
    left_out = f"rows dated after {current} were left out: at the cutoff {cutoff} they were not known"
    for rule, count, told in (
        ("partial_month", closed.partial_rows, f"rows of {current}, a month that is not over, were left out"),
        ("after_cutoff", closed.future_rows if source.later_rows == "left_out" else 0, left_out),
        ("later_event", closed.later_events, f"rows finish after the cutoff {cutoff} and count as open"),
    ):
        if count:
            log.note(
                Finding(
                    table.origin,
                    rule,
                    f"{table.name}: {count} {told}",
                    "REPAIR",
                    sheet=table.sheet,
                    value=str(count),
                    table=table.name,
                    rows=count,
                )
            )
    received = None if dated is table.frame else _as_received(table.taken(closed.keep).frame, closed.frame, table.name)
    return KnownTable(table.taken(closed.keep, closed.frame), bool(closed.future_rows), len(table.frame), received)


def _as_received(came: pd.DataFrame, closed: pd.DataFrame, table: str) -> pd.DataFrame:
    """The rows known at the cutoff with their dates as they came, without what happened later."""
    if table not in cleaning.KNOWN_LATER:
        return came
    column, measures = cleaning.KNOWN_LATER[table]
    return came.assign(**{column: came[column].where(closed[column].notna())}, **{name: closed[name] for name in measures})


def _tell_later(table: ReadTable, dated: pd.DataFrame, current: str, cutoff: str, log: FindingLog) -> None:
    """Reject each row that is dated, or was finished, shipped or received, behind the current month (by its own calendar: `dated`)."""
    event, _ = cleaning.KNOWN_LATER.get(table.name, ("", ()))
    for column in filter(None, (cleaning.KNOWN_FROM[table.name], event)):
        later = month_numbers(dated[column]) > month_number(current)
        told = f"dated after {current}, the current month: at the cutoff {cutoff} it cannot have happened"
        hint = "correct the date, or declare later_rows: left_out"
        oddity = Oddity(table.name, "after_cutoff", told, "REJECT", hint, column, positions=positions_of(later), each=True)
        tell(oddity, table, log)
