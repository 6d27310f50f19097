"""Stray quotes in text files: an opening quote that swallows the lines behind it is found before the file is parsed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LOOK_AHEAD = 10  # lines within which a quoted cell with line breaks must close
QUOTE, LINE_FEED, RETURN = ord('"'), ord("\n"), ord("\r")
MASK = 0x1F  # stands in for a stray quote while the file is parsed


class StrayQuote(NamedTuple):
    """A quote that does not belong: physical line (first of the text = 1) and byte offsets of what must be masked."""

    line: int
    offsets: tuple[int, ...]


@dataclass
class Guarded:
    """A text whose lines are looked through: its stray quotes, whether a record spans lines, and where an open end begins."""

    stray: list[StrayQuote] = field(default_factory=list)
    spans_lines: bool = False
    open_from: int | None = None  # start of a line whose record may go on behind the end of the text


def guarded(data: bytes, delimiter: str, columns: int, *, last: bool = True) -> Guarded:
    """The quotes that never close where they should.

    Only lines with an odd number of quotes, or with a quote inside a cell, are looked at one by one. An odd line is right
    when the record that it opens closes within LOOK_AHEAD lines, then has as many cells as the header, and is not made of
    lines that are each a whole record by themselves.

    Args:
        data: whole lines as UTF-8.
        delimiter: the separator of the columns.
        columns: cells of a record.
        last: no line follows.

    Returns:
        Guarded.
    """
    result = Guarded()
    if b'"' not in data:
        return result
    ends, suspects = _suspects(data, delimiter)
    lines = _Lines(data, ends, delimiter, columns)
    known_to = 0  # lines before this one are part of a record that is told or right
    for line in suspects:
        if line < known_to:
            continue
        closing = lines.closing(line)
        if closing is not None:
            result.spans_lines |= closing > line
            known_to = closing + 1
        elif not last and line + LOOK_AHEAD >= len(ends) and lines.is_odd(line):
            result.open_from = lines.start(line)
            break
        else:
            stray, known_to = lines.stray(line)
            result.stray.append(stray)
    return result


def masked(data: bytes, stray: list[StrayQuote]) -> bytes:
    """The text with its stray quotes masked, so that they end no cell."""
    if not stray:
        return data
    mended = bytearray(data)
    for quote in stray:
        for offset in quote.offsets:
            mended[offset] = MASK
    return bytes(mended)


def _suspects(data: bytes, delimiter: str) -> tuple[npt.NDArray[np.int64], Iterator[int]]:
    """The end of each line, and the lines with an odd number of quotes or with a quote inside a cell."""
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == LINE_FEED)
    if not len(ends) or ends[-1] != len(data) - 1:
        ends = np.append(ends, len(data))
    quotes = np.flatnonzero(signs == QUOTE)
    line_of = np.searchsorted(ends, quotes)
    before = np.where(quotes > 0, signs[quotes - 1], LINE_FEED)
    after = np.where(quotes + 1 < len(signs), signs[np.minimum(quotes + 1, len(signs) - 1)], LINE_FEED)
    borders = (ord(delimiter), LINE_FEED, RETURN, QUOTE)
    inside = ~np.isin(before, borders) & ~np.isin(after, borders)
    odd = np.bincount(line_of, minlength=len(ends)) % 2 == 1
    odd[line_of[inside]] = True
    return ends, iter(np.flatnonzero(odd).tolist())


@dataclass(frozen=True)
class _Lines:
    """The lines of a text."""

    data: bytes
    ends: npt.NDArray[np.int64]
    delimiter: str
    columns: int

    def start(self, line: int) -> int:
        return int(self.ends[line - 1]) + 1 if line else 0

    def _text(self, first: int, last: int) -> str:
        return self.data[self.start(first) : int(self.ends[last])].rstrip(b"\r").decode("utf-8")

    def is_odd(self, line: int) -> bool:
        return self.data.count(b'"', self.start(line), int(self.ends[line])) % 2 == 1

    def closing(self, line: int) -> int | None:
        """The line on which the record that a line opens is closed and right; None where it is not."""
        quotes = 0
        for last in range(line, min(line + LOOK_AHEAD + 1, len(self.ends))):
            quotes += self.data.count(b'"', self.start(last), int(self.ends[last]))
            if quotes % 2 == 0:
                return last if self._is_record(line, last) else None
        return None

    def _is_record(self, first: int, last: int) -> bool:
        text = self._text(first, last)
        reader = csv.reader(text.splitlines(keepends=True), delimiter=self.delimiter, strict=True)
        try:
            cells = next(reader, [])
        except csv.Error:
            return False
        if reader.line_num < len(text.splitlines()) or (last > first and len(cells) != self.columns):
            return False
        return last == first or not self._swallows(first, last)

    def _swallows(self, first: int, last: int) -> bool:
        """Whether every line of a record would be a record of its own if its quotes were left out."""
        return all(self._text(line, line).count(self.delimiter) == self.columns - 1 for line in range(first, last + 1))

    def stray(self, line: int) -> tuple[StrayQuote, int]:
        """The stray quote of a line, and the first line behind what it would have swallowed."""
        start, end = self.start(line), int(self.ends[line])
        places = [at for at in range(start, end) if self.data[at] == QUOTE]
        openers = [at for at in places if at == start or self.data[at - 1] == ord(self.delimiter)]
        if not self.is_odd(line):
            inside = next((at for at in places if self._is_inside(at)), places[-1])
            opener = max((at for at in openers if at < inside), default=places[0])
            return StrayQuote(line + 1, tuple(sorted({opener, inside}))), line + 1
        opener = openers[-1] if openers else places[0]
        return StrayQuote(line + 1, (opener,)), self._behind(line)

    def _is_inside(self, at: int) -> bool:
        borders = (ord(self.delimiter), LINE_FEED, RETURN, QUOTE)
        around = (self.data[at - 1] if at else LINE_FEED, self.data[at + 1] if at + 1 < len(self.data) else LINE_FEED)
        return not any(sign in borders for sign in around)

    def _behind(self, line: int) -> int:
        """The line behind the one that would close a swallowed record: its quote is the other half of the same fault."""
        for last in range(line + 1, min(line + LOOK_AHEAD + 1, len(self.ends))):
            if self.is_odd(last):
                text = self._text(last, last)
                swallowed = text.count(self.delimiter) == self.columns - 1 and f'{self.delimiter}"' not in text and text[:1] != '"'
                return last + 1 if swallowed else line + 1
        return line + 1
