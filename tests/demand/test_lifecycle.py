"""Launches by several reference items, launch curves, successors and phase-outs with stock left, by hand."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.demand.consensus import DemandInputs, consensus_checks, consensus_demand, lifecycle_log
from sopkit.demand.lifecycle import joined_history
from sopkit.demand.lifecycle.launches import launch_curve, usable_weights
from sopkit.demand.lifecycle.successors import successors
from sopkit.demand.policy import DemandPolicy
from sopkit.periods import period_range

POLICY = DemandPolicy()
MONTHS = period_range("2026-01", 24)
PAST = period_range("2024-01", 24)


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), CONTRACTS[name]) if rows else empty(CONTRACTS[name])


def sold(item: str, region: str, units: list[float], months: list[str] = PAST) -> list[dict]:
    keys = {"item": item, "region": region, "channel": "retail", "source": "orders"}
    return [
        {**keys, "period": period, "quantity": value, "sold_quantity": value, "revenue": 100 * value}
        for period, value in zip(months, units, strict=True)
    ]


@pytest.fixture
def inputs() -> DemandInputs:
    """A sells 20 in each first half-year in SE, B 10 all year round in NO; both are forecast at 10 a month; N and M are new."""
    history = sold("A", "SE", ([20.0] * 6 + [0.0] * 6) * 2) + sold("B", "NO", [10.0] * 24)
    forecast = [
        {"item": item, "region": region, "channel": "retail", "period": period, "quantity": 10.0, "method": "m"}
        | {"p10": 5.0, "p50": 10.0, "p90": 15.0, "naive": 9.0}
        for item, region in (("A", "SE"), ("B", "NO"))
        for period in MONTHS
    ]
    prices = [
        {"item": item, "region": "*", "channel": "*", "valid_from": np.datetime64("2026-01-01", "s"), "net_price": 5.0} for item in "MN"
    ]
    return DemandInputs(
        items=table("items", [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in "ABMN"]),
        history=table("demand_history", history),
        statistical_forecast=table("statistical_forecast", forecast),
        prices=table("prices", prices),
        lifecycle=table("lifecycle", []),
        overrides=table("overrides", []),
    )


def launch(**changes: object) -> dict:
    return {"item": "N", "event": "launch", "period": "2026-01", "reference_item": "A", "annual_quantity": 240.0} | changes


def planned(inputs: DemandInputs, item: str, region: str) -> list[float]:
    plan = consensus_demand(inputs, POLICY)
    checks = consensus_checks(inputs, POLICY)
    assert checks["ok"].all(), checks[~checks["ok"]]
    return plan.loc[(plan["item"] == item) & (plan["region"] == region), "quantity"].tolist()


def given(inputs: DemandInputs, **tables: list[dict]) -> DemandInputs:
    return DemandInputs(**{**vars(inputs), **{name: table(name, rows) for name, rows in tables.items()}})


def note(inputs: DemandInputs, item: str = "N") -> tuple[str, str]:
    row = conform(lifecycle_log(inputs, POLICY), CONTRACTS["lifecycle_log"]).set_index("item").loc[item]
    return row["outcome"], row["note"]


def test_a_launch_follows_several_items_by_their_weights(inputs: DemandInputs) -> None:
    weights = [{"item": "N", "reference_item": item, "weight_share": share} for item, share in (("A", 0.75), ("B", 0.25))]
    changed = given(inputs, lifecycle=[launch()], launch_references=weights)
    # three quarters of 240 as A: 30 a month in SE, first half-year; a quarter as B: 5 a month in NO
    assert planned(changed, "N", "SE")[:12] == [30.0] * 6 + [0.0] * 6
    assert planned(changed, "N", "NO")[:12] == [5.0] * 12
    assert note(changed) == ("planned", "") or pd.isna(note(changed)[1])


def test_weights_that_do_not_add_up_are_scaled_and_named(inputs: DemandInputs) -> None:
    weights = [{"item": "N", "reference_item": item, "weight_share": share} for item, share in (("A", 0.9), ("B", 0.3))]
    changed = given(inputs, lifecycle=[launch()], launch_references=weights)
    assert planned(changed, "N", "SE")[:12] == [30.0] * 6 + [0.0] * 6
    assert note(changed) == ("planned", "weights of its reference items add up to 1.20, not 1: scaled")


def test_a_reference_without_history_is_named_and_the_others_count(inputs: DemandInputs) -> None:
    weights = [{"item": "N", "reference_item": item, "weight_share": 0.5} for item in ("B", "M")]
    changed = given(inputs, lifecycle=[launch()], launch_references=weights)
    assert planned(changed, "N", "NO")[:12] == [20.0] * 12
    assert note(changed) == ("planned", "reference_item M has no demand in the history: the others count")
    alone = given(inputs, lifecycle=[launch()], launch_references=weights[1:])
    assert note(alone) == ("not_planned", "reference_item M has no demand in the history")
    assert planned(alone, "B", "NO") == [10.0] * 24
    assert usable_weights({}, {"A"}) == ({}, "weights of its reference items add up to 0.00, not 1: scaled")


def test_a_launch_rises_along_its_curve_and_its_year_adds_up(inputs: DemandInputs) -> None:
    assert launch_curve(np.arange(5), 3).tolist() == [0.25, 0.5, 0.75, 1.0, 1.0]
    changed = given(inputs, lifecycle=[launch(reference_item="B", ramp_months=3)])
    units = planned(changed, "N", "NO")
    # 240 over a curve of .25 + .5 + .75 + 9 x 1 = 10.5 months: 22.857 at the full rate, which goes on after the year
    assert sum(units[:12]) == pytest.approx(240, abs=1)
    assert units[:4] == pytest.approx([22.857 * part for part in (0.25, 0.5, 0.75, 1.0)], abs=1)
    assert units[12:] == pytest.approx([22.857] * 12, abs=1)


def test_a_successor_takes_over_the_forecast_of_what_it_replaces(inputs: DemandInputs) -> None:
    replacing = launch(reference_item=None, annual_quantity=None, predecessor_item="B", period="2026-04")
    changed = given(inputs, lifecycle=[replacing])
    assert planned(changed, "N", "NO") == [0.0] * 3 + [10.0] * 21
    assert planned(changed, "B", "NO") == [10.0] * 3 + [0.0] * 21
    bigger = given(inputs, lifecycle=[{**replacing, "annual_quantity": 240.0}])
    assert planned(bigger, "N", "NO")[3:15] == [20.0] * 12
    lost = given(inputs, lifecycle=[{**replacing, "predecessor_item": "M", "annual_quantity": 10.0}])
    assert note(lost) == ("not_planned", "predecessor_item M has no forecast")


def test_history_is_joined_where_the_successor_is_on_sale(inputs: DemandInputs) -> None:
    lifecycle = table("lifecycle", [launch(reference_item=None, predecessor_item="B", period="2025-11")])
    both = pd.concat([inputs.history, table("demand_history", sold("N", "NO", [4.0, 6.0], ["2025-11", "2025-12"]))], ignore_index=True)
    history = conform(joined_history(both, lifecycle, cutoff="2025-12"), CONTRACTS["demand_history"])
    own = history[history["item"] == "N"].set_index("period")["quantity"]
    assert own.loc["2024-01"] == 10 and own.loc["2025-11"] == 14 and own.loc["2025-12"] == 16 and len(own) == 24
    assert "B" not in set(history["item"]) and history["quantity"].sum() == both["quantity"].sum()
    assert joined_history(both, lifecycle, cutoff="2025-10") is both  # it comes later: the old item keeps its name
    again = joined_history(history, lifecycle, cutoff="2025-12")
    assert again is history


def test_chains_of_successors_end_at_the_last_and_circles_are_left_alone() -> None:
    chain = table("lifecycle", [launch(item="B", predecessor_item="A"), launch(item="C", predecessor_item="B")])
    assert successors(chain) == {"A": "C", "B": "C"}
    circle = table("lifecycle", [launch(item="B", predecessor_item="A"), launch(item="A", predecessor_item="B")])
    assert successors(circle) == {}


def test_what_is_left_in_stock_is_sold_out(inputs: DemandInputs) -> None:
    leaving = {"item": "B", "event": "phase_out", "period": "2026-02", "run_out": True}
    stock = [
        {"item": "B", "period": period, "quantity": units} for period, units in (("2025-11", 99.0), ("2025-12", 30.0), ("2026-01", 1.0))
    ]
    orders = [{"kind": "purchase", "item": "B", "period": period, "quantity": 5.0} for period in ("2026-02", "2026-03")]
    changed = given(inputs, lifecycle=[leaving], inventory=stock, open_orders=orders)
    # 30 in stock at the cutoff + 5 due by February - 20 of January and February = 15: 10 in March, 5 in April
    assert planned(changed, "B", "NO") == [10.0, 10.0, 10.0, 5.0] + [0.0] * 20
    assert note(changed, "B") == ("planned", "15 units are left after 2026-02, and sold after it")
    blind = given(inputs, lifecycle=[leaving])
    assert planned(blind, "B", "NO") == [10.0, 10.0] + [0.0] * 22
    assert note(blind, "B")[1].startswith("no closing stock is known")
