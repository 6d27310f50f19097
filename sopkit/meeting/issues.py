"""Issues: what detectors find in the plan and its registers, each with its size in money, its levers, and the decision that answers it."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_issues import Issues
from sopkit.meeting.policy import Decision, MeetingPolicy
from sopkit.periods import period_range, shifted

MONTHS = 6  # of the plan that gaps, loads and stock-outs are looked for in
BIAS_LIMIT = 0.35  # bounded tracking signal: sum of errors / sum of absolute errors
YEAR = 12
ALL = "*"
NAMES = ("family", "item", "resource", "supplier", "component")  # filters of an overlay that say what it reaches
Tables = Mapping[str, pd.DataFrame]
Row = dict[str, object]


def issues(tables: Tables, policy: MeetingPolicy, *, cutoff: str) -> pd.DataFrame:
    """What all detectors find, the dearest first; what has no price stands last, with the reason.

    An issue is answered by the decisions whose options change what it is about: the resource itself, a family that its items run on it, a
    component of its items; a gap to budget by those that bring net sales.

    Args:
        tables: items, gaps, resource_load, bottlenecks, demand_fulfilment, consensus_demand, forecast_accuracy, budget_gap, ratify_list,
            options; where provided assumptions, decisions, levers, supplier_performance, supplier_items, bill_of_resources.
        policy: decisions asked, load limit.
        cutoff: last closed period.

    Returns:
        Issues.
    """
    first = shifted(cutoff, 1)
    months = period_range(first, MONTHS)
    found = [
        *_gaps(tables, months),
        *_overloads(tables, policy, months),
        *_stock_outs(tables, months),
        *_excess(tables),
        *_biases(tables, first),
        *_budget_gap(tables),
        *_assumptions(tables, first),
        *_late_suppliers(tables),
        *_late_decisions(tables),
    ]
    if not found:
        return empty(Issues)
    frame = pd.DataFrame(found).reindex(columns=[name for name in Issues.column_names() if name != "position"])
    frame = _answered(frame, tables, policy)
    frame = frame.sort_values(["amount", "kind", "subject"], ascending=[False, True, True], na_position="last", ignore_index=True)
    return conform(frame.assign(position=np.arange(1, len(frame) + 1)), Issues)


def _gaps(tables: Tables, months: list[str]) -> list[Row]:
    """Families and months in which more is short than the family's forecast tends to be wrong by: WAPE of the consensus, lag one."""
    accuracy = tables["forecast_accuracy"]
    own = accuracy[(accuracy["layer"] == "consensus") & (accuracy["lag"] == 1)].set_index("family")["wape_ratio"]
    rows = tables["gaps"]
    rows = rows[rows["period"].isin(months) & (rows["demand"] > 0)]
    beyond = rows[(rows["late"] + rows["lost"]) / rows["demand"] > rows["family"].map(own)]
    basis = "net sales lost in months beyond the family's own forecast error"
    return [
        _issue("gap", family, each["lost_revenue"].sum(), basis, period=each["period"].min(), value=(each["late"] + each["lost"]).sum())
        for family, each in beyond.groupby("family")
    ]


def _overloads(tables: Tables, policy: MeetingPolicy, months: list[str]) -> list[Row]:
    """Resources asked for more hours than the limit on what they have been shown to do."""
    load, limit = tables["resource_load"], policy.load_limit_ratio or 1.0
    over = load[load["period"].isin(months) & (load["demonstrated_hours"] > 0) & (load["load_ratio"] > limit)]
    over = over.assign(hours=over["required_hours"] - limit * over["demonstrated_hours"])
    worth = tables["bottlenecks"].set_index(["limit", "period"])["resolved_value"].to_dict()
    rows = []
    for resource, each in over.groupby("resource"):
        prices = pd.Series([worth.get((resource, period), np.nan) for period in each["period"]], index=each.index)
        amount = float((each["hours"] * prices).sum(min_count=1))
        basis = "hours over the limit x what one more hour saves" if amount == amount else "no hour of it has a price in the plan"
        rows.append(_issue("overload", resource, amount, basis, period=each["period"].min(), value=each["load_ratio"].max()))
    return rows


def _stock_outs(tables: Tables, months: list[str]) -> list[Row]:
    """Families with units that customers ask for and that are not there, late or lost."""
    rows = tables["gaps"]
    rows = rows[rows["period"].isin(months) & (rows["late"] + rows["lost"] >= 1)]
    return [
        _issue(
            "stock_out", family, each["lost_margin"].sum(skipna=False), "gross margin of the units lost",
            period=each["period"].min(), value=(each["late"] + each["lost"]).sum(),
        )
        for family, each in rows.groupby("family")
    ]  # fmt: skip


def _excess(tables: Tables) -> list[Row]:
    rows = tables["ratify_list"]
    rows = rows[rows["kind"].isin(["excess", "slow_stock"])]
    basis = "stock at standard cost that outlasts its limit"
    return [_issue("excess", row.subject, row.amount, basis, period=row.period, value=row.quantity) for row in rows.itertuples()]


def _biases(tables: Tables, first: str) -> list[Row]:
    """Families whose consensus errs to one side: bounded tracking signal beyond its limit at lag one."""
    accuracy = tables["forecast_accuracy"]
    biased = accuracy[(accuracy["layer"] == "consensus") & (accuracy["lag"] == 1) & (accuracy["family"] != ALL)]
    biased = biased[biased["tracking_signal_ratio"].abs() > BIAS_LIMIT]
    demand = tables["consensus_demand"]
    demand = demand[demand["period"].isin(period_range(first, YEAR))]
    sales = demand.groupby(demand["item"].map(tables["items"].set_index("item")["family"]))["revenue"].sum()
    basis = "bias x net sales of the next twelve months' demand"
    return [
        _issue("bias", row.family, abs(row.bias_ratio) * sales.get(row.family, np.nan), basis, value=row.bias_ratio)
        for row in biased.itertuples()
    ]


def _budget_gap(tables: Tables) -> list[Row]:
    rows = tables["budget_gap"]
    gap = rows[(rows["family"] == ALL) & (rows["cause"] == "gap")]["amount"]
    missing = gap[gap < 0]
    return [_issue("budget_gap", ALL, -missing.iloc[0], "latest estimate below budget, fiscal year")] if len(missing) else []


def _assumptions(tables: Tables, first: str) -> list[Row]:
    """Assumptions that broke, or hold no longer than this month or the next."""
    rows = tables["assumptions"]
    due = rows[(rows["last_result"] == "broke") | (rows["expires"] <= shifted(first, 1))]
    return [
        _issue("assumption", row.assumption, np.nan, "it broke" if row.last_result == "broke" else "it expires", period=row.expires)
        for row in due.itertuples()
    ]


def _late_suppliers(tables: Tables) -> list[Row]:
    rows = tables["supplier_performance"]
    late = rows[rows["verdict"] == "below"]
    basis = "on-time share below its target; what it delivers has no price in the plan"
    return [_issue("late_supplier", row.supplier, np.nan, basis, value=row.on_time_share) for row in late.itertuples()]


def _late_decisions(tables: Tables) -> list[Row]:
    rows = tables["decisions"]
    late = rows[rows["status"] == "late"]
    missing = late["expected_contribution"] - late["realised_contribution"].fillna(0.0)
    basis = "promised contribution that has not come"
    return [_issue("late_decision", name, amount, basis) for name, amount in zip(late["decision"], missing, strict=True)]


def _issue(kind: str, subject: object, amount: float, basis: str, *, period: object = None, value: float = np.nan) -> Row:
    return {"kind": kind, "subject": str(subject), "period": period, "amount": amount, "basis": basis, "value": value}


def _answered(frame: pd.DataFrame, tables: Tables, policy: MeetingPolicy) -> pd.DataFrame:
    """The issues with the levers on their subject and the decisions that reach it."""
    reached = {name: reached_by(decision, tables) for name, decision in policy.decisions.items()}
    options = tables["options"]
    selling = set(options.loc[options["net_sales_change"] > 0, "decision"])
    levers = tables["levers"]
    subjects = {str(subject): _related(str(subject), tables) for subject in frame["subject"]}
    answers, means = [], []
    for kind, subject in zip(frame["kind"], frame["subject"], strict=True):
        about = subjects[str(subject)]
        by = selling if kind == "budget_gap" else {name for name, names in reached.items() if names & about and kind not in ("assumption",)}
        answers.append(" ".join(sorted(by)) or None)
        means.append(" ".join(levers.loc[levers["target"].isin(about), "lever"].sort_values()) or None)
    return frame.assign(decisions=answers, levers=means)


def reached_by(decision: Decision, tables: Tables) -> set[str]:
    """What the options of a decision change: families, items, resources, suppliers and components by name."""
    names: set[str] = set()
    overlays = [*decision.options.values(), *([decision.hazard.overlay] if decision.hazard else [])]
    for overlay in overlays:
        for change in overlay.changes:
            names |= {value for key, wanted in change.where.items() if key in NAMES for value in _words(wanted)}
        names |= set(overlay.policy.subcontract_limit)
    return names


def _related(subject: str, tables: Tables) -> set[str]:
    """A subject and what it stands or falls with: the resources and components that a family's items need, a supplier's components."""
    items, bill, bought = tables["items"], tables["bill_of_resources"], tables["supplier_items"]
    mine = set(items.loc[(items["family"] == subject) | (items["item"] == subject), "item"])
    related = {subject, *items.loc[items["item"] == subject, "family"]}
    limiting = set(tables["bottlenecks"]["limit"])
    related |= set(bill.loc[bill["item"].isin(mine), "resource"]) & limiting
    related |= set(bought.loc[bought["item"].isin(mine), "component"]) & limiting
    return related | set(bought.loc[bought["supplier"] == subject, "component"])


def _words(wanted: str | Iterable[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)
