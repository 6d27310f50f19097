"""The plan's model kept warm: changed in place, solved again from where it stood, put back.

What asks "what if" many times (the next hour, a lever, a cause, a lost supplier) pays one cold solve and then some hundredths of it
each. People and lots are fractions here: differences between two such solves are told, never the plan itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sopkit.supply.lp import Grid, Model, Numbers, Solution, Solver
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.given import worth_at_the_end
from sopkit.supply.plan.model import PlanModel, plan_model
from sopkit.supply.plan.situation import Situation, situation_of
from sopkit.supply.policy import SupplyPolicy

# Blocks whose cost is money that is spent; what waits, is lost or is short of stock is a price of planning.
SPENT = ("production", "subcontract", "overtime", "heads", "hired", "laid_off", "temporary", "bought", "beyond", "detour", "sent", "setup")
MOVED_WEIGHT = 100.0  # of a unit that is short where nothing was: less than losing it, more than making it early
WORTH_TELLING = 1e-6  # units


@dataclass(frozen=True)
class Swap:
    """New numbers for some variables or rows: bounds of variables, limits of rows, or costs of variables (then `high` is the cost)."""

    kind: Literal["bounds", "limits", "costs"]
    at: NDArray[np.int64]
    low: ArrayLike
    high: ArrayLike


@dataclass(frozen=True)
class HotPlan:
    """A plan's model that can be asked again and again."""

    situation: Situation
    model: PlanModel
    solver: Solver

    @property
    def base(self) -> Solution:
        """The optimum of the plan itself, in fractions."""
        return self._solved[0]

    @property
    def basis(self) -> highspy.HighsBasis:
        """Where that optimum stands."""
        return self._solved[1]

    @cached_property
    def _solved(self) -> tuple[Solution, highspy.HighsBasis]:
        base = self.solver.solve()
        return base, self.solver.basis()

    def with_swaps(self, swaps: Sequence[Swap]) -> Solution:
        """The optimum with these changes, solved from where the base ended; afterwards the model is as it was."""
        self.solver.start_from(self.basis)
        for swap in swaps:
            self._put(swap)
        try:
            return self.solver.solve()
        finally:
            for swap in reversed(swaps):
                self._put(self._original(swap))

    def with_limits_gone(self, swaps: Sequence[Swap], start: highspy.HighsBasis | None) -> tuple[Solution, highspy.HighsBasis]:
        """The optimum with swaps that only take limits away, and where it stands; `start`: another such, None = from nothing.

        From nothing is fast where most limits are gone: little is left to decide.
        """
        if start is None:
            self.solver.start_anew()
        else:
            self.solver.start_from(start)
        for swap in swaps:
            self._put(swap)
        try:
            return self.solver.solve(), self.solver.basis()
        finally:
            for swap in reversed(swaps):
                self._put(self._original(swap))

    def settled(self, swaps: Sequence[Swap], found: tuple[Solution, highspy.HighsBasis], short: NDArray[np.bool_] | None) -> Solution:
        """Of the plans as cheap as one found with these swaps the one that the plan of record would be.

        `short`: cells and months in which something is late or lost already; of equally cheap plans one is taken that is short there.
        """
        first, basis = found
        self.solver.start_from(basis)
        for swap in swaps:
            self._put(swap)
        arrays, second = self.solver.arrays, self._second_cost(short)
        columns, rows = np.arange(len(arrays.cost)), np.arange(len(arrays.at_least))
        try:
            self.solver.hold_optimum(first)
            self.solver.set_costs(columns, second)
            best = self.solver.solve()
            return replace(first, column_value=best.column_value, row_value=best.row_value)
        finally:
            self.solver.set_costs(columns, arrays.cost)
            self.solver.set_bounds(columns, arrays.lower, arrays.upper)
            self.solver.set_limits(rows, arrays.at_least, arrays.at_most)

    def short(self, solution: Solution) -> NDArray[np.bool_]:
        """Cells and months in which something is late or lost."""
        return (solution.values(self.model.choices.late) + solution.values(self.model.choices.lost)) > WORTH_TELLING

    def _second_cost(self, short: NDArray[np.bool_] | None) -> Numbers:
        plain = self.model.second_cost
        cost = np.concatenate([plain, np.zeros(len(self.solver.arrays.cost) - len(plain))])
        if short is not None:
            for block in (self.model.choices.late, self.model.choices.lost):
                elsewhere = block.at[(block.at >= 0) & ~short]
                cost[elsewhere] += MOVED_WEIGHT
        return cost

    def _put(self, swap: Swap) -> None:
        if swap.kind == "costs":
            self.solver.set_costs(swap.at, swap.high)
        else:
            {"bounds": self.solver.set_bounds, "limits": self.solver.set_limits}[swap.kind](swap.at, swap.low, swap.high)

    def _original(self, swap: Swap) -> Swap:
        arrays, at = self.solver.arrays, np.where(swap.at >= 0, swap.at, 0)
        if swap.kind == "costs":
            return replace(swap, low=0.0, high=arrays.cost[at])
        low, high = (arrays.lower, arrays.upper) if swap.kind == "bounds" else (arrays.at_least, arrays.at_most)
        return replace(swap, low=low[at], high=high[at])

    def unmet(self, solution: Solution) -> Numbers:
        """Units late and lost by item and month."""
        cells, sites = self.situation.cells, self.situation.sites
        missing = np.zeros(self.situation.shape)
        np.add.at(missing, cells.item, solution.values(self.model.choices.late) + solution.values(self.model.choices.lost))
        return sites.by_item(missing)

    def late(self, solution: Solution) -> float:
        """Units late, each counted once."""
        return float(solution.values(self.model.choices.late).sum())

    def never_shipped(self, solution: Solution) -> Numbers:
        """Units by cell that are lost, or still wait at the horizon."""
        choices = self.model.choices
        return np.asarray(solution.values(choices.lost).sum(axis=1) + solution.values(choices.backlog)[:, -1])

    def contribution(self, solution: Solution) -> float:
        """Net sales of what ships less what is spent on it, stock left at the horizon at its worth: money over the plan.

        Prices and costs are those of the base, so that two solutions can be compared; what is the same in both (wages of people who
        stay, demand) may stand in it or not.
        """
        choices, cells, cost = self.model.choices, self.situation.cells, self.solver.arrays.cost
        missed = (solution.values(choices.lost) * cells.price).sum() + (
            solution.values(choices.backlog)[:, -1] * _last_price(cells.price)
        ).sum()
        spent = sum(_worth(getattr(choices, name), cost, solution) for name in SPENT)
        kept = (worth_at_the_end(self.situation) * (solution.values(choices.stock) + solution.values(choices.band))).sum()
        return float((cells.demand * cells.price).sum() - missed - spent + kept)


def hot_plan(situation: Situation, model: PlanModel | None = None) -> HotPlan:
    """A situation's model, solved when its optimum is first asked for; `model` may carry more than the plan's own blocks."""
    model = model or plan_model(situation)
    arrays = model.lp.arrays()
    return HotPlan(situation, model, Solver(replace(arrays, integer=np.zeros(len(arrays.cost), dtype=bool))))


def hot_plan_of(inputs: SupplyInputs, policy: SupplyPolicy, *, cutoff: str) -> HotPlan:
    """The same from tables; raises DataError with all problems of the inputs."""
    raise_problems(inputs, cutoff=cutoff, policy=policy)
    return hot_plan(situation_of(inputs, policy, cutoff=cutoff))


def family_of_rows(lp: Model, name: str) -> Grid:
    """The rows of a limit by its name."""
    return next(family for family in lp.families if family.name == name)


def _worth(block: Grid, cost: Numbers, solution: Solution) -> float:
    at = block.at[block.at >= 0]
    return float((cost[at] * solution.column_value[at]).sum()) if len(solution.column_value) else 0.0


def _last_price(price: Numbers) -> Numbers:
    """The last price above zero of each row; 0 where there is none."""
    known = price > 0
    last = price.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), price[np.arange(len(price)), last], 0.0)
