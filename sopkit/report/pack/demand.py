"""Demand: the consensus by family and region, and how certain it is."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, difference, listed, ratio, total
from sopkit.report.narrative import N_
from sopkit.report.pack.accuracy import accuracy_page
from sopkit.report.pack.drawings import demand_drawing
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.largest import largest_families, sum_of
from sopkit.report.pack.words import family_cell, word
from sopkit.report.tables import Column, Figure, Page, Row, Side, Table, table

PARTS = ("baseline", "lifecycle", "override", "quantity")
MOST_FAMILIES, MOST_DEALS, MOST_REGIONS, MOST_CHANNELS = 7, 4, 8, 4


def demand_pages(desk: Desk) -> list[Page]:
    """Volume and money of the demand plan; then accuracy and what people expect."""
    return [demand_page(desk), accuracy_page(desk)]


def demand_page(desk: Desk) -> Page:
    """The consensus in money by month, by family, region and channel, with its range and the largest deals."""
    drawing, caption = (
        demand_drawing(desk),
        desk.writer.say(N_("Net sales by month: actual, demand plan with its range, and a year before")),
    )
    overview = (Figure(drawing, caption),) if drawing else ()
    beside = Side((_family_table(desk), *_pipeline_table(desk)), (_region_table(desk), *_range_table(desk)))
    return Page("demand", desk.writer.text(N_("Demand")), _plan_title(desk), (*overview, beside))


def _plan_title(desk: Desk) -> Markup:
    whole = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    by_family = desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year)
    largest = max(by_family, key=lambda record: record.number("revenue", "money").value or 0.0)
    part = ratio(largest.number("revenue", "money"), whole, "share")
    told = N_("Demand of the next twelve months is worth {revenue}; {family} is {share} of it.")
    return desk.writer.say(told, revenue=whole, family=largest.words("family"), share=part)


def _family_table(desk: Desk) -> Table:
    text, rows = desk.writer.text, []
    found = desk.book.grouped("consensus_demand", ["family"], [*PARTS, "revenue"], periods=desk.next_year)
    told = largest_families(desk, [record.word("family") for record in found], MOST_FAMILIES)
    for record in [record for record in found if record.word("family") in told]:
        cells = [
            record.number("baseline", "units"),
            *(record.number(part, "units").change() for part in PARTS[1:3]),
            record.number("quantity", "units"),
        ]
        rows.append(Row(family_cell(desk, record), (*cells, record.number("revenue", "money"))))
    if rest := [record for record in found if record.word("family") not in told]:
        units = [sum_of(rest, part, "units") for part in PARTS]
        cells = [units[0], *(number.change() for number in units[1:3]), units[3]]
        rows.append(Row(text(N_("others")), (*cells, sum_of(rest, "revenue", "money")), "quiet"))
    money = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    rows.append(Row(text(N_("Total")), ("", "", "", "", money), "sum"))
    labels = (N_("statistical"), N_("launches"), N_("overrides"), N_("consensus"), N_("net sales"))
    caption = desk.writer.say(
        N_("Demand plan by family, units and net sales, {first} to {last}; not limited by supply"),
        first=Month(desk.planned[0]),
        last=Month(desk.planned[-1]),
    )
    return table(desk.writer, Table(caption, text(N_("family")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True))


def _region_table(desk: Desk) -> Table:
    """Net sales by region and channel, the largest first; what is not shown stands under others, so that rows and columns add up."""
    text = desk.writer.text
    regions, channels = _by_revenue(desk, "region"), _by_revenue(desk, "channel")
    shown = regions if len(regions) <= MOST_REGIONS else regions[: MOST_REGIONS - 1]
    kept = channels if len(channels) <= MOST_CHANNELS else channels[: MOST_CHANNELS - 1]
    cells = {
        (record.word("region"), record.word("channel")): record.number("revenue", "money")
        for record in desk.book.grouped("consensus_demand", ["region", "channel"], ["revenue"], periods=desk.next_year)
    }
    lines: list[tuple[Cell, list[Number | None], Number]] = [
        (record.words("region"), _row_of(record, kept, cells), record.number("revenue", "money")) for record in shown
    ]
    sums = [channel.number("revenue", "money") for channel in kept]
    whole = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    if len(shown) < len(regions):
        rest: list[Number | None] = [_rest(top, [parts[place] for _, parts, _ in lines]) for place, top in enumerate(sums)]
        lines.append((text(N_("others")), rest, _rest(whole, [all_of for _, _, all_of in lines])))
    more = len(kept) < len(channels)
    rows = [Row(label, _with_others(parts, all_of, more=more)) for label, parts, all_of in lines]
    rows.append(Row(text(N_("Total")), _with_others(sums, whole, more=more), "sum"))
    heads = [*(desk.writer.markup(channel.words("channel")) for channel in kept), *([text(N_("others"))] if more else []), text(N_("all"))]
    caption = desk.writer.say(N_("Net sales by region and channel, the same months"))
    return table(desk.writer, Table(caption, text(N_("region")), tuple(Column(head) for head in heads), tuple(rows), dense=True))


def _row_of(region: Record, channels: Sequence[Record], cells: Mapping[tuple[str, str], Number]) -> list[Number | None]:
    return [cells.get((region.word("region"), channel.word("channel"))) for channel in channels]


def _by_revenue(desk: Desk, key: str) -> list[Record]:
    """Regions or channels of the next twelve months, the one with most net sales first."""
    records = desk.book.grouped("consensus_demand", [key], ["revenue"], periods=desk.next_year)
    return sorted(records, key=lambda record: -(record.number("revenue", "money").value or 0.0))


def _with_others(parts: Sequence[Number | None], whole: Number, *, more: bool) -> tuple[Cell, ...]:
    """The parts, what the whole holds beside them where there is more, and the whole."""
    return (*("" if part is None else part for part in parts), *([_rest(whole, parts)] if more else []), whole)


def _rest(whole: Number, parts: Sequence[Number | None]) -> Number:
    return difference(whole, total([part for part in parts if part is not None], "money"))


def _range_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    records = [
        record
        for record in desk.book.records("demand_range", lambda row: row["family"] == "*")
        if record.word("period") in desk.planned[:6]
    ]
    rows = [Row(record.month(), tuple(record.number(column, "money") for column in ("p10", "p50", "p90"))) for record in records]
    labels = (N_("low"), N_("middle"), N_("high"))
    caption = desk.writer.say(N_("How certain: demand is below low once in ten, above high once in ten"))
    return (
        (table(desk.writer, Table(caption, text(N_("month")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True)),)
        if rows
        else ()
    )


def _pipeline_table(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, desk.book.records("opportunities", lambda row: row["stage"] not in ("lost", "won"))
    largest = sorted(records, key=lambda record: -(record.number("quantity", "units").value or 0.0))[:MOST_DEALS]
    rows = [
        Row(
            desk.writer.markup(record.code("opportunity")),
            (word(desk, record, "stage"), record.month(), record.number("quantity", "units"), record.number("probability_share", "share")),
        )
        for record in largest
    ]
    columns = (
        Column(text(N_("stage")), "text"),
        Column(text(N_("month")), "text"),
        Column(text(N_("units"))),
        Column(text(N_("stated probability"))),
    )
    caption = desk.writer.say(
        N_("The largest of {count} open opportunities"),
        count=listed([f"{record.word('opportunity')} {record.word('item')}" for record in records]),
    )
    return (table(desk.writer, Table(caption, text(N_("opportunity")), columns, tuple(rows), dense=True)),) if rows else ()
