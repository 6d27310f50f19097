"""The plan library: every cycle of every company on one page that opens from a file, is searched without a server, and keeps old plans.

Each plan stands beside the one before; what was superseded stays to be read.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from markupsafe import Markup

from sopkit.report.cells import Code, Day, Month, Number, Words, known, source_of
from sopkit.report.delivery.departments import MEASURES
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.pack.words import KPIS
from sopkit.report.svg import on_screen, spark_line
from sopkit.report.tables import Column, Row, Table, table
from sopkit.report.templates import rendered

SHOWN = ("demand", "net_sales", "operating_contribution", "fill_rate", "stock", "cash_low")  # of the company, beside the plan before
COMPANY = "*"
LABELS = {  # of links: what a reader opens
    "pack": N_("pack"),
    "print": N_("print"),
    "workbook": N_("workbook"),
    "minutes": N_("minutes"),
    "dates": N_("dates"),
}
SEARCH = """
const box = document.getElementById('search');
const plans = [...document.querySelectorAll('article[data-words]')];
const found = document.getElementById('found');
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const plan of plans) {
    const text = plan.dataset.words;
    const show = words.every(word => text.includes(word));
    plan.hidden = !show;
    count += show;
  }
  found.textContent = words.length ? count + ' / ' + plans.length : '';
});
"""


@dataclass(frozen=True)
class Entry:
    """One published version, or a run that was not published."""

    company: str
    cycle: str
    status: str  # FINAL, DRAFT, or empty for a run that was not published
    version: int = 0
    superseded_by: int | None = None
    holds: bool = False
    revision: str = "r1"
    plan_hash: str = ""
    published_on: str = ""  # day, ISO
    approved_by: tuple[str, ...] = ()
    override: str = ""
    links: tuple[tuple[str, str], ...] = ()  # of LABELS, address relative to the page
    decisions: tuple[str, ...] = ()
    against: str = ""
    rows: tuple[Mapping[str, object], ...] = ()  # of the comparison with the plan before


@dataclass(frozen=True)
class Shelf:
    """All plans of one company, newest first, and the history of its KPIs."""

    company: str
    title: str
    currency: str
    entries: tuple[Entry, ...]
    kpis: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)  # KPI: month: value
    units: Mapping[str, str] = field(default_factory=dict)  # KPI: unit


def library_page(shelves: Sequence[Shelf], language: str = "en") -> str:
    """The page; it asks for nothing but the documents it links to."""
    writer = Writer(language_of(language), "")
    shown = [_shelf(shelf, language) for shelf in shelves]
    digest = b64encode(sha256(SEARCH.encode()).digest()).decode()
    page = rendered("library.html.j2", writer, shelves=shown, search=Markup(SEARCH), digest=digest)
    return on_screen(page)


def _shelf(shelf: Shelf, language: str) -> dict[str, object]:
    writer = Writer(language_of(language), shelf.currency)
    return {
        "title": shelf.title,
        "company": shelf.company,
        "kpis": _kpi_table(shelf, writer) if shelf.kpis else None,
        "plans": [_plan(entry, writer) for entry in shelf.entries],
    }


def _plan(entry: Entry, writer: Writer) -> dict[str, object]:
    text, lines = writer.text, []
    if entry.superseded_by:
        lines.append(writer.say(N_("superseded by {version}"), version=Code(f"v{entry.superseded_by}")))
    if entry.published_on:
        lines.append(writer.say(N_("published on {day}"), day=Day(_day(entry.published_on))))
    if entry.approved_by:
        roles = ", ".join(entry.approved_by).replace("_", " ")
        lines.append(writer.say(N_("approved by {roles}"), roles=Words(roles, "ledger#kind=approval.who")))
    if entry.override:
        lines.append(
            writer.say(N_("final in spite of what was open: {reason}"), reason=Words(entry.override, "ledger#kind=override.reason"))
        )
    status = text(entry.status) if entry.status else text(N_("run, not published"))
    words = " ".join([entry.company, entry.cycle, f"v{entry.version}", status, entry.revision, entry.plan_hash, *entry.approved_by])
    words = " ".join([words, entry.override, *entry.decisions]).lower()
    return {
        "id": f"{entry.company}-{entry.cycle}-v{entry.version}",
        "words": words,
        "month": Month(entry.cycle, "long"),
        "version": Code(f"v{entry.version}") if entry.version else "",
        "status": status,
        "state": entry.status.lower() or "run",
        "holds": entry.holds and entry.status == "FINAL",  # a draft holds nobody to anything
        "old": entry.superseded_by is not None,
        "lines": lines,
        "links": [(text(LABELS[label]), address) for label, address in entry.links],
        "decisions": [Words(told, "ledger#kind=decision.body") for told in entry.decisions],
        "hash": Code(f"{entry.revision} {entry.plan_hash[:12]}"),
        "beside": _beside(entry, writer) if entry.rows else None,
    }


def _beside(entry: Entry, writer: Writer) -> Table:
    """The plan beside the one before: the company's lines."""
    rows = []
    for measure in SHOWN:
        row = next((row for row in entry.rows if row["measure"] == measure and row["subject"] == COMPANY), None)
        if row is not None:
            key, unit = {"measure": measure, "subject": COMPANY}, str(row["unit"])
            units = {"before": unit, "now": unit, "change": "points" if unit in ("share", "ratio") else unit}
            cells = [
                Number(known(row[name]), told, source_of("plan_differences", key, name), with_unit=True) for name, told in units.items()
            ]
            shown = (cells[0], cells[1], cells[2].change())
            rows.append(Row(writer.text(MEASURES[measure]), tuple(writer.markup(cell) for cell in shown)))  # in its own currency
    columns = tuple(Column(writer.text(label)) for label in (N_("before"), N_("now"), N_("change")))
    caption = writer.say(N_("Beside {plan}"), plan=Words(entry.against, "manifest#against"))
    return table(writer, Table(caption, "", columns, tuple(rows), dense=True))


def _kpi_table(shelf: Shelf, writer: Writer) -> Table:
    """The KPIs' history over the cycles, a line each with its trend."""
    months = sorted({month for values in shelf.kpis.values() for month in values})
    rows = []
    for name, values in shelf.kpis.items():
        label, unit = writer.text(KPIS.get(name, name)), shelf.units.get(name, "number")
        trend = spark_line(f"kpi-{shelf.company}-{name}", label, [values.get(month) for month in months])
        shown = months[-6:]
        cells = [
            Number(values.get(month), unit, source_of("facts", {"id": name, "period": month}, "value"), with_unit=True) for month in shown
        ]
        rows.append(Row(label, (*(writer.markup(cell) for cell in cells), trend)))  # in this company's own currency
    columns = (*(Column(Month(month, "column")) for month in months[-6:]), Column(writer.text(N_("trend")), "text"))
    return table(writer, Table(writer.text(N_("KPIs by closed month")), "", columns, tuple(rows), dense=True))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
