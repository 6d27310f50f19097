"""What is watched between the meetings, as a page in the packs' look: runs out, released, comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Code, Day, Number, Words, count
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Column, Page, Row, Table, Text, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd

MOST = 40  # rows of a list
KEYS = {"stock_outs": ("item",), "timeline": ("item", "week"), "releases": ("kind", "item", "period"), "pace": ("family",)}


@dataclass(frozen=True)
class WatchedPlan:
    """What the page says of itself."""

    title: str
    cycle: str  # whose plan
    published: bool
    day: date
    age_days: int | None  # of the extracts


def watch_page(frames: Mapping[str, "pd.DataFrame"], about: WatchedPlan, language: str = "en") -> str:
    """Today against the plan as a self-contained HTML page.

    Args:
        frames: stock_outs, timeline, releases, pace of `sopkit.supply.review.between`.
        about: what is watched.
        language: of the page.

    Returns:
        HTML.
    """
    writer = Writer(language_of(language), "")
    records = {name: _records(name, frames[name]) for name in KEYS}
    approved = [record for record in records["releases"] if record.word("verdict") == "not approved"]
    waiting = [record for record in records["releases"] if record.word("verdict") == "not released"]
    title = writer.say(
        N_("Items that run out within thirteen weeks: {items}; orders released that nobody approved: {orders}."),
        items=count("stock_outs", len(records["stock_outs"])),
        orders=count("releases", len(approved)),
    )
    pages = [
        Page(
            "stock_outs",
            "",
            writer.say(N_("What runs out, by the plan and by what is on order")),
            (_runs_out(writer, records["stock_outs"]),),
        ),
        Page("timeline", "", writer.say(N_("Stock at the end of each week")), (_timeline(writer, records),)),
        Page("releases", "", writer.say(N_("Released and not in the plan")), (_released(writer, approved),)),
        Page("not_released", "", writer.say(N_("In the plan of this month and not released")), (_released(writer, waiting),)),
        Page("pace", "", writer.say(N_("How the month's demand comes in")), (_pace(writer, records["pace"]),)),
    ]
    return on_screen(rendered("watch.html.j2", writer, title=about.title, headline=title, about=_about(writer, about), pages=pages))


def _records(name: str, frame: "pd.DataFrame") -> list[Record]:
    rows = [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]
    return [Record(name, {key: row[key] for key in KEYS[name]}, row) for row in rows]


def _about(writer: Writer, about: WatchedPlan) -> Markup:
    plan = (
        N_("{day}, against the published plan {cycle}.")
        if about.published
        else N_("{day}, against the last good run {cycle}: not published.")
    )
    told = writer.say(plan, day=Day(about.day, "long"), cycle=Code(about.cycle))
    if about.age_days is None:
        return told + " " + writer.say(N_("The extracts hold no dates."))
    age = Number(float(about.age_days), "days", "extracts")
    return told + " " + writer.say(N_("The youngest date in the extracts is {age} old."), age=age)


def _nothing(writer: Writer) -> Text:
    return Text((writer.say(N_("Nothing.")),), style="quiet")


def _runs_out(writer: Writer, records: list[Record]) -> Table | Text:
    if not records:
        return _nothing(writer)
    rows = [
        Row(
            Words(record.word("item"), "stock_outs"),
            (
                record.words("family"),
                record.day("date"),
                record.day("on_order_date"),
                record.number("stock", "units"),
                record.number("missing", "units"),
            ),
        )
        for record in records[:MOST]
    ]
    labels = (N_("family"), N_("runs out"), N_("by what is on order alone"), N_("stock today"), N_("missing at most"))
    columns = tuple(Column(writer.text(label), "text" if place < 3 else "number") for place, label in enumerate(labels))
    return table(
        writer, Table(writer.say(N_("Items that run out, the first first")), writer.text(N_("item")), columns, tuple(rows), dense=True)
    )


def _timeline(writer: Writer, records: Mapping[str, list[Record]]) -> Table | Text:
    """Stock at week ends of what runs out: none is darkest, below the target darker."""
    shown = [record.word("item") for record in records["stock_outs"][:MOST]]
    weeks = sorted({str(record.values["week"]) for record in records["timeline"]})
    if not shown or not weeks:
        return _nothing(writer)
    rows = []
    for item in shown:
        own = {str(record.values["week"]): record for record in records["timeline"] if record.word("item") == item}
        cells = tuple(own[week].number("stock", "units") for week in weeks)
        rows.append(Row(Words(item, "timeline"), cells, shades=tuple(_shade(own[week]) for week in weeks)))
    columns = tuple(Column(Day(date.fromisoformat(week[:10]), "short")) for week in weeks)
    caption = writer.say(N_("Units at the end of the week that begins on the day; dark: below nothing, light: below the safety stock"))
    return table(writer, Table(caption, writer.text(N_("item")), columns, tuple(rows), dense=True))


def _shade(record: Record) -> str:
    stock, target = record.number("stock", "units").value or 0.0, record.number("target", "units").value or 0.0
    return "h4" if stock < 0 else "h2" if stock < target else "h0"


def _released(writer: Writer, records: list[Record]) -> Table | Text:
    if not records:
        return _nothing(writer)
    kinds = {"production": N_("production"), "purchase": N_("purchase")}
    rows = [
        Row(
            Words(record.word("item"), "releases"),
            (
                writer.text(kinds[record.word("kind")]),
                record.month(),
                record.number("released", "units"),
                record.number("approved", "units"),
                record.number("excess", "units").change(),
            ),
        )
        for record in records[:MOST]
    ]
    labels = (N_("kind"), N_("month"), N_("released"), N_("in the plan"), N_("difference"))
    columns = tuple(Column(writer.text(label), "text" if place < 2 else "number") for place, label in enumerate(labels))
    caption = writer.say(N_("Orders for production and purchase against the plan: {count} places"), count=count("releases", len(records)))
    return table(writer, Table(caption, writer.text(N_("item")), columns, tuple(rows), dense=True))


def _pace(writer: Writer, records: list[Record]) -> Table | Text:
    if not records:
        return _nothing(writer)
    rows = [
        Row(record.words("family"), tuple(record.number(name, "units") for name in ("planned", "expected", "sold", "booked")))
        for record in records
    ]
    labels = (N_("planned for the month"), N_("of it due by now"), N_("sold"), N_("open orders"))
    columns = tuple(Column(writer.text(label)) for label in labels)
    return table(writer, Table(writer.say(N_("Units by family")), writer.text(N_("family")), columns, tuple(rows), dense=True))
