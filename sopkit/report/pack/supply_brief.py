"""The supply brief: load and limits; levers with their last date, what is committed where it is not all, people, suppliers."""

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Words
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.supply import bottleneck_table, gap_table, heat_map, load_title, shortage_table, supplier_table
from sopkit.report.pack.words import few, missing, name_of, role
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, side_by_side, table

MOST, MOST_COMPONENTS = 5, 2  # rows of a list: the brief has two pages, however large the company
VERDICTS = {
    "pull": N_("pull"),
    "in part": N_("helps in part"),
    "too late": N_("too late"),
    "no use": N_("no use"),
    "not available": N_("not available"),
}


def supply_brief_pages(desk: Desk) -> list[Page]:
    """Two pages for the supply review: where load meets capacity and what is not met; then what would help and what stands in the way."""
    text = desk.writer.text
    load = (*heat_map(desk, MOST), *bottleneck_table(desk, MOST), *gap_table(desk, MOST))
    first = Page("supply", text(N_("Supply")), load_title(desk), (*load, *missing(desk, "resources", "resource_calendar")), style="tight")
    blocks: tuple[Block, ...] = (
        *_lever_table(desk),
        *shortage_table(desk, MOST),
        *side_by_side((*_commitment_table(desk), *_hiring_table(desk))),
        *supplier_table(desk, MOST_COMPONENTS),
        *_loss_table(desk),
    )
    rest = Text((desk.writer.say(N_("Each list has what weighs most; the whole of it stands in notebook three.")),), style="quiet")
    absent = missing(desk, "levers", "workforce", "suppliers", "supplier_items")
    return [first, Page("remedies", text(N_("Supply")), _title(desk), (*blocks, rest, *absent), style="tight")] if blocks else [first]


def _levers(desk: Desk) -> list[Record]:
    return sorted(desk.book.records("lever_effects"), key=lambda record: record.number("rank", "").value or 0.0)


def _title(desk: Desk) -> Markup:
    useful = [record for record in _levers(desk) if record.word("verdict") in ("pull", "in part")]
    if not useful:
        return desk.writer.say(N_("What would help, what is committed, and what a lost supplier would cost."))
    best = useful[0]
    gain = best.number("contribution_change", "money").change()
    told = N_("The lever that brings most, {lever}, brings {gain} of contribution if it is pulled by {day}.")
    return desk.writer.say(told, lever=_statement(desk, best), gain=gain, day=best.day("last_date", "long"))


def _statement(desk: Desk, record: Record) -> Cell:
    """What a lever is, in the company's own words."""
    own = desk.book.record("levers", lever=record.word("lever"))
    return own.words("statement") if own else Words(record.word("lever"), "lever_effects")


def _lever_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in _levers(desk)[:MOST]:
        good = {"pull": True, "too late": False}.get(record.word("verdict"))
        cells: tuple[Cell, ...] = (
            text(VERDICTS[record.word("verdict")]),
            record.day("last_date"),
            record.number("units_saved", "units"),
            record.number("contribution_change", "money").change().judged(good),
            record.number("lever_cost", "money"),
            record.number("contribution_in_time", "money").change(),
        )
        rows.append(Row(_statement(desk, record), cells))
    labels = (
        N_("verdict"),
        N_("last date"),
        N_("units shipped more"),
        N_("contribution after its cost"),
        N_("its cost"),
        N_("had it been pulled in time"),
    )
    columns = tuple(Column(text(label), "text" if place < 2 else "number") for place, label in enumerate(labels))
    caption = desk.writer.say(N_("Levers, each alone, by a solve with it from the day it can work; over the planned months"))
    return (table(desk.writer, Table(caption, text(N_("lever")), columns, tuple(rows), dense=True)),) if rows else ()


def _commitment_table(desk: Desk) -> tuple[Table, ...]:
    columns = ["consensus", "committed", "late", "lost"]
    found = desk.book.grouped("commitments", ["family", "region"], columns, periods=desk.next_year)
    short = [record for record in found if max(record.number(name, "units").value or 0.0 for name in ("late", "lost")) >= 0.5]
    short = sorted(short, key=lambda record: -(record.number("lost", "units").value or 0.0))[:MOST]
    say, text = desk.writer.say, desk.writer.text
    rows = [
        Row(
            say(N_("{family}, {region}"), family=record.words("family"), region=record.words("region")),
            tuple(record.number(name, "units") for name in columns),
        )
        for record in short
    ]
    labels = (N_("demand"), N_("committed"), N_("late"), N_("lost"))
    caption = say(N_("Where not all demand is committed, next twelve months, the most lost first"))
    printed = tuple(Column(text(label)) for label in labels)
    return (table(desk.writer, Table(caption, text(N_("family")), printed, tuple(rows), dense=True)),) if rows else ()


def _hiring_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    rows = [
        Row(
            role(desk, record, "skill_group"),
            (
                record.day("start_date"),
                record.month("needed_from"),
                record.month("needed_until"),
                record.number("number", "people"),
                record.number("hire_cost", "money"),
            ),
        )
        for record in desk.book.records("hiring_requests")[:MOST]
    ]
    labels = (N_("day of entry"), N_("needed from"), N_("to"), N_("people"), N_("cost of hiring"))
    columns = tuple(Column(text(label), "text" if place < 3 else "number") for place, label in enumerate(labels))
    caption = desk.writer.say(N_("Whom to hire, so early that they work at full pace when they are needed"))
    return (table(desk.writer, Table(caption, text(N_("skill group")), columns, tuple(rows), dense=True)),) if rows else ()


def _loss_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    found = sorted(desk.book.records("supplier_risk"), key=lambda record: record.number("rank", "").value or 0.0)[:MOST]
    rows = [
        Row(
            desk.writer.say(
                N_("{supplier}, {component}"), supplier=name_of(desk, record, "supplier"), component=role(desk, record, "component")
            ),
            (
                text(N_("the only source")) if record.values["single_source"] else text(N_("one of several")),
                few(desk, record, "families"),
                record.number("months_lost", "months"),
                record.number("units_lost", "units"),
                record.number("contribution_change", "money").change(),
            ),
        )
        for record in found
    ]
    labels = (N_("source"), N_("families"), N_("months without it"), N_("units lost"), N_("contribution"))
    columns = tuple(Column(text(label), "text" if place < 2 else "number") for place, label in enumerate(labels))
    caption = desk.writer.say(N_("What the loss of a supplier would cost, by a solve without it"))
    return (table(desk.writer, Table(caption, text(N_("supplier")), columns, tuple(rows), dense=True)),) if rows else ()
