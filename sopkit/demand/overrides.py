"""Overrides: what each changes, what is refused, and what is cut because demand cannot fall below zero."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.policy import DemandPolicy
from sopkit.periods import months_between

ANY = "*"
SCOPE = ("family", "item", "region", "channel")
REFUSAL = {
    "budget_gap": "demand is what customers want: a gap to budget is closed by decisions, not by a higher forecast",
    "capacity": "demand is what customers want: what cannot be made is decided in supply planning",
}


@dataclass(frozen=True)
class OverrideEffects:
    """Units that each override changes in each cell: rows of `quantity` follow `log`, columns follow the cells."""

    quantity: np.ndarray  # (overrides, cells), units
    scope: np.ndarray  # (overrides, cells): the cells of the overrides that were applied
    log: pd.DataFrame  # override, outcome, note; one row per override, sorted


def override_effects(cells: pd.DataFrame, overrides: pd.DataFrame, policy: DemandPolicy) -> OverrideEffects:
    """What each override changes, every one read against baseline + lifecycle, so that their order does not matter.

    multiply: units x (value - 1). add_units: `value` is for the whole span; the part of its months inside the horizon is spread in
    proportion to baseline + lifecycle, evenly where that is zero. set_units: the same with `value` less the units of the scope; where two
    of them share a cell, the one of fewer cells holds (then the first by id) and the other is refused. Where all together would take a
    cell below zero, the lowering overrides are cut in proportion, and their notes say by how much. One past its expiry changes nothing.

    Args:
        cells: item, region, channel, period, family, demand (units, baseline + lifecycle, at least 0).
        overrides: overrides contract; empty where there are none.
        policy: reason codes that are refused.
    """
    rows = overrides.sort_values("override", ignore_index=True)
    asked = np.zeros((len(rows), len(cells)))
    covered = np.zeros(asked.shape, dtype=bool)
    outcomes, notes = [], []
    demand = cells["demand"].to_numpy(dtype=float)
    horizon = (cells["period"].min(), cells["period"].max())
    for place, row in enumerate(rows.to_dict("records")):
        scope = _scope(cells, row)
        outcome, note = _outcome(row, scope, horizon, policy)
        if outcome == "applied":
            covered[place] = scope
            asked[place], note = _change(row, scope, demand, horizon)
        outcomes.append(outcome)
        notes.append(note)
    for place, holds in _set_twice(rows, covered).items():
        asked[place], covered[place], outcomes[place] = 0.0, False, "refused"
        notes[place] = f"it sets units that {rows['override'][holds]} sets more closely: only one can hold"
    quantity = _cut_at_zero(asked, demand)
    cut = (quantity - asked).sum(axis=1)
    notes = [
        _joined(note, f"cut by {units:.1f} units: demand cannot fall below zero" if units > 1e-6 else "")
        for note, units in zip(notes, cut, strict=True)
    ]
    log = pd.DataFrame({"override": rows["override"].astype("str"), "outcome": outcomes, "note": notes})
    return OverrideEffects(quantity, covered, log.astype({"outcome": "str", "note": "str"}))


def scope_in_words(row: dict) -> str:
    """What an override covers, as `family=Gas grills, region=SE`; `all` where it is everything."""
    named = [f"{key}={row[key]}" for key in SCOPE if row[key] != ANY]
    return ", ".join(named) or "all"


def _scope(cells: pd.DataFrame, row: dict) -> np.ndarray:
    """Which cells an override covers, months included."""
    scope = cells["period"].between(row["first_period"], row["last_period"]).to_numpy(dtype=bool)
    for key in SCOPE:
        if row[key] != ANY:
            scope = scope & (cells[key] == row[key]).to_numpy(dtype=bool)
    return scope


def _outcome(row: dict, scope: np.ndarray, horizon: tuple[str, str], policy: DemandPolicy) -> tuple[str, str]:
    code = row["reason_code"]
    if code in policy.refused_reasons:
        return "refused", REFUSAL.get(code, f"{code} is no reason to change demand")
    if isinstance(row.get("expires"), str) and row["expires"] < horizon[0]:
        return "expired", f"it was to hold to {row['expires']}: say it anew, with its evidence, or let it go"
    if row["last_period"] < row["first_period"]:
        return "outside", f"it ends in {row['last_period']}, before it begins in {row['first_period']}"
    if row["last_period"] < horizon[0] or row["first_period"] > horizon[1]:
        return "outside", f"no month of it lies in {horizon[0]} to {horizon[1]}"
    if not scope.any():
        return "outside", f"the plan has no demand for {scope_in_words(row)}"
    return "applied", ""


def _change(row: dict, scope: np.ndarray, demand: np.ndarray, horizon: tuple[str, str]) -> tuple[np.ndarray, str]:
    """Units that an applied override adds to each cell, and a note where part of its span is outside the horizon."""
    within = demand * scope
    if row["kind"] == "multiply":
        return within * (row["value"] - 1), ""
    months = months_between(row["first_period"], row["last_period"]) + 1
    inside = months_between(max(row["first_period"], horizon[0]), min(row["last_period"], horizon[1])) + 1
    weight = within if within.sum() > 0 else scope.astype(float)
    note = "" if inside == months else f"{inside} of its {months} months are in the horizon: that part of its units counts"
    units = row["value"] * inside / months - (within.sum() if row["kind"] == "set_units" else 0.0)
    return units * weight / weight.sum(), note


def _set_twice(rows: pd.DataFrame, covered: np.ndarray) -> dict[int, int]:
    """Overrides that set units which another one sets more closely: place by place of the one that holds."""
    setting = [int(place) for place in np.flatnonzero(rows["kind"] == "set_units") if covered[place].any()]
    beaten: dict[int, int] = {}
    holding: list[int] = []
    for place in sorted(setting, key=lambda one: (int(covered[one].sum()), one)):
        rival = next((other for other in holding if (covered[place] & covered[other]).any()), None)
        if rival is None:
            holding.append(place)
        else:
            beaten[place] = rival
    return beaten


def _cut_at_zero(asked: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """Scale the lowering overrides of a cell so that demand + overrides is not below zero."""
    rise, fall = asked.clip(min=0).sum(axis=0), -asked.clip(max=0).sum(axis=0)
    room = demand + rise
    kept = np.divide(room, fall, out=np.ones_like(fall), where=fall > room)
    return np.where(asked < 0, asked * kept, asked)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
