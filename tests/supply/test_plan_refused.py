"""Demand that may not be lost: the plan ships all of it, or says in a planner's words what is short."""

from dataclasses import replace

import pytest

from sopkit.errors import ExitCode
from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.solver import Contradiction

CUTOFF = "2026-02"
AT_ONCE = {"*": Waiting(share=0, months=0)}
HARD = SupplyPolicy(frozen_months=0, capital_rate=0.0, unmet_demand="refused", waiting=AT_ONCE)


def asked(one_line, quantities):
    return replace(one_line, demand=one_line.demand.assign(quantity=[float(each) for each in quantities]))


def short(inputs, policy=HARD) -> list[str]:
    with pytest.raises(Contradiction) as raised:
        constrained_plan(inputs, policy, cutoff=CUTOFF)
    assert raised.value.exit_code == ExitCode.FAILED
    return [problem.came for problem in raised.value.problems]


def test_what_can_be_met_is_met(one_line):
    result = constrained_plan(one_line, HARD, cutoff=CUTOFF)
    assert result.demand_fulfilment["lost"].sum() == 0
    assert checks(one_line, result)["ok"].all()


def test_a_line_that_is_short_is_told_with_its_hours(one_line):
    # March makes 12 at most, April 12: of 10 + 20 units six have no hours, in whichever of the two months
    told = short(asked(one_line, [10, 20, 8, 9]))
    assert sum(float(text.rsplit("short ", 1)[1].removesuffix(" h")) for text in told) == pytest.approx(6)
    assert all(text.startswith(("line in 2026-03 is short", "line in 2026-04 is short")) for text in told)


def test_all_of_it_may_wait_until_the_horizon(one_line):
    waits = HARD.model_copy(update={"waiting": {"*": Waiting(share=0.3, months=2)}})
    inputs = asked(one_line, [10, 20, 8, 9])
    result = constrained_plan(inputs, waits, cutoff=CUTOFF)
    told = result.demand_fulfilment
    assert (told["lost"].sum(), told["closing_backlog"].iloc[-1]) == (0, 0)
    assert told["late"].sum() > 0
    assert told["shipped"].sum() == pytest.approx(47)
    assert checks(inputs, result)["ok"].all()


def test_people_and_suppliers_that_are_short_are_told(one_line, inputs_of):
    frames = inputs_of(
        resources=[{"resource": "line", "skill_group": "coaters", "crew": 1.0, "overtime_limit_share": 1.0}],
        workforce=[{"skill_group": "coaters", "heads": 1, "hours_per_head": 9.0, "overtime_hours_per_head": 0.0}],
        suppliers=[{"supplier": "S"}],
        supplier_items=[{"supplier": "S", "component": "valve", "item": "A", "monthly_limit": 100.0}],
    )
    roomy = one_line.resource_calendar.assign(demonstrated_hours=100.0)
    people = replace(one_line, resources=frames.resources, workforce=frames.workforce, resource_calendar=roomy)
    # 41 units; nine hours a month are 36, and the five that are missing are missing by the end of April at the latest
    assert short(people) == ["coaters in 2026-03 are short 1 h of work", "coaters in 2026-04 are short 5 h of work"]
    supplied = replace(one_line, suppliers=frames.suppliers, supplier_items=frames.supplier_items.assign(monthly_limit=8.0))
    assert all(text.startswith("S valve in ") for text in short(supplied))


def test_stock_that_may_not_lie_so_long_is_told(one_line, inputs_of):
    # April's 20 units take 12 h at most in April: eight of them are made in March, where no stock may cover a month, or have no hours
    rules = inputs_of(stock_rules=[{"item": "A", "most_cover_months": 0.0}]).stock_rules
    inputs = replace(asked(one_line, [4, 20, 8, 9]), stock_rules=rules)
    told = short(inputs)
    assert told == ["8 units of A would lie longer at the end of 2026-03 than stock_rules allows"] or told == [
        "line in 2026-04 is short 8 h"
    ]


def test_what_no_limit_explains_is_told_by_item(one_line, inputs_of):
    # M0 is frozen and nothing is on order: the ten units of March cannot be there
    orders = inputs_of(open_orders=[{"item": "A", "period": "2026-03", "quantity": 0.0}]).open_orders
    frozen = replace(one_line, open_orders=orders)
    assert short(frozen, HARD.model_copy(update={"frozen_months": 1}))[-1] == "10 units of A cannot be there in 2026-03, whatever is added"


def test_lots_alone_can_stand_against_it(one_line, inputs_of):
    # 6 units a month, made in multiples of 12 where a month holds 10 and overtime is not allowed
    lots = inputs_of(lot_sizes=[{"item": "A", "lot_multiple": 12.0}]).lot_sizes
    inputs = replace(asked(one_line, [6, 6, 6, 6]), lot_sizes=lots, resources=one_line.resources.assign(overtime_limit_share=0.0))
    assert short(inputs, HARD.model_copy(update={"lots_planned_for": ("*",)})) == ["every limit holds in fractions"]
