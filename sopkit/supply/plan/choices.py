"""What the plan decides: the blocks of variables, each with its price."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sopkit.supply.lp import Grid, Model
from sopkit.supply.plan.given import (
    beyond_supply,
    change_cost,
    hour_limits,
    late_cost,
    loses_nothing,
    lost_cost,
    planned_items,
    refuses_unmet_demand,
    short_cost,
    short_of_least_cost,
    subcontractable,
    working_groups,
    worth_at_the_end,
)
from sopkit.supply.plan.quarters import decided_by_quarter, quarters_of
from sopkit.supply.plan.situation import Situation


@dataclass(frozen=True)
class Choices:
    """What the plan decides: blocks of variables."""

    production: Grid  # item, month: units made, or bought in for items that are bought
    subcontract: Grid  # item, month: units
    band: Grid  # item, month: units in stock within the safety stock
    stock: Grid  # item, month: units in stock above it
    late: Grid  # cell, month: units of the month's demand that wait
    lost: Grid  # cell, month: units of the month's demand that are lost
    backlog: Grid  # cell, month: units that wait at the end
    load: Grid  # resource, month: hours
    overtime: Grid  # resource, month: hours, part of the load
    heads: Grid  # skill group, month
    hired: Grid
    laid_off: Grid
    bought: Grid  # source, month: components
    used: Grid  # source, month: components
    component_stock: Grid  # source, month: components
    idle: Grid  # skill group, month: hours without work, where they cost something
    detour: Grid  # detour, month: units whose operation is done on the alternative resource
    setup: Grid  # item, month: 1 where it is made at all, for items whose lots are planned
    lots: Grid  # item, month: how many multiples
    sent: Grid  # lane, month of departure: units
    short_of_least: Grid  # item, month: units short of the least stock
    more: Grid  # item with all its places, month: units made beyond the last plan
    less: Grid  # likewise: units made short of it
    rises: Grid  # resource, month: hours beyond the month before
    falls: Grid  # resource, month: hours short of it
    temporary: Grid  # skill group, month: temporary people
    ordered: Grid  # source, month: 1 where anything is bought, where there is a smallest order
    beyond: Grid  # price step, month: components bought beyond its quantity
    reached: Grid  # price step, month: 1 where it is reached, where the price falls


def choices_of(lp: Model, situation: Situation) -> Choices:
    """Every block of the plan, with its price and its own bounds."""
    goods, cells, lines, people, sources = situation.goods, situation.cells, situation.lines, situation.people, situation.sources
    months, planned, free = situation.months, planned_items(situation)[:, None], situation.open
    working_open = situation.people_open[None, :]
    items, pairs = (goods.names, months), (cells.labels, months)
    making, keeping = planned & situation.sites.made[:, None], planned & situation.sites.kept[:, None]
    worth = worth_at_the_end(situation)
    served = planned[cells.item] & (cells.demand > 0)
    late, backlog = _waiting(lp, situation, served)
    loaded = lines.used[:, None]
    working = working_groups(situation)[:, None]
    changing = working & working_open & situation.policy.workforce_planned & quarters_of(situation).first
    whole = situation.policy.whole_heads
    losing = not loses_nothing(situation)
    return Choices(
        production=decided_by_quarter(
            lp, situation, "production", cost=goods.variable_cost, upper=situation.lots.maximum, where=making & free
        ),
        subcontract=decided_by_quarter(
            lp,
            situation,
            "subcontract",
            cost=goods.variable_cost + np.nan_to_num(goods.premium),
            upper=np.inf,
            where=subcontractable(situation),
        ),
        band=lp.variables(
            "safety stock",
            items,
            cost=goods.keep_cost - worth - short_cost(situation)[:, None],
            upper=goods.target,
            where=keeping & (goods.target > 0),
        ),
        stock=lp.variables("stock", items, cost=goods.keep_cost - worth, where=keeping),
        late=late,
        lost=lp.variables("lost", pairs, cost=lost_cost(situation), upper=cells.demand, where=served & losing),
        backlog=backlog,
        load=lp.variables("load", (lines.names, months), where=loaded),
        overtime=lp.variables("overtime", (lines.names, months), cost=lines.overtime_cost, upper=hour_limits(situation)[1], where=loaded),
        heads=lp.variables(
            "heads", (people.names, months), cost=people.wage, lower=people.least, upper=people.most, where=working, integer=whole
        ),
        hired=lp.variables(
            "hired",
            (people.names, months),
            cost=people.hire_cost,
            upper=people.max_hire,
            where=changing,
            integer=whole,
        ),
        laid_off=lp.variables(
            "laid off",
            (people.names, months),
            cost=people.layoff_cost,
            upper=people.max_layoff,
            where=changing,
            integer=whole,
        ),
        bought=lp.variables(
            "bought",
            (sources.labels, months),
            cost=sources.price_above,
            lower=sources.least,
            upper=sources.limit + beyond_supply(situation),
        ),
        used=lp.variables("used", (sources.labels, months)),
        component_stock=lp.variables("component stock", (sources.labels, months), cost=sources.keep_cost[:, None]),
        idle=lp.variables(
            "idle", (people.names, months), cost=people.idle_cost[:, None], where=working & working_open & (people.idle_cost > 0)[:, None]
        ),
        sent=_sent(lp, situation, planned),
        **_lots(lp, situation, making & free),
        **_changes(lp, situation, planned),
        **_orders(lp, situation),
        temporary=lp.variables(
            "temporary",
            (people.names, months),
            cost=people.temporary_cost,
            upper=people.most_temporary[:, None],
            where=working & working_open & (people.most_temporary > 0)[:, None],
            integer=whole,
        ),
        detour=lp.variables(
            "detour",
            (lines.detours.labels, months),
            cost=lines.detours.extra_cost[:, None],
            where=(making & free)[lines.detours.item],
        ),
        short_of_least=lp.variables(
            "short of least stock",
            items,
            cost=short_of_least_cost(situation),
            upper=goods.least,
            where=keeping & (goods.least > 0) & losing,
        ),
    )


def _sent(lp: Model, situation: Situation, planned: NDArray[np.bool_]) -> Grid:
    """Units that leave on each lane; what would arrive beyond the horizon does not leave."""
    lanes, last = situation.sites.lanes, len(situation.months)
    arrives = np.arange(last)[None, :] + lanes.months[:, None] < last
    there = planned[lanes.origin] & planned[lanes.destination] & arrives
    return lp.variables("sent", (lanes.labels, situation.months), cost=lanes.cost[:, None], upper=lanes.limit[:, None], where=there)


def _lots(lp: Model, situation: Situation, made: NDArray[np.bool_]) -> dict[str, Grid]:
    """Setups and multiples of the items whose lots are planned."""
    lots, items = situation.lots, (situation.goods.names, situation.months)
    return {
        "setup": lp.variables("setup", items, cost=lots.setup_cost, upper=1.0, where=made & lots.set_up, integer=True),
        "lots": lp.variables("lots", items, where=made & lots.planned[:, None] & (lots.multiple > 0), integer=True),
    }


def _changes(lp: Model, situation: Situation, planned: NDArray[np.bool_]) -> dict[str, Grid]:
    """What is made beyond and short of the last plan, and hours that rise and fall: where they cost something or break a tie."""
    sites, policy, cost = situation.sites, situation.policy, change_cost(situation)
    open_at = sites.by_item((situation.open & planned & sites.made[:, None]).astype(float)) > 0
    told = situation.changes.known & open_at & ((cost > 0) | (policy.ties == "least_change"))
    after_first = np.arange(len(situation.months))[None, :] > 0
    smooth = situation.lines.used[:, None] & after_first & (policy.smoothing_cost > 0)
    items, lines = (sites.items, situation.months), (situation.lines.names, situation.months)
    return {
        "more": lp.variables("more than the last plan", items, cost=cost, where=told),
        "less": lp.variables("less than the last plan", items, cost=cost, where=told),
        "rises": lp.variables("load rises", lines, cost=policy.smoothing_cost, where=smooth),
        "falls": lp.variables("load falls", lines, cost=policy.smoothing_cost, where=smooth),
    }


def _orders(lp: Model, situation: Situation) -> dict[str, Grid]:
    """Smallest orders and price steps of suppliers; what is whole only where the policy plans it."""
    sources, steps, planned = situation.sources, situation.sources.steps, situation.policy.orders_planned
    rows = (steps.labels, situation.months)
    falling = steps.there & steps.whole[:, None]
    return {
        "ordered": lp.variables(
            "ordered", (sources.labels, situation.months), upper=1.0, where=(sources.minimum > 0) & planned, integer=True
        ),
        "beyond": lp.variables(
            "beyond a price step", rows, cost=steps.change[:, None], where=steps.there & (~steps.whole | planned)[:, None]
        ),
        "reached": lp.variables("price step reached", rows, upper=1.0, where=falling & planned, integer=True),
    }


def _waiting(lp: Model, situation: Situation, served: NDArray[np.bool_]) -> tuple[Grid, Grid]:
    """Late units and backlog; where nothing waits longer than a month and nothing is owed, the backlog is the late units themselves."""
    cells = situation.cells
    pairs, cost = (cells.labels, situation.months), late_cost(situation)
    allowed = np.ones(cells.demand.shape, dtype=bool)
    allowed[:, -1] = not refuses_unmet_demand(situation)  # all of it ships within the horizon
    short = ((cells.wait_months == 1) & (cells.owed == 0))[:, None]
    wanted = planned_items(situation)[cells.item][:, None]
    late = lp.variables("late", pairs, cost=np.where(short, cost, 0.0), where=served & (cells.wait_months > 0)[:, None] & allowed)
    backlogged = ((cells.wait_months > 1) | (cells.owed > 0))[:, None] & wanted & allowed
    backlog = lp.variables("backlog", pairs, cost=cost, where=backlogged)
    return late, Grid(backlog.name, backlog.axes, np.where(short, late.at, backlog.at))
