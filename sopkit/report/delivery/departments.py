"""What changed that touches you: one page for each role of the team, against the plan before."""

from typing import TYPE_CHECKING

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Number, Words
from sopkit.report.delivery.documents import Letterhead, audience_html
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, table

if TYPE_CHECKING:
    import pandas as pd

TOUCHES = {  # role: what of a plan touches it
    "head_of_sales": ("demand", "shipped", "lost", "fill_rate", "net_sales"),
    "head_of_marketing": ("demand", "net_sales"),
    "head_of_product": ("demand", "production"),
    "head_of_operations": ("production", "load", "heads"),
    "head_of_materials": ("purchases", "production"),
    "head_of_logistics": ("stock", "shipped"),
    "head_of_finance": ("net_sales", "gross_margin", "operating_contribution", "cash_low"),
    "head_of_hr": ("heads",),
}
MEASURES = {
    "demand": N_("Demand"),
    "shipped": N_("Shipped"),
    "production": N_("Production"),
    "lost": N_("Lost"),
    "stock": N_("Stock at the end"),
    "fill_rate": N_("Fill rate"),
    "net_sales": N_("Net sales"),
    "gross_margin": N_("Gross margin"),
    "operating_contribution": N_("Operating contribution"),
    "load": N_("Hours"),
    "heads": N_("People"),
    "purchases": N_("Purchases"),
    "cash_low": N_("Lowest cash headroom"),
}
SMALL_SHARE = 0.001  # of what it was: a change below says nothing
SOURCE = "plan_differences"
MOST_LINES = 5  # of a letter


def touching(differences: "pd.DataFrame", role: str) -> "pd.DataFrame":
    """The differences that touch a role and are more than nothing, in printed order."""
    own = differences[differences["measure"].isin(TOUCHES[role])]
    size = own["before"].abs().clip(lower=1e-9)
    return own[(own["change"].abs() / size > SMALL_SHARE) | (own["before"].isna() != own["now"].isna())]


def department_page(differences: "pd.DataFrame", role: str, head: Letterhead, against: str) -> str:
    """The page of one role, as HTML for the screen; `against` is the plan it is compared with, empty where there is none."""
    writer = head.writer()
    title = writer.say(N_("What changed that touches you"))
    return on_screen(audience_html([Page("changes", "", title, change_blocks(touching(differences, role), writer, against))], head, role))


def letter_lines(rows: "pd.DataFrame", writer: Writer, against: str) -> list[str]:
    """The largest changes as plain text, for the body of a letter."""
    text = writer.text
    both = rows.dropna(subset=["before", "now"])
    largest = both.assign(size=(both["change"] / both["before"].abs().clip(lower=1e-9)).abs()).nlargest(MOST_LINES, "size")
    lines = []
    for row in largest.to_dict("records"):
        before, now = (writer.written(Number(row[name], row["unit"], SOURCE, with_unit=True)) for name in ("before", "now"))
        subject = text(N_("company")) if row["subject"] == "*" else str(row["subject"])
        lines.append(f"{text(MEASURES[row['measure']])}, {subject}: {before} -> {now}")
    return (
        [f"{text(N_('What changed that touches you'))} ({against or '-'}):", *lines]
        if lines
        else [text(N_("Nothing that touches you changed."))]
    )


def change_blocks(differences: "pd.DataFrame", writer: Writer, against: str) -> tuple[Block, ...]:
    """A table per measure, before and now; a sentence where there is nothing to compare with, or nothing changed."""
    if not against:
        return (Text((writer.say(N_("There is no plan before this one to compare with.")),), style="missing"),)
    if differences.empty:
        return (Text((writer.say(N_("Nothing that touches you changed against {plan}."), plan=Words(against, "plan#before")),)),)
    blocks = []
    for measure in dict.fromkeys(differences["measure"]):
        blocks.append(_measure_table(differences[differences["measure"] == measure], measure, writer, against))
    return tuple(blocks)


def _measure_table(rows: "pd.DataFrame", measure: str, writer: Writer, against: str) -> Table:
    lines = []
    for row in rows.to_dict("records"):
        record = Record(SOURCE, {"measure": measure, "subject": row["subject"]}, row)
        head: Cell = writer.text(N_("company")) if row["subject"] == "*" else record.words("subject")
        cells = tuple(_shown(record.number(column, row["unit"])) for column in ("before", "now"))
        change = record.number("change", "points" if row["unit"] == "share" else row["unit"])
        lines.append(Row(head, (*cells, _shown(change).change()), "sum" if row["subject"] == "*" else ""))
    columns = tuple(Column(writer.text(label)) for label in (N_("before"), N_("now"), N_("change")))
    caption = writer.say(N_("{measure}, against {plan}"), measure=writer.text(MEASURES[measure]), plan=Words(against, "plan#before"))
    return table(writer, Table(caption, "", columns, tuple(lines), dense=True))


def _shown(number: Number) -> Number:
    return number.long() if number.unit in ("share", "points") else number
