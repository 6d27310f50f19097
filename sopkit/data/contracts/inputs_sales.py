"""Input tables of the calendar and of deliveries to customers."""

from sopkit.data.contracts.column import Contract, code, day, number, whole
from sopkit.data.contracts.keys import CHANNEL, CUSTOMER, ITEM, PERIOD, QUANTITY, REGION, SITE


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
