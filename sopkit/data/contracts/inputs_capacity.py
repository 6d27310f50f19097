"""Input tables of what can be made: resources and their hours, people, routings, parts, and which site serves whom."""

from sopkit.data.contracts.column import Contract, code, number, share, text, whole
from sopkit.data.contracts.keys import ANY_FAMILY, COMPONENT, ITEM, PERIOD, REGION, RESOURCE, SITE, SKILL_GROUP


class Resources(Contract):
    """Lines and work centres."""

    name, key = "resources", ("resource",)
    grain = "one row per resource"
    without = "capacity is not planned: production is limited by suppliers only"
    title_sv = "Linjer och maskingrupper."
    grain_sv = "en rad per resurs"
    columns = (
        RESOURCE,
        text("resource_name", "name")
        .in_swedish("namn")
        .named("Resursnamn", "Benämning", "Namn", "Resource name")
        .such_as("Powder coating line"),
        SITE,
        SKILL_GROUP.meant(
            "who mans it; empty where people do not limit it", "vem som bemannar den; tomt där personal inte begränsar"
        ).optional(),
        share("overtime_limit_share", "most overtime, share of regular hours", most=None)
        .in_swedish("högsta övertid, andel av ordinarie timmar")
        .named("Högsta övertid", "Övertidstak", "Overtime limit")
        .such_as("0.15"),
        number("overtime_cost", "extra cost of an overtime hour", "money per hour", least=0)
        .in_swedish("merkostnad för en övertidstimme")
        .named("Övertidskostnad", "Overtime cost")
        .such_as("450"),
        number("crew", "people needed while it runs", "people", least=0)
        .in_swedish("personer som behövs när den går")
        .named("Bemanning")
        .such_as("4")
        .optional(),
    )


class ResourceCalendar(Contract):
    """Hours a resource can run, by month, and what it ran."""

    name, key = "resource_calendar", ("resource", "period")
    grain = "one row per resource and month"
    without = "capacity is not planned: production is limited by suppliers only"
    title_sv = "Timmar som en resurs kan gå, per månad, och vad den gick."
    grain_sv = "en rad per resurs och månad"
    columns = (
        RESOURCE,
        PERIOD,
        number("available_hours", "regular hours by the calendar", "hours", least=0)
        .in_swedish("ordinarie timmar enligt kalendern")
        .named("Tillgängliga timmar", "Tillgänglig tid", "Available hours")
        .such_as("320"),
        number("demonstrated_hours", "standard hours that regular time has been shown to earn", "hours", least=0)
        .in_swedish("standardtimmar som ordinarie tid har visats ge")
        .named("Visad kapacitet", "Visade timmar", "Demonstrated hours", "Demonstrated capacity")
        .such_as("258"),
        number("worked_hours", "hours worked; empty in the future", "hours", least=0)
        .in_swedish("arbetade timmar; tomt i framtiden")
        .named("Arbetade timmar", "Worked hours")
        .such_as("301")
        .optional(),
        number("overtime_limit_hours", "most overtime in the month; empty = the resource's share", "hours", least=0)
        .in_swedish("högsta övertid i månaden; tomt = resursens andel")
        .named("Övertidstak timmar", "Overtime hours")
        .such_as("40")
        .optional(),
        number("overtime_cost", "extra cost of an overtime hour in the month; empty = the resource's", "money per hour", least=0)
        .in_swedish("merkostnad för en övertidstimme i månaden; tomt = resursens")
        .named("Övertidskostnad", "Overtime cost")
        .such_as("450")
        .optional(),
        number("maintenance_hours", "of the available hours, those that planned maintenance takes; empty = none", "hours", least=0)
        .in_swedish("av de tillgängliga timmarna, de som planerat underhåll tar; tomt = inga")
        .named("Underhållstimmar", "Underhåll", "Maintenance hours")
        .such_as("16")
        .optional(),
    )


class Workforce(Contract):
    """People by skill group, and what changing their number costs."""

    name, key = "workforce", ("skill_group",)
    grain = "one row per skill group"
    without = "people do not limit the plan"
    title_sv = "Personal per kompetensgrupp, och vad det kostar att ändra antalet."
    grain_sv = "en rad per kompetensgrupp"
    columns = (
        SKILL_GROUP,
        whole("heads", "people at the cutoff", "people")
        .in_swedish("personer vid brytpunkten")
        .named("Antal personer", "Anställda", "Headcount", "People")
        .such_as("24"),
        number("hours_per_head", "paid hours per person and month", "hours per month", least=0)
        .in_swedish("betalda timmar per person och månad")
        .named("Timmar per person", "Hours per person")
        .such_as("165"),
        share("absence_share", "absence").in_swedish("frånvaro").named("Frånvaro", "Absence").such_as("0.06"),
        number("wage", "cost of a person and month", "money per month", least=0)
        .in_swedish("kostnad för en person och månad")
        .named("Lönekostnad", "Lön", "Månadskostnad")
        .such_as("52000")
        .private(),
        number("hire_cost", "cost of hiring one", "money per person", least=0)
        .in_swedish("kostnad för att anställa en")
        .named("Anställningskostnad", "Hire cost")
        .such_as("60000"),
        number("layoff_cost", "cost of laying off one", "money per person", least=0)
        .in_swedish("kostnad för att säga upp en")
        .named("Uppsägningskostnad", "Layoff cost")
        .such_as("150000"),
        number("max_hire", "most people hired in a month", "people per month", least=0)
        .in_swedish("flest anställda på en månad")
        .named("Högst anställda", "Max hire")
        .such_as("3"),
        number("ramp_up_months", "months until somebody hired works at full pace; the pace grows evenly over them", "months", least=0)
        .in_swedish("månader tills en nyanställd arbetar i full takt; takten ökar jämnt")
        .named("Inskolning", "Upplärning", "Ramp up")
        .such_as("2")
        .optional(),
        number("max_layoff", "most people laid off in a month; empty = any number", "people per month", least=0)
        .in_swedish("flest uppsagda på en månad; tomt = hur många som helst")
        .named("Högst uppsagda", "Max layoff")
        .such_as("2")
        .optional(),
        number("overtime_hours_per_head", "most overtime of a person in a month; empty = any", "hours per month", least=0)
        .in_swedish("högsta övertid för en person på en månad; tomt = obegränsat")
        .named("Övertid per person", "Overtime per person")
        .such_as("20")
        .optional(),
        number("most_temporary", "most temporary people in a month beside the heads; empty = none", "people", least=0)
        .in_swedish("flest inhyrda på en månad utöver de anställda; tomt = inga")
        .named("Högst inhyrda", "Most temporary")
        .such_as("6")
        .optional(),
        number("temporary_cost", "cost of a temporary person and month; empty = the wage", "money per month", least=0)
        .in_swedish("kostnad för en inhyrd person och månad; tomt = lönekostnaden")
        .named("Kostnad inhyrd", "Temporary cost")
        .such_as("68000")
        .optional(),
        number("idle_cost", "planning cost of an hour that people are there and have no work; empty = none", "money per hour", least=0)
        .in_swedish("planeringskostnad för en timme då personal finns på plats utan arbete; tomt = ingen")
        .named("Kostnad för ledig tid", "Idle cost")
        .such_as("0")
        .optional(),
    )


class BillOfResources(Contract):
    """Standard hours a unit needs on a resource, setups and scrap in."""

    name, key = "bill_of_resources", ("item", "resource")
    grain = "one row per item and resource"
    without = "capacity is not planned: production is limited by suppliers only"
    title_sv = "Standardtimmar som en enhet behöver på en resurs, ställtid och kassation inräknade."
    grain_sv = "en rad per artikel och resurs"
    columns = (
        ITEM,
        RESOURCE,
        number("hours", "standard hours per unit", "hours per unit", least=0)
        .in_swedish("standardtimmar per enhet")
        .named("Timmar", "Tid per enhet", "Stycktid", "Standardtid", "Hours per unit", "Run time")
        .such_as("0.05"),
    )


class BillOfMaterials(Contract):
    """What goes into a unit, level by level."""

    name, key = "bill_of_materials", ("parent", "component")
    grain = "one row per article made and article that goes into it directly"
    without = "what goes into an item is known from the items of suppliers only"
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
        number("offset_days", "days that it is needed before the parent is finished; whole months of thirty days count", "days", least=0)
        .in_swedish("dagar som den behövs innan huvudartikeln är klar; hela månader om trettio dagar räknas")
        .named("Förskjutning", "Offset days")
        .such_as("30")
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
