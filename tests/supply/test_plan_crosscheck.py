"""The same model written once more in linopy, from the definitions: the two must agree on the cost."""

import numpy as np
import pandas as pd
import pytest
from command_line import ROOT

from sopkit.run.cases import read_case
from sopkit.supply.optimum import work_of
from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy, Waiting

CASE = ROOT / "tests" / "cases" / "red_tomato_base"
ITEMS, CHANNELS, MONTHS = ("A", "B"), ("dealer", "retail"), 5
PRICE, COST, KEEP, PREMIUM = np.array([100.0, 80.0]), np.array([40.0, 50.0]), np.array([0.5, 0.4]), 12.0
DEMAND = np.array([[[3, 9, 12, 4, 6], [4, 3, 9, 2, 5]], [[6, 2, 3, 8, 8], [5, 5, 4, 7, 3]]], dtype=float)  # item, channel, month
HOURS = np.array([1.0, 0.5])
REGULAR = np.array([12.0, 11.0, 12.0, 9.0, 12.0])
SHARE = np.array([1.0, 0.5])  # of unmet demand that waits: two months with dealers, one in retail
GOODWILL, LATE = 0.3, 0.04
CREW_HOURS, WAGE, HIRE, LAY_OFF, HEADS = 9.0, 30.0, 25.0, 15.0, 2


def linopy_cost() -> float:
    """Planning cost of the instance, by linopy and HiGHS: whole arrays, with the month before as a matrix."""
    linopy, xarray = pytest.importorskip("linopy"), pytest.importorskip("xarray")
    month, item, channel = range(MONTHS), list(ITEMS), list(CHANNELS)
    step_back = xarray.DataArray(np.eye(MONTHS, k=1), coords={"month": month, "later": month}, dims=["month", "later"])

    def array(values, *dims):
        known = {"item": item, "channel": channel, "month": month}
        return xarray.DataArray(np.asarray(values, float), coords={dim: known[dim] for dim in dims}, dims=dims)

    def before(variable):
        return (variable * step_back).sum("month").rename(later="month")

    model = linopy.Model()
    by_item, by_cell, by_month = ([pd.Index(labels, name=name) for name, labels in axes] for axes in _axes(item, channel, month))
    made, sub, stock = (model.add_variables(lower=0, coords=by_item) for _ in range(3))
    late, lost, backlog = (model.add_variables(lower=0, coords=by_cell) for _ in range(3))
    overtime, heads, hired, laid = (model.add_variables(lower=0, upper=most, coords=by_month) for most in (np.inf, np.inf, 2.0, np.inf))
    demand, share, last = (
        array(DEMAND, "item", "channel", "month"),
        array(SHARE, "channel"),
        array(np.arange(MONTHS) == MONTHS - 1, "month"),
    )
    price, cost, keep = array(PRICE, "item"), array(COST, "item"), array(KEEP, "item")
    load = (made * array(HOURS, "item")).sum("item")
    model.add_constraints(load - overtime <= array(REGULAR, "month"))
    model.add_constraints(1.0 * overtime <= array(0.25 * REGULAR, "month"))
    model.add_constraints(overtime - load <= 0)
    model.add_constraints(2.0 * load - 2.0 * overtime - CREW_HOURS * heads <= 0)
    model.add_constraints(heads - before(heads) - hired + laid == array([HEADS, *[0] * (MONTHS - 1)], "month"))
    model.add_constraints(1.0 * sub <= array([[2.0] * MONTHS, [0.0] * MONTHS], "item", "month"))  # no subcontractor for B
    model.add_constraints(late + lost <= demand)
    model.add_constraints(late * (1 - share) - lost * share <= 0)
    model.add_constraints(backlog - late >= 0)
    model.add_constraints(backlog - before(backlog) - late <= 0)
    model.add_constraints(backlog - late - before(late) * array([1.0, 0.0], "channel") <= 0)  # dealers wait two months, retail one
    unshipped = (lost + backlog - before(backlog)).sum("channel")
    model.add_constraints(made + sub + before(stock) - stock + unshipped == demand.sum("channel"))
    goods = (made * cost).sum() + (sub * (cost + PREMIUM)).sum() + (stock * (keep - cost * last)).sum()
    people = (7.0 * overtime + WAGE * heads + HIRE * hired + LAY_OFF * laid).sum()
    unmet = (lost * (price * (1 + GOODWILL))).sum() + (backlog * (price * LATE + price * (1 + GOODWILL) * last)).sum()
    model.add_objective(goods + people + unmet)
    model.solve(solver_name="highs", io_api="direct", output_flag=False)
    return float(model.objective.value)


def _axes(item, channel, month):
    """Axes of items, of cells, of months."""
    months = ("month", list(month))
    return [("item", item), months], [("item", item), ("channel", channel), months], [months]


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
    ours = plan_model(situation_of(inputs, policy, cutoff="2026-02")).lp.solver().solve().objective
    assert ours == pytest.approx(linopy_cost(), rel=1e-9)
    result = constrained_plan(inputs, policy, cutoff="2026-02")
    assert result.plan_costs["planning_cost"].sum() == pytest.approx(ours, rel=1e-7)  # the tables keep six decimals
    assert result.demand_fulfilment["lost"].sum() > 0  # the instance is tight enough to say something
    assert result.demand_fulfilment["late"].sum() > 0
    assert checks(inputs, result)["ok"].all()


def published_case_cost() -> float:
    """Planning cost of Red Tomato Tools, people whole, by linopy, from the facts of its tables."""
    linopy, xarray = pytest.importorskip("linopy"), pytest.importorskip("xarray")
    names = ("consensus_demand", "inventory", "workforce", "unit_costs", "planning_costs", "bill_of_resources", "resources", "stock_limits")
    read = {name: pd.read_csv(CASE / f"{name}.csv") for name in names}
    demand = read["consensus_demand"]["quantity"].to_numpy(float)
    staff, cost, weighed = (read[name].iloc[0] for name in ("workforce", "unit_costs", "planning_costs"))
    hours, overtime_cost = float(read["bill_of_resources"]["hours"].iloc[0]), float(read["resources"]["overtime_cost"].iloc[0])
    month = range(len(demand))
    step_back = xarray.DataArray(np.eye(len(demand), k=1), coords={"month": month, "later": month}, dims=["month", "later"])

    def array(first, rest, last):
        return xarray.DataArray(np.array([first, *[rest] * (len(demand) - 2), last], float), coords={"month": month}, dims=["month"])

    def before(variable):
        return (variable * step_back).sum("month").rename(later="month")

    model, months = linopy.Model(), [pd.Index(month, name="month")]
    made, overtime, subcontracted = (model.add_variables(lower=0, coords=months) for _ in range(3))
    stock = model.add_variables(lower=array(0, 0, read["stock_limits"]["least_stock"].iloc[0]), coords=months)
    backlog = model.add_variables(lower=0, upper=array(np.inf, np.inf, 0), coords=months)
    people, hired, fired = (model.add_variables(lower=0, coords=months, integer=True) for _ in range(3))
    asked = xarray.DataArray(demand, coords={"month": month}, dims=["month"])
    opening = array(read["inventory"]["quantity"].iloc[0], 0, 0)
    model.add_constraints(made + subcontracted - stock + before(stock) + backlog - before(backlog) == asked - opening)
    model.add_constraints(people - before(people) - hired + fired == array(staff["heads"], 0, 0))
    model.add_constraints(hours * made - overtime - float(staff["hours_per_head"]) * people <= 0)
    model.add_constraints(overtime - float(staff["overtime_hours_per_head"]) * people <= 0)
    goods = (float(cost["unit_cost"]) * made + float(cost["unit_cost"] + cost["subcontract_premium"]) * subcontracted).sum()
    kept = (float(weighed["holding_cost"]) * stock + float(weighed["late_cost"]) * backlog).sum()
    work = (float(staff["wage"]) * people + float(staff["hire_cost"]) * hired + float(staff["layoff_cost"]) * fired).sum()
    model.add_objective(goods + kept + work + (overtime_cost * overtime).sum())
    model.solve(solver_name="highs", io_api="direct", output_flag=False, mip_rel_gap=1e-9)
    return float(model.objective.value)


def test_linopy_finds_the_published_cost_too():
    case = read_case(CASE)
    policy = case.params.supply.model_copy(update={"whole_heads": True})
    situation = situation_of(case.inputs, policy, cutoff=case.cutoff)
    ours = plan_model(situation).lp.solver(work_of(policy)).solve().objective
    assert ours == pytest.approx(published_case_cost(), rel=1e-9)
    assert ours == pytest.approx(422660, rel=1e-9)
