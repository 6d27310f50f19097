"""What was found in the inputs, as a page a planner can work through: the weightiest first, each with what to do."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.report.cells import Code, count
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Book, Column, Page, Row, Table, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = {
    "REJECT": N_("Rejected: mend these, the run stops at them"),
    "ASK": N_("To be asked: somebody has to say what is meant"),
    "REPAIR": N_("Repaired: read as written here, look that it is right"),
    "ACCEPT": N_("Accepted: noted, nothing to do"),
}
MOST = 500  # findings of one outcome on the page; all are in the run's findings


def findings_page(findings: "pd.DataFrame", *, title: str, language: str = "en") -> str:
    """Findings as a self-contained HTML page, one section per outcome.

    Args: Findings frame; `title` of the company; language of the page. Returns HTML.
    """
    writer, book = Writer(language_of(language), ""), Book({"findings": findings})
    sections = [section for outcome in OUTCOMES if (section := _section(writer, book, outcome)) is not None]
    headline = writer.say(N_("Findings in the inputs: {count}."), count=count("findings", len(findings)))
    return on_screen(rendered("findings.html.j2", writer, title=title, headline=headline, pages=sections))


def _section(writer: Writer, book: Book, outcome: str) -> Page | None:
    records = book.records("findings", lambda row: row["outcome"] == outcome)
    if not records:
        return None
    text, rows = writer.text, []
    for record in records[:MOST]:
        row = record.number("row", "count") if record.values["row"] else ""
        cells = (record.words("sheet"), row, record.words("column"), record.words("value"), record.words("message"), record.words("hint"))
        rows.append(Row(writer.markup(Code(record.word("file"))), cells))
    labels = (N_("sheet"), N_("row"), N_("column"), N_("value"), N_("what is wrong"), N_("what to do"))
    columns = tuple(Column(text(label), "number" if label == "row" else "text") for label in labels)
    caption = writer.say(N_("{count} findings"), count=count("findings", len(records), f"outcome={outcome}"))
    printed = table(writer, Table(caption, text(N_("file")), columns, tuple(rows), dense=True))
    return Page(outcome.lower(), "", Markup(writer.markup(text(OUTCOMES[outcome]))), (printed,))
