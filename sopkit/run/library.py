"""`sop library`: reports/index.html, the plans of all companies that are in the reports tree."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.records.publications import Publication, holding, publications
from sopkit.report.library import Entry, Shelf, library_page
from sopkit.run import places
from sopkit.run.approving import WORDS
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json, write_atomically
from sopkit.run.plan_before import run_beside_plan_before
from sopkit.run.publishing.versions import Published

if TYPE_CHECKING:
    from sopkit.records.ledger import Event

DOCUMENTS = (
    ("pack", "executives/executive.html"),
    ("print", "executives/executive.pdf"),
    ("workbook", "executives/plan.xlsx"),
    ("minutes", "executives/minutes.html"),
    ("dates", "calendar/cycle.ics"),
)
KPI_NAMES = ("total_sales", "forecast_vs_actual", "gross_margin", "inventory_turnover", "working_capital", "capacity_utilisation")
KIND_OF_FACT = "actual"


def write_library(language: str = "en") -> Path:
    """Write the page over all companies; returns its path."""
    root = places.reports_root()
    companies = sorted(path for path in root.iterdir() if (path / "runs").is_dir()) if root.is_dir() else []
    page = root / "index.html"
    write_atomically(page, library_page([_shelf(CompanyFolder(path)) for path in companies], language).encode())
    return page


def _shelf(company: CompanyFolder) -> Shelf:
    events = _events(company)
    found = publications(events)
    store = Published(company.published)
    entries = [_entry(company, store, one, found) for one in found]
    named = {one.cycle for one in found}
    runs = {link.name: RunFolder(link.resolve()) for link in sorted(company.path.iterdir()) if _is_cycle(link)}
    entries += [_run_entry(company, cycle, run, found) for cycle, run in runs.items() if cycle not in named]
    manifests = [read_json(run.manifest) or {} for run in runs.values()]
    params = _params(manifests[-1]) if manifests else {}
    kpis, units = _kpis(runs.values())  # type: ignore[arg-type]
    newest_first = tuple(sorted(entries, key=lambda entry: (entry.cycle, entry.version), reverse=True))
    name = company.path.name
    return Shelf(name, str(params.get("title", name)), str(params.get("currency", "")), newest_first, kpis, units)


def _is_cycle(path: Path) -> bool:
    return path.is_symlink() and path.is_dir() and "." not in path.name


def _events(company: CompanyFolder) -> "list[Event]":
    if not company.ledger_file.exists():
        return []
    from sopkit.records.ledger import Ledger

    return Ledger.open(company.ledger_file).events()


def _entry(company: CompanyFolder, store: Published, one: Publication, found: Sequence[Publication]) -> Entry:
    folder = store.folder(one.cycle, one.version)
    manifest = read_json(folder / "manifest.json") or {}
    compared = read_json(folder / "comparison.json") or {}
    rows = compared.get("rows")
    holds = holding(found, one.cycle)
    approvals = manifest.get("approvals")
    return Entry(
        company=company.path.name,
        cycle=one.cycle,
        status=one.status,
        version=one.version,
        superseded_by=one.superseded_by,
        holds=holds is not None and holds.version == one.version,
        revision=one.revision,
        plan_hash=one.plan_hash,
        published_on=one.at[:10],
        approved_by=tuple(f"{given[1]} ({WORDS.get(given[2], given[2])})" for given in approvals) if isinstance(approvals, list) else (),
        override=one.override,
        links=tuple((label, f"{_relative(folder)}/{name}") for label, name in DOCUMENTS if (folder / name).is_file()),
        decisions=_decisions(manifest),
        against=str(compared.get("against", "")),
        rows=tuple(rows) if isinstance(rows, list) else (),
    )


def _run_entry(company: CompanyFolder, cycle: str, run: RunFolder, found: Sequence[Publication]) -> Entry:
    manifest = read_json(run.manifest) or {}
    names = (("pack", "pack/executive.html"), ("print", "pack/executive.pdf"), ("workbook", "plan.xlsx"))
    links = tuple((label, f"{_relative(company.link(cycle))}/{name}") for label, name in names if (run.path / name).is_file())
    revision, digest = str(manifest.get("revision", "r1")), str(manifest.get("plan_hash", ""))
    against, rows = run_beside_plan_before(company, cycle, run, found)
    return Entry(
        company=company.path.name,
        cycle=cycle,
        status="",
        revision=revision,
        plan_hash=digest,
        links=links,
        decisions=_decisions(manifest),
        against=against,
        rows=tuple(rows),
    )


def _decisions(manifest: Mapping[str, object]) -> tuple[str, ...]:
    entries = manifest.get("decisions")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return tuple(f"{entry.get('decision')}={entry.get('option')}: {entry.get('title') or entry.get('question') or ''}" for entry in found)


def _params(manifest: Mapping[str, object]) -> dict[str, object]:
    told = manifest.get("parameters")
    return told if isinstance(told, dict) else {}


def _kpis(runs: Sequence[RunFolder]) -> tuple[dict[str, dict[str, float | None]], dict[str, str]]:
    """Values of the company's KPIs by closed month, from the facts of all runs; the last run to tell a month wins."""
    values: dict[str, dict[str, float | None]] = {}
    units: dict[str, str] = {}
    for run in runs:
        for fact in _facts(run):
            name = str(fact["id"])
            if name in KPI_NAMES and fact["scenario"] == KIND_OF_FACT and fact["level"] == "*" and len(str(fact["period"])) == 7:
                values.setdefault(name, {})[str(fact["period"])] = fact["value"]  # type: ignore[assignment]
                units[name] = str(fact["unit"])
    return {name: values[name] for name in KPI_NAMES if name in values}, units


def _facts(run: RunFolder) -> list[dict[str, object]]:
    try:
        told = json.loads(run.facts_file.read_text(encoding="utf-8"))["facts"]
    except (OSError, ValueError, KeyError):
        return []
    return told if isinstance(told, list) else []


def _relative(path: Path) -> str:
    return path.relative_to(places.reports_root()).as_posix()
