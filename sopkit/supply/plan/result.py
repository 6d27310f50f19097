"""The solved plan as tables: the contracts of step 3, and every limit with its value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.capacity import Requirement, production_requirement, resource_hours
from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan.decided import Decided, decided_by, in_transit, long_frame, planned_hours, zero_or_more
from sopkit.supply.plan.limits_of_work import still_to_learn
from sopkit.supply.plan.matrices import Places, places
from sopkit.supply.plan.model import PlanModel
from sopkit.supply.plan.outlays import deliveries, outlays
from sopkit.supply.plan.situation import Situation
from sopkit.supply.plan.value import binding_limits, binding_value, plan_costs

LOAD_COLUMNS = ["resource", "site", "period", "required_hours", "planned_hours", "overtime_hours", "available_hours"]
LOAD_COLUMNS += ["demonstrated_hours", "overtime_limit_hours", "load_ratio", "planned_load_ratio", "hour_value"]


@dataclass(frozen=True)
class SupplyResult:
    """The tables of step 3 by contract, and `limits`: every limit that binds (kind, limit, period, value: money per unit more).

    `gap_share` is the proven distance from the optimum, share of the planning cost: 0 where nothing is a whole number.
    `deliveries` has rows where sites are told apart. `fallback` is the way it was solved where the usual one failed.
    """

    supply_plan: pd.DataFrame
    demand_fulfilment: pd.DataFrame
    resource_load: pd.DataFrame
    workforce_plan: pd.DataFrame
    supplier_load: pd.DataFrame
    plan_costs: pd.DataFrame
    deliveries: pd.DataFrame
    plan_outlays: pd.DataFrame
    limits: pd.DataFrame
    gap_share: float = 0.0
    fallback: str = ""
    requirement: Requirement | None = None  # what `resource_load` says is required, item by item; None: known from its tables only


def supply_result(situation: Situation, model: PlanModel, solution: Solution, demand: pd.DataFrame) -> SupplyResult:
    """The tables of a solved plan.

    Args:
        situation, model, solution: the problem, its linear programme and the optimum.
        demand: consensus_demand, for the split over regions.
    """
    decided = decided_by(situation, model, solution)
    required = _requirement(situation, decided)
    return SupplyResult(
        _supply_plan(situation, decided),
        _demand_fulfilment(situation, decided, demand),
        _resource_load(situation, model, solution, decided, required),
        _workforce_plan(situation, decided),
        _supplier_load(situation, model, solution, decided, required),
        plan_costs(situation, decided),
        deliveries(situation, decided),
        outlays(situation, decided),
        binding_limits(situation, model, solution),
        solution.gap_share,
        solution.fallback,
        Requirement(
            situation.months,
            situation.lines.names,
            required,
            [str(situation.sites.items[item]) for item in situation.sites.item[situation.lines.bill_item]],
            situation.lines.bill_item,
            situation.lines.bill_resource,
            situation.lines.bill_hours,
        ),
    )


def _requirement(situation: Situation, decided: Decided) -> Numbers:
    """Units that unconstrained demand asks to be made, by place and month; services are not made.

    Of items with sites it is split over the sites that make them as the plan splits the horizon's production, else evenly.
    """
    goods, sites, materials = situation.goods, situation.sites, situation.materials
    demand, target, receipts, ordered = (sites.by_item(each) for each in (goods.demand, goods.target, goods.receipts, goods.ordered))
    opening = sites.by_item(goods.opening_stock - goods.owed)
    share = _shares_of_places(situation, decided)
    made = np.zeros(demand.shape)
    for level in materials.levels(len(goods.names)):
        rows = np.unique(sites.item[level])
        below = sites.by_item(materials.used(made[sites.item] * share))
        made[rows] = production_requirement((demand + below)[rows], target[rows], opening[rows], receipts[rows], ordered[rows])
    return np.where((goods.strategy == "service")[:, None], 0.0, made[sites.item] * share)


def _shares_of_places(situation: Situation, decided: Decided) -> Numbers:
    """Part of an item's production that each place makes."""
    sites = situation.sites
    alone = sites.by_item(sites.made.astype(float))[sites.item]
    evenly = np.divide(1.0, alone, out=np.zeros(len(alone)), where=sites.made & (alone > 0))
    own = decided.production.sum(axis=1)
    whole = sites.by_item(own)[sites.item]
    return np.divide(own, whole, out=evenly, where=sites.made & (whole > 0) & (alone > 1))[:, None]


def _supply_plan(situation: Situation, decided: Decided) -> pd.DataFrame:
    """The plan by item; of items with sites all places together, what is on the way in."""
    goods, cells, sites = situation.goods, situation.cells, situation.sites
    lost, backlog = np.zeros(situation.shape), np.zeros(situation.shape)
    np.add.at(lost, cells.item, decided.lost)
    np.add.at(backlog, cells.item, decided.backlog)
    closing = decided.closing_stock + in_transit(situation, decided.sent)
    opening = np.hstack([goods.opening_stock[:, None], closing[:, :-1]])
    service = (goods.strategy == "service")[:, None]
    measures = {
        "demand": goods.demand,
        "opening_stock": opening,
        "production": np.where(service, decided.shipped, decided.production),
        "subcontract": decided.subcontract,
        "receipts": goods.receipts,
        "shipped": decided.shipped,
        "lost": lost,
        "closing_backlog": backlog,
        "closing_stock": closing,
        "target_stock": goods.target,
        "used_inside": decided.used_inside,
    }
    by_item = {name: sites.by_item(values) for name, values in measures.items()}
    return long_frame({"item": sites.items}, situation.months, **by_item)


def waiting_by_age(late: Numbers, backlog: Numbers) -> Numbers:
    """Of the units that wait at each month end, how many are of which month's demand: the oldest ship first.

    Args:
        late: units of each month's demand that wait, one row per cell.
        backlog: units that wait at each month end, same shape.

    Returns:
        Units, cell x month end x month of demand; what is older than the plan (owed at the cutoff) is in none of them.
    """
    cells, months = late.shape
    waiting = np.zeros((cells, months, months))
    for month in range(months):
        left = backlog[:, month].copy()
        for asked in range(month, -1, -1):
            waiting[:, month, asked] = np.minimum(late[:, asked], left)
            left -= waiting[:, month, asked]
    return waiting


def _cells_of(situation: Situation, series: pd.MultiIndex) -> NDArray[np.int64]:
    """Number of the cell of each item, region and channel: that of the item's region where it has sites, else of the item."""
    item, region, channel = (series.get_level_values(level).astype("str") for level in range(3))
    cells = pd.MultiIndex.from_tuples(situation.cells.labels)
    at_region = pd.MultiIndex.from_arrays([item + " > " + region, channel])
    found = cells.get_indexer(at_region)
    return np.where(found >= 0, found, cells.get_indexer(pd.MultiIndex.from_arrays([item, channel])))


def _demand_fulfilment(situation: Situation, decided: Decided, demand: pd.DataFrame) -> pd.DataFrame:
    """Late, lost and waiting units of item x channel split over its regions by their part of the month's demand."""
    months, cells = situation.months, situation.cells
    keys = ["item", "region", "channel"]
    series = pd.MultiIndex.from_frame(demand[keys].drop_duplicates().sort_values(keys))
    cell = _cells_of(situation, series)
    asked = np.zeros((len(series), len(months)))
    place = (series.get_indexer(pd.MultiIndex.from_frame(demand[keys])), places(months, demand["period"]))
    np.add.at(asked, place, demand["quantity"].to_numpy(float))
    part = np.divide(asked, cells.demand[cell], out=np.zeros_like(asked), where=cells.demand[cell] > 0)
    whole = np.divide(asked.sum(1), cells.demand.sum(1)[cell], out=np.zeros(len(cell)), where=cells.demand.sum(1)[cell] > 0)
    backlog, owed = np.zeros_like(asked), cells.owed[cell] * whole
    waits = np.flatnonzero(np.any(decided.backlog[cell] > 0, axis=1))
    aged = waiting_by_age(decided.late, decided.backlog)[cell[waits]]
    older = decided.backlog[cell[waits]] - aged.sum(axis=2)
    backlog[waits] = np.einsum("cma,ca->cm", aged, part[waits]) + older * whole[waits, None]
    late, lost = decided.late[cell] * part, decided.lost[cell] * part
    backlog = zero_or_more(backlog)
    shipped = asked - lost - np.diff(backlog, axis=1, prepend=owed[:, None])
    names = {key: series.get_level_values(key) for key in keys}
    return long_frame(names, months, demand=asked, shipped=zero_or_more(shipped), late=late, lost=lost, closing_backlog=backlog)


def _resource_load(situation: Situation, model: PlanModel, solution: Solution, decided: Decided, required: Numbers) -> pd.DataFrame:
    lines = situation.lines
    bill = (lines.bill_item, lines.bill_resource, lines.bill_hours, len(lines.names))
    asked, planned = resource_hours(required, *bill), zero_or_more(planned_hours(situation, decided))
    shown = np.where(lines.demonstrated > 0, lines.demonstrated, np.nan)
    return long_frame(
        {"resource": lines.names, "site": lines.site},
        situation.months,
        required_hours=asked,
        planned_hours=planned,
        overtime_hours=np.minimum(np.maximum(planned - lines.demonstrated, decided.overtime), planned),
        available_hours=lines.available,
        demonstrated_hours=lines.demonstrated,
        overtime_limit_hours=lines.overtime_limit,
        load_ratio=asked / shown,
        planned_load_ratio=planned / shown,
        hour_value=binding_value(-solution.duals(model.limits.regular_hours)),
    ).loc[:, LOAD_COLUMNS]


def _workforce_plan(situation: Situation, decided: Decided) -> pd.DataFrame:
    lines, people = situation.lines, situation.people
    planned = planned_hours(situation, decided)
    crew_hours = np.zeros(decided.heads.shape)
    manned = lines.group >= 0
    np.add.at(crew_hours, lines.group[manned], (planned * lines.crew[:, None])[manned])
    return long_frame(
        {"skill_group": people.names},
        situation.months,
        heads=decided.heads,
        hired=decided.hired,
        laid_off=decided.laid_off,
        required_hours=crew_hours,
        available_hours=(decided.heads - _learning(people.ramp_up, decided.hired)) * people.hours,
        temporary=decided.temporary,
    )


def _learning(ramp_up: Places, hired: Numbers) -> Numbers:
    """People, by group and month, whose work is not yet done because they learn."""
    learning = np.zeros(hired.shape)
    for age in range(int(ramp_up.max(initial=0))):
        learning[:, age:] += still_to_learn(ramp_up, age)[:, None] * hired[:, : hired.shape[1] - age]
    return learning


def _supplier_load(situation: Situation, model: PlanModel, solution: Solution, decided: Decided, required: Numbers) -> pd.DataFrame:
    """Sources with a limit or a contract; where several share a component, the requirement is split by their limits, or evenly without."""
    sources = situation.sources
    asked = resource_hours(required, sources.use_item, sources.use_component, sources.use_quantity, len(sources.components))
    stock = sources.opening_stock[:, None] + np.cumsum(decided.bought - decided.used, axis=1)
    limit = np.where(np.isfinite(sources.limit), sources.limit, np.nan)
    limited, known = sources.told, np.nan_to_num(limit)
    among, alone = np.zeros(asked.shape), np.bincount(sources.component[limited], minlength=len(sources.components))
    np.add.at(among, sources.component, known)
    total = among[sources.component]
    part = np.where(total > 0, known / np.where(total > 0, total, 1.0), 1.0 / np.maximum(alone, 1)[sources.component][:, None])
    frame = long_frame(
        {"supplier": [supplier for supplier, _ in sources.labels], "component": [component for _, component in sources.labels]},
        situation.months,
        required_quantity=asked[sources.component] * part,
        planned_quantity=decided.used,
        purchased_quantity=decided.bought,
        limit_quantity=limit,
        closing_stock=zero_or_more(stock),
        component_value=binding_value(-solution.reduced_costs(model.choices.bought)),
    )
    return frame[np.repeat(limited, len(situation.months))].reset_index(drop=True)
