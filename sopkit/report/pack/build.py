"""Pages, then HTML, then PDF: one template set and one book of tables, a kind of pack for each meeting."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sopkit.aside import Aside, begun
from sopkit.report.cells import Cell, Day, Month, Words
from sopkit.report.narrative import N_
from sopkit.report.notebooks import cells_of
from sopkit.report.pack.approval import approval_line
from sopkit.report.pack.briefs import change_page, meeting_page
from sopkit.report.pack.change import bridge_pages, record_page
from sopkit.report.pack.decisions import decisions_page
from sopkit.report.pack.demand import demand_page, demand_pages
from sopkit.report.pack.families import family_pages
from sopkit.report.pack.health import appendix_page, health_page
from sopkit.report.pack.inputs import Desk, Pack, PackInputs, desk_of
from sopkit.report.pack.inventory import inventory_page
from sopkit.report.pack.money import money_page
from sopkit.report.pack.registers import outlook_pages
from sopkit.report.pack.sources import WORDS_HERE, numbered
from sopkit.report.pack.supply import supply_pages
from sopkit.report.pack.supply_brief import supply_brief_pages
from sopkit.report.pack.tolerance import every_family, families_to_show
from sopkit.report.pack.trust import trust_line
from sopkit.report.pack.words import role_words
from sopkit.report.pdf import written_pdf
from sopkit.report.svg import on_screen
from sopkit.report.tables import Page
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Kind:
    """What a meeting gets: its title, and its pages in printed order."""

    title: str
    after: str  # the step whose tables it needs, and those before
    pages: Callable[[Desk], list[Page]]
    sheets: Callable[[Desk], Iterable[str]] = lambda _: ()  # the families that have a sheet in it


def executive_pages(desk: Desk) -> list[Page]:
    """Decisions first; sheets only of the families outside tolerance; then what stands outside the numbers, and how far to trust them."""
    return [
        decisions_page(desk),
        record_page(desk),
        *bridge_pages(desk),
        money_page(desk),
        *demand_pages(desk),
        *supply_pages(desk),
        inventory_page(desk),
        *family_pages(desk),
        *outlook_pages(desk),
        health_page(desk),
        appendix_page(desk),
    ]


def pre_sop_pages(desk: Desk) -> list[Page]:
    """Function by function: where plans part, what is proposed, and the sheet of every family with its identities."""
    return [
        meeting_page(desk),
        decisions_page(desk),
        record_page(desk),
        *bridge_pages(desk),
        money_page(desk),
        *demand_pages(desk),
        *supply_pages(desk),
        inventory_page(desk),
        *family_pages(desk),
        *outlook_pages(desk),
    ]


KINDS = {
    "demand_brief": Kind(N_("Demand brief"), "demand_planning", lambda desk: [demand_page(desk), change_page(desk)]),
    "supply_brief": Kind(N_("Supply brief"), "supply_planning", supply_brief_pages),
    "pre_sop": Kind(N_("Pre-S&OP pack"), "pre_sop", pre_sop_pages, every_family),
    "executive": Kind(N_("S&OP decision pack"), "pre_sop", executive_pages, families_to_show),
}


def written_pack(kind: str, inputs: PackInputs) -> Pack:
    """One pack of a run: `written_packs`."""
    return written_packs((kind,), inputs)[kind]


def written_packs(kinds: Sequence[str], inputs: PackInputs) -> dict[str, Pack]:
    """Packs of a run, each HTML for the screen, HTML for print, PDF, and the table of its pages.

    Needs what every run has by the step that writes them; whatever else is empty is named in a pack as not provided. Where there is a
    second process, it prints the packs but for the last one of several.

    Args:
        kinds: demand_brief, supply_brief, pre_sop or executive.
        inputs: tables, facts and charts of the steps so far.
    """
    printing = {kind: _printing(kind, inputs, aside=len(kinds) == 1 or kind != kinds[-1]) for kind in kinds}
    return {kind: replace(pack, pdf=pdf.result()) for kind, (pack, pdf) in printing.items()}


def _printing(kind: str, inputs: PackInputs, *, aside: bool) -> tuple[Pack, Aside[bytes]]:
    """A pack without its PDF, and the PDF as it is being printed."""
    pages, print_html = printed_pages(inputs, kind)
    pdf = begun(written_pdf, print_html) if aside else Aside(lambda: written_pdf(print_html), None)
    headline = str(pages[0].title.striptags())
    return Pack(kind, shown_page(inputs, print_html), print_html, b"", index_of(pages), headline), pdf


def printed_pages(inputs: PackInputs, kind: str = "executive") -> tuple[list[Page], str]:
    """The pages of a pack, and the HTML that is printed: what a screen shows but for its colours."""
    desk = desk_of(inputs)
    desk = replace(desk, sheets=frozenset(KINDS[kind].sheets(desk)))
    pages = KINDS[kind].pages(desk)
    title = desk.writer.text(KINDS[kind].title)
    cells = cells_of(page.section for page in pages) if inputs.about.beside_notebooks else {}
    html = rendered(
        "pack.html.j2", desk.writer, about=inputs.about, cover=_cover(desk), kind=title, pages=pages, words=WORDS_HERE, cells=cells
    )
    return pages, html


def shown_page(inputs: PackInputs, print_html: str) -> str:
    """The page for the screen: drawings in the page's colours, sources in one list, what the script says of them."""
    return numbered(desk_of(inputs), on_screen(print_html))


def _cover(desk: Desk) -> dict[str, Cell]:
    """What the cover strip says that is a month, a day or a role."""
    about = desk.about
    roles = {"prepared_by": about.prepared_by, "accountable": about.accountable}
    words = {name: Words(role_words(desk.writer, told), f"params#{name}") for name, told in roles.items()}
    return {
        "cycle": Month(about.cycle, "long"),
        "data_as_of": Day(about.data_as_of),
        "trust": trust_line(desk),
        "approval": approval_line(desk),
        **words,
    }


def index_of(pages: list[Page]) -> "pd.DataFrame":
    """The pages as a table: position, section, title (PackIndex)."""
    import pandas as pd

    rows = [{"position": place, "section": page.section, "title": str(page.title.striptags())} for place, page in enumerate(pages, start=1)]
    return pd.DataFrame(rows).astype({"position": "int64", "section": "str", "title": "str"})
