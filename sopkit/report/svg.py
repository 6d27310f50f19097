"""SVG that can stand in a page: deterministic, accessible, its figures traced, its colours those of the page.

`figure_svg` takes a matplotlib Figure; `spark_line` and `month_columns` are small charts drawn straight from numbers.
"""

import html
import re
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from markupsafe import Markup

from sopkit.report.cells import Number
from sopkit.report.svg_lean import ACTUAL, FONT_SIZE, PAPER, hatch, lean_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sopkit.report.narrative import Writer

LAST_YEAR, INK, MUTED = "#a6a6a6", "#262626", "#595959"
GOOD, BAD = "#3c7d22", "#c00000"
WIDTH, HEIGHT = 1000, 128  # of a family's columns
SPARK = 110, 22  # width and height of a line beside a number
FONT = "'Source Sans 3', 'Source Sans 3 Ext', sans-serif"
ON_SCREEN = {ACTUAL: "var(--ac)", LAST_YEAR: "var(--py)", PAPER: "var(--bg)", INK: "var(--fg)", MUTED: "var(--mut)"} | {
    GOOD: "var(--good)",
    BAD: "var(--bad)",
}


def number_tag(number: Number) -> str:
    """A matplotlib group id that carries a number's value and source to `figure_svg`."""
    return f"n~{number.value!r}~{quote(number.source, safe='')}"


def month_tag(period: str) -> str:
    """A matplotlib group id that marks a month."""
    return f"t~{period}~"


def figure_svg(figure: "Figure", name: str, title: str, alt: str) -> str:
    """A chart as SVG: same bytes for the same chart, ids its own, title and description for those who do not see it."""
    from matplotlib import rc_context

    text = StringIO()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, transparent=True)
    drawing = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", text.getvalue(), flags=re.S)
    return _titled(_with_own_ids(_traced(drawing), name), name, title, alt)


def _traced(drawing: str) -> str:
    """Tags of numbers and months become attributes; text takes the font of the page."""

    def attributes(found: re.Match[str]) -> str:
        kind, value, source = found[1], found[2], html.escape(unquote(found[3]))
        return f'data-value="{value}" data-src="{source}"' if kind == "n" else f'data-time="{value}"'

    drawing = re.sub(r'id="([nt])~([^~"]*)~([^"]*)"', attributes, drawing)
    return _rounded(re.sub(r"\n\s*", "\n", drawing))


def _rounded(drawing: str) -> str:
    """Places to a hundredth of a point, which no eye and no printer tells from more."""
    return re.sub(
        r' (?:d|points|x|y|x1|x2|y1|y2|width|height|transform|viewBox)="[^"]*"',
        lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]),
        drawing,
    )


def _with_own_ids(drawing: str, name: str) -> str:
    """Ids that something refers to carry the chart's name; the others go."""
    ids = set(re.findall(r'(?:url\(#|href="#)([^")]+)', drawing))
    drawing = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in ids else "", drawing)
    drawing = re.sub(r"<g>\n(<path[^>]*/>)\n</g>", r"\1", drawing)  # a path that stands alone needs no group
    drawing = re.sub(
        r'(\bid="|url\(#|href="#)([^")]+)', lambda found: f"{found[1]}{name}-{found[2]}" if found[2] in ids else found[0], drawing
    )
    return lean_svg(re.sub(r'\bxlink:href="#', 'href="#', drawing))


def _titled(drawing: str, name: str, title: str, alt: str) -> str:
    head = (
        f'<svg role="img" aria-labelledby="{name}-title {name}-desc" stroke-linejoin="round" stroke-linecap="butt" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="{FONT}" font-size="{FONT_SIZE}" text-anchor="middle" '
        'viewBox="{box}" width="{width}" height="{height}">'
        f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-desc">{html.escape(alt)}</desc>'
    )
    opening = re.search(r"<svg[^>]*>", drawing)
    assert opening is not None, "a drawing without <svg>"
    found = {key: _attribute(opening[0], key) for key in ("viewBox", "width", "height")}
    head = head.replace("{box}", found["viewBox"]).replace("{width}", found["width"]).replace("{height}", found["height"])
    return head + drawing[opening.end() :].strip() + "\n"


def _attribute(tag: str, key: str) -> str:
    found = re.search(rf'\b{key}="([^"]*)"', tag)
    return found[1] if found else ""


def on_screen(page: str) -> str:
    """A page whose drawings follow the colour scheme: literal colours inside <svg> become the page's own."""
    pattern = re.compile("|".join(ON_SCREEN), flags=re.I)
    return re.sub(r"<svg.*?</svg>", lambda found: pattern.sub(lambda colour: ON_SCREEN[colour[0].lower()], found[0]), page, flags=re.S)


def placed(svg: str, name: str, label: str) -> Markup:
    """A chart for a page, with the page's words as its label; no typed text stands among its figures."""
    drawing = re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", svg, flags=re.S)
    told = f'id="{name}-chart" aria-label="{html.escape(label)}"'
    return Markup(re.sub(r'aria-labelledby="[^"]*"', lambda _: told, drawing, count=1))


def spark_line(name: str, title: str, values: Sequence[float | None]) -> Markup:
    """A line without figures, its last point marked: the trend beside a number."""
    width, height = SPARK
    known_values = [value for value in values if value is not None]
    if len(known_values) < 2:
        return Markup("")
    low, high = min(known_values), max(known_values)
    span = (high - low) or 1.0
    step = (width - 8) / max(len(values) - 1, 1)
    points = [(4 + place * step, 3 + (height - 6) * (1 - (value - low) / span)) for place, value in enumerate(values) if value is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    head = _head(name, title, width, height, 'class="spark"')
    return Markup(
        f'{head}<polyline fill="none" stroke="{ACTUAL}" stroke-width="1.3" points="{line}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{ACTUAL}"/></svg>'
    )


def _head(name: str, title: str, width: int, height: int, more: str) -> str:
    return (
        f'<svg role="img" aria-label="{html.escape(title)}" id="{name}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" {more}>'
    )


def month_columns(
    writer: "Writer", name: str, title: str, months: Sequence[str], columns: Sequence[Number], wanted: Sequence[Number], *, closed: int
) -> Markup:
    """Columns by month, the first `closed` solid and the others hatched; a mark stands at what was wanted, where it is more."""
    from sopkit.report.narrative import scale_of, scaled

    floor, room, step = HEIGHT - 18, HEIGHT - 36, WIDTH / max(len(columns), 1)
    top = max([number.value or 0.0 for number in (*columns, *wanted)], default=0.0) or 1.0
    scale, parts, bars = scale_of(columns), list[str](), (list[str](), list[str]())  # bars: closed months, months to come
    for place, (number, more) in enumerate(zip(columns, wanted, strict=True)):
        left, wide = place * step + step * 0.18, step * 0.64
        middle, tall = left + wide / 2, room * max(number.value or 0.0, 0.0) / top
        high = floor - tall
        if more.value is not None and more.value - (number.value or 0.0) > 0.01 * top:
            high = floor - room * more.value / top
            parts.append(_mark(left, high, wide))
        if number.value is not None:
            bars[place >= closed].append(f"M{left:.1f} {floor}h{wide:.1f}v{-tall:.1f}h{-wide:.1f}z")
            parts.append(_svg_number(writer, scaled(number, scale), middle, high - 4))
        parts.append(_svg_month(writer, months[place], middle))
    base = f'<line x1="0" x2="{WIDTH}" y1="{floor}" y2="{floor}" stroke="{ACTUAL}" stroke-width="1"/>'
    head = _head(name, title, WIDTH, HEIGHT, f'font-family="{FONT}" font-size="11" text-anchor="middle"')
    fills = (ACTUAL, f"url(#{name}-hatch)")
    drawn = "".join(
        f'<path d="{"".join(bar)}" fill="{fill}" stroke="{ACTUAL}" stroke-width=".8"/>' for bar, fill in zip(bars, fills, strict=True)
    )
    return Markup(f"{head}<defs>{hatch(f'{name}-hatch', 5, 1)}</defs>{base}{drawn}{''.join(parts)}</svg>")


def _mark(left: float, y: float, wide: float) -> str:
    return f'<line x1="{left - 4:.1f}" x2="{left + wide + 4:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BAD}" stroke-width="1.6"/>'


def _svg_month(writer: "Writer", period: str, x: float) -> str:
    name = html.escape(writer.language.month(period, "name"))
    return f'<text data-time="{period}" x="{x:.1f}" y="{HEIGHT - 5}" fill="{INK}">{name}</text>'


def _svg_number(writer: "Writer", number: Number, x: float, y: float) -> str:
    return (
        f'<text data-value="{number.value!r}" data-src="{html.escape(number.source)}" x="{x:.1f}" y="{y:.1f}" '
        f'fill="{INK}">{html.escape(writer.written(number))}</text>'
    )
