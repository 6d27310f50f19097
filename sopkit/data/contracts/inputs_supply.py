"""Input tables of supply and money: stock, resources, people, suppliers, costs, budget."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, period, share, text, units, whole
from sopkit.data.contracts.keys import ANY_FAMILY, COMPONENT, ITEM, REGION, SITE


class UnitCosts(Contract):
    """Standard cost and what it costs to keep or to miss a unit, dated."""

    name, key = "unit_costs", ("item", "valid_from")
    grain = "one row per item and date"
    columns = (
        code("item", "article number").named("Artikelnr"),
        day("valid_from", "first day of the cost").named("Gäller från"),
        number("unit_cost", "standard cost", "money per unit", least=0).named("Standardkostnad"),
        number(
            "variable_cost", "part of the standard cost that is paid per unit made: material and variable work", "money per unit", least=0
        ).optional(),
        number("holding_rate", "cash cost of holding, share of standard cost per year", "share per year", least=0).optional(),
        number(
            "subcontract_premium", "extra cost per unit when a subcontractor makes it; empty where none can", "money per unit", least=0
        ).optional(),
    )


class Inventory(Contract):
    """Closing stock at month ends."""

    name, key = "inventory", ("item", "period")
    grain = "one row per item and month end, all sites together"
    without = "stock, turnover and cover are not available; the plan starts from empty shelves"
    columns = (
        code("item", "article number").named("Artikelnr"),
        period(),
        units("quantity", "units on hand at the end of the month", least=None),
    )


class StockAdjustments(Contract):
    """What changed stock besides production, purchase and sales: counts, scrap, transfers."""

    name, key = "stock_adjustments", ("adjustment",)
    grain = "one row per adjustment of an item"
    without = "counts, scrap and transfers of stock are part of what the stock roll leaves unexplained"
    title_sv = "Vad som ändrade lagret utöver tillverkning, inköp och försäljning: inventeringar, kassationer, omflyttningar."
    grain_sv = "en rad per justering av en artikel"
    columns = (
        code("adjustment", "id").in_swedish("id").named("Justering", "Verifikat", "Document").such_as("J900"),
        ITEM,
        SITE.meant("site whose stock changes", "plats vars lager ändras").optional(),
        day("date", "day of the adjustment")
        .in_swedish("justeringens dag")
        .named("Datum", "Bokföringsdatum", "Posting date")
        .such_as("2026-02-27"),
        choice("kind", "why stock changed", "count | scrap | transfer | return | other")
        .in_swedish("varför lagret ändrades: inventering, kassation, omflyttning, retur, annat")
        .named("Orsak", "Typ")
        .such_as("scrap"),
        units("quantity", "units added; negative where they were taken off", least=None)
        .in_swedish("antal som lades till; negativt där det togs bort")
        .named("Antal", "Kvantitet", "Qty")
        .such_as("-4"),
        text("reason", "in words").in_swedish("i ord").named("Kommentar", "Comment").such_as("Transport damage").optional(),
    )


class OpenOrders(Contract):
    """Receipts that are already ordered: purchase and production."""

    name, key = "open_orders", ("kind", "item", "period")
    grain = "one row per kind, item and month of arrival"
    without = "nothing is known to be on order: no receipts are planned on, and no month is frozen"
    columns = (
        choice("kind", "made by us, which takes hours, or bought", "production | purchase"),
        code("item", "article number"),
        period("period", "month of arrival"),
        units(),
    )


class ProductionHistory(Contract):
    """Finished production orders, and open ones without a finish."""

    name, key = "production_history", ("production_order",)
    grain = "one row per production order"
    without = "cycle time is not available"
    columns = (
        code("production_order", "order number"),
        code("item", "article number"),
        day("start_date", "first operation started"),
        day("finish_date", "last operation finished; empty while it is open").optional(),
        units("quantity", "units finished, or ordered while it is open"),
    )


class Resources(Contract):
    """Lines and work centres."""

    name, key = "resources", ("resource",)
    grain = "one row per resource"
    without = "capacity is not planned: production is limited by suppliers only"
    columns = (
        code("resource", "line or work centre"),
        text("resource_name", "name"),
        code("site", "plant"),
        code("skill_group", "who mans it; empty where people do not limit it").optional(),
        share("overtime_limit_share", "most overtime, share of regular hours", most=None),
        number("overtime_cost", "extra cost of an overtime hour", "money per hour", least=0),
        number("crew", "people needed while it runs", "people", least=0).optional(),
    )


class ResourceCalendar(Contract):
    """Hours a resource can run, by month, and what it ran."""

    name, key = "resource_calendar", ("resource", "period")
    grain = "one row per resource and month"
    without = "capacity is not planned: production is limited by suppliers only"
    columns = (
        code("resource", "line or work centre"),
        period(),
        number("available_hours", "regular hours by the calendar", "hours", least=0),
        number("demonstrated_hours", "standard hours that regular time has been shown to earn", "hours", least=0),
        number("worked_hours", "hours worked; empty in the future", "hours", least=0).optional(),
    )


class Workforce(Contract):
    """People by skill group, and what changing their number costs."""

    name, key = "workforce", ("skill_group",)
    grain = "one row per skill group"
    without = "people do not limit the plan"
    columns = (
        code("skill_group", "skill group"),
        whole("heads", "people at the cutoff", "people"),
        number("hours_per_head", "paid hours per person and month", "hours per month", least=0),
        share("absence_share", "absence"),
        number("wage", "cost of a person and month", "money per month", least=0),
        number("hire_cost", "cost of hiring one", "money per person", least=0),
        number("layoff_cost", "cost of laying off one", "money per person", least=0),
        number("max_hire", "most people hired in a month", "people per month", least=0),
    )


class BillOfResources(Contract):
    """Standard hours a unit needs on a resource, setups and scrap in."""

    name, key = "bill_of_resources", ("item", "resource")
    grain = "one row per item and resource"
    without = "capacity is not planned: production is limited by suppliers only"
    columns = (
        code("item", "article number"),
        code("resource", "line or work centre"),
        number("hours", "standard hours per unit", "hours per unit", least=0),
    )


class BillOfMaterials(Contract):
    """What goes into a unit, level by level."""

    name, key = "bill_of_materials", ("parent", "component")
    grain = "one row per article made and article that goes into it directly"
    without = "what goes into an item is known from supplier_items only"
    title_sv = "Vad som ingår i en enhet, nivå för nivå."
    grain_sv = "en rad per tillverkad artikel och artikel som ingår direkt i den"
    columns = (
        code("parent", "article that is made: an item, or a component of the level below")
        .in_swedish("artikel som tillverkas: en säljbar artikel, eller en komponent på nivån under")
        .named("Huvudartikel", "Moderartikel", "Tillverkad artikel", "Parent item", "Assembly")
        .such_as("10023"),
        COMPONENT.meant("article that goes into it", "artikel som ingår"),
        number("quantity_per_unit", "units of the component in one unit of the parent", "units per unit", least=0)
        .in_swedish("antal av komponenten i en enhet av huvudartikeln")
        .named("Antal per enhet", "Ingående antal", "Åtgång", "Quantity per", "Usage")
        .such_as("2"),
        share("scrap_share", "part of the component that is lost when it is used")
        .in_swedish("del av komponenten som går förlorad när den används")
        .named("Kassation", "Spill", "Scrap")
        .such_as("0.02")
        .optional(),
    )


class Sourcing(Contract):
    """Which site serves which region."""

    name, key = "sourcing", ("family", "region", "site")
    grain = "one row per family, region and site that may serve it; family `*` is every family without a row of its own"
    without = "sites are not told apart: stock and production serve every region"
    title_sv = "Vilken anläggning som försörjer vilken region."
    grain_sv = "en rad per produktfamilj, region och anläggning som får försörja den; `*` är varje familj utan egen rad"
    columns = (
        ANY_FAMILY,
        REGION,
        SITE.meant("plant or warehouse that delivers", "fabrik eller lager som levererar"),
        share("sourcing_share", "part of the region's demand that it serves")
        .in_swedish("del av regionens efterfrågan som den försörjer")
        .named("Andel", "Fördelning", "Share")
        .such_as("1"),
        number("lead_time_days", "days from site to region", "days", least=0)
        .in_swedish("dagar från anläggning till region")
        .named("Ledtid", "Ledtid dagar", "Transporttid", "Lead time")
        .such_as("3")
        .optional(),
        number("freight_cost", "freight of a unit", "money per unit", least=0)
        .in_swedish("frakt för en enhet")
        .named("Frakt", "Fraktkostnad", "Freight")
        .such_as("12.50")
        .optional(),
    )


class Suppliers(Contract):
    """Who delivers."""

    name, key = "suppliers", ("supplier",)
    grain = "one row per supplier"
    without = "suppliers do not limit the plan"
    columns = (
        code("supplier", "supplier"),
        text("supplier_name", "name"),
        number("lead_time_days", "agreed lead time", "days", least=0),
        share("on_time_target_share", "agreed share of deliveries on time").optional(),
    )


class SupplierItems(Contract):
    """What a supplier delivers, how much goes into a unit, and the most it delivers in a month."""

    name, key = "supplier_items", ("supplier", "component", "item")
    grain = "one row per supplier, component and item that uses it"
    without = "suppliers do not limit the plan"
    columns = (
        code("supplier", "supplier"),
        code("component", "component"),
        code("item", "article number that uses it"),
        number("quantity_per_unit", "components per unit", "components per unit", least=0),
        number(
            "monthly_limit", "most components a month over all items; empty where none is agreed", "components per month", least=0
        ).optional(),
        number("opening_stock", "components on hand at the cutoff", "components", least=0).optional(),
        number("component_price", "price of a component", "money per component", least=0).optional(),
    )


class PurchaseReceipts(Contract):
    """Deliveries from suppliers: promised and received."""

    name, key = "purchase_receipts", ("receipt",)
    grain = "one row per delivery"
    without = "supplier delivery performance is not available"
    columns = (
        code("receipt", "delivery"),
        code("supplier", "supplier"),
        day("order_date", "ordered"),
        day("promised_date", "promised"),
        day("receipt_date", "received; empty while it is late or due").optional(),
        units(),
    )


class Levers(Contract):
    """What can be changed, how far and at what price."""

    name, key = "levers", ("lever",)
    grain = "one row per lever"
    without = "options to decide on cannot be priced"
    columns = (
        code("lever", "id"),
        text("statement", "what it is"),
        choice("kind", "kind", "shift | subcontract | supplier | expedite | overtime | stock"),
        code("target", "what it acts on: a resource, a family, a component"),
        number("maximum", "most per month", "units or hours per month", least=0),
        number("unit_price", "cost per unit or hour", "money", least=0),
        number("fixed_cost", "cost once", "money", least=0),
        number("lead_time_weeks", "from decision to effect", "weeks", least=0),
    )


class Targets(Contract):
    """Targets of the KPIs and of stock."""

    name, key = "targets", ("target", "scope")
    grain = "one row per target and what it is for; scope `*` is the company"
    without = "KPIs are shown without target, and stock is planned without safety stock"
    columns = (
        code("target", "KPI, or `safety_days` (days of demand kept in stock)"),
        code("scope", "family, resource, or `*`"),
        number("value", "target", "unit of the KPI"),
        number("tolerance", "departure that is still green, same unit", "unit of the KPI", least=0).optional(),
    )


class Budget(Contract):
    """The year's budget by month."""

    name, key = "budget", ("family", "region", "channel", "period")
    grain = "one row per family, region, channel and month; region and channel may be `*`"
    without = "the plan is not compared with a budget"
    columns = (
        code("family", "family"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        period(),
        units(),
        money("revenue", "net sales"),
        money("contribution", "operating contribution").optional(),
    )


class BalanceSheet(Contract):
    """Month-end balances."""

    name, key = "balance_sheet", ("account", "period")
    grain = "one row per account and month end"
    without = "working capital is not available"
    columns = (
        choice(
            "account",
            "account",
            "inventory | receivables | payables | cash | other_current_assets | other_current_liabilities | credit_line",
        ),
        period(),
        money("amount", "balance; liabilities are positive"),
    )


class PaymentTerms(Contract):
    """When customers pay and when suppliers are paid."""

    name, key = "payment_terms", ("party", "scope")
    grain = "one row per party and scope; scope `*` is all"
    without = "planned receivables, payables and cash are not available"
    columns = (
        choice("party", "who pays", "customer | supplier"),
        code("scope", "channel, or `*`"),
        number("days", "days from invoice to payment", "days", least=0),
    )


class ExchangeRates(Contract):
    """Rates against the company's currency, current and in the budget."""

    name, key = "exchange_rates", ("currency", "period")
    grain = "one row per currency and month"
    without = "the currency part of the gap to budget is not available"
    columns = (
        code("currency", "currency code"),
        code("region", "sales region that invoices in it"),
        period(),
        number("rate", "company currency per unit", "money per currency unit", least=0),
        number("budget_rate", "rate in the budget", "money per currency unit", least=0),
    )
