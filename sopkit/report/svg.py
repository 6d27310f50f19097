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

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sopkit.report.narrative import Writer

ACTUAL, LAST_YEAR, PAPER, INK, MUTED = "#404040", "#a6a6a6", "#ffffff", "#262626", "#595959"
GOOD, BAD = "#3c7d22", "#c00000"
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
    drawing = re.sub(r'font-family: [^;"]*', f"font-family: {FONT}", drawing)
    return re.sub(r"\n\s*", "\n", drawing)


def _with_own_ids(drawing: str, name: str) -> str:
    ids = set(re.findall(r'\bid="([^"]+)"', drawing))
    drawing = re.sub(
        r'(\bid="|url\(#|href="#)([^")]+)', lambda found: f"{found[1]}{name}-{found[2]}" if found[2] in ids else found[0], drawing
    )
    return re.sub(r'\bxlink:href="#', 'href="#', drawing)


def _titled(drawing: str, name: str, title: str, alt: str) -> str:
    head = (
        f'<svg role="img" aria-labelledby="{name}-title {name}-desc" stroke-linejoin="round" stroke-linecap="butt" '
        'xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}">'
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


def placed(svg: str, name: str) -> Markup:
    """A stored chart for a page: its title and description become its label, so that no typed text stands among the figures."""
    told = [html.unescape(found) for found in re.findall(r"<(?:title|desc)[^>]*>(.*?)</(?:title|desc)>", svg, flags=re.S)]
    drawing = re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", svg, flags=re.S)
    label = html.escape(". ".join(told))
    return Markup(re.sub(r'aria-labelledby="[^"]*"', lambda _: f'id="{name}-chart" aria-label="{label}"', drawing, count=1))


def spark_line(name: str, title: str, values: Sequence[float | None], *, width: int = 110, height: int = 22) -> Markup:
    """A line without figures, its last point marked: the trend beside a number."""
    known_values = [value for value in values if value is not None]
    if len(known_values) < 2:
        return Markup("")
    low, high = min(known_values), max(known_values)
    span = (high - low) or 1.0
    step = (width - 8) / max(len(values) - 1, 1)
    points = [(4 + place * step, 3 + (height - 6) * (1 - (value - low) / span)) for place, value in enumerate(values) if value is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg role="img" aria-label="{}" class="spark" id="{}" xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<polyline fill="none" stroke="{}" stroke-width="1.3" points="{}"/><circle cx="{}" cy="{}" r="2.4" fill="{}"/></svg>'
    ).format(title, name, width, height, width, height, ACTUAL, line, f"{x:.1f}", f"{y:.1f}", ACTUAL)


def month_columns(
    writer: "Writer",
    name: str,
    title: str,
    months: Sequence[str],
    columns: Sequence[Number],
    *,
    closed: int,
    lines: Sequence[Sequence[Number]] = (),
    size: tuple[int, int] = (1000, 120),
) -> Markup:
    """Columns by month, the first `closed` solid and the others hatched; `lines` mark the height of another plan where it differs."""
    from sopkit.report.narrative import scale_of, scaled

    width, height = size
    every = [number.value for group in (columns, *lines) for number in group if number.value is not None]
    top, scale, step = max([*every, 0.0]) or 1.0, scale_of(columns), width / max(len(columns), 1)
    floor, room = height - 18, height - 36
    parts = []
    for place, number in enumerate(columns):
        left, tall = place * step + step * 0.18, room * max(number.value or 0.0, 0.0) / top
        fill = ACTUAL if place < closed else f"url(#{name}-hatch)"
        if number.value is not None:
            parts.append(
                f'<rect x="{left:.1f}" y="{floor - tall:.1f}" width="{step * 0.64:.1f}" height="{tall:.1f}" fill="{fill}" '
                f'stroke="{ACTUAL}" stroke-width="0.8"/>{_svg_number(writer, scaled(number, scale), left + step * 0.32, floor - tall - 4)}'
            )
        for line in lines:
            if line[place].value is not None and abs(line[place].value - (number.value or 0.0)) > 0.01 * top:  # type: ignore[operator]
                mark = floor - room * (line[place].value or 0.0) / top
                parts.append(
                    f'<line x1="{left - 4:.1f}" x2="{left + step * 0.64 + 4:.1f}" y1="{mark:.1f}" y2="{mark:.1f}" '
                    f'stroke="{BAD}" stroke-width="1.6"/>'
                )
        parts.append(
            f'<text data-time="{months[place]}" x="{left + step * 0.32:.1f}" y="{height - 5}" text-anchor="middle" fill="{INK}">'
            f"{html.escape(writer.language.month(months[place], 'name'))}</text>"
        )
    hatch = (
        f'<defs><pattern id="{name}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="5" height="5" fill="{PAPER}"/><rect width="1" height="5" fill="{ACTUAL}"/></pattern></defs>'
    )
    return Markup(
        f'<svg role="img" aria-label="{html.escape(title)}" id="{name}" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="11">{hatch}'
        f'<line x1="0" x2="{width}" y1="{floor}" y2="{floor}" stroke="{ACTUAL}" stroke-width="1"/>{"".join(parts)}</svg>'
    )


def _svg_number(writer: "Writer", number: Number, x: float, y: float) -> str:
    return (
        f'<text data-value="{number.value!r}" data-src="{html.escape(number.source)}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle" '
        f'fill="{INK}">{html.escape(writer.written(number))}</text>'
    )
