"""Excel workbooks as raw tables: cells keep the type that the workbook gives them."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

import numpy as np

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import trimmed
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.header_rows import SAMPLED, header_below, not_on
from sopkit.data.sources.meanings import NOT_CALCULATED, PaddedNumber
from sopkit.data.sources.packages import package_fault
from sopkit.data.sources.raw import SPREADSHEET_ROWS, RawTable, cell_address, cells_of, row_limit_question, unreadable
from sopkit.data.sources.sheet_marks import Area, SheetMarks, area_of, sheet_marks

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_COLUMNS = 2_000
ZEROS = re.compile(r"0{2,}")
LONG_GAP = 50  # blank rows in a row beyond which they are told together
Line = tuple[int, list[object]]  # physical row, cells
UNREADABLE = (
    zipfile.BadZipFile,
    LookupError,
    AttributeError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
    SyntaxError,
    ExpatError,
    RuntimeError,
)


def read_workbook(path: Path, dialect: Dialect, log: FindingLog) -> RawTable:
    """The cells of one sheet, typed as the workbook has them; numbers formatted `00000` are codes with leading zeros.

    Args:
        path: an .xlsx file, which is there.
        dialect: how it is declared: sheet, header row, range, merged cells.
        log: takes the findings: no workbook, too large, no such sheet, empty, merged cells.

    Returns:
        A RawTable; marked broken where the file is no workbook or has no such sheet.
    """
    from openpyxl import load_workbook  # takes 0.2 s: for companies with workbooks only

    origin = dialect.file or path.name
    if fault := package_fault(path, origin):
        log.note(fault)
        return unreadable(origin)
    try:
        with closing(load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            name = _sheet_name([sheet.title for sheet in book.worksheets], dialect, origin, log)
            if name is None:
                return unreadable(origin)
            with zipfile.ZipFile(path) as package:
                marks = sheet_marks(package, name)
            sheet = book[name]
            sheet.reset_dimensions()
            area = area_of(dialect.cell_range) if dialect.cell_range else None
            return _table(_lines(sheet, marks, area), marks, area, _on_sheet(dialect, name), log)
    except UNREADABLE as reason:
        told = f"the workbook cannot be opened: {str(reason).splitlines()[0][:200] if str(reason) else type(reason).__name__}"
        log.note(Finding(origin, "unreadable_file", told, "REJECT", "open it, save it as .xlsx again"))
        return unreadable(origin)


def _on_sheet(dialect: Dialect, sheet: str) -> Dialect:
    """The declaration with the sheet that it means."""
    return dialect.model_copy(update={"sheet": sheet})


def _sheet_name(sheets: list[str], dialect: Dialect, origin: str, log: FindingLog) -> str | None:
    name = dialect.sheet or (sheets[0] if len(sheets) == 1 else None)
    if name in sheets:
        return name
    came = f"no sheet {name!r}" if name else "several sheets and none declared"
    log.note(Finding(origin, "missing_sheet", f"{came}; there are: {', '.join(sheets)}", "REJECT", "declare `sheet`"))
    return None


def _lines(sheet: "ReadOnlyWorksheet", marks: SheetMarks, area: Area | None) -> Iterator[Line]:
    """The rows that hold something, from the range's left column on."""
    left, right = (area.left - 1, area.right) if area else (0, MOST_COLUMNS + 1)
    for row, line in enumerate(sheet.iter_rows(max_row=area.bottom if area else None), start=1):
        if row > SPREADSHEET_ROWS[-1]:
            raise ValueError(f"a row behind row {SPREADSHEET_ROWS[-1]:,}, the last one of a spreadsheet")
        if area and row < area.top:
            continue
        cells = [_value(cell) for cell in line[left:right]]
        if not area:
            cells += [value for cell in line[right:] if (value := _value(cell)) is not None][:1]  # far out: told as a long row
        for place in range(left + 1, left + len(cells) + 1) if marks.uncalculated else ():
            if (row, place) in marks.uncalculated:
                cells[place - left - 1] = NOT_CALCULATED
        if any(value is not None for value in cells):
            yield row, cells


def _value(cell: object) -> object:
    value = getattr(cell, "value", None)
    if isinstance(value, int) and not isinstance(value, bool) and ZEROS.fullmatch(str(getattr(cell, "number_format", ""))):
        return PaddedNumber(str(value).zfill(len(str(cell.number_format))))  # type: ignore[attr-defined]
    return value


def _table(found: Iterator[Line], marks: SheetMarks, area: Area | None, dialect: Dialect, log: FindingLog) -> RawTable:
    """The header and the rows under it."""
    origin, sheet = str(dialect.file), str(dialect.sheet)
    top = area.top if area else dialect.header_row
    left = area.left if area else 1
    lines = [(row, cells) for row, cells in found if row >= top]
    header = [_header_name(value) for value in lines[0][1]] if lines and lines[0][0] == top else []
    while header and not header[-1]:
        header.pop()
    if not header or len(header) > MOST_COLUMNS:
        told = f"more than {MOST_COLUMNS} columns" if header else f"no header on row {top}"
        rule, hint = (
            ("too_large", f"send at most {MOST_COLUMNS} columns")
            if header
            else ("empty_file", "declare header_row, or send the file again")
        )
        log.note(Finding(origin, rule, told, "REJECT", hint, sheet=sheet))
        return unreadable(origin, sheet)
    if below := header_below(header, _texts_below(lines, top)):
        log.note(not_on(top, top + below, origin, sheet))
        return unreadable(origin, sheet)
    width = len(header)
    lines = _without_footer(lines, dialect.footer_rows, origin, sheet, log)
    rows, body = _with_blank_rows(lines[1:], top, origin, sheet, log)
    body = [cells[:width] + [None] * (width - len(cells)) if len(cells) < width else cells for cells in body]
    _tell_beyond(rows, body, width, origin, sheet, log)
    _fill_merged(marks.merged, (top, left), header, rows, body, dialect, log)
    columns = tuple(cells_of([cells[place] for cells in body]) for place in range(width))
    table = RawTable(origin, tuple(header), top, columns, np.array(rows, dtype=np.int64), sheet, first_column=left - 1)
    written = tuple(value if isinstance(value, str) else name for value, name in zip(lines[0][1], header, strict=False))
    return replace(table, as_written=written, questions=tuple(_questions(table, marks)))


def _texts_below(lines: list[Line], top: int) -> list[list[str]]:
    """The rows under the header as texts without the blank cells at their ends."""
    known = dict(lines[: SAMPLED + 1])
    rows = []
    for row in range(top + 1, top + 1 + SAMPLED):
        texts = [_header_name(value) for value in known.get(row, [])]
        while texts and not texts[-1]:
            texts.pop()
        rows.append(texts)
    return rows


def _header_name(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else trimmed(str(value))


def _with_blank_rows(lines: list[Line], top: int, origin: str, sheet: str, log: FindingLog) -> tuple[list[int], list[list[object]]]:
    """The rows under the header and the blank ones between them; a long gap is told here, as one."""
    rows: list[int] = []
    body: list[list[object]] = []
    before = top
    for row, cells in lines:
        gap = row - before - 1
        if gap > LONG_GAP:
            told = f"{gap} blank rows, {before + 1} to {row - 1}, were left out"
            log.note(Finding(origin, "blank_line", told, "REPAIR", sheet=sheet, row=before + 1))
        else:
            rows += range(before + 1, row)
            body += [[] for _ in range(gap)]
        rows.append(row)
        body.append(cells)
        before = row
    return rows, body


def _without_footer(lines: list[Line], count: int, origin: str, sheet: str, log: FindingLog) -> list[Line]:
    """The rows without the declared number of rows at the end, each of which is told."""
    footer = lines[1:][len(lines) - 1 - count :] if 0 < count < len(lines) else []
    for row, cells in footer:
        shown = "; ".join(str(value) for value in cells if value is not None)[:200]
        log.note(Finding(origin, "footer", "a row of the footer was left out, as declared", "REPAIR", "", sheet, row, value=shown))
    return lines[: len(lines) - len(footer)]


def _tell_beyond(rows: list[int], body: list[list[object]], width: int, origin: str, sheet: str, log: FindingLog) -> None:
    beyond = [row for row, cells in zip(rows, body, strict=True) if any(value is not None for value in cells[width:])]
    told = f"cells to the right of the {width} columns with a header"
    log.note_rows(
        Finding(origin, "long_row", told, "REJECT", "give them a header, or remove them", sheet=sheet), beyond, [""] * len(beyond)
    )


def _fill_merged(
    merged: tuple[Area, ...],
    corner: tuple[int, int],
    header: list[str],
    rows: list[int],
    body: list[list[object]],
    dialect: Dialect,
    log: FindingLog,
) -> None:
    """Fill merged cells in the table with their value and tell it: repaired where declared, else rejected."""
    top, left = corner
    place_of = {row: place for place, row in enumerate(rows)}
    for area in merged:
        columns = [column - left for column in range(area.left, area.right + 1) if 0 <= column - left < len(header)]
        inside = [place_of[row] for row in range(max(area.top, top), area.bottom + 1) if row in place_of]
        if not columns or not (inside or area.top <= top <= area.bottom):
            continue
        value = body[inside[0]][columns[0]] if inside else header[columns[0]]
        for place in inside:
            body[place][columns[0] : columns[-1] + 1] = [value] * len(columns)
        repaired = dialect.fill_merged and area.top > top
        told = f"the merged cells {area.name} were filled with {value}" if repaired else f"the cells {area.name} are merged"
        hint = "" if repaired else "split them and fill in each cell, or declare fill_merged"
        shown = "" if value is None else str(value)[:200]
        finding = Finding(str(dialect.file), "merged_cells", told, "REPAIR" if repaired else "REJECT", hint, str(dialect.sheet))
        log.note(finding._replace(row=area.top, column=header[columns[0]], cell=area.name, value=shown))


def _questions(table: RawTable, marks: SheetMarks) -> Iterator[Finding]:
    """What a person must say about the sheet: hidden rows and columns, an active filter, a row limit that is reached."""
    hidden = sorted(marks.hidden_rows.intersection(table.rows.tolist()))
    width = range(table.first_column + 1, table.first_column + len(table.header) + 1)
    columns = [table.header[column - width[0]] for column in sorted(marks.hidden_columns.intersection(width))]
    hint = "show them and look, or acknowledge that they belong to the data"
    if hidden:
        told = f"{len(hidden)} hidden rows were read, the first is row {hidden[0]}"
        yield Finding(table.origin, "hidden_rows", told, "ASK", hint, table.sheet, hidden[0])
    if columns:
        told = f"{len(columns)} hidden columns were read: {', '.join(columns)}"
        cell = cell_address(table.header_row, table.first_column + table.header.index(columns[0]))
        yield Finding(table.origin, "hidden_columns", told, "ASK", hint, table.sheet, table.header_row, columns[0], cell)
    if marks.filtered and not hidden:
        told = "a filter is set on the sheet: what it hides was read too"
        yield Finding(table.origin, "active_filter", told, "ASK", "remove the filter, or acknowledge it", table.sheet)
    yield from row_limit_question(table.origin, table.sheet, int(table.rows[-1]) if len(table.rows) else 0)
