"""What a policy comes to: the company's own settings with what the policy does otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from sopkit.demand.models import pool_models
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import ParamsError, Problem
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.replay.policy import ReplayPolicy
from sopkit.meeting.scenarios.policies import policy_with
from sopkit.supply.policy import SupplyPolicy

Policy = TypeVar("Policy", bound=BaseModel)


@dataclass(frozen=True)
class Company:
    """What a company has decided, as its params and knobs say today."""

    demand: DemandPolicy
    supply: SupplyPolicy
    money: MoneyPolicy
    country: str
    first_month: int  # of the fiscal year, 1..12
    horizon: int  # months planned in each replayed month
    tier: str
    models: tuple[str, ...]
    origins: int
    drivers: tuple[str, ...]
    backtest_horizon: int


@dataclass(frozen=True)
class Setting:
    """One policy, whole: every choice that a replayed month is planned by."""

    name: str
    title: str
    policy: ReplayPolicy
    demand: DemandPolicy
    supply: SupplyPolicy
    models: tuple[str, ...]
    origins: int
    drivers: tuple[str, ...]

    @property
    def forecast_key(self) -> tuple[object, ...]:
        """What its statistical forecast depends on, beside the data."""
        return (self.demand.model_dump_json(), self.models, self.origins, self.drivers)


def settings_of(company: Company, policies: Mapping[str, ReplayPolicy]) -> list[Setting]:
    """The policies, whole, in order.

    Args:
        company: what it does today.
        policies: by name; an empty policy is the company's own.

    Raises:
        ParamsError: every value that cannot be used, of all policies at once.
    """
    problems: list[Problem] = []
    settings = []
    for name, policy in policies.items():
        demand = _changed(company.demand, policy.demand, f"{name}, demand", problems)
        supply = _changed(company.supply, _with_service(company.supply, policy), f"{name}, supply", problems)
        models = _models(policy, company, name, problems)
        drivers = company.drivers if policy.drivers is None else policy.drivers
        title = policy.title or name.replace("_", " ")
        settings.append(Setting(name, title, policy, demand, supply, models, policy.origins or company.origins, drivers))
    if problems:
        raise ParamsError("policies cannot be replayed", problems)
    return settings


def _with_service(supply: SupplyPolicy, policy: ReplayPolicy) -> dict[str, object]:
    if policy.service_share is None:
        return policy.supply
    told = supply.stock.model_dump() | {"service_by_class": {"*": policy.service_share}}
    return {"stock": told, **policy.supply}


def _changed(own: Policy, told: Mapping[str, object], place: str, problems: list[Problem]) -> Policy:
    changed, found = policy_with(own, told, place)
    problems += found
    return changed


def _models(policy: ReplayPolicy, company: Company, name: str, problems: list[Problem]) -> tuple[str, ...]:
    if policy.tier is None and not policy.models:
        return pool_models(company.tier, company.models)
    try:
        return pool_models(policy.tier or company.tier, policy.models)
    except ParamsError as error:
        problems += [Problem(f"{name}, {each.where}", each.came, each.expected, each.hint) for each in error.problems]
        return ()


def told_otherwise(setting: Setting) -> Sequence[str]:
    """What the policy does otherwise, as `name value`; empty for the company's own."""
    told = setting.policy.model_dump(exclude_defaults=True, exclude={"title"})
    return [f"{name} {_shown(value)}" for name, value in told.items()]


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return " + ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(inner) for inner in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
