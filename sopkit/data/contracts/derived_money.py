"""Tables of money that step 4 writes beside the statement: ranges, customers, comparisons, prices, the ledger."""

from sopkit.data.contracts.column import Contract, choice, code, flag, money, period, share, text


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
    )


class RangeDrivers(Contract):
    """What drives the range of the contribution of the next twelve months."""

    name, key = "range_drivers", ("kind", "driver")
    grain = "one row per driver"
    columns = (
        choice(
            "kind", "demand of a family (`*` the company), a risk of the register, or the rest: items on their own", "demand | risk | rest"
        ),
        code("driver", "family, risk, or `items`"),
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
