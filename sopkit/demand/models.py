"""Which models a pool holds: the tiers, the kernels by name, and any other sktime forecaster by its dotted name."""

from collections.abc import Sequence

import numpy as np

from sopkit.demand.kernels import KERNELS, Kernel, Panel
from sopkit.errors import ParamsError, Problem

NAIVE = "seasonal_naive"  # the yardstick is always there
GLOBAL = "global_trees"  # one model for all series, learned from them (extra `ml`)

TIERS: dict[str, tuple[str, ...]] = {
    "fast": ("dynamic_theta", "holt_winters"),
    "standard": ("dynamic_theta", "holt_winters", "complex_smoothing"),
    "best": ("dynamic_theta", "holt_winters", "complex_smoothing", GLOBAL),
}


def pool_models(tier: str, models: Sequence[str] = ()) -> tuple[str, ...]:
    """The models of a pool: those named, or the tier's where none is named.

    Raises:
        ParamsError: an unknown tier or model.
    """
    if tier not in TIERS:
        raise ParamsError("no such tier", [Problem("tier", repr(tier), "one of " + ", ".join(TIERS))])
    return check_models(models or TIERS[tier])


def check_models(models: Sequence[str]) -> tuple[str, ...]:
    """The models of the pool, each known and named once; raises ParamsError naming those that are not."""
    models = (models,) if isinstance(models, str) else tuple(models)
    unknown = [name for name in dict.fromkeys(models) if name not in KERNELS and name != GLOBAL and "." not in name]
    if unknown or not models or len(set(models)) < len(models):
        came = ", ".join(map(repr, unknown)) if unknown else repr(list(models))
        expected = "some of " + ", ".join([*KERNELS, GLOBAL]) + ", each once"
        hint = "any other sktime forecaster by its dotted name, such as sktime.forecasting.theta.ThetaForecaster (slow: one by one)"
        raise ParamsError("models that cannot be used", [Problem("models", came, expected, hint)])
    return tuple(models)


def learned(name: str, panel: Panel, horizon: int) -> Kernel:
    """The kernel of a model: what learns from the whole panel has learned from this one, the others learn as they forecast.

    Args:
        name: a kernel, `global_trees`, or the dotted name of an sktime forecaster.
        panel: what may be learned from.
        horizon: most steps ahead that will be asked for.
    """
    if name in KERNELS:
        return KERNELS[name]
    if name == GLOBAL:
        from sopkit.demand.trees import trees_learned  # lightgbm is an extra

        return trees_learned(panel, horizon)
    from sopkit.demand.panel.foreign import foreign_kernel  # sktime costs seconds to import

    return foreign_kernel(name)


def told(forecast: np.ndarray) -> np.ndarray:
    """Series that a model could forecast: bool (series,), every step a number."""
    return np.isfinite(forecast).all(axis=-1)
