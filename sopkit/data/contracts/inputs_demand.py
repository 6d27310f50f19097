"""Input tables of demand: what is sold, to whom, at what price, and what people expect."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, period, share, text, units
from sopkit.data.contracts.keys import ANY_FAMILY, ANY_REGION, PERIOD

FUNCTIONS = "sales | marketing | finance | product | operations | materials | hr"
LAYERS = "naive | statistical | sales | marketing | finance | crm | consensus | constrained | executive"


class Items(Contract):
    """What the company sells, makes or buys."""

    name, key = "items", ("item",)
    grain = "one row per item"
    columns = (
        code("item", "article number").named("Artikelnr", "Artikel", "SKU"),
        text("item_name", "what it is called").named("Benämning"),
        code("family", "sales family: the level the executives see").named("Familj", "Produktfamilj"),
        choice("supply_strategy", "how demand is met: from stock, to order, bought in, or a service", "stock | order | buy | service"),
        number("planning_factor", "family units per unit", "family units per unit", least=0).optional(),
        code("tier", "service tier: A is kept first").optional(),
        flag("active", "still sold").optional(),
    )


class SalesHistory(Contract):
    """Invoiced sales, by day or month."""

    name, key = "sales_history", ("date", "item", "region", "channel", "customer")
    grain = "one row per day, item, region, channel and customer"
    columns = (
        day("date", "invoice or shipment date; a month is its first day").named("Fakturadatum", "Datum"),
        code("item", "article number").named("Artikelnr"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        code("customer", "customer; `-` where the source has none"),
        units("quantity", "units invoiced", least=None).named("Antal"),
        money("revenue", "net sales").named("Belopp"),
        money("cost", "cost of the units sold, where the source has it").optional(),
    )


class Orders(Contract):
    """Order lines: what was asked for, promised and delivered."""

    name, key = "orders", ("order", "line")
    grain = "one row per order line"
    without = "demand is taken from invoiced sales, and fill rate and on-time delivery are not available"
    columns = (
        code("order", "order number").named("Ordernr"),
        code("line", "order line").named("Rad"),
        code("item", "article number").named("Artikelnr"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        code("customer", "customer; `-` where the source has none"),
        day("order_date", "when it was ordered").named("Orderdatum"),
        day("requested_date", "when the customer wants it").named("Önskat datum"),
        day("promised_date", "when it was first promised").optional(),
        day("ship_date", "when it left; empty while it is open").optional(),
        units("quantity", "units ordered").named("Antal"),
        units("shipped_quantity", "units shipped so far"),
        units("cancelled_quantity", "units cancelled").optional(),
        money("net_price", "price per unit after discount", least=0).optional(),
    )


class Customers(Contract):
    """Who buys."""

    name, key = "customers", ("customer",)
    grain = "one row per customer"
    without = "customers are shown by code"
    columns = (
        code("customer", "customer number").named("Kundnr"),
        text("customer_name", "name").named("Kundnamn"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        code("tier", "service tier").optional(),
    )


class Prices(Contract):
    """Net prices, dated: a price holds from its date until the next."""

    name, key = "prices", ("item", "region", "channel", "valid_from")
    grain = "one row per item, region, channel and date; `*` means all"
    without = "plans are valued at the mean net price of the last twelve months"
    columns = (
        code("item", "article number").named("Artikelnr"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        day("valid_from", "first day of the price").named("Gäller från"),
        number("net_price", "price per unit after discount", "money per unit", least=0).named("Nettopris"),
        number("budget_price", "price per unit in the budget", "money per unit", least=0).optional(),
    )


class Campaigns(Contract):
    """Campaigns past and planned."""

    name, key = "campaigns", ("campaign", "family", "region", "channel")
    grain = "one row per campaign and what it covers; `*` means all"
    without = "campaigns are not shown"
    columns = (
        code("campaign", "campaign"),
        code("family", "family"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        day("start_date", "first day"),
        day("end_date", "last day"),
        share("claimed_uplift_share", "uplift that marketing claims, 0.35 = +35 %", most=None),
        money("cost", "campaign cost", least=0).optional(),
    )


class Opportunities(Contract):
    """The sales pipeline as the CRM system has it."""

    name, key = "opportunities", ("opportunity", "item")
    grain = "one row per opportunity and item"
    without = "CRM cover of the plan is not available"
    columns = (
        code("opportunity", "opportunity"),
        code("customer", "customer"),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        choice("stage", "stage", "prospect | qualified | proposal | negotiation | won | lost"),
        share("probability_share", "stated probability"),
        units("quantity", "units"),
        period("period", "month of expected delivery"),
        flag("in_baseline", "already part of the statistical baseline"),
    )


class MarketIndicators(Contract):
    """What the market did: series from outside the company, with their source."""

    name, key = "market_indicators", ("indicator", "family", "region", "period")
    grain = "one row per indicator, what it is about, and month; `*` means all"
    without = "the market is not compared with sales"
    title_sv = "Vad marknaden gjorde: serier utifrån, med källa."
    grain_sv = "en rad per indikator, vad den gäller och månad; `*` betyder alla"
    columns = (
        code("indicator", "id of the series").in_swedish("seriens id").named("Indikator", "Serie", "Series").such_as("housing_starts"),
        ANY_FAMILY,
        ANY_REGION,
        PERIOD.meant("month that the value is about", "månad som värdet gäller"),
        number("value", "value", "unit of the indicator").in_swedish("värde").named("Värde").such_as("104.2"),
        text("unit", "what it is counted in").in_swedish("vad det räknas i").named("Enhet").such_as("index, 2020 = 100").optional(),
        text("source", "who publishes it").in_swedish("vem som publicerar den").named("Källa", "Publisher").such_as("Statistics Sweden"),
        day("published", "day on which the value became known; empty where that is not told")
        .in_swedish("dag då värdet blev känt; tomt där det inte är uppgivet")
        .named("Publicerad", "Publiceringsdatum", "Publication date")
        .such_as("2026-03-02")
        .optional(),
        number("lag_months", "months by which it is believed to lead demand; earned or refuted in the correlation", "months", least=0)
        .in_swedish("månader som den tros leda efterfrågan; styrks eller vederläggs av sambandet")
        .named("Förskjutning", "Lag", "Lead")
        .such_as("2")
        .optional(),
    )


class SalesForecast(Contract):
    """Forecasts that functions hand in for this cycle."""

    name, key = "sales_forecast", ("function", "item", "region", "channel", "period")
    grain = "one row per function, item, region, channel and month"
    without = "the forecasts of sales, marketing and finance are not compared"
    columns = (
        choice("function", "who hands it in", FUNCTIONS),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units(),
    )


class ForecastSnapshots(Contract):
    """Forecasts of earlier cycles, frozen as they were."""

    name, key = "forecast_snapshots", ("layer", "made_in", "item", "region", "channel", "period")
    grain = "one row per layer, cycle, item, region, channel and month"
    without = "forecast accuracy by layer and value added are not available"
    columns = (
        choice("layer", "which forecast", LAYERS),
        period("made_in", "cycle it was made in"),
        code("item", "article number"),
        code("region", "sales region"),
        code("channel", "sales channel"),
        period(),
        units(),
    )


class Lifecycle(Contract):
    """Launches and phase-outs."""

    name, key = "lifecycle", ("item",)
    grain = "one row per item that is launched or phased out"
    without = "launches and phase-outs are not planned"
    columns = (
        code("item", "article number"),
        choice("event", "what happens", "launch | phase_out"),
        period("period", "first month on sale, or last month on sale"),
        code("reference_item", "item whose season it follows").optional(),
        units("annual_quantity", "expected units in the first twelve months").optional(),
        code("cannibalised_family", "family it takes from").optional(),
        share("cannibalised_share", "units taken per unit launched").optional(),
    )


class Overrides(Contract):
    """Changes to the statistical forecast, each with an owner and a reason."""

    name, key = "overrides", ("override",)
    grain = "one row per override; `*` means all"
    without = "the consensus is the statistical forecast and launches"
    columns = (
        code("override", "id"),
        choice("function", "who asks", FUNCTIONS),
        text("owner", "role that answers for it"),
        code("family", "family, or `*`"),
        code("item", "article number, or `*`"),
        code("region", "sales region, or `*`"),
        code("channel", "sales channel, or `*`"),
        period("first_period", "first month"),
        period("last_period", "last month"),
        choice("kind", "how `value` is read", "add_units | multiply"),
        number("value", "units over the whole span, or a factor", "units or factor"),
        choice(
            "reason_code",
            "kind of reason",
            "campaign | customer | price | launch | market | listing | weather | correction | budget_gap | capacity",
        ),
        text("reason", "why, in words"),
    )


class Assumptions(Contract):
    """What the plan takes for granted."""

    name, key = "assumptions", ("assumption",)
    grain = "one row per assumption"
    without = "assumptions are not registered"
    columns = (
        code("assumption", "id"),
        text("statement", "what is assumed"),
        text("owner", "role that answers for it"),
        text("evidence", "why it is believed").optional(),
        period("expires", "last month it holds"),
        choice("last_result", "what last month showed", "held | broke | untested"),
        text("last_result_note", "in words").optional(),
    )


class Risks(Contract):
    """Risks and opportunities outside the numbers."""

    name, key = "risks", ("risk",)
    grain = "one row per risk or opportunity"
    without = "risks and opportunities outside the numbers are not registered"
    columns = (
        code("risk", "id"),
        choice("kind", "risk or opportunity", "risk | opportunity"),
        text("statement", "what may happen"),
        text("owner", "role that answers for it"),
        share("probability_share", "how likely"),
        money("contribution_effect", "effect on contribution if it happens"),
        text("mitigation", "what is done about it").optional(),
        day("due_date", "by when").optional(),
    )


class Decisions(Contract):
    """Decisions of earlier cycles and what they brought."""

    name, key = "decisions", ("decision",)
    grain = "one row per decision"
    without = "earlier decisions are not scored"
    columns = (
        code("decision", "id"),
        period("made_in", "cycle it was made in"),
        text("statement", "what was decided"),
        text("owner", "role that carries it out"),
        choice("status", "how far it is", "open | done | late | stopped"),
        money("expected_contribution", "effect on contribution that was promised").optional(),
        money("realised_contribution", "effect on contribution so far").optional(),
        text("note", "why they differ").optional(),
    )


class Actions(Contract):
    """Actions and who does them by when."""

    name, key = "actions", ("action",)
    grain = "one row per action"
    without = "actions are not followed up"
    columns = (
        code("action", "id"),
        text("statement", "what is done"),
        text("owner", "role that does it"),
        day("due_date", "by when"),
        choice("status", "how far it is", "open | done | late | stopped"),
        money("revenue_effect", "effect on net sales of the fiscal year").optional(),
        share("probability_share", "how likely the effect is").optional(),
        flag("in_plan", "already counted in the plan").optional(),
    )


class PublishedPlan(Contract):
    """The plan of the cycle before, as it was published."""

    name, key = "published_plan", ("item", "region", "channel", "period")
    grain = "one row per item, region, channel and month"
    without = "change since the last plan and the score of the last plan are not available"
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
