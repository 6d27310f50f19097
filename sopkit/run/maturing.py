"""`sop maturity`: how the process does, measured from a finished cycle's tables and its record, and the level that this makes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.gates import gate_sign_offs
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import load_process, working_days

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.meeting.learning.health import Reading

READ = (
    *("participation", "supply_plan", "inventory", "plan_statement", "unit_costs", "override_log", "overrides", "actions", "decisions"),
    *("assumptions", "budget_gap", "forecast_accuracy", "plan_review"),
)


def maturity(params_file: Path, cycle: str | None, *, as_json: bool = False) -> list[str]:
    """The measures of the process with their evidence, and the level, as lines or JSON; ParamsError where the cycle has no good run."""
    from sopkit.meeting.learning import LEVELS, maturity_level, process_health

    params = load_params(params_file, cycle)
    folder = CompanyFolder.of(params.company)
    run = folder.good_run(params.cycle)
    if run is None:
        place = f"{params.company}/{params.cycle}"
        raise ParamsError("the cycle has no finished run", [Problem(place, "no run", "a finished cycle", f"sop run {params.company}")])
    tables = _tables(run)
    health = process_health(tables, recorded(params, run, tables["plan_review"]), cycle=params.cycle)
    found = maturity_level(health)
    if as_json:
        rows = health.astype(object).where(health.notna(), None).to_dict("records")
        told = {"company": params.company, "cycle": params.cycle, "level": found.level, "missing": list(found.missing), "measures": rows}
        return [json.dumps(told, ensure_ascii=False, indent=1)]
    lines = [f"{params.company}/{params.cycle}: level {found.level} of {max(LEVELS)}, {LEVELS[found.level]}"]
    for row in health.to_dict("records"):
        value = "not known" if row["value"] != row["value"] else f"{row['value']:.0%}" if row["unit"] == "share" else f"{row['value']:.3f}"
        mark = "met " if row["met"] else "open"
        lines.append(f"  level {row['level']}  {mark}  {row['measure']:<22}{value:>10}  (from {row['target']:.0%})  {row['evidence']}")
    if found.missing:
        lines.append(f"next: level {found.level + 1} waits for {', '.join(found.missing)}")
    return lines


def recorded(params: CompanyParams, run: RunFolder, review: "pd.DataFrame") -> "dict[str, Reading]":
    """What the ledger says of a cycle: gates signed, and in time; misses that somebody explained."""
    from sopkit.meeting.learning.health import Reading
    from sopkit.records.ledger import Ledger
    from sopkit.records.reviews import reviews_said

    path = CompanyFolder.of(params.company).ledger_file
    events = Ledger.open(path).events(cycle=params.cycle) if path.exists() else []
    gates, days = load_process().gates, working_days(params.cycle, params.country)
    stands = {gate.name: gate_sign_offs(params, gate, run) for gate in gates}
    signed = {name: max(one.at[:10] for one in own) for name, own in stands.items() if all(one.state == "signed" for one in own)}
    in_time = [gate.name for gate in gates if signed.get(gate.name, "9999") <= str(days[gate.working_day - 1])]
    asked = {(str(row["measure"]), str(row["subject"])) for row in review[review["asked"].eq(True)].to_dict("records")}
    said = {(one["measure"], one["subject"]) for one in reviews_said(events)} & asked
    explained = (
        Reading(len(said) / len(asked), float(len(asked)), f"{len(said)} of {len(asked)} departures have a cause and a sentence (ledger)")
        if asked
        else Reading(1.0, 0.0, "nothing departed from its plan by more than the tolerance (plan_review)")
    )
    return {
        "gates_signed": Reading(len(signed) / len(gates), float(len(gates)), f"signed: {', '.join(signed) or 'none'} (ledger)"),
        "gates_on_time": Reading(
            len(in_time) / len(gates), float(len(gates)), f"by their working day: {', '.join(in_time) or 'none'} (ledger)"
        ),
        "misses_explained": explained,
    }


def _tables(run: RunFolder) -> "dict[str, pd.DataFrame]":
    from sopkit.data.contracts import CONTRACTS
    from sopkit.data.contracts.conform import empty
    from sopkit.run.step_files import read_table

    files = {name: run.path / "tables" / f"{name}.parquet" for name in READ}
    return {name: read_table(file, CONTRACTS[name]) if file.is_file() else empty(CONTRACTS[name]) for name, file in files.items()}
