"""Text files (CSV and kin) as raw tables: every cell stays text, every bad line keeps its physical row.

pyarrow parses into dictionary columns, so that rules run on distinct texts only. One thread: with more, pyarrow does not
know the row of a line that it cannot use.
"""

import csv
import gzip
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import trimmed
from sopkit.data.sources.declaration import Dialect
from sopkit.data.sources.quotes import masked, stray_quotes
from sopkit.data.sources.raw import Cells, RawTable, Rows, unreadable

MOST_BYTES = 1 << 30
MOST_COLUMNS = 2_000
BLOCK = 4 << 20
Encoding = str


def read_text_file(path: Path, dialect: Dialect, log: FindingLog) -> RawTable:
    """The cells of a text file as they are written.

    Args:
        path: the file, which is there; `.gz` is unpacked.
        dialect: how it is declared.
        log: takes the findings: encoding, empty file, header, short and long rows, stray quotes.

    Returns:
        A RawTable of texts; marked broken where the file is no table in the declared dialect.
    """
    origin = dialect.file or path.name
    data = _utf8_of(path, dialect, origin, log)
    if data is None:
        return unreadable(origin)
    start = _header_start(data, dialect.header_row)
    header = _header_of(data, start, dialect)
    if not any(header):
        log.note(
            Finding(origin, "empty_file", f"no header on row {dialect.header_row}", "REJECT", "declare header_row, or send the file again")
        )
        return unreadable(origin)
    if len(header) > MOST_COLUMNS:
        log.note(Finding(origin, "too_large", f"{len(header)} columns", "REJECT", f"send at most {MOST_COLUMNS} columns"))
        return unreadable(origin)
    body_row = dialect.header_row + 1
    body = data[_next_line(data, start) :]
    quotes = stray_quotes(body, dialect.delimiter, len(header)) if b'"' in body else []
    stray = Finding(origin, "stray_quote", "a quote opens and does not close", "REJECT", "close or remove the quote")
    log.note_rows(stray, [quote.line + body_row - 1 for quote in quotes], [""] * len(quotes))
    try:
        return _parsed(masked(body, quotes), header, dialect, origin, log)
    except pa.ArrowInvalid as reason:
        told = f"the lines under the header cannot be read: {str(reason).splitlines()[0][:200]}"
        log.note(Finding(origin, "unreadable_file", told, "REJECT", "check delimiter and line ends"))
        return unreadable(origin)


def _utf8_of(path: Path, dialect: Dialect, origin: str, log: FindingLog) -> bytes | None:
    """The file's text as UTF-8 without mark, or None with the reason in the log."""
    try:
        data = _bytes_of(path)
    except (OSError, EOFError, zlib.error) as reason:
        log.note(Finding(origin, "unreadable_file", f"the file cannot be unpacked: {reason}", "REJECT", "send the file again"))
        return None
    if len(data) > MOST_BYTES:
        log.note(Finding(origin, "too_large", f"more than {MOST_BYTES >> 30} GiB of text", "REJECT", "send it in parts"))
        return None
    if not data.strip(b" \t\r\n\xef\xbb\xbf\x00"):
        log.note(Finding(origin, "empty_file", f"the file is empty ({len(data)} bytes)", "REJECT", "send the file again"))
        return None
    if fault := _encoding_fault(data, dialect.encoding, origin):
        log.note(fault)
        return None
    if dialect.encoding == "utf-8":
        return data.removeprefix(b"\xef\xbb\xbf")
    return data.decode(dialect.encoding).removeprefix("\ufeff").encode("utf-8")


def _bytes_of(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as packed:
        return packed.read(MOST_BYTES + 1)


def _encoding_fault(data: bytes, encoding: Encoding, origin: str) -> Finding | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and encoding != "utf-16":
        return Finding(origin, "encoding", "the file is UTF-16", "REJECT", "declare encoding: utf-16, or save it as UTF-8")
    try:
        data.decode(encoding)
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        told = f"byte 0x{data[reason.start]:02x} at offset {reason.start} (line {line}) is no {encoding}"
        return Finding(origin, "encoding", told, "REJECT", f"declare encoding: {'cp1252' if encoding == 'utf-8' else 'utf-8'}", row=line)
    if encoding in ("cp1252", "iso-8859-1") and not data.isascii() and _is_utf8(data):
        return Finding(origin, "encoding", f"the file is declared {encoding} and is UTF-8", "REJECT", "declare encoding: utf-8")
    if b"\x00" in data and encoding != "utf-16":
        line = data.count(b"\n", 0, data.find(b"\x00")) + 1
        return Finding(origin, "encoding", f"a zero byte on line {line}", "REJECT", "this is no text file: save it as CSV", row=line)
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header_start(data: bytes, header_row: int) -> int:
    start = 0
    for _ in range(header_row - 1):
        start = _next_line(data, start)
    return start


def _next_line(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end + 1


def _header_of(data: bytes, start: int, dialect: Dialect) -> list[str]:
    line = data[start : _next_line(data, start)].decode("utf-8").rstrip("\r\n")
    try:
        return [trimmed(name) for name in next(csv.reader([line], delimiter=dialect.delimiter), [])]
    except csv.Error:  # a line without an end: no header
        return []


def _parsed(body: bytes, header: list[str], dialect: Dialect, origin: str, log: FindingLog) -> RawTable:
    """The lines under the header, as dictionary columns; bad lines are told and left out."""
    bad: list[pacsv.InvalidRow] = []

    def left_out(row: pacsv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    names = [f"c{position}" for position in range(len(header))]
    if not body:
        columns = [Cells([], np.zeros(0, np.int32)) for _ in names]
        return RawTable(origin, tuple(header), dialect.header_row, tuple(columns), np.zeros(0, np.int64))
    quoted = b'"' in body
    table = pacsv.read_csv(
        pa.BufferReader(body),
        read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names),
        parse_options=pacsv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=quoted, ignore_empty_lines=False, invalid_row_handler=left_out
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())), strings_can_be_null=False
        ),
    )
    columns = [_cells(table.column(name)) for name in names]
    rows, bad_rows = _physical_rows(columns, len(table), [row.number - 1 for row in bad], dialect.header_row + 1)
    _tell_bad_lines(bad, bad_rows, len(header), origin, log)
    return RawTable(origin, tuple(header), dialect.header_row, tuple(columns), rows)


def _cells(column: pa.ChunkedArray) -> Cells:
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return Cells([], np.zeros(0, np.int32))
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in chunks]).astype(np.int32, copy=False)
    values = chunks[-1].dictionary.to_pylist()
    return Cells([value.replace("\x1f", '"') for value in values], codes)


def _physical_rows(columns: list[Cells], count: int, bad: list[int], first_row: int) -> tuple[Rows, Rows]:
    """Physical rows of the good and the bad records: a record behind a cell with line breaks stands lower in the file."""
    records = np.arange(count + len(bad), dtype=np.int64)
    good = np.delete(records, bad)
    breaks = np.zeros(len(records), np.int64)
    for column in columns:
        inside = np.array([str(value).count("\n") for value in column.values] or [0], np.int64)
        if inside.any():
            breaks[good] += inside[column.codes]
    before = np.concatenate([[0], np.cumsum(breaks)[:-1]]) if len(records) else breaks
    physical = records + before + first_row
    return physical[good], physical[bad]


def _tell_bad_lines(bad: list[pacsv.InvalidRow], rows: Rows, columns: int, origin: str, log: FindingLog) -> None:
    for row, line in zip(rows, bad, strict=True):
        short = line.actual_columns < columns
        rule, word = ("short_row", "fewer") if short else ("long_row", "more")
        told = f"{line.actual_columns} cells, {word} than the {columns} of the header"
        hint = "the line is cut" if short else "put quotes around cells that hold the delimiter, or declare decimal and delimiter"
        log.note(Finding(origin, rule, told, "REJECT", hint, row=int(row), value=line.text[:200]))
