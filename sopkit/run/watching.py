"""`sop watch`: today's extracts against the plan that stands, between the meetings. Text, JSON and a page."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import DataError, ParamsError, Problem
from sopkit.periods import shifted
from sopkit.run import preflight
from sopkit.run.checking import intake_of
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically, write_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.publishing.sources import TABLES, plan_tables
from sopkit.run.publishing.versions import LATEST, Published
from sopkit.run.receiving import receive

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.supply.review.between import Watched

SCHEMA = 1
SHOWN = 12
READ = ("inventory", "open_orders", "sales_history", "orders", "production_history", "items")


@dataclass(frozen=True)
class Standing:
    """The plan that today is held against."""

    cycle: str
    words: str  # what it is, for people
    published: bool
    tables: Path  # folder of its tables


def watch(params_file: Path, cycle: str | None, today: date | None, *, as_json: bool) -> str:
    """Read today's extracts, hold them against the plan, write the page and the JSON; returns what is printed.

    Args:
        params_file: of the company.
        cycle: whose plan is watched; None = the params' own.
        today: the day; None = the machine's.
        as_json: print JSON in place of text.

    Raises:
        ParamsError: no plan stands yet. DataError, InfrastructureError: the extracts cannot be read.
    """
    params = load_params(params_file, cycle)
    day = today or date.today()
    plan = standing_plan(params)
    folder = CompanyFolder.of(params.company).path / "watch" / params.cycle
    preflight.check_writable(folder)
    found = _watched(params, plan, day, folder)
    told = _told(params, plan, day, found)
    write_json(folder / "watch.json", told)
    write_atomically(folder / "watch.html", _page(params, plan, day, found).encode())
    if as_json:
        return json.dumps(told, ensure_ascii=False, indent=1)
    return "\n".join([*watch_lines(params, plan, day, found), f"written: {folder / 'watch.html'}"])


def standing_plan(params: CompanyParams) -> Standing:
    """The published plan of the cycle, else its last good run, else the last published plan before it.

    Raises ParamsError where there is none of them.
    """
    company = CompanyFolder.of(params.company)
    store = Published(company.published)
    if store.versions(params.cycle):
        return _published(store, params.cycle)
    run = company.good_run(params.cycle)
    if run is not None:
        return Standing(
            params.cycle, f"the last good run, {run.run_id}: nothing is published of {params.cycle}", False, run.path / "tables"
        )
    earlier = [other for other in store.cycles() if other < params.cycle]
    if earlier:
        return _published(store, earlier[-1])
    before = company.previous_run(params.cycle)
    if before is not None:
        return Standing("", f"the last good run of the cycle before, {before.run_id}: nothing is published", False, before.path / "tables")
    hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
    raise ParamsError(
        "there is no plan to watch", [Problem(f"{params.company}/{params.cycle}", "no plan", "a published plan or a run", hint)]
    )


def _published(store: Published, cycle: str) -> Standing:
    folder = (store.path / cycle / LATEST).resolve()
    if not folder.is_dir():
        folder = store.folder(cycle, store.versions(cycle)[-1])
    return Standing(cycle, f"the published plan {cycle}, version {folder.name}", True, folder / TABLES)


def _watched(params: CompanyParams, plan: Standing, day: date, folder: Path) -> "Watched":
    """Today's extracts held against the plan."""
    from sopkit.supply.review.between import Today, watched

    received = folder / "received"
    shutil.rmtree(received, ignore_errors=True)
    receive(params, received)
    running = params.model_copy(update={"cycle": shifted(max(params.cutoff, f"{day:%Y-%m}"), 1)})  # reads the running month too
    intake = intake_of(running, params.data_path, received)
    _refuse_rejected(intake.findings)
    today = Today(day, **{name: intake.tables[name] for name in READ})
    tables = plan_tables(plan.tables)
    supply_plan: pd.DataFrame = tables["supply_plan"]
    month = max(f"{day:%Y-%m}", str(supply_plan["period"].min()))
    return watched(today, supply_plan, month=min(month, str(supply_plan["period"].max())))


def _refuse_rejected(findings: "pd.DataFrame") -> None:
    """Stop where a row or a file that is watched was rejected; what is only asked about is left to the cycle."""
    rejected = findings[(findings["outcome"] == "REJECT") & findings["table"].isin(READ)]
    problems = [
        Problem(
            f"{row.file} row {row.row}" if row.row else str(row.file),
            str(row.message),
            "an extract that step 1 would read",
            str(row.hint or ""),
        )
        for row in rejected.head(SHOWN).itertuples()
    ]
    if problems:
        raise DataError(f"today's extracts cannot be used: {len(rejected)} findings reject them; sop check tells all", problems)


def _told(params: CompanyParams, plan: Standing, day: date, found: "Watched") -> dict[str, object]:
    frames = {name: getattr(found, name) for name in ("stock_outs", "timeline", "releases", "pace")}
    return {
        "schema": SCHEMA,
        "company": params.company,
        "cycle": params.cycle,
        "day": day.isoformat(),
        "plan": {"cycle": plan.cycle, "published": plan.published, "what": plan.words},
        "stock_as_of": found.stock_as_of.isoformat() if found.stock_as_of else None,
        "data_as_of": found.newest.isoformat() if found.newest else None,
        "age_days": found.age_days(day),
        **{name: json.loads(frame.astype(object).to_json(orient="records", date_format="iso")) for name, frame in frames.items()},
    }


def watch_lines(params: CompanyParams, plan: Standing, day: date, found: "Watched") -> list[str]:
    """The same, for people."""
    age = found.age_days(day)
    lines = [
        f"{params.title}, {day}, against {plan.words}",
        "the extracts hold no dates" if age is None else f"youngest date in the extracts: {found.newest}, {age} days old",
        "stock is not available, because inventory is not provided"
        if found.stock_as_of is None
        else f"stock of {found.stock_as_of}, rolled on",
        "",
        f"{len(found.stock_outs)} items run out within thirteen weeks",
        *(f"  {sentence}" for sentence in found.stock_outs["sentence"].head(SHOWN)),
    ]
    for verdict, words in (
        ("not approved", "released and not in the plan"),
        ("not released", "in the plan of this month and not released"),
    ):
        own = found.releases[found.releases["verdict"] == verdict]
        lines += ["", f"{len(own)} {words}", *(f"  {sentence}" for sentence in own["sentence"].head(SHOWN))]
    lines += ["", "demand of the month: planned, of it due by now, sold, open orders"]
    for family, planned, sold, booked, expected in found.pace[["family", "planned", "sold", "booked", "expected"]].itertuples(
        index=False, name=None
    ):
        lines.append(f"  {family:<20} {planned:>10,.0f} {expected:>10,.0f} {sold:>10,.0f} {booked:>10,.0f}")
    return lines


def _page(params: CompanyParams, plan: Standing, day: date, found: "Watched") -> str:
    from sopkit.report.watch_page import WatchedPlan, watch_page

    about = WatchedPlan(f"{params.title} {params.cycle}", plan.cycle, plan.published, day, found.age_days(day))
    return watch_page(
        {"stock_outs": found.stock_outs, "timeline": found.timeline, "releases": found.releases, "pace": found.pace}, about, params.language
    )
