"""Scenarios, assumptions, risks and opportunities, actions."""

from dataclasses import replace

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, count, difference, source_of, total
from sopkit.report.narrative import N_
from sopkit.report.pack.decisions import NOTHING, base_scenario
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import in_months, missing, named, role, word
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, table

SHOWN = {"base": 0, "scenario": 1, "together": 2}  # options stand on page one


def outlook_pages(desk: Desk) -> list[Page]:
    """Scenarios, then assumptions, risks and actions; no page where a company has none of them: process health names that."""
    scenarios, registers = _scenario_page(desk), _register_page(desk)
    if scenarios is None:
        return [registers] if desk.book.has("assumptions") or desk.book.has("risks") or desk.book.has("actions") else []
    together = replace(scenarios, style="tight", blocks=(*scenarios.blocks, Text((), title=registers.title), *registers.blocks))
    return [together]


def _scenario_page(desk: Desk) -> Page | None:
    """What else may happen, each scenario solved as the plan is; None where there is only the plan."""
    records = desk.book.records("scenarios", lambda row: row["kind"] in SHOWN)
    if len(records) < 2:
        return None
    text, base = desk.writer.text, base_scenario(desk)
    ordered = sorted(records, key=lambda record: (SHOWN[record.word("kind")], record.word("scenario")))
    rows = [_scenario_row(desk, record, base) for record in ordered]
    labels = (
        N_("net sales, fiscal year"),
        N_("contribution, twelve months"),
        N_("against the plan"),
        N_("fill rate"),
        N_("lost"),
        N_("late"),
        N_("highest stock"),
        N_("lowest cash"),
        N_("highest load"),
        N_("breaks first"),
    )
    keep = [place for place in range(len(labels)) if any(_told(row.cells[place]) for row in rows)]
    columns = tuple(Column(text(labels[place]), "text" if labels[place] in ("breaks first",) else "number") for place in keep)
    shown = tuple(Row(row.head, tuple(row.cells[place] for place in keep), row.style) for row in rows)
    caption = desk.writer.say(N_("Each planned through the same functions as the plan itself; what each option brings stands on page one"))
    return Page(
        "outlook",
        text(N_("Scenarios, assumptions, risks, actions")),
        _scenario_title(desk, records, base),
        (table(desk.writer, Table(caption, text(N_("scenario")), columns, shown, dense=True)),),
    )


def _scenario_row(desk: Desk, record: Record, base: Record) -> Row:
    """Money, units, stock, cash, load and the limit that breaks first under a scenario; contribution against the plan's."""
    kind = record.word("kind")
    change: Cell = ""
    if kind != "base":
        more = difference(record.number("contribution", "money"), base.number("contribution", "money")).change()
        change = more.judged(None if not more.value else more.value > 0)
    measures = (("fill_rate", "share"), ("lost", "units"), ("late", "units"), ("stock_peak", "money"), ("cash_low", "money"))
    cells: tuple[Cell, ...] = (
        record.number("net_sales", "money"),
        record.number("contribution", "money"),
        change,
        *(record.number(column, unit) for column, unit in measures),
        record.number("load_peak", "ratio"),
        _breaks_first(desk, record),
    )
    head = desk.writer.text(N_("the plan")) if kind == "base" else desk.writer.markup(record.words("title"))
    return Row(head, cells, "sum" if kind == "base" else "chosen" if kind == "together" else "")


def _breaks_first(desk: Desk, record: Record) -> Cell:
    """What runs out first and when: cash, a family, or a resource by its name."""
    what, _, month = record.word("breaks_first").rpartition(" ")
    name = named(desk, "resource", what)
    return (
        desk.writer.say(N_("{limit}, {month}"), limit=name, month=Month(month)) if name else in_months(desk, record.words("breaks_first"))
    )


def _told(cell: Cell) -> bool:
    return cell.known if isinstance(cell, Number) else bool(cell)


def _scenario_title(desk: Desk, records: list[Record], base: Record) -> Markup:
    say = desk.writer.say
    what_if = [record for record in records if record.word("kind") == "scenario"]
    if not what_if:
        return say(N_("No scenario is declared beside the options of the decisions."))
    valued = [record for record in what_if if record.number("contribution", "money").known]
    if not valued:
        return say(N_("No scenario could be valued: costs are not known, or it could not be planned."))

    def change(record: Record) -> Number:
        return difference(record.number("contribution", "money"), base.number("contribution", "money"))

    worst, *_, best = *(ordered := sorted(valued, key=lambda record: change(record).value or 0.0)), ordered[-1]
    little = NOTHING * abs(base.number("net_sales", "money").value or 0.0)
    shown, told = worst, N_("Worst scenario for contribution, twelve months: {title}, {change}.")
    if (change(worst).value or 0.0) > -little:
        shown, told = best, N_("No scenario takes contribution of the next twelve months down; the best is {title}, {change}.")
        if (change(best).value or 0.0) < little:
            return say(N_("No scenario moves contribution of the next twelve months."))
    return say(told, title=shown.words("title"), change=change(shown).change())


def _register_page(desk: Desk) -> Page:
    """Assumptions, risks and actions on one page."""
    text, say = desk.writer.text, desk.writer.say
    broken = desk.book.records("assumptions", lambda row: row["last_result"] == "broke")
    late = desk.book.records("actions", lambda row: row["status"] == "late")
    tables: tuple[Block, ...] = (*_assumption_table(desk), *_risk_table(desk), *_action_table(desk))
    told = N_("{broken} of {assumptions} assumptions broke last month; {late} of {actions} actions are late.")
    if not broken and not late:
        told = N_("No assumption broke last month, and no action is late.")
    title = say(
        told,
        broken=count("assumptions", len(broken), "last_result=broke"),
        assumptions=count("assumptions", len(desk.book.records("assumptions"))),
        late=count("actions", len(late), "status=late"),
        actions=count("actions", len(desk.book.records("actions"))),
    )
    if not tables:
        title = say(N_("Assumptions, risks and actions are not registered."))
    return Page("outlook", text(N_("Assumptions, risks, actions")), title, (*tables, *missing(desk, "assumptions", "risks", "actions")))


def _assumption_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in desk.book.records("assumptions"):
        result = desk.writer.text(word(desk, record, "last_result"))
        cells = (
            record.words("statement"),
            role(desk, record),
            record.words("evidence"),
            record.month("expires"),
            result,
            record.words("last_result_note"),
        )
        rows.append(Row(desk.writer.markup(record.code("assumption")), cells, "chosen" if record.word("last_result") == "broke" else ""))
    columns = tuple(
        Column(text(label), "text")
        for label in (N_("statement"), N_("owner"), N_("evidence"), N_("holds until"), N_("last month"), N_("what happened"))
    )
    caption = desk.writer.say(N_("Assumptions; broken ones marked"))
    return (table(desk.writer, Table(caption, text(N_("assumption")), columns, tuple(rows), dense=True)),) if rows else ()


def _risk_table(desk: Desk) -> tuple[Table, ...]:
    text, rows, weighted = desk.writer.text, [], []
    for record in desk.book.records("risks"):
        effect, likely = record.number("contribution_effect", "money"), record.number("probability_share", "share")
        value = None if effect.value is None or likely.value is None else effect.value * likely.value
        source = f"product({effect.source}|{source_of('risks', record.key, 'probability_share')})"
        weighted.append(Number(value, "money", source))
        cells = (
            record.words("statement"),
            role(desk, record),
            likely,
            effect.change(),
            weighted[-1].change(),
            record.words("mitigation"),
            record.day("due_date"),
        )
        rows.append(Row(desk.writer.markup(record.code("risk")), cells))
    if not rows:
        return ()
    rows.append(Row(text(N_("Total")), ("", "", "", "", total(weighted, "money").change(), "", ""), "sum"))
    labels = (
        N_("what may happen"),
        N_("owner"),
        N_("probability"),
        N_("effect on contribution"),
        N_("weighted"),
        N_("what is done"),
        N_("by"),
    )
    columns = tuple(
        Column(text(label), "number" if label in ("probability", "effect on contribution", "weighted") else "text") for label in labels
    )
    caption = desk.writer.say(N_("Risks in, and opportunities outside, the numbers of the plan"))
    return (table(desk.writer, Table(caption, text(N_("risk")), columns, tuple(rows), dense=True)),)


def _action_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in desk.book.records("actions", lambda row: row["status"] != "done"):
        counted = desk.writer.text(N_("yes") if record.values["in_plan"] is True or str(record.values["in_plan"]) == "True" else N_("no"))
        cells = (
            record.words("statement"),
            role(desk, record),
            record.day("due_date"),
            word(desk, record, "status"),
            record.number("revenue_effect", "money").change(),
            record.number("probability_share", "share"),
            counted,
        )
        rows.append(Row(desk.writer.markup(record.code("action")), cells, "chosen" if record.word("status") == "late" else ""))
    labels = (N_("action"), N_("owner"), N_("by"), N_("status"), N_("effect on net sales"), N_("probability"), N_("in the plan"))
    columns = tuple(Column(text(label), "number" if label in ("effect on net sales", "probability") else "text") for label in labels)
    caption = desk.writer.say(N_("Actions that are not done; late ones marked"))
    return (table(desk.writer, Table(caption, text(N_("id")), columns, tuple(rows), dense=True)),) if rows else ()
