"""Input tables of sales: items, customers, what was invoiced, ordered and shipped, at what price, in which periods."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, text, units, whole
from sopkit.data.contracts.keys import ANY_CHANNEL, ANY_REGION, CHANNEL, CUSTOMER, FAMILY, ITEM, PERIOD, QUANTITY, REGION, SITE


class Items(Contract):
    """What the company sells, makes or buys."""

    name, key = "items", ("item",)
    grain = "one row per item"
    title_sv = "Vad företaget säljer, tillverkar eller köper."
    grain_sv = "en rad per artikel"
    columns = (
        ITEM,
        text("item_name", "what it is called")
        .in_swedish("vad den heter")
        .named("Benämning", "Artikelnamn", "Artikelbenämning", "Produktnamn", "Description", "Product name", "Item description")
        .such_as("Gas grill, three burners"),
        FAMILY.meant("sales family: the level the executives see", "produktfamilj: den nivå som ledningen ser"),
        choice("supply_strategy", "how demand is met: from stock, to order, bought in, or a service", "stock | order | buy | service")
        .in_swedish("hur efterfrågan möts: från lager (stock), mot order (order), inköpt (buy) eller tjänst (service)")
        .named("Försörjning", "Lagerstyrning", "Försörjningssätt", "Make or buy")
        .such_as("stock"),
        number("planning_factor", "family units per unit", "family units per unit", least=0)
        .in_swedish("familjeenheter per enhet")
        .named("Planeringsfaktor", "Omräkningstal", "Planning factor")
        .such_as("1")
        .optional(),
        code("tier", "service tier: A is kept first")
        .in_swedish("serviceklass: A försörjs först")
        .named("Klass", "Serviceklass")
        .such_as("A")
        .optional(),
        flag("active", "still sold").in_swedish("säljs fortfarande").named("Aktiv", "Säljs").such_as("true").optional(),
    )


class Customers(Contract):
    """Who buys."""

    name, key = "customers", ("customer",)
    grain = "one row per customer"
    without = "customers are shown by code"
    title_sv = "Vem som köper."
    grain_sv = "en rad per kund"
    columns = (
        CUSTOMER.meant("customer number", "kundnummer"),
        text("customer_name", "name").in_swedish("namn").named("Kundnamn", "Namn", "Customer name").such_as("Garden chain").private(),
        REGION,
        CHANNEL,
        code("tier", "service tier").in_swedish("serviceklass").named("Klass", "Kundklass", "Serviceklass").such_as("A").optional(),
    )


class SalesHistory(Contract):
    """Invoiced sales, by day or month."""

    name, key = "sales_history", ("date", "item", "region", "channel", "customer")
    many_rows = True
    grain = "one row per day, item, region, channel and customer"
    title_sv = "Fakturerad försäljning, per dag eller månad."
    grain_sv = "en rad per dag, artikel, region, kanal och kund"
    columns = (
        day("date", "invoice or shipment date; a month is its first day")
        .in_swedish("faktura- eller leveransdatum; en månad är dess första dag")
        .named("Fakturadatum", "Datum", "Fakt.datum", "Bokföringsdatum", "Invoice date", "Posting date")
        .such_as("2026-02-12"),
        ITEM,
        REGION,
        CHANNEL,
        CUSTOMER,
        units("quantity", "units invoiced", least=None)
        .in_swedish("fakturerat antal")
        .named("Antal", "Fakturerat antal", "Kvantitet", "Volym", "Qty", "Invoiced quantity", "Units", "Volume")
        .such_as("120"),
        money("revenue", "net sales")
        .in_swedish("nettoomsättning")
        .named(
            "Belopp", "Nettobelopp", "Fakturerat belopp", "Försäljning", "Omsättning", "Nettoomsättning", "Net sales", "Net amount", "Sales"
        )
        .such_as("348000"),
        money("cost", "cost of the units sold, where the source has it")
        .in_swedish("kostnad för det sålda, där källan har den")
        .named("Kostnad", "Varukostnad", "KSV", "COGS", "Cost of goods")
        .such_as("233000")
        .optional(),
    )


class Orders(Contract):
    """Order lines: what was asked for, promised and delivered."""

    name, key = "orders", ("order", "line")
    grain = "one row per order line"
    without = "demand is taken from invoiced sales, and fill rate and on-time delivery are not available"
    title_sv = "Orderrader: vad som efterfrågades, lovades och levererades."
    grain_sv = "en rad per orderrad"
    columns = (
        code("order", "order number")
        .in_swedish("ordernummer")
        .named("Ordernr", "Ordernummer", "Order no", "Order number", "Sales order")
        .such_as("50001"),
        code("line", "order line").in_swedish("orderrad").named("Rad", "Radnr", "Orderrad", "Pos", "Line no", "Order line").such_as("1"),
        ITEM,
        REGION,
        CHANNEL,
        CUSTOMER,
        day("order_date", "when it was ordered")
        .in_swedish("när den beställdes")
        .named("Orderdatum", "Beställningsdatum", "Order date")
        .such_as("2026-02-02"),
        day("requested_date", "when the customer wants it")
        .in_swedish("när kunden vill ha den")
        .named("Önskat datum", "Önskat leveransdatum", "Önskad leverans", "Requested date", "Requested delivery date", "Wanted date")
        .such_as("2026-02-12"),
        day("promised_date", "when it was first promised")
        .in_swedish("när den först lovades")
        .named("Lovat datum", "Bekräftat datum", "Utlovat datum", "Promised date", "Confirmed date")
        .such_as("2026-02-12")
        .optional(),
        day("ship_date", "when it left; empty while it is open")
        .in_swedish("när den gick; tomt så länge den är öppen")
        .named("Leveransdatum", "Levererat datum", "Utleveransdatum", "Ship date", "Shipped on")
        .such_as("2026-02-12")
        .optional(),
        units("quantity", "units ordered")
        .in_swedish("beställt antal")
        .named("Antal", "Beställt antal", "Orderantal", "Qty", "Ordered quantity")
        .such_as("12"),
        units("shipped_quantity", "units shipped so far")
        .in_swedish("hittills levererat antal")
        .named("Levererat antal", "Levererat", "Shipped quantity", "Delivered quantity")
        .such_as("12"),
        units("cancelled_quantity", "units cancelled")
        .in_swedish("annullerat antal")
        .named("Annullerat antal", "Makulerat", "Cancelled quantity")
        .such_as("0")
        .optional(),
        money("net_price", "price per unit after discount", least=0)
        .in_swedish("pris per enhet efter rabatt")
        .named("Nettopris", "Pris", "À-pris", "Net price", "Unit price")
        .such_as("2900")
        .optional(),
    )


class Shipments(Contract):
    """Deliveries to customers: what left, when, against which order."""

    name, key = "shipments", ("shipment", "line")
    grain = "one row per line of a delivery"
    without = "what left is taken from the order lines"
    title_sv = "Leveranser till kund: vad som gick iväg, när och mot vilken order."
    grain_sv = "en rad per leveransrad"
    columns = (
        code("shipment", "delivery note")
        .in_swedish("följesedel")
        .named("Följesedel", "Leveransnr", "Delivery note", "Delivery")
        .such_as("F70001"),
        code("line", "line of the delivery").in_swedish("rad på leveransen").named("Rad", "Radnr", "Line no").such_as("1"),
        code("order", "order it belongs to")
        .in_swedish("order som den hör till")
        .named("Ordernr", "Ordernummer", "Order no")
        .such_as("50001")
        .optional(),
        code("order_line", "line of that order").in_swedish("rad på ordern").named("Orderrad", "Order line").such_as("1").optional(),
        ITEM,
        REGION,
        CHANNEL,
        CUSTOMER,
        SITE.meant("site it left from", "plats som den gick från").optional(),
        day("ship_date", "when it left")
        .in_swedish("när den gick")
        .named("Leveransdatum", "Utleveransdatum", "Shipped")
        .such_as("2026-02-12"),
        QUANTITY.meant("units shipped", "levererat antal"),
    )


class Prices(Contract):
    """Net prices, dated: a price holds from its date until the next."""

    name, key = "prices", ("item", "region", "channel", "valid_from")
    grain = "one row per item, region, channel and date; `*` means all"
    without = "plans are valued at the mean net price of the last twelve months"
    title_sv = "Nettopriser med datum: ett pris gäller från sitt datum till nästa."
    grain_sv = "en rad per artikel, region, kanal och datum; `*` betyder alla"
    columns = (
        ITEM,
        ANY_REGION,
        ANY_CHANNEL,
        day("valid_from", "first day of the price")
        .in_swedish("prisets första dag")
        .named("Gäller från", "Giltig från", "Valid from", "Start date")
        .such_as("2026-01-01"),
        number("net_price", "price per unit after discount", "money per unit", least=0)
        .in_swedish("pris per enhet efter rabatt")
        .named("Nettopris", "Pris", "Net price", "Unit price")
        .such_as("2900"),
        number("budget_price", "price per unit in the budget", "money per unit", least=0)
        .in_swedish("pris per enhet i budgeten")
        .named("Budgetpris", "Budget price")
        .such_as("2950")
        .optional(),
    )


class Calendar(Contract):
    """The company's periods: first and last day, working days by site, quarter, fiscal period."""

    name, key = "calendar", ("site", "period")
    grain = "one row per site and month; site `*` is every site that has no row of its own"
    without = "months are calendar months, and working days are those of the country"
    title_sv = "Företagets perioder: första och sista dag, arbetsdagar per anläggning, kvartal, räkenskapsperiod."
    grain_sv = "en rad per anläggning och månad; anläggning `*` är varje anläggning utan egen rad"
    columns = (
        SITE.meant("plant or warehouse, or `*`", "fabrik eller lager, eller `*`").such_as("*"),
        PERIOD,
        day("start_date", "first day").in_swedish("första dag").named("Startdatum", "Från", "From").such_as("2026-02-01"),
        day("end_date", "last day").in_swedish("sista dag").named("Slutdatum", "Till", "To").such_as("2026-02-28"),
        number("working_days", "days worked, red days and shutdowns left out; half days count half", "days", least=0, most=31)
        .in_swedish("arbetade dagar, utan röda dagar och driftstopp; halva dagar räknas halva")
        .named("Arbetsdagar", "Working days", "Workdays")
        .such_as("20"),
        code("quarter", "quarter").in_swedish("kvartal").named("Kvartal").such_as("2026-Q1").optional(),
        whole("fiscal_year", "fiscal year, named after the year in which it ends", "year", least=1990)
        .in_swedish("räkenskapsår, kallat efter året då det slutar")
        .named("Räkenskapsår", "Fiscal year")
        .such_as("2026")
        .optional(),
        whole("fiscal_period", "number of the period in its fiscal year", "number", least=1)
        .in_swedish("periodens nummer i räkenskapsåret")
        .named("Räkenskapsperiod", "Fiscal period")
        .such_as("2")
        .optional(),
    )
