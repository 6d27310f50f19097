"""What limits the work: hours of resources, alternatives, people; one function per limit, named in the planner's words."""

import numpy as np

from sopkit.supply.lp import Grid, Model
from sopkit.supply.plan.choices import Choices
from sopkit.supply.plan.given import frozen_hours, hour_limits
from sopkit.supply.plan.matrices import Numbers, Places
from sopkit.supply.plan.situation import Situation


def work_fits_the_hours(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Hours of what is made = load; load without overtime stays within the hours that regular time has been shown to earn."""
    lines, axes = situation.lines, (situation.lines.names, situation.months)
    loaded, ordered, detours, lots = choices.load.at >= 0, frozen_hours(situation), lines.detours, situation.lots
    earning = lp.rows("load", axes, at_least=-ordered, at_most=-ordered, where=loaded)
    lp.add(earning, choices.production, lines.bill_hours[:, None], row=(lines.bill_resource,), of=(lines.bill_item,))
    lp.add(earning, choices.detour, -detours.hours_saved[:, None], row=(detours.resource,))
    lp.add(earning, choices.detour, detours.hours[:, None], row=(detours.alternative,))
    lp.add(earning, choices.setup, lots.setup_hours, row=(lots.setup_resource,), of=(lots.setup_item,))
    lp.add(earning, choices.load, -1.0)
    regular = lp.rows("regular hours", axes, at_most=hour_limits(situation)[0], where=loaded)
    lp.add(regular, choices.load)
    lp.add(regular, choices.overtime, -1.0)
    part = lp.rows("overtime is load", axes, at_least=0.0, where=loaded)
    lp.add(part, choices.load)
    lp.add(part, choices.overtime, -1.0)
    return regular


def what_takes_a_detour_is_made(lp: Model, choices: Choices, situation: Situation) -> None:
    """Of an operation no more is done on alternative resources than is made."""
    detours = situation.lines.detours
    operations = list(dict.fromkeys(label[:2] for label in detours.labels))
    operation = np.array([operations.index(label[:2]) for label in detours.labels], dtype=np.int64)
    item = np.zeros(len(operations), dtype=np.int64)
    item[operation] = detours.item
    rows = lp.rows("alternative resources", (operations, situation.months), at_most=0.0)
    lp.add(rows, choices.detour, row=(operation,))
    lp.add(rows, choices.production, -1.0, of=(item,))


def heads_follow_hiring_and_laying_off(lp: Model, choices: Choices, situation: Situation) -> None:
    """Heads = heads of the month before + hired - laid off, both at the start of the month."""
    before = np.zeros(choices.heads.at.shape)
    before[:, 0] = situation.people.heads
    axes = (situation.people.names, situation.months)
    rows = lp.rows("heads", axes, at_least=before, at_most=before, where=choices.heads.at >= 0)
    lp.add(rows, choices.heads)
    lp.add(rows, choices.heads.earlier(), -1.0)
    lp.add(rows, choices.hired, -1.0)
    lp.add(rows, choices.laid_off)


def people_man_the_lines(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Crew hours in regular time stay within the hours that people give, the rest is idle; frozen months are as they are."""
    lines, people = situation.lines, situation.people
    where = (choices.heads.at >= 0) & situation.people_open[None, :]
    idle_priced = np.where(people.idle_cost > 0, 0.0, -np.inf)[:, None]
    rows = lp.rows("crew hours", (people.names, situation.months), at_least=idle_priced, at_most=0.0, where=where)
    lp.add(rows, choices.idle)
    manned = np.flatnonzero((lines.group >= 0) & (lines.crew > 0))
    lp.add(rows, choices.load, lines.crew[manned, None], row=(lines.group[manned],), of=(manned,))
    lp.add(rows, choices.overtime, -lines.crew[manned, None], row=(lines.group[manned],), of=(manned,))
    lp.add(rows, choices.heads, -people.hours)
    lp.add(rows, choices.temporary, -people.hours)
    for age in range(int(people.ramp_up.max(initial=0))):
        lp.add(rows, choices.hired.earlier(age), people.hours * still_to_learn(people.ramp_up, age)[:, None])
    return rows


def still_to_learn(ramp_up: Places, age: int) -> Numbers:
    """Part of the hours that somebody hired `age` months ago does not give yet: the pace grows evenly over the months of learning."""
    return np.where(ramp_up > age, 1 - (age + 1) / (ramp_up + 1.0), 0.0)


def people_work_so_much_overtime(lp: Model, choices: Choices, situation: Situation) -> Grid:
    """Crew hours in overtime stay within what the people who are there work beyond their hours."""
    lines, people = situation.lines, situation.people
    limited = np.isfinite(people.overtime_hours)
    where = (choices.heads.at >= 0) & situation.people_open[None, :] & limited[:, None]
    rows = lp.rows("overtime of people", (people.names, situation.months), at_most=0.0, where=where)
    manned = np.flatnonzero((lines.group >= 0) & (lines.crew > 0))
    lp.add(rows, choices.overtime, lines.crew[manned, None], row=(lines.group[manned],), of=(manned,))
    for there in (choices.heads, choices.temporary):
        lp.add(rows, there, -np.where(limited, people.overtime_hours, 0.0)[:, None])
    return rows


def work_changes_little_from_month_to_month(lp: Model, choices: Choices, situation: Situation) -> None:
    """Load = load of the month before + what it rises - what it falls, where smoothing has a price."""
    rows = lp.rows("smoothing", (situation.lines.names, situation.months), at_least=0.0, at_most=0.0, where=choices.rises.at >= 0)
    lp.add(rows, choices.load)
    lp.add(rows, choices.load.earlier(), -1.0)
    lp.add(rows, choices.rises, -1.0)
    lp.add(rows, choices.falls)
