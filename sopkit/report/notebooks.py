"""Which cell of which notebook made each section of a pack: the links from the pack to the analysts' edition, and back."""

import re
from collections.abc import Iterable

from sopkit.report.narrative import N_
from sopkit.steps import BY_NAME

MADE_BY = {  # section of a pack: step, and the heading that its cells stand under
    "decisions": ("pre_sop", "What must be decided?"),
    "record": ("pre_sop", "What stands unless someone objects?"),
    "meeting": ("pre_sop", "Where do demand and supply part?"),
    "bridge": ("pre_sop", "What changed since the last plan?"),
    "money": ("pre_sop", "What is the plan in money?"),
    "family": ("pre_sop", "How does each family look on one page?"),
    "outlook": ("pre_sop", "What if?"),
    "demand": ("demand_planning", "What is the demand plan?"),
    "change": ("demand_planning", "What changed since last month, and why?"),
    "accuracy": ("data_collection", "Which forecast was worth the effort?"),
    "health": ("data_collection", "How far can it be trusted, and who delivered what?"),
    "appendix": ("data_collection", "How do the eight KPIs stand?"),
    "supply": ("supply_planning", "How full are the lines?"),
    "limits": ("supply_planning", "Who does not get what they asked for, and why?"),
    "remedies": ("supply_planning", "Which lever is worth pulling, and by when?"),
    "inventory": ("supply_planning", "How long does the stock last?"),
}
CODE = N_("code")  # what a folded cell is called
IN_PACKS = N_("In the packs:")
FOLDER = "notebooks"  # of the analysts' edition, beside the packs


def anchor_of(heading: str) -> str:
    """The anchor of a heading: its words in small letters."""
    return "-".join(re.findall(r"[a-z0-9]+", heading.lower()))


def heading_in(markdown: str) -> str:
    """The first heading of a markdown cell; empty where it has none."""
    found = re.search(r"^#+ +(.+?) *$", markdown, flags=re.M)
    return found[1] if found else ""


def kind_of(section: str) -> str:
    """What a section is called in `MADE_BY`: sheets of families are one kind."""
    return "family" if section.startswith("family-") else section


def cells_of(sections: Iterable[str]) -> dict[str, str]:
    """For each section that a cell made, the address of that cell as seen from the pack's folder."""
    made = {section: MADE_BY[kind_of(section)] for section in sections if kind_of(section) in MADE_BY}
    return {section: f"{FOLDER}/{page_of(step)}#{anchor_of(heading)}" for section, (step, heading) in made.items()}


def page_of(step: str) -> str:
    """The page of a step's notebook."""
    return f"{BY_NAME[step].notebook.rsplit('/', 1)[-1].removesuffix('.ipynb')}.html"


def sections_made_under(step: str, heading: str) -> list[str]:
    """The kinds of section that the cells under a heading made."""
    return [section for section, made in MADE_BY.items() if made == (step, heading)]
