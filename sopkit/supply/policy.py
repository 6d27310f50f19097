"""What a company decides about supply planning: a section of its params."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sopkit.supply.stock_policy import StockPolicy


class Waiting(BaseModel):
    """What demand does that is not met in its month: part of it waits, the rest is lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(ge=0, le=1, description="share of unmet demand that waits, 0..1")
    months: int = Field(ge=0, le=60, description="months that it waits at most")


class Fence(BaseModel):
    """How near the plan of a site stands still, and where a change is dear."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frozen_months: int = Field(ge=0, description="months from M0 on whose production is what is already on order")
    slushy_months: int = Field(default=0, ge=0, description="months after them in which leaving the last plan costs slushy_change_share")


class SupplyPolicy(BaseModel):
    """Structure of the supply plan; the knobs stand in the notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frozen_months: int = Field(
        default=1,
        ge=0,
        description="months from M0 on whose production is what is already on order; none where open orders are not provided",
    )
    fences: dict[str, Fence] = Field(
        default_factory=dict, description="by site of the item's resource; sites not named: frozen_months, nothing slushy"
    )
    slushy_change_share: float = Field(
        default=0.0,
        ge=0,
        description="planning cost of a unit that a slushy month makes more or less than the last plan, share of its price",
    )
    change_share: float = Field(
        default=0.0,
        ge=0,
        description="planning cost of a unit that an open month makes more or less than the last plan, share of its price",
    )
    ties: Literal["latest", "least_change"] = Field(
        default="least_change",
        description="of equally cheap plans that ship most: the one nearest to the last plan, then that makes latest; or just the latest",
    )
    quarters_after: int | None = Field(
        default=None,
        ge=1,
        description="months from M0 after which a stocked item is made evenly over three months and people change at their start only; "
        "stock and demand stay monthly; none = every month is decided for itself",
    )
    smoothing_cost: float = Field(
        default=0.0, ge=0, description="planning cost of an hour that a resource works more or less than in the month before"
    )
    waiting: dict[str, Waiting] = Field(
        default_factory=lambda: {"*": Waiting(share=0.5, months=1)},
        description="by channel, or channel/tier of the item; `*` is any other channel, `*/A` any other channel of tier A",
    )
    late_cost_share: float = Field(default=0.05, ge=0, description="planning cost of a unit that waits a month, share of its net price")
    lost_goodwill_share: float = Field(
        default=0.25, ge=0, description="planning cost of a lost unit beyond its margin, share of its net price"
    )
    safety_stock_value_share: float = Field(
        default=0.02, ge=0, description="planning cost of a unit short of safety stock for a month, share of its net price"
    )
    storage_limit: float | None = Field(
        default=None, gt=0, description="most family units in stock at a month end (units x planning_factor); none = no limit"
    )
    site_storage_limit: dict[str, float] = Field(
        default_factory=dict, description="most family units in stock at a month end by site, where sites are told apart"
    )
    capital_rate: float = Field(default=0.08, ge=0, description="planning cost of money in stock, share of standard cost per year")
    subcontract_limit: dict[str, float] = Field(
        default_factory=dict, description="most units a month that subcontractors make, by family; families not named: none"
    )
    supplier_share: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="by supplier and month: the share of its monthly limit that it delivers; months not named: all"
    )
    supplier_arrivals: dict[str, dict[str, dict[str, float]]] = Field(
        default_factory=dict,
        description="by supplier, component and month: most components that still arrive, as where a lead time has grown; months not "
        "named: the limit",
    )
    objective: Literal["cost", "margin"] = Field(
        default="cost",
        description="cost: whatever can be met is met, at the least cost; margin: what sells below its variable cost need not be met",
    )
    unmet_demand: Literal["priced", "refused", "waits"] = Field(
        default="priced",
        description="priced: demand waits or is lost at its price; refused: all of it ships within the horizon, or the plan is refused; "
        "waits: nothing is lost, and what still waits at the horizon costs its month like any other",
    )
    horizon_stock_worth_share: float = Field(
        default=1.0, ge=0, le=1, description="worth of stock left at the horizon, share of its lowest variable cost"
    )
    component_prices: Literal["above_cheapest", "paid"] = Field(
        default="above_cheapest",
        description="above_cheapest: a component's lowest price is in the unit cost of what it goes into, only what is dearer is counted; "
        "paid: unit costs hold no bought components, and every one is paid at its price",
    )
    silent_inputs: Literal["assumed", "refused"] = Field(
        default="assumed",
        description="an item without route, opening stock, cost or price: assumed and listed, or refused before the solve",
    )
    sourcing_shares: Literal["kept", "chosen"] = Field(
        default="kept", description="kept: sites serve a region by its sourcing shares; chosen: the plan chooses among the sites named"
    )
    whole_heads: bool = Field(default=False, description="people are whole numbers (branch and bound; the gap is shown)")
    lots_planned_for: tuple[str, ...] = Field(
        default=(), description="families whose setups and lots are planned (branch and bound); `*` = all; else lot_sizes only caps a month"
    )
    orders_planned: bool = Field(
        default=False,
        description="minimum orders and falling prices of suppliers are whole decisions (branch and bound); else listed, and not kept",
    )
    whole_gap_share: float = Field(
        default=1e-6, ge=0, description="proven distance from the optimum at which whole numbers are good enough"
    )
    whole_most_nodes: int = Field(
        default=20_000, ge=1, description="most nodes of branch and bound: the work limit of a plan with whole numbers"
    )
    workforce_planned: bool = Field(default=True, description="people may be hired and laid off; false = their number stays as it is")
    stock: StockPolicy = Field(default_factory=StockPolicy, description="service by class, orders, what is told of stock")
