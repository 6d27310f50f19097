"""What it costs to wait: the recommended option decided some weeks later, against deciding it in the meeting."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_issues import WaitingCosts
from sopkit.meeting.options import OptionTable
from sopkit.meeting.policy import Change, Decision, MeetingPolicy, Overlay
from sopkit.meeting.scenarios import Memory, PlanInputs, PlanOutcome, apply_overlay, compose, replan, scenario_row
from sopkit.periods import first_day, shifted


def waiting_costs(
    inputs: PlanInputs, policy: MeetingPolicy, priced: OptionTable, base: PlanOutcome, *, meeting: date, weeks: Sequence[str]
) -> pd.DataFrame:
    """What deciding later costs, for each decision and number of weeks after the meeting.

    Up to its last date an option works as priced: waiting costs nothing. Behind it, what the option changes from some month on starts
    later by as many days, and the plan is solved so; an option without such a month no longer works, and what it brings over doing nothing
    is lost. cost = expected contribution of the option in time - that of the option decided later, over the next twelve months.

    Args:
        inputs: what the base plan was made from.
        policy: decisions and their last dates.
        priced: the options, the recommended one of each decision marked, and the plans that were made for them.
        base: the base plan.
        meeting: day of the executive meeting.
        weeks: numbers of weeks, as text.

    Returns:
        WaitingCosts; empty where nothing is asked.
    """
    options, memory, rows = priced.options, priced.memory, []
    for name, decision in policy.decisions.items():
        mine = options[options["decision"] == name].set_index("option")
        if mine.empty:
            continue
        chosen, changes = str(mine.index[mine["recommended"]][0]), mine["expected_contribution_change"]
        for week in sorted(int(text) for text in weeks):
            day = meeting + timedelta(weeks=week)
            cost, basis = 0.0, "in_time"
            if chosen == mine.index[0]:
                basis = "nothing"
            elif day > decision.last_date:
                late = delayed(decision.options[chosen], (day - decision.last_date).days)
                basis = "too_late" if late is None else "later"
                after = float(changes.iloc[0]) if late is None else _expected_change(inputs, memory, decision, late, base)
                cost = float(changes[chosen]) - after
            rows.append({"decision": name, "weeks": week, "option": chosen, "decided_on": day, "cost": cost, "basis": basis})
    if not rows:
        return empty(WaitingCosts)
    frame = pd.DataFrame(rows)
    last = {name: pd.Timestamp(decision.last_date) for name, decision in policy.decisions.items()}
    return conform(frame.assign(decided_on=pd.to_datetime(frame["decided_on"]), last_date=frame["decision"].map(last)), WaitingCosts)


def delayed(overlay: Overlay, days: int) -> Overlay | None:
    """The overlay with what it changes from some month on starting so many days later; None where no change has a month to start in.

    The first days of each such change fall away: a month keeps the share of its days that are left (of an amount added, or of what a factor
    adds). Costs stay as they are.
    """
    if not any(change.first_period for change in overlay.changes):
        return None
    changes = tuple(part for change in overlay.changes for part in (_later(change, days) if change.first_period else [change]))
    return overlay.model_copy(update={"changes": changes, "title": f"{overlay.title}, {days} days later"})


def _later(change: Change, days: int) -> list[Change]:
    """A change without its first days: at most one month in part, the months behind it whole."""
    start = first_day(str(change.first_period)) + timedelta(days=days)
    month, length = f"{start:%Y-%m}", monthrange(start.year, start.month)[1]
    left = (length - start.day + 1) / length
    if change.last_period and month > change.last_period:
        return []
    whole = month if left == 1 else shifted(month, 1)
    parts = [] if left == 1 else [_share_of(change, left).model_copy(update={"first_period": month, "last_period": month})]
    if not change.last_period or whole <= change.last_period:
        parts.append(change.model_copy(update={"first_period": whole}))
    return parts


def _share_of(change: Change, share: float) -> Change:
    if change.action == "set" or isinstance(change.value, str):
        return change  # a state that is set holds in the whole month
    value = 1 + (change.value - 1) * share if change.action == "multiply" else change.value * share
    return change.model_copy(update={"value": value})


def _expected_change(inputs: PlanInputs, memory: Memory, decision: Decision, overlay: Overlay, base: PlanOutcome) -> float:
    """Expected contribution of an option against the base plan, the decision's hazard weighed by its probability."""
    plain = _contribution(inputs, memory, [overlay])
    if decision.hazard is not None:
        chance = decision.hazard.probability_share
        plain = (1 - chance) * plain + chance * _contribution(inputs, memory, [overlay, decision.hazard.overlay])
    return plain - float(str(scenario_row(inputs, base, scenario="base", title="base", kind="base")["contribution"]))


def _contribution(inputs: PlanInputs, memory: Memory, overlays: list[Overlay]) -> float:
    changed = apply_overlay(inputs, compose(overlays))
    row: Mapping[str, object] = scenario_row(changed, replan(changed, memory), scenario="later", title="later", kind="scenario")
    return float(str(row["contribution"]))
