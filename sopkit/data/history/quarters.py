"""The history in quarters of the fiscal year, for horizons that are planned by quarter."""

from dataclasses import dataclass

import pandas as pd

from sopkit.data.contracts.derived_demand import SERIES
from sopkit.periods import month_number

MONTHS = 3
MEASURES = ("quantity", "uncensored_quantity", "sold_quantity", "revenue")


@dataclass(frozen=True)
class Quarters:
    """Whole quarters, and the ones at the edges that are not whole."""

    frame: pd.DataFrame
    partial: tuple[str, ...]  # left out: the records cover only a part of them


def quarterly_history(history: pd.DataFrame, *, first_month: int) -> Quarters:
    """The history by series and quarter of the fiscal year; quarters that the records do not wholly cover are left out and named.

    Args:
        history: demand_history contract.
        first_month: month the fiscal year starts in, 1..12; the year is named after the calendar year in which it ends.

    Returns:
        Quarters: item, region, channel, quarter (`2026-Q1`), quantity, uncensored_quantity, sold_quantity (units), revenue (money), sorted.
    """
    months = {str(period): fiscal_quarter(str(period), first_month) for period in history["period"].unique()}
    covered = pd.Series(months).value_counts()
    partial = tuple(sorted(str(quarter) for quarter in covered[covered < MONTHS].index))
    labelled = history.assign(quarter=history["period"].map(months), uncensored_quantity=_asked(history))
    whole = labelled[~labelled["quarter"].isin(partial)]
    frame = whole.groupby([*SERIES, "quarter"], sort=True)[list(MEASURES)].sum().reset_index()
    return Quarters(frame, partial)


def fiscal_quarter(period: str, first_month: int) -> str:
    """The quarter of a month: `2026-Q1` is the first quarter of the fiscal year that ends in 2026."""
    since = month_number(period) - (first_month - 1)
    year, month = divmod(since, 12)
    return f"{year + (first_month > 1)}-Q{month // MONTHS + 1}"


def _asked(history: pd.DataFrame) -> pd.Series:
    return history["uncensored_quantity"].fillna(history["quantity"])
