"""A plan that has been tampered with is found out, rule by rule."""

from dataclasses import replace

import pytest

from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy


@pytest.fixture
def result(one_line):
    return constrained_plan(one_line, SupplyPolicy(frozen_months=0), cutoff="2026-02")


def broken_rules(inputs, result) -> str:
    told = checks(inputs, result)
    return " | ".join(told.loc[~told["ok"], "rule"] + ": " + told.loc[~told["ok"], "detail"])


def test_a_plan_as_it_was_solved_keeps_all_rules(one_line, result):
    told = checks(one_line, result)
    assert told["ok"].all()
    assert list(told.columns) == ["rule", "ok", "detail"]
    assert len(told) == 10


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("supply_plan", "production", "= closing stock"),
        ("supply_plan", "opening_stock", "opening stock of a month"),
        ("supply_plan", "demand", "items and series tell the same"),
        ("demand_fulfilment", "demand", "demand of the plan is the consensus"),
        ("demand_fulfilment", "closing_backlog", "= backlog after"),
        ("demand_fulfilment", "lost", "demand = shipped on time + late + lost"),
        ("resource_load", "planned_hours", "planned hours stay within"),
        ("resource_load", "overtime_hours", "overtime is no more than its limit"),
    ],
)
def test_one_changed_number_breaks_its_rule_and_is_placed(one_line, result, table, column, rule):
    frame = getattr(result, table)
    last = frame["period"] == "2026-06"
    changed = replace(result, **{table: frame.assign(**{column: frame[column] + 20.0 * last})})
    text = broken_rules(one_line, changed)
    assert rule in text
    assert "2026-06" in text


def test_a_negative_number_is_found(one_line, result):
    frame = result.supply_plan
    changed = replace(result, supply_plan=frame.assign(subcontract=-1.0))
    assert "nothing is negative: 1 of" in broken_rules(one_line, changed)
    assert "supply_plan subcontract" in broken_rules(one_line, changed)


def test_components_beyond_the_limit_are_found(one_line, inputs_of):
    rows = [{"supplier": "S", "component": "valve", "item": "A", "monthly_limit": 20.0}]
    frames = inputs_of(suppliers=[{"supplier": "S"}], supplier_items=rows)
    inputs = replace(one_line, suppliers=frames.suppliers, supplier_items=frames.supplier_items)
    plan = constrained_plan(inputs, SupplyPolicy(frozen_months=0), cutoff="2026-02")
    assert broken_rules(inputs, plan) == ""
    changed = replace(plan, supplier_load=plan.supplier_load.assign(purchased_quantity=21.0))
    assert "purchased components stay within" in broken_rules(inputs, changed)
