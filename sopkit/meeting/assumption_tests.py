"""Assumptions that test themselves: what each rests on is looked at, against its tripwire and its expiry, and who was right is counted."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty

UNTESTED = "untested"


def observed(tables: Mapping[str, pd.DataFrame], *, cutoff: str) -> dict[str, float]:
    """What can be looked at, by name, as of the cutoff.

    Args:
        tables: kpi_history, exchange_rates, market_indicators and supplier_performance; each may be empty.
        cutoff: last closed period.

    Returns:
        KPIs of the company by id, `rate:<currency>`, `indicator:<series>` (its last value up to the cutoff, mean over families and regions)
        and `supplier_on_time:<supplier>` (share, two years).
    """
    kpis = tables["kpi_history"]
    own = kpis[kpis["period"].eq(cutoff)].dropna(subset="value")
    found = {str(kpi): float(value) for kpi, value in zip(own["kpi"], own["value"], strict=True)}
    rates = tables["exchange_rates"]
    for currency, rows in rates[rates["period"].le(cutoff)].groupby("currency"):
        found[f"rate:{currency}"] = float(rows.loc[rows["period"].eq(rows["period"].max()), "rate"].mean())
    series = tables["market_indicators"]
    for name, rows in series[series["period"].le(cutoff)].groupby("indicator"):
        found[f"indicator:{name}"] = float(rows.loc[rows["period"].eq(rows["period"].max()), "value"].mean())
    suppliers = tables["supplier_performance"]
    return found | {
        f"supplier_on_time:{name}": float(share) for name, share in zip(suppliers["supplier"], suppliers["on_time_share"], strict=True)
    }


def assumption_tests(assumptions: pd.DataFrame, seen: Mapping[str, float], *, cycle: str) -> pd.DataFrame:
    """Each assumption tested by what it names.

    `broke` where the observable lies beyond a tripwire, `held` where it lies between them, `expired` where its last month has passed,
    whatever is seen. Without an observable that is known, or without a tripwire, it keeps what people said of last month.

    Args:
        assumptions: table assumptions.
        seen: `observed`.
        cycle: M0.

    Returns:
        assumption_tests contract: one row per assumption.
    """
    if assumptions.empty:
        return empty(CONTRACTS["assumption_tests"])
    rows = [_row(row, seen, cycle) for row in assumptions.to_dict("records")]
    return conform(pd.DataFrame(rows), CONTRACTS["assumption_tests"])


def hit_rates(tests: pd.DataFrame) -> pd.DataFrame:
    """How often each role's assumptions held, of those that were tested: `owner, tested, held, held_share`, the least reliable first."""
    tested = tests[tests["result"].isin(["held", "broke"])]
    held = tested["result"].eq("held").astype("int64").groupby(tested["owner"], sort=True)
    counts = pd.DataFrame({"tested": held.size(), "held": held.sum()}).astype("int64").rename_axis("owner").reset_index()
    counts = counts.assign(held_share=counts["held"] / counts["tested"])
    return counts.sort_values(["held_share", "owner"], ignore_index=True)


def _row(row: Mapping, seen: Mapping[str, float], cycle: str) -> dict[str, object]:
    name, low, high = row.get("observable"), _number(row.get("tripwire_low")), _number(row.get("tripwire_high"))
    told = {"assumption": row["assumption"], "owner": row["owner"], "feeds": _text(row.get("feeds")), "observable": _text(name)}
    told |= {"tripwire_low": low, "tripwire_high": high, "value": seen.get(str(name), np.nan)}
    if str(row["expires"]) < cycle:
        return told | {"result": "expired", "by": "expiry", "reason": f"its last month was {row['expires']}: say it anew or take it out"}
    if _text(name) is None or (np.isnan(low) and np.isnan(high)):
        return told | {"result": row["last_result"], "by": "people", "reason": "it names nothing that tests it, or no tripwire"}
    value = seen.get(str(name), np.nan)
    if np.isnan(value):
        return told | {"result": UNTESTED, "by": "observable", "reason": f"{name} is not known"}
    broke = value < low or value > high
    return told | {"result": "broke" if broke else "held", "by": "observable", "reason": None}


def _number(value: object) -> float:
    return float("nan") if value is None or value is pd.NA or value != value else float(value)  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    return None if value is None or value is pd.NA or value != value or value == "" else str(value)
