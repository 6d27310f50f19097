"""The process, the same for all companies: calendar, gates and accountability of `params/process.yaml`."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sopkit.data.days_off import working_dates
from sopkit.periods import first_day, last_day
from sopkit.run import places
from sopkit.run.params import validated
from sopkit.run.yaml_reading import read_yaml
from sopkit.steps import BY_NAME


class Due(BaseModel):
    """One line of the calendar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activity: str = Field(description="what is due")
    step: str = Field(description="step that it belongs to")
    first_working_day: int = Field(ge=1, le=23, description="working day of the month it begins")
    last_working_day: int = Field(ge=1, le=23, description="working day of the month it is due")
    accountable: str = Field(description="role that answers for it")

    @model_validator(mode="after")
    def _known(self) -> "Due":
        if self.step not in BY_NAME:
            raise ValueError(f"{self.step!r} is no step")
        if self.first_working_day > self.last_working_day:
            raise ValueError("it is due before it begins")
        return self


class Gate(BaseModel):
    """What must be signed before the steps behind it may run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="short name of the gate")
    after: str = Field(description="step behind which it stands")
    title: str = Field(description="what is signed")
    signed_by: tuple[str, ...] = Field(min_length=1, description="roles that sign")
    texts: dict[str, str] = Field(
        default_factory=dict, description="role: what it says by signing; the title where it has no text of its own"
    )
    working_day: int = Field(ge=1, le=23, description="working day of the month it is due")
    independent: bool = Field(default=False, description="the preparer may not sign it")

    @model_validator(mode="after")
    def _texts_of_signers(self) -> "Gate":
        if strangers := sorted(set(self.texts) - set(self.signed_by)):
            raise ValueError(f"a text of who does not sign: {', '.join(strangers)}")
        return self

    def text_of(self, role: str) -> str:
        """What a role says by signing."""
        return self.texts.get(role, self.title)


class Process(BaseModel):
    """The whole of `params/process.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calendar: tuple[Due, ...] = Field(description="what is due when, from whom")
    gates: tuple[Gate, ...] = Field(description="what must be signed, in order")
    raci: dict[str, dict[str, str]] = Field(description="activity: role: letters of A (accountable), R, C, I; exactly one A a line")

    @model_validator(mode="after")
    def _one_accountable(self) -> "Process":
        wrong = [name for name, roles in self.raci.items() if sum("A" in letters for letters in roles.values()) != 1]
        if wrong:
            raise ValueError(f"not exactly one A: {', '.join(wrong)}")
        return self

    def gate_after(self, step: str) -> Gate | None:
        """The gate that stands behind a step."""
        return next((gate for gate in self.gates if gate.after == step), None)


def load_process() -> Process:
    """The process of the suite; ParamsError with all problems where it cannot be used."""
    path = places.suite_root() / "params" / "process.yaml"
    return _process(path, path.read_bytes() if path.is_file() else b"")


@lru_cache(maxsize=4)
def _process(path: Path, _: bytes) -> Process:
    """The process in a file, read once for each content of it: every question about a gate asks for it."""
    content, lines = read_yaml(path)
    return validated(Process, content, path, lines)


def working_days(month: str, country: str) -> list[date]:
    """The working days of a month, as history counts them: the country's weekend, holidays and days off by custom out; the first is WD1."""
    return working_dates(country, first_day(month), last_day(month))


def meeting_day(month: str, country: str) -> date:
    """Day of the executive meeting: the last working day that the process gives the executive step."""
    days = working_days(month, country)
    number = max((line.last_working_day for line in load_process().calendar if line.step == "executive"), default=len(days))
    return days[min(number, len(days)) - 1]


def working_day_of(day: date, month: str, country: str) -> int:
    """Which working day of the month a day is: 0 before the first, the last one's number after it."""
    return sum(other <= day for other in working_days(month, country))
