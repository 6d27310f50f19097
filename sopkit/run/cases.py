"""A planning case: a folder of input tables with what is published about it, solved by the function that plans companies.

<folder>/<table>.csv      tables by contract, UTF-8, comma, decimal point; a table that is not there is not provided
<folder>/params.yaml      title, source, the supply policy
<folder>/expected.json    objective, workforce (continuous or integer), tolerance; or a list of such, where several are published
"""

import json
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.column import Contract, code, number, period, units
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.findings import FindingLog, problems_of
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.table import typed_table
from sopkit.errors import DataError, ParamsError, Problem
from sopkit.periods import shifted
from sopkit.run.params import validated
from sopkit.run.yaml_reading import read_yaml
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.inputs import rows_of
from sopkit.supply.policy import SupplyPolicy

Workforce = Literal["continuous", "integer"]
DEMAND = "consensus_demand"
OTHER_TABLES = (".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods", ".parquet")  # what holds tables and is not read


class CaseDemand(Contract):
    """Demand as a case tells it: no forecast stands behind it."""

    name, key = DEMAND, ("item", "region", "channel", "period")
    grain = "one row per item, region, channel and month; `*` where a case does not tell regions or channels apart"
    columns = (
        code("item", "article number"),
        code("region", "sales region").optional(),
        code("channel", "sales channel").optional(),
        period(),
        units("quantity", "units asked for"),
        number("net_price", "price per unit; needed where demand may be lost", "money per unit", least=0).optional(),
    )


class CaseParams(BaseModel):
    """What is decided in a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="what the case is")
    source: str = Field(description="where its data and its answer are published")
    objective: Literal["cost", "margin"] = Field(
        default="cost", description="cost: the planning cost; margin: the revenue of all demand less the planning cost"
    )
    fixed_cost: float = Field(default=0.0, description="what a source counts that no decision changes: added to the cost")
    supply: SupplyPolicy = SupplyPolicy()


class Expected(BaseModel):
    """A published answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    objective: float = Field(allow_inf_nan=False)
    workforce: Workforce = "continuous"
    tolerance: float = Field(default=1e-6, gt=0, description="relative")


@dataclass(frozen=True)
class Case:
    """A planning problem and its published answers."""

    name: str
    params: CaseParams
    inputs: SupplyInputs
    cutoff: str
    expected: tuple[Expected, ...]


def read_case(folder: Path) -> Case:
    """The case in a folder.

    Raises:
        ParamsError: the folder, params.yaml or expected.json cannot be used.
        DataError: with every problem of every table: file, row, column.
    """
    if not folder.is_dir():
        raise ParamsError("no such case", [Problem(str(folder), "nothing", "a folder with tables, params.yaml and expected.json")])
    content, lines = read_yaml(folder / "params.yaml")
    params = validated(CaseParams, content, folder / "params.yaml", lines)
    inputs = _inputs(folder)
    months = sorted(inputs.demand["period"])
    return Case(folder.resolve().name, params, inputs, shifted(months[0], -1) if months else "", _expected(folder))


def _inputs(folder: Path) -> SupplyInputs:
    """Every table of the folder, typed; all problems at once."""
    field_of = {DEMAND if field.name == "demand" else field.name: field.name for field in fields(SupplyInputs)}
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    problems = [_unknown_table(path, list(field_of)) for name, path in files.items() if name not in field_of]
    problems += [
        Problem(str(path), f"a {path.suffix} file, which no case reads", "tables as <table>.csv", "Save it as CSV, or take it out.")
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in OTHER_TABLES and path.suffix != ".csv"
    ]
    log = FindingLog()
    opened = OpenedFiles(folder, log)
    tables = {name: empty(CONTRACTS[name]) for name in field_of}
    for name in files:
        if name in field_of:
            contract, source = CaseDemand if name == DEMAND else CONTRACTS[name], Source(file=f"{name}.csv")
            tables[name] = typed_table(opened.table(source), name, contract, source, log).plain
    problems += problems_of(log.stopping)
    for name, grain in ((DEMAND, CaseDemand.grain), ("items", CONTRACTS["items"].grain)):
        if name not in files:
            problems.append(
                Problem(str(folder / f"{name}.csv"), "no such file", grain, "Every case has consensus_demand.csv and items.csv.")
            )
    if problems:
        raise DataError("the tables of the case cannot be used", problems)
    tables[DEMAND] = _consensus(tables[DEMAND])
    repeated = [problem for name, frame in tables.items() for problem in _repeated(frame, folder / f"{name}.csv", CONTRACTS[name])]
    if repeated:
        raise DataError("the tables of the case cannot be used", repeated)
    return SupplyInputs(**{field_of[name]: conform(frame, CONTRACTS[name]) for name, frame in tables.items()})


def _repeated(frame: pd.DataFrame, path: Path, contract: type[Contract]) -> list[Problem]:
    """Rows that say something of the same key twice."""
    key = list(contract.key)
    return [
        Problem(
            f"{path}, {rows_of(rows)} ({' '.join(map(str, place))})", f"{len(rows)} rows for one {', '.join(key)}", "one row", "Keep one."
        )
        for place, rows in frame[frame.duplicated(key, keep=False)].groupby(key, sort=True, dropna=False)
    ]


def _unknown_table(path: Path, known: list[str]) -> Problem:
    near = get_close_matches(path.stem, known, n=1, cutoff=0.5)
    return Problem(str(path), "no table that the plan reads", f"one of {', '.join(known)}", f"Did you mean {near[0]}.csv?" if near else "")


def _consensus(told: pd.DataFrame) -> pd.DataFrame:
    """Demand as the consensus it stands for: nothing overridden, price 0 where none is told."""
    price = told["net_price"].astype(float).fillna(0.0)
    words = {name: told[name].fillna("*") for name in ("region", "channel")}
    nothing = dict.fromkeys(("lifecycle", "override"), 0.0)
    return told.assign(**words, net_price=price, baseline=told["quantity"], revenue=told["quantity"] * price, **nothing)


def _expected(folder: Path) -> tuple[Expected, ...]:
    path = folder / "expected.json"
    if not path.exists():
        return ()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        answers = tuple(Expected.model_validate(answer) for answer in (said if isinstance(said, list) else [said]))
    except ValidationError as reason:
        problems = [
            Problem(f"{path}, {'.'.join(map(str, each['loc']))}", str(each["msg"]), "objective, workforce, tolerance")
            for each in reason.errors()
        ]
        raise ParamsError("the expected answer cannot be read", problems) from None
    except ValueError as reason:
        raise ParamsError("the expected answer cannot be read", [Problem(str(path), f"no JSON: {reason}", "an object or a list")]) from None
    kinds = [answer.workforce for answer in answers]
    twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
    if twice or not answers:
        came = f"two answers for workforce {twice[0]}" if twice else "no answer"
        raise ParamsError("the expected answer cannot be read", [Problem(str(path), came, "one answer for each workforce")])
    return answers
