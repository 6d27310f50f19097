"""Hazards of the decisions carried through supply, statement and cash: what the plan would be if one struck, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.meeting.policy import Hazard, MeetingPolicy
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome, replan
from sopkit.meeting.scenarios.overlay import apply_overlay

Numbers = NDArray[np.float64]
MEASURES = ("net_sales", "contribution", "inventory", "cash_headroom")


@dataclass(frozen=True)
class Struck:
    """A hazard, how likely it is, and what it changes of the plan by month, money."""

    name: str
    probability_share: float
    effects: Mapping[str, Numbers]  # by measure; NaN where the plan's own figure is not available


def hazards_of(policy: MeetingPolicy) -> dict[str, Hazard]:
    """The hazards of the decisions that are asked, by the decision's name and their own title."""
    named = {f"{name}: {decision.hazard.overlay.title}": decision.hazard for name, decision in policy.decisions.items() if decision.hazard}
    return dict(sorted(named.items()))


def struck(hazards: Mapping[str, Hazard], inputs: PlanInputs, outcome: PlanOutcome, months: list[str]) -> tuple[Struck, ...]:
    """What each hazard changes of a plan: the plan made anew with it, less the plan.

    Args:
        hazards: by name.
        inputs, outcome: the plan.
        months: planned months.

    Raises:
        ParamsError: a hazard that cannot be planned.
    """
    if not hazards:
        return ()
    memory, before = Memory.of(inputs, outcome), money_by_month(outcome, months)
    found = []
    for name, hazard in hazards.items():
        after = money_by_month(replan(apply_overlay(inputs, hazard.overlay), memory), months)
        found.append(Struck(name, hazard.probability_share, {measure: after[measure] - before[measure] for measure in MEASURES}))
    return tuple(found)


def money_by_month(outcome: PlanOutcome, months: list[str]) -> dict[str, Numbers]:
    """Net sales, contribution, inventory and cash headroom of a plan by month; NaN where one is not available."""
    lines = outcome.plan_statement.pivot_table(index="period", columns="line", values="amount", aggfunc="sum").reindex(months)
    held = outcome.working_capital_plan.set_index("period").reindex(months)
    nothing = pd.Series(np.nan, index=months)
    named = {"net_sales": lines.get("net_sales", nothing), "contribution": lines.get("operating_contribution", nothing)}
    named |= {name: held[name] for name in ("inventory", "cash_headroom")}
    return {name: values.to_numpy(dtype="float64") for name, values in named.items()}


def hazard_effects(found: tuple[Struck, ...], happens: Numbers, measure: str) -> Numbers | float:
    """What hazards do to a measure by path and month.

    Args:
        found: `struck`.
        happens: paths x hazards, 1 where one strikes.
        measure: one of MEASURES.
    """
    if not found:
        return 0.0
    effects = np.stack([each.effects[measure] for each in found])
    return np.asarray(happens @ effects, dtype="float64")
