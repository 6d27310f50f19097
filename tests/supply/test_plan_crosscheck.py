"""The same model written once more in linopy, from the definitions: the two must agree on the cost."""

import numpy as np
import pytest

from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

ITEMS, CHANNELS, MONTHS = ("A", "B"), ("dealer", "retail"), 5
PRICE, COST, KEEP, PREMIUM = np.array([100.0, 80.0]), np.array([40.0, 50.0]), np.array([0.5, 0.4]), 12.0
DEMAND = np.array([[[3, 9, 12, 4, 6], [4, 3, 9, 2, 5]], [[6, 2, 3, 8, 8], [5, 5, 4, 7, 3]]], dtype=float)  # item, channel, month
HOURS = np.array([1.0, 0.5])
REGULAR = np.array([12.0, 11.0, 12.0, 9.0, 12.0])
SHARE = np.array([1.0, 0.5])  # of unmet demand that waits: two months with dealers, one in retail
GOODWILL, LATE = 0.3, 0.04
CREW_HOURS, WAGE, HIRE, LAY_OFF, HEADS = 9.0, 30.0, 25.0, 15.0, 2


def linopy_cost() -> float:
    """Planning cost of the instance, by linopy and HiGHS."""
    linopy = pytest.importorskip("linopy")
    model = linopy.Model(auto_mask=False) if "auto_mask" in linopy.Model.__init__.__code__.co_varnames else linopy.Model()

    def block(upper=np.inf):
        return [model.add_variables(lower=0, upper=upper) for _ in range(MONTHS)]

    made, sub, stock = ([block() for _ in ITEMS] for _ in range(3))
    late, lost, backlog = ([[block() for _ in CHANNELS] for _ in ITEMS] for _ in range(3))
    overtime, heads, hired, laid = block(), block(), block(upper=2.0), block()
    cost = 0
    for t in range(MONTHS):
        load = sum(HOURS[i] * made[i][t] for i in range(2))
        model.add_constraints(load - overtime[t] <= REGULAR[t])
        model.add_constraints(overtime[t] <= 0.25 * REGULAR[t])
        model.add_constraints(overtime[t] - load <= 0)
        model.add_constraints(2.0 * load - 2.0 * overtime[t] - CREW_HOURS * heads[t] <= 0)
        model.add_constraints(heads[t] - (heads[t - 1] if t else 0) - hired[t] + laid[t] == (0 if t else HEADS))
        model.add_constraints(sub[0][t] + sub[1][t] <= 2.0)
        model.add_constraints(1.0 * sub[1][t] <= 0)  # no subcontractor for B
        cost = cost + 7.0 * overtime[t] + WAGE * heads[t] + HIRE * hired[t] + LAY_OFF * laid[t]
        for i in range(2):
            worth = COST[i] if t == MONTHS - 1 else 0.0
            cost = cost + COST[i] * made[i][t] + (COST[i] + PREMIUM) * sub[i][t] + (KEEP[i] - worth) * stock[i][t]
            shipped = 0
            for c in range(2):
                before = backlog[i][c][t - 1] if t else 0
                shipped = shipped - lost[i][c][t] - backlog[i][c][t] + before
                model.add_constraints(late[i][c][t] + lost[i][c][t] <= DEMAND[i, c, t])
                model.add_constraints((1 - SHARE[c]) * late[i][c][t] - SHARE[c] * lost[i][c][t] <= 0)
                model.add_constraints(backlog[i][c][t] - late[i][c][t] >= 0)
                model.add_constraints(backlog[i][c][t] - before - late[i][c][t] <= 0)
                recent = late[i][c][t] + (late[i][c][t - 1] if c == 0 and t else 0)
                model.add_constraints(backlog[i][c][t] - recent <= 0)
                terminal = PRICE[i] * (1 + GOODWILL) if t == MONTHS - 1 else 0.0
                cost = cost + PRICE[i] * (1 + GOODWILL) * lost[i][c][t] + (LATE * PRICE[i] + terminal) * backlog[i][c][t]
            kept = stock[i][t - 1] if t else 0
            model.add_constraints(made[i][t] + sub[i][t] + kept - stock[i][t] - shipped == DEMAND[i, :, t].sum())
    model.add_objective(cost)
    model.solve(solver_name="highs", io_api="direct", output_flag=False)
    return float(model.objective.value)


def test_linopy_finds_the_same_cost(inputs_of, demand_rows, hours_rows):
    rows = [
        demand_rows(item, "2026-03", list(DEMAND[i, c]), channel=channel, net_price=PRICE[i])
        for i, item in enumerate(ITEMS)
        for c, channel in enumerate(CHANNELS)
    ]
    costs = [
        {"item": item, "unit_cost": COST[i], "holding_rate": KEEP[i] * 12 / COST[i]} | ({"subcontract_premium": PREMIUM} if i == 0 else {})
        for i, item in enumerate(ITEMS)
    ]
    inputs = inputs_of(
        items=[{"item": item} for item in ITEMS],
        demand=[row for part in rows for row in part],
        unit_costs=costs,
        resources=[{"resource": "line", "overtime_limit_share": 0.25, "overtime_cost": 7.0, "skill_group": "crew", "crew": 2.0}],
        resource_calendar=hours_rows("line", "2026-03", list(REGULAR)),
        bill_of_resources=[{"item": item, "resource": "line", "hours": HOURS[i]} for i, item in enumerate(ITEMS)],
        workforce=[
            {
                "skill_group": "crew",
                "heads": HEADS,
                "hours_per_head": CREW_HOURS,
                "wage": WAGE,
                "hire_cost": HIRE,
                "layoff_cost": LAY_OFF,
                "max_hire": 2.0,
            }
        ],
    )
    policy = SupplyPolicy(
        frozen_months=0,
        capital_rate=0.0,
        lost_goodwill_share=GOODWILL,
        late_cost_share=LATE,
        subcontract_limit={"grills": 2.0},
        waiting={"dealer": Waiting(share=1, months=2), "*": Waiting(share=0.5, months=1)},
    )
    result = constrained_plan(inputs, policy, cutoff="2026-02")
    assert result.plan_costs["planning_cost"].sum() == pytest.approx(linopy_cost(), rel=1e-7)
    assert result.demand_fulfilment["lost"].sum() > 0  # the instance is tight enough to say something
    assert result.demand_fulfilment["late"].sum() > 0
    assert checks(inputs, result)["ok"].all()
