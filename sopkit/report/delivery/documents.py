"""The documents of readers outside the team: a page for the screen and for print, a workbook, and a CSV file, all from the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from sopkit.report.cells import Cell, Code, Month, Number, Words, known, source_of
from sopkit.report.collector import collector_paused
from sopkit.report.delivery.redaction import View
from sopkit.report.exports import Sheet, write_sheet
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.pdf import written_pdf
from sopkit.report.svg import on_screen
from sopkit.report.tables import Column, Page, Row, Table, Text, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Letterhead:
    """All that a reader outside the team is told about where a document comes from."""

    title: str  # of the company
    cycle: str
    status: str  # DRAFT or FINAL
    version: int
    language: str
    currency: str

    def writer(self) -> Writer:
        """Who writes its pages."""
        return Writer(language_of(self.language), self.currency)


@dataclass(frozen=True)
class Documents:
    """What one reader gets: file name and content."""

    files: dict[str, bytes]
    headline: str


def view_documents(rows: "pd.DataFrame", view: View, reader: str, head: Letterhead) -> Documents:
    """The documents of one reader; `rows` are those it may see and nothing else is used."""
    page = _view_page(rows, view, reader, head)
    print_html = audience_html([page], head, reader)
    headline = head.writer().text(view.title)
    return Documents(
        {
            f"{view.file}.html": on_screen(print_html).encode(),
            f"{view.file}.pdf": written_pdf(print_html),
            f"{view.file}.xlsx": _workbook(rows, view, head),
        },
        headline,
    )


def audience_html(pages: Sequence[Page], head: Letterhead, reader: str) -> str:
    """Pages under the letterhead of an audience, as they are printed."""
    cover: dict[str, Cell] = {"cycle": Month(head.cycle, "long"), "reader": Words(reader.replace("_", " "), "audience#reader")}
    return rendered(
        "audience.html.j2",
        head.writer(),
        head=head,
        cover=cover,
        version=Code(f"v{head.version}") if head.version else "",
        pages=list(pages),
    )


def _view_page(rows: "pd.DataFrame", view: View, reader: str, head: Letterhead) -> Page:
    writer = head.writer()
    title = writer.say(view.title)
    if rows.empty or view.measure not in rows:
        return Page(view.file, "", title, (Text((writer.say(N_("Nothing is planned for you in this plan.")),)),))
    months = sorted(rows["period"].unique())[: view.months]
    labels = [name for name in rows if name not in ("period", view.measure)]
    by_line: dict[tuple[object, ...], dict[str, float]] = {}  # in the order of the rows, which are sorted by their labels
    for *key, month, quantity in rows[[*labels, "period", view.measure]].itertuples(index=False, name=None):
        by_line.setdefault(tuple(key), {})[month] = quantity
    lines = []
    for told, values in by_line.items():
        names = dict(zip(labels, told, strict=True))
        lines.append(Row(_words(view, names), tuple(_number(view, reader, names, month, values) for month in months)))
    columns = tuple(Column(Month(month, "column")) for month in months)
    caption = writer.say(
        N_("By month, from {first} to {last}; all months are in the workbook"), first=Month(months[0]), last=Month(months[-1])
    )
    printed = table(writer, Table(caption, "", columns, tuple(lines), dense=True, months=True))
    return Page(view.file, "", title, (printed,))


def _words(view: View, names: dict[str, object]) -> Cell:
    key = {name: value for name, value in names.items() if name != "item_name"}
    return Words(", ".join(str(value) for value in names.values() if value == value), source_of(view.table, key, next(iter(key))))


def _number(view: View, reader: str, names: dict[str, object], month: str, values: Mapping[str, float]) -> Number:
    key = {view.own: reader, **{name: value for name, value in names.items() if name != "item_name"}, "period": month}
    unit = "components" if view.own == "supplier" else "units"
    return Number(known(values.get(month, 0.0)), unit, source_of(view.table, key, view.measure), decimals=0)


def _workbook(rows: "pd.DataFrame", view: View, head: Letterhead) -> bytes:
    """One tidy sheet, text never a formula, properties that say the company and the cycle only."""
    import xlsxwriter

    content, writer = BytesIO(), head.writer()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with collector_paused(), xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"{head.title} {head.cycle}", "created": datetime.fromisoformat(f"{head.cycle}-01")})
        write_sheet(book, writer, Sheet(f"{view.file} {head.status}", view.title, (view.table,), rows))
    return content.getvalue()
