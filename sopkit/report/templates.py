"""The one environment all packs are rendered in: packaged templates, autoescape, undefined names are errors.

Templates format and never compute. What they print passes `Writer.markup`: a bare number has no source and is refused.
"""

import base64
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from sopkit.report.narrative import Writer
from sopkit.report.suite import FONTS, TEMPLATES

FACES = (("Source Sans 3", "latin"), ("Source Sans 3 Ext", "latin-ext"))
WEIGHTS = (400, 600)


def rendered(template: str, writer: Writer, **content: object) -> str:
    """A template of `templates/`, filled; numbers, words and dates in `content` are written by `writer`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda cell: cell if isinstance(cell, Undefined) else writer.markup(cell),  # an undefined name raises where it is printed
    )
    environment.globals |= {"_": writer.text, "say": writer.say, "style": stylesheet(), "language": writer.language.code}
    return environment.get_template(template).render(**content)


@lru_cache(maxsize=1)
def stylesheet() -> Markup:
    """The style sheet with its fonts inside, so that a page asks for nothing."""
    faces = [
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url(data:font/woff2;base64,{_font(subset, weight)}) format("woff2")}}'
        for family, subset in FACES
        for weight in WEIGHTS
    ]
    return Markup("\n".join([*faces, (TEMPLATES / "style.css").read_text()]))


def _font(subset: str, weight: int) -> str:
    return base64.b64encode((FONTS / f"source-sans-3-{subset}-{weight}-normal.woff2").read_bytes()).decode()
