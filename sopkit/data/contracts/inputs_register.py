"""Input tables that people keep: what is changed, assumed, feared and undertaken."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, period, share, text
from sopkit.data.contracts.inputs_demand import FUNCTIONS
from sopkit.data.contracts.keys import ANY_CHANNEL, ANY_FAMILY, ANY_REGION, ITEM

OWNER = (
    text("owner", "role that answers for it")
    .in_swedish("roll som svarar för det")
    .named("Ansvarig", "Ägare", "Responsible")
    .such_as("head_of_sales")
)
STATUS = (
    choice("status", "how far it is", "open | done | late | stopped")
    .in_swedish("hur långt det kommit: öppet, klart, sent, stoppat")
    .named("Läge")
    .such_as("open")
)


class Overrides(Contract):
    """Changes to the statistical forecast, each with an owner and a reason."""

    name, key = "overrides", ("override",)
    grain = "one row per override; `*` means all"
    without = "the consensus is the statistical forecast and launches"
    title_sv = "Ändringar av den statistiska prognosen, var och en med ansvarig och skäl."
    grain_sv = "en rad per justering; `*` betyder alla"
    columns = (
        code("override", "id").in_swedish("id").named("Justering").such_as("J1"),
        choice("function", "who asks", FUNCTIONS)
        .in_swedish("vem som ber om den: sälj, marknad, ekonomi, produkt, produktion, material, personal")
        .named("Funktion", "Avdelning", "Department")
        .such_as("sales"),
        OWNER,
        ANY_FAMILY.such_as("Grills"),
        ITEM.meant("article number, or `*`", "artikelnummer, eller `*`").such_as("*"),
        ANY_REGION,
        ANY_CHANNEL,
        period("first_period", "first month")
        .in_swedish("första månad")
        .named("Från", "Första månad", "From", "First month")
        .such_as("2026-05"),
        period("last_period", "last month").in_swedish("sista månad").named("Till", "Sista månad", "To", "Last month").such_as("2026-06"),
        choice("kind", "how `value` is read: units added, a factor, or what the units are to be", "add_units | multiply | set_units")
        .in_swedish("hur `value` läses: antal som läggs till, faktor, eller vad antalet ska vara")
        .named("Slag", "Typ")
        .such_as("add_units"),
        number("value", "units over the whole span, or a factor", "units or factor")
        .in_swedish("antal över hela tiden, eller en faktor")
        .named("Värde")
        .such_as("600"),
        choice(
            "reason_code",
            "kind of reason",
            "campaign | customer | price | launch | market | listing | weather | correction | budget_gap | capacity",
        )
        .in_swedish("slags skäl: kampanj, kund, pris, lansering, marknad, listning, väder, rättelse, budgetgap, kapacitet")
        .named("Skälkod", "Orsakskod", "Reason code")
        .such_as("customer"),
        text("reason", "why, in words")
        .in_swedish("varför, i ord")
        .named("Skäl", "Orsak", "Motivering")
        .such_as("Framework agreement with a garden chain"),
        text("evidence", "what shows it: a letter, an order, a measurement")
        .in_swedish("vad som visar det: ett brev, en order, en mätning")
        .named("Underlag")
        .such_as("Signed framework of 12 February")
        .optional(),
        period("expires", "last cycle in which it may be used without being said anew")
        .in_swedish("sista cykel då den får användas utan att sägas på nytt")
        .named("Gäller till", "Expiry")
        .such_as("2026-06")
        .optional(),
    )


class Assumptions(Contract):
    """What the plan takes for granted."""

    name, key = "assumptions", ("assumption",)
    grain = "one row per assumption"
    without = "assumptions are not registered"
    title_sv = "Vad planen tar för givet."
    grain_sv = "en rad per antagande"
    columns = (
        code("assumption", "id").in_swedish("id").named("Antagande").such_as("A1"),
        text("statement", "what is assumed").in_swedish("vad som antas").named("Beskrivning", "Description").such_as("A normal spring"),
        OWNER,
        text("evidence", "why it is believed")
        .in_swedish("varför det tros")
        .named("Stöd", "Underlag")
        .such_as("Mean of ten years")
        .optional(),
        period("expires", "last month it holds").in_swedish("sista månad det gäller").named("Gäller till", "Expiry").such_as("2026-06"),
        choice("last_result", "what last month showed", "held | broke | untested")
        .in_swedish("vad förra månaden visade: höll, brast, ej prövat")
        .named("Senaste utfall", "Last result")
        .such_as("held"),
        text("last_result_note", "in words")
        .in_swedish("i ord")
        .named("Kommentar", "Comment")
        .such_as("Sales of March as planned")
        .optional(),
        text("feeds", "what in the plan rests on it: a table and column, a policy, a scenario")
        .in_swedish("vad i planen som vilar på det: tabell och kolumn, policy, scenario")
        .named("Matar")
        .such_as("exchange_rates.rate")
        .optional(),
        code("observable", "what tests it: a KPI, `rate:NOK`, `indicator:steel` or `supplier_on_time:L-100`")
        .in_swedish("vad som prövar det: ett nyckeltal, `rate:NOK`, `indicator:stål` eller `supplier_on_time:L-100`")
        .named("Observerbar", "Prövas av")
        .such_as("rate:NOK")
        .optional(),
        number("tripwire_low", "it is broken below this", "unit of the KPI")
        .in_swedish("det är brutet under detta")
        .named("Undre gräns", "Tripwire low")
        .such_as("0.95")
        .optional(),
        number("tripwire_high", "it is broken above this", "unit of the KPI")
        .in_swedish("det är brutet över detta")
        .named("Övre gräns", "Tripwire high")
        .such_as("0.99")
        .optional(),
    )


class Risks(Contract):
    """Risks and opportunities outside the numbers."""

    name, key = "risks", ("risk",)
    grain = "one row per risk or opportunity"
    without = "risks and opportunities outside the numbers are not registered"
    title_sv = "Risker och möjligheter utanför siffrorna."
    grain_sv = "en rad per risk eller möjlighet"
    columns = (
        code("risk", "id").in_swedish("id").named("Risknr", "Risk no").such_as("R1"),
        choice("kind", "risk or opportunity", "risk | opportunity").in_swedish("risk eller möjlighet").named("Slag", "Typ").such_as("risk"),
        text("statement", "what may happen")
        .in_swedish("vad som kan hända")
        .named("Beskrivning", "Description")
        .such_as("The valve maker stops for four weeks"),
        OWNER,
        share("probability_share", "how likely").in_swedish("hur troligt").named("Sannolikhet", "Probability").such_as("0.2"),
        money("contribution_effect", "effect on contribution if it happens")
        .in_swedish("effekt på täckningsbidraget om det händer")
        .named("Effekt", "Effect")
        .such_as("-6100000"),
        text("mitigation", "what is done about it")
        .in_swedish("vad som görs åt det")
        .named("Motåtgärd", "Åtgärd")
        .such_as("Second source")
        .optional(),
        day("due_date", "by when").in_swedish("senast när").named("Klart senast", "Deadline", "Due").such_as("2026-04-15").optional(),
    )


class Initiatives(Contract):
    """What the functions undertake to reach their targets: the sales plan's activities, with owner, dates and result."""

    name, key = "initiatives", ("initiative",)
    grain = "one row per initiative"
    without = "initiatives are not followed up"
    title_sv = "Vad funktionerna gör för att nå sina mål: säljplanens aktiviteter, med ansvarig, datum och resultat."
    grain_sv = "en rad per aktivitet"
    columns = (
        code("initiative", "id").in_swedish("id").named("Initiativ", "Aktivitet", "Activity").such_as("I1"),
        text("statement", "what is undertaken")
        .in_swedish("vad som görs")
        .named("Beskrivning", "Description")
        .such_as("List heaters at two chains"),
        text("owner", "role that answers for it")
        .in_swedish("ansvarig roll")
        .named("Ansvarig", "Ägare", "Responsible")
        .such_as("head_of_sales"),
        ANY_FAMILY.optional(),
        day("start_date", "first day").in_swedish("första dag").named("Startdatum", "Start").such_as("2026-02-01"),
        day("due_date", "by when").in_swedish("senast när").named("Slutdatum", "Klart senast", "Due", "Deadline").such_as("2026-06-30"),
        choice("status", "how far it is", "planned | running | done | late | stopped")
        .in_swedish("hur långt den kommit: planerad, pågår, klar, sen, stoppad")
        .named("Läge")
        .such_as("running"),
        money("revenue_effect", "effect on net sales of the fiscal year that is expected")
        .in_swedish("väntad effekt på räkenskapsårets nettoomsättning")
        .named("Väntad effekt", "Expected effect")
        .such_as("1200000")
        .optional(),
        money("realised_effect", "effect on net sales so far")
        .in_swedish("effekt på nettoomsättningen hittills")
        .named("Uppnådd effekt", "Realised effect")
        .such_as("300000")
        .optional(),
        text("result", "what it brought, in words")
        .in_swedish("vad den gav, i ord")
        .named("Resultat")
        .such_as("One chain has listed")
        .optional(),
    )
