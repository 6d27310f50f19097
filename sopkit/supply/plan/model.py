"""The supply plan as a linear programme.

It always has a solution: what cannot be shipped is late or lost at a price, what is short of safety stock has a price,
and where the frozen months alone ask for more than a limit, the limit of those months is what they ask for.
"""

from dataclasses import dataclass

import numpy as np

from sopkit.supply.lp import Grid, Model, Numbers
from sopkit.supply.plan.choices import Choices, choices_of
from sopkit.supply.plan.given import planned_items, short_cost
from sopkit.supply.plan.limits import (
    components_go_into_what_is_made,
    components_roll_from_month_to_month,
    made_in_multiples,
    made_near_to_the_last_plan,
    made_only_after_a_setup,
    made_to_order_ships_at_once,
    sites_keep_their_shares,
    stock_covers_only_so_many_months,
    stock_fits_the_storage,
    stock_of_a_site_fits_its_storage,
    stock_rolls_from_month_to_month,
    stock_stays_between_its_limits,
    subcontractors_make_so_much,
    unmet_demand_waits_or_is_lost,
    waiting_demand_ships_in_time,
)
from sopkit.supply.plan.limits_of_buying import orders_are_not_too_small, prices_change_beyond_a_quantity
from sopkit.supply.plan.limits_of_work import (
    heads_follow_hiring_and_laying_off,
    people_man_the_lines,
    people_work_so_much_overtime,
    what_takes_a_detour_is_made,
    work_changes_little_from_month_to_month,
    work_fits_the_hours,
)
from sopkit.supply.plan.situation import Situation

LOST_WEIGHT = 1000.0  # among equally cheap plans, shipping comes before all else
CHANGE_WEIGHT = 30.0  # then the last plan, where the policy says so


@dataclass(frozen=True)
class Limits:
    """The rows whose duals are told to planners."""

    stock_roll: Grid
    regular_hours: Grid
    crew_hours: Grid
    storage: Grid
    subcontractors: Grid
    component_roll: Grid
    crew_overtime: Grid
    site_storage: Grid
    cover: Grid


@dataclass(frozen=True)
class PlanModel:
    """The model with its blocks; `second_cost` breaks ties: earlier is costlier."""

    lp: Model
    choices: Choices
    limits: Limits
    second_cost: Numbers


def plan_model(situation: Situation) -> PlanModel:
    """The linear programme of a situation: minimise planning cost."""
    lp = Model()
    choices = choices_of(lp, situation)
    stock_roll = stock_rolls_from_month_to_month(lp, choices, situation)
    unmet_demand_waits_or_is_lost(lp, choices, situation)
    waiting_demand_ships_in_time(lp, choices, situation)
    made_to_order_ships_at_once(lp, choices, situation)
    sites_keep_their_shares(lp, choices, situation)
    stock_stays_between_its_limits(lp, choices, situation)
    made_only_after_a_setup(lp, choices, situation)
    made_in_multiples(lp, choices, situation)
    storage = stock_fits_the_storage(lp, choices, situation)
    site_storage = stock_of_a_site_fits_its_storage(lp, choices, situation)
    cover = stock_covers_only_so_many_months(lp, choices, situation)
    made_near_to_the_last_plan(lp, choices, situation)
    subcontractors = subcontractors_make_so_much(lp, choices, situation)
    regular_hours = work_fits_the_hours(lp, choices, situation)
    what_takes_a_detour_is_made(lp, choices, situation)
    heads_follow_hiring_and_laying_off(lp, choices, situation)
    crew_overtime = people_work_so_much_overtime(lp, choices, situation)
    crew_hours = people_man_the_lines(lp, choices, situation)
    components_go_into_what_is_made(lp, choices, situation)
    component_roll = components_roll_from_month_to_month(lp, choices, situation)
    orders_are_not_too_small(lp, choices, situation)
    prices_change_beyond_a_quantity(lp, choices, situation)
    work_changes_little_from_month_to_month(lp, choices, situation)
    lp.offset = float((short_cost(situation)[:, None] * situation.goods.target)[planned_items(situation)].sum())
    limits = Limits(stock_roll, regular_hours, crew_hours, storage, subcontractors, component_roll, crew_overtime, site_storage, cover)
    return PlanModel(lp, choices, limits, _second_cost(lp, choices, situation))


def _second_cost(lp: Model, choices: Choices, situation: Situation) -> Numbers:
    """Among equally cheap plans: ship most, let least wait, stay near the last plan if so told, then make, buy and hire latest."""
    cost = np.zeros(lp.width)
    months = len(situation.months)
    earlier = np.arange(months, 0, -1) / months
    for block in (choices.production, choices.subcontract, choices.bought, choices.overtime, choices.hired, choices.detour):
        cost[block.at[block.at >= 0]] = np.broadcast_to(1 + earlier, block.at.shape)[block.at >= 0]
    change = CHANGE_WEIGHT if situation.policy.ties == "least_change" else 0.0
    weights = ((choices.lost, LOST_WEIGHT), (choices.late, 1.0), (choices.backlog, 1.0), (choices.more, change), (choices.less, change))
    for block, weight in weights:
        cost[block.at[block.at >= 0]] = weight
    return cost
