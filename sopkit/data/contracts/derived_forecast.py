"""Tables that judge and explain forecasts: how good they were, how much the plan moves, how levels were brought together."""

from sopkit.data.contracts.column import Column, Contract, choice, code, number, period, text, units, whole
from sopkit.data.contracts.inputs_demand import LAYERS


class Reconciliation(Contract):
    """What reconciliation did to the forecasts of each level."""

    name, key = "reconciliation", ("level",)
    grain = "one row per level of the hierarchy; the last is the series themselves"
    columns = (
        text("level", "level: `total`, or its keys joined by ` x `"),
        whole("nodes", "nodes of the level", "nodes"),
        units("forecast_quantity", "what the level was forecast at, over the horizon"),
        units("coherent_quantity", "what all levels agree on"),
        units("moved_quantity", "sum of absolute moves of its nodes and months"),
        number(
            "residual_ratio", "absolute moves / what its forecasts tend to be off by; empty where that is nothing", "ratio", least=0
        ).optional(),
    )


def _scores() -> tuple[Column, ...]:
    """Columns that tables of accuracy share."""
    return (
        whole("lag", "months between approval and the month forecast", "months"),
        whole("months", "closed months scored", "months"),
        number("wape_ratio", "sum of absolute item errors / sum of actuals", "ratio", least=0).optional(),
        number("bias_ratio", "sum of errors (forecast - actual) / sum of actuals; positive = over-forecast", "ratio").optional(),
        number("tracking_signal_ratio", "sum of the last twelve monthly errors / sum of their sizes", "ratio", least=-1, most=1).optional(),
        number("value_added_ratio", "WAPE of the layer before minus WAPE of this one; positive = better", "ratio").optional(),
        number("value_added_low_ratio", "lower end of its 90 % interval, paired by month", "ratio").optional(),
        number("value_added_high_ratio", "upper end of its 90 % interval", "ratio").optional(),
        whole("stocked_out_cells", "item-months left out of these, because a stock-out hid demand in them", "cells").optional(),
        number("stocked_out_bias_ratio", "in those: sum of (forecast - recorded) / sum of recorded", "ratio").optional(),
    )


class ForecastAccuracy(Contract):
    """How good each frozen forecast layer was, at its lag, over the closed months that it covered."""

    name, key = "forecast_accuracy", ("layer", "family", "lag")
    grain = "one row per layer, family and lag; family `*` is the company"
    columns = (choice("layer", "which forecast", LAYERS), code("family", "family, or `*`"), *_scores())


class AccuracyByRegion(Contract):
    """How good each frozen forecast layer was in each region."""

    name, key = "accuracy_by_region", ("layer", "region", "lag")
    grain = "one row per layer, region and lag; region `*` is the company"
    columns = (choice("layer", "which forecast", LAYERS), code("region", "region, or `*`"), *_scores())


class PlanStability(Contract):
    """How much the consensus moved from one cycle to the next, on the months that both have."""

    name, key = "plan_stability", ("family", "made_in")
    grain = "one row per family and cycle; family `*` is the company"
    columns = (
        code("family", "family, or `*`"),
        period("made_in", "cycle compared with the one before it"),
        whole("months", "months that both have", "months"),
        units("quantity", "what the cycle before planned for them"),
        number("change_ratio", "sum of absolute changes of cells / that plan", "ratio", least=0).optional(),
        number("net_change_ratio", "sum of changes / that plan; positive = raised", "ratio").optional(),
    )
