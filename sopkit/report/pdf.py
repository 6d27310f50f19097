"""HTML to PDF/UA by WeasyPrint: nothing is fetched but what is inside the page, and the same HTML gives the same bytes."""

import re
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from sopkit.errors import InfrastructureError, IntegrityError, Problem
from sopkit.report.collector import collector_paused
from sopkit.report.paper import as_xml, on_paper

VARIANT = "pdf/ua-1"


def written_pdf(html: str) -> bytes:
    """A tagged PDF of a self-contained page.

    Raises InfrastructureError where the system libraries of WeasyPrint are missing, IntegrityError where the page asks for anything
    outside itself.
    """
    try:
        from weasyprint.urls import FatalURLFetchingError

        printer = _printer()
    except OSError as error:
        hint = "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
        raise InfrastructureError(
            "the PDF cannot be written", [Problem("weasyprint", str(error), "the system library pango", hint)]
        ) from None
    try:
        with collector_paused():
            page = printer(string=on_paper(html), url_fetcher=_deny_by_default())
            return page.write_pdf(pdf_variant=VARIANT, font_config=_fonts())  # type: ignore[no-any-return]
    except FatalURLFetchingError as error:
        problem = Problem("templates", str(error), "a page that holds all it shows")
        raise IntegrityError("the page asks for something outside itself", [problem]) from None


@lru_cache(maxsize=1)
def _printer() -> Any:
    """WeasyPrint's page, read as XML where it is well-formed, as ours are, and without its rules for what our pages do not have.

    Rules for footnotes, margin notes, forms and directions of writing would be worked out for each element.
    """
    from pathlib import Path

    import weasyprint
    from cssselect2 import ElementWrapper

    own = (Path(weasyprint.__file__).parent / "css" / "html5_ua.css").read_text()
    own = re.sub(r"(?m)^::(?:foot)?note-.*$", "", own).replace("\n::marker", "\nli::marker")
    sheet = weasyprint.CSS(string=re.sub(r"(?m)^[^{}\n]*\[dir=[^{}\n]*\{[^{}]*\}", "", own))

    class Paper(weasyprint.HTML):
        def __init__(self, string: str, url_fetcher: object) -> None:
            try:
                root = ElementTree.fromstring(as_xml(string))
            except ElementTree.ParseError:
                super().__init__(string=string, url_fetcher=url_fetcher)
                return
            self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[object]:
            return [sheet]

    return Paper


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """The fonts of all pages that a process prints: unpacking the embedded ones takes half the time of a short document."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _deny_by_default() -> object:
    """A fetcher that opens `data:` only: a page must not reach the network or the disk, whatever its texts say."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
