"""Which cause each unmet unit comes from: causes are relaxed one after the other, and each is charged with the drop."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.supply.explanation.hot import HotPlan, hot_plan_of
from sopkit.supply.explanation.relaxing import CAUSES, Relaxing
from sopkit.supply.lp import Numbers
from sopkit.supply.plan import SupplyInputs, SupplyResult
from sopkit.supply.policy import SupplyPolicy

COST = "cost"  # what is unmet with every limit gone: making it costs more than losing it
KEYS = ["item", "period", "cause"]
WORTH_TELLING = 1e-3  # units
SAVED = 1e-9  # share of the planning cost below which relaxing a cause saves nothing


def shortage_causes(
    inputs: SupplyInputs,
    policy: SupplyPolicy,
    *,
    cutoff: str,
    order: tuple[str, ...] = CAUSES,
    plan: SupplyResult | None = None,
    hot: HotPlan | None = None,
) -> pd.DataFrame:
    """Units late or lost by item and month, split by cause: the drop as causes are relaxed in `order`, each on top of those before.

    supplier: limits of components; people: hours of people; machine: hours of resources; lead time: frozen months; policy: storage,
    subcontractors, maximum lots, and whole numbers where the plan has them. What is left with all of them gone is `cost`: losing it is
    cheaper. The parts add up to what the plan leaves unmet, exactly; a part is below zero where relaxing a cause moves a shortage to
    another month or item. A cause whose relaxing saves nothing gets nothing: of equally cheap plans the one before stands. Another
    order splits what several causes hold back together in another way.

    Args:
        inputs: tables by contract.
        policy: the company's.
        cutoff: last closed period.
        order: all of CAUSES.
        plan: the plan whose shortages are told; None = the optimum of the model.
        hot: the plan's model, solved before; None = it is made.

    Returns:
        item, period, cause, quantity (units); rows with less than a thousandth of a unit are left out.

    Raises:
        DataError: with all problems of the inputs.
    """
    warm = hot or hot_plan_of(inputs, policy, cutoff=cutoff)
    return _charged(Relaxing(inputs, policy, cutoff, warm), order, plan)


def _charged(asked: Relaxing, order: tuple[str, ...], plan: SupplyResult | None) -> pd.DataFrame:
    """What is unmet, charged to the causes in their order."""
    before = asked.without((), None)
    told = asked.hot.unmet(before)
    start = told if plan is None else _unmet_of(plan, asked.hot)
    parts: dict[str, Numbers] = {cause: np.zeros(told.shape) for cause in (*CAUSES, COST)}
    parts["policy"] += start - told  # whole numbers and the plan's own choice among equally cheap ones
    asked.solve_all([order[: place + 1] for place in range(len(order))])
    for place, cause in enumerate(order):
        if asked.changes_nothing(order[: place + 1]):
            continue
        found = asked.without(order[: place + 1], asked.hot.short(before))
        saved = before.objective - found.objective
        if not asked.thaws(cause) and saved <= SAVED * max(1.0, abs(before.objective)):
            before = found
            continue
        now = asked.hot.unmet(found)
        parts[cause] += told - now
        before, told = found, now
    parts[COST] += told
    return _frame(asked.hot, parts, (*order, COST))


def ranged_causes(
    inputs: SupplyInputs, policy: SupplyPolicy, plan: SupplyResult, *, cutoff: str, most: int = 3, hot: HotPlan | None = None
) -> pd.DataFrame:
    """`shortage_causes`, and for the `most` largest shortages the least and the most of it and the reverse order.

    Args:
        inputs, policy, cutoff: what `plan` was made from.
        plan: the plan whose shortages are told.
        most: items and months with the most units late and lost; 0 = the reverse order is not asked.
        hot: the plan's model, solved before.

    Returns:
        The ShortageCauses contract.
    """
    if plan.demand_fulfilment[["late", "lost"]].to_numpy(float).sum() < WORTH_TELLING:
        return conform(pd.DataFrame(columns=[*KEYS, "quantity", "low", "high"]), CONTRACTS["shortage_causes"])
    warm = hot or hot_plan_of(inputs, policy, cutoff=cutoff)
    asked = Relaxing(inputs, policy, cutoff, warm)
    told = _charged(asked, CAUSES, plan)
    largest = told.groupby(["item", "period"])["quantity"].sum().sort_values(ascending=False, kind="stable").index[:most]
    if not len(largest):
        return conform(told, CONTRACTS["shortage_causes"])
    other = _charged(asked, CAUSES[::-1], plan)
    both = told.merge(other.rename(columns={"quantity": "reverse"}), on=KEYS, how="outer")
    shown = pd.MultiIndex.from_frame(both[["item", "period"]]).isin(largest)
    both = both[shown | both["quantity"].notna()]
    shown = pd.MultiIndex.from_frame(both[["item", "period"]]).isin(largest)
    both = both.assign(quantity=both["quantity"].fillna(0.0), reverse=both["reverse"].fillna(0.0))
    ends = both[["quantity", "reverse"]]
    both = both.assign(low=ends.min(axis=1).where(shown), high=ends.max(axis=1).where(shown)).drop(columns="reverse")
    return conform(both, CONTRACTS["shortage_causes"])


def _unmet_of(plan: SupplyResult, hot: HotPlan) -> Numbers:
    """Units late and lost of a plan, on the grid of the model: items and months."""
    told = plan.demand_fulfilment.assign(unmet=plan.demand_fulfilment["late"] + plan.demand_fulfilment["lost"])
    grid = told.pivot_table(index="item", columns="period", values="unmet", aggfunc="sum")
    return np.asarray(grid.reindex(index=hot.situation.sites.items, columns=hot.situation.months).fillna(0.0), dtype=np.float64)


def _frame(hot: HotPlan, parts: dict[str, Numbers], order: tuple[str, ...]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([hot.situation.sites.items, hot.situation.months], names=["item", "period"])
    frames = [pd.DataFrame({"quantity": parts[cause].ravel()}, index=index).reset_index().assign(cause=cause) for cause in order]
    told = pd.concat(frames, ignore_index=True)[[*KEYS, "quantity"]]
    return told[told["quantity"].abs() >= WORTH_TELLING].sort_values(["item", "period"], kind="stable", ignore_index=True)
