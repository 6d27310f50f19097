"""A company's params: one YAML file, typed, with a unit in each description."""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.sources.connections import CONNECTION_NAME, Connection, Secret
from sopkit.data.sources.declaration import Source
from sopkit.demand.asking.asked import Asked
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import ParamsError, Problem
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.agenda import MOST, Agenda, AgendaFile, agenda_problems, with_agenda
from sopkit.meeting.policy import MeetingPolicy
from sopkit.periods import CADENCES, MONTH, MONTHS_ONLY, cutoff_of, other_cadence
from sopkit.records.policy import ApprovalPolicy
from sopkit.report.delivery.policy import AudiencePolicy
from sopkit.report.look import LookPolicy, logo_image
from sopkit.run import places
from sopkit.run.literal_secrets import refuse_literal_secrets, shown
from sopkit.run.placing import placed_decisions
from sopkit.run.yaml_reading import read_yaml
from sopkit.steps import BY_NAME
from sopkit.supply.policy import SupplyPolicy

Knob = str | int | float | bool | list[str]
Model = TypeVar("Model", bound=BaseModel)
SCENARIO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")


class Mapping(BaseModel):
    """Ready sources for a system that many companies have: a file of params/mappings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="name of the system")
    sources: dict[str, Source] = Field(description="one declared source per input table that the system has")


class CompanyParams(BaseModel):
    """What a company declares: who it is, where its data is, what it has decided, and its knobs, a section per step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$", description="short name: the file's name and the folder of its reports")
    title: str = Field(description="name in print")
    cycle: str = Field(description="cycle that a run plans: the month of the meetings, M0")
    cadence: Literal["monthly"] = Field(default="monthly", description=f"one of {', '.join(CADENCES)}")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO code of the currency that all money is in")
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO code of the country whose working days count")
    language: Literal["en", "sv"] = Field(default="en", description="language of the packs")
    fiscal_year_first_month: int = Field(default=1, ge=1, le=12, description="month the fiscal year starts in, 1..12")
    accountable: str = Field(description="the one accountable executive: a role")
    preparer: str = Field(description="role that prepares the plan")
    deputies: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="role: roles that may sign for it")
    people: dict[str, str] = Field(default_factory=dict, description="role: short name of who holds it; two roles may be one person")
    approval: ApprovalPolicy = ApprovalPolicy()
    audiences: AudiencePolicy = AudiencePolicy()
    look: LookPolicy = LookPolicy()
    gates: Literal["rehearse", "enforce"] = Field(default="rehearse", description="pass gates with DRAFT, or stop at the next one")
    data_root: Literal["suite", "reports", "data"] = Field(
        default="suite", description="where data_folder starts (SOPKIT_ROOT, _REPORTS, _DATA)"
    )
    data_folder: str = Field(description="folder of the source files; {cycle} stands for the cycle")
    mappings: tuple[str, ...] = Field(default=(), description="ready sources of params/mappings, by file name; the company's own go first")
    connections: dict[str, Connection] = Field(default_factory=dict, description="databases that sources come from, by name")
    sources: dict[str, Source] = Field(description="one declared source per input table")
    asked: dict[str, Asked] = Field(default_factory=dict, description="who is asked for the demand review: owner (a role): about what")
    received_file: str = Field(
        default="overrides_received.csv",
        description="file below the data folder that `sop receive` writes; `sources.overrides` takes it in",
    )
    plausibility: PlausibilityLimits = PlausibilityLimits()
    demand: DemandPolicy = DemandPolicy()
    supply: SupplyPolicy = SupplyPolicy()
    money: MoneyPolicy = MoneyPolicy()
    meeting: MeetingPolicy = MeetingPolicy()
    agenda: AgendaFile | None = Field(default=None, description="what the lead made of the decisions: params/<company>/agenda.yaml")
    steps: dict[str, dict[str, Knob]] = Field(default_factory=dict, description="knobs that differ from the notebooks' defaults")

    @field_validator("cadence", mode="before")
    @classmethod
    def _monthly(cls, cadence: object) -> object:
        if cadence not in CADENCES:
            raise ValueError(f"{' | '.join(CADENCES)}. {MONTHS_ONLY}; buckets far out may be quarters (supply.quarters_after)")
        return cadence

    @property
    def cutoff(self) -> str:
        """The last closed period."""
        return cutoff_of(self.cycle)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Where the secrets of its connections are kept."""
        return tuple(connection.password for connection in self.connections.values() if connection.password)

    @property
    def data_path(self) -> Path:
        """The folder that the sources' file names start from."""
        root = {"suite": places.suite_root, "reports": places.reports_root, "data": places.data_root}[self.data_root]()
        return root / self.data_folder.replace("{cycle}", self.cycle)


def load_params(path: Path, cycle: str | None = None) -> CompanyParams:
    """The params in a file; `cycle` replaces the file's own.

    Raises ParamsError with all problems at once: file, line, what came, what was expected, the nearest known name.
    """
    content, lines = read_yaml(path)
    refuse_literal_secrets(content, path, lines)
    content = _with_mappings(content, path, lines)
    content = {key: value for key, value in content.items() if key not in BY_NAME} | {
        "steps": {key: value or {} for key, value in content.items() if key in BY_NAME},
        **({"cycle": cycle} if cycle else {}),
    }
    params = validated(CompanyParams, content, path, lines)
    params = params.model_copy(update={"meeting": placed_decisions(params.meeting, path, lines)})
    if not MONTH.fullmatch(params.cycle):
        came, hint = f"cycle {params.cycle!r}", other_cadence(params.cycle)
        raise ParamsError("not a cycle of this company", [Problem(str(path), came, f"a {params.cadence} period, such as 2026-03", hint)])
    _check_sources(params, path, lines)
    if params.look.logo:
        image = logo_image(path.parent / params.company, params.look.logo, _line(path, lines, ("look", "logo")))
        params = params.model_copy(update={"look": params.look.model_copy(update={"image": image})})
    return _with_agenda(params, path.parent / params.company / "agenda.yaml")


def _with_agenda(params: CompanyParams, path: Path) -> CompanyParams:
    """The params with the decisions that the lead's agenda of this cycle asks; as they are where there is none."""
    content, lines = read_yaml(path) if path.is_file() else ({}, {})
    agenda = validated(Agenda, content, path, lines) if path.is_file() else None
    if agenda is None or agenda.cycle != params.cycle:
        return _few_decisions(params, path)
    if found := agenda_problems(agenda, params.meeting):
        raise ParamsError(f"{path.name} cannot be followed", [replace(each, where=_line(path, lines, place)) for place, each in found])
    places = tuple(_line(path, lines, place) for place, _ in agenda.texts())
    file = AgendaFile(agenda=agenda, places=places, proposed=params.meeting)
    return params.model_copy(update={"agenda": file, "meeting": with_agenda(params.meeting, agenda)})


def _few_decisions(params: CompanyParams, agenda: Path) -> CompanyParams:
    """The params, if they ask no more than a meeting takes; raises ParamsError where an agenda would have to choose."""
    if len(params.meeting.decisions) > MOST:
        came = f"{len(params.meeting.decisions)} decisions: {', '.join(params.meeting.decisions)}"
        problem = Problem(
            "meeting.decisions", came, f"{MOST} at most", f"Say in {agenda} for {params.cycle} which are asked, or merge some."
        )
        raise ParamsError("more decisions than a meeting takes", [problem])
    return params


def _with_mappings(content: dict[str, object], path: Path, lines: dict[tuple[str, ...], int]) -> dict[str, object]:
    """The params with the sources of the mappings that they name; a source of their own replaces a mapping's, `null` leaves it out."""
    names, own = content.get("mappings"), content.get("sources") or {}
    if not isinstance(names, list) or not isinstance(own, dict):
        return content
    taken: dict[str, object] = {}
    for name in names:
        if not isinstance(name, str) or not SCENARIO.fullmatch(name):
            problem = Problem(_line(path, lines, ("mappings",)), repr(name), "the name of a file in params/mappings")
            raise ParamsError("not a mapping's name", [problem])
        file = places.suite_root() / "params" / "mappings" / f"{name}.yaml"
        mapping, its_lines = read_yaml(file)
        validated(Mapping, mapping, file, its_lines)
        taken = {**taken, **mapping["sources"]}  # type: ignore[dict-item]
    return {**content, "sources": {name: source for name, source in (taken | own).items() if source is not None}}


def _check_sources(params: CompanyParams, path: Path, lines: dict[tuple[str, ...], int]) -> None:
    """Every connection has a usable name, every source that names one finds it, and money is converted to the company's currency."""
    there = ", ".join(params.connections) or "none is declared"
    wrong = [("connections", name) for name in params.connections if not CONNECTION_NAME.fullmatch(name)]
    problems = [Problem(_line(path, lines, place), repr(place[-1]), "a name of lower case letters, digits and _") for place in wrong]
    for name, source in params.sources.items():
        if source.connection is not None and source.connection not in params.connections:
            where = _line(path, lines, ("sources", name, "connection"))
            problems.append(Problem(where, repr(source.connection), f"a name under `connections`: {there}"))
        for column, conversion in source.convert.items():
            if conversion.currency and conversion.to != params.currency:
                where = _line(path, lines, ("sources", name, "convert", column, "to"))
                problems.append(Problem(where, repr(conversion.to), f"the company's currency, {params.currency}"))
    if problems:
        raise ParamsError("sources cannot be used", problems)


def _line(path: Path, lines: dict[tuple[str, ...], int], place: tuple[str, ...]) -> str:
    return f"{path}, line {lines.get(place, 1)}, {'.'.join(place)}"


def company_word(params: CompanyParams, params_file: Path) -> str:
    """What a notebook's `company` is for a params file: the company's name where the file is at home, else the file's path."""
    home = places.params_file(params.company)
    return params.company if home.exists() and home.samefile(params_file) else str(params_file.resolve())


def validated(model: type[Model], content: dict[str, object], path: Path, lines: dict[tuple[str, ...], int]) -> Model:
    """`content` as a `model`, or a ParamsError that lists every problem with its line."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = [_problem(model, item, path, lines) for item in error.errors()]
        raise ParamsError(f"{path.name} cannot be used", problems) from None


def _problem(model: type[BaseModel], item: object, path: Path, lines: dict[tuple[str, ...], int]) -> Problem:
    place = tuple(str(part) for part in item["loc"])  # type: ignore[index]
    line = next((lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines), 1)
    where = f"{path}, line {line}, {'.'.join(place)}"
    if item["type"] == "extra_forbidden":  # type: ignore[index]
        near = get_close_matches(place[-1], _names_beside(model, place), n=1, cutoff=0.5)
        return Problem(where, "an unknown name", "a declared one", f"Did you mean {near[0]}?" if near else "")
    if item["type"] == "missing" or (item["type"] == "string_pattern_mismatch" and not str(item["input"]).strip()):  # type: ignore[index]
        return Problem(where, "nothing", f"{place[-1]}, which must be said")
    return Problem(where, shown(item["input"], place), str(item["msg"]).removeprefix("Value error, "))  # type: ignore[index]


def _names_beside(model: type[BaseModel], place: tuple[str, ...]) -> list[str]:
    """Names that may stand where the unknown one stands: fields of the model that the path leads to."""
    current: object = model
    for part in place[:-1]:
        fields = getattr(current, "model_fields", {})
        annotation = fields[part].annotation if part in fields else current
        options = [annotation, *getattr(annotation, "__args__", ())]
        current = next((option for option in reversed(options) if hasattr(option, "model_fields")), current)
    return [*getattr(current, "model_fields", {}), *(BY_NAME if current is CompanyParams else ())]
