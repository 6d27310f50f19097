"""Whether a page keeps its promise: no digit without a source, nothing fetched from outside."""

import re
from html.parser import HTMLParser

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
BESIDE = re.compile(r"notebooks/\d_[a-z_]+\.html(?:#[a-z0-9-]+)?")  # the analysts' edition of the same run
UNSEEN = frozenset(("style", "script", "title"))  # not part of the page that is read


class _Digits(HTMLParser):
    """Collects texts with a digit that stand in no element that names where it comes from."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []  # each open element, and whether it or one around it is traced
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            around = bool(self.open) and self.open[-1][1]
            self.open.append((tag, around or _traced(tag, dict(attributes))))

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _ in self.open}:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, text: str) -> None:
        traced = bool(self.open) and self.open[-1][1]
        if not traced and any(sign.isdigit() for sign in text):
            self.found.append(text.strip())


def _traced(tag: str, attributes: dict[str, str | None]) -> bool:
    kinds = (attributes.get("class") or "").split()
    return (
        tag in UNSEEN
        or (tag == "data" and bool(attributes.get("data-src")))
        or (tag == "time" and bool(attributes.get("datetime")))
        or (tag == "code" and "id" in kinds)
        or (tag == "span" and "t" in kinds and bool(attributes.get("data-src")))
        or (tag in ("g", "text") and bool(attributes.get("data-src") or attributes.get("data-time")))
    )


def untraced_digits(html: str) -> list[str]:
    """Texts with a digit outside numbers, text cells, dates and ids: empty where every figure can be followed."""
    reader = _Digits()
    reader.feed(html)
    return reader.found


def outside_references(html: str) -> list[str]:
    """Addresses that the page would fetch or link to; names of XML vocabularies are no addresses, the run's own notebooks lie beside it."""
    references = re.findall(
        r"""(?<![\w-])(?:src|href|action|data|poster)=["']([^"'#][^"']*)["']|url\(\s*["']?([^"')#]+)|@import\s+["']([^"']+)""", html
    )
    return [
        address
        for found in references
        for address in found
        if address and not address.startswith("data:") and not BESIDE.fullmatch(address)
    ]
