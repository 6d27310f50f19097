"""Outside the company: what moved since the month before, and which assumption of the plan it touches."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.periods import month_number, shifted

YEAR = 12
ALL = "*"
WORST = ("broke", "expired", "untested", "held")  # the worst first


def outside_view(tables: Mapping[str, pd.DataFrame], tests: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Market indicators and exchange rates in their last known month, against the month before, the year before and the budget's rate.

    Args:
        tables: by name: market_indicators, exchange_rates, indicator_correlations; each may be empty.
        tests: assumption_tests: what is observed names the signal.
        cutoff: last closed period; later months are not looked at.

    Returns:
        outside_view contract.
    """
    rows = [*_indicators(tables, cutoff), *_rates(tables["exchange_rates"], cutoff)]
    told = pd.DataFrame(rows, columns=[name for name in CONTRACTS["outside_view"].column_names() if name not in ("touches", "result")])
    touched = tests.dropna(subset="observable")
    ids = touched.groupby("observable")["assumption"].agg(lambda names: ", ".join(sorted(names)))
    result = touched.groupby("observable")["result"].agg(lambda found: min(found, key=WORST.index))
    return conform(
        told.assign(touches=told["signal"].map(ids).astype("str"), result=told["signal"].map(result).astype("str")),
        CONTRACTS["outside_view"],
    )


def _indicators(tables: Mapping[str, pd.DataFrame], cutoff: str) -> list[dict[str, object]]:
    known = tables["market_indicators"]
    known = known[known["period"].le(cutoff)]
    earned = tables["indicator_correlations"]
    lead = earned[earned["verdict"].eq("earned")].sort_values(["indicator", "region", "family"]).drop_duplicates(["indicator", "region"])
    leads = lead.set_index(["indicator", "region"])["lag"]
    return [
        _moved(f"indicator:{name}", str(family), str(region), series.set_index("period")["value"])
        | {"lead_months": float(leads.get((name, region), np.nan))}
        for (name, family, region), series in known.groupby(["indicator", "family", "region"], sort=True)
    ]


def _rates(rates: pd.DataFrame, cutoff: str) -> list[dict[str, object]]:
    known = rates[rates["period"].le(cutoff)]
    found = []
    for (currency, region), series in known.groupby(["currency", "region"], sort=True):
        by_month = series.set_index("period")
        row = _moved(f"rate:{currency}", ALL, str(region), by_month["rate"])
        budget = float(by_month.loc[str(row["period"]), "budget_rate"])
        found.append(row | {"budget_change_share": _share(float(by_month.loc[str(row["period"]), "rate"]), budget)})
    return found


def _moved(signal: str, family: str, region: str, series: pd.Series) -> dict[str, object]:
    """A series in its last month: its value, and how far it moved since the month and the year before."""
    last = max(series.index, key=month_number)
    value = float(series[last])
    before, year = (float(series.get(shifted(last, -months), np.nan)) for months in (1, YEAR))
    row: dict[str, object] = {"signal": signal, "family": family, "region": region, "period": last, "value": value}
    return row | {"change": value - before, "change_share": _share(value, before), "year_change_share": _share(value, year)}


def _share(value: float, before: float) -> float:
    return value / before - 1 if before > 0 else float("nan")
