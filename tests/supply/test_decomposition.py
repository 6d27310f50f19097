"""A plan by prices of what is shared: it keeps all limits, its bound is below the optimum, and rounds close the gap."""

import numpy as np
import pytest
from command_line import ROOT
from scipy import sparse

from sopkit.errors import ParamsError, StepError
from sopkit.run.by_prices import case_rounds, round_lines
from sopkit.run.cases import read_case
from sopkit.supply.decomposition import rounds_by_prices, solved_by_prices
from sopkit.supply.plan.blocks import item_blocks
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.solver import Arrays, Solver

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, storage_limit=60.0, waiting={"*": Waiting(share=0.5, months=2)})


@pytest.fixture
def crowded(inputs_of, demand_rows, hours_rows):
    """Twelve items on one line with people, a supplier for half of them, a store that is small."""
    rng, items = np.random.default_rng(3), [f"I{number:02d}" for number in range(12)]
    asked, price = rng.integers(2, 20, (12, 6)).astype(float), rng.uniform(60, 140, 12)
    inputs = inputs_of(
        items=[{"item": item} for item in items],
        demand=[row for i, item in enumerate(items) for row in demand_rows(item, "2026-03", list(asked[i]), net_price=price[i])],
        unit_costs=[{"item": item, "unit_cost": 30.0 + number, "holding_rate": 0.1} for number, item in enumerate(items)],
        resources=[{"resource": "line", "overtime_limit_share": 0.2, "overtime_cost": 9.0, "skill_group": "crew", "crew": 1.0}],
        resource_calendar=hours_rows("line", "2026-03", [100.0, 110.0, 80.0, 105.0, 110.0, 90.0]),
        bill_of_resources=[{"item": item, "resource": "line", "hours": 0.6 + number / 20} for number, item in enumerate(items)],
        workforce=[{"skill_group": "crew", "heads": 9, "hours_per_head": 10.0, "wage": 50.0, "hire_cost": 80.0, "max_hire": 1.0}],
        suppliers=[{"supplier": "S"}],
        supplier_items=[{"supplier": "S", "component": "valve", "item": item, "monthly_limit": 55.0} for item in items[::2]],
    )
    situation = situation_of(inputs, POLICY, cutoff=CUTOFF)
    model = plan_model(situation)
    return model.lp.arrays(), item_blocks(situation, model)


def test_rounds_close_the_gap_from_both_sides(crowded):
    arrays, blocks = crowded
    best = Solver(arrays).solve().objective
    found = solved_by_prices(arrays, blocks, rounds=40, good_enough=1e-4, together=40)
    assert found.gap_share <= 1e-4
    assert all(each.bound <= best + 1e-6 for each in found.rounds)
    assert found.bound <= best + 1e-6 <= found.objective + 2e-6
    bounds, costs = zip(*((each.bound, each.objective) for each in found.rounds), strict=True)
    assert list(bounds) == sorted(bounds)
    assert bounds[0] < best * (1 - 1e-4)  # the first prices are not the last
    assert costs[-1] <= costs[0]


def test_the_plan_keeps_every_limit_and_costs_what_is_said(crowded):
    arrays, blocks = crowded
    found = solved_by_prices(arrays, blocks, rounds=40, good_enough=1e-2)
    rows = arrays.matrix @ found.column_value
    assert (rows >= arrays.at_least - 1e-6).all()
    assert (rows <= arrays.at_most + 1e-6).all()
    assert (found.column_value >= arrays.lower - 1e-9).all()
    assert (found.column_value <= arrays.upper + 1e-6).all()
    assert arrays.cost @ found.column_value + arrays.offset == pytest.approx(found.objective, rel=1e-9)


def test_too_few_rounds_for_any_plan_are_told():
    # ten hours; one item must have eight of them, the other would like twenty: by what they take its share is 8/28 of ten
    hours = Arrays(
        cost=np.array([1.0, -1.0]),
        lower=np.array([8.0, 0.0]),
        upper=np.array([8.0, 20.0]),
        integer=np.zeros(2, dtype=bool),
        at_least=np.array([-np.inf]),
        at_most=np.array([10.0]),
        matrix=sparse.csc_matrix([[1.0, 1.0]]),
        offset=0.0,
    )
    with pytest.raises(StepError, match="missing"):
        solved_by_prices(hours, np.array([0, 1]), rounds=1, together=1)
    found = solved_by_prices(hours, np.array([0, 1]), rounds=5, good_enough=1e-9, together=1)
    assert found.column_value.tolist() == pytest.approx([8.0, 2.0])
    assert (found.objective, found.bound) == pytest.approx((6.0, 6.0))


def test_a_case_with_components_by_prices():
    # chairs and tables of frames of wood: what goes into what is shared as hours are
    case = read_case(ROOT / "tests" / "cases" / "drawn_assembly")
    told = list(case_rounds(case, 12))
    published = case.expected[0].objective
    assert told[-1].bound <= published + 1e-6 <= told[-1].objective + 2e-6
    assert told[-1].gap_share < 0.01
    assert "from the best" in list(round_lines(iter(told)))[-1]


def test_groups_grow_where_two_items_share_too_much():
    case = read_case(ROOT / "tests" / "cases" / "drawn_two_plants_and_a_depot")
    situation = situation_of(case.inputs, case.params.supply, cutoff=case.cutoff)
    model = plan_model(situation)
    told = list(rounds_by_prices(model.lp.arrays(), item_blocks(situation, model), rounds=9, together=15))
    published = case.expected[0].objective
    assert all(each.bound <= published + 1e-4 <= each.objective + 2e-4 for each in told)
    assert told[0].gap_share > 0.1
    assert told[-1].gap_share < 1e-6


def test_what_is_whole_is_not_decided_by_prices():
    with pytest.raises(ParamsError, match="whole numbers"):
        case_rounds(read_case(ROOT / "tests" / "cases" / "drawn_shifts"), 3)
