"""Scores of frozen forecasts and of the last plan, all by hand; error = forecast - actual."""

import numpy as np
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.accuracy import (
    accuracy_by_owner,
    accuracy_by_region,
    all_snapshots,
    corrections,
    forecast_accuracy,
    frozen_layers,
    headline_accuracy,
    last_plan,
    plan_score,
    plan_stability,
)
from sopkit.demand.asking.asked import Asked
from sopkit.errors import DataError

CUTOFF = "2026-02"


def snapshot(layer: str, period: str, item: str, quantity: float, made_in: str = "2025-12") -> dict:
    return {"layer": layer, "made_in": made_in, "item": item, "region": "SE", "channel": "retail", "period": period, "quantity": quantity}


@pytest.fixture
def items(table):
    rows = [
        {"item": item, "item_name": item, "family": family, "supply_strategy": "stock"}
        for item, family in (("A", "F"), ("B", "F"), ("C", "G"))
    ]
    return table("items", rows)


@pytest.fixture
def history(table):
    """January: A 100, B 50, C 50; February: A 80, B 20, C 100."""
    came = {
        ("A", "2026-01"): 100,
        ("B", "2026-01"): 50,
        ("C", "2026-01"): 50,
        ("A", "2026-02"): 80,
        ("B", "2026-02"): 20,
        ("C", "2026-02"): 100,
    }
    rows = [
        {
            "item": item,
            "region": "SE",
            "channel": "retail",
            "period": period,
            "quantity": float(units),
            "sold_quantity": units - 1.0,
            "revenue": units * 10.0,
            "source": "orders",
        }
        for (item, period), units in came.items()
    ]
    return table("demand_history", rows)


def scores(table, items, history, rows: list[dict]):
    found = forecast_accuracy(table("forecast_snapshots", rows), history, items, cutoff=CUTOFF)
    conform(found, CONTRACTS["forecast_accuracy"])  # its values are rounded: the test wants them whole
    return found.set_index(["layer", "family", "lag"])


def test_wape_bias_and_value_added(table, items, history):
    """Lag 1, family F: naive 130 and 50 for 100 and 50, statistical 90 and 60."""
    rows = [
        snapshot("naive", "2026-01", "A", 130),
        snapshot("naive", "2026-01", "B", 50),
        snapshot("statistical", "2026-01", "A", 90),
        snapshot("statistical", "2026-01", "B", 60),
    ]
    found = scores(table, items, history, rows)
    assert found.loc[("naive", "F", 1), ["months", "wape_ratio", "bias_ratio"]].tolist() == pytest.approx([1, 30 / 150, 30 / 150])
    assert np.isnan(found.loc[("naive", "F", 1), "value_added_ratio"])
    # errors -10 and +10: no bias, though every item is wrong
    assert found.loc[("statistical", "F", 1), ["wape_ratio", "bias_ratio", "value_added_ratio"]].tolist() == pytest.approx(
        [20 / 150, 0, 10 / 150]
    )


def test_over_forecast_has_positive_bias(table, items, history):
    found = scores(table, items, history, [snapshot("consensus", "2026-01", "C", 60)])
    assert found.loc[("consensus", "G", 1), "bias_ratio"] == pytest.approx(0.2)


def test_lag_is_month_forecast_minus_month_made(table, items, history):
    rows = [snapshot("naive", "2026-02", "A", 80, made_in=made) for made in ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02")]
    assert sorted(scores(table, items, history, rows).index.get_level_values("lag").unique()) == [1, 2, 3]


def test_open_months_are_not_scored(table, items, history):
    rows = [snapshot("naive", "2026-03", "A", 80, made_in="2026-02"), snapshot("naive", "2026-02", "A", 80, made_in="2026-01")]
    found = scores(table, items, history, rows)
    assert found.loc[("naive", "F", 1), "months"] == 1


def test_demand_that_was_not_forecast_counts(table, items, history):
    """Consensus knows only A: B's 50 units in F are an error of 50; G, which it does not cover at all, is left out."""
    found = scores(table, items, history, [snapshot("consensus", "2026-01", "A", 100)])
    assert found.loc[("consensus", "F", 1), ["wape_ratio", "bias_ratio"]].tolist() == pytest.approx([50 / 150, -50 / 150])
    assert found.loc[("consensus", "*", 1), "wape_ratio"] == pytest.approx(50 / 150)


def test_parallel_inputs_are_judged_against_statistical_on_common_cells(table, items, history):
    """Sales covers F only; statistical is far off in G, which must not count for sales."""
    rows = [snapshot("statistical", "2026-01", item, units) for item, units in (("A", 110), ("B", 50), ("C", 500))]
    rows += [
        snapshot("sales", "2026-01", "A", 120),
        snapshot("sales", "2026-01", "B", 50),
        snapshot("consensus", "2026-01", "A", 100),
        snapshot("consensus", "2026-01", "B", 50),
    ]
    found = scores(table, items, history, rows)
    assert found.loc[("sales", "*", 1), "value_added_ratio"] == pytest.approx(10 / 150 - 20 / 150)
    assert found.loc[("consensus", "*", 1), "value_added_ratio"] == pytest.approx(10 / 150)


def test_executive_is_judged_only_where_it_changed_demand(table, items, history):
    rows = [
        snapshot("consensus", "2026-01", "A", 120),
        snapshot("consensus", "2026-01", "B", 50),
        snapshot("consensus", "2026-01", "C", 70),
    ]
    rows += [
        snapshot("executive", "2026-01", "A", 110),
        snapshot("executive", "2026-01", "B", 50),
        snapshot("executive", "2026-01", "C", 70),
    ]
    found = scores(table, items, history, rows)
    assert found.loc[("executive", "*", 1), "value_added_ratio"] == pytest.approx(20 / 150 - 10 / 150)  # F only: G stands as it was
    assert np.isnan(found.loc[("executive", "G", 1), "value_added_ratio"])


def test_the_constrained_plan_is_no_forecast(table, items, history):
    assert scores(table, items, history, [snapshot("constrained", "2026-01", "A", 1)]).empty


def test_against_plain_python(table, items, history):
    rng = np.random.default_rng(5)
    rows = [
        snapshot(layer, period, item, float(rng.integers(0, 200)), made_in)
        for layer in ("naive", "statistical", "sales", "consensus")
        for made_in in ("2025-11", "2025-12")
        for period in ("2026-01", "2026-02")
        for item in "ABC"
    ]
    found = scores(table, items, history, rows)
    actual = history.set_index(["item", "period"])["quantity"]
    for (layer, family, lag), row in found.iterrows():
        members = {"F": "AB", "G": "C", "*": "ABC"}[family]
        months = {1: [("2025-12", "2026-01")], 2: [("2025-12", "2026-02"), ("2025-11", "2026-01")], 3: [("2025-11", "2026-02")]}[lag]
        errors, total = [], 0.0
        for made_in, period in months:
            for one in rows:
                if (one["layer"], one["made_in"], one["period"]) == (layer, made_in, period) and one["item"] in members:
                    errors.append(one["quantity"] - actual[one["item"], period])
                    total += actual[one["item"], period]
        assert row["wape_ratio"] == pytest.approx(sum(map(abs, errors)) / total, abs=1e-6)
        assert row["bias_ratio"] == pytest.approx(sum(errors) / total, abs=1e-6)
        assert row["months"] == len(months)


def plan_rows(table, made_in: str = "2026-02", quantity: float = 90.0):
    row = {"made_in": made_in, "region": "SE", "channel": "retail", "quantity": quantity, "shipped": 85.0, "net_price": 10.0}
    return table("published_plan", [row | {"item": item, "period": period} for item in "AC" for period in ("2026-02", "2026-03")])


def test_score_of_the_last_plan(table, items, history):
    found = conform(
        plan_score(last_plan(plan_rows(table), table("consensus_demand"), table("demand_fulfilment")), history, items, cutoff=CUTOFF),
        CONTRACTS["plan_score"],
    )
    assert found["family"].tolist() == ["*", "F", "G"]
    # F: A planned 90, came A 80 + B 20; planned revenue 85 x 10; G: planned 90, came 100
    measures = ["planned_quantity", "actual_quantity", "planned_revenue", "actual_revenue", "lag"]
    assert found[measures].values.tolist() == [[180, 200, 1700, 2000, 0], [90, 100, 850, 1000, 0], [90, 100, 850, 1000, 0]]


def test_no_last_plan_gives_no_score(table, items, history):
    nothing = last_plan(table("published_plan"), table("consensus_demand"), table("demand_fulfilment"))
    assert conform(nothing, CONTRACTS["last_plan"]).empty
    assert conform(plan_score(nothing, history, items, cutoff=CUTOFF), CONTRACTS["plan_score"]).empty


@pytest.fixture
def previous(table):
    """Consensus and fulfilment of the run of 2026-02."""
    cell = {"item": "A", "region": "SE", "channel": "retail", "period": "2026-02"}
    consensus = [
        cell | {"baseline": 70, "lifecycle": 0, "override": 5, "quantity": 75, "net_price": 8, "revenue": 600},
        cell | {"period": "2026-03", "baseline": 1, "lifecycle": 0, "override": 0, "quantity": 1, "net_price": 8, "revenue": 8},
    ]
    fulfilment = [
        cell | {"demand": 75, "shipped": 60, "late": 5, "lost": 10, "closing_backlog": 5},
        cell | {"period": "2026-03", "demand": 1, "shipped": 0.5, "late": 0, "lost": 0.5, "closing_backlog": 0},
    ]
    return table("consensus_demand", consensus), table("demand_fulfilment", fulfilment)


def test_the_previous_run_wins_over_the_plan_handed_in(table, previous):
    found = conform(last_plan(plan_rows(table), *previous), CONTRACTS["last_plan"])
    assert found[["made_in", "period", "quantity", "shipped", "net_price", "baseline", "override"]].values.tolist() == [
        ["2026-02", "2026-02", 75, 60, 8, 70, 5],
        ["2026-02", "2026-03", 1, 0.5, 8, 1, 0],
    ]
    consensus, fulfilment = previous
    with pytest.raises(DataError, match="1 of 2 cells are missing"):
        last_plan(plan_rows(table), consensus, fulfilment[:1])


def test_snapshots_of_earlier_runs_win(table):
    handed = table("forecast_snapshots", [snapshot("naive", "2026-01", "A", 1), snapshot("naive", "2026-02", "A", 2)])
    frozen = table("forecast_layers", [snapshot("naive", "2026-01", "A", 9)])
    found = conform(all_snapshots(handed, frozen), CONTRACTS["forecast_snapshots"])
    assert found["quantity"].tolist() == [9, 2]
    assert all_snapshots(handed, table("forecast_layers"))["quantity"].tolist() == [1, 2]
    assert all_snapshots(table("forecast_snapshots"), table("forecast_layers")).empty


def test_layers_are_frozen_and_earlier_ones_kept(table, previous):
    forecast = [
        {
            "item": "A",
            "region": "SE",
            "channel": "retail",
            "period": "2026-02",
            "quantity": 70,
            "p10": 60,
            "p50": 70,
            "p90": 80,
            "naive": 65,
            "method": "m",
        }
    ]
    sales = [
        {"function": function, "item": "A", "region": "SE", "channel": "retail", "period": "2026-02", "quantity": 99}
        for function in ("sales", "operations")
    ]
    earlier = table("forecast_layers", [snapshot("naive", "2026-01", "A", 1)])
    deal = {"opportunity": "O", "item": "A", "region": "SE", "channel": "retail", "period": "2026-02", "customer": "K", "stage": "proposal"}
    deal |= {"quantity": 40, "stated_share": 0.5, "calibrated_share": 0.25, "expected_quantity": 10, "stated_period": "2026-02"}
    items = table("items", [{"item": "A", "item_name": "A", "family": "F", "supply_strategy": "stock"}])
    base, said = table("statistical_forecast", forecast), table("sales_forecast", sales)
    found = frozen_layers(base, *previous, said, earlier, crm=table("crm_demand", [deal]), items=items)
    found = conform(found, CONTRACTS["forecast_layers"]).set_index(["layer", "made_in", "period"])["quantity"]
    assert found.to_dict() == {
        ("consensus", "2026-02", "2026-02"): 75,
        ("consensus", "2026-02", "2026-03"): 1,
        ("constrained", "2026-02", "2026-02"): 60,
        ("constrained", "2026-02", "2026-03"): 0.5,
        ("crm", "2026-02", "2026-02"): 80,
        ("naive", "2025-12", "2026-01"): 1,
        ("naive", "2026-02", "2026-02"): 65,
        ("sales", "2026-02", "2026-02"): 99,
        ("statistical", "2026-02", "2026-02"): 70,
    }


def test_value_added_has_an_interval_paired_by_month(table, items):
    """C sells 100 a month; naive is off by 20, 30, 40, statistical by 10 each: saved 10, 20, 30 of 100, mean .2.

    Linearised: sum (d - .2 x 100)^2 = 200; error = sqrt(3 / 2 x 200) / 300; Student's t with 2 degrees at 95 %: 2.9200.
    """
    months = ["2025-12", "2026-01", "2026-02"]
    came = [{"item": "C", "region": "SE", "channel": "retail", "period": period, "quantity": 100.0} for period in months]
    rows = [row | {"sold_quantity": 1.0, "revenue": 1.0, "source": "orders"} for row in came]
    made = ["2025-11", "2025-12", "2026-01"]
    frozen = [snapshot("naive", period, "C", 100 + off, cycle) for period, off, cycle in zip(months, (20, 30, 40), made, strict=True)]
    frozen += [snapshot("statistical", period, "C", 90, cycle) for period, cycle in zip(months, made, strict=True)]
    found = scores(table, items, table("demand_history", rows), frozen).loc[("statistical", "*", 1)]
    reach = 2.91999 * np.sqrt(1.5 * 200) / 300
    told = found[["value_added_ratio", "value_added_low_ratio", "value_added_high_ratio"]].tolist()
    assert told == pytest.approx([0.2, 0.2 - reach, 0.2 + reach], abs=1e-5)


def test_two_months_have_no_interval_and_the_signal_is_bounded(table, items, history):
    rows = [snapshot(layer, "2026-01", "C", units) for layer, units in (("naive", 60), ("statistical", 55))]
    rows += [snapshot(layer, "2026-02", "C", units, "2026-01") for layer, units in (("naive", 60), ("statistical", 95))]
    found = scores(table, items, history, rows)
    assert np.isnan(found.loc[("statistical", "*", 1), "value_added_low_ratio"])
    assert found.loc[("statistical", "*", 1), "tracking_signal_ratio"] == pytest.approx(0)  # +5 in January, -5 in February
    assert found.loc[("naive", "*", 1), "tracking_signal_ratio"] == pytest.approx((10 - 40) / 50)


def test_regions_and_headline_lags_of_families(table, items, history):
    rows = [snapshot("consensus", "2026-02", item, units, "2025-10") for item, units in (("A", 100), ("C", 100))]
    rows += [snapshot("consensus", "2026-02", item, units, "2025-12") for item, units in (("A", 80), ("C", 50))]
    frozen = table("forecast_snapshots", rows)
    found = forecast_accuracy(frozen, history, items, cutoff=CUTOFF, headline_lags={"F": 4})
    headline = headline_accuracy(found, {"F": 4}, headline_lag=2).set_index("family")
    assert headline["lag"].to_dict() == {"*": 2, "F": 4, "G": 2}
    assert headline.loc["F", "wape_ratio"] == pytest.approx(40 / 100)  # A 20 over, B's 20 not forecast
    regional = conform(accuracy_by_region(frozen, history, items, cutoff=CUTOFF), CONTRACTS["accuracy_by_region"])
    assert regional[["region", "lag"]].values.tolist() == [["*", 2], ["SE", 2]]
    assert regional["wape_ratio"].tolist() == pytest.approx([70 / 200] * 2)


def test_plan_stability_by_hand(table, items):
    """February's plan against January's on the months that both have: A 100 to 110, C 50 to 40; April is new."""
    plans = (
        ("2026-01", "2026-03", "A", 100),
        ("2026-01", "2026-03", "C", 50),
        ("2026-02", "2026-03", "A", 110),
        ("2026-02", "2026-03", "C", 40),
    )
    rows = [snapshot("consensus", period, item, units, made) for made, period, item, units in plans]
    rows.append(snapshot("consensus", "2026-04", "A", 500, "2026-02"))
    found = conform(plan_stability(table("forecast_snapshots", rows), items), CONTRACTS["plan_stability"]).set_index("family")
    assert found.loc["*", ["made_in", "months", "quantity"]].tolist() == ["2026-02", 1, 150]
    assert found.loc["*", ["change_ratio", "net_change_ratio"]].tolist() == pytest.approx([20 / 150, 0], abs=1e-6)
    assert found.loc["F", "net_change_ratio"] == pytest.approx(0.1)
    assert plan_stability(table("forecast_snapshots"), items).empty


def test_owners_are_scored_in_what_they_are_asked_about(table, items, history):
    """January, lag 1: sales says 110 for A (F), 80 for C (G); 100 and 50 came; statistical said 90 and 60."""
    said = [("sales", "A", 110), ("sales", "C", 80), ("statistical", "A", 90), ("statistical", "C", 60), ("finance", "A", 1)]
    snapshots = table("forecast_snapshots", [snapshot(layer, "2026-01", item, units) for layer, item, units in said])
    asked = {
        "keeper_f": Asked(function="sales", family=("F",)),
        "keeper_g": Asked(function="sales", family=("G",), by="item"),
        "everything": Asked(function="sales"),
        "elsewhere": Asked(function="sales", region=("NO",)),
        "hands_in_nothing": Asked(function="product"),
        "not_frozen": Asked(function="marketing"),
    }
    found = accuracy_by_owner(snapshots, history, items, asked, cutoff=CUTOFF)
    conform(found, CONTRACTS["accuracy_by_owner"])
    by_owner = found.set_index("owner")
    assert sorted(by_owner.index) == ["everything", "keeper_f", "keeper_g"] and set(found["lag"]) == {1}
    # F: |110 - 100| + |0 - 50| of 150, against |90 - 100| + 50; B was asked for and not forecast
    assert by_owner.loc["keeper_f", ["wape_ratio", "value_added_ratio"]].tolist() == pytest.approx([60 / 150, 0.0])
    assert by_owner.loc["keeper_g", ["wape_ratio", "bias_ratio", "value_added_ratio"]].tolist() == pytest.approx([0.6, 0.6, -0.4])
    assert by_owner.loc["everything", "wape_ratio"] == pytest.approx((60 + 30) / 200)
    nobody = accuracy_by_owner(snapshots, history, items, {}, cutoff=CUTOFF)
    assert conform(nobody, CONTRACTS["accuracy_by_owner"]).empty


def test_the_signal_starts_anew_after_a_correction(table, items, history):
    """Consensus of G at lag 1: +10 in January, -20 in February; the correction took hold in February."""
    rows = [snapshot("consensus", "2026-01", "C", 60), snapshot("consensus", "2026-02", "C", 80, "2026-01")]
    rows += [snapshot("statistical", "2026-01", "C", 60), snapshot("statistical", "2026-02", "C", 80, "2026-01")]
    override = {"override": "O1", "function": "sales", "owner": "head_of_sales", "family": "*", "item": "C", "region": "*", "channel": "*"}
    override |= {"first_period": "2026-02", "last_period": "2026-12", "kind": "multiply", "value": 0.9, "reason": "history misleads"}
    later = {**override, "override": "O2", "first_period": "2026-03", "reason_code": "correction"}
    overrides = table(
        "overrides", [override | {"reason_code": "correction"}, later, override | {"override": "O3", "reason_code": "market"}]
    )
    corrected = corrections(overrides, items, cutoff=CUTOFF)
    assert corrected == {"G": "2026-02"}
    snapshots = table("forecast_snapshots", rows)
    found = forecast_accuracy(snapshots, history, items, cutoff=CUTOFF, corrected=corrected).set_index(["layer", "family", "lag"])
    columns = ["tracking_signal_ratio", "signal_months"]
    assert found.loc[("consensus", "G", 1), columns].tolist() == pytest.approx([-1.0, 1])
    assert found.loc[("consensus", "*", 1), columns].tolist() == pytest.approx([-10 / 30, 2])
    assert found.loc[("statistical", "G", 1), columns].tolist() == pytest.approx([-10 / 30, 2])  # nobody corrected that one
