"""How far the data can be trusted, who delivered, and which questions were answered: a line on the cover, tables on the health page."""

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Code, count, listed
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.table_words import table_words
from sopkit.report.pack.words import KPIS, STATUS_OF_DELIVERY, role
from sopkit.report.tables import Column, Row, Table, Text, table

COMPANY = "*"
SHOWN = 8  # sources: the least trusted first
PAGES = {
    "decisions": N_("Decisions"),
    "demand": N_("Demand"),
    "supply": N_("Supply"),
    "inventory": N_("Inventory"),
    "money": N_("Money"),
    "record": N_("Follow-up and report card"),
    "bridge": N_("What changed"),
    "outlook": N_("Assumptions, risks, actions"),
    "accuracy": N_("Forecast accuracy"),
}


def trust_line(desk: Desk) -> Cell:
    """One line for the cover: the score, the least trusted source and what rests on it; empty where no trust was measured."""
    whole = desk.book.record("data_trust", table=COMPANY)
    if whole is None:
        return ""
    score = whole.number("score_share", "share")
    lowest = _sources(desk)[:1]
    if not lowest or known_share(lowest[0]) == 1:
        return desk.writer.say(N_("Data trusted to {score}; no source stands out."), score=score)
    return desk.writer.say(
        N_("Data trusted to {score}; least trusted is {table} with {lowest}: {risk} rest on it."),
        score=score,
        table=table_words(desk.writer, lowest[0].word("table")),
        lowest=lowest[0].number("score_share", "share"),
        risk=_risk(desk, lowest[0]),
    )


def known_share(record: Record) -> float:
    """The score of a source, for choosing; never printed."""
    return float(str(record.values["score_share"]))


def trust_blocks(desk: Desk) -> tuple[Table | Text, ...]:
    """The least trusted sources with owner and what rests on them, and what did not come or came unchanged."""
    return (*_trust_table(desk), *_participation(desk))


def _sources(desk: Desk) -> list[Record]:
    records = desk.book.records("data_trust", lambda row: row["table"] != COMPANY)
    return sorted(records, key=lambda record: (known_share(record), record.word("table")))


def _trust_table(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, _sources(desk)
    parts = ("score_share", "complete_share", "fresh_share", "consistent_share", "repaired_share")
    rows = tuple(
        Row(
            desk.writer.markup(table_words(desk.writer, record.word("table"))),
            (role(desk, record), *(record.number(part, "share") for part in parts), _risk(desk, record)),
        )
        for record in records[:SHOWN]
    )
    labels = (N_("trust"), N_("complete"), N_("fresh"), N_("consistent"), N_("repaired"))
    columns = (Column(text(N_("owner")), "text"), *(Column(text(label)) for label in labels), Column(text(N_("rests on it")), "text"))
    caption = desk.writer.say(
        N_("The least trusted of {count} sources; trust is complete times fresh times consistent, less half of what was repaired"),
        count=listed([record.word("table") for record in records]),
    )
    return (table(desk.writer, Table(caption, text(N_("table")), columns, rows, dense=True)),) if rows else ()


def _risk(desk: Desk, record: Record) -> Markup:
    """KPIs and pages that rest on a source, in the pack's words."""
    words = [name.strip() for name in record.word("at_risk").split(",") if name.strip()]
    labels = {**PAGES, **KPIS}
    return Markup(", ").join(Markup.escape(desk.writer.text(labels.get(name, name))) for name in words)


def _participation(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    late = desk.book.records("participation", lambda row: row["status"] != "delivered")
    rows = tuple(
        Row(
            role(desk, record, "function"),
            (
                desk.writer.markup(table_words(desk.writer, record.word("table"))),
                text(STATUS_OF_DELIVERY[record.word("status")]),
                record.month("last_period"),
                record.day("due_date"),
            ),
        )
        for record in late
    )
    labels = (N_("table"), N_("what came"), N_("last month"), N_("due"))
    columns = tuple(Column(text(label), "text") for label in labels)
    caption = desk.writer.say(
        N_("{late} of {all} contributions are missing or unchanged since the last cycle"),
        late=listed([f"{record.word('function')} {record.word('table')}" for record in late]),
        all=count("participation", len(desk.book.records("participation"))),
    )
    return (table(desk.writer, Table(caption, text(N_("function or owner")), columns, rows, dense=True)),) if rows else ()


def answers_block(desk: Desk) -> tuple[Text, ...]:
    """The questions of the intake that people have answered: rule, who, why, how many."""
    answered: dict[tuple[str, str, str], list[Record]] = {}
    for record in desk.book.records("findings", lambda row: bool(row.get("answered_by")) and row["answered_by"] == row["answered_by"]):
        answered.setdefault((record.word("table"), record.word("rule"), record.word("answered_by")), []).append(record)
    lines = tuple(
        desk.writer.say(
            N_("{table}, {rule}: {who} answers for {found} findings: {answer}"),
            table=table_words(desk.writer, name),
            rule=Code(rule),
            who=role(desk, records[0], "answered_by"),
            found=count("findings", len(records), f"table={name}&rule={rule}&answered_by={who}"),
            answer=records[0].words("answer"),
        )
        for (name, rule, who), records in answered.items()
    )
    return (Text(lines, title=desk.writer.text(N_("Questions in the inputs that were answered")), style="quiet"),) if lines else ()
