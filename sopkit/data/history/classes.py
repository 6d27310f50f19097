"""What kind of item each one is: how much it brings, how steadily it sells, and where in its life it stands."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.periods import month_number, months_between, shifted

YEAR = 12
A_SHARE, B_SHARE = 0.80, 0.95  # of net sales, running down from the largest item
X_LIMIT, Y_LIMIT = 0.5, 1.0  # coefficient of variation around the season
ADI_LIMIT, CV2_LIMIT = 1.32, 0.49  # Syntetos, Boylan and Croston 2005
RECENT = 12  # months after the first sale in which an item is being launched; months of silence after which it has ended
SEASONS = 2  # whole years below which no season is taken off


def item_classes(history: pd.DataFrame, items: pd.DataFrame, lifecycle: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """ABC, XYZ, demand pattern and stage of life of each item.

    ABC: net sales of the last twelve months, largest first; A up to 80 % of the sum, B up to 95 %, C the rest (Pareto).
    XYZ: coefficient of variation of monthly demand around the season of its family, from the first month with demand on: X up to 0.5,
    Y up to 1, Z above.
    Pattern: ADI = months / months with demand, CV2 = squared coefficient of variation of the demand in months with demand (season taken
    off); smooth (ADI <= 1.32, CV2 <= 0.49), erratic (CV2 above), intermittent (ADI above), lumpy (both).
    Source: A. Syntetos, J. Boylan and J. Croston, Journal of the Operational Research Society 56 (2005), 495-503.
    Life: `launch` before the first sale or within twelve months of it, `leaving` with a last month ahead, `ended` after it or after
    twelve months without demand, else `running`.

    Args:
        history: demand_history contract; the un-censored demand is classified.
        items: items contract.
        lifecycle: lifecycle contract; empty where nothing is launched or phased out.
        cutoff: last closed period.

    Returns:
        item_classes contract: one row per item.
    """
    asked = history.assign(asked=history["uncensored_quantity"].fillna(history["quantity"]))
    monthly = asked.pivot_table(index="item", columns="period", values="asked", aggfunc="sum").reindex(items["item"])
    family = items.set_index("item")["family"]
    values = monthly.to_numpy(dtype=float)
    steady = values / _season(monthly, family)
    life = [_life(row, monthly.columns, _event(lifecycle, item), cutoff) for item, row in zip(monthly.index, values, strict=True)]
    months = [_from_first(row) for row in steady]
    recent = history[history["period"] > shifted(cutoff, -YEAR)].groupby("item")["revenue"].sum().reindex(items["item"]).fillna(0.0)
    table = pd.DataFrame(
        {
            "item": items["item"].to_numpy(),
            "family": items["family"].to_numpy(),
            "revenue": recent.to_numpy(),
            "abc": abc(recent.to_numpy()),
            "variation_ratio": [variation(row) for row in months],
            "demand_interval": [interval(row) for row in months],
            "squared_variation": [variation(row[row > 0]) ** 2 for row in months],
            "life": [one[0] for one in life],
            "first_period": [one[1] for one in life],
            "last_period": [one[2] for one in life],
        }
    )
    table["xyz"] = [xyz(value) for value in table["variation_ratio"]]
    table["pattern"] = [pattern(*cell) for cell in zip(table["demand_interval"], table["squared_variation"], strict=True)]
    return conform(table, CONTRACTS["item_classes"])


def abc(revenue: np.ndarray) -> np.ndarray:
    """A, B or C by running share of net sales, largest first; an item whose share starts below the limit still belongs to the class."""
    order = np.argsort(-revenue, kind="stable")
    total = revenue.clip(min=0).sum()
    before = np.concatenate([[0.0], np.cumsum(revenue[order].clip(min=0))[:-1]]) / total if total > 0 else np.ones(len(revenue))
    letter = np.select([before < A_SHARE - 1e-12, before < B_SHARE - 1e-12], ["A", "B"], "C").astype(object)
    letter[revenue[order] <= 0] = "C"
    result = np.empty(len(revenue), dtype=object)
    result[order] = letter
    return result


def variation(values: np.ndarray) -> float:
    """Coefficient of variation s / mean; NaN for fewer than two values or a mean that is not above zero."""
    return float(values.std(ddof=1) / values.mean()) if len(values) > 1 and values.mean() > 0 else np.nan


def interval(values: np.ndarray) -> float:
    """Average interval between months with demand; NaN without any."""
    sold = int((values > 0).sum())
    return len(values) / sold if sold else np.nan


def xyz(variation_ratio: float) -> str:
    """X, Y or Z; `-` where the variation is not known."""
    if np.isnan(variation_ratio):
        return "-"
    return "X" if variation_ratio <= X_LIMIT else "Y" if variation_ratio <= Y_LIMIT else "Z"


def pattern(demand_interval: float, squared_variation: float) -> str:
    """smooth, erratic, intermittent or lumpy; `none` without demand."""
    if np.isnan(demand_interval):
        return "none"
    seldom, uneven = demand_interval > ADI_LIMIT, squared_variation > CV2_LIMIT
    return {(False, False): "smooth", (False, True): "erratic", (True, False): "intermittent", (True, True): "lumpy"}[seldom, bool(uneven)]


def _season(monthly: pd.DataFrame, family: pd.Series) -> np.ndarray:
    """Seasonal index of each item's family by month, mean 1; all 1 where the family has fewer than two whole years."""
    sums = monthly.groupby(family.reindex(monthly.index).to_numpy()).sum()
    years = monthly.shape[1] // YEAR
    if years < SEASONS:
        return np.ones(monthly.shape)
    yearly = np.nan_to_num(sums.to_numpy()[:, -years * YEAR :]).clip(min=0).reshape(len(sums), years, YEAR)
    total = yearly.sum(axis=2, keepdims=True)
    parts = np.divide(yearly, total, out=np.zeros_like(yearly), where=total > 0)
    lived = (total[:, :, 0] > 0).sum(axis=1, keepdims=True)
    index = np.where(lived > 0, parts.sum(axis=1) * YEAR / np.maximum(lived, 1), 1.0)
    place = (np.arange(monthly.shape[1]) - (monthly.shape[1] - years * YEAR)) % YEAR
    by_month = np.maximum(index[:, place], 0.05)
    return by_month[[sums.index.get_loc(name) for name in family.reindex(monthly.index)]]


def _from_first(row: np.ndarray) -> np.ndarray:
    """The months from the first with demand on."""
    sold = np.flatnonzero(np.nan_to_num(row) > 0)
    return np.nan_to_num(row[sold[0] :]) if len(sold) else np.empty(0)


def _event(lifecycle: pd.DataFrame, item: str) -> tuple[str, str]:
    """Event and month of an item in the lifecycle; empty strings where it has none."""
    own = lifecycle[lifecycle["item"] == item]
    return (str(own["event"].iloc[0]), str(own["period"].iloc[0])) if len(own) else ("", "")


def _life(row: np.ndarray, periods: pd.Index, event: tuple[str, str], cutoff: str) -> tuple[str, str | None, str | None]:
    """Stage of life, first month with demand (or planned first), last month on sale (planned or seen)."""
    sold = np.flatnonzero(np.nan_to_num(row) > 0)
    kind, month = event
    first = str(periods[sold[0]]) if len(sold) else (month if kind == "launch" else None)
    if kind == "phase_out":
        return ("ended" if month <= cutoff else "leaving"), first, month
    if kind == "launch" and (first is None or month > cutoff):
        return "launch", first, None
    if first is None:
        return "ended", None, None
    last = str(periods[sold[-1]])
    if months_between(last, cutoff) >= RECENT:
        return "ended", first, last
    started = month_number(first) > month_number(str(periods[0]))
    return ("launch" if started and months_between(first, cutoff) < RECENT else "running"), first, None
