"""Why the plan is not the demand: the limits that cost most, and the reason of each shortage."""

from sopkit.supply.explanation.attribution import shortage_causes
from sopkit.supply.explanation.bottlenecks import bottlenecks
from sopkit.supply.explanation.shortages import shortages

__all__ = ["bottlenecks", "shortage_causes", "shortages"]
