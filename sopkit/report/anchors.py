"""Texts of drawings on paper: each begins where it stands.

The printer makes a drawing of its own of every text that is centred on a point. Told where it begins, a text is drawn straight: a page
is smaller by a sixth.
"""

import re
from functools import lru_cache
from html import unescape

from sopkit.report.suite import FONTS

DRAWING = re.compile(r"(<svg\b[^>]*>)(.*?)</svg>", flags=re.S)
TEXT = re.compile(r"<text\b([^>]*)>([^<]*)</text>")
SHARE_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # of a text's width that lies before its point
USUAL, BLANK = 0.5, 0.2  # widths of a sign, and of a blank, that the font does not have, in its size


def begun(html: str) -> str:
    """A page whose drawings say where each of their texts begins; a drawing that turns or moves its texts stays as it is."""
    return DRAWING.sub(_with_beginnings, html)


def _with_beginnings(found: re.Match[str]) -> str:
    head, inside = found[1], found[2]
    texts = TEXT.findall(inside)
    plain = len(texts) == inside.count("<text") and all(_value(told, "x") and "transform" not in told for told, _ in texts)
    if not texts or not plain or re.search(r"<g\b[^>]*(?:transform|font-size|text-anchor)", inside):
        return found[0]
    anchor, size = _value(head, "text-anchor") or "start", float(_value(head, "font-size") or 16)
    shifted = TEXT.sub(lambda text: _begun(text[1], text[2], anchor, size), inside)
    return f"{_without_anchor(head)}{shifted}</svg>"


def _begun(told: str, content: str, anchor: str, size: float) -> str:
    before = SHARE_BEFORE[_value(told, "text-anchor") or anchor]
    wide = width(unescape(content)) * float(_value(told, "font-size") or size)
    place = f' x="{float(_value(told, "x")) - before * wide:.2f}"'
    moved = re.sub(r' x="[^"]*"', place, _without_anchor(told), count=1)
    return f"<text{moved}>{content}</text>"


def width(text: str) -> float:
    """How wide a text of the packs' font is, in its size; pairs of signs that stand closer are not counted."""
    advances = _advances()
    return sum(advances.get(ord(sign), BLANK if sign.isspace() else USUAL) for sign in text)


@lru_cache(maxsize=1)
def _advances() -> dict[int, float]:
    """Width of each sign of the regular font, in its size."""
    from fontTools.ttLib import TTFont

    found: dict[int, float] = {}
    for subset in ("latin-ext", "latin"):
        font = TTFont(FONTS / f"source-sans-3-{subset}-400-normal.woff2", lazy=True)
        units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        found |= {sign: metrics[name][0] / units for sign, name in font.getBestCmap().items()}
    return found


def _value(told: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', told)
    return found[1] if found else ""


def _without_anchor(told: str) -> str:
    return re.sub(r' text-anchor="[^"]*"', "", told)
