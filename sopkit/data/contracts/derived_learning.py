"""Tables that step 6 writes about the process itself: plans frozen for scoring, what became of them, benefits, process health."""

from sopkit.data.contracts.column import Contract, choice, code, flag, money, number, period, share, text, units, whole

MEASURES = "demand | production | stock | net_sales | gross_margin | schedule_adherence"


class PlanRecord(Contract):
    """The near months of each cycle's plan, frozen: what later months are scored against."""

    name, key, plan = "plan_record", ("made_in", "item", "period"), True
    grain = "one row per cycle, item and month of its plan, M0 and the months of the lags that are scored"
    columns = (
        period("made_in", "cycle whose plan it is"),
        code("item", "article number"),
        period(),
        units("demand", "consensus demand"),
        units("production", "units made, subcontracted ones included; of bought items: bought in"),
        units("shipped", "units shipped"),
        units("closing_stock", "stock at the end"),
        money("net_sales", "shipped units at their net price"),
        money("cost_of_goods", "cost of the shipped units; empty where an item has none").optional(),
    )


class PlanReview(Contract):
    """The month that has just closed against the plans made for it: what departed, and whether a reason is asked for."""

    name, key = "plan_review", ("measure", "subject", "lag")
    grain = "one row per measure, family (`*` is the company) and lag; what cannot be scored has a row of the company that says why"
    columns = (
        choice("measure", "what is scored", MEASURES),
        code("subject", "family, or `*`"),
        whole("lag", "months between the plan and the month; 0 is told and is no KPI", "months"),
        period("period", "month scored"),
        period("made_in", "cycle whose plan it is"),
        number("planned", "by the plan; of schedule_adherence: units scheduled", "units, or money").optional(),
        number(
            "actual", "what came; of schedule_adherence: units made of what was scheduled, no more than scheduled", "units, or money"
        ).optional(),
        number("difference", "what came less the plan", "units, or money").optional(),
        number("difference_share", "the same, share of the plan", "share").optional(),
        flag("asked", "a reason is asked for: it departs by more than the tolerance").optional(),
        text("reason", "why it cannot be scored").optional(),
    )


class Reviews(Contract):
    """Why plans of earlier months came out otherwise, as people said when they were asked: lessons for the next meetings."""

    name, key = "reviews", ("made_in", "measure", "subject")
    grain = "one row per cycle that asked, measure and family; the last answer stands"
    columns = (
        period("made_in", "cycle in which it was said"),
        choice("measure", "what departed", MEASURES),
        code("subject", "family, or `*`"),
        period("period", "month that departed"),
        code("cause", "cause code"),
        text("why", "the sentence that goes with it"),
        text("who", "role that said it"),
        text("function", "function that answers for the measure"),
    )


class Benefits(Contract):
    """What has become of revenue, production cost and service since the baseline. Before and after: no proof of a cause."""

    name, key = "benefits", ("measure",)
    grain = "one row per measure"
    columns = (
        choice("measure", "what is followed", "net_sales | cost_share | service"),
        text("unit", "money a month, or share"),
        period("baseline_from", "first month of the baseline").optional(),
        period("baseline_to", "last month of the baseline").optional(),
        number("baseline", "mean of its months", "money, or share").optional(),
        period("now_from", "first of the last twelve closed months").optional(),
        number("now", "mean of the same calendar months now", "money, or share").optional(),
        number("change", "now less baseline", "money, or share").optional(),
        number("change_low", "lower end of where the change lies nine times in ten", "money, or share").optional(),
        number("change_high", "upper end", "money, or share").optional(),
        text("reason", "why it is not available").optional(),
    )


class ProcessHealth(Contract):
    """How the process itself does, measured from the tables of the cycle."""

    name, key = "process_health", ("measure",)
    grain = "one row per measure"
    columns = (
        code("measure", "what is measured"),
        text("unit", "share, money or points of WAPE"),
        number("value", "value", "share, money or ratio").optional(),
        number("of", "how many it is a share of", "count").optional(),
        share("target", "from which it counts for the level").optional(),
        whole("level", "level of maturity that it counts for, 2 to 5", "level"),
        flag("met", "whether it reaches the target; unknown is not reached"),
        text("evidence", "where it comes from, in words"),
    )
