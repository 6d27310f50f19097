"""Plans with causes of shortage taken away one on top of the other, each solved from where a near one stands.

A plan with nearly all limits gone is solved from nothing in a moment, and so is one without people as a limit; the sets of causes are
worked on from the largest down, each from where the one before ended as long as the hours of machines stay as they are there: giving
those back from there costs twice what a solve from nothing does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from sopkit.supply.explanation.hot import HotPlan, Swap, hot_plan
from sopkit.supply.lp import Grid, Solution
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy

CAUSES = ("supplier", "people", "machine", "lead time", "policy")  # the order in which they are relaxed
PEOPLE = ("heads", "hired", "laid_off", "temporary")  # blocks that stay as they are in the plan where people are no limit

Found = tuple[Solution, highspy.HighsBasis]
Key = tuple[bool, frozenset[str]]  # whether frozen months are gone, and the causes that change limits


@dataclass
class Relaxing:
    """Plans with some causes gone; frozen months need a model of their own, which is made once."""

    inputs: SupplyInputs
    policy: SupplyPolicy
    cutoff: str
    hot: HotPlan
    _thawed: list[HotPlan] = field(default_factory=list)
    _found: dict[Key, Found] = field(default_factory=dict)

    def thaws(self, cause: str) -> bool:
        """Whether relaxing it gives another model, whose cost is counted from another start: what is frozen costs nothing there."""
        return cause == "lead time" and bool((self.hot.situation.frozen > 0).any())

    def changes_nothing(self, causes: tuple[str, ...]) -> bool:
        """Whether the last of the causes takes no limit away that is there."""
        return self._key(causes) == self._key(causes[:-1])

    def without(self, causes: tuple[str, ...], short: NDArray[np.bool_] | None) -> Solution:
        """The optimum with these causes gone, short where it was short before as far as that costs nothing."""
        key = self._key(causes)
        model = self._model(key)
        self.solve_all([causes])
        return model.settled(self._swaps(model, key[1]), self._found[key], short)

    def solve_all(self, sets: Sequence[tuple[str, ...]]) -> None:
        """Solve the plans without each set of causes, of which each holds the one before: the largest first."""
        larger: Key | None = None
        for key in dict.fromkeys(self._key(causes) for causes in reversed(sets)):
            if key not in self._found:
                self._found[key] = self._solved(key, larger)
            larger = key

    def _solved(self, key: Key, larger: Key | None) -> Found:
        model = self._model(key)
        if model is self.hot and not key[1]:
            return self.hot.base, self.hot.basis
        if "people" not in key[1]:
            start = _carried(self.hot, model)
        else:
            near = larger is not None and larger[0] == key[0] and ("machine" in larger[1]) == ("machine" in key[1])
            start = self._found[larger][1] if larger is not None and near else None
        return model.with_limits_gone(self._swaps(model, key[1]), start)

    def _key(self, causes: tuple[str, ...]) -> Key:
        return any(self.thaws(cause) for cause in causes), frozenset(cause for cause in causes if self._swaps(self.hot, frozenset([cause])))

    def _model(self, key: Key) -> HotPlan:
        if not key[0]:
            return self.hot
        if not self._thawed:
            free = self.policy.model_copy(update={"frozen_months": 0, "fences": {}})
            self._thawed.append(hot_plan(situation_of(self.inputs, free, cutoff=self.cutoff)))
        return self._thawed[0]

    def _swaps(self, model: HotPlan, causes: frozenset[str]) -> list[Swap]:
        """What relaxing causes changes in a model; nothing for frozen months, which are gone from it already."""
        choices, limits = model.model.choices, model.model.limits
        free = {
            "people": [limits.crew_hours.at, limits.crew_overtime.at],
            "machine": [limits.regular_hours.at],
            "policy": [limits.storage.at, limits.site_storage.at, limits.subcontractors.at],
        }
        swaps = [Swap("limits", at, -np.inf, np.inf) for cause in sorted(causes & free.keys()) for at in free[cause] if (at >= 0).any()]
        if "supplier" in causes and np.isfinite(model.situation.sources.limit).any():
            swaps.append(Swap("bounds", choices.bought.at, 0.0, np.inf))
        if "policy" in causes and np.isfinite(model.situation.lots.maximum).any():
            swaps.append(Swap("bounds", choices.production.at, 0.0, np.inf))
        return swaps + (self._people_as_they_are(model) if "people" in causes and swaps else [])

    def _people_as_they_are(self, model: HotPlan) -> list[Swap]:
        """Where people are no limit, nobody need be hired or laid off for it: nothing else hangs on them."""
        plan, swaps = self.hot.model.choices, []
        for name in PEOPLE:
            there = self.hot.base.values(getattr(plan, name))
            swaps.append(Swap("bounds", getattr(model.model.choices, name).at, there, there))
        return swaps


def _carried(plan: HotPlan, other: HotPlan) -> highspy.HighsBasis:
    """Where the plan stands, told by the names of another model; variables that only the other has are at their lower bound."""
    if other is plan:
        return plan.basis
    basis = highspy.HighsBasis()
    old, away, basic = plan.basis, highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
    basis.col_status = _by_name(list(old.col_status), plan.model.lp.blocks, other.model.lp.blocks, other.model.lp.width, away)
    rows = len(other.solver.arrays.at_least)
    basis.row_status = _by_name(list(old.row_status), plan.model.lp.families, other.model.lp.families, rows, basic)
    basis.valid, basis.alien = True, True  # as many basic ones as rows are not promised: the solver mends it
    return basis


def _by_name(old: list, of: list[Grid], wanted: list[Grid], size: int, otherwise: highspy.HighsBasisStatus) -> list:
    """What is said of each cell, on the cells of another model with the same names; `otherwise` where nothing is."""
    said, told = {(grid.name, grid.axes): grid.at for grid in of}, [otherwise] * size
    for grid in wanted:
        before = said.get((grid.name, grid.axes))
        if before is not None:
            both = (before >= 0) & (grid.at >= 0)
            for one, other in zip(before[both].tolist(), grid.at[both].tolist(), strict=True):
                told[other] = old[one]
    return told
