"""How good each owner's numbers were: the function's frozen forecast in the part of the plan that the owner is asked about."""

from collections.abc import Mapping

import pandas as pd

from sopkit.demand.accuracy.scores import LAYERS, forecast_accuracy
from sopkit.demand.asking.asked import Asked
from sopkit.demand.asking.lines import covers
from sopkit.demand.series import COMPANY, with_family

OTHER = "statistical"  # what an owner's number is judged against


def accuracy_by_owner(
    snapshots: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, asked: Mapping[str, Asked], *, cutoff: str
) -> pd.DataFrame:
    """The measures of `forecast_accuracy` by owner, at lags 1, 2 and 3: of their function's layer, in what they are asked about.

    Two owners of one function answer for different parts; where their parts overlap, the cells count for both. An owner whose function
    freezes no forecast (product, materials) has no row.

    Args:
        snapshots: forecast_snapshots contract: all frozen layers.
        history: demand_history contract: recorded demand, the yardstick.
        items: items contract.
        asked: who is asked about what (params).
        cutoff: last closed month.

    Returns:
        accuracy_by_owner contract: owner x lag.
    """
    parts = []
    for owner, part in asked.items():
        if part.function not in LAYERS or not (snapshots["layer"] == part.function).any():
            continue
        mine = snapshots[snapshots["layer"].isin([part.function, OTHER])]
        known, came = (with_family(frame[frame["item"].isin(set(items["item"]))], items) for frame in (mine, history))
        table = forecast_accuracy(
            known[covers(part, known)].drop(columns="family"), came[covers(part, came)].drop(columns="family"), items, cutoff=cutoff
        )
        own = table[(table["layer"] == part.function) & (table["family"] == COMPANY)]
        parts.append(own.drop(columns="family").rename(columns={"layer": "function"}).assign(owner=owner))
    if not parts:
        return forecast_accuracy(snapshots.iloc[:0], history, items, cutoff=cutoff).rename(columns={"layer": "function", "family": "owner"})
    table = pd.concat(parts, ignore_index=True)
    columns = ["owner", "function", *[name for name in table.columns if name not in ("owner", "function")]]
    return table[columns].astype({"owner": "str"}).sort_values(["owner", "lag"], ignore_index=True)
