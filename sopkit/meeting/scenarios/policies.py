"""What an overlay changes in the company's policies: limits, months in which a supplier stops, any value of supply or money."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from sopkit.errors import Problem
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.policy import Overlay, PolicyChange
from sopkit.meeting.scenarios.selection import nearest
from sopkit.periods import MONTH
from sopkit.supply.policy import SupplyPolicy

Policy = TypeVar("Policy", bound=BaseModel)
TWICE = "one value"


def overlaid_policy(policy: SupplyPolicy, overlay: Overlay) -> SupplyPolicy:
    """The supply policy with the values that an overlay sets: its limits and stops beside those of the policy, other values in their place.

    Args:
        policy: the company's; not changed.
        overlay: `policy_problems` has nothing to say of it.
    """
    change = overlay.policy
    told: dict[str, object] = dict(change.supply)
    if change.subcontract_limit:
        told["subcontract_limit"] = {**policy.subcontract_limit, **change.subcontract_limit}
    if change.supplier_share:
        told["supplier_share"] = _joined(policy.supplier_share, change.supplier_share)
    return _with(policy, told)


def overlaid_money(policy: MoneyPolicy, overlay: Overlay) -> MoneyPolicy:
    """The money policy with the values that an overlay sets."""
    return _with(policy, dict(overlay.policy.money))


def policy_problems(tables: Mapping[str, pd.DataFrame], supply: SupplyPolicy, money: MoneyPolicy, overlay: Overlay) -> list[Problem]:
    """What is wrong with an overlay's policy changes: unknown families, suppliers, months and values, each with the nearest known.

    Args:
        tables: items and supplier_items of the plan.
        supply, money: the company's policies.
        overlay: the overlay.
    """
    change = overlay.policy
    families, suppliers = set(tables["items"]["family"]), set(tables["supplier_items"]["supplier"])
    problems = []
    for family, limit in change.subcontract_limit.items():
        where = placed(overlay, "policy", "subcontract_limit", family)
        if family not in families:
            problems.append(Problem(where, repr(family), "a family of the items", nearest(family, families)))
        if not limit >= 0:
            problems.append(Problem(where, f"{limit:g}", "at least 0 units a month"))
    months = set(tables["statistical_forecast"]["period"])
    for supplier, shares in change.supplier_share.items():
        if supplier not in suppliers:
            where = placed(overlay, "policy", "supplier_share", supplier)
            problems.append(Problem(where, repr(supplier), "a supplier of supplier_items", nearest(supplier, suppliers)))
        for month, share in shares.items():
            if not MONTH.fullmatch(month) or (months and month not in months) or not 0 <= share <= 1:
                where = placed(overlay, "policy", "supplier_share", supplier, month)
                problems.append(Problem(where, f"{month}: {share:g}", "a planned month and a share, 0..1", _span(months)))
    problems += _values_problems(supply, change.supply, lambda name: placed(overlay, "policy", "supply", name))
    return problems + _values_problems(money, change.money, lambda name: placed(overlay, "policy", "money", name))


def placed(overlay: Overlay, *path: str) -> str:
    """Where a name of an overlay stands: file and line where it was read from one, then the overlay and the name."""
    known = (overlay.places[name] for end in range(len(path), 0, -1) if (name := ".".join(path[:end])) in overlay.places)
    file = next(known, "")
    return f"{file}: {overlay.title}, {'.'.join(path)}" if file else f"{overlay.title}, {'.'.join(path)}"


def composed_policy(overlays: Sequence[Overlay]) -> tuple[PolicyChange, list[Problem]]:
    """The policy changes of several overlays as one, and what they contradict each other in: one key, two values."""
    problems: list[Problem] = []
    limits: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    values: dict[str, dict[str, float | str | bool]] = {"supply": {}, "money": {}}
    for overlay in overlays:
        change = overlay.policy
        _settle(limits, change.subcontract_limit, "subcontract_limit of ", problems)
        for supplier, own in change.supplier_share.items():
            _settle(shares.setdefault(supplier, {}), own, f"supplier_share of {supplier}, ", problems)
        for section, told in (("supply", change.supply), ("money", change.money)):
            _settle(values[section], told, f"policy.{section}.", problems)
    return PolicyChange(subcontract_limit=limits, supplier_share=shares, supply=values["supply"], money=values["money"]), problems


def _settle(taken: dict, told: Mapping, words: str, problems: list[Problem]) -> None:
    for name, value in told.items():
        if taken.setdefault(name, value) != value:
            problems.append(Problem(f"{words}{name}", f"{_shown(taken[name])} and {_shown(value)}", TWICE))


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(own: Mapping[str, Mapping[str, float]], more: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {**own.get(name, {}), **more.get(name, {})} for name in sorted({*own, *more})}


def _with(policy: Policy, told: dict[str, object]) -> Policy:
    return type(policy).model_validate({**policy.model_dump(), **told}) if told else policy


def policy_with(policy: Policy, told: Mapping[str, object], place: str) -> tuple[Policy, list[Problem]]:
    """A policy with other values in place of its own, or what is wrong with them; `place` says where they stand."""
    problems = _values_problems(policy, told, lambda name: f"{place}.{name}")
    return (policy if problems else _with(policy, dict(told))), problems


def _values_problems(policy: BaseModel, told: Mapping[str, object], where: Callable[[str], str]) -> list[Problem]:
    known = type(policy).model_fields
    problems = [
        Problem(where(name), "an unknown name", "a value of the policy", nearest(name, known)) for name in told if name not in known
    ]
    if problems:
        return problems
    try:
        _with(policy, dict(told))
    except ValidationError as error:
        return [Problem(where(str(item["loc"][0]) if item["loc"] else ""), repr(item["input"]), item["msg"]) for item in error.errors()]
    return []


def _span(months: set[str]) -> str:
    return f"planned months are {min(months)} to {max(months)}" if months else ""
