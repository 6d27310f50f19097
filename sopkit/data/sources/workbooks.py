"""Excel workbooks as raw tables: cells keep the type that the workbook gives them."""

import re
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import numpy as np

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import trimmed
from sopkit.data.sources.declaration import Dialect
from sopkit.data.sources.raw import RawTable, cells_of, unreadable

MOST_UNPACKED = 1 << 30
MOST_RATIO = 200  # unpacked / packed size: beyond it a file is a bomb, not a workbook
SMALL = 10 << 20  # below this size the ratio does not matter
ZEROS = re.compile(r"0{2,}")


def read_workbook(path: Path, dialect: Dialect, log: FindingLog) -> RawTable:
    """The cells of one sheet, typed as the workbook has them; numbers formatted `00000` are codes with leading zeros.

    Args:
        path: an .xlsx file, which is there.
        dialect: how it is declared: sheet, header row.
        log: takes the findings: no workbook, too large, no such sheet, empty.

    Returns:
        A RawTable; marked broken where the file is no workbook or has no such sheet.
    """
    from openpyxl import load_workbook  # takes 0.2 s: for companies with workbooks only
    from openpyxl.utils.exceptions import InvalidFileException

    origin = dialect.file or path.name
    if fault := _package_fault(path, origin):
        log.note(fault)
        return unreadable(origin)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as reason:
        told = f"the workbook cannot be opened: {str(reason).splitlines()[0] if str(reason) else type(reason).__name__}"
        log.note(Finding(origin, "unreadable_file", told, "REJECT", "open it, save it as .xlsx again"))
        return unreadable(origin)
    with closing(book):
        sheets = book.sheetnames
        name = dialect.sheet or (sheets[0] if len(sheets) == 1 else None)
        if name is None or name not in sheets:
            came = f"no sheet {name!r}" if name else "several sheets and none declared"
            log.note(Finding(origin, "missing_sheet", f"{came}; there are: {', '.join(sheets)}", "REJECT", "declare `sheet`"))
            return unreadable(origin)
        sheet = book[name]
        sheet.reset_dimensions()
        lines = [[_value(cell) for cell in line] for line in sheet.iter_rows()]
    return _table(lines, dialect, origin, name, log)


def _package_fault(path: Path, origin: str) -> Finding | None:
    """Why a file is no workbook, or one that must not be opened."""
    with path.open("rb") as opened:
        head = opened.read(512)
    if not head:
        return Finding(origin, "empty_file", "the file is empty (0 bytes)", "REJECT", "send the file again")
    if not head.startswith(b"PK"):
        kind = "an old .xls workbook" if head.startswith(b"\xd0\xcf") else "HTML" if b"<" in head.lstrip()[:1] else "text"
        return Finding(
            origin, "unreadable_file", f"the file is {kind}, not a workbook", "REJECT", "open it in the spreadsheet, save it as .xlsx"
        )
    try:
        with zipfile.ZipFile(path) as package:
            sizes = [(part.file_size, part.compress_size) for part in package.infolist()]
    except zipfile.BadZipFile:
        return Finding(origin, "unreadable_file", "the workbook is cut or damaged", "REJECT", "send the file again")
    total = sum(size for size, _ in sizes)
    if total > MOST_UNPACKED or any(size > SMALL and size > MOST_RATIO * max(packed, 1) for size, packed in sizes):
        return Finding(origin, "too_large", f"{total >> 20} MiB when unpacked", "REJECT", "save the data alone in a new workbook")
    return None


def _value(cell: object) -> object:
    value = getattr(cell, "value", None)
    if isinstance(value, int) and not isinstance(value, bool) and ZEROS.fullmatch(str(getattr(cell, "number_format", ""))):
        return str(value).zfill(len(str(cell.number_format)))  # type: ignore[attr-defined]
    return value


def _table(lines: list[list[object]], dialect: Dialect, origin: str, sheet: str, log: FindingLog) -> RawTable:
    top = dialect.header_row - 1
    header = [_header_name(value) for value in lines[top]] if len(lines) > top else []
    while header and not header[-1]:
        header.pop()
    if not header:
        told = f"no header on row {dialect.header_row}"
        log.note(Finding(origin, "empty_file", told, "REJECT", "declare header_row, or send the file again", sheet=sheet))
        return unreadable(origin, sheet)
    width = len(header)
    body = lines[top + 1 :]
    while body and all(value is None for value in body[-1]):
        body.pop()
    rows = np.arange(dialect.header_row + 1, dialect.header_row + 1 + len(body), dtype=np.int64)
    beyond = [int(row) for row, line in zip(rows, body, strict=True) if any(value is not None for value in line[width:])]
    log.note_rows(
        Finding(
            origin,
            "long_row",
            f"cells to the right of the {width} columns with a header",
            "REJECT",
            "give them a header, or remove them",
            sheet=sheet,
        ),
        beyond,
        [""] * len(beyond),
    )
    columns = tuple(cells_of([line[position] if position < len(line) else None for line in body]) for position in range(width))
    return RawTable(origin, tuple(header), dialect.header_row, columns, rows, sheet)


def _header_name(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else trimmed(str(value))
