"""Input tables of demand: campaigns, the pipeline, the market, what functions expect and what was expected before."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, number, period, share, text, units
from sopkit.data.contracts.keys import ANY_CHANNEL, ANY_FAMILY, ANY_REGION, CHANNEL, CUSTOMER, FAMILY, ITEM, PERIOD, QUANTITY, REGION

FUNCTIONS = "sales | marketing | finance | product | operations | materials | hr"
LAYERS = "naive | statistical | sales | marketing | finance | crm | consensus | constrained | executive"
MADE_IN = (
    period("made_in", "cycle it was made in")
    .in_swedish("cykel som den gjordes i")
    .named("Gjord i", "Prognosmånad", "Made in", "Version")
    .such_as("2026-01")
)


class Campaigns(Contract):
    """Campaigns past and planned."""

    name, key = "campaigns", ("campaign", "family", "region", "channel")
    grain = "one row per campaign and what it covers; `*` means all"
    without = "campaigns are not shown"
    title_sv = "Genomförda och planerade kampanjer."
    grain_sv = "en rad per kampanj och vad den omfattar; `*` betyder alla"
    columns = (
        code("campaign", "campaign").in_swedish("kampanj").named("Kampanj", "Promotion").such_as("Spring 2026"),
        FAMILY,
        ANY_REGION,
        ANY_CHANNEL,
        day("start_date", "first day").in_swedish("första dag").named("Startdatum", "Start", "Från", "From").such_as("2026-04-13"),
        day("end_date", "last day").in_swedish("sista dag").named("Slutdatum", "Slut", "Till", "To").such_as("2026-04-26"),
        share("claimed_uplift_share", "uplift that marketing claims, 0.35 = +35 %; empty where nobody claims one", most=None)
        .in_swedish("ökning som marknad räknar med, 0,35 = +35 %; tomt där ingen säger något")
        .named("Förväntad ökning", "Ökning", "Lyft", "Uplift", "Expected uplift")
        .such_as("0.35")
        .optional(),
        share("stated_uplift_share", "uplift to plan with where the campaign history cannot tell; empty = none", most=None)
        .in_swedish("ökning att planera med där kampanjhistoriken inte räcker; tomt = ingen")
        .named("Planerad ökning", "Planned uplift")
        .such_as("")
        .optional(),
        money("cost", "campaign cost", least=0)
        .in_swedish("kampanjens kostnad")
        .named("Kostnad", "Kampanjkostnad")
        .such_as("250000")
        .optional(),
    )


class Opportunities(Contract):
    """The sales pipeline as the CRM system has it."""

    name, key = "opportunities", ("opportunity", "item", "period")
    grain = "one row per opportunity, item and month of delivery: a delivery schedule is as many rows"
    without = "CRM cover of the plan is not available"
    title_sv = "Säljpipelinen som CRM-systemet har den."
    grain_sv = "en rad per affärsmöjlighet, artikel och leveransmånad: en leveransplan är lika många rader"
    columns = (
        code("opportunity", "opportunity")
        .in_swedish("affärsmöjlighet")
        .named("Affär", "Affärsmöjlighet", "Opportunity id", "Deal")
        .such_as("O-1001"),
        CUSTOMER,
        ITEM,
        REGION,
        CHANNEL,
        choice("stage", "stage", "prospect | qualified | proposal | negotiation | won | lost")
        .in_swedish("läge: prospekt, kvalificerad, offert, förhandling, vunnen, förlorad")
        .named("Fas", "Säljfas", "Sales stage", "Deal stage")
        .such_as("proposal"),
        share("probability_share", "stated probability")
        .in_swedish("uppgiven sannolikhet")
        .named("Sannolikhet", "Probability")
        .such_as("0.6"),
        QUANTITY,
        PERIOD.meant("month of expected delivery; empty where nobody has said", "månad för väntad leverans; tomt där ingen har sagt något")
        .named("Leveransmånad", "Delivery month")
        .such_as("2026-06")
        .optional(),
        flag("in_baseline", "already part of the statistical baseline")
        .in_swedish("ingår redan i den statistiska basprognosen")
        .named("I basprognosen", "In baseline")
        .such_as("false"),
        money("amount", "value of the row: of a deal in several rows, its part", least=0)
        .in_swedish("radens värde: av en affär i flera rader dess del")
        .named("Belopp", "Värde", "Deal value")
        .such_as("290000")
        .optional(),
        day("opened_date", "when it was opened")
        .in_swedish("när den öppnades")
        .named("Öppnad", "Skapad", "Opened", "Created", "Engage date")
        .such_as("2026-01-15")
        .optional(),
        day("close_date", "when it is expected to be decided, or was")
        .in_swedish("när den väntas avgöras, eller avgjordes")
        .named("Avslutsdatum", "Beslutsdatum", "Close date", "Expected close")
        .such_as("2026-04-15")
        .optional(),
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
    title_sv = "Prognoser som funktionerna lämnar till denna cykel."
    grain_sv = "en rad per funktion, artikel, region, kanal och månad"
    columns = (
        choice("function", "who hands it in", FUNCTIONS)
        .in_swedish("vem som lämnar den: sälj, marknad, ekonomi, produkt, produktion, material, personal")
        .named("Funktion", "Avdelning", "Department")
        .such_as("sales"),
        ITEM,
        REGION,
        CHANNEL,
        PERIOD.such_as("2026-04"),
        QUANTITY,
    )


class ForecastSnapshots(Contract):
    """Forecasts of earlier cycles, frozen as they were."""

    name, key = "forecast_snapshots", ("layer", "made_in", "item", "region", "channel", "period")
    grain = "one row per layer, cycle, item, region, channel and month"
    without = "forecast accuracy by layer and value added are not available"
    title_sv = "Tidigare cyklers prognoser, frysta som de var."
    grain_sv = "en rad per lager, cykel, artikel, region, kanal och månad"
    columns = (
        choice("layer", "which forecast", LAYERS)
        .in_swedish("vilken prognos: naiv, statistisk, sälj, marknad, ekonomi, CRM, konsensus, begränsad, ledning")
        .named("Prognoslager", "Prognostyp", "Forecast layer", "Forecast type")
        .such_as("consensus"),
        MADE_IN,
        ITEM,
        REGION,
        CHANNEL,
        PERIOD,
        QUANTITY,
    )


class Lifecycle(Contract):
    """Launches and phase-outs."""

    name, key = "lifecycle", ("item",)
    grain = "one row per item that is launched or phased out"
    without = "launches and phase-outs are not planned"
    title_sv = "Lanseringar och utfasningar."
    grain_sv = "en rad per artikel som lanseras eller fasas ut"
    columns = (
        ITEM,
        choice("event", "what happens", "launch | phase_out")
        .in_swedish("vad som händer: lansering eller utfasning")
        .named("Händelse")
        .such_as("phase_out"),
        PERIOD.meant("first month on sale, or last month on sale", "första eller sista månad till salu").such_as("2026-09"),
        ITEM.optional()
        .renamed("reference_item", "item whose season it follows", "artikel vars säsong den följer")
        .such_as("")
        .named("Referensartikel", "Reference item"),
        units("annual_quantity", "expected units in the first twelve months")
        .in_swedish("väntat antal de första tolv månaderna")
        .named("Årsvolym", "Annual quantity")
        .such_as("3800")
        .optional(),
        FAMILY.optional()
        .renamed("cannibalised_family", "family it takes from", "produktfamilj som den tar från")
        .named("Kannibaliserad familj", "Cannibalised family"),
        share("cannibalised_share", "units taken per unit launched")
        .in_swedish("antal som tas per lanserad enhet")
        .named("Kannibalisering", "Cannibalised share")
        .such_as("0.18")
        .optional(),
        number("ramp_months", "months before a launch sells at its full rate, rising evenly; empty = at once", "months", least=0, most=36)
        .in_swedish("månader innan en lansering säljer i full takt, jämnt stigande; tomt = genast")
        .named("Startkurva", "Ramp-up", "Ramp")
        .such_as("")
        .optional(),
        ITEM.optional()
        .renamed(
            "predecessor_item",
            "item that a launch replaces: its history is joined",
            "artikel som en lansering ersätter: historiken följer med",
        )
        .such_as("")
        .named("Ersätter", "Företrädare", "Predecessor", "Replaces"),
        flag("run_out", "of a phase-out: what is left in stock after the last month is still sold")
        .in_swedish("vid utfasning: det som finns kvar i lager efter sista månaden säljs ändå")
        .named("Sälj ut lagret", "Run out stock")
        .such_as("")
        .optional(),
    )


class LaunchReferences(Contract):
    """Several items that a launch follows, each with its weight."""

    name, key = "launch_references", ("item", "reference_item")
    grain = "one row per launched item and item that it follows"
    without = "a launch follows the one reference item of the lifecycle table"
    title_sv = "Flera artiklar som en lansering följer, var och en med sin vikt."
    grain_sv = "en rad per lanserad artikel och artikel som den följer"
    columns = (
        ITEM.meant("item that is launched", "artikel som lanseras"),
        ITEM.renamed("reference_item", "item whose season and markets it follows", "artikel vars säsong och marknader den följer")
        .such_as("GR-110")
        .named("Referensartikel", "Reference item"),
        share("weight_share", "its weight; those of a launch add up to 1")
        .in_swedish("dess vikt; en lanserings vikter blir tillsammans 1")
        .named("Vikt", "Weight")
        .such_as("1"),
    )


class PublishedPlan(Contract):
    """The plan of the cycle before, as it was published."""

    name, key = "published_plan", ("item", "region", "channel", "period")
    grain = "one row per item, region, channel and month"
    without = "change since the last plan and the score of the last plan are not available"
    title_sv = "Förra cykelns plan, som den publicerades."
    grain_sv = "en rad per artikel, region, kanal och månad"
    columns = (
        MADE_IN.such_as("2026-02"),
        ITEM,
        REGION,
        CHANNEL,
        PERIOD,
        QUANTITY.meant("consensus demand", "konsensusefterfrågan"),
        units("shipped", "shipments of the constrained plan")
        .in_swedish("leveranser i den begränsade planen")
        .named("Levereras", "Planned shipments")
        .such_as("118"),
        number("net_price", "price per unit", "money per unit", least=0)
        .in_swedish("pris per enhet")
        .named("Nettopris", "Pris", "Net price")
        .such_as("2900"),
        units("baseline", "of the demand: statistical forecast")
        .in_swedish("av efterfrågan: statistisk prognos")
        .named("Basprognos")
        .such_as("110")
        .optional(),
        units("lifecycle", "of the demand: launch, phase-out and cannibalisation", least=None)
        .in_swedish("av efterfrågan: lansering, utfasning och kannibalisering")
        .named("Livscykel")
        .such_as("0")
        .optional(),
        units("override", "of the demand: overrides", least=None)
        .in_swedish("av efterfrågan: justeringar")
        .named("Justering")
        .such_as("10")
        .optional(),
    )
