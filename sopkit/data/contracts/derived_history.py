"""Tables that step 1 writes about the past: stock-outs, adjustments, classes, calendars and history by month and quarter."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, period, share, text, units, whole


class StockOuts(Contract):
    """Months in which an item was out of stock, and what that hid."""

    name, key = "stock_outs", ("item", "period")
    grain = "one row per item and month in which its shelf was empty on a tenth of the demand days or more"
    columns = (
        code("item", "article number"),
        period(),
        day("first_day", "first day without stock in the month"),
        day("last_day", "last day without stock in the month"),
        share("out_share", "of the month's usual demand, that which falls on the days without stock"),
        units("recorded_quantity", "demand of the month as recorded", least=None),
        units("hidden_quantity", "estimate of what was not asked for because nothing was there; 0 where the recorded demand stands"),
        units("hidden_p10", "10 % quantile of it").optional(),
        units("hidden_p90", "90 % quantile of it").optional(),
        share(
            "chance_share", "chance of so little demand on so many days, adjusted for the number of stock-outs; empty = not known"
        ).optional(),
        choice("outcome", "what became of the recorded demand", "uncensored | recorded | unknown"),
        text("why", "why, in words"),
    )


class ItemClasses(Contract):
    """What kind of item each one is."""

    name, key = "item_classes", ("item",)
    grain = "one row per item"
    columns = (
        code("item", "article number"),
        code("family", "family"),
        money("revenue", "net sales of the last twelve months"),
        choice("abc", "by net sales of the last twelve months: A the first 80 %, B up to 95 %, C the rest", "A | B | C"),
        number("variation_ratio", "coefficient of variation of monthly demand around the season", "ratio", least=0).optional(),
        choice("xyz", "how steadily it sells: X to 0.5, Y to 1, Z above; `-` not known", "X | Y | Z | -"),
        number("demand_interval", "months per month with demand (ADI)", "months", least=1).optional(),
        number("squared_variation", "squared coefficient of variation of the months with demand (CV2)", "ratio", least=0).optional(),
        choice("pattern", "demand pattern: limits ADI 1.32 and CV2 0.49", "smooth | erratic | intermittent | lumpy | none"),
        choice("life", "stage of life", "launch | running | leaving | ended"),
        period("first_period", "first month with demand, or the planned one").optional(),
        period("last_period", "last month on sale, planned or seen").optional(),
    )


class HistoryAdjustments(Contract):
    """What was done to the history, or seen in it and left alone: nothing is changed in silence."""

    name, key = "history_adjustments", ("kind", "family", "item", "region", "channel", "period")
    grain = "one row per kind of adjustment and what it touches; `*` means all"
    columns = (
        choice(
            "kind",
            "what was adjusted or seen",
            "own_period | partial_period | return | cancellation | stock_out | outlier | structural_break | working_days | "
            "usual_days | launch | phase_out",
        ),
        code("family", "family, or `*`"),
        code("item", "article number, or `*`"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        period(),
        units("from_quantity", "units before", least=None).optional(),
        units("to_quantity", "units after; the same where it was only flagged", least=None).optional(),
        choice("outcome", "changed, or seen and left as it is", "applied | flagged"),
        text("rule", "the rule"),
        text("why", "why, in words"),
    )


class PlanningCalendar(Contract):
    """The periods that history and plan are counted in, and where each comes from."""

    name, key = "planning_calendar", ("period",)
    grain = "one row per month, from the first of the history over the horizon; for all sites"
    columns = (
        period(),
        day("start_date", "first day"),
        day("end_date", "last day"),
        number("working_days", "days worked; half days count half", "days", least=0, most=35),
        code("quarter", "quarter of the fiscal year"),
        whole("fiscal_year", "fiscal year, named after the year in which it ends", "year"),
        whole("fiscal_period", "number of the period in its fiscal year", "number", least=1),
        text("source", "where days and bounds come from"),
    )


class QuarterlyHistory(Contract):
    """Demand by family and whole quarter of the fiscal year."""

    name, key = "quarterly_history", ("family", "quarter")
    grain = "one row per family and quarter that the records wholly cover; family `*` is the company"
    columns = (
        code("family", "family, or `*`"),
        code("quarter", "quarter of the fiscal year, such as 2026-Q1"),
        units("quantity", "recorded demand", least=None),
        units("uncensored_quantity", "un-censored demand", least=None),
        units("sold_quantity", "units invoiced", least=None),
        money("revenue", "net sales invoiced"),
    )


class WorkingDayFactors(Contract):
    """What a month's working days make of its demand, for families whose demand follows them."""

    name, key = "working_day_factors", ("family", "period")
    grain = "one row per family whose demand follows working days and month of the planning calendar"
    columns = (
        code("family", "family"),
        period(),
        number("working_days", "days worked in the month", "days", least=0),
        number("usual_days", "mean of the same month over the years of the planning calendar", "days", least=0),
        number("factor", "(working days / usual days) ^ elasticity: demand of the month / demand of a usual one", "ratio", least=0),
    )


class WorkingDayEffects(Contract):
    """Whether demand follows the number of working days."""

    name, key = "working_day_effects", ("family",)
    grain = "one row per family; `*` is the company; empty where no calendar is known"
    columns = (
        code("family", "family, or `*`"),
        whole("months", "months with the same month a year before", "months"),
        number("elasticity", "change of demand per change of working days, year over year", "ratio").optional(),
        number("low", "2.5 % limit of it", "ratio").optional(),
        number("high", "97.5 % limit of it", "ratio").optional(),
        choice("verdict", "what the interval says", "follows | does_not | cannot_tell"),
    )


class MonthlyHistory(Contract):
    """Demand by family and month, recorded and un-censored, beside the year before."""

    name, key = "monthly_history", ("family", "period")
    grain = "one row per family and closed month; family `*` is the company"
    columns = (
        code("family", "family, or `*`"),
        period(),
        units("quantity", "recorded demand", least=None),
        units("uncensored_quantity", "un-censored demand", least=None),
        units("sold_quantity", "units invoiced", least=None),
        money("revenue", "net sales invoiced"),
        number("working_days", "working days of the month", "days", least=0).optional(),
        units("year_before_quantity", "un-censored demand of the same month a year before", least=None).optional(),
        number("change_ratio", "un-censored demand against a year before; 0.05 = 5 % more", "ratio").optional(),
        number("like_for_like_ratio", "the same with the effect of working days taken off, where demand follows them", "ratio").optional(),
    )
