"""What a page is on paper: the screen's page without what paper cannot do, its tables with the widths of their columns.

Laying out costs by the element and by the measuring of text. Paper follows no source, and a column whose width is told is not measured.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

from sopkit.report.anchors import begun

ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", flags=re.S)
DECISION = re.compile(r'<section class="decision">.*?</section>', flags=re.S)
CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1>", flags=re.S)
TABLE = re.compile(r'<table class="([^"]*)">(.*?)</table>', flags=re.S)
UNPRINTED = re.compile(  # what the style sheet hides on paper, and links that lead to other files
    r'<a class="(?:cell|skip)".*?</a>|<details class="screen">.*?</details>|<nav class="contents".*?</nav>|<aside\b.*?</aside>'
    r'|<span class="mark">.*?</span>',
    flags=re.S,
)
VOID = re.compile(r"<(meta|link|img|br|hr|col)\b([^<>]*?)/?>")
SIDE, DIVISION = '<div class="side">', re.compile(r"</?div\b[^>]*>")
HALF = 0.486  # of the page's width: what stands beside something else (.side in the style sheet)
SPARK = 20.0  # signs as wide as a small drawing
PADDING = 1.6  # signs as wide as a cell's padding
BOLD = 1.06  # how much wider a sign of a header is
SIGNS = {"dense": 205.0, "": 178.0}  # that go on a line from margin to margin


def on_paper(html: str) -> str:
    """The page for the printer.

    Sources, scripts and marks of single words are gone. A drawing's label becomes its title, which is where WeasyPrint looks for the
    alternative text of a figure. Tables say how wide their columns are.
    """
    plain = re.sub(r"<script\b.*?</script>", "", html, flags=re.S)
    plain = UNPRINTED.sub("", plain)
    plain = re.sub(r'<(data|span)(?: class="t")? (?:value|data-src)="[^>]*>(.*?)</\1>', r"\2", plain, flags=re.S)
    plain = re.sub(r'<time [^>]*>([^<\n]*)</time>|<code class="id">([^<]*)</code>', r"\1\2", plain)
    plain = re.sub(r'(<svg role="img"[^>]*?aria-label="([^"]*)"[^>]*>)', r"\1<title>\2</title>", plain)
    plain = _in_line(begun(plain))
    return "".join(TABLE.sub(_half_width if beside else _with_widths, part) for part, beside in _parts(plain))


def _parts(html: str) -> Iterator[tuple[str, bool]]:
    """The page in pieces, each with whether it holds what stands beside something else, on half a page."""
    at = 0
    while (start := html.find(SIDE, at)) >= 0:
        depth, end = 0, len(html)
        for tag in DIVISION.finditer(html, start):
            depth += -1 if tag[0].startswith("</") else 1
            if depth == 0:
                end = tag.end()
                break
        yield html[at:start], False
        yield html[start:end], True
        at = end
    yield html[at:], False


def _in_line(html: str) -> str:
    """The questions' tables with the same widths: what one of them needs, all of them have."""
    tables = [found for section in DECISION.findall(html) for found in TABLE.finditer(section)]
    parts = [found[2].partition("</thead>") for found in tables]
    if len({len(_cells(head)[0]) for head, _, _ in parts}) != 1:
        return html
    header, body = [row for head, _, _ in parts for row in _cells(head)], [row for *_, rows in parts for row in _cells(rows)]
    columns = _column_group(column_widths(header, body, SIGNS["dense"]))
    return DECISION.sub(lambda section: TABLE.sub(lambda table: _measured(table, columns), section[0]), html)


def as_xml(html: str) -> str:
    """The same page as XML, which is read in a fifth of the time: no document type, and every element that has no content closed."""
    return VOID.sub(r"<\1\2/>", re.sub(r"^\s*<!doctype html>\s*", "", html, flags=re.I))


def _half_width(found: re.Match[str]) -> str:
    return _with_widths(found, HALF)


def _with_widths(found: re.Match[str], share: float = 1.0) -> str:
    """A table with the width of each column; where every column is a month the style sheet says how wide they are."""
    kinds, inside = found[1], found[2]
    if "months" in kinds or "colspan" in inside or "<colgroup>" in inside:
        return found[0]
    head, _, body = inside.partition("</thead>")
    widths = column_widths(_cells(head.partition("<thead>")[2]), _cells(body), share * SIGNS["dense" if "dense" in kinds else ""])
    return _measured(found, _column_group(widths))


def _column_group(widths: list[float]) -> str:
    return "<colgroup>" + "".join(f'<col style="width:{width:.1f}%">' for width in widths) + "</colgroup>"


def _measured(table: re.Match[str], columns: str) -> str:
    caption, opening, rows = table[2].partition("<thead>")
    return f'<table class="{table[1]} measured">{caption}{columns}{opening}{rows}</table>'


def _cells(rows: str) -> list[list[tuple[bool, str]]]:
    """Rows of cells: whether a cell's text may go on a second line, and its text."""
    return [[("<th" in f"<{tag}" or "text" in told, _seen(text)) for tag, told, text in CELL.findall(row)] for row in ROW.findall(rows)]


def _seen(cell: str) -> str:
    """The text of a cell; the unit under a label stands on a line of its own."""
    drawn = re.sub(r"<svg.*?</svg>", "0" * int(SPARK), cell, flags=re.S).replace("<small>", "\n")
    return unescape(re.sub(r"<[^>]*>", "", drawn))


def _length(text: str) -> float:
    return float(max((len(line.strip()) for line in text.split("\n")), default=0))


def _word(text: str) -> float:
    """The longest word, which is as narrow as a text can be."""
    return float(max((len(word) for word in re.split(r"[ \n]", text)), default=0))


def _two_lines(text: str) -> float:
    return max(_word(text), 0.6 * _length(text))


def column_widths(header: list[list[tuple[bool, str]]], body: list[list[tuple[bool, str]]], signs: float) -> list[float]:
    """Widths of columns in per cent of the table.

    Labels stand on one line where there is room, else on two, else by the word. Columns of numbers that need about the same are of
    one width; what is left goes to all, by what they need. Where there is too little, numbers keep what they need and texts go on a
    second line.

    Args:
        header: rows of the header, each cell with whether it may wrap and its text.
        body: rows of the table, likewise.
        signs: how many signs go on a line of the table.
    """
    columns, heads = _columns(body), _columns(header)
    if not columns:
        return [100 / len(heads) for _ in heads]
    wraps = [all(may for may, text in column if text) and any(text for _, text in column) for column in columns]
    for label in (_length, _two_lines, _word):
        labels = [max((BOLD * label(text) for _, text in column), default=0.0) for column in heads]
        wanted = [_widest(_length, column, head) for column, head in zip(columns, labels, strict=True)]
        least = [
            _widest(_word, column, head) if free else width
            for column, head, width, free in zip(columns, labels, wanted, wraps, strict=True)
        ]
        if sum(wanted if label is _length else least) <= signs:
            break
    numbers = [width for width, free in zip(wanted, wraps, strict=True) if not free]
    equal = [width if free else max(numbers) for width, free in zip(wanted, wraps, strict=True)]
    if numbers and max(numbers) <= 2.5 * min(numbers) and sum(equal) <= signs:
        wanted = equal
    if sum(wanted) > signs and any(wraps):
        most = _fitting([width for width, free in zip(wanted, wraps, strict=True) if free], signs - sum(numbers))
        wanted = [max(low, min(width, most)) if free else width for width, low, free in zip(wanted, least, wraps, strict=True)]
    return [100 * width / sum(wanted) for width in wanted]


def _fitting(widths: list[float], room: float) -> float:
    """The width that none may pass, so that all go into the room: the widest give first."""
    for place, width in enumerate(ordered := sorted(widths)):
        if width * (len(ordered) - place) >= room:
            return room / (len(ordered) - place)
        room -= width
    return max(widths)


def _widest(measure: Callable[[str], float], column: list[tuple[bool, str]], head: float) -> float:
    return max([head, *(measure(text) for _, text in column)]) + PADDING


def _columns(rows: list[list[tuple[bool, str]]]) -> list[list[tuple[bool, str]]]:
    most = max((len(row) for row in rows), default=0)
    return [[row[place] for row in rows if len(row) == most] for place in range(most)]
