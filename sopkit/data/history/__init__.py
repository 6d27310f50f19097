"""History that can be planned on: what stock-outs hid, what stands out, what broke, and a row for each adjustment."""

from sopkit.data.history.adjustments import AdjustmentInputs, adjustment_checks, history_adjustments
from sopkit.data.history.classes import item_classes
from sopkit.data.history.quarters import family_quarters, quarterly_history
from sopkit.data.history.stock_outs import StockOutInputs, stock_outs, uncensored_history
from sopkit.data.history.working_days import monthly_history, working_day_effects, working_day_factors

__all__ = [
    "AdjustmentInputs",
    "StockOutInputs",
    "adjustment_checks",
    "family_quarters",
    "history_adjustments",
    "item_classes",
    "monthly_history",
    "quarterly_history",
    "stock_outs",
    "uncensored_history",
    "working_day_effects",
    "working_day_factors",
]
