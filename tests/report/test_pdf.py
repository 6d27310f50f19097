"""The PDF: tagged, titled, bookmarked, between ten and twenty pages, the same bytes twice, and nothing let in."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pack_sample import sample

from sopkit.report.pack import executive_pack
from sopkit.report.pdf import written_pdf


@pytest.fixture(scope="module")
def document() -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(executive_pack(sample("full")).pdf))


def test_it_says_that_it_is_accessible(document: pikepdf.Pdf) -> None:
    assert str(document.Root.Lang) == "en"
    assert bool(document.Root.MarkInfo.Marked)
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
    assert b"pdfuaid" in document.Root.Metadata.read_bytes()
    assert str(document.docinfo["/Title"]) == "Fjällglöd AB: S&OP decision pack 2026-03"


def test_its_date_is_the_cycle_and_no_clock(document: pikepdf.Pdf) -> None:
    assert str(document.docinfo["/CreationDate"]).startswith("20260301")


def test_length_and_bookmarks(document: pikepdf.Pdf) -> None:
    assert 10 <= len(document.pages) <= 20
    with document.open_outline() as outline:
        assert len(outline.root) == 18


def test_fonts_are_embedded(document: pikepdf.Pdf) -> None:
    fonts = [font for page in document.pages for font in (page.get("/Resources", {}).get("/Font", {}) or {}).values()]
    descendants = [font.get("/DescendantFonts", [font])[0] for font in fonts]
    assert descendants
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in descendants)
    assert {str(font.BaseFont).split("+")[-1].split("-")[0] for font in fonts} == {"Source"}


def test_figures_have_alternative_text(document: pikepdf.Pdf) -> None:
    figures = [node for node in nodes(document.Root.StructTreeRoot) if node.get("/S") == "/Figure"]
    assert len(figures) >= 6
    assert all(str(node.get("/Alt", "")) for node in figures)


def nodes(parent: pikepdf.Dictionary) -> list[pikepdf.Dictionary]:
    """All structure elements below one."""
    children = parent.get("/K", [])
    children = list(children) if isinstance(children, pikepdf.Array) else [children]
    found = [child for child in children if isinstance(child, pikepdf.Dictionary)]
    return [*found, *(deeper for child in found for deeper in nodes(child))]


def test_files_and_addresses_stay_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-51")
    page = (
        f'<html lang="en"><title>x</title><link rel="attachment" href="file://{secret}"><img alt="x" src="file://{secret}">'
        f'<img alt="y" src="http://127.0.0.1:9/x.png"><style>@import url("file://{secret}");</style><p>text</p></html>'
    )
    written = pikepdf.open(BytesIO(written_pdf(page)))
    assert len(written.attachments) == 0
    assert b"canary-51" not in written_pdf(page)
