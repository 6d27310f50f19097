"""A drawing of matplotlib's in few words: what is seen is the same, in a fifth of the text and of the marks.

Marks of one look that follow each other are one path, so that a printed page holds a pattern once and not once for each column.
"""

import re

ACTUAL, PAPER = "#404040", "#ffffff"
FONT_SIZE = 7.5  # of the labels of a chart
PATH = r'<path d="([^"]*)"([^>]*)/>'
COLUMN = re.compile(r"M([\d.-]+) ([\d.-]+)L([\d.-]+) \2L\3 ([\d.-]+)L\1 \4z")


def lean_svg(drawing: str) -> str:
    """The drawing with its paths in short, marks of one look put together, and what its texts share left to the whole."""
    drawing = re.sub(r"<pattern id=\"([^\"]*)\".*?</pattern>", lambda found: hatch(found[1], 3, 0.9), drawing, flags=re.S)
    drawing = re.sub(PATH, lambda found: f'<path d="{_short(found[1])}"{_look(found[2])}/>', drawing)
    drawing = re.sub(r'<path d="[^"]*" style="fill: ?none"/>\n?', "", drawing)  # frames that nobody sees
    drawing = re.sub(r"<text style=\"([^\"]*)\"([^>]*)>", lambda found: f"<text{_said(found[1])}{_upright(found[2])}>", drawing)
    drawing = re.sub(r"<g([^>]*)>\n<text([^>]*)>([^<]*)</text>\n</g>", r"<text\1\2>\3</text>", drawing)
    return _together(re.sub(r"<g/>\n|<defs>\s*</defs>\n?", "", drawing))


def hatch(name: str, step: float, wide: float) -> str:
    """The fill of what is planned: lines from lower left to upper right."""
    return (
        f'<pattern id="{name}" width="{step:g}" height="{step:g}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="{step:g}" height="{step:g}" fill="{PAPER}"/><rect width="{wide:g}" height="{step:g}" fill="{ACTUAL}"/></pattern>'
    )


def _short(path: str) -> str:
    told = re.sub(r"\s*([A-Za-z])\s*", r"\1", path.strip())
    return COLUMN.sub(lambda found: f"M{found[1]} {found[2]}H{found[3]}V{found[4]}H{found[1]}z", re.sub(r"\s+", " ", told))


def _look(attributes: str) -> str:
    return attributes.replace("; ", ";").replace(": ", ":").replace(";stroke-linejoin:miter", "")


def _said(style: str) -> str:
    """What a text says of itself beyond what all share."""
    told = dict(part.strip().split(": ", 1) for part in style.split(";") if ": " in part)
    size, anchor = told.get("font-size", "").removesuffix("px"), told.get("text-anchor", "start")
    said = f' font-size="{size}"' if size and float(size) != FONT_SIZE else ""
    said += f' text-anchor="{anchor}"' if anchor != "middle" else ""
    return said + (f' fill="{told["fill"]}"' if "fill" in told else "")


def _upright(attributes: str) -> str:
    return re.sub(r' transform="rotate\(-?0 [^"]*"', "", attributes)


def _together(drawing: str) -> str:
    """Paths of one look that follow each other, as one."""
    pattern = re.compile(r'<path d="([^"]*)"([^>]*)/>((?:\n<path d="[^"]*"\2/>)+)')

    def one(found: re.Match[str]) -> str:
        more = "".join(re.findall(r'<path d="([^"]*)"', found[3]))
        return f'<path d="{found[1]}{more}"{found[2]}/>'

    return pattern.sub(one, drawing)
