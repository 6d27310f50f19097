"""Tables of the supply review: what can be promised, what each remedy brings, people, suppliers, stock, flow."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, period, share, text, units, whole

LEVER_KINDS = "shift | subcontract | supplier | expedite | overtime | stock | hire | temporary | allocate | demand"


class Commitments(Contract):
    """When and where demand can be met: what is promised of the consensus, what comes late and until when, what is lost."""

    name, key = "commitments", ("family", "region", "period")
    grain = "one row per family, region and planned month; consensus = committed + late + lost"
    columns = (
        code("family", "sales family"),
        code("region", "sales region"),
        period(),
        units("consensus", "units asked for"),
        units("committed", "units that ship in the month they are asked for"),
        units("late", "units that ship later, or still wait at the horizon"),
        period("late_until", "month by whose end the last of them has shipped; empty where none is late or some still wait").optional(),
        units("waiting", "of the late ones, those that still wait at the horizon"),
        units("lost", "units lost"),
    )


class AvailableToPromise(Contract):
    """What can still be promised: supply that no order and no later promise needs."""

    name, key = "available_to_promise", ("item", "site", "period")
    grain = "one row per item, site and planned month; site `*` where the item is made or kept at none or several"
    columns = (
        code("item", "article number"),
        code("site", "the one plant that makes it, or `*`"),
        period(),
        units("supply", "units that become available: in the first month the stock too", least=None),
        units("booked", "units of customers' orders for the month; what is overdue counts in the first"),
        units("available", "units that can be promised for the month on top"),
        units("cumulative", "units that can be promised until the end of the month"),
        units("over_promised", "units booked until then beyond what is there"),
    )


class CustomerLoad(Contract):
    """Customers by the hours of the bottleneck that they take, and what they bring per hour."""

    name, key = "customer_load", ("resource", "customer")
    grain = "one row per customer, for the resource that limits most, over the next twelve planned months"
    columns = (
        code("resource", "the bottleneck"),
        code("customer", "customer; `-` what the history does not give to anyone, such as launches"),
        whole("rank", "1 = most hours", "number"),
        number("hours", "standard hours of its planned demand", "hours", least=0),
        share("hours_share", "part of all hours that demand asks of the resource"),
        units("quantity", "units planned"),
        money("revenue", "planned net sales"),
        money("contribution", "planned net sales less variable cost"),
        number("contribution_per_hour", "contribution per hour of the bottleneck; empty without hours", "money per hour").optional(),
    )


class LeverEffects(Contract):
    """What each lever brings, by a solve with it, when it must be pulled, and whether it is too late."""

    name, key = "lever_effects", ("lever",)
    grain = "one row per lever, over the planned months"
    columns = (
        code("lever", "id"),
        choice("kind", "kind", LEVER_KINDS),
        code("target", "what it acts on"),
        whole("rank", "1 = most contribution after its cost", "number"),
        day("effect_date", "day from which it works if it is pulled on the day of the decision"),
        day("last_date", "last day to pull it so that it works from the first day it is needed; empty where it brings nothing").optional(),
        choice("verdict", "what is said of it", "pull | in part | too late | no use | not available"),
        number("used", "how much of it the plan takes", "units, hours or people").optional(),
        units("units_saved", "units shipped that would be lost or still wait at the horizon", least=None).optional(),
        units("late_saved", "units that would be late and are not", least=None).optional(),
        money("contribution_change", "contribution over the plan, after the lever's own cost").optional(),
        money("lever_cost", "what the lever costs: price x use + cost once", least=0).optional(),
        units("units_in_time", "units_saved had it been pulled in time", least=None).optional(),
        money("contribution_in_time", "contribution_change had it been pulled in time").optional(),
        text("sentence", "the same in words"),
    )


class ShortageCauses(Contract):
    """Each unmet unit charged to a cause: the parts of an item and month add up to its units late and lost."""

    name, key = "shortage_causes", ("item", "period", "cause")
    grain = "one row per item, month and cause; below zero where relaxing the cause moves a shortage here"
    columns = (
        code("item", "article number"),
        period(),
        choice("cause", "what holds it back", "supplier | people | machine | lead time | policy | cost"),
        units("quantity", "units late or lost, causes relaxed in the stated order", least=None),
        units("low", "the least of this and the reverse order; empty where it was not asked", least=None).optional(),
        units("high", "the most of this and the reverse order; empty where it was not asked", least=None).optional(),
    )


class HeadcountPlan(Contract):
    """People there against people needed, for the plan and for all demand."""

    name, key = "headcount_plan", ("skill_group", "period")
    grain = "one row per skill group and planned month"
    columns = (
        code("skill_group", "skill group"),
        period(),
        number("heads", "people of the plan", "people", least=0),
        number("hired", "people the plan hires", "people", least=0),
        number("laid_off", "people the plan lays off", "people", least=0),
        number("needed_by_plan", "people that the plan's regular hours take", "people", least=0),
        number("needed_by_demand", "people that all demand would take, in the month it is asked for", "people", least=0),
        number("missing", "people short of what the plan takes, or of what people alone keep from being made", "people", least=0),
    )


class HiringRequests(Contract):
    """Whom to hire, how many, from when, and what it costs."""

    name, key = "hiring_requests", ("skill_group", "needed_from")
    grain = "one row per skill group and month from which people are needed"
    columns = (
        code("skill_group", "role"),
        period("needed_from", "month from which they are needed"),
        day("start_date", "day of entry, so that they work at full pace when they are needed"),
        period("needed_until", "last month in which they are needed"),
        number("number", "people", "people", least=0),
        number("ramp_up_months", "months until full pace", "months", least=0),
        money("hire_cost", "cost of hiring them", least=0),
        money("wages", "wages from entry to the last month they are needed", least=0),
        flag("too_late", "the day of entry lies before the day of the decision"),
        text("reason", "why, in words"),
    )


class SupplierSchedule(Contract):
    """What is to be bought from whom, when it must be ordered, and how full the agreement is."""

    name, key = "supplier_schedule", ("supplier", "component", "period")
    grain = "one row per supplier, component and planned month with a quantity or an agreed limit"
    columns = (
        code("supplier", "supplier"),
        code("component", "component"),
        period("period", "month of delivery"),
        number("quantity", "components that the plan buys", "components", least=0),
        number("required_quantity", "components that all demand asks for; empty without an agreement", "components", least=0).optional(),
        number("limit_quantity", "most components a month by agreement; empty without one", "components", least=0).optional(),
        number("load_ratio", "required / agreed; empty without an agreement", "ratio", least=0).optional(),
        day("order_by", "last day to order, by the agreed lead time; empty where that is not known").optional(),
        money("value", "quantity x price; empty without a price", least=0).optional(),
    )


class SupplierRisk(Contract):
    """What hangs on each supplier, and what its loss would cost, by a solve without it."""

    name, key = "supplier_risk", ("supplier", "component")
    grain = "one row per supplier and component, dearest loss first by `rank`"
    columns = (
        code("supplier", "supplier"),
        code("component", "component"),
        whole("rank", "1 = dearest loss", "number"),
        flag("single_source", "nobody else delivers the component"),
        whole("items", "items that need it", "number"),
        text("families", "families that need it"),
        money("revenue", "planned net sales of those items in the next twelve months"),
        number("months_lost", "months without it that are solved for", "months", least=0),
        units("units_lost", "units lost on top in that case", least=None).optional(),
        money("contribution_change", "contribution over the plan in that case").optional(),
        text("sentence", "the same in words"),
    )


class StockPolicies(Contract):
    """How much stock each item should have, by class, and what is too much."""

    name, key = "stock_policies", ("item",)
    grain = "one row per item kept in stock"
    columns = (
        code("item", "article number"),
        code("family", "sales family"),
        code("stock_class", "ABC and XYZ, as AX; `-` where it is not known"),
        share("service_share", "share of cycles without a stock-out that the policy wants of the class"),
        number("lead_months", "months from order to stock, the review month in", "months", least=0),
        choice("method", "how the safety stock was found", "quantile | normal | not available"),
        units("deviation", "deviation of the forecast's error over the lead time; empty where it is not known").optional(),
        units("safety_stock", "safety stock by the policy; empty where it is not known").optional(),
        units("target_stock", "mean target of the plan, next twelve months"),
        units("reorder_point", "demand over the lead time + safety stock; empty where it is not known").optional(),
        units("order_quantity", "economic order quantity; empty where the cost of an order is not known").optional(),
        units("stock", "on hand at the cutoff"),
        number("cover_days", "days that lasts, walked forward through the plan's demand", "days", least=0),
        units("excess", "on hand beyond the policy's months of planned demand"),
        units("obsolete", "on hand of what has no planned demand"),
        money("excess_value", "excess and obsolete at standard cost; empty where that is not known", least=0).optional(),
        text("advice", "what to do, in words"),
    )


class ServiceCurve(Contract):
    """What each service level costs in stock."""

    name, key = "service_curve", ("family", "service_share")
    grain = "one row per family and cycle service; family `*` is the company"
    columns = (
        code("family", "family, or `*`"),
        share("service_share", "share of cycles without a stock-out"),
        units("safety_stock", "safety stock of all its items"),
        money("value", "at standard cost", least=0),
        money("yearly_cost", "of keeping it a year: holding and capital", least=0),
    )


class StockOutsAhead(Contract):
    """When items run out: by what is on order alone, and by the plan."""

    name, key = "stock_outs_ahead", ("item", "basis")
    grain = "one row per item and basis that runs out"
    columns = (
        code("item", "article number"),
        choice("basis", "what arrives", "on order | plan"),
        period("period", "month in which it runs out"),
        day("date", "first day without stock, demand spread evenly over a month"),
        units("missing", "units of the month's demand that find none"),
    )


class FlowTimes(Contract):
    """Cycle times by resource, planned against history, and the work in process that follows."""

    name, key = "flow_times", ("resource",)
    grain = "one row per resource that some item needs"
    columns = (
        code("resource", "line or work centre"),
        whole("orders", "orders finished in twelve months on items that need it", "orders"),
        number("work_days", "days an average order keeps the resource at its demonstrated pace", "days", least=0).optional(),
        number("median_days", "median days from first to last operation in those orders, by quantity", "days", least=0).optional(),
        number("p90_days", "nine in ten within so many days", "days", least=0).optional(),
        number("flow_ratio", "median / work days: how much of the time is waiting and other operations", "ratio", least=0).optional(),
        number("units_a_day", "units started on it a calendar day, planned next twelve months", "units per day", least=0),
        number("history_units_a_day", "units finished a calendar day, last twelve months", "units per day", least=0),
        units("work_in_process", "units on the way, planned: units a day x mean days (Little's law)").optional(),
        units("history_in_process", "the same in the last twelve months").optional(),
        units("open_in_process", "units of orders that are open now"),
    )


class DemandCases(Contract):
    """Each plan for the next months, held to, in each case of demand: what it costs, and what is regretted."""

    name, key = "demand_cases", ("plan", "case")
    grain = "one row per plan that is held to and case that comes true"
    columns = (
        code("plan", "the case that production of the first months was planned for: P10, P50, P90"),
        code("case", "the case that comes true"),
        whole("months_held", "open months whose production is held", "months"),
        money("planning_cost", "planning cost, not accounting"),
        money("regret", "planning cost above that of the plan made for the case", least=0),
        units("lost", "units lost"),
        units("closing_stock", "units in stock at the horizon"),
    )


class EchelonStocks(Contract):
    """Where safety stock should stand in a family's network, by guaranteed service times."""

    name, key = "echelon_stocks", ("stage",)
    grain = "one row per stage of the network: components, items where they are made, items at their regions"
    columns = (
        code("stage", "item or component and place"),
        code("family", "family"),
        number("processing_days", "days a stage takes once it has what it needs", "days", least=0),
        number("inbound_days", "days it waits for what it needs", "days", least=0),
        number("service_days", "days it promises to the next stage", "days", least=0),
        number("net_days", "days that its safety stock must cover", "days", least=0),
        units("safety_stock", "units"),
        money("yearly_cost", "of keeping them a year", least=0),
    )
