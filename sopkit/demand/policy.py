"""What a company decides about demand planning: a section of its params."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Key = Literal["item", "region", "channel"]


class DemandPolicy(BaseModel):
    """Structure of the demand plan; the knobs stand in the notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forecast_level: tuple[Key, ...] = Field(
        default=("item", "region", "channel"),
        description="keys of the series that are forecast; other keys are split by their share of the last twelve months",
    )
    season_length: int = Field(default=12, ge=1, description="periods in a season")
    minimum_history: int = Field(default=6, ge=1, description="months below which a series is forecast by its recent mean")
    refused_reasons: tuple[str, ...] = Field(
        default=("budget_gap", "capacity"), description="reason codes that are no reason to change demand (docs/glossary.md, consensus)"
    )
