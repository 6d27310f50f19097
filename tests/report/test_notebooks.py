"""The links between a pack's sections and the cells that made them."""

import json
import re
from pathlib import Path

import pytest

from sopkit.report.notebooks import MADE_BY, anchor_of, cells_of, heading_in, sections_made_under
from sopkit.report.tracing import outside_references
from sopkit.run.appendix import sections_of
from sopkit.steps import BY_NAME

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("section", MADE_BY)
def test_the_cell_that_made_a_section_is_in_its_notebook(section: str) -> None:
    step, heading = MADE_BY[section]
    cells = json.loads((ROOT / "notebooks" / Path(BY_NAME[step].notebook).name).read_text())["cells"]
    assert heading in [heading_in("".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown"]
    assert section in sections_made_under(step, heading)


def test_a_section_links_to_its_cell_and_a_cell_to_its_sections() -> None:
    assert cells_of(["money", "family-gas-grills", "unknown"]) == {
        "money": "notebooks/4_pre_sop.html#what-is-the-plan-in-money",
        "family-gas-grills": "notebooks/4_pre_sop.html#how-does-each-family-look-on-one-page",
    }
    pack = '<section id="{}" class="page ">\n<p class="chapter">{} <span class="mark">DRAFT</span></p></section>'
    html = pack.format("money", "Money") + pack.format("family-a", "A, made to stock") + pack.format("family-b", "B")
    found = sections_of({"executive": html}, "sv")
    assert found["money"][0][0] == "../executive.html#money" and found["money"][0][1].endswith(": Money")
    assert [address for address, _ in found["family"]] == ["../executive.html#family-a"]


def test_the_runs_own_notebooks_are_not_outside() -> None:
    assert outside_references('<a href="notebooks/4_pre_sop.html#what-if">x</a>') == []
    for address in ("notebooks/../x.html", "https://x.org/notebooks/4_pre_sop.html", "notebooks/4_pre_sop.html?x=1"):
        assert outside_references(f'<a href="{address}">x</a>') == [address], address


def test_an_anchor_is_the_words_of_its_heading() -> None:
    assert anchor_of("What is the plan, in money?") == "what-is-the-plan-in-money"
    assert re.fullmatch(r"[a-z0-9-]+", anchor_of("Who does not get what they asked for, and why?"))
