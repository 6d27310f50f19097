"""What an unknown file looks like: encoding, delimiter, header row, numbers, dates; for a proposal that a person confirms.

Nothing that is read for planning is detected here: a source is read as it is declared. What two readings would both accept
is told as open, never decided in silence.
"""

import codecs
import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import Fault, Grammar, date_of, number_of, trimmed
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.packages import package_fault
from sopkit.data.sources.raw import Cells, RawTable
from sopkit.data.sources.workbooks import UNREADABLE

SAMPLE_BYTES = 1 << 20
SAMPLE_LINES = 300
SAMPLE_VALUES = 400  # distinct values of a column that are looked at
DELIMITERS = (";", "\t", "|", ",")
NUMBERS = ((".", ""), (",", ""), (",", " "), (".", ","), (".", " "), (",", "."), (".", "'"), (",", "'"))
DATES = (
    "YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD", "YYYY.MM.DD", "DD.MM.YYYY", "D.M.YYYY", "DD/MM/YYYY", "D/M/YYYY", "MM/DD/YYYY", "M/D/YYYY",
    "DD-MM-YYYY", "D-MMM-YY", "D-MMM-YYYY", "D MMM YYYY", "D/M/YY", "M/D/YY", "D.M.YY", "YYYY-MM", "YYYYMM", "YYYY/MM",
)  # fmt: skip
NUMBER_LIKE = re.compile(r"[-\u2212]?[0-9][0-9.,'\u00a0\u202f ]*(?:[eE][+-]?[0-9]+)?")
DATE_LIKE = re.compile(r"[0-9]{1,4}[-./ ](?:[0-9]{1,2}|[^\W\d_]{3})(?:[-./ ][0-9]{1,4})?|[0-9]{8}|[0-9]{6}")
BETWEEN_DIGITS = re.compile(r"[0-9][.,'\u00a0\u202f ][0-9]|[eE][+-]?[0-9]")
MOST_LIKE = 0.9  # share of a column's values that must look like a number or a date
FEW_WORDS = 6  # words beside numbers or dates that may mean empty


@dataclass(frozen=True)
class Detected:
    """A file as it seems to be written, and what was seen and what stays open, in words."""

    dialect: Dialect
    seen: tuple[str, ...]
    open_questions: tuple[str, ...] = ()
    date_formats: dict[str, str] = field(default_factory=dict)  # header: the format that reads its cells
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)  # header: words among its numbers or dates


def detected_layouts(path: Path, log: FindingLog) -> list[Detected]:
    """How the cells of a file are laid out: encoding and delimiter of a text file, row of the header; a workbook has one per sheet.

    Args:
        path: .csv or .txt (also .gz), .xlsx or .parquet.
        log: takes the finding of a file that must not be opened.

    Returns:
        A Detected per table of the file; none where it must not be opened.
    """
    suffix = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix == "parquet":
        return [Detected(Dialect(file=path.name), ("Parquet: names and types are those of the file",))]
    if suffix == "xlsx":
        return _sheet_layouts(path, log)
    try:
        return [_text_layout(path)]
    except (OSError, EOFError, zlib.error) as reason:
        log.note(Finding(path.name, "unreadable_file", f"the file cannot be unpacked: {reason}", "REJECT", "send the file again"))
        return []


def detected_grammar(table: RawTable, layout: Detected) -> Detected:
    """The layout with how numbers and dates are written in the cells; a text that could mean two things is an open question."""
    texts = {header: _texts(cells) for header, cells in zip(table.header, table.cells, strict=True)}
    numbers = {header: found for header, values in texts.items() if (found := _alike(values, NUMBER_LIKE))}
    dates: dict[str, str] = {}
    doubts = []
    for header, values in texts.items():
        formats = _date_formats(_alike(values, DATE_LIKE))
        if formats and not (header in numbers and formats[0] in ("YYYYMMDD", "YYYYMM") and not _is_dated(header)):
            dates[header] = formats[0]
            if len(formats) > 1:
                doubts.append(f"{header}: the dates read as {' and as '.join(formats)}; ask the sender which it is")
    signed, digits = _signed_and_digits({header: found for header, found in numbers.items() if header not in dates})
    decimal, thousands, doubt = _number_signs([text for found in signed.values() for text in found])
    doubts = [doubt, *doubts] if doubt else doubts
    common = Counter(form for form in dates.values() if "D" in form).most_common(1) or Counter(dates.values()).most_common(1)
    updates: dict[str, object] = {"decimal": decimal, "thousands": thousands}
    if common:
        updates["date_format"] = common[0][0]
    others = {header: form for header, form in dates.items() if form not in (updates.get("date_format"), "YYYY-MM")}
    doubts += [f"{header}: dates are {form} there: declare it in a query (`date_formats`)" for header, form in others.items()]
    words = {header: beside for header in {**numbers, **dates} if (beside := _words_beside(texts[header]))}
    told = (*layout.seen, *_seen(decimal, thousands, (list(signed), digits), dates))
    return Detected(layout.dialect.model_copy(update=updates), told, (*layout.open_questions, *doubts), dates, words)


def _text_layout(path: Path) -> Detected:
    data = _first_bytes(path)
    encoding, told = _encoding(data)
    text = data.decode(encoding, errors="ignore").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]
    if len(data) == SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # the last line may be cut
    delimiter, rows = _delimiter(lines)
    header = _header_row(rows)
    dialect = Dialect(file=path.name, encoding=encoding, delimiter=delimiter, header_row=header)  # type: ignore[arg-type]
    shown = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar"}[delimiter]
    seen = (told, f"columns separated by {shown}", f"header on row {header}")
    doubts = () if len(rows) > 1 and len(rows[header - 1]) > 1 else ("no delimiter gives more than one column",)
    return Detected(dialect, seen, doubts)


def _first_bytes(path: Path) -> bytes:
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        return file.read(SAMPLE_BYTES)


def _encoding(data: bytes) -> tuple[str, str]:
    """The encoding of the first bytes, and how it is known."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", "UTF-16, by its mark"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError as reason:
        return "cp1252", f"cp1252: byte 0x{data[reason.start]:02x} at offset {reason.start} is no UTF-8"
    return "utf-8", "UTF-8, by its mark" if data.startswith(codecs.BOM_UTF8) else "plain ASCII" if data.isascii() else "UTF-8"


def _delimiter(lines: Sequence[str]) -> tuple[str, list[list[str]]]:
    """The delimiter that gives most lines the same number of columns, more than one, and the lines as it cuts them."""
    best, score = (",", [[line] for line in lines]), 0.0
    for sign in DELIMITERS:
        rows = _cut(lines, sign)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if widths and (share := widths.most_common(1)[0][1] / len(rows)) > score:
            best, score = (sign, rows), share
    return best


def _cut(lines: Sequence[str], sign: str) -> list[list[str]]:
    try:
        return list(csv.reader(StringIO("".join(lines), newline=""), delimiter=sign))
    except csv.Error:
        return []


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """The first row of the usual width that holds words only, each once; the first row where there is none."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    usual = widths.most_common(1)[0][0] if widths else 0
    for number, row in enumerate(rows, start=1):
        cells = [trimmed(cell) for cell in row]
        if len(cells) == usual and all(cells) and len(set(cells)) == usual and not any(NUMBER_LIKE.fullmatch(cell) for cell in cells):
            return number
    return 1


def _sheet_layouts(path: Path, log: FindingLog) -> list[Detected]:
    """The sheets that have a header and rows."""
    layouts = []
    for name, rows in _top_rows(path, log).items():
        if sum(map(bool, rows)) > 1:
            header = _header_row(rows)
            layouts.append(Detected(Dialect(file=path.name, sheet=name, header_row=header), (f"sheet {name!r}", f"header on row {header}")))
    return layouts


def _top_rows(path: Path, log: FindingLog) -> dict[str, list[list[str]]]:
    """Each sheet's first rows as texts, blank cells at their ends left out; nothing, and a finding, where it is no workbook."""
    from openpyxl import load_workbook

    if fault := package_fault(path, path.name):
        log.note(fault)
        return {}
    found = {}
    try:
        with closing(load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = [
                    ["" if value is None else str(value) for value in row]
                    for row in islice(sheet.iter_rows(values_only=True), SAMPLE_LINES)
                ]
                found[sheet.title] = [row[: max((place for place, cell in enumerate(row, start=1) if cell), default=0)] for row in rows]
    except UNREADABLE as reason:
        log.note(Finding(path.name, "unreadable_file", f"the workbook cannot be opened: {str(reason)[:200]}", "REJECT", "save it again"))
    return found


def _texts(cells: Cells) -> list[str]:
    """The first distinct texts of a column, without blanks; typed cells have none."""
    values = (value for value in islice(cells.values, SAMPLE_VALUES) if isinstance(value, str))
    return [text for value in values if (text := trimmed(value))]


def _alike(values: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """The values that look like the pattern, where most do or the others are few words; else nothing."""
    like = [value for value in values if pattern.fullmatch(value)]
    others = len(values) - len(like)
    return like if like and (len(like) >= MOST_LIKE * len(values) or others <= FEW_WORDS < len(like)) else []


def _words_beside(values: Sequence[str]) -> tuple[str, ...]:
    others = [value for value in values if not NUMBER_LIKE.fullmatch(value) and not DATE_LIKE.fullmatch(value)]
    return tuple(others[:FEW_WORDS])


def _number_signs(texts: Sequence[str]) -> tuple[str, str, str]:
    """Decimal sign and thousands separator that read most texts, and the doubt where another pair reads as many otherwise."""
    meanings = {signs: [number_of(text, Grammar(*signs)) for text in texts] for signs in NUMBERS}
    accepted = {signs: sum(not isinstance(value, Fault) for value in values) for signs, values in meanings.items()}
    best = max(NUMBERS, key=lambda signs: (accepted[signs], -NUMBERS.index(signs)))
    for signs in NUMBERS:
        if signs == best or accepted[signs] < accepted[best]:
            continue
        pairs = zip(texts, meanings[best], meanings[signs], strict=True)
        differs = [text for text, here, there in pairs if here != there and not (isinstance(here, Fault) and isinstance(there, Fault))]
        if differs:
            return *best, f"{differs[0]!r} reads as {number_of(differs[0], Grammar(*best))} and as {number_of(differs[0], Grammar(*signs))}"
    return *best, ""


def _signed_and_digits(numbers: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """The columns in which a number is written with a sign between its digits, and those of digits alone: counts, or codes."""
    signed = {header: found for header, found in numbers.items() if any(BETWEEN_DIGITS.search(text) for text in found)}
    return signed, [header for header in numbers if header not in signed]


def _date_formats(texts: Sequence[str]) -> list[str]:
    """The formats that read every text; of two that agree on every text, the one without the looser digits."""
    found: list[tuple[str, list[object]]] = []
    for form in DATES:
        meanings: list[object] = [date_of(text, Grammar(date_format=form)) for text in texts]
        if texts and not any(isinstance(meaning, Fault) for meaning in meanings) and all(meanings != other for _, other in found):
            found.append((form, meanings))
    return [form for form, _ in found]


def _is_dated(header: str) -> bool:
    return bool(re.search(r"dat|day|month|månad|period|när|when", header, re.IGNORECASE))


def _seen(decimal: str, thousands: str, columns: tuple[list[str], list[str]], dates: dict[str, str]) -> list[str]:
    told, (signed, digits) = [], columns
    if signed:
        between = {" ": "a space", "": "nothing"}.get(thousands, repr(thousands))
        told.append(f"numbers with decimal sign {decimal!r} and {between} between thousands, in {', '.join(signed)}")
    told += [f"digits alone, counts or codes, in {', '.join(digits)}"] if digits else []
    told += [f"dates as {form} in {header}" for header, form in dates.items()]
    return told
