"""Rules over whole tables: what was known at the cutoff, and all that the plausibility rules find in it, on the rows of the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from sopkit.data import cleaning
from sopkit.data.contracts import INPUTS
from sopkit.data.findings import FindingLog
from sopkit.data.monthly import by_month, month_numbers
from sopkit.data.own_periods import OwnPeriods, own_periods
from sopkit.data.plausibility import across, gaps, money, scale, stock
from sopkit.data.plausibility.calendars import COVERED_MONTHS, calendar_faults, calendar_reach, fiscal_faults
from sopkit.data.plausibility.earlier import Earlier, against_earlier
from sopkit.data.plausibility.launches import launch_oddities
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.oddity import Oddity, positions_of, shown, span
from sopkit.data.plausibility.outliers import mixed_units, outliers
from sopkit.data.plausibility.settled import SETTLED
from sopkit.data.plausibility.spans import ends_before_begins
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.known import KnownTable, known_table
from sopkit.data.sources.oddity_findings import tell
from sopkit.data.sources.read_table import ReadTable
from sopkit.periods import month_label, month_number

FROM_PRICES = {"price_missing": "prices", "cost_missing": "unit_costs"}  # a row that is rejected there may be the one that is missing
GAP_RULES = {"missing_month", "series_gap", "silent_group", "missing_rate", "calendar_short"}
BALANCED = ("sales_history", "inventory", "production_history", "stock_adjustments", "ledger_actuals")
NEED_EVERY_ROW = {"restated_history", "fewer_rows", "stock_unexplained", "ledger_gap"}


@dataclass(frozen=True)
class Setting:
    """What the rules are held against besides the tables."""

    cutoff: str  # last closed period
    currency: str = ""
    limits: PlausibilityLimits = field(default_factory=PlausibilityLimits)
    earlier: Earlier | None = None  # the last submission; None = none is known
    hashes: Mapping[str, str] = field(default_factory=dict)  # input table: hash over its files
    first_month: int | None = None  # month the fiscal year starts in, 1..12; None = not known
    planned_months: int = COVERED_MONTHS  # M0 first


def table_rules(read: Mapping[str, ReadTable], sources: Mapping[str, Source], log: FindingLog, setting: Setting) -> dict[str, pd.DataFrame]:
    """The tables as they were known at the cutoff, with the findings of all rules over whole tables in the log.

    Args:
        read: input tables by name, typed.
        sources: their declarations.
        log: takes the findings.
        setting: cutoff, currency, limits, the last submission.

    Returns:
        Frames by table name, without what was not known yet.
    """
    periods = _own_periods(read)
    known = {name: known_table(table, sources[name], log, setting.cutoff, periods) for name, table in read.items()}
    frames = {name: table.frame for name, table in known.items()}
    sums = frames | {name: _by_month(frames[name], name) for name in frames if INPUTS[name].many_rows}
    places = _broken_rows(log)
    broken = {name: len(rows) for name, rows in places.items()}
    found = [
        oddity
        for name, table in known.items()
        for oddity in _explained(_of_one_table(name, table, sources[name], sums, setting, broken), broken.get(name, 0))
    ]
    slipped = any(oddity.rule == "scale" and oddity.table == "sales_history" for oddity in found)
    found += across.similar_codes(frames)
    found += calendar_reach(periods, frames["sales_history"], cutoff=setting.cutoff) if "sales_history" in frames else []
    found += _explained(_of_all_tables(sums, setting, slipped=slipped), max((broken.get(name, 0) for name in BALANCED), default=0))
    found = [oddity for oddity in found if not (oddity.rule in FROM_PRICES and broken.get(FROM_PRICES[oddity.rule]))]
    for oddity in found:
        tell(_on_good_rows(oddity, known[oddity.table], places.get(oddity.table, set())), known[oddity.table].table, log)
    return {name: table.frame if table.received is None else table.received for name, table in known.items()}


def _own_periods(read: Mapping[str, ReadTable]) -> OwnPeriods | None:
    """The company's own periods, where its calendar has such and keeps its rules."""
    if "calendar" not in read or calendar_faults(read["calendar"].frame):
        return None
    return own_periods(read["calendar"].frame)


def _on_good_rows(oddity: Oddity, known: KnownTable, broken: set[int]) -> Oddity:
    """The oddity without single rows that were rejected for another reason, such as a quote that swallowed the next line."""
    if not oddity.each or not broken:
        return oddity
    return replace(oddity, positions=tuple(place for place in oddity.positions if int(known.table.rows[place]) not in broken))


def _broken_rows(log: FindingLog) -> dict[str, set[int]]:
    """The rows of each table that were rejected so far: what is missing because of them is no finding of its own."""
    rows: dict[str, set[int]] = {}
    for finding in log.found:
        if finding.outcome == "REJECT" and finding.row:
            rows.setdefault(finding.table, set()).add(finding.row)
    return rows


def _explained(found: list[Oddity], broken: int) -> list[Oddity]:
    """Without the gaps that rejected rows can have left, and without comparisons that need every row."""
    if not broken:
        return found
    gaps_there = sum(oddity.rule in GAP_RULES and oddity.outcome != "ACCEPT" for oddity in found)
    out = NEED_EVERY_ROW | (GAP_RULES if gaps_there <= broken else set())
    return [oddity for oddity in found if oddity.rule not in out]


def _of_one_table(
    name: str, known: KnownTable, source: Source, sums: Mapping[str, pd.DataFrame], setting: Setting, broken: Mapping[str, int]
) -> list[Oddity]:
    frame, limits, cutoff = known.frame, setting.limits, setting.cutoff
    found = [*_missing_months(sums[name], name, cutoff), *_of_another_time(known, cutoff)]
    found += across.unknown_code_oddities(frame, sums, name, broken)
    found += across.unknown_places(frame, sums, name)
    found += across.circles(frame, name)
    found += ends_before_begins(frame, name)
    earlier = setting.earlier
    moved = (
        against_earlier(name, frame, earlier, limits, file_hash=setting.hashes.get(name, ""), reaches_further=known.reaches_further)
        if earlier
        else []
    )
    found += moved
    slipped = {oddity.column for oddity in moved if oddity.rule == "scale"}
    far = outliers(frame, name, INPUTS[name], limits)
    slips = [oddity for oddity in scale.off_run_rate(frame, sums[name], name, limits) if oddity.column not in slipped]
    far, slips = _alone_or_together(far, slips)
    alone = {place for oddity in far for place in oddity.positions}
    found += slips
    found += gaps.series_gaps(sums[name], name, source.gap_policy)
    if name == "sales_history":
        return [*found, *far, *mixed_units(frame, limits, skip=frozenset(alone)), *_returns(frame), *money.below_cost(frame)]
    if name == "inventory":
        return [*found, *far, *stock.negative_stock(frame)]
    if name == "calendar":
        return [*found, *far, *calendar_faults(frame), *(fiscal_faults(frame, setting.first_month) if setting.first_month else [])]
    if name == "resource_calendar":
        return [*found, *far, *across.short_calendars(sums, cutoff=cutoff, months=setting.planned_months)]
    if name == "exchange_rates":
        return [*found, *far, *money.rate_oddities(frame, currency=setting.currency, cutoff=cutoff)]
    return [*found, *far]


def _by_month(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of many rows summed by series and month, for the rules that look at months."""
    month, keys = gaps.SERIES_OF[name]
    return by_month(frame, month, keys, [measure for measure in SETTLED[name].measures if measure in frame])


def _of_all_tables(frames: Mapping[str, pd.DataFrame], setting: Setting, *, slipped: bool) -> list[Oddity]:
    """Oddities between tables; where the sales slipped their unit, prices are not held against them."""
    limits, cutoff = setting.limits, setting.cutoff
    found = [] if slipped else [*scale.off_history(frames, limits), *money.scale_of_prices(frames, limits)]
    found += money.uncovered_sales(frames, limits, cutoff=cutoff)
    found += money.ledger_gap(frames, limits, cutoff=cutoff)
    found += stock.unexplained_stock(frames)
    found += launch_oddities(frames)
    if "sales_history" in frames and "items" in frames:
        found += gaps.silent_groups(frames["sales_history"], frames["items"], cutoff=cutoff)
    return found


def _alone_or_together(far: list[Oddity], slips: list[Oddity]) -> tuple[list[Oddity], list[Oddity]]:
    """Outliers and months in another unit, each told once: a month whose rows are mostly outliers is told as a month."""
    months, left = [], far
    for slip in slips:
        rows = set(slip.positions)
        hit = {place for oddity in far if oddity.column == slip.column for place in oddity.positions} & rows
        if hit and len(hit) * 2 < len(rows):
            continue  # one value, or a few, make the month
        months.append(slip)
        left = [
            replace(oddity, positions=tuple(place for place in oddity.positions if place not in rows))
            if oddity.column == slip.column
            else oddity
            for oddity in left
        ]
    return [oddity for oddity in left if oddity.positions], months


def _missing_months(frame: pd.DataFrame, table: str, cutoff: str) -> list[Oddity]:
    hint = "send these months, or acknowledge that nothing happened in them"
    return [
        Oddity(table, "missing_month", f"{table} has no row in {shown(run)}", "ASK", hint, period=span(run))
        for run in gaps.runs_of(cleaning.missing_months(frame, table, cutoff=cutoff))
    ]


def _of_another_time(known: KnownTable, cutoff: str) -> list[Oddity]:
    """A past in which everything is yet to come, or a future that is over: the file of another table, or of another cycle."""
    name, frame = known.table.name, known.frame
    if name in cleaning.KNOWN_FROM and known.sent and frame.empty:
        told = f"{name}: every row lies after the cutoff {cutoff}: it looks like a plan, not like what happened"
        return [Oddity(name, "wrong_slot", told, "ASK", "put the file in its own place", cleaning.KNOWN_FROM[name])]
    if name in ("sales_forecast", "open_orders") and len(frame):
        last = int(month_numbers(frame["period"]).max())
        if last <= month_number(cutoff):
            told = f"{name}: its last month is {month_label(last)}: it looks like what happened, or like an old file, not like a plan"
            return [Oddity(name, "wrong_slot", told, "ASK", "send this cycle's file", "period", month_label(last))]
    return []


def _returns(sales: pd.DataFrame) -> list[Oddity]:
    back = sales["quantity"] < 0
    if not back.any():
        return []
    told = f"sales_history: {int(back.sum())} of {len(sales)} sales rows are negative: they are taken as returns and netted"
    return [
        Oddity(
            "sales_history", "returned_units", told, "ACCEPT", column="quantity", value=str(int(back.sum())), positions=positions_of(back)
        )
    ]
