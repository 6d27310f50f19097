"""A crisis on one page: what it does to the plan, who is hit, what is done first, and which of the decisions asked helps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.meeting.policy import Playbook
from sopkit.report.book import Book, Record
from sopkit.report.cells import Month, Number, difference
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Block, Column, Row, Table, Text, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd

MEASURES = (
    ("net_sales", "money", N_("Net sales of the fiscal year")),
    ("gross_margin", "money", N_("Gross margin, next twelve months")),
    ("contribution", "money", N_("Contribution, next twelve months")),
    ("fill_rate", "share", N_("Fill rate, next six months")),
    ("lost", "units", N_("Units lost, next twelve months")),
    ("late", "units", N_("Units that wait, next twelve months")),
    ("working_capital_peak", "money", N_("Highest operating working capital")),
    ("cash_low", "money", N_("Lowest cash headroom, next twelve months")),
    ("load_peak", "ratio", N_("Highest load on demonstrated capacity")),
)
WORSE_HIGH = ("lost", "late", "working_capital_peak", "load_peak")
MOST_FAMILIES = 6


def crisis_page(
    scenarios: "pd.DataFrame", shortages: "pd.DataFrame", playbook: Playbook, *, title: str, start: str, currency: str, language: str = "en"
) -> str:
    """One page for the day it happens.

    Args:
        scenarios: Scenarios: `base`, `crisis`, and options on top of the crisis (kind option).
        shortages: `family, period, lost, late` (units) of the crisis, families and months that are hit.
        playbook: trigger, owner, first actions.
        title: of the company and the cycle.
        start: first month of the crisis.
        currency: the company's.
        language: en or sv.

    Returns:
        A self-contained HTML page.
    """
    writer, book = Writer(language_of(language), currency), Book({"scenarios": scenarios, "crisis_shortages": shortages})
    base, crisis = book.record("scenarios", scenario="base"), book.record("scenarios", scenario="crisis")
    assert base is not None and crisis is not None, "a crisis without its plan"
    change = difference(crisis.number("contribution", "money"), base.number("contribution", "money")).change()
    headline = writer.say(
        N_("If it begins in {month} and nobody acts: contribution of the next twelve months {change}, {lost} lost."),
        month=Month(start, "long"),
        change=change,
        lost=crisis.number("lost", "units"),
    )
    blocks = [_effects(writer, base, crisis), *_hit(writer, shortages), *_helps(writer, book, crisis)]
    steps = tuple(Markup.escape(step) for step in playbook.first_actions)
    return on_screen(
        rendered(
            "crisis.html.j2",
            writer,
            title=title,
            crisis=crisis.words("title"),
            headline=headline,
            breaks=crisis.words("breaks_first"),
            trigger=playbook.trigger,
            owner=playbook.owner.replace("_", " "),
            steps=steps,
            blocks=blocks,
        )
    )


def _effects(writer: Writer, base: Record, crisis: Record) -> Table:
    """The plan, the plan with the crisis, and the change, measure by measure."""
    rows = []
    for measure, unit, label in MEASURES:
        plan, after = base.number(measure, unit), crisis.number(measure, unit)
        change = difference(after, plan).change()
        good = None if not change.value else (change.value > 0) != (measure in WORSE_HIGH)
        rows.append(Row(writer.text(label), (plan, after, change.judged(good))))
    columns = tuple(Column(writer.text(label)) for label in (N_("the plan"), N_("with the crisis"), N_("change")))
    return table(writer, Table(writer.say(N_("What it does if nobody acts")), "", columns, tuple(rows), dense=True))


def _hit(writer: Writer, shortages: "pd.DataFrame") -> list[Block]:
    """The families that lose most, and when."""
    if shortages.empty:
        return [Text((writer.say(N_("No family loses or delays more than in the plan.")),))]
    sums = shortages.groupby("family")[["lost", "late"]].sum().sort_values(["lost", "late"], ascending=False).head(MOST_FAMILIES)
    first = shortages.groupby("family")["period"].min()
    rows = [
        Row(
            str(family),
            (
                Number(float(sums.at[family, "lost"]), "units", f"sum(crisis_shortages#family={family}.lost)"),
                Number(float(sums.at[family, "late"]), "units", f"sum(crisis_shortages#family={family}.late)"),
                Month(str(first[family])),
            ),
        )
        for family in sums.index
    ]
    columns = (Column(writer.text(N_("lost"))), Column(writer.text(N_("late"))), Column(writer.text(N_("from")), "text"))
    caption = writer.say(N_("Whom it hits: units more than in the plan"))
    return [table(writer, Table(caption, writer.text(N_("family")), columns, tuple(rows), dense=True))]


def _helps(writer: Writer, book: Book, crisis: Record) -> list[Block]:
    """What the options of this cycle's decisions bring on top of the crisis, the best first."""
    options = book.records("scenarios", lambda row: row["kind"] == "option")
    changes = [(difference(one.number("contribution", "money"), crisis.number("contribution", "money")).change(), one) for one in options]
    told = sorted((pair for pair in changes if pair[0].value and pair[0].value > 0), key=lambda pair: -(pair[0].value or 0.0))
    if not told:
        return []
    rows = [
        Row(writer.markup(one.words("title")), (change, one.number("fill_rate", "share"), one.number("cash_low", "money")))
        for change, one in told
    ]
    labels: Sequence[str] = (N_("contribution brought back"), N_("fill rate"), N_("lowest cash"))
    caption = writer.say(N_("What helps, of the options prepared for this cycle"))
    return [
        table(
            writer, Table(caption, writer.text(N_("option")), tuple(Column(writer.text(each)) for each in labels), tuple(rows), dense=True)
        )
    ]
