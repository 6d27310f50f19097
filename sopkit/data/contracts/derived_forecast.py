"""Tables of step 2 that explain the demand plan: how levels were brought together."""

from sopkit.data.contracts.column import Contract, number, text, units, whole


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
