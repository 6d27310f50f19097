"""`sop compare A B`: what the business gets of plan B that it did not of plan A: units, money and service by family, and who decided."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sopkit.errors import ParamsError, Problem
from sopkit.run import places
from sopkit.run.approving import WORDS
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json, write_atomically
from sopkit.run.plan_before import rows_of
from sopkit.run.publishing.sources import TABLES, plan_tables

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["text", "html", "json"]


@dataclass(frozen=True)
class Compared:
    """One of the two plans: published (`company/cycle/v2`), or the last good run of a cycle (`company/cycle`)."""

    name: str
    tables: Path
    manifest: dict[str, object]


def compare(one: str, other: str, form: Form, target: Path | None = None) -> list[str]:
    """The business difference of two plans, over the months that both plan; returns lines, or the file that was written.

    Raises ParamsError where a plan is not there.
    """
    from sopkit.meeting.comparison import common_months, plan_differences

    before, now = found_plan(one), found_plan(other)
    frames = plan_tables(now.tables), plan_tables(before.tables)
    differences, months = plan_differences(*frames), common_months(*frames)
    if form == "json":
        told = {"before": _about(before), "now": _about(now), "months": months, "rows": rows_of(differences)}
        return [json.dumps(told, ensure_ascii=False, indent=1)]
    if form == "html":
        path = target or CompanyFolder.of(other.partition("/")[0]).path / "compared" / f"{_slug(one)}_{_slug(other)}.html"
        write_atomically(path, _page(differences, before, now).encode())
        return [f"written: {path}"]
    return _text(differences, months, before, now)


def found_plan(place: str) -> Compared:
    """The plan that `company/cycle`, or `company/cycle/v2`, means."""
    company, _, rest = place.partition("/")
    cycle, _, version = rest.partition("/")
    folder = CompanyFolder.of(company)
    if version:
        path = folder.published / cycle / version
        return _checked(Compared(place, path / TABLES, read_json(path / "manifest.json") or {}))
    run = folder.good_run(cycle) if cycle else None
    if run is None:
        raise _missing(place)
    return _checked(Compared(place, run.path / "tables", read_json(run.manifest) or {}))


def _checked(plan: Compared) -> Compared:
    if not (plan.tables / "consensus_demand.parquet").is_file():
        raise _missing(plan.name)
    return plan


def _missing(place: str) -> ParamsError:
    return ParamsError("there is no such plan", [Problem(place, "no plan", "company/cycle of a finished run, or company/cycle/v1")])


def _about(plan: Compared) -> dict[str, object]:
    names = ("company", "cycle", "version", "status", "revision", "run_id", "plan_hash", "approvals")
    told = {name: plan.manifest[name] for name in names if plan.manifest.get(name)}
    return {"plan": plan.name, **told, "decisions": _decided(plan)}


def _decided(plan: Compared) -> list[str]:
    """What was decided in a plan, and by whom."""
    entries = plan.manifest.get("decisions")
    found = entries if isinstance(entries, list) else []
    return [f"{entry.get('decision')}={entry.get('option')} by {entry.get('by')}" for entry in found if isinstance(entry, dict)]


def _text(differences: "pd.DataFrame", months: list[str], before: Compared, now: Compared) -> list[str]:
    if not months:
        return [f"{before.name} and {now.name} plan no month in common"]
    lines = [f"{now.name} against {before.name}, {months[0]} to {months[-1]}"]
    for plan in (before, now):
        lines += [f"  {plan.name}: {', '.join(told) if (told := _decided(plan)) else 'nothing decided'}; {_approved(plan)}"]
    lines.append(f"  {'measure':<24}{'subject':<26}{'before':>16}{'now':>16}{'change':>16}  unit")
    for row in rows_of(differences):
        if row["change"] != 0:
            figures = "".join(_figure(row, name) for name in ("before", "now", "change"))
            lines.append(f"  {row['measure']!s:<24}{row['subject']!s:<26}{figures}  {row['unit']}")
    return lines if len(lines) > 4 else [*lines, "  no difference"]


def _approved(plan: Compared) -> str:
    """Who approved a plan: as its published version says, else as the record has it for exactly these numbers."""
    given = plan.manifest.get("approvals") or _recorded(plan)
    told = [f"approved by {one[1]} ({WORDS.get(one[2], one[2])})" for one in given] if isinstance(given, list) else []
    return ", ".join(told) or "not approved"


def _recorded(plan: Compared) -> list[list[str]]:
    """Role, who and how of the approvals that stand for a run."""
    company, cycle = CompanyFolder.of(plan.name.partition("/")[0]), str(plan.manifest.get("cycle"))
    path = places.params_file(company.path.name)
    if "approvals" in plan.manifest or not path.is_file() or not company.ledger_file.is_file():
        return []
    from sopkit.records.ledger import Ledger

    if not any(event.kind == "approval" for event in Ledger.open(company.ledger_file).events(cycle=cycle)):
        return []
    from sopkit.run.approving import approval_standing
    from sopkit.run.params import load_params

    _, standing = approval_standing(load_params(path, str(plan.manifest.get("cycle"))), RunFolder(plan.tables.parent))
    return [[one.role, one.who, one.identity] for one in standing.given] if standing.state == "approved" else []


def _figure(row: dict[str, object], name: str) -> str:
    value = row[name]
    if not isinstance(value, float):
        return f"{'-':>16}"
    if row["unit"] == "share":
        return f"{100 * value:>+13.1f} pp" if name == "change" else f"{value:>15.1%} "
    return f"{value:>16,.1f}" if abs(value) < 1000 else f"{value:>16,.0f}"


def _page(differences: "pd.DataFrame", before: Compared, now: Compared) -> str:
    from sopkit.report.delivery.departments import change_blocks
    from sopkit.report.delivery.documents import Letterhead, audience_html
    from sopkit.report.svg import on_screen
    from sopkit.report.tables import Page

    company = str(now.manifest.get("company", now.name.partition("/")[0]))
    told = now.manifest.get("parameters")
    params: dict[str, object] = told if isinstance(told, dict) else {}
    version = now.manifest.get("version")
    head = Letterhead(
        str(params.get("title", company)), str(now.manifest.get("cycle")), str(now.manifest.get("status", "DRAFT")),
        int(str(version)) if version else 0, str(params.get("language", "en")), str(params.get("currency", "")),
    )  # fmt: skip
    changed = differences[differences["change"].fillna(1.0) != 0]
    page = Page("changes", "", head.writer().say("{plan}", plan=now.name), change_blocks(changed, head.writer(), before.name))
    return on_screen(audience_html([page], head, "executives"))


def _slug(place: str) -> str:
    return place.replace("/", "_")
