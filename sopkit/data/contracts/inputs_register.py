"""Input tables that people keep: what is undertaken, and who does what."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, text
from sopkit.data.contracts.keys import ANY_FAMILY


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


class Tasks(Contract):
    """What has to be done in the cycle: a list that becomes a board and a timeline."""

    name, key = "tasks", ("task",)
    grain = "one row per task"
    without = "tasks are not followed up"
    title_sv = "Vad som ska göras i cykeln: en lista som blir tavla och tidslinje."
    grain_sv = "en rad per uppgift"
    columns = (
        code("task", "id").in_swedish("id").named("Uppgift").such_as("T1"),
        text("statement", "what is done")
        .in_swedish("vad som görs")
        .named("Beskrivning", "Description", "Title")
        .such_as("Confirm valve deliveries"),
        text("owner", "role that does it")
        .in_swedish("roll som gör det")
        .named("Ansvarig", "Assignee", "Responsible")
        .such_as("head_of_materials"),
        text("step", "step of the cycle that it belongs to")
        .in_swedish("steg i cykeln som den hör till")
        .named("Steg")
        .such_as("supply_planning")
        .optional(),
        day("start_date", "first day").in_swedish("första dag").named("Startdatum", "Start").such_as("2026-03-02").optional(),
        day("due_date", "by when").in_swedish("senast när").named("Klart senast", "Förfallodatum", "Due", "Deadline").such_as("2026-03-06"),
        choice("status", "how far it is", "to_do | in_progress | done | stopped")
        .in_swedish("hur långt den kommit: att göra, pågår, klar, stoppad")
        .such_as("to_do"),
        code("depends_on", "task that has to be done first")
        .in_swedish("uppgift som måste vara klar först")
        .named("Beror på", "Predecessor")
        .such_as("T0")
        .optional(),
        text("note", "comment").in_swedish("kommentar").named("Kommentar", "Comment").such_as("Asked on 2 March").optional(),
    )
