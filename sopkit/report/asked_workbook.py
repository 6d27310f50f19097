"""The workbook that asks one owner: what is known, line by line, and yellow cells for what the owner expects instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from sopkit.data.sources.forms import FORM, FORM_COLUMNS, HEADER_ROW, IDENTITY, LINE, SCHEMA, digest_of
from sopkit.demand.asking.form import MEASURES, Form
from sopkit.report.asked_words import (
    ANSWER,
    CHANGES_HOURS,
    CHANGES_MONEY,
    CODES,
    EVIDENCE,
    HEADS,
    MIRROR,
    OPPORTUNITY,
    REASON,
    REASON_CODE,
    RULES,
    TITLES,
)
from sopkit.report.language import Language
from sopkit.report.narrative import N_

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True)
class Addressed:
    """Whose form it is."""

    company: str
    title: str  # of the company, in print
    cycle: str
    owner: str
    function: str
    due: date
    reason_codes: Sequence[str]


@dataclass(frozen=True)
class _Book:
    """A workbook being written, and its styles."""

    book: "xlsxwriter.Workbook"
    language: Language
    head: "Format"
    plain: "Format"
    shown: "Format"
    fillable: "Format"
    wrapped: "Format"

    def page(self, name: str) -> "Worksheet":
        """A new sheet, its cells locked without a password: a guard, no secret."""
        page = self.book.add_worksheet(self.language.text(name))
        page.protect("", {"format_columns": True, "autofilter": True, "sort": False})
        return page

    def write_head(self, page: "Worksheet", line: int, labels: Sequence[str]) -> None:
        """A header row."""
        for place, label in enumerate(labels):
            page.write_string(line, place, label, self.head)


def asked_workbook(form: Form, to: Addressed, language: Language) -> bytes:
    """The form of one owner as .xlsx: numbers to fill, history, opportunities, the mirror, a guide; the same content, the same bytes.

    Args:
        form: what is known of each line.
        to: whose form it is.
        language: of its words.

    Returns:
        The file; `read_answers` reads it back.
    """
    import xlsxwriter

    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"{to.title} {to.cycle}", "subject": to.owner, "created": datetime.fromisoformat(f"{to.cycle}-01")})
        pen = _pen(book, language)
        rows = _write_plan(pen, form, to)
        _write_history(pen, form)
        _write_opportunities(pen, form)
        _write_mirror(pen, form)
        _write_guide(pen, to)
        _write_hidden(pen, form, to, rows)
    return content.getvalue()


def _pen(book: "xlsxwriter.Workbook", language: Language) -> _Book:
    return _Book(
        book,
        language,
        head=book.add_format({"bold": True, "bottom": 1}),
        plain=book.add_format({"num_format": "#,##0", "font_color": "#444444"}),
        shown=book.add_format({"num_format": "#,##0", "bold": True, "top": 4}),
        fillable=book.add_format({"num_format": "#,##0", "bg_color": "#FFF2CC", "locked": False, "border": 1, "border_color": "#D6B656"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
    )


def _write_plan(pen: _Book, form: Form, to: Addressed) -> dict[tuple[str, ...], int]:
    """The sheet to fill; returns the physical row to answer in of each line."""
    text, page = pen.language.text, pen.page(N_("Your plan"))
    page.write_string(0, 0, f"{to.title} {to.cycle}: {to.owner}", pen.head)
    page.write_string(1, 0, " ".join([text(N_("Send back by")), to.due.isoformat()]), pen.head)
    page.write_string(2, 0, text(RULES[0]))
    page.write_string(3, 0, text(RULES[1]))
    pen.write_head(page, HEADER_ROW - 1, [*map(text, HEADS), *form.months, text(REASON_CODE), text(REASON), text(EVIDENCE)])
    rows: dict[tuple[str, ...], int] = {}
    line = HEADER_ROW
    for keys, part in form.numbers.groupby(LINE, sort=True):
        known = part.pivot_table(index="measure", columns="period", values="quantity", aggfunc="sum")
        for measure in (name for name in MEASURES if name in known.index):
            values = [known.at[measure, month] if month in known else None for month in form.months]
            _write_line(pen, page, line, keys, text(TITLES[measure]), values, bold=measure == "plan_now")
            line += 1
        _write_answer(pen, page, line, keys, form, to)
        rows[tuple(map(str, keys))] = line + 1
        line = _write_changes(pen, page, line, keys, form) + 1
    page.freeze_panes(HEADER_ROW, len(HEADS))
    page.set_column(0, len(HEADS) - 2, 12)
    page.set_column(len(HEADS) - 1, len(HEADS) - 1, 30)
    page.set_column(len(HEADS) + len(form.months), len(HEADS) + len(form.months), 16)
    page.set_column(len(HEADS) + len(form.months) + 1, len(HEADS) + len(form.months) + 2, 50)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW - 1)
    return rows


def _write_line(
    pen: _Book, page: "Worksheet", line: int, keys: Sequence[str], label: str, values: Sequence[float | None], *, bold: bool
) -> None:
    for place, word in enumerate((*map(str, keys), label)):
        page.write_string(line, place, word, pen.shown if bold else pen.plain)
    for place, value in enumerate(values, start=len(HEADS)):
        if value is not None and value == value:
            page.write_number(line, place, round(float(value)), pen.shown if bold else pen.plain)


def _write_answer(pen: _Book, page: "Worksheet", line: int, keys: Sequence[str], form: Form, to: Addressed) -> None:
    text = pen.language.text
    for place, word in enumerate((*map(str, keys), text(ANSWER))):
        page.write_string(line, place, word, pen.head)
    first, last = len(HEADS), len(HEADS) + len(form.months) - 1
    for place in range(first, last + 4):
        page.write_blank(line, place, None, pen.fillable)
    number = {"validate": "decimal", "criteria": ">=", "value": 0, "error_title": text(N_("A number, please"))}
    page.data_validation(line, first, line, last, {**number, "error_message": text(N_("Units expected in the month, not below zero."))})
    page.data_validation(line, last + 1, line, last + 1, {"validate": "list", "source": list(to.reason_codes)})


def _write_changes(pen: _Book, page: "Worksheet", line: int, keys: Sequence[str], form: Form) -> int:
    """Below the answer in `line` what it does to money and to hours, computed as it is typed; returns the first free line.

    Each is (answer - plan now) x what a unit of the line is worth; nothing stands there until an answer does.
    """
    text, known = pen.language.text, form.worth
    mine = known[(known[LINE].astype("str") == [str(key) for key in keys]).all(axis=1)].to_dict("records")
    rows = [(text(CHANGES_MONEY), mine[0]["price"])] if mine else []
    if mine and mine[0]["hours"] == mine[0]["hours"]:
        rows.append((f"{text(CHANGES_HOURS)} ({mine[0]['resource']})", mine[0]["hours"]))
    for below, (label, worth) in enumerate(rows, start=1):
        page.write_string(line + below, len(HEADS) - 1, label, pen.plain)  # without keys: a row that has moved up is no line to answer
        for place in range(len(HEADS), len(HEADS) + len(form.months)):
            answer, plan = (_address(row, place) for row in (line, line - 1))
            page.write_formula(line + below, place, f'=IF({answer}="","",({answer}-{plan})*{float(worth):.6f})', pen.plain, "")
    return line + 1 + len(rows)


def _address(line: int, place: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(line, place))


def _write_history(pen: _Book, form: Form) -> None:
    if form.history.empty:
        return
    page = pen.page(N_("History"))
    wide = form.history.pivot_table(index=LINE, columns="period", values="quantity", aggfunc="sum")
    pen.write_head(page, 0, [*map(pen.language.text, HEADS[:-1]), *map(str, wide.columns)])
    for line, (keys, row) in enumerate(wide.iterrows(), start=1):
        for place, word in enumerate(keys):  # type: ignore[arg-type]
            page.write_string(line, place, str(word))
        for place, value in enumerate(row, start=len(LINE)):
            if value == value:
                page.write_number(line, place, round(float(value)), pen.plain)
    page.freeze_panes(1, len(LINE))
    page.set_column(0, len(LINE) - 1, 12)


def _write_opportunities(pen: _Book, form: Form) -> None:
    if form.opportunities.empty:
        return
    page = pen.page(N_("Opportunities"))
    pen.write_head(page, 0, [pen.language.text(label) for label in OPPORTUNITY])
    _write_frame(pen, page, form.opportunities, {"probability_share": pen.book.add_format({"num_format": "0%"})})


def _write_mirror(pen: _Book, form: Form) -> None:
    text, page = pen.language.text, pen.page(N_("Mirror"))
    if form.mirror.empty:
        page.write_string(0, 0, text(N_("Not available, because no forecast of your function was frozen a month ahead.")))
        return
    page.write_string(0, 0, text(N_("For your eyes: what you said a month ahead, what it became. Saved: the forecast's error less yours.")))
    families = form.mirror.groupby("family", sort=True)[list(MIRROR)[2:]].sum(min_count=1).reset_index()
    shown = [*families.assign(period="").to_dict("records"), *form.mirror.to_dict("records")]
    pen.write_head(page, 1, [text(label) for label in MIRROR.values()])
    for line, row in enumerate(shown, start=2):
        for place, column in enumerate(MIRROR):
            _write_value(page, line, place, row[column], pen.plain)
    page.freeze_panes(2, 2)
    page.set_column(0, len(MIRROR) - 1, 15)


def _write_guide(pen: _Book, to: Addressed) -> None:
    text, page = pen.language.text, pen.page(N_("Guide"))
    lines = [(text(rule), "") for rule in RULES]
    lines += [("", ""), (text(REASON_CODE), text(N_("Meaning")))]
    lines += [(code, text(CODES.get(code, code))) for code in to.reason_codes]
    for line, (left, right) in enumerate(lines):
        page.write_string(line, 0, left, pen.head if left == text(REASON_CODE) else pen.wrapped)
        page.write_string(line, 1, right)
    page.set_column(0, 0, 90)
    page.set_column(1, 1, 50)


def _write_hidden(pen: _Book, form: Form, to: Addressed, rows: dict[tuple[str, ...], int]) -> None:
    import pandas as pd

    plan = form.numbers[form.numbers["measure"] == "plan_now"]
    lines = [tuple(map(str, keys)) for keys in plan[LINE].itertuples(index=False, name=None)]
    shown = pd.DataFrame({"row": [rows[line] for line in lines]}).join(plan[[*LINE, "period"]].reset_index(drop=True))
    shown = shown.assign(shown=[float(round(float(value))) for value in plan["quantity"]])[FORM_COLUMNS]
    identity = {
        "schema": str(SCHEMA),
        "company": to.company,
        "cycle": to.cycle,
        "owner": to.owner,
        "function": to.function,
        "language": pen.language.code,
        "sheet": pen.language.text("Your plan"),
    }
    told = [*identity.items(), ("digest", digest_of({**identity, "digest": ""}, shown)), ("answer", pen.language.text(ANSWER))]
    page = pen.book.add_worksheet(IDENTITY)
    page.very_hidden()
    for line, (key, value) in enumerate([("key", "value"), *told]):
        page.write_string(line, 0, key)
        page.write_string(line, 1, value)
    page = pen.book.add_worksheet(FORM)
    page.very_hidden()
    pen.write_head(page, 0, FORM_COLUMNS)
    _write_frame(pen, page, shown, {})


def _write_frame(pen: _Book, page: "Worksheet", frame: "pd.DataFrame", styles: dict[str, "Format"]) -> None:
    for line, row in enumerate(frame.to_dict("records"), start=1):
        for place, (column, value) in enumerate(row.items()):
            _write_value(page, line, place, value, styles.get(str(column), pen.plain))


def _write_value(page: "Worksheet", line: int, place: int, value: object, style: "Format") -> None:
    if isinstance(value, (int, float)):
        if value == value:
            page.write_number(line, place, value, style)
    elif value is not None:
        page.write_string(line, place, str(value))
