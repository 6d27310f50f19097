"""Stray quotes in text files: an opening quote that swallows the lines behind it is found before the file is parsed."""

import csv
from typing import NamedTuple

LOOK_AHEAD = 10  # lines within which a quoted cell with line breaks must close
QUOTE = ord('"')
MASK = 0x1F  # stands in for a stray quote while the file is parsed


class StrayQuote(NamedTuple):
    """A quote that does not belong: physical line and byte offset."""

    line: int
    offset: int


def stray_quotes(data: bytes, delimiter: str, columns: int) -> list[StrayQuote]:
    """The opening quotes that never close where they should.

    Only lines with an odd number of quotes are looked at. Such a line is right when the record that it opens closes within
    LOOK_AHEAD lines and then has as many cells as the header.

    Args:
        data: the file as UTF-8.
        delimiter: the separator of the columns.
        columns: cells of a record.

    Returns:
        Each stray quote, by its physical line (first = 1) and byte offset.
    """
    found, position = [], 0
    while (quote := data.find(b'"', position)) >= 0:
        start = data.rfind(b"\n", 0, quote) + 1
        end = _line_end(data, quote)
        position = end + 1
        if data.count(b'"', start, end) % 2 == 0:
            continue
        closed = _record_end(data, start, end, delimiter, columns)
        if closed:
            position = closed + 1
            continue
        openers = [at for at in range(start, end) if data[at] == QUOTE and (at == start or data[at - 1] == ord(delimiter))]
        offset = openers[-1] if openers else quote
        found.append(StrayQuote(data.count(b"\n", 0, start) + 1, offset))
    return found


def masked(data: bytes, stray: list[StrayQuote]) -> bytes:
    """The file with its stray quotes masked, so that they end no cell."""
    if not stray:
        return data
    mended = bytearray(data)
    for quote in stray:
        mended[quote.offset] = MASK
    return bytes(mended)


def _line_end(data: bytes, position: int) -> int:
    end = data.find(b"\n", position)
    return len(data) if end < 0 else end


def _record_end(data: bytes, start: int, end: int, delimiter: str, columns: int) -> int | None:
    for _ in range(LOOK_AHEAD):
        if end >= len(data):
            return None
        end = _line_end(data, end + 1)
        record = data[start:end].rstrip(b"\r")
        if record.count(b'"') % 2:
            continue
        try:
            cells = next(csv.reader(record.decode("utf-8").splitlines(keepends=True), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            return None
        return end if len(cells) == columns else None
    return None
