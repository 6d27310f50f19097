"""Demand that comes out otherwise: plans for low, middle and high demand, each held to while another comes true."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.supply.explanation.hot import HotPlan, Swap, hot_plan
from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy

CASES = {"P10": "p10", "P50": "p50", "P90": "p90"}
MIDDLE = "p50"  # over itself: the consensus


def demand_cases(
    inputs: SupplyInputs, policy: SupplyPolicy, demand_range: pd.DataFrame, *, cutoff: str, months_held: int = 3, hot: HotPlan | None = None
) -> pd.DataFrame:
    """What each plan costs in each case of demand, and what is regretted against the plan made for the case.

    In a case every item of a family sells its family's quantile over its median times the consensus. A plan is held to in what it makes
    and has made outside in the first open months; all else follows the case. regret(plan, case) = cost(plan held to, case) - cost(best
    plan, case), the table of minimax regret (Savage 1951). Costs are planning cost, people and lots in fractions.

    Args:
        inputs: tables by contract.
        policy: the company's.
        demand_range: by contract; families without a range sell the consensus in all cases.
        cutoff: last closed period.
        months_held: open months whose production is held; 0 = not asked.
        hot: the plan's model, solved before: it stands for the middle case.

    Returns:
        The DemandCases contract: plan x case; empty without a range, where unmet demand is refused, or where it is not asked.

    Raises:
        DataError: with all problems of the inputs.
    """
    refused = policy.unmet_demand != "priced"  # a case that cannot be met in full has no plan
    if refused or not months_held or demand_range.empty or not (demand_range["unit"] == "units").any():
        return empty(CONTRACTS["demand_cases"])
    raise_problems(inputs, cutoff=cutoff, policy=policy)
    plans = {}
    for case, column in CASES.items():
        if hot is not None and column == MIDDLE:
            plans[case] = hot
            continue
        told = replace(inputs, demand=_demand(inputs, demand_range, column))
        plans[case] = hot_plan(situation_of(told, policy, cutoff=cutoff))
    held = {case: _held(plan, months_held) for case, plan in plans.items()}
    rows = []
    for case, plan in plans.items():
        for chosen, made in held.items():
            found = plan.base if chosen == case else plan.with_swaps(_hold(plan, plans[chosen], made, months_held))
            rows.append({"plan": chosen, "case": case, "months_held": months_held, **_told(plan, found)})
    return conform(pd.DataFrame(rows), CONTRACTS["demand_cases"])


def _demand(inputs: SupplyInputs, demand_range: pd.DataFrame, column: str) -> pd.DataFrame:
    """The consensus times the family's quantile over its median."""
    told = demand_range[demand_range["unit"] == "units"].set_index(["family", "period"])
    ratio = (told[column] / told["p50"]).where(told["p50"] > 0, 1.0)
    family = inputs.demand["item"].map(inputs.items.set_index("item")["family"])
    factor = ratio.reindex(pd.MultiIndex.from_arrays([family, inputs.demand["period"]])).fillna(1.0).to_numpy(float)
    return inputs.demand.assign(quantity=inputs.demand["quantity"] * factor, revenue=inputs.demand["revenue"] * factor)


def _open(plan: HotPlan, months: int) -> np.ndarray:
    return np.flatnonzero(plan.situation.people_open)[:months]


def _held(plan: HotPlan, months: int) -> dict[str, Numbers]:
    """What a plan makes and has made outside in its first open months, by item."""
    when = _open(plan, months)
    blocks = {name: getattr(plan.model.choices, name) for name in ("production", "subcontract")}
    return {name: plan.base.values(block)[:, when] for name, block in blocks.items()}


def _hold(plan: HotPlan, chosen: HotPlan, made: dict[str, Numbers], months: int) -> list[Swap]:
    """Another plan's production as bounds of this model; what is made to order is not held, it ships as it is asked for."""
    when, swaps = _open(plan, months), []
    same = chosen.situation.goods.names.get_indexer(plan.situation.goods.names)
    stocked = (plan.situation.goods.strategy != "order") & (same >= 0)
    for name, amounts in made.items():
        at = np.where(stocked[:, None], getattr(plan.model.choices, name).at[:, when], -1)
        units = np.where((same >= 0)[:, None], amounts[same], 0.0)
        swaps.append(Swap("bounds", at, units, units))
    return swaps


def _told(plan: HotPlan, found: Solution) -> dict:
    choices = plan.model.choices
    stock = (found.values(choices.stock) + found.values(choices.band))[:, -1]
    return {
        "planning_cost": found.objective,
        "regret": max(0.0, found.objective - plan.base.objective),
        "lost": float(found.values(choices.lost).sum()),
        "closing_stock": float(stock.sum()),
    }
