"""Launches, what they take from others, and phase-outs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, SERIES, month_numbers, trailing_shares, training_quantity, with_family

SEASON_YEARS = 3  # whole years of history, at most, behind a launch's season
NEVER = "9999-12"  # after every planned month


@dataclass(frozen=True)
class LifecycleEffects:
    """Baseline and lifecycle by series and month, and what launches wanted to take from families."""

    cells: pd.DataFrame  # item, region, channel, period, baseline, lifecycle (units)
    cannibalised: pd.DataFrame  # item, family, period, asked_quantity, taken_quantity (units)
    unplanned: dict[str, str]  # launches that cannot be planned: item to what is missing
    grown: frozenset[str]  # launches that are forecast from their own history


def lifecycle_effects(
    baseline: pd.DataFrame, lifecycle: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, minimum_history: int
) -> LifecycleEffects:
    """What launches add, what they take from a family, and what phase-outs end, in units.

    Launch: demand(month, region, channel) = annual_quantity x the reference item's share of that calendar month in its year x its
    share of that region and channel over the last twelve months. The profile stands in place of a baseline and repeats each year,
    until the item has `minimum_history` closed months of its own. Cannibalisation takes share x launch from the family, pro rata
    to its demand of the month, and never more than there is. Phase-out: after the last month on sale there is no demand.

    Args:
        baseline: item, region, channel, period, baseline (units); one row per series and planned month.
        lifecycle: lifecycle contract; empty where nothing is launched or phased out.
        history: demand_history contract.
        items: items contract.
        minimum_history: closed months after which a launch is forecast from its own history.

    A launch without quantity, without a reference that has demand, or of an unknown item or family is left out and told in `unplanned`:
    the rest of the plan is made.
    """
    horizon = baseline["period"].drop_duplicates().sort_values()
    launches = _open_launches(lifecycle, history, minimum_history)
    grown = frozenset(lifecycle.loc[lifecycle["event"] == "launch", "item"]) - frozenset(launches["item"])
    unplanned = _unplanned(launches, history, items)
    launches = launches[~launches["item"].isin(set(unplanned))]
    profiles = [_launch_profile(launch, history, items, horizon) for launch in launches.to_dict("records")]
    cells = _with_profiles(baseline, profiles)
    last_month = lifecycle[lifecycle["event"] == "phase_out"].set_index("item")["period"]
    over = cells["period"] > cells["item"].map(last_month).astype("str").fillna(NEVER)
    cells["lifecycle"] = cells["lifecycle"].where(~over, -cells["baseline"])
    cells, taken = _cannibalised(cells, launches, items)
    return LifecycleEffects(cells, taken, unplanned, grown)


def _open_launches(lifecycle: pd.DataFrame, history: pd.DataFrame, minimum_history: int) -> pd.DataFrame:
    """Launches whose item has not yet enough closed months of its own."""
    sold = history[history["quantity"] > 0]
    first = sold["item"].to_frame().assign(month=month_numbers(sold["period"])).groupby("item")["month"].min()
    age = month_numbers(history["period"]).max(initial=0) + 1 - first
    launches = lifecycle[lifecycle["event"] == "launch"].sort_values("item")
    return launches[~launches["item"].isin(age[age >= minimum_history].index)].reset_index(drop=True)


def _unplanned(launches: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame) -> dict[str, str]:
    """What each launch that cannot be planned lacks."""
    known, families, sold = set(items["item"]), set(items["family"]), set(history.loc[history["quantity"] > 0, "item"])
    found = {}
    for launch in launches.to_dict("records"):
        reference, taken, share = launch["reference_item"], launch["cannibalised_family"], launch["cannibalised_share"]
        lacks = []
        if launch["item"] not in known:
            lacks.append("not in items")
        if pd.isna(launch["annual_quantity"]):
            lacks.append("annual_quantity is empty: units of the first twelve months")
        if pd.isna(reference):
            lacks.append("no reference_item, whose season the launch follows")
        elif reference not in sold:
            lacks.append(f"reference_item {reference} has no demand in the history")
        if not pd.isna(share) and share > 0 and (pd.isna(taken) or taken not in families):
            lacks.append(f"cannibalised_family {taken} is no family of items, and cannibalised_share is given")
        if lacks:
            found[str(launch["item"])] = "; ".join(lacks)
    return found


def _season(sold: pd.DataFrame) -> np.ndarray:
    """Share of each calendar month (January first) in a year: sums over whole years back from the last month, shares sum to 1."""
    month = month_numbers(sold["period"])
    age = month.max() - month
    years = int(np.clip((age.max() + 1) // 12, 1, SEASON_YEARS))
    recent = age < 12 * years
    sums = np.bincount(month[recent] % 12, weights=training_quantity(sold).to_numpy(dtype=float)[recent], minlength=12).clip(min=0)
    return sums / sums.sum() if sums.sum() > 0 else np.full(12, 1 / 12)


def _launch_profile(launch: dict, history: pd.DataFrame, items: pd.DataFrame, horizon: pd.Series) -> pd.DataFrame:
    """Units of a launch by region, channel and planned month."""
    sold = history[history["item"] == launch["reference_item"]]
    shares = trailing_shares(sold, [])
    months = horizon[horizon >= launch["period"]]
    profile = shares.assign(item=launch["item"]).astype({"item": "str"}).merge(months.to_frame("period"), how="cross")
    season = _season(sold)[month_numbers(profile["period"]) % 12]
    return profile[CELLS].assign(profile=launch["annual_quantity"] * season * profile["share"])


def _with_profiles(baseline: pd.DataFrame, profiles: list[pd.DataFrame]) -> pd.DataFrame:
    """Baseline cells and launch cells; lifecycle = profile - baseline from the launch month on, else 0."""
    if not profiles:
        return baseline[[*CELLS, "baseline"]].assign(lifecycle=0.0).sort_values(CELLS, ignore_index=True)
    profile = pd.concat(profiles, ignore_index=True)
    cells = baseline[[*CELLS, "baseline"]].merge(profile, on=CELLS, how="outer", validate="one_to_one")
    first_month = profile.groupby("item")["period"].min()
    launched = cells["period"] >= cells["item"].map(first_month).astype("str").fillna(NEVER)
    cells["baseline"] = cells["baseline"].fillna(0.0)
    cells["lifecycle"] = (cells["profile"].fillna(0.0) - cells["baseline"]).where(launched, 0.0)
    return _full_grid(cells.drop(columns="profile"), baseline["period"])


def _full_grid(cells: pd.DataFrame, periods: pd.Series) -> pd.DataFrame:
    """The same cells with every series in every planned month; a launch has zero demand before it starts."""
    grid = cells[SERIES].drop_duplicates().merge(periods.drop_duplicates().to_frame(), how="cross")
    full = grid.merge(cells, on=CELLS, how="left", validate="one_to_one")
    return full.fillna({"baseline": 0.0, "lifecycle": 0.0}).sort_values(CELLS, ignore_index=True)


def _cannibalised(cells: pd.DataFrame, launches: pd.DataFrame, items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take share x launch from the family, pro rata to its demand of the month, never more than there is."""
    cells = with_family(cells, items)
    records = []
    for launch in launches[launches["cannibalised_share"].fillna(0.0) > 0].to_dict("records"):
        demand = cells["baseline"] + cells["lifecycle"]
        own = cells["item"] == launch["item"]
        given = demand.where((cells["family"] == launch["cannibalised_family"]) & ~own, 0.0)
        asked = (demand.where(own, 0.0) * launch["cannibalised_share"]).groupby(cells["period"]).sum()
        there = given.groupby(cells["period"]).sum()
        taken = np.minimum(asked, there)
        part = (taken / there.where(there > 0)).fillna(0.0)
        cells["lifecycle"] -= given * cells["period"].map(part)
        records.append(
            pd.DataFrame({"asked_quantity": asked, "taken_quantity": taken})
            .reset_index()
            .assign(item=launch["item"], family=launch["cannibalised_family"])
        )
    columns = ["item", "family", "period", "asked_quantity", "taken_quantity"]
    told = pd.concat(records, ignore_index=True)[columns] if records else pd.DataFrame(columns=columns)
    return cells.drop(columns="family"), told
