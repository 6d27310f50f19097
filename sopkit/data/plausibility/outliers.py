"""Single values that stand far outside: a code typed into a quantity, zeros too many, another unit in some rows."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sopkit.data.contracts.column import Contract
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.oddity import Oddity, positions_of
from sopkit.data.words import coded, sorted_places

GROUPED_BY = ("item", "component", "resource", "skill_group", "supplier", "family", "account", "target", "lever", "currency", "campaign")
MOST_OUTLIERS = 5  # of one series; more of them are no outliers
USUAL_QUANTILE = 0.95
LEAST_ROWS = 5
MANY = 2_000_000  # rows
BALANCES = ("inventory", "balance_sheet")  # what is below zero there has a rule of its own
NEVER = ("value",)  # columns whose unit differs from row to row


def outliers(frame: pd.DataFrame, table: str, contract: type[Contract], limits: PlausibilityLimits) -> list[Oddity]:
    """Numbers many times the next largest of their series, and larger than what is usual in the column.

    A series is the rows of one item (or component, resource, …). Its values are sorted by size; where one is `outlier_ratio`
    times the next, it and those above are outliers, as long as they are few.

    Args:
        frame: an input table.
        table: its name.
        contract: what it promises.
        limits: how many times.

    Returns:
        An oddity (rule outlier, ASK) per column, on the rows.
    """
    found = []
    group = next((name for name in GROUPED_BY if name in contract.key or name in contract.column_names()), None)
    series = coded(frame[group])[1] + np.int32(1) if group else None
    for column in contract.columns:
        if column.kind not in ("number", "whole") or column.name in NEVER or column.most is not None or column.name not in frame:
            continue
        sizes = _sizes(frame[column.name], balance=table in BALANCES)
        if np.isnan(sizes).all():
            continue
        hit = _far_above_all(sizes, limits.outlier_ratio)
        own = hit.copy()
        if series is not None:
            for rows in _by_group(series):
                own[rows] |= _far_above(sizes[rows], series[rows], limits.outlier_ratio)
        if not (hit | own).any():
            continue
        usual, most = _usual(sizes)
        hit |= own & (sizes > most)
        if hit.any():
            told = (
                f"{table}: {column.name} is more than {limits.outlier_ratio:g} times the next largest of its series (usual is {usual:,.4g})"
            )
            hint = "was a code, or a zero too many, typed into it?"
            found.append(Oddity(table, "outlier", told, "ASK", hint, column.name, positions=positions_of(hit), each=True))
    return found


def _sizes(cells: pd.Series, *, balance: bool) -> np.ndarray:
    """The values without their sign; of a balance only those that are not below zero. Not copied where nothing changes."""
    values = cells.to_numpy() if cells.dtype == np.float64 else cells.to_numpy(dtype="float64", na_value=np.nan)
    below = values < 0
    if not below.any():
        return values
    return np.where(below, np.nan, values) if balance else np.abs(values)


def _usual(sizes: np.ndarray) -> tuple[float, float]:
    """The median of a column's sizes, and what most of them stay below."""
    known = sizes[sizes > 0]
    middle, high = len(known) // 2, int(USUAL_QUANTILE * (len(known) - 1))
    known.partition((middle, high))
    return float(known[middle]), float(known[high])


def _far_above_all(sizes: np.ndarray, ratio: float) -> np.ndarray:
    """The rows above a gap of `ratio` among the largest values of the column."""
    known = sizes[sizes > 0]
    most = min(MOST_OUTLIERS, len(known) // LEAST_ROWS)
    if not most or (known > known.max() / ratio).sum() > most:
        return np.zeros(len(sizes), bool)
    largest = -np.sort(-np.partition(known, len(known) - most - 1)[-most - 1 :])
    gaps = np.flatnonzero(largest[:-1] >= ratio * largest[1:])
    return np.nan_to_num(sizes) >= largest[gaps[-1]] if len(gaps) else np.zeros(len(sizes), bool)


def _by_group(group: np.ndarray) -> Iterator[np.ndarray | slice]:
    """All rows; of very many, those of some groups at a time, so that what is made of them stays small."""
    parts = 1 + len(group) // MANY
    return (np.flatnonzero(group % parts == part) if parts > 1 else slice(None) for part in range(parts))


def _far_above(sizes: np.ndarray, group: np.ndarray, ratio: float) -> np.ndarray:
    """The rows above a gap of `ratio` among the largest values of their group (a number per row).

    Only groups are sorted that can have such a gap: behind one, all values but the few above it are below the largest / ratio.
    """
    hit = np.zeros(len(sizes), bool)
    rows = np.flatnonzero(sizes > 0).astype(np.int32)
    if len(rows) < LEAST_ROWS:
        return hit
    own, known = group[rows], sizes[rows]
    count = np.bincount(own)
    largest = np.zeros(len(count))
    np.maximum.at(largest, own, known)
    above = np.minimum(MOST_OUTLIERS, count // LEAST_ROWS)
    near = np.bincount(own[known > (largest / ratio)[own]], minlength=len(count))
    chosen = np.flatnonzero((near <= above)[own])
    chosen = chosen[sorted_places((own[chosen].astype(np.int64) + 1 << 32) - known[chosen].astype(np.float32).view(np.int32))]
    size, series = known[chosen], own[chosen]
    begins = np.append(True, series[1:] != series[:-1])[: len(series)]
    rank = np.arange(len(series)) - np.flatnonzero(begins)[np.cumsum(begins) - 1]
    following = np.append(np.where(begins[1:], 0.0, size[1:]), 0.0)[: len(series)]
    gap = (rank < above[series]) & (following > 0) & (size >= ratio * following)
    reach = np.full(len(count), -1)
    np.maximum.at(reach, series[gap], rank[gap])
    hit[rows[chosen[rank <= reach[series]]]] = True
    return hit


def mixed_units(sales: pd.DataFrame, limits: PlausibilityLimits, *, skip: frozenset[int] = frozenset()) -> list[Oddity]:
    """Sales rows whose revenue per unit is many times, or a fraction of, the item's median: another unit or currency.

    Args:
        sales: SalesHistory.
        limits: how many times.
        skip: rows that are told as outliers already.

    Returns:
        At most one oddity (rule mixed_units, ASK), on the rows.
    """
    quantity, revenue, item = sales["quantity"].to_numpy(), sales["revenue"].to_numpy(), coded(sales["item"])[1]
    odd = np.zeros(len(sales), bool)
    for rows in _by_group(item):
        odd[rows] = _odd_prices(quantity[rows], revenue[rows], item[rows], limits.implied_price_ratio)
    told_rows = tuple(place for place in np.flatnonzero(odd).tolist() if place not in skip)
    if not told_rows:
        return []
    shares = f"{len(told_rows)} of {int(((quantity > 0) & (revenue > 0)).sum())} rows"
    told = (
        f"sales_history: {shares} have a revenue per unit more than {limits.implied_price_ratio:g} times, or less than "
        f"1/{limits.implied_price_ratio:g} of, the item's median: another unit or currency?"
    )
    return [
        Oddity(
            "sales_history", "mixed_units", told, "ASK", "convert the rows to the item's unit", "quantity", positions=told_rows, each=True
        )
    ]


def _odd_prices(quantity: np.ndarray, revenue: np.ndarray, item: np.ndarray, limit: float) -> np.ndarray:
    """The rows whose revenue per unit is `limit` times the median of their item (a number per row), or a fraction of it."""
    rows = np.flatnonzero((quantity > 0) & (revenue > 0))
    price, item = revenue[rows] / quantity[rows], item[rows]
    lowest, highest = np.full(item.max(initial=0) + 1, np.inf), np.zeros(item.max(initial=0) + 1)
    np.minimum.at(lowest, item, price)
    np.maximum.at(highest, item, price)
    wide = (np.bincount(item, minlength=len(highest)) >= LEAST_ROWS) & (highest >= limit * lowest)
    rows, price, item = (cells[wide[item]] for cells in (rows, price, item))
    ratio = price / pd.Series(price).groupby(item).transform("median").to_numpy()
    odd = np.zeros(len(quantity), bool)
    odd[rows[(ratio >= limit) | (ratio <= 1 / limit)]] = True
    return odd
