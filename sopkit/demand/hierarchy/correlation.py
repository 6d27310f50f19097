"""How far the errors of series move together: estimated from what all of them were off by in the same months."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.combination import Combination
from sopkit.demand.weights import pooled

GROUPS = ["item", "family"]  # factors besides the company's, the narrowest first; each inside the next


@dataclass(frozen=True)
class Correlation:
    """Mean correlation of the forecast errors of two series; 0 <= company <= family <= item <= 1."""

    item: float  # of one item
    family: float  # of one family, but two items
    company: float  # of two families
    series: int  # series behind the estimate
    cells: int  # origins x months ahead behind it


def error_correlation(pool: Combination, keys: pd.DataFrame) -> Correlation:
    """The correlation of a pool's errors at earlier cutoffs.

    Args:
        pool: a fitted pool.
        keys: item and family of each of its series.
    """
    error = pool.past.actual - pooled(pool.past, pool.models, pool.backtesting.weights)
    return correlation_of(error.reshape(len(error), -1), keys)


def correlation_of(error: np.ndarray, keys: pd.DataFrame) -> Correlation:
    """Three nested factors, the company's, the family's and the item's, by the method of moments.

    With s_i the root mean squared error of series i, each correlation = sum over cells and pairs of e_i e_j / sum of s_i s_j, over the
    pairs that it is about; (sum e)^2 - sum over families (sum of the family's e)^2 holds all pairs of two families at once, and so on
    down. A bias that series share counts as correlation, since it does not average out. Estimates outside the bounds are moved to the
    nearest one: below zero, errors would cancel by more than chance, and a plan does not count on that.

    Args:
        error: units (series, cells), NaN where nothing was scored.
        keys: item and family of each series.
    """
    known = ~np.isnan(error)
    scored = known.sum(axis=1)
    size = np.sqrt(np.divide(np.nansum(error**2, axis=1), scored, out=np.zeros(len(error)), where=scored > 0))
    met, could = (_squares(part, keys) for part in (np.nan_to_num(error), np.where(known, size[:, None], 0.0)))
    found = {"item": 0.0, "family": 0.0, "company": 0.0}
    least = 0.0
    for name, inner in (("company", 2), ("family", 1), ("item", 0)):  # pairs in a group, less those of the groups inside it
        pairs, possible = met[inner + 1] - met[inner], could[inner + 1] - could[inner]
        least = found[name] = float(np.clip(pairs / possible if possible > 1e-9 * could[-1] else 0.0, least, 1.0))
    return Correlation(**found, series=int((scored > 0).sum()), cells=int((known.sum(axis=0) > 1).sum()))


def summed_width(width: np.ndarray, keys: pd.DataFrame, correlation: Correlation) -> np.ndarray:
    """The width of a sum of series: (months,), from theirs: (series, months), all at the same quantile.

    w^2 = (1 - item) sum w_i^2 + (item - family) sum over items (sum of the item's w_i)^2 + (family - company) the same over families +
    company (sum w_i)^2: the standard deviation of a sum under the three factors; quantile widths add up as standard deviations do where
    the shape stays the same. Independent errors give the root of the sum of squares, perfectly correlated ones the sum.
    """
    steps = np.diff([0.0, correlation.company, correlation.family, correlation.item, 1.0])[::-1]
    return np.sqrt(sum(step * square for step, square in zip(steps, _squares(width, keys, by_column=True), strict=True)))


def _squares(part: np.ndarray, keys: pd.DataFrame, *, by_column: bool = False) -> list[np.ndarray]:
    """Sums of squares of the series, of sums by item, of sums by family, and of the whole."""
    groups = [np.arange(len(part)), *(pd.factorize(keys[name])[0] for name in GROUPS), np.zeros(len(part), dtype=np.int64)]
    result = []
    for codes in groups:
        sums = np.zeros((codes.max(initial=-1) + 1, part.shape[1]))
        np.add.at(sums, codes, part)
        result.append((sums**2).sum(axis=0 if by_column else None))
    return result
