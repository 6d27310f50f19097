"""What each function handed in, before any model: against last year, the run-rate and its own last number."""

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_trust import FirstLook
from sopkit.data.contracts.inputs_demand import SalesForecast
from sopkit.periods import shifted

YEAR = 12


def first_look(
    sales_forecast: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, before: pd.DataFrame, *, cutoff: str
) -> pd.DataFrame:
    """Each function's forecast by family, as it came.

    Args:
        sales_forecast: SalesForecast of this cycle; units.
        history: DemandHistory; units.
        items: Items, for the families.
        before: what the functions handed in last (`last_numbers`); empty where there is none.
        cutoff: last closed period; the run-rate is the mean of the twelve months up to it.

    Returns:
        FirstLook frame; what there is nothing to compare with is empty.
    """
    families = items.set_index("item")["family"]
    now, then, demand = (frame.assign(family=frame["item"].map(families)) for frame in (sales_forecast, before, history))
    rows = []
    for (function, family), mine in now.groupby(["function", "family"], sort=True):
        sold = demand[demand["family"] == family].groupby("period")["quantity"].sum()
        months = mine.groupby("period")["quantity"].sum()
        own = then[(then["function"] == function) & (then["family"] == family)].groupby("period")["quantity"].sum()
        rows.append({"function": function, "family": family, **_compared(months, sold, own, cutoff)})
    frame = pd.DataFrame(rows, columns=FirstLook.column_names())
    numbers = {column.name: "float64" for column in FirstLook.columns if column.kind == "number"}
    return conform(frame.astype({"months": "int64", **numbers}), FirstLook)


def last_numbers(before: pd.DataFrame, snapshots: pd.DataFrame, *, cycle: str) -> pd.DataFrame:
    """What each function handed in last: for the cycle before, else the newest snapshot of its layer made before this cycle.

    Args:
        before: SalesForecast of the cycle before, or empty.
        snapshots: ForecastSnapshots, or empty.
        cycle: this cycle.

    Returns:
        SalesForecast frame.
    """
    if len(before):
        return before
    frozen = snapshots[(snapshots["made_in"] < cycle) & snapshots["layer"].isin(SalesForecast.column("function").choices)]
    newest = frozen[frozen["made_in"] == frozen.groupby("layer")["made_in"].transform("max")]
    return conform(newest.rename(columns={"layer": "function"}).drop(columns="made_in"), SalesForecast)


def _compared(months: pd.Series, sold: pd.Series, own: pd.Series, cutoff: str) -> dict[str, float]:
    year_ago = [shifted(period, -YEAR) for period in months.index]
    closed = [period for period in year_ago if sold.index.min() <= period <= cutoff] if len(sold) else []
    last_year = float(sold.reindex(closed).fillna(0.0).sum()) if len(closed) == len(months) else np.nan
    recent = [shifted(cutoff, -step) for step in range(YEAR)]
    known = len(sold) and sold.index.min() <= recent[-1]
    run_rate = float(sold.reindex(recent).fillna(0.0).sum()) / YEAR * len(months) if known else np.nan
    common = months.index.intersection(own.index)
    quantity = float(months.sum())
    own_now, own_before = (float(part.reindex(common).sum()) if len(common) else np.nan for part in (months, own))
    return {
        "months": len(months),
        "quantity": quantity,
        "last_year": last_year,
        "run_rate": run_rate,
        "own_before": own_before,
        "own_now": own_now,
        "to_last_year_ratio": _ratio(quantity, last_year),
        "to_run_rate_ratio": _ratio(quantity, run_rate),
        "to_own_ratio": _ratio(own_now, own_before),
    }


def _ratio(one: float, other: float) -> float:
    return one / other if other else np.nan
