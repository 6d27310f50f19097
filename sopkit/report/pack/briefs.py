"""Pages of the meetings before the executive's: what changed in demand and what to settle, and where functions part."""

from collections import Counter

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, count, difference, listed, ratio, total
from sopkit.report.narrative import N_
from sopkit.report.pack.accuracy import override_table
from sopkit.report.pack.evidence import chase_table
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.tolerance import Tolerance, tolerances
from sopkit.report.pack.words import KINDS, STATUS_OF_DELIVERY, family_cell, missing, name_of, role, unavailable, unknown, word
from sopkit.report.tables import Block, Column, Page, Row, Table, side_by_side, table

MOST_FAMILIES, MOST_LAUNCHES, MOST_CONFLICTS, MOST_CELLS = 10, 6, 5, 8
CONFLICTS = {
    "opposite": N_("one raises what the other lowers"),
    "set_and_changed": N_("one sets what the other changes"),
    "same_reason": N_("the same kind of reason twice"),
    "two_owners": N_("two owners on the same scope"),
}
EVENTS = {"launch": N_("launch"), "phase_out": N_("phase-out")}
OUTCOMES = {"planned": N_("planned"), "own_history": N_("from its own history"), "not_planned": N_("not planned")}


def change_page(desk: Desk) -> Page:
    """What changed against the last plan, by family and by whom, and what the review has to settle."""
    known = tolerances(desk)
    small = (*_launch_table(desk), *_conflict_table(desk))
    blocks: tuple[Block, ...] = (
        *_change_table(desk, known),
        *override_table(desk),
        *side_by_side(small),
        *chase_table(desk),
        *missing(desk, "overrides", "sales_forecast", "lifecycle"),
    )
    return Page("change", desk.writer.text(N_("Demand")), _change_title(desk, known), blocks, style="tight")


def _change_title(desk: Desk, known: list[Tolerance]) -> Markup:
    say, outside = desk.writer.say, [one for one in known if one.outside]
    compared = [one for one in known if one.last.known]
    if not compared:
        return say(N_("There is no plan of the cycle before: this demand plan is compared with nothing."))
    last, now = total([one.last for one in compared], "units"), total([one.now for one in compared], "units")
    told = N_("Against the last plan, demand of the same months is {change}; no family moved beyond its own error.")
    if outside:
        told = N_("Against the last plan, demand of the same months is {change}; families that moved beyond their own error: {count}.")
    return say(told, change=ratio(difference(now, last), last, "share").change(), count=listed([one.family for one in outside]))


def _change_table(desk: Desk, known: list[Tolerance]) -> tuple[Table, ...]:
    text = desk.writer.text
    rows = [
        Row(
            family_cell(desk, one.record),
            (
                one.last,
                one.now,
                difference(one.now, one.last).change(),
                one.change.change().judged(False if one.outside else None),
                one.error,
            ),
        )
        for one in sorted(known, key=lambda one: not one.outside)
        if one.last.known
    ][:MOST_FAMILIES]
    labels = (N_("last plan"), N_("this plan"), N_("change"), N_("change, share"), N_("usual error (WAPE)"))
    compared = [one.family for one in known if one.last.known]
    told = N_("Demand of the months that both plans cover, units; red where it moved beyond the family's usual error")
    if len(compared) > MOST_FAMILIES:
        told = N_(
            "Of {count} families those that moved beyond their usual error (red), then the largest; months that both plans cover, units"
        )
    caption = desk.writer.say(told, count=listed(compared))
    return (
        (table(desk.writer, Table(caption, text(N_("family")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True)),)
        if rows
        else ()
    )


def _launch_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    records = desk.book.records("lifecycle_log")
    order = sorted(records, key=lambda record: -abs(record.number("quantity_change", "units").value or 0.0))
    rows = [
        Row(
            name_of(desk, record, "item"),
            (
                word(desk, record, "event", EVENTS),
                record.month(),
                record.number("quantity_change", "units").change(),
                word(desk, record, "outcome", OUTCOMES),
            ),
        )
        for record in order[:MOST_LAUNCHES]
    ]
    labels = (N_("what"), N_("month"), N_("units"), N_("outcome"))
    columns = tuple(Column(text(label), "number" if label == "units" else "text") for label in labels)
    caption = desk.writer.say(N_("The largest of {count} launches and phase-outs"), count=count("lifecycle_log", len(records)))
    return (table(desk.writer, Table(caption, text(N_("item")), columns, tuple(rows), dense=True)),) if rows else ()


def _conflict_table(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, desk.book.records("override_conflicts")
    rows = [
        Row(
            desk.writer.markup(record.code("override")),
            (
                desk.writer.markup(record.code("other")),
                word(desk, record, "conflict", CONFLICTS),
                record.number("quantity_change", "units").change(),
                record.number("other_quantity_change", "units").change(),
            ),
        )
        for record in records[:MOST_CONFLICTS]
    ]
    labels = (N_("other"), N_("conflict"), N_("adds"), N_("the other adds"))
    columns = tuple(Column(text(label), "text" if label in ("other", "conflict") else "number") for label in labels)
    caption = desk.writer.say(N_("Overrides that meet in the same cells: {count}"), count=count("override_conflicts", len(records)))
    return (table(desk.writer, Table(caption, text(N_("override")), columns, tuple(rows), dense=True)),) if rows else ()


def meeting_page(desk: Desk) -> Page:
    """Page one of the pre-S&OP: where demand and supply part, where functions disagree, and who has delivered."""
    blocks: tuple[Block, ...] = (
        *_parting_table(desk),
        *side_by_side((*_disagreement_table(desk), *_delivery_table(desk))),
        *missing(desk, "sales_forecast", "budget"),
    )
    return Page("meeting", desk.writer.text(N_("Where plans part")), _meeting_title(desk), blocks, style="tight")


def _meeting_title(desk: Desk) -> Markup:
    say, sums = desk.writer.say, desk.book.grouped("gaps", [], ["lost", "late", "lost_revenue"], periods=desk.next_year)
    if absent := unavailable(desk).service:
        return unknown(desk, N_("Whether demand can be met is not available, because these tables are not provided: {tables}."), absent)
    lost, late, money = (sums[0].number(column, unit) for column, unit in (("lost", "units"), ("late", "units"), ("lost_revenue", "money")))
    if lost.value or late.value:
        told = N_("Demand and supply part by {lost} lost and {late} late in twelve months; {money} of net sales are at stake.")
        return say(told, lost=lost, late=late, money=money)
    return say(N_("Supply meets all demand of the next twelve months on time."))


def _parting_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    if unavailable(desk).service:
        return ()
    columns = ("demand", "shipped", "late", "lost")
    gap = {
        record.word("family"): record.number("amount", "money")
        for record in desk.book.records("budget_gap", lambda row: row["cause"] == "gap")
    }
    for record in desk.book.grouped("gaps", ["family"], [*columns, "lost_revenue", "lost_margin"], periods=desk.next_year):
        units: list[Cell] = [record.number(column, "units") for column in columns]
        money: list[Cell] = [record.number(column, "money") for column in ("lost_revenue", "lost_margin")]
        to_budget: Cell = ""
        if record.word("family") in gap:
            found = gap[record.word("family")].change()
            to_budget = found.judged((found.value or 0.0) >= 0)
        rows.append(Row(family_cell(desk, record), (*units, *money, *([to_budget] if gap else []))))
    labels = [
        N_("demand"),
        N_("shipped"),
        N_("late"),
        N_("lost"),
        N_("net sales lost"),
        N_("margin lost"),
        *([N_("gap to budget")] if gap else []),
    ]
    caption = desk.writer.say(
        N_("Demand against supply by family, {first} to {last}"), first=Month(desk.planned[0]), last=Month(desk.planned[-1])
    )
    return (
        (table(desk.writer, Table(caption, text(N_("family")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True)),)
        if rows
        else ()
    )


def _disagreement_table(desk: Desk) -> tuple[Table, ...]:
    """The families where a function stands furthest from the consensus: both numbers."""
    text, say = desk.writer.text, desk.writer.say
    found = []
    for record in desk.book.grouped("function_forecasts", ["function", "family"], ["quantity", "consensus"]):
        quantity, consensus = record.number("quantity", "units"), record.number("consensus", "units")
        apart = ratio(difference(quantity, consensus), consensus, "share")
        if apart.known:
            head = say(N_("{function}, {family}"), function=word(desk, record, "function"), family=record.words("family"))
            found.append((-abs(apart.value or 0.0), Row(head, (quantity, consensus, apart.change()))))
    rows = [row for _, row in sorted(found, key=lambda pair: pair[0])[:MOST_CELLS]]
    columns = tuple(Column(text(label)) for label in (N_("expects"), N_("consensus"), N_("against consensus")))
    caption = say(N_("Where a function stands furthest from the consensus, units over the months it covers"))
    return (table(desk.writer, Table(caption, text(N_("function")), columns, tuple(rows), dense=True)),) if rows else ()


def _delivery_table(desk: Desk) -> tuple[Table, ...]:
    """What each of the functions was to bring: how many tables came, came unchanged, or are missing."""
    text, rows = desk.writer.text, []
    records = desk.book.records("participation")
    owed = Counter((record.word("function"), record.word("status")) for record in records)
    members = dict[str, dict[str, Record]]()  # by function: itself and its head, each with one of its rows
    for record in records:
        members.setdefault(record.word("function").removeprefix("head_of_"), {}).setdefault(record.word("function"), record)
    for function, mine in members.items():
        cells = [
            total([count("participation", owed[name, status], f"function={name}&status={status}") for name in came], "count")
            if (came := [name for name in mine if owed[name, status]])
            else ""
            for status in STATUS_OF_DELIVERY
        ]
        known = function in mine and function in KINDS
        rows.append(Row(text(KINDS[function]) if known else role(desk, next(iter(mine.values())), "function"), tuple(cells)))
    columns = tuple(Column(text(label)) for label in STATUS_OF_DELIVERY.values())
    caption = desk.writer.say(N_("Who has brought what, tables"))
    return (table(desk.writer, Table(caption, text(N_("function")), columns, tuple(rows), dense=True)),) if rows else ()
