"""Our forecasters as sktime sees them: panel and single series, periods and dates, its own checks, its pipelines."""

import itertools

import numpy as np
import pandas as pd
import pytest

panel = pytest.importorskip("sopkit.demand.panel", reason="sktime is not installed")

from sktime.forecasting.base import ForecastingHorizon  # noqa: E402
from sktime.forecasting.compose import TransformedTargetForecaster  # noqa: E402
from sktime.transformations.series.boxcox import LogTransformer  # noqa: E402
from sktime.utils.estimator_checks import check_estimator  # noqa: E402

from sopkit.demand.kernels import KERNELS  # noqa: E402
from sopkit.errors import DataError, ParamsError  # noqa: E402

FORECASTERS = [
    panel.PoolForecaster,
    panel.SeasonalNaivePanel,
    panel.ThetaPanel,
    panel.DampedTrendPanel,
    panel.DynamicThetaPanel,
    panel.HoltWintersPanel,
    panel.ComplexSmoothingPanel,
    panel.ImapaPanel,
    panel.AdidaPanel,
    panel.CrostonPanel,
    panel.CorrectedCrostonPanel,
    panel.ChanceOfDemandPanel,
    panel.WindowAveragePanel,
]
QUICK = ["test_constructor", "test_set_params", "test_clone", "test_fit_does_not_overwrite_hyper_params"]  # the others take seconds each
FH = [1, 2, 3]


def sales(periods: int = 48, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(100, 5, periods) * (1 + 0.3 * np.sin(2 * np.pi * np.arange(periods) / 12))


def frame(lengths: dict, time: pd.Index, names: list[str]) -> pd.DataFrame:
    """A panel whose series end together: keys to length."""
    parts = [pd.DataFrame({"quantity": sales(length, seed)}, index=time[-length:]) for seed, length in enumerate(lengths.values())]
    return pd.concat(parts, keys=list(lengths), names=names)


@pytest.mark.parametrize("forecaster", [panel.PoolForecaster, panel.ThetaPanel], ids=lambda one: one.__name__)
def test_part_of_sktimes_own_checks(forecaster):
    """The pool, and one kernel for all: those differ in the kernel only, and the slow sweep has every one."""
    results = check_estimator(forecaster, tests_to_run=QUICK, raise_exceptions=False, verbose=False)
    assert len(results) > 10
    assert {name: outcome for name, outcome in results.items() if outcome != "PASSED"} == {}


def test_sktimes_checks_of_the_time_index():
    results = check_estimator(panel.ThetaPanel, tests_to_run=["test_predict_time_index"], raise_exceptions=False, verbose=False)
    assert len(results) > 100
    assert {name: outcome for name, outcome in results.items() if outcome != "PASSED"} == {}


@pytest.mark.slow
@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.__name__)
def test_all_of_sktimes_own_checks(forecaster):
    results = check_estimator(forecaster, raise_exceptions=False, verbose=False)
    assert {name: outcome for name, outcome in results.items() if outcome != "PASSED"} == {}


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.__name__)
def test_a_panel_gives_what_each_series_gives_alone(forecaster):
    time = pd.period_range("2020-01", periods=48, freq="M")
    y = frame({"a": 48, "b": 30, "c": 5}, time, ["item", "period"])
    together = forecaster(sp=12).fit(y).predict(fh=FH)
    for key in "abc":
        alone = forecaster(sp=12).fit(y.loc[key]["quantity"]).predict(fh=FH)
        np.testing.assert_allclose(together.loc[key]["quantity"], alone, rtol=1e-12)
        assert together.loc[key].index.equals(alone.index)


def test_the_whole_panel_is_taken_at_once(monkeypatch):
    """One call of the kernel for all series: no loop over instances."""
    calls = []
    kernel = KERNELS["theta"]
    monkeypatch.setitem(KERNELS, "theta", lambda one, horizon: calls.append(len(one.values)) or kernel(one, horizon))
    time = pd.period_range("2020-01", periods=24, freq="M")
    y = frame({("SE", f"i{number}"): 24 for number in range(20)}, time, ["region", "item", "period"])
    panel.ThetaPanel(sp=12).fit(y).predict(fh=FH)
    assert calls == [20]


def test_hierarchical_index_comes_back():
    time = pd.period_range("2020-01", periods=36, freq="M")
    keys = list(itertools.product(["NO", "SE"], ["a", "b"]))
    y = frame(dict.fromkeys(keys, 36), time, ["region", "item", "period"])
    forecast = panel.PoolForecaster(sp=12, horizon=3).fit(y).predict(fh=FH)
    assert forecast.index.names == ["region", "item", "period"]
    assert forecast.index.droplevel(-1).unique().tolist() == keys
    assert forecast.loc[("NO", "a")].index.tolist() == list(pd.period_range("2023-01", periods=3, freq="M"))


@pytest.mark.parametrize("end", [False, True])
def test_month_dates_work_like_periods(end):
    """A month-start DatetimeIndex fails in sktime's own seasonal forecasters; here it gives the same numbers as periods."""
    dates = pd.date_range("2020-01-01", periods=48, freq="ME" if end else "MS")
    periods = dates.to_period("M")
    forecaster = panel.PoolForecaster(sp=12, horizon=3)
    by_date = forecaster.clone().fit(pd.Series(sales(), index=dates)).predict(fh=FH)
    by_period = forecaster.clone().fit(pd.Series(sales(), index=periods)).predict(fh=FH)
    np.testing.assert_array_equal(by_date, by_period)
    assert isinstance(by_date.index, pd.DatetimeIndex)
    assert by_date.index.equals(pd.date_range(dates[-1], periods=4, freq=dates.freq)[1:])
    whole = panel.ThetaPanel(sp=12).fit(frame({"a": 48, "b": 30}, dates, ["item", "date"])).predict(fh=FH)
    assert whole.loc["b"].index.equals(by_date.index)


def test_absolute_horizon_is_a_date_for_every_series():
    time = pd.period_range("2020-01", periods=48, freq="M")
    y = frame({"a": 48, "b": 30}, time, ["item", "period"])
    early = y.drop(index=[("b", period) for period in time[-2:]])  # b ends two months before a
    wanted = pd.period_range("2024-01", periods=2, freq="M")
    forecast = panel.SeasonalNaivePanel(sp=12).fit(early).predict(fh=ForecastingHorizon(wanted, is_relative=False))
    assert forecast.loc["b"].index.equals(wanted)
    assert forecast.loc[("b", wanted[0]), "quantity"] == early.loc[("b", pd.Period("2023-01", "M")), "quantity"]


def test_past_periods_are_refused():
    fitted = panel.ThetaPanel(sp=12).fit(pd.Series(sales(), index=pd.period_range("2020-01", periods=48, freq="M")))
    with pytest.raises((ValueError, NotImplementedError)):
        fitted.predict(fh=[-1, 1])


@pytest.mark.parametrize("forecaster", [panel.PoolForecaster, panel.ThetaPanel])
def test_interval_is_a_pair_of_quantiles(forecaster):
    y = frame({"a": 48, "b": 48}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    fitted = forecaster(sp=12).fit(y)
    interval = fitted.predict_interval(fh=FH, coverage=[0.8])["quantity"][0.8]
    quantiles = fitted.predict_quantiles(fh=FH, alpha=[0.1, 0.5, 0.9])["quantity"]
    np.testing.assert_allclose(interval[["lower", "upper"]], quantiles[[0.1, 0.9]])
    np.testing.assert_allclose(quantiles[0.5], fitted.predict(fh=FH)["quantity"])
    assert (quantiles[0.1] < quantiles[0.5]).all()
    assert (quantiles[0.5] < quantiles[0.9]).all()


@pytest.mark.parametrize("forecaster", [panel.PoolForecaster, panel.ThetaPanel])
def test_update_equals_a_new_fit(forecaster):
    y = frame({"a": 48, "b": 30}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    first = y[y.index.get_level_values("period") < "2023-10"]
    rest = y[y.index.get_level_values("period") >= "2023-08"]  # overlaps by two months, which count once
    updated = forecaster(sp=12).fit(first).update(rest).predict(fh=FH)
    pd.testing.assert_frame_equal(updated, forecaster(sp=12).fit(y).predict(fh=FH))


def test_update_without_new_parameters_keeps_the_weights():
    y = frame({"a": 48, "b": 30}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    first, rest = y[y.index.get_level_values("period") < "2023-10"], y[y.index.get_level_values("period") >= "2023-10"]
    fitted = panel.PoolForecaster(sp=12, horizon=3).fit(first)
    weight = fitted.combination_.weight
    moved = fitted.update(rest, update_params=False)
    np.testing.assert_array_equal(moved.combination_.weight, weight)
    forecast = moved.predict(fh=FH)
    assert forecast.loc["b"].index.tolist() == list(pd.period_range("2024-01", periods=3, freq="M"))
    by_hand = sum(part * KERNELS[name](moved._panel, 3)[0] for name, part in zip(moved.combination_.models, weight[0], strict=False))
    np.testing.assert_allclose(forecast.loc["a"]["quantity"], by_hand)


def test_update_after_a_gap_is_refused():
    y = frame({"a": 48, "b": 48}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    fitted = panel.ThetaPanel(sp=12).fit(y[y.index.get_level_values("period") < "2023-10"])
    with pytest.raises(DataError, match="series .'a',.*periods missing"):
        fitted.update(y[y.index.get_level_values("period") >= "2023-11"])


def broken(time: list[str], values: list[float]) -> pd.DataFrame:
    whole = frame({"a": 24}, pd.period_range("2024-01", periods=24, freq="M"), ["item", "period"])
    other = pd.DataFrame(
        {"quantity": values}, index=pd.MultiIndex.from_product([["b"], pd.PeriodIndex(time, freq="M")], names=["item", "period"])
    )
    return pd.concat([whole, other])


def test_bad_series_are_all_named_at_once():
    y = broken(["2024-01", "2024-02", "2024-04", "2024-05"], [1.0, np.inf, 2.0, 3.0])
    with pytest.raises(DataError) as error:
        panel.PoolForecaster(sp=12).fit(y)
    assert [(one.where, one.came) for one in error.value.problems] == [
        ("series ('b',), 2024-02", "no number"),
        ("series ('b',), 2024-04", "after a gap"),
    ]


def test_a_month_that_comes_twice_is_named():
    from sopkit.demand.panel.clock import taken_apart

    with pytest.raises(DataError, match="2024-02: twice or out of order"):
        taken_apart(broken(["2024-01", "2024-02", "2024-02", "2024-03"], [1.0, 2.0, 3.0, 4.0]))
    with pytest.raises(DataError, match="2024-01: twice or out of order"):
        taken_apart(broken(["2024-02", "2024-01"], [1.0, 2.0]))


def test_dates_of_mixed_frequency_are_refused():
    dates = pd.DatetimeIndex(["2024-01-01", "2024-02-01", "2024-02-15", "2024-04-01", "2024-05-01"])
    with pytest.raises(DataError, match="dates without a frequency"):
        panel.ThetaPanel(sp=12).fit(pd.Series(np.arange(5.0), index=dates))


def test_odd_series_are_forecast_and_the_method_says_how():
    """One observation, all zero, constant, negative, one that ended: each has a number and a name for how it was made."""
    time = pd.period_range("2020-01", periods=48, freq="M")
    odd = {
        "one": [7.0],
        "zero": [0.0] * 30,
        "same": [4.0] * 40,
        "minus": list(np.random.default_rng(1).normal(-100, 5, 48)),
        "ended": [5.0] * 30 + [0.0] * 18,
    }
    parts = [pd.DataFrame({"quantity": values}, index=time[-len(values) :]) for values in odd.values()]
    y = pd.concat(parts, keys=list(odd), names=["item", "period"])
    fitted = panel.PoolForecaster(tier="standard", sp=12, horizon=3).fit(y)
    mean = fitted.predict(fh=FH)["quantity"].groupby(level="item", sort=False).mean()
    assert mean[["one", "zero", "same", "ended"]].tolist() == pytest.approx([7, 0, 4, 0])
    assert -130 < mean["minus"] < -70
    told = fitted.methods()
    assert told["one"] == "short history: its mean"
    assert told["zero"] == told["ended"] == "silent far longer than between its sales: none expected"
    assert told["minus"].startswith("pool: ")
    assert np.isfinite(fitted.predict_quantiles(fh=FH, alpha=[0.1, 0.9]).to_numpy()).all()


@pytest.mark.parametrize(("freq", "sp"), [("W", 52), ("D", 7), ("Q", 4), ("Y", 1)])
def test_any_season_length(freq, sp):
    time = pd.period_range("2015-01-01", periods=max(3 * sp, 30), freq=freq)
    wave = 100 + 20 * np.sin(2 * np.pi * np.arange(len(time)) / max(sp, 2))
    forecast = panel.PoolForecaster(sp=sp, horizon=3).fit(pd.Series(wave, index=time)).predict(fh=FH)
    assert forecast.index.tolist() == list(pd.period_range(time[-1] + 1, periods=3, freq=freq))
    assert ((forecast > 70) & (forecast < 130)).all()


def test_inside_stock_splitters_and_tuning():
    """sktime's expanding window and grid search choose between tiers as between any other parameters."""
    from sktime.forecasting.model_selection import ForecastingGridSearchCV
    from sktime.performance_metrics.forecasting import MeanAbsoluteError
    from sktime.split import ExpandingWindowSplitter

    y = frame({"a": 48, "b": 48}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    search = ForecastingGridSearchCV(
        panel.PoolForecaster(sp=12, horizon=3, origins=2),
        cv=ExpandingWindowSplitter(initial_window=36, step_length=6, fh=FH),
        param_grid={"models": [("seasonal_naive",), ("window_average",)], "weights": ["equal"]},
        scoring=MeanAbsoluteError(),
    )
    search.set_config(remember_data=False)
    search.fit(y)
    assert search.best_params_["models"] == ("seasonal_naive",)  # it knows the season
    assert len(search.predict(fh=FH)) == 6


def test_same_result_as_the_engine_without_sktime():
    from sopkit.demand.combination import combination
    from sopkit.demand.kernels import right_aligned
    from sopkit.demand.models import TIERS

    y = frame({"a": 48, "b": 30}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    direct = combination(right_aligned([sales(48, 0), sales(30, 1)], 12), TIERS["standard"], horizon=3, origins=5, minimum_history=6)
    through = panel.PoolForecaster(tier="standard", sp=12, horizon=3).fit(y).predict(fh=FH)
    np.testing.assert_allclose(through.to_numpy().reshape(2, 3), direct.forecast(3))


def test_update_goes_by_series_and_refuses_new_ones():
    """In any order; a series of which nothing came stays where it ended."""
    y = frame({"a": 48, "b": 30}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    early, late = (y[(y.index.get_level_values("period") < "2023-10") == wanted] for wanted in (True, False))
    turned = panel.ThetaPanel(sp=12).fit(early).update(pd.concat([late.loc[["b"]], late.loc[["a"]]])).predict(fh=FH)
    pd.testing.assert_frame_equal(turned, panel.ThetaPanel(sp=12).fit(y).predict(fh=FH))
    one = panel.ThetaPanel(sp=12).fit(early).update(late.loc[["a"]]).predict(fh=FH)
    pd.testing.assert_frame_equal(one, panel.ThetaPanel(sp=12).fit(pd.concat([y.loc[["a"]], early.loc[["b"]]])).predict(fh=FH))
    with pytest.raises(DataError, match="series .'b',.: not in fit"):
        panel.ThetaPanel(sp=12).fit(early.loc[["a"]]).update(late)


@pytest.mark.parametrize("freq", ["2W", "4D", "2MS", "BME", "BMS", "QS-FEB"])
def test_other_steps_between_dates(freq):
    """Months of business days, four weeks, two months: one step is one period, and the dates go on as they came."""
    dates = pd.date_range("2020-01-01", periods=33, freq=freq)
    forecast = panel.SeasonalNaivePanel(sp=6).fit(pd.Series(sales(30), index=dates[:30])).predict(fh=FH)
    assert forecast.index.equals(dates[30:])
    np.testing.assert_array_equal(forecast, sales(30)[-6:-3])


def test_dates_with_a_hole_are_told_where():
    dates = pd.date_range("2020-01-01", periods=30, freq="MS").delete(7)
    with pytest.raises(DataError, match="2020-09-01.*after a gap"):
        panel.ThetaPanel(sp=12).fit(pd.Series(sales(29), index=dates))


@pytest.mark.parametrize(("wrong", "told"), [({"sp": 0}, "sp: 0"), ({"horizon": 2.5}, "horizon: 2.5"), ({"origins": -1}, "origins: -1")])
def test_counts_that_are_none_are_refused(wrong, told):
    with pytest.raises(ParamsError, match=told):
        panel.PoolForecaster(**wrong).fit(pd.Series(sales(), index=pd.period_range("2020-01", periods=48, freq="M")))


def test_inside_a_stock_pipeline():
    y = frame({"a": 48, "b": 48}, pd.period_range("2020-01", periods=48, freq="M"), ["item", "period"])
    logged = TransformedTargetForecaster([("log", LogTransformer()), ("pool", panel.PoolForecaster(sp=12, horizon=3))])
    forecast = logged.fit(y).predict(fh=FH)
    by_hand = np.exp(panel.PoolForecaster(sp=12, horizon=3).fit(np.log(y)).predict(fh=FH))
    np.testing.assert_allclose(forecast, by_hand)


def test_data_are_not_kept_twice():
    fitted = panel.PoolForecaster(sp=12).fit(pd.Series(sales(), index=pd.period_range("2020-01", periods=48, freq="M")))
    assert fitted._y is None
    assert fitted.get_config()["remember_data"] is False


def test_docstrings_hold_a_working_example():
    import doctest

    failures, tried = 0, 0
    for forecaster in FORECASTERS:
        for example in doctest.DocTestFinder().find(forecaster, forecaster.__name__, globs={}):
            if example.name == forecaster.__name__:
                result = doctest.DocTestRunner().run(example)
                failures, tried = failures + result.failed, tried + result.attempted
    assert failures == 0
    assert tried >= 4 * len(FORECASTERS)
