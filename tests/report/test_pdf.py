"""The PDF: tagged, titled, bookmarked, between ten and twenty pages, the same bytes twice, and nothing let in."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pack_sample import sample

from sopkit.errors import IntegrityError
from sopkit.report.pack import Pack, written_pack
from sopkit.report.pdf import written_pdf
from sopkit.report.templates import stylesheet


@pytest.fixture(scope="module")
def pack() -> Pack:
    return written_pack("executive", sample("full"))


@pytest.fixture(scope="module")
def document(pack: Pack) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pack.pdf))


def test_a_pack_holds_page_print_and_index(pack: Pack) -> None:
    assert "var(--ac)" in pack.html
    assert pack.headline == pack.index["title"].iloc[0]
    assert len(pack.index) == pack.print_html.count("<section id=")


def test_the_same_page_gives_the_same_bytes() -> None:
    page = f'<html lang="en"><head><title>x</title><style>{stylesheet()}</style></head><body><h2>Grills</h2><p>Stoves</p></body></html>'
    assert written_pdf(page) == written_pdf(page)


def test_it_says_that_it_is_accessible(document: pikepdf.Pdf) -> None:
    assert str(document.Root.Lang) == "en"
    assert bool(document.Root.MarkInfo.Marked)
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
    assert b"pdfuaid" in document.Root.Metadata.read_bytes()
    assert str(document.docinfo["/Title"]) == "Fjällglöd AB: S&OP decision pack 2026-03"


def test_its_date_is_the_cycle_and_no_clock(document: pikepdf.Pdf) -> None:
    assert str(document.docinfo["/CreationDate"]).startswith("D:20260301")


def test_length_and_bookmarks(document: pikepdf.Pdf) -> None:
    assert 10 <= len(document.pages) <= 20
    with document.open_outline() as outline:
        assert len(outline.root) == 14


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
    for inside in (
        f'<link rel="attachment" href="file://{secret}">',
        f'<img alt="x" src="file://{secret}">',
        '<img alt="y" src="http://127.0.0.1:9/x.png">',
        f'<style>@import url("file://{secret}");</style>',
    ):
        with pytest.raises(IntegrityError, match="outside itself"):
            written_pdf(f'<html lang="en"><head><title>x</title></head><body>{inside}<p>text</p></body></html>')
