"""Overrides that meet in the same cells: which of them do not go together, or count the same thing twice."""

import numpy as np
import pandas as pd
from scipy import sparse

from sopkit.demand.overrides import SCOPE, OverrideEffects

COLUMNS = ["override", "other", "conflict", "cells", "quantity_change", "other_quantity_change"]


def conflicts_between(overrides: pd.DataFrame, effects: OverrideEffects) -> pd.DataFrame:
    """Pairs of applied overrides that share cells and contradict each other or may say the same thing twice.

    opposite: one raises the shared cells, the other lowers them; set_and_changed: one sets the units that another changes; same_reason:
    both move them the same way for the same kind of reason; two_owners: two owners answer for the same scope. Nothing is taken off:
    people decide which of the two is right.

    Args:
        overrides: overrides contract.
        effects: what became of them (`override_effects`).

    Returns:
        override_conflicts contract: one row per pair, units that each adds in the cells that both cover.
    """
    rows = overrides.sort_values("override", ignore_index=True)
    shared = sparse.triu(sparse.csr_array(effects.scope.astype(np.int64)) @ sparse.csr_array(effects.scope.T.astype(np.int64)), k=1).tocoo()
    found = []
    for one, other, cells in sorted(zip(*shared.coords, shared.data, strict=True)):
        both = effects.scope[one] & effects.scope[other]
        moves = [float(effects.quantity[place][both].sum()) for place in (one, other)]
        kind = _kind(rows.iloc[one], rows.iloc[other], moves)
        if kind:
            found.append((rows["override"][one], rows["override"][other], kind, int(cells), *moves))
    return pd.DataFrame(found, columns=COLUMNS).astype({"override": "str", "other": "str", "conflict": "str"})


def _kind(one: pd.Series, other: pd.Series, moves: list[float]) -> str:
    """How two overrides that share cells conflict; empty where they do not."""
    if "set_units" in (one["kind"], other["kind"]):
        return "set_and_changed"
    if moves[0] * moves[1] < 0:
        return "opposite"
    same = one["reason_code"] == other["reason_code"] and moves[0] * moves[1] > 0
    if same:
        return "same_reason"
    return "two_owners" if one["owner"] != other["owner"] and all(one[key] == other[key] for key in SCOPE) else ""


def campaigns_twice(overrides: pd.DataFrame, effects: OverrideEffects, cells: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Applied overrides for a campaign, in months that the plan lifts for a campaign already: the same units may count twice.

    Args:
        overrides: overrides contract.
        effects: what became of them.
        cells: the cells of the plan: family, region, channel, period, baseline (units).
        factors: what drivers do (`DriverEffects.factors`).

    Returns:
        override_conflicts contract: `other` is `campaigns`, its units those that campaigns put into the cells that both move.
    """
    keys = ["family", "region", "channel", "period"]
    lifted = factors[factors["driver"] == "campaign"].groupby(keys)["log_factor"].sum()
    log_factor = lifted.reindex(pd.MultiIndex.from_frame(cells[keys])).fillna(0.0).to_numpy()
    units = cells["baseline"].to_numpy(dtype=float) * (1 - np.exp(-log_factor))
    rows = overrides.sort_values("override", ignore_index=True)
    found = []
    for place in np.flatnonzero(rows["reason_code"] == "campaign"):
        both = effects.scope[place] & (log_factor != 0)
        if both.any():
            told = float(effects.quantity[place][both].sum()), float(units[both].sum())
            found.append((rows["override"][place], "campaigns", "campaign_in_plan", int(both.sum()), *told))
    return pd.DataFrame(found, columns=COLUMNS).astype({"override": "str", "other": "str", "conflict": "str"})
