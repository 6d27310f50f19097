"""What the coherent forecast would have said at earlier cutoffs, beside what came: the evidence behind the range of any sum."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.combination import Combination
from sopkit.demand.hierarchy.levels import Hierarchy
from sopkit.demand.hierarchy.reconciliation import reconciled
from sopkit.demand.weights import pooled

YEAR = 12  # months behind the shares by which a forecast is divided


@dataclass(frozen=True, eq=False)
class Track:
    """Coherent forecasts of the series at earlier cutoffs; sums over series are those of any node."""

    bottom: pd.DataFrame  # item, region, channel, family; one row per series, sorted
    cuts: tuple[int, ...]  # months between an origin and the last month, latest origin first
    forecast: np.ndarray  # (origins, series, horizon): units, at least 0
    actual: np.ndarray  # (origins, series, horizon): units, NaN where it has not come yet


def track_of(
    hierarchy: Hierarchy,
    pools: tuple[Combination, Combination | None],
    history: np.ndarray,
    parent: np.ndarray,
    variances: tuple[np.ndarray, np.ndarray],
) -> Track:
    """The forecasts that the same pools, shares and reconciliation would have made at the pools' own rolling origins.

    A series that was not there yet has a forecast of zero, as the plan of that month had none for it: what it sold is part of the error
    of every node above it. One that was too young for models has its mean. A node that was too young is the sum of its series.

    Args:
        hierarchy: the series and the nodes above them.
        pools: the fitted pool of the series that were forecast, and that of the nodes.
        history: (series, months): demand that models learn from, NaN before the first.
        parent: place of each series in the first pool (series,); several share one where a forecast was divided.
        variances: residual variance of the nodes and of the series, as the plan is reconciled by.
    """
    own, above = pools
    said = pooled(own.past, own.models, own.backtesting.weights)
    nodes = pooled(above.past, above.models, above.backtesting.weights) if above is not None else np.empty((0, *said.shape[1:]))
    months, horizon = history.shape[1], said.shape[2]
    forecast, actual = [], []
    for place, cut in enumerate(own.past.cuts):
        if cut >= months:
            break
        bottom = _bottom(said[:, place], history[:, : months - cut], parent)
        sums = hierarchy.sums @ bottom
        node = np.where(np.isnan(nodes[:, place]), sums, np.maximum(nodes[:, place], 0.0))
        silent = ~(bottom > 0).any(axis=1)
        made = reconciled(hierarchy.sums, node, bottom, variance=variances[0], bottom_variance=np.where(silent, 0.0, variances[1]))
        came = np.full((len(history), horizon), np.nan)
        known = min(cut, horizon)
        came[:, :known] = np.nan_to_num(history[:, months - cut : months - cut + known])
        forecast.append(made)
        actual.append(came)
    nothing = np.empty((0, len(history), horizon))
    made_then, came_then = (np.stack(part) if part else nothing for part in (forecast, actual))
    return Track(hierarchy.bottom, own.past.cuts[: len(forecast)], made_then, came_then)


def _bottom(said: np.ndarray, known: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Forecasts of the series at one origin before reconciliation: (series, horizon), at least 0; divided by shares as known then."""
    there = ~np.isnan(known)
    mean = np.nanmean(np.where(there.any(axis=1, keepdims=True), known, 0.0)[:, -YEAR:], axis=1)
    recent = np.maximum(np.nan_to_num(known[:, -YEAR:]).sum(axis=1), 0.0)
    whole = np.bincount(parent, recent, minlength=len(said))
    count = np.bincount(parent, there.any(axis=1).astype(float), minlength=len(said))
    share = np.divide(there.any(axis=1), count[parent], out=np.zeros(len(recent)), where=count[parent] > 0)
    share = np.divide(recent, whole[parent], out=share, where=whole[parent] > 0)
    divided = np.maximum(said[parent], 0.0) * share[:, None]
    young = np.maximum(np.nan_to_num(mean), 0.0)[:, None] * there.any(axis=1)[:, None]
    return np.where(np.isnan(divided), young, divided)
