"""The text of a file as UTF-8, in blocks of whole lines: whatever its size and encoding, a few blocks are in memory."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np

from sopkit.data.findings import Finding

BLOCK = 2 << 20
MOST_BYTES = 2 << 30  # of text
MOST_LINE = 1 << 20  # bytes of one line
MOST_RATIO = 200  # unpacked / packed size: beyond it a file is a bomb, not a table
SMALL = 64 << 20  # below this size the ratio does not matter
LINE_FEED = ord("\n")
UTF8_MARK = b"\xef\xbb\xbf"
NO_TEXT = {
    b"PK\x03\x04": "a workbook or an archive",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old workbook",
}
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Bytes that cp1252 uses where ISO 8859-1 has control signs: blocks are decoded as ISO 8859-1, which is fast, and the few
# distinct texts that hold one are mended afterwards.
WINDOWS_SIGNS = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
NO_SIGNS = {  # bytes that mean nothing in an encoding
    "cp1252": [bytes([code]) for code, sign in WINDOWS_SIGNS.items() if sign == "\ufffd"],
    "iso-8859-1": [bytes([code]) for code in WINDOWS_SIGNS],
}


class UnusableText(Exception):
    """A file that is no text in the declared encoding, or too much of one; carries its finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Block(NamedTuple):
    """Whole lines of a text as UTF-8; `line` is the physical line of the first."""

    data: bytes
    line: int
    last: bool


class _Piece(NamedTuple):
    """Whole lines as they stand in the file, with the physical line and the byte offset of the first."""

    data: bytes
    line: int
    offset: int
    last: bool


def utf8_blocks(path: Path, encoding: str, origin: str) -> Iterator[Block]:
    """The text of a file, block by block, without its byte order mark.

    Args:
        path: the file; `.gz` is unpacked.
        encoding: utf-8, cp1252, iso-8859-1 or utf-16.
        origin: what the file is called in findings.

    Yields:
        Blocks of whole lines; at least one, which is empty where nothing is left.

    Raises:
        UnusableText: empty, in another encoding, too large, a line without an end, or a file that cannot be unpacked.
    """
    try:
        with _opened(path) as file:
            told_apart = False  # a line that is no UTF-8 has shown that the file is in the declared encoding
            for piece in _pieces(file, path, encoding, origin):
                block = _utf8(piece, encoding, origin, told_apart)
                told_apart = told_apart or not piece.data.isascii()
                yield block
    except (OSError, EOFError, zlib.error) as reason:
        told = f"the file cannot be unpacked: {reason}"
        raise UnusableText(Finding(origin, "unreadable_file", told, "REJECT", "send the file again")) from None


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def _pieces(file: BinaryIO, path: Path, encoding: str, origin: str) -> Iterator[_Piece]:
    """The file's bytes in pieces of whole lines (of UTF-16: as UTF-8)."""
    packed = path.stat().st_size
    decoder = codecs.getincrementaldecoder("utf-16")() if encoding == "utf-16" else None
    rest, line, offset, total, blank = b"", 1, 0, 0, True
    returns = False  # lines end with a carriage return alone, as old Macintosh programs write them
    while True:
        raw = file.read(BLOCK)
        if total == 0:
            _check_mark(raw, encoding, origin)
            returns = b"\r" in raw and b"\n" not in raw
        total += len(raw)
        blank = blank and not raw.strip(b" \t\r\n\xef\xbb\xbf\x00")
        if not raw and blank:
            told = f"the file is empty ({total} bytes, written {written_at(path)})"
            raise UnusableText(Finding(origin, "empty_file", told, "REJECT", "send the file again"))
        if total > MOST_BYTES or (total > SMALL and total > MOST_RATIO * max(packed, 1)):
            told = f"more than {total >> 20} MiB of text, from {packed >> 10} KiB in the file"
            raise UnusableText(Finding(origin, "too_large", told, "REJECT", "send it in parts"))
        text = _decoded(decoder, raw, line, origin) if decoder else raw
        data = rest + (text.replace(b"\r", b"\n") if returns else text)
        cut = len(data) if not raw else 0 if blank else data.rfind(b"\n") + 1
        piece, rest = data[:cut], data[cut:]
        if len(rest) > MOST_LINE:
            line += piece.count(b"\n")
            told = f"the lines under the header cannot be read: line {line} is longer than {MOST_LINE >> 20} MiB"
            raise UnusableText(Finding(origin, "unreadable_file", told, "REJECT", "check delimiter and line ends", row=line))
        if piece or not raw:
            yield _Piece(piece, line, offset, last=not raw)
        if not raw:
            return
        line += int(np.count_nonzero(np.frombuffer(piece, np.uint8) == LINE_FEED))
        offset += len(piece)


def written_at(path: Path) -> str:
    """When a file was written, in UTC."""
    return str(np.datetime64(int(path.stat().st_mtime), "s")).replace("T", " ")


def _check_mark(raw: bytes, encoding: str, origin: str) -> None:
    if raw[:2] in UTF16_MARKS and encoding != "utf-16":
        finding = Finding(origin, "encoding", "the file is UTF-16", "REJECT", "declare encoding: utf-16, or save it as UTF-8")
        raise UnusableText(finding)

    for mark, kind in NO_TEXT.items():
        if raw.startswith(mark):
            told = f"the file is {kind}, not text"
            raise UnusableText(Finding(origin, "unreadable_file", told, "REJECT", "save it as CSV, or give it the ending of its kind"))


def _decoded(decoder: codecs.IncrementalDecoder, raw: bytes, line: int, origin: str) -> bytes:
    try:
        return decoder.decode(raw, final=not raw).encode("utf-8")
    except UnicodeError as reason:
        told = f"the bytes behind line {line} are no utf-16: {reason}"
        raise UnusableText(Finding(origin, "encoding", told, "REJECT", "declare the file's own encoding", row=line)) from None


def _utf8(piece: _Piece, encoding: str, origin: str, told_apart: bool) -> Block:
    """A piece as UTF-8; raises UnusableText where it is not in the declared encoding."""
    data = piece.data.removeprefix(UTF8_MARK) if piece.offset == 0 else piece.data
    zero = data.find(b"\x00")
    if zero >= 0:
        line = piece.line + data.count(b"\n", 0, zero)
        raise UnusableText(
            Finding(origin, "encoding", f"a zero byte on line {line}", "REJECT", "this is no text file: save it as CSV", row=line)
        )
    if encoding == "utf-16" or data.isascii():
        return Block(data, piece.line, piece.last)
    if encoding == "utf-8":
        _check_utf8(data, piece, origin)
        return Block(data, piece.line, piece.last)
    if not told_apart and _is_utf8(data):
        told = f"the file is declared {encoding} and is UTF-8"
        raise UnusableText(Finding(origin, "encoding", told, "REJECT", "declare encoding: utf-8"))
    if wrong := [place for sign in NO_SIGNS[encoding] if (place := data.find(sign)) >= 0]:
        other = "cp1252" if encoding == "iso-8859-1" else "utf-8"
        raise UnusableText(_no_such_sign(data, min(wrong), piece, encoding, other, origin))
    return Block(data.decode("latin-1").encode("utf-8"), piece.line, piece.last)


def _check_utf8(data: bytes, piece: _Piece, origin: str) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as reason:
        raise UnusableText(_no_such_sign(data, reason.start, piece, "utf-8", "cp1252", origin)) from None


def _no_such_sign(data: bytes, place: int, piece: _Piece, encoding: str, other: str, origin: str) -> Finding:
    line = piece.line + data.count(b"\n", 0, place)
    offset = piece.offset + len(piece.data) - len(data) + place
    told = f"byte 0x{data[place]:02x} at offset {offset} (line {line}) is no {encoding}"
    return Finding(origin, "encoding", told, "REJECT", f"declare encoding: {other}", row=line)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
