"""What each override changes between two plans, and which of them bring a deal of the pipeline into the plan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.demand.overrides import override_effects
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import with_family
from sopkit.meeting.bridge.cells import table_of

REST = "*"  # what is no override's: rounding to whole units
WORD = re.compile(r"[\w-]+")
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Overridden:
    """Units that overrides add to each cell, this plan less the last one."""

    each: dict[str, NDArray[np.float64]]  # by override, those without a deal; `*` is the rest
    crm: NDArray[np.float64]  # those with a deal


def override_changes(same: pd.DataFrame, tables: Tables, previous: Tables, policy: DemandPolicy) -> Overridden:
    """What each override adds to the cells of both plans, now less then, by the rules of the consensus.

    Args:
        same: `both_plans`.
        tables, previous: overrides, opportunities and items of this cycle and the one before.
        policy: reasons that are refused.

    Returns:
        Overridden: all together are the change of the plans' overrides, cell by cell.
    """
    change = (same["override"] - same["override_last"]).to_numpy()
    items = table_of(tables, "items")
    now, deals = _effects(same, "", table_of(tables, "overrides"), items, policy), _deals(tables)
    then = _effects(same, "_last", table_of(previous, "overrides"), items, policy)
    crm = np.zeros(len(same))
    each: dict[str, NDArray[np.float64]] = {}
    named = {**_named(table_of(previous, "overrides"), _deals(previous)), **_named(table_of(tables, "overrides"), deals)}
    for name in sorted({*now, *then}):
        moved = now.get(name, np.zeros(len(same))) - then.get(name, np.zeros(len(same)))
        if named.get(name):
            crm = crm + moved
        else:
            each[name] = moved
    left = change - crm - sum(each.values(), np.zeros(len(same)))
    return Overridden({**each, REST: left}, crm)


def _effects(
    same: pd.DataFrame, suffix: str, overrides: pd.DataFrame, items: pd.DataFrame, policy: DemandPolicy
) -> dict[str, NDArray[np.float64]]:
    """Units by override and cell, in the months that the plan held."""
    if overrides.empty or items.empty:
        return {}
    held = (same[f"quantity{suffix}"].ne(0) | same[f"baseline{suffix}"].ne(0)).to_numpy() & ~same["closed"].to_numpy()
    if not held.any():
        return {}
    rows = same.loc[held, ["item", "region", "channel", "period"]]
    demand = (same[f"baseline{suffix}"] + same[f"lifecycle{suffix}"]).clip(lower=0.0)[held]
    found = override_effects(with_family(rows, items).assign(demand=demand.to_numpy()), overrides, policy)
    wide = np.zeros((len(found.log), len(same)))
    wide[:, held] = found.quantity
    return {str(name): wide[at] for at, name in enumerate(found.log["override"])}


def _deals(tables: Tables) -> set[str]:
    return set(table_of(tables, "opportunities")["opportunity"])


def _named(overrides: pd.DataFrame, deals: set[str]) -> dict[str, bool]:
    """Whether an override's reason or evidence names a deal."""
    words = overrides["reason"].fillna("") + " " + overrides["evidence"].fillna("")
    return {str(name): bool(deals & set(WORD.findall(text))) for name, text in zip(overrides["override"], words, strict=True)}
