"""What a company brings to its meetings: decisions with options, scenarios, the floors of the recommendation rule."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Change(BaseModel):
    """One change of an overlay: rows of an input table, a column, and what happens to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str = Field(description="input table")
    where: dict[str, str | list[str]] = Field(default_factory=dict, description="column: value or values; all rows where empty")
    first_period: str | None = Field(default=None, description="from this month on, where the table has months")
    last_period: str | None = Field(default=None, description="up to this month")
    column: str = Field(description="column that changes")
    action: Literal["set", "multiply", "add"] = Field(description="what happens to it")
    value: float | str = Field(description="the new value, the factor or the amount added, in the column's unit")
    elasticity: float | None = Field(
        default=None, le=0, description="of a net price of demand: relative change of units per relative change of price, not above zero"
    )
    place: str = Field(default="", exclude=True, description="file and line that it stands on; filled in when a file is read")

    @model_validator(mode="after")
    def _elasticity_needs_a_price(self) -> "Change":
        if self.elasticity is not None and (self.column != "net_price" or self.table not in ("demand", "consensus_demand")):
            raise ValueError("an elasticity belongs to a change of demand.net_price")
        return self


class PolicyChange(BaseModel):
    """Changes of what the company decides rather than enters: limits, months in which a supplier stops, any value of its policies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subcontract_limit: dict[str, float] = Field(default_factory=dict, description="most units a month by family")
    supplier_share: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="by supplier and month: the share of its monthly limit that it delivers; 0 = nothing"
    )
    supply: dict[str, float | str | bool] = Field(default_factory=dict, description="other values of the supply policy, by name")
    money: dict[str, float | str | bool] = Field(default_factory=dict, description="values of the money policy, by name")


class Overlay(BaseModel):
    """A small change on the inputs, planned through the same functions as the base; empty = the base itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="what it is, in words")
    changes: tuple[Change, ...] = ()
    policy: PolicyChange = PolicyChange()
    fixed_cost: float = Field(default=0, ge=0, description="cost once, in the company's currency")
    fixed_cost_period: str | None = Field(default=None, description="month of the fixed cost; none = M0")
    further_costs: dict[str, float] = Field(
        default_factory=dict, description="further costs once, by month: what composing overlays collects"
    )
    note: str = Field(default="", description="what breaks first, or why")
    of: tuple[str, ...] = Field(
        default=(), description="scenarios that it is composed of, by the names of their files; its own changes last"
    )
    places: dict[str, str] = Field(
        default_factory=dict,
        exclude=True,
        description="file and line of its names; filled in when a file is read",
    )
    years_after: int = Field(
        default=0, ge=0, le=20, description="years beyond the plan in which its effect of the last twelve planned months is expected again"
    )


class Playbook(BaseModel):
    """A crisis prepared in advance: what starts it, what is done first, and what it does to the inputs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="what happens, in words")
    trigger: str = Field(description="what is seen when it starts")
    owner: str = Field(description="role that leads the answer")
    first_actions: tuple[str, ...] = Field(min_length=1, description="what is done first, in order")
    months: int = Field(ge=1, le=24, description="months that it lasts")
    changes: tuple[Change, ...] = Field(
        default=(), description="as in a scenario; months as +0, +1 … from the start, none = as long as it lasts; values as @bottleneck"
    )
    supplier: str | None = Field(
        default=None, description="supplier whose deliveries change: a code, @critical_supplier or @distant_suppliers"
    )
    delivered_share: float = Field(default=0.0, ge=0, le=1, description="share of its limit that it delivers while it lasts")


class Hazard(BaseModel):
    """What may happen whatever is decided: each option is priced with and without it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    probability_share: float = Field(ge=0, le=1, description="how likely, 0..1")
    overlay: Overlay = Field(description="what it does to the inputs")


class Decision(BaseModel):
    """A question with options; the first option is to do nothing and changes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(description="the question, in words")
    owner: str = Field(pattern=r"\S", description="role that carries it out")
    last_date: date = Field(description="last date the decision works")
    options: dict[str, Overlay] = Field(min_length=1, description="A, B, C … ; A is to do nothing")
    hazard: Hazard | None = Field(default=None, description="what the options protect against; none = nothing")
    recommend: str = Field(default="", description="option that is recommended in place of the rule's; empty = the rule's")
    recommend_reason: str = Field(default="", description="why it departs from the rule")


class MeetingPolicy(BaseModel):
    """Decisions of this cycle, scenarios, and the floors that a recommendation keeps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decisions: dict[str, Decision] = Field(default_factory=dict, description="D1, D2, D3: at most three")
    scenarios: tuple[str, ...] = Field(default=(), description="files of params/scenarios, without .yaml")
    playbooks: tuple[str, ...] = Field(
        default=(), description="crises solved anew in every cycle: files of params/playbooks, without .yaml"
    )
    fill_rate_floor: float | None = Field(default=None, ge=0, le=1, description="least fill rate of the next six months, 0..1")
    cash_floor: float | None = Field(default=None, description="least cash headroom, in the company's currency")
    load_limit_ratio: float | None = Field(default=None, gt=0, description="highest load on demonstrated capacity")
    authority_limits: dict[str, float] = Field(
        default_factory=dict, description="most that a function settles in the pre-S&OP, in the company's currency; none = all is ratified"
    )
    quorum: tuple[str, ...] = Field(
        default=("head_of_sales", "head_of_operations", "head_of_finance"),
        description="roles that must be there, beside the accountable executive, or their deputies",
    )
    review_tolerance_share: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="most that a month may depart from its plan, share of the plan, before a reason is asked for (`sop review`)",
    )
    promise_tolerance_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="most that a decided plan may depart from the page's promise, share of the promised change",
    )
