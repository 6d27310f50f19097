"""How the process itself does, measured rather than asked: from the tables of a cycle, and from what its record says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_learning import ProcessHealth
from sopkit.periods import first_day

ALL = "*"
TESTED = ("held", "broke")
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Reading:
    """A measured value and what it rests on."""

    value: float | None  # None = not known
    of: float | None
    evidence: str


@dataclass(frozen=True)
class Rule:
    """From which value a measure counts for which level of maturity."""

    measure: str
    level: int
    target: float
    unit: str = "share"


RULES = (
    Rule("inputs_received", 2, 0.8),
    Rule("supply_planned", 2, 1.0),
    Rule("money_planned", 3, 1.0),
    Rule("overrides_with_reason", 3, 0.9),
    Rule("gates_signed", 3, 0.8),
    Rule("gap_bridged", 3, 0.5),
    Rule("gates_on_time", 4, 0.8),
    Rule("actions_on_time", 4, 0.8),
    Rule("decisions_closed", 4, 0.8),
    Rule("value_added", 4, 0.0, "points of WAPE"),
    Rule("assumptions_tested", 5, 0.5),
    Rule("plans_scored", 5, 1.0),
    Rule("misses_explained", 5, 0.8),
)
FROM_RECORD = ("gates_signed", "gates_on_time", "misses_explained")
UNREAD = Reading(None, None, "stands in the record: sop maturity reads it")


def process_health(tables: Tables, recorded: Mapping[str, Reading] | None = None, *, cycle: str) -> pd.DataFrame:
    """Each measure of the process with its value, its target and where it comes from.

    Args:
        tables: participation, supply_plan, inventory, plan_statement, unit_costs, override_log, overrides, actions, decisions, assumptions,
            budget_gap, forecast_accuracy, plan_review.
        recorded: what the ledger says, by measure (FROM_RECORD); None = it was not read.
        cycle: M0.

    Returns:
        ProcessHealth: a row per rule, in the order of levels; a value that is not known has not reached its target, and says why.
    """
    made: dict[str, Callable[[], Reading]] = {
        "inputs_received": lambda: _inputs(tables["participation"]),
        "supply_planned": lambda: _there(tables, ("supply_plan", "inventory"), "a supply plan from stock on record"),
        "money_planned": lambda: _there(tables, ("plan_statement", "unit_costs", "budget_gap"), "the plan in money, with costs and budget"),
        "overrides_with_reason": lambda: _reasons(tables["override_log"], tables["overrides"]),
        "gap_bridged": lambda: _gap(tables["budget_gap"], tables["actions"]),
        "actions_on_time": lambda: _actions(tables["actions"], cycle),
        "decisions_closed": lambda: _decisions(tables["decisions"], cycle),
        "value_added": lambda: _value_added(tables["forecast_accuracy"]),
        "assumptions_tested": lambda: _tested(tables["assumptions"]),
        "plans_scored": lambda: _scored(tables["plan_review"]),
    }
    rows = []
    for rule in RULES:
        reading = (recorded or {}).get(rule.measure, UNREAD) if rule.measure in FROM_RECORD else made[rule.measure]()
        met = reading.value is not None and reading.value >= rule.target
        told = {"value": reading.value, "of": reading.of, "evidence": reading.evidence}
        rows.append({"measure": rule.measure, "unit": rule.unit, "target": rule.target, "level": rule.level, "met": met, **told})
    frame = conform(pd.DataFrame(rows), ProcessHealth)
    order = {rule.measure: place for place, rule in enumerate(RULES)}
    return frame.sort_values("measure", key=lambda names: names.map(order), ignore_index=True)


def _share(part: float, of: int, evidence: str, nothing: str) -> Reading:
    return Reading(part / of, of, evidence) if of else Reading(None, 0.0, nothing)


def _inputs(participation: pd.DataFrame) -> Reading:
    came = int(participation["status"].isin(["delivered", "unchanged"]).sum())
    told = f"{came} of {len(participation)} inputs came (participation)"
    return _share(came, len(participation), told, "no function is expected to hand anything in")


def _there(tables: Tables, names: tuple[str, ...], what: str) -> Reading:
    absent = [name for name in names if tables[name].empty]
    told = f"{what}: {', '.join(names)}" if not absent else f"not provided: {', '.join(absent)}"
    return Reading(0.0 if absent else 1.0, 1.0, told)


def _reasons(log: pd.DataFrame, overrides: pd.DataFrame) -> Reading:
    applied = log[log["outcome"] == "applied"]
    reasoned = int(applied["reason"].str.strip().str.len().gt(0).sum())
    proof = int(overrides.set_index("override")["evidence"].reindex(applied["override"]).notna().sum())
    told = f"{reasoned} of {len(applied)} applied overrides have a reason, {proof} evidence (override_log, overrides)"
    return _share(reasoned, len(applied), told, "no override was applied")


def _gap(gap: pd.DataFrame, actions: pd.DataFrame) -> Reading:
    """Weighted effect of actions that are not in the plan / the gap below budget."""
    own = gap[(gap["family"] == ALL) & (gap["cause"] == "gap")]["amount"]
    if own.empty:
        return Reading(None, None, "no budget is provided")
    missing = -float(own.iloc[0])
    if missing <= 0:
        return Reading(1.0, 0.0, "the estimate is not below budget: nothing is to be bridged (budget_gap)")
    open_ = actions[(actions["in_plan"] != True) & (actions["status"] != "dropped")]  # noqa: E712
    bridged = float((open_["revenue_effect"].fillna(0.0) * open_["probability_share"].fillna(1.0)).sum())
    return Reading(
        bridged / missing, missing, f"actions outside the plan bring {bridged:,.0f} of a gap of {missing:,.0f} (actions, budget_gap)"
    )


def _actions(actions: pd.DataFrame, cycle: str) -> Reading:
    due = actions[actions["due_date"] < pd.Timestamp(first_day(cycle))]
    done = int((due["status"] == "done").sum())
    return _share(done, len(due), f"{done} of {len(due)} actions that were due before {cycle} are done (actions)", "no action was due")


def _decisions(decisions: pd.DataFrame, cycle: str) -> Reading:
    old = decisions[decisions["made_in"] < cycle]
    closed = int(((old["status"] == "done") | old["realised_contribution"].notna()).sum())
    told = f"{closed} of {len(old)} decisions of earlier cycles are closed (decisions)"
    return _share(closed, len(old), told, "no earlier decision is on record")


def _value_added(accuracy: pd.DataFrame) -> Reading:
    own = accuracy[(accuracy["layer"] == "consensus") & (accuracy["family"] == ALL) & (accuracy["lag"] == 1)]
    own = own[own["value_added_ratio"].notna()]
    if own.empty:
        return Reading(None, None, "no frozen consensus has met its month yet")
    row = own.iloc[0]
    told = f"WAPE that people save of the statistical forecast's, lag 1, {row['months']} months (forecast_accuracy)"
    return Reading(float(row["value_added_ratio"]), float(row["months"]), told)


def _tested(assumptions: pd.DataFrame) -> Reading:
    tested = int(assumptions["last_result"].isin(TESTED).sum())
    return _share(
        tested, len(assumptions), f"{tested} of {len(assumptions)} assumptions were tested (assumptions)", "no assumption is kept"
    )


def _scored(review: pd.DataFrame) -> Reading:
    own = review[(review["subject"] == ALL) & (review["lag"] > 0) & review["planned"].notna()]
    measures = sorted(own["measure"].unique())
    return Reading(
        1.0 if measures else 0.0, float(len(measures)), f"scored at lag 1 or 3: {', '.join(measures) or 'nothing'} (plan_review)"
    )
