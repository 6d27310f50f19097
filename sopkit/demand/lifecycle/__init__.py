"""Launches and what they take from others, successors, and phase-outs with the stock that is left."""

from sopkit.demand.lifecycle.effects import LifecycleEffects, LifecycleInputs, lifecycle_effects
from sopkit.demand.lifecycle.successors import joined_history

__all__ = ["LifecycleEffects", "LifecycleInputs", "joined_history", "lifecycle_effects"]
