"""What else may happen: the company's scenarios and the crises prepared in advance, each planned as the plan itself is."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sopkit.errors import Problem
from sopkit.meeting.playbooks import crisis_scenarios
from sopkit.meeting.policy import Overlay, Playbook
from sopkit.meeting.scenarios import Memory, PlanInputs, PlanOutcome, Range, scenario_table


def alternatives(
    inputs: PlanInputs,
    base: PlanOutcome,
    scenarios: Mapping[str, Overlay],
    playbooks: Mapping[str, Playbook],
    *,
    unusable: Mapping[str, Sequence[Problem]] | None = None,
    ranged: Range | None = None,
) -> pd.DataFrame:
    """The base plan, each scenario, and each playbook as if its crisis began in the month after M0.

    Args:
        inputs, base: the base plan.
        scenarios, playbooks: by name.
        unusable: those whose files cannot be used, with what is wrong.
        ranged: P10 and P90 of the contribution of a plan's next twelve months; None = not asked for.

    Returns:
        Scenarios: `base`, the scenarios, the playbooks; one that could not be planned says why.
    """
    memory = Memory.of(inputs, base)
    what_if = scenario_table(inputs, base, scenarios, unusable=unusable, ranged=ranged, memory=memory)
    crises, meaningless = crisis_scenarios(playbooks, inputs, base)
    prepared = scenario_table(inputs, base, crises, kind="playbook", unusable=meaningless, ranged=ranged, memory=memory)
    return pd.concat([what_if, prepared[prepared["kind"] == "playbook"]], ignore_index=True)
