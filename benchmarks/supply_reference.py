"""The reference model of supply planning at any size: drawn data, and the same plan written with our builder in two forms.

Items on one or two resources, overtime within people's hours, hiring and laying off, a subcontractor for some items, stock, backlog,
a soft safety stock, suppliers with a limit and dearer extra supply. Form `band`: stock within the safety stock is a bounded column.
Form `row`: the shortfall below the safety stock is a column and a row. Both have the same optimum.
"""

from dataclasses import dataclass

import numpy as np

from sopkit.supply.lp import Grid, Model, Numbers
from sopkit.supply.solver import Arrays

SIZES = {"small": (50, 5, 18), "middle": (500, 20, 18), "large": (5_000, 50, 18), "largest": (20_000, 100, 24)}
HOURS, OVERTIME_SHARE, WAGE, HIRE, LAY_OFF, OVERTIME_COST = 160.0, 0.2, 3200.0, 2500.0, 4000.0, 32.0


@dataclass(frozen=True)
class Reference:
    """Drawn data: items x months, routes (item, resource), subcontracted items, suppliers."""

    demand: Numbers
    price: Numbers
    safety: Numbers  # item
    opening: Numbers
    route_item: np.ndarray
    route_resource: np.ndarray
    route_hours: Numbers
    route_cost: Numbers
    contracted: np.ndarray  # items that a subcontractor makes
    contracted_limit: Numbers
    machine_hours: Numbers  # resource, month
    heads: Numbers
    supplier: np.ndarray  # of each item
    material: Numbers
    supplier_limit: Numbers

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Items, resources, months, suppliers."""
        return len(self.price), len(self.heads), self.demand.shape[1], len(self.supplier_limit)


def reference(items: int, resources: int, months: int, *, seed: int = 11) -> Reference:
    """Draw a company: some resources a little short in their season, safety stock partly filled at the start."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(5.0, 1.0, items)
    season = 1 + rng.uniform(0, 0.45, items)[:, None] * np.sin(
        2 * np.pi * (np.arange(months)[None, :] / 12 + rng.uniform(0, 0.35, items)[:, None])
    )
    demand = np.round(level[:, None] * season * np.clip(rng.normal(1, 0.12, (items, months)), 0.4, 1.8), 1)
    price = np.round(rng.lognormal(3.0, 0.6, items) + 5, 2)
    safety = np.round(level * rng.uniform(0.2, 0.6, items), 1)
    main = rng.integers(0, resources, items)
    second = np.flatnonzero(rng.random(items) < 0.6)
    other = (main[second] + rng.integers(1, max(2, resources), len(second))) % resources
    hours = np.round(rng.uniform(0.05, 0.5, items), 3)
    routes = {
        "route_item": np.concatenate([np.arange(items), second]),
        "route_resource": np.concatenate([main, other]),
        "route_hours": np.concatenate([hours, np.round(hours[second] * rng.uniform(1, 1.25, len(second)), 4)]),
        "route_cost": np.round(np.concatenate([price * 0.45, price[second] * 0.47]), 3),
    }
    order = np.lexsort((routes["route_resource"], routes["route_item"]))
    contracted = np.flatnonzero(rng.random(items) < 0.3)
    load = np.bincount(main, weights=hours * demand.mean(axis=1), minlength=resources) + 1e-9
    suppliers, material = max(3, resources // 2), np.round(rng.uniform(0.5, 2.0, items), 3)
    supplier = rng.integers(0, suppliers, items)
    need = np.bincount(supplier, weights=material * demand.mean(axis=1), minlength=suppliers)
    return Reference(
        demand,
        price,
        safety,
        np.round(safety * rng.uniform(0.5, 1.3, items), 1),
        **{name: values[order] for name, values in routes.items()},
        contracted=contracted,
        contracted_limit=np.round(level[contracted] * 0.5, 1),
        machine_hours=np.round((load / 0.93)[:, None] * rng.uniform(0.95, 1.0, (resources, months)), 1),
        heads=np.round(load / HOURS * 0.95, 1),
        supplier=supplier,
        material=material,
        supplier_limit=np.round(need * 1.04, 1),
    )


@dataclass(frozen=True)
class ReferenceModel:
    """The plan with the blocks and rows that scenarios change."""

    lp: Model
    made: Grid
    contracted: Grid
    load: Grid
    overtime: Grid
    balance: Grid
    supply: Grid

    def arrays(self) -> Arrays:
        """As the solver takes it."""
        return self.lp.arrays()


def reference_model(data: Reference, *, band: bool = True) -> ReferenceModel:
    """The plan of least cost, with the safety stock as a band or as rows."""
    lp, (items, resources, months, suppliers) = Model(), data.shape
    axis = {"item": range(items), "route": range(len(data.route_item)), "sub": range(len(data.contracted)), "month": range(months)}
    by_item, by_resource = (axis["item"], axis["month"]), (range(resources), axis["month"])
    short, keep = data.price * 0.06, data.price * 0.015
    late = np.repeat((data.price * 0.10)[:, None], months, axis=1)
    late[:, -1] = data.price * 1.5
    made = lp.variables("made", (axis["route"], axis["month"]), cost=data.route_cost[:, None])
    contracted = lp.variables(
        "contracted", (axis["sub"], axis["month"]), cost=(data.price * 0.72)[data.contracted, None], upper=data.contracted_limit[:, None]
    )
    stock = lp.variables("stock", by_item, cost=keep[:, None])
    backlog = lp.variables("backlog", by_item, cost=late)
    within = lp.variables("band", by_item, cost=(keep - short if band else short)[:, None], upper=data.safety[:, None] if band else np.inf)
    load = lp.variables("load", by_resource, upper=data.machine_hours)
    overtime = lp.variables("overtime", by_resource, cost=OVERTIME_COST)
    heads = lp.variables("heads", by_resource, cost=WAGE)
    hired, laid_off = lp.variables("hired", by_resource, cost=HIRE), lp.variables("laid off", by_resource, cost=LAY_OFF)
    extra = lp.variables("extra supply", (range(suppliers), axis["month"]), cost=data.price.mean() * 0.12)
    needed = data.demand.copy()
    needed[:, 0] -= data.opening
    balance = lp.rows("balance", by_item, at_least=needed, at_most=needed)
    lp.add(balance, made, row=(data.route_item,))
    lp.add(balance, contracted, row=(data.contracted,))
    for block, sign in ((stock, 1.0), (backlog, -1.0), *(((within, 1.0),) if band else ())):
        lp.add(balance, block, -sign)
        lp.add(balance, block.earlier(), sign)
    if band:
        lp.offset = float((short * data.safety).sum() * months)
    else:
        safety = lp.rows("safety stock", by_item, at_least=data.safety[:, None])
        lp.add(safety, stock)
        lp.add(safety, within)
    _work(lp, data, made, (load, overtime, heads, hired, laid_off))
    supply = lp.rows("supply", (range(suppliers), axis["month"]), at_most=data.supplier_limit[:, None])
    lp.add(supply, made, data.material[data.route_item][:, None], row=(data.supplier[data.route_item],))
    lp.add(supply, extra, -1.0)
    return ReferenceModel(lp, made, contracted, load, overtime, balance, supply)


def _work(lp: Model, data: Reference, made: Grid, blocks: tuple[Grid, ...]) -> None:
    """Hours of what is made are the load; the load is manned in regular time and overtime; people come and go."""
    load, overtime, heads, hired, laid_off = blocks
    work = lp.rows("load", load.axes, at_least=0.0, at_most=0.0)
    lp.add(work, made, data.route_hours[:, None], row=(data.route_resource,))
    lp.add(work, load, -1.0)
    manned = lp.rows("manned", load.axes, at_most=0.0)
    for block, coefficient in ((load, 1.0), (overtime, -1.0), (heads, -HOURS)):
        lp.add(manned, block, coefficient)
    limited = lp.rows("overtime", load.axes, at_most=0.0)
    lp.add(limited, overtime)
    lp.add(limited, heads, -HOURS * OVERTIME_SHARE)
    before = np.zeros(load.at.shape)
    before[:, 0] = data.heads
    people = lp.rows("people", load.axes, at_least=before, at_most=before)
    for block, coefficient in ((heads, 1.0), (heads.earlier(), -1.0), (hired, -1.0), (laid_off, 1.0)):
        lp.add(people, block, coefficient)
