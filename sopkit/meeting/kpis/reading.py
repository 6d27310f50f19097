"""A reading: values of one figure by level and period, each with the reason where it is unknown."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sopkit.data.facts import checked_facts
from sopkit.meeting.kpis.definitions import BY_ID

COLUMNS = ["kpi", "level", "period", "value", "reason"]


def reading(kpi: str, values: pd.Series, *, level: str = "*", reason: str = "") -> pd.DataFrame:
    """Values of one figure at one level.

    Args:
        kpi: id of the figure.
        values: values indexed by period; NaN = unknown.
        level: `*`, or `family=…`, `resource=…`.
        reason: why unknown ones are unknown.

    Returns:
        `kpi, level, period, value, reason`, one row per period.
    """
    value = values.to_numpy(dtype="float64")
    return pd.DataFrame(
        {
            "kpi": kpi,
            "level": level,
            "period": values.index.astype("str"),
            "value": value,
            "reason": [reason if unknown else None for unknown in np.isnan(value)],
        }
    ).astype({"kpi": "str", "level": "str", "period": "str", "reason": "str"})


def readings_by(kpi: str, wide: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Values of one figure at many levels; levels where a value is unknown are left to the company's row.

    Args:
        kpi: id of the figure.
        wide: one row per period (index), one column per level's code.
        name: what the columns are: family, resource.

    Returns:
        As `reading`, without unknown values.
    """
    if wide.empty:
        return nothing()
    levels = np.tile(np.array([f"{name}={code}" for code in wide.columns], dtype=object), len(wide))
    periods = np.repeat(wide.index.to_numpy(dtype=object), wide.shape[1])
    long = pd.DataFrame({"kpi": kpi, "level": levels, "period": periods, "value": wide.to_numpy(dtype="float64").ravel(), "reason": None})
    return long.dropna(subset=["value"]).astype({"kpi": "str", "level": "str", "period": "str", "reason": "str"})


def nothing() -> pd.DataFrame:
    """No readings."""
    return pd.DataFrame({name: pd.Series([], dtype="float64" if name == "value" else "str") for name in COLUMNS})


def as_facts(readings: Iterable[pd.DataFrame], *, scenario: str, currency: str, lags: pd.Series | None = None) -> pd.DataFrame:
    """Readings as the table facts, with definition, unit, source and lag.

    Args:
        readings: frames of `reading`.
        scenario: actual or base.
        currency: currency of money.
        lags: lag by figure id, where it has one.

    Returns:
        Table facts.
    """
    rows = pd.concat(list(readings), ignore_index=True)
    known = [BY_ID[kpi] for kpi in rows["kpi"]]
    planned = scenario == "base"
    facts = pd.DataFrame(
        {
            "id": rows["kpi"],
            "level": rows["level"],
            "period": rows["period"],
            "scenario": scenario,
            "value": rows["value"],
            "unit": [kpi.unit for kpi in known],
            "currency": [currency if kpi.unit == "money" else None for kpi in known],
            "lag": rows["kpi"].map(lags if lags is not None else pd.Series(dtype="Int64")).astype("Int64"),
            "definition": [kpi.planned if planned else kpi.definition for kpi in known],
            "source_table": [kpi.planned_source if planned else kpi.source_table for kpi in known],
            "source_key": _source_keys(rows),
            "reason": rows["reason"],
        }
    )
    return checked_facts(facts)


def _source_keys(rows: pd.DataFrame) -> pd.Series:
    period = "period=" + rows["period"]
    return period.where(rows["level"].eq("*"), period + ", " + rows["level"])
