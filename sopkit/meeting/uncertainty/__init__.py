"""Uncertainty carried through to money: paths of demand and named risks through stock, sales, statement and cash, in arrays."""

from sopkit.meeting.uncertainty.certainty import Certainty, plan_certainty
from sopkit.meeting.uncertainty.factors import DemandFactors, demand_factors, persistence_of
from sopkit.meeting.uncertainty.hazards import Struck, hazards_of, struck
from sopkit.meeting.uncertainty.paths import Draws, demand_paths, draws_of
from sopkit.meeting.uncertainty.ranges import (
    Floors,
    MoneyPaths,
    floors_of,
    money_paths,
    plan_ranges,
    range_drivers,
    range_facts,
    ranged_contribution,
)
from sopkit.meeting.uncertainty.record import closed_amounts, range_record, range_words, record_in_words, with_record
from sopkit.meeting.uncertainty.resolved import Resolved, representative, resolved_paths
from sopkit.meeting.uncertainty.walk import Fixed, Walked, fixed_plan, walked

__all__ = [
    "Certainty",
    "DemandFactors",
    "Draws",
    "Fixed",
    "Floors",
    "MoneyPaths",
    "Resolved",
    "Struck",
    "Walked",
    "closed_amounts",
    "demand_factors",
    "demand_paths",
    "draws_of",
    "fixed_plan",
    "floors_of",
    "hazards_of",
    "money_paths",
    "persistence_of",
    "plan_certainty",
    "plan_ranges",
    "range_drivers",
    "range_facts",
    "range_record",
    "range_words",
    "ranged_contribution",
    "record_in_words",
    "representative",
    "resolved_paths",
    "struck",
    "walked",
    "with_record",
]
