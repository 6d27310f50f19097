"""The pack of the small demo company: a PDF that is tagged, a page that asks for nothing, in a real browser."""

import re
from pathlib import Path

import pikepdf
import pytest

from sopkit.report.tracing import outside_references, untraced_digits

CHROMIUM = next((path for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if path.exists()), None)
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def html(finished):
    return (finished / "pack" / "executive.html").read_text()


def test_every_printed_number_is_traced(html):
    assert untraced_digits(html) == []
    assert len(re.findall(r"data-src=", html)) > 500


def test_nothing_is_asked_for(html):
    assert outside_references(html) == []
    assert "default-src 'none'" in html


def test_the_pdf_is_tagged_and_has_the_pages_of_a_pre_read(finished):
    with pikepdf.open(finished / "pack" / "executive.pdf") as pdf:
        assert 10 <= len(pdf.pages) <= 20
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.MarkInfo.Marked
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        with pdf.open_outline() as outline:
            assert len(outline.root) > 5
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                descriptor = (font.DescendantFonts[0] if "/DescendantFonts" in font else font).FontDescriptor
                assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's Chromium is not installed: apt-get install chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_in_a_browser_without_a_request_or_an_error(finished, scheme):
    from playwright.sync_api import sync_playwright

    asked, said = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, "--no-sandbox"])
        page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((finished / "pack" / "executive.html").as_uri())
        page.wait_for_timeout(300)
        too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []
    assert not too_wide
