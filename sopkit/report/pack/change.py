"""What stands unless someone objects, what earlier decisions brought, the bridge from the last plan, and the report card."""

from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from sopkit.periods import period_range, shifted
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, count, listed, total
from sopkit.report.charts import CAUSES as BRIDGE_CAUSES
from sopkit.report.narrative import N_
from sopkit.report.pack.drawings import bridge_drawing
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.largest import largest_families, sum_of
from sopkit.report.pack.words import CAUSES, KPIS, missing, role, scope_of, word
from sopkit.report.svg import spark_line
from sopkit.report.tables import Block, Column, Figure, Page, Row, Side, Table, Text, table

PROPOSALS = {
    "excess": N_("leave out what would lie too long"),
    "slow_stock": N_("sell off slow stock"),
    "safety_stock": N_("lower safety stock that the plan never touches"),
    "override": N_("withdraw what asks for more than can be shipped"),
}
LOWER_IS_BETTER = ("cycle_time", "working_capital")
MEASURES = {"revenue": "money", "gross_margin": "money", "units": "units"}  # of the bridge, in the order of its columns
LABELS = {"revenue": N_("net sales"), "gross_margin": N_("gross margin"), "units": N_("units")}
NEAR_IS_BETTER = ("forecast_vs_actual", "capacity_utilisation", "production_forecast")


def record_page(desk: Desk) -> Page:
    """The report card, and over it, where there are any, the ratify list and the carry-overs."""
    follow_up, card = _follow_up(desk), _report_card(desk)
    if follow_up is None:
        return card
    return replace(follow_up, style="tight", blocks=(*follow_up.blocks, Text((), title=card.title), *card.blocks))


def _follow_up(desk: Desk) -> Page | None:
    """Ratify list and carry-overs; None where there is neither."""
    blocks = (*_ratify_table(desk), *_carry_overs(desk))
    if not blocks:
        return None
    scored = _scored(desk)
    proposed = count("ratify_list", len(desk.book.records("ratify_list")))
    title = desk.writer.counted(N_("One proposal stands unless you object."), N_("{count} proposals stand unless you object."), proposed)
    if scored:
        realised, expected = _sum(scored, "realised_contribution"), _sum(scored, "expected_contribution")
        one = N_("Earlier decisions brought {realised} of the {expected} they promised; one proposal stands unless you object.")
        many = N_("Earlier decisions brought {realised} of the {expected} they promised; {count} proposals stand unless you object.")
        title = desk.writer.counted(one, many, proposed, realised=realised, expected=expected)
    return Page("record", desk.writer.text(N_("Follow-up and report card")), title, (*blocks, *missing(desk, "decisions")))


def _sum(records: list[Record], column: str) -> Number:
    return total([record.number(column, "money") for record in records], "money")


def _scored(desk: Desk) -> list[Record]:
    return [record for record in desk.book.records("decisions") if record.number("realised_contribution", "money").known]


def _ratify_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    rows = [
        Row(
            word(desk, record, "kind", PROPOSALS),
            (_subject(desk, record), record.number("quantity", "units"), record.number("amount", "money"), record.month()),
        )
        for record in desk.book.records("ratify_list")
    ]
    columns = (
        Column(text(N_("what")), "text"),
        Column(text(N_("units"))),
        Column(text(N_("amount"))),
        Column(text(N_("from")), "text"),
    )
    caption = desk.writer.say(N_("Ratify list: found by the detectors, settled unless someone objects"))
    return (table(desk.writer, Table(caption, text(N_("what is proposed")), columns, tuple(rows), dense=True)),) if rows else ()


def _subject(desk: Desk, proposal: Record) -> Cell:
    """What a proposal is about; of an override also what it changes."""
    asked = desk.book.record("override_log", override=proposal.word("subject")) if proposal.word("kind") == "override" else None
    if asked is None:
        return proposal.words("subject")
    return desk.writer.say(N_("{override}: {scope}"), override=proposal.words("subject"), scope=scope_of(asked))


def _carry_overs(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in desk.book.records("decisions"):
        expected, realised = record.number("expected_contribution", "money"), record.number("realised_contribution", "money")
        better = None if realised.value is None or expected.value is None else realised.value >= expected.value
        cells = (
            record.words("statement"),
            role(desk, record),
            word(desk, record, "status"),
            expected,
            realised.judged(better),
            record.words("note"),
        )
        rows.append(Row(desk.writer.markup(record.code("decision")), cells))
    labels = (N_("decided"), N_("carried out by"), N_("status"), N_("promised"), N_("brought"), N_("why they differ"))
    columns = tuple(Column(text(label), "number" if label in ("promised", "brought") else "text") for label in labels)
    caption = desk.writer.say(N_("Carry-overs: earlier decisions and what they brought to contribution"))
    return (table(desk.writer, Table(caption, text(N_("decision")), columns, tuple(rows), dense=True)),) if rows else ()


def bridge_pages(desk: Desk) -> list[Page]:
    """From the last plan to this one; no page where there was no last plan."""
    records = desk.book.grouped("plan_bridge", ["measure", "cause"], ["amount"])
    if not records:
        return []
    revenue = {record.word("cause"): record for record in records if record.word("measure") == "revenue"}
    blocks: list[Block] = []
    drawing = bridge_drawing(desk)
    if drawing:
        blocks.append(Figure(drawing, desk.writer.say(N_("Net sales of the months that both plans cover"))))
    blocks.append(Side((_bridge_table(desk, records),), _plan_score(desk)))
    return [Page("bridge", desk.writer.text(N_("What changed")), _bridge_title(desk, revenue), tuple(blocks))]


def _bridge_title(desk: Desk, revenue: dict[str, Record]) -> Markup:
    causes = {
        name: record.number("amount", "money") for name, record in revenue.items() if name not in ("last_plan", "this_plan", "horizon_roll")
    }
    change = total(causes.values(), "money")
    moved = [name for name in causes if causes[name].value]
    if not moved:
        return desk.writer.say(N_("Net sales of the months that both plans cover are unchanged."))
    largest = max(moved, key=lambda name: abs(causes[name].value or 0.0))
    told = N_("Since the last plan net sales of the same months change by {change}; the largest cause is {cause} with {amount}.")
    return desk.writer.say(told, change=change.change(), cause=desk.writer.text(CAUSES[largest]), amount=causes[largest].change())


def _bridge_table(desk: Desk, records: list[Record]) -> Table:
    text, rows = desk.writer.text, []
    cells = {(record.word("measure"), record.word("cause")): record for record in records}
    kept = [measure for measure in MEASURES if (measure, "last_plan") in cells]
    for cause in BRIDGE_CAUSES:
        whole = cause in ("last_plan", "this_plan")
        found = [
            (measure, record.number("amount", unit))
            for measure, unit in MEASURES.items()
            if (record := cells.get((measure, cause))) is not None
        ]
        if not whole and not any(number.value for _, number in found):
            continue
        told = {measure: number if whole or not number.value else number.change().judged(number.value > 0) for measure, number in found}
        numbers: list[Cell] = [told.get(measure, "") for measure in kept]
        rows.append(Row(text(CAUSES[cause]), tuple(numbers), "sum" if whole else "quiet" if cause == "horizon_roll" else ""))
    columns = tuple(Column(text(label)) for measure, label in LABELS.items() if measure in kept)
    caption = desk.writer.say(N_("From the last plan to this one, over the same months: the causes add up exactly"))
    return table(desk.writer, Table(caption, text(N_("cause")), columns, tuple(rows), dense=True))


def _plan_score(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    found = desk.book.records("plan_score")
    told = largest_families(desk, [record.word("family") for record in found])
    for record in [record for record in found if record.word("family") in told]:
        planned, actual = record.number("planned_quantity", "units"), record.number("actual_quantity", "units")
        money = (record.number("planned_revenue", "money"), record.number("actual_revenue", "money"))
        head = text(N_("all")) if record.word("family") == "*" else record.words("family")
        rows.append(Row(head, (planned, actual, *money), "sum" if record.word("family") == "*" else ""))
    if rest := [record for record in found if record.word("family") not in told]:
        units = (sum_of(rest, column, "units") for column in ("planned_quantity", "actual_quantity"))
        money = (sum_of(rest, "planned_revenue", "money"), sum_of(rest, "actual_revenue", "money"))
        rows.append(Row(text(N_("others")), (*units, *money), "quiet"))
    if not rows:
        return ()
    columns = tuple(
        Column(text(label)) for label in (N_("demand planned"), N_("demand that came"), N_("net sales planned"), N_("net sales invoiced"))
    )
    period = desk.book.records("plan_score")[0].month(form="long")
    caption = desk.writer.say(N_("The plan that stood before, against {month}, which has closed"), month=period)
    return (table(desk.writer, Table(caption, text(N_("family")), columns, tuple(rows), dense=True)),)


def _report_card(desk: Desk) -> Page:
    """The KPIs against target, with thirteen months of trend."""
    text, say = desk.writer.text, desk.writer.say
    judged = {kpi: _verdict(desk, kpi) for kpi in KPIS}
    rows = {kpi: _kpi_row(desk, kpi, judged[kpi]) for kpi in KPIS}
    labels = (
        N_("last closed month"),
        N_("target"),
        N_("verdict"),
        N_("month before"),
        N_("a year before"),
        N_("trend, thirteen months"),
        N_("why not"),
    )
    columns = tuple(
        Column(text(label), "text" if label in ("verdict", "trend, thirteen months", "why not") else "number") for label in labels
    )
    caption = say(N_("KPIs of {month}; money is provisional until finance closes the month"), month=Month(desk.about.cutoff, "long"))
    keep = [place for place in range(len(labels)) if any(row.cells[place] for row in rows.values())]
    printed = Table(
        caption,
        text(N_("KPI")),
        tuple(columns[place] for place in keep),
        tuple(Row(row.head, tuple(row.cells[place] for place in keep)) for row in rows.values()),
    )
    return Page(
        "record",
        text(N_("Report card")),
        _card_title(desk, judged, rows),
        (table(desk.writer, printed), *missing(desk, "targets", "production_history", "balance_sheet")),
    )


def _card_title(desk: Desk, judged: Mapping[str, bool | None], rows: Mapping[str, Row]) -> Markup:
    """How many of the KPIs with a target are on it, and which are not; else how many are known."""
    say = desk.writer.say
    scored = [kpi for kpi, verdict in judged.items() if verdict is not None]
    if not scored:
        return say(
            N_("{known} of the KPIs are known; none has a target yet."), known=listed([kpi for kpi in rows if _has_value(rows[kpi])])
        )
    off = [desk.writer.text(KPIS[kpi]) for kpi in scored if not judged[kpi]]
    if not off:
        return say(N_("All {all} KPIs with a target are on target."), all=listed(scored))
    told = N_("{good} of {all} KPIs with a target are on target; off target: {off}.")
    return say(told, good=listed([kpi for kpi in scored if judged[kpi]]), all=listed(scored), off=", ".join(off))


def _has_value(row: Row) -> bool:
    return isinstance(row.cells[0], Number) and row.cells[0].known


def _kpi_row(desk: Desk, kpi: str, verdict: bool | None) -> Row:
    history = {record.word("period"): record for record in desk.book.records("kpi_history", lambda row: row["kpi"] == kpi)}
    months = period_range(shifted(desk.about.cutoff, -12), 13)
    values = [history[month].number("value", history[month].word("unit")) if month in history else None for month in months]
    now, before, year = values[-1], values[-2], values[0]
    fact = desk.fact(kpi)
    now = fact if fact is not None and fact.known else now
    target = desk.book.record("targets", target=kpi, scope="*")
    label = desk.writer.text(KPIS[kpi])
    trend = spark_line(f"trend-{kpi}", label, [value.value if value else None for value in values])
    told = "" if verdict is None else desk.writer.text(N_("on target") if verdict else N_("off target"))
    mark = Markup('<span class="{}">{}</span>').format("good" if verdict else "bad", told) if told else ""
    goal = target.number("value", now.unit if now else "").long() if target else ""
    reason = desk.writer.sentence(history[months[-1]].words("reason")) if months[-1] in history and not (now and now.known) else ""
    shown: list[Cell] = [number.long() if number else "" for number in (now, before, year)]
    return Row(label, (shown[0], goal, mark, shown[1], shown[2], trend, reason))


def _verdict(desk: Desk, kpi: str) -> bool | None:
    """Whether a KPI is within the tolerance of its target; None where either is unknown."""
    target = desk.book.record("targets", target=kpi, scope="*")
    fact = desk.fact(kpi)
    if target is None or fact is None or fact.value is None:
        return None
    goal, tolerance = target.number("value", "").value or 0.0, target.number("tolerance", "").value or 0.0
    if kpi in NEAR_IS_BETTER:
        return abs(fact.value - goal) <= tolerance
    return fact.value <= goal + tolerance if kpi in LOWER_IS_BETTER else fact.value >= goal - tolerance
