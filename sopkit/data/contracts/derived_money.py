"""Tables of money that step 4 writes beside the statement: ranges, customers, comparisons, prices, the ledger."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, period, share, text, whole


class PlanRanges(Contract):
    """How certain the money of the plan is: paths of demand and named risks through stock, sales and cash, production as planned."""

    name, key = "plan_ranges", ("measure", "span")
    grain = "one row per measure and planned month, and one for the next twelve months together"
    columns = (
        choice("measure", "what is ranged", "net_sales | contribution | inventory | cash_headroom | inventory_peak | cash_low"),
        text("span", "month, or the next twelve months as 2026-03..2027-02"),
        money("plan", "the plan's own figure"),
        money("p10", "10 % quantile"),
        money("p50", "median"),
        money("p90", "90 % quantile"),
        text("record", "how often what came fell inside earlier ranges of the measure, or that it is not yet testable").optional(),
    )


class RangeDrivers(Contract):
    """What drives the range of the contribution of the next twelve months."""

    name, key = "range_drivers", ("kind", "driver")
    grain = "one row per driver"
    columns = (
        choice(
            "kind",
            "demand of a family (`*` the company), a risk of the register, a hazard of a decision, or the rest: items on their own",
            "demand | risk | hazard | rest",
        ),
        code("driver", "family, risk, hazard, or `items`"),
        share("share", "share of the variance"),
        money("effect", "what one standard deviation of it moves"),
    )


class RangeRecord(Contract):
    """How often what came fell inside the range that was given for it a month before."""

    name, key = "range_record", ("measure", "made_in", "period")
    grain = "one row per measure, cycle and month that was ranged and has closed"
    columns = (
        choice("measure", "what was ranged", "net_sales | contribution | inventory | cash_headroom"),
        period("made_in", "cycle that gave the range"),
        period("period", "month that it was for"),
        money("p10", "10 % quantile given"),
        money("p90", "90 % quantile given"),
        money("amount", "what came"),
        flag("inside", "whether it lay between them"),
    )


class Deductions(Contract):
    """The sales terms as they hold for a family in a region and channel, those of single customers by their part of its sales."""

    name, key = "deductions", ("kind", "settled", "family", "region", "channel", "valid_from")
    grain = "one row per kind, settlement, family, region, channel and first month of its value; none where sales terms are not provided"
    columns = (
        choice("kind", "what is deducted from gross sales", "discount | rebate | bonus | freight_allowance"),
        choice("settled", "whether prices and invoices are after it, or it is credited afterwards", "in_price | afterwards"),
        code("family", "family"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        day("valid_from", "first day; it holds until the next row"),
        share("rate", "share of gross sales"),
        number("unit_amount", "money per unit beside the share", "money per unit", least=0),
    )


class CustomerStatement(Contract):
    """Money by customer: closed months as invoiced, the plan's months by each customer's part of its series."""

    name, key = "customer_statement", ("customer", "period")
    grain = "one row per customer and month; customer `*` is what no customer has bought before"
    columns = (
        code("customer", "customer number, or `*`"),
        period(),
        choice("scenario", "closed month or plan", "actual | base"),
        money("net_sales", "net sales"),
        money("cost_of_goods", "cost of the units; empty where one has no cost").optional(),
        money("gross_margin", "net sales - cost of goods").optional(),
    )


class CustomerReview(Contract):
    """Who buys, against the year before, and what it asks of us."""

    name, key = "customer_review", ("customer",)
    grain = "one row per customer with sales in the last two years"
    columns = (
        code("customer", "customer number"),
        choice("status", "against the year before", "new | lost | shrinking | growing | steady"),
        money("net_sales", "net sales of the last twelve months"),
        money("net_sales_before", "net sales of the twelve before"),
        number("change_share", "change from one year to the next", "share").optional(),
        share("sales_share", "part of all net sales, last twelve months").optional(),
        money("gross_margin", "gross margin of the last twelve months").optional(),
        money("planned_net_sales", "its part of the plan, next twelve months").optional(),
        money("planned_gross_margin", "gross margin of that part").optional(),
        share("otif_share", "order lines whole by the promised date, last twelve months").optional(),
        money("open_opportunities", "open deals, weighed by stated probability").optional(),
        number("bottleneck_hours", "hours on its families' bottlenecks, next twelve months", "hours", least=0).optional(),
    )


class EstimateComparison(Contract):
    """The estimate beside budget, target, last plan and last year."""

    name, key = "estimate_comparison", ("span", "line", "against")
    grain = "one row per span, line and what it is measured against"
    columns = (
        choice("span", "the closed month, the fiscal year to date, the full fiscal year", "month | year_to_date | full_year"),
        period("first_period", "first month of the span"),
        period("last_period", "last month of the span"),
        choice("line", "line of the statement", "net_sales | operating_contribution"),
        choice("against", "what it is measured against", "budget | target | last_plan | last_year"),
        money("estimate", "closed months + plan; empty where a month is not known").optional(),
        money("other", "the other figure").optional(),
        money("difference", "estimate - other").optional(),
        text("reason", "why it is not available").optional(),
    )


class MarginChange(Contract):
    """What moved gross margin from last year to this one; the parts add up exactly."""

    name, key = "margin_change", ("span", "position")
    grain = "one row per span and cause, in printed order"
    columns = (
        choice("span", "the fiscal year to date, the full fiscal year", "year_to_date | full_year"),
        whole("position", "printed order", "number"),
        choice("cause", "cause", "last_year | volume | mix | price | cost | this_year"),
        money("amount", "gross margin"),
    )


class LedgerGap(Contract):
    """Net sales of the ledger beside those of invoiced lines, gross and net, over the months that both hold."""

    name, key = "ledger_gap", ("fiscal_year",)
    grain = "one row per fiscal year with closed months that both hold"
    columns = (
        code("fiscal_year", "year in which the fiscal year ends"),
        whole("months", "months compared", "months"),
        whole("flash_months", "of them months whose ledger figure is flash", "months"),
        money("total_revenue", "all revenue of the ledger = gross sales + other income; empty where it does not say").optional(),
        money("other_income", "of it what is no sale: interest, gains, exchange differences").optional(),
        money("gross_sales", "of it sales before returns and discounts").optional(),
        money("deductions", "returns, adjustments and discounts of the ledger").optional(),
        money("ledger", "net sales of the ledger = gross sales - deductions"),
        money("invoiced", "net sales of invoiced lines"),
        money("invoiced_beside", "net sales of invoiced lines in months of the year that the ledger does not hold"),
        money("difference", "invoiced - ledger"),
        money("timing", "moved between neighbouring months: it explains months, nothing of the year"),
        money("unexplained", "what is left of the year's difference once deductions that invoiced lines do not hold are taken out"),
    )


class Pricing(Contract):
    """What a family's price is worth in the next twelve months, and which way it would have to go."""

    name, key = "pricing", ("family",)
    grain = "one row per family that is sold"
    columns = (
        code("family", "family"),
        number("net_price", "mean net price of planned shipments", "money per unit"),
        number("variable_cost", "mean variable cost", "money per unit"),
        number("contribution_share", "(price - variable cost) / price", "share"),
        code("resource", "bottleneck of the family").optional(),
        number("hours_per_unit", "hours on it", "hours per unit", least=0).optional(),
        number("contribution_per_hour", "(price - variable cost) / hours", "money per hour").optional(),
        number("scarcity_value", "hours per unit x value of an hour in the months planned", "money per unit", least=0).optional(),
        number("elasticity", "change of units per change of price", "ratio"),
        number("elasticity_low", "low end of its 90 % interval; empty where assumed", "ratio").optional(),
        number("elasticity_high", "high end", "ratio").optional(),
        text("elasticity_basis", "measured, or why it is assumed"),
        number("break_even_loss_share", "share of units that a price two per cent higher may lose", "share").optional(),
        choice("candidate", "which way the price would have to go", "raise | lower | keep"),
    )


class KpiControl(Contract):
    """What is noise and what is a signal in each KPI, from its own months."""

    name, key = "kpi_control", ("kpi",)
    grain = "one row per KPI with a history; limits are those of the months before the cutoff"
    columns = (
        code("kpi", "fact id"),
        text("unit", "unit"),
        whole("months", "months behind the limits, of the twelve before the cutoff", "months"),
        number("value", "value of the cutoff month; empty where not available", "unit of the KPI").optional(),
        number("mean", "mean of those months", "unit of the KPI").optional(),
        number("low", "mean - 2.66 x mean moving range", "unit of the KPI").optional(),
        number("high", "mean + 2.66 x mean moving range", "unit of the KPI").optional(),
        choice("signal", "beyond a limit; eight months on one side; neither; too few months to say", "outside | shift | noise | too_few"),
    )


class BudgetSignals(Contract):
    """Families whose estimate lies further from budget than their own forecast error."""

    name, key = "budget_signals", ("family",)
    grain = "one row per family with a budget for the fiscal year"
    columns = (
        code("family", "family"),
        money("budget", "net sales of the fiscal year in the budget"),
        money("gap", "latest estimate - budget"),
        number("gap_share", "gap / budget", "share").optional(),
        share("threshold_share", "its own forecast error at the headline lag, at least 5 %", most=None),
        choice(
            "basis", "whose error: the consensus, the statistical forecast; assumed without a record", "consensus | statistical | assumed"
        ),
        choice("signal", "beyond the threshold or not", "gap | noise"),
    )


class AssumptionTests(Contract):
    """Each assumption against what tests it, its tripwire and its expiry."""

    name, key = "assumption_tests", ("assumption",)
    grain = "one row per assumption"
    columns = (
        code("assumption", "id"),
        text("owner", "role that answers for it"),
        text("feeds", "what in the plan rests on it").optional(),
        code("observable", "what tests it").optional(),
        number("tripwire_low", "broken below this", "unit of the observable").optional(),
        number("tripwire_high", "broken above this", "unit of the observable").optional(),
        number("value", "what is seen as of the cutoff", "unit of the observable").optional(),
        choice("result", "what the test says; expired: its last month has passed", "held | broke | untested | expired"),
        choice("by", "who says so: the observable, its expiry, or people", "observable | expiry | people"),
        text("reason", "why it is not tested, or expired").optional(),
    )


class OutsideView(Contract):
    """What moved outside the company since the month before, and which assumption of the plan it touches."""

    name, key = "outside_view", ("signal", "family", "region")
    grain = "one row per market indicator, or currency, and what it is about"
    columns = (
        code("signal", "indicator:<series> or rate:<currency>, as assumptions name them"),
        code("family", "family, or `*`"),
        code("region", "sales region, or `*`"),
        period("period", "last month known"),
        number("value", "value of that month", "unit of the signal"),
        number("change", "value - that of the month before; empty where it is not known", "unit of the signal").optional(),
        number("change_share", "change / value of the month before", "share").optional(),
        number("year_change_share", "value against the same month a year before", "share").optional(),
        number("budget_change_share", "rate against that of the budget", "share").optional(),
        whole("lead_months", "months by which it leads demand, where it has earned that", "months").optional(),
        text("touches", "assumptions that it tests").optional(),
        choice("result", "the worst that it says of them", "broke | held | expired | untested").optional(),
    )


class GapActions(Contract):
    """Actions against the gap to budget: what each closes of it, and why one closes nothing."""

    name, key = "gap_actions", ("action",)
    grain = "one row per action with an effect on net sales of the fiscal year"
    columns = (
        code("action", "id"),
        text("statement", "what is done"),
        text("owner", "role that does it"),
        day("due_date", "by when"),
        choice("status", "how far it is", "open | done | late | stopped"),
        money("revenue_effect", "effect on net sales of the fiscal year"),
        share("probability_share", "how likely; empty where nobody says").optional(),
        money("weighted_effect", "effect x probability; empty where nobody says how likely").optional(),
        flag("in_plan", "already counted in the plan"),
        choice(
            "counts",
            "closes: it closes part of the gap; in_plan: the estimate holds it; over: done or stopped; too_late: due after the fiscal year",
            "closes | in_plan | over | too_late",
        ),
    )
