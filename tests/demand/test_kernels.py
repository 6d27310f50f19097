"""Every kernel against plain Python that follows its equation, one series at a time."""

import itertools
import math

import numpy as np
import pytest

from sopkit.demand.kernels import KERNELS, damped, dynamic_theta, holt_winters, right_aligned
from sopkit.demand.kernels.averaging import PERFECT, akaike_weights
from sopkit.demand.kernels.batches import batches
from sopkit.demand.kernels.complex_smoothing import FULL, SIMPLE
from sopkit.demand.kernels.damped import GRID as DAMPED_GRID
from sopkit.demand.kernels.dynamic_theta import GRID as THETA_GRID
from sopkit.demand.kernels.holt_winters import GRID as WINTERS_GRID
from sopkit.demand.kernels.intermittent import ALPHAS as SELDOM_ALPHAS
from sopkit.demand.kernels.intermittent import mean_interval
from sopkit.demand.kernels.matrix import Panel
from sopkit.demand.kernels.season import DISCOUNTS, demand_repeats
from sopkit.demand.kernels.smoothing import ALPHAS, simple_smoothing

HORIZON = 7
SEASONS = (1, 4, 7, 12)


def ragged(season_length: int, seed: int = 3) -> list[np.ndarray]:
    """Series of unequal length: seasonal, flat, trending, with zeros, constant, all zero, one and two observations, negative."""
    rng = np.random.default_rng(seed)
    time = np.arange(60)
    wave = 1 + 0.5 * np.sin(2 * np.pi * time / max(season_length, 2))
    return [
        np.maximum(rng.normal(100 + time / 2, 5) * wave, 0),
        (rng.normal(100, 5, 60) * wave)[-41:],
        rng.normal(50, 10, 30),
        time[-25:] * 2.0 + rng.normal(0, 1, 25) + 5,
        rng.poisson(0.4, 48).astype(float),
        np.full(40, 7.0),
        np.zeros(20),
        np.array([5.0]),
        np.array([3.0, 8.0]),
        rng.normal(0, 10, 50),
        np.array([float({0: 3, 2: 3, 4: 2, 8: 1, 12: 1, 17: 5, 29: 2, 30: 1, 33: 2, 37: 6}.get(month, 0)) for month in time[:41]]),
        np.where(time[:48] % max(season_length, 2) < max(season_length // 3, 1), 20.0, 0.0) + rng.integers(0, 2, 48),
        40 * (wave - 1) + time / 10 + rng.normal(-5, 3, 60),
    ]


# ---- the oracles: one series, plain Python ------------------------------------------------------------------------------------


def plain_season(y: list[float], m: int) -> tuple[list[float], list[float]]:
    """Factor and addend of each of the m periods that follow the series; all 1 and 0 where it is not seasonal."""
    n, adds = len(y), min(y) < 0
    flat = [1.0] * m, [0.0] * m
    if m == 1 or n < 2 * m:
        return flat
    trend: list[float | None] = [None] * n
    half = m // 2
    for t in range(half, n - half):
        window = y[t - half : t + half + 1]
        total = sum(window) if m % 2 else sum(window) - window[0] / 2 - window[-1] / 2
        trend[t] = total / m
    ratios: list[list[float]] = [[] for _ in range(m)]
    for t, level in enumerate(trend):
        if level is not None and (adds or level > 0):
            ratios[(t - n) % m].append(y[t] - level if adds else y[t] / level)
    if any(not one for one in ratios):
        return flat
    raw = [sum(one) / len(one) for one in ratios]
    if not (plain_repeats(y, m) or plain_differ(ratios, raw)) or plain_lumpy(y, m):
        return flat
    latest = plain_latest(ratios)
    if adds:
        return flat[0], [part - sum(latest) / m for part in latest]
    return ([factor / (sum(latest) / m) for factor in latest], flat[1]) if sum(latest) > 0 else flat


def plain_latest(ratios: list[list[float]]) -> list[float]:
    """Discounted mean of each phase's ratios (oldest first), the discount that foretold each next season best."""
    found = []
    for d in DISCOUNTS:
        missed, factors = 0.0, []
        for one in ratios:
            for k in range(1, len(one)):
                missed += (one[k] - plain_discounted(one[:k], d)) ** 2
            factors.append(plain_discounted(one, d))
        found.append((missed, factors))
    return min(found, key=lambda pair: pair[0])[1]


def plain_discounted(values: list[float], d: float) -> float:
    weights = [d ** (len(values) - 1 - k) for k in range(len(values))]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


def plain_repeats(y: list[float], m: int) -> bool:
    n, mean = len(y), sum(y) / len(y)
    power = sum((v - mean) ** 2 for v in y)
    if n < 3 * m or power == 0:
        return False
    r = [sum((y[t] - mean) * (y[t - k] - mean) for t in range(k, n)) / power for k in range(1, m + 1)]
    return abs(r[-1]) > 1.645 * math.sqrt((1 + 2 * sum(v * v for v in r[:-1])) / n)


def plain_lumpy(y: list[float], m: int) -> bool:
    """Sells now and then, and not again a season later by more than chance."""
    sold = [v != 0 for v in y]
    if len(y) <= 1.32 * sum(sold):
        return False
    pairs = [(sold[t], sold[t + m]) for t in range(sold.index(True) if any(sold) else len(y), len(y) - m)]
    n, a, b, both = len(pairs), sum(x for x, _ in pairs), sum(z for _, z in pairs), sum(x and z for x, z in pairs)
    square = a * b * (n - a) * (n - b) / (n**2 * (n - 1)) if n > 1 else 0.0
    return not (square > 0 and both - a * b / n > 2.326 * math.sqrt(square))


def plain_differ(ratios: list[list[float]], raw: list[float]) -> bool:
    from scipy.special import fdtri

    m, values = len(raw), [v for one in ratios for v in one]
    free = len(values) - m
    if free <= 0:
        return False
    mean = sum(values) / len(values)
    between = sum(len(one) * (factor - mean) ** 2 for one, factor in zip(ratios, raw, strict=True)) / (m - 1)
    within = sum((v - factor) ** 2 for one, factor in zip(ratios, raw, strict=True) for v in one)
    return between > 1e-12 and between * free > fdtri(m - 1, free, 0.99) * within


def plain_adjusted(y: list[float], factors: list[float], added: list[float]) -> list[float]:
    """The series without its season; only used where no factor is below 0.1."""
    n, m = len(y), len(factors)
    return [(v - added[(t - n) % m]) / factors[(t - n) % m] for t, v in enumerate(y)]


def plain_smoothing(x: list[float], alphas: np.ndarray) -> tuple[float, float]:
    """Level and alpha of least squared one-step error."""
    best = (math.inf, 0.0, 0.0)
    for alpha in alphas:
        level, squared = x[0], 0.0
        for v in x[1:]:
            squared += (v - level) ** 2
            level += alpha * (v - level)
        if squared < best[0]:
            best = (squared, level, alpha)
    return best[1], best[2]


def plain_theta(y: list[float], m: int) -> list[float]:
    factors, added = plain_season(y, m)
    x = plain_adjusted(y, factors, added)
    level, alpha = plain_smoothing(x, ALPHAS)
    n, mean, middle = len(x), sum(x) / len(x), (len(x) - 1) / 2
    spread = sum((t - middle) ** 2 for t in range(n))
    slope = sum((t - middle) * (v - mean) for t, v in enumerate(x)) / spread if spread else 0.0
    drift = [h + (1 - (1 - alpha) ** n) / alpha for h in range(HORIZON)]
    return [(level + slope / 2 * steps) * factors[h % m] + added[h % m] for h, steps in enumerate(drift)]


def plain_average(results: list[tuple[float, int, list[float]]], n: int, power: float) -> list[float]:
    """Forecasts of (squared error, parameters, forecast) weighted by exp(-AICc / 2)."""
    least = max(PERFECT * power, 5e-324)
    criteria = [n * math.log(max(sse, least)) + 2 * q + 2 * q * (q + 1) / max(n - q - 1, 1) for sse, q, _ in results]
    weights = [math.exp((min(criteria) - one) / 2) for one in criteria]
    return [sum(w * f[h] for w, (_, _, f) in zip(weights, results, strict=True)) / sum(weights) for h in range(HORIZON)]


def plain_damped(y: list[float], m: int) -> list[float]:
    factors, added = plain_season(y, m)
    x = plain_adjusted(y, factors, added)
    steps = min(len(x) - 1, 5)
    slope = (x[steps] - x[0]) / steps if steps else 0.0
    whole = plain_line(x)
    results = []
    for alpha, beta, phi in DAMPED_GRID:
        level, trend, squared = *((x[0] - phi * slope, slope) if phi < 1 else whole), 0.0
        for v in x:
            error = v - level - phi * trend
            level, trend = level + phi * trend + alpha * error, phi * trend + alpha * beta * error
            squared += error * error
        flat = [level + trend * sum(phi**k for k in range(1, h + 1)) for h in range(1, HORIZON + 1)]
        results.append((squared, 6 if phi > 0 else 3, flat))
    flat = plain_average(results, len(x), sum(v * v for v in x))
    return [v * factors[h % m] + added[h % m] for h, v in enumerate(flat)]


def plain_dynamic_theta(y: list[float], m: int) -> list[float]:
    factors, added = plain_season(y, m)
    x = plain_adjusted(y, factors, added)
    lines = [plain_line(x[:t]) for t in range(1, len(x))]
    settled = min(max(len(x) // 3, 3), 24)
    results = []
    for alpha, theta in THETA_GRID:
        w, level, squared = 1 - 1 / theta, x[0], 0.0
        for t in range(1, len(x)):
            mu = level + w * plain_pull(lines[t - 1], t, alpha)
            squared += (x[t] - mu) ** 2 if t >= settled else 0.0
            level += alpha * (x[t] - level)
        seen, ahead = list(x), []
        for _ in range(HORIZON):
            ahead.append(level + w * plain_pull(plain_line(seen), len(seen), alpha))
            level += alpha * (ahead[-1] - level)
            seen.append(ahead[-1])
        results.append((squared, 4 if theta > 1 else 3, ahead))
    flat = plain_average(results, max(len(x) - settled, 1), sum(v * v for v in x))
    return [(max(v, 0.0) if min(y) >= 0 else v) * factors[h % m] + added[h % m] for h, v in enumerate(flat)]


def plain_line(seen: list[float]) -> tuple[float, float]:
    """Intercept and slope of the least-squares line through what was seen, time counted from 1."""
    t = len(seen)
    if t == 1:
        return seen[0], 0.0
    middle, mean = (t + 1) / 2, sum(seen) / t
    slope = sum((k + 1 - middle) * (v - mean) for k, v in enumerate(seen)) / sum((k + 1 - middle) ** 2 for k in range(t))
    return mean - slope * middle, slope


def plain_pull(line: tuple[float, float], t: int, alpha: float) -> float:
    """(1 - alpha)^t A + (1 - (1 - alpha)^{t+1}) / alpha B."""
    return (1 - alpha) ** t * line[0] + (1 - (1 - alpha) ** (t + 1)) / alpha * line[1]


def plain_holt_winters(y: list[float], m: int) -> list[float]:
    if min(y) <= 0:
        return plain_damped(y, m)
    factors, _ = plain_season(y, m)
    seasonal = any(factor != 1.0 for factor in factors)
    n, logs = len(y), [math.log(v) for v in y]
    start = [math.log(max(factor, 1e-6)) for factor in factors]
    flat = [v - start[(t - n) % m] for t, v in enumerate(logs)]
    first = sum(flat[:6]) / len(flat[:6])
    rises = [b - a for a, b in itertools.pairwise(flat[:13])]
    rise = float(np.median(rises)) / 2 if rises else 0.0
    whole = plain_line(flat)
    results = []
    for alpha, gamma, beta, phi in WINTERS_GRID:
        if gamma > 0 and not seasonal:
            continue
        level, trend, season, squared = *((first, rise) if phi < 1 else whole), list(start), 0.0
        for t, v in enumerate(logs):
            place = (t - n) % m
            error = v - level - phi * trend - season[place]
            level, trend = level + phi * trend + alpha * error, phi * trend + alpha * beta * error
            season[place] += gamma * (1 - alpha) * error
            squared += error * error
        grown = [trend * sum(phi**k for k in range(1, h + 1)) for h in range(1, HORIZON + 1)]
        ahead = [level + (math.log(1 + g) if g > 0 else g) + season[h % m] for h, g in enumerate(grown)]
        results.append((squared, 3 + (gamma > 0) + 3 * (phi > 0), ahead))
    return [math.exp(v) for v in plain_average(results, n, sum(v * v for v in logs))]


def plain_complex_smoothing(y: list[float], m: int) -> list[float]:
    factors, added = plain_season(y, m)
    x = plain_adjusted(y, factors, added)
    n, first = len(y), sum(x[:m]) / len(x[:m])
    results = []
    for a, b, _ in SIMPLE:
        level, hidden, squared = first, first / a, 0.0
        for t, v in enumerate(x):
            e = v - level
            squared += (e * factors[(t - n) % m]) ** 2
            level, hidden = level - (1 - b) * hidden + (a - b) * e, level + (1 - a) * hidden + (a + b) * e
        ahead = []
        for h in range(HORIZON):
            ahead.append(level * factors[h % m] + added[h % m])
            level, hidden = level - (1 - b) * hidden, level + (1 - a) * hidden
        results.append((squared, 4, ahead))
    for a, b, turn in FULL if any(factor != 1.0 for factor in factors) or any(added) else ():
        level, hidden, squared = first, first / a, 0.0
        season = [(factor - 1) * first + part for factor, part in zip(factors, added, strict=True)]
        behind = [v / turn for v in season]
        for t, v in enumerate(y):
            p = (t - n) % m
            e = v - level - season[p]
            squared += e * e
            level, hidden = level - (1 - b) * hidden + (a - b) * e, level + (1 - a) * hidden + (a + b) * e
            season[p], behind[p] = season[p] + (turn - 1) * e, season[p] + (1 - turn) * behind[p] + (turn + 1) * e
        ahead = []
        for h in range(HORIZON):
            ahead.append(level + season[h % m])
            level, hidden = level - (1 - b) * hidden, level + (1 - a) * hidden
            behind[h % m] = season[h % m] + (1 - turn) * behind[h % m]
        results.append((squared, 6, ahead))
    return plain_average(results, n, sum(v * v for v in y))


def plain_croston(y: list[float]) -> tuple[float, float, float]:
    """Size, interval and chance of demand at the end."""
    size = interval = chance = 0.0
    since, met = 0, False
    for v in y:
        since += 1
        if v != 0:
            size, interval = (size + 0.1 * (v - size), interval + 0.1 * (since - interval)) if met else (v, float(since))
            chance = chance + 0.1 * (1 - chance) if met else 1 / since
            since, met = 0, True
        elif met:
            chance -= 0.1 * chance
    return size, interval, chance


def plain_per_period(y: list[float]) -> float:
    size, interval, _ = plain_croston(y)
    return size / interval if interval else 0.0


def plain_sizes(y: list[float]) -> int:
    demand = sum(1 for v in y if v != 0)
    return min(max(1, math.floor(max(len(y) / max(demand, 1), 1.0) + 0.5)), len(y), 12)


def plain_rate(y: list[float], size: int) -> float:
    blocks = len(y) // size
    sums = [sum(y[len(y) - (blocks - k) * size : len(y) - (blocks - k - 1) * size]) for k in range(blocks)]
    return plain_smoothing(sums, SELDOM_ALPHAS)[0] / size


ORACLES = {
    "seasonal_naive": lambda y, m: [y[-m + h % m] if m - h % m <= len(y) else y[-1] for h in range(HORIZON)],
    "window_average": lambda y, m: [sum(y[-12:]) / len(y[-12:])] * HORIZON,
    "theta": plain_theta,
    "damped": plain_damped,
    "dynamic_theta": plain_dynamic_theta,
    "holt_winters": plain_holt_winters,
    "complex_smoothing": plain_complex_smoothing,
    "croston": lambda y, m: [plain_per_period(y)] * HORIZON,
    "croston_corrected": lambda y, m: [plain_per_period(y) * 0.95] * HORIZON,
    "chance_of_demand": lambda y, m: [plain_croston(y)[0] * plain_croston(y)[2]] * HORIZON,
    "adida": lambda y, m: [plain_rate(y, plain_sizes(y))] * HORIZON,
    "imapa": lambda y, m: [sum(plain_rate(y, k) for k in range(1, plain_sizes(y) + 1)) / plain_sizes(y)] * HORIZON,
}


def test_every_kernel_has_an_oracle():
    assert set(ORACLES) == set(KERNELS)


@pytest.mark.parametrize("name", list(KERNELS))
@pytest.mark.parametrize("season_length", SEASONS)
def test_kernel_follows_its_equation(name, season_length):
    series = ragged(season_length)
    batched = KERNELS[name](right_aligned(series, season_length), HORIZON)
    for y, forecast in zip(series, batched, strict=True):
        plain = ORACLES[name]([float(v) for v in y], season_length)
        expected = [max(v, 0.0) for v in plain] if y.min() >= 0 else plain
        np.testing.assert_allclose(forecast, expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", list(KERNELS))
def test_a_series_does_not_depend_on_its_neighbours(name):
    series = ragged(12)
    together = KERNELS[name](right_aligned(series, 12), HORIZON)
    alone = np.vstack([KERNELS[name](right_aligned([one], 12), HORIZON) for one in series])
    np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", list(KERNELS))
def test_forecasts_are_numbers_and_keep_the_sign_of_the_history(name):
    series = [*ragged(12), np.r_[np.full(30, 9.0), np.zeros(10)], np.arange(40, 0, -1.0)]
    panel = right_aligned(series, 12)
    forecast = KERNELS[name](panel, 24)
    assert np.isfinite(forecast).all()
    assert (forecast[panel.non_negative] >= 0).all()
    assert not panel.non_negative.all()  # the negative series stands outside the rule


@pytest.mark.parametrize("name", [name for name in KERNELS if name != "croston_corrected"])  # SBA is 5 % lower by its definition
def test_constant_series_stay_constant(name):
    np.testing.assert_allclose(KERNELS[name](right_aligned([np.full(40, 7.0)], 12), 5), 7.0, rtol=1e-9)


@pytest.mark.parametrize("name", list(KERNELS))
def test_forecast_scales_with_the_series(name):
    series = ragged(12)[:2]
    one, ten = (KERNELS[name](right_aligned([y * factor for y in series], 12), HORIZON) for factor in (1.0, 1000.0))
    np.testing.assert_allclose(ten, one * 1000, rtol=1e-6)


def test_no_series_gives_no_forecast():
    for kernel in KERNELS.values():
        assert kernel(right_aligned([], 12), 4).shape == (0, 4)


def test_by_hand():
    naive = KERNELS["seasonal_naive"](right_aligned([np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])], 4), 6)
    np.testing.assert_array_equal(naive, [[3, 4, 5, 6, 3, 4]])
    short = KERNELS["seasonal_naive"](right_aligned([np.array([8.0, 9.0])], 4), 4)
    np.testing.assert_array_equal(short, [[9, 9, 8, 9]])  # two phases were never seen: the last value
    # an exact line: theta goes on with half its slope
    line = KERNELS["theta"](right_aligned([np.arange(1.0, 31.0)], 1), 2)
    np.testing.assert_allclose(line[0, 1] - line[0, 0], 0.5)
    # one sale in four months, always 8: two a month, at every level of aggregation 4 and below
    seldom = right_aligned([np.tile([0.0, 0.0, 0.0, 8.0], 10)], 12)
    assert mean_interval(seldom)[0] == 4
    np.testing.assert_allclose(KERNELS["adida"](seldom, 1), [[2.0]])


def test_damped_trend_by_hand():
    """A line that rises by 2 goes on by 2. Six periods that are no line are too few to prove a trend."""
    line = damped(right_aligned([np.arange(10.0, 90.0, 2.0)], 1), 3)[0]
    np.testing.assert_allclose(line, [90, 92, 94], rtol=1e-3)
    short = damped(right_aligned([np.array([10.0, 13.0, 12.0, 16.0, 15.0, 18.0])], 1), 3)[0]
    np.testing.assert_allclose(np.diff(short), 0, atol=0.01)


def test_season_with_empty_months_is_kept():
    """A season with three months of sales and nine of none: its zeros stay zeros, and the level comes from the months that sell."""
    year = np.r_[np.zeros(9), 40.0, 80.0, 60.0]
    panel = right_aligned([np.tile(year, 5)], 12)
    assert panel.season.seasonal[0]
    for name in ("theta", "damped", "dynamic_theta"):
        np.testing.assert_allclose(KERNELS[name](panel, 12)[0], year, rtol=0.02, atol=1e-6)


def test_smooth_season_is_found():
    """A sine fools the M4 test in a few years: the autocorrelations at shorter lags raise its limit. The F-test finds it."""
    time = np.arange(42)
    rng = np.random.default_rng(1)
    wave = right_aligned([rng.normal(100, 5, 42) * (1 + 0.4 * np.sin(2 * np.pi * time / 12)) for _ in range(50)], 12)
    noise = right_aligned([rng.normal(100, 20, 42) for _ in range(200)], 12)
    assert wave.season.seasonal.all()
    assert noise.season.seasonal.mean() < 0.05


def test_ragged_panel_and_its_past():
    panel = right_aligned([np.array([1.0, 2.0, 3.0]), np.array([4.0])], 12)
    assert panel.length.tolist() == [3, 1]
    assert panel.first.tolist() == [0, 2]
    past = panel.until(1)
    assert past.length.tolist() == [2, 0]
    assert past.rows(np.array([0])).values.tolist() == [[1.0, 2.0]]
    assert isinstance(past, Panel)


def test_dynamic_theta_goes_on_along_a_line():
    """Fiorucci et al. 2016: with theta large and data on a line the forecast follows the line."""
    ahead = dynamic_theta(right_aligned([np.arange(1.0, 41.0)], 1), 3)[0]
    np.testing.assert_allclose(ahead, [41, 42, 43], rtol=0.02)


def test_holt_winters_follows_growth_in_percent():
    """2 % a month for five years: the next month is 2 % more."""
    ahead = holt_winters(right_aligned([100 * 1.02 ** np.arange(60)], 12), 1)[0]
    np.testing.assert_allclose(ahead, [100 * 1.02**60], rtol=0.01)


def test_growth_goes_on_by_units_and_decline_by_its_share():
    """Ten months of 30 % more each: a year later it is not 23 times as much. 5 % less each month goes on as that."""
    rise, fall = (right_aligned([100 * share ** np.arange(length)], 12) for share, length in ((1.3, 20), (0.95, 36)))
    last = rise.values[0, -1]
    np.testing.assert_allclose(holt_winters(rise, 12)[0], last * (1 + np.log(1.3) * np.arange(1, 13)), rtol=0.01)
    np.testing.assert_allclose(holt_winters(fall, 12)[0], 100 * 0.95 ** np.arange(36, 48), rtol=0.01)


def test_akaike_weights_by_hand():
    """20 periods, two settings: SSE 10 with 3 parameters, 8 with 4: AICc 20 ln 10 + 7.5 = 53.55 and 20 ln 8 + 10.67 = 52.26."""
    weight = akaike_weights(np.array([[10.0], [8.0]]), np.array([3, 4]), np.array([20]), np.array([100.0]))
    first, second = 20 * math.log(10) + 6 + 24 / 16, 20 * math.log(8) + 8 + 40 / 15
    assert (first, second) == pytest.approx((53.5517, 52.2555), abs=1e-4)
    np.testing.assert_allclose(weight[:, 0], [1 / (1 + math.exp((first - second) / 2)), 1 / (1 + math.exp((second - first) / 2))])
    exact = akaike_weights(np.array([[0.0], [1e-30]]), np.array([3, 3]), np.array([20]), np.array([100.0]))
    np.testing.assert_allclose(exact, 0.5)  # both fits are exact: no difference


def test_complex_smoothing_settings_are_stable():
    """Svetunkov et al. 2022, stability of the simple model: (a0 - 2.5)^2 + a1^2 > 1.25, (a0 - 0.5)^2 + (a1 - 1)^2 > 0.25 and
    (a0 - 1.5)^2 + (a1 - 0.5)^2 < 1.5; the same as eigenvalues of [[1 - a0 + a1, a1 - 1], [1 - a0 - a1, 1 - a0]] inside the unit circle.
    """
    for a, b in {(one[0], one[1]) for one in (*SIMPLE, *FULL)}:
        assert (a - 2.5) ** 2 + b**2 > 1.25
        assert (a - 0.5) ** 2 + (b - 1) ** 2 > 0.25
        assert (a - 1.5) ** 2 + (b - 0.5) ** 2 < 1.5
        assert abs(np.linalg.eigvals(np.array([[1 - a + b, b - 1], [1 - a - b, 1 - a]]))).max() < 1


def test_complex_smoothing_is_simple_smoothing_where_its_imaginary_part_is_one():
    """Svetunkov et al. 2022: with alpha_1 = 1 the level is l + (alpha_0 - 1) e. Both recursions, by hand, on 10, 14, 12 from l = 10."""
    level, hidden = 10.0, 10 / 1.5
    for y in (10.0, 14.0, 12.0):
        e = y - level
        level, hidden = level + (1.5 - 1) * e, level + (1 - 1.5) * hidden + 2.5 * e
    assert level == 12.0  # 10, then 12, then 12
    # c: 10/1.5; 10 - 0.5 x 6.667 + 0 = 6.667; 10 - 0.5 x 6.667 + 2.5 x 4 = 16.667; 12 - 0.5 x 16.667 + 0 = 3.667
    assert hidden == pytest.approx(11 / 3)


def test_croston_and_its_kin_by_hand():
    """0, 0, 6, 0, 0, 0, 10: size 6, then 6 + 0.1 x 4 = 6.4; interval 3, then 3 + 0.1 x 1 = 3.1; chance 0.9^3 / 3, then + 0.1 x rest."""
    panel = right_aligned([np.array([0.0, 0, 6, 0, 0, 0, 10])], 12)
    chance = 0.9**3 / 3
    chance += 0.1 * (1 - chance)
    np.testing.assert_allclose(KERNELS["croston"](panel, 2), [[6.4 / 3.1] * 2])
    np.testing.assert_allclose(KERNELS["croston_corrected"](panel, 1), [[6.4 / 3.1 * 0.95]])
    np.testing.assert_allclose(KERNELS["chance_of_demand"](panel, 1), [[6.4 * chance]])
    silent = right_aligned([np.r_[np.tile([0.0, 6.0], 10), np.zeros(30)]], 12)
    assert KERNELS["chance_of_demand"](silent, 1)[0, 0] < 0.2 < KERNELS["croston"](silent, 1)[0, 0]  # Croston does not fade


def test_seasons_that_move_are_followed():
    """One phase of four sells twice the mean for six years, then half of it for six: the factor is near today's, not in the middle."""
    early, late = np.tile([2.0, 1.0, 0.5, 0.5], 6), np.tile([0.5, 1.0, 2.0, 0.5], 6)
    panel = right_aligned([np.r_[early, late] * 100, np.tile(early, 2) * 100], 4)
    assert panel.season.seasonal.all()
    np.testing.assert_allclose(panel.season.ahead(4)[0], [0.5, 1.0, 2.0, 0.5], atol=0.1)
    np.testing.assert_allclose(panel.season.ahead(4)[1], [2.0, 1.0, 0.5, 0.5], atol=1e-9)  # a fixed season stays exact


def test_batches_hold_every_series_once():
    rng = np.random.default_rng(1)
    series = [rng.normal(100, 5, length) for length in (5, 9, 1, 9, 3)]
    panel = right_aligned(series, 12)
    one = list(batches(panel.values, panel.length, 100))
    assert [batch.rows.tolist() for batch in one] == [[1, 3, 0, 4, 2]]
    assert one[0].begun.tolist() == [2, 2, 2, 2, 3, 3, 4, 4, 5]
    np.testing.assert_allclose(one[0].mean_of_opening(one[0].values, 4), [series[row][:4].mean() for row in one[0].rows])
    many = [row for batch in batches(panel.values, panel.length, 10**6) for row in batch.rows]
    assert sorted(many) == [0, 1, 2, 3, 4]


def test_a_few_sales_in_one_month_of_the_year_are_no_season() -> None:
    """Ten sales in 41 months, two of them in March of two years: one pair of 29 where 1.7 are expected by chance."""
    sales = {0: 3, 2: 3, 4: 2, 8: 1, 12: 1, 17: 5, 29: 2, 30: 1, 33: 2, 37: 6}
    lumpy = np.array([float(sales.get(month, 0)) for month in range(41)])
    christmas = np.where(np.isin(np.arange(48) % 12, (10, 11)), 20.0, 0.0)
    panel = right_aligned([lumpy, christmas], 12)
    assert demand_repeats(panel.values, 12).tolist() == [False, True]
    assert panel.season.seasonal.tolist() == [False, True]
    assert (panel.season.factors[0] == 1).all()


def test_simple_smoothing_and_croston_as_published():
    """Hyndman and Athanasopoulos, 2nd ed.: oil (7.1), alpha 0.8339, is 542.68; drug sales (12.2), alpha 0.1, 2.750 / 2.793 = 0.985."""
    oil = [445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95]
    found = simple_smoothing(np.array([[*oil, 549.83, 542.34]]), np.array([0.8339]))
    assert found.level[0] == pytest.approx(542.68, abs=0.01)
    drug = [0, 2, 0, 1, 0, 11, 0, 0, 0, 0, 2, 0, 6, 3, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 1, 0, 1, 0, 0]
    assert KERNELS["croston"](right_aligned([np.array(drug, dtype=float)], 12), 1)[0, 0] == pytest.approx(0.985, abs=5e-4)


def test_theta_is_the_mean_of_its_two_lines():
    """Assimakopoulos and Nikolopoulos 2000: the line, and 2 y less the line smoothed; Hyndman and Billah 2003: smoothing with drift."""
    y = np.random.default_rng(5).normal(100, 5, 30).cumsum()
    panel = right_aligned([y], 1)
    time = np.arange(30)
    slope, start = np.polyfit(time, y, 1)
    curved, alpha = 2 * y - (start + slope * time), panel.smoothed.alpha[0]
    level = simple_smoothing(curved[None], np.array([alpha])).level[0]
    expected = [(start + slope * (29 + step) + level) / 2 for step in range(1, 5)]
    np.testing.assert_allclose(KERNELS["theta"](panel, 4)[0], expected)
