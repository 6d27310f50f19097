"""`sop replay`: whole policies over past months, each planned on what was known then; as text, page, JSON and CSV.

reports/<company>/replays/<from>_<to>_<policy>_<policy>/   replay.html  replay.json  summary.csv  months.csv  forecasts.csv
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sopkit.data.contracts import INPUTS
from sopkit.errors import ParamsError, Problem
from sopkit.periods import MONTH
from sopkit.run import places
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically, write_json
from sopkit.run.literal_secrets import refuse_literal_secrets
from sopkit.run.params import CompanyParams, load_params, validated
from sopkit.run.preflight import check_knobs, knobs
from sopkit.run.yaml_reading import read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.meeting.replay import Company, Replay, ReplayPolicy, Setting
    from sopkit.report.replay_page import Replayed

SCHEMA = 1
OWN = "own"  # the company's own policy
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
MONTHS_PLANNED = 12  # in each replayed month: only the first of them is lived through
Form = Literal["text", "json"]


@dataclass(frozen=True)
class Asked:
    """What is to be replayed."""

    params_file: Path
    first: str
    last: str
    policies: tuple[str, ...]
    form: Form = "text"


def replay_policies(asked: Asked) -> list[str]:
    """Replay policies of a company, write what came of it, and tell it.

    With two policies or more the first is what the others are held against; with one or none that is the company's own.

    Raises:
        ParamsError: a policy, a month or a knob that cannot be used, all told at once.
        DataError: the company's sources cannot be read.
    """
    from sopkit.meeting.replay import Record, replay, settings_of, side_by_side
    from sopkit.meeting.replay.recorded import recorded_months
    from sopkit.report.replay_page import Replayed, replay_lines, replay_page

    params = load_params(asked.params_file)
    _check_months(asked)
    own = company_of(params)
    settings = settings_of(own, _policies(asked.policies))
    tables, origin = _tables(params)
    record = Record(tables, own)
    result = replay(record, settings, first=asked.first, last=asked.last, tell=_progress)
    policies = {one.name: (one.title, tuple(_otherwise(one))) for one in settings}
    told = Replayed(
        params.title, params.currency, params.language, asked.first, asked.last, policies,
        side_by_side(result.months, result.errors), result.months, recorded_months(record, first=asked.first, last=asked.last),
    )  # fmt: skip
    folder = CompanyFolder.of(params.company).path / "replays" / "_".join([asked.first, asked.last, *policies])
    content = _content(params, told, result, origin)
    write_json(folder / "replay.json", content)
    write_atomically(folder / "replay.html", replay_page(told).encode())
    for name, frame in (("summary", told.summary), ("months", result.months), ("forecasts", result.errors)):
        write_atomically(folder / f"{name}.csv", frame.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode())
    if asked.form == "json":
        return [json.dumps(content, ensure_ascii=False, indent=1)]
    return [f"read: {origin}", *replay_lines(told), f"written: {folder / 'replay.html'}"]


def replayed(company: str, name: str = "") -> "pd.DataFrame":
    """What a replay found, as a table for a notebook: a row per measure and policy.

    Args:
        company: short name.
        name: folder of the replay; the last by name where none is given.

    Raises:
        ParamsError: nothing of that name has been replayed.
    """
    import pandas as pd

    folder = CompanyFolder.of(company).path / "replays"
    names = sorted(path.parent.name for path in folder.glob("*/summary.csv"))
    if not names or (name and name not in names):
        came = f"{name or 'no replay'}; there are: {', '.join(names) or 'none'}"
        raise ParamsError("there is no such replay", [Problem(str(folder), came, "a replay", f"sop replay {company} --from … --to …")])
    return pd.read_csv(folder / (name or names[-1]) / "summary.csv")


def company_of(params: CompanyParams) -> "Company":
    """What the company does today: its sections, and its knobs where they differ from the notebooks' own."""
    from sopkit.meeting.replay import Company

    declared = knobs()
    check_knobs(params.steps, declared, str(places.params_file(params.company)))
    value = {one.name: one.default for one in declared if one.step == "demand_planning"} | dict(params.steps.get("demand_planning", {}))
    return Company(
        params.demand,
        params.supply,
        params.money,
        params.country,
        params.fiscal_year_first_month,
        MONTHS_PLANNED,
        str(value["tier"]),
        tuple(value["models"]),  # type: ignore[arg-type]
        int(value["origins"]),  # type: ignore[call-overload]
        tuple(value["drivers"]),  # type: ignore[arg-type]
        int(value["backtest_horizon"]),  # type: ignore[call-overload]
    )


def _check_months(asked: Asked) -> None:
    wrong = [(option, month) for option, month in (("--from", asked.first), ("--to", asked.last)) if not MONTH.fullmatch(month)]
    if wrong:
        raise ParamsError("not a month", [Problem(option, repr(month), "a month such as 2026-03") for option, month in wrong])


def _policies(given: Sequence[str]) -> "dict[str, ReplayPolicy]":
    """The policies by name, the company's own first where fewer than two are given; every problem of every file at once."""
    from sopkit.meeting.replay import ReplayPolicy

    found: dict[str, ReplayPolicy] = {} if len(given) > 1 else {OWN: ReplayPolicy()}
    problems: list[Problem] = []
    for word in given:
        path = Path(word) if word.endswith((".yaml", ".yml")) else places.suite_root() / "params" / "policies" / f"{word}.yaml"
        if not NAME.fullmatch(path.stem) or path.stem in found:
            expected = "a file named by letters, digits, _ or -, that is not given twice or called own"
            problems.append(Problem("--policy", word, expected))
            continue
        try:
            content, lines = read_yaml(path)
            refuse_literal_secrets(content, path, lines)
            found[path.stem] = validated(ReplayPolicy, content, path, lines)
        except ParamsError as error:
            problems += error.problems or [Problem(str(path), error.message, "a policy")]
    if problems:
        raise ParamsError("policies cannot be used", problems)
    return found


def _tables(params: CompanyParams) -> "tuple[dict[str, pd.DataFrame], str]":
    """The company's input tables: of the cycle's last good run, else of the sources as they are now."""
    import pandas as pd

    from sopkit.data.contracts.conform import empty
    from sopkit.run.checking import intake_of
    from sopkit.run.receiving import receive

    folder = CompanyFolder.of(params.company)
    run = folder.good_run(params.cycle)
    if run is not None:
        files = {name: run.path / "tables" / f"{name}.parquet" for name in INPUTS}
        tables = {name: pd.read_parquet(file) if file.is_file() else empty(INPUTS[name]) for name, file in files.items()}
        return tables, f"the tables of run {run.run_id} of {params.cycle}"
    receive(params)
    intake = intake_of(params, params.data_path, folder.received(params.cycle))
    intake.raise_if_rejected()
    return intake.tables, f"the sources of {params.cycle} as they are"


def _progress(month: str) -> None:
    import sys

    if sys.stderr.isatty():
        print(f"\r{month}", end="", file=sys.stderr, flush=True)


def _otherwise(setting: "Setting") -> Sequence[str]:
    from sopkit.meeting.replay import told_otherwise

    return told_otherwise(setting)


def _content(params: CompanyParams, told: "Replayed", result: "Replay", origin: str) -> dict[str, object]:
    """The replay as JSON: what was asked, each figure, each month."""
    return {
        "schema": SCHEMA,
        "company": params.company,
        "from": told.first,
        "to": told.last,
        "read": origin,
        "policies": {name: {"title": title, "otherwise": list(otherwise)} for name, (title, otherwise) in told.policies.items()},
        "executed": result.executed,
        "summary": _rows(told.summary),
        "months": _rows(result.months),
        "recorded": _rows(told.recorded),
        "forecasts": _rows(result.errors),
    }


def _rows(frame: "pd.DataFrame") -> list[dict[str, object]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(name): round(value, 6) if isinstance(value, float) else value for name, value in row.items()}
        for row in plain.to_dict("records")
    ]
