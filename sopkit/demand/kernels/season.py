"""Seasonality: the test, the factors and the series without them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

CRITICAL = 1.645  # two-sided 90 % of the normal distribution
CERTAINTY = 0.99  # of the test of the factors
LEAST_SEASONS = 3  # below three seasons the autocorrelation at one season tells nothing
DISCOUNTS = (1.0, 0.85, 0.7, 0.5)  # weight of a season against the one after it: 1 = the season never changes
LONGEST_INTERVAL = 1.32  # periods per period with demand; above it an item sells now and then (Syntetos, Boylan and Croston 2005)
CHANCE_OF_RETURN = 2.326  # one-sided 99 % of the normal distribution
LEAST_FACTOR = 0.1  # a period with less than a tenth of the mean tells nothing about the level


@dataclass(frozen=True, eq=False)
class Season:
    """Seasonal factors of a panel; phase p of a right-aligned column t of T is (T - 1 - t) mod m, the same for all series."""

    factors: np.ndarray  # (series, season_length), mean 1; all 1 where a series is not seasonal or its season is added
    added: np.ndarray  # (series, season_length), mean 0, in units of the series; 0 where its season is not added
    seasonal: np.ndarray  # (series,) bool
    adjusted: np.ndarray  # (series, periods): (values - added) / factors, NaN before a series starts

    def ahead(self, horizon: int) -> np.ndarray:
        """Factors of the periods to come: (series, horizon)."""
        length = self.factors.shape[1]
        return self.factors[:, (-1 - np.arange(horizon)) % length]

    def put_on(self, flat: np.ndarray) -> np.ndarray:
        """Forecasts without season (series, horizon) with it: flat x factor + added."""
        horizon, length = flat.shape[1], self.factors.shape[1]
        return flat * self.ahead(horizon) + self.added[:, (-1 - np.arange(horizon)) % length]


def season_of(values: np.ndarray, season_length: int) -> Season:
    """Decomposition of the series that pass a test of seasonality, `demand_repeats`: multiplied, added where a series was ever negative.

    trend_t = centred moving average over one season (2 x m where m is even); factor_p = discounted mean over t of phase p of
    y_t / trend_t (`latest_factors`), divided by the factors' mean; adjusted_t = y_t / factor. A phase whose factor is below 0.1 tells
    nothing about the level: there the adjusted value is the trend. Added: y_t - trend_t in place of y_t / trend_t, less the mean of the
    phases, adjusted_t = y_t - added: a factor of a level near zero says nothing. Source: classical decomposition (Kendall and Stuart
    1983; R's `decompose`), with the season let change as X-11 lets it (Ladiray and Quenneville 2001, section 4.1).

    Args:
        values: right-aligned (series, periods), NaN before a series starts.
        season_length: periods in a season; 1 = none.
    """
    series, periods = values.shape
    if season_length == 1 or periods < 2 * season_length:
        return Season(np.ones((series, season_length)), np.zeros((series, season_length)), np.zeros(series, dtype=bool), values)
    phase = (periods - 1 - np.arange(periods)) % season_length
    trend = centred_average(values, season_length)
    adds = (np.nan_to_num(values) < 0).any(axis=1)[:, None]
    ratio = np.where(adds, values - trend, np.divide(values, trend, out=np.full_like(values, np.nan), where=trend > 0))
    fixed = np.stack([_mean_or_nan(ratio[:, phase == p]) for p in range(season_length)], axis=1)
    proven = has_autocorrelation(values, season_length) | has_factors(ratio, fixed[:, phase], season_length)
    proven &= demand_repeats(values, season_length)
    seasonal = proven & ~np.isnan(fixed).any(axis=1)
    latest = latest_factors(ratio, season_length)
    mean = latest.mean(axis=1, keepdims=True)
    seasonal &= (mean[:, 0] > 0) | adds[:, 0]
    factors = np.where(seasonal[:, None] & ~adds, latest / np.where(mean > 0, mean, 1.0), 1.0)
    added = np.where(seasonal[:, None] & adds, latest - mean, 0.0)
    spread = factors[:, phase]
    level = _edges_filled(trend)
    adjusted = np.where(spread >= LEAST_FACTOR, (values - added[:, phase]) / np.maximum(spread, LEAST_FACTOR), level)
    return Season(factors, added, seasonal, np.where(np.isnan(values), np.nan, adjusted))


def latest_factors(ratio: np.ndarray, season_length: int) -> np.ndarray:
    """Seasonal factors as they are at the end: (series, season_length), 0 where a phase has no ratio.

    factor_p = sum_k d^k r_k / sum_k d^k over the ratios r_0, r_1, ... of phase p, the latest first; d of 1, 0.85, 0.7, 0.5 is the one
    whose factors, made from earlier seasons only, foretold the ratios of each next season best (least squares over all phases; the
    largest of equal ones). One fixed factor from many years is what makes Theta weak on strongly seasonal series: their season moves.
    Source: discounted least squares (Brown 1963); X-11's 3 x 5 seasonal filter lets factors move at about d = 0.7.

    Args:
        ratio: values / trend, or values - trend, right-aligned (series, periods), NaN where there is no trend.
        season_length: periods in a season.
    """
    series, periods = ratio.shape
    seasons = -(-periods // season_length)
    padded = np.full((series, seasons * season_length), np.nan)
    padded[:, seasons * season_length - periods :] = ratio
    cycles = padded.reshape(series, seasons, season_length)[:, :, ::-1]  # phase 0 is the last period
    discount = np.array(DISCOUNTS)[:, None, None]
    total = np.zeros((len(DISCOUNTS), series, season_length))
    count, missed = np.zeros_like(total), np.zeros((len(DISCOUNTS), series))
    for season in range(seasons):
        known, value = ~np.isnan(cycles[:, season]), np.nan_to_num(cycles[:, season])
        foretold = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
        missed += (np.where(known & (count > 0), value - foretold, 0.0) ** 2).sum(axis=2)
        total = np.where(known, discount * total + value, total)
        count = np.where(known, discount * count + 1, count)
    best, row = missed.argmin(axis=0), np.arange(series)
    return np.divide(total[best, row], count[best, row], out=np.zeros((series, season_length)), where=count[best, row] > 0)


def has_autocorrelation(values: np.ndarray, season_length: int) -> np.ndarray:
    """Which series repeat after a season: bool (series,).

    |r_m| > 1.645 sqrt((1 + 2 (r_1^2 + ... + r_{m-1}^2)) / n), r_k the autocorrelation at lag k, and n >= 3 m.
    Source: the seasonality test of the M4 competition's benchmarks (Makridakis, Spiliotis and Assimakopoulos 2020), 90 %.
    """
    observed = ~np.isnan(values)
    count = observed.sum(axis=1)
    mean = np.where(observed, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    centred = np.where(observed, values - mean[:, None], 0.0)
    power = (centred**2).sum(axis=1)
    lags = range(1, min(season_length, values.shape[1] - 1) + 1)
    product = np.stack([(centred[:, lag:] * centred[:, :-lag]).sum(axis=1) for lag in lags], axis=1)
    correlation = np.divide(product, power[:, None], out=np.zeros_like(product), where=power[:, None] > 0)
    limit = CRITICAL * np.sqrt((1 + 2 * (correlation[:, :-1] ** 2).sum(axis=1)) / np.maximum(count, 1))
    return (np.abs(correlation[:, -1]) > limit) & (count >= LEAST_SEASONS * season_length)


def has_factors(ratio: np.ndarray, factor: np.ndarray, season_length: int) -> np.ndarray:
    """Which series have seasonal factors that differ: bool (series,), 99 %.

    F = (sum (factor - mean)^2 / (m - 1)) / (sum (ratio - factor)^2 / (k - m)) over the k periods that have a ratio to the trend, against
    the F distribution. It finds smooth seasons, which the M4 test misses: there r_1 ... r_{m-1} are large too and raise its limit.
    Source: one-way analysis of variance of detrended values (the F-test of X-11, Ladiray and Quenneville 2001).

    Args:
        ratio: values / trend, or values - trend (series, periods), NaN where there is no trend.
        factor: factor of each period's phase, the same shape.
        season_length: periods in a season.
    """
    known = ~np.isnan(ratio)
    count = known.sum(axis=1)
    free = count - season_length
    mean = _mean_or_nan(ratio)[:, None]
    between = np.where(known, factor - mean, 0.0)
    within = np.where(known, ratio - factor, 0.0)
    explained, left = np.nan_to_num((between**2).sum(axis=1)) / (season_length - 1), np.nan_to_num((within**2).sum(axis=1))
    limit = fdtri(season_length - 1, np.maximum(free, 1), CERTAINTY)
    return (free > 0) & (explained > 1e-12) & (explained * free > limit * left)


def demand_repeats(values: np.ndarray, season_length: int) -> np.ndarray:
    """Series that sell in most periods, or whose periods with demand come back a season later, not by chance: bool (series,), 99 %.

    z = (B - mean) / deviation > 2.326, B the pairs of periods a season apart that both have demand, from the first demand on; of n
    pairs a have demand in the first and b in the second: mean = a b / n, deviation^2 = a b (n - a) (n - b) / (n^2 (n - 1)). Asked only
    where there are more than 1.32 periods per period with demand: a few sales that chance has put into one month of the year look like
    a season of sixfold demand. Source: the hypergeometric count of R. A. Fisher's exact test (1935), in its normal form.

    Args:
        values: right-aligned (series, periods), NaN before a series starts.
        season_length: periods in a season, fewer than there are periods.
    """
    demand = np.nan_to_num(values) != 0
    often = (~np.isnan(values)).sum(axis=1) <= LONGEST_INTERVAL * demand.sum(axis=1)
    begun = np.logical_or.accumulate(demand, axis=1)[:, :-season_length]
    before, after = demand[:, :-season_length] & begun, demand[:, season_length:] & begun
    pairs, first, second = (part.sum(axis=1).astype(float) for part in (begun, before, after))
    size = np.maximum(pairs, 2)
    square = first * second * (pairs - first) * (pairs - second) / (size**2 * (size - 1))
    return often | ((square > 0) & ((before & after).sum(axis=1) - first * second / size > CHANCE_OF_RETURN * np.sqrt(square)))


def centred_average(values: np.ndarray, season_length: int) -> np.ndarray:
    """Centred moving average over one season, NaN within half a season of either end: (series, periods)."""
    half, periods = season_length // 2, values.shape[1]
    weight = np.ones(season_length) / season_length if season_length % 2 else np.r_[0.5, np.ones(season_length - 1), 0.5] / season_length
    average = np.full_like(values, np.nan)
    inside = periods - len(weight) + 1
    average[:, half : half + inside] = sum(part * values[:, lag : lag + inside] for lag, part in enumerate(weight))
    return average


def _mean_or_nan(values: np.ndarray) -> np.ndarray:
    """Mean of each row over its numbers, NaN where it has none."""
    there = ~np.isnan(values)
    total, count = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _edges_filled(trend: np.ndarray) -> np.ndarray:
    """The trend with its first and last value carried to the ends; NaN where a row has none."""
    periods = trend.shape[1]
    there = ~np.isnan(trend)
    last = np.maximum.accumulate(np.where(there, np.arange(periods), -1), axis=1)
    first = np.where(there.any(axis=1), there.argmax(axis=1), 0)[:, None]
    return np.take_along_axis(trend, np.where(last < 0, first, last), axis=1)
