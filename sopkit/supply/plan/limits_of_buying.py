"""What limits buying: smallest orders and prices by quantity; one function per limit, named in the planner's words."""

import numpy as np

from sopkit.supply.lp import Model
from sopkit.supply.plan.choices import Choices
from sopkit.supply.plan.given import most_ever_bought
from sopkit.supply.plan.situation import Situation


def orders_are_not_too_small(lp: Model, choices: Choices, situation: Situation) -> None:
    """What is ordered in a month is at least the smallest order; what is not ordered is not bought."""
    sources, there = situation.sources, choices.ordered.at >= 0
    axes = (sources.labels, situation.months)
    least = lp.rows("smallest order", axes, at_least=0.0, where=there)
    lp.add(least, choices.bought)
    lp.add(least, choices.ordered, -sources.minimum)
    most = lp.rows("bought only where ordered", axes, at_most=0.0, where=there)
    lp.add(most, choices.bought)
    lp.add(most, choices.ordered, -most_ever_bought(situation))


def prices_change_beyond_a_quantity(lp: Model, choices: Choices, situation: Situation) -> None:
    """Each component beyond a step's quantity costs what the price rises there, or saves what it falls.

    A price that rises is linear: buying less beyond is cheaper by itself. One that falls holds only once its step is reached, which is
    a whole decision: beyond <= bought - quantity x reached, and nothing is beyond where it is not reached. Where the price holds for all
    components of the month, all that is bought is beyond once the step is reached, and the step is reached only by buying its quantity.
    """
    steps, axes = situation.sources.steps, (situation.sources.steps.labels, situation.months)
    there = choices.beyond.at >= 0
    rising = lp.rows("price rises", axes, at_most=steps.beyond[:, None], where=there & ~steps.whole[:, None])
    lp.add(rising, choices.bought, of=(steps.source,))
    lp.add(rising, choices.beyond, -1.0)
    falling = there & steps.whole[:, None]
    within = lp.rows("price falls", axes, at_most=0.0, where=falling)
    lp.add(within, choices.beyond)
    lp.add(within, choices.bought, -1.0, of=(steps.source,))
    lp.add(within, choices.reached, np.where(steps.all_units, 0.0, steps.beyond)[:, None])
    enough = lp.rows("price step bought", axes, at_least=0.0, where=falling & steps.all_units[:, None])
    lp.add(enough, choices.bought, of=(steps.source,))
    lp.add(enough, choices.reached, -steps.beyond[:, None])
    only = lp.rows("price falls only where reached", axes, at_most=0.0, where=falling)
    lp.add(only, choices.beyond)
    lp.add(only, choices.reached, -most_ever_bought(situation)[steps.source])
