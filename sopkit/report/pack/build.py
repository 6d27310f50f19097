"""Pages, then HTML, then PDF."""

from typing import TYPE_CHECKING

from sopkit.report.cells import Cell, Day, Month, Words
from sopkit.report.pack.approval import approval_line
from sopkit.report.pack.change import bridge_pages, record_page
from sopkit.report.pack.decisions import decisions_page
from sopkit.report.pack.demand import demand_pages
from sopkit.report.pack.families import family_pages
from sopkit.report.pack.health import appendix_page, health_page
from sopkit.report.pack.inputs import Desk, Pack, PackInputs, desk_of
from sopkit.report.pack.inventory import inventory_page
from sopkit.report.pack.money import money_page
from sopkit.report.pack.registers import outlook_pages
from sopkit.report.pack.supply import supply_pages
from sopkit.report.pack.trust import trust_line
from sopkit.report.pdf import written_pdf
from sopkit.report.svg import on_screen
from sopkit.report.tables import Page
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd


def executive_pack(inputs: PackInputs) -> Pack:
    """The decision pack of a run: HTML for the screen, HTML for print, PDF, and the table of its pages.

    Needs what every run has (items, consensus_demand, supply_plan, demand_fulfilment, gaps, plan_statement, scenarios, coverage,
    kpi_history); whatever else is empty is named in the pack as not provided.
    """
    pages, print_html = printed_pages(inputs)
    headline = str(pages[0].title.striptags())
    return Pack(on_screen(print_html), print_html, written_pdf(print_html), index_of(pages), headline)


def printed_pages(inputs: PackInputs) -> tuple[list[Page], str]:
    """The pages of a pack, and the HTML that is printed: what a screen shows but for its colours."""
    desk = desk_of(inputs)
    pages = pages_of(desk)
    return pages, rendered("executive.html.j2", desk.writer, about=inputs.about, cover=_cover(desk), pages=pages)


def _cover(desk: Desk) -> dict[str, Cell]:
    """What the cover strip says that is a month, a day or a role."""
    about = desk.about
    roles = {"prepared_by": about.prepared_by, "accountable": about.accountable}
    words = {name: Words(told.replace("_", " "), f"params#{name}") for name, told in roles.items()}
    lines = {"trust": trust_line(desk), "approval": approval_line(desk)}
    return {"cycle": Month(about.cycle, "long"), "data_as_of": Day(about.data_as_of), **lines, **words}


def pages_of(desk: Desk) -> list[Page]:
    """The pages in printed order."""
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


def index_of(pages: list[Page]) -> "pd.DataFrame":
    """The pages as a table: position, section, title (PackIndex)."""
    import pandas as pd

    rows = [{"position": place, "section": page.section, "title": str(page.title.striptags())} for place, page in enumerate(pages, start=1)]
    return pd.DataFrame(rows).astype({"position": "int64", "section": "str", "title": "str"})
