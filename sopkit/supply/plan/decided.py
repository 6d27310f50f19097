"""What the solver decided, cleaned of its noise and made whole: stock and shipments follow from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.errors import Problem, StepError
from sopkit.supply.capacity import resource_hours
from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan.model import PlanModel
from sopkit.supply.plan.situation import Situation

DECIMALS = 6
NOISE = 1e-4  # units, hours, people: what a solver leaves around zero
NOISE_SHARE = 1e-9  # and beside large numbers, of the largest
CHOSEN: tuple[str, ...] = (
    "production",
    "subcontract",
    "late",
    "lost",
    "backlog",
    "overtime",
    "heads",
    "hired",
    "laid_off",
    "bought",
    "used",
)
CHOSEN += ("idle", "detour", "setup", "short_of_least", "sent", "more", "less", "rises", "falls", "temporary", "beyond")


@dataclass(frozen=True)
class Decided:
    """What the solver decided, on full grids, items and months that had no choice filled in."""

    production: Numbers
    subcontract: Numbers
    late: Numbers
    lost: Numbers
    backlog: Numbers
    overtime: Numbers
    heads: Numbers
    hired: Numbers
    laid_off: Numbers
    bought: Numbers
    used: Numbers
    idle: Numbers  # hours by skill group and month
    detour: Numbers  # units by detour and month
    setup: Numbers  # setups by item and month
    short_of_least: Numbers  # units by item and month
    sent: Numbers  # units by lane and month
    more: Numbers  # units by item with all its places and month, beyond the last plan
    less: Numbers  # likewise, short of it
    rises: Numbers  # hours by resource and month, beyond the month before
    falls: Numbers  # likewise, short of it
    temporary: Numbers  # people by skill group and month
    beyond: Numbers  # components by price step and month
    used_inside: Numbers  # units that go into other items, by item and month
    shipped: Numbers  # item, month
    closing_stock: Numbers  # item, month


def decided_by(situation: Situation, model: PlanModel, solution: Solution) -> Decided:
    """The optimum on full grids; raises StepError where it breaks a balance by more than the solver's noise."""
    goods, cells, choices = situation.goods, situation.cells, model.choices
    values = {name: zero_or_more(solution.values(getattr(choices, name))) for name in CHOSEN}
    production = values.pop("production") + goods.ordered
    idle = (choices.heads.at < 0).all(axis=1)  # people whom no planned resource needs stay
    values["heads"][idle] = situation.people.heads[idle, None]
    growth = np.diff(values["backlog"], axis=1, prepend=cells.owed[:, None])
    shipped = np.zeros(situation.shape)
    np.add.at(shipped, cells.item, cells.demand - values["lost"] - growth)
    service = goods.strategy == "service"
    used_inside = situation.materials.used(production + values["subcontract"])
    arriving = production + values["subcontract"] + goods.receipts
    if len(situation.materials.parent) or len(situation.sites.lanes.labels):
        arriving = arriving - used_inside + _moved(situation, values["sent"])
    stock = goods.opening_stock[:, None] + np.cumsum(arriving - np.where(service[:, None], 0.0, shipped), axis=1)
    return Decided(production, **values, used_inside=used_inside, shipped=zero_or_more(shipped), closing_stock=zero_or_more(stock))


def _moved(situation: Situation, sent: Numbers) -> Numbers:
    """Units that arrive on lanes less those that leave, by place and month."""
    lanes, moved = situation.sites.lanes, np.zeros(situation.shape)
    np.subtract.at(moved, lanes.origin, sent)
    for months in np.unique(lanes.months):
        which = np.flatnonzero(lanes.months == months)
        np.add.at(moved[:, months:], lanes.destination[which], sent[which, : sent.shape[1] - months])
    return moved


def in_transit(situation: Situation, sent: Numbers) -> Numbers:
    """Units on the way at month ends, by destination and month."""
    lanes, way = situation.sites.lanes, np.zeros(situation.shape)
    for months in np.unique(lanes.months[lanes.months > 0]):
        which = np.flatnonzero(lanes.months == months)
        gone = np.cumsum(sent[which], axis=1)
        there = np.hstack([np.zeros((len(which), months)), gone])[:, : gone.shape[1]]
        np.add.at(way, lanes.destination[which], gone - there)
    return way


def planned_hours(situation: Situation, decided: Decided) -> Numbers:
    """Standard hours by resource and month: of what is made, on alternatives where it takes one, and of setups."""
    lines, lots = situation.lines, situation.lots
    hours = resource_hours(decided.production, lines.bill_item, lines.bill_resource, lines.bill_hours, len(lines.names))
    np.subtract.at(hours, lines.detours.resource, lines.detours.hours_saved[:, None] * decided.detour)
    np.add.at(hours, lines.detours.alternative, lines.detours.hours[:, None] * decided.detour)
    np.add.at(hours, lots.setup_resource, lots.setup_hours * decided.setup[lots.setup_item])
    return hours


def zero_or_more(values: Numbers) -> Numbers:
    """Rounded, without rounding noise below zero; raises StepError where more than noise is below zero."""
    rounded = np.round(values, DECIMALS)
    if (rounded < -(NOISE + NOISE_SHARE * np.abs(rounded).max(initial=0.0))).any():
        problem = Problem("plan", f"{rounded.min()} where nothing can be negative", "zero or more")
        raise StepError("the plan is not to be trusted", [problem])
    return np.maximum(rounded, 0.0) + 0.0


def long_frame(keys: Mapping[str, Collection[object]], months: list[str], **measures: Numbers) -> pd.DataFrame:
    """Row keys x months as one long frame, measures flattened; sorted because rows and months are."""
    rows = len(next(iter(keys.values())))
    columns: dict[str, object] = {name: _words(values).repeat(len(months)) for name, values in keys.items()}
    columns["period"] = _words(months).take(np.tile(np.arange(len(months)), rows))
    return pd.DataFrame(columns | {name: np.asarray(values, dtype=float).ravel() for name, values in measures.items()})


def _words(values: Collection[object]) -> pd.Index:
    return values if isinstance(values, pd.Index) and values.dtype == "str" else pd.Index(list(values), dtype="str")
