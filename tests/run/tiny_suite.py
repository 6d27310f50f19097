"""A suite of six notebooks that take no time, in a folder of its own, for the tests of the runner."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sopkit.run.output import Reporter
from sopkit.run.request import Prepared, Request
from sopkit.run.runner import Outcome, prepare, run_cycle
from sopkit.steps import STEPS, Step

PARAMS = """\
company: tiny
title: Tiny Ltd
cycle: 2026-03
currency: SEK
country: SE
accountable: managing_director
preparer: sop_lead
data_root: suite
data_folder: data
sources:
  items: {file: items.csv}
demand_planning:
  lift: 2
"""

# A step as the real one behaves: reads what steps.py declares, writes, and sets its marker, all in plain Python.
STEP = """\
import hashlib, io, json, os, pathlib
import pyarrow as pa, pyarrow.parquet as pq
run = pathlib.Path(os.environ['SOPKIT_RUN'])
outputs = {}
def keep(name, text):
    path = run / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    if name.endswith('.parquet'):
        pq.write_table(pa.table({'text': [text]}), sink := io.BytesIO())
        content = sink.getvalue()
    path.write_bytes(content)
    outputs[name] = hashlib.sha256(content).hexdigest()
files = [run / 'tables' / f'{name}.parquet' for name in READS]
given = [pq.read_table(path).to_pylist() for path in files if path.exists()]
if NUMBER == 1:
    given.append((run / 'inputs' / 'items.csv').read_text())
text = hashlib.sha256(json.dumps([NAME, given, lift]).encode()).hexdigest()
"""
FINISH = """\
for name in WRITES:
    keep(f'tables/{name}.parquet', f'{name} {text}')
for name in DOCUMENTS:
    keep(name, f'{name} {run.name} {text}')
keep(f'figures/{NAME}/chart.svg', '<svg/>')
keep(f'steps/{NAME}.facts.json', json.dumps({'schema': 1, 'facts': [
    {'id': f'fact_{NUMBER}', 'level': '*', 'period': cycle, 'scenario': 'base', 'value': NUMBER}]}))
marker = {'schema': 1, 'step': NAME, 'run_id': run.name, 'headline': NAME, 'checks': [], 'facts': 1, 'outputs': outputs}
(run / 'steps' / f'{NAME}.json').write_text(json.dumps(marker))
"""
PARAMETERS = """\
company: str = "tiny"  # company
cycle: str = "2026-03"  # month of the meetings
scenario: str = "base"  # overlay
lift: int = 1  # what an analyst would turn
shares: list[str] = ["a"]  # a list
"""


def code(source: str, *tags: str) -> dict[str, object]:
    """A code cell."""
    return {"cell_type": "code", "id": "x", "metadata": {"tags": list(tags)}, "source": source, "outputs": [], "execution_count": None}


def notebook(step: Step, middle: str = "42", tag: str = "parameters") -> dict[str, object]:
    """A step's notebook with one cell of the test's own between reading and writing."""
    writes = [name for name in step.writes if step.number > 1 or name in ("items", "demand_history", "coverage")]
    names = {
        "READS": [name.rstrip("?") for name in step.reads if ":" not in name],
        "WRITES": [name for name in writes if name != "findings"],  # its content would have to be true rows
        "DOCUMENTS": list(step.documents),
        "NAME": step.name,
        "NUMBER": step.number,
    }
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    heading = {"cell_type": "markdown", "id": "h", "metadata": {}, "source": f"# {step.question}"}
    cells = [heading, code(PARAMETERS, tag), code(given + STEP), code(middle), code(FINISH)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


class Suite:
    """A suite on disk, and `sop` on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reports = root / "reports"
        self.params = root / "params" / "tiny.yaml"
        for folder in ("notebooks", "params", "data", "templates"):
            (root / folder).mkdir(parents=True)
        (root / "data" / "items.csv").write_text("item\nA\n")
        (root / "requirements.lock").write_text("nothing==1\n")
        here = Path(__file__).resolve().parents[2]
        for path in (here / "templates").iterdir():
            (root / "templates" / path.name).symlink_to(path)
        (root / "params" / "process.yaml").write_text((here / "params" / "process.yaml").read_text())
        self.params.write_text(PARAMS)
        for step in STEPS:
            self.set_cell(step.number)

    @classmethod
    def at(cls, root: Path) -> "Suite":
        """A suite that is on disk already."""
        found = cls.__new__(cls)
        found.root, found.reports, found.params = root, root / "reports", root / "params" / "tiny.yaml"
        return found

    def set_cell(self, number: int, middle: str = "42", tag: str = "parameters") -> None:
        """Write a step's notebook with this cell in its middle."""
        step = STEPS[number - 1]
        (self.root / "notebooks" / step.notebook).write_text(json.dumps(notebook(step, middle, tag)))

    @property
    def environment(self) -> dict[str, str]:
        """The environment that `sop` and the runner see."""
        return {**os.environ, "SOPKIT_ROOT": str(self.root), "SOPKIT_REPORTS": str(self.reports), "SOPKIT_DATA": str(self.root / "none")}

    def begin(self, *words: str, **options: object) -> "subprocess.Popen[str]":
        """Start `sop` and do not wait."""
        command = [sys.executable, "-m", "sopkit.run.cli", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=self.environment, cwd=Path(__file__).resolve().parents[2], **pipes, **options)  # type: ignore[call-overload]

    def sop(self, *words: str, **options: object) -> "subprocess.CompletedProcess[str]":
        """Run `sop` to its end."""
        process = self.begin(*words, **options)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def run(self, steps: int = 3, **asked: Any) -> Outcome:
        """Run the first so many steps in this process."""
        return run_cycle(self.prepare(steps, **asked), Reporter("plain"))

    def prepare(self, steps: int = 3, **asked: Any) -> Prepared:
        """What a run of the first so many steps would be."""
        return prepare(Request(params_file=self.params, **asked), STEPS[:steps])

    def change_params(self, old: str, new: str) -> None:
        """Edit the params file."""
        text = self.params.read_text()
        assert old in text
        self.params.write_text(text.replace(old, new))

    @property
    def link(self) -> Path:
        """The cycle's link."""
        return self.reports / "tiny" / "2026-03"

    def attempt(self) -> dict[str, Any]:
        """What became of the last attempt."""
        return json.loads((self.reports / "tiny" / "runs" / "2026-03.json").read_text())

    def run_folder(self) -> Path:
        """The run that the cycle's link shows."""
        return self.link.resolve()

    def hashes(self) -> dict[str, str]:
        """What the good run's manifest says it left."""
        return json.loads((self.run_folder() / "manifest.json").read_text())["outputs"]

    def executed(self) -> list[str]:
        """Steps that the log says were executed, in order, over all runs of the cycle."""
        logs = sorted((self.reports / "tiny" / "runs").glob("*/log.jsonl"))
        events = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
        return [event["step"][2:] for event in sorted(events, key=lambda event: event["time"]) if event.get("state") == "running"]
