"""The mirror: what an owner's function said, what it became, and what that cost or saved; for the owner's eyes."""

import pandas as pd

from sopkit.demand.asking.asked import Asked
from sopkit.demand.asking.lines import covers
from sopkit.demand.series import with_family
from sopkit.periods import period_range, shifted

LAG = 1  # months between approval and the month forecast: the first full month after the meeting
MONTHS = 12
COLUMNS = ["family", "period", "said", "statistical", "became", "error_said", "error_statistical", "saved_units", "saved_money"]


def mirror(snapshots: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, asked: Asked, *, cutoff: str) -> pd.DataFrame:
    """What the function said about each family in scope, beside the statistical forecast of the same cycle and what was ordered.

    error = forecast - actual; saved_units = |statistical error| - |own error|, each summed over region, channel and family at the
    month (positive: what was said was nearer); saved_money values it at the mean net price of the closed months in scope.

    Args:
        snapshots: forecast_snapshots contract: all frozen forecasts.
        history: demand_history contract: recorded demand and revenue.
        items: items contract.
        asked: whose function and scope.
        cutoff: last closed month; the twelve months up to it are shown.

    Returns:
        family, period, said, statistical, became, error_said, error_statistical, saved_units (units), saved_money (money, NaN where no
        sales give a price); empty where the function's forecasts were not frozen at lag 1.
    """
    months = period_range(shifted(cutoff, 1 - MONTHS), MONTHS)
    at_lag = snapshots[snapshots["period"].isin(months) & snapshots["layer"].isin([asked.function, "statistical"])]
    approved = {month: shifted(month, -LAG) for month in months}
    at_lag = at_lag[at_lag["made_in"] == at_lag["period"].map(approved)]
    frozen = _lines(at_lag, items, asked, ["layer", "period"])
    if frozen.empty or asked.function not in set(frozen["layer"]):
        return pd.DataFrame(columns=COLUMNS)
    layers = frozen.pivot_table(index=["family", "region", "channel", "period"], columns="layer", values="quantity", aggfunc="sum")
    layers = layers.reindex(columns=[asked.function, "statistical"]).set_axis(["said", "statistical"], axis=1).dropna()
    known = with_family(history[history["period"].isin(months) & history["item"].isin(set(items["item"]))], items)
    known = known[covers(asked, known)].groupby(["family", "region", "channel", "period"])[["quantity", "revenue", "sold_quantity"]].sum()
    both = layers.join(known, how="left").fillna({"quantity": 0.0, "revenue": 0.0, "sold_quantity": 0.0})
    return _scored(both.rename(columns={"quantity": "became"}).reset_index())


def _scored(both: pd.DataFrame) -> pd.DataFrame:
    """The rows by family and month with errors and what they cost or saved."""
    saved = (both["statistical"] - both["became"]).abs() - (both["said"] - both["became"]).abs()
    sums = both.assign(saved_units=saved).groupby(["family", "period"], sort=True)
    table = sums[["said", "statistical", "became", "saved_units"]].sum().reset_index()
    sold = both.groupby("family")[["revenue", "sold_quantity"]].sum()
    price = (sold["revenue"] / sold["sold_quantity"]).where(sold["sold_quantity"] > 0)
    return table.assign(
        error_said=table["said"] - table["became"],
        error_statistical=table["statistical"] - table["became"],
        saved_money=table["saved_units"] * table["family"].map(price),
    )[COLUMNS]


def _lines(frame: pd.DataFrame, items: pd.DataFrame, asked: Asked, keys: list[str]) -> pd.DataFrame:
    known = with_family(frame[frame["item"].isin(set(items["item"]))], items)
    known = known[covers(asked, known)]
    return known.groupby([*keys, "family", "region", "channel"], sort=True)["quantity"].sum().reset_index()
