"""The recommendation rule (docs/glossary.md, the decided plan): best expected contribution among options that keep the floors."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sopkit.meeting.policy import MeetingPolicy

TIE = 0.5  # money: options closer than this are as good, and the earlier one, easier to reverse, stands


@dataclass(frozen=True)
class Candidate:
    """An option as the rule sees it."""

    name: str
    expected_contribution: float  # money, next twelve months; NaN where costs are not known
    row: Mapping[str, object]  # its row of Scenarios: tier_a_fill_rate, fill_rate, cash_low, load_peak


def recommended_option(candidates: Sequence[Candidate], policy: MeetingPolicy) -> str:
    """The option with the highest expected contribution of the next twelve months among those that keep the floors.

    The floors are the fill rate of tier A (of all items where none has a tier), cash headroom and load on demonstrated capacity. Of
    options that are as good the earlier one stands: options are listed from the easiest to reverse. If none keeps the floors the best
    of all is taken, and `broken_floors` says which floors break. Without known contributions nothing beats doing nothing.

    Args:
        candidates: options of one decision in their order; the first is to do nothing.
        policy: the floors; a floor of None is no floor, a figure that is not available breaks none.

    Returns:
        The name of the option.
    """
    keeping = [candidate for candidate in candidates if not broken_floors(candidate, policy)]
    best, *others = keeping or candidates
    for candidate in others:
        if candidate.expected_contribution > best.expected_contribution + TIE:
            best = candidate
    return best.name


def broken_floors(candidate: Candidate, policy: MeetingPolicy) -> list[str]:
    """Floors that an option breaks: `fill_rate`, `cash`, `load`, in this order."""
    fill = _figure(candidate, "tier_a_fill_rate")
    fill = _figure(candidate, "fill_rate") if math.isnan(fill) else fill
    load = _figure(candidate, "load_peak")
    rules = {
        "fill_rate": policy.fill_rate_floor is not None and fill < policy.fill_rate_floor,
        "cash": policy.cash_floor is not None and _figure(candidate, "cash_low") < policy.cash_floor,
        "load": policy.load_limit_ratio is not None and load > policy.load_limit_ratio,
    }
    return [name for name, broken in rules.items() if broken]


def _figure(candidate: Candidate, name: str) -> float:
    value = candidate.row[name]
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]
