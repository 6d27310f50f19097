"""The one environment all packs are rendered in: packaged templates, autoescape, undefined names are errors.

Templates format and never compute. What they print passes `Writer.markup`: a bare number has no source and is refused.
"""

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from sopkit.report.narrative import Writer
from sopkit.report.suite import FONTS, TEMPLATES

FACES = {"latin": "Source Sans 3", "latin-ext": "Source Sans 3 Ext"}  # the second holds what the first does not, and is larger
WEIGHTS = (400, 600)
FACES_HERE = "/* faces */"
IN_LATIN = re.compile(
    r"[\x00-\u00ff\u0131\u0152\u0153\u2009\u2013\u2014\u2018\u2019\u201a\u201c-\u201e\u2022\u2026\u20ac\u2122\u2191\u2193\u2212\u2215]*"
)


def rendered(template: str, writer: Writer, **content: object) -> str:
    """A template of `templates/`, filled; numbers, words and dates in `content` are written by `writer`.

    The one script that a page may run is ours: its policy names it by its hash.
    """
    page = _environment(_Spoken(writer)).get_template(template).render(**content)
    return page.replace(FACES_HERE, _faces(page), 1)


@dataclass(frozen=True, eq=False)
class _Spoken:
    """A writer by what it writes with: two that speak the same language in the same currency share their templates."""

    writer: Writer

    def __eq__(self, other: object) -> bool:
        mine, its = self.writer, other.writer if isinstance(other, _Spoken) else None
        return its is not None and mine.language.messages is its.language.messages and self._name == (its.language.code, its.currency)

    def __hash__(self) -> int:
        return hash(self._name)

    @property
    def _name(self) -> tuple[str, str]:
        return self.writer.language.code, self.writer.currency


@lru_cache(maxsize=8)
def _environment(spoken: _Spoken) -> Environment:
    """Where the templates of one writer are compiled, once."""
    writer = spoken.writer
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda cell: cell if isinstance(cell, Undefined) else writer.markup(cell),  # an undefined name raises where it is printed
    )
    environment.globals |= {"_": writer.text, "say": writer.say, "style": _style(), "language": writer.language.code}
    environment.globals |= {"script": script(), "script_policy": script_policy()}
    return environment


def stylesheet(text: str = "") -> Markup:
    """The style sheet with its fonts inside, so that a page asks for nothing; of those, what `text` needs."""
    return Markup(_style().replace(FACES_HERE, _faces(text)))


@lru_cache(maxsize=1)
def script() -> Markup:
    """What a page does beyond being read."""
    return Markup((TEMPLATES / "pack.js").read_text())


@lru_cache(maxsize=1)
def script_policy() -> Markup:
    """The only script that the content policy lets run, by its hash."""
    return Markup("'sha256-{}'").format(base64.b64encode(sha256(script().encode()).digest()).decode())


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup(f"{FACES_HERE}\n{(TEMPLATES / 'style.css').read_text()}")


def _faces(page: str) -> str:
    subsets = ["latin"] if IN_LATIN.fullmatch(page) else list(FACES)
    return "\n".join(_face(subset, weight) for subset in subsets for weight in WEIGHTS)


@lru_cache
def _face(subset: str, weight: int) -> str:
    source = f'url(data:font/woff2;base64,{_font(subset, weight)}) format("woff2")'
    return f'@font-face{{font-family:"{FACES[subset]}";font-weight:{weight};src:{source}}}'


def _font(subset: str, weight: int) -> str:
    return base64.b64encode((FONTS / f"source-sans-3-{subset}-{weight}-normal.woff2").read_bytes()).decode()
