"""How much each model of the pool counts for each series: by proven skill, shrunk to equal, never winner takes all."""

import numpy as np

from sopkit.demand.kernels.season import LEAST_SEASONS
from sopkit.demand.models import GLOBAL, NAIVE, told
from sopkit.demand.rolling import REGULAR, Rolling

TRUST = 12  # scored periods at which proven skill and equal weights count alike
CLEARLY_WORSE = 2.0  # a model whose error is above so many times seasonal naive's is dropped for the series
LEAST_SCORED = 12  # periods below which no model is dropped
LEAST_RELATIVE = 0.05  # no model counts as more than so many times better than the mean
SMALLEST = 1e-12  # units: below it an error is none


def equal_weights(models: tuple[str, ...]) -> np.ndarray:
    """Weights without any evidence: the same for each model and none for seasonal naive (models + 1,).

    The one model that learns from all series counts as much as all those together that learn from one: half.
    """
    single = [name for name in models if name != GLOBAL]
    part = 0.5 if GLOBAL in models and single else 1.0
    return np.array([part / max(len(single), 1) if name != GLOBAL else 0.5 if single else 1.0 for name in models] + [0.0])


def skill_weights(error: np.ndarray, naive: np.ndarray, scored: np.ndarray, prior: np.ndarray, *, equal: np.ndarray) -> np.ndarray:
    """Weights of the models and of seasonal naive: (series, models + 1), rows sum to 1.

    w = trust x skill + (1 - trust) x prior, skill proportional to equal weight / error^2, trust = n / (n + 12), n the scored periods.
    From 12 scored periods on, models with an error above twice seasonal naive's are dropped, and seasonal naive is used where that
    leaves none; with fewer, nothing is proven and the prior holds. Errors of a few overlapping origins are worth little: a bound near 1
    makes the pool worse. A model that failed on the series (no error) has no weight. Source: Bates and Granger 1969 (inverse squared
    error), shrunk to weights that need no estimate from the series itself (Claeskens, Magnus, Vasnev and Wang 2016).

    Args:
        error: mean absolute error of each model (series, models); NaN where nothing was scored.
        naive: mean absolute error of seasonal naive (series,).
        scored: scored periods (series,).
        prior: weights without knowledge of the series: (series, models + 1), rows sum to 1.
        equal: weights without any evidence (models + 1,).
    """
    proven = (scored >= LEAST_SCORED)[:, None]
    errors = np.column_stack([error, naive])
    usable = ~np.isnan(errors) | (scored == 0)[:, None]
    size = np.where((scored > 0)[:, None], np.nan_to_num(errors), 1.0)
    candidate = usable & (size <= CLEARLY_WORSE * size[:, -1:])
    candidate[:, -1] = ~candidate[:, :-1].any(axis=1)
    relative = size / np.maximum((size * usable).sum(axis=1) / np.maximum(usable.sum(axis=1), 1), SMALLEST)[:, None]
    share = np.where(equal > 0, equal, equal.max())
    skill = np.where(candidate, share / np.maximum(relative, LEAST_RELATIVE) ** 2, 0.0)
    kept = np.where(candidate, prior, 0.0)
    kept = np.where(kept.sum(axis=1, keepdims=True) > 0, kept, candidate)
    trust = (scored / (scored + TRUST))[:, None]
    mixed = trust * skill / skill.sum(axis=1, keepdims=True) + (1 - trust) * kept / kept.sum(axis=1, keepdims=True)
    return np.where(proven, mixed, prior)


def group_prior(error: np.ndarray, naive: np.ndarray, scored: np.ndarray, young: np.ndarray, *, equal: np.ndarray) -> np.ndarray:
    """Weights that a series gets before it has proven anything: (series, models + 1).

    Half equal, half by the skill of the models over all series of its group (young ones, of less than three seasons, and others): the
    errors of each series are taken relative to their mean, so that all series count alike. Equal where the group has no scores.
    """
    prior = np.tile(equal, (len(error), 1))
    size = np.column_stack([error, naive])
    mean = np.nan_to_num(np.where(np.isnan(size), 0.0, size).mean(axis=1))
    for group in (young, ~young):
        rows = group & (scored > 0) & (mean > 0)
        if rows.any():
            relative = _column_means(size[rows] / mean[rows, None])
            prior[group] = skill_weights(relative[None, :-1], relative[-1:], np.array([LEAST_SCORED]), equal[None], equal=equal)
    return prior


def _column_means(values: np.ndarray) -> np.ndarray:
    """Mean of each column over its numbers, NaN where it has none."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    return np.divide(np.where(there, values, 0.0).sum(axis=0), count, out=np.full(values.shape[1], np.nan), where=count > 0)


def mixture(stack: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean of the models' forecasts, and the weights that could be used.

    A model that gave no number for a series is left out and its weight divided among the others; seasonal naive stands in where
    none is left.

    Args:
        stack: forecasts (models + 1, series, horizon), seasonal naive last.
        weight: (series, models + 1), rows sum to 1.
    """
    used = np.where(told(stack).T, weight, 0.0)
    used[:, -1] = np.where(used.sum(axis=1) > 0, used[:, -1], 1.0)
    used = used / used.sum(axis=1, keepdims=True)
    return np.einsum("sm,msh->sh", used, np.where(used.T[:, :, None] > 0, np.nan_to_num(stack), 0.0)), used


def weights_of(result: Rolling, models: tuple[str, ...], place: int | None = None) -> np.ndarray:
    """Weights from what was known at an origin, or from all origins where `place` is None: (series, models + 1)."""
    horizon = result.actual.shape[2]
    known = ~np.isnan(result.actual)
    cut = 0 if place is None else result.cuts[place]
    if place is not None:  # only errors that an observer at this origin could have seen
        seen = np.array([earlier - cut for earlier in result.cuts])
        known = known & (np.arange(1, horizon + 1)[None, :] <= seen[:, None])[None]
    scored = known.sum(axis=(1, 2))
    error = np.column_stack([_mean_error(result, name, known, scored) for name in models])
    naive = _mean_error(result, NAIVE, known, scored)
    young = result.length - cut < LEAST_SEASONS * result.season_length
    equal = equal_weights(models)
    return skill_weights(error, naive, scored, group_prior(error, naive, scored, young, equal=equal), equal=equal)


def pooled(result: Rolling, models: tuple[str, ...], weights: str = "skill") -> np.ndarray:
    """What the pool would have said at each origin, its weights taken from what was known then: (series, origins, horizon)."""
    stack = np.stack([result.forecast[name] for name in (*models, NAIVE)])
    same = np.tile(equal_weights(models), (len(result.actual), 1))
    forecast = np.empty(result.actual.shape)
    for place in range(len(result.cuts)):
        mixed, _ = mixture(stack[:, :, place], same if weights == "equal" else weights_of(result, models, place))
        regular = (result.kind[:, place] == REGULAR)[:, None]
        forecast[:, place] = np.where(regular, mixed, result.stand_in[:, place])
    return np.where(np.isnan(result.forecast[NAIVE]), np.nan, forecast)


def _mean_error(result: Rolling, name: str, known: np.ndarray, scored: np.ndarray) -> np.ndarray:
    """Mean absolute error of a model over the scored periods of each series, NaN where it gave no number for one of them."""
    error = np.where(known, np.abs(result.forecast[name] - result.actual), 0.0).sum(axis=(1, 2))
    return np.divide(error, scored, out=np.full(len(scored), np.nan), where=scored > 0)
