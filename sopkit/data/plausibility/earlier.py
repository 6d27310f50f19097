"""A submission against the one of the cycle before: sent again, shorter, in another unit, with another past."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sopkit.data.cleaning import KNOWN_FROM
from sopkit.data.finding_rules import Outcome
from sopkit.data.monthly import UNDATED, month_numbers, series_grid
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.oddity import Oddity, shown, span
from sopkit.data.plausibility.scale import factor_of, worded
from sopkit.data.plausibility.settled import SETTLED, STANDING, Settled, monthly
from sopkit.data.words import plain
from sopkit.periods import cutoff_of, month_number, shifted

MOVING = (*KNOWN_FROM, "sales_forecast", "open_orders", "shipments", "stock_adjustments")  # tables that are new each month
# Tables of what is open or planned now: their rows come and go, so that fewer of them are nothing in themselves.
OPEN = ("open_orders", "opportunities", "campaigns", "overrides", "assumptions", "risks", "initiatives", "actions", "tasks")
TOLERANCE = 0.005  # a total is printed to the cent


@dataclass(frozen=True)
class Earlier:
    """What was submitted for the cycle before: typed tables, and the hash of each file."""

    cycle: str
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)  # input table: hash over its files

    @property
    def cutoff(self) -> str:
        """The last month that was closed then."""
        return cutoff_of(self.cycle)


def against_earlier(
    table: str, frame: pd.DataFrame, earlier: Earlier, limits: PlausibilityLimits, *, file_hash: str = "", reaches_further: bool = False
) -> list[Oddity]:
    """All that moved, or did not move, in a table since the last submission.

    Args:
        table: its name.
        frame: its rows as they were known at the cutoff.
        earlier: the last submission.
        limits: how much may differ.
        file_hash: hash over the table's files now; empty = not known.
        reaches_further: the files hold rows of later months, so that the same file can serve two cycles.

    Returns:
        Oddities of the rules resubmitted, scale, fewer_rows and restated_history, all ASK. Where the unit slipped, the
        rules behind it are not asked too.
    """
    before = earlier.tables.get(table)
    if before is None or before.empty or frame.empty:
        return []
    if again := _resubmitted(table, frame, before, earlier, file_hash, reaches_further):
        return again
    settled = SETTLED.get(table)
    slipped = _scale(table, frame, before, settled, earlier, limits)
    fewer = _fewer_rows(table, frame, before, settled, earlier, limits)
    if slipped or settled is None:
        return [*slipped, *fewer]
    return [*fewer, *_restated(table, frame, before, settled, earlier, limits)]


def _resubmitted(
    table: str, frame: pd.DataFrame, before: pd.DataFrame, earlier: Earlier, file_hash: str, reaches_further: bool
) -> list[Oddity]:
    if table not in MOVING:
        return []
    same_file = bool(file_hash) and earlier.hashes.get(table) == file_hash
    same_rows = _same_rows(frame, before)
    if same_rows or (same_file and not reaches_further):
        what = "the file is identical, byte for byte, to that" if same_file else "every row is the same as in the file"
        return [Oddity(table, "resubmitted", f"{table}: {what} of {earlier.cycle}", "ASK", "send this month's file")]
    return []


def _same_rows(frame: pd.DataFrame, before: pd.DataFrame) -> bool:
    columns = [name for name in frame.columns if name in before.columns]
    if len(frame) != len(before):
        return False
    ordered = [plain(rows[columns]).sort_values(columns, ignore_index=True) for rows in (frame, before)]
    return bool(ordered[0].equals(ordered[1].astype(ordered[0].dtypes.to_dict())))


def _closed(frame: pd.DataFrame, settled: Settled, last: str) -> pd.DataFrame:
    """Rows of months up to and with `last`, which both submissions know; from the first month that both have."""
    numbers = month_numbers(frame[settled.month])
    return frame[(numbers >= 0) & (numbers <= month_number(last))]


def _both(frame: pd.DataFrame, before: pd.DataFrame, settled: Settled, earlier: Earlier) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals by month of both submissions, over the months that were closed then and that both reach back to."""
    last = shifted(earlier.cutoff, -settled.open_months)
    frame, before = _same_reach(frame, before, settled)
    now, then = (monthly(_closed(rows, settled, last), settled) for rows in (frame, before))
    if now.empty or then.empty:
        return now, then
    start = max(now.index.min(), then.index.min())
    if now.index.min() != then.index.min():
        start = shifted(start, 1)  # a window that moves on may cut its first month
    periods = sorted({period for period in (*now.index, *then.index) if period >= start})
    return now.reindex(periods).fillna(0.0), then.reindex(periods).fillna(0.0)


def _same_reach(frame: pd.DataFrame, before: pd.DataFrame, settled: Settled) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both submissions without the rows that lie, by one of their dates, before the first such date of the other.

    An extract of two years by promised date has lost some receipts of its first months since the last one: they were not restated.
    Where it is cut by the date that its months count by, the first month is left out instead.
    """
    dates = [name for name in frame if name != settled.month and name in before and pd.api.types.is_datetime64_dtype(frame[name].dtype)]
    firsts = [(rows[dates].min(), other) for rows, other in ((frame, before), (before, frame))]
    before, frame = (other[~(other[dates] < first).any(axis=1)] if dates else other for first, other in firsts)
    return frame, before


def _scale(
    table: str, frame: pd.DataFrame, before: pd.DataFrame, settled: Settled | None, earlier: Earlier, limits: PlausibilityLimits
) -> list[Oddity]:
    now, then = _both(frame, before, settled, earlier) if settled else (frame, before)
    measures = settled.measures if settled else STANDING.get(table, ())
    found = []
    for measure in measures:
        if measure not in now or measure not in then:
            continue
        totals = [float(rows[measure].abs().sum()) / (1 if settled else max(len(rows), 1)) for rows in (now, then)]
        factor = factor_of(totals[0] / totals[1], limits) if totals[1] else None
        if factor is not None:
            what = "over the same months" if settled else "a row"
            told = f"{table}: {measure} is {totals[0]:,.6g} {what}, {worded(factor)} the {totals[1]:,.6g} of {earlier.cycle}"
            found.append(Oddity(table, "scale", told, "ASK", f"was it sent in another unit (factor {factor:,.6g})?", measure))
    return found


def _fewer_rows(
    table: str, frame: pd.DataFrame, before: pd.DataFrame, settled: Settled | None, earlier: Earlier, limits: PlausibilityLimits
) -> list[Oddity]:
    rows, had = len(frame), len(before)
    where = ""
    if settled:
        now, then = _both(frame, before, settled, earlier)
        rows, had = (int(totals["rows"].sum()) if len(totals) else 0 for totals in (now, then))
        where = " of the months that were closed then"
    missing = limits.fewer_open_share if table in OPEN else limits.fewer_rows_share
    if rows >= had * (1 - missing) or (had - rows) < 1:
        return []
    told = f"{table}: {rows:,} rows{where}, {had - rows:,} fewer than the {had:,} of {earlier.cycle}"
    return [Oddity(table, "fewer_rows", told, "ASK", "send the whole table", value=str(rows))]


def _restated(
    table: str, frame: pd.DataFrame, before: pd.DataFrame, settled: Settled, earlier: Earlier, limits: PlausibilityLimits
) -> list[Oddity]:
    """Closed months that changed: asked where more than the limit moved, else noted."""
    now, then = _both(frame, before, settled, earlier)
    alike = _same_reach(frame, before, settled)
    found = []
    for measure in [name for name in settled.measures if name in now and name in then]:
        moved = _moved(*alike, settled, measure, list(now.index))
        by_month = moved.abs().groupby("period").sum()
        by_month = by_month[by_month > TOLERANCE]
        if by_month.empty:
            continue
        large = by_month > then[measure].abs().reindex(by_month.index) * limits.restated_share
        diffs = [f"{period} {then[measure][period]:,.6g} to {now[measure][period]:,.6g}" for period in by_month.index]
        change = float((now[measure] - then[measure]).sum())
        share = f"{change / then[measure].sum():+.1%} in all" if then[measure].sum() else "from nothing"
        most = moved.groupby(settled.key).sum()
        most = most.loc[most.abs().sort_values(ascending=False, kind="stable").index].head(3)
        told = (
            f"{table}: {measure} of {len(by_month)} closed months differs from the submission of {earlier.cycle}, {share}: {shown(diffs)}; "
            f"most in {settled.key} {', '.join(f'{code} ({value:+,.6g})' for code, value in most.items())}"
        )
        places = tuple(
            np.flatnonzero(np.isin(month_numbers(frame[settled.month]), [month_number(label) for label in by_month.index])).tolist()
        )
        hint = "explain what was restated, or send the months as they were" if large.any() else ""
        outcome: Outcome = "ASK" if large.any() else "ACCEPT"
        found.append(Oddity(table, "restated_history", told, outcome, hint, measure, f"{change:.15g}", span(list(by_month.index)), places))
    return found


def _moved(frame: pd.DataFrame, before: pd.DataFrame, settled: Settled, measure: str, periods: list[str]) -> pd.Series:
    """Change of a measure by key and month, of the months that both submissions know as closed."""
    numbers = [month_numbers(rows[settled.month]) for rows in (frame, before)]
    both = [month_number(label) for label in periods]
    months = [np.where(np.isin(number, both), number, UNDATED) for number in numbers]
    grid = series_grid([frame, before], months, [settled.key], last=max(both))
    now, then = (grid.sums(place, np.nan_to_num(rows[measure].to_numpy(float))) for place, rows in enumerate((frame, before)))
    cells = np.flatnonzero((grid.sums(0) > 0) | (grid.sums(1) > 0))
    keys = grid.keys(cells)
    return pd.Series((now - then)[cells], index=pd.MultiIndex.from_arrays([keys[0], keys[-1]], names=[settled.key, "period"]))
