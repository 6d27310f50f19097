"""Contracts with suppliers: dates, prices by quantity, obligations and smallest orders, on plans worked out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from sopkit.supply.plan import assumed, checks, constrained_plan, inputs_problems
from sopkit.supply.policy import SupplyPolicy

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, horizon_stock_worth_share=0.0, safety_stock_value_share=0.0)


def contract(since: str, until: str | None = None, **terms: float) -> dict:
    last = pd.NaT if until is None else pd.Timestamp(until)
    return {"supplier": "S", "component": "valve", "valid_from": pd.Timestamp(since), "valid_to": last} | terms


@pytest.fixture
def bought(inputs_of, demand_rows):
    """One item of which 10, 20 and 10 are asked for; a unit takes one valve, which S delivers at 5 without limit."""

    def build(*contracts: dict):
        return inputs_of(
            items=[{"item": "A"}],
            demand=demand_rows("A", "2026-03", [10, 20, 10]),
            unit_costs=[{"item": "A", "unit_cost": 40.0, "holding_rate": 0.0}],
            suppliers=[{"supplier": "S"}],
            supplier_items=[{"supplier": "S", "component": "valve", "item": "A", "component_price": 5.0}],
            supplier_contracts=list(contracts),
        )

    return build


def told(inputs) -> str:
    return "\n".join(str(problem) for problem in inputs_problems(inputs, cutoff=CUTOFF, policy=POLICY))


def month_by_month(result, column: str) -> list[float]:
    return [round(value, 4) for value in result.supplier_load[column]]


def test_a_contract_counts_in_its_months_and_nothing_is_bought_before_it(bought):
    inputs = bought(contract("2026-04-01", monthly_limit=25.0))
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert month_by_month(result, "limit_quantity") == [0, 25, 25]
    # half of March's 10 waits a month (the policy), the rest is lost: 25 valves make 5 of March and 20 of April
    assert [round(value) for value in result.supply_plan["lost"]] == [5, 0, 0]
    assert month_by_month(result, "purchased_quantity")[:2] == [0, 25]
    assert checks(inputs, result)["ok"].all()


def test_a_later_contract_is_dearer_and_stock_is_bought_before_it(bought):
    inputs = bought(contract("2026-01-01", "2026-04-15", price=5.0), contract("2026-05-01", price=9.0))
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert sum(month_by_month(result, "purchased_quantity")[:2]) == 40  # May's ten are bought ahead: keeping them costs nothing here
    assert dict(result.plan_costs.itertuples(index=False, name=None))["dearer suppliers"] == 0


def test_what_must_be_taken_is_taken(bought):
    result = constrained_plan(bought(contract("2026-01-01", least_quantity=15.0)), POLICY, cutoff=CUTOFF)
    assert min(month_by_month(result, "purchased_quantity")) >= 15
    assert month_by_month(result, "closing_stock")[-1] == 5  # 45 taken at least, 40 used


def test_a_price_that_rises_with_quantity_is_linear(bought):
    inputs = bought(contract("2026-01-01", price=5.0), contract("2026-01-01", from_quantity=12.0, price=8.0))
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    # March buys its 10 and 2 of April's 20, April 12 at the first price: 6 beyond at 3 more
    assert dict(result.plan_costs.itertuples(index=False, name=None))["dearer suppliers"] == pytest.approx(6 * 3)
    assert result.plan_outlays["amount"].sum() == pytest.approx(6 * 3)
    assert result.gap_share == 0


def test_a_price_that_falls_with_quantity_is_a_whole_decision_or_not_planned(bought):
    inputs = bought(contract("2026-01-01", price=5.0), contract("2026-01-01", from_quantity=30.0, price=3.0))
    plain = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert dict(plain.plan_costs.itertuples(index=False, name=None))["dearer suppliers"] == pytest.approx(40 * 2)  # above the lowest price
    said = assumed(inputs, cutoff=CUTOFF, policy=POLICY)["assumption"].tolist()
    assert "prices of suppliers that fall by quantity are not planned: the first price counts" in said
    planned = constrained_plan(inputs, POLICY.model_copy(update={"orders_planned": True}), cutoff=CUTOFF)
    # all forty at once: ten beyond thirty at the lowest price, thirty 2 dearer
    assert month_by_month(planned, "purchased_quantity") == [40, 0, 0]
    assert dict(planned.plan_costs.itertuples(index=False, name=None))["dearer suppliers"] == pytest.approx(30 * 2)
    assert checks(inputs, planned)["ok"].all()


def test_orders_are_at_least_the_smallest(bought):
    inputs = bought(contract("2026-01-01", minimum_order=18.0, monthly_limit=25.0))
    assert "smallest orders of suppliers are not planned: any quantity is bought" in assumed(inputs, cutoff=CUTOFF)["assumption"].tolist()
    result = constrained_plan(inputs, POLICY.model_copy(update={"orders_planned": True}), cutoff=CUTOFF)
    assert all(quantity == 0 or 18 <= quantity <= 25 for quantity in month_by_month(result, "purchased_quantity"))
    assert result.supply_plan["lost"].sum() == pytest.approx(0)


BROKEN = {
    "a gap": (
        [contract("2026-01-01", "2026-03-31"), contract("2026-05-01")],
        "supplier_contracts, rows 1, 2 (S valve): no contract covers 2026-04: nothing can be bought",
    ),
    "a gap to a contract beyond the plan": (
        [contract("2026-01-01", "2026-03-31"), contract("2027-01-01")],
        "no contract covers 2026-04 to 2026-05",
    ),
    "two at a time": (
        [contract("2026-01-01"), contract("2026-04-01", "2026-04-30")],
        "supplier_contracts, rows 1, 2 (S valve): 2 contracts in 2026-04",
    ),
    "an end before the beginning": ([contract("2026-03-01", "2026-01-31")], "row 1 (S valve): ends on 2026-01-31, before it begins"),
    "an order above the limit": (
        [contract("2026-01-01", minimum_order=30.0, monthly_limit=25.0)],
        "row 1 (S valve): smallest order 30 above the limit of 25 a month",
    ),
    "an obligation above the limit": (
        [contract("2026-01-01", least_quantity=30.0, monthly_limit=25.0)],
        "row 1 (S valve): least quantity 30 above the limit of 25 a month",
    ),
    "a step without a first": ([contract("2026-01-01", from_quantity=5.0, price=3.0)], "row 1 (S valve): begins at 5 components"),
    "a component that nobody uses": (
        [contract("2026-01-01") | {"component": "spring"}],
        "supplier_contracts.component, row 1: not in supplier_items: spring",
    ),
}


@pytest.mark.parametrize(("contracts", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_right_is_found_with_its_row(bought, contracts, expected):
    assert expected in told(bought(*contracts))


def test_a_price_below_zero_is_found(bought):
    inputs = bought(contract("2026-01-01", price=5.0))
    inputs = replace(inputs, supplier_contracts=inputs.supplier_contracts.assign(price=-5.0))
    assert "supplier_contracts.price: below zero for valve, row 1" in told(inputs)
