"""Tables that step 3 writes: the constrained plan, loads, people, suppliers, what limits it."""

from sopkit.data.contracts.column import Contract, choice, code, money, number, period, text, units


class SupplyPlan(Contract):
    """The constrained plan of each item."""

    name, key, plan = "supply_plan", ("item", "period"), True
    grain = "one row per item and planned month"
    columns = (
        code("item", "article number"),
        period(),
        units("demand", "consensus demand"),
        units("opening_stock", "stock at the start"),
        units("production", "units made; of bought items: bought in; of services: delivered"),
        units("subcontract", "units made by a subcontractor"),
        units("receipts", "units already on order that arrive"),
        units("shipped", "units shipped, late ones included"),
        units("lost", "demand lost"),
        units("closing_backlog", "demand that waits at the end"),
        units("closing_stock", "stock at the end = opening + production + subcontract + receipts - shipped - used inside"),
        units("target_stock", "safety stock"),
        units("used_inside", "units that went into other items (bill of materials)").optional(),
    )


class DemandFulfilment(Contract):
    """What becomes of each unit of demand: shipped on time, late, or lost."""

    name, key, plan = "demand_fulfilment", ("item", "region", "channel", "period"), True
    grain = "one row per item, region, channel and planned month"
    columns = (
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units("demand", "consensus demand"),
        units("shipped", "units shipped in the month, late ones included"),
        units("late", "units of this month's demand that wait: each late unit counted once"),
        units("lost", "units of this month's demand that are lost"),
        units("closing_backlog", "units that wait at the end of the month"),
    )


class ResourceLoad(Contract):
    """RCCP: what each resource is asked for, what the plan gives it, and what an hour more is worth."""

    name, key, plan = "resource_load", ("resource", "period"), True
    grain = "one row per resource and planned month"
    columns = (
        code("resource", "line or work centre"),
        code("site", "plant"),
        period(),
        number("required_hours", "standard hours that unconstrained demand asks for, stock targets met", "hours", least=0),
        number("planned_hours", "standard hours of the constrained plan", "hours", least=0),
        number("overtime_hours", "of them in overtime", "hours", least=0),
        number("available_hours", "regular hours by the calendar", "hours", least=0),
        number("demonstrated_hours", "standard hours that regular time has been shown to earn", "hours", least=0),
        number("overtime_limit_hours", "most overtime", "hours", least=0),
        number("load_ratio", "required / demonstrated hours; empty where the resource is closed", "ratio", least=0).optional(),
        number("planned_load_ratio", "planned / demonstrated hours; empty where the resource is closed", "ratio", least=0).optional(),
        number("hour_value", "planning value of the next hour (dual value)", "money per hour", least=0),
    )


class WorkforcePlan(Contract):
    """People by skill group."""

    name, key, plan = "workforce_plan", ("skill_group", "period"), True
    grain = "one row per skill group and planned month"
    columns = (
        code("skill_group", "skill group"),
        period(),
        number("heads", "people", "people", least=0),
        number("hired", "people hired at the start of the month", "people", least=0),
        number("laid_off", "people laid off at the start of the month", "people", least=0),
        number("required_hours", "hours the plan needs from them", "hours", least=0),
        number("available_hours", "hours they give, absence and learning out, overtime not in", "hours", least=0),
        number("temporary", "temporary people beside them", "people", least=0).optional(),
    )


class SupplierLoad(Contract):
    """What each supplier is asked for, against what it can give."""

    name, key, plan = "supplier_load", ("supplier", "component", "period"), True
    grain = "one row per supplier and component with a limit or a contract, and planned month"
    columns = (
        code("supplier", "supplier"),
        code("component", "component"),
        period(),
        number("required_quantity", "components that unconstrained demand asks for", "components", least=0),
        number("planned_quantity", "components that the plan uses", "components", least=0),
        number("purchased_quantity", "components bought", "components", least=0),
        number("limit_quantity", "most components a month; empty in months without a limit", "components", least=0).optional(),
        number("closing_stock", "components left", "components", least=0),
        number("component_value", "planning value of one more component (dual value)", "money per component", least=0),
    )


class Bottlenecks(Contract):
    """Where it hurts: the limits that cost most, each checked by a second solve."""

    name, key = "bottlenecks", ("kind", "limit", "period")
    grain = "one row per limit that binds, costliest first"
    columns = (
        choice("kind", "what limits", "resource | supplier | workforce"),
        code("limit", "resource, component or skill group"),
        period(),
        number("value", "planning value of one unit more (dual value)", "money per hour, component or person", least=0),
        number("extra", "how much more the second solve gave", "hours, components or people", least=0),
        money("resolved_value", "planning cost saved by that, per unit", least=0),
        money("first_value", "planning cost that one unit more saves, by a solve of its own", least=0).optional(),
        money("after_value", "planning value of the next unit once the extra is there", least=0).optional(),
        units("lost", "units lost in the month on what needs it"),
        text("families", "families that need it"),
    )


class Shortages(Contract):
    """Each shortage and the limit it comes from."""

    name, key = "shortages", ("item", "period")
    grain = "one row per item and month with units late or lost"
    columns = (
        code("item", "article number"),
        period(),
        units("late", "units that wait"),
        units("lost", "units lost"),
        money("lost_revenue", "net sales lost", least=0),
        text("reason", "the limit, in a planner's words"),
    )


class PlanCosts(Contract):
    """The solver's objective by component: planning cost, not accounting."""

    name, key = "plan_costs", ("component",)
    grain = "one row per component of the objective"
    columns = (code("component", "what is priced"), money("planning_cost", "planning cost, not accounting"))


class Deliveries(Contract):
    """What leaves each month from site to site and from site to region, where sites are told apart."""

    name, key, plan = "deliveries", ("item", "origin", "destination", "period"), True
    grain = "one row per item, origin, destination and month in which something leaves"
    columns = (
        code("item", "article number"),
        code("origin", "site that sends"),
        code("destination", "site or region that receives"),
        period("period", "month in which it leaves"),
        choice("kind", "to another site, or to the customers of a region", "transfer | delivery"),
        period("arrival_period", "month in which it arrives"),
        units("quantity", "units sent"),
        money("cost", "freight or transfer cost", least=0),
    )


class PlanOutlays(Contract):
    """Money that the plan pays beside standard cost, wages, overtime and subcontracting: no penalty is among it."""

    name, key = "plan_outlays", ("item", "kind", "period")
    grain = "one row per item, kind and planned month that costs something; item `*` belongs to no item"
    columns = (
        code("item", "article number, or `*`"),
        choice(
            "kind",
            "freight to regions, transfers between sites, setups, alternative resources, dearer sites, dearer suppliers, temporary people",
            "freight | transfer | setup | alternative_resource | site | supplier | temporary_people",
        ),
        period(),
        money("amount", "money in the month; below zero where an alternative or a site is cheaper"),
    )


class LastProduction(Contract):
    """What the plan of the cycle before makes: what the new one is held near to, where the policy says so."""

    name, key = "last_production", ("item", "period")
    grain = "one row per item and month of the last plan; none where the cycle before was not run"
    columns = (code("item", "article number"), period(), units("quantity", "units that it makes, subcontracted ones not in"))
