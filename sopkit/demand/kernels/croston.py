"""Demand that comes now and then, as size and interval or size and chance: Croston, its corrected form, and TSB."""

from dataclasses import dataclass

import numpy as np

from sopkit.demand.kernels.matrix import Panel

SMOOTHING = 0.1  # of sizes, intervals and chances; low, as all three sources recommend for demand with many zeros


def croston(panel: Panel, horizon: int) -> np.ndarray:
    """Croston: smoothed size of a demand over smoothed interval between demands, the same for each period.

    At a demand: z = z + 0.1 (y - z), p = p + 0.1 (q - p), q the periods since the demand before; f = z / p. Start: first size, first
    interval (periods up to and with the first demand). A series without demand has 0. Source: Croston 1972.
    """
    return _repeated(panel, _states(panel).rate, horizon)


def croston_corrected(panel: Panel, horizon: int) -> np.ndarray:
    """SBA: Croston x (1 - 0.1 / 2), which takes out most of its bias upwards. Source: Syntetos and Boylan 2005, equation 5."""
    return _repeated(panel, _states(panel).rate * (1 - SMOOTHING / 2), horizon)


def chance_of_demand(panel: Panel, horizon: int) -> np.ndarray:
    """TSB: smoothed size of a demand x smoothed chance of demand; it falls while nothing sells, so that ended items fade out.

    d = d + 0.1 (1 - d) at a demand, else d + 0.1 (0 - d); z as in Croston; f = d z. Start: first size, 1 / first interval.
    Source: Teunter, Syntetos and Babai 2011.
    """
    states = _states(panel)
    return _repeated(panel, states.size * states.chance, horizon)


@dataclass(frozen=True, eq=False)
class _States:
    """At the end of each series: smoothed size, size / interval, and chance of demand; each (series,), 0 where there was no demand."""

    size: np.ndarray
    rate: np.ndarray
    chance: np.ndarray


def _states(panel: Panel) -> _States:
    """The recursions of all three over all series at once."""
    series, periods = panel.values.shape
    size, interval, chance = np.zeros(series), np.zeros(series), np.zeros(series)
    since, met = np.zeros(series), np.zeros(series, dtype=bool)
    for time in range(periods):
        value, observed = np.nan_to_num(panel.values[:, time]), panel.observed[:, time]
        demand = value != 0
        since += observed
        first, later = demand & ~met, demand & met
        size = np.where(first, value, np.where(later, size + SMOOTHING * (value - size), size))
        interval = np.where(first, since, np.where(later, interval + SMOOTHING * (since - interval), interval))
        chance = np.where(first, 1 / np.maximum(since, 1), np.where(met, chance + SMOOTHING * (demand - chance), chance))
        since, met = np.where(demand, 0.0, since), met | demand
    return _States(size, np.divide(size, interval, out=np.zeros(series), where=interval > 0), chance)


def _repeated(panel: Panel, rate: np.ndarray, horizon: int) -> np.ndarray:
    return panel.bounded(np.repeat(rate[:, None], horizon, axis=1))
