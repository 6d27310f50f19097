"""How far the figures can be trusted, and the appendix: definitions, methods, words, how to reproduce."""

from markupsafe import Markup

from sopkit.data.contracts import CONTRACTS
from sopkit.meeting.kpis.swedish import SWEDISH
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Code, Words, count
from sopkit.report.narrative import N_
from sopkit.report.pack.evidence import adjustment_table, campaign_result_table, chase_table
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.table_words import table_words
from sopkit.report.pack.trust import answers_block, trust_blocks
from sopkit.report.pack.words import GATES, KPIS, word
from sopkit.report.tables import Block, Column, Page, Row, Side, Table, Text, side_by_side, table

MOST_FINDINGS = 5
METHODS = (
    N_(
        "Demand: several forecasting models are fitted to each series; the pool that did best in the backtest is used, "
        "with ranges from its own errors. People change it with a reason; a gap to budget is no reason."
    ),
    N_(
        "Supply: one linear programme over all items, months, resources, people and suppliers. The month of the meetings is frozen. "
        "What cannot be met waits or is lost, as the params say by channel."
    ),
    N_(
        "Money: the constrained plan, valued at dated net prices and standard costs. The solver's planning costs never reach the statement."
    ),
    N_(
        "Scenarios and options run through the same functions as the plan, on changed inputs; "
        "effects are differences between two whole plans."
    ),
)
GLOSSARY = (
    (N_("contribution"), N_("net sales less cost of goods, overtime, subcontract premium, holding and the other costs of the plan")),
    (N_("consensus"), N_("the demand plan all functions stand behind, not limited by supply")),
    (N_("load"), N_("standard hours that demand asks for, over hours the resource has been shown to earn")),
    (N_("fill rate"), N_("units shipped on time over units ordered")),
    (N_("late, lost"), N_("a late unit ships in a later month; a lost one never does")),
    (N_("error (WAPE)"), N_("sum of absolute errors over sum of actuals; error is forecast minus actual")),
    (N_("latest estimate"), N_("closed months, this month, and the constrained plan of the rest of the fiscal year")),
)


def health_page(desk: Desk) -> Page:
    """What was provided, what was found in it, what is assumed and which gates were passed over."""
    text, say = desk.writer.text, desk.writer.say
    records = desk.book.records("coverage")
    given = [record for record in records if record.word("status") == "provided"]
    title = say(
        N_("{given} of {all} input tables were provided; {found} findings."),
        given=count("coverage", len(given), "status=provided"),
        all=count("coverage", len(records)),
        found=count("findings", len(desk.book.records("findings"))),
    )
    blocks: tuple[Block, ...] = (
        *_gates(desk),
        *trust_blocks(desk),
        *_provided(desk, given),
        *_absent(desk, records),
        *_assumed(desk, records),
        *answers_block(desk),
        *chase_table(desk),
        *side_by_side((*adjustment_table(desk), *campaign_result_table(desk))),
        *_findings(desk),
    )
    return Page("health", text(N_("Process health")), title, blocks, style="tight")


def _gates(desk: Desk) -> tuple[Text, ...]:
    about, say = desk.about, desk.writer.say
    if not about.gates_passed_over:
        return ()
    names = (desk.writer.text(GATES.get(gate.replace(" ", "_"), gate.replace("_", " "))) for gate in about.gates_passed_over)
    gates = Markup("; ").join(desk.writer.markup(Words(name, "manifest#gates")) for name in names)
    return (Text((say(N_("This run was a rehearsal. Gates passed over: {gates}."), gates=gates),), style="missing"),)


def _provided(desk: Desk, given: list[Record]) -> tuple[Block, ...]:
    """What was provided, in two tables beside each other."""
    half = (len(given) + 1) // 2
    if not half:
        return ()
    return (Side((_provided_table(desk, given[:half]),), (_provided_table(desk, given[half:]),) if given[half:] else ()),)


def _provided_table(desk: Desk, given: list[Record]) -> Table:
    text = desk.writer.text
    rows = [
        Row(
            desk.writer.markup(table_words(desk.writer, record.word("table"))),
            (record.number("rows", "count"), record.month("first_period"), record.month("last_period"), record.words("origin")),
        )
        for record in given
    ]
    columns = (Column(text(N_("rows"))), *(Column(text(label), "text") for label in (N_("first month"), N_("last month"), N_("from"))))
    return table(desk.writer, Table(desk.writer.say(N_("What was provided")), text(N_("table")), columns, tuple(rows), dense=True))


def _absent(desk: Desk, records: list[Record]) -> tuple[Block, ...]:
    absent = [record for record in records if record.word("status") != "provided" and CONTRACTS[record.word("table")].without]
    lines = tuple(
        desk.writer.say(
            N_("{table}: {consequence}."),
            table=table_words(desk.writer, record.word("table")),
            consequence=desk.writer.text(CONTRACTS[record.word("table")].without),
        )
        for record in absent
    )
    return (Text(lines, title=desk.writer.text(N_("Not provided, and what is not available for it")), style="columns"),) if lines else ()


def _assumed(desk: Desk, records: list[Record]) -> tuple[Text, ...]:
    lines = tuple(
        desk.writer.say(
            N_("{table}: {assumption}"), table=table_words(desk.writer, record.word("table")), assumption=record.words("assumption")
        )
        for record in records
        if record.word("assumption")
    )
    return (Text(lines, title=desk.writer.text(N_("Assumed in the params, not measured")), style="quiet"),) if lines else ()


def _findings(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, desk.book.records("findings")
    weight = {"REJECT": 0, "ASK": 1, "REPAIR": 2, "ACCEPT": 3}
    rows = []
    for record in sorted(records, key=lambda record: weight[record.word("outcome")])[:MOST_FINDINGS]:
        place = record.number("row", "count") if record.values["row"] else ""
        rows.append(
            Row(
                record.words("file"),
                (
                    place,
                    record.words("column"),
                    record.words("value"),
                    desk.writer.sentence(record.words("message")),
                    word(desk, record, "outcome"),
                ),
            )
        )
    columns = (
        Column(text(N_("row"))),
        *(Column(text(label), "text") for label in (N_("column"), N_("value"), N_("what is wrong"), N_("outcome"))),
    )
    caption = desk.writer.say(
        N_("The weightiest of {count} findings in the inputs; all are in the run's findings"), count=count("findings", len(records))
    )
    return (table(desk.writer, Table(caption, text(N_("file")), columns, tuple(rows), dense=True)),) if rows else ()


def appendix_page(desk: Desk) -> Page:
    """Definitions from the facts, methods, words, and the command that makes this pack again."""
    text, say, about = desk.writer.text, desk.writer.say, desk.about
    lines = [
        say(N_("Command: {command}"), command=Code(about.reproduce)),
        say(
            N_("Run {run}, code {commit}, inputs {inputs}."),
            run=Code(about.run_id),
            commit=Code(about.commit or "-"),
            inputs=Code(about.inputs_hash or "-"),
        ),
    ]
    methods = Text(tuple(say(method) for method in METHODS), title=text(N_("Methods")))
    words = Text(
        tuple(say(N_("{word}: {meaning}."), word=text(name), meaning=text(meaning)) for name, meaning in GLOSSARY), title=text(N_("Words"))
    )
    again = Text(tuple(lines), title=text(N_("To make this pack again")))
    blocks: tuple[Block, ...] = (*_definitions(desk), Side((methods, again), (words,)))
    return Page("appendix", text(N_("Appendix")), say(N_("What the figures mean and how to reproduce them")), blocks)


def _definition(desk: Desk, fact: Record) -> Cell:
    """What a KPI is, in the pack's language: facts are written in English, the dictionary of KPIs in both."""
    told = SWEDISH.get(fact.word("id")) if desk.about.language == "sv" else None
    english = fact.words("definition")
    return Words(told.of_closed_months, english.source) if told and isinstance(english, Words) else english


def _definitions(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for name, label in KPIS.items():
        record = desk.book.record("facts", id=name, level="*")
        if record:
            rows.append(Row(text(label), (_definition(desk, record), desk.writer.markup(Code(record.word("source_table"))))))
    columns = tuple(Column(text(label), "text") for label in (N_("definition"), N_("from table")))
    printed = Table(
        desk.writer.say(N_("Definitions of the KPIs; those of all other facts stand in the run's facts")),
        text(N_("KPI")),
        columns,
        tuple(rows),
    )
    return (table(desk.writer, printed),) if rows else ()
