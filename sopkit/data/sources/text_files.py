"""Text files (CSV and kin) as raw tables: every cell stays text, every bad line keeps its physical row.

The file is read in blocks of whole records; pyarrow parses each into dictionary columns, so that rules run on distinct
texts only. One thread: with more, pyarrow does not know the row of a line that it cannot use.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sopkit.data.findings import LISTED, Finding, FindingLog
from sopkit.data.parsing import trimmed
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.header_rows import header_below, not_on, sampled_records
from sopkit.data.sources.quotes import MASK, guarded, masked
from sopkit.data.sources.raw import Mask, RawTable, Rows, row_limit_question, unreadable
from sopkit.data.sources.text_blocks import WINDOWS_SIGNS, Block, UnusableText, utf8_blocks
from sopkit.data.sources.text_columns import TextColumn

MOST_COLUMNS = 2_000
MOST_BAD_LINES = 100_000  # lines with too few or too many cells; a file with more is no table, and is not read to its end
SAMPLE = 1 << 16  # bytes under the header in which another header is looked for


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
    try:
        return _table(utf8_blocks(path, dialect.encoding, origin), dialect, origin, log)
    except UnusableText as reason:
        log.note(reason.finding)
        return unreadable(origin)


def _table(blocks: Iterator[Block], dialect: Dialect, origin: str, log: FindingLog) -> RawTable:
    """The header, then block after block of records."""
    first = next(blocks)
    start = _header_start(first.data, dialect.header_row)
    signs = WINDOWS_SIGNS if dialect.encoding == "cp1252" else {}
    written = [name.translate(signs) for name in _header_of(first.data, start, dialect)]
    header = [trimmed(name) for name in written]
    if not any(header):
        told = f"no header on row {dialect.header_row}"
        raise UnusableText(Finding(origin, "empty_file", told, "REJECT", "declare header_row, or send the file again"))
    if len(header) > MOST_COLUMNS:
        told = f"{len(header)} columns"
        raise UnusableText(Finding(origin, "too_large", told, "REJECT", f"send at most {MOST_COLUMNS} columns"))
    sample = first.data[_next_line(first.data, start) :][:SAMPLE]
    if below := header_below(header, sampled_records(sample, dialect.delimiter)):
        raise UnusableText(not_on(dialect.header_row, dialect.header_row + below, origin))
    body = first._replace(data=first.data[_next_line(first.data, start) :], line=dialect.header_row + 1)
    lines = _Lines(header, dialect.delimiter, signs, origin, log)
    rest = b""
    while True:
        rest = lines.take(rest, body)
        if body.last:
            break
        body = next(blocks)
    return replace(lines.table(dialect.header_row, dialect.footer_rows), as_written=tuple(written))


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
        return next(csv.reader([line], delimiter=dialect.delimiter), [])
    except csv.Error:  # a line without an end: no header
        return []


class _BadLine(NamedTuple):
    row: int
    cells: int
    text: str


class _Lines:
    """Collects the records of a text, block by block."""

    def __init__(self, header: list[str], delimiter: str, signs: Mapping[int, str], origin: str, log: FindingLog) -> None:
        self._header, self._delimiter, self._signs, self._origin, self._log = header, delimiter, signs, origin, log
        self._columns = [TextColumn() for _ in header]
        self._rows: list[pa.Array] = []
        self._bad: list[_BadLine] = []
        self._unlisted = 0
        self._stray: list[int] = []

    def take(self, rest: bytes, block: Block) -> bytes:
        """Add the records of some lines, led by what the block before left over; returns what must wait for the next one."""
        data = rest + block.data if rest else block.data
        line = block.line - rest.count(b"\n")
        found = guarded(data, self._delimiter, len(self._header), last=block.last)
        if found.open_from is not None:
            data, left = data[: found.open_from], data[found.open_from :]
        else:
            left = b""
        self._stray += [line + quote.line - 1 for quote in found.stray]
        if data:
            self._parse(masked(data, found.stray), line, found.spans_lines)
        return left

    def _parse(self, data: bytes, line: int, spans_lines: bool) -> None:
        bad: list[pacsv.InvalidRow] = []

        room = MOST_BAD_LINES - len(self._bad) - self._unlisted

        def left_out(row: pacsv.InvalidRow) -> str:
            bad.append(row)
            return "skip" if len(bad) <= room else "error"

        names = [f"c{position}" for position in range(len(self._header))]
        kinds = {name: column.kind for name, column in zip(names, self._columns, strict=True)}
        try:
            table = pacsv.read_csv(
                pa.BufferReader(data),
                read_options=pacsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=spans_lines, ignore_empty_lines=False, invalid_row_handler=left_out
                ),
                convert_options=pacsv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
            )
        except pa.ArrowInvalid as reason:
            why = str(reason).splitlines()[0][:200]
            if len(bad) > room:
                self._keep_bad([line + row.number - 1 for row in bad], bad)
                self._tell_lines()
                why = f"more than {MOST_BAD_LINES:,} lines have too few or too many cells"
            told = f"the lines under the header cannot be read: {why}"
            raise UnusableText(Finding(self._origin, "unreadable_file", told, "REJECT", "check delimiter and line ends")) from None
        parts = [_one_array(table.column(name)) for name in names]
        rows, bad_rows = _physical_rows(parts if spans_lines else [], len(table), [row.number - 1 for row in bad], line)
        for column, part in zip(self._columns, parts, strict=True):
            column.take(part)
        self._rows.append(pa.array(rows))
        self._keep_bad(bad_rows.tolist(), bad)

    def _keep_bad(self, rows: list[int], bad: list[pacsv.InvalidRow]) -> None:
        listed = list(zip(rows, bad, strict=True))[: LISTED - len(self._bad)]
        self._unlisted += len(bad) - len(listed)
        self._bad += [_BadLine(row, cut.actual_columns, cut.text[:200]) for row, cut in listed]

    def table(self, header_row: int, footer_rows: int) -> RawTable:
        """All records as a table, its bad lines told; without the footer, which is told too."""
        rows = pa.concat_arrays(self._rows or [pa.array([], pa.int32())]).to_numpy()
        records = self._without_footer(rows, footer_rows) if footer_rows else np.ones(len(rows), bool)
        signs = self._tell_lines()
        columns = []
        while self._columns:  # one by one: a column's blocks are given free before the next is joined
            columns.append(self._columns.pop(0).cells(signs))
        pa.default_memory_pool().release_unused()
        last_row = int(rows[-1]) if len(rows) else 0
        questions = tuple(row_limit_question(self._origin, "", last_row))
        table = RawTable(self._origin, tuple(self._header), header_row, tuple(columns), rows, questions=questions)
        return table.taken(records)

    def _without_footer(self, rows: Rows, footer_rows: int) -> Mask:
        """The records above the footer; its rows are told, whatever their number of cells."""
        all_rows = sorted([*rows[-footer_rows:].tolist(), *(line.row for line in self._bad[-footer_rows:])])
        footer = all_rows[-footer_rows:]
        told = Finding(self._origin, "footer", "a row of the footer was left out, as declared", "REPAIR")
        self._log.note_rows(told, footer, [""] * len(footer))
        self._bad = [line for line in self._bad if line.row not in footer]
        return ~np.isin(rows, footer)

    def _tell_lines(self) -> Mapping[int, str]:
        """Tell stray quotes and lines of another shape; returns the signs that stand for others in all texts."""
        stray = Finding(self._origin, "stray_quote", "a quote opens and does not close", "REJECT", "close or remove the quote")
        self._log.note_rows(stray, self._stray, [""] * len(self._stray))
        signs, columns = {**self._signs, **({MASK: '"'} if self._stray else {})}, len(self._header)
        for line in self._bad:
            short = line.cells < columns
            rule, word = ("short_row", "fewer") if short else ("long_row", "more")
            told = f"{line.cells} cells, {word} than the {columns} of the header"
            hint = "the line is cut" if short else "put quotes around cells that hold the delimiter, or declare decimal and delimiter"
            self._log.note(Finding(self._origin, rule, told, "REJECT", hint, row=line.row, value=line.text.translate(signs)))
        if self._unlisted:
            told = f"{self._unlisted} more lines with too few or too many cells, not listed one by one"
            self._log.note(Finding(self._origin, "more_of_the_same", told, "REJECT", "check delimiter and decimal"))
        return signs


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return (
        column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    )


def _physical_rows(columns: list[pa.Array], count: int, bad: list[int], first_row: int) -> tuple[Rows, Rows]:
    """Physical rows of the good and the bad records: a record behind a cell with line breaks stands lower in the file."""
    records = np.arange(first_row, first_row + count + len(bad), dtype=np.int32)
    good = np.ones(len(records), bool)
    good[bad] = False
    breaks = np.zeros(count, np.int32)
    for column in columns:
        texts = column.dictionary if pa.types.is_dictionary(column.type) else column
        inside = pc.count_substring(texts, "\n").to_numpy(zero_copy_only=False)
        if inside.any():
            breaks += inside[column.indices.to_numpy()] if texts is not column else inside
    if breaks.any():
        after = np.zeros(len(records), np.int32)
        after[good] = breaks
        records[1:] += np.cumsum(after)[:-1]
    return records[good], records[~good]
