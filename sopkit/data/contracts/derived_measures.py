"""Tables that step 1 measures: what campaigns, indicators, deals, production, suppliers and targets came to."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, period, share, text, units, whole
from sopkit.data.contracts.inputs_demand import FUNCTIONS


class CampaignResults(Contract):
    """What past campaigns brought against what was claimed."""

    name, key = "campaign_results", ("campaign", "family", "region", "channel")
    grain = "one row per campaign and what it covers; campaign `*` is the mean over a family's campaigns, family `*` over all"
    columns = (
        code("campaign", "campaign, or `*`"),
        code("family", "family, or `*`"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        day("start_date", "first day"),
        day("end_date", "last day"),
        whole("campaigns", "campaigns that the row tells of", "campaigns"),
        share("claimed_uplift_share", "uplift that marketing claimed; empty where nobody did", most=None).optional(),
        number("uplift_ratio", "realised uplift on the campaign's days; 0.19 = +19 %; empty where it cannot be told", "ratio").optional(),
        number("uplift_low", "5 % limit of it", "ratio").optional(),
        number("uplift_high", "95 % limit of it", "ratio").optional(),
        units("extra_quantity", "units that it brought", least=None).optional(),
        money("extra_contribution", "extra units x (net price - variable cost)").optional(),
        money("cost", "what it cost").optional(),
        number("return_ratio", "(extra contribution - cost) / cost", "ratio").optional(),
        number("return_ratio_low", "5 % limit of it", "ratio").optional(),
        number("return_ratio_high", "95 % limit of it", "ratio").optional(),
        choice("verdict", "what the interval says; planned = not over yet", "worked | did_not | cannot_tell | planned"),
        choice("claim", "the claimed uplift against the interval", "kept | missed | exceeded | cannot_tell"),
        text("why", "what it was compared with, or why it cannot be told"),
    )


class IndicatorCorrelations(Contract):
    """What each market indicator has earned: its correlation with demand, out of sample and for all that was tried."""

    name, key = "indicator_correlations", ("indicator", "region", "family")
    grain = "one row per indicator and the demand that it may lead; family `*` is the company"
    columns = (
        code("indicator", "indicator"),
        code("region", "sales region, or `*`"),
        code("family", "family whose demand it is compared with, or `*`"),
        text("source", "who publishes it"),
        period("last_period", "last month known"),
        whole("believed_lag", "months by which it is believed to lead", "months").optional(),
        whole("publication_lag", "months between what a value is about and its publication", "months"),
        whole("lag", "months by which it leads, chosen on the first half of the months", "months").optional(),
        whole("months", "months of the second half, on which it is judged", "months"),
        number("first_correlation", "correlation in the first half", "ratio", least=-1, most=1).optional(),
        number("correlation", "correlation in the second half, which took no part in the choice", "ratio", least=-1, most=1).optional(),
        share("chance", "chance of so large a correlation where there is none").optional(),
        share("adjusted_chance", "the same, adjusted for the number of pairs tried").optional(),
        choice("verdict", "what it has earned", "earned | not_earned | cannot_tell"),
    )


class PipelineHygiene(Contract):
    """What is wrong with the deals in the CRM system, and what it is worth."""

    name, key = "pipeline_hygiene", ("rule", "opportunity", "item", "period")
    grain = "one row per rule and row of a deal that breaks it"
    columns = (
        code("rule", "rule"),
        code("opportunity", "opportunity"),
        code("item", "article number as the CRM system has it"),
        period("period", "month of expected delivery").optional(),
        code("customer", "customer"),
        text("stage", "stage"),
        units("quantity", "units", least=None).optional(),
        money("deal_value", "value of the deal; empty where nothing tells it").optional(),
        money("at_stake", "what would be counted blindly: value x stated probability, all of a won deal").optional(),
        choice("outcome", "excluded from any count, or counted and doubtful", "excluded | doubtful"),
        text("message", "what is wrong, and what to ask"),
    )


class CycleTimes(Contract):
    """How long production takes, from the first operation to the last."""

    name, key = "cycle_times", ("family", "item")
    grain = "one row per item, family (item `*`) and for the company (family `*`), over the last twelve months"
    columns = (
        code("family", "family, or `*`"),
        code("item", "article number, or `*`"),
        whole("finished_orders", "orders finished in those months", "orders"),
        whole("open_orders", "orders open at the cutoff: counted as lasting at least until then", "orders"),
        units("quantity", "units finished"),
        number("mean", "mean weighted by quantity; empty where open orders leave it unbounded", "days", least=0).optional(),
        number("median", "median weighted by quantity", "days").optional(),
        number("p90", "90th percentile weighted by quantity", "days").optional(),
    )


class SupplierPerformance(Contract):
    """How suppliers have delivered."""

    name, key = "supplier_performance", ("supplier",)
    grain = "one row per supplier with deliveries promised in the last twenty-four months"
    columns = (
        code("supplier", "supplier"),
        whole("deliveries", "deliveries that were due", "deliveries"),
        whole("open_deliveries", "of them, not come by the cutoff: late", "deliveries"),
        share("on_time_share", "of the deliveries, those on the promised day or before"),
        share("on_time_low", "5 % limit of it"),
        share("on_time_high", "95 % limit of it"),
        share("on_time_quantity_share", "of the units, those on time").optional(),
        share("target_share", "agreed share").optional(),
        number("trend", "share of the last twelve months less that of the twelve before", "share", least=-1, most=1).optional(),
        number("days_late_mean", "mean lateness of the late ones so far", "days"),
        number("lead_time_agreed", "agreed lead time", "days", least=0).optional(),
        number("lead_time_mean", "mean days from order to receipt, of those received", "days", least=0).optional(),
        number("lead_time_deviation", "standard deviation of it", "days", least=0).optional(),
        number("lead_time_median", "median, open deliveries counted as censored", "days").optional(),
        number("lead_time_p90", "90th percentile, open deliveries counted as censored", "days").optional(),
        whole("without_lead_time", "deliveries whose dates give no lead time", "deliveries"),
        choice("verdict", "against what was agreed", "kept | below | not_agreed | cannot_tell"),
    )


class TargetAchievement(Contract):
    """What was reached of each target in the last twelve closed months."""

    name, key = "target_achievement", ("target", "scope")
    grain = "one row per target and what it is for"
    columns = (
        code("target", "KPI, or `safety_days`"),
        code("scope", "family, resource, or `*`"),
        text("unit", "unit").optional(),
        number("value", "target", "unit of the KPI"),
        whole("months", "closed months of the last twelve in which it is known", "months"),
        whole("met_months", "of them, months in which the target was met within its tolerance", "months"),
        number("mean_value", "mean of those months", "unit of the KPI").optional(),
        number("worst_value", "worst of those months", "unit of the KPI").optional(),
        number("year_before_value", "mean of the twelve months before", "unit of the KPI").optional(),
        text("reason", "why it is not available").optional(),
    )


class PointsToChase(Contract):
    """What somebody should answer before the demand review."""

    name, key = "points_to_chase", ("position",)
    grain = "one row per open point, the weightiest first"
    columns = (
        whole("position", "running number", "number"),
        choice(
            "topic",
            "what it is about",
            "participation | stock_out | outlier | structural_break | campaign | supplier | pipeline | indicator | target",
        ),
        text("subject", "what exactly"),
        choice("function", "who can answer it", FUNCTIONS),
        text("question", "what was seen, and what to answer"),
        money("value", "net sales that it touches; empty where none can be told").optional(),
    )


class CampaignMonths(Contract):
    """On which share of each month's usual demand each campaign lies, past and planned."""

    name, key = "campaign_months", ("campaign", "family", "region", "channel", "period")
    grain = "one row per campaign, what it covers, and month that it touches"
    columns = (
        code("campaign", "campaign"),
        code("family", "family, or `*`"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        period(),
        share("day_share", "of the month's usual demand, that which falls on the campaign's days"),
    )
