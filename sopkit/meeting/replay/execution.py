"""What a plan came to in its first month: made as planned, shipped as far as it reached against what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SERIES = ["item", "region", "channel"]
LINES = [*SERIES, "period", "quantity"]  # of what waits; `period` is the month it was asked for


@dataclass(frozen=True)
class Cells:
    """What was asked for in a month, a row per item, region and channel; all arrays in the order of the rows."""

    keys: pd.DataFrame  # SERIES
    demand: np.ndarray  # units, at least 0
    price_of_loss: np.ndarray  # what losing a unit counts in the supply plan's own weights
    wait_share: np.ndarray  # of unmet demand
    wait_months: np.ndarray


@dataclass(frozen=True)
class Executed:
    """A month that is over."""

    cells: pd.DataFrame  # SERIES, demand, on_time, late, lost, shipped, waiting (units)
    stock: pd.Series  # by item, units left
    waiting: pd.DataFrame  # LINES, oldest first
    given_up: float  # units that had waited too long, in `lost` of their cell


def executed(available: pd.Series, waiting: pd.DataFrame, cells: Cells, allocation: str, *, month: str, numbers: Sequence[int]) -> Executed:
    """Ship what is there: first what waits, the oldest first, then the month's demand.

    Of what is not met `wait_share` waits and the rest is lost; what has waited `wait_months` is lost at the end of the month.

    Args:
        available: units by item: opening stock and all that came in. Items that are not in it have none.
        waiting: LINES; units asked for in earlier months that wait.
        cells: what the month asked for.
        allocation: `dearest_first`: cells with the highest price of loss first, those alike share; `fair_share`: all in proportion.
        month: the month.
        numbers: months that each row of `waiting` has waited, in its order.

    Returns:
        Executed: every unit of demand and of what waited is shipped, waits or is lost; stock is never below zero.
    """
    old = waiting.assign(age=list(numbers)).sort_values(["period", *SERIES], ignore_index=True)
    left = available.clip(lower=0.0).astype(float)
    served = _served(left, old["item"], old["quantity"].to_numpy(dtype=float), -old["age"].to_numpy(dtype=float))
    left = left.sub(pd.Series(served).groupby(old["item"].to_numpy()).sum(), fill_value=0.0).clip(lower=0.0)
    rank = -cells.price_of_loss if allocation == "dearest_first" else np.zeros(len(cells.demand))
    on_time = _served(left, cells.keys["item"], cells.demand, rank)
    left = left.sub(pd.Series(on_time).groupby(cells.keys["item"].to_numpy()).sum(), fill_value=0.0).clip(lower=0.0)
    unmet = cells.demand - on_time
    late = unmet * cells.wait_share
    rules = cells.keys.assign(months=cells.wait_months)
    still = old.assign(quantity=old["quantity"].to_numpy(dtype=float) - served).merge(rules, on=SERIES, how="left")
    patient = still["age"] < still["months"].fillna(0)
    rows = pd.concat([still.loc[patient, LINES], cells.keys.assign(period=month, quantity=late)[LINES]], ignore_index=True)
    rows = rows[rows["quantity"] > 0].reset_index(drop=True)
    gone = still[~patient].groupby(SERIES)["quantity"].sum()
    told = pd.DataFrame({"demand": cells.demand, "on_time": on_time, "late": late, "lost": unmet - late}).set_index(_index(cells.keys))
    told = told.reindex(told.index.union(_index(old))).fillna(0.0) if len(old) else told
    shipped = told["on_time"].add(pd.Series(served, index=_index(old)).groupby(level=SERIES).sum(), fill_value=0.0)
    told = told.assign(lost=told["lost"].add(gone, fill_value=0.0), shipped=shipped)
    told["waiting"] = rows.groupby(SERIES)["quantity"].sum().reindex(told.index).fillna(0.0)
    return Executed(told.sort_index().reset_index(), left.sort_index(), rows, float(gone.sum()))


def _index(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[SERIES])


def _served(available: pd.Series, item: pd.Series, wanted: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Units given to each row: ranks in order (lowest first), rows of an item with the same rank in proportion to what they want."""
    rows = pd.DataFrame({"item": item.to_numpy(), "rank": rank, "wanted": wanted})
    steps = rows.groupby(["item", "rank"], sort=True)["wanted"].sum()
    before = steps.groupby(level="item").cumsum() - steps
    there = available.reindex(steps.index.get_level_values("item")).fillna(0.0).to_numpy()
    given = np.clip(there - before.to_numpy(), 0.0, steps.to_numpy())
    part = pd.Series(np.divide(given, steps.to_numpy(), out=np.zeros(len(given)), where=steps.to_numpy() > 0), index=steps.index)
    return wanted * part.reindex(pd.MultiIndex.from_frame(rows[["item", "rank"]])).to_numpy()
