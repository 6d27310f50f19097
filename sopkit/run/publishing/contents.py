"""What goes into a published version: documents rendered for this status, and copies of what they stand on."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.meeting.comparison import plan_differences
from sopkit.periods import first_day
from sopkit.report.delivery.answer_form import FILE, answer_form
from sopkit.report.delivery.departments import TOUCHES, department_page, letter_lines, touching
from sopkit.report.delivery.documents import Letterhead, view_documents
from sopkit.report.delivery.mail import Date, calendar, letter
from sopkit.report.delivery.redaction import VIEWS, folder_name, own_rows, readers
from sopkit.report.exports import SHEETS, plan_workbook
from sopkit.report.pack import About, PackInputs, written_pack
from sopkit.report.pack.build import printed_pages, shown_page
from sopkit.report.stamping import stamped_workbook
from sopkit.run.cycle import RunFolder
from sopkit.run.exporting import csv_text
from sopkit.run.files import file_hash, read_json, write_atomically, write_json
from sopkit.run.params import CompanyParams
from sopkit.run.plan_before import rows_of
from sopkit.run.process import load_process, working_days
from sopkit.run.publishing.erp import write_erp
from sopkit.run.publishing.sources import TABLES, plan_tables
from sopkit.run.step_files import Tables, facts_file, read_facts
from sopkit.steps import BY_NAME, STEPS

if TYPE_CHECKING:
    from sopkit.report.minutes import Minutes

COMPARED = "comparison.json"
PLAN_WORKBOOK = "plan.xlsx"
CONCERNS = {  # brief of a meeting: the roles whose work it is about
    "demand_brief": ("head_of_sales", "head_of_marketing", "head_of_product"),
    "supply_brief": ("head_of_operations", "head_of_materials", "head_of_logistics", "head_of_hr"),
}


@dataclass(frozen=True)
class Edition:
    """One publication of a run: what its documents say of themselves, and what they are compared with."""

    params: CompanyParams
    run: RunFolder
    about: About
    minutes: "Minutes"
    before: Path | None  # folder with the tables of the plan before
    before_name: str  # as `2026-02 v1`


def write_contents(folder: Path, edition: Edition) -> dict[str, int]:
    """Write all documents of an edition below a folder; returns how many files each audience gets."""
    tables = plan_tables(edition.run.path / "tables")
    head = _letterhead(edition)
    differences = _differences(edition, tables)
    write_json(folder / COMPARED, {"against": edition.before_name, "rows": rows_of(differences)})
    wanted = edition.params.audiences.publish_for
    _executives(folder, edition, tables, head)
    if "departments" in wanted:
        _departments(folder, edition, differences, head)
        _meetings(folder, edition, tables)
    for view in VIEWS:
        if view.kind in wanted:
            for reader in readers(tables, view):
                rows = own_rows(tables, view, reader, edition.params.audiences.withheld)
                files = {**view_documents(rows, view, reader, head).files, f"{view.file}.csv": csv_text(rows).encode()}
                if view.measure in rows and len(rows):
                    files[FILE] = answer_form(rows, view, reader, head, edition.params.company)
                _outside(folder / view.kind / folder_name(reader), files, view.file, reader, edition, head)
    if "erp" in wanted:
        write_erp(folder / "erp", tables, cutoff=edition.params.cutoff, location=edition.params.company)
    if "analysts" in wanted:
        shutil.copyfile(edition.run.facts_file, _made(folder / "analysts" / "facts.json"))
        shutil.copyfile(edition.run.findings_file, _made(folder / "analysts" / "findings.json"))
    shutil.copytree(edition.run.path / "tables", folder / TABLES)
    if "calendar" in wanted:
        write_atomically(folder / "calendar" / "cycle.ics", _calendar(edition, tables))
    names = [path.relative_to(folder).parts[0] for path in folder.rglob("*") if path.is_file()]
    return {name: names.count(name) for name in sorted(set(names))}


def _letterhead(edition: Edition) -> Letterhead:
    about = edition.about
    return Letterhead(about.title, about.cycle, about.status, about.version, about.language, about.currency)


def _executives(folder: Path, edition: Edition, tables: Tables, head: Letterhead) -> None:
    """The decision pack, the plan as a workbook, minutes and actions, and a letter with all of it."""
    pack = written_pack("executive", _pack_inputs(edition.run, edition.about, tables))
    html, lines = edition.minutes.html, edition.minutes.lines
    files = {"executive.html": pack.html.encode(), "executive.pdf": pack.pdf, "minutes.html": html.encode()}
    files |= {"minutes.txt": ("\n".join(lines) + "\n").encode(), "plan.xlsx": _workbook(edition, tables)}
    subject = f"{head.title}: S&OP {head.cycle} v{head.version} {head.status}"
    attached = {"executive.pdf": pack.pdf, "plan.png": _picture(edition, tables)}
    addresses, sender = edition.params.audiences.addresses, edition.params.audiences.sender
    files["letter.eml"] = letter(subject, [pack.headline], attached, to=addresses.get(edition.params.accountable, ""), sender=sender)
    for name, content in files.items():
        write_atomically(folder / "executives" / name, content)


def _workbook(edition: Edition, tables: Tables) -> bytes:
    """The run's workbook with this status and version; written anew where the run's is not what its manifest says."""
    path = edition.run.path / PLAN_WORKBOOK
    outputs = (read_json(edition.run.manifest) or {}).get("outputs")
    if isinstance(outputs, dict) and path.is_file() and file_hash(path) == outputs.get(PLAN_WORKBOOK):
        stamped = stamped_workbook(path.read_bytes(), edition.about)
        if stamped is not None:
            return stamped
    held = {name: tables[name] for name in SHEETS if name in tables} | {"facts": read_facts(edition.run.facts_file)}
    return plan_workbook(held, edition.about)


def _picture(edition: Edition, tables: Tables) -> bytes:
    """The demand chart as a picture: what a mail program can show."""
    from io import BytesIO

    from sopkit.report.charts import demand_chart, monthly_demand

    by_month = monthly_demand(tables["demand_history"], tables["consensus_demand"], tables["demand_range"])
    figure = demand_chart(by_month, currency=edition.about.currency, language=edition.about.language)
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def _departments(folder: Path, edition: Edition, differences: pd.DataFrame, head: Letterhead) -> None:
    for role in TOUCHES:
        page = department_page(differences, role, head, edition.before_name).encode()
        rows = touching(differences, role)
        files = {"changes.html": page, "changes.csv": csv_text(rows).encode()}
        subject = f"{head.title}: plan {head.cycle} v{head.version} {head.status}, what changed that touches you"
        told = letter_lines(rows, head.writer(), edition.before_name)
        policy = edition.params.audiences
        files["letter.eml"] = letter(subject, told, files, to=policy.addresses.get(role, ""), sender=policy.sender)
        for name, content in files.items():
            write_atomically(folder / "departments" / role / name, content)


def _meetings(folder: Path, edition: Edition, tables: Tables) -> None:
    """What the meetings before the decision read: each brief for the roles it concerns, the pack of the pre-S&OP for the whole team.

    The briefs are written anew for this status; the pack of the pre-S&OP is the record of its meeting, and stays as it was read.
    """
    inputs = _pack_inputs(edition.run, edition.about, tables)
    for kind, roles in CONCERNS.items():
        page = shown_page(inputs, printed_pages(inputs, kind)[1]).encode()
        for role in roles:
            write_atomically(folder / "departments" / role / f"{kind}.html", page)
    for path in sorted((edition.run.path / "pack").glob("pre_sop.*")):
        shutil.copyfile(path, folder / "departments" / path.name)


def _outside(folder: Path, files: Mapping[str, bytes], stem: str, reader: str, edition: Edition, head: Letterhead) -> None:
    subject = f"{head.title}: {stem} {head.cycle} v{head.version} {head.status}"
    policy = edition.params.audiences
    attached = {name: files[name] for name in (f"{stem}.pdf", f"{stem}.csv", FILE) if name in files}
    mail = letter(subject, [subject], attached, to=policy.addresses.get(reader, ""), sender=policy.sender)
    for name, content in {**files, "letter.eml": mail}.items():
        write_atomically(folder / name, content)


def _pack_inputs(run: RunFolder, about: About, tables: Tables) -> PackInputs:
    """What step 5 renders the packs from."""
    step = BY_NAME["executive"]
    facts = [read_facts(path) for other in STEPS if other.number < step.number if (path := facts_file(run.path, other)).exists()]
    facts = [frame for frame in facts if not frame.empty]
    names = [name.rstrip("?") for name in step.reads if ":" not in name]
    merged = conform(pd.concat(facts, ignore_index=True), CONTRACTS["facts"]) if facts else tables["facts"]
    return PackInputs(Tables(names, tables.__getitem__), merged, about)


def _differences(edition: Edition, tables: Tables) -> pd.DataFrame:
    if edition.before is None:
        return plan_differences(tables, tables).iloc[:0]
    return plan_differences(tables, plan_tables(edition.before))


def _calendar(edition: Edition, tables: Tables) -> bytes:
    """What is due in the cycle, and the actions that are open."""
    params = edition.params
    days = working_days(params.cycle, params.country)
    due = [
        Date(line.activity, f"S&OP: {line.activity}", days[min(line.last_working_day, len(days)) - 1], line.accountable)
        for line in load_process().calendar
    ]
    actions = tables["actions"]
    due += [
        Date(str(row["action"]), str(row["statement"]), pd.Timestamp(row["due_date"]).date(), str(row["owner"]))
        for row in actions[actions["status"].isin(["open", "late"])].to_dict("records")
    ]
    return calendar(f"{params.title} S&OP {params.cycle}", due, first_day(params.cycle))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
