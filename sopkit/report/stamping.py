"""The workbook of a run as a version of it goes out: the same sheets, byte for byte, and another status and version on the cover."""

import re
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sopkit.report.exports import STATUS_LINE, VERSION_LINE, cover_lines
from sopkit.report.language import language_of

if TYPE_CHECKING:
    from sopkit.report.pack.inputs import About

COVER, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STRING = re.compile(r"<si><t[^>]*>(.*?)</t></si>", flags=re.S)


def stamped_workbook(workbook: bytes, about: "About") -> bytes | None:
    """A run's workbook with status and version as `about` says them; None where its cover has no place for them.

    A workbook of many thousand rows is written in seconds and copied in a fraction: only two cells of its cover are others.

    Args:
        workbook: the file of `plan_workbook` of the same run.
        about: what the version says of itself; cycle, run and language are the run's.
    """
    try:
        book = ZipFile(BytesIO(workbook))
        cover, strings = book.read(COVER).decode(), STRING.findall(book.read(STRINGS).decode())
    except (BadZipFile, KeyError):
        return None
    text = language_of(about.language).text
    for line, (label, value) in list(enumerate(cover_lines(text, about), start=1))[STATUS_LINE : VERSION_LINE + 1]:
        named = re.search(rf'<c r="A{line}"[^>]*><v>(\d+)</v>', cover)
        if named is None or strings[int(named[1])] != escape(label, quote=False):
            return None
        told = f'<c r="B{line}" t="inlineStr"><is><t>{escape(value, quote=False)}</t></is></c>'
        cover, places = re.subn(rf'<c r="B{line}" t="s"><v>\d+</v></c>', told.replace("\\", r"\\"), cover)
        if places != 1:
            return None
    return _with_cover(book, cover)


def _with_cover(book: ZipFile, cover: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as copy:
        for entry in book.infolist():
            copy.writestr(entry, cover.encode() if entry.filename == COVER else book.read(entry))
    return content.getvalue()
