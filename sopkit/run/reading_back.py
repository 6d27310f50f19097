"""Looking at a finished cycle again: its pack rendered anew, its scenarios side by side. The cycle itself is left alone."""

from pathlib import Path

import pandas as pd

from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder
from sopkit.run.params import load_params
from sopkit.run.step_view import StepView, start

MEASURES = ("net_sales", "contribution", "fill_rate", "lost", "late", "stock_peak", "cash_low", "load_peak", "breaks_first")


def pack_again(params_file: Path, cycle: str | None) -> list[Path]:
    """The decision pack of the last good run, rendered with today's templates into the sandbox; returns the two files.

    Raises ParamsError where the cycle has no finished run.
    """
    from sopkit.report.pack import PackInputs, executive_pack

    view = _view(params_file, cycle)
    pack = executive_pack(PackInputs(view.read_all(), view.facts_so_far(), view.about(), view.figures()))
    documents = {"pack/executive.html": pack.html.encode(), "pack/executive.pdf": pack.pdf}
    return [view.folder / view.document(name, content) for name, content in documents.items()]


def scenario_lines(params_file: Path, cycle: str | None, *, as_json: bool) -> str:
    """The base plan, the scenarios, the options and the recommended ones together, in the same columns.

    Raises ParamsError where the cycle has no finished run.
    """
    table: pd.DataFrame = _view(params_file, cycle).read("scenarios")
    if as_json:
        return str(table.to_json(orient="records", double_precision=6, force_ascii=False))
    return str(table[["scenario", "kind", *MEASURES]].to_string(index=False, float_format="{:,.3f}".format, na_rep="-"))


def _view(params_file: Path, cycle: str | None) -> StepView:
    params = load_params(params_file, cycle)
    if CompanyFolder.of(params.company).good_run(params.cycle) is None:
        hint = f"Run: sop run params/{params.company}.yaml --cycle {params.cycle}"
        raise ParamsError("the cycle has no finished run", [Problem(f"{params.company}/{params.cycle}", "no run", "a good run", hint)])
    return start("executive", {"company": str(params_file), "cycle": params.cycle, "scenario": "base"})
