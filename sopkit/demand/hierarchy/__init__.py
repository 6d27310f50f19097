"""Crossed levels of demand: one coherent plan from forecasts of totals, families, items, regions, channels and series."""

from sopkit.demand.hierarchy.forecast import CoherentForecast, coherent_forecast
from sopkit.demand.hierarchy.levels import Hierarchy, hierarchy_of, level_keys
from sopkit.demand.hierarchy.reconciliation import reconciled
from sopkit.demand.hierarchy.rounding import whole_cells, whole_units

__all__ = ["CoherentForecast", "Hierarchy", "coherent_forecast", "hierarchy_of", "level_keys", "reconciled", "whole_cells", "whole_units"]
