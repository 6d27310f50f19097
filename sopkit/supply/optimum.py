"""The one optimum of a plan: of equally cheap plans the one that a second cost prefers, from wherever the solver starts."""

from dataclasses import dataclass, field

import highspy

from sopkit.supply.lp import Model, Numbers, Solution, Solver, Work
from sopkit.supply.parts import least_second_cost, parts_of, solved_in_parts
from sopkit.supply.policy import SupplyPolicy

Shape = tuple[tuple[str, tuple[tuple[object, ...], ...], bytes], ...]


@dataclass(frozen=True)
class Starts:
    """Where earlier solves ended, by the shape of their models: plans that differ in numbers only start there."""

    bases: dict[Shape, highspy.HighsBasis] = field(default_factory=dict)


def work_of(policy: SupplyPolicy) -> Work:
    """How hard a company lets its whole numbers be worked on."""
    return Work(policy.whole_gap_share, policy.whole_most_nodes)


def shape_of(model: Model) -> Shape:
    """Which variables and rows a model has, by name: equal for models that differ in prices, limits and coefficients only."""
    return tuple((grid.name, grid.axes, grid.at.tobytes()) for grid in (*model.blocks, *model.families))


def one_optimum(model: Model, second_cost: Numbers, starts: Starts | None = None, work: Work | None = None) -> Solution:
    """The optimum of `model` that among equally cheap ones has the least `second_cost`; duals are the first solve's.

    Parts that share nothing are solved one by one (`sopkit.supply.parts`). With `starts` the solve begins where a model of the same shape
    ended, some fifteen times faster. Its optimum is taken only where it is proven to be the only one, so that it is the plan that a
    solve from nothing finds, up to the last digits of a float; else the model is solved from nothing. Duals are not unique where the
    optimum is degenerate: after such a start they may be others.

    Args:
        model: the linear programme.
        second_cost: one number per variable.
        starts: where to begin, and where to remember it; None = from nothing. A model with whole numbers always begins from nothing.
        work: how hard whole numbers are worked on.

    Raises:
        StepError: there is no optimum.
    """
    whole, arrays = model.has_whole_numbers, model.arrays()
    basis = starts.bases.get(shape_of(model)) if starts and not whole else None
    if basis is not None:
        solver = Solver(arrays)
        solver.start_from(basis)
        found, last = least_second_cost(solver, solver.solve(), second_cost)
        if solver.is_only_optimum(last):
            return found
    found, basis = solved_in_parts(arrays, second_cost, parts_of(arrays), work)
    if starts is not None and basis is not None:
        starts.bases[shape_of(model)] = basis
    return found
