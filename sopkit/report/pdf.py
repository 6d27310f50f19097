"""HTML to PDF/UA by WeasyPrint: nothing is fetched but what is inside the page, and the same HTML gives the same bytes."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sopkit.errors import InfrastructureError, IntegrityError, Problem

VARIANT = "pdf/ua-1"


def written_pdf(html: str) -> bytes:
    """A tagged PDF of a self-contained page.

    Raises InfrastructureError where the system libraries of WeasyPrint are missing, IntegrityError where the page asks for anything
    outside itself.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError
    except OSError as error:
        hint = "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
        raise InfrastructureError(
            "the PDF cannot be written", [Problem("weasyprint", str(error), "the system library pango", hint)]
        ) from None
    try:
        with _collector_paused():
            return HTML(string=_lean(html), url_fetcher=_deny_by_default()).write_pdf(pdf_variant=VARIANT)
    except FatalURLFetchingError as error:
        problem = Problem("templates", str(error), "a page that holds all it shows")
        raise IntegrityError("the page asks for something outside itself", [problem]) from None


def _lean(html: str) -> str:
    """The page without sources, which paper cannot follow: laying out thousands of wrappers takes a third of the time.

    A drawing's label becomes its title, which is where WeasyPrint looks for the alternative text of a figure.
    """
    plain = re.sub(r'<(data|span)(?: class="t")? (?:value|data-src)="[^>]*>(.*?)</\1>', r"\2", html, flags=re.S)
    return re.sub(r'(<svg role="img"[^>]*?aria-label="([^"]*)"[^>]*>)', r"\1<title>\2</title>", plain)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Layout makes hundreds of thousands of boxes that all live to its end: looking for garbage among them takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _deny_by_default() -> object:
    """A fetcher that opens `data:` only: a page must not reach the network or the disk, whatever its texts say."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
