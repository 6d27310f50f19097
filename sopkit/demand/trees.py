"""One LightGBM model for all series: where a series will differ from what the statistical models say of it (extra `ml`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sopkit.demand.kernels import KERNELS, Kernel, Panel
from sopkit.errors import ParamsError, Problem

STATISTICAL = ("dynamic_theta", "holt_winters", "complex_smoothing")
ORIGINS = 8  # earlier cutoffs that it learns from, a quarter of a season apart
WINDOW = 24  # latest periods shown to the model
LEAST_LEVEL = 0.05  # of the level: what is below counts as this, as a logarithm has no zero
ROWS = 100_000  # learned from, at most, taken evenly
ROUNDS = 120
SETTINGS: dict[str, Any] = {
    "objective": "l1",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # one thread: the same sums in the same order on every machine
    "verbose": -1,
}


def trees_learned(panel: Panel, horizon: int) -> Kernel:
    """A kernel that corrects the mean of the statistical models by what many series have in common.

    Target at an origin, direct for each step h: ln(y_{n+h} / season / level) - ln(mean forecast / season / level), less its median over
    the series at that origin and step: what hit all series at once is no pattern to expect again. Features: the window's logarithms over
    its level, its noise and growth, the season of the month to come, h, and how the statistical models differ. Absolute error. Nothing
    after an origin is used at it: season, level and statistical forecasts are made anew from what was known. Source of the design:
    Montero-Manso and Hyndman 2021 (global models); Makridakis, Spiliotis and Assimakopoulos 2022 (M5: LightGBM on normalised windows).

    Args:
        panel: what may be learned from.
        horizon: most steps ahead that will be asked for; steps beyond are corrected like the last.

    Returns:
        A kernel; the statistical mean where there was nothing to learn from, NaN for series shorter than half a season or ever negative.

    Raises:
        ParamsError: lightgbm is not installed.
    """
    lightgbm = _lightgbm()
    parts = list(_lessons(panel, horizon))
    features, target = (np.concatenate(part) for part in zip(*parts, strict=True)) if parts else (np.empty((0, 1)), np.empty(0))
    if len(target) < 2 * SETTINGS["min_data_in_leaf"]:
        return lambda later, steps: _seen(later, steps).mean
    chosen = np.linspace(0, len(target) - 1, min(ROWS, len(target))).astype(int)
    model = lightgbm.train(SETTINGS, lightgbm.Dataset(features[chosen], target[chosen]), ROUNDS)

    def kernel(later: Panel, steps: int) -> np.ndarray:
        seen = _seen(later, steps)
        forecast = np.full(seen.mean.shape, np.nan)
        for step in range(steps if len(later.values) else 0):
            correction = np.asarray(model.predict(_features(seen, step, min(step, horizon - 1)), num_threads=1))
            forecast[:, step] = np.where(seen.usable, seen.mean[:, step] * np.exp(correction), np.nan)
        return later.bounded(forecast)

    return kernel


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is known of each series at an origin."""

    usable: np.ndarray  # (series,)
    level: np.ndarray  # (series,), 1 where not usable
    season: np.ndarray  # (series, steps), at least a tenth
    mean: np.ndarray  # (series, steps): mean of the statistical models
    each: list[np.ndarray]  # the statistical models, each (series, steps)
    window: np.ndarray  # (series, features that do not depend on the step)

    def relative(self, forecast: np.ndarray) -> np.ndarray:
        """Logarithm of forecasts of one step without season and level."""
        return np.log(np.maximum(forecast, LEAST_LEVEL))


def _seen(panel: Panel, steps: int) -> _Seen:
    """Season, level, window and statistical forecasts of a panel."""
    length, periods = panel.season_length, panel.values.shape[1]
    half = max(length // 2, 3)
    adjusted = np.full((len(panel.values), max(WINDOW, periods)), np.nan)
    adjusted[:, adjusted.shape[1] - periods :] = panel.season.adjusted
    recent = adjusted[:, -half:]
    level = np.nan_to_num(recent).sum(axis=1) / np.maximum((~np.isnan(recent)).sum(axis=1), 1)
    usable = (level > 0) & (panel.length >= half) & panel.non_negative
    level = np.where(usable, level, 1.0)
    logs = np.log(np.maximum(adjusted[:, -WINDOW:] / level[:, None], LEAST_LEVEL))
    growth = logs[:, -1] - logs[:, -1 - length] if length < WINDOW else np.full(len(level), np.nan)
    noise = np.log(np.maximum(panel.one_step_error / level, 1e-3))
    window = np.column_stack([logs, growth, noise, np.minimum(panel.length, 150), panel.season.seasonal])
    each = [KERNELS[name](panel, steps) for name in STATISTICAL]
    return _Seen(usable, level, np.maximum(panel.season.ahead(steps), 0.1), np.mean(each, axis=0), each, window)


def _features(seen: _Seen, step: int, told: int) -> np.ndarray:
    """Features of one step ahead (series, features); `told` is the step the model is told."""
    scale = seen.level * seen.season[:, step]
    mean = seen.relative(seen.mean[:, step] / scale)
    apart = [seen.relative(one[:, step] / scale) - mean for one in seen.each]
    return np.column_stack([seen.window, np.full(len(scale), told + 1), np.log(seen.season[:, step]), mean, *apart]).astype(np.float32)


def _lessons(panel: Panel, horizon: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Features and targets by origin and step; series of at least two seasons at the origin."""
    periods, apart = panel.values.shape[1], max(1, panel.season_length // 4)
    least = max(2 * panel.season_length, 12)
    for cut in range(apart, min(ORIGINS * apart, periods - least) + 1, apart):
        past = panel.until(cut)
        rows = np.flatnonzero(past.length >= least)
        if not len(rows):
            continue
        known = min(horizon, cut)
        seen = _seen(past.rows(rows), known)
        actual = panel.values[rows, periods - cut : periods - cut + known]
        for step in range(known):
            scale = seen.level * seen.season[:, step]
            target = seen.relative(actual[:, step] / scale) - seen.relative(seen.mean[:, step] / scale)
            features = _features(seen, step, step)[seen.usable]
            yield features, target[seen.usable] - np.median(target[seen.usable]) if seen.usable.any() else target[seen.usable]


def _lightgbm() -> Any:
    """The library; raises ParamsError where the extra is not installed."""
    try:
        import lightgbm
    except ImportError as error:
        problem = Problem(
            "tier or models", "global_trees without lightgbm", "the extra `ml`", 'pip install "sopkit[ml]", or the standard tier'
        )
        raise ParamsError("a model that needs an extra", [problem]) from error
    return lightgbm
