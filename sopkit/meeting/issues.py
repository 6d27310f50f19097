"""Issues: what detectors find in the plan and its registers, each with its size in money, its levers, and the decision that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_issues import IssueAnswers, Issues
from sopkit.meeting.answers import issue_answers, related
from sopkit.meeting.policy import MeetingPolicy
from sopkit.periods import period_range, shifted

MONTHS = 6  # of the plan that gaps, loads and stock-outs are looked for in
BIAS_LIMIT = 0.35  # bounded tracking signal: sum of errors / sum of absolute errors
YEAR = 12
ALL = "*"
BROKEN = ("broke", "expired")  # results of an assumption's test
ANSWERS_FOR = {  # function that answers for an issue nobody else has taken on
    "gap": "operations",
    "overload": "operations",
    "stock_out": "logistics",
    "excess": "operations",
    "bias": "sales",
    "budget_gap": "finance",
    "assumption": "operations",
    "late_supplier": "materials",
    "late_decision": "operations",
}
Tables = Mapping[str, pd.DataFrame]
Row = dict[str, object]


@dataclass(frozen=True)
class Found:
    """What the detectors found."""

    issues: pd.DataFrame  # Issues
    answers: pd.DataFrame  # IssueAnswers


def issues(tables: Tables, policy: MeetingPolicy, *, cutoff: str, meeting: date) -> Found:
    """What all detectors find, the dearest first, with what answers each; what has no price stands last, with the reason.

    An issue is answered by levers on what it is about and by the decisions whose options change that: the resource itself, a resource or a
    component that its items need, a supplier's components; a gap to budget by what brings sales. Whoever owns the decision that brings most
    answers for the issue; without one the owner in its register, or the function that its kind belongs to.

    Args:
        tables: items, gaps, resource_load, bottlenecks, demand_fulfilment, consensus_demand, forecast_accuracy, budget_gap, ratify_list,
            options; where provided assumptions, assumption_tests, decisions, levers, lever_effects, supplier_performance, supplier_risk,
            supplier_items, bill_of_resources.
        policy: decisions asked, load limit.
        cutoff: last closed period.
        meeting: day of the executive meeting.
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
        *_missed_decisions(tables, policy, meeting),
    ]
    if not found:
        return Found(empty(Issues), empty(IssueAnswers))
    frame = pd.DataFrame(found).sort_values(
        ["amount", "kind", "subject"], ascending=[False, True, True], na_position="last", ignore_index=True
    )
    frame = frame.assign(position=np.arange(1, len(frame) + 1))
    answers = issue_answers(frame, _about(frame, tables), tables, policy)
    return Found(conform(_owned(frame, answers).reindex(columns=Issues.column_names()), Issues), answers)


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
    """Assumptions that broke, by what tests them or by what people said, or hold no longer than this month or the next.

    One that rests on a supplier's deliveries is priced as the loss of that supplier.
    """
    rows = tables["assumptions"]
    tested = tables["assumption_tests"].set_index("assumption")["result"]
    result = rows["assumption"].map(tested).fillna(rows["last_result"])
    due = rows.assign(result=result)[result.isin(BROKEN) | (rows["expires"] <= shifted(first, 1))]
    found = []
    for row in due.to_dict("records"):
        amount, priced = _loss_of(_observed(row), tables)
        told = {"broke": "it broke", "expired": "it has expired"}.get(row["result"], "it expires")
        found.append(
            _issue("assumption", row["assumption"], amount, f"{told}; {priced}", period=row["expires"], owner=row.get("owner"))
            | {"rests_on": _observed(row)}
        )
    return found


def _late_suppliers(tables: Tables) -> list[Row]:
    """Suppliers that deliver on time less often than they should, with what their loss would cost."""
    rows = tables["supplier_performance"]
    found = []
    for row in rows[rows["verdict"] == "below"].itertuples():
        amount, priced = _loss_of(str(row.supplier), tables)
        basis = f"on-time share below its target; {priced}"
        found.append(_issue("late_supplier", row.supplier, amount, basis, value=row.on_time_share))
    return found


def _loss_of(supplier: str, tables: Tables) -> tuple[float, str]:
    """Contribution that the loss of a supplier would cost, by the solve without its dearest component; NaN where none was made."""
    rows = tables["supplier_risk"]
    mine = rows[rows["supplier"] == supplier].dropna(subset="contribution_change")
    if mine.empty:
        return np.nan, "nothing in the plan prices it"
    dearest = mine.loc[mine["contribution_change"].idxmin()]
    return max(-float(dearest["contribution_change"]), 0.0), f"contribution that {dearest['months_lost']:.0f} months without it would cost"


def _observed(row: Row) -> str:
    """What an assumption's observable is about, as `L-100` of `supplier_on_time:L-100`; empty where it names nothing."""
    name = row.get("observable")
    return str(name).partition(":")[2] if isinstance(name, str) else ""


def _late_decisions(tables: Tables) -> list[Row]:
    """Decisions of earlier cycles that are not carried out in time."""
    rows = tables["decisions"]
    late = rows[rows["status"] == "late"]
    missing = late["expected_contribution"] - late["realised_contribution"].fillna(0.0)
    basis = "promised contribution that has not come"
    owners = late["owner"] if "owner" in late else pd.Series(None, index=late.index, dtype="object")
    return [
        _issue("late_decision", name, amount, basis, owner=owner)
        for name, amount, owner in zip(late["decision"], missing, owners, strict=True)
    ]


def _missed_decisions(tables: Tables, policy: MeetingPolicy, meeting: date) -> list[Row]:
    """Decisions of this cycle whose last date lies before the meeting that would take them."""
    options = tables["options"]
    found = []
    for name, decision in policy.decisions.items():
        if decision.last_date < meeting:
            mine = options[options["decision"] == name]
            gain = mine.loc[mine["recommended"], "expected_contribution_change"]
            amount = float(gain.iloc[0]) if len(gain) else np.nan
            basis = f"expected contribution of the recommended option; it had to be decided by {decision.last_date}"
            found.append(_issue("late_decision", name, max(amount, 0.0), basis, period=f"{decision.last_date:%Y-%m}", owner=decision.owner))
    return found


def _issue(
    kind: str, subject: object, amount: float, basis: str, *, period: object = None, value: float = np.nan, owner: object = None
) -> Row:
    told = {"kind": kind, "subject": str(subject), "period": period, "amount": amount, "basis": basis, "value": value}
    return {**told, "owner": owner if isinstance(owner, str) else None, "rests_on": ""}


def _about(frame: pd.DataFrame, tables: Tables) -> dict[str, set[str]]:
    """By subject: what it stands or falls with; an assumption with what it rests on."""
    rests = frame[frame["rests_on"] != ""].set_index("subject")["rests_on"].to_dict()
    subjects = {str(subject) for subject in frame["subject"]}
    return {subject: related(subject, tables) | (related(rests[subject], tables) if subject in rests else set()) for subject in subjects}


def _owned(frame: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The issues with the names of their answers, who answers for them, and until when the answer that brings most works."""
    given: dict[int, list[Row]] = {}
    for answer in answers.to_dict("records"):  # in order: the one that brings most first
        given.setdefault(int(answer["position"]), []).append(answer)
    return pd.DataFrame([{**row, **_summed(row, given.get(int(row["position"]), []))} for row in frame.to_dict("records")])


def _summed(issue: Row, answers: list[Row]) -> Row:
    options = [each for each in answers if each["kind"] == "option"]
    useful = [each["last_date"] for each in answers if float(str(each["contribution_change"])) > 0]
    owners = [issue["owner"], *(each["owner"] for each in options), ANSWERS_FOR[str(issue["kind"])]]
    return {
        "owner": next(owner for owner in owners if isinstance(owner, str)),
        "last_date": useful[0] if useful else pd.NaT,
        "levers": " ".join(sorted(str(each["answer"]) for each in answers if each["kind"] == "lever")) or None,
        "decisions": " ".join(sorted({str(each["answer"]).split("=")[0] for each in options})) or None,
    }
