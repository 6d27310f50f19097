"""Tables that judge and explain forecasts: how good they were, how much the plan moves, how levels were brought together."""

from sopkit.data.contracts.column import Column, Contract, choice, code, money, number, period, share, text, units, whole
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
        whole("signal_months", "months behind it: at most twelve, and those after the last correction", "months").optional(),
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


class AccuracyByOwner(Contract):
    """How good each owner's numbers were: the function's frozen forecast in what the owner is asked about."""

    name, key = "accuracy_by_owner", ("owner", "lag")
    grain = "one row per owner who is asked and whose function's forecasts were frozen, and lag"
    columns = (code("owner", "role that answers for it"), choice("function", "function that it speaks for", LAYERS), *_scores())


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


class OverrideConflicts(Contract):
    """Overrides that meet in the same cells and contradict each other, or may say the same thing twice."""

    name, key = "override_conflicts", ("override", "other")
    grain = "one row per pair of overrides"
    columns = (
        code("override", "id"),
        code("other", "id of the other; `campaigns` where the plan holds them already"),
        choice(
            "conflict",
            "one raises what the other lowers; one sets what the other changes; both move it for the same kind of reason; "
            "two owners answer for the same scope; it is for a campaign that the plan holds already",
            "opposite | set_and_changed | same_reason | two_owners | campaign_in_plan",
        ),
        whole("cells", "cells that both cover", "cells"),
        units("quantity_change", "units that it adds in them", least=None),
        units("other_quantity_change", "units that the other adds in them", least=None),
    )


class OverrideLoad(Contract):
    """What overrides add to the load of resources."""

    name, key = "override_load", ("override", "resource")
    grain = "one row per override and resource that it touches"
    columns = (
        code("override", "id"),
        code("resource", "line or work centre"),
        number("hours_change", "standard hours added over the horizon", "hours"),
        period("peak_period", "month in which it moves most"),
        number("peak_hours_change", "standard hours added in that month", "hours"),
    )


class DemandViews(Contract):
    """The views of demand side by side: history, functions, pipeline, their mixtures, and the consensus."""

    name, key = "demand_views", ("family", "region", "period", "view")
    grain = "one row per family, region, planned month and view that says something for it"
    columns = (
        code("family", "family"),
        code("region", "sales region"),
        period(),
        choice(
            "view",
            "whose view; equal and skill are mixtures; unbiased is what a function said without the bias it has had",
            "statistical | sales | marketing | finance | crm | sales_unbiased | marketing_unbiased | equal | skill | consensus",
        ),
        units("quantity", "units"),
    )


class ViewWeights(Contract):
    """What each view would weigh by proven skill, beside equal weights."""

    name, key = "view_weights", ("family", "view")
    grain = "one row per family and view that was scored"
    columns = (
        code("family", "family"),
        choice("view", "whose view", "statistical | sales | marketing | crm"),
        share("equal_share", "weight where all count alike"),
        share("skill_share", "weight by the errors of earlier cycles, shrunk to equal"),
    )


class CrmDemand(Contract):
    """Units that the pipeline adds to the baseline."""

    name, key = "crm_demand", ("opportunity", "item", "stated_period")
    grain = "one row per deal, item and stated month that counts: not lost, not in the baseline, with a month in the horizon"
    columns = (
        code("opportunity", "opportunity"),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period("period", "month in which it is expected, slip included"),
        code("customer", "customer"),
        text("stage", "stage"),
        units("quantity", "units of the deal"),
        share("stated_share", "stated probability; 1 where won"),
        share("calibrated_share", "probability by what became of such deals"),
        units("expected_quantity", "units x calibrated probability"),
        period("stated_period", "month that the deal states"),
    )


class CrmCalibration(Contract):
    """How far stated probabilities can be believed, by stage."""

    name, key = "crm_calibration", ("stage",)
    grain = "one row per open stage; `*` is all of them"
    columns = (
        text("stage", "stage in which the probability was stated, or `*`"),
        whole("decided", "deals decided since", "deals"),
        share("won_share", "share of them that was won").optional(),
        share("stated_share", "mean stated probability, of them and of the open deals").optional(),
        number("brier_score", "mean squared difference between stated probability and outcome", "score", least=0, most=1).optional(),
        share("calibrated_share", "share that is expected to be won: outcomes, shrunk to what is stated").optional(),
        whole("open_deals", "open deals in the stage", "deals"),
    )


class CrmRecord(Contract):
    """Every deal that has been decided since pipelines are kept, as it stood in the pipeline before."""

    name, key = "crm_record", ("opportunity",)
    grain = "one row per decided deal; earlier cycles' rows are carried on"
    columns = (
        code("opportunity", "opportunity"),
        period("decided_in", "cycle in which it was first seen decided"),
        text("stage", "stage in which it stood before"),
        share("stated_share", "probability that was stated then"),
        share("won", "1 where it was won, 0 where it was lost"),
        number("slipped_months", "month of delivery when decided, less the month stated before", "months").optional(),
    )


class PlanCustomers(Contract):
    """The next twelve months of the plan by customer, by what each has ordered."""

    name, key = "plan_customers", ("customer",)
    grain = "one row per customer; `-` is demand of series that nobody is known to have bought"
    columns = (
        whole("rank", "1 is the largest", "rank"),
        code("customer", "customer"),
        units("quantity", "units of the plan: its share of each series' orders of the last twelve months"),
        money("revenue", "net sales of them"),
        share("share", "of the plan's net sales"),
        money("pipeline_revenue", "expected net sales of its deals, which are not in the plan"),
    )


class LifecycleLog(Contract):
    """Each launch and phase-out and what became of it."""

    name, key = "lifecycle_log", ("item",)
    grain = "one row per item that is launched or phased out"
    columns = (
        code("item", "article number"),
        choice("event", "what happens", "launch | phase_out"),
        period("period", "first month on sale, or last"),
        units("quantity_change", "units it adds to the baseline of the item over the horizon, or takes from it", least=None),
        units("cannibalised_quantity", "units that a launch takes from its family"),
        choice("outcome", "planned, forecast from its own history, or not planned", "planned | own_history | not_planned"),
        text("note", "why it is not planned, or what is to be said of it").optional(),
    )


class DriverEffects(Contract):
    """What moves demand besides its own past, whether each has earned a place in the baseline, and what it does to the plan."""

    name, key = "driver_effects", ("driver", "name", "family")
    grain = "one row per driver and family in which it was tried"
    columns = (
        choice("driver", "kind of driver", "campaign | price | working_days | indicator"),
        code("name", "id of the indicator; `*` for the other kinds"),
        code("family", "family"),
        number("effect", "uplift on campaign days (0.19 = +19 %), or elasticity; empty where it cannot be told", "ratio").optional(),
        number("effect_low", "5 % limit of it", "ratio").optional(),
        number("effect_high", "95 % limit of it", "ratio").optional(),
        whole("evidence", "campaigns, or months, behind it", "number"),
        whole("origins", "earlier cutoffs at which forecasts with it and without it differed", "origins"),
        whole("months", "months scored", "months"),
        number("with_wape_ratio", "error of forecasts with it, in the cells that it moves", "ratio", least=0).optional(),
        number("without_wape_ratio", "error of forecasts without it, in the same cells", "ratio", least=0).optional(),
        number("saving_ratio", "the second less the first; positive = better with it", "ratio").optional(),
        number("saving_low_ratio", "lower end of its 90 % interval, paired by month", "ratio").optional(),
        number("saving_high_ratio", "upper end of its 90 % interval", "ratio").optional(),
        choice(
            "verdict",
            "whether it moves the plan; stated = at the uplift that the planner states",
            "earned | not_earned | cannot_tell | stated",
        ),
        units("plan_quantity", "units that it puts into the plan", least=None).optional(),
        text("why", "why, in words"),
    )
