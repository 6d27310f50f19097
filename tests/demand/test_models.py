"""Tiers, models from elsewhere, models that fail, and the one that learns from all series."""

import sys

import numpy as np
import pytest

from sopkit.demand.combination import combination, volume_class
from sopkit.demand.kernels import KERNELS, right_aligned
from sopkit.demand.models import GLOBAL, TIERS, check_models, pool_models
from sopkit.demand.weights import equal_weights, mixture
from sopkit.errors import ParamsError

POOL = {"horizon": 6, "origins": 3, "minimum_history": 6}


def panel_of(count: int = 12, periods: int = 48, seed: int = 3):
    rng = np.random.default_rng(seed)
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(periods) / 12)
    return right_aligned([rng.normal(100, 8, periods) * wave for _ in range(count)], 12)


def test_tiers_hold_what_they_promise():
    assert [len(pool_models(tier)) for tier in ("fast", "standard", "best")] == [2, 3, 4]
    assert set(TIERS["fast"]) < set(TIERS["standard"]) < set(TIERS["best"])
    assert pool_models("fast", ["theta"]) == ("theta",)
    with pytest.raises(ParamsError, match="'finest'.*fast, standard, best"):
        pool_models("finest")
    assert check_models(["theta", "sktime.forecasting.naive.NaiveForecaster"]) == ("theta", "sktime.forecasting.naive.NaiveForecaster")


def test_the_model_of_all_series_counts_half():
    np.testing.assert_allclose(equal_weights(TIERS["best"]), [1 / 6, 1 / 6, 1 / 6, 1 / 2, 0])
    np.testing.assert_allclose(equal_weights(("theta", "damped")), [0.5, 0.5, 0])
    np.testing.assert_allclose(equal_weights((GLOBAL,)), [1, 0])


def test_mixture_by_hand():
    """Three series: both models, only the second, none: then seasonal naive, which is last."""
    nan = np.nan
    stack = np.array([[[10.0], [nan], [nan]], [[20.0], [20.0], [nan]], [[5.0], [5.0], [5.0]]])
    forecast, used = mixture(stack, np.tile([0.25, 0.75, 0.0], (3, 1)))
    np.testing.assert_allclose(forecast[:, 0], [17.5, 20, 5])
    np.testing.assert_allclose(used, [[0.25, 0.75, 0], [0, 1, 0], [0, 0, 1]])


def test_a_model_that_fails_is_replaced_and_named(monkeypatch):
    """Fails on the second series everywhere, on the third only at the end: both are forecast by the others, and the method says so."""

    def fails(panel, horizon):
        forecast = KERNELS["theta"](panel, horizon)
        forecast[1] = np.nan
        if panel.values.shape[1] == 48:
            forecast[2, -1] = np.inf
        return forecast

    monkeypatch.setitem(KERNELS, "fails", fails)
    pool = combination(panel_of(3), ("damped", "fails"), **POOL)
    assert np.isfinite(pool.forecast(6)).all()
    assert np.isfinite(pool.quantiles([0.1, 0.9], 6)).all()
    methods = pool.methods()
    assert "fails" in methods[0] and "gave no forecast" not in methods[0]
    assert methods[1] == "pool: damped 1.00; fails gave no forecast"
    assert methods[2] == "pool: damped 1.00; fails gave no forecast"
    np.testing.assert_allclose(pool.forecast(6)[1], KERNELS["damped"](panel_of(3), 6)[1])


def test_equal_weights_need_no_backtest():
    pool = combination(panel_of(3), TIERS["fast"], weights="equal", **POOL)
    mean = np.mean([KERNELS[name](panel_of(3), 6) for name in TIERS["fast"]], axis=0)
    np.testing.assert_allclose(pool.forecast(6), mean)
    assert "past" not in pool.__dict__
    assert (pool.quantiles([0.9], 6)[0] > mean).all()  # asked for: now it has
    assert "past" in pool.__dict__
    with pytest.raises(ParamsError, match="'best'.*skill, equal"):
        combination(panel_of(3), TIERS["fast"], weights="best", **POOL)


def test_a_shorter_forecast_is_the_beginning_of_a_longer_one():
    pool = combination(panel_of(3), TIERS["standard"], **POOL)
    longer = pool.forecast(12)
    np.testing.assert_array_equal(pool.forecast(4), longer[:, :4])
    np.testing.assert_allclose(combination(panel_of(3), TIERS["standard"], **POOL).forecast(4), longer[:, :4])


def test_volume_classes_by_hand():
    """Sums of the last season 60, 25, 10, 5: two reach 80 % between them, the third 95 %, the last is C; old sales do not count."""
    panel = right_aligned(
        [np.r_[np.full(12, old), np.full(12, new / 12)] for old, new in ((0, 60.0), (0, 25.0), (9, 10.0), (900, 5.0))], 12
    )
    assert volume_class(panel).tolist() == ["A", "A", "B", "C"]
    assert volume_class(right_aligned([np.zeros(5)], 12)).tolist() == ["A"]


def test_a_forecaster_from_elsewhere_joins_by_its_name():
    pytest.importorskip("sktime")
    name = "sktime.forecasting.naive.NaiveForecaster"
    pool = combination(panel_of(2), (name,), weights="equal", **POOL)
    np.testing.assert_allclose(pool.forecast(3), panel_of(2).values[:, -12:-9])  # its season length is ours: the last season again
    assert pool.methods() == [f"pool: {name} 1.00"] * 2
    for wrong, said in (
        ("sktime.forecasting.naive.NoForecaster", "cannot be loaded"),
        ("nowhere.Forecaster", "cannot be loaded"),
        ("pandas.Series", "no forecaster"),
    ):
        with pytest.raises(ParamsError, match=said):
            combination(panel_of(2), (wrong,), **POOL)


def test_a_forecaster_from_elsewhere_may_fail():
    pytest.importorskip("sktime")
    from sopkit.demand.panel.foreign import foreign_kernel

    forecast = foreign_kernel("sktime.forecasting.base.BaseForecaster")(panel_of(2), 3)  # abstract: it cannot fit
    assert np.isnan(forecast).all()


def test_without_the_extra_the_best_tier_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(ParamsError, match="sopkit\\[ml\\]"):
        combination(panel_of(2), TIERS["best"], **POOL)


def two_fates(count: int = 60, periods: int = 60) -> np.ndarray:
    """Series of a level; those that jumped up by half three months ago fall back, always: something to learn across series."""
    rng = np.random.default_rng(8)
    values = rng.uniform(50, 500, (count, 1)) * rng.normal(1, 0.02, (count, periods))
    for row in range(count):
        for start in range(row % 7, periods, 7):
            values[row, start : start + 3] *= 1.5
    return values


def test_trees_learn_what_series_have_in_common():
    pytest.importorskip("lightgbm")
    from sopkit.demand.trees import trees_learned

    values = two_fates()
    train, actual = right_aligned(list(values[:, :-3]), 12), values[:, -3:]
    forecast = trees_learned(train, 3)(train, 3)
    apart = np.abs(KERNELS["dynamic_theta"](train, 3) - actual).sum()
    assert np.abs(forecast - actual).sum() < 0.9 * apart
    again = trees_learned(train, 3)(train, 3)
    np.testing.assert_array_equal(forecast, again)  # the same bytes


def test_trees_do_not_look_ahead():
    """What they learned `cut` periods ago is the same whatever came later."""
    pytest.importorskip("lightgbm")
    from sopkit.demand.trees import trees_learned

    values = two_fates()
    changed = values.copy()
    changed[:, -6:] *= 3
    one, other = (trees_learned(right_aligned(list(v), 12).until(6), 3)(right_aligned(list(values), 12), 3) for v in (values, changed))
    np.testing.assert_array_equal(one, other)


def test_trees_with_little_to_learn_from():
    pytest.importorskip("lightgbm")
    from sopkit.demand.trees import trees_learned

    few = panel_of(2, 30)
    mean = np.mean([KERNELS[name](few, 3) for name in TIERS["standard"]], axis=0)
    np.testing.assert_allclose(trees_learned(few, 3)(few, 3), mean)
    best = combination(right_aligned([*two_fates()[:, :40], np.array([3.0]), np.zeros(30)], 12), TIERS["best"], **POOL)
    assert np.isfinite(best.forecast(6)).all()
