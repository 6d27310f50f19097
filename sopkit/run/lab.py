"""`sop lab`: copies of the notebooks with a company's values in their parameters cells, in its sandbox."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sopkit.errors import InfrastructureError, Problem
from sopkit.run import places, preflight
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import CompanyParams, company_word, load_params
from sopkit.steps import STEPS, Step


def prepare_lab(params_file: Path, cycle: str | None = None) -> Path:
    """Write the copies below `reports/<company>/sandbox/<cycle>/notebooks`; returns that folder.

    A copy that someone has changed is left as it is.
    """
    params = load_params(params_file, cycle)
    preflight.check_knobs(params.steps, preflight.knobs(), str(params_file))
    folder = CompanyFolder.of(params.company).path / "sandbox" / params.cycle / "notebooks"
    preflight.check_writable(folder)
    company = company_word(params, params_file)
    for step in STEPS:
        _write_copy(folder / step.notebook, notebook_with_values(step, params, company))
    return folder


def lab_environment(params_file: Path, cycle: str | None = None) -> dict[str, str]:
    """What JupyterLab and its kernels find in their environment: all of this one but the secrets that the params name."""
    withheld = {place.env for place in load_params(params_file, cycle).secrets if place.env}
    places_of = {"SOPKIT_ROOT": str(places.suite_root().resolve()), "SOPKIT_REPORTS": str(places.reports_root().resolve())}
    return {**{name: value for name, value in os.environ.items() if name not in withheld}, **places_of}


def lab_command(folder: Path) -> list[str]:
    """JupyterLab on a folder: on this machine only, and asking no other machine for news, versions or extensions."""
    offline = [
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
    ]
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1", *offline]


def start_lab(folder: Path, environment: Mapping[str, str]) -> None:
    """Start JupyterLab on a folder, on this machine only, and wait for its end; `environment` as `lab_environment` makes it.

    Raises InfrastructureError where it cannot be started.
    """
    done = subprocess.run(lab_command(folder), env=dict(environment), check=False)
    if done.returncode not in (0, -2, 130):
        problem = Problem("jupyterlab", f"exit code {done.returncode}", "a server on this machine", "Run: sop doctor")
        raise InfrastructureError("JupyterLab could not be started", [problem])


def notebook_with_values(step: Step, params: CompanyParams, company: str) -> str:
    """A notebook as text, with the company's values in its parameters cell and all else as it is."""
    path = places.notebook_file(step.notebook)
    values = {"company": company, "cycle": params.cycle, "scenario": "base", **params.steps.get(step.name, {})}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if preflight.TAG in cell["metadata"].get("tags", []))
    lines = []
    for knob in preflight.notebook_knobs(step, path):
        comment = f"  # {knob.help}" if knob.help else ""
        lines.append(f"{knob.name}: {knob.type} = {values.get(knob.name, knob.default)!r}{comment}")
    cell["source"] = "\n".join(lines)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _write_copy(path: Path, text: str) -> None:
    """Write a copy and, beside it, what was written, to know later whether someone changed it."""
    pristine = path.with_name(f".{path.name}.first")
    if path.exists() and (not pristine.exists() or pristine.read_text(encoding="utf-8") != path.read_text(encoding="utf-8")):
        return
    write_atomically(path, text.encode())
    write_atomically(pristine, text.encode())
