"""What limits the plan: one function per limit, named in the planner's words."""

import numpy as np
from numpy.typing import NDArray

from sopkit.supply.lp import Grid, Model
from sopkit.supply.plan.choices import Choices
from sopkit.supply.plan.given import asked, frozen_use, most_ever_made, planned_items, unavoidable_stock
from sopkit.supply.plan.situation import Situation


def _subtract_shipped(lp: Model, choices: Choices, situation: Situation, rows: Grid) -> None:
    """Subtract units shipped from item rows, but for what is asked for: shipped = asked - lost - growth of the backlog."""
    item = (situation.cells.item,)
    lp.add(rows, choices.lost, row=item)
    lp.add(rows, choices.backlog, row=item)
    lp.add(rows, choices.backlog.earlier(), -1.0, row=item)


def stock_rolls_from_month_to_month(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Opening stock + made + subcontracted + received - shipped = closing stock."""
    goods = situation.goods
    coming = goods.receipts + goods.ordered
    coming[:, 0] += goods.opening_stock
    needed = asked(situation) - coming + situation.materials.used(goods.ordered)
    planned = planned_items(situation)[:, None]
    rows = lp.rows("stock roll", (goods.names, situation.months), at_least=needed, at_most=needed, where=planned)
    for arriving in (choices.production, choices.subcontract, choices.stock.earlier(), choices.band.earlier()):
        lp.add(rows, arriving)
    for leaving in (choices.stock, choices.band):
        lp.add(rows, leaving, -1.0)
    _subtract_shipped(lp, choices, situation, rows)
    _move_between_places(lp, choices, situation, rows)
    _use_what_goes_into_others(lp, choices, situation, rows)
    return rows


def _move_between_places(lp: Model, choices: Choices, situation: Situation, rows: Grid) -> None:
    """What is sent leaves its place at once and arrives when its way is over."""
    lanes = situation.sites.lanes
    lp.add(rows, choices.sent, -1.0, row=(lanes.origin,))
    for months in np.unique(lanes.months):
        which = np.flatnonzero(lanes.months == months)
        lp.add(rows, choices.sent.earlier(int(months)), row=(lanes.destination[which],), of=(which,))


def _use_what_goes_into_others(lp: Model, choices: Choices, situation: Situation, rows: Grid) -> None:
    """What goes into other items leaves its stock, the offset before they are made."""
    materials = situation.materials
    for months in np.unique(materials.months):
        which = np.flatnonzero(materials.months == months)
        quantity = -materials.quantity[which, None]
        for made in (choices.production, choices.subcontract):
            lp.add(rows, made.later(int(months)), quantity, row=(materials.component[which],), of=(materials.parent[which],))


def sites_keep_their_shares(lp: Model, choices: Choices, situation: Situation) -> None:
    """Of what leaves for a region on lanes with shares, each site sends its share."""
    lanes = situation.sites.lanes
    shared = ~np.isnan(lanes.share)
    share = np.where(shared, lanes.share, 0.0)
    where = (choices.sent.at >= 0) & shared[:, None]
    rows = lp.rows("sourcing share", (lanes.labels, situation.months), at_least=0.0, at_most=0.0, where=where)
    lp.add(rows, choices.sent)
    for lane in np.flatnonzero(shared):
        beside = np.flatnonzero((lanes.destination == lanes.destination[lane]) & shared)
        lp.add(rows, choices.sent, -share[lane], row=(np.repeat(lane, len(beside)),), of=(beside,))


def unmet_demand_waits_or_is_lost(lp: Model, choices: Choices, situation: Situation) -> None:
    """Late and lost are parts of the month's demand, and of what is not met at most the policy's share waits."""
    cells = situation.cells
    axes, waits = (cells.labels, situation.months), choices.late.at >= 0
    parts = lp.rows("part of demand", axes, at_most=cells.demand, where=waits)
    lp.add(parts, choices.late)
    lp.add(parts, choices.lost)
    sharing = lp.rows("waiting share", axes, at_most=0.0, where=waits & (cells.wait_share < 1)[:, None])
    lp.add(sharing, choices.late, (1 - cells.wait_share)[:, None])
    lp.add(sharing, choices.lost, -cells.wait_share[:, None])


def waiting_demand_ships_in_time(lp: Model, choices: Choices, situation: Situation) -> None:
    """The backlog holds all that went late this month, grows by no more than that, and nothing older than the policy's months.

    What was owed at the cutoff waits until it ships.
    """
    cells = situation.cells
    axes, there = (cells.labels, situation.months), (choices.backlog.at >= 0) & (choices.backlog.at != choices.late.at)
    holding = lp.rows("late units wait", axes, at_least=0.0, where=there & (choices.late.at >= 0))
    lp.add(holding, choices.backlog)
    lp.add(holding, choices.late, -1.0)
    owed = np.zeros(cells.demand.shape)
    owed[:, 0] = cells.owed
    growing = lp.rows("backlog grows by late units", axes, at_most=owed, where=there)
    lp.add(growing, choices.backlog)
    lp.add(growing, choices.backlog.earlier(), -1.0)
    lp.add(growing, choices.late, -1.0)
    young = lp.rows("waiting months", axes, at_most=cells.owed[:, None], where=there)
    lp.add(young, choices.backlog)
    for age in range(int(cells.wait_months.max(initial=0))):
        waiting = (np.flatnonzero(cells.wait_months > age),)
        lp.add(young, choices.late.earlier(age), -1.0, row=waiting, of=waiting)


def made_to_order_ships_at_once(lp: Model, choices: Choices, situation: Situation) -> None:
    """Of items made to order no more is made than ships in the month."""
    made_to_order = (situation.goods.strategy == "order") & planned_items(situation)
    where = made_to_order[:, None] & situation.open
    rows = lp.rows("made to order", (situation.goods.names, situation.months), at_most=asked(situation), where=where)
    lp.add(rows, choices.production)
    lp.add(rows, choices.subcontract)
    _subtract_shipped(lp, choices, situation, rows)
    lp.add(rows, choices.sent, -1.0, row=(situation.sites.lanes.origin,))


def stock_fits_the_storage(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Family units in stock stay within the storage limit, or within what is already there or coming."""
    goods, limit = situation.goods, situation.policy.storage_limit
    forced = goods.factor @ unavoidable_stock(situation)
    lying = np.where(planned_items(situation), 0.0, goods.factor) @ unavoidable_stock(situation)
    most = np.inf if limit is None else np.maximum(limit, forced) - lying
    rows = lp.rows("storage", (("storage",), situation.months), at_most=most, where=limit is not None)
    for kept in (choices.stock, choices.band):
        lp.add(rows, kept, goods.factor[:, None], row=(np.zeros(len(goods.names), dtype=int),))
    return rows


def stock_stays_between_its_limits(lp: Model, choices: Choices, situation: Situation) -> None:
    """Stock at a month end is at least the least, but for what is short of it, and at most the most, or what lies or comes anyway."""
    goods, axes, planned = situation.goods, (situation.goods.names, situation.months), planned_items(situation)[:, None]
    least = lp.rows("least stock", axes, at_least=goods.least, where=planned & (goods.least > 0))
    most = lp.rows(
        "most stock", axes, at_most=np.maximum(goods.most, unavoidable_stock(situation)), where=planned & np.isfinite(goods.most)
    )
    for rows in (least, most):
        lp.add(rows, choices.stock)
        lp.add(rows, choices.band)
    lp.add(least, choices.short_of_least)


def stock_of_a_site_fits_its_storage(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Family units in stock at a site stay within its storage limit, or within what is there or coming anyway."""
    goods, limits = situation.goods, situation.policy.site_storage_limit
    sites = sorted(limits)
    at = np.array([name.rsplit(" @ ", 1)[-1] for name in goods.names], dtype=object)
    rows_of = np.flatnonzero(np.isin(at, sites))
    site = np.array([sites.index(at[item]) for item in rows_of], dtype=np.int64)
    forced = np.zeros((len(sites), situation.shape[1]))
    np.add.at(forced, site, (goods.factor[:, None] * unavoidable_stock(situation))[rows_of])
    most = np.maximum(np.array([limits[name] for name in sites])[:, None], forced)
    rows = lp.rows("storage of a site", (sites, situation.months), at_most=most)
    for kept in (choices.stock, choices.band):
        lp.add(rows, kept, goods.factor[rows_of, None], row=(site,), of=(rows_of,))
    return rows


def stock_covers_only_so_many_months(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Stock of an item at a month end, all places together, is no more than what is asked for in the months that it may cover.

    For shelf life and for a maximum cover alike. What goes into other items counts as asked for. What lies or comes anyway is allowed;
    month ends that reach beyond the horizon are not limited, for what is asked there is not known.
    """
    sites, cover, months = situation.sites, situation.changes.cover, situation.shape[1]
    limited = np.isfinite(cover)
    reach = np.where(limited, cover, 0.0)
    whole = np.floor(reach).astype(np.int64)
    wanted = sites.by_item(asked(situation))
    ahead = np.hstack([np.cumsum(wanted, axis=1), np.zeros((len(sites.items), 1))])
    end = np.arange(months)[None, :] + whole[:, None]
    last = np.minimum(end, months - 1)
    sums = np.take_along_axis(ahead, last, axis=1) - ahead[:, :-1]
    part = np.take_along_axis(np.hstack([wanted, np.zeros((len(wanted), 1))]), np.minimum(end + 1, months), axis=1)
    most = np.maximum(sums + (reach - whole)[:, None] * part, sites.by_item(unavoidable_stock(situation)))
    planned = sites.by_item(planned_items(situation).astype(float)) > 0
    where = (limited & planned)[:, None] & (end + (reach > whole)[:, None] < months)
    rows = lp.rows("cover", (sites.items, situation.months), at_most=most, where=where)
    for kept in (choices.stock, choices.band):
        lp.add(rows, kept, row=(sites.item,))
    _used_ahead(lp, choices, situation, rows, whole)
    return rows


def _used_ahead(lp: Model, choices: Choices, situation: Situation, rows: Grid, whole: NDArray[np.int64]) -> None:
    """Take from the rows what goes into other items in the months after."""
    materials, item = situation.materials, situation.sites.item
    for ahead in range(1, int(whole.max(initial=0)) + 1):
        which = np.flatnonzero(whole[item[materials.component]] >= ahead)
        for offset in np.unique(materials.months[which]):
            those = which[materials.months[which] == offset]
            for made in (choices.production, choices.subcontract):
                used = made.later(int(offset) + ahead)
                lp.add(rows, used, -materials.quantity[those, None], row=(item[materials.component[those]],), of=(materials.parent[those],))


def made_near_to_the_last_plan(lp: Model, choices: Choices, situation: Situation) -> None:
    """Made = made in the last plan + what is more - what is less, over all places of an item."""
    sites = situation.sites
    made = situation.changes.made - sites.by_item(situation.goods.ordered)
    rows = lp.rows("last plan", (sites.items, situation.months), at_least=made, at_most=made, where=choices.more.at >= 0)
    lp.add(rows, choices.production, row=(sites.item,))
    lp.add(rows, choices.more, -1.0)
    lp.add(rows, choices.less)


def made_only_after_a_setup(lp: Model, choices: Choices, situation: Situation) -> None:
    """What is set up in a month is made in at least the minimum lot; what is not set up is not made."""
    axes, there = (situation.goods.names, situation.months), choices.setup.at >= 0
    making = lp.rows("made only after a setup", axes, at_most=0.0, where=there)
    lp.add(making, choices.production)
    lp.add(making, choices.setup, -most_ever_made(situation))
    least = lp.rows("minimum lot", axes, at_least=0.0, where=there & (situation.lots.minimum > 0))
    lp.add(least, choices.production)
    lp.add(least, choices.setup, -situation.lots.minimum)


def made_in_multiples(lp: Model, choices: Choices, situation: Situation) -> None:
    """What is made is a whole number of multiples."""
    rows = lp.rows("multiples", (situation.goods.names, situation.months), at_least=0.0, at_most=0.0, where=choices.lots.at >= 0)
    lp.add(rows, choices.production)
    lp.add(rows, choices.lots, -situation.lots.multiple)


def subcontractors_make_so_much(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Subcontracted units of a family stay within its monthly limit."""
    limits = situation.policy.subcontract_limit
    families = sorted(limits)
    most = np.array([limits[family] for family in families])[:, None]
    rows = lp.rows("subcontractors", (families, situation.months), at_most=most)
    items = np.flatnonzero([family in limits for family in situation.goods.family])
    family = np.array([families.index(situation.goods.family[item]) for item in items], dtype=np.int64)
    lp.add(rows, choices.subcontract, row=(family,), of=(items,))
    return rows


def components_go_into_what_is_made(lp: Model, choices: Choices, situation: Situation) -> None:
    """What is taken of a component, over its suppliers, is what production and subcontractors need."""
    sources, fixed = situation.sources, frozen_use(situation)
    rows = lp.rows("component need", (sources.components, situation.months), at_least=-fixed, at_most=-fixed)
    for made in (choices.production, choices.subcontract):
        lp.add(rows, made, sources.use_quantity[:, None], row=(sources.use_component,), of=(sources.use_item,))
    lp.add(rows, choices.used, -1.0, row=(sources.component,))


def components_roll_from_month_to_month(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Components in stock + bought - used = components left, by supplier."""
    opening = np.zeros(choices.bought.at.shape)
    opening[:, 0] = situation.sources.opening_stock
    rows = lp.rows("component roll", (situation.sources.labels, situation.months), at_least=opening, at_most=opening)
    lp.add(rows, choices.component_stock)
    lp.add(rows, choices.component_stock.earlier(), -1.0)
    lp.add(rows, choices.bought, -1.0)
    lp.add(rows, choices.used)
    return rows
