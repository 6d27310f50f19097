"""What a company decides about money: a section of its params."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MoneyPolicy(BaseModel):
    """How the plan is valued (docs/glossary.md, Money)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    costing: Literal["variable", "standard_absorption"] = Field(
        default="variable", description="cost of goods: variable or full standard cost"
    )
    fixed_production_costs: float | None = Field(
        default=None,
        ge=0,
        description="fixed production cost a month that standard costs absorb, in the company's currency; none = what the next twelve "
        "planned months absorb on average",
    )
    vat_rate: float = Field(default=0.0, ge=0, lt=1, description="VAT inside receivables, share of net sales")
    cost_share_of_price: float | None = Field(
        default=None, ge=0, description="standard cost as a share of net price where an item has no cost; none = such items are not valued"
    )
    excess_months: float = Field(default=12, gt=0, description="stock above so many months of plan is excess")
    write_down_rate: float = Field(
        default=0.0, ge=0, le=1, description="write-down of excess stock at the fiscal year's end, share of its cost"
    )
    credit_line: float | None = Field(default=None, ge=0, description="credit line, in the company's currency; none = not known")
    other_payments: float | None = Field(
        default=None,
        description="cash paid each month outside the statement (overhead, taxes, investments), in the company's currency; "
        "none = the mean of the last twelve closed months, measured from the balance sheet",
    )
