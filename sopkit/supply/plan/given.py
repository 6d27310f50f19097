"""What the plan cannot choose: what is asked for, what is on order in the frozen months, what things cost."""

import numpy as np
from numpy.typing import NDArray

from sopkit.supply.capacity import resource_hours
from sopkit.supply.plan.matrices import Numbers
from sopkit.supply.plan.situation import Situation


def planned_items(situation: Situation) -> NDArray[np.bool_]:
    """Items whose supply is planned: all but services and items nobody wants."""
    goods = situation.goods
    wanted = (goods.demand.sum(axis=1) > 0) | (goods.target.sum(axis=1) > 0) | (goods.owed > 0) | (goods.least.sum(axis=1) > 0)
    return _with_other_places_and_components(situation, wanted) & (goods.strategy != "service")


def _with_other_places_and_components(situation: Situation, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All places of an item that is wanted, and what goes into it, level by level."""
    sites, materials = situation.sites, situation.materials
    for _ in range(len(wanted)):
        before = wanted
        by_item = sites.by_item(wanted.astype(float)) > 0
        wanted = wanted | by_item[sites.item]
        wanted = materials.exploded(wanted.astype(float)) > 0
        if (wanted == before).all():
            break
    return wanted


def asked(situation: Situation) -> Numbers:
    """Units asked for by item and month: demand, and in the first month what is owed."""
    asked = situation.goods.demand.copy()
    asked[:, 0] += situation.goods.owed
    return asked


def subcontractable(situation: Situation) -> NDArray[np.bool_]:
    """Item and month in which a subcontractor may make it."""
    goods = situation.goods
    allowed = np.array([situation.policy.subcontract_limit.get(family, 0.0) > 0 for family in goods.family])
    made = np.isin(goods.strategy, ("stock", "order")) & planned_items(situation) & situation.sites.made
    return (allowed & made)[:, None] & ~np.isnan(goods.premium) & situation.open


def working_groups(situation: Situation) -> NDArray[np.bool_]:
    """Skill groups that man a resource which something needs."""
    lines = situation.lines
    manning = lines.group[(lines.crew > 0) & lines.used]
    return np.isin(np.arange(len(situation.people.names)), manning)


def frozen_hours(situation: Situation) -> Numbers:
    """Hours that production on order takes in the frozen months."""
    lines = situation.lines
    return resource_hours(situation.goods.ordered, lines.bill_item, lines.bill_resource, lines.bill_hours, len(lines.names))


def hour_limits(situation: Situation) -> tuple[Numbers, Numbers]:
    """Regular and overtime hours by resource and month; where production on order needs more, its hours count as overtime."""
    lines = situation.lines
    overtime = np.maximum(lines.overtime_limit, frozen_hours(situation) - lines.demonstrated)
    return lines.demonstrated, overtime


def frozen_use(situation: Situation) -> Numbers:
    """Components that production on order takes in the frozen months, by component and month."""
    sources = situation.sources
    return resource_hours(situation.goods.ordered, sources.use_item, sources.use_component, sources.use_quantity, len(sources.components))


def beyond_supply(situation: Situation) -> Numbers:
    """Components, by source and month, that production on order needs beyond stock and limits: asked of the first source."""
    sources, use = situation.sources, frozen_use(situation)
    stock = np.bincount(sources.component, weights=sources.opening_stock, minlength=len(sources.components))
    limit = np.zeros(use.shape)
    np.add.at(limit, sources.component, sources.limit)
    first = np.unique(sources.component, return_index=True)[1]
    beyond = np.zeros((len(sources.labels), use.shape[1]))
    for month in range(int(situation.frozen.max(initial=0))):
        left = stock + limit[:, month] - use[:, month]
        beyond[first, month] = np.maximum(-left, 0.0)
        stock = np.maximum(left, 0.0)
    return beyond


def unavoidable_stock(situation: Situation) -> Numbers:
    """Stock at month ends if nothing more were made and all demand shipped that stock allows, by item and month."""
    goods, sites = situation.goods, situation.sites
    receipts, ordered, demand = (sites.by_item(each) for each in (goods.receipts, goods.ordered, goods.demand))
    service = sites.by_item((goods.strategy == "service").astype(float)) > 0
    left = np.zeros(demand.shape)
    stock = sites.by_item(goods.opening_stock - goods.owed)
    for month in range(situation.shape[1]):
        stock = stock + receipts[:, month] + ordered[:, month] - demand[:, month]
        left[:, month] = np.maximum(stock, 0.0)
        stock = np.where(service, 0.0, np.maximum(stock, 0.0))
    return np.where(sites.first[:, None], left[sites.item], 0.0)


def short_cost(situation: Situation) -> Numbers:
    """Planning cost of a unit short of safety stock for a month."""
    return situation.goods.worth * situation.policy.safety_stock_value_share


def refuses_unmet_demand(situation: Situation) -> bool:
    """Whether all demand must ship within the horizon."""
    return situation.policy.unmet_demand == "refused"


def loses_nothing(situation: Situation) -> bool:
    """Whether no unit of demand, and of least stock, may be lost."""
    return situation.policy.unmet_demand != "priced"


def lost_cost(situation: Situation) -> Numbers:
    """Planning cost of a lost unit by cell and month: what planning_costs says, else its net price and goodwill."""
    told = situation.goods.lost_cost[situation.cells.item]
    return np.where(np.isnan(told), situation.cells.price * (1 + situation.policy.lost_goodwill_share), told)


def price_of_waiting(situation: Situation) -> Numbers:
    """Price that waiting is weighed by, by cell and month: its own in the month, else the item's mean."""
    cells = situation.cells
    return np.where(cells.price > 0, cells.price, situation.goods.worth[cells.item][:, None])


def waiting_cost(situation: Situation) -> Numbers:
    """Planning cost of a unit that waits a month, by cell and month: what planning_costs says, else the policy's share of its price."""
    told = situation.goods.late_cost[situation.cells.item]
    return np.where(np.isnan(told), price_of_waiting(situation) * situation.policy.late_cost_share, told)


def late_cost(situation: Situation) -> Numbers:
    """Planning cost of a unit that waits a month; what still waits at the horizon counts as lost, unless the policy says it waits on."""
    cost = waiting_cost(situation)
    if situation.policy.unmet_demand == "waits":
        return cost
    told = situation.goods.lost_cost[situation.cells.item, -1]
    lost = price_of_waiting(situation)[:, -1] * (1 + situation.policy.lost_goodwill_share)
    cost[:, -1] += np.where(np.isnan(told), lost, told)
    return cost


def short_of_least_cost(situation: Situation) -> Numbers:
    """Planning cost of a unit short of the least stock, by item and month: as much as a lost unit."""
    goods = situation.goods
    lost = goods.worth[:, None] * (1 + situation.policy.lost_goodwill_share)
    return np.where(np.isnan(goods.lost_cost), lost, goods.lost_cost)


def change_cost(situation: Situation) -> Numbers:
    """Planning cost of a unit made more or less than the last plan says, by item (all its places) and month."""
    policy, sites = situation.policy, situation.sites
    months = np.arange(situation.shape[1])[None, :]
    slushy = (months < (situation.frozen + situation.slushy)[:, None]) & situation.open
    by_place = situation.goods.worth[:, None] * np.where(slushy, policy.slushy_change_share, policy.change_share)
    cost = np.zeros((len(sites.items), situation.shape[1]))
    np.maximum.at(cost, sites.item, by_place)
    return cost


def most_ever_bought(situation: Situation) -> Numbers:
    """Components beyond which a month's purchase can have no use, by source and month."""
    sources, needed = situation.sources, np.zeros((len(situation.sources.components), situation.shape[1]))
    np.add.at(needed, sources.use_component, sources.use_quantity[:, None] * np.minimum(most_ever_made(situation), 1e9)[sources.use_item])
    limit = sources.limit + beyond_supply(situation)
    most = np.maximum(needed[sources.component], np.maximum(sources.least, sources.minimum))
    return np.minimum(most + frozen_use(situation).sum(axis=1)[sources.component, None], limit)


def most_ever_made(situation: Situation) -> Numbers:
    """Units beyond which a month's production can have no use, by item and month: all that is asked for, stock wanted included."""
    goods, lots = situation.goods, situation.lots
    stock = np.maximum(goods.target, goods.least).max(axis=1, initial=0.0)
    use = situation.sites.by_item(asked(situation).sum(axis=1) + stock)[situation.sites.item]
    use = situation.materials.exploded(use)
    most = np.maximum(np.repeat(use[:, None], situation.shape[1], axis=1), lots.minimum)
    whole = np.where(lots.multiple > 0, lots.multiple, 1.0)
    rounded_up = np.where(lots.multiple > 0, np.ceil(most / whole) * whole, most)
    return np.minimum(rounded_up, lots.maximum)


def worth_at_the_end(situation: Situation) -> Numbers:
    """What stock left at the horizon is worth, in the last month; nothing before.

    Its lowest variable cost over the horizon: a cost that rises never makes it pay to make stock for its own sake.
    """
    value = np.zeros(situation.shape)
    value[:, -1] = situation.goods.variable_cost.min(axis=1) * situation.policy.horizon_stock_worth_share
    return value
