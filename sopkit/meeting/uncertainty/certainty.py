"""How certain a plan's money is, in one call: ranges, chances, drivers, and the range of any other plan by the same random numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sopkit.meeting.policy import Hazard
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome
from sopkit.meeting.scenarios.table import Range
from sopkit.meeting.uncertainty.factors import DemandFactors, demand_factors, persistence_of
from sopkit.meeting.uncertainty.hazards import struck
from sopkit.meeting.uncertainty.paths import Draws, draws_of
from sopkit.meeting.uncertainty.ranges import floors_of, money_paths, plan_ranges, range_drivers, range_facts, ranged_contribution


@dataclass(frozen=True)
class Certainty:
    """What is said of a plan's certainty."""

    ranges: pd.DataFrame  # PlanRanges
    drivers: pd.DataFrame  # RangeDrivers
    facts: pd.DataFrame  # chances of missing budget and cash floor
    contribution: Range  # P10 and P90 of the contribution of any plan on the same demand
    factors: DemandFactors
    draws: Draws

    @property
    def year(self) -> pd.DataFrame:
        """The ranges of the next twelve months together, by measure."""
        rows = self.ranges[self.ranges["span"].str.contains("..", regex=False)]
        return rows.set_index("measure")


def plan_certainty(
    inputs: PlanInputs,
    outcome: PlanOutcome,
    tables: Mapping[str, pd.DataFrame],
    *,
    paths: int,
    seed: int,
    cash_floor: float | None,
    hazards: Mapping[str, Hazard] | None = None,
) -> Certainty:
    """Ranges of a plan's money, the chance of missing budget or cash floor, and what drives the range of contribution.

    Args:
        inputs, outcome: the plan; `inputs.risks` are drawn.
        tables: by name: demand_range, and forecast_snapshots, which may be empty.
        paths: paths of demand, two at least.
        seed: of their random numbers.
        cash_floor: least cash headroom, money; None = 0.
        hazards: by name, each planned through supply to cash; None = none.

    Returns:
        Certainty.
    """
    known = inputs.tables
    moves = persistence_of(tables["forecast_snapshots"], known["demand_history"], known["items"], cutoff=inputs.cutoff)
    factors = demand_factors(outcome.consensus_demand, known["statistical_forecast"], tables["demand_range"], known["items"], moves)
    draws = draws_of(factors, paths=max(paths, 2), risks=len(inputs.risks) + len(hazards or {}), seed=seed)
    strikes = struck(hazards or {}, inputs, outcome, factors.months)
    ranged = money_paths(inputs, outcome, factors, draws, strikes)
    return Certainty(
        plan_ranges(ranged),
        range_drivers(ranged, factors, draws, inputs.risks, strikes),
        range_facts(ranged, inputs, floors_of(known["budget"], inputs, cash_floor), moves[1]),
        ranged_contribution(factors, draws, strikes),
        factors,
        draws,
    )
