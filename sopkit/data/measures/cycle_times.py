"""How long production takes, from the first operation to the last, by item and family."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures.durations import censored_mean, censored_quantiles
from sopkit.periods import last_day, shifted

ALL = "*"
MONTHS = 12


def cycle_times(production_history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Throughput time of the last twelve months by item, family and for the company, weighted by quantity; open orders are censored.

    Counted are orders finished in those months and orders open at the cutoff, which have lasted until then at least. Source: KPI 4 in
    docs/glossary.md; the estimate is that of `durations`.

    Args:
        production_history: production orders as known at the cutoff.
        items: items contract.
        cutoff: last closed period.

    Returns:
        cycle_times contract; family `*` is the company, item `*` a family.
    """
    if production_history.empty:
        return empty(CONTRACTS["cycle_times"])
    end = pd.Timestamp(last_day(cutoff))
    first = pd.Timestamp(f"{shifted(cutoff, 1 - MONTHS)}-01")
    finished = production_history["finish_date"].between(first, end)
    waiting = production_history["start_date"].le(end) & ~production_history["finish_date"].le(end)
    orders = production_history.assign(finished=finished)[finished | waiting]
    days = (orders["finish_date"].where(orders["finished"], end) - orders["start_date"]).dt.days
    orders = orders.assign(days=days, family=orders["item"].map(items.set_index("item")["family"]))
    groups = [((ALL, ALL), orders)]
    groups += [((str(family), ALL), group) for family, group in orders.groupby("family", sort=True)]
    groups += [((str(family), str(item)), group) for (family, item), group in orders.groupby(["family", "item"], sort=True)]
    rows = [(*key, *_spread(group)) for key, group in groups if len(group)]
    columns = CONTRACTS["cycle_times"].column_names()
    return conform(pd.DataFrame(rows, columns=columns), CONTRACTS["cycle_times"]) if rows else empty(CONTRACTS["cycle_times"])


def _spread(orders: pd.DataFrame) -> tuple[int, int, float, float, float, float]:
    """Finished and open orders, units, mean, median and 90th percentile in days."""
    days, weights = orders["days"].to_numpy(dtype=float), orders["quantity"].to_numpy(dtype=float)
    done = orders["finished"].to_numpy(dtype=bool)
    median, p90 = censored_quantiles(days, weights, done, [0.5, 0.9])
    mean = censored_mean(np.maximum(days, 0.0), weights, done)
    return int(done.sum()), int((~done).sum()), float(weights[done].sum()), mean, median, p90
