"""The consensus on a company of three items: baseline 10 a month each, a launch, a phase-out and overrides, all by hand."""

from dataclasses import replace

import numpy as np
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.consensus import (
    DemandInputs,
    consensus_checks,
    consensus_demand,
    function_forecasts,
    lifecycle_log,
    override_conflicts,
    override_load,
    override_log,
)
from sopkit.demand.policy import DemandPolicy
from sopkit.periods import period_range

POLICY = DemandPolicy()
MONTHS = period_range("2026-03", 12)


@pytest.fixture
def inputs(table) -> DemandInputs:
    """A (SE and NO) and B (SE) of family F, N of family G; A sold 30 in SE and 10 in NO each month, but nothing in even months."""
    items = [
        {"item": item, "item_name": item, "family": family, "supply_strategy": "stock"}
        for item, family in (("A", "F"), ("B", "F"), ("N", "G"))
    ]
    history = [
        {
            "item": item,
            "region": region,
            "channel": "retail",
            "period": period,
            "quantity": units * (int(period[5:]) % 2),
            "sold_quantity": 1.0,
            "revenue": 100.0,
            "source": "orders",
        }
        for item, region, units in (("A", "SE", 30.0), ("A", "NO", 10.0), ("B", "SE", 5.0))
        for period in period_range("2024-03", 24)
    ]
    forecast = [
        {
            "item": item,
            "region": region,
            "channel": "retail",
            "period": period,
            "quantity": 10.0,
            "p10": 5,
            "p50": 10,
            "p90": 15,
            "naive": 9,
            "method": "m",
        }
        for item, region in (("A", "SE"), ("A", "NO"), ("B", "SE"))
        for period in MONTHS
    ]
    prices = [{"item": "N", "region": "*", "channel": "*", "valid_from": np.datetime64("2026-01-01", "s"), "net_price": 50.0}]
    return DemandInputs(
        table("items", items),
        table("demand_history", history),
        table("statistical_forecast", forecast),
        table("prices", prices),
        table("lifecycle"),
        table("overrides"),
    )


def override(number: int, **changes: object) -> dict:
    row = dict.fromkeys(("family", "item", "region", "channel"), "*")
    row |= {"override": f"O{number}", "function": "sales", "owner": "head_of_sales", "first_period": "2026-03", "last_period": "2026-04"}
    row |= {"kind": "add_units", "value": 40.0, "reason_code": "customer", "reason": "new chain"}
    return row | changes


def cells(plan, column: str, item: str, region: str = "SE") -> list[float]:
    return plan.loc[(plan["item"] == item) & (plan["region"] == region), column].tolist()


def with_rows(inputs: DemandInputs, table, name: str, rows: list[dict]) -> DemandInputs:
    return replace(inputs, **{name: table(name, rows)})


def assert_sound(inputs: DemandInputs) -> None:
    checks = consensus_checks(inputs, POLICY)
    assert checks["ok"].all(), checks[~checks["ok"]]


def test_without_changes_the_consensus_is_the_baseline(inputs):
    plan = conform(consensus_demand(inputs, POLICY), CONTRACTS["consensus_demand"])
    assert plan["quantity"].tolist() == inputs.statistical_forecast["quantity"].tolist()
    assert plan["revenue"].sum() == pytest.approx(36 * 10 * 100)  # 36 cells x 10 units x 100 a unit
    assert conform(override_log(inputs, POLICY), CONTRACTS["override_log"]).empty
    assert_sound(inputs)


def test_added_units_are_spread_in_proportion_to_the_baseline(inputs, table):
    changed = with_rows(inputs, table, "overrides", [override(1, family="F", region="SE")])
    plan = consensus_demand(changed, POLICY)
    assert cells(plan, "override", "A")[:3] == [10, 10, 0]  # 40 over A and B in SE, two months: 10 each
    assert cells(plan, "override", "A", "NO")[:2] == [0, 0]
    log = override_log(changed, POLICY)
    assert log.loc[0, ["scope", "quantity_change", "revenue_change", "outcome"]].tolist() == ["family=F, region=SE", 40, 4000, "applied"]
    assert_sound(changed)


def test_factors_do_not_depend_on_their_order(inputs, table):
    twice = [override(1, kind="multiply", value=1.5, item="A"), override(2, kind="multiply", value=0.8)]
    plan = consensus_demand(with_rows(inputs, table, "overrides", twice), POLICY)
    assert cells(plan, "quantity", "A")[0] == pytest.approx(10 + 5 - 2)
    turned = [override(2, kind="multiply", value=1.5, item="A"), override(1, kind="multiply", value=0.8)]
    np.testing.assert_allclose(plan["quantity"], consensus_demand(with_rows(inputs, table, "overrides", turned), POLICY)["quantity"])


def test_only_the_months_inside_the_horizon_count(inputs, table):
    changed = with_rows(inputs, table, "overrides", [override(1, item="B", first_period="2026-01", last_period="2026-04", value=8)])
    log = override_log(changed, POLICY)
    assert log.loc[0, "quantity_change"] == pytest.approx(4)  # two of four months
    assert "2 of its 4 months" in log.loc[0, "note"]


def test_budget_gap_and_capacity_are_refused_with_the_reason(inputs, table):
    rows = [
        override(1, function="finance", reason_code="budget_gap", kind="multiply", value=2),
        override(2, reason_code="capacity", value=-5),
    ]
    changed = with_rows(inputs, table, "overrides", rows)
    assert (consensus_demand(changed, POLICY)["override"] == 0).all()
    log = conform(override_log(changed, POLICY), CONTRACTS["override_log"])
    assert log["outcome"].tolist() == ["refused", "refused"]
    assert "budget" in log.loc[0, "note"]
    assert "cannot be made" in log.loc[1, "note"]
    allowed = consensus_demand(changed, DemandPolicy(refused_reasons=()))
    assert allowed["override"].sum() == pytest.approx(60 - 5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"item": "X"}, "no demand for item=X"),
        ({"first_period": "2025-01", "last_period": "2025-02"}, "no month of it"),
        ({"first_period": "2028-01", "last_period": "2028-02"}, "no month of it"),
        ({"first_period": "2026-05", "last_period": "2026-04"}, "before it begins in 2026-05"),
    ],
)
def test_unknown_nodes_and_other_months_are_outside(inputs, table, change, words):
    log = override_log(with_rows(inputs, table, "overrides", [override(1, **change)]), POLICY)
    assert log.loc[0, "outcome"] == "outside"
    assert words in log.loc[0, "note"]


def test_demand_is_cut_at_zero_and_the_log_says_so(inputs, table):
    rows = [
        override(1, item="B", last_period="2026-03", value=-30),
        override(2, item="B", last_period="2026-03", value=-10),
        override(3, item="B", last_period="2026-03", value=5),
    ]
    changed = with_rows(inputs, table, "overrides", rows)
    assert cells(consensus_demand(changed, POLICY), "quantity", "B")[0] == 0
    log = override_log(changed, POLICY)
    # 10 + 5 units are there; 40 are asked away, 30 : 10
    assert log["quantity_change"].tolist() == pytest.approx([-11.25, -3.75, 5])
    assert "cut by 18.8 units" in log.loc[0, "note"]
    assert log.loc[2, "note"] == ""
    assert_sound(changed)


def launch(**changes: object) -> dict:
    row = {
        "item": "N",
        "event": "launch",
        "period": "2026-05",
        "reference_item": "A",
        "annual_quantity": 240.0,
        "cannibalised_family": "F",
        "cannibalised_share": 0.25,
    }
    return row | changes


def test_launch_follows_the_reference_item(inputs, table):
    """A sells in odd months only, three quarters in SE: 240 a year is 40 in each odd month, 30 in SE and 10 in NO."""
    changed = with_rows(inputs, table, "lifecycle", [launch()])
    plan = conform(consensus_demand(changed, POLICY), CONTRACTS["consensus_demand"])
    assert cells(plan, "quantity", "N")[:5] == pytest.approx([0, 0, 30, 0, 30])
    assert cells(plan, "quantity", "N", "NO")[:5] == pytest.approx([0, 0, 10, 0, 10])
    assert (plan.loc[plan["item"] == "N", "net_price"] == 50).all()
    # it takes a quarter of 40 = 10 from F's 30 in May: a third of each, a third of 10, in whole units of A (2 regions) and B
    assert cells(plan, "lifecycle", "B")[:4] == [0, 0, -3, 0]
    assert cells(plan, "lifecycle", "A")[2] + cells(plan, "lifecycle", "A", "NO")[2] == -7
    assert_sound(changed)


def test_launch_cannot_take_more_than_there_is(inputs, table):
    changed = with_rows(inputs, table, "lifecycle", [launch(annual_quantity=1200.0)])  # 200 in May, a quarter is 50, F has 30
    assert cells(consensus_demand(changed, POLICY), "quantity", "B")[2] == pytest.approx(0)
    checks = consensus_checks(changed, POLICY).set_index("rule")
    row = checks.loc["cannibalisation finds demand to take"]
    assert not row["ok"]
    assert row["detail"].startswith("100.0 units")  # 20 too many in each of five odd months
    assert checks.drop(index="cannibalisation finds demand to take")["ok"].all()


def test_launch_with_enough_history_of_its_own_is_forecast(inputs, table):
    changed = with_rows(inputs, table, "lifecycle", [launch(item="A", reference_item="B", period="2025-03")])
    assert (consensus_demand(changed, POLICY)["lifecycle"] == 0).all()


def test_young_launch_replaces_its_baseline(inputs, table):
    young = inputs.history[(inputs.history["item"] != "B") | (inputs.history["period"] >= "2025-12")]
    changed = replace(with_rows(inputs, table, "lifecycle", [launch(item="B", cannibalised_share=None, period="2025-12")]), history=young)
    plan = consensus_demand(changed, POLICY)
    assert cells(plan, "quantity", "B")[:3] == pytest.approx([30, 0, 30])
    assert cells(plan, "lifecycle", "B")[:2] == pytest.approx([20, -10])
    assert_sound(changed)


def test_phase_out_ends_demand(inputs, table):
    changed = with_rows(inputs, table, "lifecycle", [{"item": "B", "event": "phase_out", "period": "2026-04"}])
    plan = consensus_demand(changed, POLICY)
    assert cells(plan, "quantity", "B")[:3] == [10, 10, 0]
    assert sum(cells(plan, "quantity", "B")) == 20
    assert_sound(changed)


def test_launches_that_cannot_be_planned_are_named_and_the_rest_is_planned(inputs, table):
    rows = [launch(annual_quantity=None), launch(item="Z"), launch(item="B", reference_item="N")]
    rows.append({"item": "A", "event": "phase_out", "period": "2026-04"})
    changed = with_rows(inputs, table, "lifecycle", rows)
    log = conform(lifecycle_log(changed, POLICY), CONTRACTS["lifecycle_log"]).set_index("item")
    assert log["outcome"].to_dict() == {"A": "planned", "B": "own_history", "N": "not_planned", "Z": "not_planned"}
    assert log.loc["N", "note"].startswith("annual_quantity is empty")
    assert log.loc["Z", "note"] == "not in items"
    assert log.loc["A", "quantity_change"] == -200  # ten months of 10 in SE and in NO
    assert cells(consensus_demand(changed, POLICY), "quantity", "B") == [10] * 12
    assert_sound(changed)


def test_reference_without_history_leaves_the_launch_out(inputs, table):
    changed = with_rows(inputs, table, "lifecycle", [launch(reference_item="N")])
    assert "reference_item N has no demand" in lifecycle_log(changed, POLICY).loc[0, "note"]
    assert "N" not in set(consensus_demand(changed, POLICY)["item"])


def test_functions_beside_the_consensus(inputs, table):
    plan = consensus_demand(inputs, POLICY)
    rows = [
        {"function": "sales", "item": "A", "region": "SE", "channel": "retail", "period": period, "quantity": 12.0}
        for period in ("2026-03", "2026-04", "2025-01")
    ]
    beside = conform(function_forecasts(table("sales_forecast", rows), plan, inputs.items), CONTRACTS["function_forecasts"])
    # over SE in March and April: 2 x 12 against A's and B's 2 x 20; the past month is left out
    assert beside.values.tolist() == [["sales", "F", 2, 24, 40]]
    assert conform(function_forecasts(table("sales_forecast"), plan, inputs.items), CONTRACTS["function_forecasts"]).empty


def test_inputs_are_not_changed(inputs, table):
    changed = with_rows(with_rows(inputs, table, "overrides", [override(1)]), table, "lifecycle", [launch()])
    before = {name: frame.copy() for name, frame in vars(changed).items()}
    consensus_demand(changed, POLICY)
    override_log(changed, POLICY)
    for name, frame in before.items():
        assert frame.equals(getattr(changed, name)), name


def test_units_that_are_set_hold_for_the_scope(inputs, table):
    """A and B in SE have 40 in two months; 60 are set: 5 more in each of the four cells."""
    changed = with_rows(inputs, table, "overrides", [override(1, family="F", region="SE", kind="set_units", value=60.0)])
    assert cells(consensus_demand(changed, POLICY), "quantity", "A")[:3] == [15, 15, 10]
    assert override_log(changed, POLICY).loc[0, "quantity_change"] == pytest.approx(20)
    assert_sound(changed)


def test_of_two_that_set_the_same_units_the_narrower_holds(inputs, table):
    rows = [override(1, kind="set_units", value=400.0), override(2, item="B", kind="set_units", value=30.0)]
    changed = with_rows(inputs, table, "overrides", rows)
    log = override_log(changed, POLICY).set_index("override")
    assert log["outcome"].to_dict() == {"O1": "refused", "O2": "applied"}
    assert "O2" in log.loc["O1", "note"]
    assert cells(consensus_demand(changed, POLICY), "quantity", "B")[:3] == [15, 15, 10]
    assert_sound(changed)


def test_an_override_past_its_expiry_is_named_and_changes_nothing(inputs, table):
    rows = [override(1, item="A", expires="2026-02"), override(2, item="B", expires="2026-03", evidence="letter")]
    log = conform(override_log(with_rows(inputs, table, "overrides", rows), POLICY), CONTRACTS["override_log"])
    assert log["outcome"].tolist() == ["expired", "applied"]
    assert log["quantity_change"].tolist() == [0, 40]
    assert "2026-02" in log["note"][0]


def test_two_owners_of_one_scope_are_named(inputs, table):
    """O1 and O2 raise the same cells for different reasons: two people answer for one number. O3 is the first owner's own second row."""
    rows = [
        override(1, item="A") | {"owner": "key_account_manager"},
        override(2, item="A", reason_code="market") | {"owner": "product_manager"},
        override(3, item="A", reason_code="listing") | {"owner": "key_account_manager"},
    ]
    found = conform(override_conflicts(with_rows(inputs, table, "overrides", rows), POLICY), CONTRACTS["override_conflicts"])
    assert found[["override", "other", "conflict"]].values.tolist() == [["O1", "O2", "two_owners"], ["O2", "O3", "two_owners"]]


def test_conflicts_are_named_by_kind(inputs, table):
    """O1 raises A, O2 lowers all of F: they meet in A's four cells. O3 sets B, which O2 lowers. O4 raises A like O1 for the same reason."""
    rows = [
        override(1, item="A", value=40.0),
        override(2, family="F", kind="multiply", value=0.9, reason_code="market"),
        override(3, item="B", kind="set_units", value=30.0, reason_code="listing"),
        override(4, item="A", region="SE", value=8.0),
        override(5, item="A", reason_code="budget_gap"),
    ]
    found = conform(override_conflicts(with_rows(inputs, table, "overrides", rows), POLICY), CONTRACTS["override_conflicts"])
    assert found[["override", "other", "conflict", "cells"]].values.tolist() == [
        ["O1", "O2", "opposite", 4],
        ["O1", "O4", "same_reason", 2],
        ["O2", "O3", "set_and_changed", 2],
        ["O2", "O4", "opposite", 2],
    ]
    assert found.loc[0, ["quantity_change", "other_quantity_change"]].tolist() == pytest.approx([40, -4])
    assert conform(override_conflicts(inputs, POLICY), CONTRACTS["override_conflicts"]).empty


def test_load_of_an_override(inputs, table):
    """40 units of A and B in SE, 10 in each cell; A takes half an hour on the line: 5 hours a month."""
    changed = with_rows(inputs, table, "overrides", [override(1, family="F", region="SE")])
    hours = table("bill_of_resources", [{"item": "A", "resource": "line", "hours": 0.5}])
    found = conform(override_load(changed, POLICY, hours), CONTRACTS["override_load"])
    assert found.values.tolist() == [["O1", "line", 10, "2026-03", 5]]
    assert override_load(changed, POLICY, table("bill_of_resources")).empty
