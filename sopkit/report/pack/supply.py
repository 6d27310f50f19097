"""Supply: where load meets capacity, what limits the plan and what an hour is worth, people, suppliers."""

from markupsafe import Markup

from sopkit.report.cells import Cell, Month, Number, count, total
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import few, in_months, missing, name_of, named, role, unavailable, unknown, word
from sopkit.report.tables import Block, Column, Page, Record, Row, Table, table

HEAT = ((1.3, "h4"), (1.1, "h3"), (1.0, "h2"), (0.85, "h1"))  # load on demonstrated capacity, and its shade
MOST, MOST_SUPPLIERS = 8, 5  # rows of a list


def supply_pages(desk: Desk) -> list[Page]:
    """Load, limits and what is not met; then shortages, people and suppliers, on a page of their own where there are any."""
    text, delivery = desk.writer.text, _delivery_table(desk)
    more = (*_shortage_table(desk), *_people_table(desk), *_supplier_table(desk))
    blocks: tuple[Block, ...] = (*_heat_map(desk), *_bottleneck_table(desk), *_gap_table(desk), *(() if more else delivery))
    absent = missing(desk, "resources", "resource_calendar", "bill_of_resources")
    people = missing(desk, "workforce", "suppliers", "supplier_items", "purchase_receipts")
    style = "" if more else "tight"  # one page holds it all
    first = Page("supply", text(N_("Supply")), _load_title(desk), (*blocks, *absent, *(() if more else people)), style=style)
    if not more:
        return [first]
    return [first, Page("limits", text(N_("Supply")), _limits_title(desk), (*more, *delivery, *people))]


def _load_title(desk: Desk) -> Markup:
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


def _heat_map(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    records = [record for record in desk.book.records("resource_load") if record.word("period") in desk.planned]
    if not records:
        return ()
    rows = []
    peaks = desk.book.grouped("resource_load", ["resource"], ["load_ratio"], periods=desk.next_year, how="max")
    for peak in sorted(peaks, key=lambda record: -(record.number("load_ratio", "ratio").value or 0.0)):
        mine = {record.word("period"): record for record in records if record.word("resource") == peak.word("resource")}
        loads = [mine[period].number("load_ratio", "ratio") for period in desk.planned if period in mine]
        plans = [mine[period].number("planned_load_ratio", "ratio") for period in desk.planned if period in mine]
        rows.append(Row(name_of(desk, peak, "resource"), tuple(loads), shades=tuple(_shade(load) for load in loads)))
        rows.append(Row(text(N_("in the plan, with overtime")), tuple(plans), "quiet"))
    columns = tuple(Column(Month(period, "column")) for period in desk.planned)
    caption = desk.writer.say(
        N_("Load by resource and month: hours that demand asks for, over hours the resource has been shown to earn; a dash is closed")
    )
    return (table(desk.writer, Table(caption, text(N_("resource")), columns, tuple(rows), dense=True, months=True)),)


def _shade(load: Number) -> str:
    return next((shade for limit, shade in HEAT if load.value is not None and load.value >= limit), "h0")


def _bottleneck_table(desk: Desk) -> tuple[Table, ...]:
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
        (table(desk.writer, Table(caption, text(N_("limit")), columns, tuple(row for _, row in rows[:MOST]), dense=True)),) if rows else ()
    )


def _limit(desk: Desk, record: Record) -> Cell:
    """What limits: a resource by its name, a supplier and its component, a skill group."""
    return named(desk, "resource", record.word("limit")) or role(desk, record, "limit")


def _gap_table(desk: Desk) -> tuple[Block, ...]:
    text, rows = desk.writer.text, []
    if unavailable(desk).service:
        return ()
    for record in desk.book.grouped(
        "gaps", ["family"], ["demand", "shipped", "late", "lost", "lost_revenue", "lost_margin"], periods=desk.next_year
    ):
        units = [record.number(column, "units") for column in ("demand", "shipped", "late", "lost")]
        if max(units[2].value or 0.0, units[3].value or 0.0) < 0.5:
            continue
        rows.append(Row(record.words("family"), (*units, record.number("lost_revenue", "money"), record.number("lost_margin", "money"))))
    if not rows:
        return ()
    money = desk.book.grouped("gaps", [], ["lost_revenue", "lost_margin"], periods=desk.next_year)[0]
    rows.append(
        Row(text(N_("Total")), ("", "", "", "", money.number("lost_revenue", "money"), money.number("lost_margin", "money")), "sum")
    )
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


def _shortage_table(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, [] if unavailable(desk).service else desk.book.records("shortages")
    largest = sorted(records, key=lambda record: -(record.number("lost_revenue", "money").value or 0.0))[:MOST]
    rows = [
        Row(
            _item(desk, record),
            (
                record.month(),
                record.number("late", "units"),
                record.number("lost", "units"),
                record.number("lost_revenue", "money"),
                in_months(desk, record.words("reason")),
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
    for group in desk.book.grouped("workforce_plan", ["skill_group"], ["hired"]):
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
    caption = desk.writer.say(N_("People by skill group and month"))
    return (table(desk.writer, Table(caption, text(N_("skill group")), columns, tuple(rows), dense=True, months=True)),) if rows else ()


def _supplier_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    rows: list[Row] = []
    for group in desk.book.grouped("supplier_load", ["supplier", "component"], ["required_quantity"], periods=desk.next_year):
        mine = {
            record.word("period"): record
            for record in desk.book.records("supplier_load")
            if all(record.word(key) == group.word(key) for key in ("supplier", "component"))
        }
        shown = [mine[period] for period in desk.planned if period in mine]
        if not any(record.number("limit_quantity", "").known for record in shown):
            continue  # bought by a contract without a most: nothing to hold it against
        if not any(_over(record) for record in shown) and len(rows) >= MOST:
            continue
        name = desk.writer.say(
            N_("{supplier}, {component}: asked for"), supplier=name_of(desk, group, "supplier"), component=role(desk, group, "component")
        )
        asked: list[Cell] = [record.number("required_quantity", "components").judged(False if _over(record) else None) for record in shown]
        rows.append(Row(name, tuple(asked)))
        rows.append(Row(text(N_("agreed at most")), tuple(record.number("limit_quantity", "components") for record in shown), "quiet"))
    columns = tuple(Column(Month(period, "column")) for period in desk.planned)
    caption = desk.writer.say(N_("Components that demand asks for, against what the supplier has agreed"))
    return (
        (table(desk.writer, Table(caption, text(N_("supplier")), columns, tuple(rows[: 2 * MOST]), dense=True, months=True)),)
        if rows
        else ()
    )


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
