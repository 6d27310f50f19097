"""What a company decides about demand planning: a section of its params."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sopkit.errors import ParamsError, Problem

Key = Literal["item", "region", "channel"]
TOTAL = "total"
LEVEL_KEYS = ("family", "item", "region", "channel")


def level_keys(name: str) -> tuple[str, ...]:
    """The keys of a level: `total` has none, `item x region` has item and region.

    Raises:
        ParamsError: a key that no level has, or the same one twice.
    """
    keys = () if name == TOTAL else tuple(part.strip() for part in name.split(" x "))
    if len(set(keys)) < len(keys) or not set(keys) <= set(LEVEL_KEYS):
        expected = f"`{TOTAL}`, or some of {', '.join(LEVEL_KEYS)} joined by ` x `"
        raise ParamsError("not a level of the hierarchy", [Problem("hierarchy", repr(name), expected)])
    return keys


class DemandPolicy(BaseModel):
    """Structure of the demand plan; the knobs stand in the notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forecast_level: tuple[Key, ...] = Field(
        default=("item", "region", "channel"),
        description="keys of the series that are forecast; other keys are split by their share of the last twelve months",
    )
    hierarchy: tuple[str, ...] = Field(
        default=("total", "family", "item", "region", "channel", "item x region"),
        description="levels that are forecast too and reconciled with the series: `total`, or keys joined by ` x `",
    )
    season_length: int = Field(default=12, ge=1, description="periods in a season")
    minimum_history: int = Field(default=6, ge=1, description="months below which a series is forecast by its recent mean")
    compute: Literal["local", "dask"] = Field(
        default="local",
        description="where the pool is run: here, or in coarse chunks on a dask cluster (extra `cluster`)",
    )
    address: str | None = Field(default=None, description="of the dask scheduler, as tcp://host:8786; needed where compute is dask")
    cluster_series: int = Field(default=20_000, ge=0, description="series below which the pool is run here even where compute is dask")
    consensus_start: Literal["statistical", "equal", "skill"] = Field(
        default="statistical",
        description="what the consensus starts from: the statistical forecast, or the mean of all views with a record (statistical, "
        "sales, marketing, CRM), weighed alike or by proven skill; finance has no weight",
    )
    headline_lags: dict[str, int] = Field(
        default_factory=dict,
        description="decision lead time of families in months: supplier + production + freight, rounded up; 2 where a family is not named",
    )
    refused_reasons: tuple[str, ...] = Field(
        default=("budget_gap", "capacity"), description="reason codes that are no reason to change demand (docs/glossary.md, consensus)"
    )

    @model_validator(mode="after")
    def _cluster_has_an_address(self) -> "DemandPolicy":
        if self.compute == "dask" and not self.address:
            raise ValueError("compute is dask, and no address of a scheduler is given")
        return self

    @property
    def cluster(self) -> str:
        """`local`, or the address of the scheduler."""
        return self.address if self.compute == "dask" and self.address else "local"

    @field_validator("hierarchy")
    @classmethod
    def _known_levels(cls, levels: tuple[str, ...]) -> tuple[str, ...]:
        for name in levels:
            try:
                level_keys(name)
            except ParamsError as error:
                raise ValueError(str(error.problems[0])) from None
        if len({frozenset(level_keys(name)) for name in levels}) < len(levels):
            raise ValueError("a level is listed twice")
        return levels
