"""Error, bias and value added of each frozen layer on recorded demand: error = forecast - actual, bias > 0 = over-forecast."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.demand.accuracy.paired import paired_saving
from sopkit.demand.series import CELLS, COMPANY, month_numbers, stocked_out, with_family

LAGS = (1, 2, 3)  # months between approval and the month forecast
# Each layer is judged against another: inputs run in parallel against statistical, then consensus (docs/glossary.md).
JUDGED_AGAINST = {
    "statistical": "naive",
    "sales": "statistical",
    "marketing": "statistical",
    "finance": "statistical",
    "crm": "statistical",
    "consensus": "statistical",
    "executive": "consensus",
}
LAYERS = ("naive", *JUDGED_AGAINST)  # the constrained plan is no forecast: it is judged by plan attainment
SIGNAL_MONTHS = 12  # that the tracking signal looks back
MEASURES = [
    "months",
    "wape_ratio",
    "bias_ratio",
    "tracking_signal_ratio",
    "signal_months",
    "value_added_ratio",
    "value_added_low_ratio",
    "value_added_high_ratio",
    "stocked_out_cells",
    "stocked_out_bias_ratio",
]


def forecast_accuracy(
    snapshots: pd.DataFrame,
    history: pd.DataFrame,
    items: pd.DataFrame,
    *,
    cutoff: str,
    headline_lags: Mapping[str, int] | None = None,
    corrected: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """WAPE, bias, tracking signal and value added of each frozen layer at lags 1, 2, 3 and the families' own headline lags.

    WAPE = sum |forecast - actual| / sum actual and bias = sum (forecast - actual) / sum actual, over item x region x channel cells of
    the closed months and families that the layer covers; demand there that it did not forecast counts with a forecast of zero.
    Tracking signal = sum e / sum |e| of the last twelve monthly errors of the node, from -1 to 1; that of the consensus starts anew in
    the month in which a correction took hold, as errors of before it say nothing of the forecast that is corrected.
    Value added = WAPE of the layer it is judged against - its own WAPE, on the cells that both cover (docs/glossary.md); the
    executive layer is judged only in the family months that it changed. Its interval is paired by month: a ratio of monthly sums, its
    variance linearised (Cochran 1977, section 6.3), Student's t with months - 1 degrees of freedom, 90 %; it needs three months.
    Actuals are recorded demand, never the un-censored one that models learn from; cells in which a stock-out hid demand are left out of
    all of these and counted, and what was forecast for them over what was recorded stands beside.

    Args:
        snapshots: forecast_snapshots contract: all frozen layers.
        history: demand_history contract: recorded demand, the yardstick.
        items: items contract.
        cutoff: last closed month.
        headline_lags: decision lead time of families in months, where it is not among the lags.
        corrected: family (`*` for all): first month of its last correction (`corrections`).

    Returns:
        forecast_accuracy contract: layer x family (and `*`) x lag.
    """
    lags = {*LAGS, *(headline_lags or {}).values()}
    return _accuracy(snapshots, history, items, "family", cutoff, lags, corrected or {})


def corrections(overrides: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> dict[str, str]:
    """The first month of the last correction of each family that has taken hold by the cutoff; `*` where one is for all families.

    A correction is an override of reason code `correction`: history, or the forecast, was found to mislead. One for a single item
    counts for its family.

    Args:
        overrides: overrides contract.
        items: items contract.
        cutoff: last closed month.
    """
    rows = overrides[(overrides["reason_code"] == "correction") & (overrides["first_period"] <= cutoff)]
    family = rows["family"].where(rows["item"] == COMPANY, rows["item"].map(items.set_index("item")["family"])).fillna(COMPANY)
    return {str(name): str(period) for name, period in rows["first_period"].groupby(family.to_numpy()).max().items()}


def accuracy_by_region(snapshots: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The same measures by region, at lags 1, 2 and 3: the accuracy_by_region contract; arguments as in `forecast_accuracy`."""
    return _accuracy(snapshots, history, items, "region", cutoff, set(LAGS), {})


def headline_accuracy(accuracy: pd.DataFrame, headline_lags: Mapping[str, int], *, headline_lag: int) -> pd.DataFrame:
    """The rows of forecast_accuracy at the headline lag of their family; `headline_lag` where a family has none of its own."""
    lag = accuracy["family"].map(dict(headline_lags)).fillna(headline_lag).astype("int64")
    return accuracy[accuracy["lag"] == lag].reset_index(drop=True)


def _accuracy(  # noqa: PLR0913
    snapshots: pd.DataFrame,
    history: pd.DataFrame,
    items: pd.DataFrame,
    key: str,
    cutoff: str,
    lags: set[int],
    corrected: Mapping[str, str],
) -> pd.DataFrame:
    """The measures by layer, node of a key (and `*`) and lag."""
    lag = month_numbers(snapshots["period"]) - month_numbers(snapshots["made_in"])
    known = (snapshots["period"] <= cutoff) & (snapshots["period"] >= history["period"].min()) & snapshots["layer"].isin(LAYERS)
    scored = [
        _scores(_cells(snapshots[known & (lag == wanted)], history, items), key, wanted, corrected)
        for wanted in sorted(lags)
        if (known & (lag == wanted)).any()
    ]
    columns = ["layer", key, "lag", *MEASURES]
    if not scored:
        return pd.DataFrame(columns=columns)
    table = pd.DataFrame([row for rows in scored for row in rows], columns=columns)
    numbers = {name: float for name in MEASURES if name.endswith("_ratio")}
    table = table.astype({"layer": "str", key: "str", "signal_months": "Int64", **numbers})
    return table.sort_values(["layer", key, "lag"], ignore_index=True)


def _cells(forecasts: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """One row per cell: keys, family, actual, and a column per layer, NaN in the family months that a layer does not cover."""
    seen = history[history["period"].isin(set(forecasts["period"]))]
    actual = seen[CELLS].assign(actual=seen["quantity"], stocked_out=stocked_out(seen)).set_index(CELLS)
    wide = forecasts.pivot(index=CELLS, columns="layer", values="quantity")
    wide = wide.join(actual, how="outer").sort_index().reset_index()
    wide = wide.assign(actual=wide["actual"].fillna(0.0), stocked_out=wide["stocked_out"].eq(True))
    wide = with_family(wide, items)
    for layer in [layer for layer in LAYERS if layer in wide]:
        covers = wide[layer].notna().groupby([wide["family"], wide["period"]]).transform("any")
        wide[layer] = wide[layer].fillna(0.0).where(covers)
    return wide


def _scores(cells: pd.DataFrame, key: str, lag: int, corrected: Mapping[str, str]) -> list[tuple]:
    """Rows of the accuracy table at one lag."""
    rows: list[tuple] = []
    for layer in [layer for layer in LAYERS if layer in cells]:
        covered = cells[cells[layer].notna()]
        for node, group in [*covered.groupby(key, sort=True), (COMPANY, covered)]:
            apart, kept = group[group["stocked_out"]], group[~group["stocked_out"]]
            since = max(corrected.get(str(node), ""), corrected.get(COMPANY, "")) if layer == "consensus" else ""
            told = (_wape(kept, layer), _bias(kept, layer), *_signal(kept, layer, since), *_value_added(kept, layer))
            rows.append((layer, node, lag, group["period"].nunique(), *told, len(apart), _bias(apart, layer)))
    return rows


def _wape(cells: pd.DataFrame, layer: str) -> float:
    total = cells["actual"].sum()
    return float((cells[layer] - cells["actual"]).abs().sum() / total) if total > 0 else np.nan


def _bias(cells: pd.DataFrame, layer: str) -> float:
    total = cells["actual"].sum()
    return float((cells[layer] - cells["actual"]).sum() / total) if total > 0 else np.nan


def _signal(cells: pd.DataFrame, layer: str, since: str) -> tuple[float, int]:
    """Bounded tracking signal: sum e / sum |e| over the node's last twelve monthly errors from a month on; and how many they are."""
    monthly = (cells[layer] - cells["actual"]).groupby(cells["period"]).sum().sort_index().tail(SIGNAL_MONTHS)
    monthly = monthly[monthly.index >= since]
    size = monthly.abs().sum()
    return (float(monthly.sum() / size) if size > 0 else np.nan), len(monthly)


def _value_added(cells: pd.DataFrame, layer: str) -> tuple[float, float, float]:
    """WAPE of the layer it is judged against - its own, on common cells, and its interval; NaN where there is none."""
    other, nothing = JUDGED_AGAINST.get(layer), (np.nan, np.nan, np.nan)
    if other is None or other not in cells:
        return nothing
    common = cells[cells[other].notna()]
    if layer == "executive":
        changed = (common[layer] - common[other]).abs().groupby([common["family"], common["period"]]).transform("sum") > 0
        common = common[changed]
    if not common["actual"].sum() > 0:
        return nothing
    saved = (common[other] - common["actual"]).abs() - (common[layer] - common["actual"]).abs()
    monthly = pd.DataFrame({"saved": saved, "actual": common["actual"]}).groupby(common["period"]).sum()
    found = paired_saving(monthly["saved"].to_numpy(), monthly["actual"].to_numpy())
    return found.share, found.low, found.high
