"""Supply: where load meets capacity, what limits the plan and what an hour is worth, people, suppliers."""

from collections import defaultdict
from math import inf

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, count, listed, total
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.largest import sum_of
from sopkit.report.pack.words import few, in_months, missing, name_of, named, role, unavailable, unknown, word
from sopkit.report.tables import Block, Column, Page, Row, Table, table

HEAT = ((1.3, "h4"), (1.1, "h3"), (1.0, "h2"), (0.85, "h1"))  # load on demonstrated capacity, and its shade
MOST, MOST_FAMILIES, MOST_GROUPS, MOST_SUPPLIERS, MOST_COMPONENTS = 6, 5, 4, 5, 3  # rows of a list, so that two pages hold them


def supply_pages(desk: Desk) -> list[Page]:
    """Load, limits and what is not met; then shortages, people and suppliers, on a page of their own where there are any."""
    text, delivery = desk.writer.text, _delivery_table(desk)
    more = (*shortage_table(desk), *_people_table(desk), *supplier_table(desk))
    blocks: tuple[Block, ...] = (*heat_map(desk), *bottleneck_table(desk), *gap_table(desk), *(() if more else delivery))
    absent = missing(desk, "resources", "resource_calendar", "bill_of_resources")
    people = missing(desk, "workforce", "suppliers", "supplier_items", "purchase_receipts")
    style = "" if more else "tight"  # one page holds it all
    first = Page("supply", text(N_("Supply")), load_title(desk), (*blocks, *absent, *(() if more else people)), style=style)
    if not more:
        return [first]
    return [first, Page("limits", text(N_("Supply")), _limits_title(desk), (*more, *delivery, *people))]


def load_title(desk: Desk) -> Markup:
    """The message of load and service: what is asked for most beyond what it can do, and what is lost and late."""
    say = desk.writer.say
    loads = [
        record
        for record in desk.book.records("resource_load")
        if record.word("period") in desk.planned and record.number("load_ratio", "ratio").known
    ]
    lost, late, absent = _unmet(desk, "lost"), _unmet(desk, "late"), unavailable(desk).service
    if absent and not loads:
        return unknown(desk, N_("Whether demand can be met is not available, because these tables are not provided: {tables}."), absent)
    if loads:
        worst = max(loads, key=_hours_short)
        load = worst.number("load_ratio", "ratio")
        told = N_("{resource} is asked for {load} of what it can do in {month}; {lost} are lost and {late} late in twelve months.")
        if not lost.value and not late.value:
            told = N_("{resource} is asked for {load} of what it can do in {month}; the plan still meets all demand on time.")
        if (load.value or 0.0) <= 1:
            told = N_("Every resource has room: the highest load is {load}, {resource} in {month}.")
            return say(told, resource=name_of(desk, worst, "resource"), load=load, month=worst.month(form="long"))
        if absent:
            told = N_("{resource} is asked for {load} of what it can do in {month}; whether the plan meets demand is not available.")
        return say(told, resource=name_of(desk, worst, "resource"), load=load, month=worst.month(form="long"), lost=lost, late=late)
    if lost.value or late.value:
        return say(N_("{lost} are lost and {late} late in the next twelve months."), lost=lost, late=late)
    return say(N_("All demand of the next twelve months is met on time."))


def _hours_short(load: Record) -> tuple[bool, float]:
    """What a resource is asked for beyond what it can do, in hours; where all have room, the highest load."""
    ratio, asked, can = (
        load.number(*named).value or 0.0
        for named in (("load_ratio", "ratio"), ("required_hours", "hours"), ("demonstrated_hours", "hours"))
    )
    return (True, asked - can) if ratio > 1 else (False, ratio)


def _unmet(desk: Desk, column: str) -> Number:
    found = desk.book.grouped("demand_fulfilment", [], [column], periods=desk.next_year)
    return found[0].number(column, "units") if found else Number(None, "units", "demand_fulfilment")


def heat_map(desk: Desk, most: int = MOST) -> tuple[Table, ...]:
    """Load by resource and month, of what is asked for and of what is planned: first the resources that lack most hours in a month."""
    text = desk.writer.text
    records = [record for record in desk.book.records("resource_load") if record.word("period") in desk.planned]
    if not records:
        return ()
    loads = dict[str, dict[str, Record]]()
    for record in records:
        loads.setdefault(record.word("resource"), {})[record.word("period")] = record
    ordered = sorted(loads.values(), key=lambda mine: max(map(_hours_short, mine.values())), reverse=True)  # as the title chooses
    rows = []
    for mine in ordered[:most]:
        months = [mine[period] for period in desk.planned if period in mine]
        asked = [record.number("load_ratio", "ratio") for record in months]
        planned = [record.number("planned_load_ratio", "ratio") for record in months]
        rows.append(Row(name_of(desk, months[0], "resource"), tuple(asked), shades=tuple(_shade(load) for load in asked)))
        rows.append(Row(text(N_("in the plan, with overtime")), tuple(planned), "quiet"))
    columns = tuple(Column(Month(period, "column")) for period in desk.planned)
    told = N_("Load by resource and month: hours that demand asks for, over hours the resource has been shown to earn; a dash is closed")
    if len(loads) > most:
        told = N_("Load by month of the busiest of {count} resources: hours that demand asks for, over hours shown to be earned")
    caption = desk.writer.say(told, count=listed(list(loads)))
    return (table(desk.writer, Table(caption, text(N_("resource")), columns, tuple(rows), dense=True, months=True)),)


def _shade(load: Number) -> str:
    return next((shade for limit, shade in HEAT if load.value is not None and load.value >= limit), "h0")


def bottleneck_table(desk: Desk, most: int = MOST) -> tuple[Table, ...]:
    """The limits that bind, with what one more hour, component or person is worth by the plan's price and by a second solve."""
    text, rows = desk.writer.text, []
    for record in desk.book.records("bottlenecks"):
        per = {"resource": "money per hour", "supplier": "money per component", "workforce": "money per person"}[record.word("kind")]
        values = (record.number("value", per).long(), record.number("resolved_value", per).long())
        head = desk.writer.say(N_("{limit}, {month}"), limit=_limit(desk, record), month=record.month())
        rows.append(
            (
                record.number("resolved_value", "").value or 0.0,
                Row(head, (word(desk, record, "kind"), *values, record.number("lost", "units"), few(desk, record, "families"))),
            )
        )
    rows = sorted(rows, key=lambda pair: -pair[0])
    labels = (N_("kind"), N_("worth of one more"), N_("confirmed by a second solve"), N_("units lost"), N_("families"))
    columns = tuple(Column(text(label), "text" if label in ("kind", "families") else "number") for label in labels)
    caption = desk.writer.say(N_("Where it hurts: planning value of one more hour, component or person"))
    return (
        (table(desk.writer, Table(caption, text(N_("limit")), columns, tuple(row for _, row in rows[:most]), dense=True)),) if rows else ()
    )


def _limit(desk: Desk, record: Record) -> Cell:
    """What limits: a resource by its name, a supplier and its component, a skill group."""
    return named(desk, "resource", record.word("limit")) or role(desk, record, "limit")


def gap_table(desk: Desk, most: int = MOST_FAMILIES) -> tuple[Block, ...]:
    """Families whose demand is not all met on time, the most net sales lost first where there are more than `most`; what is lost in all."""
    text = desk.writer.text
    if unavailable(desk).service:
        return ()
    columns = ["demand", "shipped", "late", "lost", "lost_revenue", "lost_margin"]
    units, money = columns[:4], columns[4:]
    found = desk.book.grouped("gaps", ["family"], columns, periods=desk.next_year)
    short = [record for record in found if max(record.number(name, "units").value or 0.0 for name in ("late", "lost")) >= 0.5]
    if not short:
        return ()
    if len(short) > most:
        short = sorted(short, key=lambda record: (-(record.number("lost_revenue", "money").value or 0.0), record.word("family")))
    rows = [
        Row(
            record.words("family"),
            (*(record.number(name, "units") for name in units), *(record.number(name, "money") for name in money)),
        )
        for record in short[:most]
    ]
    if rest := short[most:]:
        summed = (*(sum_of(rest, name, "units") for name in units), *(sum_of(rest, name, "money") for name in money))
        rows.append(Row(text(N_("others")), summed, "quiet"))
    whole = desk.book.grouped("gaps", [], money, periods=desk.next_year)[0]
    rows.append(Row(text(N_("Total")), ("", "", "", "", *(whole.number(name, "money") for name in money)), "sum"))
    labels = (N_("demand"), N_("shipped"), N_("late"), N_("lost"), N_("net sales lost"), N_("margin lost"))
    caption = desk.writer.say(
        N_("Families whose demand is not all met on time, next twelve months: each late unit counted once, in the month it was asked for")
    )
    return (
        table(desk.writer, Table(caption, text(N_("family")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True)),
    )


def _limits_title(desk: Desk) -> Markup:
    say = desk.writer.say
    late = [record for record in desk.book.records("supplier_load") if record.word("period") in desk.planned and _over(record)]
    if late:
        worst = max(
            late, key=lambda record: (record.number("required_quantity", "").value or 0) - (record.number("limit_quantity", "").value or 0)
        )
        told = N_("{supplier} is asked for {required} of {component} in {month} and has agreed to {limit}.")
        required, limit = worst.number("required_quantity", "components"), worst.number("limit_quantity", "components")
        return say(
            told,
            supplier=name_of(desk, worst, "supplier"),
            component=role(desk, worst, "component"),
            required=required,
            limit=limit,
            month=worst.month(form="long"),
        )
    hired = desk.book.grouped("workforce_plan", [], ["hired"], periods=desk.next_year)
    if hired and hired[0].number("hired", "people").value:
        return say(N_("The plan hires {hired} in twelve months."), hired=hired[0].number("hired", "people"))
    return say(N_("People and suppliers do not limit the plan."))


def _over(record: Record) -> bool:
    """Whether more is asked for than a supplier has agreed to; where no most is agreed nothing is above it."""
    most = record.number("limit_quantity", "").value
    return most is not None and (record.number("required_quantity", "").value or 0.0) > most


def shortage_table(desk: Desk, most: int = MOST) -> tuple[Table, ...]:
    """Items and months with the most net sales lost, each with the limit it comes from."""
    text, records = desk.writer.text, [] if unavailable(desk).service else desk.book.records("shortages")
    largest = sorted(records, key=lambda record: -(record.number("lost_revenue", "money").value or 0.0))[:most]
    rows = [
        Row(
            _item(desk, record),
            (
                record.month(),
                record.number("late", "units"),
                record.number("lost", "units"),
                record.number("lost_revenue", "money"),
                in_months(desk, desk.writer.sentence(record.words("reason"))),
            ),
        )
        for record in largest
    ]
    labels = (N_("month"), N_("late"), N_("lost"), N_("net sales lost"), N_("why"))
    columns = tuple(Column(text(label), "text" if label in ("month", "why") else "number") for label in labels)
    caption = desk.writer.say(N_("The largest of {count} shortages, and the limit each comes from"), count=count("shortages", len(records)))
    return (table(desk.writer, Table(caption, text(N_("item")), columns, tuple(rows), dense=True)),) if rows else ()


def _item(desk: Desk, record: Record) -> Cell:
    """An item by its code and its name."""
    name = named(desk, "item", record.word("item"))
    return desk.writer.say(N_("{item}, {name}"), item=record.words("item"), name=name) if name else record.words("item")


def _people_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    groups = desk.book.grouped("workforce_plan", ["skill_group"], ["heads", "hired", "laid_off"], periods=desk.next_year)
    if len(groups) > MOST_GROUPS:  # those with the most to do for those who hire, then the largest
        moved = {
            group.word("skill_group"): tuple(group.number(name, "people").value or 0.0 for name in ("hired", "heads")) for group in groups
        }
        groups = sorted(groups, key=lambda group: [-number for number in moved[group.word("skill_group")]])
    for group in groups[:MOST_GROUPS]:
        mine = {
            record.word("period"): record
            for record in desk.book.records("workforce_plan")
            if record.word("skill_group") == group.word("skill_group")
        }
        heads = [mine[period].number("heads", "people") for period in desk.planned if period in mine]
        hired = total([mine[period].number("hired", "people") for period in desk.planned if period in mine], "people").change()
        left = total([mine[period].number("laid_off", "people") for period in desk.planned if period in mine], "people")
        rows.append(Row(role(desk, group, "skill_group"), (*heads, hired, left)))
    columns = (*(Column(Month(period, "column")) for period in desk.planned), Column(text(N_("hired"))), Column(text(N_("laid off"))))
    told = (
        N_("People by skill group and month")
        if len(groups) <= MOST_GROUPS
        else N_("People by month in the groups that move most, of {count}")
    )
    caption = desk.writer.say(told, count=listed([group.word("skill_group") for group in groups]))
    return (table(desk.writer, Table(caption, text(N_("skill group")), columns, tuple(rows), dense=True, months=True)),) if rows else ()


def supplier_table(desk: Desk, most: int = MOST_COMPONENTS) -> tuple[Table, ...]:
    """Components that demand asks for beside what their supplier has agreed to: those that come closest to it, or go furthest beyond.

    What is bought without an agreed most is left out: there is nothing to hold it against.
    """
    text, agreed = desk.writer.text, defaultdict[tuple[str, str], dict[str, Record]](dict)
    for record in desk.book.records("supplier_load"):
        if record.word("period") in desk.planned and record.number("limit_quantity", "").known:
            agreed[record.word("supplier"), record.word("component")][record.word("period")] = record
    rows: list[Row] = []
    for key in sorted(agreed, key=lambda key: (-max(map(_share_of_agreed, agreed[key].values())), key))[:most]:
        shown = [agreed[key].get(period) for period in desk.planned]
        first = next(iter(agreed[key].values()))
        name = desk.writer.say(
            N_("{supplier}, {component}: asked for"), supplier=name_of(desk, first, "supplier"), component=role(desk, first, "component")
        )
        asked = [
            month.number("required_quantity", "components").judged(False if _over(month) else None) if month else "" for month in shown
        ]
        rows.append(Row(name, tuple(asked)))
        most_agreed = tuple(month.number("limit_quantity", "components") if month else "" for month in shown)
        rows.append(Row(text(N_("agreed at most")), most_agreed, "quiet"))
    columns = tuple(Column(Month(period, "column")) for period in desk.planned)
    told = N_("Components that demand asks for, against what the supplier has agreed")
    if len(agreed) > most:
        told = N_("Of {count} components those that come closest to what the supplier has agreed, or go beyond it")
    caption = desk.writer.say(told, count=listed([", ".join(key) for key in agreed]))
    return (table(desk.writer, Table(caption, text(N_("supplier")), columns, tuple(rows), dense=True, months=True)),) if rows else ()


def _share_of_agreed(record: Record) -> float:
    """What is asked for over what is agreed at most; endless where nothing is agreed and something asked for."""
    asked, most = (record.number(column, "").value or 0.0 for column in ("required_quantity", "limit_quantity"))
    return asked / most if most else (inf if asked else 0.0)


def _delivery_table(desk: Desk) -> tuple[Block, ...]:
    """On-time delivery and lead time of suppliers, the worst first."""
    text, rows = desk.writer.text, []
    records = sorted(desk.book.records("supplier_performance"), key=lambda record: record.number("on_time_share", "share").value or 0.0)
    for record in records[:MOST_SUPPLIERS]:
        share, target = record.number("on_time_share", "share"), record.number("target_share", "share")
        good = None if record.word("verdict") not in ("kept", "below") else record.word("verdict") == "kept"
        times = (record.number(column, "days") for column in ("lead_time_agreed", "lead_time_p90"))
        rows.append(Row(name_of(desk, record, "supplier"), (record.number("deliveries", "count"), share.judged(good), target, *times)))
    labels = (N_("deliveries"), N_("on the promised day or before"), N_("agreed"), N_("days agreed"), N_("days, nine in ten within"))
    columns = tuple(Column(text(label)) for label in labels)
    caption = desk.writer.say(N_("How suppliers have delivered in two years, worst first; deliveries that have not come count as late"))
    return (table(desk.writer, Table(caption, text(N_("supplier")), columns, tuple(rows), dense=True)),) if rows else ()
