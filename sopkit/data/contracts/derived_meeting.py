"""Tables that steps 4 to 6 write: money, gaps, scenarios, options, bridge, follow-up, and the facts of all steps."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, period, share, text, units, whole
from sopkit.data.contracts.inputs_demand import LAYERS

LINES = (
    "gross_sales | discount | rebate | bonus | freight_allowance | "
    "net_sales | cost_of_goods | gross_margin | overtime | subcontract_premium | expedite | freight | transfer | setup | sourcing | "
    "holding | workforce_change | one_off | absorption | write_down | operating_contribution | prebuild_absorption"
)


class PlanStatement(Contract):
    """Monthly P&L: actuals of the fiscal year, and the constrained plan."""

    name, key, plan = "plan_statement", ("line", "family", "region", "channel", "period"), True
    grain = "one row per line, family, region, channel and month; lines that belong to no family have `*`"
    columns = (
        choice("line", "line of the statement; costs are positive", LINES),
        code("family", "family, or `*`"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        period(),
        choice("scenario", "closed month or plan", "actual | base"),
        money("amount", "amount"),
    )


class WorkingCapitalPlan(Contract):
    """Operating working capital and cash at month ends."""

    name, key, plan = "working_capital_plan", ("period",), True
    grain = "one row per month end: thirteen closed ones and the planned ones"
    columns = (
        period(),
        choice("scenario", "closed month or plan", "actual | base"),
        money("inventory", "inventory at standard cost").optional(),
        money("receivables", "receivables").optional(),
        money("payables", "payables").optional(),
        money("operating_working_capital", "inventory + receivables - payables").optional(),
        money("working_capital", "current assets - current liabilities").optional(),
        money("cash_headroom", "cash + unused credit line").optional(),
    )


class Gaps(Contract):
    """Demand against supply, by family and month."""

    name, key = "gaps", ("family", "period")
    grain = "one row per family and planned month"
    columns = (
        code("family", "family"),
        period(),
        units("demand", "consensus demand"),
        units("shipped", "shipments of the constrained plan"),
        units("late", "units that wait"),
        units("lost", "units lost"),
        money("lost_revenue", "net sales lost", least=0),
        money("lost_margin", "gross margin lost; empty where an item lost has no cost").optional(),
    )


class BudgetGap(Contract):
    """Latest estimate of the fiscal year against budget, gap by cause."""

    name, key = "budget_gap", ("family", "cause")
    grain = "one row per family and cause; family `*` is the company; the causes add up to `gap`"
    columns = (
        code("family", "family, or `*`"),
        choice("cause", "what the amount is", "budget | volume | capacity | price | currency | gap | latest_estimate"),
        money("amount", "net sales"),
    )


class Scenarios(Contract):
    """Scenarios and options, each solved through the same functions as the base."""

    name, key = "scenarios", ("scenario",)
    grain = "one row per scenario; `base` is the plan"
    columns = (
        code("scenario", "base, a scenario's name, an option as D1=B, or options together as D1=B+D2=C"),
        text("title", "what it is, in words"),
        choice(
            "kind",
            "base, what-if, crisis prepared in advance, option, options of some decisions, the recommended of all together",
            "base | scenario | playbook | option | pair | together",
        ),
        money("net_sales", "net sales of the fiscal year: closed months + plan").optional(),
        money("gross_margin", "gross margin of the next twelve months; empty where costs are not known").optional(),
        money("contribution", "operating contribution of the next twelve months; empty where costs are not known").optional(),
        money("fiscal_contribution", "operating contribution of the fiscal year; empty where costs are not known").optional(),
        share("fill_rate", "units shipped on time / units ordered, next six months").optional(),
        share("tier_a_fill_rate", "the same for items of service tier A; empty where no item has a tier").optional(),
        units("lost", "units lost, next twelve months").optional(),
        units("late", "units that wait, next twelve months").optional(),
        money("working_capital_peak", "highest operating working capital at a month end, next twelve months").optional(),
        number("heads_peak", "most people in a month, all skill groups, next twelve months", "people", least=0).optional(),
        money("stock_peak", "highest inventory at standard cost, next twelve months", least=0).optional(),
        money("cash_low", "lowest cash headroom, next twelve months").optional(),
        number(
            "load_peak",
            "highest required hours, subcontracted ones out / demonstrated hours, next twelve months; months of shutdown apart",
            "ratio",
            least=0,
        ).optional(),
        text("load_peak_at", "resource and month of the highest load").optional(),
        text("breaks_first", "what runs out first: cash, a family or a resource, and the month").optional(),
        money("contribution_p10", "10 % quantile of contribution of the next twelve months, production as planned").optional(),
        money("contribution_p90", "90 % quantile of it").optional(),
        money("multi_year_change", "change of contribution against the base over the plan and the years after it").optional(),
        money("npv_change", "present value of the change of contribution against the base, by the capital rate").optional(),
        number(
            "payback_months",
            "months until that change has earned what it cost; empty where it costs nothing or never does",
            "months",
            least=0,
        ).optional(),
        text("note", "that what it changes moves nothing in this plan").optional(),
        text("problem", "why it could not be planned: file, line, what came, what was expected; empty where it was").optional(),
    )


class Options(Contract):
    """Decisions asked, with their options and what each does."""

    name, key = "options", ("decision", "option")
    grain = "one row per decision and option"
    columns = (
        code("decision", "D1, D2, …"),
        code("option", "A, B, …"),
        text("question", "the question"),
        text("title", "the option"),
        text("owner", "role that carries it out"),
        day("last_date", "last date the decision works"),
        code("scenario", "row of `scenarios` with the whole result"),
        money("net_sales_change", "net sales of the fiscal year against doing nothing"),
        money("contribution_change", "operating contribution of the next twelve months against doing nothing").optional(),
        money(
            "expected_contribution_change",
            "expected contribution, the hazard that the decision names weighed by its probability, against the plan without it; "
            "the rule goes by it",
        ).optional(),
        number("fill_rate_change", "fill rate against doing nothing", "share").optional(),
        money("stock_peak_change", "highest inventory against doing nothing").optional(),
        money("cash_low_change", "lowest cash headroom against doing nothing").optional(),
        money("fixed_cost", "cost once, in the contribution", least=0),
        money("multi_year_change", "contribution against doing nothing over the plan and the years after it").optional(),
        money("npv_change", "present value of that change, by the capital rate").optional(),
        number(
            "payback_months", "months until it has earned what it cost; empty where it costs nothing or never does", "months", least=0
        ).optional(),
        money("contribution_change_on_top", "contribution change on top of what is recommended for the decisions before it").optional(),
        text("floors_broken", "floors that it breaks on top of those: fill_rate, cash, load").optional(),
        flag("recommended", "recommended: by the rule, or by the lead with a reason"),
        flag("by_rule", "what the rule recommends").optional(),
        whole("position", "place of the decision on the agenda", "number").optional(),
        text("reason", "why the recommendation departs from the rule").optional(),
        text("note", "what the option's owner adds").optional(),
    )


class PlanBridge(Contract):
    """From the last plan to this one, over the same months; the causes add up exactly.

    `demand` is what cannot be split into its layers, because the last plan came without them.
    """

    name, key = "plan_bridge", ("measure", "position")
    grain = "one row per measure and cause, overrides one by one, in printed order"
    columns = (
        choice("measure", "units shipped, net sales or gross margin", "units | revenue | gross_margin"),
        whole("position", "printed order", "number"),
        choice(
            "cause",
            "cause",
            "last_plan | actuals | current_month | restated_history | model | campaigns | override | crm | lifecycle | demand | price | "
            "currency | cost | opening_stock | capacity | decisions | interaction | this_plan | horizon_roll",
        ),
        code("subject", "override; `*` is what rounding to whole units leaves").optional(),
        number("amount", "amount", "units or money"),
    )


class FamilySheets(Contract):
    """One page a family: bookings, backlog, shipments, production, inventory, month by month."""

    name, key = "family_sheets", ("family", "measure", "period")
    grain = "one row per family, measure and month: three closed ones, M0 and twelve planned ones"
    columns = (
        code("family", "family"),
        choice(
            "measure",
            "what is counted",
            "bookings | last_plan | backlog | shipments | late | lost | production | inventory | target_stock | cover_days | "
            "revenue | budget_revenue | bottleneck_hours",
        ),
        period(),
        choice("scenario", "closed month, M0 or plan", "actual | current | base"),
        number("value", "value; empty where not available", "units, money, days or hours").optional(),
    )


class RatifyList(Contract):
    """Smaller changes that stand unless someone objects."""

    name, key = "ratify_list", ("position",)
    grain = "one row per proposal"
    columns = (
        whole("position", "printed order", "number"),
        choice("kind", "which detector proposes it", "excess | slow_stock | safety_stock | override"),
        text("subject", "item, family or override"),
        units("quantity", "units not built, sold off, not kept, or asked for in vain"),
        money("amount", "stock at standard cost, or net sales of the override; empty where an item has no cost", least=0).optional(),
        period("period", "from when"),
    )


class PackIndex(Contract):
    """The pages of the decision pack."""

    name, key = "pack_index", ("position",)
    grain = "one row per section"
    columns = (
        whole("position", "order", "number"),
        code("section", "section id"),
        text("title", "its message"),
    )


class Distribution(Contract):
    """Who gets what."""

    name, key = "distribution", ("audience", "artefact")
    grain = "one row per audience and artefact"
    columns = (
        text("audience", "role"),
        text("artefact", "file of the run"),
        text("content", "what is in it"),
        whole("rows", "rows in it; 0 for a document", "rows"),
    )


class Lessons(Contract):
    """What the last plan, its decisions and its assumptions taught."""

    name, key = "lessons", ("kind", "subject")
    grain = "one row per lesson"
    columns = (
        choice("kind", "what it is about", "decision | assumption | plan | review"),
        code("subject", "id, or family"),
        text("statement", "what was decided, assumed or planned"),
        text("owner", "role").optional(),
        number("expected", "what was expected", "money, or units").optional(),
        number("realised", "what came", "money, or units").optional(),
        text("unit", "unit"),
        text("note", "why they differ").optional(),
    )


class ForecastLayers(Contract):
    """The forecasts of this cycle, frozen: they become snapshots of later cycles."""

    name, key, plan = "forecast_layers", ("layer", "made_in", "item", "region", "channel", "period"), True
    grain = "one row per layer, cycle, item, region, channel and month"
    columns = (
        choice("layer", "which forecast", LAYERS),
        period("made_in", "cycle it was made in"),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units(),
    )


class Facts(Contract):
    """Figures that may be printed, each with its definition and where it comes from."""

    name, key = "facts", ("id", "level", "period", "scenario")
    grain = "one row per fact, level, period and scenario"
    columns = (
        code("id", "fact id; the eight KPIs are ids"),
        code("level", "`*` for the company, or family=…, resource=…"),
        text("period", "month, or a span as 2026-01..2026-12"),
        choice("scenario", "closed month, plan, last plan or budget", "actual | base | last_plan | budget"),
        number("value", "value; empty where not available", "unit").optional(),
        text("unit", "unit: money, units, share, ratio, turns, days, hours, people"),
        text("currency", "currency where unit is money").optional(),
        whole("lag", "lag of the forecast, where it has one", "months").optional(),
        text("definition", "what it is, in a sentence"),
        code("source_table", "table it comes from"),
        text("source_key", "rows of that table"),
        text("reason", "why it is not available").optional(),
    )
