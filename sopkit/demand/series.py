"""The grain of demand planning: item x region x channel by month, and the families above it."""

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.periods import month_number

SERIES = ["item", "region", "channel"]
CELLS = [*SERIES, "period"]
COMPANY = "*"  # in place of a family: all of them
HIDDEN = 1e-6  # units between recorded and un-censored demand above which a stock-out hid some of it


def month_numbers(period: pd.Series) -> np.ndarray:
    """Month numbers (sopkit.periods) of a column of month labels: int64, one per row."""
    codes, labels = pd.factorize(period)
    return np.array([month_number(str(label)) for label in labels], dtype=np.int64)[codes] if len(labels) else np.empty(0, np.int64)


def training_quantity(history: pd.DataFrame) -> pd.Series:
    """Demand that models learn from: the un-censored one, or the recorded one in histories that do not have it; units, by row.

    Accuracy is never judged on it: the yardstick is the recorded demand (docs/glossary.md, Actuals).
    """
    return history["uncensored_quantity"].fillna(history["quantity"]) if "uncensored_quantity" in history else history["quantity"]


def stocked_out(history: pd.DataFrame) -> pd.Series:
    """Whether a stock-out hid demand, by row: there the recorded demand is no yardstick of a forecast of demand, and is shown apart."""
    return (training_quantity(history) - history["quantity"]).abs() > HIDDEN


def with_family(frame: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `family` taken from its items.

    Args:
        frame: any frame with a column `item`.
        items: items contract.

    Returns:
        A copy, in the same order, with `family`.

    Raises:
        DataError: items of the frame that the table of items lacks.
    """
    family = frame["item"].map(items.set_index("item")["family"])
    unknown = sorted(set(frame.loc[family.isna(), "item"]))
    if unknown:
        raise DataError("items without a family", [Problem(f"item {item}", "not in items", "a row in items") for item in unknown])
    return frame.assign(family=family.astype("str"))


def trailing_shares(history: pd.DataFrame, level: list[str], months: int = 12) -> pd.DataFrame:
    """How the demand of each group at `level` divides over its series, by the sums of the last months.

    A group without demand in those months is divided by the sums of its whole history, and evenly where that is zero too;
    sums below zero (net returns) count as zero.

    Args:
        history: demand_history rows.
        level: keys of the group, some of item, region, channel.
        months: how many months before and including the last month of `history`.

    Returns:
        item, region, channel, share (0..1, sums to 1 in each group); one row per series, sorted.
    """
    number = month_numbers(history["period"])
    asked = training_quantity(history)
    recent = asked.where(number > number.max(initial=0) - months, 0.0)
    sums = history[SERIES].assign(recent=recent, whole=asked).groupby(SERIES, sort=True, as_index=False).sum()
    share = pd.Series(np.nan, index=sums.index)
    for weight in (sums["recent"].clip(lower=0), sums["whole"].clip(lower=0), pd.Series(1.0, index=sums.index)):
        total = weight.groupby([sums[key] for key in level]).transform("sum") if level else pd.Series(weight.sum(), index=sums.index)
        share = share.fillna((weight / total).where(total > 0))
    return sums[SERIES].assign(share=share)
