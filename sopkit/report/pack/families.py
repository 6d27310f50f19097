"""Family sheets: one page a family, the same layout every month."""

from dataclasses import replace

from markupsafe import Markup

from sopkit.periods import period_range, shifted
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, difference, total
from sopkit.report.cells import listed as listed_count
from sopkit.report.narrative import N_, scale_of
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.tolerance import outside_families
from sopkit.report.pack.words import CAUSES, listed, name_of, role, sheet_section, unavailable
from sopkit.report.svg import month_columns
from sopkit.report.tables import Block, Column, Figure, Page, Row, Table, Text, table

MOST_ITEMS, MOST_NAMES = 12, 12
CLOSED = 3  # closed months on a sheet, before this month
MEASURES = (
    ("bookings", "units", N_("Bookings, demand")),
    ("last_plan", "units", N_("last plan")),
    ("shipments", "units", N_("Shipments")),
    ("late", "units", N_("late")),
    ("lost", "units", N_("lost")),
    ("backlog", "units", N_("Backlog, month end")),
    ("production", "units", N_("Production")),
    ("inventory", "units", N_("Inventory, month end")),
    ("target_stock", "units", N_("safety stock")),
    ("cover_days", "days", N_("cover, days")),
    ("bottleneck_hours", "hours", N_("Hours at the bottleneck")),
    ("revenue", "money", N_("Net sales")),
    ("budget_revenue", "money", N_("budget")),
)
FORECAST_RECORD = {  # by whether it is worse than the seasonal naive, and whether it is too low
    (False, False): N_("Why we believe it: wrong by {error} on average (seasonal naive {naive}), over-forecast by {bias}."),
    (False, True): N_("Why we believe it: wrong by {error} on average (seasonal naive {naive}), under-forecast by {bias}."),
    (True, False): N_("Why to doubt it: wrong by {error} on average (seasonal naive {naive}), over-forecast by {bias}."),
    (True, True): N_("Why to doubt it: wrong by {error} on average (seasonal naive {naive}), under-forecast by {bias}."),
}
BACKTEST_RECORD = {  # by whether it is worse than the seasonal naive
    False: N_("Why we believe it: in the backtest wrong by {error} on average, seasonal naive by {naive}."),
    True: N_("Why to doubt it: in the backtest wrong by {error} on average, seasonal naive by {naive}."),
}
BESIDE = ("last_plan", "late", "lost", "target_stock", "cover_days", "budget_revenue")  # rows that explain the one above


def family_pages(desk: Desk) -> list[Page]:
    """A sheet for each of the desk's families, the largest in money first; the others are named."""
    plans = desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year)
    order = sorted(plans, key=lambda record: -(record.number("revenue", "money").value or 0.0))
    sheets = [_sheet(desk, record) for record in order if record.word("family") in desk.sheets]
    if not sheets:
        return []
    others, outside = [record for record in order if record.word("family") not in desk.sheets], set(outside_families(desk))
    lines = tuple(
        desk.writer.say(told, families=_names(desk, [record for record in others if (record.word("family") in outside) == beyond]))
        for beyond, told in (
            (True, N_("Outside their tolerance too; their sheets stand in the pre-S&OP pack: {families}.")),
            (False, N_("Within their tolerance, and not in a decision; their sheets stand in the pre-S&OP pack: {families}.")),
        )
        if any((record.word("family") in outside) == beyond for record in others)
    )
    return [*sheets[:-1], replace(sheets[-1], blocks=(*sheets[-1].blocks, Text(lines, style="quiet")))] if lines else sheets


def _names(desk: Desk, records: list[Record]) -> Cell:
    """Families in a row; of many the first, and how many more there are."""
    told = listed(desk, [record.words("family") for record in records[:MOST_NAMES]])
    if len(records) <= MOST_NAMES:
        return told
    more = listed_count([record.word("family") for record in records[MOST_NAMES:]])
    return desk.writer.say(N_("{names} and {count} more"), names=told, count=more)


def _sheet(desk: Desk, plan: Record) -> Page:
    family = plan.word("family")
    months = period_range(shifted(desk.about.cutoff, -2), 16)
    cells = {
        (record.word("measure"), record.word("period")): record
        for record in desk.book.records("family_sheets", lambda row: row["family"] == family)
    }
    numbers = {
        measure: [
            cells[measure, month].number("value", unit) if (measure, month) in cells else Number(None, unit, "family_sheets")
            for month in months
        ]
        for measure, unit, _ in MEASURES
    }
    strategy = desk.book.records("items", lambda row: row["family"] == family)[0].word("supply_strategy")
    words = {"stock": N_("made to stock"), "order": N_("made to order"), "buy": N_("bought in"), "service": N_("service")}
    blocks: tuple[Block, ...] = (
        _chart(desk, family, months, numbers),
        _table(desk, months, numbers, bought=strategy == "buy"),
        Text((*_identities(desk, months, numbers, bought=strategy == "buy"), *_lines(desk, family)), style="lead"),
        *_items_table(desk, family),
    )
    chapter = desk.writer.say(N_("{family}, {strategy}"), family=plan.words("family"), strategy=desk.writer.text(words[strategy]))
    return Page(sheet_section(family), chapter, _title(desk, plan), blocks, style="sheet")


def _title(desk: Desk, plan: Record) -> Markup:
    say, family = desk.writer.say, plan.word("family")
    if unavailable(desk).service:
        told = N_("{family}: net sales of the next twelve months {revenue}, if all demand is met.")
        return say(told, family=plan.words("family"), revenue=plan.number("revenue", "money"))
    found = desk.book.grouped("gaps", ["family"], ["lost", "late", "lost_revenue"], periods=desk.next_year, family=family)
    if found and (found[0].number("lost", "units").value or 0) >= 0.5:
        worst = max(
            desk.book.records("gaps", lambda row: row["family"] == family and row["period"] in desk.planned),
            key=lambda record: record.number("lost", "units").value or 0.0,
        )
        told = N_("{family}: {lost} lost in twelve months, {revenue} of net sales; most in {month}.")
        return say(
            told,
            family=plan.words("family"),
            lost=found[0].number("lost", "units"),
            revenue=found[0].number("lost_revenue", "money"),
            month=worst.month(form="long"),
        )
    if found and (found[0].number("late", "units").value or 0) >= 0.5:
        return say(
            N_("{family}: all demand is met, {late} of it late."), family=plan.words("family"), late=found[0].number("late", "units")
        )
    return say(
        N_("{family}: all demand is met on time; net sales of the next twelve months {revenue}."),
        family=plan.words("family"),
        revenue=plan.number("revenue", "money"),
    )


def _chart(desk: Desk, family: str, months: list[str], numbers: dict[str, list[Number]]) -> Figure:
    title = desk.writer.text(N_("Shipments by month: closed months solid, plan hatched; a red mark is demand that is not met"))
    name = f"{sheet_section(family)}-chart"
    drawing = month_columns(desk.writer, name, title, months, numbers["shipments"], numbers["bookings"], closed=3)
    return Figure(drawing, desk.writer.say(title))


def _table(desk: Desk, months: list[str], numbers: dict[str, list[Number]], *, bought: bool) -> Table:
    text, rows = desk.writer.text, []
    for measure, unit, label in MEASURES:
        if not any(number.known for number in numbers[measure]):
            continue
        shown: list[Cell] = [number if number.known else "" for number in numbers[measure]]
        whole = (
            total(numbers[measure][3:15], unit)
            if measure in ("bookings", "shipments", "late", "lost", "production", "revenue", "budget_revenue", "bottleneck_hours")
            else ""
        )
        label = N_("Receipts") if bought and measure == "production" else label
        rows.append(Row(text(label), (*shown, whole), "quiet" if measure in BESIDE else "part"))
    groups = [text(N_("closed"))] * 3 + [text(N_("this month"))] + [text(N_("plan"))] * 12 + [""]
    heads = [Month(month, "column") for month in months]
    columns = (*(Column(head, group=group) for head, group in zip(heads, groups[:-1], strict=True)), Column(text(N_("twelve months"))))
    told = N_("In {units}, net sales in {money}; the sum is of this month and the eleven that follow")
    caption = desk.writer.say(told, units=_unit(desk, rows, "units"), money=_unit(desk, rows, "money"))
    return table(desk.writer, Table(caption, "", columns, tuple(rows), dense=True, months=True))


def _identities(desk: Desk, months: list[str], numbers: dict[str, list[Number]], *, bought: bool) -> tuple[Markup, ...]:
    """The two balances of the planned year, with what they leave unexplained; nothing where a part is not known."""
    first, last = CLOSED, CLOSED + 12  # after this month, to the end of the planned year
    say, until = desk.writer.say, min(last, len(months) - 1)
    parts = {name: numbers[name][first + 1 : until + 1] for name in ("bookings", "shipments", "lost", "production")}
    told = []
    if all(number.known for name in ("bookings", "shipments", "lost") for number in parts[name]):
        opening, closing = numbers["backlog"][first], numbers["backlog"][until]
        came = total([opening, *parts["bookings"]], "units")
        left = difference(came, total([*parts["shipments"], *parts["lost"], closing], "units"))
        message = N_(
            "Backlog ties: {opening} and {bookings} of bookings less {shipments} shipped and {lost} lost: {closing}; unexplained {left}."
        )
        sums = {name: total(parts[name], "units") for name in ("bookings", "shipments", "lost")}
        if opening.known and closing.known:
            told.append(say(message, opening=opening, closing=closing, left=_whole(left), **sums))
    opening, closing = numbers["inventory"][first], numbers["inventory"][until]
    if opening.known and closing.known and all(number.known for name in ("production", "shipments") for number in parts[name]):
        came = total([opening, *parts["production"]], "units")
        left = difference(came, total([*parts["shipments"], closing], "units"))
        message = N_("Stock ties: {opening} and {production} of production less {shipments} shipped: {closing}; unexplained {left}.")
        if bought:
            message = N_("Stock ties: {opening} and {production} of receipts less {shipments} shipped: {closing}; unexplained {left}.")
        sums = {name: total(parts[name], "units") for name in ("production", "shipments")}
        told.append(say(message, opening=opening, closing=closing, left=_whole(left), **sums))
    return tuple(told)


def _whole(number: Number) -> Number:
    return replace(number, decimals=0)


def _items_table(desk: Desk, family: str) -> tuple[Table, ...]:
    """The family's items, the largest in money first: to look into on the screen, not printed."""
    text, say = desk.writer.text, desk.writer.say
    plans = desk.book.grouped("consensus_demand", ["item"], ["quantity", "revenue"], periods=desk.next_year, family=family)
    unmet = {
        record.word("item"): record
        for record in desk.book.grouped("demand_fulfilment", ["item"], ["late", "lost"], periods=desk.next_year, family=family)
    }
    order = sorted(plans, key=lambda record: -(record.number("revenue", "money").value or 0.0))
    rows = []
    for record in order[:MOST_ITEMS]:
        late: list[Cell] = [
            unmet[record.word("item")].number(column, "units") if record.word("item") in unmet else "" for column in ("late", "lost")
        ]
        name = name_of(desk, record, "item")
        rows.append(Row(name, (record.number("quantity", "units"), record.number("revenue", "money"), *late)))
    caption = say(
        N_("The largest of {count} items, {first} to {last}"),
        count=listed_count([record.word("item") for record in plans]),
        first=Month(desk.planned[0]),
        last=Month(desk.planned[-1]),
    )
    columns = tuple(Column(text(label)) for label in (N_("demand"), N_("net sales"), N_("late"), N_("lost")))
    return (table(desk.writer, Table(caption, text(N_("item")), columns, tuple(rows), dense=True, folded=True, screen=True)),)


def _unit(desk: Desk, rows: list[Row], unit: str) -> str:
    """The unit that the table will be printed in, with its scale."""
    return desk.writer.unit(unit, scale_of(cell for row in rows for cell in row.cells if isinstance(cell, Number) and cell.unit == unit))


def _lines(desk: Desk, family: str) -> tuple[Markup, ...]:
    """Money, changes, why we believe it, campaigns: each in a line, where there is something to say."""
    return (*_money_line(desk, family), *_override_line(desk, family), *_belief_line(desk, family), *_range_line(desk, family))


def _money_line(desk: Desk, family: str) -> tuple[Markup, ...]:
    causes = {
        record.word("cause"): record.number("amount", "money")
        for record in desk.book.records("budget_gap", lambda row: row["family"] == family)
    }
    if "gap" not in causes:
        return ()
    parts = [
        desk.writer.say(N_("{cause} {amount}"), cause=desk.writer.text(CAUSES[cause]), amount=causes[cause].change())
        for cause in ("volume", "capacity", "price", "currency")
        if cause in causes and causes[cause].value
    ]
    told = N_("Fiscal year: latest estimate {estimate}, budget {budget}, gap {gap}: {parts}.")
    return (
        desk.writer.say(
            told, estimate=causes["latest_estimate"], budget=causes["budget"], gap=causes["gap"].change(), parts=Markup(", ").join(parts)
        ),
    )


def _override_line(desk: Desk, family: str) -> tuple[Markup, ...]:
    applied = desk.book.records("override_log", lambda row: row["outcome"] == "applied" and family in str(row["scope"]))[:3]
    parts = [
        desk.writer.say(
            N_("{change} ({reason}, {owner})"),
            change=record.number("quantity_change", "units").change(),
            reason=record.words("reason"),
            owner=role(desk, record),
        )
        for record in applied
    ]
    return (desk.writer.say(N_("Changed by people: {changes}."), changes=Markup("; ").join(parts)),) if parts else ()


def _belief_line(desk: Desk, family: str) -> tuple[Markup, ...]:
    scored = {
        record.word("layer"): record
        for record in desk.book.records("forecast_accuracy", lambda row: row["family"] == family and row["lag"] == 2)
    }
    if "consensus" in scored and "naive" in scored:
        error, naive = scored["consensus"].number("wape_ratio", "ratio"), scored["naive"].number("wape_ratio", "ratio")
        bias = scored["consensus"].number("bias_ratio", "ratio")
        told = FORECAST_RECORD[_is_worse(error, naive), bias.value is not None and bias.value < 0]
        return (desk.writer.say(told, error=error, naive=naive, bias=bias.size()),)
    pool, naive_model = (
        desk.book.record("backtest", model="pool", family=family),
        desk.book.record("backtest", model="naive", family=family),
    )
    naive_model = naive_model or desk.book.record("backtest", model="seasonal_naive", family=family)
    if pool and naive_model and pool.number("wape_ratio", "ratio").known:
        error, naive = pool.number("wape_ratio", "ratio"), naive_model.number("wape_ratio", "ratio")
        return (desk.writer.say(BACKTEST_RECORD[_is_worse(error, naive)], error=error, naive=naive),)
    return ()


def _is_worse(error: Number, naive: Number) -> bool:
    return error.value is not None and naive.value is not None and error.value > naive.value


def _range_line(desk: Desk, family: str) -> tuple[Markup, ...]:
    ranges = [
        record for record in desk.book.records("demand_range", lambda row: row["family"] == family) if record.word("period") in desk.planned
    ]
    if not ranges:
        return ()
    peak = max(ranges, key=lambda record: record.number("p50", "units").value or 0.0)
    told = N_("Range in the peak month, {month}: {low} to {high}, eight times out of ten.")
    return (desk.writer.say(told, month=peak.month(form="long"), low=peak.number("p10", "units"), high=peak.number("p90", "units")),)
