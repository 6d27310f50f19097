"""What was known when a month closed: the only way in which a replay reads a company's tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from sopkit.data.cleaning import KNOWN_FROM, known_at_cutoff
from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.data.contracts.conform import empty
from sopkit.data.monthly import month_numbers
from sopkit.errors import IntegrityError, Problem
from sopkit.periods import month_number, shifted

FROZEN = "forecast_snapshots"  # made in the month of the meetings: known there
# What else is dated: a row counts from its date on. Price lists and campaigns that were announced before are not seen before.
DATED_FROM = {"prices": "valid_from", "unit_costs": "valid_from", "campaigns": "start_date"}
INDICATORS = "market_indicators"  # known when published; where that is not told, when its month has closed
# Master data and rules without a date of recording: today's, in every month that is replayed.
HELD = (
    *("items", "calendar", "targets", "planning_costs", "alternative_resources", "stock_limits", "lot_sizes", "bill_of_materials"),
    *("resources", "resource_calendar", "workforce", "workforce_calendar", "bill_of_resources", "suppliers", "supplier_items"),
    *("stock_rules", "supplier_contracts"),
)
# Plans and pictures of today: no replay reads them.
LEFT_OUT = ("overrides", "lifecycle", "launch_references", "open_orders", "site_items", "transfers", "sourcing")
PAST = (*sorted(KNOWN_FROM), *DATED_FROM, INDICATORS)


@dataclass(frozen=True, eq=False)
class HistoryView:
    """A company's tables as they were known when a month closed; whoever asks for a later month gets an error."""

    tables: Mapping[str, pd.DataFrame]  # by name, whole
    cutoff: str
    _known: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> pd.DataFrame:
        """A table cut to what was known; one that is a plan or a picture of today comes empty, with its columns.

        Raises:
            IntegrityError: a table of which nobody has said what was known when.
        """
        if name not in self._known:
            self._known[name] = self._cut(name)
        return self._known[name]

    def month(self, name: str, period: str) -> pd.DataFrame:
        """The rows of a closed month of a table with a period.

        Raises:
            IntegrityError: the month lies behind the cutoff: it was not known.
        """
        if month_number(period) > month_number(self.cutoff):
            problem = Problem(f"{name}, {period}", f"asked for when {self.cutoff} had closed", f"a month up to {self.cutoff}")
            raise IntegrityError("a replay may not look ahead", [problem])
        frame = self.read(name)
        return frame[frame["period"] == period]

    def _cut(self, name: str) -> pd.DataFrame:
        frame = self.tables.get(name)
        if frame is None:
            frame = empty(CONTRACTS[name])
        if name == FROZEN:
            return known_at_cutoff(frame, name, cutoff=shifted(self.cutoff, 1)).frame
        if name in KNOWN_FROM:
            return known_at_cutoff(frame, name, cutoff=self.cutoff).frame
        if name in LEFT_OUT:
            return frame.iloc[:0]
        if name in HELD:
            return _without_actuals(frame, name)
        return frame[_dated(frame, name) <= month_number(self.cutoff)].reset_index(drop=True)


def provided_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The input tables among others: what a replay starts from."""
    return {name: frame for name, frame in tables.items() if name in INPUTS}


def _dated(frame: pd.DataFrame, name: str) -> pd.Series:
    """The month from which each row was known, as a number."""
    if name in DATED_FROM:
        return pd.Series(month_numbers(frame[DATED_FROM[name]]), index=frame.index)
    if name != INDICATORS:
        came = "a table of which it is not known what was known when"
        raise IntegrityError("a replay may not look ahead", [Problem(name, came, "one of " + ", ".join((*PAST, *HELD)))])
    closed = pd.Series(month_numbers(frame["period"]) + 1, index=frame.index)
    published = frame["published"].notna()
    told = pd.Series(month_numbers(frame["published"]), index=frame.index)
    return closed.where(~published, told)


def _without_actuals(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Master data without what happened: hours worked stand beside hours available."""
    return frame.assign(worked_hours=float("nan")) if name == "resource_calendar" else frame
