"""What a launch is expected to sell: the season and the markets of its reference items, along its launch curve."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, month_numbers, trailing_shares, training_quantity
from sopkit.periods import month_number

SEASON_YEARS = 3  # whole years of history, at most, behind a launch's season
WHOLE = 0.01  # by which weights may miss one
YEAR = 12


def reference_weights(launch: dict, references: pd.DataFrame) -> dict[str, float]:
    """The reference items of a launch as they were given: item to weight; the one of the lifecycle table where there are no others."""
    own = references[references["item"] == launch["item"]]
    if len(own):
        return {str(item): float(weight) for item, weight in zip(own["reference_item"], own["weight_share"], strict=True)}
    return {} if pd.isna(launch["reference_item"]) else {str(launch["reference_item"]): 1.0}


def usable_weights(weights: dict[str, float], sold: set[str]) -> tuple[dict[str, float], str]:
    """The weights of the reference items that have demand, scaled to one; and in words what was done to them."""
    left = {item: weight for item, weight in weights.items() if item in sold and weight > 0}
    silent = sorted(set(weights) - set(left))
    given, total = sum(weights.values()), sum(left.values())
    notes = []
    if abs(given - 1) > WHOLE:
        notes.append(f"weights of its reference items add up to {given:.2f}, not 1: scaled")
    if silent and left:
        notes.append(f"reference_item {', '.join(silent)} has no demand in the history: the others count")
    return {item: weight / total for item, weight in left.items()} if total > 0 else {}, "; ".join(notes)


def launch_profile(launch: dict, weights: dict[str, float], history: pd.DataFrame, horizon: pd.Series) -> pd.DataFrame:
    """Units of a launch by region, channel and planned month.

    demand(month, market) = annual_quantity x sum over reference items of weight x their share of the calendar month in their year x their
    share of the market over the last twelve months x curve / scale. The curve of month n on sale is min(n / (ramp_months + 1), 1); scale
    makes the first twelve months add up to annual_quantity, and the months after them go on at the full rate.

    Args:
        launch: a row of the lifecycle contract.
        weights: item to weight, summing to one.
        history: demand_history contract.
        horizon: planned months, sorted.

    Returns:
        item, region, channel, period, profile (units).
    """
    months = horizon[horizon >= launch["period"]]
    parts = []
    seasons = np.zeros(YEAR)
    for item, weight in weights.items():
        sold = history[history["item"] == item]
        season = season_of(sold)
        seasons += weight * season
        grid = trailing_shares(sold, []).merge(months.to_frame("period"), how="cross")
        parts.append(grid.assign(profile=weight * grid["share"] * season[month_numbers(grid["period"]) % YEAR]))
    profile = pd.concat(parts, ignore_index=True).groupby(["region", "channel", "period"], sort=True)["profile"].sum().reset_index()
    first = month_number(launch["period"])
    on_sale = month_numbers(profile["period"]) - first
    ramp = 0 if pd.isna(launch.get("ramp_months")) else int(launch["ramp_months"])
    year = seasons[(first + np.arange(YEAR)) % YEAR]
    scale = float((year * launch_curve(np.arange(YEAR), ramp)).sum())
    rate = launch["annual_quantity"] / scale if scale > 0 else 0.0
    units = profile["profile"].to_numpy() * launch_curve(on_sale, ramp) * rate
    return profile.assign(item=launch["item"], profile=units).astype({"item": "str"})[[*CELLS, "profile"]]


def launch_curve(on_sale: np.ndarray, ramp: int) -> np.ndarray:
    """Share of the full rate in each month on sale, counted from 0."""
    return np.minimum((np.asarray(on_sale) + 1) / (ramp + 1), 1.0)


def season_of(sold: pd.DataFrame) -> np.ndarray:
    """Share of each calendar month (January first) in a year: sums over whole years back from the last month, shares sum to 1."""
    month = month_numbers(sold["period"])
    age = month.max() - month
    years = int(np.clip((age.max() + 1) // YEAR, 1, SEASON_YEARS))
    recent = age < YEAR * years
    sums = np.bincount(month[recent] % YEAR, weights=training_quantity(sold).to_numpy(dtype=float)[recent], minlength=YEAR).clip(min=0)
    return sums / sums.sum() if sums.sum() > 0 else np.full(YEAR, 1 / YEAR)
