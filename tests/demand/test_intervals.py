"""Quantiles from pooled errors: by hand, and their coverage on series whose truth is known."""

import numpy as np
import pytest

from sopkit.demand.combination import combination
from sopkit.demand.intervals import LEAST_ERRORS, Spread, few_periods, spread_of
from sopkit.demand.kernels import right_aligned

POOL = {"models": ("theta", "damped"), "horizon": 12, "origins": 5, "minimum_history": 6}


def test_quantile_of_pooled_errors_by_hand():
    spread = Spread((np.arange(101.0), np.arange(101.0) * 2))
    np.testing.assert_allclose(spread.quantile(0.9, 4), [90, 180, 180, 180])  # beyond the last step, that step's


def test_neighbours_help_where_a_step_has_few_errors():
    few = Spread((np.full(40, 1.0), np.full(40, 2.0), np.full(40, 9.0)))
    assert few.quantile(0.5, 1)[0] == pytest.approx(1.5)  # 40 are too few: with step 2 there are 80
    assert LEAST_ERRORS == 60


def test_without_scores_errors_are_those_of_a_random_walk():
    np.testing.assert_allclose(Spread((np.array([]),)).quantile(0.9, 4), 1.2815515655 * np.sqrt([1, 2, 3, 4]))


def test_scaled_errors_leave_out_what_has_no_scale():
    actual = np.array([[[5.0, np.nan]], [[7.0, 8.0]]])
    spread = spread_of(actual, np.ones_like(actual), np.array([[[2.0, 2.0]], [[0.0, 0.0]]]))
    assert [one.tolist() for one in spread.errors] == [[2.0], []]


def test_coverage_of_the_next_months():
    """300 seasonal series with noise: 80 % of the next twelve months lie between P10 and P90, give or take 5 points."""
    rng = np.random.default_rng(11)
    time = np.arange(84)
    wave = 1 + 0.4 * np.sin(2 * np.pi * time / 12)
    values = np.maximum((rng.uniform(50, 500, (300, 1)) + time / 2) * wave * rng.normal(1, 0.12, (300, 84)), 0)
    pool = combination(right_aligned(list(values[:, :72]), 12), **POOL)
    low, high = pool.quantiles([0.1, 0.9], 12)
    inside = (values[:, 72:] >= low) & (values[:, 72:] <= high)
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


def test_what_is_dormant_does_not_narrow_the_others():
    """Fifty ended series were foretold exactly at every origin; they are no evidence on a series of three months."""
    rng = np.random.default_rng(6)
    sells, young = list(rng.normal(100, 10, (20, 60))), [np.array([90.0, 110.0, 100.0])]
    ended = [np.r_[np.full(24, 50.0) + rng.normal(0, 5, 24), np.zeros(36)] for _ in range(50)]
    alone, among = (combination(right_aligned([*sells, *rest, *young], 12), **POOL) for rest in ([], ended))
    np.testing.assert_allclose(among.quantiles([0.1, 0.9], 6)[:, -1], alone.quantiles([0.1, 0.9], 6)[:, -1])


def test_the_median_is_the_forecast():
    """A level that fell at the same time in all series is one event: it widens the range and does not move its middle."""
    rng = np.random.default_rng(9)
    pool = combination(right_aligned(list(rng.normal(100, 5, (80, 60)) - 30 * (np.arange(60) >= 54)), 12), **POOL)
    low, middle, high = pool.quantiles([0.1, 0.5, 0.9], 12)
    np.testing.assert_allclose(middle, pool.forecast(12))
    assert ((low < middle) & (middle < high)).all()


def test_quantiles_are_ordered_and_not_negative():
    rng = np.random.default_rng(4)
    pool = combination(
        right_aligned([rng.poisson(3, 60) * 1.0, rng.poisson(0.3, 60) * 1.0, np.zeros(30), np.full(40, 5.0), np.array([2.0])], 12), **POOL
    )
    bands = pool.quantiles([0.1, 0.5, 0.9], 6)
    assert (np.diff(bands, axis=0) >= 0).all()
    assert (bands >= 0).all()
    np.testing.assert_array_equal(bands[:, 2], 0)  # dormant
    np.testing.assert_allclose(bands[:, 3], 5)  # never moved: no spread


def test_few_periods_by_the_table_of_t():
    """Student's t with 10 degrees of freedom: 1.372 at 90 % and 2.228 at 97.5 %, beside the normal 1.2816 and 1.9600."""
    assert few_periods(0.9, 10) == pytest.approx(1.372 / 1.2816, abs=5e-4)
    assert few_periods(0.025, 10) == pytest.approx(2.228 / 1.96, abs=5e-4)
    assert few_periods(0.5, 10) == 1
    assert 1 < few_periods(0.9, 60) < 1.02


def test_groups_of_many_errors_have_their_own_spread():
    """Forty large series that move little and forty small ones that move much: each has the width of its class."""
    rng = np.random.default_rng(2)
    large, small = rng.normal(10_000, 500, (40, 60)), rng.normal(100, 5, (40, 60)) * (1 + 0.5 * (rng.random((40, 60)) < 0.1))
    pool = combination(right_aligned([*large, *small], 12), **POOL)
    low, high = pool.quantiles([0.025, 0.975], 6)
    width = (high - low) / np.maximum(pool.forecast(6), 1)
    assert np.median(width[40:]) > 2 * np.median(width[:40])
    assert pool.spread["regular A"] is not pool.spread["regular C"]


def test_what_sells_now_and_then_may_sell_nothing():
    """A sale in one month of five: the forecast is their mean, P10 is nothing, and 80 % and 95 % hold what comes, give or take 5."""
    rng = np.random.default_rng(12)
    values = rng.binomial(1, 0.2, (300, 72)) * rng.integers(1, 9, (300, 72)).astype(float)
    pool = combination(right_aligned(list(values[:, :60]), 12), **POOL)
    assert (pool.kind == "intermittent").mean() > 0.9
    low, middle, high, top = pool.quantiles([0.1, 0.5, 0.9, 0.975], 12)
    seldom = pool.kind == "intermittent"
    assert (low[seldom] == 0).all()
    np.testing.assert_allclose(middle, pool.forecast(12))
    assert ((values[:, 60:] >= low) & (values[:, 60:] <= high)).mean() >= 0.85  # most months are nothing: no interval is narrower
    assert (values[:, 60:] <= top).mean() == pytest.approx(0.975, abs=0.02)


def test_one_observation_is_not_certain():
    """Twenty series with errors of a tenth: one of a single month at 50 has errors of 50 x their median share x sqrt(12 / 13)."""
    rng = np.random.default_rng(8)
    steady = list(rng.normal(100, 10, (20, 40)))
    panel = right_aligned([*steady, np.array([50.0])], 12)
    pool = combination(panel, **POOL)
    low, high = (one[-1] for one in pool.quantiles([0.1, 0.9], 3))
    assert (low < 45).all()
    assert (high > 55).all()
    usual = np.median(panel.one_step_error[:-1] / [one.mean() for one in steady])
    expected = pool.spread["short A"].quantile(0.9, 1)[0] - pool.spread["short A"].quantile(0.5, 1)[0]
    noise = 50 * usual * np.sqrt(12 / 13)
    assert high[0] - 50 == pytest.approx(expected * noise * few_periods(0.9, pool.past.periods))
