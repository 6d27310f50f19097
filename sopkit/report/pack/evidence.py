"""What step 1 has shown of the past: what was done to the history, what campaigns brought, and what to chase."""

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Words, count
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import everything, word
from sopkit.report.tables import Column, Row, Table, table

MOST_POINTS = 8
KINDS = {
    "own_period": N_("period that is no calendar month"),
    "partial_period": N_("month that is not whole"),
    "return": N_("returned units netted"),
    "cancellation": N_("cancelled units taken off"),
    "stock_out": N_("demand hidden by an empty shelf"),
    "outlier": N_("month that stands out"),
    "structural_break": N_("demand on another level"),
    "working_days": N_("working days and demand"),
    "usual_days": N_("month with more or fewer working days"),
    "launch": N_("history that begins later"),
    "phase_out": N_("item that leaves"),
    "participation": N_("what has not come"),
    "campaign": N_("campaign"),
    "supplier": N_("supplier"),
    "pipeline": N_("pipeline"),
    "indicator": N_("market indicator"),
    "target": N_("target"),
}
QUESTIONS = {  # by topic
    "participation": N_("When does it come, and what do we plan with until then?"),
    "stock_out": N_("Does the demand that the empty shelf hid match what customers say?"),
    "outlier": N_("One order, an error, or the new normal?"),
    "structural_break": N_("What happened, and does it stay?"),
    "campaign": N_("It claims more than campaigns have brought: what is different this time?"),
    "supplier": N_("Late more often than agreed: when does it get better, and what do we plan with?"),
    "pipeline": N_("Deals that break a rule of the pipeline: what is true of them?"),
    "indicator": N_("It has not earned a correlation with demand: leave it out of the discussion?"),
    "target": N_("Missed in most months: is the target right, or the plan?"),
}
OUTCOMES = {"applied": N_("changed what models learn from"), "flagged": N_("seen, and left as it is")}
VERDICTS = {
    "worked": N_("brought more"),
    "did_not": N_("brought less"),
    "cannot_tell": N_("cannot tell"),
    "planned": N_("ahead"),
}


def adjustment_table(desk: Desk) -> tuple[Table, ...]:
    """What was done to the history, by kind: nothing is changed in silence."""
    text, records = desk.writer.text, desk.book.records("history_adjustments")
    groups: dict[tuple[str, str], list[str]] = {}
    for record in records:
        groups.setdefault((record.word("kind"), record.word("outcome")), []).append(record.word("period"))
    rows = []
    for (kind, outcome), periods in sorted(groups.items(), key=lambda group: (group[0][1], group[0][0])):
        first = next(record for record in records if (record.word("kind"), record.word("outcome")) == (kind, outcome))
        cells: tuple[Cell, ...] = (
            count("history_adjustments", len(periods), f"kind={kind}&outcome={outcome}"),
            word(desk, first, "outcome", OUTCOMES),
        )
        rows.append(Row(text(KINDS[kind]), cells))
    columns = (Column(text(N_("rows"))), Column(text(N_("outcome")), "text"))
    caption = desk.writer.say(
        N_("What was done to the demand history, and what was only seen; accuracy is judged on what was recorded"),
    )
    return (table(desk.writer, Table(caption, text(N_("adjustment")), columns, tuple(rows), dense=True)),) if rows else ()


def chase_table(desk: Desk) -> tuple[Table, ...]:
    """What was to be chased before the demand review, the weightiest first."""
    text, records = desk.writer.text, desk.book.records("points_to_chase")
    rows = [
        Row(
            word(desk, record, "function"),
            (word(desk, record, "topic", KINDS), record.words("subject"), _question(desk, record), record.number("value", "money")),
        )
        for record in records[:MOST_POINTS]
    ]
    labels = (N_("about"), N_("what"), N_("seen, and asked"))
    columns = (*(Column(text(label), "text") for label in labels), Column(text(N_("net sales"))))
    caption = desk.writer.say(
        N_("The weightiest of {count} points to chase before the demand review"), count=count("points_to_chase", len(records))
    )
    return (table(desk.writer, Table(caption, text(N_("function")), columns, tuple(rows), dense=True)),) if rows else ()


def _question(desk: Desk, point: Record) -> Cell:
    """What was seen and asked, which is written in English; in another language what is asked about such points."""
    told = point.words("question")
    if desk.about.language == "en" or not isinstance(told, Words):
        return told
    return Words(desk.writer.text(QUESTIONS[point.word("topic")]), told.source)


def campaign_result_table(desk: Desk) -> tuple[Table, ...]:
    """What past campaigns brought against what was claimed, by family."""
    text, rows = desk.writer.text, []
    means = desk.book.records("campaign_results", lambda row: row["campaign"] == "*")
    for record in sorted(means, key=lambda record: (record.word("family") == "*", record.word("family"))):
        measured, low, high = (record.number(column, "ratio").change() for column in ("uplift_ratio", "uplift_low", "uplift_high"))
        claimed, brought = record.number("claimed_uplift_share", "share"), record.number("return_ratio", "ratio").change()
        cells = (record.number("campaigns", "count"), claimed.change(), measured, low, high, brought.judged((brought.value or 0.0) >= 0))
        rows.append(Row(everything(record, "family", desk), (*cells, word(desk, record, "verdict", VERDICTS))))
    labels = (N_("campaigns"), N_("claimed uplift"), N_("measured"), N_("low"), N_("high"), N_("return on cost"))
    columns = (*(Column(text(label)) for label in labels), Column(text(N_("so they")), "text"))
    caption = desk.writer.say(N_("What campaigns brought, beside the same items in other markets; outside low to high once in ten"))
    return (table(desk.writer, Table(caption, text(N_("family")), columns, tuple(rows), dense=True)),) if rows else ()
