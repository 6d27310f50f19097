"""What a published plan was made from, kept with it: inputs, params, and the tables of the cycle before; and where its tables stand."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.run import places
from sopkit.run.cycle import RunFolder
from sopkit.run.last_plan import PUBLISHED_TABLES
from sopkit.run.params import CompanyParams
from sopkit.run.step_files import Tables, read_table

TABLES = PUBLISHED_TABLES
SOURCE = "source"
OVERLAYS = ("scenarios", "playbooks")  # folders of params that any company may name


def plan_tables(folder: Path) -> Tables:
    """The tables in a folder of Parquet files, each read when it is asked for; one that is absent is empty."""

    def read(name: str) -> pd.DataFrame:
        path = folder / f"{name}.parquet"
        return read_table(path, CONTRACTS[name]) if path.is_file() else empty(CONTRACTS[name])

    return Tables([name for name in CONTRACTS if name != "facts"], read)


def keep_source(folder: Path, run: RunFolder, params: CompanyParams, params_file: Path, previous: Mapping[str, Path]) -> None:
    """Copy what the run was made from into `source/`: inputs/, params/, previous/ (the tables that it read of the cycle before)."""
    source = folder / SOURCE
    shutil.copytree(run.inputs, source / "inputs")
    for name, path in params_files(params, params_file).items():
        (source / "params" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, source / "params" / name)
    if run.decided.is_file():
        shutil.copyfile(run.decided, source / run.decided.name)
    (source / "previous").mkdir()
    for table, path in previous.items():
        shutil.copyfile(path, source / "previous" / f"{table}.parquet")


def params_files(params: CompanyParams, params_file: Path) -> dict[str, Path]:
    """The text files that a run's params come from, by their names below params/."""
    home = places.suite_root() / "params"
    overlays = [path for name in OVERLAYS for path in sorted((home / name).glob("*.yaml"))]
    found = {f"{params.company}.yaml": params_file, "process.yaml": home / "process.yaml"}
    found |= {path.relative_to(home).as_posix(): path for path in overlays}
    return found | {f"mappings/{name}.yaml": home / "mappings" / f"{name}.yaml" for name in params.mappings}
