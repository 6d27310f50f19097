"""Why the plan is not the demand: the limits that cost most, and the reason of each shortage."""

from sopkit.supply.explanation.attribution import ranged_causes, shortage_causes
from sopkit.supply.explanation.bottlenecks import bottlenecks
from sopkit.supply.explanation.hot import HotPlan, hot_plan_of
from sopkit.supply.explanation.shortages import shortages

__all__ = ["HotPlan", "bottlenecks", "hot_plan_of", "ranged_causes", "shortage_causes", "shortages"]
