"""What the process learns from itself: plans scored, reasons asked for, benefits, health."""

from sopkit.meeting.learning.benefits import CAVEAT, benefits
from sopkit.meeting.learning.causes import ANSWERS_FOR, CAUSES, reviews
from sopkit.meeting.learning.health import process_health
from sopkit.meeting.learning.maturity import LEVELS, maturity_level
from sopkit.meeting.learning.plans import plan_record, plan_review

__all__ = [
    "ANSWERS_FOR",
    "CAUSES",
    "CAVEAT",
    "LEVELS",
    "benefits",
    "maturity_level",
    "plan_record",
    "plan_review",
    "process_health",
    "reviews",
]
