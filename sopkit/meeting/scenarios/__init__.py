"""Scenarios: the plan on changed inputs, made by the same functions as the base plan."""

from sopkit.meeting.scenarios.apart import scenarios_apart
from sopkit.meeting.scenarios.conflicts import order_problems, twice_changed
from sopkit.meeting.scenarios.derived import reaches
from sopkit.meeting.scenarios.inputs import PLAN_TABLES, PlanInputs, plan_inputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome, base_outcome, extra_costs, replan, same_again, same_plan
from sopkit.meeting.scenarios.overlay import apply_overlay, changed_table, compose, content_of, costs_of, with_overlay
from sopkit.meeting.scenarios.policies import overlaid_money, overlaid_policy
from sopkit.meeting.scenarios.table import UNCHANGED, Range, investment, risk_range, scenario_frame, scenario_row, scenario_table, unplanned

__all__ = [
    "PLAN_TABLES",
    "Memory",
    "PlanInputs",
    "UNCHANGED",
    "PlanOutcome",
    "Range",
    "apply_overlay",
    "base_outcome",
    "changed_table",
    "compose",
    "content_of",
    "costs_of",
    "extra_costs",
    "investment",
    "order_problems",
    "overlaid_money",
    "overlaid_policy",
    "plan_inputs",
    "reaches",
    "replan",
    "risk_range",
    "same_again",
    "same_plan",
    "scenario_frame",
    "scenario_row",
    "scenario_table",
    "scenarios_apart",
    "twice_changed",
    "unplanned",
    "with_overlay",
]
