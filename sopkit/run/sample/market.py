"""What the demo company's market did: a series that leads demand, and one that does not."""

import numpy as np
import pandas as pd

from sopkit.periods import first_day, period_range, shifted
from sopkit.run.sample.company import SIMULATED_END
from sopkit.run.sample.world import World, stream

LEADING, UNRELATED = "garden_trade", "consumer_confidence"
TRUE_LEAD = 2  # months by which the first leads demand
NOISE, CONFIDENCE_NOISE = 0.012, 3.0
BELIEVED = {LEADING: 3, UNRELATED: 1}  # what the planners believe
SOURCES = {LEADING: "Trade association of garden retailers", UNRELATED: "National statistics"}
PUBLISHED_DAY = 12  # of the month after


def market_indicators(world: World, as_of: str) -> pd.DataFrame:
    """Both series up to the last month published in the cycle: what garden retailers ordered, and what households say."""
    last = shifted(min(shifted(as_of, -1), shifted(SIMULATED_END, -TRUE_LEAD)), -1)
    periods = period_range(world.periods[0], world.month(last) + 1)
    frames = [
        _rows(LEADING, periods, _orders_of_retailers(world, len(periods))),
        _rows(UNRELATED, periods, _confidence(world, len(periods))),
    ]
    return pd.concat(frames, ignore_index=True)


def _orders_of_retailers(world: World, count: int) -> np.ndarray:
    """Index of what retailers ordered: demand two months later with its season, and an error of its own."""
    demand = world.demand.sum(axis=(0, 1))[TRUE_LEAD : TRUE_LEAD + count]
    return np.round(
        100 * demand / demand.mean() * np.exp(NOISE * stream(world.seed, LEADING).standard_normal(len(world.periods))[:count]), 1
    )


def _confidence(world: World, count: int) -> np.ndarray:
    """A slow walk around 100 that knows nothing of grills."""
    steps = stream(world.seed, UNRELATED).standard_normal(len(world.periods))
    level = np.zeros(len(steps))
    for month in range(1, len(steps)):
        level[month] = 0.85 * level[month - 1] + CONFIDENCE_NOISE * steps[month]
    return np.round(100 + level[:count], 1)


def _rows(indicator: str, periods: list[str], values: np.ndarray) -> pd.DataFrame:
    """One series as the contract has it."""
    published = [pd.Timestamp(first_day(shifted(period, 1)).replace(day=PUBLISHED_DAY)) for period in periods]
    frame = pd.DataFrame({"indicator": indicator, "family": "*", "region": "*", "period": periods, "value": values, "unit": "index"})
    return frame.assign(source=SOURCES[indicator], published=published, lag_months=BELIEVED[indicator])
