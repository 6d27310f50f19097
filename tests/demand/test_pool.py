"""The statistical forecast, the backtest and the range of the plan on small companies."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.backtest import backtest, verdict
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.pool import statistical_forecast
from sopkit.demand.series import trailing_shares
from sopkit.errors import DataError, ParamsError
from sopkit.periods import period_range, shifted

CUTOFF = "2026-02"
KNOBS = {"cutoff": CUTOFF, "horizon": 12, "models": ["theta", "damped"], "origins": 4}
POLICY = DemandPolicy()


def history_of(table, series: dict[tuple[str, str], np.ndarray]) -> pd.DataFrame:
    """Demand history: (item, region) to units by month, the last one at the cutoff."""
    rows = [
        {
            "item": item,
            "region": region,
            "channel": "retail",
            "period": period,
            "quantity": float(units),
            "sold_quantity": float(units),
            "revenue": units * 10.0,
            "source": "orders",
        }
        for (item, region), values in series.items()
        for period, units in zip(period_range(shifted(CUTOFF, 1 - len(values)), len(values)), values, strict=True)
    ]
    return table("demand_history", rows)


@pytest.fixture
def company(table):
    """Seasonal A in two regions and B, intermittent C, dormant D, young E; families F and G."""
    rng = np.random.default_rng(8)
    wave = 1 + 0.4 * np.sin(2 * np.pi * np.arange(72) / 12)
    series = {
        ("A", "NO"): rng.normal(50, 4, 72) * wave,
        ("A", "SE"): rng.normal(150, 12, 72) * wave,
        ("B", "SE"): rng.normal(80, 8, 72),
        ("C", "SE"): rng.poisson(0.4, 72),
        ("D", "SE"): np.r_[np.full(40, 20), np.zeros(14)],
        ("E", "SE"): np.array([10.0, 20, 30]),
    }
    items = [{"item": item, "item_name": item, "family": "F" if item in "AB" else "G", "supply_strategy": "stock"} for item in "ABCDE"]
    return history_of(table, series), table("items", items)


def test_every_series_is_forecast_in_its_own_way(company):
    history, _ = company
    forecast = conform(statistical_forecast(history, POLICY, **KNOBS), CONTRACTS["statistical_forecast"])
    assert len(forecast) == 6 * 12
    assert forecast["period"].unique().tolist() == period_range("2026-03", 12)
    assert (forecast["p10"] <= forecast["p50"]).all()
    assert (forecast["p50"] <= forecast["p90"]).all()
    np.testing.assert_allclose(forecast["p50"], forecast["quantity"], atol=1e-6)
    by_item = forecast.groupby("item").first()
    assert by_item["method"]["A"].startswith("pool: theta")
    assert "IMAPA" in by_item["method"]["C"]
    assert by_item.loc["D", ["quantity", "p90"]].tolist() == [0, 0]
    assert by_item["quantity"]["E"] == pytest.approx(20)  # the mean of 10, 20 and 30
    last_year = history[(history["item"] == "B") & (history["period"] == "2025-03")]["quantity"].item()
    assert by_item["naive"]["B"] == pytest.approx(last_year)


def test_seasonal_series_is_forecast_well(company):
    """A in SE is 150 x season: the mean over the year is known, so the pool must be within 5 % of it, month by month within 20."""
    forecast = statistical_forecast(company[0], POLICY, **KNOBS)
    own = forecast[(forecast["item"] == "A") & (forecast["region"] == "SE")]["quantity"].to_numpy()
    truth = 150 * (1 + 0.4 * np.sin(2 * np.pi * np.arange(72, 84) / 12))
    assert own.mean() == pytest.approx(150, rel=0.05)
    np.testing.assert_allclose(own, truth, rtol=0.2)


def test_forecast_level_is_divided_by_trailing_shares(company):
    history, _ = company
    by_item = statistical_forecast(history, DemandPolicy(forecast_level=("item",)), **KNOBS)
    conform(by_item, CONTRACTS["statistical_forecast"])
    a = by_item[by_item["item"] == "A"].pivot(index="period", columns="region", values="quantity")
    recent = history[(history["item"] == "A") & (history["period"] > "2025-02")].groupby("region")["quantity"].sum()
    np.testing.assert_allclose(a["NO"] / a.sum(axis=1), recent["NO"] / recent.sum())
    assert by_item["method"].str.endswith("share of the last twelve months").all()


def test_shares_by_hand(table):
    old = np.r_[np.full(12, 100.0), np.zeros(12)]
    shares = trailing_shares(
        history_of(
            table,
            {
                ("A", "NO"): np.full(24, 1.0),
                ("A", "SE"): np.full(24, 3.0),
                ("B", "NO"): old,
                ("B", "SE"): old / 4,
                ("C", "NO"): np.zeros(3),
                ("C", "SE"): np.zeros(3),
            },
        ),
        ["item"],
    )
    # A by the last twelve months; B had none, so by its whole history; C never had any, so evenly
    assert shares["share"].tolist() == [0.25, 0.75, 0.8, 0.2, 0.5, 0.5]


def test_one_observation_and_zeros_are_forecast(table):
    history = history_of(table, {("A", "SE"): np.array([7.0]), ("B", "SE"): np.zeros(30), ("C", "SE"): np.full(30, 4.0)})
    forecast = conform(statistical_forecast(history, POLICY, **KNOBS), CONTRACTS["statistical_forecast"])
    assert forecast.groupby("item")["quantity"].mean().tolist() == pytest.approx([7, 0, 4])


def test_months_after_the_cutoff_do_not_count(company):
    history, _ = company
    later = history[history["period"] == CUTOFF].assign(period="2026-03", quantity=1e6)
    forecast = statistical_forecast(pd.concat([history, later], ignore_index=True), POLICY, **KNOBS)
    pd.testing.assert_frame_equal(forecast, statistical_forecast(history, POLICY, **KNOBS))


def test_series_with_gaps_are_named(company):
    history, _ = company
    gap = history[
        ~((history["item"] == "B") & (history["period"] == "2024-05")) & ~((history["item"] == "E") & (history["period"] == CUTOFF))
    ]
    with pytest.raises(DataError) as error:
        statistical_forecast(gap, POLICY, **KNOBS)
    assert len(error.value.problems) == 2
    with pytest.raises(DataError, match="nothing to forecast"):
        statistical_forecast(history[:0], POLICY, **KNOBS)


def test_unknown_model_is_refused_before_any_work(company):
    with pytest.raises(ParamsError, match="prophet"):
        statistical_forecast(company[0], POLICY, **(KNOBS | {"models": ["prophet"]}))


def test_same_inputs_give_the_same_forecast(company):
    shuffled = company[0].sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(statistical_forecast(company[0], POLICY, **KNOBS), statistical_forecast(shuffled, POLICY, **KNOBS))


def test_backtest_has_every_model_beside_seasonal_naive(company):
    table = conform(backtest(*company, POLICY, **KNOBS), CONTRACTS["backtest"])
    assert sorted(table["model"].unique()) == ["damped", "pool", "seasonal_naive", "theta"]
    assert table["family"].unique().tolist() == ["*", "F", "G"]
    company_rows = table[table["family"] == "*"].set_index("model")
    assert (company_rows["origins"] == 4).all()
    assert (company_rows["series"] == 5).all()  # E is too young to be scored
    assert company_rows["wape_ratio"]["pool"] < company_rows["wape_ratio"]["seasonal_naive"]


def test_backtest_by_hand(table):
    """Seasonal naive on a series that doubles in its last year: 2 a month, then 4; horizon 2, two origins 6 and 12 months back."""
    history = history_of(table, {("A", "SE"): np.r_[np.full(24, 2.0), np.full(12, 4.0)]})
    items = table("items", [{"item": "A", "item_name": "A", "family": "F", "supply_strategy": "stock"}])
    knobs = KNOBS | {"horizon": 2, "origins": 2, "models": ["seasonal_naive"]}
    row = backtest(history, items, POLICY, **knobs).set_index(["model", "family"]).loc[("seasonal_naive", "*")]
    # four months of 4 forecast as 2: errors -2; 12 months back nothing had changed (no scale), 6 months back 6 of 18 months had, by 2
    assert row["wape_ratio"] == pytest.approx(0.5)
    assert row["bias_ratio"] == pytest.approx(-0.5)
    assert row["mase"] == pytest.approx(2 / (2 * 6 / 18))
    assert row["rmsse"] == pytest.approx(np.sqrt(4 / (4 * 6 / 18)))


def test_the_verdict_is_honest():
    rows = [("pool", "F", 0.2), ("theta", "F", 0.3), ("seasonal_naive", "F", 0.4)]
    rows += [("pool", "G", 0.5), ("theta", "G", 0.6), ("seasonal_naive", "G", 0.4)]
    rows += [("pool", "H", 0.5), ("theta", "H", 0.3), ("seasonal_naive", "H", 0.4), ("pool", "I", np.nan), ("seasonal_naive", "I", np.nan)]
    found = verdict(pd.DataFrame(rows, columns=["model", "family", "wape_ratio"])).set_index("family")
    assert found["best"].to_dict() == {"F": "pool", "G": "seasonal_naive", "H": "theta"}  # of I nothing is known
    assert found["verdict"]["F"] == "the pool is off by 20.0% of demand, seasonal naive by 40.0%"
    assert found["verdict"]["G"] == "nothing beats seasonal naive here: it is off by 40.0% of demand, the pool by 50.0%"
    assert found["verdict"]["H"] == "the pool (50.0%) does not beat seasonal naive (40.0%); theta does"


def test_nothing_long_enough_gives_an_empty_backtest(table):
    history = history_of(table, {("A", "SE"): np.array([1.0, 2.0])})
    items = table("items", [{"item": "A", "item_name": "A", "family": "F", "supply_strategy": "stock"}])
    assert conform(backtest(history, items, POLICY, **KNOBS), CONTRACTS["backtest"]).empty
    assert verdict(backtest(history, items, POLICY, **KNOBS)).empty
