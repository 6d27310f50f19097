"""Levers as blocks of the plan's model: closed in the base, opened one at a time.

Each kind of lever enters where a planner would say it does; a lever that finds nothing to act on says so in words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.explanation.hot import Swap, family_of_rows
from sopkit.supply.lp import Grid, Model, Numbers, Solution
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.given import planned_items
from sopkit.supply.plan.model import PlanModel
from sopkit.supply.plan.situation import Situation

ALL = "*"
FAVOUR = 9.0  # times its price that a lost unit of the favoured channel weighs more


@dataclass(frozen=True)
class LeverBlock:
    """One lever in the model: its variables, the rows that cap a month, what a unit costs; or why it cannot act."""

    lever: str
    kind: str
    used: Grid | None = None  # variables; None where it has none of its own
    caps: Grid | None = None  # rows whose upper limit is the month's most; None = the variables' own bounds
    unit_cost: float = 0.0  # money per unit of use, the part that is the lever's own
    refused: str = ""  # why it cannot act
    favoured: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # variables whose cost it raises

    def opened(self, least: Numbers, most: Numbers, cost: Numbers) -> list[Swap]:
        """The lever at work, with `least` and `most` by month; `cost` is that of the model's variables."""
        if len(self.favoured):
            return [Swap("costs", self.favoured, 0.0, cost[self.favoured] * (1 + FAVOUR))] if most.any() else []
        if self.caps is not None:
            return [Swap("limits", self.caps.at, least[None, :], most[None, :])]
        return [] if self.used is None else [Swap("bounds", self.used.at, least[None, :], most[None, :])]

    def use(self, solution: Solution) -> Numbers:
        """How much of it is used, by month."""
        return solution.values(self.used).sum(axis=0) if self.used is not None else np.zeros(0)


@dataclass(frozen=True)
class _Place:
    """What a lever is added to."""

    inputs: SupplyInputs
    situation: Situation
    model: PlanModel
    lever: str
    target: str
    price: float

    @property
    def lp(self) -> Model:
        return self.model.lp

    def block(self, axis: list, *, cost: object, upper: object = 0.0) -> Grid:
        """Variables of the lever by place and month."""
        return self.lp.variables(f"lever {self.lever}", (axis, self.situation.months), cost=cost, upper=upper)  # type: ignore[arg-type]

    def closed_cap(self) -> Grid:
        """A row per month that lets nothing through."""
        return self.lp.rows(f"most of lever {self.lever}", ([self.lever], self.situation.months), at_least=0.0, at_most=0.0)


def add_levers(inputs: SupplyInputs, situation: Situation, model: PlanModel, levers: pd.DataFrame) -> dict[str, LeverBlock]:
    """Every lever as a closed block of `model`, by its id; the base optimum stays what it is.

    Args:
        inputs: what the situation was made from.
        situation, model: the planning problem; the model's builder takes the blocks up.
        levers: by contract.
    """
    found = {}
    for lever in levers.sort_values("lever").itertuples(index=False):
        place = _Place(inputs, situation, model, str(lever.lever), str(lever.target), float(lever.unit_price))
        found[place.lever] = BUILDERS[str(lever.kind)](place, str(lever.kind))
    return found


def _more_hours(place: _Place, kind: str) -> LeverBlock:
    """Hours of a resource: a shift brings its people along, overtime asks those who are there."""
    lines, lp, model = place.situation.lines, place.lp, place.model
    if place.target not in lines.names:
        return LeverBlock(place.lever, kind, refused=f"{place.target} is no resource of the plan")
    row = int(lines.names.get_loc(place.target))
    used = place.block([place.target], cost=place.price)
    lp.add(model.limits.regular_hours, used, -1.0, row=([row],))
    group, crew = int(lines.group[row]), float(lines.crew[row])
    if group >= 0 and crew > 0:
        lp.add(model.limits.crew_hours, used, -crew, row=([group],))
        if kind == "overtime":
            lp.add(model.limits.crew_overtime, used, crew, row=([group],))
    return LeverBlock(place.lever, kind, used, unit_cost=place.price)


def _more_people(place: _Place, kind: str) -> LeverBlock:
    """People of a skill group: who is hired stays, who is temporary comes and goes by the month."""
    people, lp = place.situation.people, place.lp
    if place.target not in people.names:
        return LeverBlock(place.lever, kind, refused=f"{place.target} is no skill group of the plan")
    row = int(people.names.get_loc(place.target))
    used = place.block([place.target], cost=place.price)
    lp.add(place.model.limits.crew_hours, used, -people.hours[[row]], row=([row],))
    overtime = people.overtime_hours[row]
    if np.isfinite(overtime):
        lp.add(place.model.limits.crew_overtime, used, -float(overtime), row=([row],))
    if kind == "hire":
        stay = lp.rows(f"who is hired by lever {place.lever} stays", ([place.target], place.situation.months), at_least=0.0)
        lp.add(stay, used)
        lp.add(stay, used.earlier(), -1.0)
    return LeverBlock(place.lever, kind, used, unit_cost=place.price)


def _subcontracted(place: _Place, kind: str) -> LeverBlock:
    """Units made elsewhere: they take no hours, but what goes into them and variable cost as if made here."""
    situation, lp = place.situation, place.lp
    made = np.isin(situation.goods.strategy, ("stock", "order")) & planned_items(situation) & situation.sites.made
    items = np.flatnonzero(_meant(place, situation) & made)
    if not len(items):
        return LeverBlock(place.lever, kind, refused=f"{place.target} is no family or item that is made")
    open_months = np.where(situation.open[items], np.inf, 0.0)
    used = place.block(
        [situation.goods.names[item] for item in items], cost=situation.goods.variable_cost[items] + place.price, upper=open_months
    )
    stock = place.model.limits.stock_roll
    lp.add(stock, used, row=(items,))
    lp.add(family_of_rows(lp, "made to order"), used, row=(items,))
    materials, where = situation.materials, np.full(len(situation.goods.names), -1)
    where[items] = np.arange(len(items))
    for months in np.unique(materials.months):
        rows = np.flatnonzero((materials.months == months) & (where[materials.parent] >= 0))
        taken = (where[materials.parent[rows]],)
        lp.add(stock, used.later(int(months)), -materials.quantity[rows, None], row=(materials.component[rows],), of=taken)
    sources = situation.sources
    rows = np.flatnonzero(where[sources.use_item] >= 0)
    need = family_of_rows(lp, "component need")
    lp.add(need, used, sources.use_quantity[rows, None], row=(sources.use_component[rows],), of=(where[sources.use_item[rows]],))
    caps = place.closed_cap()
    lp.add(caps, used, row=(np.zeros(len(items), dtype=int),))
    return LeverBlock(place.lever, kind, used, caps, place.price)


def _more_components(place: _Place, kind: str) -> LeverBlock:
    """Components from a second source at its own price, or faster at a price on top."""
    sources, lp = place.situation.sources, place.lp
    if place.target not in sources.components:
        return LeverBlock(place.lever, kind, refused=f"no supplier limits {place.target}")
    row = int(np.flatnonzero(sources.component == sources.components.index(place.target))[0])
    said = place.inputs.supplier_items
    cheapest = float(said.loc[said["component"] == place.target, "component_price"].astype(float).min())
    above = place.price if kind == "expedite" or np.isnan(cheapest) else max(0.0, place.price - cheapest)
    used = place.block([place.target], cost=above)
    lp.add(place.model.limits.component_roll, used, -1.0, row=([row],))
    return LeverBlock(place.lever, kind, used, unit_cost=above)


def _more_storage(place: _Place, kind: str) -> LeverBlock:
    """Room to make ahead, by family unit and month."""
    if place.situation.policy.storage_limit is None:
        return LeverBlock(place.lever, kind, refused="no storage limit keeps the plan from making ahead")
    used = place.block([place.target], cost=place.price)
    place.lp.add(place.model.limits.storage, used, -1.0, row=([0],))
    return LeverBlock(place.lever, kind, used, unit_cost=place.price)


def _favoured_channel(place: _Place, kind: str) -> LeverBlock:
    """Scarce units go to one channel first."""
    cells = place.situation.cells
    own = np.array([channel == place.target for _, channel in cells.labels])
    if not own.any():
        return LeverBlock(place.lever, kind, refused=f"{place.target} is no channel of the plan")
    at = np.concatenate([block.at[own].ravel() for block in (place.model.choices.lost, place.model.choices.late)])
    return LeverBlock(place.lever, kind, favoured=np.unique(at[at >= 0]))


def _moved_demand(place: _Place, kind: str) -> LeverBlock:
    """Customers who take it a month later for a rebate: asked for now, shipped the month after."""
    situation, lp = place.situation, place.lp
    items = np.flatnonzero(_meant(place, situation) & planned_items(situation) & (situation.goods.demand.sum(axis=1) > 0))
    if not len(items):
        return LeverBlock(place.lever, kind, refused=f"{place.target} is no family or item with demand")
    most = situation.goods.demand[items].copy()
    most[:, -1] = 0.0
    used = place.block([situation.goods.names[item] for item in items], cost=place.price, upper=most)
    for rows in (place.model.limits.stock_roll, family_of_rows(lp, "made to order")):
        lp.add(rows, used, row=(items,))
        lp.add(rows, used.earlier(), -1.0, row=(items,))
    caps = place.closed_cap()
    lp.add(caps, used, row=(np.zeros(len(items), dtype=int),))
    return LeverBlock(place.lever, kind, used, caps, place.price)


def _meant(place: _Place, situation: Situation) -> NDArray[np.bool_]:
    """Items that a target means: all, a family, or an item with its places."""
    own = situation.sites.items[situation.sites.item]
    return np.asarray((situation.goods.family == place.target) | (own == place.target) | (place.target == ALL))


BUILDERS: dict[str, Callable[[_Place, str], LeverBlock]] = {
    "shift": _more_hours,
    "overtime": _more_hours,
    "hire": _more_people,
    "temporary": _more_people,
    "subcontract": _subcontracted,
    "supplier": _more_components,
    "expedite": _more_components,
    "stock": _more_storage,
    "allocate": _favoured_channel,
    "demand": _moved_demand,
}
