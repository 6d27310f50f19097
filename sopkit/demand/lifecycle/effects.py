"""Launches, what they take from others, and phase-outs: what each does to the baseline."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.demand.lifecycle.launches import launch_profile, reference_weights, usable_weights
from sopkit.demand.lifecycle.phase_out import NEVER, with_phase_outs
from sopkit.demand.series import CELLS, SERIES, month_numbers, with_family


def _none(name: str) -> pd.DataFrame:
    return empty(CONTRACTS[name])


@dataclass(frozen=True)
class LifecycleInputs:
    """What launches and phase-outs are made from; frames by contract, an empty one is not provided."""

    lifecycle: pd.DataFrame
    history: pd.DataFrame  # demand_history
    items: pd.DataFrame
    references: pd.DataFrame = field(default_factory=lambda: _none("launch_references"))
    inventory: pd.DataFrame = field(default_factory=lambda: _none("inventory"))
    open_orders: pd.DataFrame = field(default_factory=lambda: _none("open_orders"))


@dataclass(frozen=True)
class LifecycleEffects:
    """Baseline and lifecycle by series and month, and what launches wanted to take from families."""

    cells: pd.DataFrame  # item, region, channel, period, baseline, lifecycle (units)
    cannibalised: pd.DataFrame  # item, family, period, asked_quantity, taken_quantity (units)
    unplanned: dict[str, str]  # launches that cannot be planned: item to what is missing
    grown: frozenset[str]  # launches that are forecast from their own history
    remarks: dict[str, str]  # what is to be said of those that are planned: item to words


def lifecycle_effects(baseline: pd.DataFrame, inputs: LifecycleInputs, *, minimum_history: int) -> LifecycleEffects:
    """What launches add, what they take from a family, and what phase-outs end, in units.

    Launch: the profile of its weighted reference items along its launch curve (`launch_profile`) stands in place of a baseline, until the
    item has `minimum_history` closed months of its own. A launch that replaces another item (`predecessor_item`) takes over that item's
    baseline from its first month on, market by market, scaled to annual_quantity where that is given. Cannibalisation takes share x launch
    from the family, pro rata to its demand of the month, and never more than there is. Phase-out: see `with_phase_outs`.

    A launch without quantity, without a reference that has demand, or of an unknown item or family is left out and told in `unplanned`:
    the rest of the plan is made.

    Args:
        baseline: item, region, channel, period, baseline (units); one row per series and planned month.
        inputs: launches, phase-outs and what they follow.
        minimum_history: closed months after which a launch is forecast from its own history.
    """
    horizon = baseline["period"].drop_duplicates().sort_values()
    lifecycle, history = inputs.lifecycle, inputs.history
    launches = _open_launches(lifecycle, history, minimum_history)
    grown = frozenset(lifecycle.loc[lifecycle["event"] == "launch", "item"]) - frozenset(launches["item"])
    sold = set(history.loc[history["quantity"] > 0, "item"])
    weights = {str(row["item"]): usable_weights(reference_weights(row, inputs.references), sold) for row in launches.to_dict("records")}
    replaced = {str(row["item"]): row for row in launches.to_dict("records") if _replaces(row, baseline)}
    unplanned = _unplanned(launches, weights, inputs, frozenset(replaced))
    launches = launches[~launches["item"].isin(set(unplanned))]
    profiles = [
        _taken_over(row, baseline) if row["item"] in replaced else launch_profile(row, weights[row["item"]][0], history, horizon)
        for row in launches.to_dict("records")
    ]
    cells = _without_replaced(_with_profiles(baseline, profiles), launches[launches["item"].isin(set(replaced))])
    cells, remarks = with_phase_outs(cells, lifecycle, inputs.inventory, inputs.open_orders)
    remarks |= {item: note for item, (_, note) in weights.items() if note and item not in unplanned and item not in replaced}
    cells, taken = _cannibalised(cells, launches, inputs.items)
    return LifecycleEffects(cells, taken, unplanned, grown, remarks)


def _open_launches(lifecycle: pd.DataFrame, history: pd.DataFrame, minimum_history: int) -> pd.DataFrame:
    """Launches whose item has not yet enough closed months of its own."""
    sold = history[history["quantity"] > 0]
    first = sold["item"].to_frame().assign(month=month_numbers(sold["period"])).groupby("item")["month"].min()
    age = month_numbers(history["period"]).max(initial=0) + 1 - first
    launches = lifecycle[lifecycle["event"] == "launch"].sort_values("item")
    return launches[~launches["item"].isin(age[age >= minimum_history].index)].reset_index(drop=True)


def _replaces(launch: dict, baseline: pd.DataFrame) -> bool:
    """Whether a launch takes the place of an item that has a baseline."""
    before = launch.get("predecessor_item")
    return not pd.isna(before) and bool((baseline["item"] == before).any())


def _unplanned(
    launches: pd.DataFrame, weights: dict[str, tuple[dict[str, float], str]], inputs: LifecycleInputs, replaced: frozenset[str]
) -> dict[str, str]:
    """What each launch that cannot be planned lacks."""
    known, families = set(inputs.items["item"]), set(inputs.items["family"])
    found = {}
    for launch in launches.to_dict("records"):
        lacks = [] if launch["item"] in known else ["not in items"]
        if launch["item"] not in replaced:
            lacks += _lacks_reference(launch, reference_weights(launch, inputs.references), weights[launch["item"]][0])
        taken, share = launch["cannibalised_family"], launch["cannibalised_share"]
        if not pd.isna(share) and share > 0 and (pd.isna(taken) or taken not in families):
            lacks.append(f"cannibalised_family {taken} is no family of items, and cannibalised_share is given")
        if lacks:
            found[str(launch["item"])] = "; ".join(lacks)
    return found


def _lacks_reference(launch: dict, given: dict[str, float], usable: dict[str, float]) -> list[str]:
    """What a launch that replaces nothing lacks of its quantity and references."""
    lacks = []
    if pd.isna(launch["annual_quantity"]):
        lacks.append("annual_quantity is empty: units of the first twelve months")
    before = launch.get("predecessor_item")
    if not given:
        lacks.append(
            "no reference_item, whose season the launch follows" if pd.isna(before) else f"predecessor_item {before} has no forecast"
        )
    elif not usable:
        lacks.append(f"reference_item {', '.join(sorted(given))} has no demand in the history")
    return lacks


def _taken_over(launch: dict, baseline: pd.DataFrame) -> pd.DataFrame:
    """The baseline of the item that a launch replaces, from its first month on, under its own name."""
    old = baseline[(baseline["item"] == launch["predecessor_item"]) & (baseline["period"] >= launch["period"])]
    units = old["baseline"].to_numpy(dtype=float)
    first = old["period"].isin(sorted(set(old["period"]))[:12]).to_numpy(dtype=bool)
    if not pd.isna(launch["annual_quantity"]) and len(set(old["period"])) >= 12 and units[first].sum() > 0:
        units = units * launch["annual_quantity"] / units[first].sum()
    return old.assign(item=launch["item"], profile=units).astype({"item": "str"})[[*CELLS, "profile"]]


def _without_replaced(cells: pd.DataFrame, launches: pd.DataFrame) -> pd.DataFrame:
    """No demand for items that were replaced, from the first month of their successor on."""
    first = launches.set_index("predecessor_item")["period"] if len(launches) else pd.Series(dtype="str")
    gone = cells["period"] >= cells["item"].map(first).astype("str").fillna(NEVER)
    return cells.assign(lifecycle=cells["lifecycle"].where(~gone, -cells["baseline"]))


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
