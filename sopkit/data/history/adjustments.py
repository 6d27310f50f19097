"""A row for everything that was done to the history, or seen in it and left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from sopkit.data.cleaning import covered_from, months_of
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_demand import SERIES
from sopkit.data.history.breaks import structural_breaks
from sopkit.data.history.outliers import outliers
from sopkit.data.history.stock_outs import UNCENSORED
from sopkit.data.own_periods import moved_units, own_periods

KEYS = ("family", *SERIES)
LATEST_FIRST_DAY = 3  # of a month: records that begin later miss a part of it
RULES = {
    "own_period": "a day belongs to the period that the company's calendar gives it to, not to its calendar month",
    "partial_period": "a month that is not over, or began before the records, is no whole month",
    "return": "returned units are netted in the month they came back",
    "cancellation": "cancelled units are taken off the month they were wanted in",
    "stock_out": "demand that an empty shelf hid is estimated for training; the recorded demand stays beside it and stays the yardstick",
    "outlier": "modified z-score above 3.5 and a factor 1.5 from the rest of the family: flagged, never changed",
    "structural_break": "sup F of a step beside trend and season above its 1 % critical value: flagged, never changed",
    "working_days": "year-over-year change of demand against that of working days",
    "usual_days": "what demand would be with the usual working days: flagged here, a driver of the forecast where it earns its place",
    "launch": "the history of an item begins with its first sale; months before are no months of zero",
    "phase_out": "an item that has left is not forecast; its months on sale stay",
}


@dataclass(frozen=True)
class AdjustmentInputs:
    """What the history was made from; frames by contract, an empty one is not provided."""

    demand_history: pd.DataFrame  # with uncensored_quantity
    items: pd.DataFrame
    sales_history: pd.DataFrame
    orders: pd.DataFrame
    lifecycle: pd.DataFrame
    stock_outs: pd.DataFrame
    working_day_effects: pd.DataFrame
    findings: pd.DataFrame
    calendar: pd.DataFrame
    working_day_factors: pd.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "AdjustmentInputs":
        """The inputs out of a run's tables by name."""
        return cls(**{field.name: tables[field.name] for field in fields(cls)})

    def in_own_periods(self) -> "AdjustmentInputs":
        """The same with the dates of sales and orders in the months of the company's own periods."""
        periods = own_periods(self.calendar)
        if periods is None:
            return self
        return replace(self, sales_history=periods.of(self.sales_history, "sales_history"), orders=periods.of(self.orders, "orders"))


def history_adjustments(inputs: AdjustmentInputs, *, cutoff: str) -> pd.DataFrame:
    """Everything that was done to the history, or seen in it and left alone: what, why, from, to, by which rule.

    Args:
        inputs: the history and what it was made from.
        cutoff: last closed period.

    Returns:
        history_adjustments contract; `applied` rows changed what models are trained on, `flagged` ones changed nothing.
    """
    dated = inputs.in_own_periods()
    parts = [
        _own_periods(inputs),
        _partial(dated, cutoff),
        _returns(dated.sales_history, cutoff),
        _cancellations(dated.orders, cutoff),
        _stock_outs(inputs),
        _outliers(inputs),
        _breaks(dated),
        _working_days(inputs, cutoff),
        _working_day_months(inputs),
        _lifecycle(inputs, cutoff),
    ]
    columns = CONTRACTS["history_adjustments"].column_names()
    table = pd.concat([part.reindex(columns=columns) for part in parts if len(part)] or [pd.DataFrame(columns=columns)], ignore_index=True)
    table = table.assign(rule=table["kind"].map(RULES), **{key: table[key].fillna("*") for key in KEYS})
    return conform(table, CONTRACTS["history_adjustments"])


def _own_periods(inputs: AdjustmentInputs) -> pd.DataFrame:
    """Periods of the company whose days are not those of the calendar month: units invoiced in the one and in the other."""
    moved = moved_units(inputs.sales_history, own_periods(inputs.calendar))
    bounds = inputs.calendar[inputs.calendar["site"] == "*"].set_index("period")[["start_date", "end_date"]]
    why = [
        f"{label} lasts from {bounds['start_date'][label]:%Y-%m-%d} to {bounds['end_date'][label]:%Y-%m-%d} by the company's calendar"
        if label in bounds.index
        else "days of this month belong to another period of the company's calendar"
        for label in moved["period"]
    ]
    return moved.assign(kind="own_period", from_quantity=moved["by_month"], to_quantity=moved["by_period"], outcome="applied", why=why)


def _partial(inputs: AdjustmentInputs, cutoff: str) -> pd.DataFrame:
    """The current month, which was left out in reading, and a first month that the records do not wholly cover."""
    told = inputs.findings[(inputs.findings["rule"] == "partial_month") & inputs.findings["message"].str.startswith("sales_history")]
    rows = [("partial_period", str(row.message).split(" rows of ")[1][:7], "applied", str(row.message)) for row in told.itertuples()]
    dates = inputs.sales_history["date"]
    if len(dates) and dates.min().day > LATEST_FIRST_DAY:
        why = f"the first sale on record is of {dates.min():%Y-%m-%d}: the month's total is a part of it"
        rows.append(("partial_period", f"{dates.min():%Y-%m}", "flagged", why))
    return pd.DataFrame(rows, columns=["kind", "period", "outcome", "why"])


def _returns(sales_history: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Units that came back, by series and month."""
    lines = sales_history.assign(period=months_of(sales_history["date"]), back=sales_history["quantity"].clip(upper=0))
    touched = lines[lines["quantity"] < 0][[*SERIES, "period"]].drop_duplicates()
    sums = lines[lines["period"] <= cutoff].merge(touched, on=[*SERIES, "period"])
    sums = sums.groupby([*SERIES, "period"], sort=True)[["quantity", "back"]].sum().reset_index()
    why = (-sums["back"]).map("{:,.0f} units came back".format)
    return sums.assign(
        kind="return", from_quantity=sums["quantity"] - sums["back"], to_quantity=sums["quantity"], outcome="applied", why=why
    )


def _cancellations(orders: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Cancelled units, by series and month wanted, in the months whose demand is taken from orders."""
    if orders.empty:
        return pd.DataFrame()
    lines = orders.assign(period=months_of(orders["requested_date"]), off=orders["cancelled_quantity"].fillna(0.0))
    lines = lines[(lines["period"] <= cutoff) & (lines["period"] >= str(covered_from(orders)))]
    sums = lines.groupby([*SERIES, "period"], sort=True)[["quantity", "off"]].sum().reset_index()
    sums = sums[sums["off"] > 0]
    why = sums["off"].map("{:,.0f} units were cancelled".format)
    return sums.assign(
        kind="cancellation", from_quantity=sums["quantity"], to_quantity=sums["quantity"] - sums["off"], outcome="applied", why=why
    )


def _stock_outs(inputs: AdjustmentInputs) -> pd.DataFrame:
    """Series months that a stock-out censored."""
    why = inputs.stock_outs.loc[inputs.stock_outs["outcome"] == UNCENSORED, ["item", "period", "why"]]
    history = inputs.demand_history.merge(why, on=["item", "period"])
    history = history[(history["uncensored_quantity"] - history["quantity"]).abs() > 1e-9]
    return history.assign(
        kind="stock_out", from_quantity=history["quantity"], to_quantity=history["uncensored_quantity"], outcome="applied"
    )


def _outliers(inputs: AdjustmentInputs) -> pd.DataFrame:
    """Months far from what the rest of the family says of them."""
    found = outliers(inputs.demand_history, inputs.items)
    pairs = zip(found["quantity"], found["usual_quantity"], found["score"], strict=True)
    why = [f"{quantity:,.0f} units where {usual:,.0f} are usual beside the family (score {score:+.1f})" for quantity, usual, score in pairs]
    return found.assign(kind="outlier", from_quantity=found["quantity"], to_quantity=found["quantity"], outcome="flagged", why=why)


def _breaks(inputs: AdjustmentInputs) -> pd.DataFrame:
    """Months from which demand stands on another level; a partial first month is no level."""
    history, dates = inputs.demand_history, inputs.sales_history["date"]
    if len(dates) and dates.min().day > LATEST_FIRST_DAY:
        history = history[history["period"] > f"{dates.min():%Y-%m}"]
    found = structural_breaks(history, inputs.items)
    pairs = zip(found["factor"], found["why"], strict=True)
    why = [f"a step by the factor {factor:.2f} beside trend and season; {moved}" for factor, moved in pairs]
    return found.assign(kind="structural_break", outcome="flagged", why=why)


def _working_days(inputs: AdjustmentInputs, cutoff: str) -> pd.DataFrame:
    """What working days do to demand, by family: nothing is changed by them."""
    words = {
        "follows": "demand follows working days",
        "does_not": "demand does not follow working days",
        "cannot_tell": "whether demand follows working days cannot be told",
    }
    told = inputs.working_day_effects[np.isfinite(inputs.working_day_effects["elasticity"])]
    why = [f"{words[row.verdict]}: elasticity {row.elasticity:.2f} [{row.low:.2f}, {row.high:.2f}]" for row in told.itertuples()]
    return pd.DataFrame({"kind": "working_days", "family": told["family"], "period": cutoff, "outcome": "flagged", "why": why})


def _working_day_months(inputs: AdjustmentInputs) -> pd.DataFrame:
    """Months of families that follow working days, as they are and as months of usual ones: step 2 takes them off and puts them back."""
    history = inputs.demand_history
    asked = history["uncensored_quantity"].fillna(history["quantity"])
    family = history["item"].map(inputs.items.set_index("item")["family"]).rename("family")
    sums = asked.groupby([family, history["period"]]).sum().rename("from_quantity").reset_index()
    months = sums.merge(inputs.working_day_factors, on=["family", "period"])
    months = months[(months["factor"] - 1).abs() > 1e-9]
    why = [f"{row.working_days:g} working days where {row.usual_days:.1f} are usual" for row in months.itertuples()]
    to_quantity = months["from_quantity"] / months["factor"]
    return months.assign(kind="usual_days", to_quantity=to_quantity, outcome="flagged", why=why)


def _lifecycle(inputs: AdjustmentInputs, cutoff: str) -> pd.DataFrame:
    """Items whose history begins after the others', and items that have left or will."""
    rows = []
    first = inputs.demand_history.groupby("item")["period"].min()
    launched = set(inputs.lifecycle.loc[inputs.lifecycle["event"] == "launch", "item"])
    for item, period in first[first > first.min()].items() if len(first) else ():
        planned = "planned as a launch; " if item in launched else ""
        rows.append(("launch", item, period, f"{planned}first demand in {period}"))
    for row in inputs.lifecycle[inputs.lifecycle["event"] == "phase_out"].itertuples():
        verb = "left" if str(row.period) <= cutoff else "will leave"
        rows.append(("phase_out", row.item, row.period, f"{verb} after {row.period}"))
    table = pd.DataFrame(rows, columns=["kind", "item", "period", "why"])
    return table.assign(outcome="flagged")


def adjustment_checks(inputs: AdjustmentInputs, adjustments: pd.DataFrame) -> pd.DataFrame:
    """Whether nothing but what stands in a row was changed.

    Args:
        inputs: the history and what it was made from.
        adjustments: history_adjustments contract of them.

    Returns:
        Frame rule, ok, detail, one row per rule.
    """
    history, outs = inputs.demand_history, inputs.stock_outs
    added = float((history["uncensored_quantity"] - history["quantity"]).sum())
    hidden = float(outs.loc[outs["outcome"] == UNCENSORED, "hidden_quantity"].sum())
    changed = int(((history["uncensored_quantity"] - history["quantity"]).abs() > 1e-9).sum())
    told = int((adjustments["kind"] == "stock_out").sum())
    flagged = adjustments[adjustments["outcome"] == "flagged"].dropna(subset=["from_quantity", "to_quantity"])
    untouched = bool((flagged["from_quantity"] == flagged["to_quantity"])[flagged["kind"] == "outlier"].all())
    rows = [
        (
            "units added are those that stock-outs hid",
            abs(added - hidden) <= 1e-3,
            f"{added:,.2f} added, {hidden:,.2f} hidden",
        ),
        ("each changed month of the history has its row", changed == told, f"{changed} months changed, {told} rows"),
        ("what was only flagged was not changed", untouched, f"{len(flagged)} flagged rows with quantities"),
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])
