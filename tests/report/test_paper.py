"""What a page is on paper: nothing that paper cannot do, and columns as wide as their texts; drawings in few words."""

import re

import pytest

from sopkit.report.anchors import begun, width
from sopkit.report.paper import column_widths, on_paper
from sopkit.report.svg_lean import lean_svg


def cells(*texts: str, may: bool = False) -> list[tuple[bool, str]]:
    return [(may, text) for text in texts]


def test_columns_of_numbers_are_of_one_width_and_the_whole_is_the_table() -> None:
    body = [[(True, "Grills"), *cells("12.5", "+1.0", "7")], [(True, "Patio heaters"), *cells("3.5", "0", "112.0")]]
    widths = column_widths([[(True, "family"), *cells("now", "then", "gap")]], body, 100)
    assert sum(widths) == pytest.approx(100)
    assert widths[1:] == pytest.approx([widths[1]] * 3)
    assert widths[0] / widths[1] == pytest.approx((13 + 1.6) / (5 + 1.6))  # the longest text of each, and its padding


def test_where_there_is_too_little_texts_give_first() -> None:
    words = "a text that goes on and on and on and on and on and on"
    widths = column_widths([[(True, "what"), (False, "units")]], [[(True, words), (False, "1234567890")]], 40)
    assert widths[1] * 40 / 100 == pytest.approx(10 + 1.6)


def test_paper_has_no_sources_scripts_or_tables_of_the_screen() -> None:
    page = (
        '<p><data value="1.0" data-src="x#.y">1</data> <span class="t" data-src="a">w</span> <time datetime="2026-03">Mar</time> '
        '<code class="id">B</code> <a class="cell" href="notebooks/1.html#x">how</a></p><script>x()</script>'
        '<details class="screen"><summary>s</summary><table class=""><tr><td>1</td></tr></table></details>'
        '<svg role="img" aria-label="A trend" id="t"><path d="M0 0"/></svg>'
    )
    told = on_paper(page)
    assert told.startswith("<p>1 w Mar B </p>") and "script" not in told and "details" not in told
    assert "<title>A trend</title>" in told


def test_a_table_on_paper_says_how_wide_its_columns_are() -> None:
    table = '<table class="dense"><caption>c</caption><thead><tr><th>a</th><th>b</th></tr></thead>'
    table += "<tbody><tr><th>x</th><td>1</td></tr></tbody></table>"
    told = on_paper(table)
    assert re.search(
        r'<table class="dense measured"><caption>c</caption><colgroup>(<col style="width:[\d.]+%">){2}</colgroup><thead>', told
    )
    assert on_paper(table.replace("dense", "months")) == table.replace("dense", "months")


def test_marks_of_one_look_are_one_path() -> None:
    bar = '<path d="M {0} 9 \nL {1} 9 \nL {1} 2 \nL {0} 2 \nz\n" style="fill: #404040"/>\n'
    drawing = bar.format(1, 3) + bar.format(5, 7) + bar.format(9, 11).replace("#404040", "#ffffff")
    assert lean_svg(drawing) == '<path d="M1 9H3V2H1zM5 9H7V2H5z" style="fill:#404040"/>\n<path d="M9 9H11V2H9z" style="fill:#ffffff"/>\n'


def test_a_label_keeps_its_text_its_source_and_its_colour() -> None:
    style = "font-size: 7.5px; font-family: 'DejaVu Sans'; text-anchor: {}; fill: #c00000"
    text = f'<g data-value="1.5" data-src="a#b=1.c">\n<text style="{style}" x="2" y="3" transform="rotate(-0 2 3)">1.5</text>\n</g>'
    assert lean_svg(text.format("middle")) == '<text data-value="1.5" data-src="a#b=1.c" fill="#c00000" x="2" y="3">1.5</text>'
    assert ' text-anchor="start"' in lean_svg(text.format("start"))


def test_a_text_of_a_drawing_is_told_where_it_begins() -> None:
    """A digit is 0.497 of the size wide: four of them at size 10 begin 9.94 before their middle, 19.88 before their end."""
    drawn = (
        '<svg width="9" font-size="10" text-anchor="middle"><text x="50" y="1" fill="#000">1035</text>'
        '<text x="50.5" y="2" text-anchor="end">1035</text><text x="7" y="3" font-size="20" text-anchor="start">Mar &amp; Apr</text></svg>'
    )
    assert begun(f"<p>{drawn}</p>") == (
        '<p><svg width="9" font-size="10"><text x="40.06" y="1" fill="#000">1035</text>'
        '<text x="30.62" y="2">1035</text><text x="7.00" y="3" font-size="20">Mar &amp; Apr</text></svg></p>'
    )
    turned = drawn.replace('y="2"', 'y="2" transform="rotate(90)"')
    assert begun(turned) == turned  # what turns a text is left to the printer
    assert width("a b") == pytest.approx(width("a") + width("b") + width(" ")) and width("\u4e2d") == 0.5


def test_a_table_beside_another_has_half_the_room() -> None:
    """A month, and well over a hundred signs of files: on half a page the files go on a second line, the month keeps what it needs."""
    row = f'<tr><th scope="row">stock</th><td>Dec 2013</td><td class="text">{" + ".join(["some_long_file.csv"] * 7)}</td></tr>'
    head = '<thead><tr><th scope="col">table</th><th scope="col">month</th><th scope="col">from</th></tr></thead>'
    whole = f'<div class="wide"><table class="dense">{head}<tbody>{row}</tbody></table></div>'
    page = f'<p>a</p>{whole}<div class="side"><div>{whole}</div><div><div>b</div></div></div><p>c</p>'
    made = on_paper(page)
    alone, beside = (
        [float(share) for share in re.findall(r"width:([\d.]+)%", group)] for group in re.findall("<colgroup>(.*?)</colgroup>", made)
    )
    assert beside[1] > alone[1] and beside[2] < alone[2]
    assert beside[1] * 0.01 * 0.486 * 205 >= len("Dec 2013")  # signs there are for the month
    assert re.sub(r"<colgroup>.*?</colgroup>| measured", "", made) == page
