"""How much wider the range of a level must be than the widths of its series say: by what its sums were off by at earlier cutoffs."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from sopkit.demand.hierarchy.levels import group_codes
from sopkit.demand.hierarchy.track import Track
from sopkit.demand.series import COMPANY

TAIL = NormalDist().inv_cdf(0.9)
THIRDS = 3  # of the months scored: a range may hold soon and fail later


def widening(track: Track, told: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """A factor, at least 1, on the widths of all nodes of a level: by planned month.

    factor^2 = max(1, z^2 sum e^2 / sum (f w)^2), z the normal quantile of 90 %, over the nodes of the level, the earlier cutoffs and the
    months ahead of one third of those scored: e what the coherent forecast of the node was off by, f that forecast, w the node's width
    now (the larger of the two sides' and their mean) in relation to its plan. One where the widths have held; what moves series
    together in another way than the correlation knows, such as shares of regions that drift, shows in the sums and widens them. Never
    below one: a few earlier cutoffs cannot prove that a range is too wide. Months beyond the last one scored have its third's factor.

    Source: a range calibrated on its own earlier errors (split conformal; Vovk, Gammerman and Shafer 2005), by the level's mean square
    instead of a quantile, as levels of few nodes have few independent errors.

    Args:
        track: the coherent forecasts of earlier cutoffs.
        told: keys, period, below, p50, above: the range before it is widened; a row per node and planned month.
        keys: columns that tell the nodes apart; one that series do not have (the company) is one node.

    Returns:
        period, factor; one row per planned month, sorted.
    """
    months = sorted(set(told["period"]))
    factor = pd.DataFrame({"period": months, "factor": 1.0}).astype({"period": "str"})
    scored = min(track.forecast.shape[2], len(months))
    if not len(track.cuts) or not scored:
        return factor
    bottom = track.bottom.assign(**{key: COMPANY for key in keys if key not in track.bottom})
    codes, names = group_codes(bottom, keys)
    width = _relative_width(told, keys, names, months)[:, :scored]
    forecast, actual = (_sums(part[:, :, :scored], codes, len(names)) for part in (track.forecast, track.actual))
    known = ~np.isnan(actual) & ~np.isnan(width)[None]
    error = np.where(known, actual - forecast, 0.0) ** 2
    expected = np.where(known, forecast * np.nan_to_num(width)[None], 0.0) ** 2
    third = np.arange(scored) * THIRDS // scored
    met, could = (np.bincount(third, part.sum(axis=(0, 1)), minlength=THIRDS) for part in (error, expected))
    ratio = np.divide(met * TAIL**2, could, out=np.ones(THIRDS), where=could > 0)
    place = third[np.minimum(np.arange(len(months)), scored - 1)]
    return factor.assign(factor=np.sqrt(np.maximum(ratio, 1.0))[place])


def _relative_width(told: pd.DataFrame, keys: Sequence[str], names: pd.Index, months: list[str]) -> np.ndarray:
    """Width of each node in relation to its plan, (nodes, months); NaN where nothing is planned."""
    node = told[list(keys)].astype("str").agg(" x ".join, axis=1) if keys else pd.Series(COMPANY, index=told.index)
    side = np.maximum(told["above"], (told["above"] + told["below"]) / 2)
    share = (side / told["p50"].where(told["p50"] > 0)).to_numpy()
    wide = pd.DataFrame({"node": node.to_numpy(), "period": told["period"].to_numpy(), "share": share})
    return wide.pivot(index="node", columns="period", values="share").reindex(index=names, columns=months).to_numpy(dtype=float)


def _sums(part: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    """(origins, series, steps) added up to (origins, nodes, steps)."""
    sums = np.zeros((part.shape[0], count, part.shape[2]))
    for place, one in enumerate(part):
        np.add.at(sums[place], codes, one)
    return sums
