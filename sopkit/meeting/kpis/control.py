"""What is noise and what is a signal: control limits of each KPI from its own months, and how far a family may miss before it is a gap."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.meeting.kpis.definitions import BY_ID
from sopkit.periods import period_range, shifted

TREND_MONTHS = 13
LEAST_MONTHS = 8  # months from which limits are drawn
WIDTH = 2.66  # 3 / d2, d2 = 1.128 for moving ranges of two (Wheeler and Chambers, Understanding Statistical Process Control)
RUN = 8  # months on one side of the mean that are a shift
LEAST_SHARE, OTHERWISE = 0.05, 0.25  # a threshold is never below the first; without a record it is the second


def control_limits(kpi_history: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Individuals chart of each KPI over the thirteen months up to the cutoff.

    mean -+ 2.66 x mean moving range, both of the months before the cutoff, so that the month judged does not widen its own limits.
    `outside`: the cutoff month lies beyond a limit. `shift`: the last eight months lie on one side of the mean. Else `noise`; fewer than
    eight months say `too_few`.

    Args:
        kpi_history: table kpi_history.
        cutoff: last closed period.

    Returns:
        kpi_control contract: one row per KPI with a history.
    """
    months = period_range(shifted(cutoff, 1 - TREND_MONTHS), TREND_MONTHS)
    rows = [_row(str(kpi), own.set_index("period")["value"].reindex(months)) for kpi, own in kpi_history.groupby("kpi", sort=True)]
    return conform(pd.DataFrame(rows), CONTRACTS["kpi_control"]) if rows else empty(CONTRACTS["kpi_control"])


def family_thresholds(accuracy: pd.DataFrame, families: list[str], *, lag: int) -> pd.DataFrame:
    """How far a family's estimate may lie from its budget or plan before it is a gap: its own error.

    threshold = WAPE of the family's consensus forecast at the lag, of its statistical one where the consensus has no record, at least 5 %;
    25 % where there is no record at all, and then it says so.

    Args:
        accuracy: table forecast_accuracy.
        families: families wanted.
        lag: headline lag, months.

    Returns:
        `family, threshold_share, basis` (consensus, statistical, assumed), sorted by family.
    """
    at_lag = accuracy[accuracy["lag"].eq(lag)]
    rows = []
    for family in sorted(families):
        own = at_lag[at_lag["family"].eq(family)].set_index("layer")["wape_ratio"].dropna()
        basis = next((layer for layer in ("consensus", "statistical") if layer in own.index), "assumed")
        told = OTHERWISE if basis == "assumed" else max(float(own[basis]), LEAST_SHARE)
        rows.append((family, told, basis))
    return pd.DataFrame(rows, columns=["family", "threshold_share", "basis"]).astype({"family": "str", "basis": "str"})


def _row(kpi: str, values: pd.Series) -> dict[str, object]:
    before = values.iloc[:-1].dropna().to_numpy(dtype="float64")
    last = float(values.iloc[-1]) if pd.notna(values.iloc[-1]) else np.nan
    row: dict[str, object] = {"kpi": kpi, "unit": BY_ID[kpi].unit, "months": len(before), "value": last}
    if len(before) < LEAST_MONTHS:
        return row | {"mean": np.nan, "low": np.nan, "high": np.nan, "signal": "too_few"}
    mean, reach = float(before.mean()), WIDTH * float(np.abs(np.diff(before)).mean())
    recent = values.dropna().to_numpy(dtype="float64")[-RUN:]
    outside = not np.isnan(last) and abs(last - mean) > reach
    shift = len(recent) == RUN and (np.all(recent > mean) or np.all(recent < mean))
    return row | {
        "mean": mean,
        "low": mean - reach,
        "high": mean + reach,
        "signal": "outside" if outside else "shift" if shift else "noise",
    }


def budget_signals(budget_gap: pd.DataFrame, accuracy: pd.DataFrame, *, lag: int) -> pd.DataFrame:
    """Families whose estimate of the fiscal year lies further from budget than their own forecast error; what has no budget is a gap.

    Args:
        budget_gap: table budget_gap; empty = no budget.
        accuracy: table forecast_accuracy.
        lag: headline lag, months.

    Returns:
        budget_signals contract.
    """
    wide = budget_gap[budget_gap["family"].ne("*")].pivot(index="family", columns="cause", values="amount")
    if wide.empty:
        return empty(CONTRACTS["budget_signals"])
    thresholds = family_thresholds(accuracy, list(wide.index), lag=lag).set_index("family")
    table = wide[["budget", "gap"]].join(thresholds)
    share = (table["gap"] / table["budget"].where(table["budget"] > 0)).astype("float64")
    beyond = share.abs().gt(table["threshold_share"]) | (share.isna() & table["gap"].ne(0))
    table = table.assign(gap_share=share, signal=np.where(beyond, "gap", "noise"))
    return conform(table.reset_index(), CONTRACTS["budget_signals"])
