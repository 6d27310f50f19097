"""A company's colour and logo: read, refused with what to do, and on the page in light and dark."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from sopkit.errors import ParamsError
from sopkit.report.look import LARGEST, NIGHT, READABLE, LookPolicy, contrast, logo_image
from sopkit.report.pack.build import printed_pages
from sopkit.report.pack.inputs import PackInputs
from sopkit.report.tracing import outside_references
from tests.report.pack_sample import about, facts, full_tables

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#0a5"/></svg>'


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)  # the well-known grey that just fails


@pytest.mark.parametrize("colour", ["#0b4f6c", "#7a0019", "#000080", "#000000"])
def test_a_colour_can_be_read_by_day_and_at_night(colour: str) -> None:
    assert contrast(LookPolicy(accent=colour).accent_at_night, NIGHT) >= READABLE


def test_a_pale_colour_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"contrast at least 4\.5, this has 1\.\d; take a darker one"):
        LookPolicy(accent="#ffe000")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.svg", None, "gone.svg: no such file"),
        ("logo.gif", b"GIF89a", "the name of an .svg or .png file"),
        ("../logo.svg", SVG, "the name of an .svg or .png file"),
        ("logo.svg", b"<svg><script>1</script></svg>", "runs nothing"),
        ("logo.svg", b'<svg><image href="https://x.org/a.png"/></svg>', "asks for nothing"),
        ("logo.svg", b'<svg onload="x()"></svg>', "runs nothing"),
        ("logo.png", SVG, "logo.png is no png"),
        ("logo.svg", b"<svg>" + b" " * LARGEST + b"</svg>", "at most 60 kB"),
    ],
)
def test_a_logo_that_cannot_be_used_says_why(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / Path(name).name).write_bytes(content)
    with pytest.raises(ParamsError) as error:
        logo_image(tmp_path, name, "params/x.yaml, line 3, look.logo")
    assert told in str(error.value) and "params/x.yaml, line 3" in str(error.value)


def test_colour_and_logo_stand_on_the_page_without_a_request(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(SVG)
    look = LookPolicy(accent="#7a0019").model_copy(update={"image": logo_image(tmp_path, "logo.svg", "x")})
    tables = full_tables()
    inputs = PackInputs(tables, facts(tables), replace(about(), look=look))
    html = printed_pages(inputs)[1]
    assert "--hue: #7a0019" in html and 'src="data:image/svg+xml;base64,' in html and outside_references(html) == []
    assert "--hue: #7a0019" not in printed_pages(replace(inputs, about=about()))[1]
