"""A sender's file with the faulty cells marked, as a workbook to send back: the same rows and columns, and an index of the findings.

Text is written as text whatever it begins with, so that no cell of a sender becomes a formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from sopkit.data.finding_rules import RULES, title_of
from sopkit.report.findings_page import SHORT
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sopkit.data.sources.sent import SentSheet

FILLS = {"REJECT": "#F8C9C4", "ASK": "#FBE3A8", "REPAIR": "#CFE5F7", "ACCEPT": "#E3E3E3"}
WEIGHT = ("ACCEPT", "REPAIR", "ASK", "REJECT")  # of several findings in a cell the weightiest fills it
COLUMNS = (
    ("sheet", N_("Sheet")),
    ("row", N_("Row")),
    ("column", N_("Column")),
    ("cell", N_("Cell")),
    ("value", N_("Value")),
    ("outcome", N_("Outcome")),
    ("rule", N_("Rule")),
    ("message", N_("What is wrong")),
    ("holds", N_("What was expected")),
    ("hint", N_("What to do")),
    ("new_value", N_("Read as")),
)
WIDTHS = (16, 8, 18, 8, 22, 12, 22, 60, 40, 44, 18)
MOST_COMMENTS = 2_000  # of one sheet: more make a workbook slow; the fill and the index remain
MOST_LISTED = 50_000
LAST_ROW = 1_048_576
INDEX_SHEET = N_("Findings")
MASK = "•••"


@dataclass(frozen=True)
class MarkedSheet:
    """A sheet to mirror: what was sent, the row of its header, and the headers whose cells are not shown."""

    sent: "SentSheet"
    header_row: int
    masked: frozenset[str] = frozenset()


def findings_workbook(file: str, sheets: Sequence[MarkedSheet], findings: "pd.DataFrame", *, cycle: str, language: str = "en") -> bytes:
    """The workbook for one file.

    Args:
        file: its name.
        sheets: its sheets as they were sent; a text file has one.
        findings: Findings of this file.
        cycle: month that the workbook is dated in.
        language: of its labels.

    Returns:
        The .xlsx file; the same arguments give the same bytes.
    """
    import xlsxwriter

    content = BytesIO()
    writer = Writer(language_of(language), "")
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": file, "subject": cycle, "created": datetime.fromisoformat(f"{cycle}-01")})
        names = _sheet_names(writer.text(INDEX_SHEET), sheets)
        _write_index(book, writer, file, sheets, names, findings)
        for sheet, name in zip(sheets, names, strict=True):
            of_sheet = findings[findings["sheet"].fillna("").isin(["", sheet.sent.name])]
            _write_mirror(book, writer, sheet, name, of_sheet)
    return content.getvalue()


def _sheet_names(index: str, sheets: Sequence[MarkedSheet]) -> list[str]:
    """Names that a workbook allows: 31 signs, none of those that it refuses, each once."""
    taken, names = {index.casefold()}, []
    for sheet in sheets:
        plain = "".join("_" if sign in "[]:*?/\\'" else sign for sign in sheet.sent.name)[:31] or "sheet"
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain[:27]} ({number})", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _write_index(
    book: "xlsxwriter.Workbook",
    writer: Writer,
    file: str,
    sheets: Sequence[MarkedSheet],
    names: Sequence[str],
    findings: "pd.DataFrame",
) -> None:
    page = book.add_worksheet(writer.text(INDEX_SHEET))
    bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
    fills = {outcome: book.add_format({"bg_color": colour}) for outcome, colour in FILLS.items()}
    page.write_string(0, 0, file, bold)
    page.write_string(1, 0, writer.text(N_("Correct the marked cells in their sheet and send the file again.")))
    if any(not sheet.sent.whole for sheet in sheets):
        told = N_("The file is large: only its header and the rows with findings are shown, in their own rows; the others are hidden.")
        page.write_string(2, 0, writer.text(told))
    if any(sheet.masked for sheet in sheets):
        page.write_string(3, 0, writer.text(N_("Cells of sensitive columns are not shown: correct them in your own file.")))
    for place, (_, label) in enumerate(COLUMNS):
        page.write_string(5, place, writer.text(label), head)
        page.set_column(place, place, WIDTHS[place])
    of_sheet = {sheet.sent.name: name for sheet, name in zip(sheets, names, strict=True)}
    only = names[0] if len(names) == 1 else ""
    for line, row in enumerate(findings.head(MOST_LISTED).to_dict("records"), start=6):
        for place, (column, _) in enumerate(COLUMNS):
            value = (of_sheet.get(_told(row["sheet"]), only) if column == "sheet" else _in_words(writer, row, column)) or ""
            if column == "row" and row["row"]:
                page.write_number(line, place, int(row["row"]))
            else:
                page.write_string(
                    line, place, "" if column == "row" else _told(value), fills[row["outcome"]] if column == "outcome" else None
                )
    page.freeze_panes(6, 0)
    page.autofilter(5, 0, max(6, 5 + min(len(findings), MOST_LISTED)), len(COLUMNS) - 1)


def _in_words(writer: Writer, row: Mapping[str, object], column: str) -> object:
    """A cell of the index in the company's language: outcome, rule, what was expected and what to do; the rest as it was found."""
    rule = RULES.get(str(row["rule"]))
    if column == "outcome":
        return writer.text(SHORT[str(row["outcome"])])
    if column == "rule":
        return writer.text(title_of(str(row["rule"])))
    if column == "holds":
        return writer.text(rule.holds) if rule else ""
    if column == "hint":
        told, rules = writer.retold(_told(row["hint"])), writer.text(rule.do) if rule else ""
        return told if writer.language.code == "en" and told else "; ".join(part for part in (rules, told) if part)
    if column == "message":
        return writer.retold(_told(row["message"]))
    return row[column]


def _write_mirror(book: "xlsxwriter.Workbook", writer: Writer, sheet: MarkedSheet, name: str, findings: "pd.DataFrame") -> None:
    page = book.add_worksheet(name)
    header = next((cells for row, cells in sheet.sent.rows if row == sheet.header_row), ())
    headers = [str(cell).strip() if cell is not None else "" for cell in header]
    masked = {place for place, label in enumerate(headers) if label in sheet.masked}
    marks = _marks(findings, headers, writer)
    styles = _Styles(book)
    for row, cells in sheet.sent.rows:
        if row > LAST_ROW:
            break
        width = max(len(cells), len(headers))
        for place in range(width):
            value = cells[place] if place < len(cells) else None
            outcome = marks.get((row, place), marks.get((row, None), ("", "")))[0]
            shown = MASK if place in masked and row > sheet.header_row and value not in (None, "") else value
            _write_cell(page, row - 1, place, shown, styles, outcome, head=row == sheet.header_row)
    _write_comments(page, marks, writer)
    if not sheet.sent.whole:
        page.set_default_row(hide_unused_rows=True)
    page.freeze_panes(sheet.header_row, 0)
    page.set_column(0, max(len(headers) - 1, 0), 16)


Marks = dict[tuple[int, int | None], tuple[str, list[str]]]


def _marks(findings: "pd.DataFrame", headers: Sequence[str], writer: Writer) -> dict[tuple[int, int | None], tuple[str, str]]:
    """Outcome and note by row and place; a finding on a row alone, or on a column that the file does not have, marks the row."""
    marks: Marks = {}
    folded = {label.casefold(): place for place, label in reversed(list(enumerate(headers)))}
    for row in findings.to_dict("records"):
        if not row["row"]:
            continue
        place = folded.get(_told(row["column"]).strip().casefold())
        outcome, notes = marks.get((int(row["row"]), place), ("ACCEPT", []))
        heavier = max(outcome, row["outcome"], key=WEIGHT.index)
        hint = f"\n> {said}" if (said := _told(_in_words(writer, row, "hint"))) else ""
        what = f"{_in_words(writer, row, 'outcome')}, {_in_words(writer, row, 'rule')}: {_in_words(writer, row, 'message')}"
        marks[int(row["row"]), place] = (heavier, [*notes, f"{what}{hint}"])
    return {key: (outcome, "\n\n".join(notes)[:2_000]) for key, (outcome, notes) in marks.items()}


class _Styles:
    """Formats of cells by fill and kind, each made once."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, str, bool], Format] = {}

    def of(self, outcome: str, kind: str, *, head: bool) -> "Format":
        """The format of a cell: fill by outcome, dates as dates, the header in bold."""
        key = (outcome, kind, head)
        if key not in self._made:
            look: dict[str, object] = {"bg_color": FILLS[outcome], "border": 1} if outcome else {}
            look |= {"num_format": "yyyy-mm-dd"} if kind == "day" else {"num_format": "@"} if kind == "text" else {}
            self._made[key] = self._book.add_format(look | ({"bold": True} if head else {}))
        return self._made[key]


def _write_cell(page: "Worksheet", row: int, place: int, value: object, styles: _Styles, outcome: str, *, head: bool) -> None:
    """A cell as it was sent: text stays text, numbers and dates of a typed file stay what they are."""
    if value is None or value == "":
        if outcome:
            page.write_blank(row, place, None, styles.of(outcome, "", head=head))
    elif isinstance(value, bool):
        page.write_boolean(row, place, value, styles.of(outcome, "", head=head))
    elif isinstance(value, int | float):
        page.write_number(row, place, value, styles.of(outcome, "", head=head))
    elif isinstance(value, datetime | date):
        page.write_datetime(row, place, value, styles.of(outcome, "day", head=head))
    else:
        page.write_string(row, place, str(value)[:32_767], styles.of(outcome, "text", head=head))


def _write_comments(page: "Worksheet", marks: Mapping[tuple[int, int | None], tuple[str, str]], writer: Writer) -> None:
    for (row, place), (_, note) in sorted(marks.items(), key=lambda mark: (mark[0][0], mark[0][1] or 0))[:MOST_COMMENTS]:
        if row <= LAST_ROW:
            page.write_comment(row - 1, place or 0, note, {"x_scale": 2.5, "y_scale": 1.5, "author": writer.text(N_("Findings"))})


def _told(value: object) -> str:
    return "" if value is None or value != value else str(value)
