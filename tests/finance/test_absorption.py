"""Fixed production cost: absorbed by what is made, moved into stock by what is built ahead; the company of two items, by hand."""

import dataclasses

import numpy as np
import pytest

from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import COST_LINES, MEMO, plan_statement
from sopkit.finance.working_capital import cash_bridge

ABSORBING = MoneyPolicy(costing="standard_absorption")


def by_month(statement, line):
    rows = statement[(statement["line"] == line) & (statement["scenario"] == "base")]
    return rows.groupby("period")["amount"].sum().to_dict()


def stated(company, policy, **changes):
    return plan_statement(dataclasses.replace(company.inputs, **changes), policy, cutoff=company.cutoff, first_month=1)


@pytest.fixture
def stocked(company):
    """The company with its inventory: grills cost 60, of it 40 variable; 9, 10 and 12 are made in three months, 20 are in stock."""
    rows = [{"item": "G1", "period": "2026-02", "quantity": 20}, {"item": "H1", "period": "2026-02", "quantity": 10}]
    return dataclasses.replace(company, inputs=dataclasses.replace(company.inputs, inventory=company.table("inventory", rows)))


def test_what_production_does_not_absorb_by_hand(stocked):
    """Absorbed 9 x 20 = 180, 200, 240; on average 620 / 3; heaters have no variable cost of their own, so no fixed part."""
    told = by_month(stated(stocked, ABSORBING), "absorption")
    normal = (180 + 200 + 240) / 3
    assert told == pytest.approx({"2026-03": normal - 180, "2026-04": normal - 200, "2026-05": normal - 240})
    assert sum(told.values()) == pytest.approx(0, abs=1e-5)


def test_fixed_costs_that_are_known_are_taken(stocked):
    told = by_month(stated(stocked, ABSORBING.model_copy(update={"fixed_production_costs": 250.0})), "absorption")
    assert told == {"2026-03": 70, "2026-04": 50, "2026-05": 10}


def test_variable_costing_absorbs_nothing_but_tells_what_a_pre_build_would(stocked):
    """Grills in stock at 20, 20, 20, 20: made + subcontract + receipts = shipped each month, so nothing is built ahead."""
    statement = stated(stocked, MoneyPolicy())
    assert by_month(statement, "absorption") == {}
    assert by_month(statement, MEMO) == dict.fromkeys(stocked.planned, 0.0)


def test_a_pre_build_shows_on_its_own_line_and_in_no_sum(stocked):
    """Ten grills more built in March and sold in May: 10 x 20 = 200 of fixed cost go into stock and come back."""
    plan = stocked.inputs.supply_plan.copy()
    grill = plan["item"].eq("G1")
    plan.loc[grill & plan["period"].eq("2026-03"), ["production", "closing_stock"]] += 10
    plan.loc[grill & plan["period"].eq("2026-04"), ["opening_stock", "closing_stock"]] += 10
    plan.loc[grill & plan["period"].eq("2026-05"), ["opening_stock", "shipped"]] += 10
    variable, absorbed = (stated(stocked, policy, supply_plan=plan) for policy in (MoneyPolicy(), ABSORBING))
    assert by_month(variable, MEMO) == by_month(absorbed, MEMO) == {"2026-03": 200, "2026-04": 0, "2026-05": -200}
    wide = absorbed[absorbed["scenario"] == "base"].pivot_table(index="period", columns="line", values="amount", aggfunc="sum").fillna(0.0)
    costs = wide.reindex(columns=list(COST_LINES), fill_value=0.0).sum(axis=1)
    assert np.allclose(wide["gross_margin"] - costs, wide["operating_contribution"])


def test_absorbed_margin_is_variable_margin_plus_the_pre_build_less_fixed_cost(stocked):
    """Operating contribution: absorbed = variable + prebuild effect - fixed cost, month by month, whatever the plan (units subcontracted
    or received carry their fixed part into stock too, so they are taken off)."""
    fixed = 250.0
    variable = by_month(stated(stocked, MoneyPolicy()), "operating_contribution")
    absorbed = by_month(stated(stocked, ABSORBING.model_copy(update={"fixed_production_costs": fixed})), "operating_contribution")
    effect = by_month(stated(stocked, MoneyPolicy()), MEMO)
    bought_in = {"2026-03": 1 * 20, "2026-04": 1 * 20, "2026-05": 2 * 20}  # received, subcontracted: no production of ours
    for month in stocked.planned:
        assert absorbed[month] == pytest.approx(variable[month] + effect[month] - fixed - bought_in[month])


def test_outlays_of_the_plan_are_lines_by_family_and_are_paid(stocked):
    rows = [
        ("G1", "freight", "2026-03", 30.0),
        ("G1", "site", "2026-03", 4.0),
        ("*", "supplier", "2026-03", 6.0),
        ("H1", "setup", "2026-04", 9.0),
    ]
    outlays = stocked.table("plan_outlays", [dict(zip(("item", "kind", "period", "amount"), row, strict=True)) for row in rows])
    plain, paid = stated(stocked, MoneyPolicy()), stated(stocked, MoneyPolicy(), plan_outlays=outlays)
    assert (
        by_month(paid, "freight") == {"2026-03": 30}
        and by_month(paid, "sourcing") == {"2026-03": 10}
        and by_month(paid, "setup") == {"2026-04": 9}
    )
    grills = paid[(paid["line"] == "sourcing") & (paid["family"] == "grills")]
    assert grills["amount"].tolist() == [4]
    before, after = by_month(plain, "operating_contribution"), by_month(paid, "operating_contribution")
    assert before["2026-03"] - after["2026-03"] == pytest.approx(40) and before["2026-04"] - after["2026-04"] == pytest.approx(9)
    inputs = dataclasses.replace(stocked.inputs, plan_outlays=outlays)
    bridge = cash_bridge(inputs, paid, MoneyPolicy(), cutoff=stocked.cutoff).set_index("period")["paid_costs"]
    unpaid = cash_bridge(stocked.inputs, plain, MoneyPolicy(), cutoff=stocked.cutoff).set_index("period")["paid_costs"]
    assert (bridge - unpaid)[["2026-03", "2026-04"]].tolist() == pytest.approx([40, 9])
