"""Page one under another scenario: the same lines, the plan beside what the reader chooses; on the screen, without a request."""

from collections.abc import Sequence

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Number, difference
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.tables import Column, Row, Table, table

ORDER = ("together", "scenario", "option")  # as they are offered
WORSE = ("stock_peak",)  # more of it is no better


def switch_table(desk: Desk, base: Record, measures: Sequence[tuple[str, str, str]]) -> tuple[Table, ...]:
    """The plan, and beside it each scenario with its change; nothing where there is none.

    The page's script shows one scenario at a time. Without it all stand beside each other.

    Args:
        base: the plan's row of `scenarios`.
        measures: column of `scenarios`, unit and label of each line, as page one has them.
    """
    text, records = desk.writer.text, desk.book.records("scenarios", lambda row: row["kind"] in ORDER)
    records = sorted(records, key=lambda record: ORDER.index(record.word("kind")))
    lines = [line for line in measures if base.number(line[0], line[1]).known]
    if not records or not lines:
        return ()
    columns = [Column(text(N_("this plan")))]
    for record in records:
        columns += [Column(text(label), group=_name(desk, record)) for label in (N_("then"), N_("change"))]
    rows = []
    for measure, unit, label in lines:
        plan = base.number(measure, unit)
        cells: list[Cell] = [plan.long() if unit == "share" else plan]
        for record in records:
            after = record.number(measure, unit)
            cells += [after, _judged(measure, difference(after, plan).change())]
        rows.append(Row(text(label), tuple(cells)))
    caption = desk.writer.say(N_("This plan under another scenario: choose one"))
    return (table(desk.writer, Table(caption, "", tuple(columns), tuple(rows), dense=True, folded=True, screen=True, switch=True)),)


def _name(desk: Desk, record: Record) -> str:
    return desk.writer.markup(record.words("title") or record.words("scenario"))


def _judged(measure: str, change: Number) -> Number:
    return change.judged(None if not change.value else (change.value > 0) != (measure in WORSE))
