"""How far from the usual a figure may lie before somebody is asked: a section of a company's params."""

from pydantic import BaseModel, ConfigDict, Field


class PlausibilityLimits(BaseModel):
    """Limits of the plausibility rules; a ratio of 2 is twice as much."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    factor_ratio: float = Field(
        default=1.3, gt=1, lt=3, description="how near to 10, 100, 1,000 or a million a factor is a slip of the unit"
    )
    outlier_ratio: float = Field(default=20, gt=1, description="a value this many times the next largest of its series is asked about")
    fewer_rows_share: float = Field(default=0.02, ge=0, lt=1, description="rows that may be missing against the last submission")
    fewer_open_share: float = Field(
        default=0.5, ge=0, lt=1, description="the same for what comes and goes: open orders, the pipeline, campaigns, registers"
    )
    restated_share: float = Field(default=0.005, ge=0, description="change of a closed month's total that is not asked about")
    implied_price_ratio: float = Field(default=8, gt=1, description="revenue per unit this many times the item's median is asked about")
    uncovered_share: float = Field(default=0.05, ge=0, le=1, description="sales without a price or a cost that are only noted")
    ledger_share: float = Field(default=0.02, ge=0, description="net sales that may differ from the ledger and are only noted")
