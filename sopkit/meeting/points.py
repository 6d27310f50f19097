"""The pre-S&OP, function by function: what each brings, and what comes of it: settled, escalated, or disagreed with both numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_issues import MeetingPoints
from sopkit.meeting.policy import MeetingPolicy
from sopkit.meeting.sitting import OUTCOME, PRE_SOP, agenda_times, attendance
from sopkit.periods import period_range, shifted

FUNCTIONS = ("sales", "marketing", "product", "operations", "materials", "logistics", "finance", "hr")
CHANGES = 5  # of sales: the largest ones
MONTHS = 6
YEAR = 12
ALL = "*"
OWNERS = {"excess": "operations", "slow_stock": "logistics", "safety_stock": "logistics", "override": "sales"}  # of a proposal to ratify
MOST = 3  # escalated
SPOKEN = ("delivered", "brought")  # parts that belong to a function's turn; the others to the outcome
NOTHING = {  # what a function says where the tables hold nothing for it
    "sales": "no change of the forecast was asked for",
    "marketing": "no campaign is over that could be measured",
    "product": "no launch and no phase-out",
    "operations": "no load is known",
    "materials": "no supplier is late and no component is over its limit",
    "logistics": "the stock has no value",
    "finance": "neither budget nor cash is known",
    "hr": "the people there are have the hours that are needed",
}
Tables = Mapping[str, pd.DataFrame]
Row = dict[str, object]


def meeting_points(tables: Tables, policy: MeetingPolicy, *, cutoff: str) -> pd.DataFrame:
    """What the meeting works through, in its order.

    A function has delivered where any table that it owes came this cycle. Settled here is a proposal within the authority limit of the
    function that answers for it; escalated are the decisions asked of the executive, three at most; disagreed are families where what a
    function expects departs from the consensus by more than the consensus tends to be wrong (WAPE at lag one): both numbers stand.

    Args:
        tables: participation, override_log, campaign_results, lifecycle_log, resource_load, supplier_performance, supplier_load,
            workforce_plan, budget_gap, working_capital_plan, function_forecasts, forecast_accuracy, ratify_list, options, reviews.
        policy: authority limits.
        cutoff: last closed period.

    Returns:
        MeetingPoints.
    """
    months = period_range(shifted(cutoff, 1), MONTHS)
    rows: list[Row] = []
    for function in FUNCTIONS:
        rows.append(_delivered(function, tables["participation"]))
        brought = _brought(function, tables, months) or [_point("nothing", np.nan, "none", NOTHING[function])]
        rows += [{"function": function, "part": "brought", **row} for row in brought]
    rows += _learned(tables["reviews"], cutoff)
    rows += _settled(tables["ratify_list"], policy)
    rows += _escalated(tables["options"])
    rows += _disagreed(tables)
    frame = pd.DataFrame(rows).reindex(columns=MeetingPoints.column_names())
    return conform(frame.assign(position=np.arange(1, len(frame) + 1)), MeetingPoints)


def worked_through(points: pd.DataFrame, *, start: str) -> pd.DataFrame:
    """The pre-S&OP as it goes: each point at the time its turn begins, function by function, then what comes of it.

    Args:
        points: MeetingPoints.
        start: time of day it begins, as `09:00`.

    Returns:
        subject, value, other, unit, note; index: begins, turn, function, part. A function that brings nothing stands there with that.
    """
    agenda = agenda_times(pd.DataFrame(columns=["decision", "question", "position"]), start=start, parts=PRE_SOP).set_index("part")[
        "begins"
    ]
    turn = points["function"].where(points["part"].isin(SPOKEN), OUTCOME)
    rows = points.assign(turn=turn, begins=turn.map(agenda)).sort_values(["begins", "position"], kind="stable")
    return rows.set_index(["begins", "turn", "function", "part"]).drop(columns="position")


def heads_present(present: Sequence[str], deputies: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Which functions sit at the table, by their heads or a deputy: role, present, by."""
    return attendance(present, [f"head_of_{function}" for function in FUNCTIONS], deputies)


def _delivered(function: str, participation: pd.DataFrame) -> Row:
    mine = participation[participation["function"].isin([function, f"head_of_{function}"])]
    came = mine[mine["status"] == "delivered"]["table"].sort_values()
    missing = mine[mine["status"] != "delivered"]["table"].sort_values()
    told = f"delivered: {', '.join(came) or 'nothing'}" + (f"; not delivered: {', '.join(missing)}" if len(missing) else "")
    return {"function": function, "part": "delivered", "subject": "its inputs", "value": float(len(came)), "unit": "tables", "note": told}


def _brought(function: str, tables: Tables, months: list[str]) -> list[Row]:
    """What a function speaks about, from the cycle's own tables; nothing where they hold nothing."""
    if function == "sales":
        log = tables["override_log"]
        log = log[log["outcome"] == "applied"]
        largest = log.reindex(log["revenue_change"].abs().sort_values(ascending=False, kind="stable").index).head(CHANGES)
        return [
            _point(row.scope, row.revenue_change, "money", f"change {row.override} ({row.function}): {row.reason}")
            for row in largest.itertuples()
        ]
    if function == "marketing":
        results = tables["campaign_results"]
        results = results[(results["campaign"] == ALL) & (results["region"] == ALL)]
        return [
            _point(row.family, row.uplift_ratio, "ratio", f"uplift of its campaigns, {_claimed(row.claimed_uplift_share)}")
            for row in results.itertuples()
        ]
    if function == "product":
        log = tables["lifecycle_log"]
        return [_point(row.item, row.quantity_change, "units", f"{row.event} {row.period}: {row.outcome}") for row in log.itertuples()]
    if function == "operations":
        load = tables["resource_load"]
        load = load[load["period"].isin(months)].dropna(subset=["load_ratio"]).sort_values("load_ratio", ascending=False, kind="stable")
        return [
            _point(row.resource, row.load_ratio, "ratio", f"highest load, {row.period}")
            for row in load.drop_duplicates("resource").itertuples()
        ]
    if function == "materials":
        late = tables["supplier_performance"]
        late = late[late["verdict"] == "below"]
        short = tables["supplier_load"]
        short = short.assign(over=short["required_quantity"] - short["limit_quantity"])
        short = short[short["period"].isin(months) & (short["over"] > 0)]
        return [
            *(_point(row.supplier, row.on_time_share, "share", "deliveries on time, below target") for row in late.itertuples()),
            *(
                _point(row.component, row.required_quantity - row.limit_quantity, "components", f"over its limit, {row.period}")
                for row in short.itertuples()
            ),
        ]
    return _brought_behind(function, tables, months)


def _brought_behind(function: str, tables: Tables, months: list[str]) -> list[Row]:
    """Logistics, finance and people."""
    capital = tables["working_capital_plan"]
    capital = capital[capital["period"].isin(months)]
    if function == "logistics":
        held = capital.dropna(subset=["inventory"]).sort_values("inventory", ascending=False, kind="stable").head(1)
        return [_point("inventory", row.inventory, "money", f"highest month end, {row.period}") for row in held.itertuples()]
    if function == "finance":
        gap = tables["budget_gap"]
        gap = gap[(gap["family"] == ALL) & gap["cause"].isin(["latest_estimate", "gap"])]
        low = capital.dropna(subset=["cash_headroom"]).sort_values("cash_headroom", kind="stable").head(1)
        return [
            *(_point(row.cause.replace("_", " "), row.amount, "money", "net sales of the fiscal year") for row in gap.itertuples()),
            *(_point("cash headroom", row.cash_headroom, "money", f"lowest month end, {row.period}") for row in low.itertuples()),
        ]
    people = tables["workforce_plan"]
    people = people[people["period"].isin(months) & (people["required_hours"] > people["available_hours"])]
    missing = people.assign(hours=people["required_hours"] - people["available_hours"])
    return [_point(row.skill_group, row.hours, "hours", f"more than its people have, {row.period}") for row in missing.itertuples()]


def _learned(reviews: pd.DataFrame, cutoff: str) -> list[Row]:
    """What the cycle before found out about its plans: each at the function that answers for it."""
    last = reviews[reviews["made_in"] == cutoff]
    return [
        {
            "function": row.function, "part": "brought", "subject": f"lesson: {row.measure} {row.subject}",
            "unit": "none", "note": f"{row.cause}: {row.why}",
        }
        for row in last.itertuples()
    ]  # fmt: skip


def _settled(proposals: pd.DataFrame, policy: MeetingPolicy) -> list[Row]:
    """Proposals whose amount is within the limit of who answers for them; the others stay on the ratify list of the executive."""
    rows = []
    for row in proposals.itertuples():
        function = OWNERS[row.kind]
        limit = policy.authority_limits.get(function)
        if limit is not None and row.amount == row.amount and row.amount <= limit:
            point = _point(row.subject, row.amount, "money", f"{row.kind.replace('_', ' ')} from {row.period}, {row.quantity:,.0f} units")
            rows.append({"function": function, "part": "settled", "other": limit, **point})
    return rows


def _escalated(options: pd.DataFrame) -> list[Row]:
    chosen = options[options["recommended"]].sort_values(["position", "decision"]).head(MOST)
    return [
        {
            "function": row.owner.removeprefix("head_of_"), "part": "escalated",
            **_point(row.decision, row.contribution_change, "money", f"{row.question} Recommended: {row.option} {row.title}"),
        }
        for row in chosen.itertuples()
    ]  # fmt: skip


def _disagreed(tables: Tables) -> list[Row]:
    accuracy = tables["forecast_accuracy"]
    own = accuracy[(accuracy["layer"] == "consensus") & (accuracy["lag"] == 1)].set_index("family")["wape_ratio"]
    said = tables["function_forecasts"]
    said = said[(said["quantity"] - said["consensus"]).abs() > said["family"].map(own) * said["consensus"].abs()]
    return [
        {
            "function": row.function, "part": "disagreed", "other": row.consensus,
            **_point(row.family, row.quantity, "units", f"expects so much over {row.months} months; the consensus stands beside it"),
        }
        for row in said.itertuples()
    ]  # fmt: skip


def _point(subject: object, value: float, unit: str, note: str) -> Row:
    return {"subject": str(subject), "value": float(value), "unit": unit, "note": note}


def _claimed(uplift: float) -> str:
    """What was claimed of a campaign, in words."""
    return f"claimed {uplift:.0%}" if uplift == uplift else "nobody claimed any"
