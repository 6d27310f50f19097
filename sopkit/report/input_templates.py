"""Empty tables for people to fill, written from the contracts: a workbook that guides the hand, or a text file."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Literal

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.dictionary import ENGLISH, SWEDISH, bounds_of, kind_of, meaning_of, unit_of

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

Language = Literal["en", "sv"]
Cell = str | float | bool | date | None
Row = Mapping[str, Cell]  # by contract column

LAST_ROW = 1_048_575  # of a sheet, counted from 0
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
FORMATS = {"code": "@", "text": "@", "choice": "@", "period": "@", "day": "yyyy-mm-dd", "number": "#,##0.00", "whole": "0"}
MEANINGS_SHEET = {"en": "Columns", "sv": "Kolumner"}
FLAGS = {"en": ["yes", "no"], "sv": ["ja", "nej"]}
REFUSED = {"en": ("Not a valid value", "Expected: "), "sv": ("Inte ett giltigt värde", "Väntat: ")}
CREATED = datetime(2000, 1, 1)  # a template has no clock: the same contracts give the same bytes
MOST_MESSAGE = 255
DELIMITERS = {"en": ",", "sv": ";"}


def header_of(column: Column, language: Language) -> str:
    """The header that a template shows: the column's name, or its first alias, which is Swedish."""
    return column.aliases[0] if language == "sv" and column.aliases else column.name


def example_row(contract: type[Contract]) -> Row:
    """A row of the contract's examples, typed."""
    return {column.name: _typed(column) for column in contract.columns}


def text_template(contract: type[Contract], language: Language, rows: Sequence[Row] = ()) -> bytes:
    """A table as a text file with its header and the rows given.

    English: commas and decimal points, UTF-8. Swedish: semicolons and decimal commas, UTF-8 with the mark that a
    spreadsheet needs to see å, ä and ö.
    """
    content = StringIO()
    writer = csv.writer(content, delimiter=DELIMITERS[language], lineterminator="\r\n" if language == "sv" else "\n")
    writer.writerow([header_of(column, language) for column in contract.columns])
    for row in rows:
        writer.writerow([_written(row.get(column.name), language) for column in contract.columns])
    return content.getvalue().encode("utf-8-sig" if language == "sv" else "utf-8")


def workbook_template(contract: type[Contract], language: Language, rows: Sequence[Row] = ()) -> bytes:
    """A table as a workbook: a sheet to fill, named as the table, and a sheet that says what each column means.

    Cells have the format of their kind (codes and months are text, so that `00123` and `2026-03` stay), a list to choose
    from where words are given, and the bounds of the contract; no text can become a formula.

    Args:
        contract: the table.
        language: of headers, meanings and messages.
        rows: rows to write, by contract column.

    Returns:
        The .xlsx file; the same contract and rows give the same bytes.
    """
    import xlsxwriter

    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": contract.name, "created": CREATED})
        page = book.add_worksheet(contract.name)
        _write_table(book, page, contract, language, rows)
        _write_meanings(book, contract, language)
    return content.getvalue()


def _write_table(book: "xlsxwriter.Workbook", page: "Worksheet", contract: type[Contract], language: Language, rows: Sequence[Row]) -> None:
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE6F1"})
    optional = book.add_format({"italic": True, "bottom": 1})
    for place, column in enumerate(contract.columns):
        header = header_of(column, language)
        style = book.add_format({"num_format": FORMATS[column.kind]}) if column.kind in FORMATS else None
        page.set_column(place, place, max(12, len(header) + 3), style)
        page.write_string(0, place, header, needed if column.required else optional)
        page.data_validation(1, place, LAST_ROW, place, _validation(column, language))
        for line, row in enumerate(rows, start=1):
            _write_cell(page, (line, place), row.get(column.name), style)
    page.freeze_panes(1, 0)


def _write_cell(page: "Worksheet", where: tuple[int, int], value: Cell, style: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(*where, value)
    elif isinstance(value, date):
        page.write_datetime(*where, value, style)
    elif isinstance(value, float):
        page.write_number(*where, value, style)
    else:
        page.write_string(*where, value, style)


def _write_meanings(book: "xlsxwriter.Workbook", contract: type[Contract], language: Language) -> None:
    """The second sheet: one row per column of the first, with what its header means and what may stand under it."""
    words = SWEDISH if language == "sv" else ENGLISH
    page = book.add_worksheet(MEANINGS_SHEET[language])
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    told = contract.title_sv if language == "sv" else contract.__doc__ or ""
    grain = contract.grain_sv if language == "sv" else contract.grain
    lines = [(told.strip(),), (f"{grain[:1].upper()}{grain[1:]}.",), (), tuple(words.header)]
    lines += [_meaning_row(column, language, words.yes) for column in contract.columns]
    for line, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            page.write_string(line, place, cell, bold if line in (0, 3) else wrapped if line > 3 else None)
    for place, width in enumerate((22, 50, 18, 24, 10, 40, 60, 24)):
        page.set_column(place, place, width)


def _meaning_row(column: Column, language: Language, yes: str) -> tuple[str, ...]:
    return (
        header_of(column, language),
        meaning_of(column, language),
        kind_of(column, language),
        unit_of(column, language),
        yes if column.required else "",
        bounds_of(column).replace("`", ""),
        ", ".join((column.name, *column.aliases)),
        _written(_typed(column), language),
    )


def _validation(column: Column, language: Language) -> dict[str, object]:
    """What a cell of the column may hold, and what the sheet says when it is chosen."""
    rule: dict[str, object] = {"validate": "any"}
    if column.kind == "choice":
        rule = {"validate": "list", "source": list(column.choices)}
    elif column.kind == "flag":
        rule = {"validate": "list", "source": FLAGS[language]}
    elif column.kind == "day":
        rule = {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
    elif column.kind == "period":
        rule = {"validate": "length", "criteria": "==", "value": len("2026-03")}
    elif column.kind in ("number", "whole"):
        rule = {"validate": "integer" if column.kind == "whole" else "decimal"} | _bounds(column)
    unit = unit_of(column, language)
    meaning = f"{meaning_of(column, language)}{f' ({unit})' if unit else ''}"
    title, expected = REFUSED[language]
    told = f"{expected}{bounds_of(column).replace('`', '') or kind_of(column, language)}"
    shown = {"input_title": header_of(column, language)[:32], "input_message": meaning[:MOST_MESSAGE]}
    return rule | shown | {"error_title": title, "error_message": told[:MOST_MESSAGE]}


def _bounds(column: Column) -> dict[str, object]:
    if column.least is not None and column.most is not None:
        return {"criteria": "between", "minimum": column.least, "maximum": column.most}
    if column.least is not None:
        return {"criteria": ">=", "value": column.least}
    return {"criteria": "between", "minimum": -1e15, "maximum": 1e15}


def _typed(column: Column) -> Cell:
    """The example of a column in the type of its kind; None where the contract has none."""
    if not column.example:
        return None
    if column.kind in ("number", "whole"):
        return float(column.example)
    if column.kind == "day":
        return date.fromisoformat(column.example)
    if column.kind == "flag":
        return column.example == "true"
    return column.example


def _written(value: Cell, language: Language) -> str:
    if isinstance(value, bool):
        return FLAGS[language][0 if value else 1]
    if isinstance(value, float):
        plain = f"{value:.15g}"
        return plain.replace(".", ",") if language == "sv" else plain
    return "" if value is None else str(value)
