"""How much the plan moves from cycle to cycle, on the months that both have."""

import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, with_family
from sopkit.periods import shifted

COLUMNS = ["family", "made_in", "months", "quantity", "change_ratio", "net_change_ratio"]


def plan_stability(layers: pd.DataFrame, items: pd.DataFrame, layer: str = "consensus") -> pd.DataFrame:
    """Cycle-over-cycle change of a layer: COCC = sum |F_c - F_p| / sum F_p over the cells that the cycle and the one before both have.

    The net change, sum (F_c - F_p) / sum F_p, tells a plan that was moved from one that was shuffled. Source: reference figure of the
    field (cycle-over-cycle change); cells that only one of the two cycles has are no change of plan.

    Args:
        layers: forecast_snapshots or forecast_layers contract.
        items: items contract.
        layer: the layer compared.

    Returns:
        plan_stability contract: family (and `*`) x cycle; a cycle whose month before made no plan has no row.
    """
    mine = layers[layers["layer"] == layer]
    if mine.empty:
        return pd.DataFrame(columns=COLUMNS)
    before = mine.assign(made_in=mine["made_in"].map({cycle: shifted(cycle, 1) for cycle in set(mine["made_in"])}).astype("str"))
    both = mine.merge(before, on=["made_in", *CELLS], suffixes=("", "_before"), validate="one_to_one")
    if both.empty:
        return pd.DataFrame(columns=COLUMNS)
    both = with_family(both, items).astype({"made_in": "str"})
    move = both["quantity"] - both["quantity_before"]
    both = both.assign(net=move, moved=move.abs())
    tables = [
        part.groupby(["family", "made_in"], sort=True)
        .agg(months=("period", "nunique"), quantity=("quantity_before", "sum"), moved=("moved", "sum"), net=("net", "sum"))
        .reset_index()
        for part in (both, both.assign(family=COMPANY))
    ]
    table = pd.concat(tables, ignore_index=True)
    base = table["quantity"].where(table["quantity"] > 0)
    table = table.assign(change_ratio=table["moved"] / base, net_change_ratio=table["net"] / base)[COLUMNS]
    return table.astype({"family": "str", "months": "int64"}).sort_values(["family", "made_in"], ignore_index=True)
