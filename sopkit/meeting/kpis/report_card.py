"""The report card: each KPI of the cutoff month against its target, with a status and its trend."""

import numpy as np
import pandas as pd

from sopkit.meeting.kpis.definitions import KPIS, Kpi
from sopkit.periods import shifted

AMBER_TOLERANCES = 2  # up to so many tolerances beyond the target is amber, further is red
COLUMNS = [
    "kpi",
    "title",
    "unit",
    "period",
    "value",
    "previous_value",
    "year_ago_value",
    "target",
    "tolerance",
    "departure",
    "status",
    "side",
    "reason",
    "definition",
]


def report_card(kpi_history: pd.DataFrame, targets: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The eight KPIs of the cutoff month against the company's targets.

    departure = value - target. It counts against the KPI only on its bad side (below where higher is better, above where
    lower is better, both where near is better). Green: at most one tolerance on the bad side; amber: at most two; red:
    beyond. Without a tolerance there is no amber: the target is met or missed.

    Args:
        kpi_history: table kpi_history.
        targets: table targets; empty = not provided.
        cutoff: last closed period.

    Returns:
        One row per KPI, in their order: `kpi, title, unit, period, value, previous_value, year_ago_value, target, tolerance,
        departure` (unit of the KPI), `status` (green, amber, red, no_target, not_available), `side` (above, below, on),
        `reason` (why there is no value), `definition`.
    """
    values = kpi_history.set_index(["kpi", "period"])
    company = targets[targets["scope"].eq("*")].set_index("target")
    return pd.DataFrame([_row(kpi, values, company, cutoff) for kpi in KPIS], columns=COLUMNS)


def _row(kpi: Kpi, values: pd.DataFrame, targets: pd.DataFrame, cutoff: str) -> dict[str, object]:
    def value_of(period: str) -> float:
        return float(values["value"].get((kpi.id, period), np.nan))

    value = value_of(cutoff)
    target = float(targets["value"].get(kpi.id, np.nan))
    tolerance = float(targets["tolerance"].get(kpi.id, np.nan))
    departure = value - target
    reason = values["reason"].get((kpi.id, cutoff), "no row in kpi_history")
    return {
        "kpi": kpi.id,
        "title": kpi.title,
        "unit": kpi.unit,
        "period": cutoff,
        "value": value,
        "previous_value": value_of(shifted(cutoff, -1)),
        "year_ago_value": value_of(shifted(cutoff, -12)),
        "target": target,
        "tolerance": tolerance,
        "departure": departure,
        "status": status_of(kpi, value, target, tolerance),
        "side": "" if np.isnan(departure) else "on" if departure == 0 else "above" if departure > 0 else "below",
        "reason": reason if np.isnan(value) else None,
        "definition": kpi.definition,
    }


def status_of(kpi: Kpi, value: float, target: float, tolerance: float) -> str:
    """The status of a value against its target: green, amber, red, no_target or not_available (rule in `report_card`)."""
    if np.isnan(value):
        return "not_available"
    if np.isnan(target):
        return "no_target"
    departure = value - target
    against = {"higher": -departure, "lower": departure, "near": abs(departure)}[kpi.better]
    allowed = 0.0 if np.isnan(tolerance) else tolerance
    if against <= allowed:
        return "green"
    return "amber" if against <= AMBER_TOLERANCES * allowed else "red"
