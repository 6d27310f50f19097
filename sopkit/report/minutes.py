"""Minutes and action list of a cycle, from the record: what was signed, decided, approved and refused, by whom; as a page and as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.report.book import Book
from sopkit.report.cells import Cell, Code, Day, Words, source_of
from sopkit.report.delivery.documents import Letterhead, audience_html
from sopkit.report.narrative import N_, Writer
from sopkit.report.pack.words import role_words
from sopkit.report.svg import on_screen
from sopkit.report.tables import Column, Page, Row, Table, Text, table

if TYPE_CHECKING:
    import pandas as pd

SECTIONS = {  # heading: kinds of events under it
    N_("Decided"): ("decision",),
    N_("Approved"): ("approval", "revocation"),
    N_("Signed"): ("sign_off",),
    N_("Changed in the plan"): ("override", "assumption"),
    N_("Refused"): ("refusal",),
    N_("Published"): ("publication", "supersession"),
}
OPEN = ("open", "late")
MEETINGS = {"pre_sop": N_("Pre-S&OP"), "executive": N_("Executive meeting")}


@dataclass(frozen=True)
class Noted:
    """One event as minutes tell it."""

    seq: int
    at: str  # UTC
    kind: str
    who: str
    told: str


@dataclass(frozen=True)
class Attended:
    """Who was in a meeting, as it was recorded, and who of its quorum was not, nor by a deputy."""

    meeting: str  # pre_sop or executive
    roles: tuple[str, ...]
    missing: tuple[str, ...] | None = None  # None: the meeting has no quorum


@dataclass(frozen=True)
class Minutes:
    """The minutes as a page and as lines of text."""

    html: str
    lines: list[str]


def minutes(noted: Sequence[Noted], actions: "pd.DataFrame", head: Letterhead, attended: Sequence[Attended] = ()) -> Minutes:
    """The minutes of a cycle.

    Args:
        noted: events of the cycle, in order.
        actions: the table actions: open ones are carried over, with owner and date.
        head: what the page says of itself.
        attended: the meetings whose attendance was recorded.

    Returns:
        Minutes; a heading without events says so.
    """
    writer = head.writer()
    blocks: list[Table | Text] = [*_attendance(writer, attended)]
    blocks += [_section(writer, heading, [one for one in noted if one.kind in kinds]) for heading, kinds in SECTIONS.items()]
    page = Page("minutes", "", writer.say(N_("Minutes and actions")), (*blocks, _actions(writer, actions)))
    return Minutes(on_screen(audience_html([page], head, "executives")), _lines(noted, actions, head, attended))


def _attendance(writer: Writer, attended: Sequence[Attended]) -> tuple[Text, ...]:
    return (Text(tuple(_who(writer, one) for one in attended), title=writer.text(N_("Attendance"))),) if attended else ()


def _who(writer: Writer, one: Attended) -> Markup:
    """One meeting: who was there, and whether there was a quorum."""
    told = N_("{meeting}: {roles}.") if one.missing is None else N_("{meeting}: {roles}. There was a quorum.")
    if one.missing:
        told = N_("{meeting}: {roles}. No quorum; missing: {missing}.")
    source = f"params#{one.meeting}.present"
    names = {
        name: Words(", ".join(role_words(writer, role) for role in roles), source)
        for name, roles in (("roles", one.roles), ("missing", one.missing or ()))
    }
    return writer.say(told, meeting=writer.text(MEETINGS[one.meeting]), **names)


def _section(writer: Writer, heading: str, noted: Sequence[Noted]) -> Table | Text:
    text = writer.text
    if not noted:
        return Text((writer.say(N_("Nothing is recorded.")),), title=text(heading), style="quiet")
    rows = []
    for one in noted:
        told: tuple[Cell, ...] = (_words(one, "who", one.who.replace("_", " ")), _words(one, "body", one.told))
        rows.append(Row(writer.markup(Code(str(one.seq))), (Day(date.fromisoformat(one.at[:10]), "short"), *told)))
    columns = tuple(Column(text(label), "text") for label in (N_("on"), N_("who"), N_("what")))
    return table(writer, Table(text(heading), text(N_("event")), columns, tuple(rows), dense=True))


def _words(one: Noted, column: str, told: str) -> Cell:
    return Words(told, source_of("ledger", {"seq": one.seq}, column)) if told else ""


def _actions(writer: Writer, actions: "pd.DataFrame") -> Table | Text:
    text = writer.text
    records = Book({"actions": actions}).records("actions", lambda row: row["status"] in OPEN)
    if not records:
        return Text((writer.say(N_("No action is open.")),), title=text(N_("Actions")), style="quiet")
    rows = []
    for record in sorted(records, key=lambda one: (str(one.values["due_date"]), one.word("action"))):
        cells = (record.words("statement"), record.words("owner"), record.day("due_date"))
        rows.append(Row(writer.markup(record.code("action")), cells, "chosen" if record.word("status") == "late" else ""))
    columns = tuple(Column(text(label), "text") for label in (N_("what"), N_("owner"), N_("by")))
    return table(writer, Table(text(N_("Actions, open and late")), text(N_("action")), columns, tuple(rows), dense=True))


def _lines(noted: Sequence[Noted], actions: "pd.DataFrame", head: Letterhead, attended: Sequence[Attended]) -> list[str]:
    """The same as plain text."""
    writer = head.writer()
    version = f" v{head.version}" if head.version else ""
    lines = [f"{head.title}, {head.cycle}{version} {head.status}: {writer.text(N_('Minutes and actions'))}"]
    if attended:
        lines += ["", writer.text(N_("Attendance")), *(f"  {_who(writer, one).striptags()}" for one in attended)]
    for heading, kinds in SECTIONS.items():
        own = [one for one in noted if one.kind in kinds]
        lines += ["", writer.text(heading), *(f"  {one.seq:>4}  {one.at[:10]}  {one.who or '-'}: {one.told}" for one in own)]
        lines += [] if own else [f"  {writer.text(N_('Nothing is recorded.'))}"]
    lines += ["", writer.text(N_("Actions, open and late"))]
    open_ones = actions[actions["status"].isin(OPEN)].sort_values(["due_date", "action"]) if len(actions) else actions
    for row in open_ones.to_dict("records"):
        lines.append(f"  {row['action']:<8} {str(row['due_date'])[:10]}  {row['owner']}: {row['statement']} ({row['status']})")
    return [*lines, *([] if len(open_ones) else [f"  {writer.text(N_('No action is open.'))}"])]
