"""A policy that is replayed: what of the company's own is done otherwise."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sopkit.demand.accuracy.scores import LAYERS

STATISTICAL = "statistical"
WEIGHED = tuple(name for name in LAYERS if name != "finance")  # finance is a comparison and has no weight


class ReplayPolicy(BaseModel):
    """One policy; what is left out is as the company does it today."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(default="", description="what it is, in print; empty = its file's name")
    tier: str | None = Field(default=None, description="pool of models: fast, standard or best")
    models: tuple[str, ...] = Field(default=(), description="models in place of the tier")
    origins: int | None = Field(default=None, ge=1, le=24, description="earlier cutoffs that the backtest forecasts from")
    drivers: tuple[Literal["campaign", "price", "working_days", "indicator"], ...] | None = Field(
        default=None, description="what may move the plan beside its past; [] = nothing"
    )
    consensus: dict[str, float] = Field(
        default_factory=lambda: {STATISTICAL: 1.0},
        description="weight of each frozen layer in the consensus, in the months and cells that it covers; `statistical` is replayed",
    )
    safety_stock: Literal["days", "errors", "none"] = Field(
        default="days",
        description="days: safety_days of the targets; errors: from the policy's own errors over the lead time; none",
    )
    safety_factor: float = Field(default=1.0, ge=0, le=10, description="safety stock times this")
    service_share: float | None = Field(
        default=None, gt=0, lt=1, description="share of cycles without a stock-out that `errors` aims at; as supply.stock where left out"
    )
    allocation: Literal["dearest_first", "fair_share"] = Field(
        default="dearest_first",
        description="who is served where there is too little: what costs most to lose by the supply plan's own weights, or all alike",
    )
    demand: dict[str, object] = Field(default_factory=dict, description="values of the demand section that are otherwise")
    supply: dict[str, object] = Field(default_factory=dict, description="values of the supply section that are otherwise")

    @model_validator(mode="after")
    def _weights_can_be_used(self) -> "ReplayPolicy":
        strange = [name for name in self.consensus if name not in WEIGHED]
        if strange:
            raise ValueError(f"consensus weighs {', '.join(strange)}; it can weigh {', '.join(WEIGHED)}")
        if any(weight < 0 for weight in self.consensus.values()):
            raise ValueError("a weight of the consensus is below zero")
        if not self.consensus.get(STATISTICAL, 0.0) > 0:
            raise ValueError("consensus needs a weight above zero for statistical: the layers do not cover all months")
        return self
