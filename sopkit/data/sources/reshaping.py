"""How a sender's shape becomes the contract's: months in columns, amounts in other units and currencies. Declared, never guessed."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

RANGE = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))\.\.([0-9]{4}-(?:0[1-9]|1[0-2]))")


class Unpivot(BaseModel):
    """Months that stand in columns, beside each other: each becomes a row of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: str = Field(
        description="how the headers write a month, as YYYY-MM or MMM YYYY (jan 2026, janv. 2026); or first and last, as 2024-01..2026-02"
    )
    into: str = Field(description="contract column that takes the month")
    value: str = Field(description="contract column that takes the cells")

    @field_validator("columns")
    @classmethod
    def _a_format_or_a_range(cls, columns: str) -> str:
        from sopkit.data.parsing import date_tokens

        if found := RANGE.fullmatch(columns):
            if found[2] < found[1]:
                raise ValueError(f"{columns!r} ends before it begins")
            return columns
        kinds = [token[0] for token in date_tokens(columns) if token in ("YYYY", "YY", "MMM", "MM", "M", "DD", "D")]
        if kinds.count("Y") != 1 or kinds.count("M") != 1:
            raise ValueError(
                f"{columns!r} is neither a format with a year and a month, such as YYYY-MM, nor a range such as 2024-01..2026-02"
            )
        return columns

    @property
    def span(self) -> tuple[str, str] | None:
        """The first and the last month, where they are declared."""
        found = RANGE.fullmatch(self.columns)
        return (found[1], found[2]) if found else None

    @property
    def format(self) -> str:
        """How a header writes a month."""
        return "YYYY-MM" if self.span else self.columns


class Conversion(BaseModel):
    """A measure that comes in several units, or in several currencies: in which, and what one of each is worth."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str | None = Field(default=None, description="header of the column that names the unit")
    currency: str | None = Field(default=None, description="or header of the column that names the currency")
    to: str = Field(min_length=1, description="unit, or currency, that all rows are converted to")
    factors: dict[str, float] = Field(default_factory=dict, description="unit: how many of `to` one of it is")
    items: dict[str, dict[str, float]] = Field(default_factory=dict, description="item: its own factors, before those for all")
    rates: Literal["current", "budget"] = Field(default="current", description="which rate of the table exchange_rates, by month")

    @model_validator(mode="after")
    def _one_kind(self) -> "Conversion":
        if (self.unit is None) == (self.currency is None):
            raise ValueError("give either `unit` or `currency`: the header of the column that names it")
        if self.unit is not None and not (self.factors or self.items):
            raise ValueError("`unit` needs `factors` or `items`")
        if self.currency is not None and (self.factors or self.items):
            raise ValueError("`factors` and `items` belong to `unit`; the rates of currencies come from exchange_rates")
        for unit, factor in [*self.factors.items(), *(pair for own in self.items.values() for pair in own.items())]:
            if not 0 < factor < float("inf"):
                raise ValueError(f"one {unit} cannot be {factor:g} {self.to}")
        if self.to in self.factors and self.factors[self.to] != 1:
            raise ValueError(f"one {self.to} is one {self.to}, not {self.factors[self.to]:g}")
        return self

    @property
    def header(self) -> str:
        """Header of the column that names the unit or the currency."""
        return self.unit or str(self.currency)
