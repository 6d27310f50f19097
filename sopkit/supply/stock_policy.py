"""What a company decides about stock: a part of its supply policy."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ANY = "*"
Service = Annotated[float, Field(gt=0, lt=1)]


class StockPolicy(BaseModel):
    """Service by class, how often stock is looked at, what an order costs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service_by_class: dict[str, Service] = Field(
        default_factory=lambda: {"A": 0.98, "B": 0.95, "C": 0.90, ANY: 0.95},
        description="share of cycles without a stock-out, between 0 and 1; by ABC and XYZ (`AX`), by ABC (`A`), `*` = any other",
    )
    review_months: float = Field(default=1.0, ge=0, description="months between two looks at an item: they count as lead time")
    made_lead_days: float = Field(default=30.0, ge=0, description="days from order to stock of what is made, where no cycle time is known")
    order_cost: float | None = Field(default=None, gt=0, description="money per order; none = no economic order quantity is told")
    left_over_worth_share: float | None = Field(
        default=None,
        ge=0,
        lt=1,
        description="what a unit left after its last month on sale still brings, share of its cost; none = no newsvendor's stock is told",
    )
    curve: tuple[Service, ...] = Field(
        default=(0.80, 0.90, 0.95, 0.98, 0.99), description="service levels whose stock is told, between 0 and 1"
    )

    def service_of(self, abc: str, xyz: str) -> float:
        """The share of service of a class; 0.95 where the table says nothing of it."""
        table = self.service_by_class
        return table.get(abc + xyz, table.get(abc, table.get(ANY, 0.95)))
