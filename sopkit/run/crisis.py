"""`sop crisis`: a playbook solved on a finished cycle's plan, and its page."""

from datetime import date
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import ParamsError, Problem
from sopkit.meeting.gaps import gaps
from sopkit.meeting.playbooks import crisis_scenario
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios import (
    Memory,
    PlanInputs,
    PlanOutcome,
    apply_overlay,
    base_outcome,
    plan_inputs,
    replan,
    scenario_frame,
    scenario_row,
)
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.scenario_files import load_playbook
from sopkit.run.step_files import Tables, read_table


def crisis_brief(params_file: Path, name: str, day: date, cycle: str | None) -> tuple[Path, list[str]]:
    """Solve a playbook as if it began in the month of `day`, on the plan of the last good run, and write its page.

    Args:
        params_file: of the company.
        name: of the playbook.
        day: when it begins; a day before M0 counts as M0.
        cycle: None = that of the params.

    Returns:
        The page, below `crisis/<cycle>/`, and what to print.

    Raises:
        ParamsError: the cycle has no finished run, no such playbook, or it means nothing in this company.
    """
    from sopkit.report.crisis_page import crisis_page

    params = load_params(params_file, cycle)
    inputs, base = finished_plan(params)
    start = max(f"{day:%Y-%m}", params.cycle)
    playbook = load_playbook(name)
    overlay = crisis_scenario(playbook, inputs, base, start=start)
    scenarios, shortages = _solved(params, inputs, base, overlay)
    page = crisis_page(
        scenarios,
        shortages,
        playbook,
        title=f"{params.title}, {params.cycle}",
        start=start,
        currency=params.currency,
        language=params.language,
    )
    path = CompanyFolder.of(params.company).path / "crisis" / params.cycle / f"{name}_{start}.html"
    write_atomically(path, page.encode())
    return path, _lines(scenarios, playbook.first_actions)


def finished_plan(params: CompanyParams) -> tuple[PlanInputs, PlanOutcome]:
    """The plan of the cycle's last good run and what it was made from; ParamsError where there is none."""
    run = CompanyFolder.of(params.company).good_run(params.cycle)
    if run is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
        raise ParamsError("the cycle has no finished run", [Problem(f"{params.company}/{params.cycle}", "no run", "a good run", hint)])
    tables = Tables(sorted(CONTRACTS), lambda table: _table(run, table))
    inputs = plan_inputs(
        tables.__getitem__,
        cycle=params.cycle,
        demand=params.demand,
        supply=params.supply,
        money=params.money,
        fiscal_year_first_month=params.fiscal_year_first_month,
        risks=tables["risks"],
    )
    return inputs, base_outcome(tables, tables["plan_statement"], tables["working_capital_plan"])


def finished_table(params: CompanyParams, name: str) -> pd.DataFrame:
    """A table of the cycle's last good run; empty where it has none, or there is no run."""
    run = CompanyFolder.of(params.company).good_run(params.cycle)
    return empty(CONTRACTS[name]) if run is None else _table(run, name)


def _solved(params: CompanyParams, inputs: PlanInputs, base: PlanOutcome, overlay: Overlay) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Base, crisis, and each option of the decisions on top of the crisis; and what the crisis takes from each family."""
    memory, struck = Memory.of(inputs, base), apply_overlay(inputs, overlay)
    crisis = replan(struck, memory)
    rows = [
        scenario_row(inputs, base, scenario="base", title="base", kind="base"),
        scenario_row(struck, crisis, scenario="crisis", title=overlay.title, kind="playbook"),
    ]
    for decision, asked in params.meeting.decisions.items():
        for option, helped in list(asked.options.items())[1:]:
            try:
                changed = apply_overlay(struck, helped)
            except ParamsError:  # it acts on what the crisis has changed away: no help here
                continue
            rows.append(scenario_row(changed, replan(changed, memory), scenario=f"{decision}={option}", title=helped.title, kind="option"))
    return scenario_frame(rows), _more_short(inputs, base, crisis)


def _more_short(inputs: PlanInputs, base: PlanOutcome, crisis: PlanOutcome) -> pd.DataFrame:
    """Units lost and late beyond those of the plan, by family and month, where there are any: `family, period, lost, late`."""
    items, costs = inputs.tables["items"], inputs.tables["unit_costs"]
    short = [
        gaps(items, outcome.consensus_demand, outcome.supply.demand_fulfilment, costs).set_index(["family", "period"])[["lost", "late"]]
        for outcome in (crisis, base)
    ]
    more = (short[0] - short[1].reindex(short[0].index).fillna(0.0)).clip(lower=0.0).round(0)
    return more[more.sum(axis=1) > 0].reset_index()


def _lines(scenarios: pd.DataFrame, actions: tuple[str, ...]) -> list[str]:
    rows = scenarios.set_index("scenario")
    base, crisis = rows.loc["base"], rows.loc["crisis"]
    lines = [str(crisis["title"])]
    for name, label in (
        ("net_sales", "net sales of the fiscal year"),
        ("contribution", "contribution, twelve months"),
        ("cash_low", "lowest cash"),
    ):
        lines.append(f"  {label}: {crisis[name]:,.0f}, {crisis[name] - base[name]:+,.0f} against the plan")
    lines.append(f"  units lost: {crisis['lost']:,.0f}, {crisis['lost'] - base['lost']:+,.0f} against the plan")
    lines.append(f"  breaks first: {crisis['breaks_first'] if isinstance(crisis['breaks_first'], str) else 'nothing'}")
    return [*lines, *(f"  {number}. {step}" for number, step in enumerate(actions, start=1))]


def _table(run: RunFolder, name: str) -> pd.DataFrame:
    path = run.path / "tables" / f"{name}.parquet"
    return read_table(path, CONTRACTS[name]) if path.exists() else empty(CONTRACTS[name])
