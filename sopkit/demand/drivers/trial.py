"""Whether a driver has earned its place: forecasts with it and without it, from the same earlier cutoffs, month against month."""

from dataclasses import dataclass

import numpy as np

from sopkit.demand.accuracy.paired import Saving, paired_saving
from sopkit.demand.drivers.effect import Driver
from sopkit.demand.drivers.markets import Markets
from sopkit.demand.kernels import KERNELS, right_aligned

MODELS = ("dynamic_theta", "holt_winters")  # the fast pool: what a driver adds hardly depends on the model beside it
LEAST_KNOWN = 24  # closed months at the earliest origin: two seasons
ORIGINS = 24  # at most, a month apart
DIFFERENT = 1e-3  # of a forecast: cells that a driver moves by less take no part


@dataclass(frozen=True)
class Trial:
    """What the rolling origins said."""

    origins: int
    months: int  # distinct months scored
    with_ratio: float  # WAPE with the driver, of the cells that it moves
    without_ratio: float
    saving: Saving
    saved: float  # absolute errors without it less those with it, units


@dataclass(frozen=True, eq=False)
class _Origins:
    """Forecasts with and without a driver, and what came: (origins, rows, steps) each."""

    plain: np.ndarray
    driven: np.ndarray
    actual: np.ndarray
    month: np.ndarray  # (origins, steps): place of the month


def tried(driver: Driver, markets: Markets, *, steps: int) -> Trial:
    """Forecast with a driver and without it from each of the last cutoffs, on the cells that it moves.

    At each origin the effect is estimated from what was known then, taken out of the history, and put on the months ahead; both
    forecasts are the mean of the same two models. Judged on recorded demand, but for months in which a stock-out hid some of it, with
    the sums of a target month as one piece of evidence (`paired_saving`).

    Args:
        driver: what is tried.
        markets: the demand.
        steps: months ahead of each origin.
    """
    said = _forecasts(driver, markets, steps)
    if said is None:
        return Trial(0, 0, np.nan, np.nan, paired_saving(np.empty(0), np.empty(0)), 0.0)
    moved = np.isfinite(said.actual) & (np.abs(said.driven - said.plain) > DIFFERENT * np.abs(said.plain))
    month = np.broadcast_to(said.month[:, None, :], said.actual.shape)[moved]
    actual, plain, driven = said.actual[moved], said.plain[moved], said.driven[moved]
    without, with_it = np.abs(plain - actual), np.abs(driven - actual)
    months, place = np.unique(month, return_inverse=True)
    saved, asked = (np.bincount(place, part, len(months)) for part in (without - with_it, actual))
    total = actual.sum() if actual.sum() > 0 else np.nan
    origins = int(moved.any(axis=(1, 2)).sum())
    share = float(with_it.sum() / total), float(without.sum() / total)
    return Trial(origins, len(months), *share, paired_saving(saved, asked), float(saved.sum()))


def _forecasts(driver: Driver, markets: Markets, steps: int) -> _Origins | None:
    """Both forecasts at every origin; None where the effect could not be told at any."""
    asked, recorded = markets.demand[driver.rows], markets.recorded[driver.rows]
    weight = np.nansum(asked, axis=1)
    past, ahead, known_at = [], [], []
    for known in range(max(LEAST_KNOWN, markets.closed - ORIGINS), markets.closed):
        effect = driver.effect(known)
        if effect.told:
            factor = driver.log_factor(effect.value, known)
            factor = _weighted(factor, weight) if driver.pooled else factor
            past.append(factor[:, :known])
            ahead.append(factor[:, known : known + steps])
            known_at.append(known)
    if not known_at:
        return None
    if driver.pooled:
        asked, recorded = np.nansum(asked, axis=0, keepdims=True), recorded.sum(axis=0, keepdims=True, where=_begun(asked))
    series = [row[:known] for known in known_at for row in asked]
    cleaned = [part for known, factor in zip(known_at, past, strict=True) for part in asked[:, :known] / np.exp(factor)]
    panel = right_aligned([one[~np.isnan(one)] for one in (*series, *cleaned)], 12)
    forecast = np.mean([KERNELS[name](panel, steps) for name in MODELS], axis=0)
    plain, driven = forecast.reshape(2, len(known_at), len(asked), steps)
    month = np.array(known_at)[:, None] + np.arange(steps)
    reached = np.concatenate([recorded, np.full((len(recorded), steps), np.nan)], axis=1)
    actual = np.stack([reached[:, row] for row in month])
    return _Origins(plain, driven * np.exp(np.stack(ahead)), actual, month)


def _begun(asked: np.ndarray) -> np.ndarray:
    """Months from each market's first one on."""
    return np.maximum.accumulate(~np.isnan(asked), axis=1)


def _weighted(factor: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The mean over markets, by what each sold: (1, months)."""
    return (factor * weight[:, None]).sum(axis=0, keepdims=True) / max(float(weight.sum()), 1e-12)
