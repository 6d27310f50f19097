"""Input tables that make the supply plan finer: each is optional, and without it the plan is as if the table did not exist."""

from sopkit.data.contracts.column import Contract, number, units
from sopkit.data.contracts.keys import ITEM, PERIOD, RESOURCE, SITE, SKILL_GROUP, VALID_FROM


class PlanningCosts(Contract):
    """What the plan weighs for keeping, delaying and losing a unit, where the policy's shares are too coarse: never in a statement."""

    name, key = "planning_costs", ("item", "valid_from")
    grain = "one row per item and date"
    without = "keeping, waiting and lost units are weighed by the shares of the supply policy"
    title_sv = (
        "Vad planen räknar med för att lagra, försena och förlora en enhet, där policyns andelar är för grova: aldrig i en resultaträkning."
    )
    grain_sv = "en rad per artikel och datum"
    columns = (
        ITEM,
        VALID_FROM,
        number("holding_cost", "keeping a unit a month; empty = holding rate and capital charge", "money per unit and month", least=0)
        .in_swedish("att lagra en enhet en månad; tomt = lagerränta och kapitalkostnad")
        .named("Lagerkostnad per enhet", "Holding cost")
        .such_as("12.50")
        .optional(),
        number("late_cost", "a unit that waits a month; empty = the policy's share of its price", "money per unit and month", least=0)
        .in_swedish("en enhet som väntar en månad; tomt = policyns andel av priset")
        .named("Förseningskostnad", "Late cost", "Backlog cost")
        .such_as("40")
        .optional(),
        number("lost_cost", "a lost unit; empty = its price and the policy's goodwill", "money per unit", least=0)
        .in_swedish("en förlorad enhet; tomt = dess pris och policyns goodwill")
        .named("Bristkostnad", "Lost cost")
        .such_as("900")
        .optional(),
    )


class AlternativeResources(Contract):
    """Where else the work of a resource can be done."""

    name, key = "alternative_resources", ("item", "resource", "alternative")
    grain = "one row per item, resource of its bill and resource that can take its place"
    without = "each operation runs on the resource of its bill only"
    title_sv = "Var en resurs arbete annars kan göras."
    grain_sv = "en rad per artikel, resurs i dess struktur och resurs som kan ersätta den"
    columns = (
        ITEM,
        RESOURCE.meant("resource of the bill of resources", "resurs i resursstrukturen"),
        RESOURCE.renamed("alternative", "resource that can do it instead", "resurs som kan göra det i stället")
        .named("Alternativ resurs", "Alternative resource")
        .such_as("press2"),
        number("hours", "standard hours per unit there", "hours per unit", least=0)
        .in_swedish("standardtimmar per enhet där")
        .named("Timmar", "Hours per unit")
        .such_as("0.06"),
        number("extra_cost", "what a unit costs more there; below zero where it costs less", "money per unit")
        .in_swedish("vad en enhet kostar mer där; under noll där den kostar mindre")
        .named("Merkostnad", "Extra cost")
        .such_as("14")
        .optional(),
    )


class StockLimits(Contract):
    """Least and most stock of an item at a month end."""

    name, key = "stock_limits", ("item", "period")
    grain = "one row per item and month end"
    without = "stock is held by its safety stock and the storage limit only"
    title_sv = "Minsta och högsta lager av en artikel vid ett månadsslut."
    grain_sv = "en rad per artikel och månadsslut"
    columns = (
        ITEM,
        PERIOD.meant("month end", "månadsslut"),
        units("least_stock", "least stock; short of it is weighed like a lost unit, or refused where the policy refuses unmet demand")
        .in_swedish("minsta lager; det som fattas vägs som en förlorad enhet, eller vägras där policyn vägrar omött efterfrågan")
        .named("Minsta lager", "Minimilager", "Minimum stock")
        .such_as("500")
        .optional(),
        units("most_stock", "most stock; what is there already or on order is allowed")
        .in_swedish("högsta lager; det som redan finns eller är beställt tillåts")
        .named("Högsta lager", "Maximilager", "Maximum stock")
        .such_as("4000")
        .optional(),
    )


class LotSizes(Contract):
    """Lots and setups of an item, dated."""

    name, key = "lot_sizes", ("item", "valid_from")
    grain = "one row per item and date"
    without = "any quantity can be made, and setups are in the standard hours"
    title_sv = "Partistorlekar och omställningar för en artikel, med datum."
    grain_sv = "en rad per artikel och datum"
    columns = (
        ITEM,
        VALID_FROM,
        number("setup_cost", "cost of making it at all in a month", "money per setup", least=0)
        .in_swedish("kostnad för att alls tillverka den en månad")
        .named("Ställkostnad", "Setup cost")
        .such_as("3500")
        .optional(),
        number("setup_hours", "hours that setting up takes in a month in which it is made", "hours per setup", least=0)
        .in_swedish("timmar som omställningen tar en månad den tillverkas")
        .named("Ställtid", "Setup hours", "Setup time")
        .such_as("6")
        .optional(),
        RESOURCE.meant(
            "resource whose hours the setup takes; empty = all of its bill",
            "resurs vars timmar omställningen tar; tomt = alla i strukturen",
        ).optional(),
        units("minimum_lot", "least units in a month in which it is made")
        .in_swedish("minsta antal en månad den tillverkas")
        .named("Minsta parti", "Minimum lot", "MOQ")
        .such_as("200")
        .optional(),
        units("maximum_lot", "most units in a month")
        .in_swedish("högsta antal per månad")
        .named("Högsta parti", "Maximum lot")
        .such_as("5000")
        .optional(),
        units("lot_multiple", "units are made in multiples of this")
        .in_swedish("antal tillverkas i multiplar av detta")
        .named("Partimultipel", "Lot multiple")
        .such_as("50")
        .optional(),
    )


class WorkforceCalendar(Contract):
    """What differs by month in a skill group: hours by working days and holidays, pay, how many there may be, what changing costs."""

    name, key = "workforce_calendar", ("skill_group", "period")
    grain = "one row per skill group and month that differs from the group's own row"
    without = "people give the same hours each month"
    title_sv = (
        "Vad som skiljer sig mellan månader i en kompetensgrupp: timmar efter arbetsdagar och ledighet, lön, hur många, byteskostnad."
    )
    grain_sv = "en rad per kompetensgrupp och månad som avviker från gruppens egen rad"
    columns = (
        SKILL_GROUP,
        PERIOD,
        number("hours_per_head", "paid hours per person in the month", "hours per month", least=0)
        .in_swedish("betalda timmar per person i månaden")
        .named("Timmar per person", "Hours per person")
        .such_as("120")
        .optional(),
        number("wage", "cost of a person in the month", "money per month", least=0)
        .in_swedish("kostnad för en person i månaden")
        .named("Lönekostnad", "Lön", "Månadskostnad")
        .such_as("52000")
        .optional(),
        number("least_heads", "least people", "people", least=0)
        .in_swedish("minst antal personer")
        .named("Minst antal", "Least heads")
        .such_as("20")
        .optional(),
        number("most_heads", "most people", "people", least=0)
        .in_swedish("högst antal personer")
        .named("Högst antal", "Most heads")
        .such_as("30")
        .optional(),
        number("hire_cost", "cost of hiring one in the month", "money per person", least=0)
        .in_swedish("kostnad för att anställa en person i månaden")
        .named("Anställningskostnad", "Hire cost")
        .such_as("60000")
        .optional(),
        number("layoff_cost", "cost of laying off one in the month", "money per person", least=0)
        .in_swedish("kostnad för att säga upp en person i månaden")
        .named("Uppsägningskostnad", "Layoff cost")
        .such_as("150000")
        .optional(),
        number("max_hire", "most people hired in the month", "people per month", least=0)
        .in_swedish("högst antal anställda i månaden")
        .named("Högst anställda", "Max hire")
        .such_as("3")
        .optional(),
        number("max_layoff", "most people laid off in the month", "people per month", least=0)
        .in_swedish("högst antal uppsagda i månaden")
        .named("Högst uppsagda", "Max layoff")
        .such_as("2")
        .optional(),
    )


class SiteItems(Contract):
    """Which sites make or keep an item; with it the plan tells sites apart."""

    name, key = "site_items", ("item", "site")
    grain = "one row per item and site that makes or keeps it; an item without a row has one place for all"
    without = "sites are not told apart: stock and production serve every region"
    title_sv = "Vilka anläggningar som tillverkar eller lagrar en artikel; med den skiljer planen på anläggningar."
    grain_sv = "en rad per artikel och anläggning som tillverkar eller lagrar den; en artikel utan rad har en plats för allt"
    columns = (
        ITEM,
        SITE.meant(
            "plant or warehouse; it makes the item where the bill of resources names one of its resources",
            "fabrik eller lager; tillverkar artikeln där resursstrukturen nämner en av dess resurser",
        ),
        units("opening_stock", "units on hand there at the cutoff; all sites together are the inventory of the cutoff")
        .in_swedish("antal i lager där vid brytpunkten; alla anläggningar tillsammans är brytpunktens lager")
        .named("Lager", "Saldo", "Opening stock")
        .such_as("640")
        .optional(),
        number("extra_cost", "what a unit made there costs more than the item's cost; below zero where less", "money per unit")
        .in_swedish("vad en enhet som tillverkas där kostar mer än artikelns kostnad; under noll där den kostar mindre")
        .named("Merkostnad", "Extra cost")
        .such_as("4")
        .optional(),
    )


class Transfers(Contract):
    """What can be moved from site to site."""

    name, key = "transfers", ("item", "from_site", "to_site")
    grain = "one row per item and pair of sites; item `*` is every item without a row of its own"
    without = "nothing is moved between sites"
    title_sv = "Vad som kan flyttas mellan anläggningar."
    grain_sv = "en rad per artikel och par av anläggningar; artikel `*` är varje artikel utan egen rad"
    columns = (
        ITEM.meant("article number, or `*`", "artikelnummer, eller `*`").such_as("*"),
        SITE.renamed("from_site", "site that sends", "anläggning som skickar").named("Från", "Från anläggning", "From").such_as("NORTH"),
        SITE.renamed("to_site", "site that receives", "anläggning som tar emot").named("Till", "Till anläggning", "To").such_as("SOUTH"),
        number("transfer_cost", "cost of moving a unit", "money per unit", least=0)
        .in_swedish("kostnad för att flytta en enhet")
        .named("Flyttkostnad", "Frakt", "Transfer cost")
        .such_as("9"),
        number("lead_time_days", "days on the way; whole months of thirty days count", "days", least=0)
        .in_swedish("dagar på väg; hela månader om trettio dagar räknas")
        .named("Ledtid", "Ledtid dagar", "Lead time")
        .such_as("3")
        .optional(),
        units("monthly_limit", "most units a month; empty = any number")
        .in_swedish("högst antal per månad; tomt = hur många som helst")
        .named("Högst per månad", "Monthly limit")
        .such_as("800")
        .optional(),
    )


class StockRules(Contract):
    """How far ahead an item may be in stock: because it ages, or because somebody says so."""

    name, key = "stock_rules", ("item",)
    grain = "one row per item"
    without = "no item ages, and stock may cover any number of months"
    title_sv = "Hur långt i förväg en artikel får ligga i lager: för att den åldras, eller för att någon bestämt det."
    grain_sv = "en rad per artikel"
    columns = (
        ITEM,
        number("shelf_life_months", "month ends it can lie before it must ship; empty = it does not age", "months", least=0)
        .in_swedish("månadsslut som den kan ligga innan den måste levereras; tomt = åldras inte")
        .named("Hållbarhet", "Shelf life")
        .such_as("6")
        .optional(),
        number("most_cover_months", "months of demand ahead that stock may cover; empty = any number", "months", least=0)
        .in_swedish("månaders efterfrågan framåt som lagret får täcka; tomt = hur många som helst")
        .named("Högsta täcktid", "Most cover")
        .such_as("4")
        .optional(),
    )
