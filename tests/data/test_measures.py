"""Campaigns, market indicators, cycle times, suppliers and the pipeline: by hand, and against plain loops."""

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures import (
    CampaignInputs,
    campaign_results,
    counted_share,
    cycle_times,
    indicator_correlations,
    pipeline_hygiene,
    supplier_performance,
)
from sopkit.data.measures.durations import censored_mean, censored_quantiles
from sopkit.data.measures.indicators import correlation_chance, holm
from sopkit.data.measures.random_effects import random_effects_mean
from sopkit.data.measures.suppliers import wilson
from sopkit.periods import first_day, period_range

MONTHS = period_range("2022-01", 48)
CUTOFF = MONTHS[-1]
MARKETS = [(region, channel) for region in ("NO", "SE") for channel in ("dealers", "retail")]


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    """A table as its contract promises it; days may be given as text."""
    frame, contract = pd.DataFrame(rows), CONTRACTS[name]
    days = [column.name for column in contract.columns if column.kind == "day" and column.name in frame]
    return conform(frame.assign(**{day: pd.to_datetime(frame[day]) for day in days}), contract)


def items(*names: str, family: str = "Grills") -> pd.DataFrame:
    return table("items", [{"item": name, "item_name": name, "family": family, "supply_strategy": "stock"} for name in names])


def market(uplift: float, noise: float, *, share: float = 0.5, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Two items in four markets over 48 months; one campaign in May of each year in one market, on `share` of the month's days."""
    random = np.random.default_rng(seed)
    season = 100 * (1.5 + np.sin(np.arange(48) / 12 * 2 * np.pi))
    rows, campaigns = [], []
    for number, (region, channel) in enumerate(MARKETS):
        for item, size in (("G1", 2.0), ("G2", 1.0)):
            for month, period in enumerate(MONTHS):
                on = channel == "retail" and period.endswith("-05") and (month // 12) % 2 == (region == "SE")
                lift = 1 + uplift * share if on else 1.0
                value = season[month] * size * (1 + number) * lift * float(np.exp(random.normal(0, noise)))
                row = {"item": item, "region": region, "channel": channel, "period": period, "quantity": value}
                money = {"sold_quantity": value, "revenue": value * 100, "cost": 0.0, "source": "sales", "uncensored_quantity": value}
                rows.append(row | money)
    for year in range(2022, 2026):
        region = "SE" if year % 2 else "NO"
        days = {"start_date": pd.Timestamp(year, 5, 1), "end_date": pd.Timestamp(year, 5, 31)}
        told = {"campaign": f"C{year}", "family": "Grills", "region": region, "channel": "retail", "claimed_uplift_share": 0.35}
        campaigns.append(told | days | {"cost": 1000.0})
    sales = [
        {"date": day, "item": "G1", "region": "SE", "channel": "retail", "customer": "-", "quantity": 1.0, "revenue": 1.0}
        for day in pd.date_range("2022-01-01", "2025-12-31")
    ]
    return {
        "demand_history": table("demand_history", rows),
        "items": items("G1", "G2"),
        "campaigns": table("campaigns", campaigns),
        "sales_history": table("sales_history", sales),
        "orders": empty(CONTRACTS["orders"]),
        "unit_costs": table("unit_costs", [{"item": item, "valid_from": "2022-01-01", "unit_cost": 60.0} for item in ("G1", "G2")]),
    }


def test_a_campaign_in_a_market_without_noise_is_measured_to_the_unit() -> None:
    results = campaign_results(CampaignInputs.of(market(0.2, 0.0, share=1.0)), cutoff=CUTOFF)
    single = results[results["campaign"] == "C2023"].iloc[0]
    assert single["uplift_ratio"] == pytest.approx(0.2, abs=1e-3)
    base = 100 * (1.5 + np.sin(16 / 12 * 2 * np.pi)) * 3 * 4  # May 2023, both items, the largest market
    assert single["extra_quantity"] == pytest.approx(0.2 * base, rel=0.01)
    assert single["extra_contribution"] == pytest.approx(0.2 * base * (100 - 60), rel=0.01)
    assert single["return_ratio"] == pytest.approx((0.2 * base * 40 - 1000) / 1000, rel=0.02)
    assert single["claim"] == "missed" and single["verdict"] == "worked"
    mean = results[(results["campaign"] == "*") & (results["family"] == "Grills")].iloc[0]
    assert mean["uplift_ratio"] == pytest.approx(0.2, abs=1e-3) and mean["campaigns"] == 4


def test_noise_larger_than_the_effect_cannot_be_told() -> None:
    results = campaign_results(CampaignInputs.of(market(0.0, 0.3, share=1.0)), cutoff=CUTOFF)
    assert (results.loc[results["campaign"] != "*", "verdict"] == "cannot_tell").sum() >= 3  # one in ten is wrong by construction
    assert results.loc[results["campaign"] == "*", "verdict"].tolist() == ["cannot_tell"]


def test_campaigns_that_are_not_over_or_have_nothing_beside_them_are_not_measured() -> None:
    tables = market(0.2, 0.05)
    ahead = tables["campaigns"].assign(end_date=lambda frame: frame["end_date"] + pd.DateOffset(years=4))
    results = campaign_results(CampaignInputs.of(tables | {"campaigns": conform(ahead, CONTRACTS["campaigns"])}), cutoff=CUTOFF)
    assert set(results["verdict"]) == {"planned"} and results["uplift_ratio"].isna().all()
    everywhere = tables["campaigns"].assign(region="*", channel="*")
    results = campaign_results(CampaignInputs.of(tables | {"campaigns": conform(everywhere, CONTRACTS["campaigns"])}), cutoff=CUTOFF)
    assert set(results["verdict"]) == {"cannot_tell"}
    assert results["why"].str.startswith("no other market").all()


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """100 campaigns with +20 %, noise 10 %: 90 % intervals hold it in 86 to 97 %, those of the mean not half as often the claim."""
    covered, claims, means = [], [], []
    for seed in range(25):
        results = campaign_results(CampaignInputs.of(market(0.2, 0.1, share=1.0, seed=seed)), cutoff=CUTOFF)
        single = results[results["campaign"] != "*"]
        covered += ((single["uplift_low"] <= 0.2) & (single["uplift_high"] >= 0.2)).tolist()
        mean = results[results["campaign"] == "*"].iloc[0]
        claims.append(mean["uplift_low"] <= 0.35 <= mean["uplift_high"])
        means.append(mean["uplift_ratio"])
    assert 0.86 <= np.mean(covered) <= 0.97
    assert np.mean(claims) < np.mean(covered) / 2
    assert np.mean(means) == pytest.approx(0.2, abs=0.03)


def test_the_mean_of_campaigns_by_hand() -> None:
    """Two estimates as sure as each other that differ as chance would: their mean, s / sqrt 2. Far apart: the spread counts."""
    assert random_effects_mean(np.array([0.1, 0.2]), np.array([0.1, 0.1])) == pytest.approx((0.15, 0.1 / np.sqrt(2)))
    # w = 100 each; Q = 100 (0.25 + 0.25) = 50; tau^2 = (50 - 1) / (200 - 100) = 0.49; variance (0.01 + 0.49) / 2
    assert random_effects_mean(np.array([0.0, 1.0]), np.array([0.1, 0.1])) == pytest.approx((0.5, 0.5))


def test_durations_against_a_plain_loop() -> None:
    random = np.random.default_rng(6)
    days = random.integers(1, 20, 80).astype(float)
    weights, finished = random.uniform(1, 5, 80), random.random(80) < 0.8
    left, survivors = 1.0, []
    for end in sorted(set(days[finished])):
        at_risk = sum(w for d, w in zip(days, weights, strict=True) if d >= end)
        left *= 1 - sum(w for d, w, f in zip(days, weights, finished, strict=True) if f and d == end) / at_risk
        survivors.append((end, left))
    expected = next((end for end, share in survivors if share <= 0.5), np.nan)
    assert censored_quantiles(days, weights, finished, [0.5])[0] == expected


def test_the_mean_duration_by_hand() -> None:
    """Finished after 2 and 6 days, open after 4: S = 2/3 from 2 on, 0 from 6 on; mean = 2 + 4 x 2/3."""
    assert censored_mean(np.array([2.0, 6.0, 4.0]), np.ones(3), np.array([True, True, False])) == pytest.approx(2 + 4 * 2 / 3)
    assert np.isnan(censored_mean(np.array([2.0, 9.0]), np.ones(2), np.array([True, False])))


def test_cycle_times_count_open_orders_as_censored() -> None:
    days = {"P1": ("2025-12-01", "2025-12-05", 10), "P2": ("2025-12-01", "2025-12-11", 30), "P3": ("2025-12-11", None, 60)}
    rows = [
        {"production_order": order, "item": "G1", "start_date": start, "finish_date": finish, "quantity": quantity}
        for order, (start, finish, quantity) in days.items()
    ]
    found = cycle_times(table("production_history", rows), items("G1"), cutoff=CUTOFF).set_index(["family", "item"])
    row = found.loc[("Grills", "G1")]
    assert (row["finished_orders"], row["open_orders"], row["quantity"]) == (2, 1, 40)
    # after 4 days S = 1 - 10/100; P2 ends after 10 with 30 of 90 at risk: S = 0.9 x 60/90 = 0.6; P3 has lasted 20 days
    assert np.isnan(row["median"]) and np.isnan(row["mean"])
    assert len(found) == 3


def receipts(*rows: tuple[str, str, str, str | None, float]) -> pd.DataFrame:
    names = ["supplier", "order_date", "promised_date", "receipt_date", "quantity"]
    return table("purchase_receipts", [dict(zip(names, row, strict=True)) | {"receipt": f"R{number}"} for number, row in enumerate(rows)])


def test_suppliers_by_hand() -> None:
    good = [("A", "2025-03-01", "2025-03-11", "2025-03-11", 1.0)] * 3
    late = [("A", "2025-04-01", "2025-04-11", "2025-04-15", 7.0), ("A", "2025-12-01", "2025-12-21", None, 1.0)]
    agreed = table("suppliers", [{"supplier": "A", "supplier_name": "A", "lead_time_days": 10, "on_time_target_share": 0.95}])
    row = supplier_performance(receipts(*good, *late), agreed, cutoff=CUTOFF).iloc[0]
    assert (row["deliveries"], row["open_deliveries"], row["on_time_share"]) == (5, 1, 0.6)
    assert row["on_time_quantity_share"] == pytest.approx(3 / 11)
    assert row["days_late_mean"] == pytest.approx((4 + 10) / 2)  # the open one is ten days late at the cutoff
    assert row["lead_time_mean"] == pytest.approx((10 * 3 + 14) / 4)
    assert row["lead_time_deviation"] == pytest.approx(2.0)
    assert row["verdict"] == "below"  # the whole interval lies under 95 %
    assert supplier_performance(receipts(*good[:2]), agreed, cutoff=CUTOFF)["verdict"].iloc[0] == "cannot_tell"


def test_wilson_by_hand() -> None:
    """8 of 10 at z = 1.6449: (0.8 + 0.13529) / 1.27057 -+ 1.6449 sqrt(0.016 + 0.00676) / 1.27057."""
    low, high = wilson(8, 10)
    assert (low, high) == pytest.approx((0.54080, 0.93145), abs=2e-4)


def test_the_real_deliveries_of_scms_become_supplier_figures() -> None:
    root = Path(os.environ.get("SOPKIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    path = root / "scms_deliveries" / "scms_delivery_history.csv.gz"
    if not path.exists():
        pytest.skip("the real deliveries are not here: set SOPKIT_DATA")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:
        lines = pd.read_csv(stream, dtype=str, keep_default_na=False)
    names = {name.lower().replace(" ", "_").replace("#", "number"): name for name in lines.columns}
    column = lambda word: lines[next(real for key, real in names.items() if key.startswith(word))]  # noqa: E731
    day = lambda cells: pd.to_datetime(cells, format="%d-%b-%y", errors="coerce")  # noqa: E731
    ordered = pd.to_datetime(column("po_sent"), format="%m/%d/%y", errors="coerce")
    frame = pd.DataFrame(
        {
            "receipt": [f"L{number}" for number in range(len(lines))],
            "supplier": column("vendor"),
            "order_date": ordered,
            "promised_date": day(column("scheduled_delivery")),
            "receipt_date": day(column("delivered_to_client")),
            "quantity": pd.to_numeric(column("line_item_quantity")),
        }
    )
    found = supplier_performance(conform(frame, CONTRACTS["purchase_receipts"]), empty(CONTRACTS["suppliers"]), cutoff="2014-12")
    assert found["deliveries"].sum() > 1500 and set(found["verdict"]) <= {"not_agreed", "cannot_tell"}
    due = frame[frame["promised_date"].between("2013-01-01", "2014-12-31")]
    assert found["deliveries"].sum() == len(due)
    on_time = int((due["receipt_date"] <= due["promised_date"]).sum())
    assert (found["on_time_share"] * found["deliveries"]).sum() == pytest.approx(on_time)
    took = (due["receipt_date"] - due["order_date"]).dt.days
    assert found["without_lead_time"].sum() == int((~(took >= 0)).sum())  # dates that are text, and negative lead times, are counted


def indicator(values: np.ndarray, name: str = "index", believed: float = 1) -> pd.DataFrame:
    rows = [
        {"indicator": name, "family": "*", "region": "*", "period": period, "value": value, "source": "s", "lag_months": believed}
        | {"published": pd.Timestamp(first_day(period)) + pd.DateOffset(months=1, days=10)}
        for period, value in zip(MONTHS, values, strict=True)
    ]
    return table("market_indicators", rows)


def demand(values: np.ndarray) -> pd.DataFrame:
    money = {"region": "SE", "channel": "retail", "source": "sales"}
    rows = [
        {"item": "G1", "period": period, "quantity": value, "sold_quantity": value, "revenue": value, "uncensored_quantity": value} | money
        for period, value in zip(MONTHS, values, strict=True)
    ]
    return table("demand_history", rows)


def test_an_indicator_that_leads_earns_its_correlation_and_noise_does_not() -> None:
    random = np.random.default_rng(12)
    cause = random.normal(0, 0.1, 51)
    season = 1000 * (1.5 + np.sin(np.arange(48) / 12 * 2 * np.pi))
    wanted = season * np.exp(cause[:48] + random.normal(0, 0.02, 48))
    leading, noise = 100 * np.exp(cause[3:51]), 100 * np.exp(random.normal(0, 0.1, 48))
    both = pd.concat([indicator(leading, "leading", 1), indicator(noise, "noise", 1)], ignore_index=True)
    found = indicator_correlations(conform(both, CONTRACTS["market_indicators"]), demand(wanted), items("G1"), cutoff=CUTOFF)
    company = found[found["family"] == "*"].set_index("indicator")
    assert (company.loc["leading", "verdict"], company.loc["leading", "lag"]) == ("earned", 3)
    assert company.loc["leading", "publication_lag"] == 1 and company.loc["leading", "believed_lag"] == 1
    assert company.loc["noise", "verdict"] == "not_earned"
    short = indicator_correlations(indicator(leading)[-20:], demand(wanted), items("G1"), cutoff=CUTOFF)
    assert set(short["verdict"]) == {"cannot_tell"}


def test_unrelated_indicators_earn_nothing_more_often_than_they_should() -> None:
    earned = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        walk = 100 * np.exp(0.02 * np.cumsum(random.normal(0, 1, 48)))  # a random walk: correlated with its own past
        wanted = 1000 * np.exp(0.1 * np.convolve(random.normal(0, 1, 51), [0.5, 0.3, 0.2, 0.1], "valid"))
        found = indicator_correlations(indicator(walk), demand(wanted), items("G1"), cutoff=CUTOFF)
        earned += int((found["verdict"] == "earned").any())
    assert earned <= 4


def test_chances_by_hand() -> None:
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    x, y = np.array([1.0, -1.0] * 5), np.array([1.0, -1.0] * 5)
    assert correlation_chance(0.0, x, y) == pytest.approx(1.0)


def deals(**columns: list) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    base = {
        "opportunity": [f"O{number}" for number in range(count)],
        "customer": ["K1"] * count,
        "item": ["G1"] * count,
        "region": ["SE"] * count,
        "channel": ["retail"] * count,
        "stage": ["proposal"] * count,
        "probability_share": [0.5] * count,
        "quantity": [10.0] * count,
        "period": ["2026-03"] * count,
        "in_baseline": [False] * count,
    }
    return conform(pd.DataFrame(base | columns), CONTRACTS["opportunities"])


def test_a_lost_deal_never_counts_whatever_it_states() -> None:
    stages, stated = ["lost", "won", "proposal", "proposal"], [0.99, 0.4, 0.3, 0.3]
    frame = deals(stage=stages, probability_share=stated, in_baseline=[False, False, False, True])
    assert counted_share(frame).tolist() == [0.0, 1.0, 0.3, 0.0]


def test_the_pipeline_rules_by_hand() -> None:
    frame = deals(
        stage=["lost", "proposal", "proposal", "proposal", "won", "proposal"],
        probability_share=[0.01, 0.5, 0.5, 1.0, 0.9, 0.5],
        customer=["K1", "K9", "-", "K1", "K1", "K1"],
        item=["G1", "G1", "G9", "G1", "G1", "G1"],
        period=["2026-03", "2025-11", "2026-04", "2026-04", "2026-01", None],
    )
    customers = table("customers", [{"customer": "K1", "customer_name": "K1", "region": "SE", "channel": "retail"}])
    price = {"item": "G1", "region": "*", "channel": "*", "valid_from": "2025-01-01", "net_price": 100.0}
    found = pipeline_hygiene(frame, items("G1"), customers, table("prices", [price]), cutoff=CUTOFF)
    rules = {rule: sorted(group["opportunity"]) for rule, group in found.groupby("rule")}
    assert rules == {
        "lost_with_probability": ["O0"],
        "stale_close_date": ["O1"],
        "unjoined_customer": ["O1"],
        "unjoined_item": ["O2"],
        "no_customer": ["O2"],
        "missing_amount": ["O2"],
        "certain_while_open": ["O3"],
        "won_not_certain": ["O4"],
        "no_date": ["O5"],
    }
    lost = found[found["rule"] == "lost_with_probability"].iloc[0]
    assert (lost["deal_value"], lost["at_stake"], lost["outcome"]) == (1000.0, pytest.approx(10.0), "excluded")
    assert found.loc[found["rule"] == "won_not_certain", "at_stake"].iloc[0] == 1000.0


def test_deals_open_longer_than_decided_ones_took_are_named() -> None:
    opened = pd.Timestamp("2025-01-01")
    closed = [opened + pd.Timedelta(days=10 + number) for number in range(20)]
    frame = deals(
        stage=["won"] * 20 + ["proposal"] * 2,
        opened_date=[opened] * 21 + [pd.Timestamp("2025-12-20")],
        close_date=[*closed, pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-01")],
        probability_share=[1.0] * 20 + [0.5] * 2,
    )
    found = pipeline_hygiene(frame, items("G1"), empty(CONTRACTS["customers"]), empty(CONTRACTS["prices"]), cutoff=CUTOFF)
    assert found.loc[found["rule"] == "aged", "opportunity"].tolist() == ["O20"]
