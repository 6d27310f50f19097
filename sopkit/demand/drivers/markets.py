"""Where drivers act: the demand of families by region and channel, month by month."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.series import COMPANY, HIDDEN, month_numbers, training_quantity, with_family
from sopkit.periods import month_number, period_range

MARKET = ["family", "region", "channel"]


@dataclass(frozen=True, eq=False)
class Markets:
    """Markets x months: what was asked for in the closed months, and the months to come."""

    keys: pd.DataFrame  # family, region, channel; one row per market, sorted
    periods: tuple[str, ...]  # closed months, then planned ones
    demand: np.ndarray  # (markets, closed): demand that models learn from, units; NaN before the first of a market
    recorded: np.ndarray  # (markets, closed): recorded demand; NaN where a stock-out hid some of it

    @property
    def closed(self) -> int:
        """Closed months."""
        return self.demand.shape[1]

    @property
    def families(self) -> list[str]:
        """Families, sorted."""
        return sorted(set(self.keys["family"]))

    def of(self, family: str, region: str = COMPANY) -> np.ndarray:
        """Places of the markets of a family and a region, `*` for all: int."""
        chosen = np.ones(len(self.keys), dtype=bool)
        for name, wanted in (("family", family), ("region", region)):
            if wanted != COMPANY:
                chosen &= (self.keys[name] == wanted).to_numpy(dtype=bool)
        return np.flatnonzero(chosen)


def markets_of(history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str, horizon: int) -> Markets:
    """Demand by family, region, channel and month.

    Args:
        history: demand_history contract.
        items: items contract.
        cutoff: last closed month.
        horizon: planned months.
    """
    closed = with_family(history[history["period"] <= cutoff], items)
    hidden = (training_quantity(closed) - closed["quantity"]).abs() > HIDDEN
    cells = closed[[*MARKET, "period", "quantity"]].assign(asked=training_quantity(closed), hidden=hidden)
    sums = cells.groupby([*MARKET, "period"], sort=True)[["asked", "quantity", "hidden"]].sum().reset_index()
    keys = sums[MARKET].drop_duplicates(ignore_index=True)
    month = month_numbers(sums["period"])
    first = int(month.min())
    count = month_number(cutoff) - first + 1
    row = pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(sums[MARKET]))
    asked, recorded = (np.full((len(keys), count), np.nan) for _ in range(2))
    asked[row, month - first], recorded[row, month - first] = sums["asked"], sums["quantity"].where(sums["hidden"] == 0)
    return Markets(keys, tuple(period_range(str(sums["period"].min()), count + horizon)), asked, recorded)
