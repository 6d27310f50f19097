"""Rolling origins and the weights they earn, by hand and against plain Python."""

import itertools
import math

import numpy as np
import pytest

from sopkit.demand.kernels import KERNELS, right_aligned
from sopkit.demand.kernels.intermittent import demand_runs_together
from sopkit.demand.models import NAIVE, check_models
from sopkit.demand.rolling import kinds, origin_cuts, rolling
from sopkit.demand.silence import begun, has_ended
from sopkit.demand.weights import group_prior, pooled, skill_weights, weights_of
from sopkit.errors import ParamsError

MODELS = ("theta", "damped")


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(2)
    wave = 1 + 0.4 * np.sin(2 * np.pi * np.arange(60) / 12)
    series = [
        rng.normal(100, 10, 60) * wave,
        (rng.normal(100, 10, 60) * wave)[-30:],
        rng.poisson(0.3, 60) * 1.0,
        np.zeros(40),
        np.array([4.0, 5, 6]),
    ]
    return right_aligned(series, 12)


def test_the_earliest_origin_is_scored_over_the_whole_horizon():
    assert origin_cuts(24, 5) == (6, 12, 18, 24, 30)
    assert origin_cuts(12, 5) == (3, 6, 9, 12, 15)
    assert origin_cuts(18, 1) == (18,)
    assert all(origin_cuts(horizon, origins)[-1] >= horizon for horizon in range(1, 30) for origins in range(1, 8))


def test_every_series_that_models_forecast_is_scored(panel):
    """A series of 30 months has 18 left at the earliest origin, one of 12 has 8 and 4: it is scored where six are left."""
    young = right_aligned([panel.values[0], np.arange(40.0, 52.0)], 12)
    past = rolling(young, MODELS, horizon=8, origins=3, minimum_history=6)
    assert [(~np.isnan(past.actual[1, place])).sum() for place in range(3)] == [4, 0, 0]
    np.testing.assert_array_equal(past.actual[1, 0, :4], [48, 49, 50, 51])
    assert np.isnan(past.naive_scale[1]).all()  # no season of history: no scale, so it counts in WAPE and bias only


def plain_runs(values: list[float]) -> tuple[int, float]:
    """Runs of periods with and without demand from the first demand on, and how far they are from chance."""
    demand = [value != 0 for value in values]
    demand = demand[demand.index(True) :]
    runs = 1 + sum(one != other for one, other in itertools.pairwise(demand))
    there, n = sum(demand), len(demand)
    twice = 2 * there * (n - there)
    return runs, (runs - twice / n - 1) / math.sqrt(twice * (twice - n) / (n * n * (n - 1)))


def test_blocks_of_nothing_are_no_chance():
    """Six months of sales and four of none, less than two years: no season is proven, yet demand is not intermittent."""
    blocks = np.r_[np.full(6, 30.0), np.zeros(4), np.full(6, 20.0), np.zeros(4), 10.0, 12.0]
    chance = np.random.default_rng(5).poisson(0.6, 60) * 5.0
    runs, far = plain_runs(blocks.tolist())
    assert runs == 5 and far < -2.326
    assert plain_runs(chance.tolist())[1] > -2.326
    panel = right_aligned([blocks, chance, np.full(20, 3.0), np.zeros(20), np.r_[np.zeros(9), 4.0]], 12)
    assert demand_runs_together(panel).tolist() == [True, False, False, False, False]
    assert kinds(panel.rows(np.array([0, 1])), 6).tolist() == ["regular", "intermittent"]


def test_the_runs_test_is_wrong_once_in_a_hundred():
    rng = np.random.default_rng(5)
    found = demand_runs_together(right_aligned(list((rng.random((4000, 60)) < 0.4) * 1.0), 12))
    assert 0.002 < found.mean() < 0.018


def test_kinds(panel):
    assert kinds(panel, 6).tolist() == ["regular", "regular", "intermittent", "dormant", "short"]
    ended = right_aligned([np.r_[np.full(30, 5.0), np.zeros(12)], np.r_[np.full(31, 5.0), np.zeros(11)]], 12)
    assert kinds(ended, 6).tolist() == ["dormant", "dormant"]
    empty_months = right_aligned([np.tile(np.r_[np.zeros(9), 40.0, 80.0, 60.0], 5)], 12)
    assert kinds(empty_months, 6).tolist() == ["regular"]  # it sells in three months of the year: a season, not chance


def test_each_origin_sees_only_its_past(panel):
    """Rolling forecasts equal those of a panel that is cut by hand, and the scores start in the month after."""
    past = rolling(panel, MODELS, horizon=8, origins=3, minimum_history=6)
    assert past.cuts == (4, 8, 12)
    for place, cut in enumerate(past.cuts):
        for row, values in enumerate(panel.values):
            y = values[~np.isnan(values)]
            train = y[: len(y) - cut]
            if len(train) < 6:
                assert np.isnan(past.actual[row, place]).all()
                continue
            for name in (*MODELS, NAIVE):
                np.testing.assert_allclose(
                    past.forecast[name][row, place], KERNELS[name](right_aligned([train], 12), 8)[0], rtol=1e-9, atol=1e-9
                )
            known = min(cut, 8)
            np.testing.assert_array_equal(past.actual[row, place, :known], y[len(train) : len(train) + known])
            assert np.isnan(past.actual[row, place, known:]).all()


EQUAL = np.array([[0.5, 0.5, 0.0]])


def test_skill_weights_by_hand():
    """Errors 1 and 2, naive 3, 12 scored periods: skill 4 : 1, half of it trusted, the other half the prior."""
    weight = skill_weights(np.array([[1.0, 2.0]]), np.array([3.0]), np.array([12]), EQUAL, equal=EQUAL[0])
    np.testing.assert_allclose(weight, [[0.5 * 0.8 + 0.5 * 0.5, 0.5 * 0.2 + 0.5 * 0.5, 0]])


def test_models_clearly_worse_than_naive_are_dropped():
    error, naive, scored = np.array([[1.0, 2.1], [2.1, 2.1], [3.9, 1.0]]), np.array([1.0, 1.0, 2.0]), np.array([24, 24, 24])
    weight = skill_weights(error, naive, scored, np.repeat(EQUAL, 3, axis=0), equal=EQUAL[0])
    np.testing.assert_allclose(weight[0], [1, 0, 0])
    np.testing.assert_allclose(weight[1], [0, 0, 1])  # none is left: seasonal naive
    assert weight[2, 0] > 0  # less than twice as bad is not clearly worse
    assert weight[2, 2] == 0


def test_nothing_proven_means_the_prior():
    error, prior = np.array([[np.nan, np.nan], [9.0, 1.0]]), np.array([[0.3, 0.7, 0.0], [0.2, 0.2, 0.6]])
    np.testing.assert_allclose(skill_weights(error, np.array([np.nan, 9.0]), np.array([0, 6]), prior, equal=EQUAL[0]), prior)


def test_prior_of_a_group_by_hand():
    """Young series: errors 1 and 3 beside naive 1, twice: the second model is out. With naive 2 both stay: skill 9 : 1, half trusted."""
    error, naive = np.array([[1.0, 3.0], [10.0, 30.0], [np.nan, np.nan], [np.nan, np.nan]]), np.array([1.0, 10.0, np.nan, np.nan])
    prior = group_prior(error, naive, np.array([3, 3, 0, 0]), np.array([True, True, True, False]), equal=EQUAL[0])
    np.testing.assert_allclose(prior, [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0.5, 0.5, 0]])
    close = group_prior(error[:2], naive[:2] * 2, np.array([3, 3]), np.array([True, True]), equal=EQUAL[0])
    np.testing.assert_allclose(close[0], [0.5 * 0.9 + 0.25, 0.5 * 0.1 + 0.25, 0])


def test_series_that_ended():
    """Sold every month and silent for z: q = (d + 1) / (d + 2), (1 - q)^z. Every second month: silence is usual for longer."""
    every, second = np.full(20, 5.0), np.tile([5.0, 0.0], 10)
    panel = right_aligned(
        [np.r_[every, np.zeros(3)], np.r_[every, np.zeros(4)], np.r_[second, np.zeros(4)], np.r_[second, np.zeros(9)], np.zeros(9)], 12
    )
    year = right_aligned([np.r_[np.full(12, 5.0), np.zeros(6)], np.r_[np.full(12, 5.0), np.zeros(7)]], 12)
    assert has_ended(year).tolist() == [False, True]  # not two seasons old: half a season may be its own
    again = right_aligned([np.r_[every, np.zeros(4), every, np.zeros(4)], np.r_[every, np.zeros(4), every, np.zeros(5)]], 7)
    assert has_ended(again).tolist() == [False, True]  # four months of silence came before
    # q = 11/21 for every second month: (10/21)^5 = 0.025 is chance, (10/21)^10 = 0.0006 is not; an item that never sold has not ended
    assert has_ended(panel).tolist() == [False, True, False, True, False]


def test_weights_sum_to_one_and_are_never_winner_takes_all(panel):
    past = rolling(panel, MODELS, horizon=12, origins=5, minimum_history=6)
    weight = weights_of(past, MODELS)
    np.testing.assert_allclose(weight.sum(axis=1), 1)
    assert (weight >= 0).all()
    assert 0 < weight[0, 0] < 1


def test_the_pool_does_not_use_what_was_not_known(panel):
    """Changing the last three months must not change what the pool said at origins before them."""
    changed = panel.values.copy()
    changed[:3, -3:] += 500
    before = pooled(rolling(panel, MODELS, horizon=12, origins=5, minimum_history=6), MODELS)
    after = pooled(
        rolling(right_aligned([row[~np.isnan(row)] for row in changed], 12), MODELS, horizon=12, origins=5, minimum_history=6), MODELS
    )
    np.testing.assert_array_equal(before, after)  # the latest origin lies three months back


def test_the_first_origin_mixes_equally(panel):
    past = rolling(panel, MODELS, horizon=12, origins=5, minimum_history=6)
    mixed = pooled(past, MODELS)[0, -1]
    np.testing.assert_allclose(mixed, np.mean([past.forecast[name][0, -1] for name in MODELS], axis=0))


def test_unknown_models_are_named():
    with pytest.raises(ParamsError, match="'prophet'.*theta"):
        check_models(["theta", "prophet"])
    with pytest.raises(ParamsError):
        check_models([])
    with pytest.raises(ParamsError):
        check_models(["theta", "theta"])


def test_series_that_began_late():
    """Silent for 20, then sold in each of 13: 12 periods since with demand, B(13, 21) / B(13, 1) = 13 x 12! 20! / 33! < 1 %.

    Four sales in the twelve months after the first: 14 without any have a chance of B(5, 23) / B(5, 9) = 13 x 12 x 11 x 10 x 9 /
    (27 x 26 x 25 x 24 x 23) = 1.6 %. One sale at the end says nothing, nor do eleven months since. What is not begun late is not touched.
    """
    late, seldom = np.r_[np.zeros(20), np.full(13, 5.0)], np.r_[np.zeros(14), np.tile([5.0, 0.0, 0.0], 5)[:13]]
    young = np.r_[np.zeros(20), np.full(12, 5.0)]
    panel = right_aligned([late, seldom, np.r_[np.zeros(30), 5.0], young, np.zeros(9)], 12)
    assert begun(panel).length.tolist() == [13, 27, 31, 32, 9]
    steady = right_aligned([np.full(9, 3.0)], 12)
    assert begun(steady) is steady
