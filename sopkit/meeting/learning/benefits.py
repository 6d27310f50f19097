"""Benefits followed: revenue, production cost and service, a baseline against now. Before and after is no proof of a cause."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_learning import Benefits
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import trade_by_item
from sopkit.periods import period_range, shifted

YEAR = 12
CONFIDENCE = 0.9
CAVEAT = (
    "Before and after: markets, prices and much else moved too. That something is better since the process began does not say that the "
    "process made it so."
)
Tables = Mapping[str, pd.DataFrame]


def benefits(tables: Tables, policy: MoneyPolicy, *, cutoff: str, baseline: str = "") -> pd.DataFrame:
    """The last twelve closed months against the same calendar months of the baseline year, and where the change lies.

    Net sales by month; cost share = cost of the units sold, as booked, else standard cost of the month, / net sales; service = units
    shipped by the promised date / units ordered, by month promised. change = mean over calendar months of (now - baseline); its 90 %
    interval is paired by calendar month (Student's t).

    Args:
        tables: items, demand_history, unit_costs, orders (empty = not provided).
        policy: cost of items without cost.
        cutoff: last closed period.
        baseline: last month of the baseline year, such as the month before the process began; empty = the first year on record.

    Returns:
        Benefits: one row per measure; what cannot be told says why.
    """
    history = tables["demand_history"]
    now = period_range(shifted(cutoff, 1 - YEAR), YEAR)
    end = baseline or shifted(str(history["period"].min()), YEAR - 1)
    before = period_range(shifted(end, 1 - YEAR), YEAR)
    revenue = history.groupby("period")["revenue"].sum()
    bare = MoneyInputs(items=tables["items"], history=history, unit_costs=tables["unit_costs"])
    trade = trade_by_item(bare, policy, closed=[*before, *now], cutoff=cutoff)
    cost = trade.groupby("period")["standard_cost"].agg(lambda costs: costs.sum(skipna=False))
    rows = [
        _row("net_sales", "money a month", revenue, before, now, "sales are not on record"),
        _row("cost_share", "share", cost / revenue.where(revenue > 0), before, now, "units were sold whose cost is not known"),
        _row("service", "share", _service(tables["orders"]), before, now, "orders with a promised date are not on record"),
    ]
    return conform(pd.DataFrame(rows).reindex(columns=Benefits.column_names()), Benefits)


def _service(orders: pd.DataFrame) -> pd.Series:
    """Units shipped by the promised date / units ordered, by month promised; lines without a promise are left out."""
    lines = orders[orders["promised_date"].notna()]
    if lines.empty:
        return pd.Series([], dtype=float)
    wanted = (lines["quantity"] - lines["cancelled_quantity"].fillna(0.0)).clip(lower=0.0)
    on_time = lines["shipped_quantity"].where(lines["ship_date"] <= lines["promised_date"], 0.0)
    month = lines["promised_date"].dt.strftime("%Y-%m")
    sums = pd.DataFrame({"on_time": np.minimum(on_time, wanted), "wanted": wanted}).groupby(month).sum()
    return sums["on_time"] / sums["wanted"].where(sums["wanted"] > 0)


def _by_calendar(values: pd.Series) -> pd.Series:
    return values.set_axis([str(month)[5:] for month in values.index]).sort_index()


def _row(measure: str, unit: str, series: pd.Series, before: list[str], now: list[str], missing: str) -> dict[str, object]:
    told: dict[str, object] = {"measure": measure, "unit": unit}
    if before[-1] >= now[0]:
        reason = f"the baseline ends in {before[-1]}, and the last twelve months begin in {now[0]}: a baseline needs a year before them"
        return {**told, "reason": reason}
    old, new = series.reindex(before).astype(float), series.reindex(now).astype(float)
    if old.isna().any() or new.isna().any():
        gone = [month for month, value in [*old.items(), *new.items()] if np.isnan(value)]
        return {**told, "reason": missing if len(gone) == 2 * YEAR else f"{missing} in {len(gone)} of 24 months, first {gone[0]}"}
    change = (_by_calendar(new) - _by_calendar(old)).to_numpy()
    reach = float(stdtrit(YEAR - 1, (1 + CONFIDENCE) / 2)) * float(change.std(ddof=1)) / YEAR**0.5
    mean = float(change.mean())
    span = {"baseline_from": before[0], "baseline_to": before[-1], "now_from": now[0]}
    return {
        **told,
        **span,
        "baseline": old.mean(),
        "now": new.mean(),
        "change": mean,
        "change_low": mean - reach,
        "change_high": mean + reach,
    }
