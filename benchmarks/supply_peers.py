"""The reference model in linopy, PuLP and Pyomo, each as its manual writes models; run by the peers' own interpreter.

python supply_peers.py linopy|pulp|pyomo data.npz      prints build and solve CPU seconds, the objective and the peak memory as JSON
"""

import json
import resource
import sys
import time

import numpy as np

HOURS, OVERTIME_SHARE, WAGE, HIRE, LAY_OFF, OVERTIME_COST = 160.0, 0.2, 3200.0, 2500.0, 4000.0, 32.0


def prices(data):
    """Keeping, shortfall, backlog prices and the offset."""
    price, months = data["price"], data["demand"].shape[1]
    late = np.repeat((price * 0.10)[:, None], months, axis=1)
    late[:, -1] = price * 1.5
    return price * 0.015, price * 0.06, late, float((price * 0.06 * data["safety"]).sum() * months)


def in_linopy(data):
    """Whole arrays with labels; sums over routes by groups."""
    import linopy
    import pandas as pd
    import xarray as xr

    items, months = data["demand"].shape
    resources, suppliers, routes = len(data["heads"]), len(data["supplier_limit"]), len(data["route_item"])
    keep, short, late, offset = prices(data)
    start = time.process_time()
    model = linopy.Model()
    item, month = pd.RangeIndex(items, name="item"), pd.RangeIndex(months, name="month")
    resource_, route = pd.RangeIndex(resources, name="resource"), pd.RangeIndex(routes, name="route")
    sub, supplier = pd.Index(data["contracted"], name="item"), pd.RangeIndex(suppliers, name="supplier")

    def array(values, *axes):
        return xr.DataArray(np.asarray(values, float), coords={axis.name: axis for axis in axes}, dims=[axis.name for axis in axes])

    made = model.add_variables(lower=0, coords=[route, month], name="made")
    contracted = model.add_variables(
        lower=0,
        upper=array(np.repeat(data["contracted_limit"][:, None], months, 1), sub, month),
        coords=[sub, month],
        name="contracted",
    )
    stock, backlog = (model.add_variables(lower=0, coords=[item, month], name=name) for name in ("stock", "backlog"))
    band = model.add_variables(
        lower=0, upper=array(np.repeat(data["safety"][:, None], months, 1), item, month), coords=[item, month], name="band"
    )
    load = model.add_variables(lower=0, upper=array(data["machine_hours"], resource_, month), coords=[resource_, month], name="load")
    overtime, heads, hired, laid = (
        model.add_variables(lower=0, coords=[resource_, month], name=name) for name in ("overtime", "heads", "hired", "laid")
    )
    extra = model.add_variables(lower=0, coords=[supplier, month], name="extra")
    of_item, of_resource = array(data["route_item"], route).rename("item"), array(data["route_resource"], route).rename("resource")
    of_supplier = array(data["supplier"][data["route_item"]], route).rename("supplier")
    needed = data["demand"].copy()
    needed[:, 0] -= data["opening"]
    held = stock + band - backlog
    before = stock.shift(month=1) + band.shift(month=1) - backlog.shift(month=1)
    arriving = (1 * made).groupby(of_item).sum()
    padded = contracted.reindex({"item": item})
    model.add_constraints(arriving + padded + before - held == array(needed, item, month), name="balance")
    worked = (array(data["route_hours"], route) * made).groupby(of_resource).sum()
    model.add_constraints(worked - load == 0, name="load rows")
    model.add_constraints(load - overtime - HOURS * heads <= 0, name="manned")
    model.add_constraints(overtime - HOURS * OVERTIME_SHARE * heads <= 0, name="overtime rows")
    opening = np.zeros((resources, months))
    opening[:, 0] = data["heads"]
    model.add_constraints(heads - heads.shift(month=1) - hired + laid == array(opening, resource_, month), name="people")
    used = (array(data["material"][data["route_item"]], route) * made).groupby(of_supplier).sum()
    model.add_constraints(used - extra <= array(np.repeat(data["supplier_limit"][:, None], months, 1), supplier, month), name="supply")
    cost = (array(data["route_cost"], route) * made).sum() + (array((data["price"] * 0.72)[data["contracted"]], sub) * contracted).sum()
    cost = cost + (array(keep, item) * stock).sum() + (array(keep - short, item) * band).sum() + (array(late, item, month) * backlog).sum()
    cost = cost + (OVERTIME_COST * overtime + WAGE * heads + HIRE * hired + LAY_OFF * laid).sum()
    model.add_objective(cost + (float(data["price"].mean() * 0.12) * extra).sum())
    highs = model.to_highspy()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    built = time.process_time()
    highs.run()
    return built - start, time.process_time() - built, highs.getInfo().objective_function_value + offset


def rows_of(data):
    """Routes of each item, resource and supplier."""
    item, resource_ = data["route_item"], data["route_resource"]
    supplier = data["supplier"][item]
    return [
        [np.flatnonzero(key == value) for value in range(size)]
        for key, size in ((item, len(data["price"])), (resource_, len(data["heads"])), (supplier, len(data["supplier_limit"])))
    ]


def in_pulp(data):
    """Variables in dictionaries, a constraint at a time, solved by HiGHS through its API."""
    import pulp

    (items, months), keep_short_late = data["demand"].shape, prices(data)
    keep, short, late, offset = keep_short_late
    start = time.process_time()
    by_item, by_resource, by_supplier = rows_of(data)
    model = pulp.LpProblem("plan", pulp.LpMinimize)

    def block(name, size, upper=None):
        return [
            [pulp.LpVariable(f"{name}_{row}_{month}", 0, None if upper is None else float(upper[row][month])) for month in range(months)]
            for row in range(size)
        ]

    wide = [np.repeat(data[name][:, None], months, 1) for name in ("contracted_limit", "safety")]
    made, contracted = block("made", len(data["route_item"])), block("contracted", len(data["contracted"]), wide[0])
    stock, backlog, band = block("stock", items), block("backlog", items), block("band", items, wide[1])
    load = block("load", len(data["heads"]), data["machine_hours"])
    overtime, heads, hired, laid = (block(name, len(data["heads"])) for name in ("overtime", "heads", "hired", "laid"))
    extra, at = block("extra", len(data["supplier_limit"])), {item: row for row, item in enumerate(data["contracted"])}
    priced = [(made[row][m], data["route_cost"][row]) for row in range(len(made)) for m in range(months)]
    priced += [(contracted[row][m], data["price"][item] * 0.72) for item, row in at.items() for m in range(months)]
    for item in range(items):
        for m in range(months):
            priced += [(stock[item][m], keep[item]), (band[item][m], keep[item] - short[item]), (backlog[item][m], late[item, m])]
    for row in range(len(heads)):
        for m in range(months):
            priced += [(overtime[row][m], OVERTIME_COST), (heads[row][m], WAGE), (hired[row][m], HIRE), (laid[row][m], LAY_OFF)]
    priced += [(extra[row][m], data["price"].mean() * 0.12) for row in range(len(extra)) for m in range(months)]
    model += pulp.LpAffineExpression([(variable, float(value)) for variable, value in priced])
    for item in range(items):
        for m in range(months):
            terms = [(made[row][m], 1) for row in by_item[item]] + ([(contracted[at[item]][m], 1)] if item in at else [])
            terms += [(stock[item][m], -1), (band[item][m], -1), (backlog[item][m], 1)]
            terms += [(stock[item][m - 1], 1), (band[item][m - 1], 1), (backlog[item][m - 1], -1)] if m else []
            model += pulp.LpAffineExpression(terms) == float(data["demand"][item, m] - (0 if m else data["opening"][item]))
    for row in range(len(heads)):
        for m in range(months):
            hours = [(made[route][m], float(data["route_hours"][route])) for route in by_resource[row]]
            model += pulp.LpAffineExpression([*hours, (load[row][m], -1)]) == 0
            model += load[row][m] - overtime[row][m] - HOURS * heads[row][m] <= 0
            model += overtime[row][m] - HOURS * OVERTIME_SHARE * heads[row][m] <= 0
            earlier = heads[row][m - 1] if m else float(data["heads"][row])
            model += heads[row][m] - hired[row][m] + laid[row][m] == earlier
    for row in range(len(extra)):
        for m in range(months):
            used = [(made[route][m], float(data["material"][data["route_item"][route]])) for route in by_supplier[row]]
            model += pulp.LpAffineExpression([*used, (extra[row][m], -1)]) <= float(data["supplier_limit"][row])
    solver = pulp.HiGHS(msg=False, threads=1)
    solver.createAndConfigureSolver(model)
    solver.buildSolverModel(model)
    built = time.process_time()
    model.solverModel.run()
    return built - start, time.process_time() - built, model.solverModel.getInfo().objective_function_value + offset


def in_pyomo(data):
    """Indexed variables and rules, solved by HiGHS through its persistent interface."""
    import pyomo.environ as pyo
    from pyomo.contrib.appsi.solvers import Highs

    items, months = data["demand"].shape
    keep, short, late, offset = prices(data)
    start = time.process_time()
    by_item, by_resource, by_supplier = rows_of(data)
    at, m_ = {int(item): row for row, item in enumerate(data["contracted"])}, range(months)
    resources, suppliers = range(len(data["heads"])), range(len(data["supplier_limit"]))
    p = pyo.ConcreteModel()
    p.made = pyo.Var(range(len(data["route_item"])), m_, within=pyo.NonNegativeReals)
    p.contracted = pyo.Var(list(at), m_, bounds=lambda _, item, m: (0, float(data["contracted_limit"][at[item]])))
    p.stock, p.backlog = (pyo.Var(range(items), m_, within=pyo.NonNegativeReals) for _ in range(2))
    p.band = pyo.Var(range(items), m_, bounds=lambda _, item, m: (0, float(data["safety"][item])))
    p.loaded = pyo.Var(resources, m_, bounds=lambda _, row, m: (0, float(data["machine_hours"][row, m])))
    p.overtime, p.heads, p.hired, p.laid = (pyo.Var(resources, m_, within=pyo.NonNegativeReals) for _ in range(4))
    p.extra = pyo.Var(suppliers, m_, within=pyo.NonNegativeReals)

    def balance(_, i, m):
        before = p.stock[i, m - 1] + p.band[i, m - 1] - p.backlog[i, m - 1] if m else float(data["opening"][i])
        arriving = sum(p.made[int(route), m] for route in by_item[i]) + (p.contracted[i, m] if i in at else 0)
        return arriving + before - p.stock[i, m] - p.band[i, m] + p.backlog[i, m] == float(data["demand"][i, m])

    p.balance = pyo.Constraint(range(items), m_, rule=balance)
    p.work = pyo.Constraint(
        resources,
        m_,
        rule=lambda _, r, m: sum(float(data["route_hours"][route]) * p.made[int(route), m] for route in by_resource[r]) == p.loaded[r, m],
    )
    p.manned = pyo.Constraint(resources, m_, rule=lambda _, r, m: p.loaded[r, m] - p.overtime[r, m] - HOURS * p.heads[r, m] <= 0)
    p.limited = pyo.Constraint(resources, m_, rule=lambda _, r, m: p.overtime[r, m] - HOURS * OVERTIME_SHARE * p.heads[r, m] <= 0)
    p.people = pyo.Constraint(
        resources,
        m_,
        rule=lambda _, r, m: p.heads[r, m] == (p.heads[r, m - 1] if m else float(data["heads"][r])) + p.hired[r, m] - p.laid[r, m],
    )
    p.supply = pyo.Constraint(
        suppliers,
        m_,
        rule=lambda _, s, m: (
            sum(float(data["material"][data["route_item"][route]]) * p.made[int(route), m] for route in by_supplier[s]) - p.extra[s, m]
            <= float(data["supplier_limit"][s])
        ),
    )
    p.cost = pyo.Objective(
        expr=sum(float(data["route_cost"][r]) * p.made[r, m] for r in range(len(data["route_item"])) for m in m_)
        + sum(float(data["price"][i] * 0.72) * p.contracted[i, m] for i in at for m in m_)
        + sum(
            float(keep[i]) * p.stock[i, m] + float(keep[i] - short[i]) * p.band[i, m] + float(late[i, m]) * p.backlog[i, m]
            for i in range(items)
            for m in m_
        )
        + sum(
            OVERTIME_COST * p.overtime[r, m] + WAGE * p.heads[r, m] + HIRE * p.hired[r, m] + LAY_OFF * p.laid[r, m]
            for r in resources
            for m in m_
        )
        + sum(float(data["price"].mean() * 0.12) * p.extra[s, m] for s in suppliers for m in m_)
    )
    solver = Highs()
    solver.highs_options = {"threads": 1}
    solver.set_instance(p)
    built = time.process_time()
    solver.solve(p)
    return built - start, time.process_time() - built, pyo.value(p.cost) + offset


if __name__ == "__main__":
    with np.load(sys.argv[2]) as table:
        told = {name: table[name] for name in table.files}
    build, solve, objective = {"linopy": in_linopy, "pulp": in_pulp, "pyomo": in_pyomo}[sys.argv[1]](told)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"build": build, "solve": solve, "objective": objective, "peak": peak}))
