"""Looking at a finished cycle again: its pack rendered anew, its scenarios side by side. The cycle itself is left alone."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder
from sopkit.run.params import load_params
from sopkit.run.step_view import StepView, start
from sopkit.steps import BY_NAME, STEPS, Step

if TYPE_CHECKING:
    from sopkit.report.pack import PackInputs

MEASURES = ("net_sales", "contribution", "fill_rate", "lost", "late", "stock_peak", "cash_low", "load_peak", "breaks_first")


def packs_again(params_file: Path, cycle: str | None, kinds: Sequence[str], language: str | None) -> list[Path]:
    """Packs of a cycle, rendered with today's templates into the sandbox; returns their files.

    A run that waits at a gate has the brief of each review that its steps have come to.

    Args:
        params_file: of the company.
        cycle: the cycle; None for that of the params.
        kinds: packs, as `sopkit.report.pack.KINDS` names them.
        language: of the packs; None for that of the params.

    Raises ParamsError where a pack is not known or the cycle has no run, or none that has come far enough for it.
    """
    from sopkit.report.pack import KINDS, written_pack

    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ParamsError("no such pack", [Problem("--kind", kind, "one of " + ", ".join(KINDS)) for kind in unknown])
    written = []
    for kind in kinds:
        step = BY_NAME[KINDS[kind].after]
        view = _view(params_file, cycle, step)
        inputs = _inputs(view, step)
        pack = written_pack(kind, replace(inputs, about=replace(inputs.about, language=language or view.params.language)))
        written += [view.document(f"pack/{kind}.{form}", content) for form, content in (("html", pack.html.encode()), ("pdf", pack.pdf))]
    return [view.folder / name for name in written]


def pack_inputs(params_file: Path, cycle: str | None) -> "PackInputs":
    """What the packs of a finished cycle are made from; raises ParamsError where the cycle has no finished run."""
    return _inputs(_view(params_file, cycle), BY_NAME["pre_sop"])


def _inputs(view: StepView, step: Step) -> "PackInputs":
    from sopkit.report.pack import PackInputs

    return PackInputs(_tables_up_to(view, step), view.facts_so_far(), view.about())


def _tables_up_to(view: StepView, last: Step) -> dict[str, pd.DataFrame]:
    """The tables of the steps up to one; those of later steps are not there yet."""
    later = {name for step in STEPS if step.number > last.number for name in step.writes}
    return {name: view.read(name) for name in sorted((view.step.needed | view.step.optional) - later)}


def scenario_lines(params_file: Path, cycle: str | None, *, as_json: bool) -> str:
    """The base plan, the scenarios, the options and the recommended ones together, in the same columns.

    Raises ParamsError where the cycle has no finished run.
    """
    table: pd.DataFrame = _view(params_file, cycle).read("scenarios")
    return _lines_of(table, as_json=as_json)


def solved_scenario_lines(params_file: Path, cycle: str | None, names: list[str], *, processes: int, as_json: bool) -> str:
    """Scenarios solved on the plan of the cycle's last good run, in the same columns; nothing is written.

    Args:
        params_file: of the company.
        cycle: None = that of the params.
        names: files of params/scenarios, without `.yaml`; `all` = every one of them.
        processes: how many at a time, at most one for each core.
        as_json: for programs.

    Raises:
        ParamsError: the cycle has no finished run.
    """
    from sopkit.meeting.scenarios import scenarios_apart
    from sopkit.run.crisis import finished_plan
    from sopkit.run.scenario_files import every_scenario, read_scenarios

    inputs, base = finished_plan(load_params(params_file, cycle))
    files = read_scenarios(every_scenario() if names == ["all"] else names)
    at_a_time = min(processes, os.cpu_count() or 1)
    return _lines_of(scenarios_apart(inputs, base, files.overlays, processes=at_a_time, unusable=files.problems), as_json=as_json)


def range_lines(params_file: Path, cycle: str | None, *, as_json: bool) -> str:
    """The ranges of the next twelve months, each with its record; the chances of missing budget and cash floor; what drives them.

    Args:
        params_file: of the company.
        cycle: None = that of the params.
        as_json: every row of the three tables, for programs.

    Raises:
        ParamsError: the cycle has no finished run.
    """
    from sopkit.run.crisis import finished_table

    params = load_params(params_file, cycle)
    facts = _view(params_file, cycle).facts_so_far()
    told, drivers = (finished_table(params, name) for name in ("plan_ranges", "range_drivers"))
    chances = facts[facts["id"].str.startswith("chance_")]
    if as_json:
        named = {"ranges": told, "chances": chances, "drivers": drivers}
        rows = (f'"{name}": {frame.to_json(orient="records", double_precision=6, force_ascii=False)}' for name, frame in named.items())
        return "{" + ", ".join(rows) + "}"
    if told.empty:
        return "ranges are not available: costs, balances or a forecast with quantiles are missing (money notes, notebook 4)"
    year = told[told["span"].str.contains("..", regex=False)]
    parts = [year.to_string(index=False, float_format="{:,.0f}".format, na_rep="-"), ""]
    parts += [
        f"{row.definition}: {row.value:.1%}" if pd.notna(row.value) else f"{row.id}: not available, because {row.reason}"
        for row in chances.itertuples()
    ]
    first = drivers.sort_values("share", ascending=False).head(8)
    return "\n".join([*parts, "", first.to_string(index=False, float_format="{:,.3f}".format, na_rep="-")])


def _lines_of(table: pd.DataFrame, *, as_json: bool) -> str:
    if as_json:
        return str(table.to_json(orient="records", double_precision=6, force_ascii=False))
    told = str(table[["scenario", "kind", *MEASURES]].to_string(index=False, float_format="{:,.3f}".format, na_rep="-"))
    wrong = table[table["problem"].notna()]
    return "\n".join([told, *(f"{row.scenario}: {row.problem}" for row in wrong.itertuples())])


def _view(params_file: Path, cycle: str | None, step: Step | None = None) -> StepView:
    """Step 5 on the last good run; where a step is named, on the last run that has come so far, whole or not."""
    params = load_params(params_file, cycle)
    company = CompanyFolder.of(params.company)
    run = company.run_with(params.cycle, step) if step else company.good_run(params.cycle)
    if run is None:
        expected = f"a run in which step {step.number} is done" if step else "a good run"
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
        raise ParamsError("the cycle has no such run", [Problem(f"{params.company}/{params.cycle}", "no run", expected, hint)])
    view = start("executive", {"company": str(params_file), "cycle": params.cycle, "scenario": "base"})
    return replace(view, fallback=run.path)
