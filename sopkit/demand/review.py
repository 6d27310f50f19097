"""The demand review: the season of each family, breaks of level and where the plan stands on them, and what is left to decide."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.demand.kernels import right_aligned
from sopkit.demand.series import COMPANY, month_numbers, training_quantity, with_family
from sopkit.periods import months_between

YEAR = 12
NEAR = 0.25  # part of a break's step within which a plan stands on a level
RECENT = 24  # months after which a break is history
POINTS = ["topic", "where", "what", "quantity", "ask"]


def seasonality(history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Seasonal factors by family and calendar month, as the kernels find them (`kernels.season.season_of`).

    Args:
        history: demand_history contract; what models learn from counts.
        items: items contract.

    Returns:
        family (`*` for all), season (in words), peak, low (calendar months, 0 where there is no season), 1 .. 12 (factors, mean 1); by
        family.
    """
    asked = with_family(history, items).assign(asked=training_quantity(history).to_numpy())
    sums = asked.groupby(["family", "period"], sort=True)["asked"].sum().reset_index()
    everyone = asked.groupby("period", sort=True)["asked"].sum().reset_index().assign(family=COMPANY)
    groups = list(pd.concat([everyone, sums], ignore_index=True).groupby("family", sort=True))
    panel = right_aligned([part["asked"].to_numpy(dtype=float) for _, part in groups], YEAR)
    last = int(month_numbers(history["period"]).max(initial=0))
    month = (last - np.arange(YEAR)) % YEAR  # calendar month, 0 = January, of each phase
    rows = []
    season = panel.season
    for (family, part), factors, added, seasonal in zip(groups, season.factors, season.added, season.seasonal, strict=True):
        mean, by_month = part["asked"].mean(), np.empty(YEAR)
        by_month[month] = factors + (added / mean if mean > 0 else 0.0)
        told = f"{by_month.max() / max(by_month.min(), 0.01):.1f} times between its months" if seasonal else _unproven(len(part))
        ends = (int(by_month.argmax()) + 1, int(by_month.argmin()) + 1) if seasonal else (0, 0)
        rows.append((family, told, *ends, *by_month))
    columns = ["family", "season", "peak", "low", *(str(number) for number in range(1, YEAR + 1))]
    return pd.DataFrame(rows, columns=columns).astype({"family": "str", "season": "str"})


def _unproven(months: int) -> str:
    """Why a family has no season."""
    return f"{months} months are too few to tell" if months < 2 * YEAR else "none that can be told from chance"


def breaks_in_plan(
    adjustments: pd.DataFrame, history: pd.DataFrame, baseline: pd.DataFrame, items: pd.DataFrame, cuts: tuple[int, ...]
) -> pd.DataFrame:
    """Each break of level that step 1 found: what it was, and what the models have made of it.

    stands = (plan - before) / (after - before), all in units a month: before over the twelve months up to the break, after over the latest
    twelve from it on, plan over the first twelve planned. 1 is a plan on the new level, 0 one that goes back to the old.

    Args:
        adjustments: history_adjustments contract.
        history: demand_history contract.
        baseline: statistical_forecast contract.
        items: items contract.
        cuts: months between each earlier cutoff and the last closed month, from which weights and ranges were learnt.

    Returns:
        family, channel, period, since (months), before, after, plan (units a month), stands, handled (in words), why (what moved); one row
        per break.
    """
    breaks = adjustments[adjustments["kind"] == "structural_break"]
    closed = with_family(history, items).assign(units=training_quantity(history).to_numpy())
    ahead = with_family(baseline, items).assign(units=baseline["quantity"].to_numpy())
    last = str(history["period"].max())
    rows = []
    for row in breaks.to_dict("records"):
        own, plan = (_within(frame, row) for frame in (closed, ahead))
        before, after = (own[own.index < row["period"]].tail(YEAR).mean(), own[own.index >= row["period"]].tail(YEAR).mean())
        planned = plan.head(YEAR).mean()
        stands = (planned - before) / (after - before) if after != before else np.nan
        since = months_between(row["period"], last) + 1
        known = sum(cut < since for cut in cuts)
        handled = f"{_stand(stands)}; {since} months since, and {known} of {len(cuts)} earlier cutoffs knew of it"
        handled += ": the others missed it, which lowers their models' weights and widens the range" if known < len(cuts) else ""
        rows.append((row["family"], row["channel"], row["period"], since, before, after, planned, stands, handled, row["why"]))
    columns = ["family", "channel", "period", "since", "before", "after", "plan", "stands", "handled", "why"]
    text = dict.fromkeys(("family", "channel", "period", "handled", "why"), "str")
    return pd.DataFrame(rows, columns=columns).astype(text | dict.fromkeys(("before", "after", "plan", "stands"), float))


def _within(frame: pd.DataFrame, scope: Mapping) -> pd.Series:
    """Units by month of a family and channel, `*` for all."""
    for key in ("family", "channel"):
        if scope[key] != COMPANY:
            frame = frame[frame[key] == scope[key]]
    return frame.groupby("period", sort=True)["units"].sum()


def _stand(stands: float) -> str:
    """Where a plan stands between two levels."""
    if not np.isfinite(stands):
        return "where the plan stands cannot be told"
    words = [(-NEAR, "the plan lies beyond the old level"), (NEAR, "the plan goes back to the old level")]
    words += [(1 - NEAR, "the plan lies between the levels"), (1 + NEAR, "the plan stands on the new level")]
    return next((told for limit, told in words if stands <= limit), "the plan goes on beyond the new level")


def to_decide(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the demand review has to settle before the plan is handed on: one row per point, the largest of each topic first.

    Args:
        found: by name: `verdict` (of the backtest), `breaks` (`breaks_in_plan`), `override_log`, `override_conflicts`, `lifecycle_log`,
            `function_forecasts` and `demand_range`, each as its function or contract has it; empty where there is nothing.

    Returns:
        topic, where, what, quantity (units it is about; NaN where that is not known), ask (what to decide); empty where nothing is open.
    """
    makers = (_conflicts, _breaks, _weak, _apart, _not_planned, _refused)
    rows = [row for make in makers for row in make(found)]
    table = pd.DataFrame(rows, columns=POINTS).astype({name: "str" for name in POINTS if name != "quantity"} | {"quantity": float})
    order = table["topic"].map({name: place for place, name in enumerate(dict.fromkeys(table["topic"]))})
    return (
        table.assign(order=order, size=-table["quantity"].abs())
        .sort_values(["order", "size"], kind="stable")[POINTS]
        .reset_index(drop=True)
    )


def _conflicts(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    ask = "which of the two holds, or both in part?"
    return [
        ("overrides in conflict", f"{row.override} and {row.other}", row.conflict.replace("_", " "), row.quantity_change, ask)
        for row in found["override_conflicts"].itertuples()
    ]


def _breaks(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    return [
        ("break of level", f"{row.family}, {row.channel} {row.period}", row.handled, row.plan - row.after, "does the new level stay?")
        for row in found["breaks"][found["breaks"]["since"] < RECENT].itertuples()
    ]


def _weak(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    weak = found["verdict"][found["verdict"]["pool"] > found["verdict"]["naive"]]
    ask = "who knows better, and by what evidence?"
    return [("forecast no better than last year", row.family, row.verdict, np.nan, ask) for row in weak.itertuples()]


def _apart(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    """Functions whose number lies outside the range of the plan, over the first months that it covers."""
    units = found["demand_range"][found["demand_range"]["unit"] == "units"]
    rows = []
    for row in found["function_forecasts"].itertuples():
        own = units[units["family"] == row.family].sort_values("period").head(row.months)
        if own.empty or row.consensus <= 0:
            continue
        low, high = (float(own[name].sum() / own["p50"].sum()) if own["p50"].sum() > 0 else np.nan for name in ("p10", "p90"))
        ratio = row.quantity / row.consensus
        if ratio < low or ratio > high:
            what = (
                f"{row.quantity:,.0f} units in {row.months} months, {ratio - 1:+.0%}; months range from {low - 1:+.0%} to {high - 1:+.0%}"
            )
            rows.append(
                ("function outside the range", f"{row.function}: {row.family}", what, row.quantity - row.consensus, "what do they know?")
            )
    return rows


def _not_planned(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    open_ones = found["lifecycle_log"][found["lifecycle_log"]["outcome"] == "not_planned"]
    return [
        ("launch not planned", row.item, row.note, np.nan, "who brings what is missing, and until when?") for row in open_ones.itertuples()
    ]


def _refused(found: Mapping[str, pd.DataFrame]) -> list[tuple]:
    log = found["override_log"][found["override_log"]["outcome"] == "refused"]
    ask = "is there another reason, or does it go to supply or finance?"
    return [("override refused", f"{row.override}: {row.scope}", row.note, np.nan, ask) for row in log.itertuples()]
