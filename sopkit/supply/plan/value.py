"""What the plan costs, and what its limits are worth: planning values, not accounting."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan.decided import Decided
from sopkit.supply.plan.given import change_cost, late_cost, lost_cost, short_of_least_cost, waiting_cost, worth_at_the_end
from sopkit.supply.plan.model import PlanModel
from sopkit.supply.plan.situation import Situation

WORTH_TELLING = 1e-6  # money: smallest value of a limit


def binding_value(price: Numbers) -> Numbers:
    """Value of one unit more of a limit: zero where it does not bind."""
    return np.where(price > WORTH_TELLING, price, 0.0)


def plan_costs(situation: Situation, decided: Decided) -> pd.DataFrame:
    """The objective by component, over the whole plan, what is given included."""
    goods, lines, people, sources, policy = situation.goods, situation.lines, situation.people, situation.sources, situation.policy
    made = np.where((goods.strategy == "service")[:, None], decided.shipped, decided.production)
    short = np.maximum(goods.target - decided.closing_stock, 0.0) * goods.worth[:, None] * policy.safety_stock_value_share
    parts = {
        "production and purchase": (made * goods.variable_cost).sum(),
        "subcontracting": (decided.subcontract * (goods.variable_cost + np.nan_to_num(goods.premium))).sum(),
        "overtime": (decided.overtime * lines.overtime_cost).sum(),
        "wages": (decided.heads * people.wage).sum(),
        "hiring and laying off": (decided.hired * people.hire_cost + decided.laid_off * people.layoff_cost).sum(),
        "dearer suppliers": (decided.bought * sources.price_above).sum() + (decided.beyond * sources.steps.change[:, None]).sum(),
        "components in stock": _component_keeping(situation, decided),
        "stock": (decided.closing_stock * goods.keep_cost).sum(),
        "short of safety stock": short.sum(),
        "waiting": (decided.backlog * waiting_cost(situation)).sum(),
        "still waiting at the horizon": (decided.backlog * (late_cost(situation) - waiting_cost(situation))).sum(),
        "lost": (decided.lost * lost_cost(situation)).sum(),
        "worth of stock at the horizon": -(decided.closing_stock * worth_at_the_end(situation)).sum(),
    }
    finer = {
        "idle hours": (decided.idle * people.idle_cost[:, None]).sum(),
        "alternative resources": (decided.detour * lines.detours.extra_cost[:, None]).sum(),
        "transfers and freight": (decided.sent * situation.sites.lanes.cost[:, None]).sum(),
        "setups": (decided.setup * situation.lots.setup_cost).sum(),
        "short of least stock": (decided.short_of_least * short_of_least_cost(situation)).sum(),
        "temporary people": (decided.temporary * people.temporary_cost).sum(),
        "leaving the last plan": ((decided.more + decided.less) * change_cost(situation)).sum(),
        "uneven work": float((decided.rises + decided.falls).sum() * policy.smoothing_cost),
    }
    parts |= {name: value for name, value in finer.items() if value}  # of companies that plan with them
    return pd.DataFrame({"component": list(parts), "planning_cost": [float(value) + 0.0 for value in parts.values()]}).astype(
        {"component": "str"}
    )


def _component_keeping(situation: Situation, decided: Decided) -> float:
    sources = situation.sources
    stock = sources.opening_stock[:, None] + np.cumsum(decided.bought - decided.used, axis=1)
    return float((stock * sources.keep_cost[:, None]).sum())


def binding_limits(situation: Situation, model: PlanModel, solution: Solution) -> pd.DataFrame:
    """Every limit that binds: kind, limit, period, and what one unit more would save (money per hour, component, person, unit)."""
    goods, people, sources, months = situation.goods, situation.people, situation.sources, situation.months
    limits, choices = model.limits, model.choices
    at_places = np.where(situation.open, 0.0, solution.duals(limits.stock_roll) - goods.variable_cost)
    given = np.zeros((len(situation.sites.items), len(months)))
    np.maximum.at(given, situation.sites.item, at_places)  # of an item with sites: where a unit more is worth most
    manning = -solution.duals(limits.crew_hours) * people.hours
    person = -solution.reduced_costs(choices.hired) if situation.policy.workforce_planned else manning
    found: list[tuple[str, Collection[object], Numbers]] = [
        ("resource", situation.lines.names, -solution.duals(limits.regular_hours)),
        ("supplier", sources.names, -solution.reduced_costs(choices.bought)),
        ("workforce", people.names, person),
        ("storage", ["storage"], -solution.duals(limits.storage)),
        ("subcontractor", sorted(situation.policy.subcontract_limit), -solution.duals(limits.subcontractors)),
        ("frozen", situation.sites.items, given),
    ]
    binding = [
        (kind, str(list(names)[row]), months[month], float(price[row, month]))
        for kind, names, price in found
        for row, month in np.argwhere(price > WORTH_TELLING)
    ]
    frame = pd.DataFrame(sorted(binding), columns=["kind", "limit", "period", "value"])
    return frame.astype({"kind": "str", "limit": "str", "period": "str", "value": "float64"})
