"""Inventory: stock against safety stock by family and month, and where shelves run empty."""

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Month, Number, listed
from sopkit.report.narrative import N_
from sopkit.report.pack.drawings import inventory_drawing
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import missing, unavailable, unknown
from sopkit.report.tables import Block, Column, Figure, Page, Row, Table, table

MOST, ROOM_FOR_COVER = 8, 6  # families shown; families up to which days of cover are shown
BELOW = 0.9  # stock below this share of safety stock is marked


def inventory_page(desk: Desk) -> Page:
    """Stock against target by family and month, and where shelves run empty."""
    text, absent = desk.writer.text, unavailable(desk).stock
    if absent:
        told = N_("Stock, cover and safety stock are not available, because these tables are not provided: {tables}.")
        return Page("inventory", text(N_("Inventory")), unknown(desk, told, absent), missing(desk, "unit_costs"), style="tight")
    return Page(
        "inventory",
        text(N_("Inventory")),
        _stock_title(desk),
        (*_inventory_figure(desk), *_stock_tables(desk), *missing(desk, "inventory", "unit_costs")),
    )


def _stock_title(desk: Desk) -> Markup:
    rows, absent = _short_items(desk), unavailable(desk).service
    say = desk.writer.say
    if absent:
        told = N_("Which items run out of stock is not available, because these tables are not provided: {tables}.")
        return unknown(desk, told, absent)
    if rows:
        items = listed(sorted({record.word("item") for record in rows}))
        return desk.writer.counted(
            N_("One item runs out of stock in the next six months, with orders waiting or lost."),
            N_("{count} items run out of stock in the next six months, with orders waiting or lost."),
            items,
        )
    return say(N_("No item runs out of stock with orders waiting in the next six months."))


def _short_items(desk: Desk) -> list[Record]:
    frame = desk.book.frame("supply_plan")
    empty = frame[
        (frame["closing_stock"] < 0.5)
        & (frame["lost"] + frame["closing_backlog"] > 0.5)
        & frame["period"].between(desk.planned[0], desk.planned[5])
    ]
    return [
        Record("supply_plan", {"item": row["item"], "period": row["period"]}, row)
        for row in ({str(key): value for key, value in row.items()} for row in empty.to_dict("records"))
    ]


def _inventory_figure(desk: Desk) -> tuple[Block, ...]:
    drawing = inventory_drawing(desk)
    return (Figure(drawing, desk.writer.say(N_("Inventory at standard cost, month ends"))),) if drawing else ()


def _stock_tables(desk: Desk) -> tuple[Block, ...]:
    """Closing stock against safety stock, the largest families in money; days of cover where there is room for them."""
    text = desk.writer.text
    rows: list[Row] = []
    families = sorted(
        desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year),
        key=lambda record: -(record.number("revenue", "money").value or 0.0),
    )
    for family in families[:MOST]:
        rows += _stock_rows(desk, family, with_cover=len(families) <= ROOM_FOR_COVER)
    columns = tuple(Column(Month(period, "column")) for period in desk.planned)
    caption = desk.writer.say(N_("Closing stock by family, all sites together; shaded where it is below safety stock"))
    return (table(desk.writer, Table(caption, text(N_("family")), columns, tuple(rows), dense=True, months=True)),)


def _stock_rows(desk: Desk, family: Record, *, with_cover: bool) -> list[Row]:
    sums = desk.book.grouped(
        "supply_plan", ["period"], ["closing_stock", "target_stock"], periods=desk.next_year, family=family.word("family")
    )
    closing, targets = ([record.number(column, "units") for record in sums] for column in ("closing_stock", "target_stock"))
    shades = tuple("h2" if _is_below(stock, target) else "" for stock, target in zip(closing, targets, strict=True))
    rows = [Row(family.words("family"), tuple(closing), shades=shades)]
    if any(target.value for target in targets):
        rows.append(Row(desk.writer.text(N_("safety stock")), tuple(targets), "quiet"))
    cover = desk.book.records("family_sheets", lambda row: row["measure"] == "cover_days" and row["family"] == family.word("family"))
    days = [record.number("value", "days") for record in cover if record.word("period") in desk.planned]
    if with_cover and len(days) == len(desk.planned) and any(day.known for day in days):
        rows.append(Row(desk.writer.text(N_("cover, days")), tuple(days), "quiet"))
    return rows


def _is_below(stock: Number, target: Number) -> bool:
    return bool(target.value) and (stock.value or 0.0) < BELOW * (target.value or 0.0)
