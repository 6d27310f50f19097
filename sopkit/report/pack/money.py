"""Money: the latest estimate of the fiscal year against budget and last year, month by month, and the gap by cause."""

from markupsafe import Markup

from sopkit.periods import shifted
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, difference, total
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.largest import largest_families, sum_of
from sopkit.report.pack.words import CAUSES, LINES, missing
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, table

GAP_CAUSES = ("volume", "capacity", "price", "currency")
MONTHLY = (
    ("inventory", N_("Inventory")),
    ("operating_working_capital", N_("Operating working capital")),
    ("cash_headroom", N_("Cash headroom")),
)


def budget_amount(desk: Desk, cause: str) -> Number | None:
    """A cause of the gap to budget for the whole company, net sales; None without a budget."""
    record = desk.book.record("budget_gap", family="*", cause=cause)
    return record.number("amount", "money") if record else None


def fiscal_budget(desk: Desk, column: str) -> Number | None:
    """A column of the budget over the fiscal year; None where there is none."""
    if not desk.book.has("budget"):
        return None
    found = desk.book.grouped("budget", [], [column], periods=desk.year)
    number = found[0].number(column, "money") if found else None
    return number if number and number.known else None


def money_page(desk: Desk) -> Page:
    """Latest estimate, the gap to budget by cause, and the months."""
    blocks: tuple[Block, ...] = (
        _year_table(desk),
        *_gap_table(desk),
        _months_table(desk),
        *_cash_line(desk),
        *missing(desk, "budget", "unit_costs", "balance_sheet", "payment_terms"),
    )
    return Page("money", desk.writer.text(N_("Money")), _estimate_title(desk), blocks)


def _estimate_title(desk: Desk) -> Markup:
    say, year = desk.writer.say, Month(desk.year[1], "year")
    estimate, gap = _line_total(desk, "net_sales"), budget_amount(desk, "gap")
    if gap is None or not gap.known:
        return say(N_("Latest estimate of {year}: net sales {estimate}."), year=year, estimate=estimate)
    causes = {cause: budget_amount(desk, cause) for cause in GAP_CAUSES}
    cause = max(causes, key=lambda name: -(number.value or 0.0) if (number := causes[name]) else 0.0)
    largest = causes[cause]
    told = N_("Latest estimate of {year}: net sales {estimate}, {gap} against budget; the largest shortfall is {cause} with {amount}.")
    if largest is None or not largest.value or largest.value >= 0:
        told = N_("Latest estimate of {year}: net sales {estimate}, {gap} against budget.")
        return say(told, year=year, estimate=estimate, gap=gap.change())
    return say(told, year=year, estimate=estimate, gap=gap.change(), cause=desk.writer.text(CAUSES[cause]), amount=largest.change())


def _line_total(desk: Desk, line: str) -> Number:
    found = desk.book.grouped("plan_statement", ["line"], ["amount"], periods=desk.year)
    return next(
        (record.number("amount", "money") for record in found if record.word("line") == line), Number(None, "money", "plan_statement")
    )


def _year_table(desk: Desk) -> Table:
    text, sums = desk.writer.text, {}
    for name, periods in (
        ("closed", (desk.year[0], desk.about.cutoff)),
        ("rest", (desk.about.cycle, desk.year[1])),
        ("year", desk.year),
        ("next", desk.next_year),
    ):
        for record in desk.book.grouped("plan_statement", ["line"], ["amount"], periods=periods):
            sums[name, record.word("line")] = record.number("amount", "money")
    budgets = {"net_sales": fiscal_budget(desk, "revenue"), "operating_contribution": fiscal_budget(desk, "contribution")}
    last_year = _last_year(desk)
    labels = [
        N_("closed months"),
        N_("plan of the rest"),
        N_("latest estimate"),
        *([N_("budget"), N_("against budget")] if any(budgets.values()) else []),
    ]
    labels += [*([N_("last year")] if last_year else []), N_("next twelve months")]
    rows = []
    for line, label in LINES.items():
        if not any(sums[key].value for key in (("year", line), ("next", line)) if key in sums):
            continue
        cells: list[Cell] = [sums.get((name, line), "") for name in ("closed", "rest", "year")]
        if any(budgets.values()):
            budget = budgets.get(line)
            gap = difference(sums["year", line], budget).change() if budget else None
            cells += [budget or "", gap.judged((gap.value or 0) >= 0) if gap else ""]
        if last_year:
            cells.append(last_year if line == "net_sales" else "")
        rows.append(
            Row(text(label), (*cells, sums.get(("next", line), "")), "sum" if line in ("gross_margin", "operating_contribution") else "")
        )
    say = desk.writer.say
    caption = say(
        N_("Statement of the constrained plan, fiscal year {first} to {last}; costs are positive"),
        first=Month(desk.year[0]),
        last=Month(desk.year[1]),
    )
    return table(desk.writer, Table(caption, text(N_("line")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True))


def _last_year(desk: Desk) -> Number | None:
    """Net sales of the fiscal year before, where all its months are known."""
    periods = (shifted(desk.year[0], -12), shifted(desk.year[1], -12))
    rows = desk.book.records("kpi_history", lambda row: row["kpi"] == "total_sales" and periods[0] <= str(row["period"]) <= periods[1])
    if len([record for record in rows if record.number("value", "money").known]) < 12:
        return None
    return desk.book.grouped("kpi_history", ["kpi"], ["value"], periods=periods, kpi="total_sales")[0].number("value", "money")


def _gap_table(desk: Desk) -> tuple[Table, ...]:
    found = desk.book.records("budget_gap")
    if not found:
        return ()
    text = desk.writer.text
    causes = [
        cause for cause in ("budget", *GAP_CAUSES, "gap", "latest_estimate") if any(record.word("cause") == cause for record in found)
    ]
    cells = {(record.word("family"), record.word("cause")): record for record in found}
    families = sorted(dict.fromkeys(record.word("family") for record in found), key=lambda name: (name == "*", name))
    told = largest_families(desk, families)
    rows = [
        Row(
            text(N_("Total")) if family == "*" else cells[family, "gap"].words("family"),
            tuple(_cause_cell(cells.get((family, cause)), cause) for cause in causes),
            "sum" if family == "*" else "",
        )
        for family in families
        if family in told
    ]
    if rest := [record for record in found if record.word("family") not in told]:
        sums = [(cause, sum_of([record for record in rest if record.word("cause") == cause], "amount", "money")) for cause in causes]
        rows.insert(len(rows) - 1, Row(text(N_("others")), tuple(_judged_change(number, cause) for cause, number in sums), "quiet"))
    caption = desk.writer.say(N_("Net sales of the fiscal year against budget, gap by cause"))
    columns = tuple(Column(text(CAUSES[cause])) for cause in causes)
    return (table(desk.writer, Table(caption, text(N_("family")), columns, tuple(rows), dense=True)),)


def _cause_cell(record: Record | None, cause: str) -> Cell:
    return _judged_change(record.number("amount", "money"), cause) if record else ""


def _judged_change(number: Number, cause: str) -> Number:
    if cause in ("budget", "latest_estimate") or not number.value:
        return number
    return number.change().judged(number.value > 0)


def _cash_line(desk: Desk) -> tuple[Text, ...]:
    """When cash is lowest and stock highest, where they are known."""
    rows = [
        record
        for record in desk.book.records("working_capital_plan")
        if record.word("scenario") == "base" and record.word("period") in desk.planned
    ]
    lines = []
    cash = [record for record in rows if record.number("cash_headroom", "money").known]
    if cash:
        low = min(cash, key=lambda record: record.number("cash_headroom", "money").value or 0.0)
        told = N_("Cash headroom is lowest at the end of {month}: {cash}.")
        lines.append(desk.writer.say(told, month=low.month(form="long"), cash=low.number("cash_headroom", "money")))
    stock = [record for record in rows if record.number("inventory", "money").known]
    if stock:
        high = max(stock, key=lambda record: record.number("inventory", "money").value or 0.0)
        told = N_("Stock is highest at the end of {month}: {stock}.")
        lines.append(desk.writer.say(told, month=high.month(form="long"), stock=high.number("inventory", "money")))
    return (Text(tuple(lines)),) if lines else ()


def _months_table(desk: Desk) -> Table:
    text, rows = desk.writer.text, []
    for line in ("net_sales", "gross_margin", "operating_contribution"):
        sums = {
            record.word("period"): record
            for record in desk.book.grouped("plan_statement", ["period"], ["amount"], periods=desk.next_year, line=line)
        }
        numbers = [sums[period].number("amount", "money") for period in desk.planned if period in sums]
        if len(numbers) == len(desk.planned):
            rows.append(Row(text(LINES[line]), (*numbers, total(numbers, "money")), "part" if line == "net_sales" else ""))
    capital = {record.word("period"): record for record in desk.book.records("working_capital_plan")}
    for column, label in MONTHLY:
        numbers = [capital[period].number(column, "money") for period in desk.planned if period in capital]
        if any(number.known for number in numbers):
            rows.append(Row(text(label), (*numbers, "")))
    columns = (*(Column(Month(period, "column")) for period in desk.planned), Column(text(N_("sum"))))
    caption = desk.writer.say(N_("Plan by month; stock, working capital and cash at month ends"))
    return table(desk.writer, Table(caption, "", columns, tuple(rows), dense=True, months=True))
