"""The template set: safe, quiet, readable in both schemes, and its fonts hold what is printed."""

import re
from io import BytesIO

from fontTools.ttLib import TTFont
from pack_sample import full_tables, sample

from sopkit.report.findings_page import findings_page
from sopkit.report.language import language_of
from sopkit.report.pack.build import printed_pages
from sopkit.report.suite import FONTS, TEMPLATES
from sopkit.report.templates import IN_LATIN, stylesheet
from sopkit.report.tracing import outside_references, untraced_digits


def letters(subset: str) -> set[int]:
    return set(TTFont(BytesIO((FONTS / f"source-sans-3-{subset}-400-normal.woff2").read_bytes())).getBestCmap())


def test_every_letter_printed_is_in_the_fonts_that_travel_with_the_page(full_page: str) -> None:
    known = letters("latin") | letters("latin-ext") | {ord("\n")}
    for page in (full_page, printed_pages(sample("full", "sv"))[1]):
        text = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", "", page, flags=re.S)
        assert {sign for sign in text if ord(sign) not in known} == set()


def test_the_larger_fonts_travel_only_with_letters_that_need_them() -> None:
    assert all(
        ord(sign) in letters("latin") for sign in map(chr, range(32, 0x3000)) if IN_LATIN.fullmatch(sign) and not 127 <= ord(sign) < 160
    )
    assert stylesheet("Fjällglöd").count("@font-face") == 2
    assert stylesheet("Łódź").count("@font-face") == 4


def test_templates_escape_and_refuse_what_is_undefined() -> None:
    sources = {path.name: path.read_text() for path in sorted(TEMPLATES.glob("*.j2"))}
    assert {"base.html.j2", "blocks.html.j2", "pack.html.j2", "findings.html.j2"} <= set(sources)
    for name, source in sources.items():
        assert "|safe" not in source.replace(" ", ""), name
        assert "autoescape false" not in source, name
        assert not re.search(r"{{[^}]*[-+*/]\s*\d|{%\s*set ", source), name  # templates never compute


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_can_be_read_in_both_schemes() -> None:
    style = (TEMPLATES / "style.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", style, flags=re.S):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        pairs = [(front, "bg") for front in ("fg", "mut", "good", "bad", "hue", "ac")] + [("fg", f"h{n}") for n in (1, 2, 3)]
        pairs += [("on-h4", "h4"), ("fg", "soft"), ("mut", "soft")]
        for front, back in pairs:
            high, low = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


def test_findings_as_a_page() -> None:
    page = findings_page(full_tables()["findings"], title="Fjällglöd AB", language="sv")
    assert untraced_digits(page) == []
    assert outside_references(page) == []
    assert page.index("Avvisade") < page.index("Rättade")
    assert language_of("sv").text("what to do") in page


def test_a_page_without_findings() -> None:
    assert "<table" not in findings_page(full_tables()["findings"].iloc[:0], title="x")
