"""The history in quarters of the fiscal year, for horizons that are planned by quarter."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_demand import SERIES
from sopkit.periods import month_number

MONTHS, COMPANY = 3, "*"
MEASURES = ("quantity", "uncensored_quantity", "sold_quantity", "revenue")


@dataclass(frozen=True)
class Quarters:
    """Whole quarters, and the ones at the edges that are not whole."""

    frame: pd.DataFrame
    partial: tuple[str, ...]  # left out: the records cover only a part of them


def quarterly_history(history: pd.DataFrame, *, first_month: int, quarters: Mapping[str, str] | None = None) -> Quarters:
    """The history by series and quarter of the fiscal year; quarters that the records do not wholly cover are left out and named.

    Args:
        history: demand_history contract.
        first_month: month the fiscal year starts in, 1..12; the year is named after the calendar year in which it ends.
        quarters: the quarter of each month by the company's calendar; None = three months each from `first_month` on.

    Returns:
        Quarters: item, region, channel, quarter (`2026-Q1`), quantity, uncensored_quantity, sold_quantity (units), revenue (money), sorted.
    """
    own = quarters or {}
    months = {str(period): own.get(str(period)) or fiscal_quarter(str(period), first_month) for period in history["period"].unique()}
    covered = pd.Series(months).value_counts()
    partial = tuple(sorted(str(quarter) for quarter in covered[covered < MONTHS].index))
    labelled = history.assign(quarter=history["period"].map(months), uncensored_quantity=_asked(history))
    whole = labelled[~labelled["quarter"].isin(partial)]
    frame = whole.groupby([*SERIES, "quarter"], sort=True)[list(MEASURES)].sum().reset_index()
    return Quarters(frame, partial)


def family_quarters(history: pd.DataFrame, items: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """Demand by family and whole quarter, the quarters those of the planning calendar.

    Args:
        history: demand_history contract.
        items: items contract.
        calendar: planning_calendar contract.

    Returns:
        quarterly_history contract: family (and `*`) x quarter; quarters that the records do not wholly cover are left out.
    """
    quarters = dict(zip(calendar["period"], calendar["quarter"], strict=True))
    whole = quarterly_history(history, first_month=1, quarters=quarters).frame
    family = whole["item"].map(items.set_index("item")["family"])
    parts = [whole.assign(family=name).groupby(["family", "quarter"], sort=True)[list(MEASURES)].sum() for name in (family, COMPANY)]
    return conform(pd.concat(parts).reset_index(), CONTRACTS["quarterly_history"])


def fiscal_quarter(period: str, first_month: int) -> str:
    """The quarter of a month: `2026-Q1` is the first quarter of the fiscal year that ends in 2026."""
    since = month_number(period) - (first_month - 1)
    year, month = divmod(since, 12)
    return f"{year + (first_month > 1)}-Q{month // MONTHS + 1}"


def _asked(history: pd.DataFrame) -> pd.Series:
    return history["uncensored_quantity"].fillna(history["quantity"])
