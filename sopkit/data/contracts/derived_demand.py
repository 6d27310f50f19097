"""Tables that steps 1 and 2 write: history, scores, forecasts, consensus demand."""

from sopkit.data.contracts.column import Contract, choice, code, money, number, period, text, units, whole
from sopkit.data.contracts.inputs_demand import FUNCTIONS

SERIES = ("item", "region", "channel")


class DemandHistory(Contract):
    """Monthly demand (orders by requested month where there are orders, else invoiced sales) and sales."""

    name, key = "demand_history", (*SERIES, "period")
    grain = "one row per item, region, channel and closed month, without gaps from the first sale of a series to the cutoff"
    columns = (
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units("quantity", "demand: units asked for in the month", least=None),
        units("sold_quantity", "units invoiced in the month", least=None),
        money("revenue", "net sales invoiced in the month"),
        money("cost", "cost of the units sold; empty where unknown").optional(),
        choice("source", "where demand comes from", "orders | sales"),
        units(
            "uncensored_quantity",
            "demand that models are trained on: the recorded one, or the estimate where a stock-out hid some of it; never the yardstick",
            least=None,
        ).optional(),
    )


class Coverage(Contract):
    """What was provided, how far it reaches, and what is not available without it."""

    name, key = "coverage", ("table",)
    grain = "one row per input table"
    columns = (
        code("table", "input table"),
        choice("status", "provided or not", "provided | not_provided"),
        whole("rows", "rows", "rows"),
        text("first_period", "first month, where it has months").optional(),
        text("last_period", "last month").optional(),
        text("origin", "file, sheet or query it came from").optional(),
        text("consequence", "what is not available without it").optional(),
        text("assumption", "what the params assume in its place, where it is not measured").optional(),
    )


class Findings(Contract):
    """What was found in the inputs."""

    name, key = "findings", ("finding",)
    grain = "one row per finding"
    columns = (
        whole("finding", "running number", "number"),
        text("file", "file"),
        text("sheet", "sheet").optional(),
        whole("row", "physical row, header = 1; 0 is the whole file", "row"),
        text("column", "column").optional(),
        text("cell", "cell, as B12").optional(),
        text("value", "what came; masked where the column is sensitive").optional(),
        text("new_value", "what it was read as, of a repair").optional(),
        text("rule", "rule that it breaks (docs/findings.md)"),
        text("message", "what is wrong"),
        text("hint", "what to do").optional(),
        choice("outcome", "what became of it", "REJECT | REPAIR | ASK | ACCEPT"),
        code("table", "input table that it is about").optional(),
        text("period", "month, or first..last, that it is about").optional(),
        whole("rows", "rows of the table that it concerns; 0 = not counted", "rows"),
        text("answered_by", "role that answered the question").optional(),
        text("answer", "why it is right as it is").optional(),
    )


class KpiHistory(Contract):
    """The eight KPIs of each closed month."""

    name, key = "kpi_history", ("kpi", "period")
    grain = "one row per KPI and closed month"
    columns = (
        code("kpi", "KPI id"),
        period(),
        number("value", "value; empty where not available", "unit of the KPI").optional(),
        text("unit", "unit"),
        text("reason", "why it is not available").optional(),
    )


class LastPlan(Contract):
    """The plan of the cycle before: from its run, or from the published plan that was handed in."""

    name, key = "last_plan", (*SERIES, "period")
    grain = "one row per item, region, channel and month"
    columns = (
        period("made_in", "cycle it was made in"),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units("quantity", "consensus demand"),
        units("shipped", "shipments of the constrained plan"),
        number("net_price", "price per unit", "money per unit", least=0),
        units("baseline", "of the demand: statistical forecast").optional(),
        units("lifecycle", "of the demand: launch, phase-out and cannibalisation", least=None).optional(),
        units("override", "of the demand: overrides", least=None).optional(),
    )


class PlanScore(Contract):
    """The last plan against what happened in the month that has just closed."""

    name, key = "plan_score", ("family",)
    grain = "one row per family; `*` is the company"
    columns = (
        code("family", "family, or `*`"),
        period(),
        units("planned_quantity", "demand planned"),
        units("actual_quantity", "demand that came", least=None),
        money("planned_revenue", "shipments planned, valued"),
        money("actual_revenue", "net sales invoiced"),
        whole("lag", "months between approval and the month scored", "months"),
    )


class Backtest(Contract):
    """Rolling-origin backtest: each model against seasonal naive."""

    name, key = "backtest", ("model", "family")
    grain = "one row per model and family; family `*` is the company"
    columns = (
        code("model", "model; `pool` is what is used"),
        code("family", "family, or `*`"),
        whole("series", "series scored", "series"),
        whole("origins", "origins", "origins"),
        number("mase", "mean over series of mean absolute error / in-sample seasonal naive error", "ratio", least=0).optional(),
        number("wape_ratio", "sum of absolute errors / sum of actuals", "ratio", least=0).optional(),
        number("rmsse", "mean over series of root mean squared scaled error", "ratio", least=0).optional(),
        number("bias_ratio", "sum of errors (forecast - actual) / sum of actuals", "ratio").optional(),
    )


class StatisticalForecast(Contract):
    """The baseline: pool forecast with quantiles, and seasonal naive as the yardstick."""

    name, key = "statistical_forecast", (*SERIES, "period")
    grain = "one row per item, region, channel and planned month"
    columns = (
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units("quantity", "forecast"),
        units("p10", "10 % quantile"),
        units("p50", "median"),
        units("p90", "90 % quantile"),
        units("naive", "seasonal naive"),
        text("method", "how it was made"),
        units("driver_quantity", "of the forecast: what drivers that have earned their place put on it", least=None).optional(),
        units("view_quantity", "added to it where the plan starts from the views together (`consensus_start`)", least=None).optional(),
        units("share_error", "of a series that was divided from a forecast above it: standard deviation of its share's error").optional(),
        units("divided_below", "of it: its share of the width below the median of that forecast").optional(),
        units("divided_above", "of it: its share of the width above").optional(),
        units("driver_error", "standard deviation of what drivers put on it, as sure as their effects are").optional(),
    )


class OverrideLog(Contract):
    """Each override and what became of it."""

    name, key = "override_log", ("override",)
    grain = "one row per override"
    columns = (
        code("override", "id"),
        choice("function", "who asks", FUNCTIONS),
        text("owner", "role that answers for it"),
        text("scope", "what it changes, in words"),
        period("first_period", "first month"),
        period("last_period", "last month"),
        units("quantity_change", "units added over the horizon", least=None),
        money("revenue_change", "net sales added over the horizon"),
        text("reason", "why, in words"),
        choice(
            "outcome", "applied, refused by the rules, outside the horizon, or past its expiry", "applied | refused | outside | expired"
        ),
        text("note", "why it was refused").optional(),
    )


class ConsensusDemand(Contract):
    """The unconstrained demand plan: baseline, launches and phase-outs, overrides."""

    name, key, plan = "consensus_demand", (*SERIES, "period"), True
    grain = "one row per item, region, channel and planned month"
    columns = (
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units("baseline", "statistical forecast"),
        units("lifecycle", "launch, phase-out and cannibalisation", least=None),
        units("override", "overrides", least=None),
        units("quantity", "consensus demand = baseline + lifecycle + override"),
        number("net_price", "price per unit", "money per unit", least=0),
        money("revenue", "quantity x net price", least=0),
    )


class DemandRange(Contract):
    """How certain the demand plan is, by family and for the company."""

    name, key = "demand_range", ("family", "period")
    grain = "one row per family and planned month; family `*` is the company, in money"
    columns = (
        code("family", "family, or `*`"),
        period(),
        choice("unit", "units of the family, or money for the company", "units | money"),
        number("p10", "10 % quantile", "units or money", least=0),
        number("p50", "median", "units or money", least=0),
        number("p90", "90 % quantile", "units or money", least=0),
    )


class FunctionForecasts(Contract):
    """What each function expects against the consensus, by family."""

    name, key = "function_forecasts", ("function", "family")
    grain = "one row per function and family, over the months that it covers"
    columns = (
        choice("function", "who hands it in", FUNCTIONS),
        code("family", "family"),
        whole("months", "months covered", "months"),
        units("quantity", "what the function expects"),
        units("consensus", "consensus over the same months"),
    )
