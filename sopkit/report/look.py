"""How a company's pages differ from the suite's: one colour and a logo, by params; templates are not touched."""

import re
from base64 import b64encode
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sopkit.errors import ParamsError, Problem

PAPER, NIGHT = "#ffffff", "#15181c"  # what the page stands on, in light and dark (templates/style.css)
READABLE = 4.5  # contrast of text, WCAG 2.2, 1.4.3
LARGEST = 60_000  # bytes of a logo: it is in every page
MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
OUTSIDE = re.compile(
    rb"<script|<!ENTITY|<foreignObject|\son\w+\s*=|(?:href|src)\s*=\s*[\"'](?!#|data:)|url\(\s*[\"']?(?!#|data:)|@import", re.I
)


class LookPolicy(BaseModel):
    """The section `look` of the params: the accent of links and of what is chosen, and a logo on the cover."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accent: str = Field(default="#0b4f6c", pattern=r"^#[0-9a-fA-F]{6}$", description="colour of links and of what is chosen, as #rrggbb")
    logo: str = Field(default="", description="image of the cover: an .svg or .png in the folder params/<company>")
    image: str = Field(default="", pattern="^$", description="the logo as it stands in the page: made when the params are read")

    @field_validator("accent")
    @classmethod
    def _can_be_read(cls, accent: str) -> str:
        if (found := contrast(accent, PAPER)) < READABLE:
            raise ValueError(f"a colour that can be read on white: contrast at least {READABLE}, this has {found:.1f}; take a darker one")
        return accent.lower()

    @property
    def accent_at_night(self) -> str:
        """The accent on the dark page: mixed with white until it can be read there."""
        for part in range(0, 101, 5):
            mixed = _mixed(self.accent, part / 100)
            if contrast(mixed, NIGHT) >= READABLE + 1.5:
                return mixed
        return PAPER

    @property
    def is_own(self) -> bool:
        """Whether the accent is not the suite's."""
        return self.accent != LookPolicy.model_fields["accent"].default


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21: (lighter + .05) / (darker + .05) of their relative luminances (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def logo_image(folder: Path, name: str, where: str) -> str:
    """A logo as a `data:` address, checked to ask for nothing and to run nothing.

    Args:
        folder: of the company's texts; the logo lies in it.
        name: of the file.
        where: the place in the params that names it, for messages.

    Raises ParamsError where there is no such file, where it is no image of a known kind, too large, or reaches outside itself.
    """
    path, hint = folder / name, f"Put the file into {folder}, or leave `look.logo` out."
    if Path(name).name != name or path.suffix.lower() not in MEDIA:
        raise ParamsError("the logo cannot be used", [Problem(where, repr(name), "the name of an .svg or .png file", hint)])
    if not path.is_file():
        raise ParamsError("the logo cannot be used", [Problem(where, f"{name}: no such file", f"a file in {folder}", hint)])
    content = path.read_bytes()
    if len(content) > LARGEST:
        told = f"{len(content) // 1000} kB"
        raise ParamsError("the logo cannot be used", [Problem(where, told, f"at most {LARGEST // 1000} kB: it is in every page")])
    is_svg = path.suffix.lower() == ".svg"
    if is_svg and (found := OUTSIDE.search(content)):
        expected = "a drawing that runs nothing and asks for nothing"
        raise ParamsError("the logo cannot be used", [Problem(where, found[0].decode(errors="replace").strip(), expected)])
    if not (b"<svg" in content if is_svg else content.startswith(b"\x89PNG\r\n\x1a\n")):
        raise ParamsError(
            "the logo cannot be used", [Problem(where, f"{name} is no {path.suffix[1:]}", "an image of the kind its name says")]
        )
    return f"data:{MEDIA[path.suffix.lower()]};base64,{b64encode(content).decode()}"


def _luminance(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, white: float) -> str:
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in parts)
