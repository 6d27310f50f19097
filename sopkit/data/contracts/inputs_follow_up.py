"""Input tables that follow up: decisions of earlier cycles, actions, and the tasks of this one."""

from sopkit.data.contracts.column import Contract, choice, code, day, flag, money, period, share, text
from sopkit.data.contracts.inputs_register import OWNER, STATUS


class Decisions(Contract):
    """Decisions of earlier cycles and what they brought."""

    name, key = "decisions", ("decision",)
    grain = "one row per decision"
    without = "earlier decisions are not scored"
    title_sv = "Tidigare cyklers beslut och vad de gav."
    grain_sv = "en rad per beslut"
    columns = (
        code("decision", "id").in_swedish("id").named("Beslut", "Beslutsnr").such_as("B1"),
        period("made_in", "cycle it was made in").in_swedish("cykel som det fattades i").named("Fattat i", "Made in").such_as("2026-02"),
        text("statement", "what was decided")
        .in_swedish("vad som beslutades")
        .named("Beskrivning", "Description")
        .such_as("Saturday overtime at coating"),
        OWNER.meant("role that carries it out", "roll som genomför det"),
        STATUS,
        money("expected_contribution", "effect on contribution that was promised")
        .in_swedish("utlovad effekt på täckningsbidraget")
        .named("Väntad effekt", "Expected effect")
        .such_as("1100000")
        .optional(),
        money("realised_contribution", "effect on contribution so far")
        .in_swedish("effekt på täckningsbidraget hittills")
        .named("Uppnådd effekt", "Realised effect")
        .such_as("700000")
        .optional(),
        text("note", "why they differ").in_swedish("varför de skiljer sig").named("Kommentar", "Comment").such_as("Absence").optional(),
    )


class Actions(Contract):
    """Actions and who does them by when."""

    name, key = "actions", ("action",)
    grain = "one row per action"
    without = "actions are not followed up"
    title_sv = "Åtgärder, vem som gör dem och senast när."
    grain_sv = "en rad per åtgärd"
    columns = (
        code("action", "id").in_swedish("id").named("Åtgärd", "Åtgärdsnr").such_as("Å1"),
        text("statement", "what is done")
        .in_swedish("vad som görs")
        .named("Beskrivning", "Description")
        .such_as("Quote from a second valve maker"),
        OWNER.meant("role that does it", "roll som gör det"),
        day("due_date", "by when").in_swedish("senast när").named("Klart senast", "Deadline", "Due").such_as("2026-03-20"),
        STATUS,
        money("revenue_effect", "effect on net sales of the fiscal year")
        .in_swedish("effekt på räkenskapsårets nettoomsättning")
        .named("Effekt", "Omsättningseffekt", "Effect")
        .such_as("800000")
        .optional(),
        share("probability_share", "how likely the effect is")
        .in_swedish("hur trolig effekten är")
        .named("Sannolikhet", "Probability")
        .such_as("0.5")
        .optional(),
        flag("in_plan", "already counted in the plan")
        .in_swedish("redan räknad i planen")
        .named("I planen", "In plan")
        .such_as("false")
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
        .named("Läge")
        .such_as("to_do"),
        code("depends_on", "task that has to be done first")
        .in_swedish("uppgift som måste vara klar först")
        .named("Beror på", "Predecessor")
        .such_as("T0")
        .optional(),
        text("note", "comment").in_swedish("kommentar").named("Kommentar", "Comment").such_as("Asked on 2 March").optional(),
    )
