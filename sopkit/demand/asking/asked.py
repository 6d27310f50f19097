"""Who is asked for the demand review, and about which part of the plan: a section of a company's params."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Function = Literal["sales", "marketing", "finance", "product", "operations", "materials", "hr"]


class Asked(BaseModel):
    """One owner: what is asked of whom, on one workbook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: Function = Field(description="function that the owner speaks for")
    by: Literal["family", "item"] = Field(default="family", description="one line per family, or per item, in each region and channel")
    family: tuple[str, ...] = Field(default=(), description="families asked about; none = all")
    region: tuple[str, ...] = Field(default=(), description="regions asked about; none = all")
    channel: tuple[str, ...] = Field(default=(), description="channels asked about; none = all")
    months: int = Field(default=12, ge=1, le=24, description="planned months asked about, from M0")
    due_working_day: int = Field(default=5, ge=1, le=23, description="working day of M0 by which the answer is due")

    @field_validator("family", "region", "channel")
    @classmethod
    def _each_once(cls, named: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(named)) < len(named):
            raise ValueError("a name stands twice")
        return named
