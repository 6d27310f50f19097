"""The form on which a supplier or a region answers: what is asked of it, line by line, and yellow cells for what it confirms."""

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from sopkit.data.sources.confirmations import KEYS, SCHEMA, digest_of
from sopkit.data.sources.forms import IDENTITY
from sopkit.report.collector import collector_paused
from sopkit.report.delivery.documents import Letterhead
from sopkit.report.delivery.redaction import View
from sopkit.report.exports import LABELS
from sopkit.report.narrative import N_

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter

FILE = "answer.xlsx"
SHEET, ASKED, CONFIRMED, NOTE = N_("Answer"), N_("Asked"), N_("Confirmed"), N_("Note")


def answer_form(rows: "pd.DataFrame", view: View, reader: str, head: Letterhead, company: str) -> bytes:
    """The form of one reader as .xlsx; the same rows, the same bytes.

    Args:
        rows: what the reader may see, as its other documents hold it.
        view: which kind of reader it is.
        reader: the supplier or the region.
        head: what its documents say of themselves.
        company: short name of the company, by which an answer is told from that to another.

    Returns:
        The file; `read_confirmed` reads it back.
    """
    import xlsxwriter

    content, text = BytesIO(), head.writer().text
    names = [name for name in rows.columns if name != view.measure]
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with collector_paused(), xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"{head.title} {head.cycle}", "created": datetime.fromisoformat(f"{head.cycle}-01")})
        labels = [text(LABELS.get(name, name.replace("_", " "))) for name in names]
        lines = _write_lines(book, text(SHEET), [*labels, text(ASKED), text(CONFIRMED), text(NOTE)], rows, names, view.measure)
        told = (SCHEMA, company, head.cycle, head.version, view.kind, reader, head.language, text(SHEET), ",".join(names), "")
        identity = dict(zip(KEYS, map(str, told), strict=True))
        page = book.add_worksheet(IDENTITY)
        for line, (key, value) in enumerate([("key", "value"), *{**identity, "digest": digest_of(identity, lines)}.items()]):
            page.write_string(line, 0, key)
            page.write_string(line, 1, value)
        page.very_hidden()
    return content.getvalue()


def _write_lines(
    book: "xlsxwriter.Workbook", name: str, labels: list[str], rows: "pd.DataFrame", names: list[str], measure: str
) -> list[tuple[list[str], float]]:
    """The sheet to fill; returns what names each line, and what is asked."""
    page = book.add_worksheet(name)
    page.protect("", {"format_columns": True, "autofilter": True, "sort": True})  # a guard, no secret
    head, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0"})
    fillable = book.add_format({"num_format": "#,##0", "bg_color": "#FFF2CC", "locked": False, "border": 1, "border_color": "#D6B656"})
    for place, label in enumerate(labels):
        page.write_string(0, place, label, head)
    lines = []
    for line, row in enumerate(rows.to_dict("records"), start=1):
        told, asked = ["" if row[key] != row[key] else str(row[key]) for key in names], round(float(row[measure]), 3)
        for place, word in enumerate(told):
            page.write_string(line, place, word)
        page.write_number(line, len(told), asked, plain)
        page.write_blank(line, len(told) + 1, None, fillable)
        page.write_blank(line, len(told) + 2, None, fillable)
        lines.append((told, asked))
    wanted = {"validate": "decimal", "criteria": ">=", "value": 0}
    page.data_validation(1, len(names) + 1, max(1, len(rows)), len(names) + 1, wanted)
    page.set_column(0, len(names) - 1, 18)
    page.set_column(len(names), len(names) + 1, 12)
    page.set_column(len(names) + 2, len(names) + 2, 40)
    page.freeze_panes(1, len(names))
    return lines
