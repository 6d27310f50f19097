"""Months that stand out of a series: flagged with a robust rule, never changed."""

import numpy as np
import pandas as pd

from sopkit.data.contracts.derived_demand import SERIES
from sopkit.data.history.uncensoring import demand_by_family

LIMIT = 3.5  # modified z-scores above which a value is an outlier (Iglewicz and Hoaglin 1993)
NORMAL = 0.6745  # median absolute deviation of a standard normal variable
LEAST_MONTHS = 12  # months with demand below which a series has no usual
LEAST_REGULAR = 0.75  # part of the months with demand, below which a month without any is nothing unusual
PASSES = 3  # the strongest of a month is taken out of what is usual for the others
LEAST_FACTOR = 1.5  # a month within this factor of what was usual is no outlier, however steady the series


def outliers(history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Series months whose demand is far from what the rest of the family says of them.

    r = log(demand / usual), usual by the other series of the family in the same month (`demand_by_family`), so that season, campaigns and
    market swings of the family are no outliers; z = 0.6745 (r - median r) / median |r - median r| over the series. Flagged is |z| > 3.5
    where demand is also a factor 1.5 or more from usual, and further from it than 3.5 times the counting noise sqrt(usual). The first
    month of a series is rarely whole and is not judged. Source: B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (1993).

    Args:
        history: demand_history contract; un-censored where it is known, so that a stock-out is told once.
        items: items contract.

    Returns:
        item, region, channel, period, quantity (recorded), usual_quantity (units), score; one row per outlier, sorted.
    """
    asked = history["uncensored_quantity"].fillna(history["quantity"])
    frame = history[[*SERIES, "period", "quantity"]].assign(asked=asked, family=history["item"].map(items.set_index("item")["family"]))
    found = [_of_family(group) for _, group in frame.groupby("family", sort=True)]
    columns = [*SERIES, "period", "quantity", "usual_quantity", "score"]
    if not found:
        return pd.DataFrame(columns=columns)
    return pd.concat(found, ignore_index=True)[columns].sort_values([*SERIES, "period"], ignore_index=True)


def _of_family(group: pd.DataFrame) -> pd.DataFrame:
    """Outliers of one family's series."""
    wide = group.pivot(index=list(SERIES), columns="period", values="asked")
    values = wide.to_numpy(dtype=float)
    known = ~np.isnan(values)
    for _ in range(PASSES):
        usual = demand_by_family(values, known)
        score = robust_scores(values, usual)
        flagged = _stands_out(values, np.nan_to_num(usual), np.nan_to_num(score))
        known = ~np.isnan(values) & ~_strongest(np.where(flagged, np.abs(score), 0.0))
    rows, months = np.nonzero(flagged)
    keys = wide.index[rows].to_frame(index=False).assign(period=wide.columns[months])
    table = keys.assign(usual_quantity=usual[rows, months], score=score[rows, months])
    return table.merge(group[[*SERIES, "period", "quantity"]], on=[*SERIES, "period"], how="left", validate="one_to_one")


def _stands_out(values: np.ndarray, usual: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Cells with a score, a factor and a distance beyond their limits."""
    far = (values >= LEAST_FACTOR * usual) | (values * LEAST_FACTOR <= usual)
    return (np.abs(score) > LIMIT) & far & (np.abs(values - usual) > LIMIT * np.sqrt(usual))


def _strongest(size: np.ndarray) -> np.ndarray:
    """The largest cell of each month, where it is above zero: it would make its whole family stand out, and is no yardstick for it."""
    return (size > 0) & (size == size.max(axis=0, keepdims=True))


def robust_scores(values: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Modified z-scores of log(values / usual) by row; NaN where a series is too short or too irregular to have a usual."""
    there = (values > 0) & (np.nan_to_num(usual) > 0)
    residual = np.full(values.shape, np.nan)
    residual[there] = np.log(values[there] / usual[there])
    lived = (~np.isnan(values)).sum(axis=1)
    regular = (there.sum(axis=1) >= LEAST_MONTHS) & (there.sum(axis=1) >= LEAST_REGULAR * lived)
    residual[~regular] = np.nan
    residual[np.arange(len(values)), (~np.isnan(values)).argmax(axis=1)] = np.nan  # the first month of a series
    scores = np.full(values.shape, np.nan)
    for row in np.flatnonzero(regular):
        apart = residual[row] - np.nanmedian(residual[row])
        spread = np.nanmedian(np.abs(apart))
        if spread > 0:
            scores[row] = NORMAL * apart / spread
    return scores
