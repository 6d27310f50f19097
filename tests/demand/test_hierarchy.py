"""Levels that agree: against dense algebra and scipy's non-negative least squares, and what must hold of any numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.hierarchy import coherent_forecast, hierarchy_of, level_keys, reconciled, whole_cells, whole_units
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import CELLS, SERIES
from sopkit.errors import DataError, ParamsError
from sopkit.periods import period_range, shifted

LEVELS = DemandPolicy().hierarchy
CUTOFF = "2026-02"


def company_of(items: int, regions: int, channels: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All series of a small company, and its items: two families."""
    names = [f"I{number}" for number in range(items)]
    grid = pd.MultiIndex.from_product([names, list("ABCDE")[:regions], ["dealers", "retail"][:channels]], names=SERIES)
    table = pd.DataFrame({"item": names, "family": [f"F{number % 2}" for number in range(items)]})
    return grid.to_frame(index=False), table


def problem(seed: int, *, size: tuple[int, int, int] = (4, 3, 2), months: int = 3, spread: float = 0.3):
    """A hierarchy, forecasts that disagree, and variances."""
    hierarchy = hierarchy_of(*company_of(*size), LEVELS)
    rng = np.random.default_rng(seed)
    bottom = rng.gamma(2.0, 10.0, (hierarchy.sums.shape[1], months))
    forecast = (hierarchy.sums @ bottom) * (1 + spread * rng.normal(size=(hierarchy.sums.shape[0], months)))
    return hierarchy, forecast, bottom, rng.gamma(2.0, 50.0, len(forecast)), rng.gamma(2.0, 20.0, len(bottom))


def test_levels_are_read_by_their_keys():
    assert level_keys("total") == ()
    assert level_keys("item x region") == ("item", "region")
    for wrong in ("sku", "item x item", ""):
        with pytest.raises(ParamsError, match="hierarchy"):
            level_keys(wrong)


def test_params_refuse_unknown_levels_and_levels_listed_twice():
    with pytest.raises(ValueError, match="sku"):
        DemandPolicy(hierarchy=("total", "sku"))
    with pytest.raises(ValueError, match="twice"):
        DemandPolicy(hierarchy=("item x region", "region x item"))


def test_each_level_adds_up_every_series_once():
    hierarchy = hierarchy_of(*company_of(4, 3, 2), LEVELS)
    assert hierarchy.levels == list(LEVELS)
    counts = hierarchy.nodes["level"].value_counts()
    assert counts[list(LEVELS)].tolist() == [1, 2, 4, 3, 2, 12]
    for level in LEVELS:
        assert (hierarchy.sums[np.flatnonzero(hierarchy.nodes["level"] == level)].sum(axis=0) == 1).all()
    family = hierarchy.sums[np.flatnonzero(hierarchy.nodes["node"] == "F1")[0]].toarray().ravel()
    assert set(hierarchy.bottom.loc[family == 1, "item"]) == {"I1", "I3"}


def test_a_series_twice_is_named():
    series, items = company_of(2, 1, 1)
    with pytest.raises(DataError, match="I0"):
        hierarchy_of(pd.concat([series, series.head(1)]), items, LEVELS)


def test_two_series_and_a_total_by_hand():
    """Series 10 and 20, total 36, variances 1, 1 and 4: the gap of 6 is shared 1 : 1 : 4, so each series gets 1."""
    hierarchy = hierarchy_of(*company_of(2, 1, 1), ["total"])
    x = reconciled(
        hierarchy.sums, np.array([[36.0]]), np.array([[10.0], [20.0]]), variance=np.array([4.0]), bottom_variance=np.array([1.0, 1.0])
    )
    assert x.ravel() == pytest.approx([11, 21])


@pytest.mark.parametrize("seed", range(5))
def test_equals_dense_weighted_least_squares(seed):
    hierarchy, forecast, bottom, variance, own = problem(seed, spread=0.05)
    whole = np.vstack([hierarchy.sums.toarray(), np.eye(len(bottom))])
    weight = np.diag(1 / np.r_[variance, own])
    dense = np.linalg.solve(whole.T @ weight @ whole, whole.T @ weight @ np.vstack([forecast, bottom]))
    assert dense.min() > 0  # nothing is at its bound here
    np.testing.assert_allclose(reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own), dense, rtol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_equals_non_negative_least_squares(seed):
    """Totals far below the series push some below zero: scipy's active set method finds the same optimum."""
    hierarchy, forecast, bottom, variance, own = problem(seed, spread=0.8)
    forecast = np.abs(forecast) * 0.3
    root = 1 / np.sqrt(np.r_[variance, own])
    whole = np.vstack([hierarchy.sums.toarray(), np.eye(len(bottom))]) * root[:, None]
    x = reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own)
    for month in range(forecast.shape[1]):
        oracle, _ = nnls(whole, np.r_[forecast[:, month], bottom[:, month]] * root)
        np.testing.assert_allclose(x[:, month], oracle, atol=1e-6)
    assert (x == 0).any()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    spread=st.floats(0, 3),
    size=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 2)),
)
def test_what_is_coherent_stays_and_what_is_reconciled_is_coherent(seed, spread, size):
    hierarchy, forecast, bottom, variance, own = problem(seed, size=size, spread=spread)
    same = reconciled(hierarchy.sums, hierarchy.sums @ bottom, bottom, variance=variance, bottom_variance=own)
    np.testing.assert_array_equal(same, bottom)
    once = reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own)
    assert (once >= 0).all()
    twice = reconciled(hierarchy.sums, hierarchy.sums @ once, once, variance=variance, bottom_variance=own)
    np.testing.assert_allclose(twice, once, rtol=1e-12, atol=1e-12)


def test_a_series_without_variance_is_not_moved():
    hierarchy, forecast, bottom, variance, own = problem(1)
    bottom[3], own[3] = 0.0, 0.0
    x = reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own)
    assert (x[3] == 0).all()
    assert not np.allclose(x, bottom)


def test_no_levels_leave_the_series():
    hierarchy = hierarchy_of(*company_of(2, 2, 1), [])
    bottom = np.ones((4, 2))
    x = reconciled(hierarchy.sums, np.empty((0, 2)), bottom, variance=np.empty(0), bottom_variance=np.ones(4))
    np.testing.assert_array_equal(x, bottom)


def test_numbers_that_are_none_are_named():
    hierarchy, forecast, bottom, variance, own = problem(1)
    forecast[0, 0], own[0] = np.inf, -1.0
    with pytest.raises(DataError) as error:
        reconciled(hierarchy.sums, forecast, bottom, variance=variance, bottom_variance=own)
    assert [told.where for told in error.value.problems] == ["forecast of nodes", "variance of series"]


def test_whole_units_by_largest_remainder():
    """Hamilton's method: 2.5, 3.3 and 4.2 make 10; 2, 3 and 4 are given, the one left over goes to the largest remainder, .5."""
    values = np.array([[2.5], [3.3], [4.2]])
    assert whole_units(values, [np.zeros(3, dtype=int), np.arange(3)]).ravel().tolist() == [3, 3, 4]


def test_what_is_owed_is_paid_in_a_later_month():
    values = np.full((3, 10), [[0.3], [0.3], [0.4]])
    whole = whole_units(values, [np.zeros(3, dtype=int), np.arange(3)])
    assert whole.sum(axis=0).tolist() == [1] * 10
    assert whole.sum(axis=1).tolist() == [3, 3, 4]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.1, 1.0, 30.0]))
def test_every_node_is_rounded_up_or_down_and_all_sums_are_exact(seed, scale):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.7, scale, (24, 6)) * (rng.random((24, 6)) < 0.8)
    groups = [np.zeros(24, dtype=int), np.arange(24) // 12, np.arange(24) // 4, np.arange(24)]
    whole = whole_units(values, groups)
    assert (whole == np.floor(whole)).all()
    for codes in groups:
        rounded, exact = (np.array([part[codes == one].sum(axis=0) for one in np.unique(codes)]) for part in (whole, values))
        assert (np.abs(rounded - exact) < 1 + 1e-5).all()
    assert abs(whole.sum() - values.sum()) < 0.5 + 1e-4
    np.testing.assert_array_equal(whole_units(whole, groups), whole)


def test_cells_are_rounded_in_their_own_order(table):
    items = table("items", [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in "AB"])
    cells = pd.DataFrame(
        {"item": ["B", "A", "A"], "region": "SE", "channel": "retail", "period": ["2026-03", "2026-03", "2026-04"], "q": [1.6, 2.4, 0.7]},
        index=[7, 8, 9],
    )
    assert whole_cells(cells, "q", items).to_dict() == {7: 2.0, 8: 2.0, 9: 1.0}


@pytest.fixture
def company(table):
    """Two seasonal items in two regions, one that has ended, one that sells now and then."""
    rng = np.random.default_rng(8)
    wave = 1 + 0.4 * np.sin(2 * np.pi * np.arange(60) / 12)
    series = {
        ("A", "NO"): rng.normal(50, 4, 60) * wave,
        ("A", "SE"): rng.normal(150, 12, 60) * wave,
        ("B", "SE"): rng.normal(80, 8, 60),
        ("C", "SE"): rng.poisson(0.4, 60).astype(float),
        ("D", "SE"): np.r_[np.full(40, 20.0), np.zeros(20)],
    }
    rows = [
        {"item": item, "region": region, "channel": "retail", "period": period, "quantity": units}
        | {"sold_quantity": units, "revenue": units * 10, "source": "orders"}
        for (item, region), values in series.items()
        for period, units in zip(period_range(shifted(CUTOFF, -59), 60), values, strict=True)
    ]
    items = [{"item": item, "item_name": item, "family": "F" if item in "AB" else "G", "supply_strategy": "stock"} for item in "ABCD"]
    return table("demand_history", rows), table("items", items)


KNOBS = {"cutoff": CUTOFF, "horizon": 12, "models": ["theta", "damped"], "origins": 3}


def test_the_baseline_is_coherent_in_whole_units(company):
    made = coherent_forecast(*company, DemandPolicy(), **KNOBS)
    table = conform(made.table, CONTRACTS["statistical_forecast"])
    assert (table["quantity"] % 1 == 0).all()
    assert (table["quantity"] >= 0).all()
    assert table[CELLS].drop_duplicates().shape[0] == 5 * 12
    assert (table[["p10", "p50", "p90"]].diff(axis=1).iloc[:, 1:] >= 0).all().all()
    assert (table.loc[table["item"] == "D", ["quantity", "p10", "p90"]] == 0).all().all()  # nothing expected: left at nothing
    levels = conform(made.levels, CONTRACTS["reconciliation"]).set_index("level")
    assert levels["nodes"].to_dict() == {
        "total": 1,
        "family": 2,
        "item": 4,
        "region": 2,
        "channel": 1,
        "item x region": 5,
        "item x region x channel": 5,
    }
    np.testing.assert_allclose(levels["coherent_quantity"], levels["coherent_quantity"].iloc[0], rtol=1e-9)
    assert abs(table["quantity"].sum() - levels["coherent_quantity"].iloc[0]) <= 0.5 + 1e-4


def test_a_coarser_level_that_is_forecast_takes_part(company):
    made = coherent_forecast(*company, DemandPolicy(forecast_level=("item", "channel"), hierarchy=("total",)), **KNOBS)
    assert made.levels["level"].tolist() == ["total", "item x channel", "item x region x channel"]


def test_divided_series_say_what_their_shares_may_be_off_by(company):
    made = conform(
        coherent_forecast(*company, DemandPolicy(forecast_level=("item", "channel")), **KNOBS).table, CONTRACTS["statistical_forecast"]
    )
    both = made[made["item"] == "A"]
    assert (both["share_error"] > 0).all()
    below = np.sqrt(both["divided_below"] ** 2 + (1.2815515655 * both["share_error"]) ** 2)
    assert both["p10"].to_numpy() == pytest.approx(np.maximum(both["p50"] - below, 0), abs=1e-3)
    assert (both["p90"] - both["p50"] >= both["divided_above"] - 1e-9).all()
    own = conform(coherent_forecast(*company, DemandPolicy(), **KNOBS).table, CONTRACTS["statistical_forecast"])
    assert own[["share_error", "divided_below", "divided_above"]].isna().all(axis=None)
