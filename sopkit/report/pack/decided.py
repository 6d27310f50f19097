"""Page one of a revision: what was decided, what it changes, and the plan beside what was promised."""

from collections.abc import Mapping

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, difference
from sopkit.report.narrative import N_, scale_of, scaled
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import role
from sopkit.report.tables import Block, Column, Row, Table, table

ANSWERS = {"defer": N_("put off"), "none": N_("none of these"), "amend": N_("changed between meetings")}
PROMISED = {
    "net_sales": ("money", N_("Net sales of the fiscal year")),
    "contribution": ("money", N_("Contribution of the next twelve months")),
    "fiscal_contribution": ("money", N_("Contribution of the fiscal year")),
    "fill_rate": ("share", N_("Fill rate, next six months")),
    "stock_peak": ("money", N_("Highest stock, next twelve months")),
    "cash_low": ("money", N_("Lowest cash headroom, next twelve months")),
}
UNITS = (("late", N_("late")), ("lost", N_("lost")))


def decided_blocks(desk: Desk) -> list[Block]:
    """What was decided, and the families that it changes; nothing where this is no revision."""
    if not desk.book.has("decided"):
        return []
    return [_answers(desk), *_families(desk)]


def decided_headline(desk: Desk) -> Markup | None:
    """The message of a revision's page one; None where nothing was decided, or the page promised nothing of it."""
    record = desk.book.record("promise_check", measure="net_sales") if desk.book.has("decided", "promise_check") else None
    if record is None:
        return None
    gain = difference(record.number("came", "money"), record.number("proposed", "money"))
    year: Cell = Month(desk.year[1], "year")
    if all(row.values["kept"] for row in desk.book.records("promise_check")):
        told = N_("Decided, and the plan keeps what was promised: net sales of {year} change by {gain}.")
    else:
        told = N_("Decided, but the plan does not keep what was promised: net sales of {year} change by {gain}.")
    return desk.writer.say(told, year=year, gain=gain.change())


def _answers(desk: Desk) -> Table:
    text, say, records = desk.writer.text, desk.writer.say, desk.book.records("decided")
    sales = scale_of(record.number(name, "money") for record in records for name in ("net_sales_change", "contribution_change"))
    rows = []
    for record in records:
        money: list[Cell] = [
            scaled(record.number(f"{name}_change", "money").change(), sales) if record.values["title"] else ""
            for name in ("net_sales", "contribution")
        ]
        last = (
            say(N_("{owner}, by {day}"), owner=role(desk, record), day=record.day("last_date"))
            if record.word("last_date")
            else role(desk, record)
        )
        rows.append(Row(_chosen(desk, record), (*money, last, role(desk, record, "decided_by"), record.words("reason")), "chosen"))
    labels = [Column(text(N_("net sales"))), Column(text(N_("contribution")))]
    labels += [Column(text(label), "text") for label in (N_("carried out by"), N_("decided by"), N_("why"))]
    caption = text(N_("What was decided, with the effect that the decision page named"))
    return table(desk.writer, Table(caption, text(N_("decision")), tuple(labels), tuple(rows), dense=True))


def _chosen(desk: Desk, record: Record) -> Cell:
    say, answer = desk.writer.say, record.word("answer")
    name = record.code("decision")
    if answer in ANSWERS:
        told = desk.writer.text(ANSWERS[answer])
        return say(N_("{decision} {question}: {answer}"), decision=name, question=record.words("question"), answer=told)
    return say(N_("{decision} {option} {title}"), decision=name, option=record.code("answer"), title=record.words("title"))


def promise_table(desk: Desk, budgets: Mapping[str, Number | None]) -> Table | None:
    """The decided plan beside the proposed one, what was promised and the budget; None where the page promised nothing of it.

    Args:
        desk: of the pack.
        budgets: the budget by measure, where there is one.
    """
    checked = {record.word("measure"): record for record in desk.book.records("promise_check")}
    if not checked:
        return None
    text, with_budget = desk.writer.text, any(number is not None for number in budgets.values())
    rows = []
    for measure, (unit, label) in PROMISED.items():
        record, budget = checked[measure], budgets.get(measure)
        proposed, promised, came = (record.number(name, unit) for name in ("proposed", "promised", "came"))
        if not came.known:
            continue
        gap = difference(came, budget).change() if budget else None
        against: list[Cell] = [budget or "", gap.judged((gap.value or 0.0) >= 0) if gap else ""] if with_budget else []
        kept = bool(record.values["kept"])
        cells = (proposed, promised, came, difference(came, promised).change(), text(N_("yes") if kept else N_("no")), *against)
        rows.append(Row(text(label), cells, "" if kept else "chosen"))
    columns = [Column(text(label)) for label in (N_("as proposed"), N_("promised"), N_("decided plan"), N_("departure"))]
    columns.append(Column(text(N_("kept")), "text"))
    columns += [Column(text(label)) for label in (N_("budget"), N_("against budget"))] if with_budget else []
    caption = text(N_("The decided plan beside what the decision page promised"))
    return table(desk.writer, Table(caption, "", tuple(columns), tuple(rows), dense=True))


def _families(desk: Desk) -> list[Block]:
    names = [f"{measure}{plan}" for measure in ("late", "lost", "net_sales") for plan in ("_proposed", "")]
    text, rows = desk.writer.text, []
    for record in desk.book.grouped("revision_change", ["family"], names):
        short = [record.number(f"{measure}{plan}", "units") for measure, _ in UNITS for plan in ("_proposed", "")]
        sales = difference(record.number("net_sales", "money"), record.number("net_sales_proposed", "money")).change()
        if sales.value or short[0].value != short[1].value or short[2].value != short[3].value:
            rows.append(Row(record.words("family"), (*short, sales)))
    if not rows:
        return []
    plans = (N_("as proposed"), N_("decided plan"))
    columns = [Column(text(plan), group=text(label)) for _, label in UNITS for plan in plans]
    columns.append(Column(text(N_("change")), group=text(N_("net sales"))))
    caption = text(N_("Families that it changes, over all planned months"))
    return [table(desk.writer, Table(caption, text(N_("family")), tuple(columns), tuple(rows), dense=True))]
