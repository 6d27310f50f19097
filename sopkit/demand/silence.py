"""Periods without demand that are no chance: items that have ended, and items that began to sell later than they were recorded."""

import numpy as np
from scipy.special import betaln

from sopkit.demand.kernels import Panel

LEAST_SILENCE = 4  # periods without demand below which nothing is said
SEASONS_TO_TELL = 2  # below them no season can be found
CHANCE = 0.01  # of so long a silence, below which it is no chance


def has_ended(panel: Panel) -> np.ndarray:
    """Series that are silent far longer than between their sales: bool (series,); seasonal ones are exempt.

    (1 - q)^z < 1 %, z >= 4 and z above every silence before: z periods without demand at the end, q = (d + 1) / (s + 2) the share of
    periods with demand among the s from the first demand to the last, d of them with demand (Laplace's rule of succession). A series
    of less than two seasons cannot prove its season: there z must also be more than half a season.
    """
    demand = np.nan_to_num(panel.values) != 0
    silent = demand[:, ::-1].argmax(axis=1)
    share = (demand.sum(axis=1) + 1) / (_span(demand) + 2)
    return demand.any(axis=1) & _long(panel, demand, silent) & ((1 - share) ** silent < CHANCE) & ~panel.season.seasonal


def begun(panel: Panel) -> Panel:
    """The panel, its series from their first demand on where they were silent before it far longer than ever since.

    Recorded zeros before an item sold are no demand of zero: a trend drawn through them, or a mean over them, is that of another item.
    z periods without demand before the first, z >= 4 (in less than two seasons more than half of one) and above every silence since;
    P = B(d + 1, s - d + z + 1) / B(d + 1, s - d + 1) < 1 %: the chance of z periods without any, told by the s periods after the first
    demand, d of them with demand (beta-binomial with a uniform prior, Laplace's rule of succession for z periods at once). One sale at
    the very end says nothing of how often an item sells: there zeros before it count, and so they do where less than a season has come
    since, as that is too little for a model to know better.
    """
    demand = np.nan_to_num(panel.values) != 0
    place = demand.argmax(axis=1)
    silent, since, later = place - panel.first, _span(demand) - 1, np.maximum(demand.sum(axis=1) - 1, 0)
    chance = np.exp(betaln(later + 1, since - later + silent + 1) - betaln(later + 1, since - later + 1))
    late = demand.any(axis=1) & _long(panel, demand, silent) & (chance < CHANCE) & (since >= panel.season_length)
    if not late.any():
        return panel
    before = late[:, None] & (np.arange(demand.shape[1]) < place[:, None])
    return Panel(np.where(before, np.nan, panel.values), panel.season_length)


def _span(demand: np.ndarray) -> np.ndarray:
    """Periods from the first with demand to the last with demand: int (series,), at least 1."""
    return np.maximum(demand.shape[1] - demand[:, ::-1].argmax(axis=1) - demand.argmax(axis=1), 1)


def _long(panel: Panel, demand: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Whether a silence at one end is longer than any between sales, and long enough to say anything: bool (series,)."""
    untold = panel.length < SEASONS_TO_TELL * panel.season_length
    least = np.where(untold, np.maximum(LEAST_SILENCE, panel.season_length // 2 + 1), LEAST_SILENCE)
    return (silent >= least) & (silent > _longest_silence(demand))


def _longest_silence(demand: np.ndarray) -> np.ndarray:
    """The most periods without demand between two with demand: int (series,)."""
    place = np.arange(demand.shape[1])
    latest = np.maximum.accumulate(np.where(demand, place, -1), axis=1)
    between = np.where(demand[:, 1:] & (latest[:, :-1] >= 0), place[1:] - latest[:, :-1] - 1, 0)
    return between.max(axis=1, initial=0)
