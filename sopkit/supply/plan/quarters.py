"""Decisions by quarter, far out: the same quantity in each month of three. Stock, demand and hours stay monthly, and so do all balances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sopkit.supply.lp import Grid, Model
from sopkit.supply.plan.matrices import Numbers, Places
from sopkit.supply.plan.situation import Situation

LENGTH = 3  # months


@dataclass(frozen=True)
class Quarters:
    """Which months are decided together."""

    begins: Places  # first month of each span that is decided together
    span: Places  # number of the span of each month

    @property
    def first(self) -> NDArray[np.bool_]:
        """Months in which a span begins."""
        return np.isin(np.arange(len(self.span)), self.begins)


def quarters_of(situation: Situation) -> Quarters:
    """Every month by itself up to the policy's month, spans of three from there; the last may be shorter."""
    months = np.arange(len(situation.months))
    after = situation.policy.quarters_after
    first = months if after is None else np.where(months < after, months, after + (months - after) // LENGTH * LENGTH)
    begins, span = np.unique(first, return_inverse=True)
    return Quarters(begins, span)


def decided_by_quarter(lp: Model, situation: Situation, name: str, *, cost: Numbers, upper: ArrayLike, where: NDArray[np.bool_]) -> Grid:
    """A block over items and months whose far months are decided together; lots and what is made to order stay monthly.

    One variable stands for the quantity of each month of its span: it costs what they cost together, within the least of their limits.
    """
    goods, months, quarters = situation.goods, situation.months, quarters_of(situation)
    together = np.isin(goods.strategy, ("stock", "buy")) & ~situation.lots.planned
    alone = np.bincount(quarters.span)[quarters.span] == 1
    apart = where & (alone[None, :] | ~together[:, None])
    monthly = lp.variables(name, (goods.names, months), cost=cost, upper=upper, where=apart)
    if alone.all():
        return monthly
    shape = situation.shape
    least = np.minimum.reduceat(np.broadcast_to(np.asarray(upper, float), shape), quarters.begins, axis=1)
    whole = np.logical_and.reduceat(where & ~apart, quarters.begins, axis=1)
    spans = lp.variables(
        f"{name} by quarter",
        (goods.names, [months[begin] for begin in quarters.begins]),
        cost=np.add.reduceat(np.broadcast_to(cost, shape), quarters.begins, axis=1),
        upper=least,
        where=whole,
    )
    return Grid(name, monthly.axes, np.where(apart, monthly.at, spans.at[:, quarters.span]))
