"""What was found in the inputs, as a page a planner works through: grouped, the weightiest first, each group with a place of its own.

The page needs no script: an index at its top leads to each file and each rule, and the browser's own search finds any value.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.data.finding_rules import OUTCOMES, RULES, title_of
from sopkit.report.book import Book, Record
from sopkit.report.cells import Code, Number, count, listed
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Column, Page, Row, Table, Text, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd

TITLES = {
    "REJECT": N_("Rejected: mend these, the run stops at them"),
    "ASK": N_("To be asked: somebody has to say what is meant"),
    "REPAIR": N_("Repaired: read as written here, look that it is right"),
    "ACCEPT": N_("Accepted: noted, nothing to do"),
}
SHORT = {"REJECT": N_("rejected"), "ASK": N_("to be asked"), "REPAIR": N_("repaired"), "ACCEPT": N_("accepted")}
MOST = 200  # findings of one group on the page; all are in the workbook of the file and in findings.json
Group = tuple[str, str, str]  # outcome, file, rule


def findings_page(findings: "pd.DataFrame", *, title: str, language: str = "en", owners: Mapping[str, str] | None = None) -> str:
    """Findings as a self-contained HTML page: an index, then one section per outcome with a table per file and rule.

    Args:
        findings: Findings frame.
        title: of the company and the cycle.
        language: of the page.
        owners: input table: role that answers for it.

    Returns:
        HTML.
    """
    writer, book = Writer(language_of(language), ""), Book({"findings": findings})
    records = book.records("findings")
    groups = _groups(records)
    places = {group: f"g{number}" for number, group in enumerate(groups, start=1)}
    sections = [section for outcome in OUTCOMES if (section := _section(writer, outcome, groups, places)) is not None]
    headline = writer.say(N_("Findings in the inputs: {count}."), count=count("findings", len(findings)))
    index = _index(writer, groups, places, owners or {})
    return on_screen(rendered("findings.html.j2", writer, title=title, headline=headline, index=index, pages=sections))


def _groups(records: Sequence[Record]) -> dict[Group, list[Record]]:
    """Findings of one rule in one file together; the weightiest outcome first, then in the order of reading."""
    groups: dict[Group, list[Record]] = {}
    for outcome in OUTCOMES:
        for record in records:
            if record.values["outcome"] == outcome:
                groups.setdefault((outcome, record.word("file"), record.word("rule")), []).append(record)
    return groups


def _index(writer: Writer, groups: Mapping[Group, list[Record]], places: Mapping[Group, str], owners: Mapping[str, str]) -> Table | None:
    """One row per file: its owner, and a link to each of its groups."""
    if not groups:
        return None
    text, files = writer.text, dict.fromkeys(file for _, file, _ in groups)
    rows = []
    for file in files:
        own = [group for group in groups if group[1] == file]
        roles = sorted({owners.get(record.word("table"), "") for group in own for record in groups[group]} - {""})
        links = Markup(" · ").join(
            Markup('<a href="#{}">{} {}</a> {}').format(
                places[group], text(SHORT[group[0]]), text(title_of(group[2])), writer.markup(_number_of(groups[group]))
            )
            for group in own
        )
        rows.append(Row(writer.markup(Code(file)), (Markup.escape(", ".join(role.replace("_", " ") for role in roles)), links)))
    columns = (Column(text(N_("owner")), "text"), Column(text(N_("findings")), "text"))
    caption = writer.say(N_("Where the findings are: {count} files"), count=listed(list(files)))
    return table(writer, Table(caption, text(N_("file")), columns, tuple(rows)))


def _number_of(records: Sequence[Record]) -> Number:
    return listed([str(record.values["finding"]) for record in records])


def _section(writer: Writer, outcome: str, groups: Mapping[Group, list[Record]], places: Mapping[Group, str]) -> Page | None:
    own = {group: records for group, records in groups.items() if group[0] == outcome}
    if not own:
        return None
    blocks = [block for group, records in own.items() for block in _blocks(writer, group, records, places[group])]
    return Page(outcome.lower(), "", Markup(writer.markup(writer.text(TITLES[outcome]))), tuple(blocks))


def _blocks(writer: Writer, group: Group, records: Sequence[Record], place: str) -> tuple[Text | Table, ...]:
    """The rule with what holds and what to do, and its findings."""
    text, rule = writer.text, RULES.get(group[2])
    rows = []
    for record in records[:MOST]:
        position = record.number("row", "count") if record.values["row"] else ""
        told = (
            record.words("column"),
            record.words("cell"),
            record.words("value"),
            record.words("new_value"),
            writer.sentence(record.words("message")),
        )
        said = (writer.sentence(record.words("hint")),) if not record.word("answered_by") else (_answer(writer, record),)
        rows.append(Row(position, (record.words("sheet"), *told, *said)))
    labels = (N_("sheet"), N_("column"), N_("cell"), N_("value"), N_("read as"), N_("what is wrong"), N_("what to do"))
    kept = [place for place in range(len(labels)) if any(row.cells[place] != "" for row in rows)]
    rows = [Row(row.head, tuple(row.cells[place] for place in kept)) for row in rows]
    columns = tuple(Column(text(labels[place]), "text") for place in kept)
    caption = Markup('<span id="{}">{}: {}</span>, {}').format(
        place, writer.markup(Code(group[1])), text(title_of(group[2])), writer.say(N_("{count} findings"), count=_number_of(records))
    )
    lines = [writer.say(N_("Expected: {holds}; {todo}."), holds=text(rule.holds), todo=text(rule.do))] if rule else []
    if len(records) > MOST:
        more = N_("The first {shown} of {count} are shown; all are in the workbook of the file.")
        first = listed([str(record.values["finding"]) for record in records[:MOST]])
        lines.append(writer.say(more, shown=first, count=_number_of(records)))
    printed = table(writer, Table(caption, text(N_("row")), columns, tuple(rows), dense=True))
    return (printed, *((Text(tuple(lines), style="quiet"),) if lines else ()))


def _answer(writer: Writer, record: Record) -> Markup:
    return writer.say(N_("{who}: {answer}"), who=record.words("answered_by"), answer=record.words("answer"))
