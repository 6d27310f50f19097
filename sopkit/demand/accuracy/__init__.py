"""How good forecasts were: frozen layers, their scores and value added at each lag, and how much the plan moves."""

from sopkit.demand.accuracy.frozen import all_snapshots, frozen_layers, last_plan, plan_score
from sopkit.demand.accuracy.owners import accuracy_by_owner
from sopkit.demand.accuracy.scores import accuracy_by_region, corrections, forecast_accuracy, headline_accuracy
from sopkit.demand.accuracy.stability import plan_stability

__all__ = [
    "accuracy_by_owner",
    "accuracy_by_region",
    "all_snapshots",
    "corrections",
    "forecast_accuracy",
    "frozen_layers",
    "headline_accuracy",
    "last_plan",
    "plan_score",
    "plan_stability",
]
